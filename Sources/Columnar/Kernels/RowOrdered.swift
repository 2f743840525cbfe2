/// Values whose comparison is a loop over memory. A protocol and not closures, so that every loop is compiled for its type with nothing to call.
protocol RowOrdered: BitwiseCopyable {
    static func values(of column: Column) -> UnsafePointer<Self>
    static func isEqual(_ a: Self, _ b: Self) -> Bool
    static func isLess(_ a: Self, _ b: Self) -> Bool
    /// Whether the value is NaN.
    static func isNaN(_ value: Self) -> Bool
    /// `isEqual`, `isLess` and `isLess` the other way round with a constant that is not NaN.
    static func isEqual(_ a: Self, constant: Self) -> Bool
    static func isLess(_ a: Self, constant: Self) -> Bool
    static func isGreater(_ a: Self, constant: Self) -> Bool
}

extension RowOrdered {
    @inline(__always)
    static func values(of column: Column) -> UnsafePointer<Self> { column.fixedValues(of: Self.self) }
    @inline(__always)
    static func isNaN(_ value: Self) -> Bool { false }
    @inline(__always)
    static func isEqual(_ a: Self, constant: Self) -> Bool { isEqual(a, constant) }
    @inline(__always)
    static func isLess(_ a: Self, constant: Self) -> Bool { isLess(a, constant) }
    @inline(__always)
    static func isGreater(_ a: Self, constant: Self) -> Bool { isLess(constant, a) }
}

extension RowOrdered where Self: FixedWidthInteger {
    @inline(__always)
    static func isEqual(_ a: Self, _ b: Self) -> Bool { a == b }
    @inline(__always)
    static func isLess(_ a: Self, _ b: Self) -> Bool { a < b }
}

/// NaN equals itself and is above every number. No `||`, so that there is no branch to mispredict.
extension RowOrdered where Self: BinaryFloatingPoint {
    @inline(__always)
    static func isEqual(_ a: Self, _ b: Self) -> Bool {
        let bothNaN: UInt8 = (a != a ? 1 : 0) & (b != b ? 1 : 0)
        return (a == b ? 1 : 0) | bothNaN != 0
    }

    @inline(__always)
    static func isLess(_ a: Self, _ b: Self) -> Bool {
        let isBelowNaN: UInt8 = (a == a ? 1 : 0) & (b != b ? 1 : 0)
        return (a < b ? 1 : 0) | isBelowNaN != 0
    }

    @inline(__always)
    static func isNaN(_ value: Self) -> Bool { value != value }
    @inline(__always)
    static func isEqual(_ a: Self, constant: Self) -> Bool { a == constant }
    @inline(__always)
    static func isLess(_ a: Self, constant: Self) -> Bool { a < constant }
    /// NaN is greater: what is not at most the constant.
    @inline(__always)
    static func isGreater(_ a: Self, constant: Self) -> Bool { !(a <= constant) }
}

extension Int8: RowOrdered {}
extension Int16: RowOrdered {}
extension Int32: RowOrdered {}
extension Int64: RowOrdered {}
extension Int128: RowOrdered {}
extension Float: RowOrdered {}
extension Double: RowOrdered {}

extension StringView: RowOrdered {
    @inline(__always)
    static func values(of column: Column) -> UnsafePointer<StringView> { column.views.start }
    @inline(__always)
    static func isEqual(_ a: StringView, _ b: StringView) -> Bool { a == b }
    @inline(__always)
    static func isLess(_ a: StringView, _ b: StringView) -> Bool { a < b }
    /// A constant that lies in its view is equal to views of the same bits.
    @inline(__always)
    static func isEqual(_ a: StringView, constant: StringView) -> Bool {
        constant.isInline ? (a.low ^ constant.low) | (a.high ^ constant.high) == 0 : a == constant
    }
}

/// A bit a row: whether the values are equal. A constant's one value stands for all rows.
func equalRows<T: RowOrdered>(_ a: UnsafePointer<T>, _ aIsConstant: Bool, _ b: UnsafePointer<T>, _ bIsConstant: Bool, _ count: Int) -> Bitmap {
    if bIsConstant {
        let value = b[0]
        if aIsConstant { return Bitmap(repeating: T.isEqual(a[0], value), count: count) }
        if T.isNaN(value) { return packedBits(count) { T.isEqual(a[$0], value) } }
        return packedBits(count) { T.isEqual(a[$0], constant: value) }
    }
    if aIsConstant { return equalRows(b, false, a, true, count) }
    return packedBits(count) { T.isEqual(a[$0], b[$0]) }
}

/// A bit a row: whether the first value is less than the second.
func lessRows<T: RowOrdered>(_ a: UnsafePointer<T>, _ aIsConstant: Bool, _ b: UnsafePointer<T>, _ bIsConstant: Bool, _ count: Int) -> Bitmap {
    if bIsConstant {
        let value = b[0]
        if aIsConstant { return Bitmap(repeating: T.isLess(a[0], value), count: count) }
        if T.isNaN(value) { return packedBits(count) { T.isLess(a[$0], value) } }
        return packedBits(count) { T.isLess(a[$0], constant: value) }
    }
    if aIsConstant {
        let value = a[0]
        if T.isNaN(value) { return packedBits(count) { T.isLess(value, b[$0]) } }
        return packedBits(count) { T.isGreater(b[$0], constant: value) }
    }
    return packedBits(count) { T.isLess(a[$0], b[$0]) }
}
