/// Takes the first rows as early as they are known: below projections and from each input of a union; of a sort only as many are kept.
struct LimitPushdown: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let limit = node as? LimitNode, facts.isOpen(limit.inputs[0]) else { return nil }
        switch limit.inputs[0] {
        case let inner as LimitNode: return LimitNode(inner.inputs[0], count: min(limit.count, inner.count), options: limit.options)
        case let sort as SortNode:
            return SortNode(sort.inputs[0], keys: sort.keys, limit: sort.limit.map { min($0, limit.count) } ?? limit.count, options: sort.options)
        case is ProjectNode, is SelectColumnsNode:
            let project = limit.inputs[0]
            guard project.expressions.allSatisfy(\.isMovable) else { return nil }
            return project.over([LimitNode(project.inputs[0], count: limit.count, options: limit.options)])
        case let union as UnionNode:
            func isLimited(_ node: PlanNode) -> Bool {
                switch node {
                case let inner as LimitNode: inner.count <= limit.count
                case let sort as SortNode: sort.limit.map { $0 <= limit.count } ?? false
                case is ProjectNode, is SelectColumnsNode: isLimited(node.inputs[0])
                default: false
                }
            }
            if union.inputs.allSatisfy(isLimited) { return nil }
            return LimitNode(
                UnionNode(union.inputs.map { isLimited($0) ? $0 : LimitNode($0, count: limit.count) }, options: union.options), count: limit.count,
                options: limit.options)
        case let join as JoinNode where join.kind == .left:
            // Every left row gives a row at least.
            if let inner = join.inputs[0] as? LimitNode, inner.count <= limit.count { return nil }
            return LimitNode(join.over([LimitNode(join.inputs[0], count: limit.count), join.inputs[1]]), count: limit.count, options: limit.options)
        default: return nil
        }
    }
}
