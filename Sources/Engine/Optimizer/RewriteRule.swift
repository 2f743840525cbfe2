/// One way to write a part of a relational plan so that it costs less and gives the same rows.
///
/// A rule looks at one node and what stands below it. It gives the node that takes its place, with the same columns in the same order, or nil where it has
/// nothing to say. It may be asked again of what it gave, and must come to an end then.
protocol RewriteRule: Sendable {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode?
}

/// Rules that are applied together, node by node.
struct RewritePhase: Sendable {
    enum Direction: Sendable {
        /// Inputs first: rules see inputs that are done.
        case up
        /// A node before its inputs: what a rule moves down meets the nodes there next.
        case down
    }
    let direction: Direction
    let rules: [any RewriteRule]

    init(_ direction: Direction, _ rules: [any RewriteRule]) { (self.direction, self.rules) = (direction, rules) }
}
