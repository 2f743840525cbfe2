/// Where in Lua a cursor stands.
package struct CompletionContext {
    package enum Place: Equatable {
        /// In a comment or a number, where nothing can be said.
        case nowhere
        case string(StringPlace)
        /// Behind a dot or a colon: the name so far, the byte at which it begins, and the number of tokens before the dot.
        case member(word: String, start: Int, end: Int, isMethod: Bool)
        case name(word: String, start: Int)
    }

    /// A string that the cursor stands in.
    package struct StringPlace: Equatable {
        /// What stands between the quote and the cursor, and the byte at which it begins.
        let text: String
        let start: Int
        /// Tokens before the string.
        let tokens: Int

        package init(text: String, start: Int, tokens: Int) { (self.text, self.start, self.tokens) = (text, start, tokens) }
    }

    /// A call that is open at the cursor.
    package struct Call: Equatable {
        /// Tokens before its bracket: what is called.
        let callee: Int
        /// The first token behind the bracket.
        let first: Int
        /// Whether its arguments have names: `f{a = 1}`, `f({a = 1})`.
        package let hasNames: Bool
    }

    /// The words before the cursor, without comments; the one that the cursor stands in or behind is the last.
    package let tokens: [LuaToken]
    package let place: Place
    /// Whether the cursor stands in another line than the last word.
    let beginsLine: Bool
    /// For each bracket the number of the one that belongs to it; -1 for all else.
    let partners: [Int]
    /// Brackets, calls and functions around a place that are looked at: more than anybody nests.
    private static let most = 60

    package init(_ before: [UInt8]) {
        let all = LuaTokens.of(before)
        tokens = all.filter { if case .comment = $0.kind { false } else { true } }
        partners = Self.partners(tokens)
        guard let last = all.last else {
            place = .name(word: "", start: before.count)
            beginsLine = true
            return
        }
        let touches = last.range.upperBound == before.count
        beginsLine = before[last.range.upperBound...].contains(0x0a)
        switch last.kind {
        case .comment(let closed): place = closed && !touches ? .name(word: "", start: before.count) : touches && !closed ? .nowhere : .name(word: "", start: before.count)
        case .string(closed: false) where touches:
            let start = last.range.upperBound - last.text.utf8.count
            place = .string(StringPlace(text: last.text, start: start, tokens: tokens.count - 1))
        case .number where touches: place = .nowhere
        case .name where touches, .keyword where touches:
            let index = tokens.count - 1
            if index >= 1, tokens[index - 1].isSymbol(".") || tokens[index - 1].isSymbol(":") {
                place = .member(word: last.text, start: last.range.lowerBound, end: index - 1, isMethod: tokens[index - 1].isSymbol(":"))
            } else {
                place = .name(word: last.text, start: last.range.lowerBound)
            }
        case .symbol where last.text == "." || last.text == ":":
            place = .member(word: "", start: before.count, end: tokens.count - 1, isMethod: last.text == ":")
        default: place = .name(word: "", start: before.count)
        }
    }

    private static func partners(_ tokens: [LuaToken]) -> [Int] {
        var partners = [Int](repeating: -1, count: tokens.count)
        var open: [Int] = []
        for (index, token) in tokens.enumerated() where token.kind == .symbol {
            switch token.text {
            case "(", "[", "{": open.append(index)
            case ")", "]", "}":
                guard let begin = open.popLast() else { continue }
                (partners[begin], partners[index]) = (index, begin)
            default: break
            }
        }
        return partners
    }

    /// The brackets that are open before a token, innermost first, as the numbers of their tokens.
    package func openBrackets(before end: Int) -> [Int] {
        var open: [Int] = []
        var index = min(end, tokens.count) - 1
        while index >= 0, open.count < Self.most {
            if tokens[index].kind == .symbol {
                switch tokens[index].text {
                case "(", "[", "{": open.append(index)
                case ")", "]", "}": if partners[index] >= 0 { index = partners[index] }
                default: break
                }
            }
            index -= 1
        }
        return open
    }

    /// The calls that are open before a token, innermost first.
    package func openCalls(before end: Int) -> [Call] {
        let open = openBrackets(before: end)
        return open.compactMap { call(at: $0, open) }
    }

    func call(at bracket: Int, _ open: [Int]) -> Call? {
        guard isCallee(bracket) else { return nil }
        if tokens[bracket].isSymbol("{") { return Call(callee: bracket, first: bracket + 1, hasNames: true) }
        guard tokens[bracket].isSymbol("(") else { return nil }
        let isOpen = open.contains(bracket + 1) && tokens[bracket + 1].isSymbol("{")
        return Call(callee: bracket, first: isOpen ? bracket + 2 : bracket + 1, hasNames: isOpen)
    }

    /// Whether what stands before a bracket can be called.
    private func isCallee(_ bracket: Int) -> Bool {
        guard bracket > 0 else { return false }
        let token = tokens[bracket - 1]
        if token.kind == .name { return bracket < 2 || !tokens[bracket - 2].isKeyword("function") }
        return token.isSymbol(")") || token.isSymbol("]")
    }

    /// The value of a named argument of a call, as the range of its tokens; nil where it has not been written.
    func argument(_ name: String, of call: Call, before end: Int) -> Range<Int>? {
        arguments(of: call, before: end).first { $0.name == name }?.value
    }

    /// The arguments of a call as far as they are written, with their names where they have such.
    package func arguments(of call: Call, before end: Int) -> [(name: String?, value: Range<Int>)] {
        var result: [(name: String?, value: Range<Int>)] = []
        var blocks = 0
        var start = call.first
        let end = min(end, tokens.count)
        func add(_ stop: Int) {
            guard start < stop else { return }
            if let (name, value) = name(at: start, before: stop) { result.append((name, value..<stop)) } else { result.append((nil, start..<stop)) }
        }
        var index = call.first
        while index < end {
            let token = tokens[index]
            if token.kind == .symbol {
                switch token.text {
                case "(", "[", "{":
                    // What is open up to the end is the last argument.
                    guard partners[index] > index, partners[index] < end else {
                        add(end)
                        return result
                    }
                    index = partners[index]
                case ")", "]", "}":
                    add(index)
                    return result
                case "," where blocks <= 0, ";" where blocks <= 0:
                    add(index)
                    start = index + 1
                default: break
                }
            } else if token.kind == .keyword {
                blocks += Self.depth(of: token.text)
            }
            index += 1
        }
        add(end)
        return result
    }

    /// The first token of the expression that ends before a token: a name with what is read of it and called on it.
    package func expressionStart(before end: Int) -> Int? {
        var index = end - 1
        // A chain of more steps than anybody writes says nothing.
        var left = 2000
        while index >= 0, left > 0 {
            left -= 1
            let token = tokens[index]
            switch (token.kind, token.text) {
            case (.symbol, ")"), (.symbol, "]"), (.symbol, "}"):
                guard let open = matching(index) else { return nil }
                // What stands before the bracket is called or read; a bracket by itself is the whole.
                if open > 0, tokens[open - 1].kind == .name || tokens[open - 1].isSymbol(")") || tokens[open - 1].isSymbol("]") {
                    index = open - 1
                    continue
                }
                return open
            case (.string(closed: true), _):
                // A call without brackets: require "x".
                if index > 0, tokens[index - 1].kind == .name {
                    index -= 1
                    continue
                }
                return index
            case (.name, _):
                if index > 1, tokens[index - 1].isSymbol(".") || tokens[index - 1].isSymbol(":") {
                    index -= 2
                    continue
                }
                return index
            default: return nil
            }
        }
        return nil
    }

    /// The bracket that belongs to one; nil where it has none before the end of the text.
    func matching(_ bracket: Int) -> Int? { partners[bracket] >= 0 ? partners[bracket] : nil }

    /// The functions whose bodies are open before a token, innermost first: the number of their `function` and their parameters.
    package func openFunctions(before end: Int) -> [(keyword: Int, parameters: [String])] {
        var blocks: [Int?] = []
        for (index, token) in tokens[..<min(end, tokens.count)].enumerated() where token.kind == .keyword {
            switch token.text {
            case "function": blocks.append(index)
            case "do", "then", "repeat": blocks.append(nil)
            case "end", "until", "elseif": _ = blocks.popLast()
            default: break
            }
        }
        return blocks.reversed().compactMap { $0 }.prefix(Self.most).map { keyword in
            var parameters: [String] = []
            var index = keyword + 1
            while index < tokens.count, !tokens[index].isSymbol("(") { index += 1 }
            while index < min(end, tokens.count), !tokens[index].isSymbol(")") {
                if tokens[index].kind == .name { parameters.append(tokens[index].text) }
                index += 1
            }
            return (keyword, parameters)
        }
    }
}
