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

    /// Adds a line of the scheduler's own.
    func append(_ line: String) {
        guard let descriptor = try? openForWriting() else { return }
        defer { close(descriptor) }
        let bytes = Array((line + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// The bytes from an offset on, as far as there are any, at most `limit`.
    public func read(from offset: Int, limit: Int = 1 << 20) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, limit, off_t(offset)))
        }
    }

    /// The last lines, of at most 64 KiB.
    public func tail(lines: Int) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        let bytes = read(from: max(0, Int(status.st_size) - 65536), limit: 65536)
        var all = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if all.last == "" { all.removeLast() }
        return Array(all.suffix(lines))
    }

    func remove() { unlink(path) }
}
