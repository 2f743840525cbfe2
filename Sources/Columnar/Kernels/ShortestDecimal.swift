/// The shortest decimal number that reads back as a given double: `digits` * 10^`exponent`.
///
/// The method is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2021). A double stands for every real number nearer to
/// it than to its neighbours. Of the powers of ten not longer than that interval take the largest, 10^k: the interval then holds at least one
/// multiple of 10^k and at most one of 10^(k+1), so it is enough to look at four candidates. They are compared by 128-bit products with a table
/// of powers, rounded to odd, which keeps every comparison exact.
struct ShortestDecimal {
    /// Without trailing zeros; 0 for zero.
    var digits: UInt64
    var exponent: Int

    /// - Precondition: `value` is finite. The sign is ignored.
    init(_ value: Double) {
        self.init(
            fraction: value.significandBitPattern, exponent: Int(value.exponentBitPattern), fractionBits: 52, bias: 1075)
    }

    /// - Precondition: `value` is finite. The sign is ignored.
    init(_ value: Float) {
        self.init(fraction: UInt64(value.significandBitPattern), exponent: Int(value.exponentBitPattern), fractionBits: 23, bias: 150)
    }

    private init(fraction: UInt64, exponent biased: Int, fractionBits: Int, bias: Int) {
        var c = fraction
        var q = 1 - bias
        if biased != 0 {
            c |= 1 << UInt64(fractionBits)
            q = biased - bias
            // Whole numbers of at most 53 bits are their own digits.
            if q <= 0, -q <= fractionBits, c & (1 << UInt64(-q) - 1) == 0 {
                self.init(strippingZeros: c >> UInt64(-q), exponent: 0)
                return
            }
        } else if c == 0 {
            self.init(strippingZeros: 0, exponent: 0)
            return
        }
        // Below a power of two the neighbour is only half as far.
        let isLowerCloser = fraction == 0 && biased > 1
        let k = (q * 1_262_611 - (isLowerCloser ? 524_031 : 0)) >> 22
        let h = UInt64(q + ((-k * 1_741_647) >> 19) + 1)
        let (high, low) = ShortestDecimal.roundedUpPower(-k)
        let lower = ShortestDecimal.product(high, low, (4 * c - 2 + (isLowerCloser ? 1 : 0)) << h)
        let middle = ShortestDecimal.product(high, low, (4 * c) << h)
        let upper = ShortestDecimal.product(high, low, (4 * c + 2) << h)
        // The interval's ends belong to it when the significand is even, as reading rounds to even.
        let isOdd = c & 1
        let (least, most) = (lower + isOdd, upper - isOdd)
        let s = middle / 4
        if s >= 10 {
            let tens = s / 10
            let isDownInside = least <= 40 * tens
            let isUpInside = 40 * tens + 40 <= most
            if isDownInside != isUpInside {
                self.init(strippingZeros: tens + (isUpInside ? 1 : 0), exponent: k + 1)
                return
            }
        }
        let isDownInside = least <= 4 * s
        let isUpInside = 4 * s + 4 <= most
        if isDownInside != isUpInside {
            self.init(strippingZeros: s + (isUpInside ? 1 : 0), exponent: k)
            return
        }
        let half = 4 * s + 2
        let roundsUp = middle > half || (middle == half && s & 1 != 0)
        self.init(strippingZeros: s + (roundsUp ? 1 : 0), exponent: k)
    }

    private init(strippingZeros digits: UInt64, exponent: Int) {
        (self.digits, self.exponent) = (digits, exponent)
        if digits == 0 { return }
        while self.digits % 100 == 0 {
            self.digits /= 100
            self.exponent += 2
        }
        if self.digits % 10 == 0 {
            self.digits /= 10
            self.exponent += 1
        }
    }

    /// The first 128 bits of 10^e, rounded up.
    @inline(__always)
    private static func roundedUpPower(_ exponent: Int) -> (high: UInt64, low: UInt64) {
        let at = PowersOfTen.leadingBits.start + 2 * (exponent - PowersOfTen.minimumExponent)
        if PowersOfTen.isExact(exponent) { return (at[0], at[1]) }
        let (low, overflow) = at[1].addingReportingOverflow(1)
        return (at[0] + (overflow ? 1 : 0), low)
    }

    /// The highest 64 bits of the product, the last bit set where anything was cut off.
    @inline(__always)
    private static func product(_ high: UInt64, _ low: UInt64, _ factor: UInt64) -> UInt64 {
        let x = low.multipliedFullWidth(by: factor)
        let y = high.multipliedFullWidth(by: factor)
        let (middle, overflow) = y.low.addingReportingOverflow(x.high)
        return y.high &+ (overflow ? 1 : 0) | (middle > 1 ? 1 : 0)
    }
}
