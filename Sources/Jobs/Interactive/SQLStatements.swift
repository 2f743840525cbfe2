/// Takes a text apart into statements of SQL, which end with `;`.
public enum SQLStatements {
    /// Whether a statement only reads.
    private static let verbs = [
        "select": true, "with": true, "from": true, "values": true, "show": true, "describe": true, "desc": true, "explain": true, "create": false, "insert": false, "drop": false,
        "alter": false, "truncate": false, "use": false, "refresh": false,
    ]

    /// Whether a text begins with the verb of a statement and another word, and then whether it only reads.
    public static func begins(_ text: String) -> Bool? {
        let start = text.drop { $0.isWhitespace }
        let word = start.prefix { $0.isASCII && $0.isLetter }
        guard let reads = verbs[word.lowercased()], let next = start.dropFirst(word.count).first, next.isWhitespace || next == "*" || next == "(" else { return nil }
        return reads
    }

    /// The statements that end, without their `;`, and what stands behind the last of them.
    public static func split(_ text: String) -> (complete: [String], rest: String) {
        let pieces = pieces(of: text)
        return (pieces.filter { $0.hasWords && $0.isEnded }.map(\.text), pieces.last { !$0.isEnded && $0.hasWords }?.text ?? "")
    }

    /// All statements of a text. Each keeps its line: as many line feeds stand before it as in the text.
    public static func of(_ text: String) -> [String] {
        pieces(of: text).filter(\.hasWords).map { String(repeating: "\n", count: $0.line) + $0.text }
    }

    /// What stands between semicolons that are in no string, name or comment.
    private struct Piece {
        let text: String
        /// Line feeds before it.
        let line: Int
        /// Whether there is anything but blanks and comments.
        let hasWords: Bool
        let isEnded: Bool
    }

    private static func pieces(of text: String) -> [Piece] {
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var (start, at, line, startLine) = (0, 0, 0, 0)
        var hasWords = false
        func isByte(_ offset: Int, _ character: Unicode.Scalar) -> Bool { offset < bytes.count && bytes[offset] == UInt8(ascii: character) }
        func end(_ isEnded: Bool) {
            pieces.append(Piece(text: String(decoding: bytes[start..<at], as: UTF8.self), line: startLine, hasWords: hasWords, isEnded: isEnded))
            (hasWords, start, startLine) = (false, at + 1, line)
        }
        /// Goes on to the byte that ends what began here.
        func pass(_ quote: UInt8) {
            at += 1
            while at < bytes.count, bytes[at] != quote {
                if bytes[at] == 0x0a { line += 1 }
                // Names in backticks know no escapes.
                at += bytes[at] == UInt8(ascii: "\\") && quote != UInt8(ascii: "`") ? 2 : 1
            }
        }
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: ";"): end(true)
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                hasWords = true
                pass(bytes[at])
            case UInt8(ascii: "-") where isByte(at + 1, "-"):
                while at + 1 < bytes.count, bytes[at + 1] != 0x0a { at += 1 }
            case UInt8(ascii: "/") where isByte(at + 1, "*"):
                at += 2
                while at < bytes.count, !(isByte(at, "*") && isByte(at + 1, "/")) {
                    if bytes[at] == 0x0a { line += 1 }
                    at += 1
                }
                at += 1
            case 0x0a: line += 1
            case 0x20, 0x09, 0x0d: break
            default: hasWords = true
            }
            at += 1
        }
        at = min(at, bytes.count)
        if start <= at { end(false) }
        return pieces
    }
}
