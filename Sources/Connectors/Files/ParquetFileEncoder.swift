public import Columnar
public import Formats

/// Rows as Parquet: a chunk is a row group.
public struct ParquetFileEncoder: FileEncoder {
    public let options: ParquetWriteOptions
    public init(_ options: ParquetWriteOptions) { self.options = options }

    public var fileExtension: String { options.compression == .uncompressed ? "parquet" : "\(options.compression == .lz4Raw ? "lz4" : options.compression.rawValue).parquet" }
    public var needsOneSchema: Bool { true }
    public var chunkRows: Int { options.rowGroupRows }
    public var chunkBytes: Int { options.rowGroupBytes }

    public func check(_ schema: Schema) throws { _ = try ParquetWriter(schema: schema, options: options, sink: MemorySink()) }

    public func encode(_ batches: [Batch], schema: Schema) throws -> any EncodedChunk {
        RowGroupChunk(group: try ParquetWriter.encode(batches, schema: schema, options: options), rowCount: batches.reduce(0) { $0 + $1.count })
    }

    public func makeFile(_ sink: any ByteSink, schema: Schema) throws -> any FileAssembler {
        ParquetAssembler(try ParquetWriter(schema: schema, options: options, sink: sink))
    }
}

private struct RowGroupChunk: EncodedChunk {
    let group: EncodedRowGroup
    let rowCount: Int
}

private final class ParquetAssembler: FileAssembler {
    private let writer: ParquetWriter
    init(_ writer: ParquetWriter) { self.writer = writer }

    func append(_ chunk: any EncodedChunk) throws {
        guard let chunk = chunk as? RowGroupChunk else { preconditionFailure("a chunk of another format") }
        try writer.append(chunk.group)
    }

    func finish() throws { _ = try writer.finish() }
}
