internal import Catalog
public import Connectors
internal import Glibc
public import Logging

/// Runs the right script at the right time, once.
///
/// The scheduler holds nothing that matters: all it knows is in the catalog, and each step is one transaction there whose rows have keys that only one
/// may have. So it may die at any moment; whoever takes the home next goes on where it stopped, and adopts the runs that work. One thread does all
/// of it: `tick` looks at the time and at what has happened, does what follows, and says when to look again.
public final class Scheduler {
    public struct Options: Sendable {
        /// Whether times and files start anything; without, only what is asked for runs, with what follows from it.
        public var firesTriggers = true
        /// Runs at one time.
        public var maxRuns = max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        /// Ended runs of each job that are remembered, with their logs.
        public var keptRuns = 1000
        /// Seconds for which ended runs are remembered.
        public var keptSeconds = 90.0 * 86400
        /// Common options that every run is started with, such as `--no-lift`.
        public var runOptions: [String] = []
        public var observer: (any SchedulerObserver)?

        /// Called when messages were put into the outbox.
        public var onMessage: (@Sendable () -> Void)?

        public init() {}
    }

    /// Seconds between two looks at what other processes have asked for.
    static let longestPause = 0.5
    /// A tick that is later than this was missed while nobody scheduled.
    static let punctuality = 60.0
    /// Seconds from the request to stop until the process is killed.
    static let patience = 10.0

    let home: Home
    let options: Options
    let supervisor: any RunSupervisor
    let log: Logger
    let lease: SchedulerLease
    private let lock: FileLock?
    private let clock: () -> Double

    /// What was read of definitions, and which generation.
    package var definitions = SchedulerDefinitions()
    /// Processes that have ended, and whose runs have not been put in order.
    private var ended: [String: ProcessEnd] = [:]
    /// When processes were asked to stop.
    var asked: [String: Double] = [:]
    private var isAdopted = false
    private var lastTime = 0.0
    private var lastMonotonic = 0.0
    private var lastBeat = 0.0
    private var lastCleaning = 0.0
    /// Seconds that the latest tick of a trigger came late.
    public internal(set) var lag = 0.0
    /// Who looks for files, once a trigger waits for some.
    var watcher: ArrivalWatcher?
    /// Whether there are messages that nobody was told of.
    var hasPosted = false
    /// Whether nothing is started any more, because the scheduler comes to its end.
    var isDraining = false

    /// - Returns: nil while another process schedules at this home.
    /// - Throws: `StorageError`, `CatalogError`.
    public convenience init?(_ home: Home, options: Options, log: Logger) throws {
        guard let lock = try SchedulerLock.acquire(home) else { return nil }
        try self.init(
            home, options: options, supervisor: ProcessSupervisor(home, options: options.runOptions), lock: lock, log: log, clock: { CatalogStore.now })
    }

    /// - Parameter clock: seconds since the epoch.
    package init(
        _ home: Home, options: Options, supervisor: any RunSupervisor, lock: FileLock? = nil, log: Logger, clock: @escaping () -> Double
    ) throws {
        (self.home, self.options, self.supervisor, self.lock, self.log, self.clock) = (home, options, supervisor, lock, log, clock)
        lease = try home.catalog.takeScheduler(owner: RunTransaction.makeRunID(), processID: getpid())
    }

    deinit { try? home.catalog.releaseScheduler(lease) }

    /// Does what is to be done now.
    ///
    /// - Returns: seconds until there may be something again.
    /// - Throws: `CatalogError.staleLease` when another scheduler has taken over; nothing must be done any more.
    @discardableResult
    public func tick() throws -> Double {
        let now = clock()
        noteClock(now)
        try definitions.refresh(home.catalog, log: log)
        if !isAdopted {
            try adopt()
            try removeLocks()
            isAdopted = true
        }
        for (run, end) in supervisor.ended() { ended[run] = end }
        for (run, end) in ended { try finish(run, end) }
        var next = now + Self.longestPause
        if options.firesTriggers, !isDraining {
            next = min(next, try fireSchedules(now))
            next = min(next, try fireArrivals(now))
        }
        if try home.catalog.hasWork(at: now) {
            try settle(now)
            try closeWorkflows(now)
            try watch(now)
            if hasPosted { options.onMessage?() }
            hasPosted = false
            if !isDraining { try startWaiting(now) }
        }
        if now - lastBeat >= 5 || now < lastBeat {
            try home.catalog.beat(lease)
            lastBeat = now
        }
        if now - lastCleaning >= 3600 || now < lastCleaning {
            lastCleaning = now
            try clean(now)
        }
        return max(0, next - clock())
    }

    /// Ticks until the body says that it is enough.
    ///
    /// - Throws: as `tick` does. What can be cured by trying again, a full disk for one, is logged and tried again.
    public func run(until isEnough: () throws -> Bool) throws {
        var failures = 0
        while try !isEnough() {
            var pause: Double
            do {
                let began = MonotonicTime.seconds
                pause = try tick()
                failures = 0
                options.observer?.schedulerTicked(seconds: MonotonicTime.seconds - began, lag: lag)
            } catch let error as CatalogError where error.code == .staleLease {
                throw error
            } catch {
                failures += 1
                pause = min(30, Double(failures))
                log.error("the scheduler could not do its work, and tries again in \(Int(pause)) s: \(error)")
                options.observer?.schedulerFailed(error)
            }
            self.pause(seconds: pause)
        }
    }

    /// Waits until something happens, or the time is over.
    public func pause(seconds: Double) { supervisor.wait(seconds: seconds, descriptor: watcher?.descriptor ?? -1) }

    /// Makes `run` look at once. From any thread.
    public func wake() { supervisor.wake() }

    /// Says when the clock of the wall and the time that passes disagree.
    private func noteClock(_ now: Double) {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        let monotonic = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        defer { (lastTime, lastMonotonic) = (now, monotonic) }
        guard lock != nil, lastTime > 0 else { return }
        let jump = (now - lastTime) - (monotonic - lastMonotonic)
        if jump < -5 {
            log.warning("the clock was set back by \(Int(-jump)) s; times that have been dealt with do not come again")
        } else if jump > 5 {
            log.warning("the clock was set forward by \(Int(jump)) s")
        }
    }

    // MARK: - Processes

    /// Takes over the runs of the scheduler before.
    private func adopt() throws {
        for run in try home.catalog.openRuns() where !run.isSettled {
            if try supervisor.adopt(run) { continue }
            if run.state == .starting {
                // Its process was never started: the run waits again.
                try home.catalog.schedule(lease) { transaction in
                    guard var run = try transaction.run(run.id), run.state == .starting else { return }
                    (run.state, run.due) = (.waiting, clock())
                    try transaction.replace(run)
                }
            } else {
                try finish(run.id, ProcessEnd())
            }
        }
    }

    /// Removes the locks that were left by processes which died while they looked whether others had.
    private func removeLocks() throws {
        guard let folder = opendir(home.path + "/runs") else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) }
            guard name.hasSuffix(".lock"), let lock = try RunLock.acquire(home, run: String(name.dropLast(5))) else { continue }
            if try home.catalog.run(String(name.dropLast(5)))?.state.isFinal ?? false { lock.remove() }
        }
    }

    /// A run's process has ended: the run has, too.
    private func finish(_ id: String, _ end: ProcessEnd) throws {
        asked[id] = nil
        var error = "the run's process ended before the run did"
        if let signal = end.signal {
            error = "the run's process was ended by signal \(signal) (\(Self.name(ofSignal: signal)))"
            if signal == SIGKILL { error += "; out of memory, or someone killed it" }
        } else if let status = end.status, status != 0 {
            error += ", with status \(status)"
        }
        if try home.catalog.run(id)?.state == .starting {
            try home.catalog.endRun(id, .failed, error: error + ", before it began" + lastWords(of: id), at: clock())
        }
        let report = try Recovery.finish(id, home, error: error, peakMemory: end.peakMemory)
        for warning in report.warnings { log.warning("\(warning)", metadata: ["run": "\(id)"]) }
        guard let run = try home.catalog.run(id) else {
            ended[id] = nil
            return
        }
        // Another process is putting it in order at this moment, and may die of it: to be looked at again.
        guard run.state.isFinal else {
            ended[id] = end
            return
        }
        ended[id] = nil
        log.info("run ended: \(run.state.rawValue)\(run.error.map { ", " + $0 } ?? "")", metadata: run.logMetadata)
    }

    private func lastWords(of run: String) -> String {
        RunNotification.lastLines(of: RunLog(home, run: run).path, count: 1).first.map { ": " + $0 } ?? ""
    }

    private static func name(ofSignal signal: Int32) -> String {
        switch signal {
        case SIGKILL: "SIGKILL"
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGSEGV: "SIGSEGV"
        case SIGABRT: "SIGABRT"
        case SIGILL: "SIGILL"
        case SIGTRAP: "SIGTRAP"
        case SIGBUS: "SIGBUS"
        case SIGXCPU: "SIGXCPU"
        default: "\(String(cString: strsignal(signal)))"
        }
    }

    // MARK: - Keeping

    private func clean(_ now: Double) throws {
        let forgotten = try home.catalog.pruneRuns(keeping: options.keptRuns, endedBefore: now - options.keptSeconds)
        for (run, firing) in forgotten {
            RunLog(home, run: run).remove()
            if let firing { ArrivalArguments.remove(firing: firing, home: home) }
        }
        if !forgotten.isEmpty { log.info("\(forgotten.count) old runs and their logs were removed") }
    }
}
