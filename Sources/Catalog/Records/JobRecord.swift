/// A job: a script, and how to run it. Members and JSON names are Glue's (`Job`); those that Glue has not stand below.
///
/// A member that is nil has its default, which `effective...` gives where it takes more than a word.
public struct JobRecord: DefinitionRecord {
    public static let kind = DefinitionKind.job

    public struct Command: Codable, Hashable, Sendable {
        /// `glueetl`, as Glue names a batch job.
        public var name: String
        /// The script's path; a relative one begins at the job's working directory.
        public var scriptLocation: String

        public init(name: String = "glueetl", scriptLocation: String) { (self.name, self.scriptLocation) = (name, scriptLocation) }

        private enum CodingKeys: String, CodingKey { case name = "Name", scriptLocation = "ScriptLocation" }
    }

    public struct ExecutionProperty: Codable, Hashable, Sendable {
        public var maxConcurrentRuns: Int

        public init(maxConcurrentRuns: Int) { self.maxConcurrentRuns = maxConcurrentRuns }

        private enum CodingKeys: String, CodingKey { case maxConcurrentRuns = "MaxConcurrentRuns" }
    }

    public struct NotificationProperty: Codable, Hashable, Sendable {
        /// Minutes after which a run that still works is told of.
        public var notifyDelayAfter: Double?

        public init(notifyDelayAfter: Double?) { self.notifyDelayAfter = notifyDelayAfter }

        private enum CodingKeys: String, CodingKey { case notifyDelayAfter = "NotifyDelayAfter" }
    }

    /// What happens to a run that is due while `MaxConcurrentRuns` others of the job are open.
    public enum Overlap: String, Codable, CaseIterable, Sendable {
        /// It is recorded as STOPPED, with the reason; a later tick tries again.
        case skip
        /// It waits.
        case queue
        /// The oldest open run is stopped for it.
        case cancelPrevious = "cancel_previous"
    }

    /// What error records do to a run.
    public struct ErrorRecordPolicy: Codable, Hashable, Sendable {
        /// The run fails with more error records than this; nil for no limit.
        public var threshold: Int?
        /// A folder that takes the records as JSON lines with the reason.
        public var quarantinePath: String?

        public init(threshold: Int? = nil, quarantinePath: String? = nil) { (self.threshold, self.quarantinePath) = (threshold, quarantinePath) }

        private enum CodingKeys: String, CodingKey { case threshold = "Threshold", quarantinePath = "QuarantinePath" }
    }

    public var name: String
    public var description: String?
    public var command: Command
    /// Keys begin with `--`, in Glue's way.
    public var defaultArguments: [String: String]?
    /// Stand above all others.
    public var nonOverridableArguments: [String: String]?
    public var maxRetries: Int?
    /// Minutes, not necessarily whole; nil for two days, Glue's default.
    public var timeout: Double?
    public var executionProperty: ExecutionProperty?
    public var notificationProperty: NotificationProperty?
    public var tags: [String: String]?
    public var createdOn: Double?
    public var lastModifiedOn: Double?

    // What Glue has no member for.

    /// Where relative paths of the script begin; absolute.
    public var workingDirectory: String?
    /// Bytes of data: `--memory`.
    public var memory: Int?
    /// `--threads`.
    public var threads: Int?
    /// Seconds before the first retry; doubled for each further one.
    public var retryDelay: Double?
    /// Minutes without a line of output after which a run counts as hanging; nil for ever.
    public var silenceTimeout: Double?
    public var overlap: Overlap?
    public var errorRecords: ErrorRecordPolicy?
    /// Where changes of state are told.
    public var notifications: [NotificationTarget]?
    /// The project file that declared it; nil for what came otherwise.
    public var project: String?

    public init(name: String, script: String) { (self.name, command) = (name, Command(scriptLocation: script)) }

    private enum CodingKeys: String, CodingKey {
        case name = "Name", description = "Description", command = "Command", defaultArguments = "DefaultArguments"
        case nonOverridableArguments = "NonOverridableArguments", maxRetries = "MaxRetries", timeout = "Timeout"
        case executionProperty = "ExecutionProperty", notificationProperty = "NotificationProperty", tags = "Tags", createdOn = "CreatedOn"
        case lastModifiedOn = "LastModifiedOn", workingDirectory = "WorkingDirectory", memory = "Memory", threads = "Threads"
        case retryDelay = "RetryDelay", silenceTimeout = "SilenceTimeout", overlap = "Overlap", errorRecords = "ErrorRecords"
        case notifications = "Notifications", project = "Project"
    }

    public var maxConcurrentRuns: Int { max(1, executionProperty?.maxConcurrentRuns ?? 1) }
    /// Seconds that a run may take.
    public var timeoutSeconds: Double { (timeout ?? 2880) * 60 }

    /// Seconds to wait before an attempt: 30, 60, 120 ... without a `retryDelay`, an hour at most.
    ///
    /// - Parameter attempt: 1 for the first retry.
    public func retryDelaySeconds(attempt: Int) -> Double {
        var delay = retryDelay ?? 30
        for _ in 1..<max(1, min(attempt, 32)) { delay *= 2 }
        return min(delay, 3600)
    }
}

/// Where changes of a run's state are told: exactly one of the three ways.
public struct NotificationTarget: Codable, Hashable, Sendable {
    /// A command line for `/bin/sh`, which gets the message on standard input and the run's facts in `MASTIC_*` variables.
    public var command: String?
    /// An `http` or `https` address that takes a JSON object.
    public var webhook: String?
    /// The name of the environment variable, or the setting, that holds the key of the signature; never the key itself.
    public var secret: String?
    /// An address for mail.
    public var mail: String?
    /// The states that are told; nil for FAILED, TIMEOUT and ERROR.
    public var states: [RunState]?

    public init(command: String? = nil, webhook: String? = nil, secret: String? = nil, mail: String? = nil, states: [RunState]? = nil) {
        (self.command, self.webhook, self.secret, self.mail, self.states) = (command, webhook, secret, mail, states)
    }

    private enum CodingKeys: String, CodingKey {
        case command = "Command", webhook = "Webhook", secret = "Secret", mail = "Mail", states = "States"
    }

    public func tells(_ state: RunState) -> Bool { (states ?? [.failed, .timeout, .error]).contains(state) }
}
