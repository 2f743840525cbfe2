internal import CKernels

/// A hash table from keys of one or more columns to group numbers, dense and in order of first appearance: the heart of grouping, distinct and join.
///
///     let table = KeyTable(types: [.string, .int])
///     let groups = table.insert([names, years], count: batch.count)      // one number a row
///     table.groupCount                                                   // how many different keys there were
///     table.keys                                                         // the keys, as columns of `groupCount` rows
///
/// Open addressing with linear probing, never more than half full. A single key of at most 64 bits lies in its slot; any other is a row of 16-byte cells
/// (`KeyCells`) beside the table, found by 32 bits of its hash. Key columns must have the table's types, to the letter; what they point into need not
/// live on, for long strings are copied when a key is new.
///
/// Not shared between threads while rows are inserted; `find` may run on several threads once that is over.
public final class KeyTable: @unchecked Sendable {
    // Sendable: written by one owner at a time, read-only afterwards.
    public let types: [DataType]
    /// Whether null is a key like any other, equal to itself (grouping), or in no group at all (joining).
    public let nullsMatch: Bool
    /// Groups so far.
    public private(set) var groupCount = 0

    private let isWordTable: Bool
    private let hasNested: Bool
    private var capacity = 64

    // One word: the slots of keys and their groups, the words by group, and null's group.
    private var wordSlots: Buffer
    private var groupWords = GrowingBuffer<UInt64>(capacity: 64)
    private var nullGroup: Int32 = -1

    // Any key: slots of the hash's upper half and the group + 1 (0 where empty), the hashes and cells by group.
    private var slots: Buffer
    private var groupHashes = GrowingBuffer<UInt64>(capacity: 64)
    private var groupCells = GrowingBuffer<StringView>(capacity: 64)
    private var arena = StringArena()
    /// The nested key columns' rows of new groups, batch by batch.
    private var nestedKeys: [[Column]]

    /// - Parameter expectedGroups: how many groups there will be, about; what the table has room for at first.
    public init(types: [DataType], nullsMatch: Bool = true, expectedGroups: Int = 0) {
        self.types = types
        self.nullsMatch = nullsMatch
        isWordTable = types.count == 1 && KeyCells.isWord(types[0])
        hasNested = types.contains { $0.isNested }
        nestedKeys = types.map { _ in [] }
        while capacity < 2 * expectedGroups { capacity *= 2 }
        wordSlots = Buffer(size: 0)
        slots = Buffer(size: 0)
        allocate()
    }

    /// Bytes that the table holds, about.
    public var size: Int { (isWordTable ? 16 : 8) * capacity + groupCount * (isWordTable ? 8 : 8 + 16 * types.count) }

    // MARK: Rows in

    /// Returns the group of each row, after making groups for keys not seen before. -1 for a row with a null, unless `nullsMatch`.
    public func insert(_ keys: [Column], count: Int) -> Values<Int32> {
        precondition(keys.map(\.type) == types, "the keys are of other types than the table's")
        if types.isEmpty, count > 0 {
            // All rows are one group.
            groupCount = 1
            return Values(Buffer(zeroed: count * 4), count: count)
        }
        if let combined = insertCombinations(keys, count) { return combined }
        let out = Buffer(size: count * 4)
        let groups = out.values(of: Int32.self)
        if isWordTable {
            let words = KeyWords(keys[0])
            withExtendedLifetime(words) { process(words, groups, count, inserts: true) }
        } else {
            let before = groupCount
            let cells = keys.map { KeyCells($0) }
            let hashes = KeyHash.hashes(cells, types, count)
            withExtendedLifetime((cells, hashes)) { process(cells, hashes.start, groups, count, inserts: true) }
            if hasNested, groupCount > before { keepNestedKeys(keys, groups, count, from: before) }
        }
        return Values(out, count: count)
    }

    /// Returns the group of each row, -1 for a key that is not in the table.
    public func find(_ keys: [Column], count: Int) -> Values<Int32> {
        precondition(keys.map(\.type) == types, "the keys are of other types than the table's")
        let out = Buffer(size: count * 4)
        let groups = out.values(of: Int32.self)
        if keys.isEmpty {
            // All rows are alike.
            groups.update(repeating: groupCount > 0 ? 0 : -1, count: count)
        } else if isWordTable {
            let words = KeyWords(keys[0])
            withExtendedLifetime(words) { process(words, groups, count, inserts: false) }
        } else {
            let cells = keys.map { KeyCells($0) }
            let hashes = KeyHash.hashes(cells, types, count)
            withExtendedLifetime((cells, hashes)) { process(cells, hashes.start, groups, count, inserts: false) }
        }
        return Values(out, count: count)
    }

    /// The same for keys that are all dictionaries with few values together: each combination that rows have is looked up once, in the order of the
    /// rows. Nil for other keys.
    private func insertCombinations(_ keys: [Column], _ count: Int) -> Values<Int32>? {
        if isWordTable || count < 256 { return nil }
        var size = 1
        for key in keys {
            guard case .dictionary(_, let values) = key.storage, values.count < 4096 else { return nil }
            size *= values.count + 1
            if size > 65536 || size > count { return nil }
        }
        let codeBuffer = Buffer(zeroed: count * 4)
        let codes = codeBuffer.values(of: UInt32.self)
        for key in keys {
            guard case .dictionary(let indices, let values) = key.storage else { return nil }
            defer { withExtendedLifetime(indices) {} }
            let (from, width) = (indices.start, UInt32(values.count + 1))
            if let validity = key.validity {
                for i in 0..<count { codes[i] = codes[i] &* width &+ (validity[i] ? UInt32(bitPattern: from[i]) &+ 1 : 0) }
            } else {
                for i in 0..<count { codes[i] = codes[i] &* width &+ UInt32(bitPattern: from[i]) &+ 1 }
            }
        }
        let placeBuffer = Buffer(zeroed: size * 4)
        let places = placeBuffer.values(of: Int32.self)
        let out = Buffer(size: count * 4)
        let groups = out.values(of: Int32.self)
        var first = GrowingBuffer<Int32>(capacity: 64)
        for i in 0..<count {
            let code = Int(codes[i])
            if places[code] == 0 {
                first.append(Int32(truncatingIfNeeded: i))
                places[code] = Int32(truncatingIfNeeded: first.count)
            }
            groups[i] = places[code] &- 1
        }
        let rows = first.take()
        let found = insert(keys.map { $0.take(rows).flattened }, count: rows.count)
        for i in 0..<count { groups[i] = found.start[Int(groups[i])] }
        withExtendedLifetime((found, codeBuffer, placeBuffer)) {}
        return Values(out, count: count)
    }

    /// Rows between two looks at the table's capacity.
    private static let chunk = 1024

    private func process(_ keys: KeyWords, _ groups: UnsafeMutablePointer<Int32>, _ count: Int, inserts: Bool) {
        let words = keys.words.start
        let presence = keys.presence?.bytes
        defer { withExtendedLifetime(keys) {} }
        guard inserts else {
            mastic_word_find(
                wordSlots.values(of: mastic_word_slot.self), UInt64(capacity - 1), words, presence, Int64(count), groups, nullsMatch ? nullGroup : -1)
            return
        }
        var null = Int64(nullGroup)
        var start = 0
        while start < count {
            let n = min(KeyTable.chunk, count - start)
            reserve(n)
            groupWords.reserve(n)
            let now = withUnsafeMutablePointer(to: &null) { null in
                mastic_word_insert(
                    wordSlots.values(of: mastic_word_slot.self), UInt64(capacity - 1), words + start, presence, Int64(start), Int64(n), groups + start,
                    groupWords.start + groupCount, Int64(groupCount), nullsMatch ? null : nil)
            }
            nullGroup = Int32(null)
            groupWords.advance(Int(now) - groupCount)
            groupCount = Int(now)
            start += n
        }
    }

    private func process(_ keys: [KeyCells], _ hashes: UnsafePointer<UInt64>, _ groups: UnsafeMutablePointer<Int32>, _ count: Int, inserts: Bool) {
        let width = types.count
        var missing: Bitmap?
        if !nullsMatch {
            let present = keys.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
            missing = present?.inverted
        }
        withUnsafeTemporaryAllocation(of: UnsafePointer<StringView>.self, capacity: max(width, 1)) { columns in
            withUnsafeTemporaryAllocation(of: Bool.self, capacity: max(width, 1)) { isText in
                for c in 0..<width {
                    columns[c] = keys[c].cells.start
                    isText[c] = KeyCells.isText(types[c])
                }
                var start = 0
                while start < count {
                    let end = min(start + KeyTable.chunk, count)
                    if inserts { reserve(end - start) }
                    let slots = self.slots.values(of: UInt64.self)
                    let mask = capacity - 1
                    rows: for i in start..<end {
                        if let missing, missing[i] {
                            groups[i] = -1
                            continue
                        }
                        let hash = hashes[i]
                        let tag = hash & 0xffff_ffff_0000_0000
                        var at = Int(truncatingIfNeeded: hash) & mask
                        while true {
                            let slot = slots[at]
                            if slot == 0 {
                                if !inserts {
                                    groups[i] = -1
                                    continue rows
                                }
                                slots[at] = tag | UInt64(groupCount + 1)
                                groups[i] = Int32(truncatingIfNeeded: groupCount)
                                addGroup(hash, columns.baseAddress!, isText.baseAddress!, row: i)
                                continue rows
                            }
                            if slot & 0xffff_ffff_0000_0000 == tag {
                                let group = Int(slot & 0xffff_ffff) - 1
                                let cells = groupCells.start + group * width
                                var isSame = true
                                for c in 0..<width where isSame {
                                    let (a, b) = (cells[c], columns[c][i])
                                    isSame = a.low == b.low && (a.high == b.high || (isText[c] && a == b))
                                }
                                if isSame {
                                    groups[i] = Int32(truncatingIfNeeded: group)
                                    continue rows
                                }
                            }
                            at = (at + 1) & mask
                        }
                    }
                    start = end
                }
            }
        }
    }

    @inline(never)
    private func addGroup(_ hash: UInt64, _ columns: UnsafePointer<UnsafePointer<StringView>>, _ isText: UnsafePointer<Bool>, row: Int) {
        groupHashes.append(hash)
        for c in 0..<types.count {
            let cell = columns[c][row]
            let copied = isText[c] && !cell.isInline ? cell.withBytes { arena.view(copying: $0) } : cell
            groupCells.append(copied)
        }
        groupCount += 1
    }

    private func keepNestedKeys(_ keys: [Column], _ groups: UnsafePointer<Int32>, _ count: Int, from before: Int) {
        var rows = GrowingBuffer<Int32>(capacity: groupCount - before)
        var next = before
        for i in 0..<count where Int(groups[i]) == next {
            rows.append(Int32(i))
            next += 1
        }
        let new = rows.take()
        for (c, key) in keys.enumerated() where key.type.isNested { nestedKeys[c].append(key.take(new)) }
    }

    // MARK: Slots

    /// Makes room for `rows` more groups.
    private func reserve(_ rows: Int) {
        if (groupCount + rows) * 2 <= capacity { return }
        precondition(groupCount + rows < Int(Int32.max), "a table has at most 2^31 keys")
        // The old slots go first: two tables at a time would be half as much again as the larger one.
        (wordSlots, slots) = (Buffer(size: 0), Buffer(size: 0))
        while (groupCount + rows) * 2 > capacity { capacity *= 2 }
        allocate()
        let mask = capacity - 1
        if isWordTable {
            mastic_word_rebuild(
                wordSlots.values(of: mastic_word_slot.self), UInt64(mask), groupWords.start, Int64(groupCount), Int64(nullGroup))
        } else {
            let slots = self.slots.values(of: UInt64.self)
            for group in 0..<groupCount {
                let hash = groupHashes.start[group]
                var at = Int(truncatingIfNeeded: hash) & mask
                while slots[at] != 0 { at = (at + 1) & mask }
                slots[at] = hash & 0xffff_ffff_0000_0000 | UInt64(group + 1)
            }
        }
    }

    private func allocate() {
        if isWordTable {
            wordSlots = Buffer(emptyTable: capacity * 16)
        } else {
            slots = Buffer(emptyTable: capacity * 8)
        }
    }

    // MARK: Keys out

    /// The key columns of all groups, in the order of their numbers. -0.0 comes back as 0.0.
    public var keys: [Column] { types.indices.map { keyColumn($0) } }

    private func keyColumn(_ c: Int) -> Column {
        let (type, n, width) = (types[c], groupCount, types.count)
        if type == .null { return .nulls(.null, count: n) }
        if type.isNested { return n == 0 ? .nulls(type, count: 0) : Column.concatenate(nestedKeys[c], as: type) }
        if isWordTable {
            let validity = nullGroup < 0 ? nil : packedBits(n) { $0 != Int(nullGroup) }
            return KeyTable.column(type, n, validity) { groupWords.start[$0] }
        }
        let cells = groupCells.start + c
        var validity: Bitmap? = packedBits(n) { cells[$0 * width].high != KeyCells.nullHigh || cells[$0 * width].low != KeyCells.nullLow }
        if validity!.setCount == n { validity = nil }
        if type == .string || type == .binary {
            let out = Buffer(size: n * 16)
            let to = out.values(of: StringView.self)
            for i in 0..<n {
                let cell = cells[i * width]
                to[i] = cell.low == KeyCells.nullLow ? .empty : cell
            }
            return Column(type: type, count: n, validity: validity, storage: .views(Values(out, count: n), buffers: arena.buffers))
        }
        if type.isDecimal {
            let out = Buffer(size: n * 16)
            let to = out.values(of: Int128.self)
            for i in 0..<n { to[i] = Int128(truncatingIfNeeded: cells[i * width].high) << 64 | Int128(cells[i * width].low) }
            return Column(type: type, count: n, validity: validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
        }
        return KeyTable.column(type, n, validity) { cells[$0 * width].low }
    }

    /// A column from words, the reverse of `KeyWords`.
    private static func column(_ type: DataType, _ count: Int, _ validity: Bitmap?, _ word: (Int) -> UInt64) -> Column {
        if type == .boolean {
            return Column(type: type, count: count, validity: validity, storage: .bits(packedBits(count) { word($0) != 0 }))
        }
        let out = Buffer(size: count * type.fixedSize)
        func fill<T: FixedWidthInteger & BitwiseCopyable>(_ value: T.Type) {
            let to = out.values(of: T.self)
            for i in 0..<count { to[i] = T(truncatingIfNeeded: word(i)) }
        }
        switch type.fixedSize {
        case 1: fill(UInt8.self)
        case 2: fill(UInt16.self)
        case 4: fill(UInt32.self)
        default: fill(UInt64.self)
        }
        return Column(type: type, count: count, validity: validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }
}
