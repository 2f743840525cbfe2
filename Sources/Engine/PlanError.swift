public import Columnar

/// What a plan can get wrong, apart from what its readers and functions throw themselves.
public enum PlanError: Error, Equatable, CustomStringConvertible {
    /// `record` is the first one that failed, as JSON, where it could be read.
    case errorThreshold(kind: String, threshold: Int, count: Int, stage: String, first: String, record: String? = nil)
    /// A function of the script that a query calls raised; `record` is the row's as JSON.
    case userFunction(name: String, first: String, record: String?)
    /// More records failed than the run may have.
    case tooManyErrorRecords(limit: Int, count: Int, stage: String, first: String, record: String? = nil)
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
    /// A sentence whose kind has a code of its own.
    case coded(ErrorCode, String)
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
        case .errorThreshold(let kind, let threshold, let count, let stage, let first, _):
            return "\(stage): \(count) error record\(count == 1 ? "" : "s") reached the \(kind) threshold of \(threshold); the first: \(first)"
        case .userFunction(let name, let first, _): return "the function '\(name)' failed: \(first)"
        case .tooManyErrorRecords(let limit, let count, let stage, let first, _):
            return "\(stage): \(count) error record\(count == 1 ? "" : "s"), and the run may have \(limit == 0 ? "none" : "\(limit)"); the first: \(first)"
        case .unknownColumn(let name, let available):
            let columns = available.isEmpty ? "there are no columns" : "the columns are \(Self.list(available))"
            return "there is no column '\(name)'\(Self.hint(name, available)) (\(columns))"
        case .unknownField(let name, let parent, let available):
            return "'\(parent)' has no field '\(name)'\(Columnar.Suggestion.hint(for: name, in: available)) (its fields are \(Self.list(available)))"
        case .noFields(let parent, let type, let name):
            return "'\(parent)' is of type \(type.hiveName) and has no fields, so there is no '\(parent).\(name)'"
        case .incompatibleTypes(let operation, let operands):
            let types = operands.map { "\($0.text) is of type \($0.type.hiveName)" }.joined(separator: ", ")
            if let choice = operands.first(where: { $0.type.isChoiceOfTypes }), case .struct(let fields) = choice.type {
                return "\(operation) cannot be applied: \(types); \(choice.text) had values of several types: resolve them before toDF() with resolveChoice, or take those of one, \(choice.text).\(fields[0].name)"
            }
            return "\(operation) cannot be applied: \(types); cast one of them with cast(... as TYPE)"
        case .argumentCount(let function, let takes, let given):
            let wanted =
                takes.upperBound == Int.max
                ? "at least \(takes.lowerBound)" : takes.count == 1 ? "\(takes.lowerBound)" : "\(takes.lowerBound) to \(takes.upperBound)"
            return "\(function)() takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(given)"
        case .misplaced(let text, let problem): return "\(text): \(problem)"
        case .ambiguousColumn(let name, let candidates):
            guard candidates.contains(where: { $0.contains(".") }) else {
                return "the column '\(name)' is ambiguous: several columns have this name; rename one of them before the join (withColumnRenamed), or take it from its frame: df.\(name)"
            }
            return "the column '\(name)' is ambiguous: it may be \(Self.list(candidates)); say which with its table's name before it"
        case .analysis(let sentence), .raised(let sentence), .computation(let sentence), .coded(_, let sentence): return sentence
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

extension PlanError: CodedError {
    public var errorCode: ErrorCode {
        switch self {
        case .errorThreshold: .errorThreshold
        case .tooManyErrorRecords: .tooManyErrorRecords
        case .userFunction: .userFunction
        case .unknownColumn: .unknownColumn
        case .unknownField: .unknownField
        case .noFields: .noFields
        case .incompatibleTypes: .incompatibleTypes
        case .argumentCount: .argumentCount
        case .argument: .functionArgument
        case .window: .windowFunction
        case .misplaced: .misplacedExpression
        case .ambiguousColumn: .ambiguousColumn
        case .raised: .raisedByQuery
        case .analysis: .query
        case .coded(let code, _): code
        case .computation: .badValue
        case .located(let error, _): error.errorCode
        }
    }

    public var subjects: [String] {
        switch self {
        case .unknownColumn(let name, _), .ambiguousColumn(let name, _): [name]
        case .unknownField(let name, _, _), .noFields(_, _, let name): [name]
        case .argumentCount(let function, _, _): [function]
        case .argument(let function, let text, _, _): [text, function]
        case .window(let text, _), .misplaced(let text, _): [text]
        case .incompatibleTypes(_, let operands): operands.map(\.text)
        case .located(let error, _): error.subjects
        case .userFunction(let name, _, _): [name]
        case .errorThreshold, .tooManyErrorRecords, .raised, .analysis, .computation, .coded: []
        }
    }

    /// The nearest name; or how the name itself is written, where a column is called so and a dot was read as that of a field.
    private static func hint(_ name: String, _ available: [String]) -> String {
        guard name.contains("."), let same = available.first(where: { $0.lowercased() == name.lowercased() }) else {
            return Columnar.Suggestion.hint(for: name, in: available)
        }
        return "; a name with a dot in it stands in back-ticks: `\(same)`"
    }

    public var headline: String? {
        switch self {
        case .unknownColumn(let name, let available) where !available.isEmpty: "there is no column '\(name)'\(Self.hint(name, available))"
        case .unknownField(let name, let parent, let available) where !available.isEmpty:
            "'\(parent)' has no field '\(name)'\(Columnar.Suggestion.hint(for: name, in: available))"
        case .located(let error, _): error.headline
        default: nil
        }
    }

    public var notes: [ErrorNote] {
        switch self {
        case .unknownColumn(let name, let available) where !available.isEmpty:
            [ErrorNote("columns", Columnar.Suggestion.sorted(available, by: name).joined(separator: ", "))]
        case .unknownField(let name, _, let available) where !available.isEmpty:
            [ErrorNote("fields", Columnar.Suggestion.sorted(available, by: name).joined(separator: ", "))]
        case .located(let error, _): error.notes
        case .errorThreshold(_, _, _, _, _, let record?), .tooManyErrorRecords(_, _, _, _, let record?), .userFunction(_, _, let record?): [ErrorNote("record", record)]
        default: []
        }
    }
}

extension DataType {
    /// Whether it is what `toDF` makes of values of several types: a struct with a field for each, under the type's name.
    fileprivate var isChoiceOfTypes: Bool {
        guard case .struct(let fields) = self, fields.count > 1 else { return false }
        return fields.allSatisfy { $0.name == $0.type.name }
    }
}
