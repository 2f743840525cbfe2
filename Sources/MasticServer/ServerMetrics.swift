package import Catalog
internal import Jobs
internal import Synchronization

/// What has happened since the server began, counted. From any thread.
package final class ServerMetrics: SchedulerObserver {
    /// A run's job or crawler, and its end.
    struct Ending: Hashable, Comparable {
        let kind: String
        let job: String
        let state: String

        static func < (a: Ending, b: Ending) -> Bool { (a.kind, a.job, a.state) < (b.kind, b.job, b.state) }
    }

    struct Rows: Hashable {
        var read = 0
        var written = 0
    }

    struct Counts {
        var ended: [Ending: Int] = [:]
        var rows: [String: Rows] = [:]
        var runSeconds: [String: Histogram] = [:]
        var tickSeconds = Histogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
        var tickErrors = 0
        /// Seconds that the latest tick of a trigger came late.
        var lag = 0.0
    }

    private static let runBounds: [Double] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 10800, 43200]

    private let counts = Mutex(Counts())

    package init() {}

    var snapshot: Counts { counts.withLock { $0 } }

    package func schedulerTicked(seconds: Double, lag: Double) {
        counts.withLock { counts in
            counts.tickSeconds.add(seconds)
            counts.lag = lag
        }
    }

    package func schedulerFailed(_ error: any Error) { counts.withLock { $0.tickErrors += 1 } }

    package func runEnded(_ run: RunRecord) {
        counts.withLock { counts in
            let kind = run.kind.rawValue.lowercased()
            let job = run.job ?? ""
            counts.ended[Ending(kind: kind, job: job, state: run.state.rawValue), default: 0] += 1
            // A run that never worked has no duration.
            if let finished = run.finished, let began = run.details.began {
                counts.runSeconds[kind, default: Histogram(Self.runBounds)].add(max(0, finished - began))
            }
            if run.kind == .job {
                counts.rows[job, default: Rows()].read += run.details.rowsRead ?? 0
                counts.rows[job, default: Rows()].written += run.details.rowsWritten ?? 0
            }
        }
    }
}

/// What the catalog says at the time of a scrape.
package struct CatalogFigures: Sendable {
    let runs: [RunState: Int]
    let depth: Int
    /// Since when the first run of the queue waits: seconds since the epoch.
    let since: Double?

    init(_ catalog: CatalogStore) throws {
        runs = try catalog.runCounts()
        (depth, since) = try catalog.queue()
    }

    package init(runs: [RunState: Int], depth: Int, since: Double?) { (self.runs, self.depth, self.since) = (runs, depth, since) }
}

extension ServerMetrics {
    /// All metrics as text.
    ///
    /// - Parameter catalog: nil when it cannot be read; what it would say is left out then.
    package func text(version: String, role: ServerRole, catalog: CatalogFigures?, process: ProcessFigures, now: Double = CatalogStore.now) -> String {
        let counts = snapshot
        var text = PrometheusText()
        text.begin("mastic_build_info", .gauge, "The version of this build.")
        text.add(1, [("version", version)])
        text.add("mastic_scheduler_active", .gauge, "Whether this process schedules: 1, or 0 for one that stands by.", role.schedules ? 1 : 0)
        text.add("mastic_catalog_up", .gauge, "Whether the catalog could be read for this scrape.", catalog == nil ? 0 : 1)
        if let catalog {
            text.begin("mastic_runs", .gauge, "Runs in the catalog by state.")
            for state in RunState.allCases { text.add(Double(catalog.runs[state] ?? 0), [("state", state.rawValue)]) }
            text.add("mastic_queue_depth", .gauge, "Runs that are due and wait to be started.", Double(catalog.depth))
            text.add(
                "mastic_queue_oldest_seconds", .gauge, "How long the first run of the queue has been due.", catalog.since.map { max(0, now - $0) } ?? 0)
        }
        text.begin("mastic_runs_total", .counter, "Runs that have ended since this process began to schedule, attempts that were tried again included.")
        for (ending, count) in counts.ended.sorted(by: { $0.key < $1.key }) {
            text.add(Double(count), [("job", ending.job), ("kind", ending.kind), ("state", ending.state)])
        }
        text.begin("mastic_run_duration_seconds", .histogram, "How long the processes of ended runs worked.")
        for (kind, histogram) in counts.runSeconds.sorted(by: { $0.key < $1.key }) { text.add(histogram, [("kind", kind)]) }
        let rows = counts.rows.sorted { $0.key < $1.key }
        text.begin("mastic_rows_read_total", .counter, "Rows that ended runs had read.")
        for (job, rows) in rows { text.add(Double(rows.read), [("job", job)]) }
        text.begin("mastic_rows_written_total", .counter, "Rows that ended runs had written.")
        for (job, rows) in rows { text.add(Double(rows.written), [("job", job)]) }
        text.add("mastic_scheduler_lag_seconds", .gauge, "How late the latest time of a trigger was dealt with.", counts.lag)
        text.begin("mastic_scheduler_tick_seconds", .histogram, "How long the scheduler took to look at everything once.")
        text.add(counts.tickSeconds)
        text.add("mastic_scheduler_errors_total", .counter, "Ticks of the scheduler that could not do their work.", Double(counts.tickErrors))
        text.add("process_resident_memory_bytes", .gauge, "Resident memory of this process.", Double(process.residentBytes))
        text.add("process_cpu_seconds_total", .counter, "Processor time of this process.", process.cpuSeconds)
        text.add("process_open_fds", .gauge, "Open file descriptors of this process.", Double(process.openDescriptors))
        text.add("process_start_time_seconds", .gauge, "When this process started, in seconds since the epoch.", process.started)
        return text.text
    }
}
