/// What has one schema in all its batches need not be given one.
struct ConformElimination: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let conform = node as? ConformNode, facts.isIdle(conform) else { return nil }
        return conform.inputs[0]
    }
}
