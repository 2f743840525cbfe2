internal import Columnar

/// A query as it is written: `WITH ... SELECT ... ORDER BY ... LIMIT ...`. Names are unresolved; expressions carry their places (`Expression.located`).
public struct Query: Sendable {
    public var with: [CommonTable] = []
    public var body: Body
    /// `ORDER BY`, or `SORT BY`. A whole number stands for the column of that number, from 1.
    public var order: [SortNode.Key] = []
    /// Whether `ORDER BY ALL` was written.
    public var ordersByAll = false
    public var limit: Expression?
    public var offset: Expression?

    public indirect enum Body: Sendable {
        case select(Select)
        /// `VALUES (1, 'a'), (2, 'b')`: columns `col1`, `col2`, ...
        case values([[Expression]])
        case combination(SetOperation, all: Bool, Query, Query)
        case nested(Query)
    }

    public init(_ body: Body) { self.body = body }
}

public enum SetOperation: String, Sendable { case union = "UNION", intersect = "INTERSECT", except = "EXCEPT" }

/// `name (columns) AS (query)` behind `WITH`.
public struct CommonTable: Sendable {
    public var name: String
    public var columns: [String]
    public var query: Query
    public var position: Int
    public init(name: String, columns: [String], query: Query, position: Int) {
        (self.name, self.columns, self.query, self.position) = (name, columns, query, position)
    }
}

/// One `SELECT`. Named windows stand in the place of their names.
public struct Select: Sendable {
    public var isDistinct = false
    /// Expressions, `.alias` and `.star` on top among them. A generator of several columns has its names in `generatorAliases`.
    public var items: [Item]
    public var from: TableReference?
    public var condition: Expression?
    public var grouping: Grouping?
    public var having: Expression?
    public var qualify: Expression?

    public struct Item: Sendable {
        public var expression: Expression
        /// `AS (a, b)` behind a generator.
        public var names: [String] = []
        /// `* EXCEPT (a, b.c)`: columns, or fields of columns, that a star leaves out.
        public var excluded: [[String]] = []
        public init(_ expression: Expression, names: [String] = [], excluded: [[String]] = []) {
            (self.expression, self.names, self.excluded) = (expression, names, excluded)
        }
    }

    public init(items: [Item]) { self.items = items }
}

/// `GROUP BY`.
public enum Grouping: Sendable {
    /// `GROUP BY ALL`: everything selected that holds no aggregate.
    case all
    /// Lists of grouping sets, of which each row takes part in all combinations: `GROUP BY a, ROLLUP(b, c)` is `[[[a]], [[b, c], [b], []]]`.
    case sets([[[Expression]]])
}

/// What rows come from.
public indirect enum TableReference: Sendable {
    /// A table, view or common table by its name's parts, database first.
    case table([String], alias: TableAlias?, position: Int)
    case query(Query, alias: TableAlias?, isLateral: Bool)
    /// A function that gives rows: `range(10)`, `explode(array(1, 2))`.
    case function(String, [Expression], alias: TableAlias?, isLateral: Bool, position: Int)
    case join(TableReference, JoinKind, TableReference, JoinCondition)
    /// `LATERAL VIEW [OUTER] generator name AS columns`; the expression is a `.generator`.
    case lateralView(TableReference, Expression, table: String?, columns: [String])
    case pivot(TableReference, PivotClause, alias: TableAlias?)
    case unpivot(TableReference, UnpivotClause, alias: TableAlias?)
    /// `TABLESAMPLE (10 PERCENT)`, of a fraction, or `(5 ROWS)`.
    case sample(TableReference, TableSample)
}

public struct TableAlias: Sendable {
    public var name: String
    public var columns: [String]
    public init(_ name: String, columns: [String] = []) { (self.name, self.columns) = (name, columns) }
}

public enum JoinKind: String, Sendable, CaseIterable {
    case inner, left, right, full, cross
    case leftSemi = "left_semi", leftAnti = "left_anti"

    /// The kind by a name that Spark's `join` takes, in any case and with or without underscores.
    public init?(named name: String) {
        switch name.lowercased().filter({ $0 != "_" }) {
        case "inner": self = .inner
        case "left", "leftouter": self = .left
        case "right", "rightouter": self = .right
        case "outer", "full", "fullouter": self = .full
        case "cross": self = .cross
        case "semi", "leftsemi": self = .leftSemi
        case "anti", "leftanti": self = .leftAnti
        default: return nil
        }
    }
}

public enum JoinCondition: Sendable {
    case none
    case on(Expression)
    /// Columns of both sides, which the result has once.
    case using([String])
    /// The columns whose names both sides have.
    case natural
}

/// `PIVOT (aggregates FOR columns IN (values))`.
public struct PivotClause: Sendable {
    /// Aggregates, with `.alias` on top where they have one.
    public var aggregates: [Expression]
    public var columns: [Expression]
    /// For each value, one expression a column, and the name of what is made of it.
    public var values: [(values: [Expression], name: String?)]
    public init(aggregates: [Expression], columns: [Expression], values: [(values: [Expression], name: String?)]) {
        (self.aggregates, self.columns, self.values) = (aggregates, columns, values)
    }
}

/// `UNPIVOT (value FOR name IN (columns))`.
public struct UnpivotClause: Sendable {
    public var includesNulls: Bool
    public var valueNames: [String]
    public var nameColumn: String
    /// Columns that become a row each, as many as there are value names, and what stands in the name column.
    public var columns: [(columns: [Expression], name: String?)]
    public init(includesNulls: Bool, valueNames: [String], nameColumn: String, columns: [(columns: [Expression], name: String?)]) {
        (self.includesNulls, self.valueNames, self.nameColumn, self.columns) = (includesNulls, valueNames, nameColumn, columns)
    }
}

public enum TableSample: Sendable {
    case fraction(Double, seed: Int64?)
    case rows(Int)
}
