internal import Catalog
internal import Connectors
internal import Logging

/// An orderly end.
extension Scheduler {
    /// Lets the runs that work come to their end, and starts nothing any more.
    ///
    /// What waits, and what follows from the ends (retries, conditional triggers), is left to the next scheduler.
    ///
    /// - Parameters:
    ///   - seconds: for how long. Then the runs are stopped, and killed where they do not follow.
    ///   - isEnough: says that nobody wants to wait any more; runs that still work go on, and the next scheduler takes them over.
    /// - Throws: as `tick` does.
    public func drain(seconds: Double, until isEnough: () -> Bool) throws {
        isDraining = true
        let end = MonotonicTime.seconds + seconds
        var isStopped = false
        let count = try workingRuns().count
        if count > 0, seconds > 0 { log.notice("waiting up to \(Quantity.duration(seconds)) for \(count) \(count == 1 ? "run" : "runs")") }
        try run {
            let working = try workingRuns()
            if working.isEmpty || isEnough() { return true }
            let late = MonotonicTime.seconds - end
            if late >= 0, !isStopped {
                isStopped = true
                try stop(working)
            }
            // Whoever does not even follow SIGKILL waits for a disk; the next scheduler sees its end.
            return late > Self.patience + 5
        }
        for run in try workingRuns() { log.warning("the run still works; the next scheduler takes it over", metadata: run.logMetadata) }
    }

    /// The runs that processes work on for this scheduler; those of `mastic run` are not its business.
    private func workingRuns() throws -> [RunRecord] { try home.catalog.openRuns().filter { !$0.isSettled } }

    private func stop(_ runs: [RunRecord]) throws {
        try home.catalog.schedule(lease) { transaction in
            for run in runs {
                guard var run = try transaction.run(run.id), run.state == .running || run.state == .starting else { continue }
                (run.state, run.details.ending, run.details.endingError) = (.stopping, .stopped, "the scheduler was shut down while the run worked")
                try transaction.replace(run)
                log.notice("stopping the run: the scheduler shuts down", metadata: run.logMetadata)
            }
        }
    }
}

extension RunRecord {
    /// What a log says of a run besides the message.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["run": "\(id)"]
        if let job { metadata[kind == .job ? "job" : "crawler"] = "\(job)" }
        if let trigger { metadata["trigger"] = "\(trigger)" }
        if attempt > 0 { metadata["attempt"] = "\(attempt)" }
        return metadata
    }
}
