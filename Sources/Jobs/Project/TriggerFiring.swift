public import Catalog

/// The firing of a trigger that a person asks for.
public enum TriggerFiring {
    /// Makes a waiting run for each action, all in one new chain, for the scheduler to start.
    ///
    /// - Returns: the runs' ids.
    /// - Throws: `entityNotFound` for a job or crawler that is gone; nothing is started then.
    public static func fire(_ trigger: TriggerRecord, in catalog: CatalogStore, at time: Double = CatalogStore.now) throws(CatalogError) -> [String] {
        let chain = "\(trigger.name)@\(RunTransaction.makeRunID())"
        var runs: [RunRecord] = []
        for (i, action) in trigger.actions.enumerated() {
            var arguments: [String: String] = [:]
            if let name = action.jobName {
                guard let job = try catalog.definition(JobRecord.self, name) else {
                    throw CatalogError(.entityNotFound, "trigger '\(trigger.name)' starts job '\(name)', which does not exist")
                }
                arguments = (job.defaultArguments ?? [:]).merging(action.arguments ?? [:]) { $1 }.merging(job.nonOverridableArguments ?? [:]) { $1 }
            } else if let name = action.crawlerName, try catalog.definition(CrawlerRecord.self, name) == nil {
                throw CatalogError(.entityNotFound, "trigger '\(trigger.name)' starts crawler '\(name)', which does not exist")
            }
            var run = RunRecord(id: RunTransaction.makeRunID(), kind: action.node.kind, job: action.node.name, state: .waiting, arguments: arguments, started: time)
            (run.trigger, run.chain, run.key, run.due, run.isSettled) = (trigger.name, chain, "\(chain)#\(i)", time, false)
            run.details.timeout = action.timeout.map { $0 * 60 }
            runs.append(run)
        }
        let made = runs
        _ = try catalog.schedule(nil) { transaction in
            _ = try transaction.fire(chain, trigger: trigger.name, at: time)
            for run in made { try transaction.insert(run) }
        }
        return made.map(\.id)
    }
}
