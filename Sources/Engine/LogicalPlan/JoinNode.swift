public import Columnar

/// The join of relations: pairs of rows whose keys are equal and which fulfil a condition, by the kind of the join also rows without a partner.
///
/// Without keys every row of one side meets every row of the other.
public final class JoinNode: PlanNode, @unchecked Sendable {
    public enum Kind: Sendable, Hashable {
        case inner
        /// Rows of that side without a partner too, the other's columns null.
        case left, right
        case full
        /// Left rows that have a partner, each once, without right columns.
        case leftSemi
        /// Left rows that have none.
        case leftAnti
        /// Left rows of which `NOT IN` is true: none whose key equals one of the right, and no null on either side. An empty right side keeps all rows.
        case nullAwareAnti
        /// All left rows, each once, and behind them a column of the name: whether there is a partner.
        case existence(String)

        public var hasRightColumns: Bool {
            switch self {
            case .inner, .left, .right, .full: true
            default: false
            }
        }
    }

    /// Values that must be equal.
    public struct Key: Sendable, Hashable {
        /// Over the left input's columns.
        public let left: Expression
        public let right: Expression
        /// Whether null equals null.
        public let nullsMatch: Bool
        public init(_ left: Expression, _ right: Expression, nullsMatch: Bool = false) { (self.left, self.right, self.nullsMatch) = (left, right, nullsMatch) }
    }

    public enum Side: Sendable, Hashable { case left, right }

    public let kind: Kind
    public let keys: [Key]
    /// What pairs must fulfil too, over the columns of both sides.
    public let condition: Expression?
    /// The side that is kept in a table, while the other one streams by.
    public let build: Side

    /// - Precondition: no column of one side has the name of one of the other; keys have types that compare.
    public init(_ left: PlanNode, _ right: PlanNode, kind: Kind, keys: [Key], condition: Expression? = nil, build: Side = .right) {
        (self.kind, self.keys, self.condition, self.build) = (kind, keys, condition, build)
        super.init(inputs: [left, right])
    }

    public override var label: String {
        let name: String
        switch kind {
        case .inner: name = keys.isEmpty && condition == nil ? "Cross join" : "Join"
        case .left: name = "Left join"
        case .right: name = "Right join"
        case .full: name = "Full join"
        case .leftSemi: name = "Semi join"
        case .leftAnti: name = "Anti join"
        case .nullAwareAnti: name = "Anti join (not in)"
        case .existence: name = "Existence join"
        }
        return name
    }

    public override var detail: String {
        (keys.map { "\($0.left) \($0.nullsMatch ? "<=>" : "=") \($0.right)" } + (condition.map { ["\($0)"] } ?? []) + (build == .left ? ["build left"] : []))
            .joined(separator: ", ")
    }

    public func outputSchema(left: Schema, right: Schema) -> Schema {
        if case .existence(let name) = kind { return Schema(left.fields + [Field(name, .boolean)]) }
        return kind.hasRightColumns ? Schema(left.fields + right.fields) : left
    }

    public override var declaredSchema: FrameSchema {
        inputs[0].declaredSchema.combined(with: inputs[1].declaredSchema) { outputSchema(left: $0, right: $1) }
    }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { outputSchema(left: inputs[0], right: inputs[1]) }
}
