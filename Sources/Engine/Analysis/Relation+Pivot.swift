internal import Columnar

extension Relation {
    /// One row for each combination of keys, and for each of some values of other columns a column an aggregate.
    ///
    /// - Parameter values: for each, what the columns must be, and what its columns are called; the values where nothing is said.
    public func pivot(
        by keys: [Select.Item], _ columns: [Expression], values: [(values: [Expression], name: String?)], _ aggregates: [Expression]
    ) throws -> Relation {
        guard !values.isEmpty else { throw PlanError.analysis("a pivot needs at least one value") }
        if values.count > 10_000 { throw PlanError.analysis("a pivot of \(values.count) values makes too many columns; 10,000 are the most") }
        let scope = Scope(self)
        // By keys and pivoted columns first, so that a cell without rows is null, whatever its aggregate.
        let shown = Dictionary((attributes + hidden).map { ($0.column, $0.name) }, uniquingKeysWith: { a, _ in a })
        let named = aggregates.enumerated().map { Select.Item(.alias($1.withoutAlias, "aggregate \($0)")) }
        let pivoted = columns.enumerated().map { Select.Item(.alias($1.withoutAlias, "pivot \($0)")) }
        let grouped = try aggregate(by: keys + pivoted, named)
        let outputs = grouped.attributes
        let keyAttributes = outputs.prefix(keys.count)
        let places = outputs.dropFirst(keys.count).prefix(columns.count)
        let cells = outputs.suffix(aggregates.count)
        var items: [Select.Item] = []
        for value in values {
            guard value.values.count == columns.count else {
                throw PlanError.analysis("a pivot of \(columns.count) column\(columns.count == 1 ? "" : "s") needs as many values each, not \(value.values.count)")
            }
            var texts: [String] = []
            var conditions: [Expression] = []
            for (place, given) in zip(places, value.values) {
                let bare = try scope.resolve(given.withoutAlias).folded
                guard case .literal = bare else { throw PlanError.analysis("the values of a pivot must be constants, and '\(given)' is none") }
                texts.append(bare == .null ? "null" : bare.prettyName([:]))
                conditions.append(.identity(.attribute(place.reference), bare))
            }
            let name = value.name ?? (texts.count == 1 ? texts[0] : texts.joined(separator: "_"))
            for (aggregate, cell) in zip(aggregates, cells) {
                let own = aggregates.count == 1 ? name : try "\(name)_\(aggregate.aliasName ?? scope.resolve(aggregate).prettyName(shown))"
                let chosen = Expression.conditional([Expression.Branch(.all(conditions), .attribute(cell.reference))], otherwise: nil)
                items.append(Select.Item(.alias(.aggregate(AggregateCall(.first(ignoresNulls: true), [chosen])), own)))
            }
        }
        return try grouped.aggregate(by: keyAttributes.map { Select.Item(.attribute($0.reference)) }, items)
    }

    /// A row for each of some sets of columns, which become columns of one name.
    ///
    /// - Parameter sets: resolved columns, as many as there are names, and what the name column holds; the columns' names where nothing is said.
    public func unpivot(_ sets: [(columns: [Expression], name: String?)], names: [String], nameColumn: String, keepsNulls: Bool) throws -> Relation {
        let shown = Dictionary((attributes + hidden).map { ($0.column, $0.name) }, uniquingKeysWith: { a, _ in a })
        let used = sets.reduce(into: Set<String>()) { used, set in set.columns.forEach { used.formUnion($0.fields) } }
        let kept = attributes.filter { !used.contains($0.column) }
        var builder = PlanBuilder(self)
        let nameAttribute = Attribute(name: nameColumn, column: builder.unique(nameColumn), type: .string)
        var made: [Attribute] = []
        for (i, name) in names.enumerated() {
            for set in sets where set.columns.count != names.count {
                throw PlanError.analysis("UNPIVOT: there are \(names.count) names for values, and \(set.columns.count) columns in a set")
            }
            let type = try Expression.commonType("UNPIVOT", sets.map { $0.columns[i] }, builder.schema, .sql)
            made.append(Attribute(name: name, column: builder.unique(name), type: type))
        }
        let projections = sets.map { set -> [Expression] in
            let name = set.name ?? set.columns.map { $0.prettyName(shown) }.joined(separator: "_")
            return kept.map(\.field) + [.literal(name)] + zip(set.columns, made).map { .cast($0, $1.type) }
        }
        let node = ExpandNode(plan, names: kept.map(\.column) + [nameAttribute.column] + made.map(\.column), projections: projections)
        let result = Relation(node, attributes: kept + [nameAttribute] + made, session: session)
        if keepsNulls { return result }
        return result.with(FilterNode(node, condition: .not(.all(made.map { .isNull($0.field) }))))
    }
}

extension Expression {
    /// The name on top.
    public var aliasName: String? {
        switch self {
        case .alias(_, let name): name
        case .located(let inner, _): inner.aliasName
        default: nil
        }
    }
}
