internal import GRDB

/// What a look at a catalog's file found.
public struct CatalogInspection: Sendable, Hashable {
    public let schemaVersion: Int
    /// The version that this build works with.
    public let knownVersion: Int
    /// What is wrong with the file; empty where nothing is.
    public let problems: [String]
    public let tables: Int
    /// The latest time in seconds since the epoch that a run has begun at; nil where there was none.
    public let latestRun: Double?
}

extension CatalogStore {
    /// The version of the SQLite library.
    public static var libraryVersion: String { (try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }) ?? "unknown" }

    /// Looks at the catalog without opening it for work: nothing is made, migrated or changed.
    ///
    /// - Throws: `CatalogError` where the file is no catalog, or cannot be read.
    public func inspect() throws(CatalogError) -> CatalogInspection {
        try translatingErrors {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return try queue.read { db in
                let problems = try String.fetchAll(db, sql: "PRAGMA quick_check(5)").filter { $0 != "ok" }
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                let hasTables = try db.tableExists("tables") && db.tableExists("runs")
                return CatalogInspection(
                    schemaVersion: version, knownVersion: Self.schemaVersion, problems: problems,
                    tables: hasTables ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM tables") ?? 0 : 0,
                    latestRun: hasTables ? try Double.fetchOne(db, sql: "SELECT MAX(started) FROM runs") : nil)
            }
        }
    }
}
