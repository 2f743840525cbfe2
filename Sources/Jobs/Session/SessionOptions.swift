public import Logging

/// What the command line says of a session.
public struct SessionOptions: Sendable {
    /// `--home`; nil where it was not given.
    public var home: String?
    public var threads: Int?
    /// Bytes that data may take; nil for no limit but the machine's.
    public var memoryBytes: Int?
    public var timeoutNanoseconds: Int?
    public var lifts: Bool
    public var sandbox: Bool
    public var logLevel: Logger.Level
    public var logsJSON: Bool
    /// Whether actions print their plans instead of running them.
    public var explains = false
    /// Whether it is shown how far long actions have come.
    public var showsProgress = true
    /// Whether what scripts print goes to standard error.
    public var printsToStandardError = false
    /// Whether those plans say how many rows their steps are thought to give.
    public var estimates = false
    /// Whether actions note where their time goes.
    public var profiles = false
    /// Whether lines of scripts that run are counted.
    public var countsLines = false
    /// How many rows of each source are read; nil for all.
    public var sampleRows: Int?
    /// How many error records a script may have before it fails; nil for any number.
    public var errorRecordThreshold: Int?
    /// A folder that takes the error records as JSON lines; nil where they are only counted.
    public var quarantinePath: String?

    public init(
        home: String? = nil, threads: Int? = nil, memoryBytes: Int? = nil, timeoutNanoseconds: Int? = nil, lifts: Bool = true, sandbox: Bool = false,
        logLevel: Logger.Level = .notice, logsJSON: Bool = false
    ) {
        (self.home, self.threads, self.memoryBytes, self.timeoutNanoseconds) = (home, threads, memoryBytes, timeoutNanoseconds)
        (self.lifts, self.sandbox, self.logLevel, self.logsJSON) = (lifts, sandbox, logLevel, logsJSON)
    }
}
