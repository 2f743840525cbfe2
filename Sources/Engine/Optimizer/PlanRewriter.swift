internal import Columnar

/// Rewrites the relational parts of a plan: those made of nodes that only compute with expressions. What scripts' functions, transforms and caches stand for
/// is left as it is, and each part ends there.
///
/// A part is rewritten once for an action, however often the action starts over, so that what its nodes have learnt stays known.
package final class PlanRewriter {
    let facts: PlanFacts
    /// Whether plans are only looked at, and say how many rows their nodes are thought to give.
    let notesEstimates: Bool
    private var parts: [ObjectIdentifier: (root: PlanNode, result: PlanNode)] = [:]

    /// - Parameter context: for asking sources for schemas and statistics.
    package init(_ context: ExecutionContext? = nil) {
        facts = PlanFacts(context)
        notesEstimates = context?.explain != nil
    }

    /// The steps, in their order. Each phase passes over the part once; rules that make work for others are followed by those.
    private static let phases: [RewritePhase] = [
        RewritePhase(.up, [ConformElimination(), NameSpelling(), ConstantFolding(), FilterMerging(), ProjectMerging()]),
        RewritePhase(.down, pushing),
        RewritePhase(.up, [ConstantFolding(), ImpliedFilters()]),
        RewritePhase(.down, pushing),
        RewritePhase(.up, [ConstantFolding(), EmptyRelations(), DistinctElimination(), ProjectMerging()]),
    ]

    /// What depends on numbers of rows, once conditions stand where they belong.
    private static let ordering: [RewritePhase] = [
        RewritePhase(.down, [SemiJoinPushdown()]), RewritePhase(.down, [JoinReordering()]),
        RewritePhase(.down, pushing), RewritePhase(.up, [ProjectMerging(), BuildSide()]), RewritePhase(.down, [LimitPushdown()]),
    ]

    private static let pushing: [any RewriteRule] = [FilterMerging(), OuterJoinElimination(), FilterPushdown(), JoinConditionExtraction()]

    /// The plan that takes the place of the part of a plan that ends in a node.
    package func rewritten(_ root: PlanNode) -> PlanNode {
        if let known = parts[ObjectIdentifier(root)] { return known.result }
        var result = root
        // A source that nothing is asked of but its rows is not asked for its schema either.
        if !root.inputs.isEmpty, facts.isOpen(root) {
            for phase in Self.phases { result = Pass(phase, facts).visit(result) }
            facts.noteInterest(in: result)
            for phase in Self.ordering { result = Pass(phase, facts).visit(result) }
            result = CommonSubplans(facts: facts).applied(to: result)
            // What reads the result has been promised these columns.
            if facts.schema(of: result) != facts.schema(of: root) { result = root }
        }
        parts[ObjectIdentifier(root)] = (root, result)
        return result
    }

    /// One pass over a part of a plan. A node that is read twice is rewritten once, and stays one.
    private final class Pass {
        let phase: RewritePhase
        let facts: PlanFacts
        private var results: [ObjectIdentifier: (node: PlanNode, result: PlanNode)] = [:]

        init(_ phase: RewritePhase, _ facts: PlanFacts) { (self.phase, self.facts) = (phase, facts) }

        func visit(_ node: PlanNode) -> PlanNode {
            guard facts.isOpen(node) else { return node }
            if let known = results[ObjectIdentifier(node)] { return known.result }
            var result = node
            switch phase.direction {
            case .up: result = applied(to: result.over(result.inputs.map(visit)))
            case .down:
                result = applied(to: result)
                if facts.isOpen(result) { result = result.over(result.inputs.map(visit)) }
            }
            results[ObjectIdentifier(node)] = (node, result)
            return result
        }

        private func applied(to node: PlanNode) -> PlanNode {
            var node = node
            // No rule goes on for ever; the bound makes that certain.
            for _ in 0..<32 {
                var isChanged = false
                for rule in phase.rules {
                    guard let next = rule.apply(to: node, facts) else { continue }
                    node = next
                    isChanged = true
                }
                if !isChanged || !facts.isOpen(node) { break }
            }
            return node
        }
    }
}
