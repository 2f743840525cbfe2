/// Casts to booleans and numbers.
extension Column {
    func castToBoolean(_ failures: inout Int) -> Column {
        func nonzero<A: BitwiseCopyable & Equatable & ExpressibleByIntegerLiteral>(_ type: A.Type) -> Column {
            let input = fixedValues(of: A.self)
            let bits = packedBits(count) { input[$0] != 0 }
            return Column(type: .boolean, count: count, validity: validity, storage: .bits(bits))
        }
        switch type {
        case .byte: return nonzero(Int8.self)
        case .short: return nonzero(Int16.self)
        case .int: return nonzero(Int32.self)
        case .long, .timestamp: return nonzero(Int64.self)
        case .float: return nonzero(Float.self)
        case .double: return nonzero(Double.self)
        case .decimal: return nonzero(Int128.self)
        case .string:
            let input = views.start
            var mask = FailureMask(validity, count: count)
            let bits = packedBits(count) { i in
                let value = input[i].withBytes { NumberParsing.boolean(NumberParsing.trimmed($0)) }
                if value == nil { mask.fail(i) }
                return value ?? false
            }
            failures += mask.failures
            return Column(type: .boolean, count: count, validity: mask.validity, storage: .bits(bits))
        default: return impossible(.boolean, &failures)
        }
    }

    func castToInteger(_ target: DataType, _ failures: inout Int) -> Column {
        switch target {
        case .byte: castToInteger(target, Int8.self, &failures)
        case .short: castToInteger(target, Int16.self, &failures)
        case .int: castToInteger(target, Int32.self, &failures)
        default: castToInteger(target, Int64.self, &failures)
        }
    }

    /// The column as integers of which none has wrapped around: a number that the type cannot hold is null and counts as a failure.
    public func castInRange(to target: DataType, counting failures: inout Int) -> Column {
        let column = flattened
        let found: Column? =
            switch target {
            case .byte: column.castInRange(target, Int8.self, &failures)
            case .short: column.castInRange(target, Int16.self, &failures)
            case .int: column.castInRange(target, Int32.self, &failures)
            case .long: column.castInRange(target, Int64.self, &failures)
            default: nil
            }
        return found ?? cast(to: target, counting: &failures)
    }

    /// Nil for values that cannot wrap around.
    private func castInRange<B: FixedWidthInteger & SignedInteger & BitwiseCopyable>(_ target: DataType, _ to: B.Type, _ failures: inout Int) -> Column? {
        switch type {
        case .short: mapping(Int16.self, to: target, &failures) { B(exactly: $0) }
        case .int: mapping(Int32.self, to: target, &failures) { B(exactly: $0) }
        case .long: mapping(Int64.self, to: target, &failures) { B(exactly: $0) }
        case .float: mapping(Float.self, to: target, &failures) { B(exactly: $0.rounded(.towardZero)) }
        case .double: mapping(Double.self, to: target, &failures) { B(exactly: $0.rounded(.towardZero)) }
        case .decimal(_, let scale): mapping(Int128.self, to: target, &failures) { B(exactly: $0 / PowersOfTen.integers[scale]) }
        default: nil
        }
    }

    private func castToInteger<B: FixedWidthInteger & SignedInteger & BitwiseCopyable>(_ target: DataType, _ to: B.Type, _ failures: inout Int) -> Column {
        switch type {
        case .boolean: return mappingBits(to: target, B(1), B(0))
        case .byte: return mapping(Int8.self, to: target) { B(truncatingIfNeeded: $0) }
        case .short: return mapping(Int16.self, to: target) { B(truncatingIfNeeded: $0) }
        case .int: return mapping(Int32.self, to: target) { B(truncatingIfNeeded: $0) }
        case .long: return mapping(Int64.self, to: target) { B(truncatingIfNeeded: $0) }
        // Java narrows floating point to 32 or 64 bits, then wraps.
        case .float:
            if B.bitWidth == 64 { return mapping(Float.self, to: target) { B(truncatingIfNeeded: boundedInt64(Double($0))) } }
            return mapping(Float.self, to: target) { B(truncatingIfNeeded: boundedInt32(Double($0))) }
        case .double:
            if B.bitWidth == 64 { return mapping(Double.self, to: target) { B(truncatingIfNeeded: boundedInt64($0)) } }
            return mapping(Double.self, to: target) { B(truncatingIfNeeded: boundedInt32($0)) }
        case .decimal(_, let scale):
            let divisor = PowersOfTen.integers[scale]
            return mapping(Int128.self, to: target) { B(truncatingIfNeeded: $0 / divisor) }
        case .timestamp: return mapping(Int64.self, to: target) { B(truncatingIfNeeded: $0.flooredDivision(by: 1_000_000).quotient) }
        case .string:
            return mappingText(to: target, &failures) { text -> B? in
                guard let value = NumberParsing.truncatedInteger(text) else { return nil }
                return B(exactly: value)
            }
        default: return impossible(target, &failures)
        }
    }

    func castToFloatingPoint<B: BinaryFloatingPoint & BitwiseCopyable>(_ target: DataType, _ to: B.Type, _ failures: inout Int) -> Column {
        switch type {
        case .boolean: return mappingBits(to: target, B(1), B(0))
        case .byte: return mapping(Int8.self, to: target) { B($0) }
        case .short: return mapping(Int16.self, to: target) { B($0) }
        case .int: return mapping(Int32.self, to: target) { B($0) }
        case .long: return mapping(Int64.self, to: target) { B($0) }
        case .float: return mapping(Float.self, to: target) { B($0) }
        case .double: return mapping(Double.self, to: target) { B($0) }
        case .decimal(_, let scale): return mapping(Int128.self, to: target) { B(nearestDouble($0, scale: scale)) }
        case .timestamp: return mapping(Int64.self, to: target) { B(Double($0) / 1e6) }
        case .string:
            if B.self == Float.self { return mappingText(to: target, &failures) { NumberParsing.float($0) } }
            return mappingText(to: target, &failures) { NumberParsing.double($0) }
        default: return impossible(target, &failures)
        }
    }

    func castToDecimal(_ target: DataType, _ precision: Int, _ scale: Int, _ failures: inout Int) -> Column {
        let limit = PowersOfTen.integers[precision].magnitude
        @inline(__always) func fitting(_ value: Int128?) -> Int128? {
            guard let value, value.magnitude < limit else { return nil }
            return value
        }
        func whole<A: FixedWidthInteger & BitwiseCopyable>(_ type: A.Type) -> Column {
            let factor = PowersOfTen.integers[scale]
            let bound = PowersOfTen.integers[precision - scale].magnitude
            return mapping(A.self, to: target, &failures) { value -> Int128? in
                let wide = Int128(truncatingIfNeeded: value)
                return wide.magnitude < bound ? wide &* factor : nil
            }
        }
        switch type {
        case .boolean:
            if scale == precision { return cast(to: .int).cast(to: target, counting: &failures) }
            return mappingBits(to: target, PowersOfTen.integers[scale], 0)
        case .byte: return whole(Int8.self)
        case .short: return whole(Int16.self)
        case .int: return whole(Int32.self)
        case .long: return whole(Int64.self)
        // Spark takes a float's value as a double, and a double's shortest digits.
        case .float: return mapping(Float.self, to: target, &failures) { fitting(shortestDecimal(Double($0), scale: scale)) }
        case .double: return mapping(Double.self, to: target, &failures) { fitting(shortestDecimal($0, scale: scale)) }
        case .decimal(let from, let old):
            // With room for every digit nothing can fail.
            if scale >= old, precision - scale >= from - old {
                let factor = PowersOfTen.integers[scale - old]
                return mapping(Int128.self, to: target) { $0 &* factor }
            }
            return mapping(Int128.self, to: target, &failures) { fitting(DecimalArithmetic.rescale($0, by: scale - old)) }
        case .timestamp: return mapping(Int64.self, to: target, &failures) { fitting(DecimalArithmetic.rescale(Int128($0), by: scale - 6)) }
        case .string: return mappingText(to: target, &failures) { NumberParsing.decimal($0, precision: precision, scale: scale) }
        default: return impossible(target, &failures)
        }
    }
}

/// Toward zero, NaN to 0, the bound where it is out of range.
@inline(__always)
func boundedInt64(_ value: Double) -> Int64 {
    if value >= -9_223_372_036_854_775_808, value < 9_223_372_036_854_775_808 { return Int64(value) }
    return value.isNaN ? 0 : value < 0 ? .min : .max
}

@inline(__always)
func boundedInt32(_ value: Double) -> Int32 {
    if value > -2_147_483_649, value < 2_147_483_648 { return Int32(value) }
    return value.isNaN ? 0 : value < 0 ? .min : .max
}

/// The double nearest to a decimal.
@inline(__always)
func nearestDouble(_ unscaled: Int128, scale: Int) -> Double {
    // Both exact, so the division is the only rounding.
    if unscaled.magnitude < 1 << 53, scale <= 19 { return Double(Int64(truncatingIfNeeded: unscaled)) / Double(powersOfTen64(scale)) }
    return slowDouble(unscaled, scale: scale)
}

@inline(never)
private func slowDouble(_ unscaled: Int128, scale: Int) -> Double {
    var text = TextBuffer(capacity: 48)
    text.append(decimal: unscaled, scale: scale)
    return NumberParsing.double(text.bytes) ?? .nan
}

/// A double's shortest digits as a decimal of some scale, rounded half up; nil for what is no number or needs more than 38 digits.
@inline(__always)
private func shortestDecimal(_ value: Double, scale: Int) -> Int128? {
    guard value.isFinite else { return nil }
    let shortest = ShortestDecimal(value)
    guard let magnitude = DecimalArithmetic.rescale(Int128(shortest.digits), by: shortest.exponent + scale) else { return nil }
    return value < 0 ? -magnitude : magnitude
}
