internal import Glibc

/// Numbers from text. None of these trims, and every one takes the whole text or nothing: nil means that it is no such number.
public enum NumberParsing {
    // MARK: Whole numbers

    /// An optional sign and decimal digits that fit 64 bits.
    @inline(__always)
    public static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard let base = text.baseAddress, text.count > 0 else { return nil }
        return integer(base.assumingMemoryBound(to: UInt8.self), text.count)
    }

    public static func integer(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var at = 0
        var isNegative = false
        if count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            at = 1
        }
        if at == count { return nil }
        // Eighteen digits cannot overflow.
        let safe = min(count, at + 18)
        var value: UInt64 = 0
        while at < safe {
            let digit = bytes[at] &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            value = value &* 10 &+ UInt64(digit)
            at += 1
        }
        while at < count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            let (times, overflow1) = value.multipliedReportingOverflow(by: 10)
            let (plus, overflow2) = times.addingReportingOverflow(UInt64(digit))
            if overflow1 || overflow2 { return nil }
            value = plus
            at += 1
        }
        if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
        return value < 1 << 63 ? Int64(truncatingIfNeeded: value) : nil
    }

    /// Spark's cast of a string to an integer: `integer`, and a fraction of digits is cut off (`12.7` is 12, `-0.9` is 0).
    public static func truncatedInteger(_ text: UnsafeRawBufferPointer) -> Int64? {
        if let value = integer(text) { return value }
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self), let point = text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        for i in point + 1..<text.count where base[i] &- UInt8(ascii: "0") > 9 { return nil }
        let isSigned = base[0] == UInt8(ascii: "-") || base[0] == UInt8(ascii: "+")
        if point == (isSigned ? 1 : 0) { return point + 1 < text.count ? 0 : nil }
        return integer(base, point)
    }

    // MARK: Doubles

    /// The double nearest to a decimal number: digits with an optional sign, point and exponent (`1`, `-.5`, `2.`, `1e-7`), or, in any case,
    /// `nan`, `inf` and `infinity`. Ties go to even.
    ///
    /// Numbers of at most 19 digits take two multiplications (Daniel Lemire, "Number Parsing at a Gigabyte per Second", 2021); where these cannot
    /// tell, the C library does.
    public static func double(_ text: UnsafeRawBufferPointer) -> Double? {
        guard let base = text.baseAddress, text.count > 0 else { return nil }
        return double(base.assumingMemoryBound(to: UInt8.self), text.count)
    }

    public static func double(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        guard let parts = DecimalParts(bytes, count) else { return specialDouble(bytes, count) }
        let magnitude: Double
        if !parts.isTruncated {
            if let nearest = nearestDouble(parts.digits, exponent: parts.exponent) {
                magnitude = nearest
            } else {
                return slowDouble(bytes, count)
            }
        } else {
            // Digits past the nineteenth: where the next larger number rounds alike, they do not matter.
            guard let low = nearestDouble(parts.digits, exponent: parts.exponent), let high = nearestDouble(parts.digits &+ 1, exponent: parts.exponent),
                low == high
            else { return slowDouble(bytes, count) }
            magnitude = low
        }
        return parts.isNegative ? -magnitude : magnitude
    }

    /// The float nearest to a decimal number; like `double`, without rounding twice.
    public static func float(_ text: UnsafeRawBufferPointer) -> Float? {
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count > 0 else { return nil }
        guard let parts = DecimalParts(base, text.count) else { return specialDouble(base, text.count).map(Float.init) }
        // Small whole numbers are exact, and so are their quotients by small powers of ten, correctly rounded once.
        if !parts.isTruncated, parts.digits < 1 << 24, parts.exponent >= -10, parts.exponent <= 10 {
            let value = Float(parts.digits)
            let power = Float(powersOfTen64(abs(parts.exponent)))
            let magnitude = parts.exponent < 0 ? value / power : value * power
            return parts.isNegative ? -magnitude : magnitude
        }
        return withTerminated(base, text.count) { strtof($0, nil) }
    }

    /// `digits` * 10^`exponent` correctly rounded, or nil where 128 bits do not decide.
    private static func nearestDouble(_ digits: UInt64, exponent: Int) -> Double? {
        if digits == 0 { return 0 }
        if digits < 1 << 53, exponent >= -22, exponent <= 22 {
            // Both factors are exact, so the one operation rounds once (William Clinger).
            return exponent < 0 ? Double(digits) / smallPower(-exponent) : Double(digits) * smallPower(exponent)
        }
        if exponent < PowersOfTen.minimumExponent { return 0 }
        if exponent > PowersOfTen.maximumExponent { return .infinity }
        let shift = digits.leadingZeroBitCount
        let mantissa = digits << UInt64(shift)
        // floor(log2(10^exponent)) by a fixed-point product.
        let power = (217_706 * exponent) >> 16
        var binaryExponent = power + 64 + 1023 - shift
        let table = PowersOfTen.leadingBits.start + 2 * (exponent - PowersOfTen.minimumExponent)
        var product = mantissa.multipliedFullWidth(by: table[0])
        if product.high & 0x1ff == 0x1ff, product.low &+ mantissa < mantissa {
            // The lower half of the power may carry into the bits that matter.
            let lower = mantissa.multipliedFullWidth(by: table[1])
            let (middle, carry) = product.low.addingReportingOverflow(lower.high)
            let high = product.high &+ (carry ? 1 : 0)
            if high & 0x1ff == 0x1ff, middle == .max, lower.low &+ mantissa < mantissa { return nil }
            product = (high, middle)
        }
        let top = product.high >> 63
        var bits = product.high >> (top + 9)
        binaryExponent -= 1 ^ Int(top)
        // Half way between two doubles, as far as these bits go.
        if product.low == 0, product.high & 0x1ff == 0, bits & 3 == 1 { return nil }
        bits += bits & 1
        bits >>= 1
        if bits >> 53 > 0 {
            bits >>= 1
            binaryExponent += 1
        }
        // Subnormal and overflowing numbers are rare enough for the C library.
        if binaryExponent <= 0 || binaryExponent >= 0x7ff { return nil }
        return Double(bitPattern: UInt64(binaryExponent) << 52 | bits & (1 << 52 - 1))
    }

    @inline(__always)
    private static func smallPower(_ exponent: Int) -> Double {
        exponent < 16 ? Double(powersOfTen64(exponent)) : 1e15 * Double(powersOfTen64(exponent - 15))
    }

    private static func specialDouble(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        var at = 0
        let isNegative = bytes[0] == UInt8(ascii: "-")
        if isNegative || bytes[0] == UInt8(ascii: "+") { at = 1 }
        func spells(_ word: StaticString) -> Bool {
            guard count - at == word.utf8CodeUnitCount else { return false }
            return (0..<(count - at)).allSatisfy { bytes[at + $0] | 0x20 == word.utf8Start[$0] }
        }
        if spells("inf") || spells("infinity") { return isNegative ? -.infinity : .infinity }
        return spells("nan") ? .nan : nil
    }

    @inline(never)
    private static func slowDouble(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double { withTerminated(bytes, count) { strtod($0, nil) } }

    /// Calls `body` with a zero-terminated copy of text that was found to be a number.
    private static func withTerminated<R>(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ body: (UnsafePointer<CChar>) -> R) -> R {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { copy in
            memcpy(copy.baseAddress!, bytes, count)
            copy[count] = 0
            return body(copy.baseAddress!)
        }
    }

    // MARK: Decimals

    /// A decimal number as `unscaled` / 10^`scale`, rounded half up (away from zero) to `scale` digits after the point; nil as well when it needs
    /// more than `precision` digits. Takes what `double` takes, but no infinities.
    public static func decimal(_ text: UnsafeRawBufferPointer, precision: Int, scale: Int) -> Int128? {
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count > 0 else { return nil }
        guard let parts = DecimalParts(base, text.count) else { return nil }
        var magnitude: Int128
        if !parts.isTruncated {
            guard let scaled = DecimalArithmetic.rescale(Int128(parts.digits), by: parts.exponent + scale) else { return nil }
            magnitude = scaled
        } else {
            guard let long = longDecimal(base, text.count, scale: scale) else { return nil }
            magnitude = long
        }
        guard magnitude < PowersOfTen.integers[precision] else { return nil }
        if parts.isNegative { magnitude = -magnitude }
        return magnitude
    }

    /// The magnitude of a number of 20 digits or more.
    private static func longDecimal(_ bytes: UnsafePointer<UInt8>, _ count: Int, scale: Int) -> Int128? {
        // Digits after the point, then the exponent, move the unit; digits past the scale only round.
        var exponent = 0
        var pointAt: Int?
        var digitCount = 0
        var end = count
        for i in 0..<count {
            if bytes[i] == UInt8(ascii: ".") { pointAt = digitCount } else if bytes[i] | 0x20 == UInt8(ascii: "e") {
                guard let given = integer(bytes + i + 1, count - i - 1) else { return nil }
                exponent = Int(max(min(given, 100_000), -100_000))
                end = i
                break
            } else if bytes[i] &- UInt8(ascii: "0") <= 9 { digitCount += 1 }
        }
        // The place of a digit: it counts for 10^(place) units of the result.
        var place = (pointAt ?? digitCount) + exponent + scale - 1
        var value: Int128 = 0
        for i in 0..<end {
            let digit = bytes[i] &- UInt8(ascii: "0")
            if digit > 9 { continue }
            if place >= 0 {
                if value >= PowersOfTen.integers[37] { return nil }
                value = value * 10 + Int128(digit)
            } else if place == -1, digit >= 5 {
                value += 1
            }
            place -= 1
        }
        while place >= 0, value != 0 {
            if value >= PowersOfTen.integers[37] { return nil }
            value *= 10
            place -= 1
        }
        return value
    }

    // MARK: Booleans

    /// Spark's words: t, true, y, yes, 1 and f, false, n, no, 0, in any case.
    public static func boolean(_ text: UnsafeRawBufferPointer) -> Bool? {
        guard text.count >= 1, text.count <= 5 else { return nil }
        var word: UInt64 = 0
        for byte in text { word = word << 8 | UInt64(byte | 0x20) }
        switch word {
        case 0x74, 0x7472_7565, 0x79, 0x79_6573: return true
        case 0x66, 0x66_616c_7365, 0x6e, 0x6e6f: return false
        // The digits have the case bit set anyway; 0x11 and 0x10, which become them, are no text.
        case 0x31: return text[0] == 0x31 ? true : nil
        case 0x30: return text[0] == 0x30 ? false : nil
        default: return nil
        }
    }

    /// The text without the characters up to space (0x00...0x20) at its ends, which Spark's casts ignore.
    @inline(__always)
    public static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let base = text.baseAddress else { return text }
        var (start, end) = (0, text.count)
        while start < end, text[start] <= 0x20 { start += 1 }
        while end > start, text[end - 1] <= 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(start: base + start, count: end - start)
    }
}

/// A decimal number taken apart: `digits` * 10^`exponent`.
private struct DecimalParts {
    var digits: UInt64 = 0
    var exponent = 0
    var isNegative = false
    /// Whether there were more digits than `digits` holds, which then are cut off; those cut off are not all zero.
    var isTruncated = false

    /// Nil when the text is no decimal number.
    @inline(__always)
    init?(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        var at = 0
        if count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            at = 1
        }
        let start = at
        var hasDigits = false
        var kept = 0
        var pointAt = -1
        while at < count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            if digit <= 9 {
                hasDigits = true
                if kept < 19 {
                    digits = digits &* 10 &+ UInt64(digit)
                    // Leading zeros are no digits.
                    if digits != 0 { kept += 1 }
                    if pointAt >= 0 { exponent -= 1 }
                } else {
                    if digit != 0 { isTruncated = true }
                    if pointAt < 0 { exponent += 1 }
                }
            } else if bytes[at] == UInt8(ascii: "."), pointAt < 0 {
                pointAt = at
            } else {
                break
            }
            at += 1
        }
        guard hasDigits, at > start else { return nil }
        if at < count {
            guard bytes[at] | 0x20 == UInt8(ascii: "e") else { return nil }
            at += 1
            var isDown = false
            if at < count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
                isDown = bytes[at] == UInt8(ascii: "-")
                at += 1
            }
            guard at < count else { return nil }
            var given = 0
            while at < count {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                if given < 100_000 { given = given * 10 + Int(digit) }
                at += 1
            }
            exponent += isDown ? -given : given
        }
    }
}

/// Decimals of at most 38 digits, as unscaled values.
enum DecimalArithmetic {
    /// `value` * 10^`digits`, where negative `digits` divide and round half up (away from zero). Nil when it has more than 38 digits.
    @inline(__always)
    static func rescale(_ value: Int128, by digits: Int) -> Int128? {
        if digits == 0 || value == 0 { return value }
        if digits > 0 {
            if digits > 38 { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: PowersOfTen.integers.start[digits])
            if overflow || product.magnitude >= PowersOfTen.integers.start[38].magnitude { return nil }
            return product
        }
        if digits < -38 { return 0 }
        return divideRounding(value, by: PowersOfTen.integers.start[-digits])
    }

    /// The quotient rounded to the nearest whole number, half to the even one.
    static func divideHalfEven(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let (magnitude, rest) = (remainder.magnitude, divisor.magnitude - remainder.magnitude)
        if magnitude > rest || (magnitude == rest && quotient & 1 != 0) { return (value < 0) != (divisor < 0) ? quotient - 1 : quotient + 1 }
        return quotient
    }

    /// The quotient rounded half up (away from zero).
    @inline(__always)
    static func divideRounding(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let magnitude = remainder.magnitude
        // remainder * 2 >= divisor, without overflow.
        if magnitude >= divisor.magnitude - magnitude { return (value < 0) != (divisor < 0) ? quotient - 1 : quotient + 1 }
        return quotient
    }
}
