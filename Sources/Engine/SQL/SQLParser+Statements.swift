internal import Columnar

extension Statement {
    /// Reads a statement of Spark SQL.
    ///
    /// - Parameter userFunction: the user's functions, by their names.
    /// - Throws: `ParseError` with the place.
    public init(parsing text: String, userFunction: @escaping (String) -> UserFunction? = { _ in nil }) throws(ParseError) {
        var parser = try SQLParser(text, locates: true, userFunction: userFunction)
        self = try parser.statement()
        try parser.finish()
    }
}

/// Statements, by their first words.
extension SQLParser {
    private static let openings = [
        "SELECT", "WITH", "VALUES", "FROM", "TABLE", "CREATE", "DROP", "INSERT", "ALTER", "DESCRIBE", "SHOW", "USE", "EXPLAIN", "TRUNCATE", "MSCK", "REPAIR", "CACHE",
        "UNCACHE", "SET", "RESET", "REFRESH", "ANALYZE", "CLEAR", "REPLACE", "COMMENT",
    ]

    mutating func statement() throws(ParseError) -> Statement {
        try enter()
        defer { leave() }
        let (word, position) = (current.word, current.position)
        switch word {
        case "select", "values", "from", "table", "map", "reduce": return .query(try query())
        case "with": return try afterWith()
        case "explain": return try explain()
        case "create", "replace": return try create()
        case "drop": return try drop()
        case "insert": return .insert(try insert())
        case "alter": return try alter()
        case "describe", "desc": return try describe()
        case "show": return try show()
        case "use":
            at += 1
            _ = takeWord("database") || takeWord("schema") || takeWord("namespace")
            return .useDatabase(try databaseName())
        case "truncate":
            at += 1
            try expectWord("table")
            let place = current.position
            let name = try tableName()
            if isWord("partition") { throw error("TRUNCATE of a partition is not supported; ALTER TABLE ... DROP PARTITION takes one away", at: current.position) }
            return .truncate(name: name, position: place)
        case "msck", "repair": return try repair()
        case "cache", "uncache", "clear": return try caching()
        case "refresh":
            at += 1
            _ = takeWord("table")
            if case .text = current.kind { throw error("REFRESH of a path is not needed: files are looked up anew for each query", at: current.position) }
            let place = current.position
            return .refresh(name: try tableName(), position: place)
        case "analyze":
            at += 1
            try expectWord("table")
            let place = current.position
            let name = try tableName()
            if isWord("partition") { _ = try partition() }
            try expectWords("compute", "statistics")
            if takeWord("for") {
                if !takeWords("all", "columns") {
                    try expectWord("columns")
                    repeat { _ = try self.name("a column's name") } while takeSymbol(",")
                }
            } else {
                _ = takeWord("noscan")
            }
            return .analyze(name: name, position: place)
        case "comment":
            at += 1
            try expectWords("on", "table")
            let place = current.position
            let name = try tableName()
            try expectWord("is")
            let comment = takeWord("null") ? "" : try textLiteral("a comment in quotes")
            return .setTableProperties(name: name, properties: ["comment": comment], position: place)
        case "set", "reset": return try setting()
        case "delete", "update", "merge":
            throw error("\(word.uppercased()) is not supported: files are not changed in place; INSERT OVERWRITE with a query writes them anew", at: position)
        case "load": throw error("LOAD DATA is not supported; read the files and INSERT what they hold", at: position)
        case "grant", "revoke": throw error("there are no permissions here, so \(word.uppercased()) is not supported", at: position)
        case "add", "list": throw error("\(word.uppercased()) JAR and FILE are not supported; the script's require loads Lua files", at: position)
        case "declare", "begin", "call", "execute": throw error("SQL scripts and procedures are not supported; the Lua script is one", at: position)
        default: break
        }
        if isSymbol("(") { return .query(try query()) }
        if isAtEnd { throw error("the text has no statement", at: position) }
        throw unexpected("a statement (SELECT, INSERT, CREATE ...)", likely: SQLParser.openings)
    }

    /// `WITH ... SELECT`, `WITH ... INSERT`.
    private mutating func afterWith() throws(ParseError) -> Statement {
        let tables = try with()
        guard isWord("insert") else {
            var query = try queryBody()
            query.with = tables + query.with
            return .query(query)
        }
        var insert = try insert()
        insert.query.with = tables + insert.query.with
        return .insert(insert)
    }

    private mutating func explain() throws(ParseError) -> Statement {
        at += 1
        let position = current.position
        let mode = ["extended", "formatted", "cost", "codegen", "logical"].contains(current.word) ? current.word : ""
        if !mode.isEmpty { at += 1 }
        if mode == "codegen" { throw error("EXPLAIN CODEGEN is not supported: no code is generated", at: position) }
        return .explain(try statement(), isExtended: mode == "extended" || mode == "cost" || mode == "formatted")
    }

    // MARK: Parts

    func ifExistsFollows(_ isNot: Bool) -> Bool { isWord("if") && (isNot ? isWord("not", ahead: 1) && isWord("exists", ahead: 2) : isWord("exists", ahead: 1)) }

    mutating func ifNotExists() throws(ParseError) -> Bool {
        if ifExistsFollows(true) {
            at += 3
            return true
        }
        if isWord("if"), isWord("not", ahead: 1) || isWord("exists", ahead: 1) { throw error("this reads IF NOT EXISTS", at: current.position) }
        return false
    }

    mutating func ifExists() throws(ParseError) -> Bool {
        if ifExistsFollows(false) {
            at += 2
            return true
        }
        if isWord("if"), isWord("not", ahead: 1) || isWord("exist", ahead: 1) { throw error("this reads IF EXISTS", at: current.position) }
        return false
    }

    /// A table by its name, maybe with a database before; a catalog before that is left out.
    mutating func tableName() throws(ParseError) -> [String] {
        if case .text = current.kind { throw error("a table's name stands without quotes or in back-ticks", at: current.position) }
        let position = current.position
        let parts = try qualifiedName("a table's name")
        if parts.count > 3 { throw error("a table's name has two parts: database.table", at: position) }
        return Array(parts.suffix(2))
    }

    mutating func databaseName() throws(ParseError) -> String {
        if case .text(let bytes) = current.kind {
            at += 1
            return String(decoding: bytes, as: UTF8.self)
        }
        let position = current.position
        let parts = try qualifiedName("a database's name")
        if parts.count > 2 { throw error("a database's name has one part", at: position) }
        return parts[parts.count - 1]
    }

    /// `('key' = 'value', key.with.points = 3)`. Keys keep their letters.
    mutating func properties() throws(ParseError) -> [String: String] {
        var result: [String: String] = [:]
        try expectSymbol("(")
        if takeSymbol(")") { return result }
        repeat {
            let key: String
            if case .text(let bytes) = current.kind {
                // Key and value may stand side by side, so strings are not joined here.
                at += 1
                key = String(decoding: bytes, as: UTF8.self)
            } else {
                var parts = [try anyName("a key")]
                while takeSymbol(".") { parts.append(try anyName("a key")) }
                key = parts.joined(separator: ".")
            }
            _ = takeSymbol("=") || takeSymbol("==")
            result[key] = try propertyValue()
        } while takeSymbol(",")
        try expectSymbol(")")
        return result
    }

    private mutating func propertyValue() throws(ParseError) -> String {
        if let bytes = takeText() { return String(decoding: bytes, as: UTF8.self) }
        let sign = takeSymbol("-") ? "-" : ""
        switch current.kind {
        case .number(let number):
            at += 1
            return sign + number
        case .name(let name, false) where sign.isEmpty && (current.word == "true" || current.word == "false"):
            at += 1
            return name.lowercased()
        default: throw unexpected("a value in quotes")
        }
    }

    /// `PARTITION (day = '2024-01-01', hour)`; its word comes next.
    mutating func partition() throws(ParseError) -> [(String, Expression?)] {
        try expectWord("partition")
        return try list { parser throws(ParseError) in
            let name = try parser.anyName("a partition column's name")
            guard parser.takeSymbol("=") || parser.takeSymbol("==") else {
                if case .symbol(let symbol) = parser.current.kind, ["<", ">", "<=", ">=", "<>", "!="].contains(symbol) {
                    throw parser.error("partitions are named by their values, with =", at: parser.current.position)
                }
                return (name, nil)
            }
            return (name, try parser.expression())
        }
    }

    /// A pattern behind LIKE, or alone.
    private mutating func pattern() throws(ParseError) -> String? {
        if takeWord("like") || takeWord("ilike") { return try textLiteral("a pattern in quotes") }
        if case .text = current.kind { return try textLiteral("a pattern in quotes") }
        return nil
    }

    // MARK: DESCRIBE and SHOW

    private mutating func describe() throws(ParseError) -> Statement {
        at += 1
        if isWord("database") || isWord("schema") || isWord("namespace"), !isSymbol(".", ahead: 1) {
            at += 1
            _ = takeWord("extended")
            return .describeDatabase(try databaseName())
        }
        if isWord("function"), !isSymbol(".", ahead: 1), peek().kind != .end {
            at += 1
            _ = takeWord("extended")
            if case .text = current.kind { return .describeFunction(try textLiteral("a function's name")) }
            return .describeFunction(try qualifiedName("a function's name").joined(separator: "."))
        }
        if ["select", "with", "values", "from"].contains(current.word) || isSymbol("(") { return .describeQuery(try query()) }
        if takeWord("query") { return .describeQuery(try query()) }
        if isWord("table"), !isSymbol(".", ahead: 1), peek().kind != .end { at += 1 }
        let isExtended = (isWord("extended") || isWord("formatted")) && !isSymbol(".", ahead: 1) && peek().kind != .end
        if isExtended { at += 1 }
        let position = current.position
        let name = try tableName()
        if isWord("partition") { throw error("DESCRIBE of a partition is not supported; SHOW PARTITIONS lists them", at: current.position) }
        if case .name = current.kind { throw error("DESCRIBE of one column is not supported; DESCRIBE lists all of the table", at: current.position) }
        _ = isWord("as") && takeWord("as") && takeWord("json")
        return .describe(name: name, isExtended: isExtended, position: position)
    }

    private static let shown = [
        "DATABASES", "SCHEMAS", "TABLES", "VIEWS", "COLUMNS", "PARTITIONS", "CREATE", "FUNCTIONS", "TBLPROPERTIES", "CURRENT", "CATALOGS", "NAMESPACES",
    ]

    private mutating func show() throws(ParseError) -> Statement {
        at += 1
        let word = current.word
        switch word {
        case "databases", "schemas", "namespaces":
            at += 1
            if takeWord("from") || takeWord("in") { _ = try name("a catalog's name") }
            return .showDatabases(pattern: try pattern())
        case "tables", "views":
            at += 1
            let database = takeWord("from") || takeWord("in") ? try databaseName() : nil
            let pattern = try pattern()
            return word == "tables" ? .showTables(database: database, pattern: pattern) : .showViews(database: database, pattern: pattern)
        case "table": throw error("SHOW TABLE EXTENDED is not supported; DESCRIBE EXTENDED tells about one table, SHOW TABLES lists them", at: current.position)
        case "columns":
            at += 1
            if !takeWord("from"), !takeWord("in") { throw unexpected("FROM or IN", likely: ["FROM", "IN"]) }
            let position = current.position
            var name = try tableName()
            if takeWord("from") || takeWord("in") { name = [try databaseName(), name[name.count - 1]] }
            return .showColumns(name: name, position: position)
        case "partitions":
            at += 1
            let position = current.position
            let name = try tableName()
            return .showPartitions(name: name, partition: isWord("partition") ? try partition() : [], position: position)
        case "create":
            at += 1
            try expectWord("table")
            let position = current.position
            let name = try tableName()
            _ = takeWords("as", "serde")
            return .showCreateTable(name: name, position: position)
        case "tblproperties":
            at += 1
            let position = current.position
            let name = try tableName()
            var key: String?
            if takeSymbol("(") {
                key = takeText().map { String(decoding: $0, as: UTF8.self) }
                if key == nil { key = try qualifiedName("a key").joined(separator: ".") }
                try expectSymbol(")")
            }
            return .showTableProperties(name: name, key: key, position: position)
        case "current":
            at += 1
            if !takeWord("database"), !takeWord("schema"), !takeWord("namespace") { throw unexpected("DATABASE", likely: ["DATABASE", "SCHEMA", "NAMESPACE"]) }
            return .showCurrentDatabase
        case "catalogs":
            at += 1
            return .showCatalogs(pattern: try pattern())
        case "user", "system", "all", "functions":
            if word != "functions" { at += 1 }
            try expectWord("functions")
            if takeWord("from") || takeWord("in") { _ = try databaseName() }
            if let pattern = try pattern() { return .showFunctions(pattern: pattern) }
            if case .name = current.kind { return .showFunctions(pattern: try qualifiedName("a function's name").joined(separator: ".")) }
            return .showFunctions(pattern: nil)
        default: throw unexpected("what to show (TABLES, DATABASES, PARTITIONS ...)", likely: SQLParser.shown)
        }
    }

    // MARK: Smaller statements

    private mutating func repair() throws(ParseError) -> Statement {
        _ = takeWord("msck")
        try expectWords("repair", "table")
        let position = current.position
        let name = try tableName()
        var (adds, drops) = (true, false)
        if isWord("add") || isWord("drop") || isWord("sync") {
            (adds, drops) = (!isWord("drop"), !isWord("add"))
            at += 1
            try expectWord("partitions")
        }
        return .repair(name: name, adds: adds, drops: drops, position: position)
    }

    private mutating func caching() throws(ParseError) -> Statement {
        let word = current.word
        at += 1
        if word == "clear" {
            try expectWord("cache")
            return .clearCache
        }
        _ = word == "cache" && takeWord("lazy")
        try expectWord("table")
        if word == "uncache" {
            let exists = try ifExists()
            let position = current.position
            return .uncacheTable(name: try tableName(), ifExists: exists, position: position)
        }
        let position = current.position
        let name = try tableName()
        if takeWord("options") { _ = try properties() }
        let hasAs = takeWord("as")
        let query = hasAs || !isAtEnd && !isSymbol(";") ? try query() : nil
        return .cacheTable(name: name, query: query, position: position)
    }

    /// `SET key = value`: all that stands behind the sign is the value, as it is written.
    private mutating func setting() throws(ParseError) -> Statement {
        let isReset = current.word == "reset"
        at += 1
        if isAtEnd || isSymbol(";") { return isReset ? .resetSetting(nil) : .set(key: nil, value: nil) }
        if !isReset, isSymbol("-"), isWord("v", ahead: 1) {
            at += 2
            return .set(key: nil, value: nil)
        }
        if !isReset, isWord("time"), isWord("zone", ahead: 1) {
            at += 2
            if takeWord("local") { return .set(key: "spark.sql.session.timeZone", value: "UTC") }
            return .set(key: "spark.sql.session.timeZone", value: try textLiteral("a time zone in quotes"))
        }
        if !isReset, isWord("catalog") || isWord("role") || isWord("variable") || isWord("var"), !isSymbol(".", ahead: 1), !isSymbol("=", ahead: 1) {
            throw error("SET \(current.word.uppercased()) is not supported", at: current.position)
        }
        let position = current.position
        var key = ""
        if let bytes = takeText() {
            key = String(decoding: bytes, as: UTF8.self)
        } else {
            // Keys may hold hyphens and colons.
            while !isAtEnd, !isSymbol("="), !isSymbol(";"), key.isEmpty || tokens[at - 1].end == current.position {
                if case .name(let name, true) = current.kind { key += name } else { key += written(current) }
                at += 1
            }
        }
        if key.isEmpty { throw unexpected("a setting's name") }
        if isReset { return .resetSetting(key) }
        guard takeSymbol("=") else {
            guard isAtEnd || isSymbol(";") else { throw error("a setting is written SET name = value", at: position) }
            return .set(key: key, value: nil)
        }
        if case .text = current.kind, peek().kind == .end || peek().kind == .symbol(";") { return .set(key: key, value: try textLiteral("a value")) }
        let start = current.position
        var end = start
        while !isAtEnd, !isSymbol(";") {
            end = current.end
            at += 1
        }
        return .set(key: key, value: String(decoding: text.utf8.dropFirst(start).prefix(end - start), as: UTF8.self))
    }

    // MARK: INSERT

    private mutating func insert() throws(ParseError) -> InsertSyntax {
        at += 1
        let overwrites = takeWord("overwrite")
        if !overwrites { try expectWord("into") }
        if overwrites, isWord("local") && isWord("directory", ahead: 1) || isWord("directory") && !isSymbol(".", ahead: 1) {
            _ = takeWord("local")
            at += 1
            return try insertDirectory()
        }
        if overwrites { _ = takeWord("into") }
        if isWord("table"), !isSymbol(".", ahead: 1) { at += 1 }
        let position = current.position
        let name = try tableName()
        if isWord("replace"), isWord("where", ahead: 1) { throw error("REPLACE WHERE is not supported; INSERT OVERWRITE with PARTITION replaces partitions", at: current.position) }
        var syntax = InsertSyntax(.table(name), overwrites: overwrites, query: Query(.values([])), position: position)
        if isWord("partition") { syntax.partition = try partition() }
        syntax.ifNotExists = try ifNotExists()
        if takeWords("by", "name") { syntax.byName = true }
        if isSymbol("("), !opensQuery(at) { syntax.columns = try list { parser throws(ParseError) in try parser.anyName("a column's name") } }
        guard ["select", "values", "with", "from", "table"].contains(current.word) || isSymbol("(") else {
            throw unexpected("a query or VALUES", likely: ["SELECT", "VALUES", "PARTITION"])
        }
        syntax.query = try query()
        return syntax
    }

    private mutating func insertDirectory() throws(ParseError) -> InsertSyntax {
        let position = current.position
        var path: String? = if case .text = current.kind { try textLiteral("a path") } else { nil }
        var format: String?
        var options: [String: String] = [:]
        while true {
            if takeWord("using") {
                format = try name("a format").lowercased()
            } else if takeWord("options") {
                options = try properties()
            } else if takeWords("stored", "as") {
                format = try name("a format").lowercased()
            } else if isWord("row"), isWord("format", ahead: 1) {
                if let delimiter = try rowFormat() { options["sep"] = delimiter }
                format = format ?? "csv"
            } else {
                break
            }
        }
        if path == nil { path = options.removeValue(forKey: "path") }
        guard let path else { throw error("INSERT OVERWRITE DIRECTORY wants a path in quotes", at: position) }
        return InsertSyntax(.directory(path: path, format: format, options: options), overwrites: true, query: try query(), position: position)
    }
}
