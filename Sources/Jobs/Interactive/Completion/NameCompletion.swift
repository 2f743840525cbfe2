internal import Scripting

/// Names: keywords, globals, and what the text itself has named.
extension Completer {
    func names(_ word: String, _ context: CompletionContext) -> [Candidate] {
        let before = word.isEmpty ? context.tokens[...] : context.tokens.dropLast()
        if before.last?.isKeyword("goto") == true { return Self.matching(word, labels(context)) }
        // Behind a value no name is expected before the next line.
        if word.isEmpty, let last = before.last, last.endsValue, !context.beginsLine { return [] }
        var found: [String: Candidate] = [:]
        for name in localNames(context) where name != word || word.isEmpty { found[name] = Candidate(name, .field, detail: "local") }
        for (name, value) in environment.state.keys(at: []) where found[name] == nil && Self.isName(name) {
            // `_` and what is Lua's own business is offered to those who ask for it.
            if word.isEmpty, name.hasPrefix("_") { continue }
            found[name] = Candidate(name, .global, detail: detail(of: value, name))
        }
        for keyword in LuaTokens.keywords where found[keyword] == nil && !word.isEmpty { found[keyword] = Candidate(keyword, .keyword, detail: "keyword") }
        return Self.matching(word, found.values.sorted { $0.text < $1.text })
    }

    /// The names that the text declares: locals and parameters.
    private func localNames(_ context: CompletionContext) -> Set<String> {
        var names = Set<String>()
        let tokens = context.tokens
        // The last word is the one that is being typed.
        for (index, token) in tokens.dropLast().enumerated() where token.kind == .keyword && (token.text == "local" || token.text == "for") {
            var next = index + 1
            while next < tokens.count - 1, tokens[next].kind == .name {
                names.insert(tokens[next].text)
                guard next + 1 < tokens.count, tokens[next + 1].isSymbol(",") else { break }
                next += 2
            }
        }
        for function in context.openFunctions(before: tokens.count) { names.formUnion(function.parameters) }
        return names
    }

    /// The labels of the text: `::again::`.
    private func labels(_ context: CompletionContext) -> [Candidate] {
        let tokens = context.tokens
        let names = tokens.indices.dropFirst().dropLast().filter { tokens[$0].kind == .name && tokens[$0 - 1].isSymbol("::") && tokens[$0 + 1].isSymbol("::") }
        return Set(names.map { tokens[$0].text }).sorted().map { Candidate($0, .field, detail: "label") }
    }

    /// A few words on a value.
    func detail(of value: SeenValue, _ name: String) -> String {
        switch value {
        case .function(let registered):
            guard let registered, let parameters = environment.parameters(of: registered) else { return "function" }
            return "(" + parameters.map(\.name).joined(separator: ", ") + ")"
        default: return value.kind
        }
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return text.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && !LuaTokens.keywords.contains(text)
    }
}
