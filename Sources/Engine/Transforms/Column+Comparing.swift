internal import Columnar

/// Comparison of a column with one value, by value and not by type: integers of any width, decimals and floating point compare as numbers,
/// dates and timestamps as instants (a date is its midnight, UTC), and either with text that reads as one.
///
/// Floating point follows Spark: NaN equals itself and comes after everything; zeros are equal.
extension Column {
    /// Bit set = the comparison holds. Never set where the row is null, except for `= null`, nor where kinds do not compare.
    func comparing(_ op: SplitRows.Operator, to value: Value) -> Bitmap {
        if value == .null {
            let present = presence ?? Bitmap(repeating: true, count: count)
            return op == .equal ? present.inverted : op == .notEqual ? present : Bitmap(repeating: false, count: count)
        }
        switch storage {
        case .null: return Bitmap(repeating: false, count: count)
        case .choice(let tags, let rows, let members):
            let inside = members.map { $0.comparing(op, to: value) }
            return Bitmap.filled(count) { tags[$0] != Column.nullTag && inside[Int(tags[$0])][Int(rows[$0])] }
        case .dictionary(let indices, let values):
            let inside = values.comparing(op, to: value)
            return Bitmap.filled(count) { inside[Int(indices[$0])] }.masked(validity)
        default:
            return comparingPlain(op, to: value).masked(validity)
        }
    }

    private func comparingPlain(_ op: SplitRows.Operator, to value: Value) -> Bitmap {
        switch (type, value) {
        case (.byte, _): return comparingIntegers(Int8.self, op, value)
        case (.short, _): return comparingIntegers(Int16.self, op, value)
        case (.int, _): return comparingIntegers(Int32.self, op, value)
        case (.long, _): return comparingIntegers(Int64.self, op, value)
        case (.float, _):
            guard let number = value.number else { break }
            let values = fixedValues(of: Float.self)
            return Bitmap.filled(count) { op.holds(order(Double(values[$0]), number)) }
        case (.double, _):
            guard let number = value.number else { break }
            let values = fixedValues(of: Double.self)
            return Bitmap.filled(count) { op.holds(order(values[$0], number)) }
        case (.decimal(_, let scale), .double(let number)):
            let values = fixedValues(of: Int128.self)
            let power = (0..<scale).reduce(1.0) { result, _ in result * 10 }
            return Bitmap.filled(count) { op.holds(order(Double(values[$0]) / power, number)) }
        case (.decimal(_, let scale), _):
            guard let bound = Bound(value, scale: scale) else { break }
            let values = fixedValues(of: Int128.self)
            return Bitmap.filled(count) { op.holds(bound.order(values[$0])) }
        case (.boolean, .boolean(let flag)):
            let bits = bits
            return Bitmap.filled(count) { op.holds((bits[$0] ? 1 : 0) - (flag ? 1 : 0)) }
        case (.string, .string(let bytes)), (.binary, .binary(let bytes)), (.binary, .string(let bytes)):
            let buffer = Values(bytes)
            let other = StringView(UnsafeRawPointer(buffer.start), length: bytes.count)
            let views = views
            return withExtendedLifetime(buffer) {
                switch op {
                case .equal: Bitmap.filled(count) { views[$0] == other }
                case .notEqual: Bitmap.filled(count) { !(views[$0] == other) }
                default: Bitmap.filled(count) { op.holds(views[$0].compare(other)) }
                }
            }
        case (.date, _):
            guard let instant = value.instant else { break }
            let values = fixedValues(of: Int32.self)
            return Bitmap.filled(count) { op.holds(order(Int64(values[$0]) * microsecondsPerDay, instant)) }
        case (.timestamp, _):
            guard let instant = value.instant else { break }
            let values = fixedValues(of: Int64.self)
            return Bitmap.filled(count) { op.holds(order(values[$0], instant)) }
        default: break
        }
        return Bitmap(repeating: false, count: count)
    }

    private func comparingIntegers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ op: SplitRows.Operator, _ value: Value) -> Bitmap {
        guard let bound = Bound(value, scale: 0) else { return Bitmap(repeating: false, count: count) }
        let values = fixedValues(of: T.self)
        guard let (op, number) = bound.comparison(op) else { return Bitmap.filled(count) { op.holds(bound.order(Int128(values[$0]))) } }
        switch op {
        case .equal: return Bitmap.filled(count) { Int64(values[$0]) == number }
        case .notEqual: return Bitmap.filled(count) { Int64(values[$0]) != number }
        case .less: return Bitmap.filled(count) { Int64(values[$0]) < number }
        case .lessOrEqual: return Bitmap.filled(count) { Int64(values[$0]) <= number }
        case .greater: return Bitmap.filled(count) { Int64(values[$0]) > number }
        case .greaterOrEqual: return Bitmap.filled(count) { Int64(values[$0]) >= number }
        }
    }
}

private let microsecondsPerDay: Int64 = 86_400_000_000

@inline(__always)
private func order(_ a: Int64, _ b: Int64) -> Int { a < b ? -1 : a > b ? 1 : 0 }

@inline(__always)
private func order(_ a: Double, _ b: Double) -> Int {
    if a < b { return -1 }
    if a == b { return 0 }
    if a > b { return 1 }
    return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0)
}

/// A number between the integers that unscaled values are: `floor`, or more than it by less than one.
private struct Bound {
    private let floor: Int128
    private let isWhole: Bool

    /// `value` * 10^`scale`; nil when the value is no number. Numbers beyond 128 bits become the nearest that is, which nothing equals.
    init?(_ value: Value, scale: Int) {
        switch value {
        case .integer(let integer): self.init(unscaled: Int128(integer), digits: scale)
        case .decimal(let unscaled, let own): self.init(unscaled: unscaled, digits: scale - own)
        case .double(let number) where scale == 0:
            let down = number.rounded(.down)
            if number.isNaN || down >= 0x1p126 {
                self.init(floor: .max, isWhole: false)
            } else if down < -0x1p126 {
                self.init(floor: .min, isWhole: false)
            } else {
                self.init(floor: Int128(down), isWhole: down == number)
            }
        default: return nil
        }
    }

    private init(floor: Int128, isWhole: Bool) { (self.floor, self.isWhole) = (floor, isWhole) }

    private init(unscaled: Int128, digits: Int) {
        var (value, whole) = (unscaled, true)
        for _ in 0..<max(digits, 0) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow {
                (floor, isWhole) = (unscaled < 0 ? .min : .max, false)
                return
            }
            value = product
        }
        for _ in 0..<max(-digits, 0) {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            whole = whole && remainder == 0
            value = remainder < 0 ? quotient - 1 : quotient
        }
        (floor, isWhole) = (value, whole)
    }

    /// A comparison of integers that says the same as `op` with the number; nil when there is none in 64 bits.
    func comparison(_ op: SplitRows.Operator) -> (SplitRows.Operator, Int64)? {
        guard let whole = Int64(exactly: floor) else { return nil }
        if isWhole { return (op, whole) }
        switch op {
        case .less, .lessOrEqual: return (.lessOrEqual, whole)
        case .greater, .greaterOrEqual: return (.greater, whole)
        case .equal, .notEqual: return nil
        }
    }

    /// How an unscaled value compares with the number.
    @inline(__always)
    func order(_ value: Int128) -> Int {
        if value < floor { return -1 }
        if value > floor { return 1 }
        return isWhole ? 0 : floor == .min ? 1 : -1
    }
}

extension Value {
    /// The value as binary floating point, if it is a number.
    fileprivate var number: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .double(let number): number
        case .decimal(let unscaled, let scale): Double(unscaled) / (0..<scale).reduce(1.0) { result, _ in result * 10 }
        default: nil
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z of a date, a timestamp, or text that reads as a timestamp.
    fileprivate var instant: Int64? {
        switch self {
        case .date(let days): return Int64(days) * microsecondsPerDay
        case .timestamp(let microseconds): return microseconds
        case .string(let bytes):
            let builder = VariantBuilder()
            bytes.withUnsafeBytes { builder.append(string: $0) }
            if case .timestamp(let microseconds) = builder.finish().casting(to: .timestamp).column.value(at: 0) { return microseconds }
            return nil
        default: return nil
        }
    }
}

extension Bitmap {
    /// A bitmap whose bit `i` is `bit(i)`.
    @inline(__always)
    static func filled(_ count: Int, _ bit: (Int) -> Bool) -> Bitmap {
        let out = Buffer(size: (count + 63) / 64 * 8)
        let words = out.values(of: UInt64.self)
        var at = 0
        for word in 0..<(count + 63) / 64 {
            var bits: UInt64 = 0
            for shift in 0..<min(64, count - at) { bits |= (bit(at + shift) ? 1 : 0) << UInt64(truncatingIfNeeded: shift) }
            words[word] = bits
            at += 64
        }
        return Bitmap(out, count: count)
    }

    fileprivate func masked(_ mask: Bitmap?) -> Bitmap { mask.map(and) ?? self }
}
