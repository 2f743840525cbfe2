/// What to write instead of a text that does not parse, where its words show what was meant.
///
/// The texts are those of people who come from Python and JavaScript. Each rule asks for what no Lua text can be; where several things may be meant, nothing is
/// said.
struct SyntaxAdvice: Equatable {
    let text: String
    /// The bytes that it is about, where they are others than the word at which the interpreter stopped.
    var mark: Range<Int>?

    /// - Parameters:
    ///   - tokens: of the whole text.
    ///   - stop: the one at which the interpreter stopped; the last stands for the text's end.
    ///   - message: what the interpreter says.
    init?(_ tokens: [LuaToken], stop: Int, message: String, source: [UInt8]) {
        let reader = Reader(tokens: tokens, stop: stop, message: message, source: source)
        guard let found = reader.blockHead() ?? reader.expected() ?? reader.foreignSign() ?? reader.string() ?? reader.statement() else { return nil }
        self = found
    }

    private init(_ text: String, _ mark: Range<Int>? = nil) { (self.text, self.mark) = (text, mark) }

    private struct Reader {
        let tokens: [LuaToken]
        let stop: Int
        let message: String
        let source: [UInt8]

        // MARK: Looking around

        /// The token so many behind the stop.
        func token(_ offset: Int) -> LuaToken? { tokens.indices.contains(stop + offset) ? tokens[stop + offset] : nil }

        func raw(_ token: LuaToken?) -> String { token.map { String(decoding: source[$0.span].prefix(200), as: UTF8.self) } ?? "" }

        /// The word or sign so many behind the stop; empty for numbers and strings.
        func word(_ offset: Int) -> String {
            guard let token = token(offset), [.name, .symbol, .keyword].contains(token.kind) else { return "" }
            return token.text
        }

        func isName(_ offset: Int) -> Bool { token(offset)?.kind == .name }

        func expects(_ words: String) -> Bool { message.hasPrefix(words + " expected") }

        /// Whether a token follows the one before it without a blank.
        func adjoins(_ offset: Int) -> Bool {
            guard let before = token(offset - 1), let token = token(offset) else { return false }
            return before.span.upperBound == token.span.lowerBound
        }

        /// Whether the stop stands in a later line than the token before it.
        var isInLaterLine: Bool {
            guard let before = token(-1), let here = token(0) else { return false }
            return here.line > before.line || here.kind == .end
        }

        func isFirstInLine(_ index: Int) -> Bool { index == 0 || tokens[index - 1].line < tokens[index].line }

        /// The innermost bracket that is open before the stop.
        var openBracket: Int? {
            var depth = 0
            for index in stride(from: stop - 1, through: 0, by: -1) where tokens[index].kind == .symbol {
                switch tokens[index].text {
                case ")", "]", "}": depth += 1
                case "(", "[", "{":
                    if depth == 0 { return index }
                    depth -= 1
                default: break
                }
            }
            return nil
        }

        /// What is called before a bracket: `glueContext.write_dynamic_frame.from_options`; empty where nothing is.
        func callee(before bracket: Int) -> String {
            var index = bracket - 1
            var start = bracket
            while index >= 0, tokens[index].kind == .name {
                start = index
                guard index > 0, [".", ":"].contains(tokens[index - 1].text), tokens[index - 1].kind == .symbol else { break }
                index -= 2
            }
            guard start < bracket else { return "" }
            return String(decoding: source[tokens[start].span.lowerBound..<tokens[bracket - 1].span.upperBound], as: UTF8.self)
        }

        /// What a name is asked of, where that is names alone: `df` of `df.write`; empty for what a call gives.
        func object(before separator: Int) -> String {
            let names = callee(before: separator)
            let start = separator - 1 - 2 * names.utf8.count { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
            return start > 0 && [".", ":"].contains(tokens[start - 1].text) && tokens[start - 1].kind == .symbol ? "" : names
        }

        // MARK: Rules

        /// `if x:` and its like, at the stop or above it: Python's blocks.
        func blockHead() -> SyntaxAdvice? {
            let here = isInLaterLine ? token(-1)?.line ?? 0 : token(0)?.line ?? 0
            var index = min(stop, tokens.count - 1)
            while index >= 0 {
                guard tokens[index].kind == .symbol, tokens[index].text == ":" else {
                    index -= 1
                    continue
                }
                // A colon with a name behind it in its line is a call's; so is every one that Lua has come past.
                let isLast = index + 1 >= tokens.count || tokens[index + 1].line > tokens[index].line || tokens[index + 1].kind == .end
                let isStop = index == stop && (expects("'then'") || expects("'do'"))
                var first = index
                while first > 0, tokens[first - 1].line == tokens[index].line { first -= 1 }
                if isLast || isStop, tokens[index].line <= here, first < index, let text = Self.heads[tokens[first].text], tokens[first].kind != .string {
                    return SyntaxAdvice(text, tokens[index].span)
                }
                index = first - 1
            }
            return nil
        }

        private static let heads = [
            "if": "Lua writes if ... then ... end", "elif": "Lua writes elseif ... then", "else": "Lua writes else without ':', and end behind the block",
            "while": "Lua writes while ... do ... end", "for": "Lua writes for _, x in ipairs(list) do ... end, or for i = 1, n do ... end",
            "def": "Lua writes function name(...) ... end", "try": pcall, "except": pcall, "finally": pcall,
            "with": "Lua has no with: local f = io.open(name), and f:close() at the end",
            "class": "Lua has no classes: a table of functions does, local Name = {}",
        ]
        private static let pcall = "Lua has no try: write local ok, problem = pcall(function() ... end)"

        /// What the interpreter says that it expected.
        func expected() -> SyntaxAdvice? {
            let here = word(0)
            if expects("'then'") {
                if let advice = conditionalExpression() { return advice }
                if here == "is" || (here == "not" && word(-1) == "is") {
                    return SyntaxAdvice(word(1) == "not" || here == "not" ? "Lua writes ~= nil for 'is not None'" : "Lua writes == nil for 'is None'")
                }
                if here == "in" || (here == "not" && word(1) == "in") {
                    return SyntaxAdvice("Lua has no 'in' for conditions: list[x] of a table with keys, text:find(x, 1, true) of a text")
                }
            }
            if expects("'then'") || expects("'do'") {
                let missing = expects("'then'") ? "then" : "do"
                if here == "{" { return SyntaxAdvice("Lua writes \(missing) ... end, without braces") }
                if isInLaterLine, let before = token(-1), token(0)?.kind != .end, beginsStatement {
                    return SyntaxAdvice("write '\(missing)' at the end of line \(before.line)", before.span.upperBound..<before.span.upperBound + 1)
                }
                if beginsStatement, !isInLaterLine { return SyntaxAdvice("write '\(missing)' before '\(here)'") }
            }
            if message.hasPrefix("'=' or 'in' expected"), here == "of" { return SyntaxAdvice("Lua writes for _, x in ipairs(list) do ... end") }
            if expects("<name>"), here == "(", word(-1) == "for" { return SyntaxAdvice("Lua writes for i = 1, n do ... end, without parentheses") }
            if expects("<name>"), token(0)?.kind == .keyword {
                if word(-1) == "." { return SyntaxAdvice("'\(here)' is a word of Lua: write [\"\(here)\"] instead of .\(here)") }
                if ["local", "for", ","].contains(word(-1)) { return SyntaxAdvice("'\(here)' is a word of Lua; take another name") }
            }
            if let advice = key() ?? namedArgument() ?? methodWithoutCall() { return advice }
            if expects("']'"), here == ":" { return SyntaxAdvice("Lua has no slices: text:sub(first, last), or {table.unpack(list, first, last)}; both count from 1") }
            if expects("')'"), here == ",", let bracket = openBracket, tokens[bracket].text == "(", callee(before: bracket).isEmpty, bracket > 0,
                ["=", "return", "in", ","].contains(tokens[bracket - 1].text)
            {
                return SyntaxAdvice("Lua has no tuples: write {1, 2}, or local a, b = 1, 2")
            }
            if message.hasPrefix("<eof> expected near 'end'") { return SyntaxAdvice("no block is open here: take this 'end' away, or see which block above closes too early") }
            if message.hasPrefix("'end' expected (to close 'if'") {
                for index in tokens.indices.dropFirst() where tokens[index].kind == .keyword && tokens[index].text == "if" {
                    let before = tokens[index - 1]
                    if before.kind == .keyword, before.text == "else", before.line == tokens[index].line {
                        return SyntaxAdvice("'else if' opens a block that needs an end of its own; elseif in one word needs none", before.span.lowerBound..<tokens[index].span.upperBound)
                    }
                }
            }
            return nil
        }

        /// Whether the stop looks like the first word of a statement.
        private var beginsStatement: Bool {
            guard let here = token(0) else { return false }
            if here.kind == .keyword { return ["return", "local", "break", "for", "while", "if", "repeat", "goto"].contains(here.text) }
            return here.kind == .name && ["(", ".", ":", "=", "{", "["].contains(word(1))
        }

        /// `a if b else c`.
        private func conditionalExpression() -> SyntaxAdvice? {
            guard word(0) == "else" else { return nil }
            var index = stop - 1
            while index > 0, tokens[index].line == tokens[stop].line {
                if tokens[index].kind == .keyword, tokens[index].text == "if" {
                    let before = tokens[index - 1]
                    let endsValue = [.name, .number, .string].contains(before.kind) || [")", "]", "}", "nil", "true", "false"].contains(before.text)
                    guard endsValue, before.line == tokens[index].line else { return nil }
                    return SyntaxAdvice("Lua has no 'a if b else c': write b and a or c", tokens[index].span)
                }
                index -= 1
            }
            return nil
        }

        /// `{"a": 1}` and `{a: 1}`.
        private func key() -> SyntaxAdvice? {
            guard let bracket = openBracket, tokens[bracket].text == "{" else { return nil }
            if word(0) == ":", let before = token(-1), before.kind == .string, ["{", ","].contains(word(-2)) {
                let name = before.text
                let isName = LuaTokenizer.tokens(of: Array(name.utf8)).map(\.kind) == [.name, .end] && !name.contains(" ")
                if isName { return SyntaxAdvice("Lua writes {\(name) = ...}: = instead of ':', and no quotation marks") }
                return SyntaxAdvice("Lua writes [\(raw(before))] = ... for a key that is no name")
            }
            // The stop is the value, or what stands behind it.
            for offset in [-1, -2] where word(offset) == ":" && isName(offset - 1) && ["{", ","].contains(word(offset - 2)) && (offset == -1 || (isName(-1) && !adjoins(-1))) {
                return SyntaxAdvice("Lua writes {\(word(offset - 1)) = ...}: = instead of ':'", token(offset)?.span)
            }
            return nil
        }

        /// `f(a = 1)`.
        private func namedArgument() -> SyntaxAdvice? {
            guard expects("')'"), word(0) == "=", isName(-1), let bracket = openBracket, bracket > 0, tokens[bracket].text == "(", ["(", ","].contains(word(-2)) else {
                return nil
            }
            let callee = callee(before: bracket)
            let before = bracket - 1 - 2 * callee.utf8.count { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
            let isDefinition = tokens[bracket - 1].text == "function" || (before > 0 && tokens[before - 1].text == "function")
            if isDefinition { return SyntaxAdvice("Lua has no default values: write \(word(-1)) = \(word(-1)) or ... in the function") }
            guard !callee.isEmpty || (bracket > 0 && tokens[bracket - 1].text == ")") else { return nil }
            let last = String(callee.split(whereSeparator: { $0 == "." || $0 == ":" }).last ?? "f")
            let name = (1...48).contains(callee.count) ? callee : last
            if word(-2) == "(" { return SyntaxAdvice("named arguments stand in braces: \(name){\(word(-1)) = ...}") }
            return SyntaxAdvice("named arguments stand in braces: \(name)(..., {\(word(-1)) = ...})")
        }

        private static let properties: Set<String> = [
            "write", "read", "na", "stat", "builder", "catalog", "conf", "udf", "sparkContext", "create_dynamic_frame", "write_dynamic_frame", "columns", "dtypes", "schema",
        ]

        /// `df:show` without its call, and `df:write:mode("append")`.
        private func methodWithoutCall() -> SyntaxAdvice? {
            guard message.hasPrefix("function arguments expected"), isName(-1), word(-2) == ":", let method = token(-1) else { return nil }
            let object = object(before: stop - 2)
            if [":", "."].contains(word(0)) {
                if Self.properties.contains(method.text) {
                    let rest = isName(1) ? ":\(word(1))(...)" : ""
                    return SyntaxAdvice("\(method.text) is a property: write \(object).\(method.text)\(rest)", token(-2)?.span)
                }
                return SyntaxAdvice("a method is called with (): write \(object):\(method.text)()", method.span)
            }
            if word(0) == "=", isName(-3), adjoins(-2) { return SyntaxAdvice("Lua's names have no types: write \(word(-3)) = ...", token(-2)?.span) }
            if isInLaterLine || [")", ",", "}"].contains(word(0)) {
                if Self.properties.contains(method.text) { return SyntaxAdvice("\(method.text) is a property: write \(object).\(method.text)", method.span) }
                return SyntaxAdvice("a method is called with (): write \(object):\(method.text)()", method.span)
            }
            return nil
        }

        /// Signs that other languages have.
        func foreignSign() -> SyntaxAdvice? {
            guard let here = token(0) else { return nil }
            if here.kind == .broken {
                let text = raw(here)
                let one = here.span.lowerBound..<here.span.lowerBound + 1
                let two = here.span.lowerBound..<min(here.span.lowerBound + 2, here.span.upperBound)
                if text.hasPrefix("!=") { return SyntaxAdvice("Lua writes ~= for 'not equal'", two) }
                if text.hasPrefix("!") { return SyntaxAdvice("Lua writes not x for !x", one) }
                if text.hasPrefix("??") { return SyntaxAdvice("Lua writes a or b for a ?? b", two) }
                if text.hasPrefix("?.") { return SyntaxAdvice("Lua writes a and a.b for a?.b", two) }
                if text.hasPrefix("?") { return SyntaxAdvice(text.contains(":") ? "Lua writes c and a or b for c ? a : b" : "'?' means nothing in Lua", one) }
                if text.hasPrefix("@") { return SyntaxAdvice("Lua has no decorators: hand the function on, such as f = F.udf(f, \"string\")", one) }
                if text.hasPrefix("`") { return SyntaxAdvice("Lua joins text with ..: \"text \" .. value; longer text stands in [[ ]]", one) }
                if text.hasPrefix("\\") { return SyntaxAdvice("take the \\ away: in Lua an expression goes on in the next line by itself", one) }
                return nil
            }
            switch (word(-1), word(0)) {
            case ("=", ">"), ("-", ">"): if adjoins(0) { return SyntaxAdvice("Lua writes function(x) return ... end", both(-1, 0)) }
            case ("==", "="): if adjoins(0) { return SyntaxAdvice("Lua compares with ==", both(-1, 0)) }
            case ("<", ">"): if adjoins(0) { return SyntaxAdvice("Lua writes ~= for 'not equal'", both(-1, 0)) }
            case ("*", "*"): if adjoins(0) { return SyntaxAdvice("Lua writes a ^ b for a ** b", both(-1, 0)) }
            default: break
            }
            if word(0) == "=", word(1) == ">", adjoins(1), word(-1) == ")" || isName(-1) { return SyntaxAdvice("Lua writes function(x) return ... end", both(0, 1)) }
            if isFirstInLine(stop), word(0) == "//" || (word(0) == "/" && word(1) == "*") { return SyntaxAdvice("a comment begins with -- in Lua") }
            if word(0) == "+", word(1) == "+", adjoins(1), isName(-1) { return SyntaxAdvice("Lua writes \(word(-1)) = \(word(-1)) + 1", both(0, 1)) }
            if message.hasPrefix("unexpected symbol"), word(0) == "[" {
                var depth = 0
                for token in tokens[stop...].prefix(2000) {
                    if token.kind == .symbol, ["[", "(", "{"].contains(token.text) { depth += 1 }
                    if token.kind == .symbol, ["]", ")", "}"].contains(token.text) { depth -= 1 }
                    if depth == 0 { break }
                    if token.kind == .keyword, token.text == "for", depth == 1 { return SyntaxAdvice("Lua has no list comprehensions: fill a table in a loop, t[#t + 1] = x") }
                }
                if !isFirstInLine(stop) || stop == 0 { return SyntaxAdvice("lists stand in braces: {\"a\", \"b\"}") }
            }
            if message.hasPrefix("unexpected symbol"), word(0) == "{", word(-1) == ")", !isInLaterLine { return SyntaxAdvice("Lua writes function f() ... end, without braces") }
            if message.hasPrefix("unexpected symbol") || message.hasPrefix("<eof> expected"), word(0) == "}", openBracket == nil {
                return SyntaxAdvice("no brace is open here; Lua ends a block with end")
            }
            if message.hasPrefix("syntax error"), word(0) == "<", ["const", "close"].contains(word(1)), isName(-1) {
                return SyntaxAdvice("Lua writes local \(word(-1)) <\(word(1))> = ...")
            }
            if message.hasPrefix("attempt to assign to const variable"), let name = Diagnostic.quoted(message).first {
                return SyntaxAdvice("'\(name)' is declared with <const>: take another name, or take <const> away there")
            }
            return nil
        }

        private func both(_ first: Int, _ second: Int) -> Range<Int>? {
            guard let first = token(first), let second = token(second) else { return nil }
            return first.span.lowerBound..<second.span.upperBound
        }

        /// Strings: their methods, and quotation marks that end them too early.
        func string() -> SyntaxAdvice? {
            guard let here = token(0) else { return nil }
            if message.hasPrefix("invalid escape sequence") { return SyntaxAdvice("a \\ in a text is written \\\\, or the text stands in [[ ]]") }
            if here.kind == .string, raw(here) == "\"\"" || raw(here) == "''", adjoins(1), token(1)?.kind == .string { return SyntaxAdvice("text of several lines stands in [[ ]]") }
            if here.kind == .string, adjoins(0), token(-1)?.kind == .string, ["\"\"", "''"].contains(raw(token(-1))) { return SyntaxAdvice("text of several lines stands in [[ ]]") }
            if let before = token(-1), before.kind == .string, adjoins(0), here.kind == .name || here.kind == .number {
                let quote = source[before.span.lowerBound]
                if quote == UInt8(ascii: "'") { return SyntaxAdvice("the ' before '\(raw(here))' ends the text: put it into \"...\" or [[...]]") }
                if quote == UInt8(ascii: "\"") { return SyntaxAdvice("the \" before '\(raw(here))' ends the text: put it into '...' or [[...]]") }
            }
            // `"a".upper()` and `"a":upper()`; at the head of a statement the string itself is the stop.
            let at = here.kind == .string ? 0 : -1
            guard let text = token(at), text.kind == .string, [".", ":"].contains(word(at + 1)), isName(at + 2), word(at + 3) == "(" else { return nil }
            let method = word(at + 2)
            if method == "join" { return SyntaxAdvice("Lua writes table.concat(list, \(shown(text)))") }
            if StringLibrary.names.contains(method) { return SyntaxAdvice("put the text in parentheses: (\(shown(text))):\(method)(...)") }
            return SyntaxAdvice(ForeignWords.method(method, ofText: true) ?? "put the text in parentheses: (\(shown(text))):\(method)(...)")
        }

        private func shown(_ token: LuaToken) -> String { token.span.count <= 24 ? raw(token) : "\"...\"" }

        /// A word that begins a statement elsewhere and is a name here: `import sys`, `continue`.
        func statement() -> SyntaxAdvice? {
            guard message.hasPrefix("syntax error"), let before = token(-1), before.kind == .name else { return nil }
            if word(-2) == "." || word(-2) == ":" {
                guard isInLaterLine || token(0)?.kind == .keyword else { return nil }
                let object = object(before: stop - 2)
                return SyntaxAdvice("a function is called with (): write \(object)\(word(-2))\(before.text)()", before.span)
            }
            let next = word(0)
            let isAlone = isInLaterLine || ["end", "else", "elseif", "until", ";"].contains(next)
            switch before.text {
            case "def" where isName(0): return SyntaxAdvice("Lua writes function \(next)(...) ... end", before.span)
            case "import" where isName(0), "from" where isName(0):
                return SyntaxAdvice(
                    "Lua has no import: glueContext, spark, F, Job and the transforms are there already; else write local m = require \"m\"", before.span)
            case "except" where isName(0): return SyntaxAdvice(Self.pcall, before.span)
            case "raise" where isName(0) || isAlone, "throw" where isName(0): return SyntaxAdvice("Lua writes error(\"...\")", before.span)
            case "with" where isName(0): return SyntaxAdvice(Self.heads["with"] ?? "", before.span)
            case "class" where isName(0): return SyntaxAdvice("Lua has no classes: a table of functions does, local \(next) = {}", before.span)
            case "pass" where isAlone: return SyntaxAdvice("Lua has no pass: an empty block needs no word", before.span)
            case "continue" where isAlone: return SyntaxAdvice("Lua has no continue: write goto continue, and ::continue:: before the loop's end", before.span)
            case "del" where isName(0), "delete" where isName(0): return SyntaxAdvice("Lua writes \(next) = nil", before.span)
            case "var" where isName(0), "let" where isName(0), "const" where isName(0): return SyntaxAdvice("Lua writes local \(next) = ...", before.span)
            case "global" where isName(0), "nonlocal" where isName(0):
                return SyntaxAdvice("Lua needs no \(before.text): a name without local is the outer one, or global", before.span)
            case "async" where next == "function": return SyntaxAdvice("Lua has no async: write function alone", before.span)
            case "await" where isName(0): return SyntaxAdvice("Lua has no await: take the word away", before.span)
            case "new" where isName(0): return SyntaxAdvice("Lua has no new: call \(next)(...)", before.span)
            case "yield" where isName(0): return SyntaxAdvice("Lua writes coroutine.yield(...)", before.span)
            case "print" where isName(0) || token(0)?.kind == .number, "assert" where isName(0): return SyntaxAdvice("a call has parentheses: \(before.text)(...)", before.span)
            default: break
            }
            // `i--` is the name and a comment.
            let end = before.span.upperBound
            if isInLaterLine, source[end...].starts(with: Array("--".utf8)), source[(end + 2)...].first.map({ $0 == 0x0a || $0 == 0x0d || $0 == UInt8(ascii: ";") }) ?? true {
                return SyntaxAdvice("-- begins a comment in Lua: write \(before.text) = \(before.text) - 1", before.span.lowerBound..<end + 2)
            }
            return nil
        }
    }
}

/// What Lua's own library has for text: methods of every string.
enum StringLibrary {
    static let names: Set<String> = [
        "byte", "char", "dump", "find", "format", "gmatch", "gsub", "len", "lower", "match", "pack", "packsize", "rep", "reverse", "sub", "unpack", "upper",
    ]
}
