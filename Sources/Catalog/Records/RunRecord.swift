/// The states of a job run: Glue's `JobRunState`.
public enum RunState: String, Codable, CaseIterable, Sendable {
    case waiting = "WAITING", starting = "STARTING", running = "RUNNING", stopping = "STOPPING", stopped = "STOPPED", succeeded = "SUCCEEDED"
    case failed = "FAILED", timeout = "TIMEOUT", error = "ERROR"

    /// Whether a process is, or should be, working on the run.
    public var isOpen: Bool { self == .starting || self == .running || self == .stopping }
    /// Whether the run has come to its end.
    public var isFinal: Bool { !isOpen && self != .waiting }
}

/// What a run is a run of: a job or a crawler, by name.
public struct RunNode: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case job = "JOB", crawler = "CRAWLER"
    }

    public var kind: Kind
    public var name: String

    public init(_ kind: Kind, _ name: String) { (self.kind, self.name) = (kind, name) }

    private enum CodingKeys: String, CodingKey { case kind = "Type", name = "Name" }
}

/// One run of a script or a crawler. JSON names are Glue's (`JobRun`); a run without a job, a script that only writes, has no `JobName`.
public struct RunRecord: Codable, Hashable, Sendable {
    public var id: String
    public var kind: RunNode.Kind
    /// The job's or the crawler's name.
    public var job: String?
    public var state: RunState
    /// Times are seconds since the epoch. A run that waits has started when it was asked for.
    public var started: Double
    public var finished: Double?
    public var arguments: [String: String]
    public var error: String?
    /// The process that runs it, for messages and signals.
    public var processID: Int32

    /// 0 for the first.
    public var attempt: Int
    public var previousRun: String?
    public var trigger: String?
    /// The runs that one firing of a first trigger brought about, directly or by conditions; nil for a run that a person started.
    public var chain: String?
    public var workflow: String?
    public var workflowRun: String?
    public var predecessors: [String]
    /// What the run is the only one of: a tick of a trigger, an attempt. Two runs with one key are impossible.
    public var key: String?
    /// When a waiting run may start.
    public var due: Double?
    /// Whether nothing follows from the run's end any more: no retry, no condition, no message.
    public var isSettled: Bool
    /// Whether a retry has taken the run's place.
    public var isSuperseded: Bool
    /// Whether `job:commit()` has made something of the run visible.
    public var isCommitted: Bool
    public var details: RunDetails

    public init(
        id: String, kind: RunNode.Kind = .job, job: String?, state: RunState = .running, arguments: [String: String] = [:], processID: Int32 = 0,
        started: Double = CatalogStore.now
    ) {
        (self.id, self.kind, self.job, self.state, self.started) = (id, kind, job, state, started)
        (self.arguments, self.processID, attempt, predecessors) = (arguments, processID, 0, [])
        (isSettled, isSuperseded, isCommitted, details) = (true, false, false, RunDetails())
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id", kind = "Type", job = "JobName", state = "JobRunState", started = "StartedOn", finished = "CompletedOn", arguments = "Arguments"
        case error = "ErrorMessage", processID = "ProcessId", attempt = "Attempt", previousRun = "PreviousRunId", trigger = "TriggerName"
        case chain = "Chain", workflow = "WorkflowName", workflowRun = "WorkflowRunId", predecessors = "PredecessorRuns", key = "Key", due = "DueOn"
        case isSettled = "Settled", isSuperseded = "Superseded", isCommitted = "Committed", details = "Details"
    }

    public var node: RunNode { RunNode(kind, job ?? "") }
}

/// What is known of a run's work and limits; kept as JSON.
public struct RunDetails: Codable, Hashable, Sendable {
    public var rowsRead: Int?
    public var rowsWritten: Int?
    public var bytesRead: Int?
    public var bytesWritten: Int?
    public var errorRecords: Int?
    /// Bytes of resident memory at most.
    public var peakMemory: Int?
    /// The script and the line where it failed.
    public var errorFile: String?
    public var errorLine: Int?
    /// Seconds.
    public var timeout: Double?
    /// When the process began to work; the time limit counts from here.
    public var began: Double?
    /// Files that brought the run about.
    public var files: [String]?
    /// The firing that handed the files over: its runs answer for them together.
    public var firing: String?
    /// What a person should know besides the error.
    public var note: String?
    /// Whether the delay was told.
    public var delayTold: Bool?
    /// What the run is to end as once its process is gone, where it is stopped for a reason: TIMEOUT, FAILED.
    public var ending: RunState?
    /// That reason.
    public var endingError: String?

    public init() {}

    private enum CodingKeys: String, CodingKey {
        case rowsRead = "RowsRead", rowsWritten = "RowsWritten", bytesRead = "BytesRead", bytesWritten = "BytesWritten", errorRecords = "ErrorRecords"
        case peakMemory = "PeakMemory", errorFile = "ErrorFile", errorLine = "ErrorLine", timeout = "Timeout", began = "Began", files = "Files", firing = "Firing", note = "Note"
        case delayTold = "DelayTold", ending = "Ending", endingError = "EndingError"
    }
}
