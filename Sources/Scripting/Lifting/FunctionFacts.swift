/// What the code of a row function says about it.
public struct FunctionFacts: Sendable, Equatable {
    /// Names of the record's fields that the code reads, sorted; nil when it may read any.
    public var fieldsRead: [String]?
    /// Whether the record can be reached after its row: stored, captured, or handed to unknown code.
    public var recordEscapes: Bool
    /// Whether the function may return the record itself.
    public var returnsRecord: Bool
    /// The fields of the tables it returns, in the order of the code.
    public var shape: RecordShape
    /// Whether the record is nothing but the object of field reads by names in the code.
    public var readsByNameOnly = false
    /// The only fields that returned tables can have; nil where the code does not show them all.
    public var returnedFields: [String]?
    /// The function without tables for its rows; nil where there is none.
    package var direct: DirectForm?
    /// Whether every call ends after a number of instructions that the code's length bounds.
    public var isBounded: Bool
    public var purity: Purity

    public enum Purity: Sendable, Equatable {
        /// Calls on different rows do not see each other: any thread, any order will do.
        case pure
        /// Why not, and the line that says so (0 when unknown).
        case impure(reason: String, line: Int)
    }

    /// What holds for any function.
    public static let unknown = FunctionFacts(
        fieldsRead: nil, recordEscapes: true, returnsRecord: true, shape: .unknown, isBounded: false,
        purity: .impure(reason: "nothing is known of its code", line: 0))
}
