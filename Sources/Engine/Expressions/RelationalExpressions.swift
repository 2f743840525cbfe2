public import Columnar
internal import Synchronization

/// An aggregate in an expression: `sum(DISTINCT amount) FILTER (WHERE amount > 0)`.
public struct AggregateCall: Sendable, Hashable {
    public let function: AggregateFunction
    public let arguments: [Expression]
    /// Whether equal arguments count once.
    public let isDistinct: Bool
    /// The rows that count; nil for all.
    public let filter: Expression?
    /// What the query calls the function, where that is another of its names: `mean`, `std`, `every`.
    public let shownName: String?

    public init(
        _ function: AggregateFunction, _ arguments: [Expression], isDistinct: Bool = false, filter: Expression? = nil, shownName: String? = nil
    ) {
        (self.function, self.arguments, self.isDistinct, self.filter, self.shownName) = (function, arguments, isDistinct, filter, shownName)
    }
}

/// A length of time by SQL's three units, which do not go into each other: months differ in days, days in hours.
public struct Interval: Sendable, Hashable {
    public var months: Int32
    public var days: Int32
    public var microseconds: Int64

    public init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) { (self.months, self.days, self.microseconds) = (months, days, microseconds) }

    public var negated: Interval { Interval(months: 0 &- months, days: 0 &- days, microseconds: 0 &- microseconds) }
}

/// A column of a relation, whatever its name: what `frame.name` in a script stands for.
public struct AttributeReference: Sendable, Hashable {
    public let id: Int
    /// The column's name when the reference was made, for errors and as the name of what is selected.
    public let name: String
    /// Whether the column is one of a query around this one.
    public let isOuter: Bool

    public init(id: Int, name: String, isOuter: Bool = false) { (self.id, self.name, self.isOuter) = (id, name, isOuter) }

    private static let last = Atomic<Int>(0)
    /// An identity that no other column has.
    public static func makeIdentity() -> Int { last.add(1, ordering: .relaxed).newValue }
}

/// A query in an expression.
public struct Subquery: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The one value of the one row; null where there is no row.
        case scalar
        case exists
        /// Whether the query has a row of such values: `(a, b) IN (SELECT ...)`.
        case membership
    }
    public let kind: Kind
    /// The values that are looked for; none but for `membership`.
    public let values: [Expression]
    public let query: QueryReference

    public init(_ kind: Kind, values: [Expression] = [], query: QueryReference) { (self.kind, self.values, self.query) = (kind, values, query) }
}

/// A query by its identity.
public final class QueryReference: Sendable, Hashable {
    public let query: Query
    public init(_ query: Query) { self.query = query }

    public static func == (a: QueryReference, b: QueryReference) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A user's function of columns, by its identity.
public final class UserFunction: Sendable, Hashable {
    public let name: String
    /// What the function's values are cast to; nil for what they are.
    public let resultType: DataType?
    /// Makes the node that computes the function: its input's columns, and one more behind them of the name `result`.
    public let makeNode: @Sendable (_ input: PlanNode, _ arguments: [String], _ result: String) throws -> PlanNode

    public init(
        _ name: String, resultType: DataType?, makeNode: @escaping @Sendable (_ input: PlanNode, _ arguments: [String], _ result: String) throws -> PlanNode
    ) {
        (self.name, self.resultType, self.makeNode) = (name, resultType, makeNode)
    }

    public static func == (a: UserFunction, b: UserFunction) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// What makes rows of one row.
public enum Generator: Sendable, Hashable {
    /// A row for each element of an array (`col`), or each entry of a map (`key`, `value`). With `outer` one row of nulls where there is none.
    case explode(outer: Bool)
    /// The same with the position, from 0, in a column `pos` before.
    case explodeWithPosition(outer: Bool)
    /// A row for each struct of an array, its fields as columns.
    case inline(outer: Bool)
    /// The arguments behind the first dealt to so many rows: `col0`, `col1`, ...
    case stack(rows: Int)
    /// The values of keys of JSON text, as strings: `c0`, `c1`, ...
    case jsonTuple

    /// The name in Spark SQL.
    public var name: String {
        switch self {
        case .explode(let outer): outer ? "explode_outer" : "explode"
        case .explodeWithPosition(let outer): outer ? "posexplode_outer" : "posexplode"
        case .inline(let outer): outer ? "inline_outer" : "inline"
        case .stack: "stack"
        case .jsonTuple: "json_tuple"
        }
    }
}
