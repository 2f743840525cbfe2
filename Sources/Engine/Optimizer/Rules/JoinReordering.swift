internal import Columnar

/// Puts inner joins into the order that costs least, by what is known of the rows.
///
/// The joins that stand on one another are taken apart (`JoinTree`). Up to `exhaustive` relations every order is looked at, bushy ones too: the best plan of a
/// set of relations is made of the best plans of two sets that it parts into (dynamic programming over subsets). Beyond, the two plans whose join is the
/// smallest are joined until one is left. Relations that nothing connects are joined last.
///
/// The cost of a join is the rows that it gives, those that it keeps in its table, counted twice, and those that pass by. The smaller side is the right one,
/// which is kept.
struct JoinReordering: RewriteRule {
    static let exhaustive = 10

    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        if facts.isOrdered(node) { return nil }
        guard let tree = JoinTree.below(node, facts), tree.relations.count > 2, tree.relations.count <= 64 else { return nil }
        // The order of few rows is left as it was written, unless it makes products.
        if facts.isSmall(tree.relations), !tree.hasProducts { return nil }
        guard let graph = JoinGraph(tree, facts) else { return nil }
        let joined = graph.cheapest()
        let names = facts.schema(of: node)?.names ?? []
        if facts.schema(of: joined)?.names == names, tree.columns.allSatisfy({ $0.expression.columnName == $0.name }) { return joined }
        return ProjectNode(joined, columns: tree.columns)
    }
}

