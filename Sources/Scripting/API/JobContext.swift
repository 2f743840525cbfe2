public import Catalog
public import Connectors

/// What a script's job knows and does: its arguments, its transaction, its bookmark. Jobs implement it.
public protocol JobContext: AnyObject {
    var home: Home { get }
    /// Whether `job:init` was called: then everything the script writes is one transaction.
    var isInitialized: Bool { get }
    /// Whether nothing that the script does is to last: it is explained, or runs on a sample.
    var isRehearsed: Bool { get }
    /// Whether the run reads only what its bookmark does not know.
    var usesBookmark: Bool { get }

    /// Begins the job.
    ///
    /// - Parameter arguments: the job's arguments as `getResolvedOptions` gave them; `job_bookmark_option` and its kin count here.
    func initialize(name: String, arguments: [String: String]) throws
    /// Makes visible what the job has written, and remembers what it has read.
    func commit() throws

    /// The files at a location, with what this run has written and without what it has replaced.
    func files(at location: StorageLocation, options: ListingOptions) throws -> any FileSequence
    /// Whether something stands at a location, for this run.
    func exists(_ location: StorageLocation) throws -> Bool
    /// The files of a source that the run is to read under a transformation context: those that the bookmark does not know, if it is in use.
    ///
    /// - Parameters:
    ///   - source: tells sources under one context apart.
    ///   - boundedFiles, boundedSize: how much unread input to take, numbers in strings; the rest stays for later runs.
    func newFiles(
        context: String, source: String, boundedFiles: String?, boundedSize: String?, list: () throws -> any FileSequence
    ) throws -> any FileSequence
    /// What the run has changed in the catalog and not committed, in order.
    var pendingChanges: [CatalogChange] { get }
    /// Changes the catalog: with the job's commit, or at once if there is no job.
    func change(_ changes: [CatalogChange]) throws
    /// Runs a write, to one place or to several. Its files become visible together: with the job's commit, or when the call returns if there is no job.
    ///
    /// - Parameter body: gives what the catalog is to learn.
    func write(_ body: (any WriteTransaction) throws -> [CatalogChange]) throws
}

extension JobContext {
    /// Runs a write to one place.
    func write(to target: StorageLocation, mode: WriteMode, _ body: (StagedOutput) throws -> [CatalogChange]) throws {
        try write { try body(try $0.output(to: target, mode: mode)) }
    }
}
