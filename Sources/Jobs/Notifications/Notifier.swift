internal import CCurl
public import Catalog
public import Connectors
internal import Foundation
public import Logging

/// Sends the messages of the catalog's outbox, on threads of its own, so that nothing else waits for a server that does not answer.
///
/// Each destination has a thread while there are messages for it, so none waits for another's; its messages go one after the other, and after a
/// failure the rest of them waits a while. A message that was sent is removed. One that was not is tried again (`NotificationBackoff`), and given up,
/// with an error in the log, after eight attempts or a day. A message is claimed in the catalog before it is sent: two processes do not send it at
/// once, and that of a process that died is sent by another. So a message may come twice after a crash, and is never lost by one.
public final class Notifier: @unchecked Sendable {
    // Everything that changes is read and written with `condition` locked; the flag is atomic.
    private let home: Home
    private let log: Logger
    private let clock: @Sendable () -> Double
    private let sender: MessageSender
    private let flag: UnsafeMutablePointer<Int32>
    private let condition = NSCondition()
    private var isStarted = false
    private var isStopping = false
    private var isAwake = false
    /// The destinations that have a thread.
    private var lanes: Set<String> = []
    /// Until when a destination that failed is left alone.
    private var resting: [String: Double] = [:]
    private var hasLoop = false

    /// Destinations that are served at once.
    static let maximumLanes = 16
    /// Messages that are looked at in one round.
    private static let roundLimit = 10_000
    /// Seconds for which a destination that failed is left alone.
    private static let rest = 10.0
    /// Seconds for which a message is claimed: longer than sending takes.
    private static let claim = 120.0

    public convenience init(home: Home, log: Logger) { self.init(home: home, log: log, clock: { CatalogStore.now }) { _ in } }

    /// - Parameter configure: changes the sender's times.
    package init(home: Home, log: Logger, clock: @escaping @Sendable () -> Double, configure: (inout MessageSender) -> Void) {
        (self.home, self.log, self.clock) = (home, log, clock)
        flag = .allocate(capacity: 1)
        flag.initialize(to: 0)
        var sender = MessageSender(home: home, cancelled: UnsafePointer(flag))
        configure(&sender)
        self.sender = sender
    }

    deinit { flag.deallocate() }

    /// Begins to send in the background.
    public func start() {
        condition.withLock {
            guard !isStarted else { return }
            (isStarted, isStopping, isAwake, hasLoop) = (true, false, true, true)
            mst_flag_set(flag, 0)
            Self.detach { self.loop() }
        }
    }

    /// Says that there may be new messages. May be called from any thread.
    public func wake() {
        condition.withLock {
            isAwake = true
            condition.broadcast()
        }
    }

    /// Ends what is being sent, and returns when all threads have ended: within about two seconds. What was not sent stays in the outbox, as it was.
    public func stop() {
        condition.withLock {
            isStopping = true
            mst_flag_set(flag, 1)
            condition.broadcast()
            while hasLoop || !lanes.isEmpty { condition.wait() }
            isStarted = false
        }
    }

    /// Sends what is due, on this thread, one message after the other, each once; for commands that run without a scheduler.
    ///
    /// - Returns: how many were sent.
    /// - Throws: `CatalogError`.
    @discardableResult
    public func deliverDue(at now: Double) throws -> Int {
        var sent = 0
        var failed: Set<String> = []
        var last: Int64 = 0
        while true {
            let messages = try home.catalog.dueMessages(at: now, after: last, limit: 100)
            guard let end = messages.last else { return sent }
            last = end.id
            for outgoing in messages {
                guard let message = try read(outgoing), !failed.contains(message.destination) else { continue }
                switch try deliver(outgoing, message, at: now) {
                case .sent: sent += 1
                case .failed: failed.insert(message.destination)
                case .dropped, .taken: continue
                }
            }
        }
    }

    /// Sends a message about a run that never was, past the outbox.
    ///
    /// - Returns: why it could not be sent; nil if it was.
    public func test(_ target: NotificationTarget) throws -> String? {
        var run = RunRecord(id: "jr_test", job: "test", state: .succeeded, started: clock())
        run.finished = run.started
        do {
            try sender.send(try NotificationMessage(RunNotification(run, reason: .test, home: home, at: run.started), to: target), at: clock())
            return nil
        } catch let error as DeliveryError {
            return error.description
        }
    }

    // MARK: - Threads

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread { body() }
        thread.name = "notifier"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func loop() {
        defer {
            condition.withLock {
                hasLoop = false
                condition.broadcast()
            }
        }
        while true {
            var next: Double?
            do {
                next = try round()
            } catch {
                log.error("messages cannot be sent: \(error)")
                next = clock() + 10
            }
            let isDone = condition.withLock {
                // The clock may be set, and other processes may put messages into the box: half a minute is the longest nap.
                let seconds = min(max((next ?? .infinity) - clock(), 0), 30)
                let end = Date(timeIntervalSinceNow: seconds)
                while !isAwake && !isStopping { if !condition.wait(until: end) { break } }
                isAwake = false
                return isStopping
            }
            if isDone { return }
        }
    }

    /// Gives each destination that has due messages a thread.
    ///
    /// - Returns: when to look again.
    private func round() throws -> Double? {
        let now = clock()
        var queues: [String: [(CatalogStore.OutgoingMessage, NotificationMessage)]] = [:]
        var order: [String] = []
        var last: Int64 = 0
        var seen = 0
        while seen < Self.roundLimit {
            let messages = try home.catalog.dueMessages(at: now, after: last, limit: 500)
            guard let end = messages.last else { break }
            (last, seen) = (end.id, seen + messages.count)
            for outgoing in messages {
                guard let message = try read(outgoing) else { continue }
                if queues[message.destination] == nil { order.append(message.destination) }
                if queues[message.destination, default: []].count < 100 { queues[message.destination, default: []].append((outgoing, message)) }
            }
        }
        condition.withLock {
            resting = resting.filter { $0.value > now && $0.value <= now + Self.rest }
            for destination in order where lanes.count < Self.maximumLanes && !isStopping && resting[destination] == nil && !lanes.contains(destination) {
                lanes.insert(destination)
                let queue = queues[destination] ?? []
                Self.detach { self.serve(destination, queue) }
            }
        }
        let rested = condition.withLock { order.compactMap { resting[$0] }.min() }
        // What is due now is being sent, and whoever sends it wakes the loop when he is done; or it rests.
        let due = try home.catalog.nextMessageDue().flatMap { $0 > now ? $0 : nil }
        return [rested, due].compactMap { $0 }.min()
    }

    private func serve(_ destination: String, _ queue: [(CatalogStore.OutgoingMessage, NotificationMessage)]) {
        var hasFailed = false
        for (outgoing, message) in queue where !hasFailed {
            if condition.withLock({ isStopping }) { break }
            do {
                hasFailed = try deliver(outgoing, message, at: clock()) == .failed
            } catch {
                log.error("messages cannot be sent: \(error)")
                hasFailed = true
            }
        }
        condition.withLock {
            if hasFailed { resting[destination] = clock() + Self.rest }
            lanes.remove(destination)
            isAwake = true
            condition.broadcast()
        }
    }

    // MARK: - One message

    private enum Delivery { case sent, failed, dropped, taken }

    /// The message; nil for one that nobody can read, which is removed.
    private func read(_ outgoing: CatalogStore.OutgoingMessage) throws -> NotificationMessage? {
        do {
            return try NotificationMessage(body: outgoing.body)
        } catch {
            log.error("message \(outgoing.id) of the outbox cannot be read and is removed: \(error)")
            try home.catalog.removeMessage(outgoing.id)
            return nil
        }
    }

    private func deliver(_ outgoing: CatalogStore.OutgoingMessage, _ message: NotificationMessage, at now: Double) throws -> Delivery {
        guard try home.catalog.claimMessage(outgoing.id, at: now, until: now + Self.claim) else { return .taken }
        let facts = message.notification
        let what = "\(message.destinationName) for run \(facts.run) of job '\(SafeText.printable(facts.job, keepsLines: false))'"
        do {
            try sender.send(message, at: now)
        } catch let error as DeliveryError {
            // What Mastic's own end cut off was no attempt.
            if mst_flag_get(flag) != 0 {
                _ = try home.catalog.claimMessage(outgoing.id, at: .greatestFiniteMagnitude, until: now)
                return .failed
            }
            let failures = outgoing.attempts + 1
            let time = clock()
            if error.isPermanent || failures >= NotificationBackoff.maximumAttempts || time - outgoing.created > NotificationBackoff.maximumAge {
                try home.catalog.removeMessage(outgoing.id)
                log.error("the message to \(what) is given up after \(failures) \(failures == 1 ? "attempt" : "attempts"): \(error)")
            } else {
                let delay = NotificationBackoff.delay(failures: failures, fraction: .random(in: 0...1), retryAfter: error.retryAfter)
                try home.catalog.postponeMessage(outgoing.id, until: time + delay, error: error.description)
                log.warning("the message to \(what) could not be sent and is tried again: \(error)")
            }
            return error.isPermanent ? .dropped : .failed
        }
        try home.catalog.removeMessage(outgoing.id)
        log.info("sent the message to \(what)")
        return .sent
    }
}
