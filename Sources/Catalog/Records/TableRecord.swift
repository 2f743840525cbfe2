public import Columnar

/// A table: columns, partition keys, and where its files are. Members and JSON names are Glue's (`Table`).
public struct TableRecord: Codable, Hashable, Sendable {
    /// Lower case.
    public var name: String
    /// Lower case; empty in a record that is not stored yet.
    public var databaseName: String
    public var description: String?
    public var owner: String?
    /// Times are seconds since the epoch.
    public var createTime: Double?
    public var updateTime: Double?
    public var lastAccessTime: Double?
    public var lastAnalyzedTime: Double?
    public var retention: Int
    public var storageDescriptor: StorageDescriptor?
    public var partitionKeys: [ColumnRecord]
    public var viewOriginalText: String?
    public var viewExpandedText: String?
    public var tableType: String?
    public var parameters: [String: String]
    public var targetTable: JSONValue?
    /// A decimal number, "0" for the first definition.
    public var versionID: String?

    public init(
        name: String, databaseName: String = "", description: String? = nil, owner: String? = nil, storageDescriptor: StorageDescriptor? = nil,
        partitionKeys: [ColumnRecord] = [], tableType: String? = nil, parameters: [String: String] = [:]
    ) {
        (self.name, self.databaseName, self.description, self.owner, retention) = (name, databaseName, description, owner, 0)
        (self.storageDescriptor, self.partitionKeys, self.tableType, self.parameters) = (storageDescriptor, partitionKeys, tableType, parameters)
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name", databaseName = "DatabaseName", description = "Description", owner = "Owner", createTime = "CreateTime"
        case updateTime = "UpdateTime", lastAccessTime = "LastAccessTime", lastAnalyzedTime = "LastAnalyzedTime", retention = "Retention"
        case storageDescriptor = "StorageDescriptor", partitionKeys = "PartitionKeys", viewOriginalText = "ViewOriginalText"
        case viewExpandedText = "ViewExpandedText", tableType = "TableType", parameters = "Parameters", targetTable = "TargetTable"
        case versionID = "VersionId"
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        databaseName = try members.decodeIfPresent(String.self, forKey: .databaseName) ?? ""
        description = try members.decodeIfPresent(String.self, forKey: .description)
        owner = try members.decodeIfPresent(String.self, forKey: .owner)
        createTime = try members.decodeIfPresent(Double.self, forKey: .createTime)
        updateTime = try members.decodeIfPresent(Double.self, forKey: .updateTime)
        lastAccessTime = try members.decodeIfPresent(Double.self, forKey: .lastAccessTime)
        lastAnalyzedTime = try members.decodeIfPresent(Double.self, forKey: .lastAnalyzedTime)
        retention = try members.decodeIfPresent(Int.self, forKey: .retention) ?? 0
        storageDescriptor = try members.decodeIfPresent(StorageDescriptor.self, forKey: .storageDescriptor)
        partitionKeys = try members.decodeIfPresent([ColumnRecord].self, forKey: .partitionKeys) ?? []
        viewOriginalText = try members.decodeIfPresent(String.self, forKey: .viewOriginalText)
        viewExpandedText = try members.decodeIfPresent(String.self, forKey: .viewExpandedText)
        tableType = try members.decodeIfPresent(String.self, forKey: .tableType)
        parameters = try members.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
        targetTable = try members.decodeIfPresent(JSONValue.self, forKey: .targetTable)
        versionID = try members.decodeIfPresent(String.self, forKey: .versionID)
    }

    /// `database.table`, as people write it.
    public var qualifiedName: String { "\(databaseName).\(name)" }

    /// The types of the columns in the files, without the partition keys.
    ///
    /// - Throws: `CatalogError.invalidState`, naming the column, for a type string that is no Hive type or a name that stands twice.
    public func dataSchema() throws(CatalogError) -> Schema { try schema(of: storageDescriptor?.columns ?? []) }

    /// The types of the partition keys.
    public func partitionSchema() throws(CatalogError) -> Schema { try schema(of: partitionKeys) }

    private func schema(of columns: [ColumnRecord]) throws(CatalogError) -> Schema {
        var fields: [Field] = []
        var names = Set<String>()
        for column in columns {
            let text = column.type ?? "string"
            guard let type = DataType(parsing: text) else {
                throw CatalogError(.invalidState, "column '\(column.name)' of table \(qualifiedName) has the unknown type '\(text)'")
            }
            guard names.insert(column.name).inserted else {
                throw CatalogError(.invalidState, "column '\(column.name)' stands twice in table \(qualifiedName)")
            }
            fields.append(Field(column.name, type))
        }
        return Schema(fields)
    }
}

/// An archived or the current definition of a table: Glue's `TableVersion`.
public struct TableVersionRecord: Codable, Hashable, Sendable {
    public var table: TableRecord
    public var versionID: String

    public init(table: TableRecord, versionID: String) { (self.table, self.versionID) = (table, versionID) }

    private enum CodingKeys: String, CodingKey { case table = "Table", versionID = "VersionId" }
}
