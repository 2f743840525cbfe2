internal import CKernels
internal import Glibc

/// One word for each value of a sort key, never out of order: a value that comes before another has no greater word.
///
/// Numbers, dates and booleans have words of their own, decimals the upper halves of theirs, strings the eight bytes behind a prefix that most of them
/// share; nested values have none (all words are 0). Words are inverted where the order descends. What stands for a null row is undefined.
public struct SortWords {
    public let words: Values<UInt64>
    /// The rows that have a value; nil for all.
    public let presence: Bitmap?

    /// - Parameter prefix: of strings: those below it get the least word, those above it the greatest.
    public init(_ key: SortKey, prefix: [UInt8] = []) {
        let column = key.column.flattened
        let n = column.count
        let out = Buffer(size: n * 8)
        let to = out.values(of: UInt64.self)
        let inversion: UInt64 = key.descending ? .max : 0
        presence = column.presence
        @inline(__always) func fill(_ word: (Int) -> UInt64) { for i in 0..<n { to[i] = word(i) ^ inversion } }
        func integers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) {
            let values = column.fixedValues(of: T.self)
            fill { UInt64(bitPattern: Int64(truncatingIfNeeded: values[$0])) ^ 1 << 63 }
        }
        switch column.type {
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
            fill { UInt64(truncatingIfNeeded: values[$0] >> 64) ^ 1 << 63 }
        case .string, .binary:
            let views = column.views.start
            if prefix.isEmpty {
                fill { RowSorter.word(views[$0], at: 0) }
            } else {
                prefix.withUnsafeBytes { prefix in
                    for i in 0..<n {
                        let order = views[i].withBytes { bytes in
                            memcmp(bytes.baseAddress!, prefix.baseAddress!, min(bytes.count, prefix.count))
                        }
                        let word: UInt64 =
                            order > 0 ? .max : order < 0 || views[i].length < prefix.count ? 0 : RowSorter.word(views[i], at: prefix.count)
                        to[i] = word ^ inversion
                    }
                }
            }
        default: to.update(repeating: 0, count: n)
        }
        withExtendedLifetime(column) {}
        words = Values(out, count: n)
    }

    /// Whether equal words mean equal values.
    public static func areExact(_ type: DataType) -> Bool { KeyCells.isWord(type) }

    /// For each row the number of splitters that are not above its word; `null` for rows without a value.
    ///
    /// - Parameter splitters: ascending, fewer than 65536.
    public func ranks(_ splitters: [UInt64], null: UInt16) -> Values<UInt16> {
        var bits: Int32 = 1
        while 1 << bits <= splitters.count { bits += 1 }
        let padded = splitters + [UInt64](repeating: .max, count: (1 << bits) - 1 - splitters.count)
        let out = Buffer(size: words.count * 2)
        let to = out.values(of: UInt16.self)
        mastic_rank(words.start, Int64(words.count), padded, bits, UInt16(splitters.count), to)
        withExtendedLifetime(words) {}
        if let presence { for i in 0..<words.count where !presence[i] { to[i] = null } }
        return Values(out, count: words.count)
    }
}
