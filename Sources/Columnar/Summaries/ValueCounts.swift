/// How often the values of a column stand in it, in bounded memory.
///
/// Up to `limit` different values each is counted. When there are more, the rare ones are forgotten and counting goes on, so that counts of frequent values are a
/// little too low at most (Manku and Motwani, "Approximate frequency counts over data streams", 2002). A column in which hardly anything comes twice is given up.
public struct ValueCounts: Sendable {
    public static let limit = 8_192
    private static let fewestSlots = 64

    private struct Entry: Sendable {
        let hash: UInt64
        let value: Value
        var count: Int
    }

    private var entries: [Entry] = []
    /// For each slot one more than the place of its entry; 0 where it is free.
    private var slots = [Int32](repeating: 0, count: fewestSlots)
    private var rows = 0
    private var forgotten = 0
    public private(set) var isGivenUp = false

    public init() {}

    /// Whether no value was forgotten.
    public var isExact: Bool { forgotten == 0 && !isGivenUp }
    /// Different values that are counted; all there are where the counts are exact.
    public var valueCount: Int { entries.count }
    /// The hashes of the values that are counted.
    var hashes: some Sequence<UInt64> { entries.lazy.map(\.hash) }

    /// Takes the rows of a column that are present.
    ///
    /// - Parameter hashes: one a row; what has one hash is one value.
    public mutating func add(_ column: Column, _ hashes: Values<UInt64>, presence: Bitmap?) {
        if isGivenUp { return }
        for i in 0..<column.count where presence?[i] ?? true {
            rows += 1
            if let known = find(hashes[i]) {
                entries[known].count += 1
                continue
            }
            insert(Entry(hash: hashes[i], value: ValueCounts.short(column.value(at: i)), count: 1))
            if isGivenUp { return }
        }
    }

    public mutating func merge(_ other: ValueCounts) {
        rows += other.rows
        forgotten += other.forgotten
        if other.isGivenUp || isGivenUp { return giveUp() }
        for entry in other.entries {
            if let known = find(entry.hash) { entries[known].count += entry.count } else { insert(entry) }
            if isGivenUp { return }
        }
    }

    /// The most frequent values, by falling counts and then as values are ordered.
    public func top(_ count: Int) -> [(value: Value, count: Int)] {
        let most = entries.sorted { $0.count != $1.count ? $0.count > $1.count : ValueCounts.precedes($0.value, $1.value) }
        return most.prefix(count).map { ($0.value, $0.count) }
    }

    // MARK: The table

    private func find(_ hash: UInt64) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let place = Int(slots[slot]) - 1
            if entries[place].hash == hash { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func insert(_ entry: Entry) {
        if entries.count == Self.limit { forget() }
        if isGivenUp { return }
        entries.append(entry)
        if entries.count * 4 > slots.count {
            slots = [Int32](repeating: 0, count: slots.count * 2)
            for (i, entry) in entries.dropLast().enumerated() { occupy(entry.hash, i + 1) }
        }
        occupy(entry.hash, entries.count)
    }

    private mutating func occupy(_ hash: UInt64, _ number: Int) {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(number)
    }

    /// Makes room: the rarer half goes.
    private mutating func forget() {
        let counts = entries.map(\.count).sorted()
        let bound = counts[counts.count / 2]
        let kept = entries.filter { $0.count > bound }
        forgotten += entries.count - kept.count
        // After many values without one that is seen often there is nothing to be learnt.
        if forgotten > Self.limit * 8, counts[counts.count - 1] * 1000 < rows { return giveUp() }
        entries = kept
        slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        for (i, entry) in entries.enumerated() { occupy(entry.hash, i + 1) }
    }

    private mutating func giveUp() { (isGivenUp, entries, slots) = (true, [], []) }

    /// Long texts are kept by their beginnings.
    private static func short(_ value: Value) -> Value {
        switch value {
        case .string(let bytes) where bytes.count > 256: .string(Array(bytes.prefix(256)))
        case .binary(let bytes) where bytes.count > 256: .binary(Array(bytes.prefix(256)))
        default: value
        }
    }

    private static func precedes(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.string(let x), .string(let y)), (.binary(let x), .binary(let y)): x.lexicographicallyPrecedes(y)
        case (.boolean(let x), .boolean(let y)): !x && y
        case (.integer(let x), .integer(let y)): x < y
        case (.double(let x), .double(let y)): x < y
        case (.decimal(let x, _), .decimal(let y, _)): x < y
        case (.date(let x), .date(let y)): x < y
        case (.timestamp(let x), .timestamp(let y)): x < y
        default: false
        }
    }
}
