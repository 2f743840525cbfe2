internal import Catalog
internal import Connectors
internal import Glibc
internal import Jobs
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Schedules at a home on a thread of its own, or stands by while another process does.
final class SchedulerService: Service {
    /// What the thread is asked to do.
    private enum Order {
        case work, drain, stop
    }

    /// Seconds between two looks whether the home has become free.
    private static let standbyPause = 0.25
    /// Seconds until a home that could not be taken is tried again.
    private static let retryPause = 5.0

    private let home: Home
    private let options: Scheduler.Options
    private let grace: Double
    private let leavesRuns: Bool
    private let status: ServerStatus
    private let manager: ServiceManager
    private let log: Logger
    private let order = Mutex(Order.work)
    /// Interrupts the thread's rest.
    private let wake = Mutex<(@Sendable () -> Void)?>(nil)
    /// Opens when the server is reachable, so that nothing is started by one that cannot begin.
    private let gate: AsyncStream<Void>
    private let gateKey: AsyncStream<Void>.Continuation

    init(
        _ home: Home, options: Scheduler.Options, grace: Double, leavesRuns: Bool, status: ServerStatus, manager: ServiceManager, log: Logger
    ) {
        (self.home, self.options, self.grace, self.leavesRuns) = (home, options, grace, leavesRuns)
        (self.status, self.manager, self.log) = (status, manager, log)
        (gate, gateKey) = AsyncStream.makeStream()
    }

    /// Lets the thread begin.
    func open() { gateKey.finish() }

    func run() async throws {
        for await _ in gate.cancelOnGracefulShutdown() {}
        guard !Task.isCancelled, !status.now.isEnding else { return }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    BackgroundThread.run { continuation.resume(with: Result { try self.work() }) }
                }
            } onGracefulShutdown: {
                self.give(.drain)
            }
        } onCancel: {
            self.give(.stop)
        }
    }

    private func give(_ new: Order) {
        order.withLock { if $0 != .stop { $0 = new } }
        wake.withLock { $0?() }
    }

    private var isAsked: Bool {
        status.beat()
        manager.signOfLife()
        return order.withLock { $0 != .work }
    }

    /// The thread's work.
    private func work() throws {
        let notifier = Notifier(home: home, log: log)
        var options = options
        options.onMessage = { notifier.wake() }
        var hasTold = false
        var hasBegun = false
        while !isAsked {
            let scheduler: Scheduler
            do {
                guard let free = try Scheduler(home, options: options, log: log) else {
                    if !hasTold {
                        log.notice("another scheduler owns \(home.path); standing by")
                        manager.tellReady("standing by")
                    }
                    (hasTold, hasBegun) = (true, true)
                    status.setRole(.standby)
                    rest(Self.standbyPause)
                    continue
                }
                scheduler = free
            } catch where hasBegun {
                log.error("the home could not be taken, and is tried again: \(error)")
                status.setRole(.standby)
                rest(Self.retryPause)
                continue
            }
            (hasTold, hasBegun) = (false, true)
            log.notice("scheduling at \(home.path)")
            status.setRole(.active)
            manager.tellReady("scheduling")
            notifier.start()
            defer { notifier.stop() }
            do {
                try schedule(scheduler)
            } catch let error as CatalogError where error.code == .staleLease {
                log.warning("\(error.message); standing by")
                status.setRole(.standby)
                rest(1)
            }
        }
    }

    private func schedule(_ scheduler: Scheduler) throws {
        // A scheduler belongs to its thread, but may be woken from any.
        nonisolated(unsafe) let woken = scheduler
        wake.withLock { $0 = { woken.wake() } }
        defer { wake.withLock { $0 = nil } }
        try scheduler.run { isAsked }
        guard !leavesRuns, order.withLock({ $0 == .drain }) else { return }
        try scheduler.drain(seconds: grace) {
            status.beat()
            manager.signOfLife()
            return order.withLock { $0 == .stop }
        }
    }

    /// Does nothing for a time, but goes round.
    private func rest(_ seconds: Double) {
        let end = MonotonicTime.seconds + seconds
        while !isAsked, MonotonicTime.seconds < end { usleep(UInt32(min(Self.standbyPause, seconds) * 1e6)) }
    }
}

/// A thread for work that blocks.
enum BackgroundThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func run(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Work(body)).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, context)
        if status == 0 {
            pthread_detach(thread)
        } else {
            // Without a thread the caller does it.
            Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        }
    }
}
