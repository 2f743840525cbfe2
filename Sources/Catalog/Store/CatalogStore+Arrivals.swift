internal import GRDB

/// Files that arrived under the paths of EVENT triggers.
///
///     noteArrivals         assignArrivals           settleArrivals
///     ───────────> PENDING ─────────────> ASSIGNED ─┬─> DONE
///                     ^                             ├─> FAILED ──(moved to the dead letters)──> forgotten
///                     └──────── alone, later ───────┘
///
/// A file is known by trigger and path; another size or time makes it a new arrival, whatever became of the old one. A row whose size is negative
/// stands for a file that has vanished while a run had it.
extension CatalogStore {
    /// Notes complete files. Those that are known with this size and time change nothing; a file that still waits keeps its place.
    public func noteArrivals(_ files: [ArrivedFile], of trigger: String, at time: Double) throws(CatalogError) {
        guard !files.isEmpty else { return }
        try write { db in
            let statement = try db.makeStatement(
                sql: """
                    INSERT INTO arrivals (trigger, path, size, modified, seen, state) VALUES (?, ?, ?, ?, ?, 'PENDING')
                    ON CONFLICT DO UPDATE SET
                        size = excluded.size, modified = excluded.modified, seen = iif(state = 'PENDING', seen, excluded.seen), state = 'PENDING',
                        runID = NULL, failures = 0, alone = 0, due = 0, history = ''
                    WHERE size <> excluded.size OR modified <> excluded.modified
                    """)
            for file in files { try statement.execute(arguments: [trigger, file.path, file.size, file.modified, time]) }
        }
    }

    /// Forgets files that are no longer there. One that a run has is forgotten when the run is settled.
    public func forgetArrivals(_ paths: [String], of trigger: String) throws(CatalogError) {
        guard !paths.isEmpty else { return }
        try write { db in
            let delete = try db.makeStatement(sql: "DELETE FROM arrivals WHERE trigger = ? AND path = ? AND state <> 'ASSIGNED'")
            let mark = try db.makeStatement(sql: "UPDATE arrivals SET size = -1 WHERE trigger = ? AND path = ?")
            for path in paths {
                try delete.execute(arguments: [trigger, path])
                try mark.execute(arguments: [trigger, path])
            }
        }
    }

    /// The files that a trigger knows and that have not vanished.
    public func knownArrivals(of trigger: String) throws(CatalogError) -> [ArrivedFile] {
        try read { db in
            try Row.fetchAll(db.kept("SELECT path, size, modified FROM arrivals WHERE trigger = ? AND size >= 0"), arguments: [trigger])
                .map { ArrivedFile(path: $0[0], size: $0[1], modified: $0[2]) }
        }
    }

    /// The files of a trigger that wait for a run, the longest waiting first.
    public func pendingArrivals(of trigger: String) throws(CatalogError) -> [ArrivalRecord] {
        try read { try Self.arrivals($0, "WHERE trigger = ? AND state = 'PENDING' ORDER BY seen, path", [trigger]) }
    }

    /// All that is known of a trigger's files, by path.
    public func arrivals(of trigger: String, limit: Int = 1000) throws(CatalogError) -> [ArrivalRecord] {
        try read { try Self.arrivals($0, "WHERE trigger = ? ORDER BY path LIMIT ?", [trigger, limit]) }
    }

    /// The files that are to be moved to the dead letters by this time.
    public func failedArrivals(at time: Double, limit: Int = 1000) throws(CatalogError) -> [ArrivalRecord] {
        try read { try Self.arrivals($0, "WHERE state = 'FAILED' AND due <= ? ORDER BY due, trigger, path LIMIT ?", [time, limit]) }
    }

    /// A file could not be moved to the dead letters; it is tried again later.
    public func postponeFailedArrival(_ arrival: ArrivalRecord, until time: Double) throws(CatalogError) {
        try write {
            try $0.perform(
                "UPDATE arrivals SET due = ? WHERE trigger = ? AND path = ? AND state = 'FAILED'", [time, arrival.trigger, arrival.file.path])
        }
    }

    /// A file was moved to the dead letters: what it was is forgotten, unless another file has its place already.
    public func removeFailedArrival(_ arrival: ArrivalRecord) throws(CatalogError) {
        try write {
            try $0.perform(
                "DELETE FROM arrivals WHERE trigger = ? AND path = ? AND state = 'FAILED' AND size = ? AND modified = ?",
                [arrival.trigger, arrival.file.path, arrival.file.size, arrival.file.modified])
        }
    }

    // MARK: - Inside a transaction

    private static let arrivalColumns = "trigger, path, size, modified, seen, state, runID, history, alone, due"

    static func arrivals(_ db: Database, _ tail: String, _ arguments: StatementArguments) throws -> [ArrivalRecord] {
        try Row.fetchAll(db.kept("SELECT \(arrivalColumns) FROM arrivals \(tail)"), arguments: arguments).map { row in
            let history: String = row[7]
            return ArrivalRecord(
                trigger: row[0], file: ArrivedFile(path: row[1], size: row[2], modified: row[3]), seen: row[4],
                state: ArrivalState(rawValue: row[5]) ?? .pending, run: row[6],
                failures: history.isEmpty ? [] : (try? RecordJSON.decode([ArrivalFailure].self, from: history)) ?? [], isAlone: row[8], due: row[9])
        }
    }
}

extension SchedulingTransaction {
    /// The files of a trigger that wait for a run, the longest waiting first.
    public func pendingArrivals(of trigger: String) throws -> [ArrivalRecord] {
        try CatalogStore.arrivals(db, "WHERE trigger = ? AND state = 'PENDING' ORDER BY seen, path", [trigger])
    }

    /// Hands pending files to a run.
    ///
    /// - Parameter run: the run's id; where one firing makes several runs, an id of the firing, which is settled when the last of them has ended.
    /// - Returns: the paths that it got: those that were pending.
    @discardableResult
    public func assignArrivals(_ trigger: String, _ paths: [String], run: String) throws -> [String] {
        let statement = try db.makeStatement(
            sql: "UPDATE arrivals SET state = 'ASSIGNED', runID = ? WHERE trigger = ? AND path = ? AND state = 'PENDING'")
        return try paths.filter { path in
            try statement.execute(arguments: [run, trigger, path])
            return db.changesCount > 0
        }
    }

    /// What is known of files of a trigger; those of which nothing is known are missing.
    public func arrivals(of trigger: String, at paths: [String]) throws -> [ArrivalRecord] {
        try paths.flatMap { try CatalogStore.arrivals(db, "WHERE trigger = ? AND path = ?", [trigger, $0]) }
    }

    /// The run has come to its end and no retry follows. Does nothing the second time.
    ///
    /// After a failure its files are pending again; those that failed together are tried one by one from then on, so that a bad file dooms no good
    /// one. Files that have failed `maxFailures` times, together or alone, are failed.
    ///
    /// - Parameters:
    ///   - run: as it was given to `assignArrivals`.
    ///   - failed: the run that failed, where `run` is a firing.
    ///   - maxFailures: at least 1.
    ///   - retryAt: when the files may be tried again.
    /// - Returns: the paths that are to be moved to the dead letters. They are recorded: see `failedArrivals(at:)`.
    @discardableResult
    public func settleArrivals(
        of run: String, succeeded: Bool, failed failedRun: String? = nil, error: String? = nil, maxFailures: Int = 3, at time: Double, retryAt: Double? = nil
    ) throws -> [String] {
        try db.perform("DELETE FROM arrivals WHERE runID = ? AND state = 'ASSIGNED' AND size < 0", [run])
        if succeeded {
            try db.perform("UPDATE arrivals SET state = 'DONE' WHERE runID = ? AND state = 'ASSIGNED'", [run])
            return []
        }
        let files = try CatalogStore.arrivals(db, "WHERE runID = ? AND state = 'ASSIGNED' ORDER BY path", [run])
        var failed: [String] = []
        for file in files {
            let failures = file.failures + [ArrivalFailure(run: failedRun ?? run, error: error ?? "the run failed", time: time)]
            let isFailed = failures.count >= max(1, maxFailures)
            if isFailed { failed.append(file.file.path) }
            try db.perform(
                """
                    UPDATE arrivals SET state = ?, failures = ?, alone = ?, due = ?, history = ? WHERE trigger = ? AND path = ?
                    """, [
                    (isFailed ? ArrivalState.failed : .pending).rawValue, failures.count, file.isAlone || files.count > 1, isFailed ? time : retryAt ?? time,
                    RecordJSON.encode(failures), file.trigger, file.file.path,
                ])
        }
        return failed
    }

    /// The run was stopped by a person or skipped, which says nothing of its files: they wait again, as they did before.
    public func returnArrivals(of run: String) throws {
        try db.perform("DELETE FROM arrivals WHERE runID = ? AND state = 'ASSIGNED' AND size < 0", [run])
        try db.perform("UPDATE arrivals SET state = 'PENDING', runID = NULL WHERE runID = ? AND state = 'ASSIGNED'", [run])
    }
}
