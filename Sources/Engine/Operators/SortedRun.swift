internal import Columnar

/// Sorted rows in a temporary file, in blocks of which the first row's keys are in memory.
struct SortedRun: Sendable {
    let blocks: [SpillFile.Segment]
    /// The keys of each block's first row, and its number as the last column.
    let heads: [Column]

    /// Bytes of a block, about: small, because a range of the order reads a block too many of each run.
    private static let blockBytes = 32 << 10

    /// Sorts rows and writes them, each with its number as the last column.
    init(_ rows: Batch, keys columns: [Column], numbers: Column, keys: [SortNode.Key], file: SpillFile) throws {
        let sortKeys = zip(keys, columns).map { $0.sortKey($1) } + [SortKey(numbers)]
        let order = SortKey.sortIndices(by: sortKeys, count: rows.count)
        let blockRows = max(16, min(8192, rows.count * SortedRun.blockBytes / max(rows.approximateSize, 1)))
        let numbered = Batch(schema: SortedRun.numbered(rows.schema), columns: rows.columns + [numbers], count: rows.count)
        var blocks: [SpillFile.Segment] = []
        var firsts: [Int32] = []
        for start in stride(from: 0, to: rows.count, by: blockRows) {
            firsts.append(order[start])
            blocks.append(try file.write(numbered.take(order.slice(start..<min(start + blockRows, rows.count)))))
        }
        self.blocks = blocks
        heads = (columns + [numbers]).map { $0.take(Values(firsts)).compacted() }
    }

    /// A schema with a place for the rows' numbers.
    static func numbered(_ schema: Schema) -> Schema {
        var name = "number"
        while schema.index(of: name) != nil { name += "_" }
        return Schema(schema.fields + [Field(name, .long)])
    }
}

/// Sorted runs as one: ranges of the order, each read from all runs by the worker that pulls it.
final class RunMerge: Sendable {
    private let runs: [SortedRun]
    private let file: SpillFile
    private let schema: Schema
    private let keys: [SortNode.Key]
    /// The heads of blocks that begin a range, as keys in order; range `r` lies between splitters `r - 1` and `r`.
    private let splitters: [SortKey]
    private let splitterCount: Int
    /// Whether some rows that must come in one range are more than a range should hold.
    let hasLargeGroups: Bool

    /// - Parameters:
    ///   - together: rows that agree in so many keys come in one range; nil where they need not.
    ///   - rangeBytes: how much of the rows a range should hold.
    init(_ runs: [SortedRun], file: SpillFile, schema: Schema, keys: [SortNode.Key], together: Int? = nil, rangeBytes: Int) {
        (self.runs, self.file, self.schema, self.keys) = (runs, file, schema, keys)
        let count = runs.reduce(0) { $0 + $1.blocks.count }
        let heads = (0...keys.count).map { k in Column.concatenate(runs.map { $0.heads[k] }, as: runs[0].heads[k].type) }
        let order = SortKey.sortIndices(by: RunMerge.sortKeys(keys, heads), count: count)
        let bytes = runs.reduce(0) { $0 + $1.blocks.reduce(0) { $0 + $1.size } }
        let step = max(1, count * rangeBytes / max(bytes, 1))
        let all = stride(from: step, to: count, by: step).map { order[$0] }
        guard let together else {
            splitterCount = all.count
            splitters = RunMerge.sortKeys(keys, heads.map { $0.take(Values(all)) })
            hasLargeGroups = false
            return
        }
        // A splitter of the first keys alone lies before all rows that agree in them.
        let headKeys = Array(RunMerge.sortKeys(keys, heads).prefix(together))
        var chosen: [Int32] = []
        for head in all {
            if together == 0 { break }
            if let last = chosen.last, SortKey.compare(headKeys, Int(last), headKeys, Int(head)) == 0 { continue }
            chosen.append(head)
        }
        hasLargeGroups = chosen.count < all.count
        splitterCount = chosen.count
        splitters = Array(RunMerge.sortKeys(keys, heads.map { $0.take(Values(chosen)) }).prefix(together))
    }

    private static func sortKeys(_ keys: [SortNode.Key], _ columns: [Column]) -> [SortKey] {
        zip(keys, columns).map { $0.sortKey($1) } + [SortKey(columns[keys.count])]
    }

    var scan: any BatchScan { PartitionScan(count: splitterCount + 1) { [self] range, emit in try read(range, emit) } }

    private func read(_ range: Int, _ emit: (Batch) throws -> Bool) throws -> Bool {
        var parts: [Batch] = []
        for run in runs {
            let heads = RunMerge.sortKeys(keys, run.heads)
            // The block before the first that begins in the range may reach into it.
            let first = range == 0 ? 0 : max(0, lowerBound(heads, run.blocks.count, splitter: range - 1) - 1)
            let end = range == splitterCount ? run.blocks.count : lowerBound(heads, run.blocks.count, splitter: range)
            for block in first..<max(first, end) {
                let rows = try file.read(run.blocks[block])
                let rowKeys = try sortKeys(of: rows)
                let from = range > 0 && block == first ? lowerBound(rowKeys, rows.count, splitter: range - 1) : 0
                let to = range < splitterCount && block == end - 1 ? lowerBound(rowKeys, rows.count, splitter: range) : rows.count
                if from < to { parts.append(rows.slice(from..<to)) }
            }
        }
        guard let numbered = parts.first?.schema else { return true }
        let rows = Batch.concatenate(parts, schema: numbered)
        let order = SortKey.sortIndices(by: try sortKeys(of: rows), count: rows.count)
        let plain = Batch(schema: schema, columns: Array(rows.columns.dropLast()), count: rows.count)
        for start in stride(from: 0, to: rows.count, by: 8192) {
            if try !emit(plain.take(order.slice(start..<min(start + 8192, rows.count)))) { return false }
        }
        return true
    }

    private func sortKeys(of rows: Batch) throws -> [SortKey] {
        RunMerge.sortKeys(keys, try keys.map { try $0.expression.evaluate(on: rows) } + [rows.columns[rows.columns.count - 1]])
    }

    /// The first row that is not before a splitter.
    private func lowerBound(_ rows: [SortKey], _ count: Int, splitter: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if SortKey.compare(rows, middle, splitters, splitter) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
