internal import GRDB

/// Bookmarks: per job and `transformation_ctx`, the files that were read and a state. They grow in `commit` alone.
extension CatalogStore {
    /// The commits of a job's bookmark, oldest first.
    public func bookmarkVersions(ofJob job: String) throws(CatalogError) -> [BookmarkVersion] {
        try read { try Self.bookmarkVersions($0, job) }
    }

    /// Hands every file of a context to `body`, of the commits after `after` up to and with `upTo`.
    public func eachBookmarkFile(
        ofJob job: String, context: String, after: Int = 0, upTo: Int = .max, _ body: (BookmarkFile) throws -> Void
    ) throws(CatalogError) {
        try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT f.path, f.modified, f.size FROM bookmarkFiles f JOIN bookmarkContexts c ON c.id = f.contextID
                    WHERE c.job = ? AND c.context = ? AND f.version > ? AND f.version <= ?
                    """, arguments: [job, context, after, upTo])
            while let row = try rows.next() { try body(BookmarkFile(path: row[0], modified: row[1], size: row[2])) }
        }
    }

    /// The state that a context had after the commit `upTo`; nil when it had none.
    public func bookmarkState(ofJob job: String, context: String, upTo: Int = .max) throws(CatalogError) -> String? {
        try read { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT s.state FROM bookmarkStates s JOIN bookmarkContexts c ON c.id = s.contextID
                    WHERE c.job = ? AND c.context = ? AND s.version <= ? ORDER BY s.version DESC LIMIT 1
                    """, arguments: [job, context, upTo])
        }
    }

    /// What the bookmark of a job holds, by context.
    public func bookmarkSummary(ofJob job: String) throws(CatalogError) -> [BookmarkSummary] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT c.context, c.id, COUNT(f.path), COALESCE(SUM(f.size), 0), MAX(f.version), MAX(f.modified)
                    FROM bookmarkContexts c LEFT JOIN bookmarkFiles f ON f.contextID = c.id WHERE c.job = ? GROUP BY c.id ORDER BY c.context
                    """, arguments: [job])
            return try rows.map { row in
                let state = try Row.fetchOne(
                    db, sql: "SELECT version, state FROM bookmarkStates WHERE contextID = ? ORDER BY version DESC LIMIT 1", arguments: [row[1] as Int64])
                let version = max(row[4] as Int? ?? 0, state?[0] as Int? ?? 0)
                let run = try String.fetchOne(
                    db, sql: "SELECT runID FROM bookmarkVersions WHERE job = ? AND version = ?", arguments: [job, version])
                return BookmarkSummary(
                    context: row[0], files: row[2], bytes: row[3], lastRun: run, version: version, newestModified: row[5], state: state?[1])
            }
        }
    }

    /// The names of the jobs that have a bookmark, sorted.
    public func bookmarkedJobs() throws(CatalogError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT job FROM bookmarkVersions ORDER BY job") }
    }

    /// Forgets everything that was committed after a version; version 0 forgets all. Data that runs wrote stays.
    ///
    /// - Parameter isAlive: tells whether the run that holds the job still works; while it does, nothing is changed.
    /// - Returns: the run that is in the way, or nil.
    /// - Throws: `entityNotFound` for a job without a bookmark.
    public func rewindBookmark(ofJob job: String, to version: Int, isAlive: (RunRecord) -> Bool) throws(CatalogError) -> RunRecord? {
        try write { db in
            if try Self.bookmarkVersions(db, job).isEmpty { throw CatalogError(.entityNotFound, "job '\(job)' has no bookmark") }
            if let holderID = try String.fetchOne(db, sql: "SELECT runID FROM leases WHERE job = ?", arguments: [job]),
                let holder = try Self.runs(db, "WHERE id = ?", [holderID]).first, isAlive(holder)
            {
                return holder
            }
            let contexts = "SELECT id FROM bookmarkContexts WHERE job = ?"
            try db.execute(sql: "DELETE FROM bookmarkFiles WHERE version > ? AND contextID IN (\(contexts))", arguments: [version, job])
            try db.execute(sql: "DELETE FROM bookmarkStates WHERE version > ? AND contextID IN (\(contexts))", arguments: [version, job])
            try db.execute(
                sql: """
                    DELETE FROM bookmarkContexts WHERE job = ? AND NOT EXISTS (SELECT 1 FROM bookmarkFiles f WHERE f.contextID = bookmarkContexts.id)
                    AND NOT EXISTS (SELECT 1 FROM bookmarkStates s WHERE s.contextID = bookmarkContexts.id)
                    """, arguments: [job])
            try db.execute(sql: "DELETE FROM bookmarkVersions WHERE job = ? AND version > ?", arguments: [job, version])
            return nil
        }
    }

    // MARK: - Inside a transaction

    static func bookmarkVersions(_ db: Database, _ job: String) throws -> [BookmarkVersion] {
        try Row.fetchAll(db, sql: "SELECT version, runID, committed FROM bookmarkVersions WHERE job = ? ORDER BY version", arguments: [job])
            .map { BookmarkVersion(version: $0[0], run: $0[1], committed: $0[2]) }
    }

    static func advanceBookmark(_ db: Database, job: String, run: String, _ updates: [BookmarkUpdate]) throws {
        let version = try Int.fetchOne(db, sql: "SELECT COALESCE(MAX(version), 0) + 1 FROM bookmarkVersions WHERE job = ?", arguments: [job])!
        try db.execute(
            sql: "INSERT INTO bookmarkVersions (job, version, runID, committed) VALUES (?, ?, ?, ?)", arguments: [job, version, run, now])
        let insert = try db.cachedStatement(
            sql: "INSERT INTO bookmarkFiles (contextID, path, modified, size, version) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        for update in updates {
            try db.execute(
                sql: "INSERT INTO bookmarkContexts (job, context) VALUES (?, ?) ON CONFLICT DO NOTHING", arguments: [job, update.context])
            let context = try Int64.fetchOne(
                db, sql: "SELECT id FROM bookmarkContexts WHERE job = ? AND context = ?", arguments: [job, update.context])!
            for file in update.files { try insert.execute(arguments: [context, file.path, file.modified, file.size, version]) }
            if let state = update.state {
                try db.execute(
                    sql: "INSERT INTO bookmarkStates (contextID, version, state) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
                    arguments: [context, version, state])
            }
        }
    }
}
