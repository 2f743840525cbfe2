public import Columnar
internal import Glibc

/// A Parquet file with its footer read: the schema, the row groups, and batches of their rows.
///
/// Nothing changes after `init`, so threads may read row groups side by side. The format is that of apache/parquet-format 2.12; what is not read
/// (encryption, LZO, decimals of more than 38 digits) ends in `FormatError.unsupported`.
///
/// How Parquet's types become Mastic's: unsigned integers take the next wider signed type, of 64 bits `decimal(20,0)`; times of day become `int` or
/// `long` in their own unit; timestamps become microseconds (nanoseconds round down), local ones as if they were UTC; half floats become
/// `float`; ENUM and JSON are strings; UUID, BSON, INTERVAL, geometries and byte arrays without annotation are binary.
public final class ParquetFile: Sendable {
    public struct RowGroup: Sendable {
        public let rowCount: Int
        /// Bytes of the columns before compression, as the writer counted them.
        public let totalByteSize: Int
        /// Position in the file of the group's first row.
        public let firstRow: Int
    }

    public let schema: Schema
    public let rowCount: Int
    public let rowGroups: [RowGroup]
    public var keyValueMetadata: [(String, String)] { metadata.keyValues }
    /// The program that wrote the file, as it says itself.
    public var createdBy: String? { metadata.createdBy }

    let source: any ByteSource
    let metadata: ParquetFileMetadata
    let tree: ParquetSchemaTree
    /// Where the footer begins.
    let dataEnd: Int

    /// Reads the footer.
    ///
    /// - Throws: `FormatError` when the bytes are no Parquet file, are damaged, or use what is not read; errors of the source.
    public init(_ source: any ByteSource) throws {
        self.source = source
        let size = source.size
        func failure(_ code: FormatError.Code, at offset: Int?, _ message: String) -> FormatError {
            FormatError(code, source: source.name, offset: offset, message)
        }
        guard size >= 12 else { throw failure(.truncated, at: size, "\(size) bytes are too few for a Parquet file") }
        // One read takes the footers of most files.
        let tailSize = min(size, 64 << 10)
        var tail = try source.read(at: size - tailSize, count: tailSize)
        let magic = (tail.base + tailSize - 4).loadUnaligned(as: UInt32.self)
        if magic == 0x4552_4150 { throw failure(.unsupported, at: size - 4, "the file has an encrypted footer (Parquet modular encryption), which is not read") }
        guard magic == 0x3152_4150 else { throw failure(.malformed, at: size - 4, "the file does not end in 'PAR1', so it is no Parquet file, or not a whole one") }
        let footerSize = Int((tail.base + tailSize - 8).loadUnaligned(as: UInt32.self))
        guard footerSize <= size - 12, footerSize > 0 else {
            throw failure(.malformed, at: size - 8, "the footer is said to have \(footerSize) bytes, the file has \(size)")
        }
        dataEnd = size - 8 - footerSize
        if footerSize + 8 > tailSize { tail = try source.read(at: dataEnd, count: footerSize + 8) }
        let footer = UnsafeRawBufferPointer(start: tail.base + tail.size - 8 - footerSize, count: footerSize)
        var reader = ThriftReader(footer, source: source.name, origin: dataEnd)
        let metadata = try withExtendedLifetime(tail) { try ParquetFileMetadata(reading: &reader) }
        self.metadata = metadata
        let origin = dataEnd
        tree = try ParquetSchemaTree(metadata.schema, source: source.name, footerOffset: origin)
        schema = Schema(tree.fields.map { Field($0.name, $0.type) })

        var groups: [RowGroup] = []
        var rows = 0
        for (index, group) in metadata.rowGroups.enumerated() {
            guard group.columns.count == tree.leaves.count else {
                throw failure(.malformed, at: origin, "row group \(index) has \(group.columns.count) columns, the schema has \(tree.leaves.count)")
            }
            for (leaf, column) in zip(tree.leaves, group.columns) where leaf.maximumRepetition == 0 {
                guard let values = column.metadata?.valueCount, values != group.rowCount else { continue }
                throw failure(
                    .malformed, at: origin, "row group \(index) has \(group.rowCount) rows, its column '\(leaf.path)' has \(values) values")
            }
            groups.append(RowGroup(rowCount: group.rowCount, totalByteSize: group.totalByteSize, firstRow: rows))
            let (sum, overflow) = rows.addingReportingOverflow(group.rowCount)
            guard !overflow else { throw failure(.malformed, at: origin, "the row groups have more rows than can be counted") }
            rows = sum
        }
        rowGroups = groups
        rowCount = rows
    }

    /// Reads a row group as batches of at most `batchRows` rows.
    ///
    /// Columns come in the schema's order. String columns whose pages hold dictionary indices stay dictionaries, all batches sharing one; other
    /// strings are views of the decompressed pages. Only the bytes of the columns that are read are asked for, and where the file has a page index,
    /// only those of the pages that hold wanted rows.
    ///
    /// - Parameters:
    ///   - columns: names of top-level columns to read, nested ones whole; nil for all. Without any, the batches count rows alone.
    ///   - rows: the rows to read, as ranges in order that do not touch each other; nil for all.
    ///   - filters: what rows must pass to be delivered. Pages of other columns that hold no row which passes are not decoded, and the bytes of a column
    ///     are not even asked for before a row passes.
    ///   - emit: takes a batch; returns false to stop.
    /// - Throws: `FormatError`, errors of the source, and what `filters` and `emit` throw.
    public func read(
        rowGroup: Int, columns: Set<String>? = nil, rows: [Range<Int>]? = nil, filters: [RowFilter] = [], batchRows: Int = 8192,
        emit: (Batch) throws -> Bool
    ) throws {
        precondition(rowGroups.indices.contains(rowGroup) && batchRows > 0)
        let group = metadata.rowGroups[rowGroup]
        let materialization = LateMaterialization(names: schema.names, columns: columns, filters: filters)
        let schemas = materialization.steps.map { $0.count == schema.count ? schema : schema.selecting($0) }
        // By field: the readers of its leaves, and the rows that they have given or passed over.
        var readers: [Int: [Int: ParquetLeafReader]] = [:]
        var positions = [Int](repeating: 0, count: schema.count)
        for range in rows ?? [0..<group.rowCount] {
            var done = range.lowerBound
            while done < range.upperBound {
                let count = min(batchRows, range.upperBound - done)
                let batch = try materialization.batch(count: count) { field, taken in
                    let node = tree.fields[field]
                    let leaves = try readers[field] ?? self.readers(of: node, rowGroup: rowGroup, rows: rows)
                    readers[field] = leaves
                    for reader in leaves.values { reader.skip(done - positions[field]) }
                    defer { positions[field] = done + count }
                    if let taken, case .leaf(let index) = node.kind, tree.leaves[index].maximumDefinition <= 1, tree.leaves[index].maximumRepetition == 0 {
                        return try leaves[index]!.readFlat(count, taking: taken)
                    }
                    let column = try column(node, count, leaves)
                    return taken.map { column.take($0) } ?? column
                } schema: { step, _ in schemas[step] }
                done += count
                try MemoryPool.shared.check()
                if let batch, try !emit(batch) { return }
            }
        }
    }

    /// A reader for each leaf of a node.
    private func readers(of node: ParquetNode, rowGroup: Int, rows: [Range<Int>]?) throws -> [Int: ParquetLeafReader] {
        var readers: [Int: ParquetLeafReader] = [:]
        for index in node.leaves {
            let leaf = tree.leaves[index]
            var selection: ParquetPageReader.Selection?
            if let rows, leaf.maximumRepetition == 0, leaf.maximumDefinition <= 1, let locations = try pageLocations(rowGroup: rowGroup, leaf: index) {
                selection = ParquetPageReader.Selection(locations: locations, rows: rows, rowCount: rowGroups[rowGroup].rowCount)
            }
            readers[index] = try ParquetLeafReader(source, metadata.rowGroups[rowGroup].columns[index], leaf: leaf, end: dataEnd, selection: selection)
        }
        return readers
    }

    private func column(_ node: ParquetNode, _ rows: Int, _ readers: [Int: ParquetLeafReader]) throws -> Column {
        if case .leaf(let index) = node.kind, tree.leaves[index].maximumDefinition <= 1 { return try readers[index]!.readFlat(rows) }
        var entries: [Int: ParquetEntries] = [:]
        for index in node.leaves { entries[index] = try readers[index]!.readEntries(rows) }
        let assembly = ParquetAssembly(entries: entries, leaves: tree.leaves) { [source] code, message in
            FormatError(code, source: source.name, message)
        }
        return try assembly.column(node, count: rows)
    }
}
