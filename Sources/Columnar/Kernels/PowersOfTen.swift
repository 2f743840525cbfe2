internal import Glibc

/// Powers of ten: exact ones of 128 bits for decimals, and the leading 128 bits of any for conversion between binary and decimal.
package enum PowersOfTen {
    /// 10^0 ... 10^38, the powers that an Int128 holds.
    package static let integers: Values<Int128> = {
        let buffer = Buffer(size: 39 * 16)
        let powers = buffer.values(of: Int128.self)
        powers[0] = 1
        for i in 1...38 { powers[i] = powers[i - 1] * 10 }
        return Values(buffer, count: 39)
    }()

    /// The exponents that `leadingBits` covers: all that a double needs.
    static let minimumExponent = -348
    static let maximumExponent = 347

    /// For each exponent e of `minimumExponent...maximumExponent` the first 128 bits of 10^e, rounded down, the highest of them set:
    /// word 2 * (e - minimum) has the high half, the next word the low half.
    ///
    /// Computed, not listed. 10^e and 5^e have the same leading bits. For positive e, 5^e is multiplied up exactly; for negative e, 2^1216 is
    /// divided by five again and again, which rounds down exactly, because floor(floor(x / 5) / 5) = floor(x / 25).
    static let leadingBits: Values<UInt64> = {
        let count = maximumExponent - minimumExponent + 1
        let buffer = Buffer(size: count * 16)
        let out = buffer.values(of: UInt64.self)
        func store(_ digits: [UInt64], at exponent: Int) {
            let top = digits.lastIndex { $0 != 0 }!
            let shift = UInt64(digits[top].leadingZeroBitCount)
            func word(_ i: Int) -> UInt64 { i >= 0 ? digits[i] : 0 }
            func shifted(_ i: Int) -> UInt64 { shift == 0 ? word(i) : word(i) << shift | word(i - 1) >> (64 - shift) }
            out[2 * (exponent - minimumExponent)] = shifted(top)
            out[2 * (exponent - minimumExponent) + 1] = shifted(top - 1)
        }
        var power: [UInt64] = [1] + Array(repeating: 0, count: 13)
        for exponent in 0...maximumExponent {
            store(power, at: exponent)
            var carry: UInt64 = 0
            for i in power.indices {
                let product = power[i].multipliedFullWidth(by: 5)
                let (low, overflow) = product.low.addingReportingOverflow(carry)
                power[i] = low
                carry = product.high + (overflow ? 1 : 0)
            }
        }
        var quotient: [UInt64] = Array(repeating: 0, count: 19) + [1]
        for exponent in stride(from: -1, through: minimumExponent, by: -1) {
            var remainder: UInt64 = 0
            for i in quotient.indices.reversed() { (quotient[i], remainder) = UInt64(5).dividingFullWidth((remainder, quotient[i])) }
            store(quotient, at: exponent)
        }
        return Values(buffer, count: count * 2)
    }()

    /// Whether `leadingBits` has all of 10^e: 5^55 is the last power below 2^128.
    @inline(__always)
    static func isExact(_ exponent: Int) -> Bool { exponent >= 0 && exponent <= 55 }
}
