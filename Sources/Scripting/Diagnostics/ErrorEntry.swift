public import Columnar

/// What the catalogue of errors says of a code.
public struct ErrorEntry: Sendable {
    /// The code in a few words: a heading.
    public let title: String
    /// At length: what it means, and where it comes from. Paragraphs with an empty line between.
    public let explanation: String
    /// The next step in general.
    public let advice: String
    public let bad: Example?
    public let good: Example?
    /// Why there is no example; nil where there is one.
    public let reason: String?

    /// Something to be run that shows the error, or how it is done well.
    public struct Example: Sendable {
        /// The files that it needs, `job.lua` among them where a script is run.
        public let files: [(name: String, text: String)]
        /// The command, without `mastic`.
        public let command: String
    }
}

extension ErrorCode {
    public var entry: ErrorEntry { ErrorCatalogue.entry(self) }
}
