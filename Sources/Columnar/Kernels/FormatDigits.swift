internal import Glibc

/// A number as decimal digits, to be rounded and written with grouping: what formats are made of.
struct FormatDigits {
    /// Digits 0 to 9, most significant first, without leading zeros; none for zero.
    var digits: [UInt8]
    /// How many digits stand before the point; negative where zeros follow it.
    var point: Int
    var isNegative: Bool

    init(integer value: Int128) {
        digits = Array(String(value.magnitude).utf8.map { $0 - 48 })
        if value == 0 { digits = [] }
        (point, isNegative) = (digits.count, value < 0)
    }

    init(decimal unscaled: Int128, scale: Int) {
        self.init(integer: unscaled)
        point -= scale
    }

    /// The shortest digits that read back as the number, which is finite.
    init(shortest value: Double) {
        let shortest = ShortestDecimal(value.magnitude)
        self.init(integer: value == 0 ? 0 : Int128(shortest.digits))
        point += value == 0 ? 0 : shortest.exponent
        isNegative = value.sign == .minus
    }

    init(shortest value: Float) {
        let shortest = ShortestDecimal(value.magnitude)
        self.init(integer: value == 0 ? 0 : Int128(shortest.digits))
        point += value == 0 ? 0 : shortest.exponent
        isNegative = value.sign == .minus
    }

    enum Rounding { case halfUp, halfEven }

    /// Cuts what stands behind so many places after the point.
    ///
    /// - Parameter isAbove: where exactly half is cut, whether the number that is meant lies above (1) or below (-1) its digits.
    mutating func round(places: Int, _ rounding: Rounding, isAbove: Int = 0) {
        let keep = point + places
        guard keep < digits.count else { return }
        guard keep >= 0 else {
            digits = []
            point = -places
            return
        }
        let next = digits[keep]
        let isHalf = next == 5 && digits[(keep + 1)...].allSatisfy { $0 == 0 }
        let isUp: Bool
        if isHalf, rounding == .halfEven {
            isUp = isAbove != 0 ? isAbove > 0 : keep > 0 && digits[keep - 1] & 1 == 1
        } else {
            isUp = next >= 5
        }
        digits.removeLast(digits.count - keep)
        guard isUp else { return }
        var at = keep - 1
        while at >= 0, digits[at] == 9 {
            digits[at] = 0
            at -= 1
        }
        if at >= 0 { digits[at] += 1 } else {
            digits.insert(1, at: 0)
            point += 1
        }
    }

    var isZero: Bool { digits.allSatisfy { $0 == 0 } }

    /// Appends the digits before the point, `minimum` of them at least, in groups of so many, and `places` behind it.
    func write(minimum: Int, grouping: Int, places: Int, point mark: Bool, to out: inout TextBuffer) {
        let whole = max(point, minimum)
        for i in 0..<whole {
            let place = whole - i
            let at = point - place
            out.append(at >= 0 && at < digits.count ? digits[at] + 48 : 48)
            if grouping > 0, place > 1, (place - 1) % grouping == 0 { out.append(UInt8(ascii: ",")) }
        }
        if places > 0 || mark { out.append(UInt8(ascii: ".")) }
        for i in 0..<max(places, 0) {
            let at = point + i
            out.append(at >= 0 && at < digits.count ? digits[at] + 48 : 48)
        }
    }
}

extension FormatDigits {
    /// A double's digits rounded to the even one where its exact value lies half between, as Java's `DecimalFormat` has it.
    init(_ value: Double, places: Int) {
        self.init(shortest: value)
        let keep = point + places
        let isHalf = keep >= 0 && digits.count == keep + 1 && digits[keep] == 5
        // The shortest digits end in a half; the number itself may lie on either side of it.
        round(places: places, .halfEven, isAbove: isHalf ? FormatDigits.side(of: value.magnitude, places: digits.count - point) : 0)
    }

    /// Whether a double lies above (1), below (-1) or at its shortest digits, which end in 5 at a place behind the point.
    private static func side(of value: Double, places: Int) -> Int {
        // 40 digits behind the half tell: printf writes the exact value.
        var buffer = [CChar](repeating: 0, count: 420)
        guard places > 0, places < 40, value < 1e15 else { return 0 }
        withVaList([Int32(places + 60), value]) { _ = vsnprintf(&buffer, 420, "%.*f", $0) }
        let exact = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fraction = exact.split(separator: ".").last.map { Array($0.utf8) } ?? []
        guard fraction.count > places else { return 0 }
        if fraction[places - 1] == UInt8(ascii: "5") { return fraction[places...].allSatisfy { $0 == 48 } ? 0 : 1 }
        return -1
    }
}
