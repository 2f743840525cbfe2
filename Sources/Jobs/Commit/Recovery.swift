internal import Catalog
public import Connectors

/// Completes the commits of runs that died half-way, and removes what the others left behind. To be run before a command reads or writes data.
public enum Recovery {
    public struct Report: Sendable, Equatable {
        /// Runs whose files were published.
        public var completed: [String] = []
        /// Runs that had died before their commit; nothing of them is left.
        public var removed: [String] = []
        /// Sentences for the user: what could not be done, and will be tried again.
        public var warnings: [String] = []

        package init() {}
    }

    /// How long to wait for a run that is publishing at this moment.
    private static let patienceMilliseconds = 5000

    /// Looks at every run that is not known to have ended. Running it again, or in several processes at once, changes nothing.
    ///
    /// - Throws: `CatalogError` when the catalog cannot be read.
    public static func run(_ home: Home) throws -> Report {
        var report = Report()
        guard home.catalog.exists else { return report }
        for run in try home.catalog.unfinishedRuns() {
            do {
                try recover(run, home, &report)
            } catch let error as StorageError {
                report.warnings.append("what run \(run) left could not be put in order: \(error.message)")
            }
        }
        return report
    }

    /// Puts in order what a run left whose process is known to have ended, and ends it if it has not.
    ///
    /// - Parameter error: why the process ended.
    static func finish(_ run: String, _ home: Home, error: String, peakMemory: Int? = nil) throws -> Report {
        var report = Report()
        try recover(run, home, &report, error: error, peakMemory: peakMemory)
        return report
    }

    private static func recover(
        _ run: String, _ home: Home, _ report: inout Report, error: String = "the process ended before the run did", peakMemory: Int? = nil
    ) throws {
        func hasNotBegun() throws -> Bool {
            let state = try home.catalog.run(run)?.state
            return state == .starting || state == .waiting
        }
        // Nothing has begun that would be lost: the scheduler starts it, or has.
        if try hasNotBegun() { return }
        let isPublishing = try !home.catalog.pendingIntents(of: run).isEmpty
        guard let lock = try RunLock.acquire(home, run: run, patienceMilliseconds: isPublishing ? patienceMilliseconds : 0) else {
            if isPublishing { report.warnings.append("run \(run) is still publishing its files; what is read now may lack some of them") }
            return
        }
        // Now that nobody else can: what is left to do.
        if try hasNotBegun() { return }
        let intents = try home.catalog.pendingIntents(of: run)
        for intent in intents {
            let publication = try Publication(json: intent.body)
            try publication.publish(under: lock.descriptor)
            try home.catalog.finishIntent(intent.id)
            try publication.removeLeftovers()
        }
        let area = try home.catalog.stagingFolders(of: run)
        for folder in area { try StagingArea.remove(folder) }
        if !area.isEmpty { try home.catalog.removeStagingFolders(of: run) }
        let wasOpen = try home.catalog.endLostRun(run, error: error, peakMemory: peakMemory)
        if !intents.isEmpty { report.completed.append(run) } else if wasOpen || !area.isEmpty { report.removed.append(run) }
        lock.remove()
    }
}
