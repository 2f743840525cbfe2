public import Formats
internal import Glibc

/// A new local file as the sink of a codec. It counts only once `close` has returned; otherwise it is removed with its last reference.
public final class LocalFileSink: ByteSink {
    public let path: String
    /// Bytes written so far, those still in the buffer among them.
    public private(set) var size = 0
    private var descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var buffered = 0

    private static let bufferSize = 256 << 10

    /// - Throws: `StorageError`; `alreadyExists` when the path is taken.
    public init(path: String) throws(StorageError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        buffer = .allocate(byteCount: descriptor >= 0 ? Self.bufferSize : 0, alignment: 4096)
        if descriptor < 0 { throw StorageError(path: path, action: "written", errno: errno) }
    }

    deinit {
        discard()
        buffer.deallocate()
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        size += bytes.count
        if bytes.count > buffer.count - buffered {
            try flush()
            if bytes.count >= buffer.count { return try writeOut(bytes) }
        }
        guard !bytes.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: buffer[buffered...]).copyMemory(from: bytes)
        buffered += bytes.count
    }

    /// Ends the file.
    ///
    /// - Parameter sync: whether the bytes are on the disk when the call returns; a staged output writes all its files there at its commit.
    /// - Throws: `StorageError`; the file is not to be trusted then, and trying again would not tell.
    public func close(sync: Bool = true) throws(StorageError) {
        guard descriptor >= 0 else { return }
        try flush()
        if sync, fsync(descriptor) != 0 { throw StorageError(path: path, action: "written to the disk", errno: errno) }
        let result = Glibc.close(descriptor)
        descriptor = -1
        if result != 0, errno != EINTR { throw StorageError(path: path, action: "written", errno: errno) }
    }

    /// Gives the file up and removes it, unless it is closed.
    public func discard() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
        unlink(path)
    }

    private func flush() throws(StorageError) {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<buffered])
        buffered = 0
        try writeOut(bytes)
    }

    private func writeOut(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        let error = DescriptorOutput.write(bytes, to: descriptor)
        if error != 0 { throw StorageError(path: path, action: "written", errno: error) }
    }
}
