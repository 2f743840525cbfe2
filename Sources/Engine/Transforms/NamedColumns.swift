internal import Columnar

/// Fields on their way through a transform: names and columns in step.
struct NamedColumns {
    private(set) var fields: [Field] = []
    private(set) var columns: [Column] = []

    init() {}

    init(_ batch: Batch) { (fields, columns) = (batch.schema.fields, batch.columns) }

    /// The members of a struct column, without its validity.
    init(members column: Column) {
        guard case .struct(let fields) = column.type else { preconditionFailure("a \(column.type.name) column has no fields") }
        (self.fields, columns) = (fields, column.flattened.children)
    }

    var isEmpty: Bool { fields.isEmpty }

    mutating func append(_ name: String, _ column: Column) {
        fields.append(Field(name, column.type))
        columns.append(column)
    }

    mutating func replace(at index: Int, _ name: String, _ column: Column) {
        fields[index] = Field(name, column.type)
        columns[index] = column
    }

    mutating func remove(at index: Int) {
        fields.remove(at: index)
        columns.remove(at: index)
    }

    /// The fields as a batch, under the given schema object where it says the same.
    func batch(count: Int, like schema: Schema? = nil) -> Batch {
        if let schema, schema.fields == fields { return Batch(schema: schema, columns: columns, count: count) }
        return Batch(schema: Schema(fields), columns: columns, count: count)
    }

    func structColumn(count: Int, validity: Bitmap?) -> Column {
        Column(type: .struct(fields), count: count, validity: validity, storage: .struct(columns))
    }
}
