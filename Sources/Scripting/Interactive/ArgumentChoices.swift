internal import Columnar
internal import Engine

/// What can stand in an argument that is one of a few texts, and in one that is a table of options: the lists that the calls themselves check.
public enum ArgumentChoices {
    /// `format_options`; those of all formats where none is said.
    public static func formatOptions(_ format: String?) -> [String] { FormatOptions.known(format) ?? [] }

    /// `connection_options` of a read or a write.
    public static func connectionOptions(writing: Bool) -> [String] { writing ? FrameWrite.options : ScriptEnvironment.sourceOptions }

    /// `additional_options` of a read from the catalog, or of a write into it.
    public static func catalogOptions(writing: Bool) -> [String] { writing ? FrameWrite.catalogOptions : ScriptEnvironment.catalogSourceOptions }

    /// The options of Spark's readers and writers that mean something; those of all formats where none is said.
    public static func sparkOptions(_ format: String?, writing: Bool) -> [String] {
        let formats = format.map { [$0.lowercased()] } ?? ["csv", "json", "parquet"]
        return Set(formats.flatMap { (writing ? SparkOptions.writing($0) : SparkOptions.reading($0)).meant }).sorted()
    }

    /// Formats that can be read, or written.
    public static func formats(writing: Bool) -> [String] { writing ? FormatOptions.writable : FormatOptions.readable }

    /// How files of a format can be compressed.
    public static func compressions(_ format: String?) -> [String] {
        switch format?.lowercased() {
        case "csv"?, "json"?: FormatOptions.textCompressions
        case nil: FormatOptions.parquetCompressions + FormatOptions.textCompressions.filter { !FormatOptions.parquetCompressions.contains($0) }
        default: FormatOptions.parquetCompressions
        }
    }

    public static var connectionTypes: [String] { ScriptEnvironment.connectionTypes }
    /// The modes of a write of a DynamicFrame.
    public static var writeModes: [String] { FrameWrite.modes }
    /// The modes of a write of a DataFrame.
    public static var saveModes: [String] { DataFrameWriter.Mode.names }
    public static var joins: [String] { DataFrame.joins }
    public static var plotKinds: [String] { PlotRequest.Kind.allCases.map(\.rawValue) }
    public static var plotAggregates: [String] { PlotRequest.Aggregate.known.map(\.name) }
    /// The settings of `spark.conf`, with what they are where nobody sets them.
    public static var settings: [(name: String, value: String)] { SessionConfiguration.known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    /// The names of types, as casts and mappings take them.
    public static var types: [String] { DataType.knownNames.filter { $0 != "null" } }
    /// What an ambiguous column is made of: beginnings where more is to follow.
    public static var choices: [String] { (ResolveChoice.actionNames.map { $0.replacing("TYPE", with: "") } + ["match_catalog"]).sorted() }
    public static var errorCodes: [(code: String, title: String)] { ErrorCode.allCases.map { ($0.rawValue, $0.entry.title) } }
}
