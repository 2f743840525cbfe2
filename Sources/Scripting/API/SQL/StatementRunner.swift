internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// Carries out statements of SQL: what `spark.sql` does.
///
/// What a statement changes in the catalog and writes becomes visible to others when it ends, or within a job with its commit; the run itself sees it before.
///
/// Every statement gives a DataFrame, with Spark's columns; those that only do something give one without columns.
struct StatementRunner {
    let environment: ScriptEnvironment

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    var session: SQLSession { environment.sql }
    var settings: SessionConfiguration { environment.spark.conf }

    /// - Throws: `ParseError` with the place in the text; `APIError`, `CatalogError`, `StorageError` and what running a query throws.
    func run(_ text: String) throws -> DataFrame {
        let statement = try Statement(parsing: text, userFunction: session.userFunction)
        return try session.placing(text) { try run(statement) }
    }

    private func run(_ statement: Statement) throws -> DataFrame {
        switch statement {
        case .query(let query): return DataFrame(try relation(query), environment: environment)
        case .explain(let inner, _): return try explain(inner)
        case .useDatabase(let name):
            try requireDatabase(name)
            try session.use(database: name)
        case .set(let key, let value): return try set(key, value)
        case .resetSetting(let key):
            if let key { settings.unset(key) } else { for setting in settings.all { settings.unset(setting.key) } }
        case .describe(let name, let isExtended, let position): return try describe(name, isExtended: isExtended, position)
        case .describeQuery(let query): return describe(try relation(query).schema)
        case .describeDatabase(let name): return try describeDatabase(name)
        case .describeFunction(let name): return try describeFunction(name)
        case .showDatabases(let pattern): return list("namespace", try session.databaseNames.filter { SQLNamePattern.matches($0, pattern) })
        case .showTables(let database, let pattern): return try showTables(database, pattern, views: false)
        case .showViews(let database, let pattern): return try showTables(database, pattern, views: true)
        case .showColumns(let name, let position): return list("col_name", try schema(of: name, position).names)
        case .showPartitions(let name, let partition, let position): return try showPartitions(name, partition, position)
        case .showCreateTable(let name, let position): return list("createtab_stmt", [try creation(of: name, position)])
        case .showFunctions(let pattern):
            let names = Set(Function.allNames + AggregateCall.names + WindowCall.names + Generator.names)
            return list("function", names.filter { SQLNamePattern.matches($0, pattern) }.sorted())
        case .showTableProperties(let name, let key, let position): return try showProperties(name, key, position)
        case .showCurrentDatabase: return rows([("catalog", .string), ("namespace", .string)], [["spark_catalog", session.database]])
        case .showCatalogs(let pattern): return list("catalog", ["spark_catalog"].filter { SQLNamePattern.matches($0, pattern) })
        case .refresh(let name, let position), .analyze(let name, let position): _ = try schema(of: name, position)
        case .createView(let name, let columns, let query, let text, let replaces, let ifNotExists, let isTemporary, let comment, let position):
            try createView(
                name, columns, query, text: text, replaces: replaces, ifNotExists: ifNotExists, isTemporary: isTemporary, comment: comment, position)
        case .cacheTable(let name, let query, let position): try cache(name, query, position)
        case .uncacheTable(let name, let ifExists, let position):
            if !ifExists { _ = try schema(of: name, position) }
        case .clearCache: break
        case .insert(let syntax): try insert(syntax)
        default:
            // Definitions change nothing where plans are only to be shown.
            if environment.explains { break }
            try define(statement)
        }
        return nothing
    }

    private func define(_ statement: Statement) throws {
        switch statement {
        case .createDatabase(let name, let ifNotExists, let comment, let location):
            if try session.databaseNames.contains(name.lowercased()) {
                // `default` is there before anybody makes it.
                let isNew = try !hasStored(name.lowercased()) && name.lowercased() == "default"
                if ifNotExists || isNew { return }
                throw PlanError.coded(.inCatalogAlready, "there is a database '\(name)' already; CREATE DATABASE IF NOT EXISTS leaves it")
            }
            let record = DatabaseRecord(name: name.lowercased(), description: comment, locationURI: try location.map { try environment.locate($0).url })
            try environment.job.change([.ensureDatabase(record)])
        case .dropDatabase(let name, let ifExists, let cascade): try dropDatabase(name, ifExists: ifExists, cascade: cascade)
        case .createTable(let syntax): try createTable(syntax)
        case .dropTable(let name, let ifExists, let isView, _, let position): try drop(name, ifExists: ifExists, isView: isView, position)
        case .truncate(let name, let position): try truncate(name, position)
        case .repair(let name, let adds, let drops, let position): try repair(name, adds: adds, drops: drops, position)
        case .addPartitions(let name, let ifNotExists, let partitions, let position): try addPartitions(name, ifNotExists, partitions, position)
        case .dropPartitions(let name, let ifExists, let partitions, let position): try dropPartitions(name, ifExists, partitions, position)
        case .renameTable(let name, let to, let position): try rename(name, to, position)
        case .setTableProperties(let name, let properties, let position):
            try alter(name, position) { record in
                for (key, value) in properties { if key == "comment" { record.description = value } else { record.parameters[key] = value } }
            }
        case .unsetTableProperties(let name, let keys, let position):
            try alter(name, position) { record in for key in keys { record.parameters[key] = nil } }
        case .setLocation(let name, let location, let position):
            let url = try environment.locate(location).url
            try alter(name, position) { $0.storageDescriptor?.location = url }
        case .addColumns(let name, let columns, let position): try addColumns(name, columns, position)
        case .alterView(let name, let query, let text, let position):
            let (_, record) = try table(name, position)
            guard record.tableType == "VIRTUAL_VIEW" else { throw PlanError.analysis("'\(record.qualifiedName)' is a table and no view").located(at: position) }
            try storeView(name, [], query, text: text, comment: record.description, replaces: true, position)
        default: break
        }
    }

    // MARK: Queries

    func relation(_ query: Query) throws -> Relation { try QueryAnalyzer(session: session.session).analyze(query) }

    private func explain(_ statement: Statement) throws -> DataFrame {
        let plan: PlanNode
        switch statement {
        case .query(let query): plan = try relation(query).trimmedPlan
        case .insert(let insert): plan = try relation(insert.query).trimmedPlan
        case .createTable(let table):
            guard let query = table.query else { return list("plan", ["Create table \(table.name.joined(separator: "."))"]) }
            plan = try relation(query).trimmedPlan
        case .cacheTable(_, let query?, _), .createView(_, _, let query, _, _, _, _, _, _): plan = try relation(query).trimmedPlan
        default: return list("plan", ["A statement that runs at once and has no plan"])
        }
        return list("plan", [Optimizer.optimize(plan).description])
    }

    /// CACHE TABLE t, and CACHE TABLE t AS SELECT, which is a temporary view that is computed once.
    private func cache(_ name: [String], _ query: Query?, _ position: Int) throws {
        guard let query else {
            _ = try schema(of: name, position)
            return
        }
        guard name.count == 1 else { throw PlanError.analysis("the name of what CACHE TABLE ... AS makes has no database").located(at: position) }
        let relation = try relation(query)
        try session.define(name[0], Relation(CacheNode(relation.trimmedPlan), attributes: relation.attributes, session: relation.session), replaces: true)
    }

    private func set(_ key: String?, _ value: String?) throws -> DataFrame {
        let columns: [(String, DataType)] = [("key", .string), ("value", .string)]
        guard let key else { return rows(columns, settings.all.map { [$0.key, $0.value] }) }
        if let value {
            try settings.set(key, value)
            return rows(columns, [[key, value]])
        }
        return rows(columns, [[key, settings.value(key) ?? "<undefined>"]])
    }

    // MARK: Names

    private func hasStored(_ database: String) throws -> Bool { try environment.job.home.catalog.database(database) != nil }

    /// What makes a database that is not stored yet: `default` is there before anybody makes it.
    func ensuring(_ database: String) throws -> [CatalogChange] { try hasStored(database) ? [] : [.ensureDatabase(DatabaseRecord(name: database))] }

    func requireDatabase(_ name: String) throws {
        let names = try session.databaseNames
        if !names.contains(name.lowercased()) {
            throw PlanError.coded(.notInCatalog, "there is no database '\(name)'\(Suggestion.hint(for: name, in: names)) (known: \(names.joined(separator: ", ")))")
        }
    }

    /// The database and the name of a table that is to be made.
    func place(_ name: [String], _ position: Int) throws -> (database: String, name: String) {
        let database = name.count > 1 ? name[name.count - 2].lowercased() : session.database
        do { try requireDatabase(database) } catch let error as PlanError { throw error.located(at: position) }
        return (database, (name.last ?? "").lowercased())
    }

    /// The catalog's table of a name.
    func table(_ name: [String], _ position: Int) throws -> (database: String, record: TableRecord) {
        if let (database, record) = try session.find(name) { return (database, record) }
        let (database, _) = try place(name, position)
        let names = try session.tableNames(in: database)
        let last = name.last ?? ""
        if name.count == 1, session.views[last.lowercased()] != nil {
            throw PlanError.analysis("'\(last)' is a temporary view and no table of the catalog").located(at: position)
        }
        throw PlanError.coded(.unknownTable, "there is no table '\(name.joined(separator: "."))'\(Suggestion.hint(for: last, in: names))").located(at: position)
    }

    /// The columns of a table or view.
    func schema(of name: [String], _ position: Int) throws -> Schema {
        guard let relation = try session.relation(named: name, session.session) else {
            _ = try table(name, position)
            return .empty
        }
        return relation.schema
    }

    // MARK: Results

    var nothing: DataFrame { DataFrame(ScanNode(MemorySource(name: "result", schema: .empty, batches: [])), environment: environment) }

    func list(_ column: String, _ values: [String]) -> DataFrame { rows([(column, .string)], values.map { [$0] }) }

    /// A result of strings and booleans.
    func rows(_ columns: [(String, DataType)], _ rows: [[String?]]) -> DataFrame {
        let schema = Schema(columns.map { Field($0.0, $0.1) })
        let made = columns.indices.map { i in
            Column(
                columns[i].1,
                values: rows.map { row -> Value in
                    guard let text = row[i] else { return .null }
                    return columns[i].1 == .boolean ? .boolean(text == "true") : .string(text)
                })
        }
        let batch = Batch(schema: schema, columns: made, count: rows.count)
        return DataFrame(ScanNode(MemorySource(name: "result", schema: schema, batches: [batch])), environment: environment)
    }
}

/// Patterns behind LIKE in SHOW: `*` and `%` for anything, `|` between alternatives, in any case.
enum SQLNamePattern {
    static func matches(_ name: String, _ pattern: String?) -> Bool {
        guard let pattern else { return true }
        return pattern.lowercased().split(separator: "|").contains { matches(Array(name.lowercased().utf8)[...], Array($0.utf8)[...]) }
    }

    private static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var (t, p) = (text.startIndex, pattern.startIndex)
        var star: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.endIndex, pattern[p] == UInt8(ascii: "*") || pattern[p] == UInt8(ascii: "%") {
                star = (p, t)
                p += 1
            } else if p < pattern.endIndex, pattern[p] == text[t] {
                (t, p) = (t + 1, p + 1)
            } else if let (before, at) = star {
                (p, t) = (before + 1, at + 1)
                star = (before, at + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "%") }
    }
}
