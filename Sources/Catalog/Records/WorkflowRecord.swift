/// A workflow: what belongs to it is said by the triggers that name it. Members and JSON names are Glue's (`Workflow`).
public struct WorkflowRecord: DefinitionRecord {
    public static let kind = DefinitionKind.workflow

    public var name: String
    public var description: String?
    public var defaultRunProperties: [String: String]?
    /// Nil for no limit.
    public var maxConcurrentRuns: Int?
    public var tags: [String: String]?
    public var createdOn: Double?
    public var lastModifiedOn: Double?
    /// The project file that declared it; nil for what came otherwise.
    public var project: String?

    public init(name: String) { self.name = name }

    private enum CodingKeys: String, CodingKey {
        case name = "Name", description = "Description", defaultRunProperties = "DefaultRunProperties", maxConcurrentRuns = "MaxConcurrentRuns"
        case tags = "Tags", createdOn = "CreatedOn", lastModifiedOn = "LastModifiedOn", project = "Project"
    }
}

/// The states of a workflow's run: Glue's `WorkflowRunStatus`.
public enum WorkflowRunState: String, Codable, Sendable {
    case running = "RUNNING", completed = "COMPLETED", stopping = "STOPPING", stopped = "STOPPED", error = "ERROR"
}

/// One run of a workflow: Glue's `WorkflowRun`.
public struct WorkflowRunRecord: Codable, Hashable, Sendable {
    /// `wr_` and hexadecimal digits; also the chain of its runs.
    public var id: String
    public var workflow: String
    public var previousRun: String?
    public var properties: [String: String]
    public var state: WorkflowRunState
    public var error: String?
    /// Seconds since the epoch.
    public var started: Double
    public var finished: Double?
    /// The triggers as they were when the run began.
    public var triggers: [TriggerRecord]
    /// How nodes ended that a resumed run takes over from the one before.
    public var inherited: [InheritedNode]?

    public struct InheritedNode: Codable, Hashable, Sendable {
        public var node: RunNode
        public var state: RunState
        public var run: String

        public init(node: RunNode, state: RunState, run: String) { (self.node, self.state, self.run) = (node, state, run) }

        private enum CodingKeys: String, CodingKey { case node = "Node", state = "State", run = "RunId" }
    }

    public init(id: String, workflow: String, properties: [String: String], triggers: [TriggerRecord], started: Double) {
        (self.id, self.workflow, self.properties, self.triggers, self.started, state) = (id, workflow, properties, triggers, started, .running)
    }

    private enum CodingKeys: String, CodingKey {
        case id = "WorkflowRunId", workflow = "Name", previousRun = "PreviousRunId", properties = "WorkflowRunProperties", state = "Status"
        case error = "ErrorMessage", started = "StartedOn", finished = "CompletedOn", triggers = "Triggers", inherited = "Inherited"
    }
}
