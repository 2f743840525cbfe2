public import Catalog
public import Connectors
internal import Synchronization

/// A job's bookmark as one run uses it: filters what the run reads, and gathers what its commit will record.
///
/// A file is new when no commit has recorded one of the same path, time of change and size. So a file that arrives late is read although it is
/// older than others, and a file that was rewritten is read again, in full. What a source lists counts as read once the run commits, whether or
/// not every row was asked for; nothing is recorded of a run that does not commit.
public final class JobBookmark: Sendable {
    public let job: String
    public let option: BookmarkOption
    private let catalog: CatalogStore
    /// The commits whose input counts as read, and those whose input is read again.
    private let skipped: ClosedRange<Int>
    private let slice: ClosedRange<Int>?
    private let gathered = Mutex(Gathered())

    private struct Gathered {
        /// What each source found the first time it was scanned: later scans in the run find the same.
        var snapshots: [Source: [FileEntry]] = [:]
        var unrecorded: [Source] = []
        var states: [String: String] = [:]
    }

    private struct Source: Hashable {
        let context: String
        let name: String
    }

    /// - Throws: `JobError.notFound` for a run of a pause that has no commit at or before it; `CatalogError`.
    public init(job: String, option: BookmarkOption, catalog: CatalogStore) throws {
        (self.job, self.option, self.catalog) = (job, option, catalog)
        if case .pause(let from?, let to?) = option {
            let first = try Self.version(ofRun: from, job, catalog)
            let last = try Self.version(ofRun: to, job, catalog)
            guard first <= last else { throw JobError(.invalidOption, "--job-bookmark-from \(from) is a later run than --job-bookmark-to \(to)") }
            skipped = 0...first
            slice = first...last
        } else {
            skipped = 0...Int.max
            slice = nil
        }
    }

    /// The bookmark's version after a run: that of its last commit, or of the last successful run before it.
    static func version(ofRun run: String, _ job: String, _ catalog: CatalogStore) throws -> Int {
        let versions = try catalog.bookmarkVersions(ofJob: job)
        if let exact = versions.last(where: { $0.run == run }) { return exact.version }
        guard let record = try catalog.run(run), record.job == job else {
            throw JobError(.notFound, "job '\(job)' has no run '\(run)'")
        }
        return versions.last { $0.committed <= record.started }?.version ?? 0
    }

    /// The files of a source that the run is to read under a context.
    ///
    /// The first call lists them; later ones in the same run get the same files, so that a scan that counts and a scan that writes agree, and
    /// the commit records what both have seen.
    ///
    /// - Parameter context: the `transformation_ctx`; an empty one uses no bookmark, and gets every file.
    /// - Parameter source: tells sources under one context apart: the paths that are listed.
    /// - Parameter bound: how many of the new files to take; stops once it is reached.
    /// - Throws: `StorageError`, `CatalogError`, what `list` throws.
    public func newFiles(
        context: String, source: String, bound: InputBound = .none, list: () throws -> any FileSequence
    ) throws -> any FileSequence {
        if option == .disable || context.isEmpty { return try list() }
        let source = Source(context: context, name: source)
        if let snapshot = gathered.withLock({ $0.snapshots[source] }) { return FileList(snapshot) }
        let files = try select(from: list(), context, bound)
        let snapshot = gathered.withLock { gathered in
            // Another thread may have been first.
            if let snapshot = gathered.snapshots[source] { return snapshot }
            gathered.snapshots[source] = files
            gathered.unrecorded.append(source)
            return files
        }
        return FileList(snapshot)
    }

    private func select(from listing: any FileSequence, _ context: String, _ bound: InputBound) throws -> [FileEntry] {
        var known: [String: [BookmarkFile]] = [:]
        let range = slice ?? skipped
        try catalog.eachBookmarkFile(ofJob: job, context: context, after: range.lowerBound, upTo: range.upperBound) {
            known[$0.path, default: []].append($0)
        }
        var files: [FileEntry] = []
        var bytes: Int64 = 0
        while let file = try listing.next() {
            guard (known[file.path]?.contains(BookmarkFile(file)) ?? false) == (slice != nil) else { continue }
            files.append(file)
            bytes += file.size
            switch bound {
            case .files(let count) where files.count >= count: return files
            case .bytes(let limit) where bytes >= limit: return files
            default: continue
            }
        }
        return files
    }

    /// The state that a context left at the last commit that counts; nil when it has none.
    public func state(context: String) throws -> String? {
        if option == .disable || context.isEmpty { return nil }
        return try catalog.bookmarkState(ofJob: job, context: context, upTo: skipped.upperBound)
    }

    /// Sets the state that a context will have after the run's commit, as JSON.
    public func setState(_ state: String, context: String) {
        guard option == .enable, !context.isEmpty else { return }
        gathered.withLock { $0.states[context] = state }
    }

    /// What the run's commit is to record, by context. The next call gives what has been added since. Empty unless the bookmark is enabled.
    public func takeUpdates() -> [BookmarkUpdate] {
        guard option == .enable else { return [] }
        return gathered.withLock { gathered in
            defer { (gathered.unrecorded, gathered.states) = ([], [:]) }
            var updates: [String: BookmarkUpdate] = [:]
            for source in gathered.unrecorded {
                let files = gathered.snapshots[source, default: []].map { BookmarkFile($0) }
                updates[source.context, default: BookmarkUpdate(context: source.context)].files += files
            }
            for (context, state) in gathered.states { updates[context, default: BookmarkUpdate(context: context)].state = state }
            return updates.values.sorted { $0.context < $1.context }
        }
    }
}

extension BookmarkFile {
    init(_ file: FileEntry) { self.init(path: file.path, modified: file.modified, size: file.size) }
}

/// Files that have been listed before.
private final class FileList: FileSequence {
    private let files: [FileEntry]
    private var position = 0

    init(_ files: [FileEntry]) { self.files = files }

    func next() -> FileEntry? {
        guard position < files.count else { return nil }
        defer { position += 1 }
        return files[position]
    }
}
