internal import Scripting

/// Databases and tables of the catalog.
extension Completer {
    func databases(_ word: String) -> [Candidate] {
        ((try? environment.databaseNames) ?? []).map { Candidate($0, .database, detail: "database") }
    }

    /// The tables of a database that begin with a word; of the current one, and the temporary views, where none is named.
    func tables(_ word: String, in database: String?) -> [Candidate] {
        let owner = database ?? environment.currentDatabase
        var found = database == nil ? environment.viewNames.map { Candidate($0, .table, detail: "temporary view") } : []
        let names = (try? environment.tableNames(in: owner, startingWith: word, limit: Self.most)) ?? []
        found += names.map { Candidate($0, .table, detail: "table of \(owner)") }
        if found.isEmpty, database == nil {
            // The database may be written later: tables of all are offered.
            for name in (try? environment.databaseNames) ?? [] where found.count < Self.most {
                let more = (try? environment.tableNames(in: name, startingWith: word, limit: Self.most - found.count)) ?? []
                found += more.map { Candidate($0, .table, detail: "table of \(name)") }
            }
        }
        return found
    }

    /// `table` or `database.table` in a text; what is replaced is the part behind the last dot.
    func table(_ text: String, _ start: Int) -> Completions {
        let path = NamePath(text)
        guard !path.isClosed else { return Completions(start: start + text.utf8.count, candidates: []) }
        let isOpen = text.utf8.dropFirst(path.start).first == UInt8(ascii: "`")
        func candidate(_ name: String, _ kind: Candidate.Kind, _ detail: String, suffix: String = "") -> Candidate {
            pathName(name, kind, detail, isOpen: isOpen, suffix: suffix)
        }
        let found: [Candidate]
        if let database = path.owners.last {
            found = tables(path.word, in: database).map { candidate($0.text, .table, $0.detail) }
        } else {
            let owner = environment.currentDatabase
            let own = ((try? environment.tableNames(in: owner, startingWith: path.word, limit: Self.most)) ?? []).map { candidate($0, .table, "table of \(owner)") }
            found = environment.viewNames.map { candidate($0, .table, "temporary view") } + own
                + databases(path.word).map { candidate($0.text, .database, "database", suffix: ".") }
        }
        return Completions(start: start + path.start, candidates: Self.matching(path.word, found))
    }

    /// Columns in a text that is one's name, and no path.
    func name(_ text: String, _ start: Int, of columns: [Column]) -> Completions {
        Completions(start: start, candidates: Self.matching(text, columns.map { Candidate($0.name, .column, detail: $0.type) }))
    }

    /// Columns in a text that names one, `address.zip`; what is replaced is the part behind the last dot.
    func column(_ text: String, _ start: Int, of columns: [Column]) -> Completions {
        let path = NamePath(text)
        guard !path.isClosed else { return Completions(start: start + text.utf8.count, candidates: []) }
        let isOpen = text.utf8.dropFirst(path.start).first == UInt8(ascii: "`")
        let found = columns.fields(at: path.owners).map { pathName($0.name, .column, $0.type, isOpen: isOpen) }
        if found.isEmpty, !path.owners.isEmpty {
            // No struct: the dot is in the name.
            let dotted = columns.filter { $0.name.contains(".") }.map { pathName($0.name, .column, $0.type, isOpen: false) }
            return Completions(start: start, candidates: Self.matching(path.all.joined(separator: "."), dotted))
        }
        return Completions(start: start + path.start, candidates: Self.matching(path.word, found))
    }

    /// A name as texts that name columns and tables want it written, found by the name itself.
    private func pathName(_ name: String, _ kind: Candidate.Kind, _ detail: String, isOpen: Bool, suffix: String = "") -> Candidate {
        let written = QuotedNames.inPath(name)
        return Candidate((isOpen && !written.hasPrefix("`") ? "`\(written)`" : written) + suffix, kind, detail: detail, key: name)
    }
}
