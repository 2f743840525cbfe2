internal import Columnar

extension Query {
    /// Reads a query of Spark SQL. Its expressions carry their places.
    ///
    /// - Parameter userFunction: the user's functions, by their names.
    /// - Throws: `ParseError` with the place.
    public init(parsing text: String, userFunction: @escaping (String) -> UserFunction? = { _ in nil }) throws(ParseError) {
        var parser = try SQLParser(text, locates: true, userFunction: userFunction)
        self = try parser.query()
        try parser.finish()
    }
}

/// Queries, from WITH to OFFSET:
///
///     query := [WITH name [(columns)] AS (query), ...] combination [ORDER BY ...] [LIMIT n] [OFFSET n]
///     combination := intersection ((UNION | EXCEPT | MINUS) [ALL | DISTINCT] intersection)*
///     intersection := part (INTERSECT [ALL | DISTINCT] part)*
///     part := SELECT ... | FROM ... [SELECT ...] | VALUES ... | TABLE name | (query)
extension SQLParser {
    mutating func query() throws(ParseError) -> Query {
        try enter(5)
        defer { leave(5) }
        let outer = (height, lambdaParameters)
        height = 0
        let commonTables = try with()
        var query = try queryBody()
        query.with = commonTables + query.with
        height = max(outer.0, height)
        lambdaParameters = outer.1
        return query
    }

    /// `WITH ...`; nothing where it is not there.
    mutating func with() throws(ParseError) -> [CommonTable] {
        guard takeWord("with") else { return [] }
        if isWord("recursive"), !isWord("as", ahead: 1) {
            throw error("WITH RECURSIVE is not supported; a loop in the script that unites frames until nothing new comes does the same", at: current.position)
        }
        var tables: [CommonTable] = []
        repeat {
            let position = current.position
            let name = try self.name("a name")
            let columns = isSymbol("(") ? try nameList("a column's name") : []
            _ = takeWord("as")
            if !isSymbol("(") { throw unexpected("AS and a query in parentheses") }
            at += 1
            let query = try query()
            try expectSymbol(")")
            if tables.contains(where: { $0.name.lowercased() == name.lowercased() }) { throw error("there are two queries '\(name)' behind WITH", at: position) }
            tables.append(CommonTable(name: name, columns: columns, query: query, position: position))
        } while takeSymbol(",")
        return tables
    }

    /// A query without its WITH.
    mutating func queryBody() throws(ParseError) -> Query {
        var (query, scope) = try combination()
        // The order may use the windows of the one SELECT that it is of.
        if let scope { selects.append(scope) }
        defer { if scope != nil { selects.removeLast() } }
        if isOrganization, isOrganized(query) || query.isNested {
            let inner = query
            query = Query(.nested(inner))
        }
        try organization(&query)
        return query
    }

    private func isOrganized(_ query: Query) -> Bool {
        !query.with.isEmpty || !query.order.isEmpty || query.ordersByAll || query.limit != nil || query.offset != nil
    }

    private var isOrganization: Bool {
        switch current.word {
        case "sort", "cluster", "distribute": isWord("by", ahead: 1)
        case "order", "limit", "offset", "window": true
        default: false
        }
    }

    /// ORDER BY and its kin, LIMIT and OFFSET.
    private mutating func organization(_ query: inout Query) throws(ParseError) {
        var seen = Set<String>()
        while isOrganization {
            let (word, position) = (current.word, current.position)
            if !seen.insert(word).inserted { throw error("there are two of \(SQLParser.clauseName(word))", at: position) }
            if seen.contains(word == "offset" ? "" : word), word != "limit", word != "offset", seen.contains("limit") || seen.contains("offset") {
                throw error("\(SQLParser.clauseName(word)) stands before LIMIT and OFFSET", at: position)
            }
            at += 1
            switch word {
            case "order", "sort":
                try expectWord("by")
                if !query.order.isEmpty || query.ordersByAll { throw error("ORDER BY and SORT BY do not go together", at: position) }
                if isWord("all"), !isSymbol(".", ahead: 1), !isSymbol("(", ahead: 1) {
                    at += 1
                    query.ordersByAll = true
                    if isWord("asc") || isWord("desc") || isWord("nulls") { query.order = [try sortKey(.literal(true))] }
                } else {
                    query.order = try sortKeys()
                }
            case "cluster", "distribute":
                // Which rows are computed together changes nothing in the result.
                at += 1
                repeat { _ = try expression() } while takeSymbol(",")
            case "limit":
                if !takeWord("all") {
                    query.limit = try expression()
                    // LIMIT offset, count is another dialect's.
                    if isSymbol(",") { throw error("LIMIT takes one number; rows to leave out before stand behind OFFSET: LIMIT 10 OFFSET 20", at: current.position) }
                }
            case "window":
                guard !selects.isEmpty else { throw error("WINDOW belongs to a SELECT", at: position) }
                try windowClause()
            default:
                query.offset = try expression()
                _ = takeWord("rows") || takeWord("row")
            }
        }
    }

    mutating func sortKeys() throws(ParseError) -> [SortNode.Key] {
        var keys: [SortNode.Key] = []
        repeat { keys.append(try sortKey(try expression())) } while takeSymbol(",")
        return keys
    }

    private mutating func sortKey(_ expression: Expression) throws(ParseError) -> SortNode.Key {
        var isDescending = false
        if takeWord("desc") { isDescending = true } else { _ = takeWord("asc") }
        var nullsFirst: Bool?
        if takeWord("nulls") {
            if takeWord("first") { nullsFirst = true } else if takeWord("last") { nullsFirst = false } else { throw unexpected("FIRST or LAST", likely: ["FIRST", "LAST"]) }
        }
        return SortNode.Key(expression, descending: isDescending, nullsFirst: nullsFirst)
    }

    // MARK: Set operations

    /// What is combined, and the scope of a single SELECT.
    private mutating func combination() throws(ParseError) -> (Query, SelectScope?) {
        try combined(["union", "except", "minus"]) { parser throws(ParseError) in
            try parser.combined(["intersect"]) { parser throws(ParseError) in try parser.queryPart() }
        }
    }

    private struct Link {
        var operation: SetOperation
        var isAll: Bool
    }

    private mutating func combined(
        _ words: Set<String>, _ part: (inout SQLParser) throws(ParseError) -> (Query, SelectScope?)
    ) throws(ParseError) -> (Query, SelectScope?) {
        let first = try part(&self)
        guard words.contains(current.word) else { return first }
        var (queries, links) = ([first.0], [Link]())
        while words.contains(current.word) {
            let operation: SetOperation = isWord("union") ? .union : isWord("intersect") ? .intersect : .except
            at += 1
            let isAll = takeWord("all")
            if !isAll { _ = takeWord("distinct") }
            let next = try part(&self)
            links.append(Link(operation: operation, isAll: isAll))
            queries.append(next.0)
        }
        // A run of UNION ALL becomes a tree of little depth; everything else is taken from the left.
        var result = queries[0]
        var at = 0
        var levels = 0
        while at < links.count {
            let link = links[at]
            var end = at + 1
            if link.operation == .union, link.isAll {
                while end < links.count, links[end].operation == .union, links[end].isAll { end += 1 }
            }
            result = SQLParser.balanced(([result] + queries[at + 1...end])[...]) { a, b, _ in Query(.combination(link.operation, all: link.isAll, a, b)) }
            levels += SQLParser.balancedHeight(end - at + 1)
            at = end
        }
        if depth + levels > SQLParser.deepest { throw tooDeep() }
        return (result, nil)
    }

    private mutating func queryPart() throws(ParseError) -> (Query, SelectScope?) {
        switch current.word {
        case "select", "from":
            let (select, scope) = try select()
            return (Query(.select(select)), scope)
        case "values":
            at += 1
            return (Query(.values(try rows())), nil)
        case "table" where !isSymbol("(", ahead: 1):
            at += 1
            let position = current.position
            var select = Select(items: [Select.Item(.star([]))])
            select.from = .table(try qualifiedName("a table's name"), alias: nil, position: position)
            return (Query(.select(select)), nil)
        case "map", "reduce":
            throw error("MAP, REDUCE and TRANSFORM through other programs are not supported; a function of the script does it", at: current.position)
        default: break
        }
        guard takeSymbol("(") else { throw unexpected("a query (SELECT, VALUES, WITH or '(')", likely: ["SELECT", "VALUES", "WITH", "FROM"]) }
        let query = try query()
        try expectSymbol(")")
        return (query, nil)
    }

    /// The rows behind VALUES.
    mutating func rows() throws(ParseError) -> [[Expression]] {
        var rows: [[Expression]] = []
        repeat {
            let position = current.position
            let row: [Expression]
            if isSymbol("("), !opensQuery(at) {
                // A row, or an expression that begins with a parenthesis.
                let start = at
                let items = try list { parser throws(ParseError) in try parser.expression() }
                if isSymbol(",") || isSymbol(")") || isSymbol(";") || isAtEnd || !current.word.isEmpty {
                    row = items
                } else {
                    at = start
                    row = [try expression()]
                }
            } else if isWord("struct") || isWord("row"), isSymbol("(", ahead: 1) {
                at += 1
                row = try list { parser throws(ParseError) in
                    let value = try parser.expression()
                    if parser.takeWord("as") { _ = try parser.anyName("a name") }
                    return value
                }
            } else {
                row = [try expression()]
            }
            if let first = rows.first, first.count != row.count {
                throw error("this row has \(row.count) value\(row.count == 1 ? "" : "s"), the first one \(first.count)", at: position)
            }
            rows.append(row)
        } while takeSymbol(",")
        return rows
    }

    // MARK: SELECT

    private mutating func select() throws(ParseError) -> (Select, SelectScope) {
        selects.append(SelectScope(start: at))
        defer { selects.removeLast() }
        var seen = Set<String>()
        var from: TableReference?
        if takeWord("from") {
            // FROM t SELECT a, or all columns without SELECT.
            seen.insert("from")
            from = try tables()
            if isWord("insert") { throw error("one query into several INSERTs is not supported; write one INSERT for each", at: current.position) }
        }
        var select = Select(items: [Select.Item(.star([]))])
        if takeWord("select") {
            seen.insert("select")
            if isWord("transform"), isSymbol("(", ahead: 1), partners[at + 1] >= 0, ["using", "row"].contains(tokens[partners[at + 1] + 1].word) {
                throw error("TRANSFORM through another program is not supported; a function of the script does it", at: current.position)
            }
            if takeWord("distinct") { select.isDistinct = true } else if isWord("all"), !isSymbol(",", ahead: 1), !isWord("from", ahead: 1) { at += 1 }
            select.items = [try selectItem()]
            while takeSymbol(",") { select.items.append(try selectItem()) }
        }
        select.from = from
        try clauses(&select, &seen)
        return (select, selects[selects.count - 1])
    }

    /// What stands behind the select list.
    private mutating func clauses(_ select: inout Select, _ seen: inout Set<String>) throws(ParseError) {
        while true {
            let (word, position) = (current.word, current.position)
            guard ["from", "where", "group", "having", "qualify", "window", "lateral"].contains(word) else { return }
            if word == "window", !(isWord("as", ahead: 2)) { return }
            if word == "lateral" {
                guard isWord("view", ahead: 1), let from = select.from else { throw unexpectedClause() }
                select.from = try lateralViews(from)
                continue
            }
            if !seen.insert(word).inserted { throw doubled(word, position) }
            let order = ["from", "where", "group", "having", "qualify", "window"]
            if let own = order.firstIndex(of: word), let later = order[(own + 1)...].first(where: { seen.contains($0) }) {
                throw error("\(SQLParser.clauseName(word)) stands before \(SQLParser.clauseName(later))", at: position)
            }
            at += 1
            switch word {
            case "from": select.from = try tables()
            case "where": select.condition = try expression()
            case "group":
                try expectWord("by")
                select.grouping = try grouping()
            case "having": select.having = try expression()
            case "qualify": select.qualify = try expression()
            default: try windowClause()
            }
        }
    }

    static func clauseName(_ word: String) -> String { ["group", "order", "sort", "cluster", "distribute"].contains(word) ? "\(word.uppercased()) BY" : word.uppercased() }

    private func doubled(_ word: String, _ position: Int) -> ParseError {
        let advice = ["where", "having", "qualify"].contains(word) ? "; join the conditions with AND" : ["from", "group"].contains(word) ? "; put a comma between" : ""
        return error("there are two of \(SQLParser.clauseName(word))\(advice)", at: position)
    }

    /// The error of what stands where a query may end.
    func unexpectedClause() -> ParseError {
        let (word, position) = (current.word, current.position)
        switch word {
        case "from", "where", "group", "having", "qualify", "order", "limit":
            return error("\(SQLParser.clauseName(word)) cannot stand here: the order is SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT", at: position)
        case "on" where at > 0: return error("ON belongs behind a JOIN", at: position)
        case "when", "then", "else", "end": return error("\(word.uppercased()) belongs into a CASE, and none is open here", at: position)
        default: break
        }
        return unexpectedEnd("the end of the query")
    }

    /// One of the things that are selected: a value, maybe with a name or with several, or columns.
    mutating func selectItem() throws(ParseError) -> Select.Item {
        let value = try expression()
        if case .star = value {
            guard isWord("except"), isSymbol("(", ahead: 1), !opensQuery(at + 1) else { return Select.Item(value) }
            at += 1
            return Select.Item(value, excluded: try list { parser throws(ParseError) in try parser.qualifiedName("a column's name") })
        }
        if takeWord("as") {
            if isSymbol("(") { return Select.Item(value, names: try nameList("a name")) }
            return Select.Item(.alias(value, try anyName("a name")))
        }
        guard let name = try alias(SQLWords.afterExpression) else { return Select.Item(value) }
        return Select.Item(.alias(value, name))
    }

    /// A name without AS; nil where the next word is none.
    mutating func alias(_ words: Set<String>) throws(ParseError) -> String? {
        guard case .name(let name, let isQuoted) = current.kind else { return nil }
        // Some words begin a clause only with what follows them.
        if !isQuoted, words.contains(current.word) {
            let next = peek()
            let isName: Bool
            switch current.word {
            case "window": isName = !isWord("as", ahead: 2)
            case "sort", "cluster", "distribute": isName = next.word != "by"
            case "offset": isName = next.kind == .symbol(",") || next.kind == .end || next.word == "from"
            case "values", "filter", "range", "partition": isName = next.kind != .symbol("(")
            case "ignore", "respect": isName = next.word != "nulls"
            case "within": isName = next.word != "group"
            case "version", "timestamp": isName = next.word != "as"
            case "rows", "nulls", "matched", "collate": isName = true
            default: isName = false
            }
            if !isName { return nil }
        }
        if name.isEmpty { throw error("a name between back-ticks must not be empty", at: current.position) }
        at += 1
        return name
    }

    // MARK: GROUP BY

    private mutating func grouping() throws(ParseError) -> Grouping {
        if isWord("all"), !isSymbol(",", ahead: 1), !isSymbol(".", ahead: 1), !isSymbol("(", ahead: 1) {
            at += 1
            return .all
        }
        var sets: [[[Expression]]] = []
        var plain: [Expression] = []
        var isPlain = true
        repeat {
            let item = try groupingItem()
            if item.count == 1, item[0].count == 1 { plain.append(item[0][0]) } else { isPlain = false }
            sets.append(item)
            if sets.count > 64, !isPlain { throw error("GROUP BY combines too many sets", at: current.position) }
        } while takeSymbol(",")
        // a, b GROUPING SETS ((a), (b)): the sets alone count.
        if isPlain, takeWords("grouping", "sets") { return .sets([try groupingSets()]) }
        if takeWord("with") {
            let position = current.position
            guard isPlain else { throw error("WITH ROLLUP and WITH CUBE stand behind plain expressions", at: position) }
            let parts = plain.map { [$0] }
            if takeWord("rollup") { return .sets([SQLParser.rollup(parts)]) }
            if takeWord("cube") { return .sets([try cube(parts, position)]) }
            throw unexpected("ROLLUP or CUBE", likely: ["ROLLUP", "CUBE"])
        }
        return isPlain ? .sets([[plain]]) : .sets(sets)
    }

    /// The grouping sets of one item: one of one expression for a plain one.
    private mutating func groupingItem() throws(ParseError) -> [[Expression]] {
        let position = current.position
        if isWord("rollup") || isWord("cube"), isSymbol("(", ahead: 1) {
            let isRollup = isWord("rollup")
            at += 1
            let parts = try list { parser throws(ParseError) in try parser.groupingParts() }
            return isRollup ? SQLParser.rollup(parts) : try cube(parts, position)
        }
        if isWord("grouping"), isWord("sets", ahead: 1) {
            at += 2
            return try groupingSets()
        }
        if isSymbol("("), isSymbol(")", ahead: 1) {
            at += 2
            return [[]]
        }
        if isSymbol("("), !opensQuery(at), partners[at] >= 0 {
            // (a, b) is both; (a) + 1 is an expression.
            let behind = tokens[partners[at] + 1]
            if behind.kind == .symbol(",") || behind.kind == .symbol(")") || behind.kind == .end || behind.kind == .symbol(";") || !behind.word.isEmpty {
                let parts = try groupingParts()
                return [parts]
            }
        }
        return [[try expression()]]
    }

    /// `(a, b)`, `()` or one expression.
    private mutating func groupingParts() throws(ParseError) -> [Expression] {
        guard isSymbol("("), partners[at] >= 0, !opensQuery(at) else { return [try expression()] }
        let behind = tokens[partners[at] + 1]
        guard behind.kind == .symbol(",") || behind.kind == .symbol(")") || behind.kind == .end || behind.kind == .symbol(";") || !behind.word.isEmpty else { return [try expression()] }
        if isSymbol(")", ahead: 1) {
            at += 2
            return []
        }
        return try list { parser throws(ParseError) in try parser.expression() }
    }

    private mutating func groupingSets() throws(ParseError) -> [[Expression]] {
        try enter()
        defer { leave() }
        var sets: [[Expression]] = []
        try expectSymbol("(")
        repeat {
            let isNested = (isWord("rollup") || isWord("cube")) && isSymbol("(", ahead: 1) || isWord("grouping") && isWord("sets", ahead: 1)
            sets += isNested ? try groupingItem() : [try groupingParts()]
            if sets.count > 4096 { throw error("these are more than 4096 grouping sets", at: current.position) }
        } while takeSymbol(",")
        try expectSymbol(")")
        return sets
    }

    private static func rollup(_ parts: [[Expression]]) -> [[Expression]] { (0...parts.count).reversed().map { parts[..<$0].flatMap { $0 } } }

    private func cube(_ parts: [[Expression]], _ position: Int) throws(ParseError) -> [[Expression]] {
        guard parts.count <= 12 else { throw error("CUBE of \(parts.count) parts would be \(parts.count < 60 ? "\(1 << parts.count)" : "too many") grouping sets; 12 parts are the limit", at: position) }
        return (0..<1 << parts.count).reversed().map { set in parts.indices.filter { set & (1 << (parts.count - 1 - $0)) != 0 }.flatMap { parts[$0] } }
    }
}

extension Query {
    fileprivate var isNested: Bool { if case .nested = body { true } else { false } }
}
