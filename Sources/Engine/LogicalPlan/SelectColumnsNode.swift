public import Columnar

/// Some columns of a DataFrame, in the order asked for.
public final class SelectColumnsNode: PlanNode, @unchecked Sendable {
    public let columns: [String]

    public init(_ input: PlanNode, columns: [String], options: StageOptions = StageOptions()) {
        self.columns = columns
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Select" }
    public override var detail: String { columns.joined(separator: ", ") }

    public override var declaredSchema: FrameSchema {
        switch inputs[0].declaredSchema {
        case .exact(let schema): .exact(selecting(schema))
        case .expected(let schema): .expected(selecting(schema))
        case .unknown: .unknown
        }
    }

    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { selecting(inputs[0]) }
    public override func requiredColumns(_ wanted: ColumnSet) -> [ColumnSet] { [wanted.map { $0.intersection(columns) } ?? Set(columns)] }
    public override func requiredRows(_ rows: Expression?) -> [Expression?] { [rows] }

    private func selecting(_ schema: Schema) -> Schema { schema.selecting(columns.compactMap { schema.index(of: $0) }) }

    public override func lower(_ inputs: [Stream], columns wanted: ColumnSet, context: ExecutionContext) throws -> Stream {
        inputs[0].mapping(targets: inputs[0].targets) { [columns] _ in
            { batch in batch.selecting(columns.compactMap { batch.schema.index(of: $0) }) }
        }
    }
}
