public import Columnar

/// Why something is no schedule: a sentence, and the place in the expression that it is about.
public struct ScheduleError: CodedError, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// It is neither `cron(...)` nor `rate(...)`, or has another number of fields than these.
        case form
        /// A field has a value or a sign that it does not take.
        case field
        /// Not exactly one of day-of-month and day-of-week is `?`.
        case days
        /// Every field is right, and yet no day ever fits.
        case never
        /// There is no such time zone.
        case zone
    }

    public var errorCode: ErrorCode { code == .zone ? .badTimeZone : .badSchedule }
    public let code: Code
    /// What is wrong, and what is taken instead.
    public let problem: String
    /// The expression as it was given; empty where the problem is not in it.
    public let expression: String
    /// Where the problem stands, in characters of the expression; empty at its end where something is missing.
    public let place: Range<Int>

    init(_ code: Code, _ problem: String, in expression: [Character] = [], at place: Range<Int> = 0..<0) {
        (self.code, self.problem, self.place) = (code, problem, place)
        self.expression = String(expression)
    }

    /// The sentence, and below it the expression with its place underlined.
    public var description: String {
        if expression.isEmpty { return problem }
        // A line break or a tab would move what stands behind it away from its mark.
        let line = String(expression.map { $0.isWhitespace ? " " : $0 })
        return "\(problem)\n    \(line)\n    \(String(repeating: " ", count: place.lowerBound))\(String(repeating: "^", count: max(1, place.count)))"
    }
}
