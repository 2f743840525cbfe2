package import Connectors
internal import Glibc

/// A lock on a file, which the kernel takes away when the last process that holds it ends, however it ends: flock(2).
package final class FileLock: Sendable {
    /// For a child that is to hold the lock.
    let descriptor: Int32
    private let path: String

    private init(descriptor: Int32, path: String) { (self.descriptor, self.path) = (descriptor, path) }

    deinit { close(descriptor) }

    /// Takes the lock. The file is made where it is missing, its folder is not.
    ///
    /// - Parameter patienceMilliseconds: how long to wait for the holder.
    /// - Returns: nil while another holds it.
    package static func acquire(_ path: String, patienceMilliseconds: Int = 0) throws(StorageError) -> FileLock? {
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
            if isFile(descriptor, at: path) { return FileLock(descriptor: descriptor, path: path) }
            close(descriptor)
        }
    }

    /// The lock that this process was started with.
    ///
    /// - Parameter descriptor: what the process that started this one has left open.
    /// - Returns: nil where it is no descriptor of that file.
    static func inherited(_ path: String, descriptor: Int32) -> FileLock? {
        guard isFile(descriptor, at: path), fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
        return FileLock(descriptor: descriptor, path: path)
    }

    /// Whether some process holds the lock.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Removes the lock's file.
    package func remove() { unlink(path) }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (ours, named) = (stat(), stat())
        return fstat(descriptor, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
    }
}
