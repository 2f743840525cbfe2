internal import Columnar
internal import Synchronization

/// Groups rows and computes aggregates, with as many threads as there are.
///
/// Each worker fills a table of its own, as long as that is small. A worker whose table outgrows the processor's cache parts its rows by the hash of
/// their keys from then on, and adds them to tables that all share, one a partition: many rows at a time, so that a partition's table is brought into
/// the cache once for all of them. At the end partitions are the morsels of the result, finished by the worker that pulls them. When the tables hold
/// more than their share of the memory, their states go to a temporary file, partition by partition, and are merged from there.
final class HashAggregation: BatchConsumer {
    /// The rows' schema; those of other schemas are made to fit, or surprise.
    private let input: SchemaFitting
    private let keys: [Expression]
    private let arguments: [[Expression]]
    private let shape: AggregateTable.Shape
    private let output: Schema
    private let stateSchema: Schema
    private let spilling: SpillPolicy
    private let workers: Int

    /// Keys and arguments of some rows, one behind the other.
    private struct Piece {
        let columns: [Column]
        let count: Int
    }

    /// What one worker has in hand.
    private final class Worker: @unchecked Sendable {
        // Sendable: in one thread's hands at a time.
        /// nil from the moment on when the worker parts its rows.
        var table: AggregateTable?
        /// Rows that went into it.
        var tableRows = 0
        /// Rows to be parted.
        var waiting: [Piece] = []
        var waitingRows = 0
        /// Rows of each partition, to be added to its table.
        var parted = [[Piece]](repeating: [], count: PartitionedSpill.partitions)
        var partedRows = [Int](repeating: 0, count: PartitionedSpill.partitions)

        init(_ table: AggregateTable) { self.table = table }
    }

    private struct State {
        var free: [Worker] = []
        var working: [Int: Worker] = [:]
        var spill: PartitionedSpill?
    }
    private let state = Locked(State())

    /// A table behind its lock, and the bytes that it holds.
    private struct Partition: @unchecked Sendable {
        // Sendable: what the lock guards.
        var table: AggregateTable?
        /// Rows that went into it.
        var tableRows = 0
        var size = 0
    }
    private let partitions = (0..<PartitionedSpill.partitions).map { _ in Locked(Partition()) }
    private let partitionBytes = Atomic<Int>(0)
    /// Whether a partition has been given groups.
    private let hasShared = Atomic<Bool>(false)

    /// From how many groups on a worker parts its rows.
    private static let ownGroups = 32768
    /// How many rows are parted at a time, and how many of a partition are added at a time.
    private static let rowsToPart = 65536
    private static let rowsToAdd = 16384
    private static let rowsPerBatch = 32768

    init(
        _ shape: AggregateTable.Shape, keys: [Expression], arguments: [[Expression]], input: Schema, node: PlanNode, output: Schema,
        context: ExecutionContext, workers: Int
    ) {
        (self.shape, self.keys, self.arguments, self.input, self.output) = (shape, keys, arguments, SchemaFitting(input, of: node), output)
        stateSchema = Schema(shape.stateTypes.enumerated().map { Field("\($0.offset)", $0.element) })
        (spilling, self.workers) = (context.spilling, max(workers, 1))
    }

    // MARK: Rows in

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let rows = try input.fit(batch)
        let worker = state.withLock { state in state.working.removeValue(forKey: morsel) ?? state.free.popLast() } ?? Worker(AggregateTable(shape))
        defer { state.withLock { $0.working[morsel] = worker } }
        var start = 0
        // Parts that stay in the processor's cache between the table and the aggregates.
        while start < rows.count {
            let some = rows.slice(start..<min(start + 16384, rows.count))
            start += some.count
            var columns: [Column] = []
            for key in keys { columns.append(try key.evaluate(on: some)) }
            for argument in arguments.joined() { columns.append(try argument.evaluate(on: some)) }
            let piece = Piece(columns: columns, count: some.count)
            if let table = worker.table {
                add(piece, to: table)
                worker.tableRows += piece.count
                if table.groupCount > HashAggregation.ownGroups {
                    // Where keys come again before long, as in rows that lie by their keys, there is less to part when they are grouped first.
                    let shrinks = worker.tableRows >= 2 * table.groupCount
                    share(worker)
                    if shrinks { worker.table = AggregateTable(shape, expectedGroups: HashAggregation.ownGroups) }
                    worker.tableRows = 0
                }
            } else {
                worker.waiting.append(piece)
                worker.waitingRows += piece.count
                if worker.waitingRows >= HashAggregation.rowsToPart { part(worker) }
            }
        }
        if let table = worker.table {
            if !keys.isEmpty, spilling.mustSpill(table.size, workers: workers) {
                share(worker)
                try spillPartitions()
            } else if spilling.mustSpill(partitionBytes.load(ordering: .relaxed), workers: 1) {
                try spillPartitions()
            }
        } else if spilling.mustSpill(partitionBytes.load(ordering: .relaxed), workers: 1) {
            try spillPartitions()
        }
        return true
    }

    private func add(_ piece: Piece, to table: AggregateTable) {
        var at = keys.count
        let columns = arguments.map { arguments -> [Column] in
            defer { at += arguments.count }
            return Array(piece.columns[at..<at + arguments.count])
        }
        table.add(keys: Array(piece.columns.prefix(keys.count)), arguments: columns, count: piece.count)
    }

    func endMorsel(_ number: Int) {
        state.withLock { state in
            if let worker = state.working.removeValue(forKey: number) { state.free.append(worker) }
        }
    }

    func restart() {
        state.withLock { $0 = State() }
        for partition in partitions { partition.withLock { $0 = Partition() } }
        partitionBytes.store(0, ordering: .relaxed)
        hasShared.store(false, ordering: .relaxed)
    }

    // MARK: Partitions

    /// Gives the groups of a worker's own table to the partitions.
    private func share(_ worker: Worker) {
        guard let table = worker.table else { return }
        worker.table = nil
        hasShared.store(true, ordering: .relaxed)
        let states = stateBatch(table)
        let rows = RadixPartition(Array(states.columns.prefix(keys.count)), count: states.count, bits: PartitionedSpill.bits)
        for p in 0..<PartitionedSpill.partitions where rows[p].count > 0 {
            fill(p) { $0.merge(states.columns.map { $0.take(rows[p]) }, count: rows[p].count) }
        }
    }

    /// Parts the rows that wait, and adds those of the partitions that have enough.
    private func part(_ worker: Worker) {
        let pieces = worker.waiting
        let count = worker.waitingRows
        (worker.waiting, worker.waitingRows) = ([], 0)
        if count == 0 { return }
        let columns =
            pieces.count == 1
            ? pieces[0].columns
            : pieces[0].columns.indices.map { c in Column.concatenate(pieces.map { $0.columns[c] }, as: pieces[0].columns[c].type) }
        let rows = RadixPartition(Array(columns.prefix(keys.count)), count: count, bits: PartitionedSpill.bits)
        // Rows that wait keep what they came from: where memory counts they do not wait.
        let enough = spilling.operatorBytes == .max ? HashAggregation.rowsToAdd : 1
        for p in 0..<PartitionedSpill.partitions {
            let own = rows[p]
            if own.count == 0 { continue }
            worker.parted[p].append(Piece(columns: columns.map { $0.take(own) }, count: own.count))
            worker.partedRows[p] += own.count
            if worker.partedRows[p] >= enough { addParted(worker, p) }
        }
    }

    private func addParted(_ worker: Worker, _ p: Int) {
        let pieces = worker.parted[p]
        (worker.parted[p], worker.partedRows[p]) = ([], 0)
        if pieces.isEmpty { return }
        fill(p) { table in for piece in pieces { add(piece, to: table) } }
    }

    private func fill(_ p: Int, _ body: (AggregateTable) -> Void) {
        let grown = partitions[p].withLock { partition in
            let table = partition.table ?? AggregateTable(shape)
            partition.table = table
            body(table)
            let before = partition.size
            partition.size = table.size
            return partition.size - before
        }
        partitionBytes.add(grown, ordering: .relaxed)
    }

    private func stateBatch(_ table: AggregateTable) -> Batch {
        let count = table.groupCount
        return Batch(schema: stateSchema, columns: table.states(), count: count)
    }

    /// Empties the partitions' tables into the temporary file.
    private func spillPartitions() throws {
        let spill = try state.withLock { state in
            if let spill = state.spill { return spill }
            let spill = try PartitionedSpill(in: spilling.folder)
            state.spill = spill
            return spill
        }
        for p in 0..<PartitionedSpill.partitions {
            try partitions[p].withLock { partition in
                guard let table = partition.table else { return }
                partitionBytes.subtract(partition.size, ordering: .relaxed)
                partition = Partition()
                try spill.append(stateBatch(table), to: p)
            }
        }
    }

    /// Bytes on the disk so far.
    var spilledBytes: Int { state.withLock { $0.spill?.size ?? 0 } }

    // MARK: Groups out

    /// The groups, once all rows are in.
    func groups(_ context: ExecutionContext) throws -> any BatchScan {
        let (all, hasSpilled) = state.withLock { state in
            (state.free + state.working.sorted { $0.key < $1.key }.map(\.value), state.spill != nil)
        }
        if !hasSpilled, !hasShared.load(ordering: .relaxed), all.allSatisfy({ $0.table != nil }) {
            let merged = all.first?.table ?? AggregateTable(shape)
            for worker in all.dropFirst() {
                let states = stateBatch(worker.table!)
                merged.merge(states.columns, count: states.count)
            }
            if keys.isEmpty { merged.makeGlobalGroup() }
            return MemoryScan(try batches(merged))
        }
        let rest = Locked(all[...])
        context.workers.run(workers: min(all.count, workers)) { [self] _ in
            while let worker = rest.withLock({ $0.popFirst() }) {
                share(worker)
                part(worker)
            }
        }
        if hasSpilled {
            for worker in all { for p in 0..<PartitionedSpill.partitions { addParted(worker, p) } }
            try spillPartitions()
            let spill = state.withLock { $0.spill! }
            return PartitionScan(count: PartitionedSpill.partitions) { [self] p, emit in try mergeSpilled(spill, p, emit) }
        }
        return PartitionScan(count: PartitionedSpill.partitions) { [self] p, emit in
            for worker in all { addParted(worker, p) }
            guard let table = partitions[p].withLock({ $0.table }) else { return true }
            let result = try batches(table)
            partitions[p].withLock { $0 = Partition() }
            return try result.allSatisfy(emit)
        }
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

    private func batches(_ table: AggregateTable) throws -> [Batch] {
        let count = table.groupCount
        if count == 0 { return [] }
        let all = Batch(schema: output, columns: try PlanError.wrapping { () throws(AggregateFailure) in try table.results() }, count: count)
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
