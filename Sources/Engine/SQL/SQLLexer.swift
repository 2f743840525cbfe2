internal import Columnar

/// Cuts SQL text into tokens, in Spark's lexical rules.
struct SQLLexer {
    struct Token: Equatable {
        enum Kind: Equatable {
            /// A word or a back-quoted name.
            case name(String, isQuoted: Bool)
            /// A string in single or double quotes, escapes resolved.
            case text([UInt8])
            /// A number with its suffix.
            case number(String)
            case symbol(String)
            case end
        }

        let kind: Kind
        /// Byte offset of the token's first character, and of the one behind its last.
        let position: Int
        let end: Int
    }

    /// Words that are no names unless they are quoted.
    static let reserved: Set<String> = [
        "and", "or", "not", "is", "null", "in", "like", "between", "case", "when", "then", "else", "end", "true", "false", "cast", "as", "escape", "div",
        "select", "from", "where", "group", "order", "by", "having", "limit", "join", "on", "union", "distinct", "asc", "desc", "inner", "left", "right",
        "full", "outer", "cross", "semi", "anti", "using", "with", "exists", "over",
    ]

    private static let symbols = ["<=>", "<=", ">=", "<>", "!=", "==", "||", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "%", "!", "[", "]", ";"]

    /// All tokens, the last of them `.end`.
    static func tokens(of text: String) throws(ParseError) -> [Token] {
        var lexer = SQLLexer(text)
        var tokens: [Token] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private let text: String
    private let bytes: [UInt8]
    private var at = 0

    private init(_ text: String) { (self.text, bytes) = (text, Array(text.utf8)) }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private mutating func next() throws(ParseError) -> Token {
        try skipBlanks()
        let start = at
        guard at < bytes.count else { return Token(kind: .end, position: start, end: start) }
        let byte = peek()
        if byte.isLetter || byte == UInt8(ascii: "_") { return word(start) }
        if byte.isDigit || (byte == UInt8(ascii: ".") && peek(1).isDigit) { return number(start) }
        if byte == UInt8(ascii: "`") { return try quotedName(start) }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return try string(start) }
        for symbol in SQLLexer.symbols where bytes[at...].starts(with: symbol.utf8) {
            at += symbol.utf8.count
            return Token(kind: .symbol(symbol), position: start, end: at)
        }
        let character = String(decoding: bytes[start...], as: UTF8.self).first.map(String.init) ?? ""
        throw ParseError("the character '\(character)' has no meaning here", in: text, at: start)
    }

    private mutating func skipBlanks() throws(ParseError) {
        while at < bytes.count {
            if peek() <= 0x20 {
                at += 1
            } else if peek() == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                while at < bytes.count, peek() != UInt8(ascii: "\n") { at += 1 }
            } else if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                let start = at
                at += 2
                while !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
                    if at >= bytes.count { throw ParseError("the comment is never closed", in: text, at: start) }
                    at += 1
                }
                at += 2
            } else {
                return
            }
        }
    }

    private mutating func word(_ start: Int) -> Token {
        while peek().isLetter || peek().isDigit || peek() == UInt8(ascii: "_") { at += 1 }
        return Token(kind: .name(String(decoding: bytes[start..<at], as: UTF8.self), isQuoted: false), position: start, end: at)
    }

    private mutating func number(_ start: Int) -> Token {
        while peek().isDigit { at += 1 }
        if peek() == UInt8(ascii: "."), !peek(1).isLetter || peek(1) | 0x20 == UInt8(ascii: "e") {
            at += 1
            while peek().isDigit { at += 1 }
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
            if peek(1 + sign).isDigit {
                at += 1 + sign
                while peek().isDigit { at += 1 }
            }
        }
        // A suffix of letters belongs to the number.
        while peek().isLetter || peek().isDigit || peek() == UInt8(ascii: "_") { at += 1 }
        return Token(kind: .number(String(decoding: bytes[start..<at], as: UTF8.self)), position: start, end: at)
    }

    private mutating func quotedName(_ start: Int) throws(ParseError) -> Token {
        at += 1
        var name: [UInt8] = []
        while true {
            guard at < bytes.count else { throw ParseError("the back-tick is never closed", in: text, at: start) }
            if peek() == UInt8(ascii: "`") {
                guard peek(1) == UInt8(ascii: "`") else { break }
                at += 1
            }
            name.append(peek())
            at += 1
        }
        at += 1
        return Token(kind: .name(String(decoding: name, as: UTF8.self), isQuoted: true), position: start, end: at)
    }

    /// A quote is escaped by doubling it or by a backslash; `\%` and `\_` keep the backslash, which LIKE wants.
    private mutating func string(_ start: Int) throws(ParseError) -> Token {
        let quote = peek()
        at += 1
        var out: [UInt8] = []
        while true {
            guard at < bytes.count else { throw ParseError("the string is never closed", in: text, at: start) }
            let byte = peek()
            if byte == quote {
                guard peek(1) == quote else { break }
                out.append(quote)
                at += 2
            } else if byte == UInt8(ascii: "\\"), at + 1 < bytes.count {
                switch peek(1) {
                case UInt8(ascii: "n"): out.append(0x0a)
                case UInt8(ascii: "t"): out.append(0x09)
                case UInt8(ascii: "r"): out.append(0x0d)
                case UInt8(ascii: "b"): out.append(0x08)
                case UInt8(ascii: "0"): out.append(0)
                case UInt8(ascii: "%"), UInt8(ascii: "_"): out += [byte, peek(1)]
                default: out.append(peek(1))
                }
                at += 2
            } else {
                out.append(byte)
                at += 1
            }
        }
        at += 1
        return Token(kind: .text(out), position: start, end: at)
    }
}
