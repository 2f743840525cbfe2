internal import Columnar

/// What a join does with the rows of its two sides: one of them, the built side, is kept and found by key, while the rows of the other one, the probing side,
/// stream by.
///
/// Stands under `JoinNode` and `FrameJoinNode` alike, which differ in what their keys are and in the names of their columns.
struct HashJoin: Sendable {
    /// One side.
    struct Side: Sendable {
        /// Of all rows, once they are fitted.
        let schema: Schema
        /// A batch as it comes, under the schema.
        let fit: @Sendable (Batch) throws -> Batch
        /// The keys of a fitted batch, of the join's key types.
        let keys: @Sendable (Batch) throws -> [Column]
        /// The names of keys that are columns as they are.
        var keyColumns: [String?] = []
        /// The columns of the result.
        let output: [Int]
    }

    /// What becomes of probing rows apart from pairs.
    enum Probing: Sendable {
        case nothing
        /// Rows without a partner, with nulls for the other side.
        case padded
        case matched
        case unmatched
        /// All, with whether they have a partner.
        case marked
    }

    let kind: JoinNode.Kind
    let buildSide: JoinNode.Side
    let left: Side
    let right: Side
    let keyTypes: [DataType]
    /// Of each key, whether null equals null.
    let nullsMatch: [Bool]
    /// What a pair must fulfil too, over the columns of both sides.
    let condition: Expression?
    let output: Schema

    /// Whether pairs are rows of the result.
    let emitsPairs: Bool
    let probing: Probing
    /// The same of built rows, which come once all rows have probed.
    let building: Probing
    /// The columns that the condition looks at.
    private let conditionColumns: (probe: [Int], build: [Int], schema: Schema)

    init(
        kind: JoinNode.Kind, build: JoinNode.Side, left: Side, right: Side, keyTypes: [DataType], nullsMatch: [Bool], condition: Expression? = nil,
        output: Schema
    ) {
        (self.kind, buildSide, self.left, self.right) = (kind, build, left, right)
        (self.keyTypes, self.nullsMatch, self.condition, self.output) = (keyTypes, nullsMatch, condition, output)
        emitsPairs = kind.hasRightColumns
        let (ofLeft, ofRight): (Probing, Probing) =
            switch kind {
            case .inner: (.nothing, .nothing)
            case .left: (.padded, .nothing)
            case .right: (.nothing, .padded)
            case .full: (.padded, .padded)
            case .leftSemi: (.matched, .nothing)
            case .leftAnti, .nullAwareAnti: (.unmatched, .nothing)
            case .existence: (.marked, .nothing)
            }
        (probing, building) = build == .right ? (ofLeft, ofRight) : (ofRight, ofLeft)
        let (probe, built) = build == .right ? (left, right) : (right, left)
        let read = condition?.fields ?? []
        func columns(_ side: Side) -> [Int] { side.schema.fields.indices.filter { read.contains(side.schema[$0].name) } }
        let (p, b) = (columns(probe), columns(built))
        // Frames may share names between their sides, but have no conditions.
        conditionColumns = (p, b, condition == nil ? .empty : Schema(p.map { probe.schema[$0] } + b.map { built.schema[$0] }))
    }

    var probe: Side { buildSide == .right ? left : right }
    var build: Side { buildSide == .right ? right : left }

    /// Whether nulls among keys decide about rows of other keys.
    var isNullAware: Bool { kind == .nullAwareAnti }

    /// Whether a probing row without a partner has no part in the result, and neither has its absence.
    var dropsUnmatchedProbes: Bool {
        switch probing {
        case .nothing, .matched: !isNullAware
        default: false
        }
    }

    // MARK: Assembling

    /// Rows of the result: of the probing side (nil rows for all, in order) beside rows of the built side; -1 for nulls.
    func assemble(_ probe: Batch, _ probeRows: Values<Int32>?, _ built: Batch, _ builtRows: Values<Int32>) -> Batch {
        let own = self.probe.output.map { i in probeRows.map { probe.columns[i].take($0) } ?? probe.columns[i] }
        let others = build.output.map { built.columns[$0].take(builtRows) }
        return Batch(schema: output, columns: buildSide == .right ? own + others : others + own, count: builtRows.count)
    }

    /// Rows of the left side alone, where those are the result.
    func assembleAlone(_ side: Side, _ rows: Batch, marks: Bitmap? = nil) -> Batch {
        var columns = side.output.map { rows.columns[$0] }
        if let marks { columns.append(Column(marks)) }
        return Batch(schema: output, columns: columns, count: rows.count)
    }

    /// The pairs that fulfil the condition.
    func fulfilling(_ pairs: JoinPairs, _ probe: Batch, _ built: Batch) throws -> JoinPairs {
        guard let condition else { return pairs }
        let columns =
            conditionColumns.probe.map { i in pairs.probing.map { probe.columns[i].take($0) } ?? probe.columns[i] }
            + conditionColumns.build.map { built.columns[$0].take(pairs.built) }
        let rows = Batch(schema: conditionColumns.schema, columns: columns, count: pairs.count)
        let mask = try condition.matchingRows(of: rows, lookup: FieldLookup(ignoresCase: false))
        let kept = mask.setCount
        if kept == pairs.count { return pairs }
        let places = mask.setIndices
        guard let probing = pairs.probing else { return JoinPairs(probing: places, built: pairs.built.selecting(places)) }
        return JoinPairs(probing: probing.selecting(places), built: pairs.built.selecting(places))
    }
}

extension Values<Int32> {
    /// The values at the given places.
    func selecting(_ places: Values<Int32>) -> Values<Int32> {
        let out = Buffer(size: places.count * 4)
        let to = out.values(of: Int32.self)
        defer { withExtendedLifetime((self, places)) {} }
        for i in 0..<places.count { to[i] = start[Int(places.start[i])] }
        return Values(out, count: places.count)
    }
}
