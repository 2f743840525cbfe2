internal import Columnar

/// Moves conditions towards the rows that they are about: below projections, sorts, unions, windows and aggregates whose keys they ask for, and into the sides
/// of joins. What a join is asked for of both its sides becomes its own condition.
struct FilterPushdown: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        if let join = node as? JoinNode { return pushed(into: join, facts) }
        guard let filter = node as? FilterNode, facts.isOpen(filter.inputs[0]), !filter.inputs[0].inputs.isEmpty else { return nil }
        let input = filter.inputs[0]
        let conditions = filter.condition.conjuncts
        switch input {
        case is ProjectNode, is SelectColumnsNode:
            let expressions = Dictionary(uniqueKeysWithValues: (input.projection ?? []).map { ($0.name, $0.expression) })
            return passing(conditions, below: input, filter) { condition in
                let read = condition.fields
                guard read.allSatisfy({ expressions[$0]?.isMovable ?? false }) else { return nil }
                return condition.replacingColumns(expressions)
            }
        case let node as SortNode where node.limit == nil: return passing(conditions, below: node, filter) { $0 }
        case let node as AggregateNode:
            if node.keys.isEmpty { return nil }
            let keys = Dictionary(uniqueKeysWithValues: node.keys.filter { $0.expression.isMovable }.map { ($0.name, $0.expression) })
            return passing(conditions, below: node, filter) { condition in
                let read = condition.fields
                return !read.isEmpty && read.allSatisfy { keys[$0] != nil } ? condition.replacingColumns(keys) : nil
            }
        case let node as WindowNode:
            // Whole partitions may go, and nothing less.
            let keys = Set(node.partition.compactMap(\.columnName))
            return passing(conditions, below: node, filter) { !$0.fields.isEmpty && $0.fields.isSubset(of: keys) ? $0 : nil }
        case let node as GenerateNode:
            let made = Set(node.names)
            return passing(conditions, below: node, filter) { $0.fields.isDisjoint(with: made) ? $0 : nil }
        case let node as ExpandNode:
            // Columns that are the same in every copy of a row.
            var kept: [String: Expression] = [:]
            for (i, name) in node.names.enumerated() {
                guard let first = node.projections.first?[i], first.isMovable, node.projections.allSatisfy({ $0[i] == first }) else { continue }
                kept[name] = first
            }
            return passing(conditions, below: node, filter) { condition in
                let read = condition.fields
                return !read.isEmpty && read.allSatisfy { kept[$0] != nil } ? condition.replacingColumns(kept) : nil
            }
        case let node as UnionNode: return pushed(conditions, into: node, filter, facts)
        case let node as JoinNode: return pushed(conditions, into: node, filter, facts)
        default: return nil
        }
    }

    /// The filter with the conditions that `below` has an answer for under the only input of its input.
    private func passing(_ conditions: [Expression], below node: PlanNode, _ filter: FilterNode, _ below: (Expression) -> Expression?) -> PlanNode? {
        var moved: [Expression] = []
        var left: [Expression] = []
        for condition in conditions {
            if condition.isMovable, let inner = below(condition) { moved.append(inner) } else { left.append(condition) }
        }
        if moved.isEmpty { return nil }
        let result = node.over([node.inputs[0].filtered(by: moved)])
        return left.isEmpty ? result : FilterNode(result, condition: .all(left), options: filter.options)
    }

    private func pushed(_ conditions: [Expression], into union: UnionNode, _ filter: FilterNode, _ facts: PlanFacts) -> PlanNode? {
        let schema = facts.schema(of: union)
        guard conditions.contains(where: \.isMovable), union.inputs.allSatisfy({ facts.schema(of: $0) == schema }) else { return nil }
        let moved = conditions.filter(\.isMovable)
        let result = UnionNode(union.inputs.map { $0.filtered(by: moved) }, options: union.options)
        let left = conditions.filter { !$0.isMovable }
        return left.isEmpty ? result : FilterNode(result, condition: .all(left), options: filter.options)
    }

    // MARK: Joins

    /// What a filter asks of a join's rows.
    private func pushed(_ conditions: [Expression], into join: JoinNode, _ filter: FilterNode, _ facts: PlanFacts) -> PlanNode? {
        let (left, right) = (facts.columns(of: join.inputs[0]), facts.columns(of: join.inputs[1]))
        var (toLeft, toRight, toBoth, stay): ([Expression], [Expression], [Expression], [Expression]) = ([], [], [], [])
        for condition in conditions {
            let read = condition.fields
            guard condition.isMovable, !read.isEmpty else {
                stay.append(condition)
                continue
            }
            switch join.kind {
            case .inner: if read.isSubset(of: left) { toLeft.append(condition) } else if read.isSubset(of: right) { toRight.append(condition) } else { toBoth.append(condition) }
            case .left, .leftSemi, .leftAnti, .nullAwareAnti, .existence: if read.isSubset(of: left) { toLeft.append(condition) } else { stay.append(condition) }
            case .right: if read.isSubset(of: right) { toRight.append(condition) } else { stay.append(condition) }
            case .full: stay.append(condition)
            }
        }
        if toLeft.isEmpty, toRight.isEmpty, toBoth.isEmpty { return nil }
        let condition = toBoth.isEmpty ? join.condition : .all((join.condition?.conjuncts ?? []) + toBoth)
        let result = JoinNode(
            join.inputs[0].filtered(by: toLeft), join.inputs[1].filtered(by: toRight), kind: join.kind, keys: join.keys, condition: condition, build: join.build)
        return stay.isEmpty ? result : FilterNode(result, condition: .all(stay), options: filter.options)
    }

    /// What a join's own condition asks of one side alone, where a row of that side without a partner leaves no trace.
    private func pushed(into join: JoinNode, _ facts: PlanFacts) -> PlanNode? {
        guard let condition = join.condition else { return nil }
        let (left, right) = (facts.columns(of: join.inputs[0]), facts.columns(of: join.inputs[1]))
        let (mayLeft, mayRight): (Bool, Bool) =
            switch join.kind {
            case .inner, .leftSemi: (true, true)
            case .left, .leftAnti, .nullAwareAnti, .existence: (false, true)
            case .right: (true, false)
            case .full: (false, false)
            }
        var (toLeft, toRight, stay): ([Expression], [Expression], [Expression]) = ([], [], [])
        for conjunct in condition.conjuncts {
            let read = conjunct.fields
            if !conjunct.isMovable || read.isEmpty {
                stay.append(conjunct)
            } else if mayLeft, read.isSubset(of: left) {
                toLeft.append(conjunct)
            } else if mayRight, read.isSubset(of: right) {
                toRight.append(conjunct)
            } else {
                stay.append(conjunct)
            }
        }
        if toLeft.isEmpty, toRight.isEmpty { return nil }
        return JoinNode(
            join.inputs[0].filtered(by: toLeft), join.inputs[1].filtered(by: toRight), kind: join.kind, keys: join.keys,
            condition: stay.isEmpty ? nil : .all(stay), build: join.build)
    }
}
