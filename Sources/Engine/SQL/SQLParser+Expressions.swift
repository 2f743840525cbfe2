internal import Columnar

extension Expression {
    /// Reads an expression as Spark SQL writes it.
    ///
    ///     status = 'done' and (amount between 1 and 10 or customer.country in ('NO', 'SE')) and not name like 'x%'
    ///     sum(amount) over (partition by shop order by day rows 2 preceding) as recent
    ///
    /// - Parameter userFunction: the user's functions, by their names.
    /// - Throws: `ParseError` with the place.
    public init(parsing text: String, userFunction: @escaping (String) -> UserFunction? = { _ in nil }) throws(ParseError) {
        var parser = try SQLParser(text, locates: false, userFunction: userFunction)
        let item = try parser.selectItem()
        guard parser.isAtEnd else { throw parser.unexpectedEnd("the end") }
        guard item.names.isEmpty, item.excluded.isEmpty else { throw parser.error("several names, and EXCEPT, belong into a select list", at: 0) }
        self = item.expression
    }

    /// Reads what can stand between commas behind SELECT: the arguments of `selectExpr`.
    ///
    /// - Throws: `ParseError` with the place.
    public static func items(parsing text: String, userFunction: @escaping (String) -> UserFunction? = { _ in nil }) throws(ParseError) -> [Select.Item] {
        var parser = try SQLParser(text, locates: false, userFunction: userFunction)
        var items = [try parser.selectItem()]
        while parser.takeSymbol(",") { items.append(try parser.selectItem()) }
        guard parser.isAtEnd else { throw parser.unexpectedEnd("a comma or the end") }
        return items
    }
}

/// Expressions, from the loosest operators to the tightest:
///
///     expression := conjunction (OR conjunction)*
///     conjunction := negation (AND negation)*
///     negation := (NOT | !) negation | predicate
///     predicate := operation (comparison operation | IS [NOT] ... | [NOT] (IN ... | LIKE ... | BETWEEN operation AND operation))*
///     operation := unary (operator unary)*, by the operators' levels: | ^ & shifts, + - ||, * / % DIV
///     unary := (- | + | ~) unary | value suffix*
///     suffix := .name | [expression] | ::type
extension SQLParser {
    // MARK: Logic

    mutating func expression() throws(ParseError) -> Expression {
        try enter()
        defer { leave() }
        let outer = height
        height = 0
        let result = try chain("or", { parser throws(ParseError) in try parser.conjunction() }) { .or($0, $1) }
        try grow()
        height = max(outer, height)
        return result
    }

    private mutating func conjunction() throws(ParseError) -> Expression {
        try chain("and", { parser throws(ParseError) in try parser.negation() }) { .and($0, $1) }
    }

    /// Terms with a word between.
    private mutating func chain(
        _ word: String, _ term: (inout SQLParser) throws(ParseError) -> Expression, _ join: (Expression, Expression) -> Expression
    ) throws(ParseError) -> Expression {
        let first = try term(&self)
        guard isWord(word) else { return first }
        var (terms, places) = ([first], [0])
        while isWord(word) {
            places.append(current.position)
            at += 1
            let outer = height
            height = 0
            terms.append(try term(&self))
            height = max(outer, height)
        }
        try grow(SQLParser.balancedHeight(terms.count))
        return SQLParser.balanced(terms[...]) { located(join($0, $1), places[$2]) }
    }

    private mutating func negation() throws(ParseError) -> Expression {
        var count = 0
        while takeWord("not") || takeSymbol("!") { count += 1 }
        let operand = try predicate()
        if count == 0 { return operand }
        try grow(2)
        // Two negations cancel out, also where the operand is null, but they make a boolean of it.
        return count % 2 == 1 ? .not(operand) : .not(.not(operand))
    }

    // MARK: Predicates

    private static let comparisons: [String: Comparison] = [
        "=": .equal, "==": .equal, "<>": .notEqual, "!=": .notEqual, "<": .less, "<=": .lessOrEqual, ">": .greater, ">=": .greaterOrEqual,
        "!>": .lessOrEqual, "!<": .greaterOrEqual,
    ]

    private static let predicateWords: Set<String> = ["in", "like", "ilike", "rlike", "regexp", "between"]

    private mutating func predicate() throws(ParseError) -> Expression {
        var left = try operation()
        while true {
            let position = current.position
            if case .symbol(let symbol) = current.kind {
                if let comparison = SQLParser.comparisons[symbol] {
                    at += 1
                    left = located(.comparison(left, comparison, try operand()), position)
                } else if symbol == "<=>" {
                    at += 1
                    left = located(.identity(left, try operand()), position)
                } else {
                    return left
                }
            } else if takeWord("is") {
                left = try test(left, position)
            } else {
                let isNegated = isWord("not") && SQLParser.predicateWords.contains(peek().word)
                guard isNegated || SQLParser.predicateWords.contains(current.word) else { return left }
                if isNegated { at += 1 }
                let word = current.word
                at += 1
                let test: Expression
                switch word {
                case "in": test = try membership(left, position)
                case "between":
                    let low = try operand()
                    try expectWord("and")
                    let high = try operand()
                    test = .and(located(.comparison(left, .greaterOrEqual, low), position), located(.comparison(left, .lessOrEqual, high), position))
                default: test = located(try match(left, word, position), position)
                }
                left = isNegated ? .not(test) : test
            }
            try grow(2)
        }
    }

    /// What stands behind IS.
    private mutating func test(_ operand: Expression, _ position: Int) throws(ParseError) -> Expression {
        let isNegated = takeWord("not")
        let test: Expression
        if takeWord("null") || takeWord("unknown") {
            test = .isNull(operand)
        } else if takeWord("true") {
            test = .identity(operand, .literal(true))
        } else if takeWord("false") {
            test = .identity(operand, .literal(false))
        } else if takeWord("distinct") {
            try expectWord("from")
            let same = located(.identity(operand, try self.operand()), position)
            return isNegated ? same : .not(same)
        } else {
            throw unexpected("NULL, TRUE or FALSE")
        }
        return isNegated ? .not(test) : test
    }

    /// What stands behind IN.
    private mutating func membership(_ value: Expression, _ position: Int) throws(ParseError) -> Expression {
        guard isSymbol("(") else { throw unexpected("'('") }
        var values = [value]
        if case .call(let function, let parts) = value.unlocated, function.name == "struct", !parts.isEmpty { values = parts }
        if opensQuery(at) {
            return located(.subquery(Subquery(.membership, values: values, query: try subquery())), position)
        }
        let items = try list { parser throws(ParseError) in try parser.expression() }
        return located(.membership(value, items), position)
    }

    /// A query in parentheses.
    mutating func subquery() throws(ParseError) -> QueryReference {
        try expectSymbol("(")
        let query = try query()
        try expectSymbol(")")
        return QueryReference(query)
    }

    /// What stands behind LIKE and its kin.
    private mutating func match(_ operand: Expression, _ word: String, _ position: Int) throws(ParseError) -> Expression {
        let isPattern = word == "like" || word == "ilike"
        if isPattern, isWord("any") || isWord("some") || isWord("all"), isSymbol("(", ahead: 1) {
            let isAll = isWord("all")
            at += 1
            let patterns = try list { parser throws(ParseError) in try parser.pattern(operand, word, position) }
            try grow(SQLParser.balancedHeight(patterns.count))
            return SQLParser.balanced(patterns[...]) { a, b, _ in isAll ? .and(a, b) : .or(a, b) }
        }
        return try pattern(operand, word, position)
    }

    private mutating func pattern(_ operand: Expression, _ word: String, _ position: Int) throws(ParseError) -> Expression {
        let start = at
        let pattern = try self.operand()
        var escape: UInt8? = UInt8(ascii: "\\")
        let hasEscape = word != "rlike" && word != "regexp" && takeWord("escape")
        if hasEscape {
            guard let bytes = takeText() else { throw unexpected("one character in quotes") }
            guard bytes.count == 1 else { throw error("ESCAPE wants one character in quotes", at: tokens[at - 1].position) }
            escape = bytes[0]
        }
        let literal: String? = if case .literal(.string(let bytes), _) = pattern.unlocated { String(decoding: bytes, as: UTF8.self) } else { nil }
        switch (word, literal) {
        case ("like", let text?): return .like(operand, pattern: text, escape: escape)
        case ("like", nil):
            guard !hasEscape, Function(named: "like") != nil else {
                throw error("a pattern in quotes is expected here: LIKE wants one that is the same in all rows", at: tokens[start].position)
            }
            return try known(["like"], [operand, pattern], position)
        case ("ilike", _):
            guard let literal else {
                if !hasEscape, Function(named: "ilike") != nil { return try known(["ilike"], [operand, pattern], position) }
                throw error("a pattern in quotes is expected here: ILIKE wants one that is the same in all rows", at: tokens[start].position)
            }
            return .like(try known(["lower"], [operand], position), pattern: literal.lowercased(), escape: escape)
        default:
            return try known(["rlike", "regexp_like"], [operand, pattern], position)
        }
    }

    // MARK: Operators

    /// An operand beside another, whose heights do not add up.
    private mutating func operand(_ level: Int = 0) throws(ParseError) -> Expression {
        let outer = height
        height = 0
        let operand = try operation(level)
        height = max(outer, height)
        return operand
    }

    private struct Operator {
        let symbol: String
        let level: Int
        let tokens: Int
    }

    private static let levels = ["|": 0, "^": 1, "&": 2, "<<": 3, "+": 4, "-": 4, "||": 4, "*": 5, "/": 5, "%": 5]

    private var nextOperator: Operator? {
        if case .symbol(let symbol) = current.kind {
            if let level = SQLParser.levels[symbol] { return Operator(symbol: symbol, level: level, tokens: 1) }
            // Signs that touch: >> and >>>.
            guard symbol == ">", isSymbol(">", ahead: 1), peek().position == current.end else { return nil }
            let isLogical = isSymbol(">", ahead: 2) && peek(2).position == peek().end
            return Operator(symbol: isLogical ? ">>>" : ">>", level: 3, tokens: isLogical ? 3 : 2)
        }
        return current.word == "div" ? Operator(symbol: "div", level: 5, tokens: 1) : nil
    }

    /// Operands and the operators between that hold at least as tightly as the level.
    mutating func operation(_ level: Int = 0) throws(ParseError) -> Expression {
        var left = try unary()
        while let next = nextOperator, next.level >= level {
            let position = current.position
            at += next.tokens
            let right = try operand(next.level + 1)
            if next.symbol == "||" {
                left = try concatenation(left, right, position)
                continue
            }
            left = located(try operated(next.symbol, left, right, position), position)
            try grow()
        }
        return left
    }

    /// Strings with `||` between, from the second on.
    private mutating func concatenation(_ first: Expression, _ second: Expression, _ position: Int) throws(ParseError) -> Expression {
        var (terms, places) = ([first, second], [position, position])
        while isSymbol("||") {
            places.append(current.position)
            at += 1
            terms.append(try operand(5))
        }
        try grow(SQLParser.balancedHeight(terms.count))
        return SQLParser.balanced(terms[...]) { located(.call(.concat, [$0, $1]), places[$2]) }
    }

    private func operated(_ symbol: String, _ a: Expression, _ b: Expression, _ position: Int) throws(ParseError) -> Expression {
        if let arithmetic = Arithmetic(rawValue: symbol) { return .arithmetic(a, arithmetic, b) }
        return try operation(symbol, [a, b], position)
    }

    /// The call of the function that an operator stands for.
    private func operation(_ symbol: String, _ arguments: [Expression], _ position: Int) throws(ParseError) -> Expression {
        try known([symbol == "." ? "get_field" : symbol == "[]" ? "get_item" : symbol], arguments, position).unlocated
    }

    private mutating func unary() throws(ParseError) -> Expression {
        // Signs in a row, in runs: an even number of minuses counts as two, an odd one as one.
        var prefixes: [(symbol: String, position: Int)] = []
        var minuses = 0
        while case .symbol(let symbol) = current.kind, symbol == "-" || symbol == "+" || symbol == "~" {
            if symbol == "-" {
                minuses += 1
                if minuses > 2 {
                    prefixes.removeLast()
                    minuses = 1
                } else {
                    prefixes.append((symbol, current.position))
                }
            } else if symbol == "~" {
                minuses = 0
                prefixes.append((symbol, current.position))
            }
            at += 1
        }
        var operand: Expression
        if case .number(let number) = current.kind {
            // The sign belongs to a number, so that the smallest integer can be written. Two of them cancel out.
            var isNegative = false
            while prefixes.last?.symbol == "-" {
                prefixes.removeLast()
                isNegative.toggle()
            }
            let literal = try self.number(isNegative ? "-" + number : number)
            at += 1
            operand = try suffixes(literal)
        } else {
            operand = try value()
        }
        for prefix in prefixes.reversed() {
            operand = prefix.symbol == "-" ? located(.negation(operand), prefix.position) : located(try operation("~", [operand], prefix.position), prefix.position)
            try grow()
        }
        return operand
    }

    // MARK: Values

    private mutating func value() throws(ParseError) -> Expression {
        let token = current
        switch token.kind {
        case .text:
            let bytes = takeText() ?? []
            return try suffixes(.literal(.string(bytes), .string))
        case .symbol("("): return try suffixes(try parenthesized())
        case .name(let name, let isQuoted):
            if !isQuoted, let value = try keyword(token.word, token.position) { return try suffixes(value) }
            at += 1
            return try reference(name, isQuoted, token.position)
        case .symbol("*"):
            at += 1
            return .star([])
        default: throw unexpected("a value")
        }
    }

    /// A query, a row of several values, or an expression.
    private mutating func parenthesized() throws(ParseError) -> Expression {
        let position = current.position
        if opensQuery(at) { return located(.subquery(Subquery(.scalar, query: try subquery())), position) }
        let items = try list { parser throws(ParseError) in try parser.expression() }
        if items.count == 1 { return items[0] }
        return try known(["struct"], items, position)
    }

    /// Whether the bracket at a token's index opens a query, and not an expression or tables in parentheses.
    func opensQuery(_ index: Int) -> Bool {
        // Deeper than that nothing is read.
        let last = index + SQLParser.deepest
        var index = index
        while index + 1 < tokens.count, index <= last {
            guard tokens[index].kind == .symbol("(") else { return false }
            let next = tokens[index + 1]
            switch next.word {
            case "select", "with": return true
            case "values":
                // A column may be called so.
                switch tokens[min(index + 2, tokens.count - 1)].kind {
                case .symbol("("), .number, .text: return true
                default: return false
                }
            case "from", "table":
                if case .name = tokens[min(index + 2, tokens.count - 1)].kind { return true }
                return false
            default: break
            }
            guard next.kind == .symbol("("), partners[index + 1] >= 0 else { return false }
            // ((select 1) union ...) is a query, ((select 1) + 1) and ((select 1) as a join b) are none; ((select 1)) is one.
            let behind = tokens[min(partners[index + 1] + 1, tokens.count - 1)]
            switch behind.word {
            case "union", "intersect", "except", "minus", "order", "sort", "limit", "offset", "cluster", "distribute": return opensQuery(index + 1)
            default: if behind.kind != .symbol(")") { return false }
            }
            index += 1
        }
        return false
    }

    /// What begins with a word of the language; nil for a name.
    private mutating func keyword(_ word: String, _ position: Int) throws(ParseError) -> Expression? {
        switch word {
        case "true", "false":
            at += 1
            return .literal(word == "true")
        case "null":
            at += 1
            return .null
        case "case":
            at += 1
            return try conditional()
        case "exists" where isSymbol("(", ahead: 1):
            guard opensQuery(at + 1) else { return nil }
            at += 1
            return located(.subquery(Subquery(.exists, query: try subquery())), position)
        case "interval":
            if let interval = try interval() { return interval }
        case "date", "timestamp", "timestamp_ntz", "timestamp_ltz", "x":
            guard case .text = peek().kind else { return nil }
            at += 1
            return try typedLiteral(word, takeText() ?? [], position)
        case "cast", "try_cast", "extract", "position", "substring", "substr", "trim", "overlay", "timestampadd", "timestampdiff", "dateadd", "date_add", "datediff",
            "date_diff", "current_date", "current_timestamp", "localtimestamp", "current_time":
            if let value = try specialCall(word, position) { return value }
        default: break
        }
        if SQLWords.reserved.contains(word), !(["left", "right", "exists", "like", "ilike", "rlike"].contains(word) && isSymbol("(", ahead: 1)) {
            throw unexpected("a value")
        }
        return nil
    }

    private mutating func conditional() throws(ParseError) -> Expression {
        // CASE x WHEN a THEN ... compares x with each a.
        let subject: Expression? = isWord("when") ? nil : try expression()
        var branches: [Expression.Branch] = []
        while isWord("when") {
            let position = current.position
            at += 1
            let condition = try expression()
            try expectWord("then")
            branches.append(Expression.Branch(subject.map { located(.comparison($0, .equal, condition), position) } ?? condition, try expression()))
        }
        if branches.isEmpty { throw unexpected("WHEN") }
        let otherwise: Expression? = takeWord("else") ? try expression() : nil
        if !takeWord("end") { throw unexpected(otherwise == nil ? "WHEN, ELSE or END" : "END") }
        try grow(2)
        return .conditional(branches, otherwise: otherwise)
    }

    // MARK: Names and what follows values

    /// A column, a call, or all columns of a table, from behind the first name on.
    private mutating func reference(_ first: String, _ isQuoted: Bool, _ position: Int) throws(ParseError) -> Expression {
        if isSymbol("(") { return try suffixes(try call(first, position)) }
        if !isQuoted, isSymbol("->") { throw error("a lambda can only be an argument of a function such as transform", at: position) }
        if first.isEmpty { throw error("a name between back-ticks must not be empty", at: position) }
        // A lambda's parameter is a field of one step.
        if lambdaParameters.contains(first.lowercased()) { return try suffixes(located(.field([first]), position)) }
        var path = [first]
        while true {
            if isSymbol(".") {
                at += 1
                if takeSymbol("*") { return .star(path) }
                path.append(try anyName("a field's name"))
                if isSymbol("(") {
                    // A function may stand with its database, which has none of its own here.
                    return try suffixes(try call(path.joined(separator: "."), position))
                }
            } else if isSymbol("["), case .text(let key) = peek().kind, isSymbol("]", ahead: 2) {
                // A map's entry, or a field: m['key'].
                at += 3
                path.append(String(decoding: key, as: UTF8.self))
            } else {
                return try suffixes(located(.field(path), position))
            }
        }
    }

    /// The value with what follows it: fields, elements, types.
    func isSuffix(_ symbol: String) -> Bool { symbol == "." || symbol == "[" || symbol == "::" }

    mutating func suffixes(_ value: Expression) throws(ParseError) -> Expression {
        var value = value
        while case .symbol(let symbol) = current.kind, isSuffix(symbol) {
            let position = current.position
            at += 1
            switch symbol {
            case ".":
                let field = try anyName("a field's name")
                value = located(try operation(".", [value, .literal(field)], position), position)
            case "[":
                let key = try expression()
                try expectSymbol("]")
                value = located(try operation("[]", [value, key], position), position)
            default: value = .cast(value, try type())
            }
            try grow()
        }
        return value
    }
}
