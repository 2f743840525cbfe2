internal import Catalog
internal import Connectors
internal import Glibc
internal import Logging
internal import Scripting

/// A script's job: one transaction once `job:init` was called, one for each write where it never is.
final class ScriptJob: JobContext {
    let home: Home
    private let log: Logger
    private var transaction: RunTransaction?
    private var bookmark: JobBookmark?
    private var changes: [CatalogChange] = []
    /// Whether something was written, or read under the bookmark, since the last commit.
    private var isPending = false

    /// Called before anything becomes visible; what it throws keeps it from that.
    var beforeCommit: () throws -> Void = {}
    /// The run's id, once `job:init` was called or if a scheduler recorded the run; also when it has ended.
    private(set) var lastRunID: String?

    /// Whether the script is only explained: nothing is written, locked or remembered, and the bookmark is read.
    private let isExplained: Bool
    private var wasExplained = false

    /// The run that the process works on, where a scheduler started it.
    private let adopted: AdoptedRun?

    /// Takes what a run on a sample writes, of which nothing becomes visible.
    private let aside: StagingArea?

    init(_ home: Home, log: Logger, isExplained: Bool = false, adopted: AdoptedRun? = nil, aside: StagingArea? = nil) {
        (self.home, self.log, self.isExplained, self.adopted, self.aside) = (home, log, isExplained, adopted, aside)
        lastRunID = adopted?.record.id
    }

    var isInitialized: Bool { transaction != nil || wasExplained }
    var isRehearsed: Bool { isExplained || aside != nil }
    var usesBookmark: Bool { bookmark.map { $0.option != .disable } ?? false }

    func initialize(name: String, arguments: [String: String]) throws {
        if let transaction {
            // Glue scripts that are pasted together call it twice; the first call counts.
            log.warning("job:init was called again; the run is that of job '\(transaction.run.job ?? "")'")
            return
        }
        guard !name.isEmpty else { throw JobError(.invalidOption, "a job needs a name: job:init(args.JOB_NAME, args)") }
        // getResolvedOptions gives names with underscores.
        let dashed = Dictionary(arguments.map { ($0.key.hasPrefix("job_bookmark") ? $0.key.replacing("_", with: "-") : $0.key, $0.value) }) { first, _ in first }
        let option = try BookmarkOption(arguments: dashed)
        if isExplained || aside != nil {
            bookmark = try JobBookmark(job: name, option: option, catalog: home.catalog)
            wasExplained = true
            return
        }
        let transaction = try RunTransaction(home: home, job: name, arguments: arguments, usesBookmark: option.locksJob, adopted: adopted)
        do {
            bookmark = try JobBookmark(job: name, option: option, catalog: home.catalog)
        } catch {
            try transaction.finish(.failed, error: "\(error)")
            throw error
        }
        self.transaction = transaction
        lastRunID = transaction.run.id
    }

    /// Whether something was committed, whatever came after it.
    private(set) var hasCommitted = false

    func commit() throws {
        if wasExplained { return }
        guard let transaction else { throw JobError(.invalidOption, "job:commit() needs job:init(name, args) before it") }
        try beforeCommit()
        try transaction.commit(changes: changes, bookmarks: bookmark?.takeUpdates() ?? [])
        (changes, isPending, hasCommitted) = ([], false, true)
    }

    /// Where the script has looked for files.
    private(set) var readPaths: Set<String> = []

    func files(at location: StorageLocation, options: ListingOptions) throws -> any FileSequence {
        readPaths.insert(location.path)
        if let aside { return try aside.files(at: location, options: options) }
        if let transaction { return try transaction.files(at: location, options: options) }
        return try FileListing(path: location.path, options: options)
    }

    func exists(_ location: StorageLocation) throws -> Bool {
        if LocalPath.exists(location.path) { return true }
        guard transaction != nil || aside != nil else { return false }
        do {
            return try files(at: location, options: ListingOptions()).next() != nil
        } catch let error as StorageError where error.code == .notFound {
            return false
        }
    }

    func newFiles(
        context: String, source: String, boundedFiles: String?, boundedSize: String?, list: () throws -> any FileSequence
    ) throws -> any FileSequence {
        guard let bookmark else { return try list() }
        return try bookmark.newFiles(
            context: context, source: source, bound: try InputBound(boundedFiles: boundedFiles, boundedSize: boundedSize), list: list)
    }

    var pendingChanges: [CatalogChange] { changes }

    func change(_ changes: [CatalogChange]) throws {
        if isExplained { return }
        if aside != nil {
            self.changes += changes
            return
        }
        guard transaction != nil else { return try home.catalog.apply(changes) }
        self.changes += changes
        isPending = true
    }

    func write(_ body: (any WriteTransaction) throws -> [CatalogChange]) throws {
        if isExplained { return }
        if let aside {
            changes += try aside.atomically { try body(aside) }
            return
        }
        if let transaction {
            // A script may survive a write that failed: nothing of it stays.
            changes += try transaction.atomically { try body(transaction) }
            isPending = true
            return
        }
        let transaction = try RunTransaction(home: home)
        do {
            try transaction.commit(changes: try body(transaction))
        } catch {
            try? transaction.finish(.failed, error: "\(error)")
            throw error
        }
        try transaction.finish(.succeeded)
    }

    /// The script ended well: what it wrote and did not commit appears, without the bookmark.
    func succeed() throws {
        guard let transaction else { return }
        if isPending {
            log.warning("the script ended without job:commit(): its data is visible, its bookmark has not moved")
            try beforeCommit()
            try transaction.commit(changes: changes)
            isPending = false
        }
        try transaction.finish(.succeeded)
        self.transaction = nil
    }

    /// The script failed: nothing of what it did not commit remains.
    func fail(_ state: RunState, error: String) throws {
        guard let transaction else { return }
        try transaction.finish(state, error: error)
        self.transaction = nil
    }
}
