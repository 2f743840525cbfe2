/// Decimals whose values fit 64 bits, as prices do: computed with a word each, where 128 bits would take calls and branches.
enum NarrowDecimals {
    /// Digits that always fit a word.
    static let digits = 18

    /// Whether all of a column's values fit a word: by its type, or by looking at each. What stands in place of nulls is looked at too.
    static func holds(_ values: UnsafePointer<Int128>, _ type: DataType, count: Int) -> Bool {
        if type.asDecimal.precision <= digits { return true }
        let words = UnsafeRawPointer(values).assumingMemoryBound(to: Int64.self)
        var wide: Int64 = 0
        for i in 0..<count { wide |= (words[2 * i] >> 63) ^ words[2 * i + 1] }
        return wide == 0
    }

    /// The sum or the difference of two decimals, brought to one scale, or their product; nil where more than a word may be needed, or a result may
    /// have too many digits.
    ///
    /// - Parameters:
    ///   - x, y: flat decimals.
    ///   - precision, scale: of the result.
    static func compute(_ x: Operand, _ operation: Arithmetic, _ y: Operand, precision: Int, scale: Int, count: Int) -> Buffer? {
        let (first, second) = (x.storage, y.storage)
        defer { withExtendedLifetime((first, second)) {} }
        let (p, q) = (first.fixedValues(of: Int128.self), second.fixedValues(of: Int128.self))
        let (s1, s2) = (x.type.decimalScale, y.type.decimalScale)
        let (a, b) = (UnsafeRawPointer(p).assumingMemoryBound(to: Int64.self), UnsafeRawPointer(q).assumingMemoryBound(to: Int64.self))
        switch operation {
        case .multiply:
            let most = x.type.asDecimal.precision + y.type.asDecimal.precision
            guard scale == s1 + s2, precision == 38 || most <= precision, holds(p, x.type, count: x.isConstant ? 1 : count),
                holds(q, y.type, count: y.isConstant ? 1 : count)
            else { return nil }
            return fill(a, x.isConstant, b, y.isConstant, count) { u, v in u.multipliedFullWidth(by: v) }
        case .add, .subtract:
            let whole = max(x.type.asDecimal.precision - s1, y.type.asDecimal.precision - s2)
            guard scale == max(s1, s2), precision > digits || precision > whole + scale, let f = factor(x, scale - s1), let g = factor(y, scale - s2) else { return nil }
            // Each has at most 18 digits, so the result has at most 19, and fits.
            let sign: Int64 = operation == .add ? g : -g
            if f == 1 { return fill(a, x.isConstant, b, y.isConstant, count) { u, v in extended(u &+ v &* sign) } }
            return fill(a, x.isConstant, b, y.isConstant, count) { u, v in extended(u &* f &+ v &* sign) }
        default: return nil
        }
    }

    /// What brings an operand to a scale of so many digits more; nil where it may not fit 18 digits then.
    private static func factor(_ operand: Operand, _ more: Int) -> Int64? {
        var precision = operand.type.asDecimal.precision
        if operand.isConstant {
            let value = operand.storage.firstValue(of: Int128.self).magnitude
            precision = (0...digits).first { value < PowersOfTen.integers[$0].magnitude } ?? 38
        }
        return precision + more <= digits ? Int64(PowersOfTen.integers[more]) : nil
    }

    @inline(__always)
    private static func extended(_ value: Int64) -> (high: Int64, low: UInt64) { (value >> 63, UInt64(bitPattern: value)) }

    @inline(__always)
    private static func fill(
        _ a: UnsafePointer<Int64>, _ aIsConstant: Bool, _ b: UnsafePointer<Int64>, _ bIsConstant: Bool, _ count: Int,
        _ body: (Int64, Int64) -> (high: Int64, low: UInt64)
    ) -> Buffer {
        let out = Buffer(size: count * 16)
        let to = out.values(of: Int64.self)
        @inline(__always) func loop(_ u: (Int) -> Int64, _ v: (Int) -> Int64) {
            for i in 0..<count {
                let (high, low) = body(u(i), v(i))
                to[2 * i] = Int64(bitPattern: low)
                to[2 * i + 1] = high
            }
        }
        let (c, d) = (a[0], b[0])
        switch (aIsConstant, bIsConstant) {
        case (false, false): loop({ a[2 * $0] }, { b[2 * $0] })
        case (true, false): loop({ _ in c }, { b[2 * $0] })
        case (false, true): loop({ a[2 * $0] }, { _ in d })
        case (true, true): loop({ _ in c }, { _ in d })
        }
        return out
    }

    /// The comparison of two flat decimals that fit words; nil where they may not.
    static func compare(_ x: Operand, _ comparison: Comparison, _ y: Operand, _ count: Int) -> Bitmap? {
        if x.isConstant { return y.isConstant ? nil : compare(y, comparison.flipped, x, count) }
        guard x.type.asDecimal.precision <= digits else { return nil }
        let (first, second) = (x.storage, y.storage)
        defer { withExtendedLifetime((first, second)) {} }
        let a = UnsafeRawPointer(first.fixedValues(of: Int128.self)).assumingMemoryBound(to: Int64.self)
        let difference = x.type.decimalScale - y.type.decimalScale
        if y.isConstant {
            guard difference >= 0, let scaled = DecimalArithmetic.rescale(second.firstValue(of: Int128.self), by: difference), let c = Int64(exactly: scaled) else {
                return nil
            }
            return bits(comparison, count, { a[2 * $0] }, { _ in c })
        }
        guard difference == 0, y.type.asDecimal.precision <= digits else { return nil }
        let b = UnsafeRawPointer(second.fixedValues(of: Int128.self)).assumingMemoryBound(to: Int64.self)
        return bits(comparison, count, { a[2 * $0] }, { b[2 * $0] })
    }

    @inline(__always)
    private static func bits(_ comparison: Comparison, _ count: Int, _ a: (Int) -> Int64, _ b: (Int) -> Int64) -> Bitmap {
        switch comparison {
        case .equal: packedBits(count) { a($0) == b($0) }
        case .notEqual: packedBits(count) { a($0) != b($0) }
        case .less: packedBits(count) { a($0) < b($0) }
        case .lessOrEqual: packedBits(count) { a($0) <= b($0) }
        case .greater: packedBits(count) { a($0) > b($0) }
        case .greaterOrEqual: packedBits(count) { a($0) >= b($0) }
        }
    }
}
