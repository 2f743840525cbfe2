internal import Columnar

/// The first rows of an order, kept as they pass: what `orderBy` and `limit` together need.
///
/// Rows are collected until there are several times as many as wanted; then they are sorted and only the wanted ones stay, and the last of those is the
/// bar that rows to come must pass. A number for each row, its place in the input, keeps the order stable whatever the threads did.
final class TopRows: BatchConsumer {
    private let limit: Int
    private let keys: [SortNode.Key]
    private let input: Schema
    private let numbered: Schema
    private let node: PlanNode

    private struct State {
        var kept: [Batch] = []
        var rows = 0
        var rowsOfMorsels: [Int: Int] = [:]
        /// The word of the last row wanted so far: rows whose first key has a greater one are out.
        var bar: UInt64?
    }
    private let state = Locked(State())

    init(_ limit: Int, keys: [SortNode.Key], input: Schema, node: PlanNode) {
        (self.limit, self.keys, self.input, self.node) = (limit, keys, input, node)
        numbered = SortedRun.numbered(input)
    }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        if limit <= 0 { return false }
        let rows = try batch.fitting(input, of: node)
        let (before, bar) = state.withLock { state in
            let before = state.rowsOfMorsels[morsel] ?? 0
            state.rowsOfMorsels[morsel] = before + rows.count
            return (before, state.bar)
        }
        let start = Int64(morsel) << 32 | Int64(before)
        let numbers = Column(.long, Values((0..<rows.count).map { start + Int64($0) }))
        var candidates = Batch(schema: numbered, columns: rows.columns + [numbers], count: rows.count)
        if let bar, let key = keys.first {
            let column = try key.expression.evaluate(on: rows)
            let words = SortWords(key.sortKey(column))
            let nullsFirst = key.nullsFirst
            candidates = candidates.filter(Bitmap((0..<rows.count).map { i in words.presence.map { !$0[i] } ?? false ? nullsFirst : words.words[i] <= bar }))
        }
        if candidates.count > limit { candidates = try first(candidates) }
        if candidates.count == 0 { return true }
        let own = candidates.compacted()
        try state.withLock { state in
            state.kept.append(own)
            state.rows += own.count
            if state.rows > 4 * limit + 16384 { try reduce(&state) }
        }
        return true
    }

    func restart() { state.withLock { $0 = State() } }

    private func reduce(_ state: inout State) throws {
        let top = try first(Batch.concatenate(state.kept, schema: numbered))
        (state.kept, state.rows) = ([top], top.count)
        guard top.count == limit, let key = keys.first else { return }
        let last = top.slice(limit - 1..<limit)
        let words = SortWords(key.sortKey(try key.expression.evaluate(on: last)))
        // A null that comes last lets everything pass.
        state.bar = words.presence?[0] ?? true ? words.words[0] : key.nullsFirst ? 0 : nil
    }

    /// The first rows of a batch, sorted.
    private func first(_ rows: Batch) throws -> Batch {
        let columns = try keys.map { try $0.expression.evaluate(on: rows) }
        let sortKeys = zip(keys, columns).map { $0.sortKey($1) } + [SortKey(rows.columns[rows.columns.count - 1])]
        let order = SortKey.sortIndices(by: sortKeys, count: rows.count)
        return rows.take(order.slice(0..<min(limit, rows.count))).compacted()
    }

    /// The rows wanted, in order, once all rows are in.
    func sorted() throws -> [Batch] {
        let kept = state.withLock { $0.kept }
        if kept.isEmpty { return [] }
        let top = try first(Batch.concatenate(kept, schema: numbered))
        let plain = Batch(schema: input, columns: Array(top.columns.dropLast()), count: top.count)
        return stride(from: 0, to: plain.count, by: 8192).map { plain.slice($0..<min($0 + 8192, plain.count)) }
    }
}
