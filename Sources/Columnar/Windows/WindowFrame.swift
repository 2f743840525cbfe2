/// Which rows of its partition a window function looks at from a row: SQL's frame.
public struct WindowFrame: Sendable, Hashable {
    public enum Unit: String, Sendable, Hashable {
        /// Bounds count rows.
        case rows = "ROWS"
        /// Bounds are values of the order: the current row's stands for all its peers, and an offset is added to it.
        case range = "RANGE"
    }

    public enum Bound: Sendable, Hashable {
        case unboundedPreceding
        /// So many rows, or so far in the order: before the current row where negative. An integer, double or decimal.
        case offset(Value)
        /// So far in an order of dates or timestamps: before the current row where negative.
        case interval(months: Int32, days: Int32, microseconds: Int64)
        case currentRow
        case unboundedFollowing
    }

    public let unit: Unit
    public let start: Bound
    public let end: Bound

    public init(_ unit: Unit, _ start: Bound, _ end: Bound) { (self.unit, self.start, self.end) = (unit, start, end) }

    public static let partition = WindowFrame(.rows, .unboundedPreceding, .unboundedFollowing)
    /// All rows up to the current one and its peers: what an order means where no frame is given.
    public static let running = WindowFrame(.range, .unboundedPreceding, .currentRow)

    /// Whether every frame begins with its partition and ends with the current row, or its peers.
    public var isRunning: Bool { start == .unboundedPreceding && end == .currentRow }

    var isPartition: Bool { start == .unboundedPreceding && end == .unboundedFollowing }
}

/// The frame of every row: the rows `starts[i]..<ends[i]`, which may be none.
public struct WindowFrameBounds {
    enum Shape { case partition, growing, shrinking, sliding }

    let starts: Values<Int32>
    let ends: Values<Int32>
    let shape: Shape

    /// The rows of all frames together.
    public var memberCount: Int {
        let (from, to) = (starts.start, ends.start)
        defer { withExtendedLifetime(starts) { withExtendedLifetime(ends) {} } }
        var count = 0
        for row in 0..<starts.count { count += Int(to[row] - from[row]) }
        return count
    }

    /// - Parameter order: the order's keys. Offsets of a range frame want one of a number or a date, in whose type they count (days, for dates).
    public init(_ frame: WindowFrame, rows: WindowRows, order: [SortKey]) {
        let n = rows.count
        let (first, last) = (Buffer(size: n * 4), Buffer(size: n * 4))
        let (starts, ends) = (first.values(of: Int32.self), last.values(of: Int32.self))
        WindowFrameBounds.fill(starts, frame.unit, frame.start, isEnd: false, rows, order)
        WindowFrameBounds.fill(ends, frame.unit, frame.end, isEnd: true, rows, order)
        for row in 0..<n { ends[row] = max(starts[row], ends[row]) }
        self.starts = Values(first, count: n)
        self.ends = Values(last, count: n)
        shape =
            frame.isPartition ? .partition : frame.start == .unboundedPreceding ? .growing : frame.end == .unboundedFollowing ? .shrinking : .sliding
    }

    private static func fill(
        _ out: UnsafeMutablePointer<Int32>, _ unit: WindowFrame.Unit, _ bound: WindowFrame.Bound, isEnd: Bool, _ rows: WindowRows, _ order: [SortKey]
    ) {
        switch (bound, unit) {
        case (.unboundedPreceding, _): spread(rows.partitions, 0, out)
        case (.unboundedFollowing, _): spread(rows.partitions, 1, out)
        case (.currentRow, .range): spread(rows.peers, isEnd ? 1 : 0, out)
        case (.currentRow, .rows): count(rows, isEnd ? 1 : 0, out)
        case (.offset(let offset), .rows):
            guard case .integer(let distance) = offset else { preconditionFailure("a frame of rows with an offset that is no integer") }
            // Beyond any partition it does not matter how far.
            count(rows, Int(max(-(1 << 32), min(distance, 1 << 32))) + (isEnd ? 1 : 0), out)
        case (.offset(let offset), .range): search(offset, isEnd, rows, order[0], out)
        case (.interval(let months, let days, let microseconds), .range): search(FrameInterval(months, days, microseconds), isEnd, rows, order[0], out)
        case (.interval, .rows): preconditionFailure("a frame of rows with an interval")
        }
    }

    /// For every row the start of its group, or of the one behind.
    private static func spread(_ starts: Values<Int32>, _ ahead: Int, _ out: UnsafeMutablePointer<Int32>) {
        for group in 0..<starts.count - 1 {
            let value = starts[group + ahead]
            for row in Int(starts[group])..<Int(starts[group + 1]) { out[row] = value }
        }
    }

    private static func count(_ rows: WindowRows, _ distance: Int, _ out: UnsafeMutablePointer<Int32>) {
        for partition in 0..<rows.partitionCount {
            let (start, end) = (Int(rows.partitions[partition]), Int(rows.partitions[partition + 1]))
            for row in start..<end { out[row] = Int32(truncatingIfNeeded: min(max(row + distance, start), end)) }
        }
    }

    /// Looks for the current row's value and an offset. Rows without a value are each other's peers and nobody else's.
    private static func search(_ offset: Value, _ isEnd: Bool, _ rows: WindowRows, _ key: SortKey, _ out: UnsafeMutablePointer<Int32>) {
        let column = key.column.flattened
        defer { withExtendedLifetime(column) {} }
        switch column.type {
        case .float, .double:
            let values = column.cast(to: .double)
            search(values.fixedValues(of: Double.self), offset.double, isEnd, rows, key, column.presence, out)
            withExtendedLifetime(values) {}
        case .decimal(_, let scale):
            search(column.fixedValues(of: Int128.self), offset.unscaled(scale), isEnd, rows, key, column.presence, out)
        default:
            let values = (column.type == .date ? column.retyped(.int) : column.type == .timestamp ? column.retyped(.long) : column).cast(to: .long)
            search(values.fixedValues(of: Int64.self), Int64(clamping: offset.unscaled(0)), isEnd, rows, key, column.presence, out)
            withExtendedLifetime(values) {}
        }
    }

    /// Looks for the current row's day or moment and a length of time.
    private static func search(_ interval: FrameInterval, _ isEnd: Bool, _ rows: WindowRows, _ key: SortKey, _ out: UnsafeMutablePointer<Int32>) {
        let column = key.column.flattened
        defer { withExtendedLifetime(column) {} }
        let isDate = column.type == .date
        let values = (isDate ? column.retyped(.int) : column.retyped(.long)).cast(to: .long)
        let toward = key.descending ? interval.negated : interval
        search(values.fixedValues(of: Int64.self), isEnd, rows, key, column.presence, out) { isDate ? toward.moving(day: $0) : toward.moving(moment: $0) }
        withExtendedLifetime(values) {}
    }

    @inline(__always)
    private static func search<T: FrameValue>(
        _ values: UnsafePointer<T>, _ offset: T, _ isEnd: Bool, _ rows: WindowRows, _ key: SortKey, _ presence: Bitmap?,
        _ out: UnsafeMutablePointer<Int32>
    ) {
        let distance = key.descending ? offset.negated : offset
        search(values, isEnd, rows, key, presence, out) { $0.moved(by: distance) }
    }

    /// - Parameter moved: where a bound lies from a value; never out of order.
    @inline(__always)
    private static func search<T: FrameValue>(
        _ values: UnsafePointer<T>, _ isEnd: Bool, _ rows: WindowRows, _ key: SortKey, _ presence: Bitmap?, _ out: UnsafeMutablePointer<Int32>, _ moved: (T) -> T
    ) {
        let descending = key.descending
        for partition in 0..<rows.partitionCount {
            var (start, end) = (Int(rows.partitions[partition]), Int(rows.partitions[partition + 1]))
            if let presence {
                let (first, behind) = (start, end)
                if key.nullsFirst { while start < end, !presence[start] { start += 1 } } else { while start < end, !presence[end - 1] { end -= 1 } }
                for row in first..<start { out[row] = Int32(truncatingIfNeeded: isEnd ? start : first) }
                for row in end..<behind { out[row] = Int32(truncatingIfNeeded: isEnd ? behind : end) }
            }
            var at = start
            for row in start..<end {
                let target = moved(values[row])
                if isEnd {
                    while at < end, !(descending ? T.isLess(values[at], target) : T.isLess(target, values[at])) { at += 1 }
                } else {
                    while at < end, descending ? T.isLess(target, values[at]) : T.isLess(values[at], target) { at += 1 }
                }
                out[row] = Int32(truncatingIfNeeded: at)
            }
        }
    }
}

/// A length of time that days and moments can be moved by.
private struct FrameInterval {
    let months: Int
    let days: Int
    let microseconds: Int64

    init(_ months: Int32, _ days: Int32, _ microseconds: Int64) { self.init(months: Int(months), days: Int(days), microseconds: microseconds) }
    private init(months: Int, days: Int, microseconds: Int64) { (self.months, self.days, self.microseconds) = (months, days, microseconds) }

    var negated: FrameInterval { FrameInterval(months: -months, days: -days, microseconds: microseconds == .min ? .max : -microseconds) }

    /// A day so much later; what is left of a day counts for nothing.
    func moving(day: Int64) -> Int64 {
        let moved = months == 0 ? Int(day) : movingMonths(Int(day))
        return Int64(moved + days) + Int64(Int(microseconds) / CivilTime.microsecondsPerDay)
    }

    /// A moment so much later; those beyond what there is stay at its end.
    func moving(moment: Int64) -> Int64 {
        let (day, rest) = Int(moment).flooredDivision(by: CivilTime.microsecondsPerDay)
        let moved = Int128((months == 0 ? day : movingMonths(day)) + days) * Int128(CivilTime.microsecondsPerDay) + Int128(rest) + Int128(microseconds)
        return Int64(clamping: moved)
    }

    /// The same day of another month, or its last one.
    private func movingMonths(_ day: Int) -> Int {
        let date = CivilDate(days: day)
        let (year, month) = (date.year * 12 + date.month - 1 + months).flooredDivision(by: 12)
        return CivilDate(year: year, month: month + 1, day: min(date.day, CivilDate.dayCount(month: month + 1, year: year))).days
    }
}

/// A value of an order that an offset can be added to; sums that are too large stay at the end of what there is.
private protocol FrameValue: RowOrdered {
    func moved(by distance: Self) -> Self
    var negated: Self { get }
}

extension FrameValue where Self: FixedWidthInteger & SignedInteger {
    @inline(__always)
    func moved(by distance: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(distance)
        return overflows ? (distance < 0 ? .min : .max) : sum
    }
    var negated: Self { self == .min ? .max : -self }
}

extension Int64: FrameValue {}
extension Int128: FrameValue {}
extension Double: FrameValue {
    @inline(__always)
    func moved(by distance: Double) -> Double { self + distance }
    var negated: Double { -self }
}

extension Value {
    /// The number as a double.
    fileprivate var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .decimal(let unscaled, let scale): Double(unscaled) / Double(PowersOfTen.integers[min(scale, 38)])
        default: 0
        }
    }

    /// The number times a power of ten, cut off behind the point.
    fileprivate func unscaled(_ scale: Int) -> Int128 {
        switch self {
        case .integer(let value): return Int128(value).multiplied(PowersOfTen.integers[scale])
        case .decimal(let unscaled, let own):
            return own > scale ? unscaled / PowersOfTen.integers[own - scale] : unscaled.multiplied(PowersOfTen.integers[scale - own])
        case .double(let value):
            let scaled = value * Double(PowersOfTen.integers[scale])
            return Int128(exactly: scaled.rounded(.towardZero)) ?? (scaled < 0 ? .min : .max)
        default: return 0
        }
    }
}

extension Int128 {
    fileprivate func multiplied(_ factor: Int128) -> Int128 {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? (self < 0 ? .min : .max) : product
    }
}
