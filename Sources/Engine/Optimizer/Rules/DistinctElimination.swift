/// Whether a row has a partner does not depend on how often the partner is there: below the right side of such joins nothing need be made distinct.
struct DistinctElimination: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        switch node {
        case let join as JoinNode where !join.kind.hasRightColumns:
            guard let right = plain(join.inputs[1], facts) else { return nil }
            return join.over([join.inputs[0], right])
        case let outer as AggregateNode where outer.aggregates.isEmpty && !outer.keys.isEmpty:
            return plain(outer.inputs[0], facts).map { outer.over([$0]) }
        default: return nil
        }
    }

    /// The rows of a distinct without it; nil for other nodes.
    private func plain(_ node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard facts.isOpen(node) else { return nil }
        switch node {
        case let distinct as AggregateNode where distinct.aggregates.isEmpty && !distinct.keys.isEmpty:
            return ProjectNode(distinct.inputs[0], columns: distinct.keys, options: distinct.options)
        case is ProjectNode, is SelectColumnsNode:
            guard node.expressions.allSatisfy(\.isMovable), let input = plain(node.inputs[0], facts) else { return nil }
            return node.over([input])
        default: return nil
        }
    }
}
