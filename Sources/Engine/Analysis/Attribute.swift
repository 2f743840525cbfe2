public import Columnar

/// A column of a relation.
public struct Attribute: Sendable, Hashable {
    /// What tells the column from every other one, whatever they are called; filters, sorts and joins keep it.
    public let id: Int
    /// The name that scripts, queries and results know. Several columns may have one name.
    public let name: String
    /// The name in the relation's plan, where names are distinct.
    public let column: String
    public let type: DataType
    /// The names of the table that the column came with, database first: `["sales_db", "orders"]`, or an alias, `["o"]`.
    public let qualifier: [String]

    public init(id: Int = AttributeReference.makeIdentity(), name: String, column: String, type: DataType, qualifier: [String] = []) {
        (self.id, self.name, self.column, self.type, self.qualifier) = (id, name, column, type, qualifier)
    }

    public var reference: AttributeReference { AttributeReference(id: id, name: name) }
    var field: Expression { .field([column]) }

    func with(id: Int? = nil, name: String? = nil, column: String? = nil, type: DataType? = nil, qualifier: [String]? = nil) -> Attribute {
        Attribute(
            id: id ?? self.id, name: name ?? self.name, column: column ?? self.column, type: type ?? self.type, qualifier: qualifier ?? self.qualifier)
    }

    /// The name with its table's, as an error shows it.
    var qualifiedName: String { (qualifier + [name]).map(Expression.quoted).joined(separator: ".") }
}

/// What analysis knows of its surroundings.
public struct AnalysisSession: Sendable {
    /// Whether overflow, division by zero and bad casts are errors instead of nulls: `spark.sql.ansi.enabled`.
    public var isANSI = false
    /// The zone of timestamps without one: `spark.sql.session.timeZone`.
    public var timeZone = "UTC"
    public var catalog: any RelationCatalog
    /// The queries behind `WITH`, by their names in lower case.
    var commonTables: [String: Relation] = [:]

    public init(catalog: any RelationCatalog) { self.catalog = catalog }
}

/// Where queries find what they name.
public protocol RelationCatalog: Sendable {
    /// The table or view of a name, database first; nil where there is none.
    func relation(named name: [String], session: AnalysisSession) throws -> Relation?
    /// Names for the hint of an error.
    var relationNames: [String] { get }
}

/// A catalog of nothing.
public struct EmptyCatalog: RelationCatalog {
    public init() {}
    public func relation(named name: [String], session: AnalysisSession) throws -> Relation? { nil }
    public var relationNames: [String] { [] }
}
