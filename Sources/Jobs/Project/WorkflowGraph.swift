public import Catalog

/// A workflow as it is shown: its triggers, jobs and crawlers as nodes, what follows from what as edges, and how each fared in a run.
public struct WorkflowGraph: Sendable {
    public struct Node: Hashable, Sendable {
        public enum Content: Hashable, Sendable {
            case trigger(TriggerRecord)
            case work(RunNode)
        }

        public let content: Content
        /// Whether the trigger has fired; of a job or crawler, whether it has been started.
        public let isReached: Bool
        /// The state in the run that is shown; nil without a run, or before the node's turn.
        public let state: RunState?
        /// The last attempt in the run that is shown.
        public let run: RunRecord?
        /// The run of a workflow before, whose work a resumed one takes over.
        public let isInherited: Bool

        public var name: String {
            switch content {
            case .trigger(let trigger): trigger.name
            case .work(let node): node.name
            }
        }
    }

    public let nodes: [Node]
    /// Places in `nodes`.
    public let edges: [(from: Int, to: Int)]
    /// Whether states are those of a run.
    public let hasRun: Bool

    /// - Parameters:
    ///   - triggers: those of the workflow.
    ///   - run: the run whose states are shown; nil for the definition alone.
    ///   - runs: the runs of its chain.
    public init(_ triggers: [TriggerRecord], run: WorkflowRunRecord? = nil, runs: [RunRecord] = []) {
        // What starts it is drawn first, and what follows from success before what follows from failure.
        func rank(_ trigger: TriggerRecord) -> Int {
            if trigger.type != .conditional { return 0 }
            return trigger.predicate?.conditions.allSatisfy { $0.runState == .succeeded } == true ? 1 : 2
        }
        let triggers = triggers.sorted { (rank($0), $0.name) < (rank($1), $1.name) }
        var latest: [RunNode: RunRecord] = [:]
        for run in runs where !run.isSuperseded || latest[run.node] == nil { latest[run.node] = run }
        let fired = Set(runs.compactMap(\.trigger))
        let inherited = Dictionary((run?.inherited ?? []).map { ($0.node, $0.state) }) { $1 }
        var nodes: [Node] = []
        var places: [RunNode: Int] = [:]
        func place(_ node: RunNode) -> Int {
            if let place = places[node] { return place }
            let state = latest[node]?.state ?? inherited[node]
            nodes.append(
                Node(content: .work(node), isReached: state != nil, state: state, run: latest[node], isInherited: latest[node] == nil && inherited[node] != nil))
            places[node] = nodes.count - 1
            return nodes.count - 1
        }
        var edges: [(from: Int, to: Int)] = []
        for trigger in triggers {
            let firedBefore = !trigger.actions.isEmpty && trigger.actions.allSatisfy { inherited[$0.node] != nil }
            let isReached = fired.contains(trigger.name) || firedBefore || (run != nil && trigger.type != .conditional)
            let here = nodes.count
            nodes.append(Node(content: .trigger(trigger), isReached: isReached, state: nil, run: nil, isInherited: false))
            for condition in trigger.predicate?.conditions ?? [] { edges.append((place(condition.node), here)) }
            for action in trigger.actions { edges.append((here, place(action.node))) }
        }
        (self.nodes, self.edges, hasRun) = (nodes, edges, run != nil)
    }
}
