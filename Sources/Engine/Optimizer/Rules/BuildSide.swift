/// Has a join keep its smaller side.
struct BuildSide: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let join = node as? JoinNode, !join.keys.isEmpty, join.kind != .nullAwareAnti else { return nil }
        let (left, right) = (facts.estimate(of: join.inputs[0]), facts.estimate(of: join.inputs[1]))
        // A guess is no reason to leave what a plan says.
        guard left.isKnown, right.isKnown, !facts.isSmall(join.inputs) else { return nil }
        let build: JoinNode.Side = left.rows < right.rows ? .left : .right
        if build == join.build { return nil }
        return JoinNode(join.inputs[0], join.inputs[1], kind: join.kind, keys: join.keys, condition: join.condition, build: build)
    }
}
