/// Two filters, one on the other, are one.
struct FilterMerging: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let outer = node as? FilterNode, let inner = node.inputs[0] as? FilterNode, facts.isOpen(inner) else { return nil }
        // The inner condition stays in front: it may keep the other from rows that it cannot compute.
        return FilterNode(inner.inputs[0], condition: .all(inner.condition.conjuncts + outer.condition.conjuncts), options: outer.options)
    }
}
