public import Columnar

/// What a scan asks of a source. A source may ignore `predicate` and `limit`, which the plan applies anyway; `columns` it must obey.
public struct ScanRequest: Sendable {
    /// Names of the top-level columns wanted, in any order; nil for all of them. Names that the source does not have are ignored.
    public var columns: Set<String>?
    /// Rows for which this is false or null need not be delivered.
    public var predicate: Expression?
    /// No more rows than this are needed from the whole scan.
    public var limit: Int?

    public init(columns: Set<String>? = nil, predicate: Expression? = nil, limit: Int? = nil) {
        (self.columns, self.predicate, self.limit) = (columns, predicate, limit)
    }
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
}

extension BatchSource {
    public var estimatedBytes: Int? { nil }
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
