internal import Catalog
internal import Logging

/// What the scheduler has read of the definitions, in the form that it wants.
package struct SchedulerDefinitions {
    /// A schedule of a trigger or a crawler.
    package struct Timed {
        let trigger: TriggerRecord?
        let crawler: CrawlerRecord?
        let schedule: Schedule
        /// Ticks up to this time have been dealt with.
        var seen: Double
        /// The next tick; nil when there is none any more.
        package var next: Double?
    }

    /// By the name of the trigger, or of the crawler's tick.
    package var timed: [String: Timed] = [:]
    /// Active conditional triggers outside workflows, by the nodes that they watch.
    private(set) var watching: [RunNode: [TriggerRecord]] = [:]
    private(set) var arrivals: [TriggerRecord] = []
    private var generations: [String: Int64]?
    private var told: Set<String> = []

    /// Reads again what has changed.
    mutating func refresh(_ catalog: CatalogStore, log: Logger) throws {
        let now = try catalog.definitionGenerations()
        if now == generations { return }
        let statuses = try catalog.triggerStatuses()
        var timed: [String: Timed] = [:]
        var watching: [RunNode: [TriggerRecord]] = [:]
        var arrivals: [TriggerRecord] = []
        for trigger in try catalog.definitions(TriggerRecord.self) {
            guard let status = statuses[trigger.name] else { continue }
            switch trigger.type {
            case .scheduled where status.state == .activated:
                timed[trigger.name] = time(trigger.name, trigger.schedule, trigger.timeZone, status, trigger: trigger, log: log)
            case .conditional where status.state == .activated && trigger.workflowName == nil:
                for node in Set(trigger.predicate?.conditions.map(\.node) ?? []) { watching[node, default: []].append(trigger) }
            case .event where status.state != .deactivated: arrivals.append(trigger)
            default: break
            }
        }
        for crawler in try catalog.definitions(CrawlerRecord.self) where crawler.schedule != nil {
            let name = CatalogStore.crawlerTick(crawler.name)
            guard let status = statuses[name] else { continue }
            timed[name] = time("of crawler \(crawler.name)", crawler.schedule, crawler.timeZone, status, crawler: crawler, log: log)
        }
        (self.timed, self.watching, self.arrivals, generations) = (timed, watching, arrivals, now)
    }

    private mutating func time(
        _ name: String, _ expression: String?, _ zone: String?, _ status: TriggerStatus, trigger: TriggerRecord? = nil, crawler: CrawlerRecord? = nil,
        log: Logger
    ) -> Timed? {
        do {
            let schedule = try Schedule(expression: expression ?? "", zone: zone ?? "UTC", anchor: Int64(status.activated))
            return Timed(
                trigger: trigger, crawler: crawler, schedule: schedule, seen: status.seen,
                next: schedule.next(after: Int64(status.seen.rounded(.down))).map(Double.init))
        } catch {
            if told.insert(name).inserted { log.error("the schedule cannot be read, and starts nothing: \(error)", metadata: ["trigger": "\(name)"]) }
            return nil
        }
    }
}
