internal import Glibc

/// Growing text: what values are formatted into.
public typealias TextBuffer = GrowingBuffer<UInt8>

/// Values as text, appended to bytes; nothing here allocates, but for the buffer when it grows.
extension GrowingBuffer where T == UInt8 {
    /// The bytes as a string, with bytes that are no UTF-8 replaced.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes, valid until the next append.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    @inline(__always)
    public mutating func append(_ text: StaticString) { append(from: text.utf8Start, count: text.utf8CodeUnitCount) }

    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { if let base = $0.baseAddress { append(from: base, count: $0.count) } }
    }

    @inline(__always)
    public mutating func append(bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress { append(from: base.assumingMemoryBound(to: UInt8.self), count: bytes.count) }
    }

    public mutating func append(_ view: StringView) { view.withBytes { append(bytes: $0) } }

    public mutating func append(bool: Bool) { bool ? append("true") : append("false") }

    // MARK: Whole numbers

    public mutating func append(integer value: Int64) {
        reserve(20)
        if value < 0 { append(UInt8(ascii: "-")) }
        appendReserved(value.magnitude)
    }

    public mutating func append(unsigned value: UInt64) {
        reserve(20)
        appendReserved(value)
    }

    /// Appends a number with leading zeros up to `width` digits (at most 19).
    @inline(__always)
    mutating func append(_ value: UInt64, width: Int) {
        reserve(20)
        var missing = width - decimalDigitCount(value)
        while missing > 0 {
            append(UInt8(ascii: "0"))
            missing -= 1
        }
        appendReserved(value)
    }

    @inline(__always)
    private mutating func appendReserved(_ value: UInt64) {
        let length = decimalDigitCount(value)
        writeDigits(value, endingAt: start + count + length)
        advance(length)
    }

    public mutating func append(integer value: Int128) {
        reserve(40)
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDigits(value.magnitude, minimumWidth: 1)
    }

    private mutating func appendDigits(_ value: UInt128, minimumWidth: Int) {
        // 10^19 is the largest power of ten in 64 bits; Int128 takes three such pieces.
        let piece: UInt128 = 10_000_000_000_000_000_000
        if value < piece {
            append(UInt64(value), width: minimumWidth)
        } else {
            let (high, low) = value.quotientAndRemainder(dividingBy: piece)
            appendDigits(high, minimumWidth: max(minimumWidth - 19, 1))
            append(UInt64(low), width: 19)
        }
    }

    // MARK: Decimals

    /// Appends `unscaled` / 10^`scale` with exactly `scale` digits after the point, never with an exponent: `12.50`, `-0.003`, `7`.
    public mutating func append(decimal unscaled: Int128, scale: Int) {
        if scale <= 0 || scale > 38 {
            append(integer: unscaled)
            for _ in 0..<max(-scale, 0) where unscaled != 0 { append(UInt8(ascii: "0")) }
            return
        }
        reserve(48)
        if unscaled < 0 { append(UInt8(ascii: "-")) }
        let magnitude = unscaled.magnitude
        if magnitude <= UInt128(UInt64.max), scale <= 19 {
            let (whole, fraction) = UInt64(magnitude).quotientAndRemainder(dividingBy: UInt64(truncatingIfNeeded: PowersOfTen.integers[scale]))
            appendReserved(whole)
            append(UInt8(ascii: "."))
            append(fraction, width: scale)
            return
        }
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt128(PowersOfTen.integers[scale]))
        appendDigits(whole, minimumWidth: 1)
        append(UInt8(ascii: "."))
        appendDigits(fraction, minimumWidth: scale)
    }

    // MARK: Doubles

    /// How a floating-point number is written. Both write the shortest digits that read back as the same number.
    public enum DoubleStyle: Sendable {
        /// `42.0`, `0.1`, `1e-05`, `1e+16`, `NaN`, `Infinity`: positional from 1e-4 up to below 1e16. What DynamicFrames and JSON print.
        case json
        /// `42.0`, `1.0E-4`, `1.0E7`: positional from 1e-3 up to below 1e7. Java's `Double.toString`, hence Spark's cast to string and `show`.
        case java
    }

    public mutating func append(double value: Double, style: DoubleStyle = .json) {
        if !value.isFinite || value == 0 {
            appendSpecial(isNaN: value.isNaN, isInfinite: value.isInfinite, isNegative: value.sign == .minus)
            return
        }
        var decimal = ShortestDecimal(value)
        if style == .java, decimal.digits < 10, decimal.exponent < -322 {
            // Java writes two digits at least, the nearest ones, which matters to the two smallest numbers only.
            if decimal.exponent == -324 { decimal = ShortestDecimal(digits: 49, exponent: -325) }
            if decimal.exponent == -323, decimal.digits == 1 { decimal = ShortestDecimal(digits: 99, exponent: -325) }
        }
        append(decimal, isNegative: value < 0, style: style)
    }

    /// Appends the shortest digits that read back as the same *float*.
    public mutating func append(float value: Float, style: DoubleStyle = .json) {
        if !value.isFinite || value == 0 {
            appendSpecial(isNaN: value.isNaN, isInfinite: value.isInfinite, isNegative: value.sign == .minus)
            return
        }
        append(ShortestDecimal(value), isNegative: value < 0, style: style)
    }

    private mutating func appendSpecial(isNaN: Bool, isInfinite: Bool, isNegative: Bool) {
        if isNaN {
            append("NaN")
            return
        }
        if isNegative { append(UInt8(ascii: "-")) }
        isInfinite ? append("Infinity") : append("0.0")
    }

    private mutating func append(_ decimal: ShortestDecimal, isNegative: Bool, style: DoubleStyle) {
        reserve(32)
        if isNegative { append(UInt8(ascii: "-")) }
        let length = decimalDigitCount(decimal.digits)
        // The exponent in scientific notation: the value is d.ddd * 10^power.
        let power = decimal.exponent + length - 1
        let isPositional = style == .json ? power >= -4 && power < 16 : power >= -3 && power < 7
        if isPositional {
            if decimal.exponent >= 0 {
                appendReserved(decimal.digits)
                for _ in 0..<decimal.exponent { append(UInt8(ascii: "0")) }
                append(".0")
            } else if power >= 0 {
                // Write the digits one place to the right, then move the whole part in front of the point.
                let at = start + count
                writeDigits(decimal.digits, endingAt: at + length + 1)
                for i in 0...power { at[i] = at[i + 1] }
                at[power + 1] = UInt8(ascii: ".")
                advance(length + 1)
            } else {
                append("0.")
                for _ in 0..<(-power - 1) { append(UInt8(ascii: "0")) }
                appendReserved(decimal.digits)
            }
            return
        }
        let at = start + count
        writeDigits(decimal.digits, endingAt: at + length + 1)
        at[0] = at[1]
        if length > 1 {
            at[1] = UInt8(ascii: ".")
            advance(length + 1)
        } else {
            advance(1)
            if style == .java { append(".0") }
        }
        switch style {
        case .json:
            append(power < 0 ? "e-" : "e+")
            append(UInt64(power.magnitude), width: 2)
        case .java:
            append(power < 0 ? "E-" : "E")
            append(unsigned: UInt64(power.magnitude))
        }
    }

    // MARK: Bytes

    /// Appends bytes in base64 (RFC 4648, section 4), padded.
    public mutating func append(base64 source: UnsafeRawBufferPointer) {
        reserve((source.count + 2) / 3 * 4)
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let letters = alphabet.utf8Start
        var i = 0
        while i + 3 <= source.count {
            let group = Int(source[i]) << 16 | Int(source[i + 1]) << 8 | Int(source[i + 2])
            append(letters[group >> 18])
            append(letters[group >> 12 & 63])
            append(letters[group >> 6 & 63])
            append(letters[group & 63])
            i += 3
        }
        let left = source.count - i
        if left == 0 { return }
        let group = Int(source[i]) << 16 | (left == 2 ? Int(source[i + 1]) << 8 : 0)
        append(letters[group >> 18])
        append(letters[group >> 12 & 63])
        append(left == 2 ? letters[group >> 6 & 63] : UInt8(ascii: "="))
        append(UInt8(ascii: "="))
    }

    /// Appends the byte as two upper-case hexadecimal digits.
    public mutating func append(hex byte: UInt8) {
        let digits: StaticString = "0123456789ABCDEF"
        append(digits.utf8Start[Int(byte >> 4)])
        append(digits.utf8Start[Int(byte & 15)])
    }
}

extension ShortestDecimal {
    init(digits: UInt64, exponent: Int) { (self.digits, self.exponent) = (digits, exponent) }
}

/// The number of decimal digits; 1 for 0.
@inline(__always)
func decimalDigitCount(_ value: UInt64) -> Int {
    // bits * log10(2) is the count or one less of it; one comparison with a power of ten decides.
    let bits = 64 - (value | 1).leadingZeroBitCount
    let guess = (bits * 1233) >> 12
    return guess + (value | 1 >= powersOfTen64(guess) ? 1 : 0)
}

/// 10^exponent for 0...19.
@inline(__always)
func powersOfTen64(_ exponent: Int) -> UInt64 { UInt64(truncatingIfNeeded: PowersOfTen.integers.start[exponent]) }

/// Writes the digits of `value` so that the last stands before `end`.
@inline(__always)
func writeDigits(_ value: UInt64, endingAt end: UnsafeMutablePointer<UInt8>) {
    let pairs: StaticString =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
    let table = pairs.utf8Start
    var left = value
    var at = end
    while left >= 100 {
        let (quotient, remainder) = left.quotientAndRemainder(dividingBy: 100)
        at -= 2
        UnsafeMutableRawPointer(at).storeBytes(of: UnsafeRawPointer(table + Int(remainder) * 2).loadUnaligned(as: UInt16.self), as: UInt16.self)
        left = quotient
    }
    if left >= 10 {
        at -= 2
        UnsafeMutableRawPointer(at).storeBytes(of: UnsafeRawPointer(table + Int(left) * 2).loadUnaligned(as: UInt16.self), as: UInt16.self)
    } else {
        at[-1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: left)
    }
}
