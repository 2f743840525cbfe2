/// Lets `local x = 1` of one line live on in the next: at the top level of what is entered, outside of blocks, locals are globals of the session.
///
/// People paste pieces of scripts, and a local that is gone with its line would make the next piece fail. A local that is to be closed (`<close>`)
/// stays one, as it means nothing otherwise.
package enum SessionLocals {
    /// The text with such declarations turned into assignments. What is left out becomes blanks, so that lines and columns stay.
    package static func kept(_ text: [UInt8]) -> [UInt8] {
        let tokens = LuaTokens.of(text).filter { token in
            if case .comment = token.kind { return false }
            return true
        }
        guard tokens.contains(where: { $0.isKeyword("local") }) else { return text }
        var result = text
        // What goes in behind a place: `= nil` behind a declaration without values.
        var insertions: [Int] = []
        var depth = 0
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            index += 1
            guard token.kind == .keyword || token.kind == .symbol else { continue }
            switch token.text {
            // `for` and `while` open with their `do`.
            case "function", "do", "then", "repeat", "(", "{", "[": depth += 1
            case "end", "until", ")", "}", "]": depth -= 1
            case "elseif", "else": depth -= token.text == "elseif" ? 1 : 0
            case "local" where depth == 0 && token.kind == .keyword:
                if index < tokens.count, tokens[index].isKeyword("function") {
                    blank(token.range, in: &result)
                    continue
                }
                guard let declaration = declaration(tokens, from: index) else { continue }
                blank(token.range, in: &result)
                for range in declaration.attributes { blank(range, in: &result) }
                if !declaration.hasValues { insertions.append(declaration.end) }
            default: break
            }
        }
        for place in insertions.reversed() { result.insert(contentsOf: Array(" = nil".utf8), at: place) }
        return result
    }

    private static func blank(_ range: Range<Int>, in text: inout [UInt8]) {
        for place in range where text[place] != 0x0a { text[place] = 0x20 }
    }

    /// The names behind `local`: `a <const>, b = 1, 2`.
    private static func declaration(_ tokens: [LuaToken], from start: Int) -> (attributes: [Range<Int>], hasValues: Bool, end: Int)? {
        var index = start
        var attributes: [Range<Int>] = []
        while true {
            guard index < tokens.count, tokens[index].kind == .name else { return nil }
            var end = tokens[index].range.upperBound
            index += 1
            if index + 2 < tokens.count, tokens[index].isSymbol("<"), tokens[index + 2].isSymbol(">") {
                if tokens[index + 1].text != "const" { return nil }
                end = tokens[index + 2].range.upperBound
                attributes.append(tokens[index].range.lowerBound..<end)
                index += 3
            }
            guard index < tokens.count, tokens[index].isSymbol(",") else {
                return (attributes, index < tokens.count && tokens[index].isSymbol("="), end)
            }
            index += 1
        }
    }
}
