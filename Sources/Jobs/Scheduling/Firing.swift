internal import Catalog

/// A trigger that fires: the runs that it asks for.
struct Firing {
    let trigger: TriggerRecord
    /// What makes the firing the only one: part of the keys of its runs.
    let key: String
    let time: Double
    /// Whether a time brought it about, so that a job that still works may let it pass.
    var isTick = false
    /// The chain that the runs belong to; nil to begin one.
    var chain: String?
    var workflow: String?
    var workflowRun: String?
    var predecessors: [String] = []
    /// Arguments beside those of the actions.
    var arguments: [String: String] = [:]
    /// The files that arrived, where they brought it about.
    var files: [String]?

    /// Records the runs. A start trigger of a workflow begins a run of the workflow.
    ///
    /// - Returns: the ids of the runs, and the workflow's run.
    func carryOut(in transaction: SchedulingTransaction) throws -> (runs: [String], workflowRun: String?) {
        if let workflow = trigger.workflowName, workflowRun == nil {
            let begun = try WorkflowStart(workflow: workflow, key: key, time: time).carryOut(in: transaction, starting: trigger)
            guard begun.state == .running else { return ([], begun.id) }
            var firing = self
            (firing.chain, firing.workflow, firing.workflowRun) = (begun.id, workflow, begun.id)
            return try firing.carryOut(in: transaction)
        }
        var ids: [String] = []
        for (index, action) in trigger.actions.enumerated() {
            let node = action.node
            var run = RunRecord(
                id: RunTransaction.makeRunID(), kind: node.kind, job: node.name, state: .waiting, arguments: (action.arguments ?? [:]).merging(arguments) { $1 },
                started: time)
            (run.key, run.due, run.isSettled, run.trigger) = ("\(key)#\(index)", time, false, trigger.name)
            (run.chain, run.workflow, run.workflowRun, run.predecessors) = (chain ?? key, workflow, workflowRun, predecessors)
            (run.details.timeout, run.details.files) = (action.timeout.map { $0 * 60 }, files)
            if files != nil { run.details.firing = key }
            try admit(&run, in: transaction)
            if try transaction.insert(run) { ids.append(run.id) }
        }
        return (ids, workflowRun)
    }

    /// Fires a conditional trigger whose conditions are met, once in a chain.
    ///
    /// - Returns: false where they are not met, or it has fired in the chain.
    static func whenMet(
        _ trigger: TriggerRecord, by ended: [(node: RunNode, state: RunState, run: String)], chain: String, workflow: String?, workflowRun: String?, at now: Double,
        in transaction: SchedulingTransaction
    ) throws -> Bool {
        guard let met = trigger.predicate?.met(by: ended) else { return false }
        let key = "\(trigger.name)@\(chain)"
        guard try transaction.fire(key, trigger: trigger.name, at: now) else { return false }
        var firing = Firing(trigger: trigger, key: key, time: now)
        (firing.chain, firing.workflow, firing.workflowRun, firing.predecessors) = (chain, workflow, workflowRun, met)
        _ = try firing.carryOut(in: transaction)
        return true
    }

    /// Whether the run may come at all: its job must be there, and a tick may have to let a run pass that still works.
    private func admit(_ run: inout RunRecord, in transaction: SchedulingTransaction) throws {
        let name = run.job ?? ""
        if run.kind == .crawler {
            if try transaction.definition(CrawlerRecord.self, name) == nil { end(&run, .error, "there is no crawler '\(name)'") }
            return
        }
        guard let job = try transaction.definition(JobRecord.self, name) else { return end(&run, .error, "there is no job '\(name)'") }
        // Files that wait for a run are not passed over: without it they would come again at once.
        let policy = files != nil ? .queue : job.overlap ?? (isTick ? .skip : .queue)
        guard policy != .queue else { return }
        let others = try transaction.activeRuns(of: run.node)
        guard others.count >= job.maxConcurrentRuns else { return }
        switch policy {
        case .queue: break
        case .skip:
            let ids = others.map(\.id).joined(separator: ", ")
            end(&run, .stopped, "skipped: \(others.count == 1 ? "run \(ids) of the job still works" : "runs \(ids) of the job still work") (MaxConcurrentRuns is \(job.maxConcurrentRuns))")
        case .cancelPrevious:
            guard var oldest = others.first else { return }
            if oldest.state == .waiting {
                end(&oldest, .stopped, "a newer run took its place")
            } else if oldest.state != .stopping {
                (oldest.state, oldest.details.ending, oldest.details.endingError) = (.stopping, .stopped, "a newer run took its place")
            }
            try transaction.replace(oldest)
        }
    }

    private func end(_ run: inout RunRecord, _ state: RunState, _ error: String) {
        (run.state, run.error, run.finished) = (state, error, time)
    }
}

/// A workflow that begins to run.
struct WorkflowStart {
    let workflow: String
    let key: String
    let time: Double
    var properties: [String: String] = [:]
    var previousRun: String?
    var inherited: [WorkflowRunRecord.InheritedNode]?

    /// Records the workflow's run, with the triggers as they are now; in state ERROR where the workflow may not run.
    func carryOut(in transaction: SchedulingTransaction, starting trigger: TriggerRecord?) throws -> WorkflowRunRecord {
        let definition = try transaction.definition(WorkflowRecord.self, workflow)
        let triggers = try transaction.triggers(ofWorkflow: workflow)
        var run = WorkflowRunRecord(
            id: "wr_" + RunTransaction.makeRunID().dropFirst(3), workflow: workflow,
            properties: (definition?.defaultRunProperties ?? [:]).merging(properties) { $1 }, triggers: triggers, started: time)
        (run.previousRun, run.inherited) = (previousRun, inherited)
        if definition == nil {
            (run.state, run.error, run.finished) = (.error, "there is no workflow '\(workflow)'", time)
        } else if let most = definition?.maxConcurrentRuns {
            let open = try transaction.openWorkflowRuns().filter { $0.workflow == workflow }
            if open.count >= most {
                let ids = open.map(\.id).joined(separator: ", ")
                (run.state, run.error, run.finished) = (.error, "ConcurrentRunsExceeded: \(ids) still \(open.count == 1 ? "runs" : "run") (MaxConcurrentRuns is \(most))", time)
            }
        }
        try transaction.put(run)
        return run
    }
}
