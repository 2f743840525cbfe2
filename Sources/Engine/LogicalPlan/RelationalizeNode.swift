internal import Columnar

/// The rows of one of the tables that `relationalize` makes of a frame. Keys count in row order, so the rows pass one after the other.
public final class RelationalizeNode: PlanNode, @unchecked Sendable {
    public let relationalize: Relationalize
    public let table: Relationalize.Table

    public init(_ input: PlanNode, table: Relationalize.Table, of relationalize: Relationalize, options: StageOptions) {
        (self.table, self.relationalize) = (table, relationalize)
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Relationalize \(options.site)" }
    public override var detail: String { table.name }
    public override var declaredSchema: FrameSchema { .exact(table.schema) }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        inputs[0].mapping(ordered: true) { [table, relationalize] _ in
            let processor = Locked(RelationalizeTable(table, of: relationalize))
            return { batch in processor.withLock { $0.process(batch) } }
        }
    }
}
