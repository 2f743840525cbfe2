internal import Glibc

/// The arithmetic of SQL, with the types and rules of Spark without ANSI mode.
public enum Arithmetic: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    /// Of integers too this is the double or decimal quotient.
    case divide = "/"
    /// The remainder, with the sign of the dividend.
    case remainder = "%"

    /// The type of the result, or nil where the operands are no numbers.
    ///
    /// Integers give the wider type, except that they divide as doubles. Decimals give the digits that the exact result needs, cut to 38 with at
    /// least 6 kept after the point (Spark's `DecimalPrecision`); integers beside them count as decimals. Strings count as doubles. A date and an
    /// integer give a date.
    public func resultType(_ a: DataType, _ b: DataType) -> DataType? {
        switch (a, b) {
        case (.choice(let members), _): return Arithmetic.commonResult(members.map { resultType($0, b) })
        case (_, .choice(let members)): return Arithmetic.commonResult(members.map { resultType(a, $0) })
        case (.string, _): return resultType(.double, b)
        case (_, .string): return resultType(a, .double)
        case (.null, .null): return .double
        case (.null, _) where b.isNumeric: return resultType(b, b)
        case (_, .null) where a.isNumeric: return resultType(a, a)
        case (.date, _) where (self == .add || self == .subtract) && b.isInteger: return .date
        case (_, .date) where self == .add && a.isInteger: return .date
        case _ where a.isInteger && b.isInteger: return self == .divide ? .double : a.integerWidth >= b.integerWidth ? a : b
        case _ where !a.isNumeric || !b.isNumeric: return nil
        case (.double, _), (_, .double): return .double
        case (.float, _), (_, .float):
            // Spark: a decimal beside a float makes a double.
            return self == .divide || a.isDecimal || b.isDecimal ? .double : .float
        default: return decimalResult(a.asDecimal, b.asDecimal)
        }
    }

    /// One result type for the members of a choice: doubles win over decimals, decimals over integers.
    private static func commonResult(_ types: [DataType?]) -> DataType? {
        let known = types.compactMap { $0 }
        guard let first = known.first else { return nil }
        return known.dropFirst().reduce(first) { $0.comparisonType(with: $1) ?? $0 }
    }

    private func decimalResult(_ a: (precision: Int, scale: Int), _ b: (precision: Int, scale: Int)) -> DataType {
        let (precision, scale): (Int, Int)
        switch self {
        case .add, .subtract:
            scale = max(a.scale, b.scale)
            precision = max(a.precision - a.scale, b.precision - b.scale) + scale + 1
        case .multiply:
            (precision, scale) = (a.precision + b.precision + 1, a.scale + b.scale)
        case .divide:
            scale = max(6, a.scale + b.precision + 1)
            precision = a.precision - a.scale + b.scale + scale
        case .remainder:
            scale = max(a.scale, b.scale)
            precision = min(a.precision - a.scale, b.precision - b.scale) + scale
        }
        if precision <= 38 { return .decimal(precision: max(precision, 1), scale: scale) }
        let whole = precision - scale
        return .decimal(precision: 38, scale: max(38 - whole, min(scale, 6)))
    }
}

extension DataType {
    /// Precision and scale of a decimal, or of the decimal that holds every value of an integer type.
    var asDecimal: (precision: Int, scale: Int) {
        if case .decimal(let precision, let scale) = self { return (precision, scale) }
        return (decimalDigits, 0)
    }
}

/// Null where an operand is null, where a divisor is zero, and where a decimal result has more than its digits. Integers wrap around.
extension Operand {
    /// Null in every row where the types have no such result (`Arithmetic.resultType` is nil).
    public static func compute(_ a: Operand, _ operation: Arithmetic, _ b: Operand) -> Operand {
        let count = rowCount([a, b])
        guard let type = operation.resultType(a.type, b.type) else { return result(.nulls(.null, count: count), of: [a, b]) }
        if a.isNullConstant || b.isNullConstant || a.type == .null || b.type == .null { return result(.nulls(type, count: count), of: [a, b]) }
        // A member's values take the common type before they are computed with.
        if case .choice = a.type { return compute(a.cast(to: type), operation, b).cast(to: type) }
        if case .choice = b.type { return compute(a, operation, b.cast(to: type)).cast(to: type) }
        switch type {
        case .byte: return integers(a, operation, b, type, count, Int8.self)
        case .short: return integers(a, operation, b, type, count, Int16.self)
        case .int: return integers(a, operation, b, type, count, Int32.self)
        case .long: return integers(a, operation, b, type, count, Int64.self)
        case .float: return floats(a, operation, b, type, count, Float.self) { fmodf($0, $1) }
        case .double: return floats(a, operation, b, type, count, Double.self) { fmod($0, $1) }
        case .date:
            let days = compute(a.type == .date ? a.map { $0.flattened.retyped(.int) } : a, operation, b.type == .date ? b.map { $0.flattened.retyped(.int) } : b)
            return days.cast(to: .int).map { $0.retyped(.date) }
        case .decimal(let precision, let scale): return decimals(a, operation, b, precision, scale, count)
        default: return result(.nulls(type, count: count), of: [a, b])
        }
    }

    /// `-a`; integers wrap around. Null in every row where the operand is no number.
    public static func negate(_ a: Operand) -> Operand {
        let operand = a.map(\.flattened)
        func negated(_ column: Column) -> Column {
            switch column.type {
            case .byte: column.mapping(Int8.self, to: column.type) { 0 &- $0 }
            case .short: column.mapping(Int16.self, to: column.type) { 0 &- $0 }
            case .int: column.mapping(Int32.self, to: column.type) { 0 &- $0 }
            case .long: column.mapping(Int64.self, to: column.type) { 0 &- $0 }
            case .float: column.mapping(Float.self, to: column.type) { -$0 }
            case .double: column.mapping(Double.self, to: column.type) { -$0 }
            case .decimal: column.mapping(Int128.self, to: column.type) { 0 &- $0 }
            case .string: negated(column.cast(to: .double))
            case .choice(let members): negated(column.cast(to: members.contains(.double) || members.contains(.string) ? .double : members.first { $0.isNumeric } ?? .double))
            default: .nulls(.double, count: column.count)
            }
        }
        return operand.map(negated)
    }

    // MARK: Loops

    /// Applies a function to every row, those of null rows too.
    @inline(__always)
    static func zipRows<A: BitwiseCopyable, B: BitwiseCopyable>(
        _ a: Operand, _ b: Operand, _ count: Int, _ from: A.Type, _ out: UnsafeMutablePointer<B>, _ body: (A, A) -> B
    ) {
        let (first, second) = (a.storage, b.storage)
        defer { withExtendedLifetime((first, second)) {} }
        let (x, y) = (first.fixedValues(of: A.self), second.fixedValues(of: A.self))
        if b.isConstant {
            let value = y[0]
            if a.isConstant { out[0] = body(x[0], value) } else { for i in 0..<count { out[i] = body(x[i], value) } }
        } else if a.isConstant {
            let value = x[0]
            for i in 0..<count { out[i] = body(value, y[i]) }
        } else {
            for i in 0..<count { out[i] = body(x[i], y[i]) }
        }
    }

    private static func finish(_ a: Operand, _ b: Operand, _ type: DataType, _ out: Buffer, _ count: Int, extra: Bitmap? = nil) -> Operand {
        let validity = Bitmap.and(validity([a, b], count: count), extra)
        return result(Column(type: type, count: count, validity: validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base))), of: [a, b])
    }

    /// The rows whose value is not zero: nil when that is all of them.
    private static func nonzero<T: BitwiseCopyable & Equatable & ExpressibleByIntegerLiteral>(_ b: Operand, _ count: Int, _ type: T.Type) -> Bitmap? {
        let column = b.storage
        let values = column.fixedValues(of: T.self)
        if b.isConstant { return values[0] == 0 ? Bitmap(repeating: false, count: count) : nil }
        let bits = packedBits(count) { values[$0] != 0 }
        return bits.setCount == count ? nil : bits
    }

    private static func integers<T: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _ a: Operand, _ operation: Arithmetic, _ b: Operand, _ type: DataType, _ count: Int, _ value: T.Type
    ) -> Operand {
        let (x, y) = (a.cast(to: type).map(\.flattened), b.cast(to: type).map(\.flattened))
        let out = Buffer(size: count * MemoryLayout<T>.stride)
        let to = out.values(of: T.self)
        switch operation {
        case .add: zipRows(x, y, count, T.self, to) { $0 &+ $1 }
        case .subtract: zipRows(x, y, count, T.self, to) { $0 &- $1 }
        case .multiply: zipRows(x, y, count, T.self, to) { $0 &* $1 }
        case .divide, .remainder:
            // By -1 the remainder is 0, though the quotient may overflow.
            zipRows(x, y, count, T.self, to) { $1 == 0 || $1 == -1 ? 0 : $0 % $1 }
            return finish(x, y, type, out, count, extra: nonzero(y, count, T.self))
        }
        return finish(x, y, type, out, count)
    }

    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable>(
        _ a: Operand, _ operation: Arithmetic, _ b: Operand, _ type: DataType, _ count: Int, _ value: T.Type, _ remainder: (T, T) -> T
    ) -> Operand {
        let (x, y) = (a.cast(to: type).map(\.flattened), b.cast(to: type).map(\.flattened))
        let out = Buffer(size: count * MemoryLayout<T>.stride)
        let to = out.values(of: T.self)
        switch operation {
        case .add: zipRows(x, y, count, T.self, to) { $0 + $1 }
        case .subtract: zipRows(x, y, count, T.self, to) { $0 - $1 }
        case .multiply: zipRows(x, y, count, T.self, to) { $0 * $1 }
        case .divide:
            zipRows(x, y, count, T.self, to) { $0 / $1 }
            return finish(x, y, type, out, count, extra: nonzero(y, count, T.self))
        case .remainder:
            zipRows(x, y, count, T.self, to) { remainder($0, $1) }
            return finish(x, y, type, out, count, extra: nonzero(y, count, T.self))
        }
        return finish(x, y, type, out, count)
    }

    private static func decimals(_ a: Operand, _ operation: Arithmetic, _ b: Operand, _ precision: Int, _ scale: Int, _ count: Int) -> Operand {
        func asDecimal(_ operand: Operand) -> Operand {
            let (precision, scale) = operand.type.asDecimal
            return (operand.type.isDecimal ? operand : operand.cast(to: .decimal(precision: precision, scale: scale))).map(\.flattened)
        }
        let (x, y) = (asDecimal(a), asDecimal(b))
        let (s1, s2) = (x.type.decimalScale, y.type.decimalScale)
        let type = DataType.decimal(precision: precision, scale: scale)
        if let narrow = NarrowDecimals.compute(x, operation, y, precision: precision, scale: scale, count: count) {
            return finish(x, y, type, narrow, count)
        }
        let limit = PowersOfTen.integers[precision].magnitude
        let inputs = validity([x, y], count: count)
        var mask = FailureMask(inputs, count: count)
        let out = Buffer(size: count * 16)
        let to = out.values(of: Int128.self)
        let (first, second) = (x.storage, y.storage)
        let (p, q) = (first.fixedValues(of: Int128.self), second.fixedValues(of: Int128.self))
        let (stepA, stepB) = (x.isConstant ? 0 : 1, y.isConstant ? 0 : 1)
        let both = max(s1, s2)
        @inline(__always) func loop(_ body: (Int128, Int128) -> Int128?) {
            for i in 0..<count {
                if let value = body(p[i * stepA], q[i * stepB]), value.magnitude < limit {
                    to[i] = value
                } else {
                    to[i] = 0
                    mask.fail(i)
                }
            }
        }
        defer { withExtendedLifetime((first, second)) {} }
        switch operation {
        case .add, .subtract, .remainder:
            let (upA, upB, drop) = (both - s1, both - s2, both - scale)
            loop { a, b in
                if operation == .remainder, b == 0 { return nil }
                guard let u = DecimalArithmetic.rescale(a, by: upA), let v = DecimalArithmetic.rescale(b, by: upB) else {
                    return DecimalArithmetic.wide(a, upA, operation, b, upB, droppingDigits: drop)
                }
                switch operation {
                case .add:
                    let (sum, overflow) = u.addingReportingOverflow(v)
                    return overflow ? DecimalArithmetic.wide(a, upA, operation, b, upB, droppingDigits: drop) : DecimalArithmetic.rescale(sum, by: -drop)
                case .subtract:
                    let (difference, overflow) = u.subtractingReportingOverflow(v)
                    return overflow ? DecimalArithmetic.wide(a, upA, operation, b, upB, droppingDigits: drop) : DecimalArithmetic.rescale(difference, by: -drop)
                default: return DecimalArithmetic.rescale(u % v, by: -drop)
                }
            }
        case .multiply: loop { DecimalArithmetic.multiply($0, $1, droppingDigits: s1 + s2 - scale) }
        case .divide: loop { DecimalArithmetic.divide($0, $1, addingDigits: scale - s1 + s2) }
        }
        return result(Column(type: type, count: count, validity: mask.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base))), of: [x, y])
    }
}

extension DecimalArithmetic {
    /// `a` * `b` / 10^`digits`, rounded half up; the product may need 256 bits. Nil when the result has more than 128.
    static func multiply(_ a: Int128, _ b: Int128, droppingDigits digits: Int) -> Int128? {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        if !overflow { return rescale(product, by: -digits) }
        guard digits > 0, digits <= 38 else { return nil }
        return scaledQuotient(a.magnitude.multipliedFullWidth(by: b.magnitude), integers(digits), isNegative: (a < 0) != (b < 0))
    }

    /// `a` * 10^`digits` / `b`, rounded half up. Nil when `b` is zero or the result has more than 128 bits.
    static func divide(_ a: Int128, _ b: Int128, addingDigits digits: Int) -> Int128? {
        if b == 0 { return nil }
        let isNegative = (a < 0) != (b < 0)
        if digits < 0 {
            let (divisor, overflow) = b.multipliedReportingOverflow(by: PowersOfTen.integers[min(-digits, 38)])
            return overflow || -digits > 38 ? 0 : divideRounding(a, by: divisor)
        }
        if digits <= 38 { return scaledQuotient(a.magnitude.multipliedFullWidth(by: integers(digits)), b.magnitude, isNegative: isNegative) }
        let (start, overflow) = a.multipliedReportingOverflow(by: PowersOfTen.integers[min(digits - 38, 38)])
        if overflow || digits > 76 { return nil }
        return scaledQuotient(start.magnitude.multipliedFullWidth(by: integers(38)), b.magnitude, isNegative: isNegative)
    }

    /// The sum, difference or remainder of `a` * 10^`upA` and `b` * 10^`upB`, divided by 10^`digits`, rounded half up: for numbers that leave 128 bits on the
    /// way. Nil when the result does too.
    ///
    /// - Precondition: the digits are 0...38 each; `b` is not zero where the remainder is asked for.
    @inline(never)
    static func wide(_ a: Int128, _ upA: Int, _ operation: Arithmetic, _ b: Int128, _ upB: Int, droppingDigits digits: Int) -> Int128? {
        let (u, v) = (a.multipliedFullWidth(by: PowersOfTen.integers[upA]), b.multipliedFullWidth(by: PowersOfTen.integers[upB]))
        if operation == .remainder {
            let (x, y) = (magnitude(u), magnitude(v))
            // A divisor of more than 128 bits: then the dividend, whose scale needed no more digits, is below it or as small.
            guard y.high == 0 else { return y.high > x.high || (y.high == x.high && y.low > x.low) ? rescale(a, by: upA - digits) : nil }
            let remainder = y.low.dividingFullWidth((x.high % y.low, x.low)).remainder
            guard remainder < UInt128(Int128.max) else { return nil }
            return rescale(a < 0 ? -Int128(remainder) : Int128(remainder), by: -digits)
        }
        let negated = operation == .subtract ? (high: ~v.high, low: ~v.low) : v
        let (low, carry) = u.low.addingReportingOverflow(negated.low)
        let (whole, carries) = low.addingReportingOverflow(operation == .subtract ? 1 : 0)
        let high = u.high &+ negated.high &+ (carry ? 1 : 0) &+ (carries ? 1 : 0)
        return scaledQuotient(magnitude((high, whole)), integers(digits), isNegative: high < 0)
    }

    private static func magnitude(_ value: (high: Int128, low: UInt128)) -> (high: UInt128, low: UInt128) {
        if value.high >= 0 { return (UInt128(value.high), value.low) }
        let low = ~value.low &+ 1
        return (UInt128(truncatingIfNeeded: ~value.high) &+ (low == 0 ? 1 : 0), low)
    }

    private static func integers(_ digits: Int) -> UInt128 { PowersOfTen.integers[digits].magnitude }

    private static func scaledQuotient(_ product: (high: UInt128, low: UInt128), _ divisor: UInt128, isNegative: Bool) -> Int128? {
        guard product.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        let rounded = remainder >= divisor - remainder ? quotient &+ 1 : quotient
        guard rounded < UInt128(Int128.max) else { return nil }
        return isNegative ? -Int128(rounded) : Int128(rounded)
    }
}
