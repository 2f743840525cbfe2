public import Columnar

/// A statement of SQL, as it is written.
public indirect enum Statement: Sendable {
    case query(Query)
    case explain(Statement, isExtended: Bool)
    case createDatabase(name: String, ifNotExists: Bool, comment: String?, location: String?)
    case dropDatabase(name: String, ifExists: Bool, cascade: Bool)
    case useDatabase(String)
    case createTable(TableDefinitionSyntax)
    /// A view that queries see: for the session only where it is temporary, in the catalog else.
    case createView(name: [String], columns: [String], query: Query, text: String, replaces: Bool, ifNotExists: Bool, isTemporary: Bool, comment: String?, position: Int)
    case dropTable(name: [String], ifExists: Bool, isView: Bool, purge: Bool, position: Int)
    case insert(InsertSyntax)
    case truncate(name: [String], position: Int)
    case describe(name: [String], isExtended: Bool, position: Int)
    case describeQuery(Query)
    case describeDatabase(String)
    case showDatabases(pattern: String?)
    case showTables(database: String?, pattern: String?)
    case showViews(database: String?, pattern: String?)
    case showColumns(name: [String], position: Int)
    case showPartitions(name: [String], partition: [(String, Expression?)], position: Int)
    case showCreateTable(name: [String], position: Int)
    case showFunctions(pattern: String?)
    /// `MSCK REPAIR TABLE`: partitions that the table's folder has and the catalog does not know, and with `drops` those that only the catalog knows.
    case repair(name: [String], adds: Bool, drops: Bool, position: Int)
    case addPartitions(name: [String], ifNotExists: Bool, partitions: [(values: [(String, Expression?)], location: String?)], position: Int)
    case dropPartitions(name: [String], ifExists: Bool, partitions: [[(String, Expression?)]], position: Int)
    case renameTable(name: [String], to: [String], position: Int)
    case setTableProperties(name: [String], properties: [String: String], position: Int)
    case cacheTable(name: [String], query: Query?, position: Int)
    case uncacheTable(name: [String], ifExists: Bool, position: Int)
    /// `SET key = value`; without a value the setting is shown, without a key all of them.
    case set(key: String?, value: String?)
    case resetSetting(String?)
    case describeFunction(String)
    case showTableProperties(name: [String], key: String?, position: Int)
    case showCurrentDatabase
    case showCatalogs(pattern: String?)
    /// `REFRESH TABLE` and `ANALYZE TABLE`, which have nothing to do here but to find the table.
    case refresh(name: [String], position: Int)
    case analyze(name: [String], position: Int)
    case clearCache
    case addColumns(name: [String], columns: [(field: Field, comment: String?)], position: Int)
    case setLocation(name: [String], location: String, position: Int)
    case unsetTableProperties(name: [String], keys: [String], position: Int)
    case alterView(name: [String], query: Query, text: String, position: Int)
}

/// `CREATE TABLE`.
public struct TableDefinitionSyntax: Sendable {
    public var name: [String]
    public var ifNotExists = false
    public var isExternal = false
    /// `CREATE OR REPLACE TABLE`.
    public var replaces = false
    /// `CREATE TABLE t LIKE source`.
    public var like: [String]?
    public var likePosition = 0
    public var columns: [(field: Field, comment: String?)] = []
    /// The partition's columns; those with a type are not among `columns`.
    public var partitionColumns: [(name: String, type: DataType?)] = []
    public var bucketColumns: [String] = []
    public var bucketCount: Int?
    /// `USING parquet`, `STORED AS PARQUET`, in lower case.
    public var format: String?
    /// `ROW FORMAT DELIMITED FIELDS TERMINATED BY ','`.
    public var fieldDelimiter: String?
    public var options: [String: String] = [:]
    public var properties: [String: String] = [:]
    public var location: String?
    public var comment: String?
    /// `AS SELECT ...`
    public var query: Query?
    public var position: Int

    public init(name: [String], position: Int) { (self.name, self.position) = (name, position) }
}

/// `INSERT INTO` and `INSERT OVERWRITE`.
public struct InsertSyntax: Sendable {
    public var target: Target
    public var overwrites: Bool
    /// `PARTITION (day = '2024-01-01', hour)`: values of some of the partition's columns, the others come from the query.
    public var partition: [(String, Expression?)] = []
    public var ifNotExists = false
    /// The columns that the query's columns go to, in their order; empty for all.
    public var columns: [String] = []
    public var byName = false
    public var query: Query
    public var position: Int

    public enum Target: Sendable {
        case table([String])
        case directory(path: String, format: String?, options: [String: String])
    }

    public init(_ target: Target, overwrites: Bool, query: Query, position: Int) {
        (self.target, self.overwrites, self.query, self.position) = (target, overwrites, query, position)
    }
}
