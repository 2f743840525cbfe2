internal import Glibc

/// Sorts row numbers by several keys.
///
/// Each key is looked at 64 bits at a time, as words whose unsigned order is the key's order: sign bits flipped, doubles in total order, strings eight
/// bytes at a time with the first byte on top, everything inverted when descending. A level sorts pairs of word and row number, by radix where
/// there are many, and then sorts each run of equal words by the next level: the next eight bytes, or the next key. So the common case touches
/// each row's value once, and long common prefixes and many equal keys cost no more than they must. Small runs are sorted by insertion with
/// whole-row comparison. Nulls are set apart before a key's first level, which leaves all 64 bits to the values.
struct RowSorter {
    struct Entry: BitwiseCopyable {
        var word: UInt64
        var row: Int32
    }

    private let keys: [SortKey]
    /// Room for `count` entries each; whoever makes the sorter keeps the memory until it is done.
    private let entries: UnsafeMutablePointer<Entry>
    private let scratch: UnsafeMutablePointer<Entry>

    /// - Parameter keys: flattened columns.
    init(keys: [SortKey], entries: UnsafeMutablePointer<Entry>, scratch: UnsafeMutablePointer<Entry>) {
        (self.keys, self.entries, self.scratch) = (keys, entries, scratch)
    }

    /// The rows 0..<count in sorted order.
    static func sorted(_ count: Int, by keys: [SortKey]) -> Values<Int32> {
        let out = Buffer(size: count * 4)
        let order = out.values(of: Int32.self)
        for i in 0..<count { order[i] = Int32(truncatingIfNeeded: i) }
        let flat = keys.map { SortKey($0.column.flattened, descending: $0.descending, nullsFirst: $0.nullsFirst) }
        let (entries, scratch) = (Buffer(size: count * MemoryLayout<Entry>.stride), Buffer(size: count * MemoryLayout<Entry>.stride))
        withExtendedLifetime((flat, entries, scratch, out)) {
            RowSorter(keys: flat, entries: entries.values(of: Entry.self), scratch: scratch.values(of: Entry.self)).sort(order, count, key: 0, level: 0)
        }
        return Values(out, count: count)
    }

    /// Runs of at most this many rows are sorted by insertion.
    private static let smallRun = 12
    /// From this many rows on a radix sort beats a merge sort.
    private static let radixRun = 256

    /// Sorts rows that are equal in the keys before `key` and, when `level` is not 0, in that many words of `key`.
    func sort(_ rows: UnsafeMutablePointer<Int32>, _ count: Int, key: Int, level: Int) {
        if count < 2 || key == keys.count { return }
        if count <= RowSorter.smallRun {
            insertionSort(rows, count, key: key)
            return
        }
        let sortKey = keys[key]
        if level == 0, let presence = sortKey.column.presence {
            let nulls = partition(rows, count, sortKey.nullsFirst) { !presence[Int($0)] }
            if nulls > 0 {
                let (nullRows, valueRows) = sortKey.nullsFirst ? (rows, rows + nulls) : (rows + (count - nulls), rows)
                sort(nullRows, nulls, key: key + 1, level: 0)
                sortPresent(valueRows, count - nulls, key: key, level: 0)
                return
            }
        }
        sortPresent(rows, count, key: key, level: level)
    }

    /// Rows whose value of `key` is not null.
    private func sortPresent(_ rows: UnsafeMutablePointer<Int32>, _ count: Int, key: Int, level: Int) {
        if count < 2 { return }
        if count <= RowSorter.smallRun {
            insertionSort(rows, count, key: key)
            return
        }
        let column = keys[key].column
        guard fillWords(rows, count, keys[key], level) else {
            // Nested values have no words.
            mergeSort(rows, count, key: key)
            return
        }
        let all = entries
        sortEntries(all, scratch, count)
        for i in 0..<count { rows[i] = all[i].row }
        // Find the runs before anything overwrites the words: a run's end is marked in the row number's sign.
        for i in 0..<count - 1 where all[i].word != all[i + 1].word { rows[i] = ~rows[i] }
        rows[count - 1] = ~rows[count - 1]
        let isText = column.type == .string || column.type == .binary
        let isFinished = !isText && level + 1 == RowSorter.levels(column.type)
        var start = 0
        for i in 0..<count where rows[i] < 0 {
            rows[i] = ~rows[i]
            let n = i + 1 - start
            if n > 1 {
                if isText {
                    sortTextRun(rows + start, n, key: key, level: level)
                } else if isFinished {
                    sort(rows + start, n, key: key + 1, level: 0)
                } else {
                    sortPresent(rows + start, n, key: key, level: level + 1)
                }
            }
            start = i + 1
        }
    }

    /// Strings that agree in `8 * (level + 1)` bytes, zeros taken for bytes behind the end: those that end there are told apart by length alone.
    private func sortTextRun(_ rows: UnsafeMutablePointer<Int32>, _ count: Int, key: Int, level: Int) {
        let sortKey = keys[key]
        let views = sortKey.column.views.start
        let end = 8 * (level + 1)
        let ended = partition(rows, count, !sortKey.descending) { views[Int($0)].length <= end }
        let (endedRows, longRows) = sortKey.descending ? (rows + (count - ended), rows) : (rows, rows + ended)
        if count - ended > 1 { sortPresent(longRows, count - ended, key: key, level: level + 1) }
        if ended < 2 { return }
        let length = views[Int(endedRows[0])].length
        if (1..<ended).allSatisfy({ views[Int(endedRows[$0])].length == length }) {
            sort(endedRows, ended, key: key + 1, level: 0)
        } else {
            // Only strings with zero bytes come here.
            mergeSort(endedRows, ended, key: key)
        }
    }

    // MARK: Words

    /// Words that tell all values of a type apart; strings have any number, nested values none.
    private static func levels(_ type: DataType) -> Int { type.isDecimal ? 2 : 1 }

    /// Fills `entries` with the words of the rows at a level; false when the type has none.
    private func fillWords(_ rows: UnsafePointer<Int32>, _ count: Int, _ key: SortKey, _ level: Int) -> Bool {
        let column = key.column
        let out = entries
        let inversion: UInt64 = key.descending ? .max : 0
        @inline(__always) func fill(_ word: (Int) -> UInt64) {
            for i in 0..<count { out[i] = Entry(word: word(Int(rows[i])) ^ inversion, row: rows[i]) }
        }
        func integers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) {
            let values = column.fixedValues(of: T.self)
            fill { UInt64(bitPattern: Int64(truncatingIfNeeded: values[$0])) ^ 1 << 63 }
        }
        switch column.type {
        case .null: fill { _ in 0 }
        case .boolean:
            let bits = column.bits
            fill { bits[$0] ? 1 : 0 }
        case .byte: integers(Int8.self)
        case .short: integers(Int16.self)
        case .int, .date: integers(Int32.self)
        case .long, .timestamp: integers(Int64.self)
        case .float:
            let values = column.fixedValues(of: Float.self)
            fill { RowSorter.word(Double(values[$0])) }
        case .double:
            let values = column.fixedValues(of: Double.self)
            fill { RowSorter.word(values[$0]) }
        case .decimal:
            let values = column.fixedValues(of: Int128.self)
            if level == 0 {
                fill { UInt64(truncatingIfNeeded: values[$0] >> 64) ^ 1 << 63 }
            } else {
                fill { UInt64(truncatingIfNeeded: values[$0]) }
            }
        case .string, .binary:
            let views = column.views.start
            fill { RowSorter.word(views[$0], at: level * 8) }
        default: return false
        }
        return true
    }

    /// A word whose unsigned order is the order of doubles, NaN on top, -0.0 as 0.0.
    @inline(__always)
    static func word(_ value: Double) -> UInt64 {
        let bits = value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    /// Eight bytes of a string from `offset` on, the first on top, zeros behind the end.
    @inline(__always)
    static func word(_ view: StringView, at offset: Int) -> UInt64 {
        if offset == 0, view.isInline { return (view.low >> 32 | view.high << 32).byteSwapped }
        let left = view.length - offset
        if left >= 8, !view.isInline { return (view.pointer + offset).loadUnaligned(as: UInt64.self).byteSwapped }
        if left <= 0 { return 0 }
        return view.withBytes { bytes in
            var word: UInt64 = 0
            for i in 0..<min(8, left) { word |= UInt64(bytes[offset + i]) << UInt64(56 - 8 * i) }
            return word
        }
    }

    // MARK: Sorting

    private func sortEntries(_ entries: UnsafeMutablePointer<Entry>, _ scratch: UnsafeMutablePointer<Entry>, _ count: Int) {
        // Rows that come in order need not be sorted, and those of one value neither.
        var isSorted = true
        for i in 1..<count where entries[i - 1].word > entries[i].word {
            isSorted = false
            break
        }
        if isSorted { return }
        if count >= RowSorter.radixRun { radixSort(entries, scratch, count) } else { mergeSortEntries(entries, scratch, count) }
    }

    /// Least significant byte first; bytes that all words share are passed over.
    private func radixSort(_ entries: UnsafeMutablePointer<Entry>, _ scratch: UnsafeMutablePointer<Entry>, _ count: Int) {
        // Not on the stack: in a closure that may throw, a copy at the end has been compiled into a jump that loses the error register.
        let counts = Buffer(size: 8 * 256 * 4)
        defer { withExtendedLifetime(counts) {} }
        let histogram = counts.values(of: Int32.self)
        histogram.update(repeating: 0, count: 8 * 256)
        for i in 0..<count {
            let word = entries[i].word
            for byte in 0..<8 { histogram[byte * 256 + Int(truncatingIfNeeded: word >> UInt64(byte * 8) & 0xff)] += 1 }
        }
        var (from, to) = (entries, scratch)
        for byte in 0..<8 {
            let places = histogram + byte * 256
            let shift = UInt64(byte * 8)
            if places[Int(truncatingIfNeeded: from[0].word >> shift & 0xff)] == count { continue }
            var next: Int32 = 0
            for value in 0..<256 {
                let n = places[value]
                places[value] = next
                next += n
            }
            for i in 0..<count {
                let entry = from[i]
                let value = Int(truncatingIfNeeded: entry.word >> shift & 0xff)
                to[Int(places[value])] = entry
                places[value] += 1
            }
            swap(&from, &to)
        }
        if from != entries { entries.update(from: from, count: count) }
    }

    /// Bottom-up merging of runs of eight.
    private func mergeSortEntries(_ entries: UnsafeMutablePointer<Entry>, _ scratch: UnsafeMutablePointer<Entry>, _ count: Int) {
        RowSorter.merge(entries, scratch, count) { $0.word <= $1.word }
    }

    /// Sorts by whole-row comparison of `key` and the keys after it; for values without words.
    private func mergeSort(_ rows: UnsafeMutablePointer<Int32>, _ count: Int, key: Int) {
        let scratch = UnsafeMutableRawPointer(self.scratch).assumingMemoryBound(to: Int32.self)
        RowSorter.merge(rows, scratch, count) { compare($0, $1, from: key) <= 0 }
    }

    private func insertionSort(_ rows: UnsafeMutablePointer<Int32>, _ count: Int, key: Int) {
        RowSorter.insertionSort(rows, count) { compare($0, $1, from: key) <= 0 }
    }

    private func compare(_ i: Int32, _ j: Int32, from key: Int) -> Int {
        for k in key..<keys.count {
            let order = keys[k].compare(Int(i), keys[k], Int(j))
            if order != 0 { return order }
        }
        return 0
    }

    @inline(__always)
    private static func insertionSort<T: BitwiseCopyable>(_ values: UnsafeMutablePointer<T>, _ count: Int, _ isOrdered: (T, T) -> Bool) {
        for i in 1..<max(count, 1) {
            let value = values[i]
            var at = i
            while at > 0, !isOrdered(values[at - 1], value) {
                values[at] = values[at - 1]
                at -= 1
            }
            values[at] = value
        }
    }

    @inline(__always)
    private static func merge<T: BitwiseCopyable>(
        _ values: UnsafeMutablePointer<T>, _ scratch: UnsafeMutablePointer<T>, _ count: Int, _ isOrdered: (T, T) -> Bool
    ) {
        var width = 8
        for start in stride(from: 0, to: count, by: width) { insertionSort(values + start, min(width, count - start), isOrdered) }
        var (from, to) = (values, scratch)
        while width < count {
            for start in stride(from: 0, to: count, by: 2 * width) {
                let (middle, end) = (min(start + width, count), min(start + 2 * width, count))
                var (i, j, k) = (start, middle, start)
                while i < middle, j < end {
                    if isOrdered(from[i], from[j]) {
                        to[k] = from[i]
                        i += 1
                    } else {
                        to[k] = from[j]
                        j += 1
                    }
                    k += 1
                }
                if i < middle { (to + k).update(from: from + i, count: middle - i) }
                if j < end { (to + k).update(from: from + j, count: end - j) }
            }
            swap(&from, &to)
            width *= 2
        }
        if from != values { values.update(from: from, count: count) }
    }

    /// Moves the rows that belong to the group before the others, or behind them; keeps the order in both. Returns the size of the group.
    private func partition(_ rows: UnsafeMutablePointer<Int32>, _ count: Int, _ first: Bool, _ belongs: (Int32) -> Bool) -> Int {
        let others = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
        var (kept, moved) = (0, 0)
        for i in 0..<count {
            let row = rows[i]
            if belongs(row) == first {
                rows[kept] = row
                kept += 1
            } else {
                others[moved] = row
                moved += 1
            }
        }
        (rows + kept).update(from: others, count: moved)
        return first ? kept : moved
    }
}
