internal import Columnar

/// Finds the equalities in a join's condition that compare a value of one side with one of the other: they become keys, by which partners are found.
struct JoinConditionExtraction: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let join = node as? JoinNode, let condition = join.condition else { return nil }
        // The keys of NOT IN are what may be null; others are not added to them.
        if case .nullAwareAnti = join.kind { return nil }
        guard let left = facts.schema(of: join.inputs[0]), let right = facts.schema(of: join.inputs[1]) else { return nil }
        let (leftNames, rightNames) = (Set(left.names), Set(right.names))
        var keys: [JoinNode.Key] = []
        var rest: [Expression] = []
        for conjunct in condition.conjuncts {
            if let (a, b, nullsMatch) = equality(conjunct), conjunct.isMovable {
                let (read, other) = (a.fields, b.fields)
                if !read.isEmpty, !other.isEmpty {
                    if read.isSubset(of: leftNames), other.isSubset(of: rightNames), isKey(a, left, b, right) {
                        keys.append(JoinNode.Key(a, b, nullsMatch: nullsMatch))
                        continue
                    }
                    if read.isSubset(of: rightNames), other.isSubset(of: leftNames), isKey(b, left, a, right) {
                        keys.append(JoinNode.Key(b, a, nullsMatch: nullsMatch))
                        continue
                    }
                }
            }
            rest.append(conjunct)
        }
        if keys.isEmpty { return nil }
        return JoinNode(
            join.inputs[0], join.inputs[1], kind: join.kind, keys: join.keys + keys.filter { !join.keys.contains($0) },
            condition: rest.isEmpty ? nil : .all(rest), build: join.build)
    }

    private func equality(_ expression: Expression) -> (Expression, Expression, nullsMatch: Bool)? {
        switch expression {
        case .comparison(let a, .equal, let b): (a, b, false)
        case .identity(let a, let b): (a, b, true)
        default: nil
        }
    }

    /// Whether values of the two sides are equal exactly when they are as keys: flat values that compare as one type.
    private func isKey(_ a: Expression, _ left: Schema, _ b: Expression, _ right: Schema) -> Bool {
        guard let x = try? a.resolveType(in: left), let y = try? b.resolveType(in: right) else { return false }
        return !x.isNested && !y.isNested && x != .null && y != .null && x.comparisonType(with: y) != nil
    }
}
