internal import Columnar
internal import Engine

/// Puts the script API into an interpreter: the globals, the classes and the modules of the contract.
public enum ScriptAPI {
    public static func install(_ environment: ScriptEnvironment) throws {
        let api = APIBuilder(environment)
        DynamicFrame.register(api)
        DynamicFrameCollection.register(api)
        DataFrame.register(api)
        GroupedData.register(api)
        DataFrameWriter.register(api)
        ColumnObject.register(api)
        try ColumnFunctions.register(api)
        try WindowSpec.register(api)
        SchemaObject.register(api)
        try registerTransforms(api)
        HelpFunction.register(api)
        try SparkSession.register(api)
        try GlueContext.register(api)
        try JobObject.register(api)
        try setArguments(environment.arguments, environment.state)
        try registerModules(api)
    }

    /// Sets `args`: a job's arguments by name.
    public static func setArguments(_ arguments: [String], _ state: LuaState) throws {
        try state.set("args", .table(LuaTable(fields: ResolvedOptions.parse(arguments).mapValues { .string($0) })))
    }

    /// Runs the prelude, and tells `require` where modules are: Mastic's own inside the binary, the user's beside the script.
    private static func registerModules(_ api: APIBuilder) throws {
        let environment = api.environment
        _ = try environment.state.loadInternal(BundledLua.prelude, name: "prelude").call()
        try SparkSession.registerModules(api)
        environment.state.setModuleResolver { [unowned environment] name in
            if let source = BundledLua.module(name) { return (source, LuaState.internalChunkName(name)) }
            return try environment.userModule(name)
        }
    }
}

/// Registers functions and methods under their signatures.
final class APIBuilder {
    let environment: ScriptEnvironment
    init(_ environment: ScriptEnvironment) { self.environment = environment }

    /// The place of a call: `job.lua:12`.
    static func site(_ call: LuaCall) -> String { call.file.map { $0 + (call.line.map { ":\($0)" } ?? "") } ?? "" }

    func function(_ signature: Signature, _ body: @escaping (Arguments) throws -> [LuaValue]) {
        environment.state.host.signatures[signature.name] = signature
        environment.state.register(signature.name) { call in
            var values = call.arguments
            // Filter:apply(...) hands over the class itself first.
            if case .table(let table)? = values.first, signature.name.hasSuffix(".apply"), table["apply"].function != nil { values.removeFirst() }
            return try body(signature.bind(values, site: Self.site(call)))
        }
    }
}

extension LuaClass where T: ScriptObject {
    /// Adds a method under its signature, which also says its name.
    func method(_ signature: Signature, _ body: @escaping (T, Arguments) throws -> [LuaValue]) {
        note(signature)
        method(signature.name) { object, call in try body(object, signature.named(in: T.className).bind(call.arguments, site: APIBuilder.site(call))) }
    }

    /// Adds a method under several names: Glue has `apply_mapping` and `applyMapping`.
    func method(_ names: [String], _ parameters: [Parameter], _ body: @escaping (T, Arguments) throws -> [LuaValue]) {
        for name in names { method(Signature(name, parameters), body) }
    }
}

extension Signature {
    fileprivate func named(in className: String) -> Signature { Signature("\(className):\(name)", parameters, takesMore: takesMore) }
}
