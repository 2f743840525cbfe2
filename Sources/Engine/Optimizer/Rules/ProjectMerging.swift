internal import Columnar

/// Two projections, one on the other, are one, unless something would be computed twice for it; one that changes nothing goes.
struct ProjectMerging: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let columns = node.projection, let input = node.inputs.first else { return nil }
        if columns.allSatisfy({ $0.expression.columnName == $0.name }), facts.schema(of: input)?.names == columns.map(\.name) { return input }
        guard let inner = input.projection, facts.isOpen(input) else { return nil }
        let expressions = Dictionary(uniqueKeysWithValues: inner.map { ($0.name, $0.expression) })
        let computed = Set(inner.filter { !$0.expression.isCheap }.map(\.name))
        if !computed.isEmpty {
            if inner.contains(where: { !$0.expression.isMovable }) { return nil }
            var uses: [String: Int] = [:]
            for column in columns { column.expression.countFields(into: &uses) }
            if computed.contains(where: { uses[$0, default: 0] > 1 }) { return nil }
        }
        var merged: [NamedExpression] = []
        for column in columns {
            guard let expression = column.expression.replacingColumns(expressions) else { return nil }
            merged.append(NamedExpression(column.name, expression))
        }
        return ProjectNode(input.inputs[0], columns: merged, options: node.options)
    }
}

extension Expression {
    /// Counts how often each column is read.
    func countFields(into counts: inout [String: Int]) {
        if case .field(let path) = self, let first = path.first { counts[first, default: 0] += 1 }
        // Inside of a lambda an expression is computed for each element.
        if case .lambda(_, let body) = self { for name in body.fields { counts[name, default: 0] += 2 } }
        for child in children { child.countFields(into: &counts) }
    }
}
