/// What can go wrong with columns and kernels, apart from bugs, which trap.
public enum ColumnarError: Error, Equatable, CustomStringConvertible {
    case outOfMemory(inUse: Int, limit: Int)
    /// A text that is no regular expression; the offset is in bytes.
    case badPattern(pattern: String, problem: String, offset: Int?)
    /// A search that would take too long.
    case patternTooCostly(pattern: String)
    case noSuchGroup(pattern: String, group: Int, count: Int)
    case badReplacement(text: String, problem: String)

    public var description: String {
        switch self {
        case .outOfMemory(let inUse, let limit):
            "out of memory: \(Self.mebibytes(inUse)) in use, the limit is \(Self.mebibytes(limit)); give more with --memory, or make the job keep fewer rows at once"
        case .badPattern(let pattern, let problem, let offset):
            "'\(pattern)' is no regular expression: \(problem)\(offset.map { " (at byte \($0))" } ?? "")"
        case .patternTooCostly(let pattern):
            "the search for '\(pattern)' takes too long; write it so that it has fewer ways to match the same text"
        case .noSuchGroup(let pattern, let group, let count):
            "the regular expression '\(pattern)' has \(count) group\(count == 1 ? "" : "s"), so there is no group \(group)"
        case .badReplacement(let text, let problem):
            "'\(text)' is no replacement: \(problem)"
        }
    }

    private static func mebibytes(_ bytes: Int) -> String { "\((bytes + 1 << 19) >> 20) MiB" }
}

extension ColumnarError: CodedError {
    public var errorCode: ErrorCode {
        switch self {
        case .outOfMemory: .memory
        case .badPattern, .patternTooCostly, .noSuchGroup, .badReplacement: .badRegularExpression
        }
    }

    public var subjects: [String] {
        switch self {
        case .outOfMemory: []
        case .badPattern(let pattern, _, _), .patternTooCostly(let pattern), .noSuchGroup(let pattern, _, _): [pattern]
        case .badReplacement(let text, _): [text]
        }
    }
}
