internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// What the queries of a script see: temporary views, the catalog's tables and views, settings.
final class SQLSession {
    private unowned let environment: ScriptEnvironment
    /// Temporary views by their names in lower case.
    private(set) var views: [String: (name: String, relation: Relation)] = [:]
    /// The database of names without one.
    var database = "default"
    private(set) lazy var session = AnalysisSession(catalog: SessionCatalog(self))

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    /// Makes a relation a temporary view.
    func define(_ name: String, _ relation: Relation, replaces: Bool) throws {
        guard !name.isEmpty, !name.contains(".") else { throw APIError("a temporary view's name is one word without dots, not '\(name)'") }
        if !replaces, views[name.lowercased()] != nil { throw APIError("there is a view '\(name)' already; createOrReplaceTempView replaces it") }
        views[name.lowercased()] = (name, relation.aliased(name))
    }

    /// Forgets a temporary view; whether there was one.
    func drop(_ name: String) -> Bool { views.removeValue(forKey: name.lowercased()) != nil }

    /// The table or view of a name, database first; nil where there is none.
    func relation(named name: [String], _ session: AnalysisSession) throws -> Relation? {
        if name.count == 1, let view = views[name[0].lowercased()] { return view.relation }
        guard let (database, table) = try find(name) else { return nil }
        return try relation(of: table, in: database, session)
    }

    /// The catalog's table of a name.
    func find(_ name: [String]) throws -> (database: String, table: TableRecord)? {
        var parts = name
        if parts.count == 3, parts[0].lowercased() == "spark_catalog" || parts[0].lowercased() == "glue_catalog" || parts[0].lowercased() == "awsdatacatalog" { parts.removeFirst() }
        guard parts.count <= 2, let last = parts.last else { return nil }
        let database = parts.count == 2 ? parts[0] : self.database
        return try environment.job.home.catalog.table(last, in: database).map { (database, $0) }
    }

    private func relation(of table: TableRecord, in database: String, _ session: AnalysisSession) throws -> Relation {
        let signature = Signature("spark.table", [.required("database", .string), .required("table_name", .string), .optional("push_down_predicate", .string), .optional("additional_options", .dictionary), .optional("transformation_ctx", .string), .optional("name_space", .string)])
        let fields: [String: LuaValue] = ["database": .string(database), "table_name": .string(table.name)]
        let frame = try environment.frame(fromCatalog: try signature.bind([.table(LuaTable(fields: fields))], site: ""))
        return try frame.toDF().relation().instantiated(qualifier: [database, table.name])
    }

    var names: [String] {
        let tables = (try? environment.job.home.catalog.tableNames(in: database)) ?? []
        return views.values.map(\.name) + tables
    }

    /// Errors with the place in the text.
    func placing<R>(_ text: String, _ body: () throws -> R) throws -> R {
        do { return try body() } catch PlanError.located(let error, let position) { throw ParseError(error.description, in: text, at: position) }
    }
}

/// The session as queries see it.
private struct SessionCatalog: RelationCatalog, @unchecked Sendable {
    // Sendable: asked on the script's thread only.
    unowned let owner: SQLSession
    init(_ owner: SQLSession) { self.owner = owner }
    func relation(named name: [String], session: AnalysisSession) throws -> Relation? { try owner.relation(named: name, session) }
    var relationNames: [String] { owner.names }
}
