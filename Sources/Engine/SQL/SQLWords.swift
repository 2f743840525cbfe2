/// The words of the language, by what they cannot be.
///
/// Spark reserves nearly none, and tells names from words by what fits. Here few are reserved: those that begin or join the parts of a query or of an expression.
/// Behind a point, behind AS and in back-ticks every word is a name.
enum SQLWords {
    /// Words that are no names unless they are quoted.
    static let reserved: Set<String> = [
        "and", "or", "not", "is", "null", "in", "like", "ilike", "rlike", "between", "case", "when", "then", "else", "end", "true", "false", "cast", "as", "escape",
        "div", "select", "from", "where", "group", "order", "by", "having", "qualify", "limit", "join", "on", "union", "intersect", "except", "distinct", "asc",
        "desc", "inner", "left", "right", "full", "outer", "cross", "semi", "anti", "natural", "lateral", "using", "with", "exists", "over",
    ]

    /// Words that stand for values where they stand alone, so that columns of these names want back-ticks.
    static let values: Set<String> = ["current_date", "current_timestamp", "localtimestamp", "interval"]

    /// Words that stand for calls where no column has their name.
    static let callsWhereUnknown: Set<String> = ["current_user", "session_user", "user"]

    /// Words behind an expression that go on with the query, and so are no names for it without AS.
    static let afterExpression: Set<String> = reserved.union([
        "regexp", "sort", "cluster", "distribute", "offset", "window", "minus", "pivot", "unpivot", "tablesample", "into", "filter", "within", "respect",
        "ignore", "nulls", "rows", "range", "collate", "for",
    ])

    /// Words behind a table that go on with the query.
    static let afterTable: Set<String> = afterExpression.union(["set", "values", "partition", "insert", "when", "matched", "version", "timestamp", "system_version"])
        .subtracting(["rows", "range", "filter", "within", "respect", "ignore", "nulls"])

    /// What a query is made of, in order.
    static let clauses = [
        "select", "from", "where", "group", "having", "qualify", "window", "order", "sort", "cluster", "distribute", "limit", "offset", "union", "intersect",
        "except", "minus",
    ]

    /// Words that somebody may have meant who wrote a name where none can be.
    static let likely = [
        "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "JOIN", "LEFT", "RIGHT",
        "INNER", "OUTER", "FULL", "CROSS", "ON", "USING", "BY", "AND", "OR", "NOT", "BETWEEN", "LIKE", "IN", "IS", "AS", "WITH", "DISTINCT", "LATERAL", "PIVOT",
        "UNPIVOT", "VALUES",
    ]
}
