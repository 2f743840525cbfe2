public import Columnar

/// Several rows for each row, one for each list of expressions: what grouping sets are made of.
///
/// The rows of one list stand together, batch by batch: each batch of the input gives a batch for every list.
public final class ExpandNode: PlanNode, @unchecked Sendable {
    public let names: [String]
    /// As many expressions as there are names, in each list.
    public let projections: [[Expression]]

    public init(_ input: PlanNode, names: [String], projections: [[Expression]]) {
        self.names = names
        self.projections = projections.map { $0.map(\.folded) }
        super.init(inputs: [input])
    }

    public override var label: String { "Expand" }
    public override var detail: String { names.joined(separator: ", ") + " in \(projections.count) ways" }

    /// - Throws: `PlanError` for columns that are not there and types that do not go together.
    public func outputSchema(for input: Schema) throws(PlanError) -> Schema { try schema(of: Array(names.indices), for: input) }

    private func schema(of places: [Int], for input: Schema) throws(PlanError) -> Schema {
        var fields: [Field] = []
        for i in places { fields.append(Field(names[i], try Expression.commonType("grouping", projections.map { $0[i] }, input, .sql))) }
        return Schema(fields)
    }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }

    private func wanted(_ columns: ColumnSet) -> [Int] { names.indices.filter { columns?.contains(names[$0]) ?? true } }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        var read = Set<String>()
        for i in wanted(columns) {
            for projection in projections {
                // Names in expressions find columns in any case.
                for name in projection[i].fields { read.insert(schema.index(ofAnyCase: name).map { schema[$0].name } ?? name) }
            }
        }
        return [read]
    }

    /// What is asked of a column that is the same in all lists is asked of the input.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        guard let rows, let first = projections.first else { return [nil] }
        var same: [String: Expression] = [:]
        for i in names.indices where projections.allSatisfy({ $0[i] == first[i] }) { same[names[i]] = first[i] }
        return [
            rows.pushed { path in
                guard let name = path.first, let source = same[name] else { return nil }
                if path.count == 1 { return source }
                if case .field(let inner) = source { return .field(inner + path.dropFirst()) }
                return nil
            }
        ]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let (places, output) = (wanted(columns), OutputSchema())
        return inputs[0].expanding { [self] _ in
            { [self] batch, emit in
                let schema = try output(for: batch.schema) { try self.schema(of: places, for: batch.schema) }
                for projection in projections {
                    var results: [Column] = []
                    for (field, place) in zip(schema.fields, places) { results.append(try projection[place].evaluate(on: batch).cast(to: field.type)) }
                    if try !emit(Batch(schema: schema, columns: results, count: batch.count)) { return false }
                }
                return true
            }
        }
    }
}
