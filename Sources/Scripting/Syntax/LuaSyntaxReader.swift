/// Reads Lua 5.4 into `LuaSyntax`, names resolved as the interpreter resolves them.
///
/// The interpreter decides what is Lua and words its errors; this reader is for places and for what can be told without running.
package struct LuaSyntaxReader {
    private let tokens: [LuaToken]
    private var position = 0
    private var syntax: LuaSyntax
    private var scope: [(name: String, local: Int)] = []
    /// Where the scope of each open function begins, and the functions themselves.
    private var open: [(start: Int, number: Int)] = []
    private var block = 0
    private var blockCount = 0
    private var depth = 0

    /// As deep as the interpreter goes, and a little.
    private static let deepest = 220

    package static func read(_ source: [UInt8]) throws(LuaSyntaxError) -> LuaSyntax {
        var reader = LuaSyntaxReader(source)
        try reader.chunk()
        return reader.syntax
    }

    private init(_ source: [UInt8]) {
        tokens = LuaTokenizer.tokens(of: source)
        syntax = LuaSyntax(source: source)
    }

    // MARK: Tokens

    private var token: LuaToken { tokens[position] }
    private var following: LuaToken { tokens[min(position + 1, tokens.count - 1)] }
    private var lastEnd: Int { position == 0 ? 0 : tokens[position - 1].span.upperBound }

    private mutating func advance() { if position < tokens.count - 1 { position += 1 } }

    private func at(_ text: String) -> Bool { (token.kind == .symbol || token.kind == .keyword) && token.text == text }

    private mutating func take(_ text: String) -> Bool {
        if at(text) {
            advance()
            return true
        }
        return false
    }

    private mutating func expect(_ text: String) throws(LuaSyntaxError) { if !take(text) { throw LuaSyntaxError(message: "'\(text)' expected", token: token) } }

    private mutating func name() throws(LuaSyntaxError) -> LuaToken {
        guard token.kind == .name else { throw LuaSyntaxError(message: "name expected", token: token) }
        defer { advance() }
        return token
    }

    private mutating func enter() throws(LuaSyntaxError) {
        depth += 1
        if depth > Self.deepest { throw LuaSyntaxError(message: "too many levels", token: token) }
    }

    // MARK: Scopes

    private var function: Int { open.last?.number ?? 0 }

    private mutating func declare(_ name: LuaToken, isParameter: Bool = false, value: LuaSyntax.ID? = nil) {
        scope.append((name.text, syntax.locals.count))
        syntax.locals.append(
            LuaSyntax.Local(name: name.text, span: name.span, function: function, block: block, isParameter: isParameter, value: value, assignments: []))
    }

    private func resolve(_ name: String) -> Int? { scope.last { $0.name == name }?.local }

    private mutating func scoped(_ body: (inout Self) throws(LuaSyntaxError) -> Void) throws(LuaSyntaxError) {
        try enter()
        let (size, outer) = (scope.count, block)
        blockCount += 1
        block = blockCount
        try body(&self)
        scope.removeSubrange(size...)
        block = outer
        depth -= 1
    }

    private mutating func add(_ kind: LuaSyntax.Kind, from start: LuaToken) -> LuaSyntax.ID { add(kind, start.span.lowerBound, start.line) }

    private mutating func add(_ kind: LuaSyntax.Kind, _ start: Int, _ line: Int) -> LuaSyntax.ID {
        syntax.expressions.append(LuaSyntax.Expression(kind: kind, span: start..<max(start, lastEnd), line: line, function: function))
        return syntax.expressions.count - 1
    }

    // MARK: Statements

    private mutating func chunk() throws(LuaSyntaxError) {
        syntax.functions.append(LuaSyntax.Function(parameters: [], isVararg: true, parent: 0, span: 0..<syntax.source.count, line: 1, returns: []))
        open.append((0, 0))
        try statements()
        if token.kind != .end { throw LuaSyntaxError(message: "<eof> expected", token: token) }
    }

    private var endsBlock: Bool { token.kind == .end || at("end") || at("else") || at("elseif") || at("until") }

    private mutating func statements() throws(LuaSyntaxError) {
        while !endsBlock {
            if at("return") {
                advance()
                var values: [LuaSyntax.ID] = []
                if !endsBlock, !at(";") { values = try expressions() }
                _ = take(";")
                syntax.functions[function].returns.append(values)
                return
            }
            try statement()
        }
    }

    private mutating func statement() throws(LuaSyntaxError) {
        guard token.kind == .keyword || token.kind == .symbol else { return try expressionStatement() }
        switch token.text {
        case ";": advance()
        case "if":
            repeat {
                advance()
                _ = try expression()
                try expect("then")
                try scoped { reader throws(LuaSyntaxError) in try reader.statements() }
            } while at("elseif")
            if take("else") { try scoped { reader throws(LuaSyntaxError) in try reader.statements() } }
            try expect("end")
        case "while":
            advance()
            _ = try expression()
            try expect("do")
            try scoped { reader throws(LuaSyntaxError) in try reader.statements() }
            try expect("end")
        case "do":
            advance()
            try scoped { reader throws(LuaSyntaxError) in try reader.statements() }
            try expect("end")
        case "for": try forStatement()
        case "repeat":
            advance()
            try scoped { reader throws(LuaSyntaxError) in
                try reader.statements()
                try reader.expect("until")
                _ = try reader.expression()
            }
        case "function": try functionStatement()
        case "local":
            advance()
            if take("function") {
                let start = token
                declare(try name())
                let local = syntax.locals.count - 1
                syntax.locals[local].value = try functionBody(from: start, isMethod: false)
            } else {
                try localStatement()
            }
        case "::":
            advance()
            _ = try name()
            try expect("::")
        case "break": advance()
        case "goto":
            advance()
            _ = try name()
        default: try expressionStatement()
        }
    }

    private mutating func forStatement() throws(LuaSyntaxError) {
        advance()
        var names = [try name()]
        while take(",") { names.append(try name()) }
        if !take("in") { try expect("=") }
        _ = try expressions()
        try expect("do")
        try scoped { [names] reader throws(LuaSyntaxError) in
            for name in names { reader.declare(name, isParameter: true) }
            try reader.statements()
        }
        try expect("end")
    }

    private mutating func functionStatement() throws(LuaSyntaxError) {
        let start = token
        advance()
        let first = try name()
        var isMethod = false
        let local = resolve(first.text)
        var target = add(local.map { .local($0, first.text) } ?? .global(first.text), from: first)
        var isPlain = true
        while at(".") || at(":") {
            isMethod = at(":")
            isPlain = false
            advance()
            let field = try name()
            target = add(.field(target, field.text, field.span), first.span.lowerBound, first.line)
            if isMethod { break }
        }
        let value = try functionBody(from: start, isMethod: isMethod)
        if isPlain { assign(target, value) } else { syntax.targets.insert(target) }
    }

    private mutating func localStatement() throws(LuaSyntaxError) {
        var names: [LuaToken] = []
        repeat {
            names.append(try name())
            if take("<") {
                _ = try name()
                try expect(">")
            }
        } while take(",")
        var values: [LuaSyntax.ID] = []
        if take("=") { values = try expressions() }
        for (i, name) in names.enumerated() { declare(name, value: values.indices.contains(i) ? values[i] : nil) }
    }

    private mutating func expressionStatement() throws(LuaSyntaxError) {
        var targets = [try suffixed()]
        if at("=") || at(",") {
            while take(",") { targets.append(try suffixed()) }
            try expect("=")
            let values = try expressions()
            for (i, target) in targets.enumerated() { assign(target, values.indices.contains(i) ? values[i] : nil) }
            return
        }
        switch syntax.expressions[targets[0]].kind {
        case .call, .method: syntax.callStatements.append(targets[0])
        default: throw LuaSyntaxError(message: "syntax error", token: token)
        }
    }

    private mutating func assign(_ target: LuaSyntax.ID, _ value: LuaSyntax.ID?) {
        syntax.targets.insert(target)
        let place = syntax.expressions[target].span.lowerBound
        switch syntax.expressions[target].kind {
        case .local(let local, _): syntax.locals[local].assignments.append((value, lastEnd, block, function))
        case .global(let name): syntax.globalAssignments.append(LuaSyntax.GlobalAssignment(name: name, value: value, place: place, function: function))
        default: break
        }
    }

    // MARK: Expressions

    private mutating func expressions() throws(LuaSyntaxError) -> [LuaSyntax.ID] {
        var list = [try expression()]
        while take(",") { list.append(try expression()) }
        return list
    }

    private static let priorities: [String: (left: Int, right: Int)] = [
        "or": (1, 1), "and": (2, 2), "<": (3, 3), ">": (3, 3), "<=": (3, 3), ">=": (3, 3), "~=": (3, 3), "==": (3, 3), "|": (4, 4), "~": (5, 5), "&": (6, 6),
        "<<": (7, 7), ">>": (7, 7), "..": (9, 8), "+": (10, 10), "-": (10, 10), "*": (11, 11), "/": (11, 11), "//": (11, 11), "%": (11, 11), "^": (14, 13),
    ]

    private mutating func expression(above limit: Int = 0) throws(LuaSyntaxError) -> LuaSyntax.ID {
        try enter()
        defer { depth -= 1 }
        let start = token
        var left: LuaSyntax.ID
        if at("not") || at("-") || at("#") || at("~") {
            advance()
            left = add(.unary(start.text, try expression(above: 12)), from: start)
        } else {
            left = try simple()
        }
        while token.kind == .symbol || token.kind == .keyword, let priority = Self.priorities[token.text], priority.left > limit {
            let sign = token.text
            advance()
            left = add(.binary(sign, left, try expression(above: priority.right)), from: start)
        }
        return left
    }

    private mutating func simple() throws(LuaSyntaxError) -> LuaSyntax.ID {
        let start = token
        switch (start.kind, start.text) {
        case (.number, _):
            advance()
            return add(.number, from: start)
        case (.string, let text):
            advance()
            return add(.string(text), from: start)
        case (.keyword, "nil"):
            advance()
            return add(.nil, from: start)
        case (.keyword, "true"):
            advance()
            return add(.true, from: start)
        case (.keyword, "false"):
            advance()
            return add(.false, from: start)
        case (.symbol, "..."):
            advance()
            return add(.varargs, from: start)
        case (.symbol, "{"): return try table()
        case (.keyword, "function"):
            advance()
            return try functionBody(from: start, isMethod: false)
        default: return try suffixed()
        }
    }

    private mutating func suffixed() throws(LuaSyntaxError) -> LuaSyntax.ID {
        try enter()
        defer { depth -= 1 }
        let start = token
        var object: LuaSyntax.ID
        if take("(") {
            let inner = try expression()
            try expect(")")
            object = add(.parenthesised(inner), from: start)
        } else if start.kind == .name {
            advance()
            object = add(resolve(start.text).map { .local($0, start.text) } ?? .global(start.text), from: start)
        } else {
            throw LuaSyntaxError(message: "unexpected symbol", token: token)
        }
        while true {
            if take(".") {
                let field = try name()
                object = add(.field(object, field.text, field.span), from: start)
            } else if take("[") {
                let key = try expression()
                try expect("]")
                object = add(.index(object, key), from: start)
            } else if take(":") {
                let method = try name()
                let arguments = try arguments()
                object = add(.method(object, method.text, method.span, arguments), from: start)
            } else if at("(") || at("{") || token.kind == .string {
                let arguments = try arguments()
                object = add(.call(object, arguments), from: start)
            } else {
                return object
            }
        }
    }

    private mutating func arguments() throws(LuaSyntaxError) -> [LuaSyntax.ID] {
        let start = token
        if start.kind == .string {
            advance()
            return [add(.string(start.text), from: start)]
        }
        if at("{") { return [try table()] }
        try expect("(")
        if take(")") { return [] }
        let list = try expressions()
        try expect(")")
        return list
    }

    private mutating func table() throws(LuaSyntaxError) -> LuaSyntax.ID {
        try enter()
        defer { depth -= 1 }
        let start = token
        try expect("{")
        var entries: [LuaSyntax.Entry] = []
        while !at("}") {
            if token.kind == .name, following.kind == .symbol, following.text == "=" {
                let key = try name()
                advance()
                entries.append(LuaSyntax.Entry(key: .name(key.text, key.span), value: try expression()))
            } else if take("[") {
                let key = try expression()
                try expect("]")
                try expect("=")
                entries.append(LuaSyntax.Entry(key: .value(key), value: try expression()))
            } else {
                entries.append(LuaSyntax.Entry(key: .item, value: try expression()))
            }
            if !take(","), !take(";") { break }
        }
        try expect("}")
        return add(.table(entries), from: start)
    }

    private mutating func functionBody(from start: LuaToken, isMethod: Bool) throws(LuaSyntaxError) -> LuaSyntax.ID {
        let number = syntax.functions.count
        syntax.functions.append(LuaSyntax.Function(parameters: [], isVararg: false, parent: function, span: start.span, line: start.line, returns: []))
        let size = scope.count
        open.append((size, number))
        let first = syntax.locals.count
        var isVararg = false
        let paren = token
        try expect("(")
        if isMethod { declare(LuaToken(kind: .name, span: paren.span, line: paren.line, text: "self"), isParameter: true) }
        if !at(")") {
            repeat {
                if take("...") {
                    isVararg = true
                    break
                }
                declare(try name(), isParameter: true)
            } while take(",")
        }
        try expect(")")
        let parameters = Array(first..<syntax.locals.count)
        try scoped { reader throws(LuaSyntaxError) in try reader.statements() }
        try expect("end")
        scope.removeSubrange(size...)
        open.removeLast()
        let returns = syntax.functions[number].returns
        syntax.functions[number] = LuaSyntax.Function(
            parameters: parameters, isVararg: isVararg, parent: function, span: start.span.lowerBound..<lastEnd, line: start.line, returns: returns)
        return add(.function(number), from: start)
    }
}
