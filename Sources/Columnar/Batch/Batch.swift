/// Columns of equal row count under a schema: the unit that flows through a plan.
///
/// Batches describe themselves. Those of a DynamicFrame may differ in schema from one to the next; see `Schema.merging`.
public struct Batch: Sendable {
    public let schema: Schema
    public let columns: [Column]
    /// Rows. A batch without columns still counts them.
    public let count: Int

    /// - Precondition: one column a field, of the field's type and `count` rows each.
    public init(schema: Schema, columns: [Column], count: Int) {
        precondition(columns.count == schema.count)
        #if DEBUG
            for (field, column) in zip(schema.fields, columns) {
                precondition(field.type == column.type, "column '\(field.name)' is \(column.type.hiveName), not \(field.type.hiveName)")
                precondition(column.count == count, "column '\(field.name)' has \(column.count) rows, not \(count)")
            }
        #endif
        self.schema = schema
        self.columns = columns
        self.count = count
    }

    public static func empty(_ schema: Schema) -> Batch {
        Batch(schema: schema, columns: schema.fields.map { .nulls($0.type, count: 0) }, count: 0)
    }

    public func column(_ name: String) -> Column? { schema.index(of: name).map { columns[$0] } }

    /// Rows `range`; see `Column.slice`.
    public func slice(_ range: Range<Int>) -> Batch {
        range.count == count ? self : Batch(schema: schema, columns: columns.map { $0.slice(range) }, count: range.count)
    }

    /// The rows at the given positions, in their order; see `Column.take`.
    public func take(_ indices: Values<Int32>) -> Batch {
        Batch(schema: schema, columns: columns.map { $0.take(indices) }, count: indices.count)
    }

    /// The rows whose bit is set.
    public func filter(_ mask: Bitmap) -> Batch {
        let kept = mask.setCount
        if kept == count { return self }
        return take(mask.setIndices)
    }

    /// The columns at the given positions, in their order.
    public func selecting(_ indices: [Int]) -> Batch {
        Batch(schema: schema.selecting(indices), columns: indices.map { columns[$0] }, count: count)
    }
}
