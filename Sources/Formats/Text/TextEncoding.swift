internal import Columnar
internal import Glibc

/// The encodings of text files. What is not UTF-8 is rewritten as UTF-8 before it is read.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case latin1 = "iso-8859-1"
    case windows1252 = "windows-1252"
    /// With a byte order mark; big-endian without one (RFC 2781).
    case utf16 = "utf-16"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"

    /// The encoding of this name, in any case.
    ///
    /// - Throws: `FormatError.invalidRequest` that lists the names.
    public init(named name: String) throws(FormatError) {
        switch name.lowercased() {
        case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
        case "latin1", "latin-1", "iso-8859-1", "iso8859-1", "iso_8859_1": self = .latin1
        case "windows-1252", "cp1252", "windows1252": self = .windows1252
        case "utf-16", "utf16": self = .utf16
        case "utf-16le", "utf16le", "utf-16-le": self = .utf16LittleEndian
        case "utf-16be", "utf16be", "utf-16-be": self = .utf16BigEndian
        default:
            let known = TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")
            throw FormatError(.invalidRequest, source: "text options", "the encoding '\(name)' is not known; known are \(known)")
        }
    }

    /// Whether every character below 128 is one byte of its own value, so that line ends can be found before decoding.
    var hasSingleByteLineEnds: Bool {
        switch self {
        case .utf8, .latin1, .windows1252: true
        case .utf16, .utf16LittleEndian, .utf16BigEndian: false
        }
    }
}

/// A stream rewritten as UTF-8. Units that encode nothing become U+FFFD.
package final class TranscodingStream: ByteStream {
    private let stream: any ByteStream
    private var encoding: TextEncoding
    private let block = Buffer(size: 64 << 10)
    private var start = 0
    private var end = 0
    private var finished = false
    private var pendingHigh: UInt32?

    package init(_ stream: any ByteStream, from encoding: TextEncoding) {
        self.stream = stream
        self.encoding = encoding
    }

    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        let out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
        // A pair of surrogates, the first of which was alone after all, takes six bytes.
        while filled + 6 <= target.count {
            if end - start < 2, !finished { try refill() }
            if start == end { break }
            if encoding == .latin1 || encoding == .windows1252 {
                decodeSingleBytes(out, &filled, target.count)
            } else {
                decodeUTF16(out, &filled, target.count)
            }
        }
        if filled == 0, pendingHigh != nil, target.count >= 3 {
            pendingHigh = nil
            append(0xfffd, out, &filled)
        }
        return filled
    }

    private func refill() throws {
        memmove(block.base, block.base + start, end - start)
        (start, end) = (0, end - start)
        let n = try stream.read(into: UnsafeMutableRawBufferPointer(start: block.base + end, count: block.size - end))
        if n == 0 { finished = true }
        end += n
        if encoding == .utf16, end >= 2 {
            let bytes = block.values(of: UInt8.self)
            encoding = bytes[0] == 0xff && bytes[1] == 0xfe ? .utf16LittleEndian : .utf16BigEndian
        }
    }

    private func decodeSingleBytes(_ out: UnsafeMutablePointer<UInt8>, _ filled: inout Int, _ capacity: Int) {
        let bytes = block.values(of: UInt8.self)
        while start < end, filled + 6 <= capacity {
            let byte = bytes[start]
            start += 1
            if byte < 0x80 {
                out[filled] = byte
                filled += 1
            } else {
                append(encoding == .windows1252 && byte < 0xa0 ? Self.windows1252[Int(byte) - 0x80] : UInt32(byte), out, &filled)
            }
        }
    }

    private func decodeUTF16(_ out: UnsafeMutablePointer<UInt8>, _ filled: inout Int, _ capacity: Int) {
        let bytes = block.values(of: UInt8.self)
        if end - start == 1 {
            // An odd byte at the end of the file.
            start = end
            append(0xfffd, out, &filled)
            return
        }
        while end - start >= 2, filled + 6 <= capacity {
            let (a, b) = (UInt32(bytes[start]), UInt32(bytes[start + 1]))
            start += 2
            let unit = encoding == .utf16LittleEndian ? b << 8 | a : a << 8 | b
            if let high = pendingHigh {
                pendingHigh = nil
                if unit & 0xfc00 == 0xdc00 {
                    append(0x10000 + ((high & 0x3ff) << 10 | unit & 0x3ff), out, &filled)
                    continue
                }
                append(0xfffd, out, &filled)
            }
            if unit & 0xfc00 == 0xd800 {
                pendingHigh = unit
            } else {
                append(unit & 0xfc00 == 0xdc00 ? 0xfffd : unit, out, &filled)
            }
        }
    }

    @inline(__always)
    private func append(_ scalar: UInt32, _ out: UnsafeMutablePointer<UInt8>, _ filled: inout Int) {
        filled += encodeUTF8(scalar, out + filled)
    }

    /// What Windows puts at 0x80...0x9f (unicode.org, CP1252.TXT); the five it leaves free are U+FFFD.
    private static let windows1252: [UInt32] = [
        0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
        0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
    ]
}

/// Writes a scalar value as UTF-8, one to four bytes, and returns their number.
@inline(__always)
func encodeUTF8(_ scalar: UInt32, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    if scalar < 0x80 {
        out[0] = UInt8(truncatingIfNeeded: scalar)
        return 1
    }
    if scalar < 0x800 {
        out[0] = UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6)
        out[1] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f)
        return 2
    }
    if scalar < 0x10000 {
        out[0] = UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12)
        out[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f)
        out[2] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f)
        return 3
    }
    out[0] = UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18)
    out[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3f)
    out[2] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f)
    out[3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f)
    return 4
}
