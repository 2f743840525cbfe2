/// Where the lines of a statement that is being typed begin.
public enum LuaIndentation {
    private static let step = 2

    /// The text up to a place where a line is to end, with its last line moved to where it belongs (`end` stands under what it ends), and the
    /// blanks that the next line begins with.
    public static func line(endingAt text: String) -> (text: String, next: String) {
        let bytes = Array(text.utf8)
        let lineStart = (bytes.lastIndex(of: 0x0a) ?? -1) + 1
        let before = depth(bytes[..<lineStart])
        let after = depth(bytes[...])
        let line = bytes[lineStart...]
        let body = line.drop { $0 == 0x20 || $0 == 0x09 }
        let first = LuaTokens.of(Array(body)).first
        let closes = first.map { ["end", "else", "elseif", "until", "}", ")"].contains($0.text) && ($0.kind == .keyword || $0.kind == .symbol) } ?? false
        var result = Array(bytes[..<lineStart])
        if closes, lineStart > 0, isCode(bytes, lineStart) {
            result += Array(repeating: 0x20, count: max(0, before - 1) * step) + body
        } else {
            result += line
        }
        return (String(decoding: result, as: UTF8.self), String(repeating: " ", count: max(0, after) * step))
    }

    /// How many blocks and brackets are open at the end of a text; `else` closes one and opens another.
    private static func depth(_ text: ArraySlice<UInt8>) -> Int {
        var depth = 0
        for token in LuaTokens.of(Array(text)) {
            switch (token.kind, token.text) {
            case (.keyword, "function"), (.keyword, "do"), (.keyword, "then"), (.keyword, "repeat"), (.keyword, "else"), (.symbol, "("), (.symbol, "{"), (.symbol, "["):
                depth += 1
            case (.keyword, "end"), (.keyword, "until"), (.keyword, "elseif"), (.symbol, ")"), (.symbol, "}"), (.symbol, "]"): depth -= 1
            default: break
            }
            if token.kind == .keyword, token.text == "else" { depth -= 1 }
        }
        return depth
    }

    /// Whether a place lies outside of strings and comments.
    private static func isCode(_ text: [UInt8], _ place: Int) -> Bool {
        !LuaTokens.of(text).contains { token in
            switch token.kind {
            case .string, .comment: token.range.lowerBound < place && token.range.upperBound > place
            default: false
            }
        }
    }
}
