internal import Catalog
internal import Connectors
internal import Logging

/// What files that arrive bring about.
extension Scheduler {
    /// Looks for files, and fires the triggers that have waited for them.
    ///
    /// - Returns: when the next look is necessary.
    func fireArrivals(_ now: Double) throws -> Double {
        if watcher == nil {
            if definitions.arrivals.isEmpty { return .infinity }
            watcher = ArrivalWatcher(home: home, log: log)
        }
        guard let watcher else { return .infinity }
        watcher.update(definitions.arrivals)
        var next = try watcher.look(at: now) ?? .infinity
        for trigger in definitions.arrivals {
            let pending = try home.catalog.pendingArrivals(of: trigger.name)
            if pending.isEmpty { continue }
            let batch = ArrivalBatch(pending, trigger.eventBatchingCondition, at: now)
            for files in batch.due { try fire(trigger, files, now) }
            next = min(next, batch.next ?? .infinity)
        }
        try DeadLetters(home: home, log: log).move(at: now)
        return next
    }

    /// Hands files to the runs of a trigger. Where its workflow works as often as it may, they wait.
    private func fire(_ trigger: TriggerRecord, _ files: [String], _ now: Double) throws {
        let id = RunTransaction.makeRunID().dropFirst(3)
        let key = "\(trigger.name)@\(id)"
        let arguments = try ArrivalArguments.compose(files, firing: key, home: home)
        let hasFired = try home.catalog.schedule(lease) { transaction in
            if let workflow = trigger.workflowName, let most = try transaction.definition(WorkflowRecord.self, workflow)?.maxConcurrentRuns,
                try transaction.openWorkflowRuns().filter({ $0.workflow == workflow }).count >= most
            {
                return false
            }
            let taken = try transaction.assignArrivals(trigger.name, files, run: key)
            guard taken.count == files.count, try transaction.fire(key, trigger: trigger.name, at: now) else {
                try transaction.returnArrivals(of: key)
                return false
            }
            var firing = Firing(trigger: trigger, key: key, time: now)
            (firing.files, firing.arguments) = (files, arguments)
            _ = try firing.carryOut(in: transaction)
            return true
        }
        if !hasFired { ArrivalArguments.remove(firing: key, home: home) }
    }
}
