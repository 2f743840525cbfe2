internal import Glibc

/// Functions over numbers. Null where the operand is; operands of other types are cast to double first.
extension Operand {
    /// The value without its sign; the smallest integer of a type stays itself.
    public static func abs(_ a: Operand) -> Operand {
        a.numeric().map { column in
            switch column.type {
            case .byte: column.mapping(Int8.self, to: column.type) { $0 < 0 ? 0 &- $0 : $0 }
            case .short: column.mapping(Int16.self, to: column.type) { $0 < 0 ? 0 &- $0 : $0 }
            case .int: column.mapping(Int32.self, to: column.type) { $0 < 0 ? 0 &- $0 : $0 }
            case .long: column.mapping(Int64.self, to: column.type) { $0 < 0 ? 0 &- $0 : $0 }
            case .float: column.mapping(Float.self, to: column.type) { Swift.abs($0) }
            case .decimal: column.mapping(Int128.self, to: column.type) { $0 < 0 ? 0 &- $0 : $0 }
            default: column.mapping(Double.self, to: column.type) { Swift.abs($0) }
            }
        }
    }

    /// The type of `round(type, digits)`: the same, but that a decimal loses digits after the point.
    public static func roundType(_ type: DataType, _ digits: Int) -> DataType {
        switch type {
        case .decimal(let precision, let scale):
            let whole = precision - scale + 1
            if digits < 0 { return .decimal(precision: min(38, max(whole, 1 - digits)), scale: 0) }
            let kept = min(scale, digits)
            return .decimal(precision: min(38, whole + kept), scale: kept)
        case _ where type.isNumeric: return type
        default: return .double
        }
    }

    /// Rounded half up (away from zero) to `digits` digits after the point, or before it when negative. Doubles are rounded as their shortest decimal
    /// digits, so `round(2.675, 2)` is 2.68.
    ///
    /// - Parameter halfEven: what lies half between goes to the even digit instead.
    public static func round(_ a: Operand, _ digits: Int, halfEven: Bool = false) -> Operand {
        let operand = a.numeric()
        let type = roundType(operand.type, digits)
        func divide(_ value: Int128, _ divisor: Int128) -> Int128 {
            halfEven ? DecimalArithmetic.divideHalfEven(value, by: divisor) : DecimalArithmetic.divideRounding(value, by: divisor)
        }
        func whole<T: FixedWidthInteger & BitwiseCopyable>(_ column: Column, _ value: T.Type) -> Column {
            if digits >= 0 { return column }
            if digits < -18 { return column.mapping(T.self, to: type) { _ in T(0) } }
            let power = Int64(powersOfTen64(-digits))
            return column.mapping(T.self, to: type) { value in
                T(truncatingIfNeeded: Int128(truncatingIfNeeded: divide(Int128(value), Int128(power))) * Int128(power))
            }
        }
        func rounded(_ value: Double) -> Double {
            guard value.isFinite else { return value }
            let shortest = ShortestDecimal(value)
            let excess = -shortest.exponent - digits
            if excess <= 0 { return value }
            if excess > 18 { return value.sign == .minus ? -0.0 : 0 }
            let kept = divide(Int128(shortest.digits), PowersOfTen.integers[excess])
            let magnitude = digits >= 0 ? nearestDouble(kept, scale: digits) : Double(kept) * Double(powersOfTen64(min(-digits, 19)))
            return value < 0 ? -magnitude : magnitude
        }
        return operand.map { column in
            switch column.type {
            case .byte: whole(column, Int8.self)
            case .short: whole(column, Int16.self)
            case .int: whole(column, Int32.self)
            case .long: whole(column, Int64.self)
            case .float: column.mapping(Float.self, to: type) { Float(rounded(Double($0))) }
            case .decimal(_, let scale):
                column.mapping(Int128.self, to: type) { value in
                    if digits >= scale { return value }
                    let power = PowersOfTen.integers[min(scale - digits, 38)]
                    let kept = divide(value, power)
                    return digits >= 0 ? kept : kept &* PowersOfTen.integers[min(-digits, 38)]
                }
            default: column.mapping(Double.self, to: type) { rounded($0) }
            }
        }
    }

    /// The type of `floor` and `ceil`: a long, or a decimal without digits after the point.
    public static func floorType(_ type: DataType) -> DataType {
        if case .decimal(let precision, let scale) = type { return .decimal(precision: min(38, precision - scale + 1), scale: 0) }
        return .long
    }

    /// The largest whole number that is not above the value.
    public static func floor(_ a: Operand) -> Operand { wholeNumber(a, { $0.rounded(.down) }) { $0.flooredDivision(by: $1).quotient } }

    /// The smallest whole number that is not below the value.
    public static func ceil(_ a: Operand) -> Operand { wholeNumber(a, { $0.rounded(.up) }) { 0 - (0 - $0).flooredDivision(by: $1).quotient } }

    /// The largest number with so many digits behind the point that is not above a decimal.
    public static func floor(_ a: Operand, _ digits: Int) -> Operand { cutting(a, digits) { $0.flooredDivision(by: $1).quotient } }

    /// The smallest number with so many digits behind the point that is not below a decimal.
    public static func ceil(_ a: Operand, _ digits: Int) -> Operand { cutting(a, digits) { 0 - (0 - $0).flooredDivision(by: $1).quotient } }

    private static func cutting(_ a: Operand, _ digits: Int, _ body: (Int128, Int128) -> Int128) -> Operand {
        let type = roundType(a.type, digits)
        guard case .decimal(_, let scale) = a.type, case .decimal(let precision, let kept) = type else { return a }
        if digits >= scale { return a.cast(to: type) }
        let power = PowersOfTen.integers[min(scale - digits, 38)]
        let back = PowersOfTen.integers[min(kept - digits, 38)]
        return decimals([a], precision: precision, scale: kept) { arguments, row in
            let (value, overflow) = body(arguments.value(0, row, as: Int128.self), power).multipliedReportingOverflow(by: back)
            return overflow ? nil : value
        }
    }

    private static func wholeNumber(_ a: Operand, _ double: (Double) -> Double, _ decimal: (Int128, Int128) -> Int128) -> Operand {
        let operand = a.numeric()
        let type = floorType(operand.type)
        return operand.map { column in
            switch column.type {
            case .byte, .short, .int, .long: return column.cast(to: .long)
            case .float: return column.mapping(Float.self, to: type) { boundedInt64(double(Double($0))) }
            case .decimal(_, let scale):
                let power = PowersOfTen.integers[scale]
                return column.mapping(Int128.self, to: type) { decimal($0, power) }
            default: return column.mapping(Double.self, to: type) { boundedInt64(double($0)) }
            }
        }
    }

    /// Whether the value is NaN; false where it is null.
    public static func isNaN(_ a: Operand) -> Operand {
        a.cast(to: .double).map(\.flattened).map { column in
            let values = column.fixedValues(of: Double.self)
            return Column(packedBits(column.count) { values[$0] != values[$0] && (column.validity?[$0] ?? true) })
        }
    }

    public static func sqrt(_ a: Operand) -> Operand { double(a) { $0.squareRoot() } }
    public static func exp(_ a: Operand) -> Operand { double(a) { Glibc.exp($0) } }

    /// The natural logarithm; null for what is not above zero.
    public static func ln(_ a: Operand) -> Operand {
        a.cast(to: .double).map(\.flattened).map { column in
            var failures = 0
            return column.mapping(Double.self, to: .double, &failures) { $0 > 0 || $0.isNaN ? log($0) : nil }
        }
    }

    public static func power(_ a: Operand, _ b: Operand) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (a.cast(to: .double).map(\.flattened), b.cast(to: .double).map(\.flattened))
        let out = Buffer(size: count * 8)
        zipRows(x, y, count, Double.self, out.values(of: Double.self)) { pow($0, $1) }
        return result(Column(.double, Values<Double>(out, count: count), validity: validity([x, y], count: count)), of: [a, b])
    }

    private static func double(_ a: Operand, _ body: (Double) -> Double) -> Operand {
        a.cast(to: .double).map { $0.flattened.mapping(Double.self, to: .double, body) }
    }

    /// The greatest operand, or the least, that is not null. All must have the same type.
    public static func extreme(_ operands: [Operand], greatest: Bool) -> Operand {
        let count = rowCount(operands)
        var best = operands[0].column(count: count)
        for operand in operands.dropFirst() {
            let other = operand.column(count: count)
            let better = compare(.column(other), greatest ? .greater : .less, .column(best)).storage.trueRows
            let onlyOther = best.presence.map { $0.inverted } ?? Bitmap(repeating: false, count: count)
            best = choose(better.or(onlyOther), .column(other), .column(best))
        }
        return result(best, of: operands)
    }

    /// A flat number: itself, or what it is as a double.
    private func numeric() -> Operand { (type.isNumeric ? self : cast(to: .double)).map(\.flattened) }
}
