internal import CCodecs
internal import Columnar

/// A sink that compresses what it is given into another sink, as one gzip member or zstd frame. Call `finish` at the end.
public final class CompressingSink: ByteSink {
    private let sink: any ByteSink
    private let handle: OpaquePointer
    private let block = Buffer(size: 128 << 10)

    /// - Parameter level: the library's own scale; nil takes its default.
    /// - Throws: `FormatError.invalidRequest` for a compression that is not written.
    public init(_ sink: any ByteSink, kind: Compression, level: Int? = nil) throws {
        let code: mastic_stream_kind
        switch kind {
        case .gzip: code = mastic_stream_gzip
        case .zstd: code = mastic_stream_zstd
        default: throw FormatError(.invalidRequest, source: "output", "text is not written as \(kind.rawValue); choose gzip, zstd or none")
        }
        guard let handle = mastic_compressor_create(code, Int32(clamping: level ?? -1)) else {
            throw FormatError(.invalidRequest, source: "output", "\(kind.rawValue) takes no level \(level ?? -1), or there is no memory left")
        }
        (self.sink, self.handle) = (sink, handle)
    }

    deinit { mastic_compressor_destroy(handle) }

    public func write(_ bytes: UnsafeRawBufferPointer) throws { try run(bytes, finish: false) }

    /// Writes what is left, and the end of the stream. Nothing may be written afterwards.
    public func finish() throws { try run(UnsafeRawBufferPointer(start: nil, count: 0), finish: true) }

    private func run(_ bytes: UnsafeRawBufferPointer, finish: Bool) throws {
        var at = 0
        while true {
            var (used, written) = (0, 0)
            let input = bytes.baseAddress.map { $0 + at }
            let status = mastic_compressor_run(handle, input, bytes.count - at, &used, block.base, block.size, &written, finish ? 1 : 0)
            guard status != mastic_stream_memory else { throw FormatError(.invalidRequest, source: "output", "there is no memory left to compress with") }
            at += used
            if written > 0 { try sink.write(UnsafeRawBufferPointer(start: block.base, count: written)) }
            if finish ? status == mastic_stream_end : (at == bytes.count && written < block.size) { return }
        }
    }
}
