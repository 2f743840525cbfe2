public import Columnar

/// Keeps the rows for which a condition is true: neither false nor null.
public final class FilterNode: PlanNode, @unchecked Sendable {
    public let condition: Expression
    private let lookup: FieldLookup

    /// Whether a field that a batch lacks is null.
    var missingIsNull: Bool { lookup.missingIsNull }

    /// - Parameters:
    ///   - condition: its column names are those of the input's columns, to the letter.
    ///   - missingIsNull: whether a field that a batch lacks is null, as in a DynamicFrame, or an error.
    public init(_ input: PlanNode, condition: Expression, missingIsNull: Bool = false, options: StageOptions = StageOptions()) {
        self.condition = condition.folded
        lookup = FieldLookup(ignoresCase: false, missingIsNull: missingIsNull)
        super.init(inputs: [input], options: options)
    }

    public override var label: String { options.site.isEmpty ? "Filter" : "Filter \(options.site)" }
    public override var detail: String { condition.description }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns.map { $0.union(condition.fields) }] }
    /// What chance decides is decided once, here.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        let own = condition.isDeterministic ? [condition] : condition.conjuncts.filter(\.isDeterministic)
        let all = own + (rows.map { [$0] } ?? [])
        return [all.isEmpty ? nil : .all(all)]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        inputs[0].filtering(self, reading: condition.fields, columns: columns) { [condition, lookup] _, batch in
            try condition.matchingRows(of: batch, lookup: lookup)
        }
    }
}
