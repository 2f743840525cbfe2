import Catalog
import Columnar
import Foundation
import Testing

@Suite struct CatalogStoreTests {
    @Test func namesAreFoldedAndFoundInAnyCase() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        try catalog.store.createDatabase(DatabaseRecord(name: "Sales", description: "d"))
        try catalog.store.createTable(TableRecord(name: "Orders"), in: "SALES")
        #expect(try catalog.store.databases().map(\.name) == ["sales"])
        #expect(try catalog.store.tableNames(in: "sAles") == ["orders"])
        let table = try #require(try catalog.store.table("ORDERS", in: "sales"))
        #expect(table.qualifiedName == "sales.orders" && table.versionID == "0")
        #expect(try catalog.store.table("orders", in: "nowhere") == nil)
    }

    @Test func whatIsTakenOrMissingIsSaid() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        try catalog.makeTable(keys: [ColumnRecord("k", "string")])
        let store = catalog.store
        try store.createPartitions([PartitionRecord(values: ["1"])], of: "t", in: "db")
        #expect(catalogError { try store.createDatabase(DatabaseRecord(name: "DB")) } == CatalogError(.alreadyExists, "Database already exists."))
        #expect(catalogError { try store.createTable(TableRecord(name: "T"), in: "db") } == CatalogError(.alreadyExists, "Table already exists."))
        #expect(catalogError { try store.createTable(TableRecord(name: "u"), in: "x") } == CatalogError(.entityNotFound, "Database x not found."))
        #expect(catalogError { try store.deleteTable("u", in: "db") } == CatalogError(.entityNotFound, "Table u not found."))
        #expect(catalogError { try store.deleteDatabase("x") } == CatalogError(.entityNotFound, "Database x not found."))
        #expect(
            catalogError { try store.createPartitions([PartitionRecord(values: ["2"]), PartitionRecord(values: ["1"])], of: "t", in: "db") }
                == CatalogError(.alreadyExists, "Partition already exists."))
        #expect(try store.partitionCount(of: "t", in: "db") == 1)
        #expect(
            catalogError { try store.createPartitions([PartitionRecord(values: ["1", "2"])], of: "t", in: "db") }?.message
                == "a partition of db.t needs 1 values, this has 2")
        #expect(catalogError { try store.createDatabase(DatabaseRecord(name: "")) }?.code == .invalidInput)
        #expect(catalogError { try store.createDatabase(DatabaseRecord(name: "a\nb")) }?.code == .invalidInput)
        #expect(catalogError { try store.createDatabase(DatabaseRecord(name: String(repeating: "x", count: 256))) }?.code == .invalidInput)
    }

    @Test func updatesArchiveVersions() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        try catalog.makeTable()
        let store = catalog.store
        let created = try #require(try store.table("t", in: "db")?.createTime)
        var table = try #require(try store.table("t", in: "db"))
        table.description = "second"
        #expect(try store.updateTable(table, in: "db") == "1")
        table.description = "third"
        #expect(try store.updateTable(table, in: "db", expectedVersion: "1", skipArchive: true) == "2")
        let stale = catalogError { try store.updateTable(table, in: "db", expectedVersion: "1") }
        #expect(stale == CatalogError(.concurrentModification, "table db.t is at version 2, not 1: someone changed it meanwhile"))
        let versions = try store.tableVersions("t", in: "db")
        #expect(versions.map(\.versionID) == ["2", "0"] && versions.map(\.table.description) == ["third", nil])
        #expect(try store.table("t", in: "db")?.createTime == created)
        #expect(catalogError { try store.deleteTableVersion("2", of: "t", in: "db") }?.code == .invalidInput)
        #expect(catalogError { try store.deleteTableVersion("1", of: "t", in: "db") }?.message == "Version not found.")
        try store.deleteTableVersion("0", of: "t", in: "db")
        #expect(try store.tableVersions("t", in: "db").map(\.versionID) == ["2"])
    }

    @Test func deletionsCascade() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let store = catalog.store
        for _ in 0..<2 {
            try catalog.makeTable(keys: [ColumnRecord("k", "string")])
            let descriptor = StorageDescriptor(columns: [ColumnRecord("a", "int")], location: "/x")
            try store.createPartitions([PartitionRecord(values: ["1"], storageDescriptor: descriptor)], of: "t", in: "db")
            try store.updateTable(try #require(try store.table("t", in: "db")), in: "db")
            try store.deleteTable("t", in: "db")
            try store.deleteDatabase("db")
        }
        try catalog.makeTable(keys: [ColumnRecord("k", "string")])
        try store.createPartitions([PartitionRecord(values: ["1"], storageDescriptor: StorageDescriptor(location: "/x"))], of: "t", in: "db")
        try store.deleteDatabase("db")
        #expect(try store.databases().isEmpty && store.tables(in: "db").isEmpty)
        try catalog.makeTable(keys: [ColumnRecord("k", "string")])
        #expect(try store.partitionCount(of: "t", in: "db") == 0 && store.tableVersions("t", in: "db").count == 1)
    }

    @Test(arguments: 1...6) func partitionsComeBackWhole(keyCount: Int) throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let store = catalog.store
        try catalog.makeTable(keys: (0..<keyCount).map { ColumnRecord("k\($0)", "string") })
        let partitions = ["b", "a", "é\"\\", ""].map { value in
            var descriptor = StorageDescriptor(columns: [ColumnRecord("a", "int")], location: "/data/\(value)/", parameters: ["p": value])
            descriptor.serdeInfo = SerdeInfo(serializationLibrary: "lib", parameters: ["x": "y"])
            return PartitionRecord(
                values: (0..<keyCount).map { $0 == keyCount - 1 ? value : "same" }, storageDescriptor: descriptor, parameters: ["p": value == "b" ? "other" : value])
        }
        try store.createPartitions(partitions, of: "t", in: "db")
        for partition in partitions {
            var found = try #require(try store.partition(partition.values, of: "t", in: "db"))
            #expect(found.creationTime != nil && found.databaseName == "db" && found.tableName == "t")
            (found.creationTime, found.databaseName, found.tableName) = (nil, "", "")
            #expect(found == partition)
        }
        #expect(try store.partitions(of: "t", in: "db").map { $0.values.last } == ["", "a", "b", "é\"\\"])
        #expect(try store.partitions(of: "t", in: "db", limit: 2, offset: 1).map { $0.values.last } == ["a", "b"])
        try store.updatePartition(partitions[0].values, to: PartitionRecord(values: partitions[0].values.dropLast() + ["c"]), of: "t", in: "db")
        #expect(catalogError { try store.updatePartition(partitions[1].values, to: partitions[2], of: "t", in: "db") }?.code == .alreadyExists)
        #expect(try store.deletePartitions([partitions[1].values, ["none"]], of: "t", in: "db") == 1)
        #expect(try store.partitions(of: "t", in: "db").map { $0.values.last } == ["", "c", "é\"\\"])
    }

    @Test func recordsHaveGluesNames() throws {
        let text = """
            {"Name":"t","Extra":[1,{"a":null}],"PartitionKeys":[{"Name":"y","Type":"string"}],"Parameters":{"classification":"csv"},
            "StorageDescriptor":{"Columns":[{"Name":"a","Type":"int","Comment":"c"}],"Location":"s3://b/t/","SerdeInfo":{"Parameters":{"field.delim":","}},
            "SortColumns":[{"Column":"a","SortOrder":1}],"NumberOfBuckets":-1}}
            """
        let table = try RecordJSON.decode(TableRecord.self, from: text)
        #expect(table.storageDescriptor?.columns == [ColumnRecord("a", "int", comment: "c")])
        let again = RecordJSON.encode(table)
        #expect(
            again
                == #"{"DatabaseName":"","Name":"t","Parameters":{"classification":"csv"},"PartitionKeys":[{"Name":"y","Type":"string"}],"Retention":0,"StorageDescriptor":{"BucketColumns":[],"Columns":[{"Comment":"c","Name":"a","Type":"int"}],"Compressed":false,"Location":"s3://b/t/","NumberOfBuckets":-1,"Parameters":{},"SerdeInfo":{"Parameters":{"field.delim":","}},"SortColumns":[{"Column":"a","SortOrder":1}],"StoredAsSubDirectories":false}}"#
        )
        #expect(try table.dataSchema().fields.map(\.type) == [.int] && table.partitionSchema().names == ["y"])
        #expect(catalogError { _ = try RecordJSON.decode(TableRecord.self, from: "{}") }?.message == "member 'Name' is missing")
        #expect(catalogError { _ = try RecordJSON.decode(TableRecord.self, from: "{\"Name\":1}") }?.message == "member 'Name' has the wrong type")
        #expect(catalogError { _ = try RecordJSON.decode(TableRecord.self, from: "nonsense") }?.message == "the text is not JSON")
    }

    @Test func unknownColumnTypeIsNamed() throws {
        let table = TableRecord(name: "t", databaseName: "d", storageDescriptor: StorageDescriptor(columns: [ColumnRecord("a", "strng")]))
        #expect(catalogError { _ = try table.dataSchema() }?.message == "column 'a' of table d.t has the unknown type 'strng'")
    }

    @Test func changesAreAllOrNothing() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let error = catalogError {
            try catalog.store.apply([
                .ensureDatabase(DatabaseRecord(name: "db")), .ensureDatabase(DatabaseRecord(name: "db")),
                .createTable(TableRecord(name: "t"), database: "db"), .createTable(TableRecord(name: "t"), database: "db"),
            ])
        }
        #expect(error?.code == .alreadyExists)
        #expect(try catalog.store.databases().isEmpty)
    }

    // MARK: - The file

    @Test func manyOpeningsShareOneFile() async throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let path = catalog.store.path
        // All create the schema at once, then write at once.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for i in 0..<8 {
                group.addTask {
                    let store = CatalogStore(path: path)
                    for j in 0..<10 { try store.createDatabase(DatabaseRecord(name: "d\(i)_\(j)")) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try catalog.store.databaseNames().count == 80)
    }

    @Test func aDamagedFileIsOneSentence() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let path = catalog.store.path
        try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: path))
        let error = catalogError { _ = try catalog.store.databases() }
        #expect(error?.code == .unusable)
        #expect(
            error?.message
                == "the catalog \(path) is damaged (file is not a database); restore it from a copy, or move it away to start with an empty one")
    }

    @Test func aNewerFileIsLeftAlone() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        try catalog.store.createDatabase(DatabaseRecord(name: "d"))
        // user_version stands in the header, big-endian at byte 60 (SQLite file format 1.3); the write-ahead log is checkpointed by closing.
        let path = NSTemporaryDirectory() + "newer-\(UUID().uuidString).db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let store = CatalogStore(path: path)
            try store.createDatabase(DatabaseRecord(name: "d"))
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[63] = 99
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = catalogError { _ = try CatalogStore(path: path).databases() }
        #expect(
            error?.message == "the catalog \(path) was made by a newer version of Mastic; update Mastic, or choose another home with --home")
    }

    @Test func anImpossibleFolderIsOneSentence() {
        let store = CatalogStore(path: "/proc/nowhere/catalog.db")
        let error = catalogError { _ = try store.databases() }
        #expect(error?.code == .unusable && error?.message.hasPrefix("the catalog's folder /proc/nowhere cannot be created: ") == true)
        #expect(!store.exists)
    }
}
