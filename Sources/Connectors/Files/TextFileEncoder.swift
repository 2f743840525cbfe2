public import Columnar
public import Formats

/// Rows as CSV or JSON lines: a chunk is text, compressed where asked (compressed chunks stand in the file one after the other, which both gzip
/// and zstd allow).
public struct TextFileEncoder: FileEncoder {
    public enum Format: Sendable {
        case csv(CSVWriteOptions)
        case json(JSONWriteOptions)
    }
    public let format: Format
    public let compression: Compression

    public init(_ format: Format, compression: Compression = .none) { (self.format, self.compression) = (format, compression) }

    public var fileExtension: String {
        switch format {
        case .csv: "csv" + compression.suffix
        case .json: "json" + compression.suffix
        }
    }
    public var needsOneSchema: Bool {
        if case .csv = format { return true }
        return false
    }
    public var chunkRows: Int { 65536 }
    public var chunkBytes: Int { 16 << 20 }

    public func check(_ schema: Schema) throws {}

    public func prepare(_ batch: Batch, schema: Schema) -> any PreparedRows { TextRows(needsOneSchema ? batch.conforming(to: schema) : batch) }

    public func makeBuilder(schema: Schema) -> any ChunkBuilder { TextChunkBuilder(self, schema: needsOneSchema ? schema : nil) }

    fileprivate func encode(_ batches: [Batch], schema: Schema) throws -> any EncodedChunk {
        let rows = batches.reduce(0) { $0 + $1.count }
        return TextChunk(bytes: try compressed { sink in try write(batches, schema: schema, header: false, to: sink) }, rowCount: rows)
    }

    public func makeFile(_ sink: any ByteSink, schema: Schema) throws -> any FileAssembler {
        let header = try compressed { sink in try write([], schema: schema, header: true, to: sink) }
        if !header.isEmpty { try header.withUnsafeBytes { try sink.write($0) } }
        return TextAssembler(sink)
    }

    /// The writers' text, with or without what a file begins with.
    private func write(_ batches: [Batch], schema: Schema, header: Bool, to sink: any ByteSink) throws {
        switch format {
        case .csv(var options):
            options.writeHeader = options.writeHeader && header
            let writer = try CSVWriter(schema: schema, options: options, sink: sink)
            for batch in batches { try writer.write(batch) }
            try writer.finish()
        case .json(let options):
            let writer = try JSONWriter(schema: schema, options: options, sink: sink)
            for batch in batches { try writer.write(batch) }
            try writer.finish()
        }
    }

    private func compressed(_ body: (any ByteSink) throws -> Void) throws -> [UInt8] {
        let memory = MemorySink()
        if compression == .none {
            try body(memory)
            return memory.bytes
        }
        let plain = MemorySink()
        try body(plain)
        if plain.bytes.isEmpty { return [] }
        let sink = try CompressingSink(memory, kind: compression)
        try plain.bytes.withUnsafeBytes { try sink.write($0) }
        try sink.finish()
        return memory.bytes
    }
}

private struct TextChunk: EncodedChunk {
    let bytes: [UInt8]
    let rowCount: Int
}

private final class TextRows: PreparedRows {
    let batch: Batch
    init(_ batch: Batch) { self.batch = batch }
    var count: Int { batch.count }
}

/// Collects rows; they become text at the end of the chunk.
private final class TextChunkBuilder: ChunkBuilder {
    private let encoder: TextFileEncoder
    /// Nil where every chunk has the schema of its own rows.
    private let schema: Schema?
    private var batches: [Batch] = []
    private(set) var heldBytes = 0

    init(_ encoder: TextFileEncoder, schema: Schema?) { (self.encoder, self.schema) = (encoder, schema) }

    func append(_ rows: any PreparedRows, at positions: UnsafeBufferPointer<Int32>?) {
        guard let rows = rows as? TextRows else { preconditionFailure("rows of another format") }
        let own = (positions.map { rows.batch.take(Values(Array($0))) } ?? rows.batch).compacted()
        batches.append(own)
        heldBytes += own.approximateSize
    }

    func finish() throws -> any EncodedChunk {
        let schema = schema ?? batches.dropFirst().reduce(batches.first?.schema ?? .empty) { $0.merging($1.schema) }
        return try encoder.encode(batches.map { $0.conforming(to: schema) }, schema: schema)
    }
}

private final class TextAssembler: FileAssembler {
    private let sink: any ByteSink
    init(_ sink: any ByteSink) { self.sink = sink }

    func append(_ chunk: any EncodedChunk) throws {
        guard let chunk = chunk as? TextChunk else { preconditionFailure("a chunk of another format") }
        try chunk.bytes.withUnsafeBytes { try sink.write($0) }
    }

    func finish() throws {}
}
