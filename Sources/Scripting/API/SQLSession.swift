internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// What the queries of a script see: temporary views first, then the catalog's tables and views, with what the job has changed and not committed.
final class SQLSession {
    unowned let environment: ScriptEnvironment
    /// Temporary views by their names in lower case.
    private(set) var views: [String: (name: String, relation: Relation)] = [:]
    /// Those that stand in the database `global_temp`.
    private(set) var globalViews: [String: (name: String, relation: Relation)] = [:]
    /// The database of names without one.
    private(set) var database = "default"
    /// How many views are being read, one in another.
    var viewDepth = 0
    /// Tables and views that `cacheTable` named: qualified, in lower case.
    var cached = Set<String>()

    /// The user's functions by their names in lower case.
    private(set) var functions: [String: UserFunction] = [:]

    /// Makes a function one that SQL knows.
    func define(_ function: UserFunction, named name: String) { functions[name.lowercased()] = function }

    /// The user's function of a name.
    var userFunction: (String) -> UserFunction? { { [functions] name in functions[name.lowercased()] } }

    static let globalDatabase = "global_temp"

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    /// What analysis is told of the session: its catalog, and the settings as they are now.
    var session: AnalysisSession {
        var session = AnalysisSession(catalog: SessionRelations(self))
        let conf = environment.spark.conf
        (session.isANSI, session.timeZone) = (conf.isANSI, conf.timeZone)
        return session
    }

    /// Errors with the place in the text.
    func placing<R>(_ text: String, _ body: () throws -> R) throws -> R {
        do { return try body() } catch PlanError.located(let error, let position) { throw ParseError(error.description, in: text, at: position, cause: error) }
    }

    private var store: CatalogStore { environment.job.home.catalog }
    private var pending: [CatalogChange] { environment.job.pendingChanges }

    // MARK: Views

    /// Makes a relation a temporary view.
    func define(_ name: String, _ relation: Relation, isGlobal: Bool = false, replaces: Bool) throws {
        let path = ColumnObject.path(name)
        guard path.count == 1, let plain = path.first, !plain.isEmpty else { throw APIError("a temporary view's name is one word without dots, not '\(name)'") }
        let key = plain.lowercased()
        if !replaces, isGlobal ? globalViews[key] != nil : views[key] != nil {
            throw APIError("there is a view '\(plain)' already; createOrReplace\(isGlobal ? "Global" : "")TempView replaces it", .inCatalogAlready)
        }
        if isGlobal {
            globalViews[key] = (plain, relation.aliased(plain))
        } else {
            views[key] = (plain, relation.aliased(plain))
        }
    }

    /// Forgets a temporary view; whether there was one.
    func drop(_ name: String, isGlobal: Bool = false) -> Bool {
        let key = ColumnObject.path(name).last?.lowercased() ?? ""
        return (isGlobal ? globalViews.removeValue(forKey: key) : views.removeValue(forKey: key)) != nil
    }

    // MARK: Databases

    var databaseNames: [String] {
        get throws {
            var names = Set(try store.databaseNames())
            for change in pending {
                switch change {
                case .ensureDatabase(let record): names.insert(record.name.lowercased())
                case .deleteDatabase(let name): names.remove(name.lowercased())
                default: break
                }
            }
            names.insert("default")
            return names.sorted()
        }
    }

    func databaseRecord(_ name: String) throws -> DatabaseRecord? {
        var found = try store.database(name)
        for change in pending {
            switch change {
            case .ensureDatabase(let record) where record.name.lowercased() == name.lowercased(): found = found ?? record
            case .deleteDatabase(let other) where other.lowercased() == name.lowercased(): found = nil
            default: break
            }
        }
        if let found { return found }
        return name.lowercased() == "default" ? DatabaseRecord(name: "default") : nil
    }

    /// Makes a database that of names without one.
    func use(database name: String) throws {
        try require(database: name)
        database = name.lowercased()
    }

    func require(database name: String) throws {
        let names = try databaseNames
        guard names.contains(name.lowercased()) else {
            throw APIError("Database \(name) not found\(Suggestion.hint(for: name, in: names)) (there are: \(names.joined(separator: ", ")))", .notInCatalog)
        }
    }

    // MARK: Tables

    func tableNames(in database: String) throws -> [String] {
        var names = try store.database(database) == nil ? Set<String>() : Set(try store.tableNames(in: database))
        for change in pending {
            switch change {
            case .createTable(let table, let owner) where owner.lowercased() == database.lowercased(): names.insert(table.name.lowercased())
            case .deleteTable(let name, let owner) where owner.lowercased() == database.lowercased(): names.remove(name.lowercased())
            case .deleteDatabase(let name) where name.lowercased() == database.lowercased(): names = []
            default: break
            }
        }
        return names.sorted()
    }

    /// The definition of a table as this run sees it.
    func table(_ name: String, in database: String) throws -> TableRecord? {
        var found = try store.table(name, in: database)
        func isIt(_ other: String, _ owner: String) -> Bool { other.lowercased() == name.lowercased() && owner.lowercased() == database.lowercased() }
        for change in pending {
            switch change {
            case .createTable(let table, let owner) where isIt(table.name, owner), .updateTable(let table, let owner, _, _) where isIt(table.name, owner):
                var table = table
                table.databaseName = owner.lowercased()
                found = table
            case .deleteTable(let other, let owner) where isIt(other, owner): found = nil
            case .deleteDatabase(let other) where other.lowercased() == database.lowercased(): found = nil
            default: break
            }
        }
        return found
    }

    /// The partitions of a table as this run sees them: values and locations.
    func partitions(of table: TableRecord) throws -> [(values: [String], location: String?)] {
        var found: [(values: [String], location: String?)] = []
        if try store.table(table.name, in: table.databaseName) != nil {
            found = try store.partitionLocations(of: table.name, in: table.databaseName, where: .everything).map { ($0.values, $0.location) }
        }
        func isIt(_ other: String, _ owner: String) -> Bool { other.lowercased() == table.name.lowercased() && owner.lowercased() == table.databaseName.lowercased() }
        for change in pending {
            switch change {
            case .deleteTable(let other, let owner) where isIt(other, owner): found = []
            case .deleteDatabase(let other) where other.lowercased() == table.databaseName.lowercased(): found = []
            case .putPartitions(let records, let other, let owner, _) where isIt(other, owner):
                for record in records {
                    let entry = (record.values, record.storageDescriptor?.location)
                    if let index = found.firstIndex(where: { $0.values == record.values }) { found[index] = entry } else { found.append(entry) }
                }
            case .deletePartitions(let values, let other, let owner) where isIt(other, owner): found.removeAll { values.contains($0.values) }
            default: break
            }
        }
        return found
    }

    // MARK: Names

    /// The parts of `database.table`, with names that hold dots in backticks.
    static func parts(of name: String, _ place: String) throws -> [String] {
        let path = ColumnObject.path(name)
        guard !name.isEmpty, path.count <= 3 else { throw APIError("\(place): '\(name)' is no name of a table; it is a table, or database.table") }
        return path
    }

    private static let catalogs = ["spark_catalog", "glue_catalog", "awsdatacatalog"]

    /// The database and table that the parts of a name stand for, when it is no view.
    func qualified(_ parts: [String]) -> (database: String, name: String)? {
        var parts = parts
        if parts.count == 3, Self.catalogs.contains(parts[0].lowercased()) { parts.removeFirst() }
        guard parts.count <= 2, let last = parts.last else { return nil }
        return (parts.count == 2 ? parts[0] : database, last)
    }

    /// A temporary view of this name; nil where there is none.
    func view(_ parts: [String]) -> Relation? {
        if parts.count == 1 { return views[parts[0].lowercased()]?.relation }
        if parts.count == 2, parts[0].lowercased() == Self.globalDatabase { return globalViews[parts[1].lowercased()]?.relation }
        return nil
    }

    /// The catalog's table of a name.
    func find(_ name: [String]) throws -> (database: String, table: TableRecord)? {
        guard let (database, name) = qualified(name) else { return nil }
        return try table(name, in: database).map { (database, $0) }
    }

    /// The table or view of a name, database first; nil where there is none.
    func relation(named name: [String], _ session: AnalysisSession) throws -> Relation? {
        if let view = view(name) { return view }
        guard let (database, table) = try find(name) else { return nil }
        if table.tableType == "VIRTUAL_VIEW" { return try relation(ofView: table) }
        return try environment.frame(of: table).relation().instantiated(qualifier: [database, table.name])
    }

    /// The rows that a name stands for.
    func frame(named name: String, _ place: String) throws -> DataFrame { try frame(try Self.parts(of: name, place), place) }

    func frame(_ parts: [String], _ place: String) throws -> DataFrame {
        if let relation = try relation(named: parts, session) { return DataFrame(relation, environment: environment) }
        if parts.count == 2, parts[0].lowercased() == Self.globalDatabase {
            throw notFound(parts.joined(separator: "."), in: globalViews.values.map { Self.globalDatabase + "." + $0.name }, place)
        }
        guard let (owner, name) = qualified(parts) else { throw notFound(parts.joined(separator: "."), in: names, place) }
        if parts.count > 1 { try require(database: owner) }
        throw notFound(name, in: (parts.count == 1 ? views.values.map(\.name) : []) + ((try? tableNames(in: owner)) ?? []), place, database: owner)
    }

    /// Names for the hint of an error.
    var names: [String] { views.values.map(\.name) + ((try? tableNames(in: database)) ?? []) }

    private func notFound(_ name: String, in names: [String], _ place: String, database: String? = nil) -> APIError {
        let sorted = names.sorted()
        let shown = sorted.prefix(20).joined(separator: ", ") + (sorted.count > 20 ? ", ..." : "")
        let owner = database.map { " in database \($0)" } ?? ""
        return APIError(
            "\(place): there is no table or view '\(name)'\(owner)\(Suggestion.hint(for: name, in: sorted)) (\(sorted.isEmpty ? "there are none" : "there are: \(shown)"))", .unknownTable)
    }
}

/// The session as analysis sees it.
private struct SessionRelations: RelationCatalog, @unchecked Sendable {
    // Sendable: asked on the script's thread only.
    unowned let owner: SQLSession
    init(_ owner: SQLSession) { self.owner = owner }
    func relation(named name: [String], session: AnalysisSession) throws -> Relation? { try owner.relation(named: name, session) }
    var relationNames: [String] { owner.names }
}

extension ScriptEnvironment {
    /// The rows of a catalog table, in the types that the catalog says. Values that are none of their type's are null.
    func frame(of table: TableRecord) throws -> DataFrame {
        guard let location = table.storageDescriptor?.location, !location.isEmpty else { throw APIError("table \(table.qualifiedName) has no location to read from", .badCatalogState) }
        let keys = try table.partitionSchema().fields
        let data = try table.dataSchema()
        let format = try FormatOptions.source(of: table)
        var options = ListingOptions(isRecursive: true)
        if let text = table.parameters["exclusions"] { options = ListingOptions(isRecursive: true, exclusions: try Glob.list(json: text)) }
        let listing = options
        let source = FileSource(
            name: table.qualifiedName, format: format, declared: data, partitionKeys: keys,
            list: { [self] in
                if keys.isEmpty {
                    let place = try locate(location)
                    guard try job.exists(place) else { return [] }
                    return try job.files(at: place, options: listing).all().map { InputFile(path: $0.storedPath, size: Int($0.size), modified: $0.modified) }
                }
                var files: [InputFile] = []
                let root = try? locate(location)
                for partition in try sql.partitions(of: table) {
                    guard let location = partition.location else { continue }
                    let place = try locate(location)
                    // A partition's folder may have gone; the catalog keeps such partitions.
                    guard try job.exists(place) else { continue }
                    var within = listing
                    within.exclusionRoot = root?.path
                    let values = partition.values.map { $0 == HivePath.nullValue ? nil : Optional($0) }
                    files += try job.files(at: place, options: within).all().map {
                        InputFile(path: $0.storedPath, size: Int($0.size), modified: $0.modified, partition: values)
                    }
                }
                return files
            }, open: { try LocalFile(path: $0.path) })
        let schema = Schema(data.fields + keys.filter { data.index(of: $0.name) == nil })
        // Files that have the table's types need no more than to be read, and readers are better at filters than what comes behind them.
        if case .parquet = format, let exact = try run(nil, { try ScanNode(source).cheapSchema($0) }), exact == schema {
            return DataFrame(scan(source), environment: self)
        }
        let nullTexts = table.parameters["spark.sql.sources.provider"] == "csv" ? [""] : []
        return DataFrame(ShapeNode(scan(source), schema: schema, nullTexts: nullTexts), environment: self)
    }
}
