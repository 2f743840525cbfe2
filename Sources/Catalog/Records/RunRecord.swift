/// The states of a job run: Glue's `JobRunState`.
public enum RunState: String, Codable, Sendable {
    case starting = "STARTING", running = "RUNNING", stopping = "STOPPING", stopped = "STOPPED", succeeded = "SUCCEEDED", failed = "FAILED"
    case timeout = "TIMEOUT", error = "ERROR", waiting = "WAITING"

    /// Whether a process is, or should be, working on the run.
    public var isOpen: Bool { self == .starting || self == .running || self == .stopping }
}

/// One run of a script. JSON names are Glue's (`JobRun`); a run without a job, a script that only writes, has no `JobName`.
public struct RunRecord: Codable, Hashable, Sendable {
    public var id: String
    public var job: String?
    public var state: RunState
    /// Times are seconds since the epoch.
    public var started: Double
    public var finished: Double?
    public var arguments: [String: String]
    public var error: String?
    /// The process that runs it, for messages.
    public var processID: Int32

    public init(id: String, job: String?, state: RunState = .running, arguments: [String: String] = [:], processID: Int32) {
        (self.id, self.job, self.state, started) = (id, job, state, CatalogStore.now)
        (self.arguments, self.processID) = (arguments, processID)
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id", job = "JobName", state = "JobRunState", started = "StartedOn", finished = "CompletedOn", arguments = "Arguments"
        case error = "ErrorMessage", processID = "ProcessId"
    }
}
