internal import Columnar

/// A join whose sides lie on the disk, parted by the hashes of their keys: partitions are joined one by one.
struct SpilledJoin: Sendable {
    let join: HashJoin
    let nulls: JoinNulls
    let context: ExecutionContext
    /// Bytes of built rows that may be in memory at a time.
    let share: Int

    /// Joins a partition of both sides; parts it further where the built one is too large still.
    func read(_ build: PartitionedSpill, _ probe: PartitionedSpill, partition: Int, _ emit: (Batch) throws -> Bool) throws -> Bool {
        if build.rows(of: partition) == 0, probe.rows(of: partition) == 0 { return true }
        if build.size(of: partition) <= share {
            var rows: [Batch] = []
            try build.read(partition) { rows.append($0) }
            let table = try JoinTable(Batch.concatenate(rows, schema: join.build.schema), of: join, nulls: nulls, workers: nil)
            var goesOn = true
            try probe.read(partition) { batch in if goesOn { goesOn = try table.probe(batch, context: context, emit) } }
            return try goesOn && table.tail(context: context, emit)
        }
        if build.canSplit, !join.keyTypes.isEmpty {
            let folder = context.spilling.folder
            let deeper = try build.split(partition, in: folder) { try join.build.keys($0) }
            // One key's rows cannot be parted.
            let largest = (0..<PartitionedSpill.partitions).map { deeper.rows(of: $0) }.max() ?? 0
            if largest < build.rows(of: partition) {
                let deeperProbe = try probe.split(partition, in: folder) { try join.probe.keys($0) }
                for p in 0..<PartitionedSpill.partitions where try !read(deeper, deeperProbe, partition: p, emit) { return false }
                return true
            }
        }
        return try readInTurns(build, probe, partition: partition, emit)
    }

    /// Joins a partition by reading as many built rows as fit, again and again, and all probing rows for each of these turns.
    private func readInTurns(_ build: PartitionedSpill, _ probe: PartitionedSpill, partition: Int, _ emit: (Batch) throws -> Bool) throws -> Bool {
        let flags = Buffer(zeroed: probe.rows(of: partition))
        let matched = flags.values(of: UInt8.self)
        defer { withExtendedLifetime(flags) {} }
        var waiting: [Batch] = []
        var size = 0
        var goesOn = true
        func turn() throws {
            let table = try JoinTable(Batch.concatenate(waiting, schema: join.build.schema), of: join, nulls: nulls, workers: nil)
            (waiting, size) = ([], 0)
            var at = 0
            try probe.read(partition) { batch in
                if goesOn { goesOn = try table.probe(batch, flags: matched + at, context: context, emit) }
                at += batch.count
            }
            if goesOn { goesOn = try table.tail(context: context, emit) }
        }
        try build.read(partition) { batch in
            guard goesOn else { return }
            waiting.append(batch)
            size += batch.approximateSize
            if size > share { try turn() }
        }
        if goesOn, !waiting.isEmpty { try turn() }
        if !goesOn { return false }
        var at = 0
        try probe.read(partition) { batch in
            if goesOn { goesOn = try join.emitUnmatched(batch, flags: matched + at, emit) }
            at += batch.count
        }
        return goesOn
    }
}

extension HashJoin {
    /// The join's rows, from the streams of its sides.
    ///
    /// - Parameter node: what the times and the bytes on the disk are noted for.
    func stream(_ leftInput: Stream, _ rightInput: Stream, node: PlanNode, targets: LateFilterTargets? = nil) -> Stream {
        let (built, probing) = buildSide == .right ? (rightInput, leftInput) : (leftInput, rightInput)
        let mayBePassedOver = !node.inputs.contains { $0.selfAndAncestors.contains { $0.hasSideEffects } }
        return Stream(isOrdered: probing.isOrdered, targets: targets) { context in
            let nulls = JoinNulls()
            let input = JoinInput(self, isBuilt: true, nulls: nulls, context: context)
            try Execution.run(built, ordered: false, context: context, into: input, stage: context.progress?.stage(node.label + " (kept side)", .collect))
            guard let spill = try input.spilled() else {
                let table = try JoinTable(input.takeRows(context.workers), of: self, nulls: nulls, workers: context.workers)
                // No row of the other side can have a part in the result.
                if table.count == 0, dropsUnmatchedProbes, mayBePassedOver, !context.errors.keepsRecords { return MemoryScan([]) }
                handDown(table, to: probing, node: node)
                return JoinScan(try probing.open(context), table, of: self, context: context)
            }
            let probe = JoinInput(self, isBuilt: false, nulls: nulls, context: context, spills: true)
            try Execution.run(probing, ordered: probing.isOrdered, context: context, into: probe, stage: context.progress?.stage(node.label + " (other side)", .collect))
            guard let probed = try probe.spilled() else { return MemoryScan([]) }
            context.profile?.entry(for: node).addSpill(bytes: spill.size + probed.size)
            let share = max(context.spilling.operatorBytes / (2 * context.workers.count), 4096)
            let spilled = SpilledJoin(join: self, nulls: nulls, context: context, share: share)
            return PartitionScan(count: PartitionedSpill.partitions) { p, emit in try spilled.read(spill, probed, partition: p, emit) }
        }
    }
}
