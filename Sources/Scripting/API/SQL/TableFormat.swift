internal import Catalog
internal import Columnar
internal import Engine

/// How a table's files are written and read, as its definition says it: Hive's classes, which other tools know tables by.
struct TableFormat {
    /// `parquet`, `csv` or `json`.
    let name: String
    var delimiter: String?
    var hasHeader = false
    var otherOptions: [String: String] = [:]

    private static let known = ["csv", "json", "parquet"]

    /// - Parameters:
    ///   - format: what USING or STORED AS says; nil for Parquet.
    ///   - delimiter: of ROW FORMAT.
    /// - Throws: `APIError` for formats that cannot be written and read.
    init(_ format: String?, delimiter: String? = nil, options: [String: String] = [:]) throws {
        switch format ?? (delimiter == nil ? "parquet" : "csv") {
        case "parquet", "glueparquet", "hive": name = "parquet"
        case "csv", "textfile": name = "csv"
        case "json", "jsonfile": name = "json"
        case "orc", "avro", "delta", "iceberg", "hudi", "text", "rcfile", "sequencefile", "jdbc", "xml", "binaryfile":
            throw APIError("tables of format '\(format ?? "")' are not supported; there are csv, json and parquet", .notSupported)
        case let other: throw APIError("there is no format '\(other)'\(Suggestion.hint(for: other, in: TableFormat.known)) (known: \(TableFormat.known.joined(separator: ", ")))", .unknownFormat)
        }
        self.delimiter = delimiter
        for (key, value) in options {
            switch (key.lowercased(), name) {
            case ("sep", "csv"), ("delimiter", "csv"): self.delimiter = value
            case ("header", "csv"): hasHeader = value.lowercased() == "true"
            case ("path", _): break
            default: otherOptions[key] = value
            }
        }
    }

    private static let text = "org.apache.hadoop.mapred.TextInputFormat"
    private static let textOutput = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    private static let parquet = "org.apache.hadoop.hive.ql.io.parquet."

    func descriptor(_ columns: [ColumnRecord], location: String) -> StorageDescriptor {
        var descriptor = StorageDescriptor(columns: columns, location: location, numberOfBuckets: -1)
        switch name {
        case "parquet":
            descriptor.inputFormat = TableFormat.parquet + "MapredParquetInputFormat"
            descriptor.outputFormat = TableFormat.parquet + "MapredParquetOutputFormat"
            descriptor.serdeInfo = SerdeInfo(
                serializationLibrary: TableFormat.parquet + "serde.ParquetHiveSerDe", parameters: ["serialization.format": "1"])
        case "json":
            (descriptor.inputFormat, descriptor.outputFormat) = (TableFormat.text, TableFormat.textOutput)
            descriptor.serdeInfo = SerdeInfo(serializationLibrary: "org.openx.data.jsonserde.JsonSerDe")
        default:
            (descriptor.inputFormat, descriptor.outputFormat) = (TableFormat.text, TableFormat.textOutput)
            descriptor.serdeInfo = SerdeInfo(
                serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", parameters: ["field.delim": delimiter ?? ","])
        }
        return descriptor
    }

    /// What a table's parameters say of the format.
    var parameters: [String: String] {
        var parameters = ["classification": name, "spark.sql.sources.provider": name]
        guard name == "csv" else { return parameters }
        parameters["delimiter"] = delimiter ?? ","
        if hasHeader { parameters["skip.header.line.count"] = "1" }
        return parameters
    }
}

extension DataType {
    /// The type as Spark's CREATE TABLE writes it: `BIGINT`, `STRUCT<a: INT>`.
    var ddlName: String {
        switch self {
        case .array(let element): "ARRAY<\(element.ddlName)>"
        case .map(let key, let value): "MAP<\(key.ddlName), \(value.ddlName)>"
        case .struct(let fields): "STRUCT<\(fields.map { "\($0.name): \($0.type.ddlName)" }.joined(separator: ", "))>"
        default: hiveName.uppercased()
        }
    }

    /// Whether values of another type may be stored in a column of this one: Spark's rule for INSERT.
    func takes(_ other: DataType) -> Bool {
        if self == other || other == .null { return true }
        switch (self, other) {
        case (.string, .array), (.string, .map), (.string, .struct): return false
        case (.string, _): return true
        case (.date, .timestamp), (.timestamp, .date): return true
        case (.array(let own), .array(let theirs)): return own.takes(theirs)
        case (.map(let key, let value), .map(let theirKey, let theirValue)): return key.takes(theirKey) && value.takes(theirValue)
        case (.struct(let own), .struct(let theirs)): return own.count == theirs.count && zip(own, theirs).allSatisfy { $0.type.takes($1.type) }
        default: return isNumeric && other.isNumeric
        }
    }
}
