internal import Columnar

/// A recursive-descent parser of Spark's dialect over tokens: what all parts of the grammar share. Each part is an extension: expressions, literals, calls,
/// types, queries, tables, statements.
///
/// How deep texts may be nested is limited (`deepest`), because trees are walked by recursion; what can be long in real texts (AND, OR, `||`, UNION ALL, lists) makes
/// trees of little depth.
struct SQLParser {
    let text: String
    let tokens: [SQLLexer.Token]
    /// Whether expressions carry their places: those of queries do.
    let locates: Bool
    /// The user's functions, by any spelling of their names.
    let userFunction: (String) -> UserFunction?
    /// The token that comes next.
    var at = 0
    /// How many brackets, calls and queries are open.
    var depth = 0
    /// The height of the tree that was read last, at the least.
    var height = 0
    /// The parameters of the lambdas around.
    var lambdaParameters: [String] = []
    /// Where each `SELECT` around begins, and the windows it names once they are asked for.
    var selects: [SelectScope] = []
    /// For each token the index of the bracket that it closes, or is closed by; -1 for others.
    let partners: [Int]

    struct SelectScope {
        let start: Int
        var windows: [String: WindowSpecification]?
        /// The token behind their clause, if it was read.
        var windowsEnd: Int?
    }

    init(_ text: String, locates: Bool, userFunction: @escaping (String) -> UserFunction? = { _ in nil }) throws(ParseError) {
        (self.text, self.locates, self.userFunction) = (text, locates, userFunction)
        tokens = try SQLLexer.tokens(of: text)
        partners = SQLParser.partners(tokens)
    }

    /// More levels than this are refused. A level takes the walks over expressions less than a kilobyte of the stack, the parser two.
    static let deepest = 500

    private static func partners(_ tokens: [SQLLexer.Token]) -> [Int] {
        var partners = [Int](repeating: -1, count: tokens.count)
        var open: [Int] = []
        for (i, token) in tokens.enumerated() {
            if token.kind == .symbol("(") { open.append(i) } else if token.kind == .symbol(")"), let start = open.popLast() { (partners[start], partners[i]) = (i, start) }
        }
        return partners
    }

    // MARK: Tokens

    var current: SQLLexer.Token { tokens[at] }
    var isAtEnd: Bool { current.kind == .end }

    /// The token so far ahead; the end where the text ends before.
    func peek(_ ahead: Int = 1) -> SQLLexer.Token { tokens[min(at + ahead, tokens.count - 1)] }

    func isWord(_ word: String, ahead: Int = 0) -> Bool { peek(ahead).word == word }
    func isSymbol(_ symbol: String, ahead: Int = 0) -> Bool { peek(ahead).kind == .symbol(symbol) }

    /// Whether these words come next.
    func areWords(_ words: String...) -> Bool { words.indices.allSatisfy { isWord(words[$0], ahead: $0) } }

    mutating func takeWord(_ word: String) -> Bool {
        guard current.word == word else { return false }
        at += 1
        return true
    }

    /// Takes the words if all of them come next.
    mutating func takeWords(_ words: String...) -> Bool {
        guard words.indices.allSatisfy({ isWord(words[$0], ahead: $0) }) else { return false }
        at += words.count
        return true
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        at += 1
        return true
    }

    mutating func expectWord(_ word: String) throws(ParseError) {
        if !takeWord(word) { throw unexpected(word.uppercased(), likely: [word.uppercased()]) }
    }

    mutating func expectWords(_ words: String...) throws(ParseError) {
        for word in words { try expectWord(word) }
    }

    mutating func expectSymbol(_ symbol: String) throws(ParseError) {
        if !takeSymbol(symbol) { throw unexpected("'\(symbol)'") }
    }

    /// A string, adjacent ones joined; nil where none stands.
    mutating func takeText() -> [UInt8]? {
        guard case .text(var bytes) = current.kind else { return nil }
        at += 1
        while case .text(let more) = current.kind {
            bytes += more
            at += 1
        }
        return bytes
    }

    mutating func textLiteral(_ what: String) throws(ParseError) -> String {
        guard let bytes = takeText() else { throw unexpected(what) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A name, quoted or any word that is not reserved.
    mutating func name(_ what: String) throws(ParseError) -> String {
        let token = current
        switch token.kind {
        case .name(let name, let isQuoted) where isQuoted || !SQLWords.reserved.contains(token.word):
            if name.isEmpty { throw error("a name between back-ticks must not be empty", at: token.position) }
            at += 1
            return name
        case .number(let name) where name.utf8.contains(where: { $0.isLetter || $0 == UInt8(ascii: "_") }) && !name.utf8.contains(UInt8(ascii: ".")):
            // Names may begin with digits: 2024_sales.
            at += 1
            return name
        default: throw unexpected(what, isName: true)
        }
    }

    /// A name behind a point or behind AS, where every word is one.
    mutating func anyName(_ what: String) throws(ParseError) -> String {
        if case .name(let name, false) = current.kind {
            at += 1
            return name
        }
        return try name(what)
    }

    /// A name of parts with points between: `database.table`.
    mutating func qualifiedName(_ what: String) throws(ParseError) -> [String] {
        var parts = [try name(what)]
        while takeSymbol(".") { parts.append(try anyName("a name")) }
        return parts
    }

    /// Names with commas between, in parentheses.
    mutating func nameList(_ what: String) throws(ParseError) -> [String] {
        try list { parser throws(ParseError) in try parser.name(what) }
    }

    /// Items with commas between, in parentheses; at least one.
    mutating func list<Item>(_ item: (inout SQLParser) throws(ParseError) -> Item) throws(ParseError) -> [Item] {
        try expectSymbol("(")
        var items = [try item(&self)]
        while takeSymbol(",") { items.append(try item(&self)) }
        try expectSymbol(")")
        return items
    }

    // MARK: Depth

    func tooDeep() -> ParseError { error("this is nested too deep; \(SQLParser.deepest) levels are the limit", at: current.position) }

    /// - Parameter levels: what the level counts as; queries take more of the stack than expressions.
    mutating func enter(_ levels: Int = 1) throws(ParseError) {
        depth += levels
        if depth > SQLParser.deepest { throw tooDeep() }
    }

    mutating func leave(_ levels: Int = 1) { depth -= levels }

    /// Takes semicolons, and refuses what stands behind.
    mutating func finish() throws(ParseError) {
        let position = current.position
        var isClosed = false
        while takeSymbol(";") { isClosed = true }
        if isAtEnd { return }
        if isClosed { throw error("one statement at a time: the text goes on behind ';'", at: position) }
        throw unexpectedClause()
    }

    /// Counts levels that the tree read last has got.
    mutating func grow(_ levels: Int = 1) throws(ParseError) {
        height += levels
        if height > SQLParser.deepest { throw tooDeep() }
    }

    // MARK: Errors

    func error(_ message: String, at position: Int) -> ParseError { ParseError(message, in: text, at: position) }

    /// What an expression says wrongly, at the place that the error knows, else at this one.
    func error(_ cause: PlanError, at position: Int) -> ParseError {
        if case .located(let inner, let place) = cause { return ParseError(inner.description, in: text, at: place, cause: inner) }
        return ParseError(cause.description, in: text, at: position, cause: cause)
    }

    func written(_ token: SQLLexer.Token) -> String { String(decoding: text.utf8.dropFirst(token.position).prefix(token.end - token.position), as: UTF8.self) }

    /// The error of a token that is not the one that must come.
    ///
    /// - Parameters:
    ///   - likely: the words that could stand here, for a hint at one that is nearly written.
    ///   - isName: whether a name must come, which a reserved word can be in back-ticks.
    func unexpected(_ expected: String, likely: [String] = [], isName: Bool = false) -> ParseError {
        let found: String
        switch current.kind {
        case .end: found = "the text ends"
        case .text: found = "a string stands here"
        default: found = "'\(written(current))' stands here"
        }
        return error("\(found) where \(expected) is expected\(hint(likely, isName: isName))", at: current.position)
    }

    private func hint(_ likely: [String], isName: Bool) -> String {
        let word = current.word
        if isName, SQLWords.reserved.contains(word) {
            return at > 0 && tokens[at - 1].kind == .symbol(",")
                ? "; the comma before it is one too many, or the name wants back-ticks: `\(word)`" : "; as a name it is written in back-ticks: `\(word)`"
        }
        // A word of SQL where a list goes on behind it was meant as a name: select id, order from t.
        let next = at + 1 < tokens.count ? tokens[at + 1] : nil
        if SQLWords.reserved.contains(word), word != "from", let next, next.kind == .symbol(",") || next.word == "from" {
            return "; as a name it is written in back-ticks: `\(word)`"
        }
        if at > 0, tokens[at - 1].kind == .symbol(","), isAtEnd || SQLWords.reserved.contains(word) || current.kind == .symbol(")") {
            return "; the comma before it is one too many"
        }
        // Words of a letter or two are near to too many.
        if word.count > 2, !SQLWords.reserved.contains(word), let near = Suggestion.nearest(word, in: likely.isEmpty ? SQLWords.likely : likely) {
            return "; did you mean \(near)?"
        }
        // A misspelt word of the language just before was taken for a name.
        if likely == SQLWords.likely, at > 0, !isAtEnd, tokens[at - 1].word.count > 2, !SQLWords.afterExpression.contains(tokens[at - 1].word),
            let near = Suggestion.nearest(tokens[at - 1].word, in: SQLWords.likely), near.lowercased() != tokens[at - 1].word
        {
            return "; did you mean \(near) by '\(written(tokens[at - 1]))'?"
        }
        return ""
    }

    /// The error of what stands behind the end of what was asked for.
    func unexpectedEnd(_ expected: String) -> ParseError {
        if current.kind == .symbol(")") { return error("this ')' closes no '('", at: current.position) }
        return unexpected(expected, likely: SQLWords.likely)
    }

    // MARK: Places

    /// The expression with the place, where places are wanted.
    func located(_ expression: Expression, _ position: Int) -> Expression { locates ? .located(expression, position) : expression }

    /// A long chain as a tree of little depth. Short ones lean left, as they are written.
    ///
    /// - Parameter join: joins two at the index of the first term of the second.
    static func balanced<Term>(_ terms: ArraySlice<Term>, _ join: (Term, Term, Int) -> Term) -> Term {
        if terms.count <= 16 {
            var result = terms[terms.startIndex]
            for i in terms.indices.dropFirst() { result = join(result, terms[i], i) }
            return result
        }
        let middle = terms.startIndex + terms.count / 2
        return join(balanced(terms[..<middle], join), balanced(terms[middle...], join), middle)
    }

    /// The height of `balanced`.
    static func balancedHeight(_ count: Int) -> Int {
        var (height, count) = (0, count)
        while count > 16 { (height, count) = (height + 1, count - count / 2) }
        return height + count - 1
    }
}
