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
        let join = HashJoin(keys, kind: kind, left: leftSchema, right: rightSchema)
        let (left, right) = (inputs[0], inputs[1])
        return Stream(isOrdered: left.isOrdered) { context in
            let build = JoinInput(join, .build, context: context)
            try Execution.run(right, ordered: false, context: context, into: build)
            guard let spill = try build.spilled() else {
                let table = JoinTable(build.rows, of: join)
                return try left.mapping { _ in { table.probe($0) } }.open(context)
            }
            let probe = JoinInput(join, .probe, context: context, spills: true)
            try Execution.run(left, ordered: left.isOrdered, context: context, into: probe)
            let probed = try probe.spilled()!
            context.profile?.entry(for: self).addSpill(bytes: spill.size + probed.size)
            let share = max(context.spilling.operatorBytes / context.workers.count, 1 << 20)
            let folder = context.spilling.folder
            return PartitionScan(count: PartitionedSpill.partitions) { p, emit in
                try join.join(spill, probed, partition: p, share: share, folder: folder, emit)
            }
        }
    }
}
