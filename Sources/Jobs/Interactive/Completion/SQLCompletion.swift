internal import Scripting

/// SQL: tables behind FROM, columns of the tables that are named, keywords and functions.
extension Completer {
    private static let keywords = [
        "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "CROSS JOIN", "DESC", "DISTINCT", "ELSE", "END", "EXCEPT", "EXISTS", "FALSE", "FROM", "FULL JOIN",
        "GROUP BY", "HAVING", "IN", "INNER JOIN", "INTERSECT", "INTERVAL", "IS NOT NULL", "IS NULL", "JOIN", "LEFT JOIN", "LIKE", "LIMIT", "NOT", "NULL", "OFFSET",
        "ON", "OR", "ORDER BY", "OVER", "PARTITION BY", "QUALIFY", "RIGHT JOIN", "SELECT", "THEN", "TRUE", "UNION", "UNION ALL", "USING", "VALUES", "WHEN", "WHERE", "WITH",
    ]
    /// What a statement begins with.
    private static let beginnings = [
        "ALTER TABLE", "CREATE DATABASE", "CREATE OR REPLACE TEMPORARY VIEW", "CREATE TABLE", "CREATE TEMPORARY VIEW", "CREATE VIEW", "DESCRIBE", "DROP DATABASE",
        "DROP TABLE", "DROP VIEW", "EXPLAIN", "FROM", "INSERT INTO", "INSERT OVERWRITE", "SELECT", "SET", "SHOW", "TABLE", "TRUNCATE TABLE", "USE", "VALUES", "WITH",
    ]
    /// What follows a word that says little by itself.
    private static let followers = [
        "SHOW": ["COLUMNS FROM", "CREATE TABLE", "CURRENT DATABASE", "DATABASES", "FUNCTIONS", "PARTITIONS", "TABLES", "TBLPROPERTIES", "VIEWS"],
        "CREATE": ["DATABASE", "OR REPLACE TEMPORARY VIEW", "OR REPLACE VIEW", "TABLE", "TEMPORARY VIEW", "VIEW"], "DROP": ["DATABASE", "TABLE", "VIEW"],
        "ALTER": ["TABLE"], "INSERT": ["INTO", "OVERWRITE"], "TRUNCATE": ["TABLE"], "ORDER": ["BY"], "GROUP": ["BY"], "PARTITION": ["BY"],
        "IS": ["NOT NULL", "NULL"], "LEFT": ["JOIN", "OUTER JOIN", "SEMI JOIN", "ANTI JOIN"], "RIGHT": ["JOIN", "OUTER JOIN"], "FULL": ["JOIN", "OUTER JOIN"],
        "INNER": ["JOIN"], "CROSS": ["JOIN"], "UNION": ["ALL", "SELECT"],
    ]
    private static let beforeTables: Set<String> = ["FROM", "JOIN", "INTO", "TABLE", "UPDATE", "DESCRIBE", "DESC", "OVERWRITE", "PARTITIONS", "TBLPROPERTIES", "VIEW"]

    /// - Parameters:
    ///   - text: SQL up to the cursor.
    ///   - after: what stands behind it: tables are often named behind the columns.
    ///   - columns: those of the frame that an expression is about; nil in a query.
    func sql(_ text: String, after: String, columns: [Column]? = nil) -> Completions {
        let before = SQLText(text)
        let nothing = Completions(start: text.utf8.count, candidates: [])
        guard !before.isInText else { return nothing }
        let (statement, cursor) = SQLText.statement(before, after)
        var end = cursor
        var (word, start, isOpen) = ("", text.utf8.count, false)
        if let last = statement.pieces[..<end].last, last.range.upperBound == text.utf8.count {
            switch last.kind {
            case .number, .text, .quoted(closed: true): return nothing
            case .word, .quoted(closed: false):
                (word, start, isOpen) = (last.text, last.range.lowerBound, last.kind != .word)
                end -= 1
            case .sign: break
            }
        }
        // The names before a dot.
        var owners: [String] = []
        while end >= 2, statement.pieces[end - 1].isSign("."), statement.pieces[end - 2].isName {
            owners.insert(statement.pieces[end - 2].text, at: 0)
            end -= 2
        }
        let previous = end > 0 ? statement.pieces[end - 1].word : ""
        let place = SQLPlace(word: word, owners: owners, isOpen: isOpen, previous: previous, statement: statement, end: end)
        let found = candidates(place, columns)
        if found.isEmpty, !owners.isEmpty {
            // No struct and no table: the dot is in the name.
            let all = candidates(SQLPlace(word: "", owners: [], isOpen: false, previous: previous, statement: statement, end: end), columns)
            let whole = (owners + [word]).joined(separator: ".")
            return Completions(start: statement.pieces[end].range.lowerBound, candidates: Self.matching(whole, all.filter { $0.kind == .column }))
        }
        return Completions(start: start, candidates: Self.matching(word, found))
    }

    private struct SQLPlace {
        let word: String
        let owners: [String]
        /// Whether the word begins with a back-tick.
        let isOpen: Bool
        let previous: String
        let statement: SQLText
        let end: Int

        /// Whether the word before it is of another kind than those before tables: `ORDER BY a DESC`, `extract(year FROM`.
        var isNoTable: Bool {
            if previous == "DESC" { return end > 1 }
            guard previous == "FROM", let last = statement.open(before: end).last, last > 0 else { return false }
            return ["EXTRACT", "TRIM", "SUBSTRING", "SUBSTR", "OVERLAY"].contains(statement.pieces[last - 1].word)
        }

        /// Keywords as the query writes its own: in small letters where the last one is.
        var isLower: Bool {
            let sample = word.isEmpty ? statement.pieces[..<end].last { $0.kind == .word }?.text ?? "" : word
            return !sample.isEmpty && sample == sample.lowercased()
        }
    }

    private func candidates(_ place: SQLPlace, _ own: [Column]?) -> [Candidate] {
        let statement = place.statement
        func lookup(_ name: [String]) -> [Column] { self.columns(ofTable: name) }
        func keywords(_ words: [String]) -> [Candidate] { place.isOpen ? [] : words.map { Candidate(place.isLower ? $0.lowercased() : $0, .keyword, detail: "keyword") } }
        func names(_ columns: [Column]) -> [Candidate] { columns.map { sqlName($0.name, .column, $0.type, isOpen: place.isOpen) } }
        let isListing = place.previous == "FROM" || place.previous == "IN" ? statement.pieces.first?.word == "SHOW" : false
        if own == nil {
            if place.end == 0, place.owners.isEmpty { return keywords(Self.beginnings) }
            let begins = statement.pieces[0].word
            if isListing, place.end >= 2, ["TABLES", "VIEWS"].contains(statement.pieces[place.end - 2].word) { return databaseNames(isOpen: place.isOpen) }
            if place.previous == "USE" || place.previous == "DATABASE" { return databaseNames(isOpen: place.isOpen) }
            let isList = place.end > 0 && statement.pieces[place.end - 1].isSign(",") && statement.clause(before: place.end - 1) == "FROM"
            if Self.beforeTables.contains(place.previous) && !place.isNoTable || isList {
                if let database = place.owners.last { return tables(place.word, in: database).map { sqlName($0.text, .table, $0.detail, isOpen: place.isOpen) } }
                return tablesAndDatabases(place.word, isOpen: place.isOpen) + (place.previous == "TABLE" && begins == "CREATE" ? keywords(["IF NOT EXISTS"]) : [])
            }
        }
        let open = statement.open(before: place.end)
        if place.previous == "AS" {
            guard let last = open.last, last > 0, ["CAST", "TRY_CAST"].contains(statement.pieces[last - 1].word) else {
                // A name of one's own, unless it is the query of a view or a table.
                return statement.clause(before: place.end) == nil && place.end > 0 && statement.pieces[0].word == "CREATE" ? keywords(["SELECT", "WITH"]) : []
            }
            return ArgumentChoices.types.map { Candidate($0, .keyword, detail: "type") }
        }
        if place.owners.isEmpty, let next = Self.followers[place.previous] { return keywords(next) }

        let sources = own == nil ? statement.sources(at: place.end, lookup) : []
        func columns(_ source: SQLText.Source) -> [Column] { source.columns ?? lookup(source.name) }
        if let owner = place.owners.first {
            // Behind a dot: columns of a table, fields of a struct, tables of a database.
            if let source = sources.first(where: { $0.alias.lowercased() == owner.lowercased() }) {
                let found = columns(source).fields(at: place.owners.dropFirst())
                if !found.isEmpty { return names(found) }
            }
            let fields = ((own ?? []) + sources.flatMap(columns)).fields(at: place.owners)
            if !fields.isEmpty { return names(fields) }
            guard own == nil else { return [] }
            let table = lookup(place.owners)
            return names(table) + (place.owners.count == 1 ? tables(place.word, in: owner).map { sqlName($0.text, .table, $0.detail, isOpen: place.isOpen) } : [])
        }
        var found = names((own ?? []) + sources.flatMap(columns))
        found += sources.filter { !$0.alias.isEmpty }.map { sqlName($0.alias, .table, "table \($0.name.joined(separator: "."))", isOpen: place.isOpen) }
        var seen = Set<String>()
        found = found.filter { seen.insert($0.text).inserted }
        if place.word.isEmpty, !found.isEmpty || place.isOpen { return found }
        found += keywords(Self.keywords)
        if !place.isOpen { found += environment.sqlFunctionNames.filter(Self.isWord).map { Candidate($0, .global, detail: "function") } }
        return found
    }

    // MARK: Names

    /// A name as SQL wants it written, found by the name itself.
    private func sqlName(_ name: String, _ kind: Candidate.Kind, _ detail: String, isOpen: Bool, suffix: String = "") -> Candidate {
        let written = QuotedNames.inSQL(name)
        let text = isOpen && !written.hasPrefix("`") ? "`\(written)`" : written
        return Candidate(text + suffix, kind, detail: detail, key: name)
    }

    private func databaseNames(isOpen: Bool, suffix: String = "") -> [Candidate] {
        databases("").map { sqlName($0.text, .database, $0.detail, isOpen: isOpen, suffix: suffix) }
    }

    /// Tables of the current database, temporary views, and databases to go on with.
    private func tablesAndDatabases(_ word: String, isOpen: Bool) -> [Candidate] {
        environment.viewNames.map { sqlName($0, .table, "temporary view", isOpen: isOpen) }
            + ((try? environment.tableNames(in: environment.currentDatabase, startingWith: word, limit: Self.most)) ?? []).map {
                sqlName($0, .table, "table of \(environment.currentDatabase)", isOpen: isOpen)
            } + databaseNames(isOpen: isOpen, suffix: ".")
    }

    /// Operators have names, too, and nobody types them so.
    static func isWord(_ text: String) -> Bool { text.utf8.first.map { isLetter($0) } ?? false && text.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") || (48...57).contains($0) } }
}
