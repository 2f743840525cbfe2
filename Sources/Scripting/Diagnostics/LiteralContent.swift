/// The text of a string of a script, byte by byte with the place of each in the script: escapes make the two differ.
package struct LiteralContent {
    package private(set) var bytes: [UInt8] = []
    /// Where each byte of the text is written.
    private var places: [Range<Int>] = []
    /// Behind the last byte.
    private var end = 0

    /// - Returns: nil where the script's bytes do not give the token's text.
    package init?(_ token: LuaToken, _ source: [UInt8]) {
        guard token.kind == .string, token.span.count >= 2 else { return nil }
        if source[token.span.lowerBound] == UInt8(ascii: "[") { readLong(token.span, source) } else { readShort(token.span.dropFirst().dropLast(), source) }
        guard bytes.elementsEqual(token.text.utf8) else { return nil }
    }

    /// Where a part of the text stands in the script.
    package func range(of part: Range<Int>) -> Range<Int> {
        let start = part.lowerBound < places.count ? places[part.lowerBound].lowerBound : end
        return start..<(part.isEmpty ? start : max(start, places[part.upperBound - 1].upperBound))
    }

    private mutating func add(_ written: [UInt8], _ place: Range<Int>) {
        bytes += written
        places += Array(repeating: place, count: written.count)
    }

    /// Between `[[` and `]]`: a line break at the beginning is none, and every other one is `\n`.
    private mutating func readLong(_ span: Range<Int>, _ source: [UInt8]) {
        var level = 1
        while level < span.count, source[span.lowerBound + level] == UInt8(ascii: "=") { level += 1 }
        guard span.count >= 2 * (level + 1) else { return }
        let inside = span.lowerBound + level + 1..<span.upperBound - level - 1
        end = inside.upperBound
        var i = inside.lowerBound
        var isFirst = true
        while i < inside.upperBound {
            let size = Self.lineBreak(at: i, in: source, until: inside.upperBound)
            if size > 0 {
                if !isFirst { add([0x0A], i..<i + size) }
            } else {
                add([source[i]], i..<i + 1)
            }
            isFirst = false
            i += max(1, size)
        }
    }

    /// The bytes of a line break: `\n`, `\r`, `\r\n` or `\n\r`.
    private static func lineBreak(at i: Int, in source: [UInt8], until end: Int) -> Int {
        guard i < end, source[i] == 0x0A || source[i] == 0x0D else { return 0 }
        return i + 1 < end && source[i + 1] != source[i] && (source[i + 1] == 0x0A || source[i + 1] == 0x0D) ? 2 : 1
    }

    private static let letters: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
    ]

    /// Between quotation marks, with escapes.
    private mutating func readShort(_ inside: Range<Int>, _ source: [UInt8]) {
        end = inside.upperBound
        var i = inside.lowerBound
        while i < end {
            guard source[i] == UInt8(ascii: "\\"), i + 1 < end else {
                add([source[i]], i..<i + 1)
                i += 1
                continue
            }
            let start = i
            let sign = source[i + 1]
            i += 2
            if let byte = Self.letters[sign] {
                add([byte], start..<i)
            } else if sign == UInt8(ascii: "x") {
                let value = number(&i, source, digits: 2, base: 16)
                add([UInt8(truncatingIfNeeded: value)], start..<i)
            } else if sign == UInt8(ascii: "z") {
                while i < end, source[i] == 0x20 || (0x09...0x0D).contains(source[i]) { i += 1 }
            } else if sign == UInt8(ascii: "u"), i < end, source[i] == UInt8(ascii: "{") {
                i += 1
                let value = number(&i, source, digits: 8, base: 16)
                if i < end { i += 1 }
                if let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) { add(Array(String(scalar).utf8), start..<i) }
            } else if (0x30...0x39).contains(sign) {
                i -= 1
                let value = number(&i, source, digits: 3, base: 10)
                add([UInt8(truncatingIfNeeded: value)], start..<i)
            } else {
                let size = Self.lineBreak(at: i - 1, in: source, until: end)
                if size == 2 { i += 1 }
                add([size > 0 ? 0x0A : sign], start..<i)
            }
        }
    }

    private func number(_ i: inout Int, _ source: [UInt8], digits: Int, base: Int) -> Int {
        var value = 0
        var left = digits
        while i < end, left > 0, let digit = Character(UnicodeScalar(source[i])).hexDigitValue, digit < base {
            value = value * base + digit
            i += 1
            left -= 1
        }
        return value
    }
}
