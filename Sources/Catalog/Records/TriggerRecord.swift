/// A trigger: what starts jobs and crawlers, and which. Members and JSON names are Glue's (`Trigger`).
public struct TriggerRecord: DefinitionRecord {
    public static let kind = DefinitionKind.trigger

    public enum Kind: String, Codable, CaseIterable, Sendable {
        case scheduled = "SCHEDULED", conditional = "CONDITIONAL", onDemand = "ON_DEMAND", event = "EVENT"
    }

    /// Exactly one of a job and a crawler.
    public struct Action: Codable, Hashable, Sendable {
        public var jobName: String?
        public var crawlerName: String?
        public var arguments: [String: String]?
        /// Minutes.
        public var timeout: Double?

        public init(job: String, arguments: [String: String]? = nil) { (jobName, self.arguments) = (job, arguments) }
        public init(crawler: String) { crawlerName = crawler }

        private enum CodingKeys: String, CodingKey {
            case jobName = "JobName", crawlerName = "CrawlerName", arguments = "Arguments", timeout = "Timeout"
        }

        public var node: RunNode { jobName.map { RunNode(.job, $0) } ?? RunNode(.crawler, crawlerName ?? "") }
    }

    /// A state that a job's or a crawler's run must end in.
    public struct Condition: Codable, Hashable, Sendable {
        public var jobName: String?
        /// SUCCEEDED, STOPPED, FAILED or TIMEOUT.
        public var state: RunState?
        public var crawlerName: String?
        /// SUCCEEDED, FAILED or CANCELLED.
        public var crawlState: String?
        /// `EQUALS`.
        public var logicalOperator: String?

        public init(job: String, state: RunState = .succeeded) { (jobName, self.state, logicalOperator) = (job, state, "EQUALS") }
        public init(crawler: String, state: String = "SUCCEEDED") { (crawlerName, crawlState, logicalOperator) = (crawler, state, "EQUALS") }

        private enum CodingKeys: String, CodingKey {
            case jobName = "JobName", state = "State", crawlerName = "CrawlerName", crawlState = "CrawlState", logicalOperator = "LogicalOperator"
        }

        public var node: RunNode { jobName.map { RunNode(.job, $0) } ?? RunNode(.crawler, crawlerName ?? "") }
        /// The state of the run that meets the condition. A crawler's CANCELLED is a run's STOPPED.
        public var runState: RunState { state ?? (crawlState == "CANCELLED" ? .stopped : RunState(rawValue: crawlState ?? "") ?? .succeeded) }
    }

    public struct Predicate: Codable, Hashable, Sendable {
        public enum Logical: String, Codable, CaseIterable, Sendable {
            case and = "AND", any = "ANY"
        }

        public var logical: Logical?
        public var conditions: [Condition]

        public init(_ logical: Logical = .and, _ conditions: [Condition]) { (self.logical, self.conditions) = (logical, conditions) }

        private enum CodingKeys: String, CodingKey { case logical = "Logical", conditions = "Conditions" }
    }

    /// When files that arrived start the actions: when so many have, or so many seconds after the first.
    public struct EventBatchingCondition: Codable, Hashable, Sendable {
        public var batchSize: Int
        /// Seconds.
        public var batchWindow: Int?

        public init(batchSize: Int, batchWindow: Int? = nil) { (self.batchSize, self.batchWindow) = (batchSize, batchWindow) }

        private enum CodingKeys: String, CodingKey { case batchSize = "BatchSize", batchWindow = "BatchWindow" }
    }

    /// The files that an EVENT trigger waits for. Not in Glue, where EventBridge sends events.
    public struct Arrival: Codable, Hashable, Sendable {
        /// A folder; files below it count too. A relative path begins at the working directory.
        public var path: String
        /// Names that count, all if nil: `*.csv`, `**/*.json`.
        public var pattern: String?
        /// Seconds for which size and time of a file must not change where nobody tells that it was closed.
        public var stableFor: Double?
        /// How many failed runs send a file to the dead letters; nil for 3.
        public var maxFailures: Int?
        /// The folder of files that failed; nil for `_failed` in the path.
        public var deadLetterPath: String?
        /// Seconds between two looks where the kernel does not tell of arrivals; nil for 10.
        public var pollInterval: Double?

        public init(path: String, pattern: String? = nil) { (self.path, self.pattern) = (path, pattern) }

        private enum CodingKeys: String, CodingKey {
            case path = "Path", pattern = "Pattern", stableFor = "StableFor", maxFailures = "MaxFailures", deadLetterPath = "DeadLetterPath"
            case pollInterval = "PollInterval"
        }
    }

    /// What to do about times that passed while no scheduler ran.
    public enum Misfire: String, Codable, CaseIterable, Sendable {
        case skip, once, all
    }

    public var name: String
    public var workflowName: String?
    public var type: Kind
    public var description: String?
    /// `cron(...)`, `rate(...)` or five cron fields.
    public var schedule: String?
    public var actions: [Action]
    public var predicate: Predicate?
    public var eventBatchingCondition: EventBatchingCondition?
    public var tags: [String: String]?
    public var createdOn: Double?
    public var lastModifiedOn: Double?

    /// A name of the tz data; UTC if nil.
    public var timeZone: String?
    public var misfire: Misfire?
    public var arrival: Arrival?
    /// The project file that declared it; nil for what came otherwise.
    public var project: String?

    public init(name: String, type: Kind, actions: [Action] = []) { (self.name, self.type, self.actions) = (name, type, actions) }

    private enum CodingKeys: String, CodingKey {
        case name = "Name", workflowName = "WorkflowName", type = "Type", description = "Description", schedule = "Schedule", actions = "Actions"
        case predicate = "Predicate", eventBatchingCondition = "EventBatchingCondition", tags = "Tags", createdOn = "CreatedOn"
        case lastModifiedOn = "LastModifiedOn", timeZone = "TimeZone", misfire = "Misfire", arrival = "Arrival"
        case project = "Project"
    }
}

/// The states of a trigger: Glue's `TriggerState`, without those of the moment in between.
public enum TriggerState: String, Codable, Sendable {
    case created = "CREATED", activated = "ACTIVATED", deactivated = "DEACTIVATED"
}
