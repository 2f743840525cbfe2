/// A word of a Lua text and where it stands.
package struct LuaToken: Equatable {
    package enum Kind: Equatable {
        case name, number, string, symbol, keyword, end
        /// Bytes that are no Lua, or a string or comment without an end.
        case broken
    }

    package let kind: Kind
    /// Bytes in the text.
    package let span: Range<Int>
    /// 1-based line of the first byte.
    package let line: Int
    /// Names, keywords and symbols as they are written; the value of a string, escapes resolved; empty otherwise.
    package let text: String
}

/// Takes a Lua 5.4 text apart. Never fails: what is no Lua comes as a broken token, and goes to the end of its line.
package struct LuaTokenizer {
    private let source: [UInt8]
    private var place = 0
    private var line = 1

    static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then",
        "true", "until", "while",
    ]
    private static let symbols = Set([
        "+", "-", "*", "/", "%", "^", "#", "&", "~", "|", "<<", ">>", "//", "==", "~=", "<=", ">=", "<", ">", "=", "(", ")", "{", "}", "[", "]", "::", ";", ":",
        ",", ".", "..", "...",
    ])

    init(_ source: [UInt8]) {
        self.source = source
        // As the interpreter has it: a byte order mark, and a first line for the shell.
        if source.starts(with: [0xef, 0xbb, 0xbf]) { place = 3 }
        if byte(place) == UInt8(ascii: "#") { while let next = byte(place), next != UInt8(ascii: "\n") { place += 1 } }
    }

    /// All tokens; the last is the end.
    package static func tokens(of source: [UInt8]) -> [LuaToken] {
        var tokenizer = LuaTokenizer(source)
        var tokens: [LuaToken] = []
        repeat { tokens.append(tokenizer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private func byte(_ index: Int) -> UInt8? { index < source.count ? source[index] : nil }

    mutating func next() -> LuaToken {
        if let broken = skipBlanks() { return broken }
        let (start, startLine) = (place, line)
        func token(_ kind: LuaToken.Kind, _ text: String = "") -> LuaToken { LuaToken(kind: kind, span: start..<place, line: startLine, text: text) }
        guard let first = byte(place) else { return token(.end) }
        if first.isLuaLetter {
            while let next = byte(place), next.isLuaLetter || next.isDigit { place += 1 }
            let text = String(decoding: source[start..<place], as: UTF8.self)
            return token(Self.keywords.contains(text) ? .keyword : .name, text)
        }
        if first.isDigit || (first == UInt8(ascii: ".") && byte(place + 1)?.isDigit == true) {
            readNumber()
            return token(.number)
        }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            guard let value = readString(first) else { return token(.broken) }
            return token(.string, value)
        }
        if first == UInt8(ascii: "["), let level = longBracket(place) {
            guard let value = readLong(level) else { return token(.broken) }
            return token(.string, value)
        }
        for length in [3, 2, 1] where place + length <= source.count {
            let text = String(decoding: source[place..<place + length], as: UTF8.self)
            if Self.symbols.contains(text) {
                place += length
                return token(.symbol, text)
            }
        }
        while let next = byte(place), next != UInt8(ascii: "\n") { place += 1 }
        return token(.broken)
    }

    /// Passes blanks and comments; a comment without an end is returned.
    private mutating func skipBlanks() -> LuaToken? {
        while let next = byte(place) {
            switch next {
            case UInt8(ascii: "\n"):
                line += 1
                place += 1
            case 0x20, 0x09, 0x0b, 0x0c, 0x0d: place += 1
            case UInt8(ascii: "-") where byte(place + 1) == UInt8(ascii: "-"):
                let (start, startLine) = (place, line)
                place += 2
                if byte(place) == UInt8(ascii: "["), let level = longBracket(place) {
                    if readLong(level) == nil { return LuaToken(kind: .broken, span: start..<place, line: startLine, text: "") }
                } else {
                    while let next = byte(place), next != UInt8(ascii: "\n") { place += 1 }
                }
            default: return nil
            }
        }
        return nil
    }

    private mutating func readNumber() {
        let isHex = byte(place) == UInt8(ascii: "0") && (byte(place + 1).map { $0 | 0x20 } == UInt8(ascii: "x"))
        if isHex { place += 2 }
        while let next = byte(place) {
            if (next | 0x20) == (isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")) {
                place += 1
                if let sign = byte(place), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { place += 1 }
            } else if next.isDigit || next.isLuaLetter || next == UInt8(ascii: ".") {
                place += 1
            } else {
                return
            }
        }
    }

    /// A string in quotes; nil when its line ends before it does.
    private mutating func readString(_ quote: UInt8) -> String? {
        var value: [UInt8] = []
        place += 1
        while let next = byte(place) {
            if next == quote {
                place += 1
                return String(decoding: value, as: UTF8.self)
            }
            if next == UInt8(ascii: "\n") { return nil }
            if next != UInt8(ascii: "\\") {
                value.append(next)
                place += 1
                continue
            }
            place += 1
            readEscape(into: &value)
        }
        return nil
    }

    private mutating func readEscape(into value: inout [UInt8]) {
        guard let letter = byte(place) else { return }
        place += 1
        switch letter {
        case UInt8(ascii: "n"): value.append(0x0a)
        case UInt8(ascii: "t"): value.append(0x09)
        case UInt8(ascii: "r"): value.append(0x0d)
        case UInt8(ascii: "a"): value.append(0x07)
        case UInt8(ascii: "b"): value.append(0x08)
        case UInt8(ascii: "f"): value.append(0x0c)
        case UInt8(ascii: "v"): value.append(0x0b)
        case UInt8(ascii: "\n"):
            line += 1
            value.append(letter)
        case UInt8(ascii: "z"):
            while let next = byte(place), next == 0x20 || (0x09...0x0d).contains(next) {
                if next == UInt8(ascii: "\n") { line += 1 }
                place += 1
            }
        case UInt8(ascii: "x"):
            let digits = take(2) { $0.isHexDigit }
            if let code = UInt8(digits, radix: 16) { value.append(code) }
        case UInt8(ascii: "u") where byte(place) == UInt8(ascii: "{"):
            place += 1
            let digits = take(8) { $0.isHexDigit }
            if byte(place) == UInt8(ascii: "}") { place += 1 }
            if let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) { value += Array(String(Character(scalar)).utf8) }
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            place -= 1
            if let code = UInt8(take(3) { $0.isDigit }) { value.append(code) }
        default: value.append(letter)
        }
    }

    private mutating func take(_ most: Int, _ belongs: (UInt8) -> Bool) -> String {
        let start = place
        while place < start + most, let next = byte(place), belongs(next) { place += 1 }
        return String(decoding: source[start..<place], as: UTF8.self)
    }

    /// The level of a long bracket that opens at a place: 0 for `[[`, 1 for `[=[`.
    private func longBracket(_ start: Int) -> Int? {
        var end = start + 1
        while byte(end) == UInt8(ascii: "=") { end += 1 }
        return byte(end) == UInt8(ascii: "[") ? end - start - 1 : nil
    }

    private mutating func readLong(_ level: Int) -> String? {
        place += level + 2
        if byte(place) == UInt8(ascii: "\r") { place += 1 }
        if byte(place) == UInt8(ascii: "\n") {
            line += 1
            place += 1
        }
        let start = place
        while let next = byte(place) {
            if next == UInt8(ascii: "\n") { line += 1 }
            place += 1
            guard next == UInt8(ascii: "]") else { continue }
            var end = place
            while byte(end) == UInt8(ascii: "="), end - place < level { end += 1 }
            if end - place == level, byte(end) == UInt8(ascii: "]") {
                // Lua makes every line break \n.
                let bytes = source[start..<place - 1]
                let value = bytes.contains(0x0d) ? String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n") : String(decoding: bytes, as: UTF8.self)
                place = end + 1
                return value
            }
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self | 0x20) }
    fileprivate var isLuaLetter: Bool { (0x61...0x7a).contains(self | 0x20) || self == UInt8(ascii: "_") }
}
