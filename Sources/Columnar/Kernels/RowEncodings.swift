internal import Glibc

/// Bytes as text and back, for one row.
public enum RowEncodings {
    private static let digits: StaticString = "0123456789ABCDEF"

    public static func hex(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) {
        out.reserve(bytes.count * 2)
        for byte in bytes {
            out.append(digits.utf8Start[Int(byte >> 4)])
            out.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    /// A number in two's complement, without leading zeros.
    public static func hex(_ value: Int64, _ out: inout TextBuffer) { radix(UInt64(bitPattern: value), 4, &out) }
    public static func binary(_ value: Int64, _ out: inout TextBuffer) { radix(UInt64(bitPattern: value), 1, &out) }

    private static func radix(_ value: UInt64, _ bits: Int, _ out: inout TextBuffer) {
        var shift = max(63 - value.leadingZeroBitCount, 0) / bits * bits
        while shift >= 0 {
            out.append(digits.utf8Start[Int(value >> UInt64(shift) & (1 << UInt64(bits) - 1))])
            shift -= bits
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// The bytes of hexadecimal digits; an odd number of them has a zero before it. False where there are others.
    public static func unhex(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        var at = 0
        if bytes.count & 1 == 1 {
            guard let low = digit(bytes[0]) else { return false }
            out.append(low)
            at = 1
        }
        while at < bytes.count {
            guard let high = digit(bytes[at]), let low = digit(bytes[at + 1]) else { return false }
            out.append(high << 4 | low)
            at += 2
        }
        return true
    }

    private static let base64Alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    public static func base64(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) {
        let letters = base64Alphabet.utf8Start
        out.reserve((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            let word = UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[at + 2]) : 0)
            out.append(letters[Int(word >> 18)])
            out.append(letters[Int(word >> 12 & 63)])
            out.append(left > 1 ? letters[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            out.append(left > 2 ? letters[Int(word & 63)] : UInt8(ascii: "="))
            at += 3
        }
    }

    /// The bytes of base 64 text by MIME's rules: what is no letter of the alphabet is left out, padding may be missing. False where a single letter is left.
    public static func unbase64(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        var word: UInt32 = 0
        var letters = 0
        for byte in bytes {
            let value: UInt32
            switch byte {
            case 65...90: value = UInt32(byte) - 65
            case 97...122: value = UInt32(byte) - 71
            case 48...57: value = UInt32(byte) + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="):
                guard letters & 3 >= 2 else { return false }
                return flush(word, letters & 3, &out)
            default: continue
            }
            word = word << 6 | value
            letters += 1
            if letters & 3 == 0 {
                out.append(UInt8(truncatingIfNeeded: word >> 16))
                out.append(UInt8(truncatingIfNeeded: word >> 8))
                out.append(UInt8(truncatingIfNeeded: word))
                word = 0
            }
        }
        return flush(word, letters & 3, &out)
    }

    /// Whether the text is base 64 and nothing else, but for blanks.
    public static func isBase64(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case 65...90, 97...122, 48...57, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), 0x20, 0x09, 0x0a, 0x0d: true
            default: false
            }
        }
    }

    private static func flush(_ word: UInt32, _ letters: Int, _ out: inout TextBuffer) -> Bool {
        switch letters {
        case 0: return true
        case 2: out.append(UInt8(truncatingIfNeeded: word >> 4))
        case 3:
            out.append(UInt8(truncatingIfNeeded: word >> 10))
            out.append(UInt8(truncatingIfNeeded: word >> 2))
        default: return false
        }
        return true
    }

    /// Text for the query of a URL (`application/x-www-form-urlencoded`): a blank is a plus.
    public static func encodeURL(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) {
        for byte in bytes {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"): out.append(byte)
            case 0x20: out.append(UInt8(ascii: "+"))
            default:
                out.append(UInt8(ascii: "%"))
                out.append(digits.utf8Start[Int(byte >> 4)])
                out.append(digits.utf8Start[Int(byte & 15)])
            }
        }
    }

    /// False where a percent sign stands before anything but two digits.
    public static func decodeURL(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "+"): out.append(0x20)
            case UInt8(ascii: "%"):
                guard at + 2 < bytes.count, let high = digit(bytes[at + 1]), let low = digit(bytes[at + 2]) else { return false }
                out.append(high << 4 | low)
                at += 2
            default: out.append(bytes[at])
            }
            at += 1
        }
        return true
    }
}

/// The character sets that `encode` and `decode` know.
public enum CharacterSet: String, Sendable, CaseIterable {
    case ascii = "US-ASCII", latin1 = "ISO-8859-1", utf8 = "UTF-8", utf16BigEndian = "UTF-16BE", utf16LittleEndian = "UTF-16LE", utf16 = "UTF-16", utf32 = "UTF-32"

    public init?(named name: String) {
        guard let set = CharacterSet(rawValue: name.uppercased()) else { return nil }
        self = set
    }

    /// Appends text in the set. False where a character is not in it.
    public func encode(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        if self == .utf8 {
            guard RowText.isUTF8(bytes) else { return false }
            out.append(bytes: bytes)
            return true
        }
        var at = 0
        if self == .utf16, !bytes.isEmpty { out.append(unit: 0xfeff, bigEndian: true) }
        while at < bytes.count {
            let (value, length) = RowText.scalar(bytes, at: at)
            if value == 0xfffd, length == 1 { return false }
            at += length
            switch self {
            case .ascii, .latin1:
                guard value < (self == .ascii ? 0x80 : 0x100) else { return false }
                out.append(UInt8(value))
            case .utf32:
                out.append(unit: UInt16(value >> 16), bigEndian: true)
                out.append(unit: UInt16(value & 0xffff), bigEndian: true)
            default:
                let isBig = self != .utf16LittleEndian
                if value >= 0x10000 {
                    out.append(unit: UInt16(0xd800 + (value - 0x10000) >> 10), bigEndian: isBig)
                    out.append(unit: UInt16(0xdc00 + (value - 0x10000) & 0x3ff), bigEndian: isBig)
                } else {
                    out.append(unit: UInt16(value), bigEndian: isBig)
                }
            }
        }
        return true
    }

    /// Appends the text of bytes in the set. False where they are none.
    public func decode(_ bytes: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        switch self {
        case .utf8:
            guard RowText.isUTF8(bytes) else { return false }
            out.append(bytes: bytes)
        case .ascii, .latin1:
            for byte in bytes {
                if self == .ascii, byte >= 0x80 { return false }
                out.append(scalar: UInt32(byte))
            }
        case .utf32:
            guard bytes.count % 4 == 0 else { return false }
            for at in stride(from: 0, to: bytes.count, by: 4) {
                let value = UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
                guard Unicode.Scalar(value) != nil else { return false }
                if at == 0, value == 0xfeff { continue }
                out.append(scalar: value)
            }
        case .utf16, .utf16BigEndian, .utf16LittleEndian:
            guard bytes.count % 2 == 0 else { return false }
            var isBig = self != .utf16LittleEndian
            var at = 0
            func unit(_ at: Int) -> UInt32 { isBig ? UInt32(bytes[at]) << 8 | UInt32(bytes[at + 1]) : UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at]) }
            if self == .utf16, bytes.count >= 2 {
                if unit(0) == 0xfffe { isBig = false }
                if unit(0) == 0xfeff { at = 2 }
            }
            while at < bytes.count {
                var value = unit(at)
                at += 2
                if value >= 0xd800, value < 0xe000 {
                    guard value < 0xdc00, at < bytes.count else { return false }
                    let low = unit(at)
                    guard low >= 0xdc00, low < 0xe000 else { return false }
                    value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
                    at += 2
                }
                out.append(scalar: value)
            }
        }
        return true
    }
}

extension GrowingBuffer where T == UInt8 {
    fileprivate mutating func append(unit: UInt16, bigEndian: Bool) {
        let (high, low) = (UInt8(unit >> 8), UInt8(unit & 255))
        append(bigEndian ? high : low)
        append(bigEndian ? low : high)
    }

    /// Appends a character as UTF-8.
    public mutating func append(scalar value: UInt32) {
        switch value {
        case ..<0x80: append(UInt8(value))
        case ..<0x800:
            append(UInt8(0xc0 | value >> 6))
            append(UInt8(0x80 | value & 0x3f))
        case ..<0x10000:
            append(UInt8(0xe0 | value >> 12))
            append(UInt8(0x80 | value >> 6 & 0x3f))
            append(UInt8(0x80 | value & 0x3f))
        default:
            append(UInt8(0xf0 | value >> 18 & 7))
            append(UInt8(0x80 | value >> 12 & 0x3f))
            append(UInt8(0x80 | value >> 6 & 0x3f))
            append(UInt8(0x80 | value & 0x3f))
        }
    }
}
