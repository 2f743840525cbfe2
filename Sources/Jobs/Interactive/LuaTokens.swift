/// A word of Lua and where it stands.
package struct LuaToken: Equatable {
    enum Kind: Equatable {
        case name, keyword, number, symbol
        /// A string; whether it is closed.
        case string(closed: Bool)
        /// A comment; whether it is closed, as a line's always is.
        case comment(closed: Bool)
    }
    let kind: Kind
    /// Bytes of the text.
    let range: Range<Int>
    /// The word itself; of a string what stands between its quotes, escapes as they are written.
    let text: String

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
    func isKeyword(_ word: String) -> Bool { kind == .keyword && text == word }

    /// Whether the word can be the last one of a value.
    var endsValue: Bool {
        switch kind {
        case .string, .number: true
        case .symbol: text == ")" || text == "]" || text == "}"
        default: false
        }
    }
}

/// Takes Lua apart into words, whatever state it is in: unfinished text is what people type.
enum LuaTokens {
    static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then",
        "true", "until", "while",
    ]

    /// The words of a text; a string or comment that does not end reaches to the end of the text, or of its line.
    static func of(_ text: [UInt8]) -> [LuaToken] {
        var scanner = Scanner(text)
        var tokens: [LuaToken] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    private struct Scanner {
        let text: [UInt8]
        var at = 0

        init(_ text: [UInt8]) { self.text = text }

        func byte(_ offset: Int = 0) -> UInt8 { at + offset < text.count ? text[at + offset] : 0 }
        func word(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }

        mutating func next() -> LuaToken? {
            while at < text.count, text[at] <= 0x20 { at += 1 }
            guard at < text.count else { return nil }
            let start = at
            let first = text[at]
            if first == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                at += 2
                if let level = longBracket() { return long(from: start, level: level, isComment: true) }
                while at < text.count, text[at] != 0x0a { at += 1 }
                return LuaToken(kind: .comment(closed: at < text.count), range: start..<at, text: word(start..<at))
            }
            if first == UInt8(ascii: "["), let level = longBracket() { return long(from: start, level: level, isComment: false) }
            if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return quoted(first) }
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) { return number() }
            if isWord(first) {
                while at < text.count, isWord(text[at]) { at += 1 }
                let name = word(start..<at)
                return LuaToken(kind: keywords.contains(name) ? .keyword : .name, range: start..<at, text: name)
            }
            for symbol in ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"] where text[at...].starts(with: symbol.utf8) {
                at += symbol.utf8.count
                return LuaToken(kind: .symbol, range: start..<at, text: symbol)
            }
            at += 1
            // Bytes of one character stay together.
            while at < text.count, text[at] & 0xc0 == 0x80 { at += 1 }
            return LuaToken(kind: .symbol, range: start..<at, text: word(start..<at))
        }

        /// Passes over `[==[` and gives the number of its signs; stays where there is none.
        mutating func longBracket() -> Int? {
            guard byte() == UInt8(ascii: "[") else { return nil }
            var level = 0
            while byte(1 + level) == UInt8(ascii: "=") { level += 1 }
            guard byte(1 + level) == UInt8(ascii: "[") else { return nil }
            at += level + 2
            return level
        }

        mutating func long(from start: Int, level: Int, isComment: Bool) -> LuaToken {
            let inner = at
            let end = [UInt8(ascii: "]")] + Array(repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
            while at < text.count {
                if text[at] == end[0], text[at...].starts(with: end) {
                    let content = word(inner..<at)
                    at += end.count
                    return LuaToken(kind: isComment ? .comment(closed: true) : .string(closed: true), range: start..<at, text: content)
                }
                at += 1
            }
            return LuaToken(kind: isComment ? .comment(closed: false) : .string(closed: false), range: start..<at, text: word(inner..<at))
        }

        mutating func quoted(_ quote: UInt8) -> LuaToken {
            let start = at
            at += 1
            while at < text.count, text[at] != quote, text[at] != 0x0a {
                at += text[at] == UInt8(ascii: "\\") && at + 1 < text.count ? 2 : 1
            }
            let closed = at < text.count && text[at] == quote
            let content = word(start + 1..<min(at, text.count))
            if closed { at += 1 }
            return LuaToken(kind: .string(closed: closed), range: start..<min(at, text.count), text: content)
        }

        mutating func number() -> LuaToken {
            let start = at
            while at < text.count, isWord(text[at]) || text[at] == UInt8(ascii: ".") && byte(1) != UInt8(ascii: ".") { at += 1 }
            return LuaToken(kind: .number, range: start..<at, text: word(start..<at))
        }
    }
}
