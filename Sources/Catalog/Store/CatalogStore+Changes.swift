internal import GRDB

/// What a run makes durable in one transaction: its intent to publish files, the catalog's changes, its bookmark and its end.
public struct CommitRecord: Sendable {
    public var run: String
    /// Checked before anything is changed.
    public var lease: CatalogStore.Lease?
    /// What is to be published afterwards, in the words of whoever publishes it; nil when there is nothing.
    public var intent: String?
    public var changes: [CatalogChange] = []
    public var bookmarks: [BookmarkUpdate] = []
    /// The run's state from now on; nil leaves it.
    public var state: RunState?

    public init(run: String) { self.run = run }
}

extension CatalogStore {
    /// Makes all the changes, or none.
    ///
    /// - Throws: what each change throws alone.
    public func apply(_ changes: [CatalogChange]) throws(CatalogError) {
        try write { db in for change in changes { try Self.apply(db, change) } }
    }

    /// Makes a commit durable: when the call returns it has happened, and survives a loss of power; when it throws nothing has.
    ///
    /// - Returns: the number of the intent, to be given to `finishIntent` once it is carried out.
    /// - Throws: `staleLease` when another run has taken the job over; what the changes throw.
    public func commit(_ commit: CommitRecord) throws(CatalogError) -> Int64? {
        try writeDurably { db in
            if let lease = commit.lease { try Self.checkLease(db, lease) }
            for change in commit.changes { try Self.apply(db, change) }
            if let job = commit.lease?.job, !commit.bookmarks.isEmpty {
                try Self.advanceBookmark(db, job: job, run: commit.run, commit.bookmarks)
            }
            try db.execute(sql: "UPDATE runs SET committed = 1 WHERE id = ?", arguments: [commit.run])
            if let state = commit.state { _ = try Self.setRunState(db, commit.run, state, error: nil) }
            guard let intent = commit.intent else { return nil }
            try db.execute(sql: "INSERT INTO intents (runID, created, body) VALUES (?, ?, ?)", arguments: [commit.run, Self.now, intent])
            return db.lastInsertedRowID
        }
    }

    /// An intent that has not been carried out in full.
    public struct PendingIntent: Sendable {
        public let id: Int64
        public let run: String
        public let body: String
    }

    /// The intents of a run that are not done, in order.
    public func pendingIntents(of run: String) throws(CatalogError) -> [PendingIntent] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT id, runID, body FROM intents WHERE runID = ? ORDER BY id", arguments: [run])
                .map { PendingIntent(id: $0[0], run: $0[1], body: $0[2]) }
        }
    }

    /// Marks an intent done by forgetting it.
    public func finishIntent(_ id: Int64) throws(CatalogError) {
        try write { try $0.execute(sql: "DELETE FROM intents WHERE id = ?", arguments: [id]) }
    }

    static func apply(_ db: Database, _ change: CatalogChange) throws {
        switch change {
        case .ensureDatabase(let record):
            if try !Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM databases WHERE name = ?)", arguments: [record.name.lowercased()])! {
                try createDatabase(db, record)
            }
        case .deleteDatabase(let name): try db.execute(sql: "DELETE FROM databases WHERE name = ?", arguments: [name.lowercased()])
        case .createTable(let table, let database): try createTable(db, table, in: database)
        case .updateTable(let table, let database, let expected, let skipArchive):
            _ = try updateTable(db, table, in: database, expectedVersion: expected, skipArchive: skipArchive)
        case .deleteTable(let name, let database): try deleteTable(db, name, in: database)
        case .putPartitions(let partitions, let table, let database, let existing):
            try putPartitions(db, partitions, of: table, in: database, existing: existing)
        case .deletePartitions(let values, let table, let database): _ = try deletePartitions(db, values, of: table, in: database)
        case .setPartitionDescriptors(let descriptor, let table, let database):
            try setPartitionDescriptors(db, descriptor, of: table, in: database)
        }
    }
}
