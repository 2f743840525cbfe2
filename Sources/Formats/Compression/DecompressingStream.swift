internal import CCodecs
internal import Columnar

/// The bytes of a compressed stream, decompressed as they are asked for: concatenated gzip members (RFC 1952), zstd frames (RFC 8878).
///
/// Holds one block of compressed bytes and the library's window, whatever the size of the file.
final class DecompressingStream: ByteStream {
    private let stream: any ByteStream
    private let name: String
    private let kind: Compression
    private let handle: OpaquePointer
    private let block = Buffer(size: 256 << 10)
    private var start = 0
    private var end = 0
    /// Compressed bytes before `block`.
    private var blockOffset = 0
    /// Between two members, where the file may end.
    private var atBoundary = true
    private var finished = false

    /// - Throws: `FormatError.unsupported` for a compression that is not read.
    init(_ stream: any ByteStream, kind: Compression, name: String) throws {
        let code: mastic_stream_kind
        switch kind {
        case .gzip: code = mastic_stream_gzip
        case .zstd: code = mastic_stream_zstd
        default:
            throw FormatError(.unsupported, source: name, offset: 0, "\(kind.rawValue) is not read; gzip and zstd are")
        }
        guard let handle = mastic_decompressor_create(code) else {
            throw FormatError(.unsupported, source: name, "there is no memory left to decompress with")
        }
        (self.stream, self.kind, self.name, self.handle) = (stream, kind, name, handle)
    }

    deinit { mastic_decompressor_destroy(handle) }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < target.count, !finished {
            if start == end {
                blockOffset += end
                (start, end) = (0, try stream.read(into: UnsafeMutableRawBufferPointer(start: block.base, count: block.size)))
                if end == 0 {
                    finished = true
                    if atBoundary { break }
                    throw FormatError(.truncated, source: name, offset: blockOffset, "the \(kind.rawValue) data end in the middle")
                }
            }
            if atBoundary, kind == .gzip, isPadding() { continue }
            atBoundary = false
            var (used, written) = (0, 0)
            var message: UnsafePointer<CChar>?
            let status = mastic_decompressor_run(
                handle, block.base + start, end - start, &used, target.baseAddress! + filled, target.count - filled, &written, &message)
            start += used
            filled += written
            switch status {
            case mastic_stream_more: break
            case mastic_stream_end: atBoundary = true
            case mastic_stream_memory: throw FormatError(.unsupported, source: name, "there is no memory left to decompress with")
            default:
                let text = message.map { String(cString: $0) } ?? ""
                throw FormatError(.malformed, source: name, offset: blockOffset + start, "the \(kind.rawValue) data are damaged: \(text)")
            }
        }
        return filled
    }

    /// Skips zero bytes between or after gzip members, which tapes and block copies leave there. True when the block is used up.
    private func isPadding() -> Bool {
        guard blockOffset + start > 0 else { return false }
        let bytes = block.base.assumingMemoryBound(to: UInt8.self)
        while start < end, bytes[start] == 0 { start += 1 }
        return start == end
    }
}
