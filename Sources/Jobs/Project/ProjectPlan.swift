public import Catalog

/// What is to be done so that the catalog has what a project file declares: the difference between two sets of definitions.
public struct ProjectPlan: Sendable {
    public enum Action: String, Codable, Sendable {
        case add, change, remove
    }

    /// A member whose value is another one. Values are written as in a project file; nil where the member has none.
    public struct Difference: Hashable, Sendable {
        public let member: String
        public let old: String?
        public let new: String?
    }

    public struct Change: Hashable, Sendable {
        public let action: Action
        public let kind: DefinitionKind
        public let name: String
        /// What is said of a new definition: its script, its schedule.
        public let summary: String
        /// Of a changed definition.
        public let differences: [Difference]
        let change: DefinitionChange
    }

    /// In the order of kinds: jobs, crawlers, workflows, triggers; by name.
    public let changes: [Change]
    public let unchanged: Int
    /// What came from the project and is no longer declared, where nothing is pruned.
    public let leftovers: [(kind: DefinitionKind, name: String)]

    /// - Parameter prunes: whether what came from the project and is no longer declared goes.
    public init(_ file: ProjectFile, existing: DefinitionSet, prunes: Bool) {
        let wanted = file.definitions
        var changes: [Change] = []
        var unchanged = 0
        func compare<Record: DefinitionRecord>(_ new: Record, _ old: Record?, _ summary: String, extra: [Difference] = [], _ put: DefinitionChange) {
            guard let old else {
                changes.append(Change(action: .add, kind: Record.kind, name: new.name, summary: summary, differences: [], change: put))
                return
            }
            let differences = DefinitionDifference.between(old, new) + extra
            if differences.isEmpty {
                unchanged += 1
            } else {
                changes.append(Change(action: .change, kind: Record.kind, name: new.name, summary: summary, differences: differences, change: put))
            }
        }
        for name in wanted.names(.job) {
            if let record = wanted.jobs[name] { compare(record, existing.jobs[name], record.command.scriptLocation, .putJob(record)) }
        }
        for name in wanted.names(.crawler) {
            guard let record = wanted.crawlers[name] else { continue }
            compare(record, existing.crawlers[name], "\(record.targets.s3Targets.map(\.path).joined(separator: ", ")) -> \(record.databaseName)", .putCrawler(record))
        }
        for name in wanted.names(.workflow) {
            if let record = wanted.workflows[name] { compare(record, existing.workflows[name], record.description ?? "", .putWorkflow(record)) }
        }
        for name in wanted.names(.trigger) {
            guard let record = wanted.triggers[name] else { continue }
            let isActive = wanted.activeTriggers.contains(name)
            let wasActive = existing.activeTriggers.contains(name)
            let extra = existing.triggers[name] != nil && isActive != wasActive ? [Difference(member: "active", old: "\(wasActive)", new: "\(isActive)")] : []
            compare(record, existing.triggers[name], "\(record.cause) -> \(record.actions.map(\.node.name).joined(separator: ", "))", extra: extra, .putTrigger(record, isActive: isActive))
        }
        let former = existing.ofProject(file.project).subtracting(wanted)
        var leftovers: [(kind: DefinitionKind, name: String)] = []
        // Triggers first: nothing may start what is going to go.
        for kind in [DefinitionKind.trigger, .workflow, .crawler, .job] {
            for name in former.names(kind) {
                if prunes {
                    changes.append(Change(action: .remove, kind: kind, name: name, summary: "", differences: [], change: .delete(kind, name)))
                } else {
                    leftovers.append((kind, name))
                }
            }
        }
        (self.changes, self.unchanged, self.leftovers) = (changes, unchanged, leftovers)
    }

    public func count(_ action: Action) -> Int { changes.count { $0.action == action } }

    /// Makes the catalog so: everything in one transaction, or nothing.
    public func apply(to catalog: CatalogStore) throws(CatalogError) { try catalog.apply(changes.map(\.change)) }
}

extension TriggerRecord {
    /// What makes the trigger fire, in few words: its schedule, its conditions, its files.
    public var cause: String {
        switch type {
        case .scheduled: return (schedule ?? "") + (timeZone.map { " \($0)" } ?? "")
        case .onDemand: return "on demand"
        case .event:
            let files = arrival.map { $0.path + ($0.pattern.map { "/" + $0 } ?? "") } ?? ""
            return "files in \(files)"
        case .conditional:
            let conditions = predicate?.conditions ?? []
            let texts = conditions.map { $0.node.name + ($0.runState == .succeeded ? "" : " \($0.crawlState ?? $0.runState.rawValue)") }
            if conditions.count < 2 { return "after " + texts.joined() }
            return (predicate?.logical == .any ? "after any of " : "after all of ") + texts.joined(separator: ", ")
        }
    }
}
