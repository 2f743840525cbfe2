public import Columnar

/// Columns computed from each row: `select` and `withColumn` with more than names.
public final class ProjectNode: PlanNode, @unchecked Sendable {
    public let columns: [NamedExpression]

    /// - Precondition: the names are distinct.
    public init(_ input: PlanNode, columns: [NamedExpression], options: StageOptions = StageOptions()) {
        self.columns = columns.map { NamedExpression($0.name, $0.expression.folded) }
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Project" }
    public override var detail: String {
        columns.map { column in
            if case .field(let path) = column.expression, path == [column.name] { return column.expression.description }
            return "\(column.expression) as \(Expression.quoted(column.name))"
        }.joined(separator: ", ")
    }

    /// - Throws: `PlanError` for columns that are not there and types that do not go together.
    public func outputSchema(for input: Schema) throws(PlanError) -> Schema {
        var fields: [Field] = []
        for column in columns { fields.append(Field(column.name, try column.expression.resolveType(in: input))) }
        return Schema(fields)
    }

    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }

    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }

    private func wanted(_ columns: ColumnSet) -> [NamedExpression] {
        columns.map { names in self.columns.filter { names.contains($0.name) } } ?? self.columns
    }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        var read = Set<String>()
        for column in wanted(columns) {
            // Names in expressions find columns in any case.
            for name in column.expression.fields { read.insert(schema.index(ofAnyCase: name).map { schema[$0].name } ?? name) }
        }
        return [read]
    }

    /// A condition of the result is one of the input, with the columns' expressions in their places.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        guard let rows, let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        let expressions = Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0.expression) })
        let condition = rows.pushed { path in
            // Chance decides once.
            guard let name = path.first, let source = expressions[name], source.isDeterministic else { return nil }
            if path.count == 1 { return source }
            if case .field(let inner) = source { return .field(inner + path.dropFirst()) }
            return nil
        }
        let known = condition?.conjuncts.filter { $0.fields.allSatisfy { schema.index(of: $0) != nil } } ?? []
        return [known.isEmpty ? nil : .all(known)]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let asked = wanted(columns)
        let readsPlaces = asked.contains { $0.expression.readsPlaces }
        let wanted = readsPlaces ? asked.map { NamedExpression($0.name, $0.expression.readingPlaces) } : asked
        let known = Locked<(input: Schema, output: Schema)?>(nil)
        let fields = Dictionary(uniqueKeysWithValues: self.columns.map { ($0.name, $0.expression) })
        let below = inputs[0].targets
        let targets: LateFilterTargets? = below.map { below in
            let own: LateFilterTargets = { name in
                guard case .field(let path)? = fields[name], path.count == 1 else { return [] }
                return below(path[0])
            }
            return own
        }
        return (readsPlaces ? inputs[0].withPlaces() : inputs[0]).mapping(targets: targets) { _ in
            { batch in
                var results: [Columnar.Column] = []
                for column in wanted { results.append(try column.expression.evaluate(on: batch)) }
                let schema = known.withLock { known -> Schema in
                    if let known, known.input === batch.schema { return known.output }
                    let output = Schema(zip(wanted, results).map { Field($0.name, $1.type) })
                    known = (batch.schema, output)
                    return output
                }
                return Batch(schema: schema, columns: results, count: batch.count)
            }
        }
    }
}
