public import Formats
internal import Glibc

/// A local file as the source of a codec. Its size is what it was when it was opened.
///
/// Read with `pread`, never mapped: a file that shrinks under a map would kill the process.
public final class LocalFile: ByteSource {
    public let name: String
    public let size: Int
    private let descriptor: Int32

    /// - Parameter name: what to call the file in errors; the path where nil.
    /// - Throws: `StorageError`; `unsupported` for a folder, a pipe or a device.
    public init(path: String, name: String? = nil) throws(StorageError) {
        self.name = name ?? path
        // Not to wait for the writer of a pipe; regular files do not care.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw StorageError(path: path, action: "read", errno: errno) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw StorageError(.invalidPath, path: path, "\(path) cannot be read: it is not a file")
        }
        size = Int(info.st_size)
    }

    deinit { close(descriptor) }

    public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard offset >= 0, offset <= size, buffer.count <= size - offset else {
            throw FormatError(.truncated, source: name, offset: offset, "\(buffer.count) bytes are wanted, the file has \(max(0, size - max(0, offset))) left")
        }
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if got > 0 {
                done += got
            } else if got == 0 {
                throw FormatError(.truncated, source: name, offset: offset + done, "the file became shorter while it was read")
            } else if errno != EINTR {
                throw StorageError(path: name, action: "read", errno: errno)
            }
        }
    }
}

extension LocalFile {
    /// All bytes of a file; nil where there is none.
    ///
    /// - Throws: `StorageError` for anything but a missing file.
    public static func contents(of path: String) throws -> [UInt8]? {
        guard LocalPath.exists(path) else { return nil }
        let file = try LocalFile(path: path)
        var bytes = [UInt8](repeating: 0, count: file.size)
        try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        return bytes
    }
}
