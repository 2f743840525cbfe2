internal import Catalog
internal import Connectors
internal import Logging

/// What follows from the end of runs.
extension Scheduler {
    /// Retries, conditional triggers and messages of the runs that have ended: one transaction a run.
    func settle(_ now: Double) throws {
        while true {
            let ended = try home.catalog.inspect { try $0.unsettledRuns(limit: 200) }
            if ended.isEmpty { return }
            try home.catalog.schedule(lease) { transaction in
                for run in ended { try self.settle(run, now, transaction) }
            }
            if let observer = options.observer { for run in ended { observer.runEnded(run) } }
        }
    }

    private func settle(_ ended: RunRecord, _ now: Double, _ transaction: SchedulingTransaction) throws {
        var run = ended
        run.isSettled = true
        let job = run.kind == .job ? try transaction.definition(JobRecord.self, run.job ?? "") : nil
        if let retry = try retry(of: &run, job, now, transaction) {
            run.isSuperseded = true
            try transaction.insert(retry)
        }
        try transaction.replace(run)
        if run.isSuperseded { return }
        if run.details.firing != nil { try settleFiles(of: run, job, now, transaction) }
        if let job { try tell(run, job, now, transaction) }
        if let chain = run.chain { try fireConditions(after: run, chain, now, transaction) }
    }

    /// The next attempt of a run that failed, if there is to be one.
    ///
    /// Nothing is tried again that has taken effect: a run that raised an error after its commit stays as it is.
    private func retry(of run: inout RunRecord, _ job: JobRecord?, _ now: Double, _ transaction: SchedulingTransaction) throws -> RunRecord? {
        guard run.state == .failed, let job, run.attempt < job.maxRetries ?? 0 else { return nil }
        if run.isCommitted {
            run.details.note = "not tried again: the job's commit had made its data visible"
            return nil
        }
        if let id = run.workflowRun, let workflow = try transaction.workflowRun(id), workflow.state != .running { return nil }
        let attempt = run.attempt + 1
        var retry = RunRecord(id: RunTransaction.makeRunID(), kind: run.kind, job: run.job, state: .waiting, arguments: run.arguments, started: now)
        (retry.attempt, retry.previousRun, retry.isSettled) = (attempt, run.id, false)
        // Many jobs that fail of one cause should not come back in one moment.
        let delay = job.retryDelaySeconds(attempt: attempt) * Double.random(in: 0.9...1.1)
        (retry.due, retry.key) = (now + delay, "\(run.id)/retry")
        (retry.trigger, retry.chain, retry.workflow, retry.workflowRun, retry.predecessors) = (
            run.trigger, run.chain, run.workflow, run.workflowRun, run.predecessors
        )
        (retry.details.timeout, retry.details.files, retry.details.firing) = (run.details.timeout, run.details.files, run.details.firing)
        return retry
    }

    /// Puts the messages that a run brings about into the box of those that are to be sent.
    func tell(_ run: RunRecord, _ job: JobRecord, reason: RunNotification.Reason = .state, _ now: Double, _ transaction: SchedulingTransaction) throws {
        for message in NotificationMessage.compose(for: run, of: job, reason: reason, home: home, log: log, at: now) {
            try transaction.post(message.body, run: run.id, at: now)
            hasPosted = true
        }
    }

    /// The last run of a firing says what becomes of the files that brought it about.
    private func settleFiles(of run: RunRecord, _ job: JobRecord?, _ now: Double, _ transaction: SchedulingTransaction) throws {
        guard let firing = run.details.firing, let chain = run.chain else { return }
        let runs = try transaction.runs(inChain: chain).filter { $0.details.firing == firing && !$0.isSuperseded }
        guard runs.allSatisfy({ $0.state.isFinal && $0.isSettled }) else { return }
        // A run that failed after its commit has taken its files: their rows are there.
        func hasTaken(_ run: RunRecord) -> Bool { run.state == .succeeded || run.isCommitted }
        if runs.allSatisfy(hasTaken) {
            // What failed may be resumed, and wants its list.
            ArrivalArguments.remove(firing: firing, home: home)
            try transaction.settleArrivals(of: firing, succeeded: true, at: now)
        } else if let failed = runs.first(where: { !hasTaken($0) && $0.state != .stopped }) {
            let most = try transaction.definition(TriggerRecord.self, run.trigger ?? "")?.arrival?.maxFailures ?? 3
            let error = "run \(failed.id) of \(failed.job ?? "") ended \(failed.state.rawValue)\(failed.error.map { ": " + $0 } ?? "")"
            try transaction.settleArrivals(
                of: firing, succeeded: false, failed: failed.id, error: error, maxFailures: most, at: now, retryAt: now + (job?.retryDelaySeconds(attempt: 1) ?? 30))
        } else {
            try transaction.returnArrivals(of: firing)
        }
    }

    /// Fires the conditional triggers that the end of a run completes, each once in a chain.
    private func fireConditions(after run: RunRecord, _ chain: String, _ now: Double, _ transaction: SchedulingTransaction) throws {
        var workflow: WorkflowRunRecord?
        var triggers = definitions.watching[run.node] ?? []
        if let id = run.workflowRun {
            workflow = try transaction.workflowRun(id)
            guard let workflow, workflow.state == .running else { return }
            triggers = workflow.triggers.filter { trigger in
                trigger.type == .conditional && trigger.predicate?.conditions.contains { $0.node == run.node } ?? false
            }
        }
        if triggers.isEmpty { return }
        var ended: [(node: RunNode, state: RunState, run: String)] = (workflow?.inherited ?? []).map { ($0.node, $0.state, $0.run) }
        ended += try transaction.runs(inChain: chain).filter { $0.isSettled && !$0.isSuperseded && $0.state.isFinal }.map { ($0.node, $0.state, $0.id) }
        for trigger in triggers {
            _ = try Firing.whenMet(trigger, by: ended, chain: chain, workflow: run.workflow, workflowRun: run.workflowRun, at: now, in: transaction)
        }
    }

    /// Ends the workflows of which nothing more can run, and stops what belongs to those that are to stop.
    func closeWorkflows(_ now: Double) throws {
        if try home.catalog.inspect({ try $0.openWorkflowRuns().isEmpty }) { return }
        try home.catalog.schedule(lease) { transaction in
            for var workflow in try transaction.openWorkflowRuns() {
                let runs = try transaction.runs(inChain: workflow.id)
                if workflow.state == .stopping {
                    for var run in runs where run.state == .waiting {
                        (run.state, run.error, run.finished) = (.stopped, "its workflow's run was stopped", now)
                        try transaction.replace(run)
                    }
                    for var run in runs where run.state == .running || run.state == .starting {
                        (run.state, run.details.ending, run.details.endingError) = (.stopping, .stopped, "its workflow's run was stopped")
                        try transaction.replace(run)
                    }
                }
                guard runs.allSatisfy({ $0.state.isFinal && $0.isSettled }) else { continue }
                (workflow.state, workflow.finished) = (workflow.state == .stopping ? .stopped : .completed, now)
                try transaction.put(workflow)
                self.log.info(
                    "workflow ended: \(workflow.state.rawValue)", metadata: ["workflow": "\(workflow.workflow)", "workflowRun": "\(workflow.id)"])
            }
        }
    }
}

extension TriggerRecord.Predicate {
    /// The runs that meet the conditions; nil when they are not met.
    func met(by ended: [(node: RunNode, state: RunState, run: String)]) -> [String]? {
        var met: [String] = []
        for condition in conditions {
            let run = ended.last { $0.node == condition.node && $0.state == condition.runState }?.run
            switch (logical ?? .and, run) {
            case (.and, nil): return nil
            case (.and, let run?): met.append(run)
            case (.any, nil): continue
            case (.any, let run?): return [run]
            }
        }
        return met.isEmpty ? nil : met
    }
}
