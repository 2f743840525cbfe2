public import Connectors
internal import Glibc

/// What a run wrote to standard output and standard error: `runs/<id>.log` in the home.
public struct RunLog: Sendable {
    public let path: String
    private let home: Home

    public init(_ home: Home, run: String) {
        self.home = home
        path = "\(home.path)/runs/\(run).log"
    }

    /// - Throws: `StorageError`.
    func openForWriting() throws -> Int32 {
        _ = try home.folder("runs")
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(.permissionDenied, path: path, "\(path) cannot be written: \(String(cString: strerror(errno)).lowercased())") }
        return descriptor
    }

    /// When something was last written: seconds since the epoch; nil where there is no log.
    var lastWritten: Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    }

    func remove() { unlink(path) }
}
