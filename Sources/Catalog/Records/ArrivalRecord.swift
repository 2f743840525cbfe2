/// A complete file under the path of an EVENT trigger.
public struct ArrivedFile: Hashable, Sendable {
    /// Absolute.
    public let path: String
    /// Bytes.
    public let size: Int64
    /// Nanoseconds since the epoch.
    public let modified: Int64

    public init(path: String, size: Int64, modified: Int64) { (self.path, self.size, self.modified) = (path, size, modified) }
}

/// What is to be done about a file that arrived.
public enum ArrivalState: String, Codable, CaseIterable, Sendable {
    /// It waits for a run.
    case pending = "PENDING"
    /// A run that has not been settled has it.
    case assigned = "ASSIGNED"
    /// A run that had it succeeded.
    case done = "DONE"
    /// Its runs failed too often; it is to be moved to the dead letters.
    case failed = "FAILED"
}

/// A failed run of an arrived file.
public struct ArrivalFailure: Codable, Hashable, Sendable {
    public let run: String
    public let error: String
    /// Seconds since the epoch.
    public let time: Double

    public init(run: String, error: String, time: Double) { (self.run, self.error, self.time) = (run, error, time) }

    private enum CodingKeys: String, CodingKey { case run = "RunId", error = "ErrorMessage", time = "Time" }
}

/// A file that arrived, and what became of it.
public struct ArrivalRecord: Hashable, Sendable {
    public let trigger: String
    public let file: ArrivedFile
    /// When it was found to be complete; seconds since the epoch, like all times here.
    public let seen: Double
    public let state: ArrivalState
    /// What it is assigned to, or was last.
    public let run: String?
    /// The runs that failed with this content of the file, oldest first.
    public let failures: [ArrivalFailure]
    /// Whether it has failed together with others, so that it is tried without them.
    public let isAlone: Bool
    /// It is not tried again before.
    public let due: Double

    public init(
        trigger: String, file: ArrivedFile, seen: Double, state: ArrivalState = .pending, run: String? = nil, failures: [ArrivalFailure] = [],
        isAlone: Bool = false, due: Double = 0
    ) {
        (self.trigger, self.file, self.seen, self.state, self.run) = (trigger, file, seen, state, run)
        (self.failures, self.isAlone, self.due) = (failures, isAlone, due)
    }
}
