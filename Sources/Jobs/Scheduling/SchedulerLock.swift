internal import Catalog
internal import Connectors
internal import Glibc

/// The right to schedule: a lock on `scheduler.lock` in the home, which the kernel takes away when the process ends, however it ends.
final class SchedulerLock {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Returns: nil while another process schedules.
    /// - Throws: `StorageError`.
    static func acquire(_ home: Home) throws -> SchedulerLock? {
        let path = home.path + "/scheduler.lock"
        try LocalPath.createFolders(home.path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw StorageError(.permissionDenied, path: path, "\(path) cannot be written: \(String(cString: strerror(errno)).lowercased())") }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            return nil
        }
        return SchedulerLock(descriptor)
    }

    /// Whether some process schedules at this home.
    static func isHeld(_ home: Home) -> Bool {
        let descriptor = open(home.path + "/scheduler.lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
