internal import Connectors
internal import Columnar
internal import Engine
internal import Formats

/// What `df.write` gives: where and how to write the frame, said step by step; the last step writes. Spark's names.
final class DataFrameWriter: ScriptObject {
    static let className = "DataFrameWriter"

    enum Mode: String {
        case append, overwrite, error, ignore

        static let names = ["append", "error", "errorifexists", "ignore", "overwrite"]

        init(named name: String) throws {
            switch name.lowercased() {
            case "errorifexists", "default": self = .error
            case let lowered:
                guard let mode = Mode(rawValue: lowered) else {
                    throw APIError("the save mode '\(name)' is not known\(Suggestion.hint(for: name, in: Mode.names)) (known: \(Mode.names.joined(separator: ", ")))", .unknownChoice)
                }
                self = mode
            }
        }
    }

    let frame: DataFrame
    private(set) var mode = Mode.error
    private(set) var format: String?
    private(set) var partitionKeys: [String] = []
    private(set) var options = SparkOptions()
    private(set) var bucketColumns: [String] = []

    init(_ frame: DataFrame) { self.frame = frame }

    private static let known = [
        "bucketBy", "csv", "format", "insertInto", "json", "mode", "option", "options", "parquet", "partitionBy", "save", "saveAsTable", "sortBy",
    ]
    private static let absent = [
        "orc": "ORC files cannot be written; write Parquet", "avro": "Avro files cannot be written; write Parquet", "jdbc": "databases cannot be written to",
        "xml": "XML files cannot be written; write JSON", "text": "files of plain text cannot be written; write CSV of one column with quote = \"\"",
        "clusterBy": "rows are not clustered; use partitionBy",
    ]

    static func register(_ api: APIBuilder) {
        api.environment.state.register(DataFrameWriter.self, name: className) { writer in
            writer.calling { writer, call in
                // `df.write:...` and `df:write():...` are one; nothing is written by the call itself.
                if let given = call.arguments.first(where: { !$0.isNil && $0.object(as: DataFrame.self) == nil }) {
                    throw APIError("DataFrame:write takes no arguments\(given.text.map { "; write:parquet(\"\($0)\"), csv, json and saveAsTable say where to" } ?? "")", .tooManyArguments)
                }
                return [.object(writer)]
            }
            writer.method(Signature("mode", [.required("saveMode", .string)])) { writer, arguments in
                writer.mode = try Mode(named: arguments.string("saveMode", default: ""))
                return [.object(writer)]
            }
            writer.method(Signature("format", [.required("source", .string)])) { writer, arguments in
                writer.format = arguments.string("source", default: "").lowercased()
                return [.object(writer)]
            }
            writer.method(Signature("option", [.required("key", .string), .required("value", .any)])) { writer, arguments in
                try writer.options.set(arguments.string("key", default: ""), arguments["value"] ?? .null, "DataFrameWriter:option")
                return [.object(writer)]
            }
            writer.method("options") { writer, call in
                guard let table = call[0].table, table.items.isEmpty else { throw APIError("DataFrameWriter:options takes a table of options, not \(call[0].kindDescription)", .wrongArgument) }
                for (name, value) in (table["options"].table ?? table).sortedFields { try writer.options.set(name, value, "DataFrameWriter:options") }
                return [.object(writer)]
            }
            writer.method("partitionBy") { writer, call in
                writer.partitionKeys = try writer.columns(ColumnObject.values(call, "DataFrameWriter:partitionBy"), "DataFrameWriter:partitionBy")
                return [.object(writer)]
            }
            writer.method("bucketBy") { writer, call in
                guard let count = call[0].integer, count > 0 else { throw APIError("DataFrameWriter:bucketBy takes a number of buckets and columns, such as bucketBy(8, \"id\")") }
                let values = call.arguments.dropFirst().flatMap { $0.table?.items ?? [$0] }
                writer.bucketColumns = try writer.columns(values, "DataFrameWriter:bucketBy")
                guard !writer.bucketColumns.isEmpty else { throw APIError("DataFrameWriter:bucketBy needs at least one column", .missingArgument) }
                return [.object(writer)]
            }
            writer.method("sortBy") { writer, call in
                _ = try writer.columns(call.arguments.flatMap { $0.table?.items ?? [$0] }, "DataFrameWriter:sortBy")
                return [.object(writer)]
            }
            writer.method("save") { writer, call in try writer.save(call, format: nil) }
            for name in ["parquet", "json", "csv"] { writer.method(name) { writer, call in try writer.save(call, format: name) } }
            writer.method("saveAsTable") { writer, call in
                let place = "DataFrameWriter:saveAsTable"
                let (name, mode) = try writer.take(call, first: "name", place)
                guard let name else { throw APIError("\(place) needs the name of a table, such as \"sales_db.totals\"") }
                try TableWrite(writer, place).save(as: name, mode ?? writer.mode)
                return []
            }
            writer.method(Signature("insertInto", [.required("tableName", .string), .optional("overwrite", .boolean)])) { writer, arguments in
                let place = "DataFrameWriter:insertInto"
                let overwrites = arguments["overwrite"] == nil ? writer.mode == .overwrite : arguments.boolean("overwrite")
                try TableWrite(writer, place).insert(into: arguments.string("tableName", default: ""), overwrites: overwrites)
                return []
            }
            writer.property { _, name in
                if let why = absent[name] { throw APIError("a DataFrameWriter here has no '\(name)': \(why)", .notSupported) }
                throw APIError("a DataFrameWriter has no method '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
        }
    }

    /// The names of columns as the frame spells them.
    private func columns(_ values: [LuaValue], _ place: String) throws -> [String] {
        try (frame.attributes(.array(values), place) ?? []).map(\.name)
    }

    /// The first argument, a text, and what else a call says: `parquet("out", "overwrite")`, `parquet("out", {mode = "overwrite", compression = "zstd"})`.
    private func take(_ call: LuaCall, first: String, _ place: String) throws -> (String?, Mode?) {
        var target: String?
        var mode: Mode?
        for (number, value) in call.arguments.enumerated() {
            switch value {
            case .nil, .null: continue
            case .string:
                let text = value.text ?? ""
                // Behind the target stand a format (save, saveAsTable) and a mode.
                if number == 0 {
                    target = text
                } else if let found = try? Mode(named: text) {
                    mode = found
                } else if number == 1, first == "name" || place.hasSuffix(":save") {
                    format = text.lowercased()
                } else {
                    mode = try Mode(named: text)
                }
            case .table(let table):
                for (name, value) in table.sortedFields {
                    switch name {
                    case first: target = value.text
                    case "mode", "saveMode": mode = try value.text.map { try Mode(named: $0) }
                    case "format", "source": format = value.text?.lowercased()
                    case "partitionBy": partitionKeys = try columns(value.table?.items ?? [value], place)
                    default: try options.set(name, value, place)
                    }
                }
            default: throw APIError("\(place) takes \(first == "name" ? "the name of a table" : "a path"), not \(value.kindDescription)")
            }
        }
        return (target, mode)
    }

    private func save(_ call: LuaCall, format: String?) throws -> [LuaValue] {
        if let format { self.format = format }
        let place = "DataFrameWriter:\(format ?? "save")"
        let (path, given) = try take(call, first: "path", place)
        guard let path = path ?? options.value("path") else { throw APIError("\(place) needs a path to write to", .missingArgument) }
        guard bucketColumns.isEmpty else { throw APIError("\(place) cannot write buckets; write a table with saveAsTable, or leave out bucketBy") }
        let mode = given ?? mode
        let environment = frame.environment
        let target = try environment.locate(path)
        var write = FrameWrite(target: target, encoder: try encoder(place), partitionKeys: partitionKeys, mode: mode == .overwrite ? .overwrite : .append)
        (write.writesEmptyFile, write.keepsWithoutNews) = (true, true)
        let plan = try frame.plan()
        let schema = Schema(try frame.relation().attributes.map { Field($0.name, $0.type) })
        try check(schema, place)
        if environment.explains {
            try write.explain(plan, environment)
            return []
        }
        if mode == .error || mode == .ignore, try environment.job.exists(target) {
            if mode == .ignore { return [] }
            throw APIError("path \(target.url) already exists; set the mode to \"overwrite\" to replace it, or to \"append\" to add to it", .fileExists)
        }
        try plan.listFiles()
        let overwritesPartitionsOnly = options.value("partitionOverwriteMode").map { $0.lowercased() == "dynamic" } ?? environment.spark.conf.overwritesPartitionsOnly
        if write.mode == .overwrite, !partitionKeys.isEmpty, overwritesPartitionsOnly, try environment.job.exists(target) {
            var plan = plan
            if environment.job.isInitialized, try plan.reads(below: target) {
                // Within a job what is overwritten is no longer there to be read, so the rows are taken before.
                plan = CacheNode(plan)
                try environment.run { try Execution.run(plan, context: $0, into: CountingConsumer()) }
            }
            try environment.job.write { try write.runReplacingPartitions(plan, in: $0, environment) }
            return []
        }
        do {
            try environment.job.write(to: target, mode: write.mode) { output in try write.run(plan, to: output, environment) }
        } catch is TargetKept {}
        return []
    }

    /// - Throws: where nothing would be left to write, and for types that the format has no place for.
    func check(_ schema: Schema, _ place: String) throws {
        if schema.count == 0 {
            let failure = try frame.plan().schemaFailure
            throw APIError("\(place): the frame has no columns, so there is nothing to write" + (failure.map { "; \($0)" } ?? ""), failure == nil ? .badSchema : .tooManyErrorRecords)
        }
        guard schema.fields.contains(where: { !partitionKeys.contains($0.name) }) else {
            throw APIError("\(place): every column is one to partition by (\(partitionKeys.joined(separator: ", "))); one at least must be left for the files", .unknownPartitionColumn)
        }
        for key in partitionKeys {
            if let index = schema.index(of: key), schema[index].type.isNested { throw APIError("\(place): rows cannot be partitioned by '\(key)', which is \(schema[index].type.hiveName)", .unknownPartitionColumn) }
        }
        if writtenFormat == "csv" {
            for field in schema.fields where field.type.isNested {
                throw APIError("\(place): column '\(field.name)' is \(field.type.hiveName), which CSV has no place for; make it text with F.to_json, or write JSON", .unwritableSchema)
            }
        }
    }

    /// The format by its own name.
    var writtenFormat: String { format ?? frame.environment.spark.conf.value("spark.sql.sources.default") ?? "parquet" }

    /// The encoder of the format under Spark's options.
    ///
    /// - Parameter isTable: whether the files are a table's, which have no header unless that is asked for.
    /// What can be said of the format and the options before anything is written; without a format that of `format(...)`, else the default.
    func check(_ format: String?, _ place: String) throws {
        if let format { self.format = format }
        _ = try encoder(place)
    }

    func encoder(_ place: String) throws -> any FileEncoder {
        let format = writtenFormat
        if let why = Self.absent[format] { throw APIError("\(place): the format '\(format)' cannot be written: \(why)", .unknownFormat) }
        guard ["csv", "json", "parquet"].contains(format) else {
            let known = ["csv", "json", "parquet"]
            throw APIError("\(place): the format '\(format)' cannot be written\(Suggestion.hint(for: format, in: known)) (known: \(known.joined(separator: ", ")))", .unknownFormat)
        }
        try options.check(SparkOptions.writing(format), "writing \(format)", place)
        var values: [String: LuaValue] = [:]
        if let compression = options.value("compression") { values["compression"] = .string(compression) }
        switch format {
        case "csv":
            var write = CSVWriteOptions()
            if let text = options.value("sep") {
                guard let byte = try CSVReadOptions.byte(text, option: "sep") else { throw APIError("the separator of a CSV file cannot be switched off") }
                write.separator = byte
            }
            if let text = options.value("quote") { write.quote = try CSVReadOptions.byte(text, option: "quote") }
            write.escape = try options.value("escape").flatMap { try CSVReadOptions.byte($0, option: "escape") } ?? UInt8(ascii: "\\")
            if write.escape == write.quote { write.escape = nil }
            write.writeHeader = try options.boolean("header") ?? false
            write.strictCheckForQuoting = try !(options.boolean("quoteAll") ?? false)
            write.nullText = Array((options.value("nullValue") ?? "").utf8)
            write.emptyText = options.value("emptyValue").map { Array($0.utf8) }
            write.writesAsSpark = true
            return TextFileEncoder(.csv(write), compression: try FormatOptions.textCompression(options.value("compression")))
        case "json":
            if try options.boolean("ignoreNullFields") == false { throw APIError("\(place): fields that are null are left out of JSON; 'ignoreNullFields' can only be true") }
        default:
            for name in ["blockSize", "pageSize", "dataPageVersion"] { if let number = try options.integer(name) { values[name] = .integer(Int64(number)) } }
            if let dictionary = try options.boolean("dictionary") { values["dictionary"] = .boolean(dictionary) }
        }
        return try FormatOptions.encoder(format, Options(.table(LuaTable(fields: values)), function: place, argument: "option"), compression: nil)
    }
}
