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
    /// Of all columns of all row groups.
    private var indexes: [ParquetChunkIndex] = []

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
        let builder = try ParquetRowGroupBuilder(schema: schema, options: options)
        for batch in batches { try builder.append(ParquetRows(batch, schema: schema)) }
        return try builder.finish()
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
            if options.pageIndex {
                var index = chunk.index
                for i in index.locations.indices { index.locations[i].offset += position }
                indexes.append(index)
            }
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
        try writeIndexes()
        let footer = metadata.bytes
        try write(footer)
        try write(withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) } + Array("PAR1".utf8))
        return (metadata.rowCount, position)
    }

    /// The page indexes of all row groups, those of one kind together.
    private func writeIndexes() throws {
        guard !indexes.isEmpty else { return }
        let columns = layout.leaves.count
        for (i, index) in indexes.enumerated() {
            guard let bytes = index.columnIndexBytes else { continue }
            metadata.rowGroups[i / columns].columns[i % columns].columnIndexOffset = position
            metadata.rowGroups[i / columns].columns[i % columns].columnIndexLength = bytes.count
            try write(bytes)
        }
        for (i, index) in indexes.enumerated() {
            let bytes = index.offsetIndexBytes
            metadata.rowGroups[i / columns].columns[i % columns].offsetIndexOffset = position
            metadata.rowGroups[i / columns].columns[i % columns].offsetIndexLength = bytes.count
            try write(bytes)
        }
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
