internal import Columnar

/// Rows in memory, dealt into ranges of a sort order.
///
/// Every row gets the word of its first key (`SortWords`). A sample of the words gives splitters, and each row's place goes to the range between two of
/// them. A range that came out too large is dealt again: by the next key if all its rows have one word, else by a closer look at the same key (strings
/// that share a longer prefix). Nulls are a range of their own. What cannot be told apart stays together, in the order of the input.
/// Where rows that agree in the first keys are wanted in one range, they are dealt by these alone.
final class SortRanges: Sendable {
    private let schema: Schema
    private let keys: [SortNode.Key]
    private let columns: [ChunkedColumn]
    private let keyColumns: [ChunkedColumn]
    /// Where each key stands among the columns; nil for computed keys.
    private let keyPositions: [Int?]
    private let chunkKeys: [[Column]]
    private let ranges: [Values<UInt64>]

    /// - Parameter together: rows that agree in so many keys come in one range; nil where they need not.
    init(_ batches: [Batch], schema: Schema, keys: [SortNode.Key], together: Int? = nil, context: ExecutionContext) throws {
        (self.schema, self.keys) = (schema, keys)
        let columns = schema.fields.indices.map { c in ChunkedColumn(batches.map { $0.columns[c] }, type: schema[c].type) }
        self.columns = columns
        let positions = keys.map { key -> Int? in
            if case .field(let path) = key.expression, path.count == 1 { schema.index(ofAnyCase: path[0]) } else { nil }
        }
        keyPositions = positions
        let chunkKeys = try keys.indices.map { k in
            try batches.map { batch in try positions[k].map { batch.columns[$0] } ?? keys[k].expression.evaluate(on: batch) }
        }
        self.chunkKeys = chunkKeys
        keyColumns = keys.indices.map { k in
            positions[k].map { columns[$0] } ?? ChunkedColumn(chunkKeys[k], type: chunkKeys[k].first?.type ?? .null)
        }
        let total = batches.reduce(0) { $0 + $1.count }
        let target = max(4096, min(32768, total / (8 * context.workers.count)))
        let dealer = Dealer(keys: keys, keyColumns: keyColumns, target: target, together: together, context: context)
        ranges = dealer.dealAll(batches.map(\.count), chunkKeys: chunkKeys)
        try context.cancellation.check()
    }

    var scan: any BatchScan { PartitionScan(count: ranges.count) { [self] range, emit in try read(ranges[range], emit) } }

    private static let rowsPerBatch = 32768

    private func read(_ places: Values<UInt64>, _ emit: (Batch) throws -> Bool) throws -> Bool {
        defer { withExtendedLifetime(places) {} }
        let count = places.count
        if count == 0 { return true }
        let unsortedKeys = keyColumns.map { $0.gather(places.start, count) }
        let order = SortKey.sortIndices(by: zip(keys, unsortedKeys).map { $0.sortKey($1) }, count: count)
        let sortedBuffer = Buffer(size: count * 8)
        let sorted = sortedBuffer.values(of: UInt64.self)
        for i in 0..<count { sorted[i] = places[Int(order[i])] }
        var start = 0
        while start < count {
            let n = min(SortRanges.rowsPerBatch, count - start)
            let part = order.slice(start..<start + n)
            let gathered = columns.indices.map { c in
                // Keys are at hand, and near.
                keyPositions.firstIndex(of: c).map { unsortedKeys[$0].take(part) } ?? columns[c].gather(sorted + start, n)
            }
            if try !emit(Batch(schema: schema, columns: gathered, count: n)) { return false }
            start += n
        }
        withExtendedLifetime(sortedBuffer) {}
        return true
    }
}

/// Deals places into ranges; see `SortRanges`.
private struct Dealer {
    let keys: [SortNode.Key]
    let keyColumns: [ChunkedColumn]
    /// About how many rows a range should have.
    let target: Int
    /// By how many keys rows are dealt and no further; nil for all, and equal rows anyhow.
    let together: Int?
    let context: ExecutionContext

    /// Some rows and their values of the key by which they are dealt.
    private struct Piece: @unchecked Sendable {
        // Sendable: views of published buffers.
        let column: Column
        /// The rows' places; nil for all rows of a chunk.
        let places: Values<UInt64>?
        let chunk: Int
    }

    func dealAll(_ counts: [Int], chunkKeys: [[Column]]) -> [Values<UInt64>] {
        let total = counts.reduce(0, +)
        if total == 0 { return [] }
        if keys.isEmpty || together == 0 || total <= target * 2 {
            let all = Buffer(size: total * 8)
            let to = all.values(of: UInt64.self)
            var at = 0
            for (chunk, count) in counts.enumerated() {
                for row in 0..<count { to[at + row] = UInt64(chunk) << 32 | UInt64(row) }
                at += count
            }
            return cut(Values(all, count: total), isSorted: keys.isEmpty && together == nil)
        }
        return deal(chunkKeys[0].enumerated().map { Piece(column: $1, places: nil, chunk: $0) }, total: total, key: 0)
    }

    /// Rows that cannot be dealt further.
    private func cut(_ places: Values<UInt64>, isSorted: Bool) -> [Values<UInt64>] {
        if !isSorted { return [places] }
        // Equal in all keys: any cut will do.
        return stride(from: 0, to: places.count, by: target).map { places.slice($0..<min($0 + target, places.count)) }
    }

    /// A range that may be too large still.
    private func refine(_ places: Values<UInt64>, key: Int) -> [Values<UInt64>] {
        if places.count == 0 { return [] }
        if key == together ?? keys.count { return cut(places, isSorted: together == nil) }
        if places.count <= target * 4 { return [places] }
        let pieces = stride(from: 0, to: places.count, by: 32768).map { start -> Piece in
            let part = places.slice(start..<min(start + 32768, places.count))
            let column = keyColumns[key].gather(part.start, part.count)
            return Piece(column: column, places: part, chunk: 0)
        }
        return deal(pieces, total: places.count, key: key)
    }

    private func deal(_ pieces: [Piece], total: Int, key: Int) -> [Values<UInt64>] {
        let sortKey = keys[key]
        let type = pieces[0].column.type
        let prefix = type == .string || type == .binary ? commonPrefix(pieces, total) : []
        let words = parallel(pieces) { SortWords(sortKey.sortKey($0.column), prefix: prefix) }
        let splitters = self.splitters(words, total: total)
        // Range 0 is between no splitter and the first, the last is of nulls.
        let rangeCount = splitters.count + 2
        let nullRange = rangeCount - 1
        let dealt = parallel(words) { words -> (ranges: Values<UInt16>, counts: [Int]) in
            let ranges = words.ranks(splitters, null: UInt16(nullRange))
            var counts = [Int](repeating: 0, count: rangeCount)
            counts.withUnsafeMutableBufferPointer { counts in
                for i in 0..<ranges.count { counts[Int(ranges[i])] += 1 }
            }
            return (ranges, counts)
        }
        let order = sortKey.nullsFirst ? [nullRange] + (0..<nullRange) : Array(0..<rangeCount)
        // Range by range, and piece by piece within: the order of the input stays.
        var starts = [[Int]](repeating: [], count: pieces.count)
        for p in pieces.indices { starts[p] = [Int](repeating: 0, count: rangeCount) }
        var bounds: [Int: Range<Int>] = [:]
        var at = 0
        for range in order {
            let start = at
            for p in pieces.indices {
                starts[p][range] = at
                at += dealt[p].counts[range]
            }
            bounds[range] = start..<at
        }
        let out = Buffer(size: total * 8)
        let jobs = Array(zip(zip(pieces, dealt.map(\.ranges)), starts))
        _ = parallel(jobs) { job, starts -> Int in
            let (piece, ranges) = job
            var next = starts
            let to = out.values(of: UInt64.self)
            let chunk = UInt64(piece.chunk) << 32
            next.withUnsafeMutableBufferPointer { next in
                for i in 0..<ranges.count {
                    let range = Int(ranges[i])
                    to[next[range]] = chunk | UInt64(i)
                    next[range] += 1
                }
                guard let places = piece.places else { return }
                // The rows have places of their own: look them up where the others were just put.
                for range in 0..<rangeCount {
                    for at in starts[range]..<next[range] { to[at] = places[Int(to[at] & 0xffff_ffff)] }
                }
            }
            return 0
        }
        let all = Values<UInt64>(out, count: total)
        var result: [Values<UInt64>] = []
        for range in order {
            let places = all.slice(bounds[range]!)
            if places.count == 0 { continue }
            if range == nullRange {
                result += refine(places, key: key + 1)
            } else if SortWords.areExact(type), isOneWord(splitters, range) {
                result += refine(places, key: key + 1)
            } else if places.count < total / 10 * 9 {
                result += refine(places, key: key)
            } else if isOneValue(pieces, of: dealt.map(\.ranges), range: range) {
                result += refine(places, key: key + 1)
            } else {
                result.append(places)
            }
        }
        return result
    }

    /// Whether a range between splitters is of one word alone.
    private func isOneWord(_ splitters: [UInt64], _ range: Int) -> Bool {
        range > 0 && range < splitters.count && splitters[range] - splitters[range - 1] == 1
    }

    /// Whether all values of a range are equal.
    private func isOneValue(_ pieces: [Piece], of ranges: [Values<UInt16>], range: Int) -> Bool {
        var witness: (SortKey, Int)?
        for (piece, ranges) in zip(pieces, ranges) {
            let key = SortKey(piece.column)
            for i in 0..<piece.column.count where Int(ranges[i]) == range {
                guard let (known, row) = witness else {
                    witness = (key, i)
                    continue
                }
                if SortKey.compare([known], row, [key], i) != 0 { return false }
            }
        }
        return true
    }

    /// Words that cut the rows into ranges of about the target size. A frequent word has a splitter before it and one behind.
    private func splitters(_ words: [SortWords], total: Int) -> [UInt64] {
        let step = max(1, total / 16384)
        var sample: [UInt64] = []
        var skip = 0
        for piece in words {
            let n = piece.words.count
            var i = skip
            while i < n {
                if piece.presence?[i] ?? true { sample.append(piece.words[i]) }
                i += step
            }
            skip = i - n
        }
        if sample.isEmpty { return [] }
        sample.sort()
        let wanted = min(max(2, total / target), 8192)
        var splitters: [UInt64] = []
        for i in 1..<wanted {
            let word = sample[i * sample.count / wanted]
            if splitters.last == word {
                // Seen twice: more rows than a range should have.
                if word != .max { splitters.append(word + 1) }
            } else if (splitters.last ?? 0) < word {
                splitters.append(word)
            }
        }
        if splitters.isEmpty {
            splitters = sample[0] == .max ? [.max] : [sample[0], sample[0] + 1]
        }
        return splitters
    }

    /// The bytes with which all strings of a sample begin.
    private func commonPrefix(_ pieces: [Piece], _ total: Int) -> [UInt8] {
        var prefix: [UInt8]?
        for piece in pieces where piece.column.count > 0 {
            let column = piece.column
            let step = max(1, column.count / max(1, 4096 / pieces.count))
            var i = 0
            while i < column.count {
                defer { i += step }
                guard case .string(let bytes) = Self.text(column.value(at: i)) else { continue }
                if let known = prefix {
                    var n = 0
                    while n < min(known.count, bytes.count), known[n] == bytes[n] { n += 1 }
                    if n < known.count { prefix = Array(known[..<n]) }
                } else {
                    prefix = bytes
                }
                if prefix?.isEmpty ?? false { return [] }
            }
        }
        return prefix ?? []
    }

    private static func text(_ value: Value) -> Value {
        if case .binary(let bytes) = value { return .string(bytes) }
        return value
    }

    /// The results for all items, computed by all workers.
    private func parallel<T, R>(_ items: [T], _ body: @escaping (T) -> R) -> [R] {
        let results = ParallelResults<T, R>(items, body)
        context.workers.run(workers: context.workers.count) { _ in results.work() }
        return results.finished
    }
}

/// Items and what becomes of them, filled in by several threads.
private final class ParallelResults<T, R>: @unchecked Sendable {
    // Sendable: each place is written by the one thread that took its number, and read when all have ended.
    private let items: [T]
    private let body: (T) -> R
    private let results: UnsafeMutablePointer<R?>
    private let next = Locked(0)

    init(_ items: [T], _ body: @escaping (T) -> R) {
        (self.items, self.body) = (items, body)
        results = .allocate(capacity: max(items.count, 1))
        results.initialize(repeating: nil, count: items.count)
    }

    deinit {
        results.deinitialize(count: items.count)
        results.deallocate()
    }

    func work() {
        while true {
            let number = next.withLock { next in
                defer { next += 1 }
                return next
            }
            if number >= items.count { return }
            results[number] = body(items[number])
        }
    }

    var finished: [R] { items.indices.map { results[$0]! } }
}
