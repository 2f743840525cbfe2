internal import GRDB

/// The scheduler's hold on a home: its transactions are refused once another scheduler has taken over.
public struct SchedulerLease: Hashable, Sendable {
    public let owner: String
    /// Grows with every owner.
    public let token: Int64
}

/// What a scheduler changes in one transaction.
public struct SchedulingTransaction {
    let db: Database

    init(_ db: Database) { self.db = db }

    /// Notes that a trigger fires.
    ///
    /// - Parameter key: what makes the firing the only one of its kind: the trigger and the tick, or the chain.
    /// - Returns: false if it has fired before; then nothing must follow.
    public func fire(_ key: String, trigger: String, at time: Double) throws -> Bool {
        try db.perform("INSERT INTO firings (key, trigger, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [key, trigger, time])
        guard db.changesCount > 0 else { return false }
        try db.perform("UPDATE triggerStates SET fired = ? WHERE name = ?", [time, trigger])
        return true
    }

    /// Ticks up to this time have been dealt with.
    public func setSeen(_ trigger: String, _ time: Double) throws {
        try db.perform("UPDATE triggerStates SET seen = ? WHERE name = ?", [time, trigger])
    }

    /// - Returns: false if a run of this key exists.
    @discardableResult
    public func insert(_ run: RunRecord) throws -> Bool {
        if let key = run.key, try Bool.fetchOne(db.kept("SELECT EXISTS (SELECT 1 FROM runs WHERE key = ?)"), arguments: [key]) == true { return false }
        try CatalogStore.insertRun(db, run)
        return true
    }

    public func replace(_ run: RunRecord) throws { try CatalogStore.replaceRun(db, run) }

    public func run(_ id: String) throws -> RunRecord? { try CatalogStore.runs(db, "WHERE id = ?", [id]).first }

    /// The runs that are to be started now, the longest due first.
    public func waitingRuns(dueBy time: Double, limit: Int = 1000) throws -> [RunRecord] {
        try CatalogStore.runs(db, "WHERE state = 'WAITING' AND due <= ? ORDER BY due, started, id LIMIT ?", [time, limit])
    }

    /// The runs of a job or crawler that work or wait, the oldest first.
    public func activeRuns(of node: RunNode) throws -> [RunRecord] {
        try CatalogStore.runs(
            db, "INDEXED BY activeRuns WHERE state IN ('WAITING', 'STARTING', 'RUNNING', 'STOPPING') AND job = ? AND kind = ? ORDER BY started, id",
            [node.name, node.kind.rawValue])
    }

    public func openRuns() throws -> [RunRecord] {
        try CatalogStore.runs(db, "WHERE state IN ('STARTING', 'RUNNING', 'STOPPING') ORDER BY started", [])
    }

    /// The runs that have ended, and of which something may follow.
    public func unsettledRuns(limit: Int = 1000) throws -> [RunRecord] {
        try CatalogStore.runs(
            db, "INDEXED BY unsettledRuns WHERE settled = 0 AND state IN ('STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR') ORDER BY started LIMIT ?", [limit])
    }

    public func runs(inChain chain: String) throws -> [RunRecord] { try CatalogStore.runs(db, "WHERE chain = ? ORDER BY started, id", [chain]) }

    // MARK: - Workflows

    public func workflowRun(_ id: String) throws -> WorkflowRunRecord? { try CatalogStore.workflowRuns(db, "WHERE id = ?", [id]).first }

    public func openWorkflowRuns() throws -> [WorkflowRunRecord] {
        try CatalogStore.workflowRuns(db, "WHERE state IN ('RUNNING', 'STOPPING') ORDER BY started", [])
    }

    public func put(_ run: WorkflowRunRecord) throws {
        try db.perform(
            "REPLACE INTO workflowRuns (id, workflow, state, started, finished, body) VALUES (?, ?, ?, ?, ?, ?)",
            [run.id, run.workflow, run.state.rawValue, run.started, run.finished, RecordJSON.encode(run)])
    }

    // MARK: - Definitions

    /// The triggers of a workflow that may fire in it, as they are now.
    public func triggers(ofWorkflow workflow: String) throws -> [TriggerRecord] {
        let inactive = Set(try String.fetchAll(db.kept("SELECT name FROM triggerStates WHERE state = 'DEACTIVATED'")))
        return try CatalogStore.definitions(db, TriggerRecord.self).filter { $0.workflowName == workflow && !inactive.contains($0.name) }
    }

    public func definition<Record: DefinitionRecord>(_ type: Record.Type, _ name: String) throws -> Record? {
        try CatalogStore.definition(db, type, name)
    }

    // MARK: - Messages

    /// Puts a message into the box of those that are to be sent. It goes out with the transaction or not at all.
    public func post(_ body: String, run: String?, at time: Double) throws {
        try db.perform("INSERT INTO outbox (created, due, attempts, runID, body) VALUES (?, ?, 0, ?, ?)", [time, time, run, body])
    }
}

extension CatalogStore {
    /// Takes the home for a scheduler. To be called by the one process that holds the scheduler's lock.
    public func takeScheduler(owner: String, processID: Int32) throws(CatalogError) -> SchedulerLease {
        try writeDurably { db in
            let token = (try Int64.fetchOne(db.kept("SELECT token FROM scheduler WHERE id = 1")) ?? 0) + 1
            try db.perform(
                "REPLACE INTO scheduler (id, owner, pid, token, heartbeat) VALUES (1, ?, ?, ?, ?)", [owner, processID, token, Self.now])
            return SchedulerLease(owner: owner, token: token)
        }
    }

    /// Says that the scheduler works.
    public func beat(_ lease: SchedulerLease) throws(CatalogError) {
        try write { try $0.perform("UPDATE scheduler SET heartbeat = ? WHERE token = ?", [Self.now, lease.token]) }
    }

    /// Gives the home back.
    public func releaseScheduler(_ lease: SchedulerLease) throws(CatalogError) {
        try write { try $0.perform("UPDATE scheduler SET owner = NULL WHERE token = ?", [lease.token]) }
    }

    /// Who schedules, and when it was last heard of.
    public func scheduler() throws(CatalogError) -> (owner: String, processID: Int32, heartbeat: Double)? {
        try read { db in
            guard let row = try Row.fetchOne(db.kept("SELECT owner, pid, heartbeat FROM scheduler WHERE owner IS NOT NULL")) else { return nil }
            return (row[0], row[1], row[2])
        }
    }

    /// Runs one transaction of a scheduler, or of a command that asks it for something.
    ///
    /// - Parameter lease: nil for a command.
    /// - Throws: `staleLease` when another scheduler has taken over; nothing was changed then.
    public func schedule<T>(_ lease: SchedulerLease?, _ body: (SchedulingTransaction) throws -> T) throws(CatalogError) -> T {
        try write { db in
            if let lease, try Int64.fetchOne(db.kept("SELECT token FROM scheduler WHERE id = 1")) != lease.token {
                throw CatalogError(.staleLease, "another scheduler has taken over this home")
            }
            return try body(SchedulingTransaction(db))
        }
    }

    /// Looks at one state of the catalog, as a transaction of a scheduler would see it. Nothing may be changed.
    public func inspect<T>(_ body: (SchedulingTransaction) throws -> T) throws(CatalogError) -> T { try read { try body(SchedulingTransaction($0)) } }

    /// Whether there is anything for a scheduler to look at: cheap, and asked at every tick.
    public func hasWork(at time: Double) throws(CatalogError) -> Bool {
        try read {
            try Bool.fetchOne(
                $0.kept("""
                    SELECT EXISTS (SELECT 1 FROM runs WHERE state = 'WAITING' AND due <= ?)
                        OR EXISTS (SELECT 1 FROM runs WHERE settled = 0 AND state NOT IN ('WAITING', 'STARTING', 'RUNNING', 'STOPPING'))
                        OR EXISTS (SELECT 1 FROM runs WHERE state IN ('STARTING', 'RUNNING', 'STOPPING'))
                        OR EXISTS (SELECT 1 FROM workflowRuns WHERE state IN ('RUNNING', 'STOPPING'))
                    """), arguments: [time]) ?? false
        }
    }

    // MARK: - Workflow runs

    public func workflowRun(_ id: String) throws(CatalogError) -> WorkflowRunRecord? { try read { try Self.workflowRuns($0, "WHERE id = ?", [id]).first } }

    /// The runs of a workflow, newest first.
    public func workflowRuns(of workflow: String, limit: Int = 1000) throws(CatalogError) -> [WorkflowRunRecord] {
        try read { try Self.workflowRuns($0, "WHERE workflow = ? ORDER BY started DESC, id DESC LIMIT ?", [workflow, limit]) }
    }

    static func workflowRuns(_ db: Database, _ tail: String, _ arguments: StatementArguments) throws -> [WorkflowRunRecord] {
        try String.fetchAll(db.kept("SELECT body FROM workflowRuns \(tail)"), arguments: arguments).map { try RecordJSON.decode(WorkflowRunRecord.self, from: $0) }
    }

    // MARK: - Messages

    /// A message that is to be sent.
    public struct OutgoingMessage: Hashable, Sendable {
        public let id: Int64
        public let created: Double
        public let attempts: Int
        public let run: String?
        public let body: String
    }

    /// The messages that are due, the oldest first.
    public func dueMessages(at time: Double, limit: Int = 16) throws(CatalogError) -> [OutgoingMessage] {
        try read { db in
            try Row.fetchAll(
                db.kept("SELECT id, created, attempts, runID, body FROM outbox WHERE due <= ? ORDER BY due, id LIMIT ?"), arguments: [time, limit]
            ).map { OutgoingMessage(id: $0[0], created: $0[1], attempts: $0[2], run: $0[3], body: $0[4]) }
        }
    }

    /// The message was sent, or is given up.
    public func removeMessage(_ id: Int64) throws(CatalogError) {
        try write { try $0.perform("DELETE FROM outbox WHERE id = ?", [id]) }
    }

    /// The message could not be sent, and is tried again.
    public func postponeMessage(_ id: Int64, until due: Double, error: String) throws(CatalogError) {
        try write {
            try $0.perform("UPDATE outbox SET attempts = attempts + 1, due = ?, error = ? WHERE id = ?", [due, error, id])
        }
    }

    // MARK: - Keeping

    /// Forgets ended, settled runs: all but the newest of each job, and all that ended before a time.
    ///
    /// - Returns: the ids of what was forgotten and the keys of the firings that brought them about, so that their logs and lists of files can go too.
    public func pruneRuns(keeping count: Int, endedBefore time: Double) throws(CatalogError) -> [(run: String, firing: String?)] {
        let columns = "id, json_extract(nullif(details, ''), '$.Firing') AS firing"
        let ended = "settled = 1 AND finished IS NOT NULL"
        return try write { db in
            var forgotten = try Row.fetchAll(db.kept("SELECT \(columns) FROM runs INDEXED BY endedRuns WHERE \(ended) AND finished < ?"), arguments: [time])
            for job in try Optional<String>.fetchAll(db.kept("SELECT job FROM runs GROUP BY job HAVING count(*) > ?"), arguments: [count]) {
                forgotten += try Row.fetchAll(
                    db.kept(
                        """
                        SELECT id, firing FROM (
                            SELECT \(columns), row_number() OVER (PARTITION BY kind ORDER BY started DESC, id DESC) AS place
                            FROM runs INDEXED BY runsByJob WHERE job IS ? AND \(ended))
                        WHERE place > ?
                        """), arguments: [job, count])
            }
            for row in forgotten { try db.perform("DELETE FROM runs WHERE id = ?", [row[0] as String]) }
            try db.perform("DELETE FROM firings WHERE time < ?", [time])
            try db.perform("DELETE FROM workflowRuns WHERE finished < ?", [time])
            return forgotten.map { (run: $0[0], firing: $0[1]) }
        }
    }

    /// The runs that could work if there were room for them.
    ///
    /// - Returns: how many, and since when the first of them waits.
    public func queue(at time: Double = CatalogStore.now) throws(CatalogError) -> (depth: Int, since: Double?) {
        try read { db in
            guard let row = try Row.fetchOne(db.kept("SELECT count(*), min(due) FROM runs WHERE state = 'WAITING' AND due <= ?"), arguments: [time]) else {
                return (0, nil)
            }
            return (row[0], row[1])
        }
    }

    /// How many runs are in each state.
    public func runCounts() throws(CatalogError) -> [RunState: Int] {
        try read { db in
            let rows = try Row.fetchAll(db.kept("SELECT state, count(*) FROM runs GROUP BY state"))
            return Dictionary(rows.compactMap { row in RunState(rawValue: row[0]).map { ($0, row[1]) } }) { $1 }
        }
    }
}
