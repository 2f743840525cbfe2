internal import Columnar

/// What a join does with batches of its two sides.
struct HashJoin: Sendable {
    let keys: JoinKeys
    let kind: FrameJoinNode.Kind
    let left: Schema
    let right: Schema
    let joined: JoinedSchema
    /// The types under which keys are compared.
    let types: [DataType]

    init(_ keys: JoinKeys, kind: FrameJoinNode.Kind, left: Schema, right: Schema) {
        (self.keys, self.kind, self.left, self.right) = (keys, kind, left, right)
        joined = JoinedSchema(left: left, right: right)
        let (own, others) = (keys.rightColumns(of: .empty(right)), keys.leftColumns(of: .empty(left)))
        types = zip(own, others).map { HashJoin.commonType($0.type, $1.type) }
    }

    func leftKeys(_ batch: Batch) -> [Column] { zip(keys.leftColumns(of: batch), types).map(HashJoin.converted) }
    func rightKeys(_ batch: Batch) -> [Column] { zip(keys.rightColumns(of: batch), types).map(HashJoin.converted) }

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

    /// Joins a partition of both sides; parts it further where the right side's is too large still.
    func join(
        _ build: PartitionedSpill, _ probe: PartitionedSpill, partition: Int, share: Int, folder: String, _ emit: (Batch) throws -> Bool
    ) throws -> Bool {
        if probe.rows(of: partition) == 0 { return true }
        if build.size(of: partition) > share, build.canSplit {
            let (deeperBuild, deeperProbe) = (
                try build.split(partition, in: folder) { rightKeys($0) }, try probe.split(partition, in: folder) { leftKeys($0) }
            )
            // One key's rows cannot be parted.
            let largest = (0..<PartitionedSpill.partitions).map { deeperBuild.rows(of: $0) }.max()!
            let inner = largest == build.rows(of: partition) ? Int.max : share
            for p in 0..<PartitionedSpill.partitions {
                if try !join(deeperBuild, deeperProbe, partition: p, share: inner, folder: folder, emit) { return false }
            }
            return true
        }
        var rows: [Batch] = []
        try build.read(partition) { rows.append($0) }
        let table = JoinTable(Batch.concatenate(rows, schema: right), of: self)
        var goesOn = true
        try probe.read(partition) { batch in
            if goesOn, let result = table.probe(batch) { goesOn = try emit(result) }
        }
        return goesOn
    }
}

/// The right side of a join, or a partition of it, found by key.
final class JoinTable: Sendable {
    private let join: HashJoin
    private let rows: Batch
    private let table: KeyTable
    private let lists: RowLists

    init(_ rows: Batch, of join: HashJoin) {
        (self.rows, self.join) = (rows, join)
        table = KeyTable(types: join.types, nullsMatch: false)
        let groups = table.insert(join.rightKeys(rows), count: rows.count)
        lists = RowLists(groups: groups, groupCount: table.groupCount)
    }

    func probe(_ batch: Batch) -> Batch? {
        let groups = table.find(join.leftKeys(batch), count: batch.count)
        switch join.kind {
        case .inner, .left:
            let (probing, matched) = lists.pairs(groups, keepsUnmatched: join.kind == .left)
            return probing.count == 0 ? nil : join.joined.assemble(batch, rows, leftRows: probing, rightRows: matched)
        case .leftSemi, .leftAnti:
            let wanted = join.kind == .leftSemi
            let kept = batch.filter(groups.mask { ($0 >= 0) == wanted })
            return kept.count == 0 ? nil : kept
        }
    }
}

/// One side of a join on its way: rows in memory, or parted on the disk once they are too many.
final class JoinInput: BatchConsumer {
    enum Side { case build, probe }

    private let join: HashJoin
    private let side: Side
    private let spilling: SpillPolicy
    private let spillsAll: Bool

    private struct State {
        var morsels: [Int: [Batch]] = [:]
        var bytes = 0
        var spill: PartitionedSpill?
    }
    private let state = Locked(State())

    /// - Parameter spills: whether all rows go to the disk, however few.
    init(_ join: HashJoin, _ side: Side, context: ExecutionContext, spills: Bool = false) {
        (self.join, self.side, spilling, spillsAll) = (join, side, context.spilling, spills)
    }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        if batch.count == 0 { return true }
        if spilling.operatorBytes == .max {
            state.withLock { $0.morsels[morsel, default: []].append(batch) }
            return true
        }
        // Batches on the disk have one schema; what lies in memory is small first, so that one write has many rows of each partition.
        let rows = batch.conforming(to: side == .build ? join.right : join.left).compacted()
        let size = rows.approximateSize
        let full: ([Batch], PartitionedSpill)? = try state.withLock { state in
            state.morsels[morsel, default: []].append(rows)
            state.bytes += size
            guard spilling.mustSpill(state.bytes * 3, workers: 1) else { return nil }
            return try take(&state)
        }
        if let full { try write(full.0, to: full.1) }
        return true
    }

    func restart() { state.withLock { $0 = State() } }

    private func take(_ state: inout State) throws -> ([Batch], PartitionedSpill) {
        let spill = try state.spill ?? PartitionedSpill(in: spilling.folder)
        state.spill = spill
        defer { (state.morsels, state.bytes) = ([:], 0) }
        return (state.morsels.sorted { $0.key < $1.key }.flatMap(\.value), spill)
    }

    private func write(_ batches: [Batch], to spill: PartitionedSpill) throws {
        if batches.isEmpty { return }
        let rows = Batch.concatenate(batches, schema: side == .build ? join.right : join.left)
        try spill.write(rows, keys: side == .build ? join.rightKeys(rows) : join.leftKeys(rows))
    }

    /// What is on the disk, with what was still in memory; nil when nothing had to go there.
    func spilled() throws -> PartitionedSpill? {
        let rest = try state.withLock { state in state.spill == nil && !spillsAll ? nil : try take(&state) }
        guard let rest else { return nil }
        try write(rest.0, to: rest.1)
        return rest.1
    }

    /// The rows in memory, in order.
    var rows: Batch {
        Batch.concatenate(
            state.withLock { $0.morsels.sorted { $0.key < $1.key }.flatMap(\.value) }, schema: side == .build ? join.right : join.left)
    }
}

extension Values<Int32> {
    /// A bit a value.
    fileprivate func mask(_ isSet: (Int32) -> Bool) -> Bitmap {
        var bits = BitmapBuilder(capacity: count)
        for i in 0..<count { bits.append(isSet(self[i])) }
        return bits.finish()
    }
}
