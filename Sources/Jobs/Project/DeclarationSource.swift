/// The text of a project file, for finding the line where a member of a declaration stands: Lua's tables do not remember it.
///
/// What the text shows as a table is found to the line; for what code put together, the line of the nearest thing that the text shows.
struct DeclarationSource {
    /// A step on the way to a value: a key, or a place in a list, counted from 1.
    enum Step: Hashable, Sendable {
        case name(String)
        case index(Int)
    }

    private struct Token {
        enum Kind { case name, string, mark }
        let kind: Kind
        let text: String
        let line: Int
        /// Bytes of the file; within its quotes for a string.
        let span: Range<Int>
    }

    /// Where something stands: its line, and what of it names the thing and gives its value, in bytes of the file.
    struct Spot {
        let line: Int
        /// The member's name, or the function of a declaration.
        var name: Range<Int>?
        /// The value, where it is one word, number or text.
        var value: Range<Int>?
    }

    private let lines: [Substring]
    private let starts: [Int]
    private let tokens: [Token]

    init(_ source: [UInt8]) {
        let text = String(decoding: source, as: UTF8.self)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasSuffix("\r") ? $0.dropLast() : $0 }
        var starts = [0]
        for (i, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") { starts.append(i + 1) }
        self.starts = starts
        tokens = Self.tokens(Array(text.utf8))
    }

    /// The characters of a line that lie in bytes of the file; nil where they begin in another line.
    func characters(of bytes: Range<Int>, inLine line: Int) -> Range<Int>? {
        guard let text = text(line), bytes.lowerBound >= starts[line - 1], bytes.lowerBound - starts[line - 1] <= text.utf8.count else { return nil }
        func count(_ offset: Int) -> Int { String(decoding: text.utf8.prefix(offset - starts[line - 1]), as: UTF8.self).count }
        return count(bytes.lowerBound)..<count(bytes.upperBound)
    }

    /// The text of a line, counted from 1.
    func text(_ line: Int) -> String? { lines.indices.contains(line - 1) ? String(lines[line - 1]) : nil }

    /// Where a value stands.
    ///
    /// - Parameters:
    ///   - steps: the way from the declaration's table to the value.
    ///   - function: the function that declares: `job`.
    ///   - first: where the declaration begins.
    func spot(of steps: [Step], in function: String, from first: Int) -> Spot {
        var i = tokens.firstIndex { $0.line >= first } ?? tokens.count
        while i + 1 < tokens.count, tokens[i].line <= first {
            if tokens[i].kind == .name, tokens[i].text == function {
                let opening = tokens[i + 1].text == "(" ? i + 2 : i + 1
                if opening < tokens.count, tokens[opening].kind == .mark, tokens[opening].text == "{" {
                    let own = Spot(line: first, name: tokens[i].span)
                    if steps.isEmpty { return tokens[opening].line == first ? own : Spot(line: tokens[opening].line) }
                    return spot(of: steps[...], at: opening) ?? own
                }
            }
            i += 1
        }
        return Spot(line: first)
    }

    /// Where a value stands in the table that opens at a token; the nearest value above it where it is not found.
    private func spot(of steps: ArraySlice<Step>, at opening: Int) -> Spot? {
        guard let step = steps.first else { return Spot(line: tokens[opening].line) }
        var position = 0
        var i = opening + 1
        while i < tokens.count, !isMark(i, "}") {
            // An entry begins.
            var value = i
            var key: Step
            if tokens[i].kind == .name, isMark(i + 1, "=") {
                (key, value) = (.name(tokens[i].text), i + 2)
            } else if isMark(i, "["), i + 3 < tokens.count, isMark(i + 2, "]"), isMark(i + 3, "=") {
                (key, value) = (tokens[i + 1].kind == .string ? .name(tokens[i + 1].text) : .index(Int(tokens[i + 1].text) ?? 0), i + 4)
            } else {
                position += 1
                key = .index(position)
            }
            if key == step {
                let end = end(of: value)
                let isWord = end == value + 1 && tokens[value].line == tokens[i].line
                let own = Spot(
                    line: tokens[i].line, name: value == i ? nil : tokens[isMark(i, "[") ? i + 1 : i].span, value: isWord ? tokens[value].span : nil)
                if steps.count > 1, isMark(value, "{") { return spot(of: steps.dropFirst(), at: value) ?? own }
                return own
            }
            i = end(of: value)
            if isMark(i, ",") || isMark(i, ";") { i += 1 }
        }
        return nil
    }

    private func isMark(_ i: Int, _ text: String) -> Bool { i < tokens.count && tokens[i].kind == .mark && tokens[i].text == text }

    /// Where the expression that begins at a token ends: at a comma, a semicolon or the bracket around it.
    private func end(of start: Int) -> Int {
        var depth = 0
        var i = start
        while i < tokens.count {
            let token = tokens[i]
            switch (token.kind, token.text) {
            case (.mark, "{"), (.mark, "("), (.mark, "["), (.name, "function"), (.name, "if"), (.name, "do"), (.name, "repeat"): depth += 1
            case (.mark, "}"), (.mark, ")"), (.mark, "]"), (.name, "end"), (.name, "until"):
                if depth == 0 { return i }
                depth -= 1
            case (.mark, ","), (.mark, ";"): if depth == 0 { return i }
            default: break
            }
            i += 1
        }
        return i
    }

    // MARK: - Lua's words

    private static func tokens(_ text: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var i = 0
        var line = 1
        func at(_ k: Int) -> UInt8 { k < text.count ? text[k] : 0 }
        /// The level of the long bracket that opens here; nil where none does.
        func longBracket(_ k: Int) -> Int? {
            guard at(k) == UInt8(ascii: "[") else { return nil }
            var end = k + 1
            while at(end) == UInt8(ascii: "=") { end += 1 }
            return at(end) == UInt8(ascii: "[") ? end - k - 1 : nil
        }
        /// Goes behind a long bracket; gives what stood in it.
        func skipLong(_ level: Int) -> String {
            i += level + 2
            let start = i
            let closing = [UInt8(ascii: "]")] + Array(repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
            while i < text.count {
                if text[i] == UInt8(ascii: "]"), text[i...].starts(with: closing) {
                    let inner = String(decoding: text[start..<i], as: UTF8.self)
                    i += closing.count
                    return inner
                }
                if text[i] == UInt8(ascii: "\n") { line += 1 }
                i += 1
            }
            return ""
        }
        func isWord(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        while i < text.count {
            let byte = text[i]
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                i += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): i += 1
            case UInt8(ascii: "-") where at(i + 1) == UInt8(ascii: "-"):
                i += 2
                if let level = longBracket(i) {
                    _ = skipLong(level)
                } else {
                    while i < text.count, text[i] != UInt8(ascii: "\n") { i += 1 }
                }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                let first = line
                var content: [UInt8] = []
                i += 1
                let opening = i
                while i < text.count, text[i] != byte {
                    if text[i] == UInt8(ascii: "\\") { i += 1 }
                    if at(i) == UInt8(ascii: "\n") { line += 1 }
                    content.append(at(i))
                    i += 1
                }
                i += 1
                tokens.append(Token(kind: .string, text: String(decoding: content, as: UTF8.self), line: first, span: opening..<max(opening, min(i, text.count + 1) - 1)))
            case UInt8(ascii: "[") where longBracket(i) != nil:
                let (first, start) = (line, i)
                let inner = skipLong(longBracket(i) ?? 0)
                tokens.append(Token(kind: .string, text: inner, line: first, span: start..<min(i, text.count)))
            case _ where isWord(byte):
                let start = i
                while i < text.count, isWord(text[i]) { i += 1 }
                tokens.append(Token(kind: .name, text: String(decoding: text[start..<i], as: UTF8.self), line: line, span: start..<i))
            default:
                let length = byte == UInt8(ascii: "=") && at(i + 1) == UInt8(ascii: "=") ? 2 : 1
                tokens.append(Token(kind: .mark, text: String(decoding: text[i..<i + length], as: UTF8.self), line: line, span: i..<i + length))
                i += length
            }
        }
        return tokens
    }
}
