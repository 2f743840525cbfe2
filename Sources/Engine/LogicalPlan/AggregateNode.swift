public import Columnar

/// A column to make: a name and what stands in it.
public struct NamedExpression: Sendable, Hashable {
    public let name: String
    public let expression: Expression
    public init(_ name: String, _ expression: Expression) { (self.name, self.expression) = (name, expression) }
}

/// An aggregate to compute: a name, a function and its arguments.
public struct Aggregate: Sendable, Hashable {
    public let name: String
    public let function: AggregateFunction
    public let arguments: [Expression]
    /// Whether rows of the same arguments count once in a group.
    public let isDistinct: Bool
    /// The rows that count; nil for all.
    public let filter: Expression?

    public init(_ name: String, _ function: AggregateFunction, _ arguments: [Expression], isDistinct: Bool = false, filter: Expression? = nil) {
        (self.name, self.function, self.arguments, self.isDistinct, self.filter) = (name, function, arguments, isDistinct, filter)
    }

    /// The aggregate of a call, under a name.
    public init(_ name: String, _ call: AggregateCall) {
        self.init(name, call.function, call.arguments, isDistinct: call.isDistinct, filter: call.filter)
    }

    /// The aggregate of other arguments, and of another filter.
    func mapping(_ body: (Expression) -> Expression) -> Aggregate {
        Aggregate(name, function, arguments.map(body), isDistinct: isDistinct, filter: filter.map(body))
    }

    /// What is computed for each row: the arguments, and behind them the filter.
    var inputs: [Expression] { filter.map { arguments + [$0] } ?? arguments }
}

/// One row for each combination of keys, null being a key like any other: the keys, and aggregates over the rows that have them. Without keys one row for
/// all, also where there are none. The order of the rows is not said.
///
/// Keys without aggregates are `distinct`.
public final class AggregateNode: PlanNode, @unchecked Sendable {
    public let keys: [NamedExpression]
    public let aggregates: [Aggregate]

    /// - Precondition: the names of keys and aggregates are distinct.
    public init(_ input: PlanNode, keys: [NamedExpression], aggregates: [Aggregate], options: StageOptions = StageOptions()) {
        (self.keys, self.aggregates) = (keys, aggregates)
        super.init(inputs: [input], options: options)
    }

    public override var mayRestart: Bool { true }
    public override var label: String { aggregates.isEmpty ? "Distinct" : "Aggregate" }
    public override var detail: String {
        let by = keys.map(\.expression.description).joined(separator: ", ")
        let values = aggregates.map { "\($0.text) as \($0.name)" }.joined(separator: ", ")
        return aggregates.isEmpty ? by : keys.isEmpty ? values : "\(values) by \(by)"
    }

    /// The schema of the result.
    ///
    /// - Throws: `PlanError` for columns that are not there and arguments that a function cannot take.
    public func outputSchema(for input: Schema) throws(PlanError) -> Schema {
        var fields: [Field] = []
        for key in keys { fields.append(Field(key.name, try AggregateNode.keyType(key.expression, input))) }
        for aggregate in aggregates { fields.append(Field(aggregate.name, try aggregate.resultType(in: input))) }
        return Schema(fields)
    }

    private static func keyType(_ expression: Expression, _ schema: Schema) throws(PlanError) -> DataType {
        try expression.resolveType(in: schema)
    }

    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }

    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }

    private var fields: Set<String> {
        var fields = Set<String>()
        for key in keys { fields.formUnion(key.expression.fields) }
        for aggregate in aggregates { for input in aggregate.inputs { fields.formUnion(input.fields) } }
        return fields
    }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        // Names in expressions find columns in any case.
        return [Set(fields.map { name in schema.index(ofAnyCase: name).map { schema[$0].name } ?? name })]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let node = self.inputs[0]
        let full = try node.cheapSchema(context) ?? node.declaredSchema.known ?? node.fullSchema(context)
        let output = try outputSchema(for: full)
        let read = Set(fields.map { name in full.index(ofAnyCase: name).map { full[$0].name } ?? name })
        let schema = Schema(full.fields.filter { read.contains($0.name) })
        var items: [AggregateTable.Item] = []
        for aggregate in aggregates {
            let types = try aggregate.arguments.map { try $0.resolveType(in: full) }
            items.append(AggregateTable.Item(aggregate.function, types, isDistinct: aggregate.isDistinct, isFiltered: aggregate.filter != nil))
        }
        let shape = AggregateTable.Shape(keys: try keys.map { try $0.expression.resolveType(in: full) }, aggregates: items)
        let input = inputs[0]
        let isOrdered = aggregates.contains { $0.function.dependsOnOrder }
        // Groups that a later operator has no use for need not be made.
        let below = input.targets
        let targets: LateFilterTargets? = below.map { [keys] below in
            let own: LateFilterTargets = { name in
                guard case .field(let path)? = keys.first(where: { $0.name == name })?.expression, path.count == 1 else { return [] }
                return below(path[0])
            }
            return own
        }
        return Stream(isOrdered: false, targets: targets) { [keys, aggregates] context in
            let workers = isOrdered || input.isOrdered ? 1 : context.workers.count
            let aggregation = HashAggregation(
                shape, keys: keys.map(\.expression), arguments: aggregates.map(\.inputs), input: schema, node: node, output: output, context: context,
                workers: workers)
            try Execution.run(input, ordered: isOrdered, context: context, into: aggregation, stage: context.progress?.stage(self.label, .collect))
            defer { context.profile?.entry(for: self).addSpill(bytes: aggregation.spilledBytes) }
            return try aggregation.groups(context)
        }
    }
}

extension Aggregate {
    /// What the aggregate is called where nothing else was said, as in Spark: `sum(amount)`, `count(1)`.
    public var text: String { AggregateCall(function, arguments, isDistinct: isDistinct, filter: filter).description }

    public static func text(_ function: AggregateFunction, _ arguments: [Expression]) -> String { AggregateCall(function, arguments).description }

    /// - Throws: `PlanError` for columns that are not there and arguments that the function cannot take.
    public func resultType(in schema: Schema) throws(PlanError) -> DataType {
        guard function.arity.contains(arguments.count) else {
            throw .argumentCount(function: function.name, takes: function.arity, given: arguments.count)
        }
        var types: [DataType] = []
        for argument in arguments { types.append(try argument.resolveType(in: schema)) }
        if let filter { try filter.checkCondition("FILTER", try filter.resolveType(in: schema)) }
        if let type = function.resultType(types) { return type }
        let operands = zip(arguments, types).map { PlanError.Operand(text: $0.description, type: $1) }
        throw .incompatibleTypes(operation: "\(function.name)()", operands: operands)
    }
}
