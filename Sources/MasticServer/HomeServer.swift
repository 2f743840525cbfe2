internal import Catalog
public import Connectors
internal import Glibc
public import Jobs
public import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// Serves a home: schedules its jobs, and tells over HTTP how it fares.
///
/// The process's main thread waits for signals and nothing else, so no handler interrupts anything. The first SIGTERM or SIGINT ends the services in
/// turn: the scheduler, which waits for its runs, then what sends messages, HTTP last. A second one ends the process at once; runs go on then, and the
/// next scheduler takes them over.
public final class HomeServer {
    public struct Options: Sendable {
        /// An address of this machine, or a name of one.
        public var host = "127.0.0.1"
        /// 0 for one that is free; nil for the usual one, or where another process has that, one that is free.
        public var port: Int?
        /// Whether there is HTTP at all.
        public var servesHTTP = true
        public var scheduler = Scheduler.Options()
        /// Seconds that runs get to end by themselves when the server ends.
        public var grace = 300.0
        /// Whether runs go on without the server.
        public var leavesRuns = false
        /// Seconds after which the server ends by itself.
        public var timeout: Double?
        public var version = ""

        public init() {}
    }

    public enum End: Sendable {
        case signal, timeout
    }

    public static let usualPort = 8420
    /// Seconds beyond the grace in which everything has ended, or is made to.
    private static let margin = 45.0

    private let home: Home
    private let options: Options
    private let log: Logger

    public init(_ home: Home, options: Options, log: Logger) { (self.home, self.options, self.log) = (home, options, log) }

    /// Serves until a signal or the time ends it. To be called on the main thread, before there are others.
    ///
    /// - Throws: `ServerError` when it cannot listen; `StorageError` or `CatalogError` when the home cannot be used.
    public func run() throws -> End {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        // All threads that come now inherit this, and only `wait` takes the signals.
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        let manager = ServiceManager(environment: Home.processEnvironment)
        // They are ours, and no run's.
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) }
        // A few requests a minute need no thread for each processor.
        NIOSingletons.groupLoopCountSuggestion = 1
        NIOSingletons.blockingPoolThreadCountSuggestion = 1

        let status = ServerStatus()
        let group = try makeGroup(status, manager)
        let outcome = Outcome()
        Task.detached {
            do {
                try await group.run()
                outcome.set(.success(()))
            } catch {
                outcome.set(.failure(error))
            }
            // Wakes `wait`.
            kill(getpid(), SIGTERM)
        }
        return try wait(&signals, group, outcome, status, manager)
    }

    private func makeGroup(_ status: ServerStatus, _ manager: ServiceManager) throws -> ServiceGroup {
        let metrics = ServerMetrics()
        var schedulerOptions = options.scheduler
        schedulerOptions.observer = metrics
        let scheduler = SchedulerService(
            home, options: schedulerOptions, grace: options.grace, leavesRuns: options.leavesRuns, status: status, manager: manager, log: log)
        // They end in the opposite order.
        var services: [any Service] = []
        if options.servesHTTP {
            if !Self.isLoopback(options.host) {
                log.notice("HTTP on \(options.host) is open to whoever can reach it: there is no authentication; what it answers is read-only")
            }
            services.append(
                HTTPService(
                    host: options.host, port: options.port, version: options.version, home: try Home(path: home.path), status: status, metrics: metrics,
                    log: log, onListening: scheduler.open))
        } else {
            scheduler.open()
        }
        services.append(scheduler)
        var quiet = log
        if quiet.logLevel < .info { quiet.logLevel = .info }
        var configuration = ServiceGroupConfiguration(services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0, serviceName: "\(type(of: $0))") }, logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(options.grace + Self.margin)
        return ServiceGroup(configuration: configuration)
    }

    /// Waits for the end, or begins it.
    private func wait(_ signals: inout sigset_t, _ group: ServiceGroup, _ outcome: Outcome, _ status: ServerStatus, _ manager: ServiceManager) throws -> End {
        let deadline = options.timeout.map { MonotonicTime.seconds + $0 }
        var end: End?
        while true {
            var info = siginfo_t()
            var number: Int32
            if end == nil, let deadline {
                let left = max(0, deadline - MonotonicTime.seconds)
                var time = timespec(tv_sec: Int(left), tv_nsec: Int((left - left.rounded(.down)) * 1e9))
                number = sigtimedwait(&signals, &info, &time)
            } else {
                number = sigwaitinfo(&signals, &info)
            }
            if let result = outcome.value {
                if end == nil { try result.get() }
                if case .failure(let error) = result, !(error is ServiceGroupError) { throw error }
                return end ?? .signal
            }
            if number < 0, errno == EINTR { continue }
            if end != nil {
                log.notice("a second signal: ending at once; the runs go on, and the next scheduler takes them over")
                _exit(130)
            }
            end = number < 0 ? .timeout : .signal
            let reason = number < 0 ? "the time is over" : number == SIGINT ? "interrupted" : "asked to end"
            log.notice("\(reason): shutting down; another signal ends at once")
            status.end()
            manager.tellStopping(within: options.grace + Self.margin)
            Task.detached { await group.triggerGracefulShutdown() }
        }
    }

    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
    }
}

/// How the services ended.
private final class Outcome: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)
    var value: Result<Void, any Error>? { result.withLock { $0 } }
    func set(_ new: Result<Void, any Error>) { result.withLock { $0 = new } }
}
