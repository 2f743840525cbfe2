internal import Columnar

/// What stands behind FROM:
///
///     tables := relation (, relation)* lateralView*
///     relation := [LATERAL] table (join | PIVOT (...) | UNPIVOT (...))*
///     table := name | (query) | (tables) | VALUES rows | function(arguments), with TABLESAMPLE and an alias
extension SQLParser {
    mutating func tables() throws(ParseError) -> TableReference {
        var result = try relation()
        var links = 0
        while takeSymbol(",") {
            links += 1
            if links + depth > SQLParser.deepest { throw tooDeep() }
            result = .join(result, .cross, try relation(), .none)
        }
        return try lateralViews(result)
    }

    mutating func lateralViews(_ from: TableReference) throws(ParseError) -> TableReference {
        var result = from
        var links = 0
        while isWord("lateral"), isWord("view", ahead: 1) {
            at += 2
            links += 1
            if links + depth > SQLParser.deepest { throw tooDeep() }
            let isOuter = takeWord("outer")
            let position = current.position
            let name = try self.name("a generator such as explode")
            let call = try call(name, position)
            guard case .generator(let generator, let arguments) = call.unlocated else {
                throw error("LATERAL VIEW wants a function that makes rows, such as explode; \(name.lowercased())() makes none", at: position)
            }
            // LATERAL VIEW explode(items) t AS item; the table's name may be missing.
            let table = isWord("as") ? nil : try alias(SQLWords.afterTable)
            var columns: [String] = []
            if takeWord("as") {
                if isSymbol("(") {
                    columns = try nameList("a column's name")
                } else {
                    repeat { columns.append(try self.name("a column's name")) } while isLateralComma && takeSymbol(",")
                }
            } else if case .name = current.kind, table != nil, let column = try alias(SQLWords.afterTable) {
                columns = [column]
                while isLateralComma, takeSymbol(",") { columns.append(try self.name("a column's name")) }
            }
            let expression = isOuter ? Expression.generator(generator.outer, arguments) : call.unlocated
            result = .lateralView(result, located(expression, position), table: table, columns: columns)
        }
        return result
    }

    /// Whether the comma is between columns' names.
    private var isLateralComma: Bool {
        guard isSymbol(","), case .name = peek().kind else { return false }
        return true
    }

    private static let joinWords: Set<String> = ["join", "inner", "left", "right", "full", "cross", "semi", "anti", "natural"]

    private mutating func relation() throws(ParseError) -> TableReference {
        try enter()
        defer { leave() }
        var result = try table()
        var links = 0
        while true {
            links += 1
            if links + depth > SQLParser.deepest { throw tooDeep() }
            switch current.word {
            case "pivot" where isSymbol("(", ahead: 1): result = try pivot(result)
            case "unpivot" where isSymbol("(", ahead: 1) || isWord("include", ahead: 1) || isWord("exclude", ahead: 1): result = try unpivot(result)
            case let word where SQLParser.joinWords.contains(word): result = try join(result)
            default: return result
            }
        }
    }

    // MARK: Joins

    private mutating func join(_ left: TableReference) throws(ParseError) -> TableReference {
        let isNatural = takeWord("natural")
        let position = current.position
        let kind = try joinKind()
        try expectWord("join")
        let right = try table()
        let condition: JoinCondition
        let place = current.position
        if takeWord("on") {
            condition = .on(try expression())
        } else if takeWord("using") {
            condition = .using(try nameList("a column's name"))
        } else {
            condition = isNatural ? .natural : .none
        }
        if isNatural {
            if kind == .cross { throw error("NATURAL does not go with CROSS JOIN", at: position) }
            if case .natural = condition {} else { throw error("NATURAL JOIN says by itself which columns are equal; leave out ON and USING", at: place) }
        }
        if kind != .inner, kind != .cross, case .none = condition {
            throw unexpected("ON or USING behind \(kind.words) JOIN", likely: ["ON", "USING"])
        }
        return .join(left, kind, right, condition)
    }

    private mutating func joinKind() throws(ParseError) -> JoinKind {
        let word = current.word
        switch word {
        case "inner", "cross", "semi", "anti":
            at += 1
            return word == "inner" ? .inner : word == "cross" ? .cross : word == "semi" ? .leftSemi : .leftAnti
        case "left", "right", "full":
            at += 1
            if word == "left" {
                if takeWord("semi") { return .leftSemi }
                if takeWord("anti") { return .leftAnti }
            } else if isWord("semi") || isWord("anti") {
                throw error("there is only LEFT \(current.word.uppercased()) JOIN; exchange the tables", at: current.position)
            }
            _ = takeWord("outer")
            return word == "left" ? .left : word == "right" ? .right : .full
        default: return .inner
        }
    }

    // MARK: Tables

    private mutating func table() throws(ParseError) -> TableReference {
        let position = current.position
        if isWord("lateral"), isSymbol("(", ahead: 1) || peek().word != "view" {
            at += 1
            if isSymbol("(") {
                let query = try subquery().query
                return try sampled { parser throws(ParseError) in .query(query, alias: try parser.tableAlias(), isLateral: true) }
            }
            let place = current.position
            let name = try name("a query in parentheses or a function")
            guard isSymbol("(") else { throw unexpected("'('") }
            return try function(name, isLateral: true, place)
        }
        if isSymbol("(") {
            if opensQuery(at) {
                let query = try subquery().query
                return try sampled { parser throws(ParseError) in .query(query, alias: try parser.tableAlias(), isLateral: false) }
            }
            at += 1
            try enter()
            defer { leave() }
            let inner = try tables()
            try expectSymbol(")")
            let sampled = try sampled { _ throws(ParseError) in inner }
            guard let alias = try tableAlias() else { return sampled }
            // (a JOIN b) AS c is a table of its own.
            var select = Select(items: [Select.Item(.star([]))])
            select.from = sampled
            return .query(Query(.select(select)), alias: alias, isLateral: false)
        }
        if isWord("values"), isValuesList {
            at += 1
            let query = Query(.values(try rows()))
            return .query(query, alias: try tableAlias(), isLateral: false)
        }
        if isWord("table"), isSymbol("(", ahead: 1) {
            // TABLE(range(10)).
            at += 2
            let place = current.position
            let name = try name("a function that makes rows")
            let inner = try function(name, isLateral: false, place)
            try expectSymbol(")")
            if case .function(let name, let arguments, nil, let isLateral, let position) = inner {
                return .function(name, arguments, alias: try tableAlias(), isLateral: isLateral, position: position)
            }
            return inner
        }
        if case .text = current.kind { throw error("a table's name stands without quotes or in back-ticks", at: position) }
        let parts = try qualifiedName("a table")
        if isSymbol("("), parts.count == 1 { return try function(parts[0], isLateral: false, position) }
        if (isWord("version") || isWord("timestamp") || isWord("system_version") || isWord("system_time")) && areWords(current.word, "as", "of") || isWord("for") {
            throw error("tables keep no versions, so AS OF is not supported", at: current.position)
        }
        return try sampled { parser throws(ParseError) in .table(parts, alias: try parser.tableAlias(), position: position) }
    }

    /// Whether rows follow, and not an alias or the end: a table may be called so.
    private var isValuesList: Bool {
        switch peek().kind {
        case .symbol("("), .number, .text: true
        default: false
        }
    }

    private mutating func function(_ name: String, isLateral: Bool, _ position: Int) throws(ParseError) -> TableReference {
        try expectSymbol("(")
        var arguments: [Expression] = []
        if !takeSymbol(")") {
            repeat {
                if case .name = current.kind, isSymbol("=>", ahead: 1) {
                    throw error("arguments by name are not supported; give those of \(name.lowercased())() in their order", at: current.position)
                }
                arguments.append(try expression())
            } while takeSymbol(",")
            try expectSymbol(")")
        }
        return .function(name.lowercased(), arguments, alias: try tableAlias(), isLateral: isLateral, position: position)
    }

    /// A table's alias, with AS or without, and names for its columns.
    mutating func tableAlias() throws(ParseError) -> TableAlias? {
        let name: String
        if takeWord("as") {
            name = try self.name("a name")
        } else {
            guard let alias = try alias(SQLWords.afterTable) else { return nil }
            name = alias
        }
        return TableAlias(name, columns: isSymbol("(") ? try nameList("a column's name") : [])
    }

    /// The table with the sample behind it. Samples stand before the alias.
    private mutating func sampled(_ table: (inout SQLParser) throws(ParseError) -> TableReference) throws(ParseError) -> TableReference {
        guard takeWord("tablesample") else {
            let plain = try table(&self)
            guard isWord("tablesample") else { return plain }
            at += 1
            return .sample(plain, try sample())
        }
        let sample = try sample()
        return .sample(try table(&self), sample)
    }

    private mutating func sample() throws(ParseError) -> TableSample {
        try expectSymbol("(")
        let position = current.position
        let result: TableSample
        if takeWord("bucket") {
            let part = try count("a number")
            try expectWords("out", "of")
            let of = try count("a number")
            guard of > 0, part > 0, part <= of else { throw error("a bucket's number is at least 1, and at most the number of buckets", at: position) }
            if takeWord("on") { throw error("buckets by columns are not supported in TABLESAMPLE", at: position) }
            result = .fraction(1 / Double(of), seed: nil)
        } else {
            let isNegative = takeSymbol("-")
            guard case .number(let number) = current.kind else { throw unexpected("a number of ROWS, or PERCENT") }
            let value = try self.number(number)
            at += 1
            if takeWord("rows") {
                guard case .literal(.integer(let count), _) = value, !isNegative else { throw error("a sample has a whole number of rows", at: position) }
                result = .rows(Int(count))
            } else {
                if !takeWord("percent") { throw unexpected("ROWS or PERCENT", likely: ["ROWS", "PERCENT"]) }
                let percent = Array(number.utf8).withUnsafeBytes { NumberParsing.double($0) } ?? -1
                guard !isNegative, (0...100).contains(percent) else { throw error("a sample has 0 to 100 percent of the rows", at: position) }
                result = .fraction(percent / 100, seed: nil)
            }
        }
        try expectSymbol(")")
        guard takeWord("repeatable"), case .fraction(let fraction, _) = result else { return result }
        try expectSymbol("(")
        let seed = try count("a seed")
        try expectSymbol(")")
        return .fraction(fraction, seed: Int64(seed))
    }

    // MARK: PIVOT and UNPIVOT

    private mutating func pivot(_ table: TableReference) throws(ParseError) -> TableReference {
        at += 1
        try expectSymbol("(")
        var aggregates: [Expression] = []
        repeat {
            let value = try expression()
            if takeWord("as") {
                aggregates.append(.alias(value, try anyName("a name")))
            } else if !isWord("for"), let name = try alias(SQLWords.afterExpression) {
                aggregates.append(.alias(value, name))
            } else {
                aggregates.append(value)
            }
        } while takeSymbol(",")
        try expectWord("for")
        let columns: [Expression]
        if isSymbol("(") {
            columns = try list { parser throws(ParseError) in try parser.columnReference() }
        } else {
            columns = [try columnReference()]
        }
        try expectWord("in")
        let values = try list { parser throws(ParseError) in try parser.pivotValue(columns.count) }
        try expectSymbol(")")
        return .pivot(table, PivotClause(aggregates: aggregates, columns: columns, values: values), alias: try tableAlias())
    }

    private mutating func columnReference() throws(ParseError) -> Expression {
        let position = current.position
        return located(.field(try qualifiedName("a column's name")), position)
    }

    private mutating func pivotValue(_ count: Int) throws(ParseError) -> (values: [Expression], name: String?) {
        let position = current.position
        var values: [Expression]
        if count > 1 {
            values = try list { parser throws(ParseError) in try parser.expression() }
        } else {
            values = [try expression()]
        }
        guard values.count == count else { throw error("this has \(values.count) values for \(count) columns", at: position) }
        if takeWord("as") { return (values, try anyName("a name")) }
        return (values, try alias(SQLWords.afterExpression))
    }

    private mutating func unpivot(_ table: TableReference) throws(ParseError) -> TableReference {
        at += 1
        let includesNulls = isWord("include")
        if takeWord("include") || takeWord("exclude") { try expectWord("nulls") }
        try expectSymbol("(")
        let valueNames: [String]
        if isSymbol("(") { valueNames = try nameList("a column's name") } else { valueNames = [try name("a column's name")] }
        try expectWord("for")
        let nameColumn = try name("a column's name")
        try expectWord("in")
        let columns = try list { parser throws(ParseError) in try parser.unpivotColumns(valueNames.count) }
        try expectSymbol(")")
        let clause = UnpivotClause(includesNulls: includesNulls, valueNames: valueNames, nameColumn: nameColumn, columns: columns)
        return .unpivot(table, clause, alias: try tableAlias())
    }

    private mutating func unpivotColumns(_ count: Int) throws(ParseError) -> (columns: [Expression], name: String?) {
        let position = current.position
        var columns: [Expression]
        if isSymbol("(") {
            columns = try list { parser throws(ParseError) in try parser.columnReference() }
        } else {
            columns = [try columnReference()]
        }
        guard columns.count == count else { throw error("this has \(columns.count) columns for \(count) value columns", at: position) }
        if takeWord("as") { return (columns, try anyName("a name")) }
        return (columns, try alias(SQLWords.afterExpression))
    }
}

extension JoinKind {
    fileprivate var words: String {
        switch self {
        case .leftSemi: "LEFT SEMI"
        case .leftAnti: "LEFT ANTI"
        default: rawValue.uppercased()
        }
    }
}

extension Generator {
    /// The generator that keeps rows of which nothing is made, where there is one of its kind.
    var outer: Generator {
        switch self {
        case .explode: .explode(outer: true)
        case .explodeWithPosition: .explodeWithPosition(outer: true)
        case .inline: .inline(outer: true)
        case .stack, .jsonTuple: self
        }
    }
}
