internal import Columnar

/// Moves a semi or an anti join below an inner join, to the side whose rows it is about, where fewer rows meet it there or it leaves few of them.
struct SemiJoinPushdown: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let join = node as? JoinNode else { return nil }
        switch join.kind {
        case .leftSemi, .leftAnti, .nullAwareAnti: break
        default: return nil
        }
        guard let inner = join.inputs[0] as? JoinNode, facts.isOpen(inner), join.expressions.allSatisfy(\.isMovable) else { return nil }
        let own = facts.columns(of: join.inputs[0])
        let read = join.expressions.reduce(into: Set<String>()) { $0.formUnion($1.fields) }.intersection(own)
        if read.isEmpty { return nil }
        for side in 0...1 where read.isSubset(of: facts.columns(of: inner.inputs[side])) {
            switch (inner.kind, side) {
            case (.inner, _), (.left, 0), (.right, 1), (.leftSemi, 0), (.leftAnti, 0), (.nullAwareAnti, 0): break
            default: return nil
            }
            let input = inner.inputs[side]
            let reduced = JoinNode(input, join.inputs[1], kind: join.kind, keys: join.keys, condition: join.condition, build: join.build)
            let (rows, all, left) = (facts.estimate(of: input).rows, facts.estimate(of: inner).rows, facts.estimate(of: reduced).rows)
            // Past another join that only leaves rows out there is nothing to win but order.
            if !inner.kind.hasRightColumns, left >= all { return nil }
            guard left <= rows / 2 || rows <= all else { return nil }
            var inputs = inner.inputs
            inputs[side] = reduced
            return inner.over(inputs)
        }
        return nil
    }
}
