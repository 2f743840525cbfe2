internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// The catalog by names, as the session sees it: what listings and completion ask.
extension ScriptEnvironment {
    /// The databases; `default` is always one.
    public var databaseNames: [String] { get throws { try sql.databaseNames } }

    /// The database of names without one.
    public var currentDatabase: String { sql.database }

    /// The tables of a database whose names begin with a text, so many at most.
    public func tableNames(in database: String, startingWith prefix: String = "", limit: Int = .max) throws -> [String] {
        if prefix.isEmpty, limit == .max { return try sql.tableNames(in: database) }
        let stored = try job.home.catalog.tableNames(in: database, startingWith: prefix, limit: limit)
        // What the job has made and not committed is there too; without any of that the catalog's answer is all.
        if job.pendingChanges.isEmpty { return stored }
        return Array(try sql.tableNames(in: database).filter { $0.hasPrefix(prefix.lowercased()) }.prefix(limit))
    }

    /// The modules that `require` finds in the binary.
    public var moduleNames: [String] { BundledLua.moduleNames }

    /// The temporary views of the session.
    public var viewNames: [String] { sql.views.values.map(\.name).sorted() }

    /// The columns of a table or view as the catalog knows them, without a look at its files; nil where there is none.
    public func columns(ofTable name: String) throws -> [(name: String, type: String)]? {
        try columns(ofTable: SQLSession.parts(of: name, "completion"))
    }

    /// - Parameter parts: the name, its database before it where one is named.
    public func columns(ofTable parts: [String]) throws -> [(name: String, type: String)]? {
        if let view = sql.view(parts) { return zip(view.names, view.attributes).map { ($0, $1.type.hiveName) } }
        guard let (_, table) = try sql.find(parts) else { return nil }
        let columns = (table.storageDescriptor?.columns ?? []) + table.partitionKeys
        return columns.map { ($0.name, $0.type ?? "") }
    }

    /// The frame of a table or view.
    ///
    /// - Throws: an error with the nearest name where there is none.
    public func frame(ofTable name: String) throws -> LuaValue { .object(try sql.frame(named: name, "the catalog")) }

    /// Carries out a statement of SQL; its result as a frame, without columns where it gives none.
    public func query(_ text: String) throws -> LuaValue { .object(try StatementRunner(self).run(text)) }

    /// The tree of a frame's schema; reads rows where only they tell. Nil where the value is no frame.
    public func schemaTree(ofFrame value: LuaValue) throws -> String? {
        guard case .object(let object) = value else { return nil }
        if let frame = object.value as? DynamicFrame { return try frame.schema().treeDescription }
        guard let frame = object.value as? DataFrame else { return nil }
        let relation = try frame.relation()
        return Schema(zip(Schema.distinctNames(relation.names), relation.attributes).map { Field($0, $1.type) }).treeDescription
    }

    /// The names of the functions and keywords that SQL knows.
    public var sqlFunctionNames: [String] { Set(Function.allNames + AggregateCall.names + WindowCall.names + Generator.names).sorted() }

    /// Whether the value is a frame without columns: what a statement gives that only does something.
    public func isEmptyResult(_ value: LuaValue) throws -> Bool {
        guard case .object(let object) = value, let frame = object.value as? DataFrame else { return false }
        return try frame.relation().attributes.isEmpty
    }

    /// Computes all rows of a frame and forgets them; false where the value is no frame.
    public func runWhole(_ value: LuaValue) throws -> Bool {
        guard case .object(let object) = value else { return false }
        let plan: PlanNode
        switch object.value {
        case let frame as DataFrame: plan = try frame.plan()
        case let frame as DynamicFrame: plan = frame.plan
        default: return false
        }
        try run("run") { try Execution.run(plan, context: $0, into: CountingConsumer()) }
        return true
    }

    /// The plan by which a frame is computed, as `explain` shows it; nil where the value is no frame.
    public func planText(of value: LuaValue) throws -> String? {
        guard case .object(let object) = value else { return nil }
        let plan: PlanNode
        switch object.value {
        case let frame as DataFrame: plan = try frame.plan()
        case let frame as DynamicFrame: plan = frame.plan
        default: return nil
        }
        let text = Locked("")
        let plain = ExecutionContext(workers: workers, cancellation: cancellation)
        let context = ExecutionContext(
            workers: workers, cancellation: cancellation, explain: { plan in text.withLock { $0 = plan.descriptionWithEstimates(plain) } })
        try Execution.run(plan, context: context, into: CountingConsumer())
        return text.withLock { $0 }
    }
}
