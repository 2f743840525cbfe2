internal import Columnar

/// Adds conditions that others imply to sides of joins: what a disjunction over both sides asks of one of them in every alternative, and what is known of one
/// side's key, for the other side's.
struct ImpliedFilters: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let join = node as? JoinNode else { return nil }
        // Whose rows without a partner leave no trace.
        let (mayLeft, mayRight): (Bool, Bool) =
            switch join.kind {
            case .inner, .leftSemi: (true, true)
            case .left, .leftAnti, .existence: (false, true)
            case .right: (true, false)
            case .full, .nullAwareAnti: (false, false)
            }
        if !mayLeft, !mayRight { return nil }
        let known = join.inputs.map { Set(Constraints.of($0, facts)) }
        let columns = join.inputs.map { facts.columns(of: $0) }
        var added: [[Expression]] = [[], []]
        for (side, may) in [(0, mayLeft), (1, mayRight)] where may {
            var candidates = (join.condition?.conjuncts ?? []).compactMap { impliedPart(of: $0, columns[side]) }
            // Both keys are columns of one type, so what is true of one's value is of the other's.
            var names: [String: Expression] = [:]
            for key in join.keys where !key.nullsMatch {
                let (own, other) = side == 0 ? (key.left, key.right) : (key.right, key.left)
                guard let name = other.columnName, own.columnName != nil, let type = facts.type(of: own, over: join.inputs[side]),
                    type == facts.type(of: other, over: join.inputs[1 - side]), !type.isNested, type != .float, type != .double
                else { continue }
                names[name] = own
            }
            for condition in known[1 - side] where !names.isEmpty {
                let read = condition.fields
                guard !read.isEmpty, read.allSatisfy({ names[$0] != nil }), let own = condition.replacingColumns(names) else { continue }
                candidates.append(own)
            }
            var seen = Set<Expression>()
            added[side] = candidates.map(ConditionSimplifier.simplified).filter { !known[side].contains($0) && seen.insert($0).inserted }
                .sorted { $0.description < $1.description }
        }
        if added.allSatisfy(\.isEmpty) { return nil }
        return join.over([join.inputs[0].filtered(by: added[0]), join.inputs[1].filtered(by: added[1])])
    }

    /// What a disjunction asks of some columns alone, in each of its alternatives.
    private func impliedPart(of condition: Expression, _ columns: Set<String>) -> Expression? {
        guard case .or = condition, condition.isMovable else { return nil }
        let alternatives = condition.disjuncts
        if alternatives.count > 64 { return nil }
        var parts: [Expression] = []
        for alternative in alternatives {
            let own = alternative.conjuncts.filter { !$0.fields.isEmpty && $0.fields.isSubset(of: columns) }
            if own.isEmpty { return nil }
            parts.append(.all(own))
        }
        return .any(parts)
    }
}

/// Conditions that all rows of a node fulfil.
enum Constraints {
    /// Those that are cheap to find, and few.
    static func of(_ node: PlanNode, _ facts: PlanFacts) -> [Expression] { Array(find(node, facts).prefix(64)) }

    private static func find(_ node: PlanNode, _ facts: PlanFacts) -> [Expression] {
        guard facts.isOpen(node) else { return [] }
        switch node {
        case let filter as FilterNode: return filter.condition.conjuncts.filter(\.isMovable).prefix(64) + find(filter.inputs[0], facts)
        case is SortNode, is LimitNode, is WindowNode, is GenerateNode: return find(node.inputs[0], facts)
        case is ProjectNode, is SelectColumnsNode: return renamed(find(node.inputs[0], facts), node.projection ?? [])
        case let node as AggregateNode: return node.keys.isEmpty ? [] : renamed(find(node.inputs[0], facts), node.keys)
        case let join as JoinNode:
            switch join.kind {
            case .inner: return find(join.inputs[0], facts) + find(join.inputs[1], facts)
            case .left, .leftSemi, .leftAnti, .nullAwareAnti, .existence: return find(join.inputs[0], facts)
            case .right: return find(join.inputs[1], facts)
            case .full: return []
            }
        default: return []
        }
    }

    private static func renamed(_ conditions: [Expression], _ columns: [NamedExpression]) -> [Expression] {
        var names: [String: Expression] = [:]
        for column in columns { if let name = column.expression.columnName, names[name] == nil { names[name] = .field(column.name) } }
        return conditions.compactMap { condition in
            condition.fields.allSatisfy { names[$0] != nil } ? condition.replacingColumns(names) : nil
        }
    }
}
