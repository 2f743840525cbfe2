public import Columnar

/// What a scan asks of a source. A source may ignore `predicate` and `limit`, which the plan applies anyway; `columns` it must obey, and `filters`
/// where it says that it `appliesFilters`.
public struct ScanRequest: Sendable {
    /// Names of the top-level columns wanted behind the filters, in any order; nil for all of them. Names that the source does not have are ignored.
    public var columns: Set<String>?
    /// Rows for which this is false or null need not be delivered, nor shown to a filter.
    public var predicate: Expression?
    /// No more rows than this are needed from the whole scan.
    public var limit: Int?
    /// What rows must pass to be delivered, in this order; empty for a source that does not apply filters.
    public var filters: [ScanFilter] = []

    public init(columns: Set<String>? = nil, predicate: Expression? = nil, limit: Int? = nil) {
        (self.columns, self.predicate, self.limit) = (columns, predicate, limit)
    }

    /// The columns to read: those wanted and those that a filter looks at; nil for all.
    public var columnsRead: Set<String>? { columns.map { filters.reduce($0) { $0.union($1.columns) } } }
}

/// A filter that a source applies while it reads, so that what only refused rows hold is never materialized.
public struct ScanFilter: Sendable {
    /// The top-level columns that it looks at.
    public let columns: Set<String>
    /// The rows that pass. Called once for each row, and in order within a morsel, with batches that have at least `columns`, where the source has them.
    public let apply: @Sendable (Batch) throws -> Bitmap

    public init(columns: Set<String>, apply: @escaping @Sendable (Batch) throws -> Bitmap) { (self.columns, self.apply) = (columns, apply) }
}

/// What is known of a frame's schema before its rows are read.
public enum FrameSchema: Sendable, Equatable {
    /// Every batch has exactly this schema.
    case exact(Schema)
    /// What a catalog or a declaration says; values that do not fit make a column of a batch a choice, or of another type.
    case expected(Schema)
    /// Only the rows tell.
    case unknown

    public var known: Schema? {
        switch self {
        case .exact(let schema), .expected(let schema): schema
        case .unknown: nil
        }
    }

    /// What is known of the schema that `body` makes of this one; nothing where it makes none.
    func map(_ body: (Schema) -> Schema?) -> FrameSchema {
        switch self {
        case .exact(let schema): body(schema).map { .exact($0) } ?? .unknown
        case .expected(let schema): body(schema).map { .expected($0) } ?? .unknown
        case .unknown: .unknown
        }
    }

    /// The same of two schemas: exact where both are.
    func combined(with other: FrameSchema, _ body: (Schema, Schema) -> Schema?) -> FrameSchema {
        guard let a = known, let b = other.known, let schema = body(a, b) else { return .unknown }
        if case .exact = self, case .exact = other { return .exact(schema) }
        return .expected(schema)
    }
}

/// Rows from outside: files, a table, memory. Connectors implement it.
public protocol BatchSource: Sendable {
    /// What to call the source in plans and errors: `sales_db.raw_transactions`, a path.
    var name: String { get }
    var schema: FrameSchema { get }
    /// Starts a scan. The same source may be scanned many times, and each time tells what is there then.
    func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan
    /// The exact schema of every batch, where the source can tell without delivering rows: files that carry it, or an inference that was asked
    /// for. From then on `schema` is exact.
    func resolveSchema(_ context: ExecutionContext) throws -> Schema?
    /// About how many bytes the source holds, where that is cheap to tell.
    var estimatedBytes: Int? { get }
    /// How many files those are, where they are files.
    var fileCount: Int? { get }
    /// How many rows there are, where only that is known.
    var rowCount: Int? { get }
    /// How much of the source a scan will read, where that is cheap to tell; for people.
    func pruning(_ request: ScanRequest, context: ScanContext) -> ScanPruning?
    /// What equal sources have in common: two scans of one give the same rows. Nil for a source that is not known to.
    var identity: ObjectIdentifier? { get }
    /// What is known of the rows without reading them, for choosing between plans; nil for nothing. Called for every plan, so it must be cheap.
    func statistics() -> SourceStatistics?
    /// What is known of a top-level column's values, in the same way.
    func statistics(of column: String) -> SourceColumnStatistics?
    /// Whether the source applies the filters of a request.
    var appliesFilters: Bool { get }
}

extension BatchSource {
    public var estimatedBytes: Int? { nil }
    public var fileCount: Int? { nil }
    public func pruning(_ request: ScanRequest, context: ScanContext) -> ScanPruning? { nil }
    public var rowCount: Int? { nil }
    public var appliesFilters: Bool { false }
    public var identity: ObjectIdentifier? { nil }
    public func statistics() -> SourceStatistics? { nil }
    public func statistics(of column: String) -> SourceColumnStatistics? { nil }
    public func resolveSchema(_ context: ExecutionContext) throws -> Schema? { nil }
}

/// One pass over a source, cut into morsels that workers pull.
public protocol BatchScan: AnyObject, Sendable {
    /// The next morsel, or nil at the end. Called from several threads at once. Morsel numbers count from 0 in the order of the rows.
    func nextMorsel() throws -> (any Morsel)?
}

/// A numbered slice of the input, read by one worker.
public protocol Morsel: Sendable {
    var number: Int { get }
    /// Reads the morsel's rows in order. `emit` returns false when no more rows are wanted.
    func read(_ emit: (Batch) throws -> Bool) throws
}
