/// A pattern of Java's `DecimalFormat`: `#,##0.00`, with text around it and a percent sign. Numbers are rounded half to the even digit.
public struct DecimalPattern: Sendable {
    private var prefix: [UInt8] = []
    private var suffix: [UInt8] = []
    private var negativePrefix: [UInt8] = [UInt8(ascii: "-")]
    private var negativeSuffix: [UInt8] = []
    private var minimum = 0
    private var grouping = 0
    private var minimumPlaces = 0
    private var maximumPlaces = 0
    private var shift = 0

    /// Groups of three digits and so many places.
    public init(places: Int) { (minimum, grouping, minimumPlaces, maximumPlaces) = (1, 3, places, places) }

    /// Nil for what is no pattern, or one with an exponent.
    public init?(_ pattern: [UInt8]) {
        let parts = pattern.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let positive = DecimalPattern.affixes(Array(first)) else { return nil }
        (prefix, suffix) = (positive.prefix, positive.suffix)
        (negativePrefix, negativeSuffix) = ([UInt8(ascii: "-")] + prefix, suffix)
        if parts.count > 1 {
            guard let negative = DecimalPattern.affixes(Array(parts[1])) else { return nil }
            (negativePrefix, negativeSuffix) = (negative.prefix, negative.suffix)
        }
        if prefix.contains(UInt8(ascii: "%")) || suffix.contains(UInt8(ascii: "%")) { shift = 2 }
        var (isFraction, sinceComma, hasComma, seenZero) = (false, 0, false, false)
        for byte in positive.number {
            switch byte {
            case UInt8(ascii: "."):
                if isFraction { return nil }
                isFraction = true
            case UInt8(ascii: ","):
                if isFraction { return nil }
                (hasComma, sinceComma) = (true, 0)
            case UInt8(ascii: "0") where isFraction:
                if maximumPlaces > minimumPlaces { return nil }
                minimumPlaces += 1
                maximumPlaces += 1
            case UInt8(ascii: "#") where isFraction: maximumPlaces += 1
            case UInt8(ascii: "0"):
                minimum += 1
                sinceComma += 1
                seenZero = true
            default:
                if seenZero { return nil }
                sinceComma += 1
            }
        }
        if hasComma { grouping = sinceComma }
        // Without any zero the last digit before the point is one, or the first behind it where none stands before.
        if minimum == 0, minimumPlaces == 0 {
            if positive.number.first == UInt8(ascii: "."), maximumPlaces > 0 { minimumPlaces = 1 } else { minimum = 1 }
        }
    }

    private static func affixes(_ text: [UInt8]) -> (prefix: [UInt8], number: [UInt8], suffix: [UInt8])? {
        var (prefix, number, suffix): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var isQuoted = false
        for byte in text {
            if byte == UInt8(ascii: "'") {
                isQuoted.toggle()
                continue
            }
            if !isQuoted, "#0,.".utf8.contains(byte) {
                if !suffix.isEmpty { return nil }
                number.append(byte)
            } else {
                if !isQuoted, byte == UInt8(ascii: "E"), !number.isEmpty { return nil }
                if number.isEmpty { prefix.append(byte) } else { suffix.append(byte) }
            }
        }
        return number.isEmpty || isQuoted ? nil : (prefix, number, suffix)
    }

    func append(_ number: FormatDigits, to out: inout TextBuffer) {
        var digits = number
        digits.point += digits.digits.isEmpty ? 0 : shift
        digits.round(places: maximumPlaces, .halfEven)
        var places = maximumPlaces
        while places > minimumPlaces, digits.point + places > digits.digits.count || digits.point + places <= 0 || digits.digits[digits.point + places - 1] == 0 { places -= 1 }
        (digits.isNegative ? negativePrefix : prefix).withUnsafeBytes { out.append(bytes: $0) }
        digits.write(minimum: minimum, grouping: grouping, places: places, point: false, to: &out)
        (digits.isNegative ? negativeSuffix : suffix).withUnsafeBytes { out.append(bytes: $0) }
    }

    /// Appends the number of a row of a numeric column.
    public func append(_ column: Column, row: Int, to out: inout TextBuffer) {
        switch column.value(at: row) {
        case .integer(let value): append(FormatDigits(integer: Int128(value)), to: &out)
        case .decimal(let unscaled, let scale): append(FormatDigits(decimal: unscaled, scale: scale), to: &out)
        case .double(let value):
            if value.isNaN { return out.append("NaN") }
            if value.isInfinite {
                (value < 0 ? negativePrefix : prefix).withUnsafeBytes { out.append(bytes: $0) }
                out.append("\u{221e}")
                (value < 0 ? negativeSuffix : suffix).withUnsafeBytes { out.append(bytes: $0) }
                return
            }
            append(shift == 0 ? FormatDigits(value, places: maximumPlaces) : FormatDigits(shortest: value), to: &out)
        default: break
        }
    }
}
