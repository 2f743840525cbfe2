internal import Columnar

extension Relation {
    /// The rows of both, column by column in their order, under this one's names.
    public func union(_ other: Relation) throws -> Relation {
        let (a, b) = try aligned(other, "UNION")
        return a.with(UnionNode([a.plan, b.plan]))
    }

    /// The rows of both, column by column of the same name.
    ///
    /// - Parameter allowMissing: whether a column that one lacks is null there, or an error.
    public func unionByName(_ other: Relation, allowMissing: Bool) throws -> Relation {
        var mine = attributes.map { Select.Item(.attribute($0.reference)) }
        var theirs: [Select.Item] = []
        var used = Set<Int>()
        for attribute in attributes {
            let found = other.attributes.filter { $0.name.lowercased() == attribute.name.lowercased() }
            if found.count > 1 { throw PlanError.ambiguousColumn(name: attribute.name, candidates: found.map(\.qualifiedName)) }
            if let match = found.first {
                used.insert(match.id)
                theirs.append(Select.Item(.attribute(match.reference)))
            } else if allowMissing {
                theirs.append(Select.Item(.alias(.literal(.null, attribute.type), attribute.name)))
            } else {
                throw PlanError.coded(.unknownColumn, "the other side has no column '\(attribute.name)'\(Suggestion.hint(for: attribute.name, in: other.names)) (columns: \(other.names.joined(separator: ", "))); unionByName(other, true) takes null for it")
            }
        }
        for attribute in other.attributes where !used.contains(attribute.id) {
            guard allowMissing else {
                throw PlanError.coded(.unknownColumn, "this side has no column '\(attribute.name)'\(Suggestion.hint(for: attribute.name, in: names)) (columns: \(names.joined(separator: ", "))); unionByName(other, true) takes null for it")
            }
            mine.append(Select.Item(.alias(.literal(.null, attribute.type), attribute.name)))
            theirs.append(Select.Item(.attribute(attribute.reference)))
        }
        return try select(mine).union(try other.select(theirs))
    }

    /// The rows that both have: each once, or with `all` as often as both have it.
    public func intersect(_ other: Relation, all: Bool) throws -> Relation { try matched(other, "INTERSECT", all: all, kind: .leftSemi) }

    /// The rows that the other one has not: each once, or with `all` as often as this one has it more than the other.
    public func except(_ other: Relation, all: Bool) throws -> Relation { try matched(other, "EXCEPT", all: all, kind: .leftAnti) }

    private func matched(_ other: Relation, _ operation: String, all: Bool, kind: JoinNode.Kind) throws -> Relation {
        let (a, b) = try aligned(other, operation)
        for attribute in a.attributes {
            if case .map = attribute.type { throw PlanError.analysis("\(operation) cannot compare '\(attribute.name)', which is a map") }
        }
        if all { return try counted(a, b, intersects: kind == .leftSemi) }
        let left = try a.distinct()
        let (right, _) = left.beside(b)
        let keys = zip(left.attributes, right.attributes).map { JoinNode.Key($0.field, $1.field, nullsMatch: true) }
        return left.with(JoinNode(left.trimmedPlan, right.plan, kind: kind, keys: keys))
    }

    /// How often each row is on each side, and as many of it as that leaves.
    private func counted(_ a: Relation, _ b: Relation, intersects: Bool) throws -> Relation {
        var builder = PlanBuilder(a)
        let (mine, theirs) = (builder.unique("left"), builder.unique("right"))
        let columns = a.attributes.map { NamedExpression($0.column, $0.field) }
        func side(_ plan: PlanNode, _ isLeft: Bool) -> PlanNode {
            ProjectNode(
                plan, columns: columns + [NamedExpression(mine, .literal(.integer(isLeft ? 1 : 0), .long)), NamedExpression(theirs, .literal(.integer(isLeft ? 0 : 1), .long))])
        }
        let counted = AggregateNode(
            UnionNode([side(a.plan, true), side(b.plan, false)]), keys: columns,
            aggregates: [Aggregate(mine, .sum, [.field(mine)]), Aggregate(theirs, .sum, [.field(theirs)])])
        let (x, y) = (Expression.field(mine), Expression.field(theirs))
        let times: Expression = intersects ? .call(.least, [x, y]) : .arithmetic(x, .subtract, y)
        let some = FilterNode(counted, condition: .comparison(times, .greater, .literal(.integer(0), .long)))
        guard let sequence = Function(named: "sequence") else { throw PlanError.analysis("\(intersects ? "INTERSECT" : "EXCEPT") ALL is not supported") }
        let repeated = GenerateNode(
            some, .explode(outer: false), [.call(sequence, [.literal(.integer(1), .long), times])], names: [builder.unique("copy")])
        return a.with(SelectColumnsNode(repeated, columns: a.attributes.map(\.column)))
    }

    /// Both with columns of the same names and types.
    private func aligned(_ other: Relation, _ operation: String) throws -> (Relation, Relation) {
        guard attributes.count == other.attributes.count else {
            throw PlanError.analysis(
                "\(operation): the two sides have \(attributes.count) and \(other.attributes.count) columns; they must have as many, in the same order (\(names.joined(separator: ", ")) "
                    + "and \(other.names.joined(separator: ", ")))")
        }
        var types: [DataType] = []
        for (mine, theirs) in zip(attributes, other.attributes) {
            guard let type = mine.type.valueType(with: theirs.type) else {
                throw PlanError.analysis("\(operation): column '\(mine.name)' is \(mine.type.hiveName) on one side and \(theirs.type.hiveName) on the other; cast one of them")
            }
            types.append(type)
        }
        let columns = Schema.distinctNames(names)
        func projected(_ relation: Relation) -> PlanNode {
            let made = zip(columns, zip(relation.attributes, types)).map { name, pair in
                NamedExpression(name, pair.0.field.cast(to: pair.1, from: pair.0.type))
            }
            if made.allSatisfy({ $0.expression == .field([$0.name]) }) { return relation.trimmedPlan }
            return ProjectNode(relation.plan, columns: made)
        }
        let result = zip(attributes, zip(columns, types)).map { attribute, pair in
            Attribute(id: attribute.type == pair.1 ? attribute.id : AttributeReference.makeIdentity(), name: attribute.name, column: pair.0, type: pair.1, qualifier: attribute.qualifier)
        }
        return (Relation(projected(self), attributes: result, session: session), Relation(projected(other), attributes: result, session: session))
    }
}
