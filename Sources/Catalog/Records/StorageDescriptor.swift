/// A column of a table: Glue's `Column`. The type is a Hive type string, kept word for word.
public struct ColumnRecord: Codable, Hashable, Sendable {
    public var name: String
    public var type: String?
    public var comment: String?
    public var parameters: [String: String]?

    public init(_ name: String, _ type: String?, comment: String? = nil) { (self.name, self.type, self.comment) = (name, type, comment) }

    private enum CodingKeys: String, CodingKey { case name = "Name", type = "Type", comment = "Comment", parameters = "Parameters" }
}

/// Which library of Hive's reads the files, and its settings: Glue's `SerDeInfo`.
public struct SerdeInfo: Codable, Hashable, Sendable {
    public var name: String?
    public var serializationLibrary: String?
    public var parameters: [String: String]

    public init(name: String? = nil, serializationLibrary: String? = nil, parameters: [String: String] = [:]) {
        (self.name, self.serializationLibrary, self.parameters) = (name, serializationLibrary, parameters)
    }

    private enum CodingKeys: String, CodingKey { case name = "Name", serializationLibrary = "SerializationLibrary", parameters = "Parameters" }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decodeIfPresent(String.self, forKey: .name)
        serializationLibrary = try members.decodeIfPresent(String.self, forKey: .serializationLibrary)
        parameters = try members.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
    }
}

/// Where a table's or a partition's files are, and how to read them: Glue's `StorageDescriptor`.
public struct StorageDescriptor: Codable, Hashable, Sendable {
    public var columns: [ColumnRecord]
    public var location: String?
    public var additionalLocations: [String]?
    public var inputFormat: String?
    public var outputFormat: String?
    public var compressed: Bool
    public var numberOfBuckets: Int
    public var serdeInfo: SerdeInfo?
    public var bucketColumns: [String]
    public var sortColumns: [JSONValue]
    public var parameters: [String: String]
    public var skewedInfo: JSONValue?
    public var storedAsSubDirectories: Bool
    public var schemaReference: JSONValue?

    public init(
        columns: [ColumnRecord] = [], location: String? = nil, inputFormat: String? = nil, outputFormat: String? = nil, numberOfBuckets: Int = 0,
        serdeInfo: SerdeInfo? = nil, parameters: [String: String] = [:]
    ) {
        (self.columns, self.location, self.inputFormat, self.outputFormat) = (columns, location, inputFormat, outputFormat)
        (compressed, self.numberOfBuckets, self.serdeInfo, self.parameters) = (false, numberOfBuckets, serdeInfo, parameters)
        (bucketColumns, sortColumns, storedAsSubDirectories) = ([], [], false)
    }

    private enum CodingKeys: String, CodingKey {
        case columns = "Columns", location = "Location", additionalLocations = "AdditionalLocations", inputFormat = "InputFormat"
        case outputFormat = "OutputFormat", compressed = "Compressed", numberOfBuckets = "NumberOfBuckets", serdeInfo = "SerdeInfo"
        case bucketColumns = "BucketColumns", sortColumns = "SortColumns", parameters = "Parameters", skewedInfo = "SkewedInfo"
        case storedAsSubDirectories = "StoredAsSubDirectories", schemaReference = "SchemaReference"
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        columns = try members.decodeIfPresent([ColumnRecord].self, forKey: .columns) ?? []
        location = try members.decodeIfPresent(String.self, forKey: .location)
        additionalLocations = try members.decodeIfPresent([String].self, forKey: .additionalLocations)
        inputFormat = try members.decodeIfPresent(String.self, forKey: .inputFormat)
        outputFormat = try members.decodeIfPresent(String.self, forKey: .outputFormat)
        compressed = try members.decodeIfPresent(Bool.self, forKey: .compressed) ?? false
        numberOfBuckets = try members.decodeIfPresent(Int.self, forKey: .numberOfBuckets) ?? 0
        serdeInfo = try members.decodeIfPresent(SerdeInfo.self, forKey: .serdeInfo)
        bucketColumns = try members.decodeIfPresent([String].self, forKey: .bucketColumns) ?? []
        sortColumns = try members.decodeIfPresent([JSONValue].self, forKey: .sortColumns) ?? []
        parameters = try members.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
        skewedInfo = try members.decodeIfPresent(JSONValue.self, forKey: .skewedInfo)
        storedAsSubDirectories = try members.decodeIfPresent(Bool.self, forKey: .storedAsSubDirectories) ?? false
        schemaReference = try members.decodeIfPresent(JSONValue.self, forKey: .schemaReference)
    }
}
