internal import Connectors

/// The sign that a run is alive: a lock on `runs/<id>.lock`.
///
/// A child that publishes the run's files inherits the lock, so a run counts as alive until its last rename is done.
enum RunLock {
    /// Takes the lock.
    ///
    /// - Parameter patienceMilliseconds: how long to wait for the holder.
    /// - Returns: nil while another holds it.
    static func acquire(_ home: Home, run: String, patienceMilliseconds: Int = 0) throws(StorageError) -> FileLock? {
        _ = try home.folder("runs")
        return try FileLock.acquire(path(home, run), patienceMilliseconds: patienceMilliseconds)
    }

    /// The lock that this process was started with; nil where it was started with none, or with that of another run.
    static func inherited(_ home: Home, run: String, descriptor: Int32) -> FileLock? { FileLock.inherited(path(home, run), descriptor: descriptor) }

    /// Whether some process holds the run's lock.
    static func isHeld(_ home: Home, run: String) -> Bool { FileLock.isHeld(path(home, run)) }

    private static func path(_ home: Home, _ run: String) -> String { "\(home.path)/runs/\(run).lock" }
}
