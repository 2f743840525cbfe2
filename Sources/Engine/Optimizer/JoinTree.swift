internal import Columnar

/// Inner joins that stand directly on one another, taken apart: relations, and what must hold between them.
///
/// Projections between the joins are dissolved: conditions above them speak of what the relations give.
struct JoinTree {
    var relations: [PlanNode] = []
    /// Conditions over the relations' columns; keys are equalities among them.
    var conditions: [Expression] = []
    /// The columns of the whole, by what they are made of.
    var columns: [NamedExpression] = []
    /// Whether a join has no condition.
    var hasProducts = false

    /// Whether projections between joins are dissolved.
    private let dissolves: Bool

    /// Takes the joins below a node apart; nil where it is no inner join.
    static func below(_ node: PlanNode, _ facts: PlanFacts) -> JoinTree? {
        // What a projection hides may have the name of another's column.
        JoinTree(node, facts, dissolves: true) ?? JoinTree(node, facts, dissolves: false)
    }

    private init?(_ node: PlanNode, _ facts: PlanFacts, dissolves: Bool) {
        self.dissolves = dissolves
        guard let join = node as? JoinNode, case .inner = join.kind, let schema = facts.schema(of: node) else { return nil }
        guard let columns = collect(node, facts) else { return nil }
        self.columns = schema.names.compactMap { name in columns[name].map { NamedExpression(name, $0) } }
        guard self.columns.count == schema.count else { return nil }
        // A name that two relations have would mean one column of both.
        var names = Set<String>()
        for relation in relations { for name in facts.columns(of: relation) where !names.insert(name).inserted { return nil } }
    }

    /// What each column of a node is, over the relations' columns; nil where that cannot be said.
    private mutating func collect(_ node: PlanNode, _ facts: PlanFacts) -> [String: Expression]? {
        if let join = node as? JoinNode, case .inner = join.kind, facts.isOpen(join) {
            guard let left = collect(join.inputs[0], facts), let right = collect(join.inputs[1], facts) else { return nil }
            let columns = left.merging(right) { a, _ in a }
            if join.keys.isEmpty, join.condition == nil { hasProducts = true }
            for key in join.keys {
                let equality: Expression = key.nullsMatch ? .identity(key.left, key.right) : .comparison(key.left, .equal, key.right)
                guard let condition = equality.replacingColumns(columns) else { return nil }
                conditions.append(condition)
            }
            for conjunct in join.condition?.conjuncts ?? [] {
                guard let condition = conjunct.replacingColumns(columns) else { return nil }
                conditions.append(condition)
            }
            return columns
        }
        if dissolves, let projection = node.projection, facts.isOpen(node), let inner = node.inputs.first as? JoinNode, case .inner = inner.kind,
            projection.allSatisfy({ $0.expression.columnName != nil }) {
            let (before, known) = (relations.count, conditions.count)
            if let columns = collect(inner, facts) {
                var result: [String: Expression] = [:]
                for column in projection { result[column.name] = column.expression.replacingColumns(columns) }
                if result.count == projection.count { return result }
            }
            relations.removeLast(relations.count - before)
            conditions.removeLast(conditions.count - known)
        }
        relations.append(node)
        return Dictionary(uniqueKeysWithValues: (facts.schema(of: node)?.names ?? []).map { ($0, .field($0)) })
    }
}
