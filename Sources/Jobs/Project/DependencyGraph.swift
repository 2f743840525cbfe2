public import Catalog

/// What follows from what: jobs and crawlers, and the conditional triggers between them.
///
/// Runs of a workflow meet conditions of that workflow's triggers alone, and other runs those of triggers without a workflow; so a graph is that of one
/// workflow, or of everything outside of workflows.
public struct DependencyGraph: Sendable {
    /// One way: when `from` ends as the trigger has it, `to` may start. `from` is nil for what a first trigger starts.
    public struct Link: Hashable, Sendable {
        public let from: RunNode?
        public let trigger: String
        public let to: RunNode
    }

    /// Conditional triggers that lead back to where they began.
    public struct Cycle: Hashable, Sendable, CustomStringConvertible {
        /// `triggers[i]` leads from `nodes[i]` to the next one, the last to the first.
        public let nodes: [RunNode]
        public let triggers: [String]

        /// `job 'a' -> trigger 't' -> job 'b' -> trigger 'u' -> job 'a'`.
        public var description: String {
            var text = ""
            for (node, trigger) in zip(nodes, triggers) { text += "\(node.title) -> trigger '\(trigger)' -> " }
            return text + (nodes.first?.title ?? "")
        }
    }

    /// By name.
    public let triggers: [TriggerRecord]
    public let links: [Link]
    private let next: [RunNode: [Link]]

    /// - Parameter triggers: of one workflow, or of none.
    public init(_ triggers: [TriggerRecord]) {
        self.triggers = triggers.sorted { $0.name < $1.name }
        var links: [Link] = []
        for trigger in self.triggers {
            for action in trigger.actions {
                if trigger.type != .conditional { links.append(Link(from: nil, trigger: trigger.name, to: action.node)) }
                if trigger.type == .conditional {
                    for condition in trigger.predicate?.conditions ?? [] { links.append(Link(from: condition.node, trigger: trigger.name, to: action.node)) }
                }
            }
        }
        self.links = links
        next = Dictionary(grouping: links.filter { $0.from != nil }) { $0.from ?? $0.to }
    }

    /// The graphs of all triggers, by workflow; nil for those outside.
    public static func graphs(of triggers: [TriggerRecord]) -> [String?: DependencyGraph] {
        Dictionary(grouping: triggers) { $0.workflowName }.mapValues { DependencyGraph($0) }
    }

    /// The triggers that begin something: all but the conditional ones.
    public var startTriggers: [TriggerRecord] { triggers.filter { $0.type != .conditional } }

    /// Conditions that no run can meet, because no trigger of the graph starts what they wait for.
    public var unmetConditions: [(trigger: String, node: RunNode)] {
        let started = Set(links.map(\.to))
        var found: [(trigger: String, node: RunNode)] = []
        for trigger in triggers where trigger.type == .conditional {
            for condition in trigger.predicate?.conditions ?? [] where !started.contains(condition.node) { found.append((trigger.name, condition.node)) }
        }
        return found
    }

    /// The nodes that come after any of these.
    public func nodes(behind nodes: [RunNode]) -> Set<RunNode> {
        var found: Set<RunNode> = []
        var rest = nodes
        while let node = rest.popLast() {
            for link in next[node] ?? [] where found.insert(link.to).inserted { rest.append(link.to) }
        }
        return found
    }

    /// Cycles; at least one of those that any node is in, and each once. Every trigger on the way is a conditional one.
    public var cycles: [Cycle] {
        var finished = Set<RunNode>()
        var found: [Cycle] = []
        var seen = Set<Set<String>>()
        for root in next.keys.sorted(by: { ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue) }) where !finished.contains(root) {
            // The way from the root, with the links not yet followed from each node of it; no recursion, since a chain may be long.
            var way: [(node: RunNode, links: ArraySlice<Link>)] = [(root, (next[root] ?? [])[...])]
            var taken: [Link] = []
            var places: [RunNode: Int] = [root: 0]
            while let last = way.last {
                guard let link = last.links.first else {
                    finished.insert(last.node)
                    places[last.node] = nil
                    way.removeLast()
                    if !taken.isEmpty { taken.removeLast() }
                    continue
                }
                way[way.count - 1].links.removeFirst()
                if let start = places[link.to] {
                    let round = Array(taken[start...]) + [link]
                    if seen.insert(Set(round.map(\.trigger))).inserted {
                        found.append(Cycle(nodes: way[start...].map(\.node), triggers: round.map(\.trigger)))
                    }
                } else if !finished.contains(link.to) {
                    places[link.to] = way.count
                    way.append((link.to, (next[link.to] ?? [])[...]))
                    taken.append(link)
                }
            }
        }
        return found
    }
}

extension RunNode {
    /// `job 'load'`, `crawler 'raw'`.
    public var title: String { "\(kind == .job ? "job" : "crawler") '\(name)'" }
}
