internal import Catalog
internal import Columnar
public import Connectors
public import Engine
internal import Glibc
public import Logging
public import Scripting

/// One process's work: a home, threads, a log, and the scripts that run in it, one at a time.
public final class Session {
    public let options: SessionOptions
    public let log: Logger
    public let cancellation = Cancellation()
    public let control = RunControl()
    public private(set) lazy var workers = WorkerPool(count: options.threads ?? WorkerPool.processorCount)
    private var openedHome: Home?

    /// - Parameters:
    ///   - log: takes what is logged; standard error if not given.
    ///   - workers: threads of another session, which does nothing meanwhile.
    public init(_ options: SessionOptions, log handler: (any LogHandler)? = nil, workers: WorkerPool? = nil) {
        self.options = options
        let handler = handler ?? StandardErrorLog(label: "mastic", level: options.logLevel, json: options.logsJSON)
        log = Logger(label: "mastic", factory: { _ in handler })
        if let bytes = options.memoryBytes { MemoryPool.shared.limit = bytes }
        if let workers { self.workers = workers }
    }

    /// The home, found when it is first needed.
    public var home: Home {
        get throws {
            if let openedHome { return openedHome }
            let home = try Home.resolve(option: options.home)
            openedHome = home
            return home
        }
    }

    /// Completes what runs that died have left half-done. To be called before data is read or written.
    public func recover() throws {
        let home = try home
        guard home.catalog.exists else { return }
        let report = try Recovery.run(home)
        for run in report.completed { log.notice("completed the commit of run \(run), which died while publishing") }
        for run in report.removed { log.info("removed what run \(run), which died before its commit, had staged") }
        for warning in report.warnings { log.warning("\(warning)") }
    }

    /// Ends what runs, as Ctrl-C does.
    public func stop() {
        cancellation.cancel(.interrupted)
        control.stop(.interrupted)
    }

    /// Lets the next run go on after one that was stopped.
    public func revive() {
        cancellation.reset()
        control.clear()
        Interruption.forget()
    }

    /// Whether a signal has asked the process to end, and not only what runs.
    public var isTerminated: Bool { Interruption.isTerminated }

    /// Lets interrupts (Ctrl-C, SIGTERM) and the time limit end the session's work.
    ///
    /// - Parameter endsAtSecond: whether a second interrupt ends the process at once; an interactive session outlives them all.
    public func watch(endsAtSecond: Bool = true) {
        Interruption.watch(cancellation, control, endsAtSecond: endsAtSecond)
        if let nanoseconds = options.timeoutNanoseconds { Interruption.stop(cancellation, control, afterNanoseconds: nanoseconds) }
    }
}

/// How a script ended.
public enum ScriptOutcome {
    case succeeded
    /// The script asked for this exit status.
    case exited(Int32)
    case failed(any Error)

    /// The exit status of the contract: 0 done, 1 failed, 124 timed out, 130 interrupted.
    public var status: Int32 {
        switch self {
        case .succeeded: return 0
        case .exited(let status): return status
        case .failed(let error):
            switch Interruption.reason(of: error) {
            case .interrupted?: return 130
            case .timedOut?: return 124
            default: return 1
            }
        }
    }
}
