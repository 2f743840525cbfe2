internal import Columnar

extension Relation {
    /// The join with another relation by a condition over the columns of both.
    public func join(_ other: Relation, _ kind: JoinKind, on condition: Expression?) throws -> Relation { try join(other, kind, on: condition, outer: []) }

    func join(_ other: Relation, _ kind: JoinKind, on condition: Expression?, outer: [Scope]) throws -> Relation {
        let (right, changed) = beside(other)
        if let condition, !changed.isEmpty { try refuseAmbiguous(condition, changed, other) }
        var both = Relation(plan, attributes: attributes + right.attributes, hidden: hidden + right.hidden, session: session)
        var keys: [JoinNode.Key] = []
        var rest: [Expression] = []
        var (left, rightPlan) = (plan, right.plan)
        if let condition {
            let scope = Scope(both, outer: outer)
            // `df.join(df, df.id == df.id)` means the one's and the other's.
            let resolved = try scope.resolve(changed.isEmpty ? condition : condition.partingSides(changed))
            if let call = resolved.windowCalls.first { throw call.misplaced }
            if resolved.containsSubquery {
                guard kind == .inner || kind == .cross else {
                    throw PlanError.misplaced(text: "ON", problem: "a query can stand in the condition of an inner join only; compute it in a query below")
                }
                both = both.with(JoinNode(left, rightPlan, kind: .inner, keys: []))
                return try both.filter(condition, outer: outer)
            }
            let schema = both.planSchema
            if resolved.isPlain || resolved.containsOuter {
                if !resolved.containsOuter {
                    let type = try resolved.resolveType(in: schema)
                    guard type == .boolean || type == .null else {
                        throw PlanError.analysis("a join's condition must be true or false, and '\(resolved)' is \(type.hiveName)")
                    }
                }
            } else {
                _ = try resolved.resolveType(in: schema)
            }
            (keys, rest) = JoinNode.Key.parting(resolved.conjuncts, left: planSchema, right: right.planSchema)
            rest.removeAll { $0 == .literal(true) }
        }
        // Rows that a join of that kind keeps whatever the other side says need no second look.
        (left, rightPlan) = (plan, right.plan)
        let node = JoinNode(left, rightPlan, kind: kind.node, keys: keys, condition: rest.isEmpty ? nil : .all(rest))
        if kind == .leftSemi || kind == .leftAnti { return with(node) }
        return Relation(node, attributes: both.attributes, hidden: both.hidden, session: session)
    }

    /// The join by columns that both have, each of which the result has once, before all others.
    public func join(_ other: Relation, _ kind: JoinKind, using names: [String]) throws -> Relation {
        if names.isEmpty { return try join(other, kind, on: nil) }
        let (right, _) = beside(other)
        var keys: [JoinNode.Key] = []
        var pairs: [(left: Attribute, right: Attribute)] = []
        for name in names {
            let (a, b) = (try Scope(self).only(name, "left"), try Scope(right).only(name, "right"))
            pairs.append((a, b))
            guard let type = a.type.comparisonType(with: b.type) else {
                throw PlanError.coded(.joinKeys, "'\(name)' is \(a.type.hiveName) on the left and \(b.type.hiveName) on the right, which do not compare; cast one of them")
            }
            keys.append(JoinNode.Key(a.field.cast(to: type, from: a.type), b.field.cast(to: type, from: b.type)))
        }
        let node = JoinNode(plan, right.plan, kind: kind.node, keys: keys)
        let (leftIDs, rightIDs) = (Set(pairs.map(\.left.id)), Set(pairs.map(\.right.id)))
        let others = attributes.filter { !leftIDs.contains($0.id) }
        if kind == .leftSemi || kind == .leftAnti { return Relation(node, attributes: pairs.map(\.left) + others, hidden: hidden, session: session) }
        let theirs = right.attributes.filter { !rightIDs.contains($0.id) }
        let hidden = hidden + right.hidden
        switch kind {
        case .right:
            return Relation(node, attributes: pairs.map(\.right) + others + theirs, hidden: hidden + pairs.map(\.left), session: session)
        case .full:
            // The one that is there.
            var builder = PlanBuilder(Relation(node, attributes: attributes + right.attributes, hidden: hidden, session: session))
            let kept = builder.fields.map { NamedExpression($0.name, .field([$0.name])) }
            var merged: [Attribute] = []
            var made: [NamedExpression] = []
            for (a, b) in pairs {
                let type = a.type.valueType(with: b.type) ?? a.type
                let column = builder.unique(a.name)
                made.append(NamedExpression(column, .call(.coalesce, [a.field.cast(to: type, from: a.type), b.field.cast(to: type, from: b.type)])))
                merged.append(Attribute(name: a.name, column: column, type: type))
            }
            return Relation(
                ProjectNode(node, columns: kept + made), attributes: merged + others + theirs, hidden: hidden + pairs.map(\.left) + pairs.map(\.right), session: session)
        default:
            return Relation(node, attributes: pairs.map(\.left) + others + theirs, hidden: hidden + pairs.map(\.right), session: session)
        }
    }

    /// Another relation with names in its plan that this one's plan does not have, and new identities for columns that are this one's too; by their old ones.
    func beside(_ other: Relation) -> (Relation, changed: [Int: Attribute]) {
        let own = Set((attributes + hidden).map(\.id))
        var changed: [Int: Attribute] = [:]
        var taken = Set(planSchema.names)
        // What is in the plan without being a column must not collide either.
        let others = Set(other.planSchema.names)
        let unseen = !Set(plan.declaredSchema.known?.names ?? []).subtracting(taken).isDisjoint(with: others)
            || !Set(other.plan.declaredSchema.known?.names ?? []).subtracting(others).isDisjoint(with: taken)
        var renamed: [String: String] = [:]
        for name in other.planSchema.names {
            var new = name
            var number = 2
            while taken.contains(new) || (new != name && others.contains(new)) {
                new = "\(name)#\(number)"
                number += 1
            }
            taken.insert(new)
            renamed[name] = new
        }
        func mapped(_ attribute: Attribute) -> Attribute {
            var result = attribute.with(column: renamed[attribute.column] ?? attribute.column)
            if own.contains(attribute.id) {
                result = result.with(id: changed[attribute.id]?.id ?? AttributeReference.makeIdentity())
                changed[attribute.id] = result
            }
            return result
        }
        let (visible, merged) = (other.attributes.map(mapped), other.hidden.map(mapped))
        let isRenamed = renamed.contains { $0.key != $0.value }
        let plan =
            isRenamed || unseen
            ? ProjectNode(other.plan, columns: other.planSchema.names.map { NamedExpression(renamed[$0] ?? $0, .field([$0])) }) : other.plan
        return (Relation(plan, attributes: visible, hidden: merged, session: session), changed)
    }

    /// Refuses a reference to a column that both sides of a join of a relation with itself have.
    private func refuseAmbiguous(_ condition: Expression, _ changed: [Int: Attribute], _ other: Relation) throws {
        func isTwice(_ expression: Expression) -> AttributeReference? {
            if case .attribute(let reference) = expression.unlocated, changed[reference.id] != nil { return reference }
            return nil
        }
        for part in condition.conjuncts {
            switch part.unlocated {
            case .comparison(let a, .equal, let b), .identity(let a, let b):
                if let x = isTwice(a), let y = isTwice(b), x.id == y.id { continue }
            default: break
            }
            if let found = part.first(where: { isTwice($0) != nil }), let reference = isTwice(found) {
                throw PlanError.analysis(
                    "the column '\(reference.name)' is on both sides of this join, because both come from one frame; give them names with alias, as in "
                        + "a:alias(\"a\"):join(b:alias(\"b\"), F.col(\"a.\(reference.name)\"):eq(F.col(\"b.\(reference.name)\")))")
            }
        }
    }
}

extension JoinKind {
    var node: JoinNode.Kind {
        switch self {
        case .inner, .cross: .inner
        case .left: .left
        case .right: .right
        case .full: .full
        case .leftSemi: .leftSemi
        case .leftAnti: .leftAnti
        }
    }
}

extension JoinNode.Key {
    /// Conditions as keys, where one side is equal to the other, and the rest.
    static func parting(_ conditions: [Expression], left: Schema, right: Schema) -> (keys: [JoinNode.Key], rest: [Expression]) {
        let (own, others) = (Set(left.names), Set(right.names))
        var keys: [JoinNode.Key] = []
        var rest: [Expression] = []
        for condition in conditions {
            let sides: (Expression, Expression, Bool)?
            switch condition {
            case .comparison(let a, .equal, let b): sides = (a, b, false)
            case .identity(let a, let b): sides = (a, b, true)
            default: sides = nil
            }
            guard let (a, b, nullsMatch) = sides, !a.containsOuter, !b.containsOuter, a.isPlain, b.isPlain else {
                rest.append(condition)
                continue
            }
            let (x, y): (Expression, Expression)
            if !a.fields.isEmpty, !b.fields.isEmpty, a.fields.isSubset(of: own), b.fields.isSubset(of: others) {
                (x, y) = (a, b)
            } else if !a.fields.isEmpty, !b.fields.isEmpty, b.fields.isSubset(of: own), a.fields.isSubset(of: others) {
                (x, y) = (b, a)
            } else {
                rest.append(condition)
                continue
            }
            guard let s = try? x.resolveType(in: left), let t = try? y.resolveType(in: right), let type = s.comparisonType(with: t), !type.containsChoice else {
                rest.append(condition)
                continue
            }
            keys.append(JoinNode.Key(x.cast(to: type, from: s), y.cast(to: type, from: t), nullsMatch: nullsMatch))
        }
        return (keys, rest)
    }
}

extension Expression {
    func cast(to type: DataType, from own: DataType) -> Expression { type == own ? self : .cast(self, type) }

    /// Equalities of one column with itself, as those of the one side's with the other's.
    fileprivate func partingSides(_ changed: [Int: Attribute]) -> Expression {
        switch self {
        case .located(let inner, let position): return .located(inner.partingSides(changed), position)
        case .and(let a, let b): return .and(a.partingSides(changed), b.partingSides(changed))
        case .comparison(let a, .equal, let b):
            if case .attribute(let x) = a.unlocated, case .attribute(let y) = b.unlocated, x.id == y.id, let other = changed[x.id] {
                return .comparison(a, .equal, .attribute(other.reference))
            }
        case .identity(let a, let b):
            if case .attribute(let x) = a.unlocated, case .attribute(let y) = b.unlocated, x.id == y.id, let other = changed[x.id] {
                return .identity(a, .attribute(other.reference))
            }
        default: break
        }
        return self
    }
}

extension Scope {
    /// The one column of a name, on a side of a join.
    fileprivate func only(_ name: String, _ side: String) throws(PlanError) -> Attribute {
        guard let (attribute, rest) = try match([name]), rest.isEmpty else {
            throw .coded(.unknownColumn, "the \(side) side of the join has no column '\(name)'\(Suggestion.hint(for: name, in: attributes.map(\.name))) (columns: \(attributes.map(\.name).joined(separator: ", ")))")
        }
        return attribute
    }
}
