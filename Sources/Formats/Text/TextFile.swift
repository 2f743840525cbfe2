internal import Columnar

/// What CSV and JSON have in common in how their bytes are reached.
public struct TextOptions: Sendable {
    /// How the file is compressed; nil asks its first bytes and its name.
    public var compression: Compression?
    public var encoding = TextEncoding.utf8
    /// Bytes of text that are read at once; a batch holds the rows of one such block at most.
    public var blockSize = 1 << 20
    /// Rows of a batch at most.
    public var batchRows = 8192
    /// Bytes that a record may have. A longer one becomes a `BadRecord`, and reading goes on behind it.
    public var recordLimit = 64 << 20

    public init() {}
}

/// A part of a text file that one thread reads: an index that gives the order of the parts, and the bytes of the file whose records it has.
///
/// A compressed file, or one whose records can't be told apart without what comes before, is one split.
public struct TextSplit: Sendable, Hashable {
    public let index: Int
    /// Records that begin in these bytes of the file, before decompression, belong to the split.
    public let byteRange: Range<Int>
}

/// A source seen as UTF-8 text: decompressed, decoded, without a byte order mark.
struct TextFile: Sendable {
    let source: any ByteSource
    let options: TextOptions
    let compression: Compression

    init(_ source: any ByteSource, _ options: TextOptions) throws {
        self.source = source
        self.options = options
        compression = try options.compression ?? Compression.of(source)
    }

    /// Whether a line end can be found from anywhere in the file.
    var hasSeekableLines: Bool { compression == .none && options.encoding.hasSingleByteLineEnds }

    /// The whole text, with its byte order mark if it has one.
    func stream() throws -> any ByteStream {
        var stream: any ByteStream = SourceStream(source)
        if compression != .none { stream = try DecompressingStream(stream, kind: compression, name: source.name) }
        return decoded(stream)
    }

    /// The text of the lines that begin in `range`; see `LineRangeStream`. Also the offset of its first byte.
    func lines(in range: Range<Int>, first: Int, lineEnd: UInt8) throws -> (any ByteStream, start: Int) {
        let stream = try LineRangeStream(source, range, first: first, lineEnd: lineEnd)
        return (decoded(stream), stream.start)
    }

    private func decoded(_ stream: any ByteStream) -> any ByteStream {
        options.encoding == .utf8 ? stream : TranscodingStream(stream, from: options.encoding)
    }

    /// Ranges of about `targetBytes` from `first` to the end of the file.
    func ranges(from first: Int, targetBytes: Int) -> [Range<Int>] {
        let target = max(targetBytes, 1)
        guard source.size > first else { return [] }
        return stride(from: first, to: source.size, by: target).map { $0..<min($0 + target, source.size) }
    }

    /// At most 4 KiB of a record, for an error.
    static func excerpt(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes, count: max(0, min(count, 4096))), as: UTF8.self)
    }
}
