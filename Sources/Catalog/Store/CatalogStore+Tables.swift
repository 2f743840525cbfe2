internal import GRDB

/// Tables and their versions: Glue's CreateTable, GetTable(s), UpdateTable, DeleteTable, GetTableVersions, DeleteTableVersion.
extension CatalogStore {
    /// - Throws: `entityNotFound` for the database, `alreadyExists`, `invalidInput`.
    public func createTable(_ record: TableRecord, in database: String) throws(CatalogError) {
        try write { try Self.createTable($0, record, in: database) }
    }

    /// The table of this name in any case, or nil when the table or the database is missing.
    public func table(_ name: String, in database: String) throws(CatalogError) -> TableRecord? {
        try read { try Self.findTable($0, name, in: database)?.record() }
    }

    /// The tables of a database, by name; none when the database is missing.
    public func tables(in database: String) throws(CatalogError) -> [TableRecord] {
        try read { db in
            try StoredTable.fetchAll(
                db, where: "d.name = ? ORDER BY t.name", arguments: [database.lowercased()]
            ).map { try $0.record() }
        }
    }

    /// The names of the tables of a database, sorted: for listings and suggestions.
    public func tableNames(in database: String) throws(CatalogError) -> [String] {
        try read { db in
            try String.fetchAll(
                db, sql: "SELECT t.name FROM tables t JOIN databases d ON d.id = t.databaseID WHERE d.name = ? ORDER BY t.name",
                arguments: [database.lowercased()])
        }
    }

    /// The same for names that begin with a text, in any case, and so many of them at most: what completion asks, which must not wait for large catalogs.
    public func tableNames(in database: String, startingWith prefix: String, limit: Int) throws(CatalogError) -> [String] {
        let prefix = prefix.lowercased()
        return try read { db in
            try String.fetchAll(
                db, sql: """
                    SELECT t.name FROM tables t JOIN databases d ON d.id = t.databaseID
                    WHERE d.name = ? AND t.name >= ? AND substr(t.name, 1, ?) = ? ORDER BY t.name LIMIT ?
                    """, arguments: [database.lowercased(), prefix, prefix.unicodeScalars.count, prefix, limit])
        }
    }

    /// Replaces the table's definition and archives the former one as a version.
    ///
    /// - Parameter expectedVersion: the version that the change was made from; when the table has moved on, nothing is changed.
    /// - Parameter skipArchive: leaves the former definition out of the versions.
    /// - Returns: the new version.
    /// - Throws: `entityNotFound`, `concurrentModification`.
    @discardableResult
    public func updateTable(
        _ record: TableRecord, in database: String, expectedVersion: String? = nil, skipArchive: Bool = false
    ) throws(CatalogError) -> String {
        try write { try Self.updateTable($0, record, in: database, expectedVersion: expectedVersion, skipArchive: skipArchive) }
    }

    /// Deletes the table with its partitions and versions. Data files stay.
    ///
    /// - Throws: `entityNotFound`.
    public func deleteTable(_ name: String, in database: String) throws(CatalogError) {
        try write { try Self.deleteTable($0, name, in: database) }
    }

    /// The table's definitions, newest first, the current one among them.
    ///
    /// - Throws: `entityNotFound`.
    public func tableVersions(_ name: String, in database: String) throws(CatalogError) -> [TableVersionRecord] {
        try read { db in
            let table = try Self.requireTable(db, name, in: database)
            let archived = try Row.fetchAll(
                db, sql: "SELECT version, body FROM tableVersions WHERE tableID = ? ORDER BY version DESC", arguments: [table.id])
            let current = TableVersionRecord(table: try table.record(), versionID: String(table.version))
            return try [current] + archived.map { row in
                let version = String(row["version"] as Int)
                var record = try RecordJSON.decode(TableRecord.self, from: row["body"])
                record.versionID = version
                return TableVersionRecord(table: record, versionID: version)
            }
        }
    }

    /// Deletes an archived definition.
    ///
    /// - Throws: `entityNotFound`; `invalidInput` for the current one.
    public func deleteTableVersion(_ version: String, of name: String, in database: String) throws(CatalogError) {
        try write { db in
            let table = try Self.requireTable(db, name, in: database)
            if version == String(table.version) { throw CatalogError(.invalidInput, "version \(version) of \(name) is the current one") }
            try db.execute(sql: "DELETE FROM tableVersions WHERE tableID = ? AND version = ?", arguments: [table.id, Int(version)])
            if db.changesCount == 0 { throw CatalogError(.entityNotFound, "Version not found.") }
        }
    }

    // MARK: - Inside a transaction

    static func findTable(_ db: Database, _ name: String, in database: String) throws -> StoredTable? {
        try StoredTable.fetchAll(db, where: "d.name = ? AND t.name = ?", arguments: [database.lowercased(), name.lowercased()]).first
    }

    static func requireTable(_ db: Database, _ name: String, in database: String) throws -> StoredTable {
        if let table = try findTable(db, name, in: database) { return table }
        guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM databases WHERE name = ?)", arguments: [database.lowercased()])! else {
            throw CatalogError(.entityNotFound, "Database \(database) not found.")
        }
        throw CatalogError(.entityNotFound, "Table \(name) not found.")
    }

    static func createTable(_ db: Database, _ record: TableRecord, in database: String) throws {
        guard let databaseID = try Int64.fetchOne(db, sql: "SELECT id FROM databases WHERE name = ?", arguments: [database.lowercased()]) else {
            throw CatalogError(.entityNotFound, "Database \(database) not found.")
        }
        var new = record
        new.name = try CatalogName.folded(record.name, of: "table")
        new.databaseName = database.lowercased()
        new.createTime = now
        new.updateTime = new.createTime
        new.versionID = nil
        if try findTable(db, new.name, in: database) != nil { throw CatalogError(.alreadyExists, "Table already exists.") }
        try db.execute(
            sql: "INSERT INTO tables (databaseID, name, version, body) VALUES (?, ?, 0, ?)",
            arguments: [databaseID, new.name, RecordJSON.encode(new)])
    }

    static func updateTable(
        _ db: Database, _ record: TableRecord, in database: String, expectedVersion: String?, skipArchive: Bool
    ) throws -> String {
        let old = try requireTable(db, record.name, in: database)
        if let expectedVersion, expectedVersion != String(old.version) {
            throw CatalogError(
                .concurrentModification, "table \(database).\(record.name) is at version \(old.version), not \(expectedVersion): someone changed it meanwhile")
        }
        if !skipArchive {
            try db.execute(
                sql: "INSERT INTO tableVersions (tableID, version, body) VALUES (?, ?, ?)", arguments: [old.id, old.version, old.body])
        }
        let former = try old.record()
        var new = record
        (new.name, new.databaseName, new.createTime, new.versionID) = (former.name, former.databaseName, former.createTime, nil)
        new.updateTime = now
        try db.execute(
            sql: "UPDATE tables SET version = ?, body = ? WHERE id = ?", arguments: [old.version + 1, RecordJSON.encode(new), old.id])
        return String(old.version + 1)
    }

    static func deleteTable(_ db: Database, _ name: String, in database: String) throws {
        let table = try requireTable(db, name, in: database)
        // Partitions first: they refer to the descriptors that would go with the table.
        try db.execute(sql: "DELETE FROM partitions WHERE tableID = ?", arguments: [table.id])
        try db.execute(sql: "DELETE FROM tables WHERE id = ?", arguments: [table.id])
    }
}

/// A row of `tables`.
struct StoredTable {
    let id: Int64
    let version: Int
    let body: String

    func record() throws -> TableRecord {
        var record = try RecordJSON.decode(TableRecord.self, from: body)
        record.versionID = String(version)
        return record
    }

    static func fetchAll(_ db: Database, where condition: String, arguments: StatementArguments) throws -> [StoredTable] {
        let sql = "SELECT t.id, t.version, t.body FROM tables t JOIN databases d ON d.id = t.databaseID WHERE \(condition)"
        return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map {
            StoredTable(id: $0[0], version: $0[1], body: $0[2])
        }
    }
}
