internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Formats

/// `format` and `format_options` as readers and writers take them.
enum FormatOptions {
    static let readable = ["csv", "json", "parquet"]
    static let writable = ["csv", "glueparquet", "json", "parquet"]

    private static let csv = [
        "separator", "escaper", "quoteChar", "multiLine", "multiline", "withHeader", "writeHeader", "skipFirst", "optimizePerformance",
        "strictCheckForQuoting", "inferSchema", "encoding", "compression", "attachFilename", "attachTimestamp",
    ]
    private static let json = ["jsonPath", "multiLine", "multiline", "optimizePerformance", "withSchema", "encoding", "compression", "attachFilename", "attachTimestamp"]
    private static let parquet = [
        "compression", "blockSize", "pageSize", "useGlueParquetWriter", "mergeSchema", "attachFilename", "attachTimestamp", "dataPageVersion", "dictionary",
        "deltaEncodings",
    ]

    /// The options of all formats.
    static let allNames = Set(csv + json + parquet)

    /// The options that a format takes; those of all formats where none is said, nil for one that is not known.
    static func known(_ format: String?) -> [String]? {
        switch format?.lowercased() {
        case "csv"?: csv
        case "json"?: json
        case "parquet"?, "glueparquet"?: parquet
        case nil: csv + (json + parquet).filter { !csv.contains($0) }
        default: nil
        }
    }

    /// What a frame is read with, and the schema that the options declare.
    static func source(_ format: String, _ options: Options) throws -> (FileSource.Format, Schema?) {
        switch format.lowercased() {
        case "csv":
            try options.check(known: csv)
            var read = CSVReadOptions()
            try set(&read, options)
            return (.csv(read, infers: try options.boolean("inferSchema") ?? false), nil)
        case "json":
            try options.check(known: json)
            let declared = try options.string("withSchema").map { try Schema(glueJSON: $0) }
            return (.json(try jsonOptions(options)), declared)
        case "parquet":
            try options.check(known: parquet)
            return (.parquet, nil)
        default: throw unknown(format, readable, "read")
        }
    }

    private static func set(_ read: inout CSVReadOptions, _ options: Options) throws {
        if let text = try options.string("separator") {
            guard let byte = try CSVReadOptions.byte(text, option: "separator") else { throw APIError("the separator of a CSV file cannot be switched off") }
            read.separator = byte
        }
        if let text = try options.string("quoteChar") { read.quote = try CSVReadOptions.byte(text, option: "quoteChar") }
        if let text = try options.string("escaper") { read.escape = try CSVReadOptions.byte(text, option: "escaper") }
        read.multiLine = try options.boolean("multiLine") ?? options.boolean("multiline") ?? false
        read.withHeader = try options.boolean("withHeader") ?? false
        read.skipFirst = try options.boolean("skipFirst") ?? false
        if let name = try options.string("encoding") { read.text.encoding = try TextEncoding(named: name) }
    }

    private static func jsonOptions(_ options: Options) throws -> JSONReadOptions {
        var read = JSONReadOptions()
        read.multiLine = try options.boolean("multiLine") ?? options.boolean("multiline") ?? false
        if let path = try options.string("jsonPath") { read.jsonPath = path }
        if let name = try options.string("encoding") { read.text.encoding = try TextEncoding(named: name) }
        return read
    }

    /// How a catalog table's files are read: its classification and the parameters that the crawler left.
    static func source(of table: TableRecord) throws -> FileSource.Format {
        let parameters = table.parameters
        let serde = table.storageDescriptor?.serdeInfo?.parameters ?? [:]
        let classification = parameters["classification"] ?? classification(of: table)
        switch classification {
        case "csv":
            var read = CSVReadOptions()
            if let text = parameters["delimiter"] ?? parameters["separatorChar"] ?? serde["separatorChar"] ?? serde["field.delim"],
                let byte = try CSVReadOptions.byte(text, option: "delimiter")
            {
                read.separator = byte
            }
            if let text = parameters["quoteChar"] ?? serde["quoteChar"] { read.quote = try CSVReadOptions.byte(text, option: "quoteChar") }
            if let text = parameters["escapeChar"] ?? serde["escapeChar"] { read.escape = try CSVReadOptions.byte(text, option: "escapeChar") }
            let header = Int(parameters["skip.header.line.count"] ?? serde["skip.header.line.count"] ?? "0") ?? 0
            read.withHeader = header > 0
            read.skipLines = max(header - 1, 0)
            read.multiLine = parameters["multiLine"] == "true"
            if parameters["spark.sql.sources.provider"] == "csv" {
                (read.escape, read.escapesQuotesOnly) = (UInt8(ascii: "\\"), true)
            }
            if let name = parameters["encoding"] { read.text.encoding = try TextEncoding(named: name) }
            return .csv(read, infers: false)
        case "json":
            var read = JSONReadOptions()
            if let path = parameters["jsonPath"] { read.jsonPath = path }
            read.multiLine = parameters["multiLine"] == "true"
            return .json(read)
        case "parquet": return .parquet
        default:
            throw APIError(
                "table \(table.qualifiedName) is classified as '\(classification ?? "nothing")'; what can be read is \(readable.joined(separator: ", "))")
        }
    }

    /// The classification that a table's input format says where no parameter does.
    private static func classification(of table: TableRecord) -> String? {
        let format = (table.storageDescriptor?.inputFormat ?? "") + (table.storageDescriptor?.serdeInfo?.serializationLibrary ?? "")
        if format.contains("Parquet") { return "parquet" }
        if format.contains("Json") { return "json" }
        if format.contains("LazySimpleSerDe") || format.contains("OpenCSVSerde") { return "csv" }
        return nil
    }

    /// What a frame is written with.
    static func encoder(_ format: String, _ options: Options, compression connection: String?) throws -> any FileEncoder {
        let compression = try options.string("compression") ?? connection
        switch format.lowercased() {
        case "csv":
            try options.check(known: csv)
            var write = CSVWriteOptions()
            if let text = try options.string("separator"), let byte = try CSVReadOptions.byte(text, option: "separator") { write.separator = byte }
            if let text = try options.string("quoteChar") { write.quote = try CSVReadOptions.byte(text, option: "quoteChar") }
            write.writeHeader = try options.boolean("writeHeader") ?? true
            write.strictCheckForQuoting = try options.boolean("strictCheckForQuoting") ?? false
            return TextFileEncoder(.csv(write), compression: try textCompression(compression))
        case "json":
            try options.check(known: json)
            return TextFileEncoder(.json(JSONWriteOptions()), compression: try textCompression(compression))
        case "parquet", "glueparquet":
            try options.check(known: parquet)
            var write = ParquetWriteOptions()
            if let compression { write.compression = try parquetCompression(compression) }
            if let bytes = try options.integer("blockSize") { write.rowGroupBytes = bytes }
            if let bytes = try options.integer("pageSize") { write.pageBytes = bytes }
            if let version = try options.integer("dataPageVersion") {
                guard (1...2).contains(version) else { throw APIError("dataPageVersion is 1 or 2, not \(version)") }
                write.dataPageVersion = version
            }
            if let dictionary = try options.boolean("dictionary") { write.dictionary = dictionary }
            if let delta = try options.boolean("deltaEncodings") { write.deltaEncodings = delta }
            return ParquetFileEncoder(write)
        default: throw unknown(format, writable, "written")
        }
    }

    static let parquetCompressions = ["uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"]
    static let textCompressions = ["gzip", "zstd", "none"]

    private static func parquetCompression(_ name: String) throws -> ParquetWriteOptions.Compression {
        switch name.lowercased() {
        case "none", "uncompressed": return .uncompressed
        case "lz4", "lz4_raw", "lz4raw": return .lz4Raw
        case let name:
            guard let compression = ParquetWriteOptions.Compression(rawValue: name) else {
                let known = parquetCompressions
                throw APIError("Parquet cannot be compressed with '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownChoice)
            }
            return compression
        }
    }

    static func textCompression(_ name: String?) throws -> Compression {
        switch name?.lowercased() {
        case nil, "none"?, "uncompressed"?, ""?: return .none
        case "gzip"?: return .gzip
        case "zstd"?: return .zstd
        case let name?: throw APIError("text files cannot be compressed with '\(name)'; known are gzip, zstd and none", .unknownChoice)
        }
    }

    private static func unknown(_ format: String, _ known: [String], _ verb: String) -> APIError {
        let hint = Suggestion.hint(for: format.lowercased(), in: known)
        return APIError("the format '\(format)' cannot be \(verb)\(hint) (known: \(known.joined(separator: ", ")))", .unknownFormat)
    }
}
