public import Columnar

/// The columns of each row beside what a generator makes of it.
public final class GenerateNode: PlanNode, @unchecked Sendable {
    public let generator: Generator
    public let arguments: [Expression]
    /// The names of the generator's columns.
    public let names: [String]
    /// Whether a row of which nothing is made stays, with nulls: `LATERAL VIEW OUTER`.
    public let keepsEmpty: Bool

    /// About how many rows are made at a time.
    private static let rowsPerBatch = 65536

    /// - Precondition: the names are distinct from the input's.
    public init(_ input: PlanNode, _ generator: Generator, _ arguments: [Expression], names: [String], keepsEmpty: Bool = false) {
        (self.generator, self.names, self.keepsEmpty) = (generator, names, keepsEmpty)
        self.arguments = arguments.map(\.folded)
        super.init(inputs: [input])
    }

    public override var label: String { "Generate" }
    public override var detail: String { "\(Expression.generator(generator, arguments)) as \(names.joined(separator: ", "))" }

    /// - Throws: `PlanError` for arguments that the generator cannot take, and where it makes more or fewer columns than there are names.
    public func outputSchema(for input: Schema) throws(PlanError) -> Schema {
        let made = try generator.columns(arguments, in: input)
        guard made.count == names.count else {
            throw .analysis("\(generator.name)() makes \(made.count) column\(made.count == 1 ? "" : "s") (\(made.map(\.name).joined(separator: ", "))), and \(names.count) name\(names.count == 1 ? " is" : "s are") given")
        }
        return Schema(input.fields + zip(names, made).map { Field($0, $1.type) })
    }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let columns else { return [nil] }
        guard let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        var read = columns.subtracting(names)
        // Names in expressions find columns in any case.
        for argument in arguments { for name in argument.fields { read.insert(schema.index(ofAnyCase: name).map { schema[$0].name } ?? name) } }
        return [read]
    }

    /// What is asked of the input's own columns goes down.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        let made = Set(names)
        let conditions = rows?.conjuncts.filter { !$0.fields.isEmpty && $0.fields.isDisjoint(with: made) } ?? []
        return [conditions.isEmpty ? nil : .all(conditions)]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let (output, own) = (OutputSchema(), Set(names))
        // A column that nobody looks at behind the generator is not repeated.
        let isKept: @Sendable (String) -> Bool = { columns?.contains($0) ?? true }
        let madePlaces = names.indices.filter { isKept(names[$0]) }
        return inputs[0].expanding { [self] _ in
            { [self] batch, emit in
                let schema = try output(for: batch.schema) {
                    let full = try self.outputSchema(for: batch.schema)
                    return Schema(full.fields.filter { isKept($0.name) })
                }
                let inputPlaces = batch.schema.fields.indices.filter { isKept(batch.schema[$0].name) && !own.contains(batch.schema[$0].name) }
                return try generator.pieces(arguments, of: batch, keepsEmpty: keepsEmpty, rowsPerPiece: GenerateNode.rowsPerBatch) { rows in
                    let kept = inputPlaces.map { batch.columns[$0].take(rows.parents) }
                    let made = madePlaces.map { rows.columns[$0] }
                    return try emit(Batch(schema: schema, columns: kept + made, count: rows.parents.count))
                }
            }
        }
    }
}
