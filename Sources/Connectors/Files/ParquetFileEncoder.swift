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

    public func prepare(_ batch: Batch, schema: Schema) throws -> any PreparedRows { try ParquetRows(batch, schema: schema) }

    public func makeBuilder(schema: Schema) throws -> any ChunkBuilder {
        RowGroupChunkBuilder(try ParquetRowGroupBuilder(schema: schema, options: options))
    }

    public func makeFile(_ sink: any ByteSink, schema: Schema) throws -> any FileAssembler {
        ParquetAssembler(try ParquetWriter(schema: schema, options: options, sink: sink))
    }
}

private struct RowGroupChunk: EncodedChunk {
    let group: EncodedRowGroup
    let rowCount: Int
}

extension ParquetRows: PreparedRows {}

private final class RowGroupChunkBuilder: ChunkBuilder {
    private let builder: ParquetRowGroupBuilder
    init(_ builder: ParquetRowGroupBuilder) { self.builder = builder }

    var heldBytes: Int { builder.heldBytes }

    func append(_ rows: any PreparedRows, at positions: UnsafeBufferPointer<Int32>?) throws {
        guard let rows = rows as? ParquetRows else { preconditionFailure("rows of another format") }
        try builder.append(rows, at: positions)
    }

    func finish() throws -> any EncodedChunk { RowGroupChunk(group: try builder.finish(), rowCount: builder.rowCount) }
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
