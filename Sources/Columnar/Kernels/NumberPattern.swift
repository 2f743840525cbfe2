/// A format of SQL's `to_number` and `to_char`: `$99,999.00S`.
///
///     [MI | S] [$] digits [point digits] [$] [PR | MI | S]
///
/// where digits are `0` and `9` with `,` or `G` between, and the point is `.` or `D`.
public struct NumberPattern: Sendable {
    private enum Sign { case none, leadingMinus, leadingSign, trailingMinus, trailingSign, brackets }

    /// `0`, `9` and `,` before the point.
    private var whole: [UInt8] = []
    private var fraction: [UInt8] = []
    private var hasPoint = false
    private var hasDollar = false
    private var sign = Sign.none
    public let precision: Int
    public let scale: Int

    public init?(_ format: [UInt8]) {
        var text = format.map { $0 >= 97 && $0 < 123 ? $0 - 32 : $0 }
        func takePrefix(_ word: StaticString) -> Bool {
            let bytes = Array(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
            guard text.starts(with: bytes) else { return false }
            text.removeFirst(bytes.count)
            return true
        }
        func takeSuffix(_ word: StaticString) -> Bool {
            let bytes = Array(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
            guard text.count >= bytes.count, Array(text.suffix(bytes.count)) == bytes else { return false }
            text.removeLast(bytes.count)
            return true
        }
        if takePrefix("MI") { sign = .leadingMinus } else if takePrefix("S") { sign = .leadingSign }
        hasDollar = takePrefix("$")
        if takeSuffix("PR") {
            guard sign == .none else { return nil }
            sign = .brackets
        } else if takeSuffix("MI") {
            guard sign == .none else { return nil }
            sign = .trailingMinus
        } else if takeSuffix("S") {
            guard sign == .none else { return nil }
            sign = .trailingSign
        }
        for byte in text {
            switch byte {
            case 48, 57: if hasPoint { fraction.append(byte) } else { whole.append(byte) }
            case UInt8(ascii: ","), UInt8(ascii: "G"):
                if hasPoint { return nil }
                whole.append(UInt8(ascii: ","))
            case UInt8(ascii: "."), UInt8(ascii: "D"):
                if hasPoint { return nil }
                hasPoint = true
            default: return nil
            }
        }
        let digits = whole.count { $0 != UInt8(ascii: ",") }
        guard digits + fraction.count > 0, digits + fraction.count <= 38, whole.first != UInt8(ascii: ","), whole.last != UInt8(ascii: ",") else { return nil }
        (precision, scale) = (digits + fraction.count, fraction.count)
    }

    /// The unscaled value of text in this format; nil for any other.
    public func parse(_ bytes: UnsafeRawBufferPointer) -> Int128? {
        var text = Array(bytes)
        while text.first == 0x20 { text.removeFirst() }
        while text.last == 0x20 { text.removeLast() }
        var isNegative = false
        func isSign(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
        switch sign {
        case .none: break
        case .leadingMinus, .leadingSign:
            if isSign(text.first) {
                isNegative = text.removeFirst() == UInt8(ascii: "-")
            }
        case .trailingMinus, .trailingSign:
            if isSign(text.last) {
                isNegative = text.removeLast() == UInt8(ascii: "-")
            }
        case .brackets:
            if text.first == UInt8(ascii: "<"), text.last == UInt8(ascii: ">"), text.count > 2 {
                isNegative = true
                text = Array(text[1..<(text.count - 1)])
            }
        }
        if hasDollar {
            guard text.first == UInt8(ascii: "$") else { return nil }
            text.removeFirst()
        }
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let front = parts.first, parts.count == 1 || hasPoint else { return nil }
        // Groups of digits are held against the format's from the point on; leading ones may be missing, and so may their digits.
        let comma = UInt8(ascii: ",")
        let groups = front.split(separator: comma, omittingEmptySubsequences: false)
        let wanted = whole.split(separator: comma)
        guard groups.count <= max(wanted.count, 1) else { return nil }
        for (i, group) in groups.reversed().enumerated() {
            let room = i < wanted.count ? wanted[wanted.count - 1 - i].count : 0
            guard group.count <= room, groups.count == 1 || !group.isEmpty else { return nil }
        }
        var (value, digits): (Int128, Int) = (0, 0)
        for byte in front where byte != comma {
            guard byte >= 48, byte < 58 else { return nil }
            value = value * 10 + Int128(byte - 48)
            digits += 1
        }
        // A format that begins with 0 wants as many digits as it has.
        if whole.first == 48, digits < precision - scale { return nil }
        let back = parts.count > 1 ? Array(parts[1]) : []
        guard back.count <= fraction.count, digits + back.count > 0 else { return nil }
        for i in fraction.indices {
            let byte = i < back.count ? back[i] : 48
            guard byte >= 48, byte < 58 else { return nil }
            value = value * 10 + Int128(byte - 48)
        }
        return isNegative ? -value : value
    }

    /// Appends a decimal in this format; `#` in the place of digits where it has more of them.
    public func append(_ unscaled: Int128, scale from: Int, to out: inout TextBuffer) {
        let digits = FormatDigits(decimal: unscaled, scale: from)
        let wholeDigits = precision - scale
        let places = digits.digits.count - digits.digits.reversed().prefix { $0 == 0 }.count - digits.point
        let fits = digits.isZero || (digits.point <= wholeDigits && places <= scale)
        let isNegative = unscaled < 0
        if isNegative {
            switch sign {
            case .leadingMinus, .leadingSign: out.append(UInt8(ascii: "-"))
            case .brackets: out.append(UInt8(ascii: "<"))
            default: break
            }
        } else if sign == .leadingSign {
            out.append(UInt8(ascii: "+"))
        } else if sign == .leadingMinus {
            out.append(0x20)
        }
        var body: [UInt8] = []
        var place = wholeDigits
        var hasBegun = false
        for byte in whole {
            if byte == UInt8(ascii: ",") {
                body.append(hasBegun ? byte : 0x20)
                continue
            }
            let at = digits.point - place
            if !fits {
                body.append(UInt8(ascii: "#"))
                hasBegun = true
            } else if at >= 0, at < digits.digits.count || hasBegun {
                body.append(at < digits.digits.count ? digits.digits[at] + 48 : 48)
                hasBegun = true
            } else if byte == 48 || hasBegun || (hasPoint && place == 1) {
                body.append(48)
                hasBegun = true
            } else {
                body.append(0x20)
            }
            place -= 1
        }
        if hasDollar { out.append(UInt8(ascii: "$")) }
        body.withUnsafeBytes { out.append(bytes: $0) }
        if hasPoint {
            out.append(UInt8(ascii: "."))
            for i in fraction.indices {
                let at = digits.point + i
                out.append(!fits ? UInt8(ascii: "#") : at >= 0 && at < digits.digits.count ? digits.digits[at] + 48 : 48)
            }
        }
        switch sign {
        case .trailingMinus: out.append(isNegative ? UInt8(ascii: "-") : 0x20)
        case .trailingSign: out.append(isNegative ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        case .brackets: out.append(isNegative ? UInt8(ascii: ">") : 0x20)
        default: break
        }
    }
}
