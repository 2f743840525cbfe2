internal import Catalog
public import Connectors
internal import Glibc

/// What people and programs ask of the scheduler: rows in the catalog, which whoever schedules carries out.
public struct SchedulingOrders: Sendable {
    private let home: Home
    private var catalog: CatalogStore { home.catalog }

    public init(_ home: Home) { self.home = home }

    /// Whether some process schedules at this home.
    public var isScheduled: Bool { SchedulerLock.isHeld(home) }

    /// One transaction, whose own errors come out as they are.
    private func transact<T>(_ body: (SchedulingTransaction) throws -> T) throws -> T {
        var refusal: JobError?
        do {
            return try catalog.schedule(nil) { transaction in
                do {
                    return try body(transaction)
                } catch let error as JobError {
                    refusal = error
                    throw error
                }
            }
        } catch {
            throw refusal ?? error
        }
    }

    /// Asks for a run of a job. It starts no conditional triggers, as in Glue.
    ///
    /// - Parameter timeout: seconds; nil for the job's.
    /// - Throws: `JobError.notFound`.
    public func startJob(_ name: String, arguments: [String: String] = [:], timeout: Double? = nil) throws -> String {
        guard try catalog.definition(JobRecord.self, name) != nil else { throw JobError(.notFound, "there is no job '\(name)'") }
        var run = RunRecord(id: RunTransaction.makeRunID(), job: name, state: .waiting, arguments: arguments)
        (run.due, run.isSettled, run.details.timeout) = (run.started, false, timeout)
        try catalog.insertRun(run)
        return run.id
    }

    /// - Throws: `JobError.notFound`, `.illegalState`.
    public func startCrawler(_ name: String) throws -> String {
        guard try catalog.definition(CrawlerRecord.self, name) != nil else { throw JobError(.notFound, "there is no crawler '\(name)'") }
        if let run = try catalog.runs(of: .crawler, named: name, limit: 1).first, !run.state.isFinal {
            throw JobError(.illegalState, "crawler '\(name)' has already started: run \(run.id) is \(run.state.rawValue)")
        }
        var run = RunRecord(id: RunTransaction.makeRunID(), kind: .crawler, job: name, state: .waiting)
        (run.due, run.isSettled) = (run.started, false)
        try catalog.insertRun(run)
        return run.id
    }

    /// Fires a trigger now, whatever its type; conditional triggers follow from its runs.
    ///
    /// - Throws: `JobError.notFound`.
    public func fire(_ name: String) throws -> (runs: [String], workflowRun: String?) {
        guard let trigger = try catalog.definition(TriggerRecord.self, name) else { throw JobError(.notFound, "there is no trigger '\(name)'") }
        let now = CatalogStore.now
        let key = "\(name)@\(RunTransaction.makeRunID().dropFirst(3))"
        return try transact { transaction in
            _ = try transaction.fire(key, trigger: name, at: now)
            return try Firing(trigger: trigger, key: key, time: now).carryOut(in: transaction)
        }
    }

    /// Begins a run of a workflow: the actions of its start trigger, whatever its type.
    ///
    /// - Throws: `JobError.notFound`, `.illegalState` when as many runs as may work do.
    public func startWorkflow(_ name: String, properties: [String: String] = [:]) throws -> String {
        guard try catalog.definition(WorkflowRecord.self, name) != nil else { throw JobError(.notFound, "there is no workflow '\(name)'") }
        let now = CatalogStore.now
        let begun = try transact { transaction in
            guard let start = try transaction.triggers(ofWorkflow: name).first(where: { $0.type != .conditional }) else {
                throw JobError(.illegalState, "workflow '\(name)' has no trigger that starts it")
            }
            let run = try WorkflowStart(workflow: name, key: name, time: now, properties: properties).carryOut(in: transaction, starting: start)
            guard run.state == .running else { return run }
            var firing = Firing(trigger: start, key: "\(start.name)@\(run.id)", time: now)
            (firing.chain, firing.workflow, firing.workflowRun) = (run.id, name, run.id)
            _ = try firing.carryOut(in: transaction)
            return run
        }
        if begun.state == .error { throw JobError(.illegalState, "workflow '\(name)' was not started: \(begun.error ?? "")") }
        return begun.id
    }

    /// Stops a run: at once if it waits, soon if it works.
    ///
    /// - Throws: `JobError.notFound`, `.illegalState` for a run that has ended.
    public func stopRun(_ id: String) throws {
        let run = try transact { transaction in
            guard var run = try transaction.run(id) else { throw JobError(.notFound, "there is no run '\(id)'") }
            guard !run.state.isFinal else { throw JobError(.illegalState, "run \(id) has ended already: \(run.state.rawValue)") }
            if run.state == .waiting {
                (run.state, run.error, run.finished) = (.stopped, "stopped on request before it started", CatalogStore.now)
            } else {
                run.state = .stopping
            }
            try transaction.replace(run)
            return run
        }
        // Whoever schedules asks the process, and a second signal would not let it end in order; without a scheduler nobody else asks.
        if !isScheduled, run.state == .stopping, run.processID > 0, RunLock.isHeld(home, run: id) { kill(run.processID, SIGTERM) }
    }

    /// Stops a workflow's run: what works is stopped, what waits never starts.
    ///
    /// - Throws: `JobError.notFound`, `.illegalState`.
    public func stopWorkflowRun(_ id: String) throws {
        try transact { transaction in
            guard var run = try transaction.workflowRun(id) else { throw JobError(.notFound, "there is no workflow run '\(id)'") }
            guard run.state == .running else { throw JobError(.illegalState, "workflow run \(id) does not work: \(run.state.rawValue)") }
            run.state = .stopping
            try transaction.put(run)
        }
    }

    /// Runs again nodes of a workflow's run that has ended, and all that comes after them; the others count as they ended.
    ///
    /// - Parameter nodes: names of jobs or crawlers; nil for those that did not succeed.
    /// - Returns: the id of the new run, and the nodes that it starts with: a node behind another one of them waits for that.
    /// - Throws: `JobError.notFound`, `.illegalState`.
    public func resumeWorkflowRun(_ id: String, nodes: [String]?) throws -> (run: String, nodes: [String]) {
        let now = CatalogStore.now
        return try transact { transaction in
            guard let old = try transaction.workflowRun(id) else { throw JobError(.notFound, "there is no workflow run '\(id)'") }
            guard old.state == .completed || old.state == .stopped else {
                throw JobError(.illegalState, "only a workflow run that has ended can be resumed; \(id) is \(old.state.rawValue)")
            }
            var ended: [RunNode: WorkflowRunRecord.InheritedNode] = [:]
            for node in old.inherited ?? [] { ended[node.node] = node }
            var arguments: [RunNode: RunRecord] = [:]
            for run in try transaction.runs(inChain: id) where run.state.isFinal && !run.isSuperseded {
                ended[run.node] = WorkflowRunRecord.InheritedNode(node: run.node, state: run.state, run: run.id)
                arguments[run.node] = run
            }
            let chosen: [RunNode]
            if let nodes {
                chosen = try nodes.map { name in
                    guard let node = ended.keys.first(where: { $0.name == name }) else {
                        throw JobError(.notFound, "'\(name)' did not run in \(id); it ran \(ended.keys.map(\.name).sorted().joined(separator: ", "))")
                    }
                    return node
                }
            } else {
                chosen = ended.values.filter { $0.state != .succeeded }.map(\.node)
            }
            let behind = DependencyGraph(old.triggers).nodes(behind: chosen)
            let first = chosen.filter { !behind.contains($0) }.sorted { $0.name < $1.name }
            let again = behind.union(chosen)
            let kept = ended.values.filter { !again.contains($0.node) }.sorted { $0.node.name < $1.node.name }
            let run = try WorkflowStart(
                workflow: old.workflow, key: id, time: now, properties: old.properties, previousRun: id, inherited: kept
            ).carryOut(in: transaction, starting: nil)
            if run.state == .error { throw JobError(.illegalState, "workflow '\(old.workflow)' was not resumed: \(run.error ?? "")") }
            // What the kept nodes had not yet brought about when the run was stopped.
            var missed: [RunNode] = []
            if nodes == nil {
                let states = kept.map { ($0.node, $0.state, $0.run) }
                for trigger in run.triggers where trigger.type == .conditional && trigger.actions.allSatisfy({ ended[$0.node] == nil }) {
                    if try Firing.whenMet(trigger, by: states, chain: run.id, workflow: old.workflow, workflowRun: run.id, at: now, in: transaction) {
                        missed += trigger.actions.map(\.node)
                    }
                }
                if chosen.isEmpty, missed.isEmpty {
                    throw JobError(.illegalState, "every node of \(id) succeeded; name those that are to run again")
                }
            }
            for node in first {
                var next = RunRecord(
                    id: RunTransaction.makeRunID(), kind: node.kind, job: node.name, state: .waiting, arguments: arguments[node]?.arguments ?? [:], started: now)
                (next.due, next.isSettled, next.key, next.chain) = (now, false, "\(run.id)#\(node.kind.rawValue)#\(node.name)", run.id)
                (next.workflow, next.workflowRun, next.trigger, next.previousRun) = (
                    old.workflow, run.id, arguments[node]?.trigger, arguments[node]?.id
                )
                if let before = arguments[node], let firing = try takeFiles(of: before, for: run.id, in: transaction) {
                    (next.details.firing, next.details.files) = (firing, before.details.files)
                }
                try transaction.insert(next)
            }
            return (run.id, first.map(\.name) + missed.map(\.name).sorted())
        }
    }

    /// Hands the files that brought a run about to the run that takes its place.
    ///
    /// - Returns: the key of the firing that has them now; nil where no files brought the run about, or they have been dealt with by it.
    /// - Throws: `JobError.illegalState` where another run has them, or had them: they would be taken twice.
    private func takeFiles(of run: RunRecord, for workflowRun: String, in transaction: SchedulingTransaction) throws -> String? {
        guard let firing = run.details.firing, let files = run.details.files, let trigger = run.trigger else { return nil }
        let next = "\(trigger)@\(workflowRun.dropFirst(3))"
        for arrival in try transaction.arrivals(of: trigger, at: files) {
            switch arrival.state {
            case .pending: continue
            case .assigned where arrival.run == next, .done where arrival.run == firing: continue
            case .assigned, .done:
                throw JobError(.illegalState, "\(arrival.file.path) was handed to another run of trigger '\(trigger)' meanwhile; it would be taken twice")
            case .failed:
                throw JobError(
                    .illegalState, "\(arrival.file.path) has failed too often and goes to the dead letters; mend it and move it back, and trigger '\(trigger)' takes it again")
            }
        }
        try transaction.assignArrivals(trigger, files, run: next)
        return next
    }
}
