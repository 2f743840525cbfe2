internal import GRDB

/// The records of runs, and what belongs to an open one: its lease on a job and its staging folders.
extension CatalogStore {
    public func insertRun(_ run: RunRecord) throws(CatalogError) {
        try write { try Self.insertRun($0, run) }
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

    /// The run that has this key.
    public func run(withKey key: String) throws(CatalogError) -> RunRecord? {
        try read { try Self.runs($0, "WHERE key = ?", [key]).first }
    }

    /// The runs of a job, newest first; of all scripts without one for nil.
    public func runs(ofJob job: String?, limit: Int = 1000) throws(CatalogError) -> [RunRecord] {
        try read { try Self.runs($0, "WHERE job IS ? ORDER BY started DESC, id DESC LIMIT ?", [job, limit]) }
    }

    /// The runs of jobs or of crawlers, newest first.
    ///
    /// - Parameter name: of one job or crawler; nil for all.
    public func runs(of kind: RunNode.Kind, named name: String?, limit: Int = 1000) throws(CatalogError) -> [RunRecord] {
        try read { db in
            guard let name else { return try Self.runs(db, "INDEXED BY runsByTime WHERE kind = ? ORDER BY started DESC, id DESC LIMIT ?", [kind.rawValue, limit]) }
            return try Self.runs(db, "WHERE job = ? AND kind = ? ORDER BY started DESC, id DESC LIMIT ?", [name, kind.rawValue, limit])
        }
    }

    /// What a list of definitions tells of each: no more is read, so that a thousand take no time.
    public struct Overview: Hashable, Sendable {
        public let name: String
        public let description: String?
        /// The newest run; nil if there is none.
        public let run: RunRecord?
    }

    /// The jobs or crawlers by name, each with its newest run. Of a run, the state and the times are read.
    public func overview(of kind: RunNode.Kind) throws(CatalogError) -> [Overview] {
        try read { db in
            let rows = try Row.fetchAll(
                db.kept("""
                    SELECT d.name, json_extract(d.body, '$.Description'), r.id, r.state, r.started, r.finished, json_extract(nullif(r.details, ''), '$.Began')
                    FROM definitions d LEFT JOIN runs r
                        ON r.id = (SELECT id FROM runs WHERE job = d.name AND kind = :kind ORDER BY started DESC, id DESC LIMIT 1)
                    WHERE d.kind = :definitions ORDER BY d.name
                    """), arguments: ["kind": kind.rawValue, "definitions": kind.rawValue.lowercased()])
            return rows.map { row in
                var run: RunRecord?
                if let id = row[2] as String? {
                    var record = RunRecord(id: id, kind: kind, job: row[0], state: RunState(rawValue: row[3]) ?? .error, started: row[4])
                    (record.finished, record.details.began) = (row[5], row[6])
                    run = record
                }
                return Overview(name: row[0], description: row[1], run: run)
            }
        }
    }

    /// A schedule that starts something, as far as its trigger is active.
    public struct ActiveSchedule: Hashable, Sendable {
        public let expression: String
        public let zone: String?
        /// Seconds since the epoch; `rate(...)` counts from here.
        public let activated: Double
        public let starts: RunNode
    }

    /// The schedules of active triggers, once for each job or crawler that they start.
    public func activeSchedules() throws(CatalogError) -> [ActiveSchedule] {
        try read { db in
            try Row.fetchAll(
                db.kept("""
                    SELECT json_extract(d.body, '$.Schedule'), json_extract(d.body, '$.TimeZone'), s.activated,
                        json_extract(a.value, '$.JobName'), json_extract(a.value, '$.CrawlerName')
                    FROM definitions d JOIN triggerStates s ON s.name = d.name, json_each(d.body, '$.Actions') a
                    WHERE d.kind = 'trigger' AND s.state = 'ACTIVATED' AND json_extract(d.body, '$.Type') = 'SCHEDULED'
                        AND json_extract(d.body, '$.Schedule') IS NOT NULL
                    """
            )).map { row in
                let node = (row[3] as String?).map { RunNode(.job, $0) } ?? RunNode(.crawler, row[4] ?? "")
                return ActiveSchedule(expression: row[0], zone: row[1], activated: row[2], starts: node)
            }
        }
    }

    /// The runs that came about in one chain, in the order in which they were asked for.
    public func runs(inChain chain: String) throws(CatalogError) -> [RunRecord] {
        try read { try Self.runs($0, "WHERE chain = ? ORDER BY started, id", [chain]) }
    }

    /// The ids that begin with a text, for people who type few digits.
    public func runIDs(startingWith prefix: String, limit: Int = 10) throws(CatalogError) -> [String] {
        try read {
            try String.fetchAll($0.kept("SELECT id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"), arguments: [prefix, prefix + "\u{10FFFF}", limit])
        }
    }

    /// The process of a run that was being started begins to work.
    ///
    /// - Returns: the run; nil if it is no longer to be started.
    public func beginRun(_ id: String, processID: Int32, at time: Double = CatalogStore.now) throws(CatalogError) -> RunRecord? {
        try writeDurably { db in
            guard var run = try Self.runs(db, "WHERE id = ? AND state = 'STARTING'", [id]).first else { return nil }
            (run.state, run.processID, run.details.began) = (.running, processID, time)
            try Self.replaceRun(db, run)
            return run
        }
    }

    /// The run has come to its end. A run that has ended already stays as it is; one that was stopped for a reason ends with that reason.
    ///
    /// - Parameter change: says how it ended.
    /// - Returns: whether this call ended it.
    @discardableResult
    public func endRun(
        _ id: String, _ state: RunState, error: String?, at time: Double = CatalogStore.now, _ change: (inout RunDetails) -> Void = { _ in }
    ) throws(CatalogError) -> Bool {
        try writeDurably { db in
            guard var run = try Self.runs(db, "WHERE id = ?", [id]).first, !run.state.isFinal else { return false }
            (run.state, run.error, run.finished) = (state, error, time)
            if state != .succeeded, let ending = run.details.ending { (run.state, run.error) = (ending, run.details.endingError ?? error) }
            change(&run.details)
            try Self.replaceRun(db, run)
            return true
        }
    }

    /// The process of the run is gone, and it did not say how the run ended.
    ///
    /// A run whose job was committed has done its work; one that was stopped ends as whoever stopped it meant; any other has failed.
    ///
    /// - Parameter error: why the process ended, as far as anyone knows.
    /// - Returns: whether the run had not ended before.
    @discardableResult
    public func endLostRun(_ id: String, error: String, peakMemory: Int? = nil, at time: Double = CatalogStore.now) throws(CatalogError) -> Bool {
        guard let run = try run(id), !run.state.isFinal else { return false }
        func note(_ details: inout RunDetails) {
            if let peakMemory { details.peakMemory = peakMemory }
            if run.isCommitted { details.note = "\(error), after the job's commit" }
        }
        if run.isCommitted { return try endRun(id, .succeeded, error: nil, at: time, note) }
        if run.state == .stopping, run.details.ending == nil { return try endRun(id, .stopped, error: "stopped on request", at: time, note) }
        return try endRun(id, .failed, error: error, at: time, note)
    }

    /// The runs that have not ended, as far as the catalog knows.
    public func openRuns() throws(CatalogError) -> [RunRecord] {
        try read { try Self.runs($0, "WHERE state IN ('STARTING', 'RUNNING', 'STOPPING') ORDER BY started", []) }
    }

    // MARK: - Staging folders

    /// Notes that a run is going to write under a folder, so that the folder is cleared away should the run die.
    public func addStagingFolder(_ folder: String, of run: String) throws(CatalogError) {
        try write { try $0.perform("INSERT INTO staging (runID, folder) VALUES (?, ?) ON CONFLICT DO NOTHING", [run, folder]) }
    }

    public func stagingFolders(of run: String) throws(CatalogError) -> [String] {
        try read { try String.fetchAll($0.kept("SELECT folder FROM staging WHERE runID = ? ORDER BY folder"), arguments: [run]) }
    }

    /// The runs that have staging folders or an intent: those that recovery must look at.
    public func unfinishedRuns() throws(CatalogError) -> [String] {
        try read {
            try String.fetchAll(
                $0.kept("""
                    SELECT runID FROM staging UNION SELECT runID FROM intents
                    UNION SELECT id FROM runs WHERE state IN ('STARTING', 'RUNNING', 'STOPPING')
                    """))
        }
    }

    /// Forgets a run's staging folders.
    public func removeStagingFolders(of run: String) throws(CatalogError) {
        try write { try $0.perform("DELETE FROM staging WHERE runID = ?", [run]) }
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
            let row = try Row.fetchOne(db.kept("SELECT runID, token FROM leases WHERE job = ?"), arguments: [job])
            if let holderID = row?["runID"] as String?, holderID != run, let holder = try Self.runs(db, "WHERE id = ?", [holderID]).first,
                isAlive(holder)
            {
                return (nil, holder)
            }
            let token = (row?["token"] as Int64? ?? 0) + 1
            try db.perform(
                "INSERT INTO leases (job, runID, token) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET runID = excluded.runID, token = excluded.token", [job, run, token])
            return (Lease(job: job, run: run, token: token), nil)
        }
    }

    /// Gives a lease back; a lease that another run has taken over stays with it.
    public func releaseLease(_ lease: Lease) throws(CatalogError) {
        try write { try Self.releaseLease($0, lease) }
    }

    // MARK: - Inside a transaction

    static func setRunState(_ db: Database, _ id: String, _ state: RunState, error: String?, onlyOpen: Bool = true) throws -> Bool {
        try db.perform(
            """
                UPDATE runs SET state = ?, finished = ?, error = ? WHERE id = ? \(onlyOpen ? "AND state IN ('STARTING', 'RUNNING', 'STOPPING', 'WAITING')" : "")
                """, [state.rawValue, state.isOpen || state == .waiting ? nil : now, error, id])
        return db.changesCount > 0
    }

    static func releaseLease(_ db: Database, _ lease: Lease) throws {
        try db.perform("UPDATE leases SET runID = NULL WHERE job = ? AND token = ?", [lease.job, lease.token])
    }

    /// - Throws: `staleLease`.
    static func checkLease(_ db: Database, _ lease: Lease) throws {
        let row = try Row.fetchOne(db.kept("SELECT runID, token FROM leases WHERE job = ?"), arguments: [lease.job])
        guard row?["token"] as Int64? == lease.token, row?["runID"] as String? == lease.run else {
            let holder = row?["runID"] as String?
            throw CatalogError(
                .staleLease,
                "run \(lease.run) no longer holds job '\(lease.job)'\(holder.map { ": run \($0) took it over" } ?? ""); nothing of it was committed")
        }
    }

    static func insertRun(_ db: Database, _ run: RunRecord) throws {
        try db.perform(
            """
                INSERT INTO runs (\(runColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, values(of: run))
    }

    static func replaceRun(_ db: Database, _ run: RunRecord) throws {
        try db.perform(
            """
                REPLACE INTO runs (\(runColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, values(of: run))
    }

    private static let runColumns = """
        id, kind, job, state, started, finished, arguments, error, pid, attempt, previousRun, trigger, chain, workflow, workflowRun, predecessors, key, due, \
        settled, superseded, committed, details
        """

    private static func values(of run: RunRecord) -> StatementArguments {
        let first: [(any DatabaseValueConvertible)?] = [
            run.id, run.kind.rawValue, run.job, run.state.rawValue, run.started, run.finished, RecordJSON.encode(run.arguments), run.error, run.processID,
        ]
        let second: [(any DatabaseValueConvertible)?] = [
            run.attempt, run.previousRun, run.trigger, run.chain, run.workflow, run.workflowRun, run.predecessors.joined(separator: " "), run.key, run.due,
        ]
        let third: [(any DatabaseValueConvertible)?] = [
            run.isSettled, run.isSuperseded, run.isCommitted, run.details == RunDetails() ? "" : RecordJSON.encode(run.details),
        ]
        return StatementArguments(first + second + third)
    }

    static func runs(_ db: Database, _ tail: String, _ arguments: StatementArguments) throws -> [RunRecord] {
        try Row.fetchAll(db.kept("SELECT \(runColumns) FROM runs \(tail)"), arguments: arguments).map { row in
            let words: String = row[6]
            var run = RunRecord(
                id: row[0], kind: RunNode.Kind(rawValue: row[1]) ?? .job, job: row[2], state: RunState(rawValue: row[3]) ?? .error,
                arguments: words == "{}" ? [:] : (try? RecordJSON.decode([String: String].self, from: words)) ?? [:], processID: row[8], started: row[4])
            (run.finished, run.error) = (row[5], row[7])
            (run.attempt, run.previousRun, run.trigger, run.chain) = (row[9], row[10], row[11], row[12])
            (run.workflow, run.workflowRun, run.key, run.due) = (row[13], row[14], row[16], row[17])
            let predecessors: String = row[15]
            run.predecessors = predecessors.split(separator: " ").map(String.init)
            (run.isSettled, run.isSuperseded, run.isCommitted) = (row[18], row[19], row[20])
            let details: String = row[21]
            if !details.isEmpty { run.details = (try? RecordJSON.decode(RunDetails.self, from: details)) ?? RunDetails() }
            return run
        }
    }
}
