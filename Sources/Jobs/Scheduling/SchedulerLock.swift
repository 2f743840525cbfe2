internal import Connectors

/// The right to schedule: a lock on `scheduler.lock` in the home.
enum SchedulerLock {
    /// - Returns: nil while another process schedules.
    static func acquire(_ home: Home) throws(StorageError) -> FileLock? {
        try LocalPath.createFolders(home.path)
        return try FileLock.acquire(path(home))
    }

    /// Whether some process schedules at this home.
    static func isHeld(_ home: Home) -> Bool { FileLock.isHeld(path(home)) }

    private static func path(_ home: Home) -> String { home.path + "/scheduler.lock" }
}
