internal import Columnar
internal import Connectors
internal import Engine
internal import Formats
internal import Logging

/// What `spark.read` gives: what to read and how, said step by step; the last step makes a DataFrame. Spark's names.
final class DataFrameReader: ScriptObject {
    static let className = "DataFrameReader"
    private let environment: ScriptEnvironment
    private var format: String?
    private var options = SparkOptions()
    private var schema: Schema?

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    private static let known = ["csv", "format", "json", "load", "option", "options", "parquet", "schema", "table"]
    private static let absent = [
        "orc": "ORC files cannot be read; convert them to Parquet", "avro": "Avro files cannot be read; convert them to Parquet",
        "jdbc": "databases cannot be read", "xml": "XML files cannot be read", "text": "files of plain text cannot be read as they are; read them as CSV of one column",
    ]

    static func register(_ api: APIBuilder) {
        api.environment.state.register(DataFrameReader.self, name: className) { reader in
            reader.calling { reader, _ in [.object(reader)] }
            reader.method(Signature("format", [.required("source", .string)])) { reader, arguments in
                reader.format = arguments.string("source", default: "").lowercased()
                return [.object(reader)]
            }
            reader.method(Signature("option", [.required("key", .string), .required("value", .any)])) { reader, arguments in
                try reader.options.set(arguments.string("key", default: ""), arguments["value"] ?? .null, "spark.read.option")
                return [.object(reader)]
            }
            reader.method("options") { reader, call in
                guard let table = call[0].table, table.items.isEmpty else { throw APIError("spark.read.options takes a table of options, not \(call[0].kindDescription)", .wrongArgument) }
                for (name, value) in table.sortedFields { try reader.options.set(name, value, "spark.read.options") }
                return [.object(reader)]
            }
            reader.method(Signature("schema", [.required("schema", .any)])) { reader, arguments in
                reader.schema = try SchemaText.schema(of: arguments["schema"] ?? .nil, "spark.read.schema")
                return [.object(reader)]
            }
            for name in ["parquet", "csv", "json", "load"] {
                reader.method(name) { reader, call in
                    if name != "load" { reader.format = name }
                    return [.object(try reader.load(call, "spark.read.\(name)"))]
                }
            }
            reader.method(Signature("table", [.required("tableName", .string)])) { reader, arguments in
                [.object(try reader.environment.sql.frame(named: arguments.string("tableName", default: ""), "spark.read.table"))]
            }
            reader.property { _, name in
                if let why = absent[name] { throw APIError("spark.read has no '\(name)': \(why)", .unknownMethod) }
                throw APIError("spark.read has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
        }
    }

    /// Paths one by one or as a list; behind them a table of options, a schema and a format among them (Python's keyword arguments).
    private func load(_ call: LuaCall, _ place: String) throws -> DataFrame {
        var paths: [String] = []
        for (number, value) in call.arguments.enumerated() {
            if let path = value.text {
                // load(path, format, schema): the format is no path.
                if number == 1, place.hasSuffix("load") { format = path.lowercased() } else { paths.append(path) }
            } else if let table = value.table {
                for item in table.items {
                    guard let path = item.text else { throw APIError("\(place) takes paths, not \(item.kindDescription)", .wrongArgument) }
                    paths.append(path)
                }
                for (name, value) in table.sortedFields {
                    switch name {
                    case "path", "paths": paths += value.text.map { [$0] } ?? value.table?.items.compactMap(\.text) ?? []
                    case "schema": if value != .null { schema = try SchemaText.schema(of: value, place) }
                    case "format": format = value.text?.lowercased()
                    default: try options.set(name, value, place)
                    }
                }
            } else if value.object(as: TypeObject.self) != nil || value.object(as: SchemaObject.self) != nil {
                schema = try SchemaText.schema(of: value, place)
            } else if !value.isNil, value != .null {
                throw APIError("\(place) takes paths, not \(value.kindDescription)", .wrongArgument)
            }
        }
        if paths.isEmpty, let path = options.value("path") { paths = [path] }
        guard !paths.isEmpty else { throw APIError("\(place) needs a path, or a list of paths", .missingArgument) }
        let format = format ?? environment.spark.conf.value("spark.sql.sources.default") ?? "parquet"
        return try frame(format, paths, place)
    }

    /// What can be said of the format and of the options before a file is looked at; without a format that of `format(...)`, else the default.
    func check(_ given: String?, _ place: String) throws {
        let format = given ?? format ?? environment.spark.conf.value("spark.sql.sources.default") ?? "parquet"
        if let why = Self.absent[format] { throw APIError("\(place): the format '\(format)' cannot be read: \(why)", .unknownFormat) }
        guard ["parquet", "csv", "json"].contains(format) else {
            let known = ["csv", "json", "parquet"]
            throw APIError("\(place): the format '\(format)' cannot be read\(Suggestion.hint(for: format, in: known)) (known: \(known.joined(separator: ", ")))", .unknownFormat)
        }
        try options.check(SparkOptions.reading(format), "reading \(format)", place)
        if format != "parquet" { _ = try mismatch() }
    }

    private func frame(_ format: String, _ paths: [String], _ place: String) throws -> DataFrame {
        try check(format, place)
        let input = try FileInput(
            paths, environment, isRecursive: try options.boolean("recursiveFileLookup") ?? false, filter: options.value("pathGlobFilter").map { try Glob($0) },
            basePath: options.value("basePath"), place)
        let keys = schema.map { schema in
            input.keys.map { key in schema.index(ofAnyCase: key.name).map { Field(schema[$0].name, schema[$0].type) } ?? key }
        } ?? input.keys
        // What the schema says of the files alone.
        let corrupt = options.value("columnNameOfCorruptRecord") ?? "_corrupt_record"
        if format != "parquet", schema?.index(ofAnyCase: corrupt) != nil {
            throw APIError(
                "\(place): the column '\(corrupt)' of Spark is not filled: records that cannot be read are error records; leave it out of the schema, and take them with mastic run --quarantine DIR, or with errorsAsDynamicFrame() of a frame that glueContext reads",
                .notSupported, subject: corrupt)
        }
        let inside = schema.map { schema in Schema(schema.fields.filter { field in !keys.contains { $0.name.lowercased() == field.name.lowercased() } }) }
        switch format {
        case "parquet": return try parquet(input, keys, inside)
        case "csv": return try csv(input, keys, inside)
        default: return try json(input, keys, inside)
        }
    }

    private func source(_ input: FileInput, _ format: FileSource.Format, _ declared: Schema?, _ keys: [Field], failsFast: Bool = false) -> FileSource {
        FileSource(
            name: input.name, format: format, declared: declared, partitionKeys: keys, failsFast: failsFast, list: { input.files },
            open: { try LocalFile(path: $0.path) })
    }

    private func shaped(_ node: PlanNode, _ schema: Schema, mismatch: ShapeNode.Mismatch = .null, nullTexts: [String] = []) -> DataFrame {
        DataFrame(ShapeNode(node, schema: schema, mismatch: mismatch, nullTexts: nullTexts), environment: environment)
    }

    private func parquet(_ input: FileInput, _ keys: [Field], _ declared: Schema?) throws -> DataFrame {
        if declared == nil, input.files.isEmpty {
            throw APIError("'\(input.name)' holds no files to take a schema from; say it with spark.read.schema(\"...\")", .fileNotFound)
        }
        let scan = environment.scan(source(input, .parquet, declared, keys))
        let found = try environment.run { try scan.fullSchema($0) }
        if let declared {
            let wanted = Schema(declared.fields + keys)
            return found == wanted ? DataFrame(scan, environment: environment) : shaped(scan, wanted)
        }
        if found.fields.contains(where: { $0.type.containsChoice }) { return DataFrame(ConformNode(scan), environment: environment) }
        return DataFrame(scan, environment: environment)
    }

    private func mismatch() throws -> ShapeNode.Mismatch {
        switch options.value("mode")?.uppercased() {
        case nil, "PERMISSIVE"?: return .null
        case "DROPMALFORMED"?: return .dropRow
        case "FAILFAST"?: return .fail
        case let mode?:
            let known = ["PERMISSIVE", "DROPMALFORMED", "FAILFAST"]
            throw APIError("the option 'mode' is \(known.joined(separator: ", ")), not '\(mode)'\(Suggestion.hint(for: mode, in: known))", .wrongOption)
        }
    }

    // MARK: CSV

    private func csv(_ input: FileInput, _ keys: [Field], _ declared: Schema?) throws -> DataFrame {
        var read = CSVReadOptions()
        if let text = options.value("sep") {
            guard let byte = try CSVReadOptions.byte(text, option: "sep") else { throw APIError("the separator of a CSV file cannot be switched off") }
            read.separator = byte
        }
        if let text = options.value("quote") { read.quote = try CSVReadOptions.byte(text, option: "quote") }
        read.escape = try options.value("escape").flatMap { try CSVReadOptions.byte($0, option: "escape") } ?? UInt8(ascii: "\\")
        if read.escape == read.separator { read.escape = nil }
        read.escapesQuotesOnly = true
        read.multiLine = try options.boolean("multiLine") ?? false
        read.withHeader = try options.boolean("header") ?? false
        read.infersNarrowIntegers = true
        if let name = options.value("encoding") { read.text.encoding = try TextEncoding(named: name) }
        let nullValue = options.value("nullValue") ?? ""
        read.nullText = Array(nullValue.utf8)
        let nullTexts = nullValue.isEmpty ? [""] : [nullValue, ""]
        let mismatch = try mismatch()
        let formats = (date: options.value("dateFormat"), timestamp: options.value("timestampFormat"))

        if let declared {
            // Values with a format of their own are read as text and parsed.
            func isParsed(_ type: DataType) -> Bool { type == .date && formats.date != nil || type == .timestamp && formats.timestamp != nil }
            let asRead = Schema(declared.fields.map { isParsed($0.type) ? Field($0.name, .string) : $0 })
            // Fields beyond the schema's are none of its business.
            let width = try input.files.first.map { try CSVFile(source: try LocalFile(path: $0.path), options: read, declared: nil).schema.count } ?? 0
            let more = read.withHeader ? [] : (declared.count..<max(width, declared.count)).map { Field("_more\($0)", .string) }
            let scan = environment.scan(source(input, .csv(read, infers: false), Schema(asRead.fields + more), keys, failsFast: mismatch == .fail))
            let node = ShapeNode(scan, schema: Schema(asRead.fields + keys), mismatch: mismatch, nullTexts: nullTexts)
            guard asRead != declared else { return DataFrame(node, environment: environment) }
            let columns = try declared.fields.map { field -> NamedExpression in
                guard isParsed(field.type) else { return NamedExpression(field.name, .field([field.name])) }
                let (name, pattern) = field.type == .date ? ("to_date", formats.date ?? "") : ("to_timestamp", formats.timestamp ?? "")
                let text = "\(name)(`\(field.name.replacing("`", with: "``"))`, '\(pattern.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))')"
                return NamedExpression(field.name, try Expression(parsing: text))
            }
            return DataFrame(ProjectNode(node, columns: columns + keys.map { NamedExpression($0.name, .field([$0.name])) }), environment: environment)
        }

        let infers = try options.boolean("inferSchema") ?? false
        // Names and, unless types are asked for, the whole schema come from the first file's head.
        guard let first = input.files.first else {
            throw APIError("'\(input.name)' holds no files to take a schema from; say it with spark.read.schema(\"...\")", .fileNotFound)
        }
        let head = try CSVFile(source: try LocalFile(path: first.path), options: read, declared: nil)
        let names = read.withHeader ? head.schema.names.enumerated().map { $1 == "col\($0)" && head.headerNames?[$0] == $1 ? "_c\($0)" : $1 } : head.schema.names.indices.map { "_c\($0)" }
        guard infers else {
            let strings = Schema(names.map { Field($0, .string) })
            let scan = environment.scan(source(input, .csv(read, infers: false), strings, keys, failsFast: mismatch == .fail))
            return shaped(scan, Schema(strings.fields + keys.filter { strings.index(of: $0.name) == nil }), mismatch: mismatch, nullTexts: nullTexts)
        }
        let scan = environment.scan(source(input, .csv(read, infers: true), nil, keys, failsFast: mismatch == .fail))
        let found = try environment.run { try scan.fullSchema($0) }
        let node = ShapeNode(scan, schema: found, mismatch: mismatch, nullTexts: nullTexts)
        if read.withHeader { return DataFrame(node, environment: environment) }
        return DataFrame(
            ProjectNode(
                node,
                columns: found.names.enumerated().map { number, name in
                    NamedExpression(keys.contains { $0.name == name } ? name : "_c\(number)", .field([name]))
                }), environment: environment)
    }

    // MARK: JSON

    private func json(_ input: FileInput, _ keys: [Field], _ declared: Schema?) throws -> DataFrame {
        var read = JSONReadOptions()
        read.multiLine = try options.boolean("multiLine") ?? false
        if let name = options.value("encoding") { read.text.encoding = try TextEncoding(named: name) }
        let mismatch = try mismatch()
        if let declared {
            let scan = environment.scan(source(input, .json(read), declared, keys, failsFast: mismatch == .fail))
            return shaped(scan, Schema(declared.fields + keys), mismatch: mismatch)
        }
        let scan = environment.scan(source(input, .json(read), nil, keys, failsFast: mismatch == .fail))
        let found = try environment.run { try scan.fullSchema($0) }
        let primitives = try options.boolean("primitivesAsString") ?? false
        let fields = found.fields.filter { field in !keys.contains { $0.name == field.name } }.compactMap { field in
            field.type.inferredByJSON(primitivesAsString: primitives).map { Field(field.name, $0) }
        }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        guard !fields.isEmpty || !keys.isEmpty else {
            let refused = try environment.run { context in
                try Execution.run(scan, context: context, into: CountingConsumer())
                return context.errors.summary.first?.first
            }
            if let refused { throw APIError("'\(input.name)' holds no record that is JSON; the first: \(refused)", .malformedFile) }
            throw APIError("'\(input.name)' holds no records to take a schema from; say it with spark.read.schema(\"...\")", .badSchema)
        }
        return shaped(scan, Schema(fields + keys), mismatch: mismatch)
    }
}

extension DataType {
    /// What Spark makes of what a field of JSON was seen to be; nil for an object without fields, which becomes no column.
    fileprivate func inferredByJSON(primitivesAsString: Bool) -> DataType? {
        switch self {
        case .null: return .string
        case .array(let element): return element.inferredByJSON(primitivesAsString: primitivesAsString).map { .array($0) }
        case .struct(let fields):
            let inferred = fields.compactMap { field in field.type.inferredByJSON(primitivesAsString: primitivesAsString).map { Field(field.name, $0) } }
            return inferred.isEmpty ? nil : .struct(inferred.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        case .map(let key, let value): return value.inferredByJSON(primitivesAsString: primitivesAsString).map { .map(key: key, value: $0) }
        case .choice(let members):
            if primitivesAsString || !members.allSatisfy(\.isNumeric) { return .string }
            return members.contains { $0 == .float || $0 == .double } ? .double : members.first { !$0.isInteger } ?? .long
        default:
            if primitivesAsString { return .string }
            return isInteger ? .long : self == .float ? .double : self
        }
    }
}
