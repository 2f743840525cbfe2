public import Columnar

/// Where a codec reads its bytes: a file, an object, or memory. Declared here so that formats do no I/O of their own.
///
/// Reads may come from several threads at once.
public protocol ByteSource: Sendable {
    /// What to call the source in errors: a path or URL.
    var name: String { get }
    /// Bytes in all.
    var size: Int { get }
    /// Reads exactly `buffer.count` bytes from `offset` on.
    ///
    /// - Throws: `FormatError.truncated` when the source ends before, or the storage's own error.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension ByteSource {
    /// Reads `count` bytes from `offset` on into a new buffer.
    public func read(at offset: Int, count: Int) throws -> Buffer {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw FormatError(.truncated, source: name, offset: offset, "\(count) bytes are wanted, the file has \(max(0, size - max(0, offset))) left")
        }
        let buffer = Buffer(size: count)
        try read(at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.base, count: count))
        return buffer
    }
}

/// Bytes in memory as a source.
public struct MemorySource: ByteSource {
    public let name: String
    private let buffer: Buffer
    public var size: Int { buffer.size }

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        buffer = Buffer(size: bytes.count)
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: buffer.base, count: $0.count).copyMemory(from: $0) }
    }

    public func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
        guard offset >= 0, offset + target.count <= size else { throw FormatError(.truncated, source: name, offset: offset, "the bytes end here") }
        target.copyMemory(from: UnsafeRawBufferPointer(start: buffer.base + offset, count: target.count))
    }
}

/// Where a codec writes its bytes, in order, from one thread at a time.
public protocol ByteSink: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// A sink that keeps what it is given.
public final class MemorySink: ByteSink {
    public private(set) var bytes: [UInt8] = []
    public init() {}
    public func write(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
}
