internal import Columnar

/// Groups rows and computes aggregates, with as many threads as there are.
///
/// Each worker fills a table of its own. At the end the tables' states are parted by the hash of the keys, and each partition is merged by the worker
/// that pulls it: partitions are the morsels of the result. A table that holds more than its share of the memory is emptied into a partitioned
/// temporary file, from which the same merge reads.
final class HashAggregation: BatchConsumer {
    /// The rows' schema; those of other schemas are made to fit, or surprise.
    private let input: Schema
    private let node: PlanNode
    private let keys: [Expression]
    private let arguments: [[Expression]]
    private let shape: AggregateTable.Shape
    private let output: Schema
    private let stateSchema: Schema
    private let spilling: SpillPolicy
    private let workers: Int

    private struct State: @unchecked Sendable {
        // Sendable: a table is in one worker's hands while it is taken out.
        var free: [AggregateTable] = []
        var working: [Int: AggregateTable] = [:]
        var spill: PartitionedSpill?
    }
    private let state = Locked(State())

    /// From how many groups on the merge is parted.
    private static let partedGroups = 16384
    private static let rowsPerBatch = 32768

    init(
        _ shape: AggregateTable.Shape, keys: [Expression], arguments: [[Expression]], input: Schema, node: PlanNode, output: Schema,
        context: ExecutionContext, workers: Int
    ) {
        (self.shape, self.keys, self.arguments, self.input, self.node, self.output) = (shape, keys, arguments, input, node, output)
        stateSchema = Schema(shape.stateTypes.enumerated().map { Field("\($0.offset)", $0.element) })
        (spilling, self.workers) = (context.spilling, max(workers, 1))
    }

    // MARK: Rows in

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let rows = try batch.fitting(input, of: node)
        let table = state.withLock { state in state.working.removeValue(forKey: morsel) ?? state.free.popLast() } ?? AggregateTable(shape)
        var start = 0
        // Parts that stay in the processor's cache between the table and the aggregates.
        while start < rows.count {
            let part = rows.slice(start..<min(start + 16384, rows.count))
            let keyColumns = try keys.map { try $0.evaluate(on: part) }
            let argumentColumns = try arguments.map { try $0.map { try $0.evaluate(on: part) } }
            table.add(keys: keyColumns, arguments: argumentColumns, count: part.count)
            start += part.count
        }
        guard spilling.mustSpill(table.size, workers: workers) else {
            state.withLock { $0.working[morsel] = table }
            return true
        }
        try spill(table)
        return true
    }

    func endMorsel(_ number: Int) {
        state.withLock { state in
            if let table = state.working.removeValue(forKey: number) { state.free.append(table) }
        }
    }

    func restart() { state.withLock { $0 = State() } }

    private func stateBatch(_ table: AggregateTable) -> Batch {
        let count = table.groupCount
        return Batch(schema: stateSchema, columns: table.states(), count: count)
    }

    private func spill(_ table: AggregateTable) throws {
        let spill = try state.withLock { state in
            if let spill = state.spill { return spill }
            let spill = try PartitionedSpill(in: spilling.folder)
            state.spill = spill
            return spill
        }
        let states = stateBatch(table)
        try spill.write(states, keys: Array(states.columns.prefix(keys.count)))
    }

    // MARK: Groups out

    /// The groups, once all rows are in.
    func groups(_ context: ExecutionContext) throws -> any BatchScan {
        let (tables, spill) = state.withLock { state in
            defer { state = State() }
            return (state.free + state.working.sorted { $0.key < $1.key }.map(\.value), state.spill)
        }
        let total = tables.reduce(0) { $0 + $1.groupCount }
        if spill == nil, tables.count <= 1 || keys.isEmpty || total <= HashAggregation.partedGroups {
            let merged = tables.first ?? AggregateTable(shape)
            for table in tables.dropFirst() {
                let states = stateBatch(table)
                merged.merge(states.columns, count: states.count)
            }
            if keys.isEmpty { merged.makeGlobalGroup() }
            return MemoryScan(batches(merged))
        }
        if let spill {
            for table in tables where table.groupCount > 0 {
                let states = stateBatch(table)
                try spill.write(states, keys: Array(states.columns.prefix(keys.count)))
            }
            return PartitionScan(count: PartitionedSpill.partitions) { [self] p, emit in
                try mergeSpilled(spill, p, emit)
            }
        }
        let parted = Locked<[Parted]>([])
        let rest = Locked(tables[...])
        context.workers.run(workers: min(tables.count, workers)) { [self] _ in
            while let table = rest.withLock({ $0.popFirst() }) {
                let states = stateBatch(table)
                let rows = RadixPartition(Array(states.columns.prefix(keys.count)), count: states.count, bits: PartitionedSpill.bits)
                parted.withLock { $0.append(Parted(states: states, rows: rows)) }
            }
        }
        let parts = parted.withLock { $0 }
        return PartitionScan(count: PartitionedSpill.partitions) { [self] p, emit in
            let merged = AggregateTable(shape)
            for part in parts {
                let rows = part.rows[p]
                if rows.count > 0 { merged.merge(part.states.columns.map { $0.take(rows) }, count: rows.count) }
            }
            return try batches(merged).allSatisfy(emit)
        }
    }

    private struct Parted: Sendable {
        let states: Batch
        let rows: RadixPartition
    }

    private func mergeSpilled(_ spill: PartitionedSpill, _ partition: Int, _ emit: (Batch) throws -> Bool) throws -> Bool {
        if spill.rows(of: partition) == 0 { return true }
        // States of one key may stand there many times, so this is more than what the table will hold.
        if spill.size(of: partition) > max(spilling.operatorBytes / workers, 1 << 20), spill.canSplit {
            let deeper = try spill.split(partition, in: spilling.folder) { Array($0.columns.prefix(self.keys.count)) }
            for p in 0..<PartitionedSpill.partitions { if try !mergeSpilled(deeper, p, emit) { return false } }
            return true
        }
        let merged = AggregateTable(shape)
        try spill.read(partition) { merged.merge($0.columns, count: $0.count) }
        return try batches(merged).allSatisfy(emit)
    }

    private func batches(_ table: AggregateTable) -> [Batch] {
        let count = table.groupCount
        if count == 0 { return [] }
        let all = Batch(schema: output, columns: table.results(), count: count)
        if count <= HashAggregation.rowsPerBatch { return [all] }
        return stride(from: 0, to: count, by: HashAggregation.rowsPerBatch).map { all.slice($0..<min($0 + HashAggregation.rowsPerBatch, count)) }
    }
}

/// Morsels that are computed by whoever pulls them.
final class PartitionScan: BatchScan {
    typealias Reader = @Sendable (_ partition: Int, _ emit: (Batch) throws -> Bool) throws -> Bool
    private let count: Int
    private let reader: Reader
    private let next = Locked(0)

    /// - Parameter reader: gives a partition's rows; returns whether more are wanted.
    init(count: Int, reader: @escaping Reader) { (self.count, self.reader) = (count, reader) }

    func nextMorsel() throws -> (any Morsel)? {
        next.withLock { next in
            if next == count { return nil }
            defer { next += 1 }
            return PartitionMorsel(number: next, reader: reader)
        }
    }
}

private struct PartitionMorsel: Morsel {
    let number: Int
    let reader: PartitionScan.Reader
    func read(_ emit: (Batch) throws -> Bool) throws { _ = try reader(number, emit) }
}
