/// Keys of whole numbers (integers, dates, timestamps, booleans, decimals of few digits) as one small number each: every key column counted from its
/// smallest value on, the columns side by side in one word.
///
///     k1 in 3...10, k2 in 100...101        code = (k1 - 3) | (k2 - 100) << 3
///
/// Made from the rows that are looked for; a value outside their ranges has no code, and so equals none of them.
struct KeyPacking: Sendable {
    /// What stands for a row whose key is none of the packing's: larger than every code.
    static let none = UInt64.max

    private struct Part: Sendable {
        let low: Int64
        /// The largest distance from `low`.
        let span: UInt64
        let shift: UInt64
        /// Whether null is a value, which then has the code 0, and all others one more than their distance.
        let nullsMatch: Bool
    }
    private let parts: [Part]
    /// All codes are below.
    let bound: UInt64
    /// The smallest and the largest value of a single key.
    var range: ClosedRange<Int64> { parts[0].low...(parts[0].low &+ Int64(bitPattern: parts[0].span)) }

    static func takes(_ type: DataType) -> Bool {
        switch type {
        case .boolean, .byte, .short, .int, .long, .date, .timestamp, .decimal: true
        default: false
        }
    }

    /// The packing of all keys, and nil where they do not fit one word.
    init?(_ keys: [WholeNumbers?], nullsMatch: [Bool]) {
        var parts: [Part] = []
        var bits: UInt64 = 0
        for (key, nullsMatch) in zip(keys, nullsMatch) {
            // A decimal too large for a word must not be taken for null.
            guard let key, let (low, high) = key.bounds, !(nullsMatch && key.isDecimal) else { return nil }
            let span = UInt64(bitPattern: high &- low)
            let width = UInt64(64 - span.leadingZeroBitCount) + (nullsMatch ? 1 : 0)
            if bits + width > 62 { return nil }
            parts.append(Part(low: low, span: span, shift: bits, nullsMatch: nullsMatch))
            bits += width
        }
        if parts.isEmpty { return nil }
        self.parts = parts
        bound = parts.count == 1 ? parts[0].span + (parts[0].nullsMatch ? 2 : 1) : 1 << bits
    }

    /// The keys as words that are codes once `low` is taken away, where that is at most `span`.
    ///
    /// - Precondition: the columns are of the types of those that the packing was made of.
    func words(_ keys: [Column], count: Int) -> (values: Values<UInt64>, low: UInt64, span: UInt64) {
        let numbers = keys.map { WholeNumbers($0)! }
        // One key without nulls needs no codes of its own.
        if numbers.count == 1, numbers[0].presence == nil, !parts[0].nullsMatch { return (numbers[0].words, UInt64(bitPattern: parts[0].low), parts[0].span) }
        return (codes(numbers, count: count), 0, bound - 1)
    }

    /// The code of each row.
    ///
    /// - Precondition: as many keys as the packing was made of.
    func codes(_ keys: [WholeNumbers], count: Int) -> Values<UInt64> {
        let buffer = Buffer(size: count * 8)
        let out = buffer.values(of: UInt64.self)
        for (k, (key, part)) in zip(keys, parts).enumerated() {
            defer { withExtendedLifetime(key) {} }
            let from = key.words.start
            let (low, span, shift) = (UInt64(bitPattern: part.low), part.span, part.shift)
            let more: UInt64 = part.nullsMatch ? 1 : 0
            @inline(__always) func set(_ code: (Int) -> UInt64) {
                if k == 0 {
                    for i in 0..<count { out[i] = code(i) }
                } else {
                    for i in 0..<count {
                        let own = code(i)
                        out[i] = own == KeyPacking.none || out[i] == KeyPacking.none ? KeyPacking.none : out[i] | own << shift
                    }
                }
            }
            if let presence = key.presence {
                let null = part.nullsMatch ? 0 : KeyPacking.none
                set { i in
                    guard presence[i] else { return null }
                    let distance = from[i] &- low
                    return distance > span ? KeyPacking.none : distance &+ more
                }
            } else {
                set { i in
                    let distance = from[i] &- low
                    return distance > span ? KeyPacking.none : distance &+ more
                }
            }
        }
        return Values(buffer, count: count)
    }
}

/// A column of whole numbers as 64-bit words.
struct WholeNumbers {
    let words: Values<UInt64>
    /// The rows that have a value, and one of at most 64 bits; nil for all.
    let presence: Bitmap?
    /// Whether a value has more than 64 bits.
    let hasLarge: Bool
    let isDecimal: Bool

    /// Nil for a type that is none of whole numbers.
    init?(_ column: Column) {
        guard KeyPacking.takes(column.type) else { return nil }
        isDecimal = column.type.isDecimal
        guard column.type.isDecimal else {
            let words = KeyWords(column)
            (self.words, presence, hasLarge) = (words.words, words.presence, false)
            return
        }
        let flat = column.flattened
        let n = flat.count
        let values = flat.fixedValues(of: Int128.self)
        defer { withExtendedLifetime(flat) {} }
        let buffer = Buffer(size: n * 8)
        let out = buffer.values(of: UInt64.self)
        var large = false
        for i in 0..<n {
            out[i] = UInt64(truncatingIfNeeded: values[i])
            large = large || Int128(Int64(truncatingIfNeeded: values[i])) != values[i]
        }
        words = Values(buffer, count: n)
        hasLarge = large
        guard large else {
            presence = flat.presence
            return
        }
        presence = Bitmap.and(flat.presence, packedBits(n) { Int128(Int64(truncatingIfNeeded: values[$0])) == values[$0] })
    }

    /// The smallest and the largest value, both 0 where there is none; nil where one does not fit, or they are too far apart.
    var bounds: (low: Int64, high: Int64)? {
        if hasLarge { return nil }
        var (low, high) = (Int64.max, Int64.min)
        defer { withExtendedLifetime(words) {} }
        let from = words.start
        if let presence {
            for i in 0..<words.count where presence[i] {
                let value = Int64(bitPattern: from[i])
                low = min(low, value)
                high = max(high, value)
            }
        } else {
            for i in 0..<words.count {
                let value = Int64(bitPattern: from[i])
                low = min(low, value)
                high = max(high, value)
            }
        }
        if low > high { return (0, 0) }
        return high.subtractingReportingOverflow(low).overflow ? nil : (low, high)
    }
}
