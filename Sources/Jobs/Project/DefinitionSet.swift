public import Catalog

/// Jobs, crawlers, workflows and triggers by name: those of a project file, or those of the catalog.
public struct DefinitionSet: Hashable, Sendable {
    public var jobs: [String: JobRecord] = [:]
    public var crawlers: [String: CrawlerRecord] = [:]
    public var workflows: [String: WorkflowRecord] = [:]
    public var triggers: [String: TriggerRecord] = [:]
    /// The triggers that fire by themselves; one on demand never does.
    public var activeTriggers: Set<String> = []

    public init() {}

    /// What the catalog has.
    public init(_ catalog: CatalogStore) throws(CatalogError) {
        guard catalog.exists else { return }
        for record in try catalog.definitions(JobRecord.self) { jobs[record.name] = record }
        for record in try catalog.definitions(CrawlerRecord.self) { crawlers[record.name] = record }
        for record in try catalog.definitions(WorkflowRecord.self) { workflows[record.name] = record }
        for record in try catalog.definitions(TriggerRecord.self) { triggers[record.name] = record }
        let statuses = try catalog.triggerStatuses()
        activeTriggers = Set(triggers.values.filter { $0.isActive(statuses[$0.name]?.state ?? .created) }.map(\.name))
    }

    public var count: Int { jobs.count + crawlers.count + workflows.count + triggers.count }

    /// The names of a kind, sorted.
    public func names(_ kind: DefinitionKind) -> [String] {
        switch kind {
        case .job: jobs.keys.sorted()
        case .crawler: crawlers.keys.sorted()
        case .workflow: workflows.keys.sorted()
        case .trigger: triggers.keys.sorted()
        }
    }

    /// The definitions that came from a project.
    func ofProject(_ project: String) -> DefinitionSet {
        var set = DefinitionSet()
        set.jobs = jobs.filter { $0.value.project == project }
        set.crawlers = crawlers.filter { $0.value.project == project }
        set.workflows = workflows.filter { $0.value.project == project }
        set.triggers = triggers.filter { $0.value.project == project }
        set.activeTriggers = activeTriggers.filter { set.triggers[$0] != nil }
        return set
    }

    /// The set without those that another one has too.
    func subtracting(_ other: DefinitionSet) -> DefinitionSet {
        var set = self
        set.jobs = jobs.filter { other.jobs[$0.key] == nil }
        set.crawlers = crawlers.filter { other.crawlers[$0.key] == nil }
        set.workflows = workflows.filter { other.workflows[$0.key] == nil }
        set.triggers = triggers.filter { other.triggers[$0.key] == nil }
        set.activeTriggers = activeTriggers.filter { set.triggers[$0] != nil }
        return set
    }
}

extension TriggerRecord {
    /// Whether the trigger fires by itself. One that waits for files does unless it was stopped; one on demand never does.
    func isActive(_ state: TriggerState) -> Bool {
        switch type {
        case .onDemand: false
        case .event: state != .deactivated
        case .scheduled, .conditional: state == .activated
        }
    }
}
