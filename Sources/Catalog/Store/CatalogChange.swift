/// One change of the catalog, as part of a transaction that makes several.
public enum CatalogChange: Hashable, Sendable {
    /// Creates the database where it is missing.
    case ensureDatabase(DatabaseRecord)
    /// Deletes the database with all that is in it, where it is there.
    case deleteDatabase(String)
    case createTable(TableRecord, database: String)
    /// Replaces a table's definition; see `CatalogStore.updateTable`.
    case updateTable(TableRecord, database: String, expectedVersion: String?, skipArchive: Bool)
    case deleteTable(String, database: String)
    case putPartitions([PartitionRecord], table: String, database: String, existing: CatalogStore.ExistingPartition)
    case deletePartitions([[String]], table: String, database: String)
    /// Gives every partition of the table this descriptor; their locations and parameters stay.
    case setPartitionDescriptors(StorageDescriptor, table: String, database: String)
}
