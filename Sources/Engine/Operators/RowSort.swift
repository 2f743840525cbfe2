internal import Columnar

/// Sorts all rows, with as many threads as there are.
///
/// In memory the input stays as it came. The rows' places are dealt into ranges of the order (`SortRanges`), and a range is sorted, and its rows gathered,
/// by the worker that pulls it: ranges are the morsels of the result, so sorting, gathering and what comes after all run in parallel.
///
/// When memory is short, what is held is sorted and written out as a run. At the end the runs' blocks say which keys are where, ranges of about equal
/// size are cut, and who pulls a range reads its part of every run. A number for each row, its place in the input, is the last key: no two rows are
/// equal then, so a range is never too large and the order is the stable one whatever the threads did.
final class RowSort: BatchConsumer {
    private let keys: [SortNode.Key]
    private let input: Schema
    private let node: PlanNode
    private let spilling: SpillPolicy
    private let workers: Int
    private let mayRun: Bool

    private struct Held {
        let batch: Batch
        let morsel: Int
        /// The place of the batch's first row in its morsel.
        let first: Int
    }

    private struct State {
        var held: [Held] = []
        var bytes = 0
        var rowsOfMorsels: [Int: Int] = [:]
        var file: SpillFile?
        var runs: [SortedRun] = []
    }
    private let state = Locked(State())

    init(keys: [SortNode.Key], input: Schema, node: PlanNode, context: ExecutionContext) {
        (self.keys, self.input, self.node, spilling, workers) = (keys, input, node, context.spilling, context.workers.count)
        mayRun = spilling.operatorBytes != .max
    }

    // MARK: Rows in

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let fitting = try batch.fitting(input, of: node)
        // Where memory counts, rows must not keep the pages alive that they came from.
        let rows = mayRun ? fitting.compacted() : fitting
        let size = mayRun ? rows.approximateSize : 0
        let full: [Held]? = state.withLock { state in
            let first = state.rowsOfMorsels[morsel] ?? 0
            state.rowsOfMorsels[morsel] = first + rows.count
            state.held.append(Held(batch: rows, morsel: morsel, first: first))
            state.bytes += size
            // A run under way holds about as much again.
            guard mayRun, spilling.mustSpill(state.bytes * 2, workers: 1) else { return nil }
            defer { (state.held, state.bytes) = ([], 0) }
            return state.held
        }
        if let full { try spill(full) }
        return true
    }

    func restart() { state.withLock { $0 = State() } }

    private func spill(_ held: [Held]) throws {
        if held.isEmpty { return }
        let file = try state.withLock { state in
            if let file = state.file { return file }
            let file = try SpillFile(in: spilling.folder)
            state.file = file
            return file
        }
        var numbers = GrowingBuffer<Int64>(capacity: held.reduce(0) { $0 + $1.batch.count })
        for part in held {
            let first = Int64(part.morsel) << 32 | Int64(part.first)
            for row in 0..<part.batch.count { numbers.append(first + Int64(row)) }
        }
        let rows = Batch.concatenate(held.map(\.batch), schema: input)
        let run = try SortedRun(rows, keys: try keyColumns(rows), numbers: Column(.long, numbers.take()), keys: keys, file: file)
        state.withLock { $0.runs.append(run) }
    }

    private func keyColumns(_ batch: Batch) throws -> [Column] { try keys.map { try $0.expression.evaluate(on: batch) } }

    // MARK: Rows out

    /// The rows in order, once all are in.
    ///
    /// - Parameter note: takes the bytes that went to the disk.
    func sorted(_ context: ExecutionContext, note: (Int) -> Void) throws -> any BatchScan {
        try scan(context, together: nil, mayPart: false, note).scan
    }

    /// The rows in order, so that rows which agree in the first `count` keys come in one morsel: a range holds more rows for it, if it must.
    ///
    /// - Parameter mayPart: whether the caller can take rows that belong together from several morsels, one morsel after the other; then they are
    ///   parted where they are very many.
    /// - Returns: whether they are.
    func grouped(by count: Int, mayPart: Bool, _ context: ExecutionContext, note: (Int) -> Void) throws -> (scan: any BatchScan, isParted: Bool) {
        try scan(context, together: count, mayPart: mayPart, note)
    }

    private func scan(_ context: ExecutionContext, together: Int?, mayPart: Bool, _ note: (Int) -> Void) throws -> (scan: any BatchScan, isParted: Bool) {
        let (held, runs) = state.withLock { ($0.held, $0.runs) }
        if !runs.isEmpty {
            try spill(held)
            let (runs, file) = state.withLock { state in
                defer { state = State() }
                return (state.runs, state.file!)
            }
            note(file.size)
            let rangeBytes = max(spilling.operatorBytes / (4 * workers), 1 << 16)
            let merge = RunMerge(runs, file: file, schema: input, keys: keys, together: together, rangeBytes: rangeBytes)
            if mayPart, merge.hasLargeGroups { return (RunMerge(runs, file: file, schema: input, keys: keys, together: nil, rangeBytes: rangeBytes).scan, true) }
            return (merge.scan, false)
        }
        state.withLock { $0 = State() }
        let batches = held.sorted { ($0.morsel, $0.first) < ($1.morsel, $1.first) }.map(\.batch)
        let isParted = mayPart && together == 0
        return (try SortRanges(batches, schema: input, keys: keys, together: isParted ? nil : together, context: context).scan, isParted)
    }
}

extension Batch {
    /// The rows under the schema that an operator expects, without columns that it does not want.
    ///
    /// - Throws: `SchemaSurprise` when they do not fit.
    func fitting(_ schema: Schema, of node: PlanNode) throws -> Batch {
        if self.schema === schema { return self }
        let rows = restricted(to: schema)
        guard schema.merging(rows.schema) == schema else { throw SchemaSurprise(node) }
        return rows.conforming(to: schema)
    }
}

extension SortNode.Key {
    func sortKey(_ column: Column) -> SortKey { SortKey(column, descending: descending, nullsFirst: nullsFirst) }
}
