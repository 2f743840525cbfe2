internal import Columnar

/// Queries in expressions become joins.
extension PlanBuilder {
    /// Applies what a condition says of queries, and returns what is left to be checked row by row: true where that is nothing.
    mutating func applySubqueries(of condition: Expression, _ scope: Scope) throws -> Expression {
        guard condition.containsSubquery else { return condition }
        var rest: [Expression] = []
        for part in condition.conjuncts {
            switch part {
            case .subquery(let subquery) where subquery.kind != .scalar: try keepRows(subquery, matching: true, scope)
            case .not(.subquery(let subquery)) where subquery.kind != .scalar: try keepRows(subquery, matching: false, scope)
            default: rest.append(part)
            }
        }
        return .all(try extractSubqueries(rest, scope))
    }

    /// The expressions with fields in the place of queries.
    mutating func extractSubqueries(_ expressions: [Expression], _ scope: Scope) throws -> [Expression] {
        try expressions.map { expression in
            guard expression.containsSubquery else { return expression }
            return try replace(expression, scope)
        }
    }

    private mutating func replace(_ expression: Expression, _ scope: Scope) throws -> Expression {
        guard case .subquery(let subquery) = expression else {
            guard expression.containsSubquery else { return expression }
            var builder = self
            let mapped = try expression.mapChildren { (child) throws(AnyError) in
                do { return try builder.replace(child, scope) } catch { throw AnyError(error) }
            }
            self = builder
            return mapped
        }
        switch subquery.kind {
        case .scalar: return try scalar(subquery, scope)
        case .exists: return try existence(subquery, scope)
        case .membership:
            // True where there is an equal, null where that is not known, false else.
            let isThere = try existence(subquery, scope)
            let isUnknown = try existence(subquery, scope, unknown: true)
            return .conditional([Expression.Branch(isThere, .literal(true)), Expression.Branch(isUnknown, .literal(.null, .boolean))], otherwise: .literal(false))
        }
    }

    /// What an analysed query is beside this plan: its columns renamed, its outer references conditions.
    private struct Inner {
        var plan: PlanNode
        /// The query's columns.
        var values: [Expression]
        var schema: Schema
        /// Over the plan's columns and this builder's.
        var conditions: [Expression]
        /// The values where no row is.
        var defaults: [Expression?]
    }

    private mutating func analyze(_ subquery: Subquery, _ scope: Scope, isExistence: Bool) throws -> Inner {
        let inner = try QueryAnalyzer(session: session).analyze(subquery.query.query, outer: [scope] + scope.outer)
        var pulled = try Decorrelation().pull(inner, isExistence: isExistence)
        // Names that this plan does not have.
        var names: [String: String] = [:]
        var needed = Set(pulled.values.reduce(into: Set<String>()) { $0.formUnion($1.fields) })
        for condition in pulled.conditions { needed.formUnion(condition.fields) }
        let all = pulled.schema.fields.filter { needed.contains($0.name) }
        var columns: [NamedExpression] = []
        var made: [Field] = []
        for field in all {
            let name = unique(field.name)
            names[field.name] = name
            columns.append(NamedExpression(name, .field([field.name])))
            made.append(Field(name, field.type))
        }
        // A query none of whose columns matter still has rows.
        if columns.isEmpty {
            let name = unique("exists")
            columns.append(NamedExpression(name, .literal(true)))
            made.append(Field(name, .boolean))
        }
        let plan = ProjectNode(pulled.plan, columns: columns)
        pulled.conditions = try pulled.conditions.map { try bindOuter($0.renamingFields(names), scope) }
        return Inner(
            plan: plan, values: try pulled.values.map { try bindOuter($0.renamingFields(names), scope) }, schema: Schema(made), conditions: pulled.conditions,
            defaults: try pulled.defaults.map { try $0.map { try bindOuter($0, scope) } })
    }

    /// The expression with columns of this plan in the place of references to it.
    private func bindOuter(_ expression: Expression, _ scope: Scope) throws -> Expression {
        try expression.replacing { part in
            guard case .attribute(let reference) = part else { return nil }
            if let attribute = (scope.attributes + scope.hidden).first(where: { $0.id == reference.id }) { return attribute.field }
            return part
        }
    }

    /// Keeps the rows for which a query has a row, or none.
    private mutating func keepRows(_ subquery: Subquery, matching: Bool, _ scope: Scope) throws {
        let inner = try analyze(subquery, scope, isExistence: true)
        var conditions = inner.conditions
        if subquery.kind == .membership {
            let pairs = try compared(subquery, inner)
            if !matching {
                // NOT IN is true only where nothing is unknown.
                if conditions.isEmpty, let keys = keysOnly(pairs, inner) {
                    replacePlan(JoinNode(plan, inner.plan, kind: .nullAwareAnti, keys: keys))
                    return
                }
                conditions.append(.all(pairs.map { pair in .or(.comparison(pair.0, .equal, pair.1), .or(.isNull(pair.0), .isNull(pair.1))) }))
            } else {
                conditions += pairs.map { .comparison($0.0, .equal, $0.1) }
            }
        }
        join(inner, conditions, matching ? .leftSemi : .leftAnti)
    }

    private mutating func join(_ inner: Inner, _ conditions: [Expression], _ kind: JoinNode.Kind) {
        let (keys, rest) = JoinNode.Key.parting(conditions.flatMap(\.conjuncts), left: schema, right: inner.schema)
        replacePlan(JoinNode(plan, inner.plan, kind: kind, keys: keys, condition: rest.isEmpty ? nil : .all(rest)))
    }

    private func keysOnly(_ pairs: [(Expression, Expression)], _ inner: Inner) -> [JoinNode.Key]? {
        let (keys, rest) = JoinNode.Key.parting(pairs.map { .comparison($0.0, .equal, $0.1) }, left: schema, right: inner.schema)
        // More than one value is equal in part, which the operator does not know.
        return rest.isEmpty && keys.count == 1 ? keys : nil
    }

    private func compared(_ subquery: Subquery, _ inner: Inner) throws -> [(Expression, Expression)] {
        guard subquery.values.count == inner.values.count else {
            throw PlanError.analysis(
                "IN: \(subquery.values.count) value\(subquery.values.count == 1 ? " is" : "s are") looked for in a query of \(inner.values.count) column\(inner.values.count == 1 ? "" : "s")")
        }
        for (value, other) in zip(subquery.values, inner.values) {
            let (a, b) = (try value.resolveType(in: schema), try other.resolveType(in: inner.schema))
            if a.comparisonType(with: b) == nil {
                throw PlanError.incompatibleTypes(operation: "IN", operands: [.init(text: value.description, type: a), .init(text: other.description, type: b)])
            }
        }
        return Array(zip(subquery.values, inner.values))
    }

    /// A column that says whether a query has a row; with `unknown`, whether `IN` is null for lack of an equal.
    private mutating func existence(_ subquery: Subquery, _ scope: Scope, unknown: Bool = false) throws -> Expression {
        let inner = try analyze(subquery, scope, isExistence: true)
        var conditions = inner.conditions
        if subquery.kind == .membership {
            for (a, b) in try compared(subquery, inner) {
                let equal = Expression.comparison(a, .equal, b)
                conditions.append(unknown ? .or(equal, .or(.isNull(a), .isNull(b))) : equal)
            }
        }
        let name = unique("exists")
        join(inner, conditions, .existence(name))
        append(Field(name, .boolean))
        return .field([name])
    }

    /// A column of a query's one value.
    private mutating func scalar(_ subquery: Subquery, _ scope: Scope) throws -> Expression {
        var inner = try analyze(subquery, scope, isExistence: false)
        guard inner.values.count == 1 else {
            throw PlanError.analysis("a query that stands for a value must have one column, not \(inner.values.count)")
        }
        let isAlone = inner.conditions.isEmpty
        // Whether the query had a row at all tells a count of none from no count.
        var marker: String?
        if !isAlone, let fallback = inner.defaults[0], fallback != .literal(.null, .null) {
            let name = unique("found")
            marker = name
            inner.plan = ProjectNode(inner.plan, columns: inner.schema.names.map { NamedExpression($0, .field([$0])) } + [NamedExpression(name, .literal(true))])
            inner.schema = Schema(inner.schema.fields + [Field(name, .boolean)])
        }
        if isAlone {
            replacePlan(JoinNode(plan, ScalarNode(inner.plan), kind: .inner, keys: []))
        } else {
            join(inner, inner.conditions, .left)
        }
        for field in inner.schema.fields { append(field) }
        guard let marker, let fallback = inner.defaults[0] else { return inner.values[0] }
        return .conditional([Expression.Branch(.isNull(.field([marker])), fallback)], otherwise: inner.values[0])
    }
}

/// Any error, for functions that say what they throw.
struct AnyError: Error {
    let error: any Error
    init(_ error: any Error) { self.error = (error as? AnyError)?.error ?? error }
}
