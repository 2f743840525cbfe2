internal import Columnar

extension Expression {
    /// Reads an expression as Spark SQL writes it in a WHERE clause.
    ///
    ///     status = 'done' and (amount between 1 and 10 or customer.country in ('NO', 'SE')) and not name like 'x%'
    ///
    /// Understood are `and or not !`, `= == <> != < <= > >= <=>`, `is [not] null|true|false`, `[not] in|like|between`, `+ - * / % ||`, `case`, `cast`,
    /// the functions of `Function` and those named like types, names with dots and in back-ticks, strings in either quotes, numbers with
    /// their suffixes, `true`, `false`, `null`, `DATE '...'`, `TIMESTAMP '...'` and `X'...'`.
    ///
    /// - Throws: `ParseError` with the place.
    public init(parsing text: String) throws(ParseError) {
        var parser = SQLExpressionParser(text, try SQLLexer.tokens(of: text))
        let expression = try parser.expression()
        guard parser.isAtEnd else { throw parser.unexpected("the end") }
        self = expression
    }
}

/// A recursive-descent parser over tokens; it stops behind the expression, so that a larger grammar can go on.
///
///     expression := conjunction (OR conjunction)*
///     conjunction := negation (AND negation)*
///     negation := (NOT | !) negation | predicate
///     predicate := sum (comparison sum | IS [NOT] NULL | [NOT] (IN list | LIKE text | BETWEEN sum AND sum))*
///     sum := product ((+ | - | ||) product)*
///     product := sign ((* | / | %) sign)*
///     sign := (- | +) sign | primary
struct SQLExpressionParser {
    let text: String
    let tokens: [SQLLexer.Token]
    /// The token that comes next.
    var at = 0
    private var depth = 0

    init(_ text: String, _ tokens: [SQLLexer.Token]) { (self.text, self.tokens) = (text, tokens) }

    // MARK: Tokens

    var current: SQLLexer.Token { tokens[at] }
    var isAtEnd: Bool { current.kind == .end }

    func isWord(_ word: String, ahead: Int = 0) -> Bool {
        guard at + ahead < tokens.count, case .name(let name, false) = tokens[at + ahead].kind else { return false }
        return name.lowercased() == word
    }

    mutating func takeWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        at += 1
        return true
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        at += 1
        return true
    }

    mutating func expectWord(_ word: String) throws(ParseError) {
        if !takeWord(word) { throw unexpected(word.uppercased()) }
    }

    mutating func expectSymbol(_ symbol: String) throws(ParseError) {
        if !takeSymbol(symbol) { throw unexpected("'\(symbol)'") }
    }

    /// The error of a token that is not the one that must come.
    func unexpected(_ expected: String) -> ParseError {
        let found =
            switch current.kind {
            case .end: "the text ends"
            case .text: "a string stands here"
            default: "'\(String(decoding: Array(text.utf8)[current.position..<current.end], as: UTF8.self))' stands here"
            }
        return ParseError("\(found) where \(expected) is expected", in: text, at: current.position)
    }

    // MARK: Logic

    mutating func expression() throws(ParseError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        if depth > 200 { throw ParseError("the expression is nested too deeply", in: text, at: current.position) }
        var terms = [try conjunction()]
        while takeWord("or") { terms.append(try conjunction()) }
        return SQLExpressionParser.balanced(terms[...]) { .or($0, $1) }
    }

    private mutating func conjunction() throws(ParseError) -> Expression {
        var terms = [try negation()]
        while takeWord("and") { terms.append(try negation()) }
        return SQLExpressionParser.balanced(terms[...]) { .and($0, $1) }
    }

    /// A long chain as a tree of little depth, because trees are walked by recursion.
    private static func balanced(_ terms: ArraySlice<Expression>, _ join: (Expression, Expression) -> Expression) -> Expression {
        // Short chains lean left, as they are written.
        if terms.count <= 16 { return terms.dropFirst().reduce(terms[terms.startIndex], join) }
        let middle = terms.startIndex + terms.count / 2
        return join(balanced(terms[..<middle], join), balanced(terms[middle...], join))
    }

    private mutating func negation() throws(ParseError) -> Expression {
        var count = 0
        while takeWord("not") || takeSymbol("!") { count += 1 }
        let operand = try predicate()
        // Two negations cancel out, also where the operand is null, but they make a boolean of it.
        return count == 0 ? operand : count % 2 == 1 ? .not(operand) : .not(.not(operand))
    }

    // MARK: Predicates

    private static let comparisons: [String: Comparison] = [
        "=": .equal, "==": .equal, "<>": .notEqual, "!=": .notEqual, "<": .less, "<=": .lessOrEqual, ">": .greater, ">=": .greaterOrEqual,
    ]

    private mutating func predicate() throws(ParseError) -> Expression {
        var left = try sum()
        var links = 0
        while true {
            links += 1
            if links > 500 { throw ParseError("the expression is too long", in: text, at: current.position) }
            if case .symbol(let symbol) = current.kind {
                if let comparison = SQLExpressionParser.comparisons[symbol] {
                    at += 1
                    left = .comparison(left, comparison, try sum())
                    continue
                }
                if symbol == "<=>" {
                    at += 1
                    left = .identity(left, try sum())
                    continue
                }
            }
            if takeWord("is") {
                let isNegated = takeWord("not")
                let test: Expression
                if takeWord("null") {
                    test = .isNull(left)
                } else if takeWord("true") {
                    test = .identity(left, .literal(true))
                } else if takeWord("false") {
                    test = .identity(left, .literal(false))
                } else {
                    throw unexpected("NULL, TRUE or FALSE")
                }
                left = isNegated ? .not(test) : test
                continue
            }
            let isNegated = isWord("not") && (isWord("in", ahead: 1) || isWord("like", ahead: 1) || isWord("between", ahead: 1))
            if isNegated { at += 1 }
            var test: Expression
            if takeWord("in") {
                test = .membership(left, try list())
            } else if takeWord("like") {
                test = try like(left)
            } else if takeWord("between") {
                let low = try sum()
                try expectWord("and")
                test = .between(left, low, try sum())
            } else {
                return left
            }
            if isNegated { test = .not(test) }
            left = test
        }
    }

    /// Expressions with commas between, in parentheses.
    private mutating func list() throws(ParseError) -> [Expression] {
        try expectSymbol("(")
        var items = [try expression()]
        while takeSymbol(",") { items.append(try expression()) }
        try expectSymbol(")")
        return items
    }

    private mutating func like(_ operand: Expression) throws(ParseError) -> Expression {
        guard case .text(let pattern) = current.kind else { throw unexpected("a pattern in quotes") }
        at += 1
        var escape: UInt8? = UInt8(ascii: "\\")
        if takeWord("escape") {
            guard case .text(let bytes) = current.kind, bytes.count == 1 else { throw unexpected("one character in quotes") }
            at += 1
            escape = bytes[0]
        }
        return .like(operand, pattern: String(decoding: pattern, as: UTF8.self), escape: escape)
    }

    // MARK: Arithmetic

    private mutating func sum() throws(ParseError) -> Expression {
        var left = try product()
        var links = 0
        while case .symbol(let symbol) = current.kind, symbol == "+" || symbol == "-" || symbol == "||" {
            at += 1
            links += 1
            if links > 500 { throw ParseError("the expression is too long", in: text, at: current.position) }
            let right = try product()
            if symbol == "||" {
                left = .call(.concat, [left, right])
            } else {
                left = .arithmetic(left, symbol == "+" ? .add : .subtract, right)
            }
        }
        return left
    }

    private mutating func product() throws(ParseError) -> Expression {
        var left = try sign()
        var links = 0
        while case .symbol(let symbol) = current.kind, let operation = Arithmetic(rawValue: symbol), operation != .add, operation != .subtract {
            at += 1
            links += 1
            if links > 500 { throw ParseError("the expression is too long", in: text, at: current.position) }
            left = .arithmetic(left, operation, try sign())
        }
        return left
    }

    private mutating func sign() throws(ParseError) -> Expression {
        var minuses = 0
        while true {
            if takeSymbol("-") { minuses += 1 } else if !takeSymbol("+") { break }
        }
        // The sign belongs to a number, so that the smallest integer can be written.
        if minuses > 0, case .number(let number) = current.kind {
            let literal = try self.number(minuses % 2 == 1 ? "-" + number : number)
            at += 1
            return literal
        }
        let operand = try primary()
        return minuses == 0 ? operand : minuses % 2 == 1 ? .negation(operand) : .negation(.negation(operand))
    }

    // MARK: Values

    private mutating func primary() throws(ParseError) -> Expression {
        let token = current
        switch token.kind {
        case .number(let number):
            let literal = try self.number(number)
            at += 1
            return literal
        case .text(let bytes):
            at += 1
            return .literal(.string(bytes), .string)
        case .symbol("("):
            at += 1
            let inner = try expression()
            try expectSymbol(")")
            return inner
        case .name(let name, let isQuoted):
            if !isQuoted, let value = try keyword(name.lowercased()) { return value }
            at += 1
            if !isQuoted, current.kind == .symbol("(") { return try call(name, token.position) }
            return try path(name)
        default: throw unexpected("a value")
        }
    }

    /// What begins with a word of the language; nil for a name.
    private mutating func keyword(_ word: String) throws(ParseError) -> Expression? {
        let position = current.position
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
        case "cast":
            guard tokens[at + 1].kind == .symbol("(") else { break }
            at += 2
            let operand = try expression()
            try expectWord("as")
            let type = try self.type()
            try expectSymbol(")")
            return .cast(operand, type)
        case "date", "timestamp", "x":
            guard case .text(let bytes) = tokens[at + 1].kind else { return nil }
            at += 2
            return try typedLiteral(word, bytes, position)
        default: break
        }
        if SQLLexer.reserved.contains(word), !["left", "right"].contains(word) { throw unexpected("a value") }
        return nil
    }

    private func typedLiteral(_ word: String, _ bytes: [UInt8], _ position: Int) throws(ParseError) -> Expression {
        switch word {
        case "date":
            guard let days = bytes.withUnsafeBytes({ DateParsing.date(NumberParsing.trimmed($0)) }) else {
                throw ParseError("this is no date; one is written DATE '2024-02-29'", in: text, at: position)
            }
            return .literal(.date(days), .date)
        case "timestamp":
            guard let time = bytes.withUnsafeBytes({ DateParsing.timestamp(NumberParsing.trimmed($0)) }) else {
                throw ParseError("this is no timestamp; one is written TIMESTAMP '2024-02-29 13:45:10'", in: text, at: position)
            }
            return .literal(.timestamp(time), .timestamp)
        default:
            let digits = bytes.map { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count % 2 == 0, !digits.contains(nil) else {
                throw ParseError("bytes are written as pairs of hexadecimal digits: X'1AFF'", in: text, at: position)
            }
            let pairs = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0]! * 16 + digits[$0 + 1]!) }
            return .literal(.binary(pairs), .binary)
        }
    }

    /// An integer is an `int` or a `long`, a number with a point a decimal, one with an exponent a double, unless a suffix says otherwise.
    private func number(_ number: String) throws(ParseError) -> Expression {
        let lowered = number.lowercased()
        let suffix = String(lowered.reversed().prefix { !$0.isNumber && $0 != "." }.reversed())
        let digits = Array(lowered.dropLast(suffix.count).utf8)
        let hasPoint = digits.contains(UInt8(ascii: ".")), hasExponent = digits.contains(UInt8(ascii: "e"))
        func wrong() -> ParseError { ParseError("'\(number)' is no number that fits its type", in: text, at: current.position) }
        func decimal() throws(ParseError) -> Expression {
            let places = digits.firstIndex(of: UInt8(ascii: ".")).map { digits.count - $0 - 1 } ?? 0
            guard !hasExponent, places <= 38, let value = digits.withUnsafeBytes({ NumberParsing.decimal($0, precision: 38, scale: places) }) else {
                throw wrong()
            }
            let length = String(value.magnitude).utf8.count
            return .literal(.decimal(unscaled: value, scale: places), .decimal(precision: max(length, places, 1), scale: places))
        }
        let integer = hasPoint || hasExponent ? nil : digits.withUnsafeBytes { NumberParsing.integer($0) }
        let double = digits.withUnsafeBytes { NumberParsing.double($0) }
        switch suffix {
        case "":
            if let integer { return .literal(integer) }
            if hasExponent, let double { return .literal(double) }
            if let exact = try? decimal() { return exact }
            guard let double else { throw wrong() }
            return .literal(double)
        case "l", "s", "y":
            guard let integer else { throw wrong() }
            let type: DataType = suffix == "l" ? .long : suffix == "s" ? .short : .byte
            let fits = suffix == "l" || (suffix == "s" ? Int16(exactly: integer) != nil : Int8(exactly: integer) != nil)
            guard fits else { throw wrong() }
            return .literal(.integer(integer), type)
        case "d":
            guard let double else { throw wrong() }
            return .literal(double)
        case "f":
            guard let double else { throw wrong() }
            return .literal(.double(Double(Float(double))), .float)
        case "bd": return try decimal()
        default: throw wrong()
        }
    }

    private mutating func conditional() throws(ParseError) -> Expression {
        // CASE x WHEN a THEN ... compares x with each a.
        let subject: Expression? = isWord("when") ? nil : try expression()
        var branches: [Expression.Branch] = []
        while takeWord("when") {
            let condition = try expression()
            try expectWord("then")
            branches.append(Expression.Branch(subject.map { .comparison($0, .equal, condition) } ?? condition, try expression()))
        }
        if branches.isEmpty { throw unexpected("WHEN") }
        let otherwise: Expression? = takeWord("else") ? try expression() : nil
        try expectWord("end")
        return .conditional(branches, otherwise: otherwise)
    }

    private mutating func type() throws(ParseError) -> DataType {
        let start = current.position
        guard case .name(let name, false) = current.kind else { throw unexpected("a type") }
        at += 1
        var end = tokens[at - 1].end
        // decimal(10, 2), array<map<string, int>>: up to where the brackets close.
        var open = 0
        while true {
            guard case .symbol(let symbol) = current.kind else {
                if open > 0, !isAtEnd {
                    at += 1
                    continue
                }
                break
            }
            if symbol == "(" || symbol == "<" { open += 1 } else if symbol == ">" || (symbol == ")" && open > 0) { open -= 1 } else if open == 0 { break }
            at += 1
            end = tokens[at - 1].end
            if open == 0 { break }
        }
        let written = String(decoding: Array(text.utf8)[start..<end], as: UTF8.self)
        guard let type = DataType(parsing: written) else {
            throw ParseError("'\(written)' is no type\(Columnar.Suggestion.hint(for: name, in: DataType.knownNames))", in: text, at: start)
        }
        return type
    }

    private mutating func path(_ first: String) throws(ParseError) -> Expression {
        var path = [first]
        while true {
            if takeSymbol(".") {
                guard case .name(let step, _) = current.kind else { throw unexpected("a field's name") }
                at += 1
                path.append(step)
            } else if current.kind == .symbol("["), case .text(let key) = tokens[at + 1].kind {
                // A map's entry, or a field: m['key'].
                at += 2
                try expectSymbol("]")
                path.append(String(decoding: key, as: UTF8.self))
            } else {
                return .field(path)
            }
        }
    }

    private mutating func call(_ name: String, _ position: Int) throws(ParseError) -> Expression {
        try expectSymbol("(")
        var arguments: [Expression] = []
        if !takeSymbol(")") {
            repeat { arguments.append(try expression()) } while takeSymbol(",")
            try expectSymbol(")")
        }
        if let function = Function(named: name) {
            do { return try function(arguments) } catch {
                throw ParseError(error.description, in: text, at: position)
            }
        }
        // A type's name casts: double(x).
        if arguments.count == 1, let type = DataType(parsing: name), !type.isNested, type != .null { return .cast(arguments[0], type) }
        throw ParseError(Function.unknown(name).description, in: text, at: position)
    }
}
