public import Columnar

/// What can go wrong with a run, apart from its script, its data and its storage.
public struct JobError: Error, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Another run holds the job.
        case alreadyRunning
        /// An option has a value that it may not have.
        case invalidOption
        case notFound
        /// The system started no process.
        case notStarted
        /// A project file says what cannot be.
        case projectFile
        /// What is asked cannot be done in the present state: a run that has ended cannot be stopped.
        case illegalState
        /// The commit is recorded, but its files could not be published; the next command tries again.
        case unpublished
        /// There is nothing to make a table of.
        case nothingToCrawl
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public var description: String { message }
}

extension JobError: CodedError {
    public var errorCode: ErrorCode {
        switch code {
        case .alreadyRunning: .jobIsRunning
        case .invalidOption: .badRunOption
        case .notFound: .noSuchDefinition
        case .notStarted: .notStarted
        case .projectFile: .projectFile
        case .illegalState: .wrongState
        case .unpublished: .unpublished
        case .nothingToCrawl: .nothingToCrawl
        }
    }
}
