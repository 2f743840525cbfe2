internal import Columnar

/// Cuts SQL text into tokens, in Spark's lexical rules.
package struct SQLLexer {
    package struct Token: Equatable {
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
        /// A word in lower case; empty for what is no word.
        let word: String
        /// Byte offset of the token's first character, and of the one behind its last.
        package let position: Int
        package let end: Int

        init(_ kind: Kind, word: String = "", _ position: Int, _ end: Int) { (self.kind, self.word, self.position, self.end) = (kind, word, position, end) }
    }

    /// All tokens, the last of them `.end`.
    package static func tokens(of text: String) throws(ParseError) -> [Token] {
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
        guard at < bytes.count else { return Token(.end, start, start) }
        let byte = peek()
        if byte | 0x20 == UInt8(ascii: "r"), peek(1) == UInt8(ascii: "'") || peek(1) == UInt8(ascii: "\"") { return try rawString(start) }
        if let quote = typographicQuote { throw ParseError("the quotation mark \(quote) has no meaning in SQL; strings stand between ' and '", in: text, at: start) }
        if byte.isLetter || byte == UInt8(ascii: "_") { return word(start) }
        if byte.isDigit || (byte == UInt8(ascii: ".") && peek(1).isDigit && !followsName) { return number(start) }
        if byte == UInt8(ascii: "`") { return try quotedName(start) }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return try string(start) }
        let length = symbolLength
        guard length > 0 else {
            let character = String(decoding: bytes[start...].prefix(8), as: UTF8.self).first.map(String.init) ?? ""
            throw ParseError("the character '\(character)' has no meaning here", in: text, at: start)
        }
        at += length
        return Token(.symbol(String(decoding: bytes[start..<at], as: UTF8.self)), start, at)
    }

    /// Whether the byte before belongs to a name, so that a point leads to a field: `t.1st`.
    private var followsName: Bool {
        guard at > 0 else { return false }
        let before = bytes[at - 1]
        return before.isLetter || before.isDigit || before == UInt8(ascii: "_") || before == UInt8(ascii: "`") || before == UInt8(ascii: "]") || before == UInt8(ascii: ")")
    }

    /// `>` always stands alone, so that `array<array<int>>` closes twice; the parser puts `>>` together.
    private var symbolLength: Int {
        switch (peek(), peek(1)) {
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): peek(2) == UInt8(ascii: ">") ? 3 : 2
        case (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "<"), UInt8(ascii: "<")), (UInt8(ascii: ">"), UInt8(ascii: "=")),
            (UInt8(ascii: "!"), UInt8(ascii: "=")), (UInt8(ascii: "!"), UInt8(ascii: "<")), (UInt8(ascii: "!"), UInt8(ascii: ">")),
            (UInt8(ascii: "="), UInt8(ascii: "=")), (UInt8(ascii: "="), UInt8(ascii: ">")), (UInt8(ascii: "|"), UInt8(ascii: "|")),
            (UInt8(ascii: "-"), UInt8(ascii: ">")), (UInt8(ascii: ":"), UInt8(ascii: ":")):
            2
        case (UInt8(ascii: "="), _), (UInt8(ascii: "<"), _), (UInt8(ascii: ">"), _), (UInt8(ascii: "("), _), (UInt8(ascii: ")"), _), (UInt8(ascii: ","), _),
            (UInt8(ascii: "."), _), (UInt8(ascii: "+"), _), (UInt8(ascii: "-"), _), (UInt8(ascii: "*"), _), (UInt8(ascii: "/"), _), (UInt8(ascii: "%"), _),
            (UInt8(ascii: "!"), _), (UInt8(ascii: "["), _), (UInt8(ascii: "]"), _), (UInt8(ascii: ";"), _), (UInt8(ascii: "&"), _), (UInt8(ascii: "|"), _),
            (UInt8(ascii: "^"), _), (UInt8(ascii: "~"), _), (UInt8(ascii: ":"), _):
            1
        default: 0
        }
    }

    /// A mark that word processors make of a quote.
    private var typographicQuote: String? {
        guard peek() == 0xe2, peek(1) == 0x80 else { return nil }
        return [0x98: "‘", 0x99: "’", 0x9c: "“", 0x9d: "”"][peek(2)]
    }

    /// The length of a blank here: a control character, a space, or one of Unicode's.
    private var blankLength: Int {
        switch (peek(), peek(1), peek(2)) {
        case (0...0x20, _, _): 1
        case (0xc2, 0xa0, _): 2
        case (0xe2, 0x80, 0x80...0x8a), (0xe2, 0x80, 0xa8...0xa9), (0xe3, 0x80, 0x80), (0xef, 0xbb, 0xbf): 3
        default: 0
        }
    }

    private mutating func skipBlanks() throws(ParseError) {
        while at < bytes.count {
            let blank = blankLength
            if blank > 0 {
                at += blank
            } else if peek() == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                // A backslash at the end of the line takes the comment to the next one.
                while at < bytes.count, peek() != UInt8(ascii: "\n") || bytes[at - 1] == UInt8(ascii: "\\") { at += 1 }
            } else if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return
            }
        }
    }

    /// Comments nest. Hints, `/*+ ... */`, are comments too: they say how, and not what.
    private mutating func skipComment() throws(ParseError) {
        let start = at
        var open = 0
        repeat {
            if at >= bytes.count { throw ParseError("the comment is never closed", in: text, at: start) }
            if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                open += 1
                at += 2
            } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                open -= 1
                at += 2
            } else {
                at += 1
            }
        } while open > 0
    }

    private mutating func word(_ start: Int) -> Token {
        while (peek().isLetter && blankLength == 0) || peek().isDigit || peek() == UInt8(ascii: "_") { at += 1 }
        let name = String(decoding: bytes[start..<at], as: UTF8.self)
        return Token(.name(name, isQuoted: false), word: name.lowercased(), start, at)
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
        while (peek().isLetter && blankLength == 0) || peek().isDigit || peek() == UInt8(ascii: "_") { at += 1 }
        return Token(.number(String(decoding: bytes[start..<at], as: UTF8.self)), start, at)
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
        return Token(.name(String(decoding: name, as: UTF8.self), isQuoted: true), start, at)
    }

    /// `r'\d+'`: nothing is escaped.
    private mutating func rawString(_ start: Int) throws(ParseError) -> Token {
        let quote = peek(1)
        at += 2
        guard let end = bytes[at...].firstIndex(of: quote) else { throw ParseError("the string is never closed", in: text, at: start) }
        defer { at = end + 1 }
        return Token(.text(Array(bytes[at..<end])), start, end + 1)
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
                escape(&out)
            } else {
                out.append(byte)
                at += 1
            }
        }
        at += 1
        return Token(.text(out), start, at)
    }

    /// What stands behind a backslash: a control character, one of Unicode by its number (`\u00e9`, `\U0001F600`), one of ASCII in octal (`\101`), or the
    /// character itself.
    private mutating func escape(_ out: inout [UInt8]) {
        let byte = peek(1)
        switch byte {
        case UInt8(ascii: "n"): out.append(0x0a)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "r"): out.append(0x0d)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "Z"): out.append(0x1a)
        case UInt8(ascii: "u") where appendCharacter(digits: 4, &out), UInt8(ascii: "U") where appendCharacter(digits: 8, &out): return
        case UInt8(ascii: "0")...UInt8(ascii: "1")
        where (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(peek(2)) && (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(peek(3)):
            out.append((byte & 7) << 6 | (peek(2) & 7) << 3 | peek(3) & 7)
            at += 4
            return
        case UInt8(ascii: "0"): out.append(0)
        case UInt8(ascii: "%"), UInt8(ascii: "_"): out += [UInt8(ascii: "\\"), byte]
        default: out.append(byte)
        }
        at += 2
    }

    private mutating func appendCharacter(digits: Int, _ out: inout [UInt8]) -> Bool {
        guard at + 2 + digits <= bytes.count, let code = UInt32(String(decoding: bytes[at + 2..<at + 2 + digits], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(code)
        else { return false }
        out += Array(String(scalar).utf8)
        at += 2 + digits
        return true
    }
}
