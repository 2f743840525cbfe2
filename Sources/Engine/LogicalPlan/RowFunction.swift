public import Columnar

/// A user's function over one record, however it runs: interpreted row by row, or (where it could be lifted) as kernels.
///
/// Scripting implements it; the plan only asks what it needs to know to place it.
public protocol RowFunction: AnyObject, Sendable {
    /// Where the function stands: `job.lua:12`.
    var site: String { get }
    /// Top-level fields of the record that the function may look at; nil when it may look at any.
    var fieldsRead: ColumnSet { get }
    /// Whether calls must come one after the other, in row order, on the script's own thread, because the function does more than return a value.
    var hasSideEffects: Bool { get }
    /// Whether a map function may return the record that it was given, changed or not, so that fields it never names are part of the result.
    var returnsGivenRecord: Bool { get }

    /// What every record fulfils for which the function, as a filter, returns something true or fails; nil where nothing is known.
    ///
    /// Records that do not fulfil it may never be read. It is evaluated by statistics alone, which say nothing of a column whose type is of another
    /// kind than the constant that it is compared with.
    var impliedPredicate: Expression? { get }

    /// Whether the function runs as kernels.
    var liftStatus: LiftStatus { get }

    /// Calls the function on each record. The mask's bit is set where it returned something true; failed records have an unset bit.
    func filter(_ batch: Batch) throws -> FilterResult
    /// Calls the function on each record and makes records of what it returns.
    func map(_ batch: Batch) throws -> MapResult
}

extension RowFunction {
    public var impliedPredicate: Expression? { nil }
    public var liftStatus: LiftStatus { .interpreted(reason: "is not known to the lifter", line: 0) }
}

/// Whether a user's function runs as kernels over columns, or record by record in the interpreter.
public enum LiftStatus: Sendable, Equatable, CustomStringConvertible {
    /// As kernels; single records may be left to the interpreter all the same.
    case lifted
    /// In the interpreter, because the code does what the reason says ("loops over what an iterator gives") at this line of the script (0 when unknown).
    case interpreted(reason: String, line: Int)

    /// In words: `lifted`, `interpreted, because it calls 'xpcall' (line 12)`.
    public var description: String {
        switch self {
        case .lifted: "lifted"
        case .interpreted(let reason, let line): "interpreted, because it \(reason)" + (line > 0 ? " (line \(line))" : "")
        }
    }
}

public struct FilterResult: Sendable {
    public let mask: Bitmap
    public let failures: [RecordFailure]
    /// The records that the interpreter answered for, rather than kernels.
    public let interpreted: Int
    public init(mask: Bitmap, failures: [RecordFailure], interpreted: Int = 0) { (self.mask, self.failures, self.interpreted) = (mask, failures, interpreted) }
}

public struct MapResult: Sendable {
    /// The records returned, in order, without the failed ones.
    public let batch: Batch
    public let failures: [RecordFailure]
    /// The records that the interpreter answered for, rather than kernels.
    public let interpreted: Int
    public init(batch: Batch, failures: [RecordFailure], interpreted: Int = 0) { (self.batch, self.failures, self.interpreted) = (batch, failures, interpreted) }
}
