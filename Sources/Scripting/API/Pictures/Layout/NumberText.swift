internal import Glibc

/// Numbers as people read them on axes and in captions: groups of three digits, no digits that mean nothing, no locale.
package enum NumberText {
    /// `1,204,332`.
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + grouped(digits)
    }

    /// A value with at most so many significant digits where it has a fraction: `12.6`, `1,204`, `1.5e-7`, `NaN`.
    package static func value(_ value: Double, digits: Int = 4) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return "0" }
        let magnitude = abs(value)
        if magnitude >= 1e15 || magnitude < 1e-4 { return exponent(value, digits: digits) }
        if value == value.rounded() { return fixed(value, decimals: 0) }
        // The place of the first digit decides how many stand behind the point.
        let decimals = max(0, digits - 1 - Int(log10(magnitude).rounded(.down)))
        return trimmed(fixed(value, decimals: min(decimals, 15)))
    }

    /// A share of a whole: `2.5 %`; what is more than nothing does not look like it.
    package static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0 %" }
        let percent = Double(part) / Double(whole) * 100
        if part > 0, percent < 0.1 { return "<0.1 %" }
        if part < whole, percent > 99.9 { return ">99.9 %" }
        return trimmed(fixed(percent, decimals: 1)) + " %"
    }

    /// The label of a tick: only the digits that tell it from its neighbours, large ones in thousands of thousands (`2.5M`).
    ///
    /// - Parameters:
    ///   - step: how far the ticks stand apart.
    ///   - largest: the largest magnitude among the ticks, which chooses the unit for all of them.
    static func tick(_ value: Double, step: Double, largest: Double) -> String {
        if abs(value) < step / 1000 { return "0" }
        if largest >= 1e15 || largest < 1e-4 { return exponent(value, digits: digits(largest, step)) }
        let (unit, suffix): (Double, String) = largest >= 1e12 ? (1e12, "T") : largest >= 1e9 ? (1e9, "B") : largest >= 1e6 ? (1e6, "M") : (1, "")
        return trimmed(fixed(value / unit, decimals: decimals(step / unit))) + suffix
    }

    /// How many digits behind the point a multiple of a step of 1, 2 or 5 times a power of ten has.
    private static func decimals(_ step: Double) -> Int { step >= 1 || step <= 0 ? 0 : min(15, Int((-log10(step) + 1e-9).rounded(.up))) }

    private static func digits(_ largest: Double, _ step: Double) -> Int {
        guard step > 0, largest > 0 else { return 3 }
        return max(1, min(15, Int(log10(largest).rounded(.down) - log10(step).rounded(.down)) + 1))
    }

    private static func exponent(_ value: Double, digits: Int) -> String {
        let text = formatted("%.*e", max(0, digits - 1), value)
        guard let e = text.firstIndex(of: "e"), let power = Int(text[text.index(after: e)...].filter { $0 != "+" }) else { return text }
        return trimmed(String(text[..<e])) + "e\(power)"
    }

    /// With groups of three digits before the point.
    static func fixed(_ value: Double, decimals: Int) -> String {
        var text = formatted("%.*f", decimals, value)
        let isNegative = text.hasPrefix("-")
        if isNegative { text.removeFirst() }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = grouped(String(parts[0])) + (parts.count > 1 ? "." + parts[1] : "")
        return isNegative && whole.contains(where: { "123456789".contains($0) }) ? "-" + whole : whole
    }

    private static func formatted(_ format: String, _ decimals: Int, _ value: Double) -> String {
        // The longest double has 309 digits before the point.
        var buffer = [CChar](repeating: 0, count: 400)
        let count = withVaList([Int32(decimals), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func grouped(_ digits: String) -> String {
        var result = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// Without zeros at the end of a fraction.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }
}
