internal import Columnar

/// What the functions of a test need from whoever runs it.
public protocol TestHost: AnyObject {
    /// Where `fixture` finds files: the project's tests/fixtures, absolute.
    var fixtureFolder: String { get }
    /// Runs a job script of the project with a command line's words, in the test's home and working folder.
    ///
    /// - Throws: when there is no such script, and when the run was ended from outside. A script that fails is no error here.
    func runJob(_ script: String, arguments: [String]) throws -> JobRunReport
    /// Holds a text against the one that is kept under a name; nil is the test's own.
    func snapshot(_ name: String?, text: String) throws -> SnapshotCheck
    /// Has a path crawled into a database.
    func crawl(_ path: String, database: String) throws
}

/// How a job that a test ran ended.
public struct JobRunReport: Sendable {
    /// The script as it was named.
    public let script: String
    /// `SUCCEEDED`, or `FAILED`.
    public let status: String
    /// The exit status that `mastic run` would have given.
    public let exitStatus: Int
    /// What the script printed.
    public let output: String
    /// What went wrong, with the script's line; nil where nothing did.
    public let error: String?
    /// The same as `mastic run` tells it.
    public let diagnostic: Diagnostic?
    /// What was logged: warnings about error records, casts.
    public let log: String
    public let rowsRead: Int
    public let rowsWritten: Int
    public let errorRecords: Int
    public let runID: String?

    public init(
        script: String, status: String, exitStatus: Int, output: String, error: String?, diagnostic: Diagnostic?, log: String, rowsRead: Int, rowsWritten: Int, errorRecords: Int, runID: String?
    ) {
        (self.script, self.status, self.exitStatus, self.output, self.error, self.log) = (script, status, exitStatus, output, error, log)
        self.diagnostic = diagnostic
        (self.rowsRead, self.rowsWritten, self.errorRecords, self.runID) = (rowsRead, rowsWritten, errorRecords, runID)
    }
}

/// What came of holding a text against its snapshot.
public enum SnapshotCheck: Sendable {
    case same
    /// There was none, or it was to be renewed: now there is.
    case written
    case differs(expected: String, path: String)
    /// There is none, and none may be written.
    case missing(path: String)
}

/// A job's run as scripts see it: `run.status`, `run.output`, `run.error`.
///
/// A run that failed fails its test too, unless the test has looked at `status`, `exit_status`, `error` or `code`: a failure that nobody looks at must not pass.
final class JobRunResult: ScriptObject {
    static let className = "JobRun"
    let report: JobRunReport
    private(set) var wasLookedAt = false

    /// The line of the test that ran the job.
    let line: Int?

    init(_ report: JobRunReport, line: Int?) { (self.report, self.line) = (report, line) }

    private static let names = ["code", "error", "error_records", "exit_status", "log", "output", "rows_read", "rows_written", "run_id", "status"]

    /// What went wrong, for the report of the test.
    var lines: [String] {
        (report.diagnostic.map { DiagnosticText().text(of: $0) } ?? report.error ?? "").split(separator: "\n").map(String.init)
    }

    static func register(_ state: LuaState) {
        state.register(JobRunResult.self, name: className) { run in
            run.property { run, name in
                let report = run.report
                if ["status", "exit_status", "error", "code"].contains(name) { run.wasLookedAt = true }
                return switch name {
                case "status": .string(report.status)
                case "exit_status": .integer(Int64(report.exitStatus))
                case "output": .string(report.output)
                case "error": report.error.map { .string($0) } ?? .nil
                case "code": (report.diagnostic?.code).map { .string($0.rawValue) } ?? .nil
                case "log": .string(report.log)
                case "rows_read": .integer(Int64(report.rowsRead))
                case "rows_written": .integer(Int64(report.rowsWritten))
                case "error_records": .integer(Int64(report.errorRecords))
                case "run_id": report.runID.map { .string($0) } ?? .nil
                default: throw APIError("a JobRun has no field '\(name)'\(Suggestion.hint(for: name, in: names)) (fields: \(names.joined(separator: ", ")))")
                }
            }
            run.metamethod("__tostring") { call in
                let run = call.receiver as? JobRunResult ?? call[0].object(as: JobRunResult.self)
                return [.string(run.map { "JobRun[\($0.report.script): \($0.report.status)]" } ?? className)]
            }
        }
    }
}
