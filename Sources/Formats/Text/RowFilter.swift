public import Columnar

/// A condition that a reader applies while it reads, so that what only refused rows hold is never decoded.
public struct RowFilter {
    /// The columns that it looks at, as the file names them.
    public let columns: Set<String>
    /// The rows that pass, a bit for each row of the batch. Called once for each row, in order, with batches of those of `columns` that there are;
    /// filters behind the first see the rows that passed so far.
    public let apply: (Batch) throws -> Bitmap

    public init(columns: Set<String>, apply: @escaping (Batch) throws -> Bitmap) { (self.columns, self.apply) = (columns, apply) }

    /// The columns that a reader must look at to deliver `columns` of the rows that pass; nil for all.
    public static func columnsRead(_ columns: Set<String>?, _ filters: [RowFilter]) -> Set<String>? {
        columns.map { filters.reduce($0) { $0.union($1.columns) } }
    }

    /// The rows of a batch that pass, with the columns to deliver (nil for all); nil when none do.
    public static func passing(_ batch: Batch, columns: Set<String>?, _ filters: [RowFilter]) throws -> Batch? {
        if filters.isEmpty { return batch }
        let materialization = LateMaterialization(names: batch.schema.names, columns: columns, filters: filters)
        let steps = materialization.steps
        return try materialization.batch(
            count: batch.count, make: { field, rows in rows.map { batch.columns[field].take($0) } ?? batch.columns[field] },
            schema: { step, _ in steps[step].count == batch.schema.count ? batch.schema : batch.schema.selecting(steps[step]) })
    }
}

/// Makes a batch of rows that a reader has found but not decoded: the columns of the first filter, then those of the next for the rows that
/// passed, and at the end the other columns for the rows that are left.
struct LateMaterialization {
    /// Fields by their position in the file's schema, in the order of that schema: one list for each filter, and one for what is delivered.
    private let filterFields: [[Int]]
    private let deliveredFields: [Int]
    private let filters: [RowFilter]
    /// The last filter for which a field is of use, or `filters.count` when it is delivered; -1: never.
    private let lastUse: [Int]

    /// - Parameters:
    ///   - names: the columns that there are.
    ///   - columns: those to deliver; nil for all.
    init(names: [String], columns: Set<String>?, filters: [RowFilter]) {
        self.filters = filters
        filterFields = filters.map { filter in names.indices.filter { filter.columns.contains(names[$0]) } }
        deliveredFields = names.indices.filter { columns?.contains(names[$0]) ?? true }
        var lastUse = [Int](repeating: -1, count: names.count)
        for (step, fields) in filterFields.enumerated() { for field in fields { lastUse[field] = step } }
        for field in deliveredFields { lastUse[field] = filters.count }
        self.lastUse = lastUse
    }

    /// The fields that are decoded for some row, in order.
    var usedFields: [Int] { lastUse.indices.filter { lastUse[$0] >= 0 } }

    /// The fields of each batch that is made: of one for each filter, then of the one delivered.
    var steps: [[Int]] { filterFields + [deliveredFields] }

    /// The delivered rows; nil when none passed.
    ///
    /// - Parameters:
    ///   - make: decodes a field, of the rows given or of all.
    ///   - schema: the schema of a step's batch, whose columns have these types.
    func batch(count: Int, make: (Int, Values<Int32>?) throws -> Column, schema: (Int, [Column]) -> Schema) throws -> Batch? {
        var made = [Column?](repeating: nil, count: lastUse.count)
        var rows: Values<Int32>?
        var count = count
        func columns(_ fields: [Int]) throws -> [Column] {
            try fields.map { field in
                if let column = made[field] { return column }
                let column = try make(field, rows)
                made[field] = column
                return column
            }
        }
        for (step, fields) in filterFields.enumerated() {
            let seen = try columns(fields)
            let mask = try filters[step].apply(Batch(schema: schema(step, seen), columns: seen, count: count))
            let kept = mask.setCount
            if kept == 0 { return nil }
            for field in made.indices where lastUse[field] <= step { made[field] = nil }
            if kept == count { continue }
            let indices = mask.setIndices
            for field in made.indices { made[field] = made[field]?.take(indices) }
            rows = rows.map { Self.compose($0, indices) } ?? indices
            count = kept
        }
        let delivered = try columns(deliveredFields)
        return Batch(schema: schema(filters.count, delivered), columns: delivered, count: count)
    }

    private static func compose(_ rows: Values<Int32>, _ indices: Values<Int32>) -> Values<Int32> {
        let out = Buffer(size: indices.count * 4)
        let composed = out.values(of: Int32.self)
        for i in 0..<indices.count { composed[i] = rows[Int(indices[i])] }
        return Values(out, count: indices.count)
    }
}
