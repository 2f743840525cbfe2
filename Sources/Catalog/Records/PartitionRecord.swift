/// A partition of a table: Glue's `Partition`. Its values, one for each partition key, identify it.
public struct PartitionRecord: Codable, Hashable, Sendable {
    public var values: [String]
    public var databaseName: String
    public var tableName: String
    /// Times are seconds since the epoch.
    public var creationTime: Double?
    public var lastAccessTime: Double?
    public var lastAnalyzedTime: Double?
    public var storageDescriptor: StorageDescriptor?
    public var parameters: [String: String]

    public init(values: [String], storageDescriptor: StorageDescriptor? = nil, parameters: [String: String] = [:]) {
        (self.values, databaseName, tableName) = (values, "", "")
        (self.storageDescriptor, self.parameters) = (storageDescriptor, parameters)
    }

    private enum CodingKeys: String, CodingKey {
        case values = "Values", databaseName = "DatabaseName", tableName = "TableName", creationTime = "CreationTime"
        case lastAccessTime = "LastAccessTime", lastAnalyzedTime = "LastAnalyzedTime", storageDescriptor = "StorageDescriptor"
        case parameters = "Parameters"
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        values = try members.decodeIfPresent([String].self, forKey: .values) ?? []
        databaseName = try members.decodeIfPresent(String.self, forKey: .databaseName) ?? ""
        tableName = try members.decodeIfPresent(String.self, forKey: .tableName) ?? ""
        creationTime = try members.decodeIfPresent(Double.self, forKey: .creationTime)
        lastAccessTime = try members.decodeIfPresent(Double.self, forKey: .lastAccessTime)
        lastAnalyzedTime = try members.decodeIfPresent(Double.self, forKey: .lastAnalyzedTime)
        storageDescriptor = try members.decodeIfPresent(StorageDescriptor.self, forKey: .storageDescriptor)
        parameters = try members.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
    }
}

/// What planning a read needs to know of a partition, without its definition.
public struct PartitionLocation: Hashable, Sendable {
    public let values: [String]
    public let location: String?
}
