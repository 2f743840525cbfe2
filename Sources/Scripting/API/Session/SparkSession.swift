internal import Columnar
internal import Engine

/// The global `spark`: what a script knows as its SparkSession.
final class SparkSession: ScriptObject {
    static let className = "SparkSession"
    unowned let environment: ScriptEnvironment
    let conf: SessionConfiguration
    lazy var catalogObject = CatalogObject(self)
    lazy var context = SparkContextObject(self)
    lazy var functions = FunctionRegistration(self)

    init(_ environment: ScriptEnvironment) {
        (self.environment, conf) = (environment, SessionConfiguration(environment))
    }

    /// What the session says when it is asked for its version: that of the Spark whose answers it gives.
    static let version = "4.0.0"

    private static let known = [
        "catalog", "conf", "createDataFrame", "newSession", "range", "read", "sparkContext", "sql", "stop", "table", "udf", "version",
    ]
    /// What Spark has and this has not, with what to do instead.
    private static let absent = [
        "readStream": "there are no streams; read what is there with spark.read",
        "streams": "there are no streams",
        "dataSource": "sources cannot be added", "udtf": "table functions cannot be registered; use explode, or a Map over a DynamicFrame",
        "tvf": "table functions stand in SQL: spark.sql(\"SELECT * FROM range(10)\")",
    ]

    static func register(_ api: APIBuilder) throws {
        let environment = api.environment
        SessionConfiguration.register(api)
        CatalogObject.register(api)
        DataFrameReader.register(api)
        SparkContextObject.register(api)
        FunctionRegistration.register(api)
        SessionBuilder.register(api)
        try TypeObject.register(api)
        environment.state.register(SparkSession.self, name: className) { session in
            session.calling { session, _ in [.object(session)] }
            session.method("createDataFrame") { session, call in [.object(try session.createDataFrame(call))] }
            let range: [Parameter] = [.required("start", .integer), .optional("end", .integer), .optional("step", .integer), .optional("numPartitions", .integer)]
            session.method(Signature("range", range)) { session, arguments in
                let first = Int64(arguments.integer("start", default: 0))
                let (start, end) = arguments["end"] == nil ? (0, first) : (first, Int64(arguments.integer("end", default: 0)))
                let step = Int64(arguments.integer("step", default: 1))
                guard step != 0 else { throw APIError("SparkSession:range: the step cannot be 0") }
                return [.object(DataFrame(ScanNode(try RangeSource(start: start, end: end, step: step)), environment: session.environment))]
            }
            session.method(Signature("table", [.required("tableName", .string)])) { session, arguments in
                [.object(try session.environment.sql.frame(named: arguments.string("tableName", default: ""), "SparkSession:table"))]
            }
            session.method(Signature("sql", [.required("sqlQuery", .string)])) { session, arguments in
                [.object(try StatementRunner(session.environment).run(arguments.string("sqlQuery", default: "")))]
            }
            for name in ["newSession", "getActiveSession", "active"] { session.method(name) { session, _ in [.object(session)] } }
            session.method("stop") { _, _ in [] }
            session.property { session, name in
                switch name {
                case "read": return .object(DataFrameReader(session.environment))
                case "conf": return .object(session.conf)
                case "catalog": return .object(session.catalogObject)
                case "version": return .string(version)
                case "sparkContext": return .object(session.context)
                case "udf": return .object(session.functions)
                case "builder": return .object(SessionBuilder(session))
                default:
                    if let instead = absent[name] { throw APIError("a SparkSession here has no '\(name)': \(instead)", .notSupported) }
                    throw APIError("a SparkSession has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
                }
            }
            session.metamethod("__tostring") { _ in [.string("SparkSession(\(version))")] }
        }
        let session = environment.spark
        try environment.state.set("spark", .object(session))
        try environment.state.set("sc", .object(session.context))
        try environment.state.set("SparkContext", .object(session.context))
        try environment.state.set("SparkSession", .object(session))
    }

    /// Puts Spark's modules where `require` finds them, once the globals are there.
    static func registerModules(_ api: APIBuilder) throws {
        let state = api.environment.state
        func global(_ name: String) throws -> LuaValue { try state.loadInternal(Array("return \(name)".utf8), name: "modules").call().first ?? .nil }
        let (functions, window) = (try global("F"), try global("Window"))
        let session = LuaValue.object(api.environment.spark)
        let context = LuaValue.object(api.environment.spark.context)
        let types = try state.loadInternal(Array("return require 'pyspark.sql.types'".utf8), name: "modules").call().first ?? .nil
        try state.setLoaded("pyspark.sql.functions", functions)
        try state.setLoaded("pyspark.sql.window", .table(LuaTable(fields: ["Window": window])))
        try state.setLoaded(
            "pyspark.sql",
            .table(LuaTable(fields: ["SparkSession": session, "Window": window, "functions": functions, "F": functions, "types": types])))
        for name in ["pyspark", "pyspark.context"] {
            try state.setLoaded(name, .table(LuaTable(fields: ["SparkContext": context, "SparkSession": session])))
        }
    }
}

/// `SparkSession.builder`: takes what Spark's takes and gives the session that there is.
final class SessionBuilder: ScriptObject {
    static let className = "SparkSession.builder"
    private let session: SparkSession
    init(_ session: SparkSession) { self.session = session }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(SessionBuilder.self, name: className) { builder in
            builder.calling { builder, _ in [.object(builder)] }
            builder.method(Signature("appName", [.required("name", .string)])) { builder, arguments in
                try builder.session.conf.set("spark.app.name", arguments.string("name", default: ""))
                return [.object(builder)]
            }
            for name in ["master", "remote"] { builder.method(Signature(name, [.required("url", .string)])) { builder, _ in [.object(builder)] } }
            builder.method("enableHiveSupport") { builder, _ in [.object(builder)] }
            builder.method(Signature("config", [.optional("key", .any), .optional("value", .any), .optional("conf", .any), .optional("map", .dictionary)])) { builder, arguments in
                if let table = arguments["map"]?.table ?? arguments["key"]?.table {
                    for (key, value) in table.sortedFields { try builder.session.conf.set(key, value.settingText ?? "") }
                } else if let key = arguments.string("key") {
                    try builder.session.conf.set(key, arguments["value"]?.settingText ?? "")
                }
                return [.object(builder)]
            }
            for name in ["getOrCreate", "create"] { builder.method(name) { builder, _ in [.object(builder.session)] } }
            builder.property { _, name in
                let known = ["appName", "config", "create", "enableHiveSupport", "getOrCreate", "master"]
                throw APIError("SparkSession.builder has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
        }
    }
}

/// The global `sc`, and `SparkContext`: there are no RDDs, so it does what scripts do with one besides.
final class SparkContextObject: ScriptObject {
    static let className = "SparkContext"
    private unowned let session: SparkSession
    init(_ session: SparkSession) { self.session = session }

    private static let known = ["appName", "applicationId", "defaultParallelism", "getConf", "getOrCreate", "master", "setLogLevel", "stop", "version"]
    private static let rdds = ["parallelize", "textFile", "wholeTextFiles", "broadcast", "accumulator", "range", "emptyRDD", "union", "binaryFiles", "sequenceFile"]

    static func register(_ api: APIBuilder) {
        api.environment.state.register(SparkContextObject.self, name: className) { context in
            context.calling { context, _ in [.object(context)] }
            context.method("getOrCreate") { context, _ in [.object(context)] }
            context.method("getConf") { context, _ in [.object(context.session.conf)] }
            for name in ["setLogLevel", "stop", "setCheckpointDir", "setJobGroup", "setJobDescription", "setLocalProperty", "addFile", "addPyFile"] {
                context.method(name) { _, _ in [] }
            }
            context.property { context, name in
                switch name {
                case "appName": return .string(context.session.conf.value("spark.app.name") ?? "")
                case "version": return .string(SparkSession.version)
                case "master": return .string(context.session.conf.value("spark.master") ?? "")
                case "applicationId": return .string("local")
                case "defaultParallelism": return .integer(Int64(context.session.environment.workers.count))
                case "defaultMinPartitions": return .integer(1)
                default:
                    if rdds.contains(name) { throw APIError("a SparkContext here has no '\(name)': there are no RDDs; use spark.createDataFrame, spark.read and DataFrames", .notSupported) }
                    throw APIError("a SparkContext has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
                }
            }
            context.metamethod("__tostring") { _ in [.string("<SparkContext>")] }
        }
    }
}
