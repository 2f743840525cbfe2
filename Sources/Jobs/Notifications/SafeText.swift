/// Text of scripts and data, made harmless for where it goes.
package enum SafeText {
    /// For people: control characters, which could move a terminal's cursor or hide text, and characters that turn the direction of writing are
    /// shown as `\u{1B}`; tabs stay, and line ends do if `keepsLines`, as plain newlines.
    static func printable(_ text: String, keepsLines: Bool = true) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\r", "\n": result.append(keepsLines ? "\n" : " ")
            case _ where isDangerous(scalar): result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0..<0x20, 0x7F...0x9F: true
        // Line and paragraph separators, directions of writing.
        case 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }

    /// For a header of a mail: one line; encoded (RFC 2047) where it is not plain ASCII, so that nothing in it can end the header.
    package static func headerField(_ text: String) -> String {
        let line = printable(text, keepsLines: false).replacing("\t", with: " ")
        guard !line.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) || line.contains("=?") || line.utf8.count > 900 else { return line }
        // A line with encoded words has 76 characters at most, the field's name among them; 39 bytes are 52 characters of base64. A word may not end
        // inside a character.
        var words: [String] = []
        var word: [UInt8] = []
        func close() { words.append("=?UTF-8?B?\(base64(word))?=") }
        for scalar in line.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > 39 {
                close()
                word = []
            }
            word += bytes
        }
        close()
        return words.joined(separator: "\r\n ")
    }

    /// RFC 4648, section 4.
    package static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for i in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - i)
            var group: UInt32 = 0
            for k in 0..<3 { group = group << 8 | (k < count ? UInt32(bytes[i + k]) : 0) }
            for k in 0..<4 { result.append(k <= count ? alphabet[Int(group >> (18 - 6 * UInt32(k)) & 63)] : UInt8(ascii: "=")) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// At most so many characters, with an ellipsis for what was cut off.
    static func clipped(_ text: String, to count: Int) -> String { text.utf8.count <= count || text.count <= count ? text : text.prefix(count - 1) + "…" }
}
