public import Columnar

/// The fields that a join compares: pairs by position, each a path into its own frame (`Join`).
///
/// Keys compare as `KeyEncoder` says: `int` 1 equals `long` 1 and not `"1"`; a null equals nothing.
public struct JoinKeys: Sendable {
    public let left: [FieldPath]
    public let right: [FieldPath]

    /// - Throws: `unequalKeyCounts`, `noKeys` or `arrayInPath`.
    public init(left: [FieldPath], right: [FieldPath]) throws(TransformError) {
        if left.count != right.count { throw .unequalKeyCounts(left: left.count, right: right.count) }
        if left.isEmpty { throw .noKeys }
        for path in left + right where path.hasArrayMarker { throw .arrayInPath(path: path.description, transform: "a join key") }
        (self.left, self.right) = (left, right)
    }

    /// Checks that both frames have the fields, and that values of each pair can be equal.
    ///
    /// - Throws: `unknownKey` or `incomparableKeys`.
    public func check(left leftSchema: Schema, right rightSchema: Schema) throws(TransformError) {
        for (paths, schema) in [(left, leftSchema), (right, rightSchema)] {
            for path in paths where path.type(in: schema, throughArrays: false) == nil {
                throw .unknownKey(path: path.description, available: schema.names)
            }
        }
        try JoinKeys.checkTypes(zip(left, right), leftSchema, rightSchema)
    }

    /// - Throws: `incomparableKeys`.
    static func checkTypes(_ pairs: some Sequence<(FieldPath, FieldPath)>, _ left: Schema, _ right: Schema) throws(TransformError) {
        for (a, b) in pairs {
            guard let one = a.type(in: left, throughArrays: false), let other = b.type(in: right, throughArrays: false), !one.mayEqual(other) else { continue }
            throw .incomparableKeys(left: a.description, one, right: b.description, other)
        }
    }

    public func leftColumns(of batch: Batch) -> [Column] { JoinKeys.columns(left, of: batch) }
    public func rightColumns(of batch: Batch) -> [Column] { JoinKeys.columns(right, of: batch) }

    /// A field that a batch does not have is null in it.
    private static func columns(_ paths: [FieldPath], of batch: Batch) -> [Column] {
        paths.map { batch.column(at: $0) ?? .nulls(.null, count: batch.count) }
    }
}

extension DataType {
    /// Whether a value of one type can be the same key as one of the other, as `KeyEncoder` compares them.
    func mayEqual(_ other: DataType) -> Bool {
        switch (self, other) {
        case (.null, _), (_, .null): true
        case (.choice(let members), _): members.contains { $0.mayEqual(other) }
        case (_, .choice(let members)): members.contains { mayEqual($0) }
        default: name == other.name || isNumeric && other.isNumeric
        }
    }
}

/// What a join's rows look like: all columns of the left frame, then all of the right. A right column whose name is taken gets a dot before it,
/// as often as it needs: `cust` and `.cust`.
public struct JoinedSchema: Sendable {
    public let left: Schema
    public let right: Schema
    public let schema: Schema

    /// - Parameters: the schemas that all rows of each frame have in common.
    public init(left: Schema, right: Schema) {
        (self.left, self.right) = (left, right)
        var taken = Set(left.names)
        // A name that is free stays with the column that has it.
        var names = right.names.map { taken.insert($0).inserted ? $0 : nil }
        for (index, field) in right.fields.enumerated() where names[index] == nil {
            var name = "." + field.name
            while !taken.insert(name).inserted { name = "." + name }
            names[index] = name
        }
        schema = Schema(left.fields + zip(names, right.fields).map { Field($0!, $1.type) })
    }

    /// Returns row `leftRows[i]` beside row `rightRows[i]`; -1 on a side makes its columns null.
    ///
    /// - Precondition: as many indices on both sides, below the batches' counts.
    public func assemble(_ leftBatch: Batch, _ rightBatch: Batch, leftRows: Values<Int32>, rightRows: Values<Int32>) -> Batch {
        let leftColumns = leftBatch.conforming(to: left).columns.map { $0.take(leftRows) }
        let rightColumns = rightBatch.conforming(to: right).columns.map { $0.take(rightRows) }
        return Batch(schema: schema, columns: leftColumns + rightColumns, count: leftRows.count)
    }
}
