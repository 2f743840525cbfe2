/// A filter on partition values: the expression of Glue's GetPartitions and of `catalogPartitionPredicate`.
///
///     expr := expr AND expr | expr OR expr | ( expr ) | cond
///     cond := ident (= | <> | > | < | >= | <=) literal | ident [NOT] LIKE string | ident [NOT] IN (literal, ...)
///           | ident [NOT] BETWEEN literal AND literal | ident IS [NOT] NULL
///
/// Keywords are case-insensitive and `AND` binds tighter than `OR`. Strings stand in single quotes, with `''` for a quote; numbers stand bare.
public indirect enum PartitionExpression: Hashable, Sendable {
    /// True for every partition: what a blank text means.
    case everything
    case and(PartitionExpression, PartitionExpression)
    case or(PartitionExpression, PartitionExpression)
    case condition(key: String, Condition)

    public enum Condition: Hashable, Sendable {
        case comparison(Comparison, String)
        case like(String, negated: Bool)
        case isIn([String], negated: Bool)
        case between(String, String, negated: Bool)
        case isNull(negated: Bool)
    }

    public enum Comparison: String, Hashable, Sendable {
        case equal = "=", notEqual = "<>", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    }

    /// Characters that an expression may have, as in Glue.
    public static let maximumLength = 2048

    /// - Throws: `CatalogError.invalidInput`, with Glue's message.
    public init(parsing text: String) throws(CatalogError) {
        guard text.unicodeScalars.count <= Self.maximumLength else {
            throw CatalogError(.invalidInput, "a partition expression may have \(Self.maximumLength) characters, this has \(text.unicodeScalars.count)")
        }
        var parser = PartitionExpressionParser(text)
        guard let expression = parser.parse() else { throw CatalogError(.invalidInput, "Unsupported expression '\(text)'") }
        self = expression
    }
}

private struct PartitionExpressionParser {
    private enum Token: Equatable {
        case word(String), string(String), number(String), symbol(String), end
    }

    private var tokens: [Token] = []
    private var position = 0
    private var depth = 0
    private static let maximumDepth = 100

    init(_ text: String) { tokens = Self.tokens(of: Array(text.unicodeScalars)) ?? [.symbol("?")] }

    /// The whole expression, or nil when the text is none.
    mutating func parse() -> PartitionExpression? {
        if tokens == [.end] { return .everything }
        guard let expression = disjunction(), current == .end else { return nil }
        return expression
    }

    // MARK: Tokens

    private static func tokens(of text: [Unicode.Scalar]) -> [Token]? {
        var tokens: [Token] = []
        var i = 0
        func run(while isPart: (Unicode.Scalar) -> Bool) -> String {
            var word = String.UnicodeScalarView()
            while i < text.count, isPart(text[i]) { word.append(text[i]); i += 1 }
            return String(word)
        }
        while i < text.count {
            let c = text[i]
            if c == " " || c == "\t" || c == "\n" || c == "\r" {
                i += 1
            } else if c == "'" {
                var content = String.UnicodeScalarView()
                i += 1
                while true {
                    guard i < text.count else { return nil }
                    if text[i] != "'" { content.append(text[i]); i += 1; continue }
                    if i + 1 < text.count, text[i + 1] == "'" { content.append("'"); i += 2; continue }
                    i += 1
                    break
                }
                tokens.append(.string(String(content)))
            } else if isDigit(c) || ((c == "-" || c == "+") && i + 1 < text.count && (isDigit(text[i + 1]) || text[i + 1] == ".")) || (c == "." && i + 1 < text.count && isDigit(text[i + 1])) {
                var sign = ""
                if c == "-" || c == "+" { sign = c == "-" ? "-" : ""; i += 1 }
                let word = run { isIdentifierPart($0) }
                // A name may begin with a digit; then it has a letter that no number has.
                if isNumber(word) { tokens.append(.number(sign + word)) } else if sign.isEmpty { tokens.append(.word(word)) } else { return nil }
            } else if isIdentifierPart(c) {
                tokens.append(.word(run { isIdentifierPart($0) }))
            } else if "<>=(),".unicodeScalars.contains(c) {
                i += 1
                if i < text.count, c == "<" && (text[i] == ">" || text[i] == "=") || i < text.count && c == ">" && text[i] == "=" {
                    tokens.append(.symbol(String(c) + String(text[i])))
                    i += 1
                } else {
                    tokens.append(.symbol(String(c)))
                }
            } else {
                return nil
            }
        }
        tokens.append(.end)
        return tokens
    }

    private static func isDigit(_ c: Unicode.Scalar) -> Bool { ("0"..."9").contains(c) }
    private static func isIdentifierPart(_ c: Unicode.Scalar) -> Bool {
        isDigit(c) || ("a"..."z").contains(c) || ("A"..."Z").contains(c) || c == "_" || c == "." || c.value >= 0x80
    }
    private static func isNumber(_ word: String) -> Bool {
        word.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E } && word.utf8.filter { $0 == 0x2E }.count <= 1 && word != "."
    }

    // MARK: Grammar

    private var current: Token { tokens[min(position, tokens.count - 1)] }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func takeKeyword(_ keyword: String) -> Bool {
        guard case .word(let word) = current, word.uppercased() == keyword else { return false }
        position += 1
        return true
    }

    private mutating func disjunction() -> PartitionExpression? {
        guard var left = conjunction() else { return nil }
        while takeKeyword("OR") {
            guard let right = conjunction() else { return nil }
            left = .or(left, right)
        }
        return left
    }

    private mutating func conjunction() -> PartitionExpression? {
        guard var left = primary() else { return nil }
        while takeKeyword("AND") {
            guard let right = primary() else { return nil }
            left = .and(left, right)
        }
        return left
    }

    private mutating func primary() -> PartitionExpression? {
        if takeSymbol("(") {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.maximumDepth, let inner = disjunction(), takeSymbol(")") else { return nil }
            return inner
        }
        guard case .word(let key) = current else { return nil }
        position += 1
        guard let condition = condition() else { return nil }
        return .condition(key: key, condition)
    }

    private mutating func condition() -> PartitionExpression.Condition? {
        if case .symbol(let symbol) = current, let comparison = PartitionExpression.Comparison(rawValue: symbol) {
            position += 1
            return literal().map { .comparison(comparison, $0) }
        }
        if takeKeyword("IS") {
            let negated = takeKeyword("NOT")
            return takeKeyword("NULL") ? .isNull(negated: negated) : nil
        }
        let negated = takeKeyword("NOT")
        if takeKeyword("LIKE") {
            guard case .string(let pattern) = current else { return nil }
            position += 1
            return .like(pattern, negated: negated)
        }
        if takeKeyword("IN") {
            guard takeSymbol("(") else { return nil }
            var values: [String] = []
            repeat {
                guard let value = literal() else { return nil }
                values.append(value)
            } while takeSymbol(",")
            return takeSymbol(")") ? .isIn(values, negated: negated) : nil
        }
        if takeKeyword("BETWEEN") {
            guard let low = literal(), takeKeyword("AND"), let high = literal() else { return nil }
            return .between(low, high, negated: negated)
        }
        return nil
    }

    private mutating func literal() -> String? {
        switch current {
        case .string(let text), .number(let text):
            position += 1
            return text
        default:
            return nil
        }
    }
}
