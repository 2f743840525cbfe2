public import Scripting

/// How one test ended.
public struct TestResult {
    public enum Outcome {
        case passed
        case skipped(String)
        case failed(TestFailure)
    }

    /// The file, relative to the project.
    public let file: String
    /// With the names of the groups around it; nil for a file that could not be read as tests.
    public let name: String?
    /// Where the test stands in its file.
    public let line: Int?
    public let outcome: Outcome
    public let nanoseconds: Int
    /// What the test printed, and the jobs that it ran.
    public let output: String
    /// What was logged meanwhile.
    public let log: String
    /// Snapshots that the test wrote, relative to the project.
    public let snapshots: [String]
    /// Where its files are, if they were kept.
    public let folder: String?

    package init(file: String, name: String?, line: Int?, outcome: Outcome, nanoseconds: Int, output: String, log: String, snapshots: [String], folder: String?) {
        (self.file, self.name, self.line, self.outcome, self.nanoseconds) = (file, name, line, outcome, nanoseconds)
        (self.output, self.log, self.snapshots, self.folder) = (output, log, snapshots, folder)
    }

    public var isFailure: Bool { if case .failed = outcome { true } else { false } }
}

/// Why a test failed.
public struct TestFailure {
    /// One sentence, without the place.
    public let message: String
    public let file: String?
    public let line: Int?
    /// The text of the line.
    public let sourceLine: String?
    /// The calls on the way, where there is more than one.
    public let traceback: String
    private let expectation: ExpectationFailure?

    /// What differs, drawn for a screen.
    public func detail(on screen: ScreenShape) -> String { expectation?.detail(on: screen) ?? "" }

    public var isExpectation: Bool { expectation != nil }
    /// What is to be said of an error, as of one of `mastic run`; nil for an expectation that does not hold.
    public let diagnostic: Diagnostic?

    init(_ error: any Error) {
        let script = error as? ScriptError
        expectation = error as? ExpectationFailure ?? script?.underlying as? ExpectationFailure
        message = expectation?.description ?? script?.message ?? "\(error)"
        diagnostic = expectation == nil && !(error is PlainFailure) && !(script?.underlying is PlainFailure) ? Diagnostic(error) : nil
        (file, line, sourceLine) = (script?.file, script?.line ?? expectation?.line, script?.sourceLine)
        let calls = (script?.traceback ?? "").split(separator: "\n").dropFirst()
        traceback = calls.count > 1 ? calls.joined(separator: "\n") : ""
    }

    init(_ message: String) { (self.message, file, line, sourceLine, traceback, expectation, diagnostic) = (message, nil, nil, nil, "", nil, nil) }
}

/// A failure that is its sentence.
struct PlainFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What is told while tests run.
public protocol TestObserver: AnyObject {
    func begins(_ file: String)
    func ended(_ result: TestResult)
    func warn(_ message: String)
}

/// How tests are run.
public struct TestOptions: Sendable {
    /// Runs only tests whose file and name hold this text, in any case.
    public var filter: String?
    /// What a test may take.
    public var limitNanoseconds = 60_000_000_000
    /// Whether the folders of tests stay.
    public var keeps = false
    public var stopsAtFailure = false
    /// Whether the lines of jobs and modules that run are counted.
    public var countsLines = false
    public var snapshots = SnapshotMode.writesMissing
    public var session: SessionOptions

    public init(_ session: SessionOptions) { self.session = session }

    public enum SnapshotMode: Sendable {
        /// Those that are not there are written: on the machine of whoever writes the test.
        case writesMissing
        /// None is written: where tests run by themselves.
        case refusesMissing
        /// All are written anew.
        case writesAll
    }
}
