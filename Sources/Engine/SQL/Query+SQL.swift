internal import Columnar

/// Queries as SQL text that reads back as the same query. Named windows stand where they are used, sampled tables in parentheses.
extension Query: CustomStringConvertible {
    public var description: String {
        var text = ""
        if !with.isEmpty { text += "WITH " + with.map(\.description).joined(separator: ", ") + " " }
        text += body.text
        if ordersByAll {
            text += " ORDER BY ALL" + (order.first.map { Query.direction($0) } ?? "")
        } else if !order.isEmpty {
            text += " ORDER BY " + order.map { "\($0.expression)\(Query.direction($0))" }.joined(separator: ", ")
        }
        if let limit { text += " LIMIT \(limit)" }
        if let offset { text += " OFFSET \(offset)" }
        return text
    }

    private static func direction(_ key: SortNode.Key) -> String { " \(key.descending ? "DESC" : "ASC") NULLS \(key.nullsFirst ? "FIRST" : "LAST")" }

    /// Whether the query can be a part of a combination as it is.
    fileprivate var isPlain: Bool {
        guard with.isEmpty, order.isEmpty, !ordersByAll, limit == nil, offset == nil else { return false }
        if case .combination = body { return false }
        return true
    }
}

extension Query.Body {
    fileprivate var text: String {
        switch self {
        case .select(let select): return select.description
        case .values(let rows): return "VALUES " + rows.map { "(\($0.map(\.description).joined(separator: ", ")))" }.joined(separator: ", ")
        case .nested(let query): return "(\(query))"
        case .combination(let operation, let all, let left, let right):
            func part(_ query: Query) -> String { query.isPlain ? query.description : "(\(query))" }
            return "\(part(left)) \(operation.rawValue)\(all ? " ALL" : "") \(part(right))"
        }
    }
}

extension CommonTable: CustomStringConvertible {
    public var description: String { "\(Expression.quoted(name))\(columns.sqlList) AS (\(query))" }
}

extension Select: CustomStringConvertible {
    public var description: String {
        var text = "SELECT " + (isDistinct ? "DISTINCT " : "") + items.map(\.description).joined(separator: ", ")
        if let from { text += " FROM \(from)" }
        if let condition { text += " WHERE \(condition)" }
        switch grouping {
        case .all?: text += " GROUP BY ALL"
        case .sets(let items)?:
            text += " GROUP BY "
            text += items.map { sets in
                if sets.count == 1, !sets[0].isEmpty { return sets[0].map(\.description).joined(separator: ", ") }
                return "GROUPING SETS (\(sets.map { "(\($0.map(\.description).joined(separator: ", ")))" }.joined(separator: ", ")))"
            }.joined(separator: ", ")
        case nil: break
        }
        if let having { text += " HAVING \(having)" }
        if let qualify { text += " QUALIFY \(qualify)" }
        return text
    }
}

extension Select.Item: CustomStringConvertible {
    public var description: String {
        if !excluded.isEmpty { return "\(expression) EXCEPT (\(excluded.map { $0.map(Expression.quoted).joined(separator: ".") }.joined(separator: ", ")))" }
        return names.isEmpty ? expression.description : "\(expression) AS\(names.sqlList)"
    }
}

extension [String] {
    /// ` (a, b)`; nothing where there are none.
    fileprivate var sqlList: String { isEmpty ? "" : " (\(map(Expression.quoted).joined(separator: ", ")))" }
}

extension TableAlias: CustomStringConvertible {
    public var description: String { "AS \(Expression.quoted(name))\(columns.sqlList)" }
}

extension TableReference: CustomStringConvertible {
    public var description: String {
        func named(_ text: String, _ alias: TableAlias?) -> String { alias.map { "\(text) \($0)" } ?? text }
        func inner(_ table: TableReference) -> String {
            switch table {
            case .table, .query, .function, .join: "\(table)"
            default: "(\(table))"
            }
        }
        func list(_ expressions: [Expression]) -> String { expressions.map(\.description).joined(separator: ", ") }
        switch self {
        case .table(let name, let alias, _): return named(name.map(Expression.quoted).joined(separator: "."), alias)
        case .query(let query, let alias, let isLateral): return named("\(isLateral ? "LATERAL " : "")(\(query))", alias)
        case .function(let name, let arguments, let alias, let isLateral, _):
            return named("\(isLateral ? "LATERAL " : "")\(Expression.quoted(name))(\(list(arguments)))", alias)
        case .join(let left, let kind, let right, let condition):
            let word: String
            switch kind {
            case .leftSemi: word = "LEFT SEMI"
            case .leftAnti: word = "LEFT ANTI"
            default: word = kind.rawValue.uppercased()
            }
            let other: String
            if case .join = right { other = "(\(right))" } else { other = inner(right) }
            switch condition {
            case .none: return "\(inner(left)) \(word) JOIN \(other)"
            case .on(let expression): return "\(inner(left)) \(word) JOIN \(other) ON \(expression)"
            case .using(let names): return "\(inner(left)) \(word) JOIN \(other) USING\(names.sqlList)"
            case .natural: return "\(inner(left)) NATURAL \(word) JOIN \(other)"
            }
        case .lateralView(let table, let generator, let name, let columns):
            // One view behind another needs no parentheses.
            let before: String
            if case .lateralView = table { before = "\(table)" } else { before = inner(table) }
            let call = generator.unlocated.outerParts
            return "\(before) LATERAL VIEW \(call.isOuter ? "OUTER " : "")\(call.expression)\(name.map { " " + Expression.quoted($0) } ?? "")"
                + (columns.isEmpty ? "" : " AS \(columns.map(Expression.quoted).joined(separator: ", "))")
        case .pivot(let table, let pivot, let alias):
            let columns = pivot.columns.count == 1 ? pivot.columns[0].description : "(\(list(pivot.columns)))"
            let values = pivot.values.map { value in
                (value.values.count == 1 ? value.values[0].description : "(\(list(value.values)))") + (value.name.map { " AS \(Expression.quoted($0))" } ?? "")
            }
            return named("\(inner(table)) PIVOT (\(list(pivot.aggregates)) FOR \(columns) IN (\(values.joined(separator: ", "))))", alias)
        case .unpivot(let table, let unpivot, let alias):
            let sets = unpivot.columns.map { set in
                (set.columns.count == 1 ? set.columns[0].description : "(\(list(set.columns)))") + (set.name.map { " AS \(Expression.quoted($0))" } ?? "")
            }
            let values = unpivot.valueNames.count == 1 ? " " + Expression.quoted(unpivot.valueNames[0]) : unpivot.valueNames.sqlList
            let nulls = unpivot.includesNulls ? " INCLUDE NULLS" : ""
            return named("\(inner(table)) UNPIVOT\(nulls) (\(values) FOR \(Expression.quoted(unpivot.nameColumn)) IN (\(sets.joined(separator: ", "))))", alias)
        case .sample(let table, .rows(let count)): return "(\(table)) TABLESAMPLE (\(count) ROWS)"
        case .sample(let table, .fraction(let fraction, let seed)):
            return "(\(table)) TABLESAMPLE (\(fraction * 100) PERCENT)\(seed.map { " REPEATABLE (\($0))" } ?? "")"
        }
    }
}

extension Expression {
    /// A generator as LATERAL VIEW writes it: `OUTER explode(...)` for one that keeps rows of which nothing is made.
    fileprivate var outerParts: (isOuter: Bool, expression: Expression) {
        guard case .generator(let generator, let arguments) = self else { return (false, self) }
        switch generator {
        case .explode(outer: true): return (true, .generator(.explode(outer: false), arguments))
        case .explodeWithPosition(outer: true): return (true, .generator(.explodeWithPosition(outer: false), arguments))
        case .inline(outer: true): return (true, .generator(.inline(outer: false), arguments))
        default: return (false, self)
        }
    }
}
