public import Catalog
public import Connectors
internal import Glibc
internal import Synchronization

/// One run's reads and writes, which appear together or not at all.
///
/// The way of a commit, and what a crash after each step leaves:
///
/// 1. Staged files and folders are written to the disk.  (Nothing to see; recovery removes the staging folders.)
/// 2. One catalog transaction records the intent to publish them, and with it the changes of tables and partitions, the bookmark and the run's
///    state, if the run still holds its job.  (Everything is decided; recovery publishes.)
/// 3. The files are published by renames.  (Recovery goes on where they stopped.)
/// 4. The intent is forgotten and the staging folder removed.
///
/// A transaction may commit several times; each commit takes what was written since the last one.
public final class RunTransaction: WriteTransaction {
    /// Where a crash can be simulated, or anything else tested that happens in between.
    public enum Step: String, CaseIterable, Sendable {
        case staged, intended, published, finished
    }

    public let home: Home
    public let run: RunRecord
    /// The run's hold on its job; nil for runs that do not use the job's bookmark.
    public let lease: CatalogStore.Lease?
    private let staging: StagingArea
    private let lock: FileLock
    /// Whether the run was there before, and ends with its process.
    private let isAdopted: Bool
    private let failpoint: @Sendable (Step) throws -> Void

    /// Opens a run: records it, and takes its job where the job's bookmark is in use.
    ///
    /// - Parameter job: nil for a script that calls no `job:init`.
    /// - Parameter usesBookmark: whether no other run of the job may work at the same time.
    /// - Parameter adopted: the run that the process works on already, which says itself how it ends.
    /// - Throws: `JobError.alreadyRunning`; `CatalogError`, `StorageError`.
    public init(
        home: Home, run id: String = RunTransaction.makeRunID(), job: String? = nil, arguments: [String: String] = [:], usesBookmark: Bool = false,
        adopted: AdoptedRun? = nil, failpoint: @escaping @Sendable (Step) throws -> Void = { _ in }
    ) throws {
        let id = adopted?.record.id ?? id
        guard let lock = try adopted?.lock ?? RunLock.acquire(home, run: id) else { throw JobError(.alreadyRunning, "run \(id) is being worked on already") }
        let run = adopted?.record ?? RunRecord(id: id, job: job, arguments: arguments, processID: getpid())
        let catalog = home.catalog
        if adopted == nil { try catalog.insertRun(run) }
        var lease: CatalogStore.Lease?
        if let job, usesBookmark {
            let (taken, holder) = try catalog.acquireLease(on: job, for: id) { RunLock.isHeld(home, run: $0.id) }
            guard let taken else {
                let holder = holder.map { "run \($0.id) (process \($0.processID))" } ?? "another run"
                let message = "job '\(job)' is already running: \(holder) uses its bookmark; wait for it, or stop it"
                if adopted == nil {
                    try catalog.setRunState(id, .failed, error: message)
                    lock.remove()
                }
                throw JobError(.alreadyRunning, message)
            }
            lease = taken
        }
        (self.home, self.run, self.lease, self.lock, self.failpoint, isAdopted) = (home, run, lease, lock, failpoint, adopted != nil)
        staging = StagingArea(run: id, protectedPaths: [home.path, LocalPath.workingDirectory]) { try catalog.addStagingFolder($0, of: id) }
    }

    /// A run id in the form of Glue's: `jr_` and hexadecimal digits, distinct for ever.
    public static func makeRunID() -> String {
        var random = SystemRandomNumberGenerator()
        func digits() -> String {
            let text = String(random.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return "jr_" + digits() + digits()
    }

    public func output(to target: StorageLocation, mode: WriteMode) throws -> StagedOutput { try staging.output(to: target, mode: mode) }

    public func withdraw(_ output: StagedOutput) { staging.withdraw(output) }

    /// Does something that stages files, as a whole: where it fails, what is staged is as it was before.
    public func atomically<Result>(_ body: () throws -> Result) throws -> Result { try staging.atomically(body) }

    public func files(at location: StorageLocation, options: ListingOptions) throws -> any FileSequence {
        try staging.files(at: location, options: options)
    }

    /// Makes what was written since the last commit visible, together with the changes and the bookmark.
    ///
    /// - Parameter state: the run's state from now on; nil leaves it.
    /// - Throws: `CatalogError.staleLease` and others before anything is visible. `JobError.unpublished` when the commit is recorded, but a
    ///   folder refused its files: `Recovery` will publish them.
    public func commit(changes: [CatalogChange] = [], bookmarks: [BookmarkUpdate] = [], state: RunState? = nil) throws {
        let publication = try staging.seal()
        try failpoint(.staged)

        var commit = CommitRecord(run: run.id)
        (commit.lease, commit.changes, commit.bookmarks, commit.state) = (lease, changes, bookmarks, state)
        commit.intent = publication?.json
        let intent: Int64?
        do {
            intent = try home.catalog.commit(commit)
        } catch {
            try? publication?.removeLeftovers()
            throw error
        }
        try failpoint(.intended)

        guard let publication, let intent else { return }
        do {
            try publication.publish(under: lock.descriptor)
        } catch {
            throw JobError(.unpublished, "\(error.message). The commit is recorded; the next command with this home completes it")
        }
        try failpoint(.published)

        try home.catalog.finishIntent(intent)
        try publication.removeLeftovers()
        try home.catalog.removeStagingFolders(of: run.id)
        try failpoint(.finished)
    }

    /// Drops what was written since the last commit.
    public func rollback() throws {
        try staging.discard()
        try home.catalog.removeStagingFolders(of: run.id)
    }

    /// Ends the run: drops what was not committed, gives the job back, and records how it ended.
    public func finish(_ state: RunState, error: String? = nil) throws {
        try rollback()
        if !isAdopted { try home.catalog.setRunState(run.id, state, error: error, onlyOpen: false) }
        if let lease { try home.catalog.releaseLease(lease) }
        if isAdopted { return }
        // After a commit that could not be published, the lock's file goes with recovery.
        if try home.catalog.pendingIntents(of: run.id).isEmpty { lock.remove() }
    }
}

/// A run that the scheduler recorded, in the process that works on it.
public struct AdoptedRun: Sendable {
    public let record: RunRecord
    let lock: FileLock
}
