internal import GRDB

/// Partitions: Glue's CreatePartition, GetPartition(s), UpdatePartition, DeletePartition and their batch forms.
extension CatalogStore {
    /// What to do with a partition that exists.
    public enum ExistingPartition: Sendable, Hashable, Codable { case refuse, keep, replace }

    /// Adds partitions, all or none.
    ///
    /// - Throws: `entityNotFound`; `invalidInput` for a wrong number of values; `alreadyExists` under `.refuse`.
    public func createPartitions(
        _ partitions: [PartitionRecord], of table: String, in database: String, existing: ExistingPartition = .refuse
    ) throws(CatalogError) {
        try write { try Self.putPartitions($0, partitions, of: table, in: database, existing: existing) }
    }

    /// - Throws: `entityNotFound` for the table.
    public func partition(_ values: [String], of table: String, in database: String) throws(CatalogError) -> PartitionRecord? {
        try read { db in
            let stored = try Self.requireTable(db, table, in: database)
            guard let id = try Self.partitionID(db, values, of: stored.id) else { return nil }
            var found: PartitionRecord?
            try Self.eachPartition(db, of: stored, where: "p.id = ?", arguments: [id], limit: nil, offset: 0) { found = $0; return false }
            return found
        }
    }

    /// The partitions that an expression means, in the order of their values.
    ///
    /// - Parameter limit, offset: a page of the result.
    /// - Throws: `entityNotFound`; what `PartitionExpression` and `PartitionMatcher` throw.
    public func partitions(
        of table: String, in database: String, where expression: PartitionExpression = .everything, limit: Int? = nil, offset: Int = 0
    ) throws(CatalogError) -> [PartitionRecord] {
        try read { db in
            let stored = try Self.requireTable(db, table, in: database)
            let matcher = try PartitionMatcher(expression, keys: try stored.record().partitionKeys)
            let filter = PartitionFilterSQL(matcher)
            var found: [PartitionRecord] = []
            var toSkip = filter.isExact ? 0 : offset
            try Self.eachPartition(
                db, of: stored, where: "p.tableID = \(stored.id) AND \(filter.condition)", arguments: filter.arguments,
                limit: filter.isExact ? limit : nil, offset: filter.isExact ? offset : 0
            ) { partition in
                if !filter.isExact {
                    guard try matcher.matches(partition.values) else { return true }
                    if toSkip > 0 { toSkip -= 1; return true }
                }
                if let limit, found.count >= limit { return false }
                found.append(partition)
                return true
            }
            return found
        }
    }

    /// Values and locations of the partitions that an expression means, in the order of their values: what planning a read needs, without the
    /// definitions, which a table of a million partitions has no time for.
    public func partitionLocations(
        of table: String, in database: String, where expression: PartitionExpression = .everything
    ) throws(CatalogError) -> [PartitionLocation] {
        try read { db in
            let stored = try Self.requireTable(db, table, in: database)
            let keys = try stored.record().partitionKeys
            let matcher = try PartitionMatcher(expression, keys: keys)
            let filter = PartitionFilterSQL(matcher)
            let sql = """
                SELECT p.v0, p.v1, p.v2, p.v3, p.rest, p.location FROM partitions p WHERE p.tableID = \(stored.id) AND \(filter.condition)
                ORDER BY p.v0, p.v1, p.v2, p.v3, p.rest
                """
            var found: [PartitionLocation] = []
            let rows = try Row.fetchCursor(db, sql: sql, arguments: filter.arguments)
            while let row = try rows.next() {
                let values = try PartitionKey.values(of: row, count: keys.count)
                guard try filter.isExact || matcher.matches(values) else { continue }
                found.append(PartitionLocation(values: values, location: row[5]))
            }
            return found
        }
    }

    /// How many partitions the table has.
    public func partitionCount(of table: String, in database: String) throws(CatalogError) -> Int {
        try read { db in
            let stored = try Self.requireTable(db, table, in: database)
            return try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM partitions WHERE tableID = ?", arguments: [stored.id]) ?? 0
        }
    }

    /// Replaces a partition; a record with other values moves it.
    ///
    /// - Throws: `entityNotFound`; `alreadyExists` when the new values are taken.
    public func updatePartition(_ values: [String], to record: PartitionRecord, of table: String, in database: String) throws(CatalogError) {
        try write { db in
            let stored = try Self.requireTable(db, table, in: database)
            guard let id = try Self.partitionID(db, values, of: stored.id) else { throw CatalogError(.entityNotFound, "Cannot find partition.") }
            if record.values != values, try Self.partitionID(db, record.values, of: stored.id) != nil {
                throw CatalogError(.alreadyExists, "Partition already exists.")
            }
            let created = try String.fetchOne(db, sql: "SELECT body FROM partitions WHERE id = ?", arguments: [id])
                .map { try RecordJSON.decode(PartitionBody.self, from: $0).creationTime }
            try db.execute(sql: "DELETE FROM partitions WHERE id = ?", arguments: [id])
            var new = record
            new.creationTime = created ?? Self.now
            try Self.putPartitions(db, [new], of: table, in: database, existing: .refuse)
        }
    }

    /// Deletes partitions. Data files stay.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func deletePartitions(_ values: [[String]], of table: String, in database: String) throws(CatalogError) -> Int {
        try write { try Self.deletePartitions($0, values, of: table, in: database) }
    }

    // MARK: - Inside a transaction

    static func partitionID(_ db: Database, _ values: [String], of table: Int64) throws -> Int64? {
        let key = PartitionKey(values)
        let sql = "SELECT id FROM partitions WHERE tableID = ? AND v0 = ? AND v1 = ? AND v2 = ? AND v3 = ? AND rest = ?"
        return try Int64.fetchOne(db.cachedStatement(sql: sql), arguments: [table, key.first[0], key.first[1], key.first[2], key.first[3], key.rest])
    }

    static func putPartitions(
        _ db: Database, _ partitions: [PartitionRecord], of table: String, in database: String, existing: ExistingPartition
    ) throws {
        let stored = try requireTable(db, table, in: database)
        let keys = try stored.record().partitionKeys
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO partitions (tableID, v0, v1, v2, v3, rest, location, descriptorID, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tableID, v0, v1, v2, v3, rest) DO \(existing == .replace
                    ? "UPDATE SET location = excluded.location, descriptorID = excluded.descriptorID, body = excluded.body" : "NOTHING")
                """)
        var descriptors: [StorageDescriptor: Int64] = [:]
        let now = now
        for partition in partitions {
            guard partition.values.count == keys.count else {
                throw CatalogError(
                    .invalidInput, "a partition of \(database).\(table) needs \(keys.count) values, this has \(partition.values.count)")
            }
            var descriptorID: Int64?
            if var descriptor = partition.storageDescriptor {
                descriptor.location = nil
                descriptor.parameters = [:]
                descriptorID = try descriptors[descriptor] ?? storeDescriptor(db, descriptor, of: stored.id)
                descriptors[descriptor] = descriptorID
            }
            let key = PartitionKey(partition.values)
            try insert.execute(arguments: [
                stored.id, key.first[0], key.first[1], key.first[2], key.first[3], key.rest, partition.storageDescriptor?.location, descriptorID,
                RecordJSON.encode(PartitionBody(partition, now: now)),
            ])
            if existing == .refuse, db.changesCount == 0 { throw CatalogError(.alreadyExists, "Partition already exists.") }
        }
    }

    static func deletePartitions(_ db: Database, _ values: [[String]], of table: String, in database: String) throws -> Int {
        let stored = try requireTable(db, table, in: database)
        var count = 0
        for values in values {
            guard let id = try partitionID(db, values, of: stored.id) else { continue }
            try db.execute(sql: "DELETE FROM partitions WHERE id = ?", arguments: [id])
            count += 1
        }
        return count
    }

    /// Gives all partitions of a table one descriptor; locations and parameters stay.
    static func setPartitionDescriptors(_ db: Database, _ descriptor: StorageDescriptor, of table: String, in database: String) throws {
        let stored = try requireTable(db, table, in: database)
        var shared = descriptor
        shared.location = nil
        shared.parameters = [:]
        let id = try storeDescriptor(db, shared, of: stored.id)
        try db.execute(sql: "UPDATE partitions SET descriptorID = ? WHERE tableID = ? AND descriptorID IS NOT ?", arguments: [id, stored.id, id])
    }

    private static func storeDescriptor(_ db: Database, _ descriptor: StorageDescriptor, of table: Int64) throws -> Int64 {
        let body = RecordJSON.encode(descriptor)
        try db.execute(sql: "INSERT INTO descriptors (tableID, body) VALUES (?, ?) ON CONFLICT DO NOTHING", arguments: [table, body])
        return try Int64.fetchOne(db, sql: "SELECT id FROM descriptors WHERE tableID = ? AND body = ?", arguments: [table, body])!
    }

    /// Hands the partitions under a condition to `body`, in the order of their values, until it returns false.
    private static func eachPartition(
        _ db: Database, of table: StoredTable, where condition: String, arguments: StatementArguments, limit: Int?, offset: Int,
        _ body: (PartitionRecord) throws -> Bool
    ) throws {
        let record = try table.record()
        var descriptors: [Int64: StorageDescriptor] = [:]
        let sql = """
            SELECT p.v0, p.v1, p.v2, p.v3, p.rest, p.location, p.descriptorID, p.body FROM partitions p WHERE \(condition)
            ORDER BY p.v0, p.v1, p.v2, p.v3, p.rest LIMIT \(limit ?? -1) OFFSET \(offset)
            """
        let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            let rest = try RecordJSON.decode(PartitionBody.self, from: row[7])
            var partition = PartitionRecord(values: try PartitionKey.values(of: row, count: record.partitionKeys.count), parameters: rest.parameters ?? [:])
            (partition.databaseName, partition.tableName) = (record.databaseName, record.name)
            (partition.creationTime, partition.lastAccessTime, partition.lastAnalyzedTime) = (rest.creationTime, rest.lastAccessTime, rest.lastAnalyzedTime)
            if let id = row[6] as Int64? {
                if descriptors[id] == nil {
                    let body = try String.fetchOne(db.cachedStatement(sql: "SELECT body FROM descriptors WHERE id = ?"), arguments: [id])!
                    descriptors[id] = try RecordJSON.decode(StorageDescriptor.self, from: body)
                }
                partition.storageDescriptor = descriptors[id]
                partition.storageDescriptor?.location = row[5]
                partition.storageDescriptor?.parameters = rest.descriptorParameters ?? partition.parameters
            }
            guard try body(partition) else { return }
        }
    }
}

/// The values of a partition as they are stored: four in columns, the others as a list.
struct PartitionKey {
    var first: [String]
    var rest: String

    init(_ values: [String]) {
        let indexed = PartitionFilterSQL.indexedKeys
        first = values.prefix(indexed) + Array(repeating: "", count: max(0, indexed - values.count))
        rest = values.count > indexed ? RecordJSON.encode(Array(values.dropFirst(indexed))) : ""
    }

    /// The values of a row that begins with the columns `v0`...`v3` and `rest`.
    static func values(of row: Row, count: Int) throws -> [String] {
        var values: [String] = []
        values.reserveCapacity(count)
        for i in 0..<min(count, PartitionFilterSQL.indexedKeys) { values.append(row[i]) }
        if count > PartitionFilterSQL.indexedKeys { values += try RecordJSON.decode([String].self, from: row[4]) }
        return values
    }
}

/// The members of a partition that no filter and no plan looks at.
private struct PartitionBody: Codable {
    var creationTime: Double?
    var lastAccessTime: Double?
    var lastAnalyzedTime: Double?
    var parameters: [String: String]?
    /// Nil when the descriptor has the partition's own parameters, as crawlers write it.
    var descriptorParameters: [String: String]?

    init(_ partition: PartitionRecord, now: Double) {
        creationTime = partition.creationTime ?? now
        lastAccessTime = partition.lastAccessTime
        lastAnalyzedTime = partition.lastAnalyzedTime
        parameters = partition.parameters.isEmpty ? nil : partition.parameters
        if let descriptor = partition.storageDescriptor, descriptor.parameters != partition.parameters { descriptorParameters = descriptor.parameters }
    }
}
