internal import Catalog
internal import Connectors
internal import Glibc
internal import Logging

/// Processes: those that are to be started, and those that must not go on.
extension Scheduler {
    /// Starts the waiting runs that are due, as far as the limits allow.
    func startWaiting(_ now: Double) throws {
        let (waiting, open) = try home.catalog.inspect { (try $0.waitingRuns(dueBy: now), try $0.openRuns()) }
        if waiting.isEmpty { return }
        var total = open.count
        var working: [RunNode: Int] = [:]
        for run in open { working[run.node, default: 0] += 1 }
        for run in waiting {
            if total >= options.maxRuns { return }
            var folder: String?
            var most = 1
            if run.kind == .job {
                guard let job = try home.catalog.definition(JobRecord.self, run.job ?? "") else {
                    try home.catalog.endRun(run.id, .error, error: "there is no job '\(run.job ?? "")' any more", at: now)
                    continue
                }
                (folder, most) = (job.workingDirectory, job.maxConcurrentRuns)
            } else {
                guard let crawler = try home.catalog.definition(CrawlerRecord.self, run.job ?? "") else {
                    try home.catalog.endRun(run.id, .error, error: "there is no crawler '\(run.job ?? "")' any more", at: now)
                    continue
                }
                folder = crawler.workingDirectory
            }
            if working[run.node, default: 0] >= most { continue }
            if try start(run, in: folder, now) {
                total += 1
                working[run.node, default: 0] += 1
            }
        }
    }

    /// The order matters: the lock says that someone works on the run, then the catalog says so, then the process begins.
    private func start(_ run: RunRecord, in folder: String?, _ now: Double) throws -> Bool {
        guard try supervisor.prepare(run.id) else { return false }
        var isOurs = false
        defer { if !isOurs { supervisor.abandon(run.id) } }
        isOurs = try home.catalog.schedule(lease) { transaction in
            guard var run = try transaction.run(run.id), run.state == .waiting else { return false }
            (run.state, run.started) = (.starting, now)
            try transaction.replace(run)
            return true
        }
        guard isOurs else { return false }
        do {
            try supervisor.start(run, workingDirectory: folder)
            log.info("run started", metadata: run.logMetadata)
            return true
        } catch {
            log.error("\(error)", metadata: run.logMetadata)
            try home.catalog.endRun(run.id, .failed, error: "\(error)", at: now)
            return false
        }
    }

    /// Enforces time limits and requests to stop.
    func watch(_ now: Double) throws {
        for run in try home.catalog.openRuns() {
            if let sent = asked[run.id] {
                if now - sent >= Self.patience { supervisor.send(SIGKILL, to: run.id) }
                continue
            }
            if run.state == .stopping {
                ask(run.id, now)
                continue
            }
            guard run.state == .running, run.kind == .job, let job = try home.catalog.definition(JobRecord.self, run.job ?? "") else { continue }
            let began = run.details.began ?? run.started
            let limit = run.details.timeout ?? job.timeoutSeconds
            if now - began > limit {
                try stop(run.id, .timeout, "the run took longer than its limit of \(Quantity.duration(limit))")
                ask(run.id, now)
                continue
            }
            if let minutes = job.notificationProperty?.notifyDelayAfter, now - began > minutes * 60, run.details.delayTold != true {
                try home.catalog.schedule(lease) { transaction in
                    guard var run = try transaction.run(run.id), run.state.isOpen else { return }
                    run.details.delayTold = true
                    try transaction.replace(run)
                    try self.tell(run, job, reason: .delay, now, transaction)
                }
            }
            guard let view = supervisor.view(of: run.id) else { continue }
            if let minutes = job.silenceTimeout, now - max(began, view.lastOutput) > minutes * 60 {
                try stop(run.id, .timeout, "the run wrote nothing to its log for \(Quantity.duration(minutes * 60))")
                ask(run.id, now)
            } else if let memory = job.memory, view.residentMemory > memory + memory / 4 + (256 << 20) {
                // Asking would take memory, too.
                try stop(run.id, .failed, "the run used \(view.residentMemory >> 20) MiB of memory, its limit is \(memory >> 20) MiB of data")
                supervisor.send(SIGKILL, to: run.id)
            }
        }
        if asked.count > 64 { asked = asked.filter { (try? home.catalog.run($0.key)?.state.isOpen) ?? false } }
    }

    private func ask(_ run: String, _ now: Double) {
        supervisor.send(SIGTERM, to: run)
        asked[run] = now
    }

    /// Notes why a run is stopped, before it is: whoever sees its end then knows.
    private func stop(_ id: String, _ ending: RunState, _ error: String) throws {
        try home.catalog.schedule(lease) { transaction in
            guard var run = try transaction.run(id), run.state == .running else { return }
            (run.state, run.details.ending, run.details.endingError) = (.stopping, ending, error)
            try transaction.replace(run)
        }
    }
}
