internal import Logging
internal import Columnar
internal import Connectors
internal import Engine

/// The `glueContext` that scripts hold. Its reader and writer stand behind names of their own: `glueContext.create_dynamic_frame.from_catalog`.
final class GlueContext: ScriptObject {
    static let className = "GlueContext"
    let environment: ScriptEnvironment
    lazy var reader = FrameReader(environment)
    lazy var writer = FrameWriterObject(environment)

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    private static let catalogSource: [Parameter] = [
        .optional("database", .string), .optional("table_name", .string), .optional("redshift_tmp_dir", .string),
        .optional("transformation_ctx", .string), .optional("push_down_predicate", .string), .optional("additional_options", .dictionary),
        .optional("catalog_id", .string), .optional("name_space", .string),
    ]
    private static let optionsSource: [Parameter] = [
        .required("connection_type", .string), .optional("connection_options", .dictionary), .optional("format", .string),
        .optional("format_options", .dictionary), .optional("transformation_ctx", .string), .optional("push_down_predicate", .string),
    ]
    private static let optionsSink: [Parameter] = [
        .required("frame", .frameOrCollection), .required("connection_type", .string), .optional("connection_options", .dictionary),
        .optional("format", .string), .optional("format_options", .dictionary), .optional("transformation_ctx", .string),
    ]
    private static let catalogSink: [Parameter] = [
        .required("frame", .frameOrCollection), .optional("database", .string), .optional("table_name", .string), .optional("redshift_tmp_dir", .string),
        .optional("transformation_ctx", .string), .optional("additional_options", .dictionary), .optional("catalog_id", .string),
        .optional("name_space", .string),
    ]

    static func register(_ api: APIBuilder) throws {
        let environment = api.environment
        let state = environment.state
        state.register(GlueContext.self, name: className) { context in
            context.method(Signature("create_dynamic_frame_from_catalog", catalogSource)) { [.object(try $0.environment.frame(fromCatalog: $1))] }
            context.method(Signature("create_dynamic_frame_from_options", optionsSource)) { [.object(try $0.environment.frame(fromOptions: $1))] }
            context.method(Signature("create_sample_dynamic_frame_from_catalog", samples(catalogSource))) {
                [.object(try $0.environment.frame(fromCatalog: $1).limited($1))]
            }
            context.method(Signature("create_sample_dynamic_frame_from_options", samples(optionsSource))) {
                [.object(try $0.environment.frame(fromOptions: $1).limited($1))]
            }
            context.method(Signature("write_dynamic_frame_from_options", optionsSink)) { [.object(try $0.environment.write($1))] }
            context.method(Signature("write_dynamic_frame_from_catalog", catalogSink)) { [.object(try $0.environment.write(toCatalog: $1))] }
            context.method("get_logger") { context, _ in [.object(LoggerObject(context.environment))] }
            context.property { context, name in
                switch name {
                case "create_dynamic_frame": return .object(context.reader)
                case "write_dynamic_frame": return .object(context.writer)
                case "spark_session", "sparkSession": return .object(context.environment.spark)
                default:
                    let known = [
                        "create_dynamic_frame", "create_dynamic_frame_from_catalog", "create_dynamic_frame_from_options", "get_logger", "spark_session",
                        "write_dynamic_frame", "write_dynamic_frame_from_catalog", "write_dynamic_frame_from_options",
                    ]
                    if let instead = Elsewhere.absentOfGlueContext[name] { throw APIError("a GlueContext here has no '\(name)': \(instead)", .notSupported) }
                    throw APIError(
                        "a GlueContext has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod,
                        advice: Elsewhere.ofGlueContext(name))
                }
            }
        }
        state.register(FrameReader.self, name: FrameReader.className) { reader in
            reader.method(Signature("from_catalog", catalogSource)) { [.object(try $0.environment.frame(fromCatalog: $1))] }
            reader.method(Signature("from_options", optionsSource)) { [.object(try $0.environment.frame(fromOptions: $1))] }
            reader.property { _, name in throw unknown(name, of: "create_dynamic_frame") }
        }
        state.register(FrameWriterObject.self, name: FrameWriterObject.className) { writer in
            writer.method(Signature("from_options", optionsSink)) { [.object(try $0.environment.write($1))] }
            writer.method(Signature("from_catalog", catalogSink)) { [.object(try $0.environment.write(toCatalog: $1))] }
            writer.property { _, name in throw unknown(name, of: "write_dynamic_frame") }
        }
        state.register(LoggerObject.self, name: LoggerObject.className) { logger in
            for level in ["info", "warn", "error", "debug"] {
                logger.method(Signature(level, [.required("message", .any)])) { logger, arguments in
                    logger.log(level, arguments["message"]?.text ?? arguments["message"]?.kindDescription ?? "")
                    return []
                }
            }
        }
        let context = GlueContext(environment)
        try state.set("glueContext", .object(context))
        state.register("GlueContext") { _ in [.object(context)] }
    }

    private static func samples(_ parameters: [Parameter]) -> [Parameter] {
        parameters + [.required("num", .integer), .optional("sample_options", .dictionary)]
    }

    private static func unknown(_ name: String, of owner: String) -> APIError {
        let hint = Suggestion.hint(for: name, in: ["from_catalog", "from_options"])
        return APIError("\(owner) has no '\(name)'\(hint) (known: from_catalog, from_options)", .unknownMethod)
    }
}

/// `glueContext.create_dynamic_frame`.
final class FrameReader: ScriptObject {
    static let className = "create_dynamic_frame"
    let environment: ScriptEnvironment
    init(_ environment: ScriptEnvironment) { self.environment = environment }
}

/// `glueContext.write_dynamic_frame`.
final class FrameWriterObject: ScriptObject {
    static let className = "write_dynamic_frame"
    let environment: ScriptEnvironment
    init(_ environment: ScriptEnvironment) { self.environment = environment }
}

/// What `get_logger` gives.
final class LoggerObject: ScriptObject {
    static let className = "Logger"
    let environment: ScriptEnvironment
    init(_ environment: ScriptEnvironment) { self.environment = environment }

    func log(_ level: String, _ message: String) {
        switch level {
        case "debug": environment.log.debug("\(message)")
        case "warn": environment.log.warning("\(message)")
        case "error": environment.log.error("\(message)")
        default: environment.log.info("\(message)")
        }
    }
}

extension DynamicFrame {
    fileprivate func limited(_ arguments: Arguments) -> DynamicFrame {
        with(LimitNode(plan, count: max(arguments.integer("num", default: 0), 0), options: arguments.stage))
    }
}

extension ScriptEnvironment {
    /// Writes a frame, or every frame of a collection into a folder of its name.
    fileprivate func write(_ arguments: Arguments) throws -> DynamicFrame {
        if let collection = arguments.object("frame", as: DynamicFrameCollection.self) {
            for (name, frame) in collection.frames {
                _ = try frame.write(FrameWrite(arguments, self, below: name), arguments.stage)
            }
            return DynamicFrame(ScanNode(MemorySource(name: "errors", schema: .empty, batches: [])), name: "errors", environment: self)
        }
        return try arguments.frame("frame").write(FrameWrite(arguments, self), arguments.stage)
    }

    fileprivate func write(toCatalog arguments: Arguments) throws -> DynamicFrame {
        try arguments.frame("frame").write(FrameWrite(catalog: arguments, self), arguments.stage)
    }
}
