internal import Columnar

/// Parses a text field into the value that it holds; records whose text does not parse become error records.
public final class UnboxNode: PlanNode, @unchecked Sendable {
    public let unbox: Unbox

    public init(_ input: PlanNode, unbox: Unbox, options: StageOptions) {
        self.unbox = unbox
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Unbox \(options.site)" }
    public override var detail: String { "\(unbox.path)" }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns.map { $0.union([unbox.path.names[0]]) }] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        inputs[0].mapping { [unbox] context in
            { batch in
                let result = try unbox.apply(batch)
                try context.errors.report(result.failures, in: batch, stage: self)
                return result.batch
            }
        }
    }
}
