internal import GRDB

/// Databases: Glue's CreateDatabase, GetDatabase(s), UpdateDatabase, DeleteDatabase.
extension CatalogStore {
    /// - Throws: `alreadyExists`, `invalidInput`.
    public func createDatabase(_ record: DatabaseRecord) throws(CatalogError) {
        try write { try Self.createDatabase($0, record) }
    }

    /// The database of this name in any case, or nil.
    public func database(_ name: String) throws(CatalogError) -> DatabaseRecord? {
        try read { db in
            try String.fetchOne(db, sql: "SELECT body FROM databases WHERE name = ?", arguments: [name.lowercased()])
                .map { try RecordJSON.decode(DatabaseRecord.self, from: $0) }
        }
    }

    /// All databases, by name.
    public func databases() throws(CatalogError) -> [DatabaseRecord] {
        try read { db in
            try String.fetchAll(db, sql: "SELECT body FROM databases ORDER BY name").map { try RecordJSON.decode(DatabaseRecord.self, from: $0) }
        }
    }

    /// The names of all databases, sorted: cheaper than the records, for listings and suggestions.
    public func databaseNames() throws(CatalogError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT name FROM databases ORDER BY name") }
    }

    /// Replaces the database's definition; members that the record leaves out are cleared.
    ///
    /// - Throws: `entityNotFound`.
    public func updateDatabase(_ record: DatabaseRecord) throws(CatalogError) {
        try write { db in
            let name = record.name.lowercased()
            guard let old = try String.fetchOne(db, sql: "SELECT body FROM databases WHERE name = ?", arguments: [name]) else {
                throw CatalogError(.entityNotFound, "Database \(name) not found.")
            }
            var new = record
            new.name = name
            new.createTime = try RecordJSON.decode(DatabaseRecord.self, from: old).createTime
            try db.execute(sql: "UPDATE databases SET body = ? WHERE name = ?", arguments: [RecordJSON.encode(new), name])
        }
    }

    /// Deletes the database with its tables, their partitions and versions. Data files stay.
    ///
    /// - Throws: `entityNotFound`.
    public func deleteDatabase(_ name: String) throws(CatalogError) {
        try write { db in
            try db.execute(sql: "DELETE FROM databases WHERE name = ?", arguments: [name.lowercased()])
            if db.changesCount == 0 { throw CatalogError(.entityNotFound, "Database \(name) not found.") }
        }
    }

    static func createDatabase(_ db: Database, _ record: DatabaseRecord) throws {
        var new = record
        new.name = try CatalogName.folded(record.name, of: "database")
        new.createTime = now
        if try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM databases WHERE name = ?)", arguments: [new.name])! {
            throw CatalogError(.alreadyExists, "Database already exists.")
        }
        try db.execute(sql: "INSERT INTO databases (name, body) VALUES (?, ?)", arguments: [new.name, RecordJSON.encode(new)])
    }
}
