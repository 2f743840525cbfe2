public import Catalog
public import Connectors
internal import Foundation

/// What is told of a run: the JSON object that webhooks get, and what templates and commands take their words from.
///
/// Arguments of the run are not in it: they may hold what not every reader of a message should see.
public struct RunNotification: Codable, Hashable, Sendable {
    public enum Reason: String, Codable, Sendable {
        case state = "JobRunStateChange"
        /// The run takes longer than `NotifyDelayAfter`.
        case delay = "JobRunDelay"
        case test = "Test"
    }

    /// Lines of the log that are told.
    public static let logLines = 20

    /// Of the notification: a receiver that gets one twice knows it by this.
    public var id: String
    public var reason: Reason
    public var job: String
    public var run: String
    public var state: RunState
    public var attempt: Int
    /// Times are seconds since the epoch.
    public var time: Double
    public var started: Double
    public var finished: Double?
    public var error: String?
    public var errorFile: String?
    public var errorLine: Int?
    /// The text of the line where the script failed.
    public var scriptLine: String?
    public var trigger: String?
    public var workflow: String?
    public var workflowRun: String?
    public var rowsRead: Int?
    public var rowsWritten: Int?
    public var errorRecords: Int?
    public var log: [String]
    public var host: String
    public var home: String

    private enum CodingKeys: String, CodingKey {
        case id = "Id", reason = "Type", job = "JobName", run = "RunId", state = "State", attempt = "Attempt", time = "Time", started = "StartedOn"
        case finished = "CompletedOn", error = "ErrorMessage", errorFile = "ErrorFile", errorLine = "ErrorLine", scriptLine = "ScriptLine"
        case trigger = "TriggerName", workflow = "WorkflowName", workflowRun = "WorkflowRunId", rowsRead = "RowsRead", rowsWritten = "RowsWritten"
        case errorRecords = "ErrorRecords", log = "Log", host = "Host", home = "Home"
    }

    /// Gathers what is known of a run. Reads the script's line and the end of the run's log, `runs/<id>.log` in the home; what cannot be read is left out.
    ///
    /// - Parameter workingDirectory: where the script's path begins if it is relative.
    public init(_ run: RunRecord, reason: Reason = .state, home: Home, workingDirectory: String? = nil, at time: Double = CatalogStore.now) {
        id = UUID().uuidString.lowercased()
        (self.reason, job, self.run, state, attempt) = (reason, run.job ?? "", run.id, run.state, run.attempt)
        (self.time, started, finished, error) = (time, run.started, run.finished, run.error.map { SafeText.clipped($0, to: 4000) })
        (errorFile, errorLine) = (run.details.errorFile, run.details.errorLine)
        (trigger, workflow, workflowRun) = (run.trigger, run.workflow, run.workflowRun)
        (rowsRead, rowsWritten, errorRecords) = (run.details.rowsRead, run.details.rowsWritten, run.details.errorRecords)
        (host, self.home) = (Self.hostName, home.path)
        log = Self.lastLines(of: RunLog(home, run: run.id).path, count: Self.logLines)
        if let file = errorFile, let line = errorLine {
            scriptLine = Self.line(line, of: LocalPath.absolute(file, from: workingDirectory ?? LocalPath.workingDirectory))
        }
    }

    /// Seconds, up to now for a run that has not ended.
    public var duration: Double { max(0, (finished ?? time) - started) }

    /// `350 ms`, `12.3 s`, `4 min 5 s`, `3 h 20 min`.
    package static func text(ofSeconds seconds: Double) -> String {
        let seconds = seconds.isFinite ? min(max(seconds, 0), 1e12) : 0
        if seconds < 1 { return "\(Int(seconds * 1000)) ms" }
        if seconds < 60 { return "\(Double(Int(seconds * 10)) / 10) s" }
        let whole = Int(seconds)
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The last lines of a file, each of 500 characters at most, from its last 64 KiB.
    package static func lastLines(of path: String, count: Int) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0 else { return [] }
        let length = min(size, 65536)
        var bytes = [UInt8](repeating: 0, count: length)
        let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, length, size - length) }
        guard got > 0 else { return [] }
        var lines = bytes[..<got].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        // The first is the end of a line that began before.
        if length < size, lines.count > 1 { lines.removeFirst() }
        return lines.suffix(count).map { SafeText.clipped(SafeText.printable(String(decoding: $0, as: UTF8.self), keepsLines: false), to: 500) }
    }

    private static func line(_ number: Int, of path: String) -> String? {
        guard number > 0, let text = try? LocalPath.readSmallFile(path) else { return nil }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
        guard number <= lines.count else { return nil }
        let line = String(decoding: lines[number - 1].prefix(2000), as: UTF8.self)
        return SafeText.clipped(SafeText.printable(line, keepsLines: false).trimmingCharacters(in: .whitespaces), to: 200)
    }
}
