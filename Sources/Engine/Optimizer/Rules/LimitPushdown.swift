/// Takes the first rows as early as they are known: below projections and from each input of a union; of a sort only as many are kept.
struct LimitPushdown: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let limit = node as? LimitNode, limit.count >= 0, limit.offset >= 0, facts.isOpen(limit.inputs[0]) else { return nil }
        let (sum, overflows) = limit.count.addingReportingOverflow(limit.offset)
        // How many rows must be there to take some behind those that are passed over.
        let needed = overflows ? Int.max : sum
        if needed == .max { return nil }
        switch limit.inputs[0] {
        case let inner as LimitNode where limit.offset == 0 && inner.offset == 0:
            return LimitNode(inner.inputs[0], count: min(limit.count, inner.count), options: limit.options)
        case let sort as SortNode:
            if let known = sort.limit, known <= needed { return limit.offset == 0 ? sort : nil }
            let top = SortNode(sort.inputs[0], keys: sort.keys, limit: needed, options: sort.options)
            return limit.offset == 0 ? top : limit.over([top])
        case is ProjectNode, is SelectColumnsNode:
            let project = limit.inputs[0]
            guard project.expressions.allSatisfy(\.isMovable) else { return nil }
            return project.over([limit.over(project.inputs)])
        case let union as UnionNode:
            if union.inputs.allSatisfy({ isLimited($0, needed) }) { return nil }
            return limit.over([UnionNode(union.inputs.map { isLimited($0, needed) ? $0 : LimitNode($0, count: needed) }, options: union.options)])
        case let join as JoinNode where join.kind == .left:
            // Every left row gives a row at least.
            if isLimited(join.inputs[0], needed) { return nil }
            return limit.over([join.over([LimitNode(join.inputs[0], count: needed), join.inputs[1]])])
        default: return nil
        }
    }

    /// Whether a node is known to give no more rows than that.
    private func isLimited(_ node: PlanNode, _ count: Int) -> Bool {
        switch node {
        case let inner as LimitNode: inner.count <= count
        case let sort as SortNode: sort.limit.map { $0 <= count } ?? false
        case is ProjectNode, is SelectColumnsNode: isLimited(node.inputs[0], count)
        default: false
        }
    }
}
