internal import Columnar

/// CREATE, DROP and ALTER.
extension SQLParser {
    // MARK: CREATE

    mutating func create() throws(ParseError) -> Statement {
        let start = current.position
        var replaces = takeWord("replace")
        if !replaces {
            at += 1
            if takeWords("or", "replace") { replaces = true }
        }
        if isWord("database") || isWord("schema") || isWord("namespace") {
            if replaces { throw error("OR REPLACE does not go with databases", at: start) }
            at += 1
            return try createDatabase()
        }
        var isTemporary = false
        var isGlobal = false
        var isExternal = false
        while true {
            if takeWord("global") {
                if !isWord("temporary"), !isWord("temp") { throw unexpected("TEMPORARY VIEW") }
                isGlobal = true
            } else if takeWord("temporary") || takeWord("temp") {
                isTemporary = true
            } else if takeWord("external") {
                isExternal = true
            } else {
                break
            }
        }
        switch current.word {
        case "table":
            if isTemporary { throw error("there are no temporary tables; CREATE TEMPORARY VIEW makes what a session sees", at: start) }
            at += 1
            return try createTable(isExternal: isExternal, replaces: replaces)
        case "view":
            at += 1
            return try createView(replaces: replaces, isTemporary: isTemporary, isGlobal: isGlobal)
        case "function":
            throw error("functions are made in the script: spark.udf:register(name, function)", at: current.position)
        case "materialized", "streaming": throw error("\(current.word.uppercased()) views are not supported; CREATE TABLE ... AS keeps a query's rows", at: current.position)
        case "index": throw error("there are no indexes; Parquet's statistics and partitions do their work", at: current.position)
        default: throw unexpected("TABLE, VIEW or DATABASE", likely: ["TABLE", "VIEW", "DATABASE", "SCHEMA", "TEMPORARY", "EXTERNAL", "OR"])
        }
    }

    private mutating func createDatabase() throws(ParseError) -> Statement {
        let ifNotExists = try ifNotExists()
        let name = try databaseName()
        var comment: String?
        var location: String?
        while true {
            if takeWord("comment") {
                comment = try textLiteral("a comment in quotes")
            } else if takeWord("location") {
                location = try textLiteral("a path in quotes")
            } else if takeWord("with") {
                if !takeWord("dbproperties"), !takeWord("properties") { throw unexpected("DBPROPERTIES") }
                _ = try properties()
            } else {
                return .createDatabase(name: name, ifNotExists: ifNotExists, comment: comment, location: location)
            }
        }
    }

    private mutating func createView(replaces: Bool, isTemporary: Bool, isGlobal: Bool) throws(ParseError) -> Statement {
        let ifNotExists = try ifNotExists()
        if ifNotExists, replaces { throw error("IF NOT EXISTS does not go with OR REPLACE", at: tokens[at - 1].position) }
        let position = current.position
        var name = try tableName()
        // The database of what all sessions see.
        if isGlobal, name.count == 1 { name.insert("global_temp", at: 0) }
        var columns: [String] = []
        if isSymbol("(") {
            columns = try list { parser throws(ParseError) in
                let name = try parser.anyName("a column's name")
                if parser.takeWord("comment") { _ = try parser.textLiteral("a comment in quotes") }
                return name
            }
        }
        var comment: String?
        while true {
            if takeWord("comment") {
                comment = try textLiteral("a comment in quotes")
            } else if takeWord("tblproperties") {
                _ = try properties()
            } else if isWord("using"), isTemporary {
                throw error("a view is made of a query; read files by their format: SELECT * FROM parquet.`path`", at: current.position)
            } else if isWord("with"), isWord("schema", ahead: 1) {
                at += 3
            } else {
                break
            }
        }
        try expectWord("as")
        let from = current.position
        let query = try query()
        let end = tokens[at - 1].end
        let text = String(decoding: self.text.utf8.dropFirst(from).prefix(end - from), as: UTF8.self)
        return .createView(
            name: name, columns: columns, query: query, text: text, replaces: replaces, ifNotExists: ifNotExists, isTemporary: isTemporary, comment: comment,
            position: position)
    }

    private mutating func createTable(isExternal: Bool, replaces: Bool) throws(ParseError) -> Statement {
        let ifNotExists = try ifNotExists()
        let position = current.position
        var table = TableDefinitionSyntax(name: try tableName(), position: position)
        (table.ifNotExists, table.isExternal, table.replaces) = (ifNotExists, isExternal, replaces)
        if takeWord("like") {
            let place = current.position
            let source = try tableName()
            table.like = source
            table.likePosition = place
        } else if isSymbol("("), !opensQuery(at) {
            table.columns = try columns()
        }
        try tableClauses(&table)
        if takeWord("as") {
            table.query = try query()
        } else if ["select", "with", "values", "from"].contains(current.word) || isSymbol("(") && opensQuery(at) {
            table.query = try query()
        }
        if table.like != nil, table.query != nil { throw error("LIKE does not go with AS", at: position) }
        return .createTable(table)
    }

    private mutating func columns() throws(ParseError) -> [(field: Field, comment: String?)] {
        var columns: [(field: Field, comment: String?)] = []
        try expectSymbol("(")
        repeat {
            let position = current.position
            if isWord("primary") || isWord("constraint") || isWord("foreign"), case .name = peek().kind, isWord("key", ahead: 1) || isWord("constraint") {
                throw error("constraints are not supported; a table has columns with types", at: position)
            }
            let column = try column()
            if columns.contains(where: { $0.field.name.lowercased() == column.field.name.lowercased() }) {
                throw error("there are two columns '\(column.field.name)'", at: position)
            }
            columns.append(column)
        } while takeSymbol(",")
        try expectSymbol(")")
        return columns
    }

    /// What stands behind a table's columns, in any order, each once.
    private mutating func tableClauses(_ table: inout TableDefinitionSyntax) throws(ParseError) {
        var seen = Set<String>()
        while true {
            let (word, position) = (current.word, current.position)
            guard ["using", "partitioned", "clustered", "sorted", "skewed", "stored", "row", "options", "tblproperties", "location", "comment", "cluster"].contains(word)
            else { return }
            if !seen.insert(word).inserted { throw error("there are two of \(word.uppercased())", at: position) }
            at += 1
            switch word {
            case "using": table.format = try name("a format").lowercased()
            case "partitioned": try partitioned(&table)
            case "clustered":
                try expectWord("by")
                table.bucketColumns = try nameList("a column's name")
                if takeWords("sorted", "by") { _ = try sortedColumns() }
                try expectWord("into")
                let place = current.position
                let count = try count("a number of buckets")
                if count < 1 { throw error("there is at least one bucket", at: place) }
                table.bucketCount = count
                try expectWord("buckets")
            case "stored": try stored(&table)
            case "row":
                at -= 1
                if let delimiter = try rowFormat() { table.fieldDelimiter = delimiter }
            case "options": table.options = try properties()
            case "tblproperties": table.properties = try properties()
            case "location": table.location = try textLiteral("a path in quotes")
            case "comment": table.comment = try textLiteral("a comment in quotes")
            default: throw error("\(word.uppercased()) is not supported", at: position)
            }
        }
    }

    private mutating func sortedColumns() throws(ParseError) -> [String] {
        try list { parser throws(ParseError) in
            let name = try parser.name("a column's name")
            _ = parser.takeWord("asc") || parser.takeWord("desc")
            return name
        }
    }

    /// `PARTITIONED BY (day, hour)` of columns above, or `PARTITIONED BY (day date, hour int)` of further ones.
    private mutating func partitioned(_ table: inout TableDefinitionSyntax) throws(ParseError) {
        try expectWord("by")
        try expectSymbol("(")
        repeat {
            let position = current.position
            let name = try anyName("a column's name")
            if isSymbol("(") {
                throw error("partitions are by columns' values; \(name.lowercased())(...) would be a column of its own, computed in the query", at: position)
            }
            if table.partitionColumns.contains(where: { $0.name.lowercased() == name.lowercased() }) { throw error("there are two partition columns '\(name)'", at: position) }
            if isSymbol(",") || isSymbol(")") {
                table.partitionColumns.append((name, nil))
            } else {
                at -= 1
                let column = try column()
                if table.columns.contains(where: { $0.field.name.lowercased() == name.lowercased() }) { throw error("there are two columns '\(name)'", at: position) }
                table.partitionColumns.append((name, column.field.type))
            }
        } while takeSymbol(",")
        try expectSymbol(")")
        if table.partitionColumns.contains(where: { $0.type == nil }), table.partitionColumns.contains(where: { $0.type != nil }) {
            throw error("partition columns have types all, or none", at: tokens[at - 1].position)
        }
    }

    private mutating func stored(_ table: inout TableDefinitionSyntax) throws(ParseError) {
        if takeWord("by") { throw error("storage handlers are not supported; name a format: STORED AS PARQUET", at: tokens[at - 1].position) }
        try expectWord("as")
        guard takeWord("inputformat") else {
            table.format = try name("a format").lowercased()
            return
        }
        let position = current.position
        let input = try textLiteral("a class in quotes")
        try expectWord("outputformat")
        _ = try textLiteral("a class in quotes")
        if table.format == nil {
            let lowered = input.lowercased()
            guard let format = ["parquet", "orc", "avro", "text"].first(where: { lowered.contains($0) }) else {
                throw error("the input format '\(input)' is not known; name a format: STORED AS PARQUET", at: position)
            }
            table.format = format == "text" ? "textfile" : format
        }
    }

    /// `ROW FORMAT DELIMITED FIELDS TERMINATED BY ','` and `ROW FORMAT SERDE '...'`: the delimiter, if one is given.
    mutating func rowFormat() throws(ParseError) -> String? {
        try expectWords("row", "format")
        if takeWord("serde") {
            _ = try textLiteral("a class in quotes")
            guard takeWords("with", "serdeproperties") else { return nil }
            let properties = try properties()
            return properties["field.delim"] ?? properties["separatorChar"]
        }
        try expectWord("delimited")
        var delimiter: String?
        while true {
            if takeWords("fields", "terminated", "by") {
                delimiter = try textLiteral("a delimiter in quotes")
                if takeWords("escaped", "by") { _ = try textLiteral("a character in quotes") }
            } else if takeWords("collection", "items", "terminated", "by") || takeWords("map", "keys", "terminated", "by") || takeWords("lines", "terminated", "by")
                || takeWords("null", "defined", "as")
            {
                _ = try textLiteral("a delimiter in quotes")
            } else {
                return delimiter
            }
        }
    }

    // MARK: DROP

    mutating func drop() throws(ParseError) -> Statement {
        at += 1
        let word = current.word
        switch word {
        case "database", "schema", "namespace":
            at += 1
            let exists = try ifExists()
            let name = try databaseName()
            let cascade = takeWord("cascade")
            if !cascade { _ = takeWord("restrict") }
            return .dropDatabase(name: name, ifExists: exists, cascade: cascade)
        case "table", "view":
            at += 1
            let exists = try ifExists()
            let position = current.position
            let name = try tableName()
            let purge = word == "table" && takeWord("purge")
            return .dropTable(name: name, ifExists: exists, isView: word == "view", purge: purge, position: position)
        case "function", "temporary", "temp", "index", "materialized":
            throw error("DROP \(word.uppercased()) is not supported; there is DROP TABLE, DROP VIEW and DROP DATABASE", at: current.position)
        default: throw unexpected("TABLE, VIEW or DATABASE", likely: ["TABLE", "VIEW", "DATABASE", "SCHEMA"])
        }
    }

    // MARK: ALTER

    mutating func alter() throws(ParseError) -> Statement {
        at += 1
        if isWord("database") || isWord("schema") || isWord("namespace") { throw error("ALTER DATABASE is not supported", at: current.position) }
        let isView = takeWord("view")
        if !isView { try expectWord("table") }
        let position = current.position
        let name = try tableName()
        let place = current.position
        switch current.word {
        case "add":
            at += 1
            if isWord("column") || isWord("columns") || isSymbol("(") {
                at += isSymbol("(") ? 0 : 1
                return .addColumns(name: name, columns: isSymbol("(") ? try columns() : [try column()], position: position)
            }
            let exists = try ifNotExists()
            var partitions: [(values: [(String, Expression?)], location: String?)] = []
            repeat {
                let values = try partition()
                partitions.append((values, takeWord("location") ? try textLiteral("a path in quotes") : nil))
            } while isWord("partition")
            return .addPartitions(name: name, ifNotExists: exists, partitions: partitions, position: position)
        case "drop":
            at += 1
            if isWord("column") || isWord("columns") { throw error("DROP COLUMN is not supported: the files keep what they have; select the columns that are wanted", at: place) }
            let exists = try ifExists()
            var partitions = [try partition()]
            while takeSymbol(",") { partitions.append(try partition()) }
            _ = takeWord("purge")
            return .dropPartitions(name: name, ifExists: exists, partitions: partitions, position: position)
        case "rename":
            at += 1
            if isWord("column") { throw error("RENAME COLUMN is not supported: the files keep their names; a view can rename columns", at: place) }
            try expectWord("to")
            return .renameTable(name: name, to: try tableName(), position: position)
        case "set":
            at += 1
            if takeWord("tblproperties") { return .setTableProperties(name: name, properties: try properties(), position: position) }
            if takeWord("location") { return .setLocation(name: name, location: try textLiteral("a path in quotes"), position: position) }
            throw unexpected("TBLPROPERTIES or LOCATION", likely: ["TBLPROPERTIES", "LOCATION"])
        case "unset":
            at += 1
            try expectWord("tblproperties")
            _ = try ifExists()
            let keys = try list { parser throws(ParseError) in
                if let bytes = parser.takeText() { return String(decoding: bytes, as: UTF8.self) }
                return try parser.qualifiedName("a key").joined(separator: ".")
            }
            return .unsetTableProperties(name: name, keys: keys, position: position)
        case "recover":
            at += 1
            try expectWord("partitions")
            return .repair(name: name, adds: true, drops: false, position: position)
        case "as" where isView, "select" where isView, "with" where isView:
            _ = takeWord("as")
            let from = current.position
            let query = try query()
            let text = String(decoding: self.text.utf8.dropFirst(from).prefix(tokens[at - 1].end - from), as: UTF8.self)
            return .alterView(name: name, query: query, text: text, position: position)
        case "partition", "change", "alter", "replace", "cluster", "clustered":
            throw error("ALTER TABLE ... \(current.word.uppercased()) is not supported", at: place)
        default: throw unexpected("ADD, DROP, RENAME TO or SET", likely: ["ADD", "DROP", "RENAME", "SET", "UNSET", "RECOVER"])
        }
    }
}
