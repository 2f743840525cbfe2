internal import Connectors
internal import Glibc

/// The sign that a run is alive: a lock on `runs/<id>.lock`, which the kernel takes away when the process ends, however it ends.
///
/// A child that publishes the run's files inherits the lock, so a run counts as alive until its last rename is done.
final class RunLock: Sendable {
    /// For a child that is to hold the lock.
    let descriptor: Int32
    private let path: String

    private init(descriptor: Int32, path: String) { (self.descriptor, self.path) = (descriptor, path) }

    deinit { close(descriptor) }

    /// Takes the lock.
    ///
    /// - Parameter patienceMilliseconds: how long to wait for the holder.
    /// - Returns: nil while another holds it.
    static func acquire(_ home: Home, run: String, patienceMilliseconds: Int = 0) throws(StorageError) -> RunLock? {
        let path = try home.folder("runs") + "/\(run).lock"
        var waited = 0
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw StorageError(.permissionDenied, path: path, "\(path) cannot be written: \(String(cString: strerror(errno)).lowercased())") }
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                if errno == EINTR { continue }
                if waited >= patienceMilliseconds {
                    close(descriptor)
                    return nil
                }
                usleep(5000)
                waited += 5
            }
            // Whoever held the lock may have removed its file meanwhile; then another process may hold the lock on the next one.
            var (ours, named) = (stat(), stat())
            if fstat(descriptor, &ours) == 0, stat(path, &named) == 0, ours.st_ino == named.st_ino, ours.st_dev == named.st_dev {
                return RunLock(descriptor: descriptor, path: path)
            }
            close(descriptor)
        }
    }

    /// The lock that this process was started with.
    ///
    /// - Parameter descriptor: what the process that started this one has left open.
    static func inherited(_ home: Home, run: String, descriptor: Int32) -> RunLock? {
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
        return RunLock(descriptor: descriptor, path: "\(home.path)/runs/\(run).lock")
    }

    /// Whether some process holds the run's lock.
    static func isHeld(_ home: Home, run: String) -> Bool {
        let descriptor = open("\(home.path)/runs/\(run).lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Removes the lock's file. Run ids are never used again, so nobody will look for it.
    func remove() { unlink(path) }
}
