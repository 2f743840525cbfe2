internal import Columnar

/// One side of a join on its way: rows in memory, or parted on the disk once they are too many.
final class JoinInput: BatchConsumer {
    private let join: HashJoin
    private let side: HashJoin.Side
    private let isBuilt: Bool
    private let nulls: JoinNulls
    private let spilling: SpillPolicy
    private let spillsAll: Bool

    private struct State {
        var morsels: [Int: [Batch]] = [:]
        var bytes = 0
        var spill: PartitionedSpill?
    }
    private let state = Locked(State())

    /// - Parameter spills: whether all rows go to the disk, however few.
    init(_ join: HashJoin, isBuilt: Bool, nulls: JoinNulls, context: ExecutionContext, spills: Bool = false) {
        (self.join, self.isBuilt, self.nulls, spilling, spillsAll) = (join, isBuilt, nulls, context.spilling, spills)
        side = isBuilt ? join.build : join.probe
    }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        if batch.count == 0 { return true }
        let fitted = try side.fit(batch)
        if join.isNullAware { nulls.note(try side.keys(fitted)[0], isBuilt: isBuilt) }
        if spilling.operatorBytes == .max {
            state.withLock { $0.morsels[morsel, default: []].append(fitted) }
            return true
        }
        // What lies in memory is small first, so that one write has many rows of each partition.
        let rows = fitted.compacted()
        let size = rows.approximateSize + rows.count * 8
        let full: ([Batch], PartitionedSpill)? = try state.withLock { state in
            state.morsels[morsel, default: []].append(rows)
            state.bytes += size
            guard spilling.mustSpill(state.bytes * 2, workers: 1) else { return nil }
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
        let rows = Batch.concatenate(batches, schema: side.schema)
        let keys = try side.keys(rows)
        if keys.isEmpty { try spill.append(rows, to: 0) } else { try spill.write(rows, keys: keys) }
    }

    /// What is on the disk, with what was still in memory; nil when nothing had to go there.
    func spilled() throws -> PartitionedSpill? {
        let rest = try state.withLock { state in state.spill == nil && !spillsAll ? nil : try take(&state) }
        guard let rest else { return nil }
        try write(rest.0, to: rest.1)
        return rest.1
    }

    /// The rows in memory, in order. They are no longer here afterwards.
    ///
    /// - Parameter workers: who may help.
    func takeRows(_ workers: WorkerPool?) -> Batch {
        let batches = state.withLock { state in
            defer { state.morsels = [:] }
            return state.morsels.sorted { $0.key < $1.key }.flatMap(\.value)
        }
        return Batch.concatenate(batches, schema: side.schema, workers: workers)
    }
}

extension Batch {
    /// The rows of all batches of the schema, columns put together by several threads.
    static func concatenate(_ batches: [Batch], schema: Schema, workers: WorkerPool?) -> Batch {
        let count = batches.reduce(0) { $0 + $1.count }
        guard batches.count > 1, count > 50_000, schema.count > 1 else { return .concatenate(batches, schema: schema) }
        let columns = Locked([Column?](repeating: nil, count: schema.count))
        workers.run(jobs: schema.count) { c in
            let column = Column.concatenate(batches.map { $0.columns[c] }, as: schema[c].type)
            columns.withLock { $0[c] = column }
        }
        return Batch(schema: schema, columns: columns.withLock { $0.map { $0! } }, count: count)
    }
}
