internal import GRDB

/// The records of runs, and what belongs to an open one: its lease on a job and its staging folders.
extension CatalogStore {
    public func insertRun(_ run: RunRecord) throws(CatalogError) {
        try write { db in
            try db.execute(
                sql: "INSERT INTO runs (id, job, state, started, finished, arguments, error, pid) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [run.id, run.job, run.state.rawValue, run.started, run.finished, RecordJSON.encode(run.arguments), run.error, run.processID])
        }
    }

    /// Ends a run, or moves it on.
    ///
    /// - Parameter onlyOpen: leaves the state of a run that has ended. The result is false then.
    @discardableResult
    public func setRunState(_ id: String, _ state: RunState, error: String? = nil, onlyOpen: Bool = true) throws(CatalogError) -> Bool {
        try write { try Self.setRunState($0, id, state, error: error, onlyOpen: onlyOpen) }
    }

    public func run(_ id: String) throws(CatalogError) -> RunRecord? {
        try read { try Self.runs($0, "WHERE id = ?", [id]).first }
    }

    /// The runs of a job, newest first; of all scripts without one for nil.
    public func runs(ofJob job: String?, limit: Int = 1000) throws(CatalogError) -> [RunRecord] {
        try read { try Self.runs($0, "WHERE job IS ? ORDER BY started DESC, id DESC LIMIT ?", [job, limit]) }
    }

    /// The runs that have not ended, as far as the catalog knows.
    public func openRuns() throws(CatalogError) -> [RunRecord] {
        try read { try Self.runs($0, "WHERE state IN ('STARTING', 'RUNNING', 'STOPPING') ORDER BY started", []) }
    }

    // MARK: - Staging folders

    /// Notes that a run is going to write under a folder, so that the folder is cleared away should the run die.
    public func addStagingFolder(_ folder: String, of run: String) throws(CatalogError) {
        try write { try $0.execute(sql: "INSERT INTO staging (runID, folder) VALUES (?, ?) ON CONFLICT DO NOTHING", arguments: [run, folder]) }
    }

    public func stagingFolders(of run: String) throws(CatalogError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT folder FROM staging WHERE runID = ? ORDER BY folder", arguments: [run]) }
    }

    /// The runs that have staging folders or an intent: those that recovery must look at.
    public func unfinishedRuns() throws(CatalogError) -> [String] {
        try read {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT runID FROM staging UNION SELECT runID FROM intents
                    UNION SELECT id FROM runs WHERE state IN ('STARTING', 'RUNNING', 'STOPPING')
                    """)
        }
    }

    /// Forgets a run's staging folders.
    public func removeStagingFolders(of run: String) throws(CatalogError) {
        try write { try $0.execute(sql: "DELETE FROM staging WHERE runID = ?", arguments: [run]) }
    }

    // MARK: - Leases

    /// The holder of a job.
    public struct Lease: Hashable, Sendable {
        public let job: String
        public let run: String
        /// Grows with every holder; a commit under an older token is refused.
        public let token: Int64
    }

    /// Takes the lease on a job for a run.
    ///
    /// - Parameter isAlive: tells whether the run that holds the lease still works; a dead one's lease is taken over.
    /// - Returns: the lease, or the run that holds it.
    public func acquireLease(
        on job: String, for run: String, isAlive: (RunRecord) -> Bool
    ) throws(CatalogError) -> (lease: Lease?, holder: RunRecord?) {
        try write { db in
            let row = try Row.fetchOne(db, sql: "SELECT runID, token FROM leases WHERE job = ?", arguments: [job])
            if let holderID = row?["runID"] as String?, holderID != run, let holder = try Self.runs(db, "WHERE id = ?", [holderID]).first,
                isAlive(holder)
            {
                return (nil, holder)
            }
            let token = (row?["token"] as Int64? ?? 0) + 1
            try db.execute(
                sql: "INSERT INTO leases (job, runID, token) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET runID = excluded.runID, token = excluded.token",
                arguments: [job, run, token])
            return (Lease(job: job, run: run, token: token), nil)
        }
    }

    /// Gives a lease back; a lease that another run has taken over stays with it.
    public func releaseLease(_ lease: Lease) throws(CatalogError) {
        try write { try Self.releaseLease($0, lease) }
    }

    // MARK: - Inside a transaction

    static func setRunState(_ db: Database, _ id: String, _ state: RunState, error: String?, onlyOpen: Bool = true) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE runs SET state = ?, finished = ?, error = ? WHERE id = ? \(onlyOpen ? "AND state IN ('STARTING', 'RUNNING', 'STOPPING', 'WAITING')" : "")
                """, arguments: [state.rawValue, state.isOpen || state == .waiting ? nil : now, error, id])
        return db.changesCount > 0
    }

    static func releaseLease(_ db: Database, _ lease: Lease) throws {
        try db.execute(sql: "UPDATE leases SET runID = NULL WHERE job = ? AND token = ?", arguments: [lease.job, lease.token])
    }

    /// - Throws: `staleLease`.
    static func checkLease(_ db: Database, _ lease: Lease) throws {
        let row = try Row.fetchOne(db, sql: "SELECT runID, token FROM leases WHERE job = ?", arguments: [lease.job])
        guard row?["token"] as Int64? == lease.token, row?["runID"] as String? == lease.run else {
            let holder = row?["runID"] as String?
            throw CatalogError(
                .staleLease,
                "run \(lease.run) no longer holds job '\(lease.job)'\(holder.map { ": run \($0) took it over" } ?? ""); nothing of it was committed")
        }
    }

    static func runs(_ db: Database, _ tail: String, _ arguments: StatementArguments) throws -> [RunRecord] {
        try Row.fetchAll(db, sql: "SELECT id, job, state, started, finished, arguments, error, pid FROM runs \(tail)", arguments: arguments).map { row in
            var run = RunRecord(
                id: row[0], job: row[1], state: RunState(rawValue: row[2]) ?? .error,
                arguments: (try? RecordJSON.decode([String: String].self, from: row[5])) ?? [:], processID: row[7])
            (run.started, run.finished, run.error) = (row[3], row[4], row[6])
            return run
        }
    }
}
