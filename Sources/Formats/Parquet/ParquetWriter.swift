public import Columnar
internal import Glibc

/// A row group, encoded and compressed, that only lacks its place in a file.
public struct EncodedRowGroup: Sendable {
    public let rowCount: Int
    /// Bytes in the file.
    public var byteCount: Int { chunks.reduce(0) { $0 + $1.size } }
    let chunks: [ParquetEncodedChunk]
}

/// Writes a Parquet file: row groups one after the other, the footer at the end.
///
/// Encoding is the dear part and needs no writer, so threads encode row groups with `encode`, and one of them appends the results in order. For a
/// single thread there is `write`, which collects batches into row groups by itself.
///
/// Every column is written as nullable, lists and maps in three levels, timestamps as UTC microseconds, decimals in the smallest of int32, int64 and
/// fixed-length bytes; a column without any value yet has the UNKNOWN type. Not shared between threads.
public final class ParquetWriter {
    private let schema: Schema
    private let options: ParquetWriteOptions
    private let sink: any ByteSink
    private let layout: ParquetWriteSchema
    private var position = 0
    private var metadata = ParquetFileMetadata()
    private var pending: [Batch] = []
    private var pendingRows = 0
    private var pendingBytes = 0

    /// What stands in a file's `created_by`, in the form that readers take apart to work around old bugs of others.
    public static let createdBy = "mastic version 1.0.0 (build native)"

    /// Writes the file's first bytes.
    ///
    /// - Throws: `FormatError.invalidRequest` naming a column that Parquet has no type for (a choice, a struct without fields); errors of the sink.
    public init(schema: Schema, options: ParquetWriteOptions = ParquetWriteOptions(), sink: any ByteSink) throws {
        (self.schema, self.options, self.sink) = (schema, options, sink)
        guard (1...2).contains(options.dataPageVersion) else {
            throw FormatError(.invalidRequest, source: "Parquet", "there is no data page version \(options.dataPageVersion), only 1 and 2")
        }
        layout = try ParquetWriteSchema(schema)
        metadata.version = 2
        metadata.schema = layout.elements
        metadata.createdBy = Self.createdBy
        metadata.keyValues = options.keyValueMetadata
        metadata.columnOrders = layout.leaves.map { _ in .typeDefined }
        try write(Array("PAR1".utf8))
    }

    /// Encodes batches as one row group. Pure: any thread may call it.
    ///
    /// - Parameter batches: of `schema`, or of schemas that `schema` was merged from.
    /// - Throws: `FormatError.invalidRequest` naming a column that cannot be written, or a null among a map's keys.
    public static func encode(_ batches: [Batch], schema: Schema, options: ParquetWriteOptions = ParquetWriteOptions()) throws -> EncodedRowGroup {
        let layout = try ParquetWriteSchema(schema)
        let conforming = try batches.map { try conform($0, to: schema) }
        var encoders = layout.leaves.map { leaf in
            ParquetLeafEncoder(leaf, options) { FormatError(.invalidRequest, source: "Parquet", "column '\(leaf.path.joined(separator: "."))' \($0)") }
        }
        for (index, node) in layout.fields.enumerated() {
            for batch in conforming {
                // Small enough to stay in the cache, and a multiple of 64 so that bitmaps are not copied.
                var start = 0
                while start < batch.count {
                    let end = min(start + 8192, batch.count)
                    let column = batch.columns[index].slice(start..<end)
                    if case .leaf(let leaf) = node.kind {
                        try encoders[leaf].append(flat: column)
                    } else {
                        let name = schema[index].name
                        let shredder = ParquetShredder {
                            FormatError(.invalidRequest, source: "Parquet", "column '\(name)' has a map with a null key, which Parquet does not allow")
                        } emit: {
                            try encoders[$0].append($1)
                        }
                        try shredder.shred(node, column)
                    }
                    start = end
                }
            }
        }
        var chunks: [ParquetEncodedChunk] = []
        for index in encoders.indices { chunks.append(try encoders[index].finish()) }
        return withExtendedLifetime(conforming) { EncodedRowGroup(rowCount: batches.reduce(0) { $0 + $1.count }, chunks: chunks) }
    }

    private static func conform(_ batch: Batch, to schema: Schema) throws -> Batch {
        if batch.schema == schema { return batch }
        for field in batch.schema.fields {
            guard let index = schema.index(of: field.name) else {
                throw FormatError(.invalidRequest, source: "Parquet", "a batch has a column '\(field.name)', which the file's schema lacks")
            }
            guard schema[index].type.merging(field.type) == schema[index].type else {
                throw FormatError(
                    .invalidRequest, source: "Parquet",
                    "column '\(field.name)' is \(field.type.hiveName) in a batch, \(schema[index].type.hiveName) in the file's schema")
            }
        }
        return batch.conforming(to: schema)
    }

    /// Appends a row group of this writer's schema. One without rows leaves no trace.
    public func append(_ group: EncodedRowGroup) throws {
        precondition(group.chunks.count == layout.leaves.count)
        if group.rowCount == 0 { return }
        var row = ParquetRowGroupMetadata()
        row.rowCount = group.rowCount
        row.fileOffset = position
        row.ordinal = metadata.rowGroups.count <= Int(Int16.max) ? metadata.rowGroups.count : nil
        for chunk in group.chunks {
            var column = ParquetColumnChunk()
            var chunkMetadata = chunk.metadata
            chunkMetadata.dataPageOffset += position
            if let dictionary = chunkMetadata.dictionaryPageOffset { chunkMetadata.dictionaryPageOffset = dictionary + position }
            row.totalByteSize += chunkMetadata.uncompressedSize
            row.totalCompressedSize = (row.totalCompressedSize ?? 0) + chunkMetadata.compressedSize
            column.metadata = chunkMetadata
            row.columns.append(column)
            for page in chunk.pages {
                try write(page.header)
                try sink.write(UnsafeRawBufferPointer(page.content.bufferPointer))
                position += page.content.count
            }
        }
        metadata.rowGroups.append(row)
        metadata.rowCount += group.rowCount
    }

    /// Collects rows; encodes and appends a row group whenever enough have come together.
    public func write(_ batch: Batch) throws {
        pending.append(batch)
        pendingRows += batch.count
        pendingBytes += batch.columns.reduce(0) { $0 + $1.estimatedBytes }
        if pendingRows >= options.rowGroupRows || pendingBytes >= options.rowGroupBytes { try flush() }
    }

    private func flush() throws {
        if pendingRows > 0 { try append(Self.encode(pending, schema: schema, options: options)) }
        (pending, pendingRows, pendingBytes) = ([], 0, 0)
    }

    /// Writes what was collected, and the footer.
    public func finish() throws -> (rows: Int, bytes: Int) {
        try flush()
        let footer = metadata.bytes
        try write(footer)
        try write(withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) } + Array("PAR1".utf8))
        return (metadata.rowCount, position)
    }

    private func write(_ bytes: [UInt8]) throws {
        if bytes.isEmpty { return }
        try bytes.withUnsafeBytes { try sink.write($0) }
        position += bytes.count
    }
}

extension Column {
    /// Bytes that the values take before encoding, about.
    var estimatedBytes: Int {
        switch storage {
        case .null: 0
        case .bits: count / 8
        case .fixed: count * type.fixedSize
        case .views(let views, _): views.bufferPointer.reduce(0) { $0 + $1.length + 4 }
        case .list(let offsets, let child):
            child.count == 0 ? count * 4 : count * 4 + child.estimatedBytes * Int(offsets[count] - offsets[0]) / child.count
        case .struct(let children): children.reduce(0) { $0 + $1.estimatedBytes }
        case .map(let offsets, let keys, let values):
            keys.count == 0 ? count * 4 : count * 4 + (keys.estimatedBytes + values.estimatedBytes) * Int(offsets[count] - offsets[0]) / keys.count
        case .choice(_, _, let members): members.reduce(count * 5) { $0 + $1.estimatedBytes }
        case .dictionary(_, let values): count * (4 + values.estimatedBytes / max(values.count, 1))
        }
    }
}
