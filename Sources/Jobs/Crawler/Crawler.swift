public import Catalog
internal import Columnar
public import Connectors
internal import Dispatch
public import Engine
internal import Formats
internal import Glibc
internal import Synchronization

/// Finds the tables in files and writes them into the catalog.
public struct Crawler: Sendable {
    public struct Target: Sendable {
        public var location: StorageLocation
        public var exclusions: [Glob]

        public init(_ location: StorageLocation, exclusions: [Glob] = []) { (self.location, self.exclusions) = (location, exclusions) }
    }

    public struct Options: Sendable {
        /// The database that gets the tables; created where it is missing.
        public var database: String
        /// Before the names of new tables.
        public var prefix = ""
        /// What tables are marked with as their crawler.
        public var crawler = "mastic"
        /// Files to look into in each folder; nil for all. The others count, and are taken to be like them.
        public var sampleSize: Int?
        /// More tables than this are taken for a sign that the grouping went wrong: the crawl fails, and changes nothing.
        public var tableThreshold: Int?
        /// Says what would be done, and does not do it.
        public var isDryRun = false

        public init(database: String) { self.database = database }
    }

    private let catalog: CatalogStore
    private let classifiers: [any FileClassifier]
    private let threads: Int
    private let progress: ActionProgress?

    /// - Parameters:
    ///   - classifiers: in the order of their precedence.
    ///   - progress: where it is noted how many files were looked into.
    public init(catalog: CatalogStore, classifiers: [any FileClassifier], threads: Int, progress: ActionProgress? = nil) {
        (self.catalog, self.classifiers, self.threads, self.progress) = (catalog, classifiers, max(1, threads), progress)
    }

    /// Crawls the targets and changes the catalog in one transaction.
    ///
    /// - Throws: `StorageError.notFound` for a target that is missing; `JobError.nothingToCrawl` when no target has files; `CatalogError`.
    public func crawl(_ targets: [Target], options: Options) throws -> CrawlReport {
        var input = CrawlPlan.Input(database: options.database)
        (input.prefix, input.crawler, input.now) = (options.prefix, options.crawler, Self.milliseconds)
        for target in targets { input.targets.append(try probe(target, sampleSize: options.sampleSize)) }
        if input.targets.allSatisfy({ $0.files.isEmpty }) {
            let names = targets.map(\.location.path).joined(separator: ", ")
            throw JobError(.nothingToCrawl, "\(names) \(targets.count == 1 ? "has" : "have") no data files: no table was made")
        }
        // Another crawl may change the same tables between the look at them and the change; then the plan is made again from what it left.
        for _ in 0..<Self.maximumRounds {
            do {
                return try change(&input, targets, options)
            } catch let error as CatalogError where error.code == .alreadyExists || error.code == .concurrentModification || error.code == .entityNotFound {
                continue
            }
        }
        return try change(&input, targets, options)
    }

    private static let maximumRounds = 16

    /// Plans from what the catalog holds now, and applies the plan.
    private func change(_ input: inout CrawlPlan.Input, _ targets: [Target], _ options: Options) throws -> CrawlReport {
        input.tables = try catalog.tables(in: options.database)
        input.partitions = [:]
        for table in input.tables where !table.partitionKeys.isEmpty {
            guard let location = table.storageDescriptor?.location, targets.contains(where: { LocalPath.contains($0.location.bareURL, location) }) else { continue }
            input.partitions[table.name] = try catalog.partitions(of: table.name, in: options.database)
        }
        let plan = CrawlPlan(input)
        if let threshold = options.tableThreshold, plan.report.tables.count > threshold {
            throw JobError(.nothingToCrawl, "the files come to \(plan.report.tables.count) tables, more than the threshold of \(threshold): nothing was changed")
        }
        if !options.isDryRun { try catalog.apply(plan.changes) }
        return plan.report
    }

    private static var milliseconds: Int64 { WallClock.now / 1000 }

    // MARK: - Files

    private func probe(_ target: Target, sampleSize: Int?) throws -> CrawlPlan.Target {
        let listing = try FileListing(path: target.location.path, options: ListingOptions(exclusions: target.exclusions))
        var files: [FileEntry] = []
        var unexamined: [String: [FileEntry]] = [:]
        var examined: [String: Int] = [:]
        while let file = try listing.next() {
            if file.size == 0 { continue }
            let folder = LocalPath.parent(of: file.path)
            if let sampleSize, examined[folder, default: 0] >= sampleSize {
                unexamined[folder, default: []].append(file)
            } else {
                examined[folder, default: 0] += 1
                files.append(file)
            }
        }
        return CrawlPlan.Target(
            location: target.location, isFolder: LocalPath.isFolder(target.location.path), exclusions: target.exclusions, files: try probe(files),
            unexamined: unexamined)
    }

    /// Looks into the files, several at once; the result is in their order.
    private func probe(_ files: [FileEntry]) throws -> [ProbedFile] {
        let stage = progress?.addStage("look into files", files: files.count)
        defer { stage?.end() }
        let next = Mutex(0)
        let results = Mutex<(files: [Int: ProbedFile], error: (any Error)?)>(([:], nil))
        DispatchQueue.concurrentPerform(iterations: min(threads, files.count)) { _ in
            while true {
                let index = next.withLock { index in
                    defer { index += 1 }
                    return index
                }
                guard index < files.count, results.withLock({ $0.error == nil }) else { return }
                do {
                    let probed = try probe(files[index])
                    results.withLock { $0.files[index] = probed }
                    stage?.addFile()
                } catch {
                    results.withLock { $0.error = $0.error ?? error }
                }
            }
        }
        return try results.withLock { results in
            if let error = results.error { throw error }
            return files.indices.map { results.files[$0]! }
        }
    }

    /// A damaged file is a finding; one that cannot be reached ends the crawl.
    private func probe(_ file: FileEntry) throws -> ProbedFile {
        do {
            return ProbedFile(file, try classifiers.probe(file))
        } catch let error as FormatError {
            return ProbedFile(file, nil, problem: error.description)
        }
    }
}

extension StorageLocation {
    /// The name without a slash at the end.
    fileprivate var bareURL: String { namesFolder ? String(url.dropLast()) : url }
}
