public import Columnar

/// The one row of a query that stands for a value: one of nulls where there is none, an error where there are several.
public final class ScalarNode: PlanNode, @unchecked Sendable {
    public init(_ input: PlanNode) { super.init(inputs: [input]) }

    public override var label: String { "Scalar" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override var mayRestart: Bool { true }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let node = self.inputs[0]
        let full = try node.cheapSchema(context) ?? node.declaredSchema.known ?? node.fullSchema(context)
        let schema = columns.map { names in Schema(full.fields.filter { names.contains($0.name) }) } ?? full
        let input = inputs[0]
        return Stream { context in
            let rows = CollectingConsumer(limit: 2)
            try Execution.run(input, ordered: false, context: context, into: rows)
            let batches = try rows.batches.map { try $0.fitting(schema, of: node) }
            let count = batches.reduce(0) { $0 + $1.count }
            if count > 1 {
                throw PlanError.analysis("a query in parentheses stands for one value, but has more than one row; narrow it down with a condition, an aggregate or LIMIT 1")
            }
            if count == 0 { return MemoryScan([Batch(schema: schema, columns: schema.fields.map { .nulls($0.type, count: 1) }, count: 1)]) }
            return MemoryScan(batches.filter { $0.count > 0 })
        }
    }
}
