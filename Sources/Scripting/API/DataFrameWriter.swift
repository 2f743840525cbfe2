internal import Connectors
internal import Columnar
internal import Engine
internal import Formats

/// What `df:write()` gives: where and how to write the frame, said step by step; the last step writes. Spark's names.
final class DataFrameWriter: ScriptObject {
    static let className = "DataFrameWriter"

    enum Mode: String {
        case append, overwrite, error, ignore

        init?(named name: String) {
            switch name.lowercased() {
            case "errorifexists", "default": self = .error
            case let name: self.init(rawValue: name)
            }
        }
    }

    private let frame: DataFrame
    private var mode = Mode.error
    private var format = "parquet"
    private var partitionKeys: [String] = []
    private var options: [String: LuaValue] = [:]

    init(_ frame: DataFrame) { self.frame = frame }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(DataFrameWriter.self, name: className) { writer in
            writer.calling { writer, _ in [.object(writer)] }
            writer.method(Signature("mode", [.required("saveMode", .string)])) { writer, arguments in
                let name = arguments.string("saveMode", default: "")
                guard let mode = Mode(named: name) else {
                    let known = ["append", "error", "errorifexists", "ignore", "overwrite"]
                    throw APIError("the save mode '\(name)' is not known\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))")
                }
                writer.mode = mode
                return [.object(writer)]
            }
            writer.method(Signature("format", [.required("source", .string)])) { writer, arguments in
                writer.format = arguments.string("source", default: "")
                return [.object(writer)]
            }
            writer.method(Signature("option", [.required("key", .string), .required("value", .any)])) { writer, arguments in
                writer.options[arguments.string("key", default: "")] = arguments["value"]
                return [.object(writer)]
            }
            writer.method(Signature("options", [.required("options", .dictionary)])) { writer, arguments in
                writer.options.merge(arguments["options"]?.table?.fields ?? [:]) { $1 }
                return [.object(writer)]
            }
            writer.method("partitionBy") { writer, call in
                writer.partitionKeys = try ColumnObject.columns(call, "DataFrameWriter:partitionBy").map { try writer.frame.column($0.name).name }
                return [.object(writer)]
            }
            writer.method(Signature("save", [.required("path", .string), .optional("format", .string), .optional("mode", .string)])) { writer, arguments in
                if let format = arguments.string("format") { writer.format = format }
                return try writer.save(arguments)
            }
            for name in ["parquet", "json", "csv"] {
                writer.method(
                    Signature(name, [.required("path", .string), .optional("mode", .string), .optional("partitionBy", .strings), .optional("compression", .string)])
                ) { writer, arguments in
                    writer.format = name
                    if arguments["partitionBy"] != nil { writer.partitionKeys = try arguments.strings("partitionBy").map { try writer.frame.column($0).name } }
                    if let compression = arguments["compression"] { writer.options["compression"] = compression }
                    return try writer.save(arguments)
                }
            }
            writer.property { _, name in
                let known = ["csv", "format", "json", "mode", "option", "options", "parquet", "partitionBy", "save"]
                throw APIError("a DataFrameWriter has no method '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))")
            }
        }
    }

    private func save(_ arguments: Arguments) throws -> [LuaValue] {
        if let name = arguments.string("mode") {
            guard let mode = Mode(named: name) else { throw APIError("the save mode '\(name)' is not known (known: append, error, errorifexists, ignore, overwrite)") }
            self.mode = mode
        }
        let environment = frame.environment
        let target = try environment.locate(arguments.string("path", default: ""))
        let write = FrameWrite(target: target, encoder: try encoder(), partitionKeys: partitionKeys, mode: mode == .overwrite ? .overwrite : .append)
        if environment.explains {
            try write.explain(frame.plan(), environment)
            return []
        }
        if mode == .error || mode == .ignore, try environment.job.exists(target) {
            if mode == .ignore { return [] }
            throw APIError("path \(target.url) already exists; set the mode to \"overwrite\" to replace it, or to \"append\" to add to it")
        }
        try environment.job.write(to: target, mode: write.mode) { output in try write.run(try frame.plan(), to: output, environment) }
        return []
    }

    /// The encoder of the format under Spark's options; what a CSV file is without any is Spark's too: no header.
    private func encoder() throws -> any FileEncoder {
        var known = ["compression", "codec"]
        var renamed = ["codec": "compression"]
        if format.lowercased() == "csv" {
            known += ["header", "sep", "delimiter", "quote"]
            renamed.merge(["header": "writeHeader", "sep": "separator", "delimiter": "separator", "quote": "quoteChar"]) { $1 }
        }
        var values: [String: LuaValue] = format.lowercased() == "csv" ? ["writeHeader": .boolean(false)] : [:]
        for (name, value) in options {
            guard let spelled = known.first(where: { $0.lowercased() == name.lowercased() }) else {
                let hint = Suggestion.hint(for: name, in: known)
                throw APIError("writing \(format) has no option '\(name)'\(hint) (known: \(known.joined(separator: ", ")))")
            }
            values[renamed[spelled] ?? spelled] = value
        }
        return try FormatOptions.encoder(
            format, Options(.table(LuaTable(fields: values)), function: "DataFrameWriter", argument: "option"), compression: nil)
    }
}
