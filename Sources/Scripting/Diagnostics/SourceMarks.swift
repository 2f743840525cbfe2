internal import Columnar

/// Finds the spot of a line that an error is about.
///
/// Lua reports lines only, and for a call that is spread over several the first of them. So the calls and operations around the reported line are looked at,
/// and in them the words that the error names.
struct SourceMarks {
    private let source: [UInt8]
    private let syntax: LuaSyntax?
    private let starts: [Int]

    /// Texts longer than this are not looked into.
    private static let longest = 4 << 20

    init(_ source: [UInt8]) {
        self.source = source
        var starts = [0]
        for (i, byte) in source.enumerated() where byte == UInt8(ascii: "\n") { starts.append(i + 1) }
        self.starts = starts
        syntax = source.count <= Self.longest ? try? LuaSyntaxReader.read(source) : nil
    }

    // MARK: Lines

    var lineCount: Int { starts.count }

    /// The bytes of a line without its end; nil where there is none. Lines count from 1.
    func line(_ number: Int) -> Range<Int>? {
        guard number >= 1, number <= starts.count else { return nil }
        var end = number < starts.count ? starts[number] - 1 : source.count
        if end > starts[number - 1], source[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return starts[number - 1]..<end
    }

    /// The line of a byte, from 1.
    func number(of offset: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    private func covers(_ expression: LuaSyntax.Expression, _ line: Int) -> Bool {
        expression.line <= line && number(of: max(expression.span.lowerBound, expression.span.upperBound - 1)) >= line
    }

    // MARK: Calls of ours

    /// Where a failed call names what the error is about; else the call's name.
    func marks(call name: String?, subjects: [String], sql: (text: String, position: Int)? = nil, line: Int) -> [Range<Int>] {
        let calls = calls(name, line)
        for call in calls {
            let tokens = tokens(in: call.arguments)
            if let sql, let token = tokens.first(where: { $0.kind == .string && $0.text == sql.text }) { return [Self.place(sql.position, in: token, source)] }
            for subject in subjects where !subject.isEmpty && subject.utf8.count < 1000 {
                let found = Self.occurrences(of: subject, in: tokens, source)
                if !found.isEmpty { return found }
            }
        }
        if let sql, let found = place(ofSQL: sql) { return [found] }
        // A name that is no argument: `df.amout`, `glueContext.create_dynamic_frames`.
        for subject in subjects {
            if let found = fields(named: subject, line).first { return [found] }
        }
        return calls.first.map { [$0.name] } ?? []
    }

    /// Where a call of a script names what an error is about; else the call's name.
    func marks(inCall id: LuaSyntax.ID, of syntax: LuaSyntax, subjects: [String], sql: (text: String, position: Int)? = nil) -> [Range<Int>] {
        let whole = syntax.expressions[id]
        let name: Range<Int>
        var start = whole.span.lowerBound
        switch whole.kind {
        case .method(_, _, let span, _): (name, start) = (span, span.upperBound)
        case .call(let callee, _):
            start = syntax.expressions[callee].span.upperBound
            if case .field(_, _, let span) = syntax.expressions[callee].kind { name = span } else { name = syntax.expressions[callee].span }
        case .field(_, _, let span): name = span
        default: return [whole.span]
        }
        if start < whole.span.upperBound {
            let tokens = tokens(in: start..<whole.span.upperBound)
            if let sql, let token = tokens.first(where: { $0.kind == .string && $0.text == sql.text }) { return [Self.place(sql.position, in: token, source)] }
            if let sql, let found = place(ofSQL: sql) { return [found] }
            for subject in subjects where !subject.isEmpty && subject.utf8.count < 1000 {
                let found = Self.occurrences(of: subject, in: tokens, source)
                if !found.isEmpty { return found }
            }
        }
        return [name]
    }

    /// Whether a string of the script has this text.
    func hasString(_ text: String) -> Bool {
        source.count <= Self.longest && LuaTokenizer.tokens(of: source).contains { $0.kind == .string && $0.text == text }
    }

    /// The blanks that a line begins with.
    func indentation(of number: Int) -> Int { line(number).map { source[$0].prefix { $0 == 0x20 || $0 == 0x09 }.count } ?? 0 }

    /// The first line, from one to another, in which an `if` follows an `else`: that opens a block of its own.
    func hasElseIf(from first: Int, to last: Int) -> Int? {
        guard source.count <= Self.longest else { return nil }
        let tokens = LuaTokenizer.tokens(of: source)
        for (i, token) in tokens.enumerated().dropLast() where token.kind == .keyword && token.text == "else" && (first...max(first, last)).contains(token.line) {
            if tokens[i + 1].text == "if", tokens[i + 1].line == token.line { return token.line }
        }
        return nil
    }

    /// The place in a query whose text stands elsewhere in the script, and there alone.
    func place(ofSQL sql: (text: String, position: Int)) -> Range<Int>? {
        guard source.count <= Self.longest else { return nil }
        let found = LuaTokenizer.tokens(of: source).filter { $0.kind == .string && $0.text == sql.text }
        return found.count == 1 ? Self.place(sql.position, in: found[0], source) : nil
    }

    private struct Call {
        let name: Range<Int>
        let arguments: Range<Int>
    }

    /// The calls around a line that may be the one of a name, the likeliest first.
    private func calls(_ name: String?, _ line: Int) -> [Call] {
        guard let syntax else { return [] }
        let last = name.flatMap { $0.split(whereSeparator: { $0 == "." || $0 == ":" }).last }.map(String.init)
        var found: [(rank: Int, call: Call)] = []
        for expression in syntax.expressions where covers(expression, line) {
            let call: Call
            let own: String
            switch expression.kind {
            case .method(_, let method, let span, _):
                (own, call) = (method, Call(name: span, arguments: span.upperBound..<expression.span.upperBound))
            case .call(let callee, _):
                let end = syntax.expressions[callee].span.upperBound
                switch syntax.expressions[callee].kind {
                case .field(_, let field, let span): (own, call) = (field, Call(name: span, arguments: end..<expression.span.upperBound))
                case .global(let global), .local(_, let global):
                    (own, call) = (global, Call(name: syntax.expressions[callee].span, arguments: end..<expression.span.upperBound))
                default: continue
                }
            default: continue
            }
            let isNamed = last == nil || own == last
            found.append(((isNamed ? 0 : 2) + (expression.line == line ? 0 : 1), call))
        }
        let best = found.map(\.rank).min() ?? 0
        return found.filter { $0.rank < 2 || best >= 2 }.sorted { ($0.rank, $0.call.name.lowerBound) < ($1.rank, $1.call.name.lowerBound) }.map(\.call)
    }

    private func tokens(in range: Range<Int>) -> [LuaToken] {
        // A range begins and ends between tokens.
        LuaTokenizer.tokens(of: Array(source[range])).map { token in
            LuaToken(
                kind: token.kind, span: token.span.lowerBound + range.lowerBound..<token.span.upperBound + range.lowerBound, line: token.line, text: token.text)
        }
    }

    private func fields(named name: String, _ line: Int) -> [Range<Int>] {
        guard let syntax else { return [] }
        return syntax.expressions.compactMap { expression in
            guard covers(expression, line) else { return nil }
            switch expression.kind {
            case .field(_, let own, let span) where own == name, .method(_, let own, let span, _) where own == name: return span
            default: return nil
            }
        }
    }

    /// Where the tokens have a word: as an argument's name, as a string, or within one.
    private static func occurrences(of word: String, in tokens: [LuaToken], _ source: [UInt8]) -> [Range<Int>] {
        for (i, token) in tokens.enumerated() where token.kind == .name && token.text == word {
            if i + 1 < tokens.count, tokens[i + 1].kind == .symbol, tokens[i + 1].text == "=" { return [token.span] }
        }
        for token in tokens where token.kind == .string && token.text == word {
            return [LiteralContent(token, source).map { $0.range(of: 0..<$0.bytes.count) } ?? token.span]
        }
        for token in tokens where token.kind == .string {
            guard let inside = LiteralContent(token, source) else {
                if token.text.contains(word) { return [token.span] }
                continue
            }
            let found = words(word, in: inside.bytes)
            if !found.isEmpty { return found.prefix(4).map(inside.range) }
        }
        for token in tokens where token.kind == .name && token.text == word { return [token.span] }
        return []
    }

    /// The word of a query at a place in it.
    private static func place(_ position: Int, in token: LuaToken, _ source: [UInt8]) -> Range<Int> {
        guard let content = LiteralContent(token, source) else { return token.span }
        let start = min(max(0, position), content.bytes.count)
        var end = start
        while end < content.bytes.count, isWordByte(content.bytes[end]) { end += 1 }
        return content.range(of: start..<max(end, min(start + 1, content.bytes.count)))
    }

    /// Where a text has a word that stands for itself.
    private static func words(_ word: String, in bytes: [UInt8]) -> [Range<Int>] {
        let wanted = Array(word.utf8)
        guard !wanted.isEmpty, bytes.count >= wanted.count else { return [] }
        var found: [Range<Int>] = []
        var start = 0
        while start + wanted.count <= bytes.count {
            let end = start + wanted.count
            if bytes[start] == wanted[0], bytes[start..<end].elementsEqual(wanted), start == 0 || !isWordByte(bytes[start - 1]), end == bytes.count || !isWordByte(bytes[end]) {
                found.append(start..<end)
                start = end
            } else {
                start += 1
            }
        }
        return found
    }

    private func isWordByteOrQuote(_ byte: UInt8) -> Bool { Self.isWordByte(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "[") }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    // MARK: Lua's own complaints

    /// The operands that a complaint of Lua's is about.
    func marks(for complaint: LuaComplaint, line: Int) -> [Range<Int>] {
        guard let syntax else { return [] }
        if complaint.kind == "for iterator" { return iterated(line).map { [$0] } ?? [] }
        var exact: [Range<Int>] = []
        var around: [Range<Int>] = []
        func note(_ span: Range<Int>, _ expression: LuaSyntax.Expression) {
            // An operation is where its last part is; Lua means the line of its sign or name.
            if number(of: span.lowerBound) == line { exact.append(span) } else if covers(expression, line) { around.append(span) }
        }
        func operand(_ id: LuaSyntax.ID, _ whole: LuaSyntax.Expression) { if isNamed(id, complaint) { note(syntax.expressions[id].span, whole) } }
        for expression in syntax.expressions where covers(expression, line) {
            switch (complaint.code, expression.kind) {
            case (.indexOfWrongValue, .method(let object, _, let span, _)) where complaint.name == nil && complaint.type == "nil" && givesNothing(object) != nil: note(span, expression)
            case (.indexOfWrongValue, .field(let object, _, _)), (.indexOfWrongValue, .index(let object, _)), (.indexOfWrongValue, .method(let object, _, _, _)):
                operand(object, expression)
            case (.callOfWrongValue, .method(_, let name, let span, _)) where complaint.kind == "method" && name == complaint.name: note(span, expression)
            case (.callOfWrongValue, .call(let callee, _)): operand(callee, expression)
            case (.arithmeticOnWrongValue, .binary(let sign, let left, let right)) where Self.arithmetic.contains(sign):
                operand(left, expression)
                operand(right, expression)
            case (.arithmeticOnWrongValue, .unary("-", let inner)), (.arithmeticOnWrongValue, .unary("~", let inner)), (.lengthOfWrongValue, .unary("#", let inner)):
                operand(inner, expression)
            case (.concatenationOfWrongValue, .binary("..", let left, let right)):
                operand(left, expression)
                operand(right, expression)
            case (.comparisonOfWrongValues, .binary(let sign, _, _)) where ["<", ">", "<=", ">="].contains(sign): note(expression.span, expression)
            case (.libraryArgument, .method(_, let name, let span, _)) where complaint.kind == "pattern" && Self.matchers.contains(name): note(span, expression)
            case (.libraryArgument, .method(_, let name, let span, _)) where name == complaint.name: note(span, expression)
            case (.libraryArgument, .call(let callee, _)):
                if case .field(_, let name, let span) = syntax.expressions[callee].kind, complaint.kind == "pattern" ? Self.matchers.contains(name) : name == complaint.name {
                    note(span, expression)
                }
                if case .global(let name) = syntax.expressions[callee].kind, name == complaint.name { note(syntax.expressions[callee].span, expression) }
            default: break
            }
        }
        var found = exact.isEmpty ? around : exact
        // An inner operand may stand for itself and as part of a longer one.
        found = Array(Set(found)).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        if complaint.name == nil, found.count > 1 { return [] }
        return Array(found.prefix(3))
    }

    private static let matchers: Set<String> = ["find", "match", "gmatch", "gsub"]

    /// What stands between `in` and `do` of the only such loop that a line has.
    private func iterated(_ line: Int) -> Range<Int>? {
        guard let bytes = self.line(line) else { return nil }
        let tokens = tokens(in: bytes)
        guard tokens.count(where: { $0.kind == .keyword && $0.text == "in" }) == 1, let start = tokens.firstIndex(where: { $0.kind == .keyword && $0.text == "in" }) else { return nil }
        let inside = tokens[(start + 1)...].prefix { $0.kind != .end && !($0.kind == .keyword && $0.text == "do") }
        guard let first = inside.first, let last = inside.last else { return nil }
        return first.span.lowerBound..<last.span.upperBound
    }

    /// The object before the dot of a call on a line that lacks its first argument: `s` of `s.lower()`.
    func dottedReceiver(of name: String, line: Int) -> String? {
        guard StringLibrary.names.contains(name) else { return nil }
        return receivers(of: name, line).first { object, isLibrary in !isLibrary }.map(\.text)
    }

    /// The name of what a function is called of on a line: `table` of `table.getn(t)`.
    func calledObject(of name: String, line: Int) -> String? {
        let found = receivers(of: name, line)
        return found.count == 1 ? found[0].text : nil
    }

    private func receivers(of name: String, _ line: Int) -> [(text: String, isLibrary: Bool)] {
        guard let syntax else { return [] }
        var found: [(text: String, isLibrary: Bool)] = []
        for expression in syntax.expressions where covers(expression, line) {
            guard case .call(let callee, _) = expression.kind, case .field(let object, name, _) = syntax.expressions[callee].kind else { continue }
            let span = syntax.expressions[object].span
            var isLibrary = false
            if case .global(let global) = syntax.expressions[object].kind, LuaLibraries.names.contains(global) { isLibrary = true }
            found.append((span.count <= 40 ? String(decoding: source[span], as: UTF8.self) : "text", isLibrary))
        }
        return found
    }

    /// The name of a call that gives nothing, where a value is that of one.
    private func givesNothing(_ id: LuaSyntax.ID) -> (name: String, isWrite: Bool)? {
        guard let syntax else { return nil }
        let name: String
        let object: LuaSyntax.ID
        switch syntax.expressions[id].kind {
        case .method(let of, let method, _, _): (object, name) = (of, method)
        case .call(let callee, _):
            guard case .field(let of, let field, _) = syntax.expressions[callee].kind else { return nil }
            (object, name) = (of, field)
        default: return nil
        }
        if ["show", "printSchema", "createOrReplaceTempView", "explain", "plot"].contains(name) { return (name, false) }
        guard ["parquet", "csv", "json", "orc", "text", "save", "saveAsTable", "insertInto"].contains(name) else { return nil }
        let tokens = tokens(in: syntax.expressions[object].span)
        return tokens.contains { $0.kind == .name && $0.text == "write" } ? (name, true) : nil
    }

    /// The call on a line that gives nothing and of which something is asked.
    func callThatGivesNothing(line: Int) -> (name: String, isWrite: Bool)? {
        guard let syntax else { return nil }
        for expression in syntax.expressions where covers(expression, line) {
            switch expression.kind {
            case .method(let object, _, _, _), .field(let object, _, _):
                if let found = givesNothing(object) { return found }
            default: break
            }
        }
        return nil
    }

    /// Whether a line asks for the element 0 of something, and for no other by its number.
    func indexesZero(line: Int) -> Bool {
        guard let syntax else { return false }
        let keys = syntax.expressions.compactMap { expression -> String? in
            guard covers(expression, line), case .index(_, let key) = expression.kind else { return nil }
            return String(decoding: source[syntax.expressions[key].span].prefix(20), as: UTF8.self)
        }
        return keys == ["0"]
    }

    /// The comparison with a sign on a line, where there is one alone.
    func comparison(line: Int) -> (sign: String, left: String, place: Range<Int>)? {
        guard let syntax else { return nil }
        var found: [(sign: String, left: String, place: Range<Int>)] = []
        for expression in syntax.expressions where covers(expression, line) {
            guard case .binary(let sign, let left, let right) = expression.kind, ["<", ">", "<=", ">="].contains(sign) else { continue }
            let span = syntax.expressions[left].span
            guard span.upperBound <= syntax.expressions[right].span.lowerBound else { continue }
            let between = span.upperBound..<syntax.expressions[right].span.lowerBound
            guard let token = tokens(in: between).first(where: { $0.text == sign }) else { continue }
            switch syntax.expressions[left].kind {
            case .field, .index, .method, .call, .local, .global, .parenthesised:
                found.append((sign, span.count <= 40 ? String(decoding: source[span], as: UTF8.self) : "a", token.span))
            default: found.append((sign, "a", token.span))
            }
        }
        return found.count == 1 ? found[0] : nil
    }

    private static let arithmetic: Set<String> = ["+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>"]

    /// Whether an expression is what a complaint calls by a name; one without a name may be any that has none.
    private func isNamed(_ id: LuaSyntax.ID, _ complaint: LuaComplaint) -> Bool {
        guard let syntax else { return false }
        switch syntax.expressions[id].kind {
        case .global(let name), .local(_, let name): return name == complaint.name && complaint.kind != "field"
        case .field(_, let name, _): return complaint.name == name && (complaint.kind == "field" || complaint.kind == "global" || complaint.kind == nil)
        case .index(_, let key): return complaint.name.map { $0 == "?" || $0 == syntax.text(key) } ?? true
        case .string(let text): return complaint.kind == "constant" ? complaint.name == text : complaint.name == nil && complaint.type == "string"
        case .method(_, let name, _, _): return complaint.kind == "method" ? name == complaint.name : complaint.name == nil
        case .nil: return complaint.type == "nil" && complaint.name == nil
        case .true, .false: return complaint.type == "boolean" && complaint.name == nil
        case .table: return complaint.type == "table" && complaint.name == nil
        case .function: return complaint.type == "function" && complaint.name == nil
        case .number: return complaint.type == "number" && complaint.name == nil
        case .call, .binary, .unary, .varargs: return complaint.name == nil
        case .parenthesised(let inner): return isNamed(inner, complaint)
        }
    }

    // MARK: Texts that do not parse

    /// The tokens of the text, and the one at which the interpreter stopped reading.
    func stop(near word: String?, line: Int) -> (tokens: [LuaToken], index: Int)? {
        guard source.count <= Self.longest else { return nil }
        let tokens = LuaTokenizer.tokens(of: source)
        guard let word, !word.isEmpty else { return (tokens, tokens.count - 1) }
        let wanted = Array(word.utf8)
        func isNamed(_ token: LuaToken) -> Bool { token.line == line && token.kind != .end && source[token.span].starts(with: wanted) }
        // This reader stops where the interpreter does, as far as it goes; where it does not, the last such word of the line is taken.
        do {
            _ = try LuaSyntaxReader.read(source)
        } catch {
            if isNamed(error.token), let index = tokens.firstIndex(of: error.token) { return (tokens, index) }
        }
        return tokens.lastIndex { isNamed($0) && (source[$0.span].count == wanted.count || $0.kind == .broken || $0.kind == .string) }.map { (tokens, $0) }
    }

    /// Where the interpreter stopped reading: the token that it names on the line, else the line's last.
    func syntaxMarks(near word: String?, line: Int) -> [Range<Int>] {
        guard let bytes = self.line(line) else { return [] }
        guard source.count <= Self.longest else { return [] }
        let tokens = LuaTokenizer.tokens(of: source).filter { $0.kind != .end && $0.line == line }
        if let word, !word.isEmpty {
            let wanted = Array(word.utf8)
            if let stop = stop(near: word, line: line) {
                let span = stop.tokens[stop.index].span
                // One sign is wrong, however far the line goes.
                let end = stop.tokens[stop.index].kind == .broken && wanted.count == 1 && !isWordByteOrQuote(wanted[0]) ? span.lowerBound + 1 : span.upperBound
                return [span.lowerBound..<min(end, max(bytes.upperBound, span.lowerBound + 1))]
            }
            for token in tokens.reversed() {
                let raw = source[token.span]
                if raw.elementsEqual(wanted) || (token.kind == .broken && raw.starts(with: wanted)) || (token.kind == .string && wanted.count > 1 && raw.starts(with: wanted)) {
                    // What is no Lua may go on to the end of its line, and the interpreter stopped at its first sign.
                    let end = token.kind == .broken ? token.span.lowerBound + wanted.count : token.span.upperBound
                    return [token.span.lowerBound..<min(token.span.upperBound, end, max(bytes.upperBound, token.span.lowerBound + 1))]
                }
            }
        }
        if let broken = tokens.first(where: { $0.kind == .broken }) { return [broken.span.lowerBound..<max(broken.span.lowerBound + 1, min(broken.span.upperBound, bytes.upperBound))] }
        return []
    }
}
