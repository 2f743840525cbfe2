/// What a test expected and did not find.
public struct ExpectationFailure: Error, CustomStringConvertible {
    /// One sentence.
    public let description: String
    /// Where in the test it is, for what no call of the script throws.
    public let line: Int?
    private let detail: Detail

    enum Detail {
        case none
        case lines([String])
        case rows(FrameComparison)
        case text(LineComparison)
    }

    init(_ description: String, _ detail: Detail = .none, line: Int? = nil) { (self.description, self.detail, self.line) = (description, detail, line) }

    /// What differs, drawn for a screen; empty where the sentence says it all.
    public func detail(on screen: ScreenShape) -> String {
        switch detail {
        case .none: ""
        case .lines(let lines): lines.map { "  " + $0 + "\n" }.joined()
        case .rows(let comparison): comparison.table(on: screen)
        case .text(let comparison): comparison.text(on: screen)
        }
    }
}

/// A test asked not to be run to its end.
public struct SkippedTest: Error, CustomStringConvertible {
    public let reason: String
    public init(reason: String) { self.reason = reason }
    public var description: String { reason.isEmpty ? "the test was skipped" : "the test was skipped: \(reason)" }
}
