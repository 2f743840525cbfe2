internal import Columnar

/// An outer join of which only rows with partners are wanted, because a condition refuses the nulls of the others, is an inner join.
struct OuterJoinElimination: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        switch node {
        case let filter as FilterNode:
            return narrowed(filter.inputs[0], by: filter.condition.conjuncts, facts).map { filter.over([$0]) }
        case let join as JoinNode:
            // A row whose key is null has no partner.
            let conditions = join.condition?.conjuncts ?? []
            let keys = join.keys.filter { !$0.nullsMatch }
            let (left, right) = (keys.map { Expression.isNotNull($0.left) } + conditions, keys.map { Expression.isNotNull($0.right) } + conditions)
            var inputs = join.inputs
            switch join.kind {
            case .inner, .leftSemi:
                if let narrower = narrowed(inputs[0], by: left, facts) { inputs[0] = narrower }
                if let narrower = narrowed(inputs[1], by: right, facts) { inputs[1] = narrower }
            case .left, .leftAnti, .existence: if let narrower = narrowed(inputs[1], by: right, facts) { inputs[1] = narrower }
            case .right: if let narrower = narrowed(inputs[0], by: left, facts) { inputs[0] = narrower }
            case .full, .nullAwareAnti: return nil
            }
            let result = join.over(inputs)
            return result === join ? nil : result
        default: return nil
        }
    }

    /// The outer join as a narrower one; nil where the conditions do not refuse its nulls.
    private func narrowed(_ node: PlanNode, by conditions: [Expression], _ facts: PlanFacts) -> PlanNode? {
        guard let join = node as? JoinNode, facts.isOpen(join) else { return nil }
        // Columns that are null in the rows without a partner.
        func refused(_ side: Int) -> Bool {
            let nulls = facts.columns(of: join.inputs[side])
            return conditions.contains { $0.refusesNulls(of: nulls) }
        }
        let kind: JoinNode.Kind
        switch join.kind {
        case .left where refused(1): kind = .inner
        case .right where refused(0): kind = .inner
        case .full:
            switch (refused(0), refused(1)) {
            case (true, true): kind = .inner
            case (true, false): kind = .left
            case (false, true): kind = .right
            case (false, false): return nil
            }
        default: return nil
        }
        return JoinNode(join.inputs[0], join.inputs[1], kind: kind, keys: join.keys, condition: join.condition, build: join.build)
    }
}
