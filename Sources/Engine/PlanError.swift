public import Columnar

/// What a plan can get wrong, apart from what its readers and functions throw themselves.
public enum PlanError: Error, Equatable, CustomStringConvertible {
    case errorThreshold(kind: String, threshold: Int, count: Int, stage: String, first: String)
    /// More records failed than the run may have.
    case tooManyErrorRecords(limit: Int, count: Int, stage: String, first: String)
    case unknownColumn(name: String, available: [String])
    /// A struct without such a field.
    case unknownField(name: String, parent: String, available: [String])
    /// A path that leads through a value without fields.
    case noFields(parent: String, type: DataType, name: String)
    /// Operands whose types an operation cannot take together; each with its SQL text.
    case incompatibleTypes(operation: String, operands: [Operand])
    case argumentCount(function: String, takes: ClosedRange<Int>, given: Int)
    /// An argument of the wrong type, or one that must be a literal and is none; `expected` is a phrase such as "a date".
    case argument(function: String, text: String, found: String, expected: String)

    /// A window function that cannot be computed as it is written.
    case window(call: String, problem: String)
    /// What an expression is cannot stand where it stands; `problem` says why and what to do.
    case misplaced(text: String, problem: String)
    /// A name that several columns have; `candidates` with what tells them apart.
    case ambiguousColumn(name: String, candidates: [String])
    /// What `raise_error` and `assert_true` say.
    case raised(String)
    /// Anything else that a query says and that cannot be: a sentence.
    case analysis(String)
    /// What a row's value made fail, in ANSI mode: a sentence that begins with Spark's class of the error.
    case computation(String)
    /// The error with its place in the query's text, in bytes.
    indirect case located(PlanError, at: Int)

    /// A part of an expression that an error speaks of.
    public struct Operand: Equatable, Sendable {
        public let text: String
        public let type: DataType
    }

    public var description: String {
        switch self {
        case .errorThreshold(let kind, let threshold, let count, let stage, let first):
            return "\(stage): \(count) error record\(count == 1 ? "" : "s") reached the \(kind) threshold of \(threshold); the first: \(first)"
        case .tooManyErrorRecords(let limit, let count, let stage, let first):
            return "\(stage): \(count) error record\(count == 1 ? "" : "s"), and the run may have \(limit == 0 ? "none" : "\(limit)"); the first: \(first)"
        case .unknownColumn(let name, let available):
            let columns = available.isEmpty ? "there are no columns" : "the columns are \(Self.list(available))"
            return "there is no column '\(name)'\(Columnar.Suggestion.hint(for: name, in: available)) (\(columns))"
        case .unknownField(let name, let parent, let available):
            return "'\(parent)' has no field '\(name)'\(Columnar.Suggestion.hint(for: name, in: available)) (its fields are \(Self.list(available)))"
        case .noFields(let parent, let type, let name):
            return "'\(parent)' is of type \(type.hiveName) and has no fields, so there is no '\(parent).\(name)'"
        case .incompatibleTypes(let operation, let operands):
            let types = operands.map { "\($0.text) is of type \($0.type.hiveName)" }.joined(separator: ", ")
            return "\(operation) cannot be applied: \(types); cast one of them with cast(... as TYPE)"
        case .argumentCount(let function, let takes, let given):
            let wanted =
                takes.upperBound == Int.max
                ? "at least \(takes.lowerBound)" : takes.count == 1 ? "\(takes.lowerBound)" : "\(takes.lowerBound) to \(takes.upperBound)"
            return "\(function)() takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(given)"
        case .misplaced(let text, let problem): return "\(text): \(problem)"
        case .ambiguousColumn(let name, let candidates):
            return "the column '\(name)' is ambiguous: it may be \(Self.list(candidates)); say which with its table's name before it"
        case .analysis(let sentence), .raised(let sentence), .computation(let sentence): return sentence
        case .located(let error, _): return error.description
        case .window(let call, let problem): return "\(call): \(problem)"
        case .argument(let function, let text, let found, let expected):
            return "\(function)() wants \(expected), but \(text) is \(found)"
        }
    }

    /// Names for a message: the first thirty.
    private static func list(_ names: [String]) -> String {
        names.count <= 30 ? names.joined(separator: ", ") : names.prefix(30).joined(separator: ", ") + " and \(names.count - 30) more"
    }
}

extension PlanError {
    /// The error at a place, unless it knows a closer one.
    public func located(at position: Int) -> PlanError {
        if case .located = self { return self }
        return .located(self, at: position)
    }
}
