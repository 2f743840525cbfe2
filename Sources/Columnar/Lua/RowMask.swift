/// A set of a batch's rows, with the two common cases kept apart: no row, every row.
public struct RowMask: Sendable {
    private enum Rows: Sendable {
        case none, all
        /// Words of 64 rows; bits past `count` are zero. Neither none nor all of the rows.
        case some(Values<UInt64>)
    }

    /// Rows of the batch.
    public let count: Int
    private let rows: Rows

    private init(_ count: Int, _ rows: Rows) { (self.count, self.rows) = (count, rows) }

    public static func none(_ count: Int) -> RowMask { RowMask(count, .none) }
    public static func all(_ count: Int) -> RowMask { RowMask(count, count == 0 ? .none : .all) }

    /// Takes over words that hold a bit a row and zeros behind them.
    init(words: Buffer, count: Int) {
        let wordCount = (count + 63) / 64
        let pointer = words.values(of: UInt64.self)
        var (any, every) = (UInt64(0), ~UInt64(0))
        let whole = count / 64
        for i in 0..<whole {
            any |= pointer[i]
            every &= pointer[i]
        }
        if whole < wordCount {
            any |= pointer[whole]
            if pointer[whole] != (1 << UInt64(count & 63)) - 1 { every = 0 }
        }
        if any == 0 { self = .none(count) } else if every == ~0 { self = .all(count) } else { self.init(count, .some(Values(words, count: wordCount))) }
    }

    public init(_ bitmap: Bitmap?, count: Int) {
        guard let bitmap else {
            self = .all(count)
            return
        }
        let out = Buffer(size: max(1, bitmap.wordCount) * 8)
        let pointer = out.values(of: UInt64.self)
        for i in 0..<bitmap.wordCount { pointer[i] = bitmap.maskedWord(i) }
        self.init(words: out, count: count)
    }

    public var isEmpty: Bool { if case .none = rows { true } else { false } }
    public var isFull: Bool { if case .all = rows { true } else { count == 0 } }

    public var setCount: Int {
        switch rows {
        case .none: 0
        case .all: count
        case .some(let words): words.bufferPointer.reduce(0) { $0 + $1.nonzeroBitCount }
        }
    }

    /// The first row of the set.
    public var first: Int? {
        switch rows {
        case .none: return nil
        case .all: return 0
        case .some(let words):
            for i in 0..<words.count where words[i] != 0 { return i * 64 + words[i].trailingZeroBitCount }
            return nil
        }
    }

    public subscript(row: Int) -> Bool {
        switch rows {
        case .none: false
        case .all: true
        case .some(let words): words[row >> 6] >> UInt64(truncatingIfNeeded: row & 63) & 1 != 0
        }
    }

    public var bitmap: Bitmap {
        switch rows {
        case .none: Bitmap(repeating: false, count: count)
        case .all: Bitmap(repeating: true, count: count)
        case .some(let words): Bitmap(owner: words.owner, bytes: UnsafeRawPointer(words.start).assumingMemoryBound(to: UInt8.self), count: count)
        }
    }

    /// The rows as a column's validity: nil for every row.
    public var validity: Bitmap? { isFull ? nil : bitmap }

    /// Calls the body with the words, or nil for every row.
    func withWords<R>(_ body: (UnsafePointer<UInt64>?) -> R) -> R {
        switch rows {
        case .all: return body(nil)
        case .some(let words): return withExtendedLifetime(words) { body(words.start) }
        case .none:
            let zeros = Buffer(zeroed: max(1, (count + 63) / 64) * 8)
            return withExtendedLifetime(zeros) { body(UnsafePointer(zeros.values(of: UInt64.self))) }
        }
    }

    /// Makes a mask of words that the body writes.
    static func make(_ count: Int, _ body: (UnsafeMutablePointer<UInt64>) -> Void) -> RowMask {
        let words = Buffer(size: max(1, (count + 63) / 64) * 8)
        body(words.values(of: UInt64.self))
        return RowMask(words: words, count: count)
    }

    private static func combine(_ a: Values<UInt64>, _ b: Values<UInt64>, _ count: Int, _ body: (UInt64, UInt64) -> UInt64) -> RowMask {
        make(count) { out in for i in 0..<a.count { out[i] = body(a[i], b[i]) } }
    }

    public var inverted: RowMask {
        switch rows {
        case .none: return .all(count)
        case .all: return .none(count)
        case .some(let words):
            return RowMask.make(count) { out in
                for i in 0..<words.count { out[i] = ~words[i] }
                if count & 63 != 0 { out[words.count - 1] &= (1 << UInt64(count & 63)) - 1 }
            }
        }
    }

    public static func & (a: RowMask, b: RowMask) -> RowMask {
        switch (a.rows, b.rows) {
        case (.none, _), (_, .none): .none(a.count)
        case (.all, _): b
        case (_, .all): a
        case (.some(let x), .some(let y)): combine(x, y, a.count) { $0 & $1 }
        }
    }

    public static func | (a: RowMask, b: RowMask) -> RowMask {
        switch (a.rows, b.rows) {
        case (.all, _), (_, .all): .all(a.count)
        case (.none, _): b
        case (_, .none): a
        case (.some(let x), .some(let y)): combine(x, y, a.count) { $0 | $1 }
        }
    }

    /// The rows of the first that are not in the second.
    public static func - (a: RowMask, b: RowMask) -> RowMask {
        switch (a.rows, b.rows) {
        case (.none, _), (_, .all): .none(a.count)
        case (_, .none): a
        case (.all, _): b.inverted
        case (.some(let x), .some(let y)): combine(x, y, a.count) { $0 & ~$1 }
        }
    }

    /// Whether every row of the other set is in this one.
    public func contains(_ other: RowMask) -> Bool { isFull || other.isEmpty || (other - self).isEmpty }

    /// The mask of `rows[i]` for every row `i` of this one.
    public func spread(to rows: Values<Int32>, of count: Int) -> RowMask {
        let words = Buffer(zeroed: max(1, (count + 63) / 64) * 8)
        let pointer = words.values(of: UInt64.self)
        for i in 0..<rows.count where self[i] {
            let row = Int(rows[i])
            pointer[row >> 6] |= 1 << UInt64(truncatingIfNeeded: row & 63)
        }
        return RowMask(words: words, count: count)
    }
}
