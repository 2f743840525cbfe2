internal import Catalog
internal import Columnar
internal import Engine

/// `spark.catalog`: what there is by name. Lists are lists of tables with the fields of Spark's rows.
final class CatalogObject: ScriptObject {
    static let className = "Catalog"
    private unowned let session: SparkSession
    private var catalog: SQLSession { session.environment.sql }

    init(_ session: SparkSession) { self.session = session }

    private static let known = [
        "cacheTable", "clearCache", "currentCatalog", "currentDatabase", "databaseExists", "dropGlobalTempView", "dropTempView", "functionExists", "getDatabase", "getTable",
        "isCached", "listCatalogs", "listColumns", "listDatabases", "listFunctions", "listTables", "recoverPartitions", "refreshByPath", "refreshTable", "setCurrentCatalog",
        "setCurrentDatabase", "tableExists", "uncacheTable",
    ]

    static func register(_ api: APIBuilder) {
        api.environment.state.register(CatalogObject.self, name: className) { object in
            object.calling { object, _ in [.object(object)] }
            object.method("currentCatalog") { _, _ in [.string("spark_catalog")] }
            object.method(Signature("setCurrentCatalog", [.required("catalogName", .string)])) { _, arguments in
                guard arguments.string("catalogName") == "spark_catalog" else { throw APIError("there is one catalog, 'spark_catalog'") }
                return []
            }
            object.method("listCatalogs") { _, _ in [.array([.table(LuaTable(fields: ["name": "spark_catalog"]))])] }
            object.method("currentDatabase") { object, _ in [.string(object.catalog.database)] }
            object.method(Signature("setCurrentDatabase", [.required("dbName", .string)])) { object, arguments in
                try object.catalog.use(database: arguments.string("dbName", default: ""))
                return []
            }
            object.method(Signature("listDatabases", [.optional("pattern", .string)])) { object, arguments in
                let names = try object.catalog.databaseNames.filter { SQLPattern.matches($0, arguments.string("pattern")) }
                return [rows(try names.map { try object.describe(database: $0) }, ["name", "catalog", "description", "locationUri"])]
            }
            object.method(Signature("getDatabase", [.required("dbName", .string)])) { object, arguments in
                let name = arguments.string("dbName", default: "")
                try object.catalog.require(database: name)
                return [try object.describe(database: name.lowercased())]
            }
            object.method(Signature("databaseExists", [.required("dbName", .string)])) { object, arguments in
                [.boolean(try object.catalog.databaseNames.contains(arguments.string("dbName", default: "").lowercased()))]
            }
            object.method(Signature("listTables", [.optional("dbName", .string), .optional("pattern", .string)])) { object, arguments in
                let database = arguments.string("dbName") ?? object.catalog.database
                try object.catalog.require(database: database)
                var list = try object.catalog.tableNames(in: database).compactMap { try object.catalog.table($0, in: database) }.map { object.describe($0) }
                list += object.catalog.views.values.map(\.name).sorted().map { object.describe(view: $0, database: nil) }
                return [
                    rows(
                        list.filter { SQLPattern.matches($0.table?["name"].text ?? "", arguments.string("pattern")) },
                        ["name", "catalog", "namespace", "description", "tableType", "isTemporary"])
                ]
            }
            object.method(Signature("getTable", [.required("tableName", .string)])) { object, arguments -> [LuaValue] in
                let name = arguments.string("tableName", default: "")
                let parts = try SQLSession.parts(of: name, "spark.catalog.getTable")
                if object.catalog.view(parts) != nil { return [object.describe(view: parts.last ?? name, database: parts.count == 2 ? parts[0] : nil)] }
                if let (_, record) = try object.catalog.find(parts) { return [object.describe(record)] }
                _ = try object.catalog.frame(named: name, "spark.catalog.getTable")
                return [.nil]
            }
            object.method(Signature("tableExists", [.required("tableName", .string), .optional("dbName", .string)])) { object, arguments in
                var parts = try SQLSession.parts(of: arguments.string("tableName", default: ""), "spark.catalog.tableExists")
                if let database = arguments.string("dbName"), parts.count == 1 { parts.insert(database, at: 0) }
                if object.catalog.view(parts) != nil { return [.boolean(true)] }
                return [.boolean(try object.catalog.find(parts) != nil)]
            }
            object.method(Signature("listColumns", [.required("tableName", .string), .optional("dbName", .string)])) { object, arguments in
                var name = arguments.string("tableName", default: "")
                if let database = arguments.string("dbName") { name = "`\(database)`.\(name)" }
                let place = "spark.catalog.listColumns"
                let parts = try SQLSession.parts(of: name, place)
                let record = object.catalog.view(parts) == nil ? try object.catalog.find(parts)?.table : nil
                let keys = Set(record?.partitionKeys.map(\.name) ?? [])
                return [
                    rows(
                        try object.catalog.frame(parts, place).schema().fields.map { field in
                            .table(
                                LuaTable(fields: [
                                    "name": .string(field.name), "dataType": .string(field.type.hiveName), "nullable": true, "isPartition": .boolean(keys.contains(field.name)),
                                    "isBucket": .boolean(record?.storageDescriptor?.bucketColumns.contains(field.name) ?? false), "isCluster": false,
                                ]))
                        }, ["name", "dataType", "nullable", "isPartition", "isBucket", "isCluster"])
                ]
            }
            for (name, isGlobal) in [("dropTempView", false), ("dropGlobalTempView", true)] {
                object.method(Signature(name, [.required("viewName", .string)])) { object, arguments in
                    [.boolean(object.catalog.drop(arguments.string("viewName", default: ""), isGlobal: isGlobal))]
                }
            }
            for name in ["refreshTable", "recoverPartitions"] {
                object.method(Signature(name, [.required("tableName", .string)])) { object, arguments in
                    _ = try object.catalog.frame(named: arguments.string("tableName", default: ""), "spark.catalog.\(name)")
                    return []
                }
            }
            object.method(Signature("refreshByPath", [.required("path", .string)])) { _, _ in [] }
            object.method(Signature("cacheTable", [.required("tableName", .string), .optional("storageLevel", .any)])) { object, arguments in
                let name = arguments.string("tableName", default: "")
                _ = try object.catalog.frame(named: name, "spark.catalog.cacheTable")
                object.catalog.cached.insert(name.lowercased())
                return []
            }
            object.method(Signature("uncacheTable", [.required("tableName", .string)])) { object, arguments in
                object.catalog.cached.remove(arguments.string("tableName", default: "").lowercased())
                return []
            }
            object.method(Signature("isCached", [.required("tableName", .string)])) { object, arguments in
                [.boolean(object.catalog.cached.contains(arguments.string("tableName", default: "").lowercased()))]
            }
            object.method("clearCache") { object, _ in
                object.catalog.cached = []
                return []
            }
            object.method(Signature("listFunctions", [.optional("dbName", .string), .optional("pattern", .string)])) { object, arguments in
                let names = object.functionNames.filter { SQLPattern.matches($0, arguments.string("pattern")) }
                return [rows(names.map { .table(LuaTable(fields: ["name": .string($0), "isTemporary": true])) }, ["name", "isTemporary"])]
            }
            object.method(Signature("functionExists", [.required("functionName", .string), .optional("dbName", .string)])) { object, arguments in
                [.boolean(object.functionNames.contains(arguments.string("functionName", default: "").lowercased()))]
            }
            object.property { _, name in
                if ["createTable", "createExternalTable", "registerFunction", "getFunction"].contains(name) {
                    throw APIError("spark.catalog here has no '\(name)'; write the table with df.write.saveAsTable, or with CREATE TABLE in spark.sql", .notSupported)
                }
                throw APIError("spark.catalog has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
        }
    }

    /// A list of rows with columns in this order, as those that frames give.
    private static func rows(_ items: [LuaValue], _ names: [String]) -> LuaValue {
        var list = LuaTable(items: items)
        list.manner = .rows(names)
        return .table(list)
    }

    private var functionNames: [String] { Function.allNames }

    private func describe(database name: String) throws -> LuaValue {
        let record = try catalog.databaseRecord(name)
        return .table(
            LuaTable(fields: [
                "name": .string(name), "catalog": "spark_catalog", "description": record?.description.map { .string($0) } ?? .nil,
                "locationUri": record?.locationURI.map { .string($0) } ?? .nil,
            ].filter { !$0.value.isNil }))
    }

    private func describe(_ table: TableRecord) -> LuaValue {
        var fields: [String: LuaValue] = [
            "name": .string(table.name), "catalog": "spark_catalog", "namespace": .array([.string(table.databaseName)]), "database": .string(table.databaseName),
            "tableType": .string(table.tableType == "EXTERNAL_TABLE" ? "EXTERNAL" : table.tableType == "VIRTUAL_VIEW" ? "VIEW" : "MANAGED"), "isTemporary": false,
        ]
        if let text = table.description { fields["description"] = .string(text) }
        return .table(LuaTable(fields: fields))
    }

    private func describe(view name: String, database: String?) -> LuaValue {
        var fields: [String: LuaValue] = ["name": .string(name), "tableType": "TEMPORARY", "isTemporary": true, "namespace": .array([])]
        if let database {
            fields["database"] = .string(database)
            fields["namespace"] = .array([.string(database)])
        }
        return .table(LuaTable(fields: fields))
    }
}

/// The patterns of `SHOW TABLES LIKE`: `*` for anything, `|` between alternatives, in any case.
enum SQLPattern {
    static func matches(_ name: String, _ pattern: String?) -> Bool {
        guard let pattern else { return true }
        return pattern.lowercased().split(separator: "|").contains { Self.matches(Array(name.lowercased().unicodeScalars), Array($0.unicodeScalars)) }
    }

    private static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var (t, p) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] {
                (t, p) = (t + 1, p + 1)
            } else if let (before, at) = star {
                (p, t) = (before + 1, at + 1)
                star = (before, at + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
