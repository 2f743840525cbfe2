/// How many columns of a terminal a text takes, and how it is cut and made harmless for one.
public enum TerminalText {
    /// Columns of a text without control characters.
    public static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// Columns of one character: none for what combines with the one before it, two for wide ones of East Asia and pictures.
    public static func width(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value == 0xad ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x17000...0x18cff, 0x1b000...0x1b2ff, 0x1f200...0x1f2ff,
            0x20000...0x3fffd:
            return 2
        case 0x1160...0x11ff: return 0
        default: return scalar.properties.isEmojiPresentation && !(0x1f1e6...0x1f1ff).contains(value) ? 2 : 1
        }
    }

    /// The text cut to so many columns, with … where something is missing.
    public static func cut(_ text: String, to width: Int) -> String {
        if self.width(text) <= width { return text }
        if width < 1 { return "" }
        var left = width - 1
        var result = ""
        for character in text {
            let columns = character.unicodeScalars.reduce(0) { $0 + self.width($1) }
            if columns > left { break }
            left -= columns
            result.append(character)
        }
        return result + "…"
    }

    /// The text in so many columns, with blanks behind it or before it. What is too long is cut.
    public static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
        let text = cut(text, to: width)
        let blanks = String(repeating: " ", count: max(0, width - self.width(text)))
        return right ? blanks + text : text + blanks
    }

    /// The text in lines of at most so many columns, broken at blanks; a word that is too long stays whole.
    ///
    /// - Parameters:
    ///   - used: columns of the first line that something else takes.
    ///   - cutsWords: whether words that are too long are cut.
    public static func wrapped(_ text: String, to width: Int, used: Int = 0, cutsWords: Bool = false) -> [String] {
        var lines: [String] = []
        var line = ""
        var column = used
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let word = cutsWords ? cut(String(word), to: width) : String(word)
            let own = self.width(word)
            if !line.isEmpty, column + 1 + own > width {
                lines.append(line)
                (line, column) = (word, own)
            } else {
                column += own + (line.isEmpty ? 0 : 1)
                line += line.isEmpty ? word : " " + word
            }
        }
        return lines + [line]
    }

    /// The text with whatever would steer a terminal, or turn the direction of the text around, written as an escape.
    ///
    /// - Parameter keepsLines: whether line feeds and tabs stay what they are.
    public static func escaped(_ text: String, keepsLines: Bool = false) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += keepsLines ? "\n" : "\\n"
            case "\t": result += keepsLines ? "\t" : "\\t"
            case "\r": result += "\\r"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{200e}", "\u{200f}", "\u{2028}"..."\u{202e}", "\u{2066}"..."\u{2069}", "\u{feff}":
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
