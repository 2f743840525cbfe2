internal import Glibc

/// What functions do with the text of one row: UTF-8, in which every byte that continues no character begins one.
public enum RowText {
    /// Characters.
    public static func length(_ bytes: UnsafeRawBufferPointer) -> Int { characterCount(bytes) }

    /// The bytes of SQL's `substring(text, start, length)`.
    public static func substring(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ length: Int?) -> Range<Int> { substringRange(bytes, start, length) }

    /// The offset of the character of a number, from 0; the end where there is none.
    public static func offset(_ bytes: UnsafeRawBufferPointer, ofCharacter number: Int) -> Int { substringRange(bytes, 1, number).upperBound }

    /// The offset of the first place at or behind `from` where `needle` stands.
    public static func find(_ needle: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from: Int = 0) -> Int? { Columnar.find(needle, in: text, from: from) }

    /// The offset of the last place at which `needle` stands and ends at `end` at the latest.
    public static func findLast(_ needle: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, before end: Int) -> Int? {
        var at = end - needle.count
        while at >= 0 {
            if equal(text, at, needle) { return at }
            at -= 1
        }
        return nil
    }

    public static func hasPrefix(_ text: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer) -> Bool { text.count >= prefix.count && equal(text, 0, prefix) }

    public static func hasSuffix(_ text: UnsafeRawBufferPointer, _ suffix: UnsafeRawBufferPointer) -> Bool {
        text.count >= suffix.count && equal(text, text.count - suffix.count, suffix)
    }

    /// The character at an offset and its length in bytes. What is no UTF-8 is one character a byte, U+FFFD.
    public static func scalar(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> (value: UInt32, length: Int) {
        let first = UInt32(bytes[offset])
        if first < 0x80 { return (first, 1) }
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
        guard length > 1, first < 0xf5, offset + length <= bytes.count else { return (0xfffd, 1) }
        var value = first & (0xff >> UInt32(length + 1))
        for i in 1..<length {
            let next = UInt32(bytes[offset + i])
            guard next & 0xc0 == 0x80 else { return (0xfffd, 1) }
            value = value << 6 | next & 0x3f
        }
        if value < (length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80) || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) { return (0xfffd, 1) }
        return (value, length)
    }

    /// Whether the bytes are UTF-8.
    public static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while at < bytes.count {
            if bytes[at] < 0x80 {
                at += 1
                continue
            }
            let (value, length) = scalar(bytes, at: at)
            if value == 0xfffd, length == 1 { return false }
            at += length
        }
        return true
    }

    public static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var high: UInt8 = 0
        for byte in bytes { high |= byte }
        return high < 0x80
    }

    /// The text without characters of a set at its ends.
    public static func trimmed(_ bytes: UnsafeRawBufferPointer, of set: UnsafeRawBufferPointer, leading: Bool, trailing: Bool) -> Range<Int> {
        var (start, end) = (0, bytes.count)
        func contains(_ offset: Int, _ length: Int) -> Bool {
            var at = 0
            while at < set.count {
                let next = scalar(set, at: at).length
                if next == length, memcmp(set.baseAddress! + at, bytes.baseAddress! + offset, length) == 0 { return true }
                at += next
            }
            return false
        }
        if leading {
            while start < end {
                let length = scalar(bytes, at: start).length
                guard contains(start, length) else { break }
                start += length
            }
        }
        if trailing {
            while end > start {
                var first = end - 1
                while first > start, bytes[first] & 0xc0 == 0x80 { first -= 1 }
                guard contains(first, end - first) else { break }
                end = first
            }
        }
        return start..<end
    }

    /// The number of single changes of characters that make one text of the other; nil when it is above the limit.
    public static func distance(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, limit: Int? = nil) -> Int? {
        let (x, y) = (scalars(a), scalars(b))
        if let limit, Swift.abs(x.count - y.count) > limit { return nil }
        if x.isEmpty || y.isEmpty { return limit.map { max(x.count, y.count) > $0 } == true ? nil : max(x.count, y.count) }
        var row = Array(0...y.count)
        for i in 1...x.count {
            var diagonal = row[0]
            row[0] = i
            var least = i
            for j in 1...y.count {
                let above = row[j]
                row[j] = min(min(above, row[j - 1]) + 1, diagonal + (x[i - 1] == y[j - 1] ? 0 : 1))
                diagonal = above
                least = min(least, row[j])
            }
            if let limit, least > limit { return nil }
        }
        if let limit, row[y.count] > limit { return nil }
        return row[y.count]
    }

    public static func scalars(_ bytes: UnsafeRawBufferPointer) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            let (value, length) = scalar(bytes, at: at)
            result.append(value)
            at += length
        }
        return result
    }

    /// The code of how an English word sounds: its first letter and three digits. A text that begins with no letter stays as it is.
    public static func soundex(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) {
        // A digit for each letter; 7 for vowels, which part equal digits, and 0 for H and W, which do not.
        let codes: [UInt8] = Array("71237128722455712623718272".utf8)
        func code(_ byte: UInt8) -> UInt8? {
            let letter = byte & 0xdf
            guard byte < 0x80, letter >= UInt8(ascii: "A"), letter <= UInt8(ascii: "Z") else { return nil }
            let isSilent = letter == UInt8(ascii: "H") || letter == UInt8(ascii: "W")
            return isSilent ? UInt8(ascii: "0") : codes[Int(letter - UInt8(ascii: "A"))]
        }
        guard let first = bytes.first, var last = code(first) else { return out.append(bytes: bytes) }
        out.append(first & 0xdf)
        var digits = 1
        for byte in bytes.dropFirst() {
            guard digits < 4 else { break }
            guard let next = code(byte) else { continue }
            if next == UInt8(ascii: "7") {
                last = next
            } else if next != UInt8(ascii: "0") {
                if next != last {
                    out.append(next)
                    digits += 1
                }
                last = next
            }
        }
        for _ in digits..<4 { out.append(UInt8(ascii: "0")) }
    }

    /// Whether the digits pass Luhn's test; false for anything but digits.
    public static func passesLuhn(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var sum = 0
        var doubles = false
        for byte in bytes.reversed() {
            guard byte >= 48, byte <= 57 else { return false }
            var digit = Int(byte) - 48
            if doubles { digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2 }
            sum += digit
            doubles.toggle()
        }
        return !bytes.isEmpty && sum % 10 == 0
    }
}

extension RowText {
    /// Every word, which ends at a blank, with its first letter in upper case and the others in lower case.
    public static func capitalized(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) {
        if isASCII(bytes) {
            var isFirst = true
            for byte in bytes {
                let isLetter = byte | 0x20 >= 97 && byte | 0x20 < 123
                out.append(isLetter ? (isFirst ? byte & 0xdf : byte | 0x20) : byte)
                isFirst = byte == 0x20
            }
            return
        }
        var isFirst = true
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            out.append(isFirst ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping)
            isFirst = scalar == " "
        }
    }

    /// The number, from 1, of a text in a list with commas; 0 where it is not in it, or has a comma.
    public static func number(of text: UnsafeRawBufferPointer, inList list: UnsafeRawBufferPointer) -> Int32 {
        let comma = UInt8(ascii: ",")
        if text.contains(comma) { return 0 }
        var (start, number): (Int, Int32) = (0, 1)
        while true {
            var end = start
            while end < list.count, list[end] != comma { end += 1 }
            if end - start == text.count, equal(list, start, text) { return number }
            if end == list.count { return 0 }
            start = end + 1
            number += 1
        }
    }

    /// What stands before the delimiter of a number, or behind it where the number is negative; all where there are fewer.
    public static func part(_ bytes: UnsafeRawBufferPointer, before delimiter: UnsafeRawBufferPointer, count: Int) -> Range<Int> {
        if count == 0 || delimiter.isEmpty { return 0..<0 }
        if count > 0 {
            var (at, left) = (0, count)
            while let found = find(delimiter, in: bytes, from: at) {
                left -= 1
                if left == 0 { return 0..<found }
                at = found + 1
            }
            return 0..<bytes.count
        }
        var (end, left) = (bytes.count, -count)
        while let found = findLast(delimiter, in: bytes, before: end) {
            left -= 1
            if left == 0 { return (found + delimiter.count)..<bytes.count }
            end = found + delimiter.count - 1
        }
        return 0..<bytes.count
    }

    /// The part of a number, from 1, or from -1 at the end; empty where there is none.
    public static func part(_ bytes: UnsafeRawBufferPointer, between delimiter: UnsafeRawBufferPointer, number: Int) -> Range<Int> {
        if number == 0 { return 0..<0 }
        if delimiter.isEmpty { return Swift.abs(number) == 1 ? 0..<bytes.count : 0..<0 }
        if number > 0 {
            var (at, left) = (0, number)
            while true {
                let found = find(delimiter, in: bytes, from: at)
                left -= 1
                if left == 0 { return at..<(found ?? bytes.count) }
                guard let found else { return 0..<0 }
                at = found + delimiter.count
            }
        }
        // The parts are those from the beginning on, so they are counted first.
        var count = 1
        var at = 0
        while let found = find(delimiter, in: bytes, from: at) {
            count += 1
            at = found + delimiter.count
        }
        return number < -count ? 0..<0 : part(bytes, between: delimiter, number: count + 1 + number)
    }

    /// The text with upper case letters, lower case letters, digits and other characters replaced; nil keeps them.
    public static func mask(_ bytes: UnsafeRawBufferPointer, _ others: [StringView?], _ out: inout TextBuffer) {
        var at = 0
        while at < bytes.count {
            let (value, length) = scalar(bytes, at: at)
            let kind: Int
            if value < 0x80 {
                let letter = value | 0x20
                kind = value >= 48 && value < 58 ? 2 : letter >= 97 && letter < 123 ? (value == letter ? 1 : 0) : 3
            } else {
                let properties = Unicode.Scalar(value)?.properties
                kind = properties?.isUppercase == true ? 0 : properties?.isLowercase == true ? 1 : properties?.generalCategory == .decimalNumber ? 2 : 3
            }
            if let other = others[kind] { out.append(other) } else { out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<(at + length)])) }
            at += length
        }
    }
}
