public import Columnar

/// A row group in the making: rows in, pages as soon as they are full.
///
/// Rows are copied, so batches and the buffers behind them need not stay. Used by one thread at a time.
public final class ParquetRowGroupBuilder {
    private let layout: ParquetWriteSchema
    private let schema: Schema
    private let leaves: [ParquetLeafEncoder]
    /// The leaf of each field; nil for those that are nested.
    private let flatLeaves: [ParquetLeafEncoder?]
    private let scratch = ParquetRowScratch()
    public private(set) var rowCount = 0

    /// - Throws: `FormatError.invalidRequest` naming a column that Parquet has no type for.
    public init(schema: Schema, options: ParquetWriteOptions = ParquetWriteOptions()) throws {
        self.schema = schema
        layout = try ParquetWriteSchema(schema)
        let leaves = layout.leaves.map { leaf in
            ParquetLeafEncoder(leaf, options) { FormatError(.invalidRequest, source: "Parquet", "column '\(leaf.path.joined(separator: "."))' \($0)") }
        }
        self.leaves = leaves
        flatLeaves = layout.fields.map { node in
            if case .leaf(let leaf) = node.kind { leaves[leaf] } else { nil }
        }
    }

    /// Bytes in memory, about: those of finished pages and of the values that make no page yet.
    public var heldBytes: Int { leaves.reduce(0) { $0 + $1.heldBytes } }

    /// Appends the rows at the given positions, in their order; all rows where nil.
    ///
    /// - Parameter rows: of this builder's schema.
    /// - Throws: `FormatError.invalidRequest` naming a column that cannot be written, or a null among a map's keys.
    public func append(_ rows: ParquetRows, at positions: UnsafeBufferPointer<Int32>? = nil) throws {
        precondition(rows.columns.count == layout.fields.count)
        let count = positions?.count ?? rows.count
        if count == 0 { return }
        let selection = ParquetLeafEncoder.Selection(rows: positions?.baseAddress, start: 0, count: count)
        for index in 0..<flatLeaves.count {
            if let leaf = flatLeaves[index] {
                try leaf.append(UnsafePointer(rows.columns.baseAddress! + index), selection, scratch)
            } else {
                try appendNested(index, layout.fields[index], rows.columns[index].column, positions)
            }
        }
        rowCount += count
    }

    private func appendNested(
        _ index: Int, _ node: ParquetWriteNode, _ column: Column, _ positions: UnsafeBufferPointer<Int32>?
    ) throws {
        let column = positions.map { column.take(Values(Array($0))) } ?? column
        let name = schema[index].name
        let shredder = ParquetShredder {
            FormatError(.invalidRequest, source: "Parquet", "column '\(name)' has a map with a null key, which Parquet does not allow")
        } emit: { [leaves, scratch] in
            try leaves[$0].append($1, scratch)
        }
        // Small enough to stay in the cache, and a multiple of 64 so that bitmaps are not copied.
        var start = 0
        while start < column.count {
            let end = min(start + 8192, column.count)
            try shredder.shred(node, column.slice(start..<end))
            start = end
        }
    }

    /// Ends the row group. The builder is not used any more.
    public func finish() throws -> EncodedRowGroup {
        EncodedRowGroup(rowCount: rowCount, chunks: try leaves.map { try $0.finish() })
    }
}
