public import Columnar

/// The join of DynamicFrames: the pairs of rows whose keys, given as paths, are equal (Glue's `join`: inner), and by the kind of the join left rows without a
/// partner. DataFrames have `JoinNode`.
///
/// Keeps the right input in memory while the left one streams through, in its order. Where the right one does not fit, both are parted by the hash of
/// their keys on the disk, and partitions are joined one by one: then the rows come in the order of the partitions.
public final class FrameJoinNode: PlanNode, @unchecked Sendable {
    public enum Kind: String, Sendable {
        case inner
        /// Left rows without a partner too, the right columns null.
        case left
        /// Left rows that have a partner, each once, without right columns.
        case leftSemi = "left_semi"
        /// Left rows that have none.
        case leftAnti = "left_anti"

        var hasRightColumns: Bool { self == .inner || self == .left }
        fileprivate var relational: JoinNode.Kind {
            switch self {
            case .inner: .inner
            case .left: .left
            case .leftSemi: .leftSemi
            case .leftAnti: .leftAnti
            }
        }
    }

    public let keys: JoinKeys
    public let kind: Kind

    public init(_ left: PlanNode, _ right: PlanNode, keys: JoinKeys, kind: Kind = .inner, options: StageOptions = StageOptions()) {
        (self.keys, self.kind) = (keys, kind)
        super.init(inputs: [left, right], options: options)
    }

    public override var mayRestart: Bool { true }
    public override var label: String { kind == .inner ? "Join \(options.site)" : "Join \(kind.rawValue) \(options.site)" }
    public override var detail: String { zip(keys.left, keys.right).map { "\($0) = \($1)" }.joined(separator: ", ") }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? {
        kind.hasRightColumns ? JoinedSchema(left: inputs[0], right: inputs[1]).schema : inputs[0]
    }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        let rightKeys = Set(keys.right.map { $0.names[0] })
        guard let columns else { return [nil, kind.hasRightColumns ? nil : rightKeys] }
        // A right column may stand in the result with dots before its name.
        let undotted = columns.map { String($0.drop { $0 == "." }) }
        return [columns.union(keys.left.map { $0.names[0] }), kind.hasRightColumns ? columns.union(undotted).union(rightKeys) : rightKeys]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let (leftSchema, rightSchema) = (try self.inputs[0].fullSchema(context), try self.inputs[1].fullSchema(context))
        try keys.check(left: leftSchema, right: rightSchema)
        let joined = JoinedSchema(left: leftSchema, right: rightSchema)
        let types = zip(keys.rightColumns(of: .empty(rightSchema)), keys.leftColumns(of: .empty(leftSchema))).map { FrameJoinNode.commonType($0.type, $1.type) }
        func side(_ schema: Schema, _ columns: @escaping @Sendable (Batch) -> [Column]) -> HashJoin.Side {
            HashJoin.Side(
                schema: schema, fit: { $0.conforming(to: schema) }, keys: { zip(columns($0), types).map(FrameJoinNode.converted) },
                output: Array(schema.fields.indices))
        }
        let join = HashJoin(
            kind: kind.relational, build: .right, left: side(leftSchema) { [keys] in keys.leftColumns(of: $0) },
            right: side(rightSchema) { [keys] in keys.rightColumns(of: $0) }, keyTypes: types, nullsMatch: types.map { _ in false },
            output: kind.hasRightColumns ? joined.schema : leftSchema)
        return join.stream(inputs[0], inputs[1], node: self)
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
