internal import Columnar

/// How an expression's field names meet the columns of a schema.
public struct FieldLookup: Sendable, Hashable {
    /// A name that no column has to the letter means the only column that has it but for case, as in Spark.
    public var ignoresCase: Bool
    /// A name that no column has is null, as for the records of a DynamicFrame, whose batches need not have every field.
    public var missingIsNull: Bool

    public init(ignoresCase: Bool = true, missingIsNull: Bool = false) { (self.ignoresCase, self.missingIsNull) = (ignoresCase, missingIsNull) }

    /// Case is ignored, and a missing column is an error: DataFrames and SQL.
    public static let sql = FieldLookup()
    /// Names count to the letter, and a missing field is null: DynamicFrames.
    public static let record = FieldLookup(ignoresCase: false, missingIsNull: true)

    func index(of name: String, in schema: Schema) -> Int? { ignoresCase ? schema.index(ofAnyCase: name) : schema.index(of: name) }

    private func index(of name: String, in fields: [Field]) -> Int? {
        if let exact = fields.firstIndex(where: { $0.name == name }) { return exact }
        guard ignoresCase else { return nil }
        let lowered = name.lowercased()
        let found = fields.indices.filter { fields[$0].name.lowercased() == lowered }
        return found.count == 1 ? found[0] : nil
    }

    // MARK: Types

    /// The type of a field; nil for one that is missing and may be.
    func type(of path: [String], in schema: Schema) throws(PlanError) -> DataType? {
        guard let name = path.first, let index = index(of: name, in: schema) else {
            if missingIsNull { return nil }
            throw .unknownColumn(name: path.first ?? "", available: schema.names)
        }
        var type = schema[index].type
        for (i, step) in path.enumerated().dropFirst() {
            guard let inner = try self.type(of: step, in: type, parent: path[..<i].joined(separator: ".")) else { return nil }
            type = inner
        }
        return type
    }

    private func type(of step: String, in type: DataType, parent: String) throws(PlanError) -> DataType? {
        switch type {
        case .struct(let fields):
            if let index = index(of: step, in: fields) { return fields[index].type }
            if missingIsNull { return nil }
            throw .unknownField(name: step, parent: parent, available: fields.map(\.name))
        case .map(_, let value): return value
        case .array(let element):
            guard let inner = try self.type(of: step, in: element, parent: parent) else { return nil }
            return .array(inner)
        case .choice(let members):
            // The fields of the members that have some; values of the others have none.
            var merged = DataType.null
            var firstError: PlanError?
            for member in members where member.isNested {
                do {
                    if let inner = try self.type(of: step, in: member, parent: parent) { merged = merged.merging(inner) }
                } catch { firstError = firstError ?? error }
            }
            if merged == .null, !missingIsNull { throw firstError ?? .noFields(parent: parent, type: type, name: step) }
            return merged == .null ? nil : merged
        case .null: return .null
        default:
            if missingIsNull { return nil }
            throw .noFields(parent: parent, type: type, name: step)
        }
    }

    // MARK: Columns

    /// The column of a field; nulls for one that is missing and may be.
    func column(of path: [String], in batch: Batch) throws(PlanError) -> Column {
        guard let type = try type(of: path, in: batch.schema) else { return .nulls(.null, count: batch.count) }
        guard let index = path.first.flatMap({ index(of: $0, in: batch.schema) }) else { return .nulls(type, count: batch.count) }
        var column = batch.columns[index]
        for step in path.dropFirst() { column = self.column(of: step, in: column) }
        return column
    }

    /// One step into a nested column; a column of nulls where there is no such field.
    private func column(of step: String, in column: Column) -> Column {
        if case .dictionary(let indices, let values) = column.storage, values.count <= column.count {
            return self.column(of: step, in: values).take(indices).masking(column.validity)
        }
        let flat = column.flattened
        switch (flat.storage, flat.type) {
        case (.struct(let children), .struct(let fields)):
            guard let index = index(of: step, in: fields) else { return .nulls(.null, count: flat.count) }
            return children[index].masking(flat.validity)
        case (.list(let offsets, let child), _):
            let inner = self.column(of: step, in: child)
            return Column(type: .array(inner.type), count: flat.count, validity: flat.validity, storage: .list(offsets: offsets, child: inner))
        case (.map, _): return flat.mapValues(forKey: step)
        case (.choice(let tags, let rows, let members), _):
            let parts = members.map { $0.type.isNested ? self.column(of: step, in: $0) : Column.nulls(.null, count: $0.count) }
            let type = parts.reduce(DataType.null) { $0.merging($1.type) }
            if type == .null { return .nulls(.null, count: flat.count) }
            var bases: [Int32] = []
            var total: Int32 = 0
            for part in parts {
                bases.append(total)
                total += Int32(part.count)
            }
            let indices = (0..<flat.count).map { tags[$0] == Column.nullTag ? -1 : bases[Int(tags[$0])] + rows[$0] }
            return Column.concatenate(parts, as: type).take(Values(indices))
        default: return .nulls(.null, count: flat.count)
        }
    }
}
