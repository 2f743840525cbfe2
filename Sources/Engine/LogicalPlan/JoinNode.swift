public import Columnar

/// The pairs of rows whose keys are equal (Glue's `join`: inner). Keeps the right input in memory; the left one streams through, in its order.
public final class JoinNode: PlanNode, @unchecked Sendable {
    public let keys: JoinKeys

    public init(_ left: PlanNode, _ right: PlanNode, keys: JoinKeys, options: StageOptions = StageOptions()) {
        self.keys = keys
        super.init(inputs: [left, right], options: options)
    }

    public override var mayRestart: Bool { true }
    public override var label: String { "Join \(options.site)" }
    public override var detail: String { zip(keys.left, keys.right).map { "\($0) = \($1)" }.joined(separator: ", ") }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { JoinedSchema(left: inputs[0], right: inputs[1]).schema }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let columns else { return [nil, nil] }
        // A right column may stand in the result with dots before its name.
        let undotted = columns.map { String($0.drop { $0 == "." }) }
        return [
            columns.union(keys.left.map { $0.names[0] }), columns.union(undotted).union(keys.right.map { $0.names[0] }),
        ]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let (leftSchema, rightSchema) = (try self.inputs[0].fullSchema(context), try self.inputs[1].fullSchema(context))
        try keys.check(left: leftSchema, right: rightSchema)
        let joined = JoinedSchema(left: leftSchema, right: rightSchema)
        let (left, right, keys) = (inputs[0], inputs[1], keys)
        return Stream(isOrdered: left.isOrdered) { context in
            let collector = CollectingConsumer()
            try Execution.run(right, ordered: false, context: context, into: collector)
            let build = try JoinBuild(Batch.concatenate(collector.batches, schema: rightSchema), keys: keys, probe: leftSchema)
            return try left.mapping { _ in { batch in build.probe(batch, as: joined) } }.open(context)
        }
    }
}

/// The right side of a join, found by key.
private final class JoinBuild: Sendable {
    private let rows: Batch
    private let table: KeyTable
    private let lists: RowLists
    private let keys: JoinKeys
    private let types: [DataType]

    /// - Parameter schema: of the other side, whose keys will be looked up.
    init(_ rows: Batch, keys: JoinKeys, probe schema: Schema) throws {
        (self.rows, self.keys) = (rows, keys)
        let own = keys.rightColumns(of: rows)
        let others = keys.leftColumns(of: .empty(schema))
        types = zip(own, others).map { JoinBuild.commonType($0.type, $1.type) }
        table = KeyTable(types: types, nullsMatch: false)
        let groups = table.insert(zip(own, types).map(JoinBuild.converted), count: rows.count)
        lists = RowLists(groups: groups, groupCount: table.groupCount)
    }

    func probe(_ batch: Batch, as joined: JoinedSchema) -> Batch? {
        let groups = table.find(zip(keys.leftColumns(of: batch), types).map(JoinBuild.converted), count: batch.count)
        let (probing, matched) = lists.pairs(groups)
        return probing.count == 0 ? nil : joined.assemble(batch, rows, leftRows: probing, rightRows: matched)
    }

    /// The type under which keys of two types are compared: numbers by value, anything else only with its own kind.
    private static func commonType(_ a: DataType, _ b: DataType) -> DataType {
        if a.isNumeric && b.isNumeric && !(a.isInteger && b.isInteger) && a != b {
            switch (a, b) {
            case (.decimal, .decimal): return a.merging(b)
            default: return .double
            }
        }
        return a.merging(b)
    }

    private static func converted(_ column: Column, to type: DataType) -> Column {
        if column.type == type { return column }
        if column.type.merging(type) == type { return column.conforming(to: type) }
        return column.cast(to: type)
    }
}
