internal import Columnar
internal import Glibc
internal import Synchronization

/// Where the time of one action went, operator by operator.
///
/// Each thread's time belongs at every moment to one operator: entering the code of another charges what has passed to the one that was left. So the
/// times of operators are exclusive, and add up to what the threads have worked and waited.
public final class Profile: Sendable {
    /// What the action itself does with the rows: counting, collecting, writing.
    public let action: OperatorProfile
    private let entries = Locked<[ObjectIdentifier: OperatorProfile]>([:])
    private let ran = Locked<[OptimizedPlan]>([])

    /// - Parameter action: what to call it: `write job.lua:12`.
    public init(action: String) { self.action = OperatorProfile(label: action) }

    /// The plans that the action has run, the main one last.
    public var plans: [OptimizedPlan] { ran.withLock { $0 } }

    func note(_ plan: OptimizedPlan) { ran.withLock { $0.append(plan) } }

    /// The profile of a plan's node.
    public func entry(for node: PlanNode) -> OperatorProfile {
        entries.withLock { entries in
            if let known = entries[ObjectIdentifier(node)] { return known }
            let new = OperatorProfile(label: node.label)
            entries[ObjectIdentifier(node)] = new
            return new
        }
    }
}

/// What one operator has done.
public final class OperatorProfile: Sendable {
    public let label: String
    private let rowCount = Atomic<Int>(0)
    private let batchCount = Atomic<Int>(0)
    private let nanosecondCount = Atomic<Int>(0)
    private let spilled = Atomic<Int>(0)
    private let callCount = Atomic<Int>(0)
    private let interpretedCount = Atomic<Int>(0)
    private let threadNumbers = Locked<Set<UInt>>([])

    init(label: String) { self.label = label }

    /// Rows that left the operator.
    public var rows: Int { rowCount.load(ordering: .relaxed) }
    public var batches: Int { batchCount.load(ordering: .relaxed) }
    /// Time that threads spent in the operator's own code, waiting included, summed over threads.
    public var nanoseconds: Int { nanosecondCount.load(ordering: .relaxed) }
    /// Bytes that were written to disk because memory was short.
    public var spilledBytes: Int { spilled.load(ordering: .relaxed) }
    /// Records that a user's function was called on, and those of them that the interpreter answered for.
    public var calls: Int { callCount.load(ordering: .relaxed) }
    public var interpretedCalls: Int { interpretedCount.load(ordering: .relaxed) }
    /// Threads that ran the operator.
    public var threads: Int { threadNumbers.withLock { $0.count } }

    public func addSpill(bytes: Int) { spilled.add(bytes, ordering: .relaxed) }

    func addCalls(_ count: Int, interpreted: Int) {
        callCount.add(count, ordering: .relaxed)
        interpretedCount.add(interpreted, ordering: .relaxed)
    }

    func addRows(_ count: Int) {
        rowCount.add(count, ordering: .relaxed)
        batchCount.add(1, ordering: .relaxed)
    }

    fileprivate func add(nanoseconds: Int, thread: UInt) {
        nanosecondCount.add(nanoseconds, ordering: .relaxed)
        threadNumbers.withLock { _ = $0.insert(thread) }
    }

    /// Makes the calling thread's time belong to this operator while `body` runs.
    func timing<R>(_ body: () throws -> R) rethrows -> R {
        let previous = ThreadClock.current.enter(self)
        defer { ThreadClock.current.enter(previous) }
        return try body()
    }
}

/// To which operator the time of a thread belongs.
final class ThreadClock {
    private(set) var owner: OperatorProfile?
    private var since = 0
    private let thread = UInt(pthread_self())

    /// - Returns: the operator that the time belonged to until now.
    @discardableResult
    func enter(_ owner: OperatorProfile?) -> OperatorProfile? {
        let now = ThreadClock.now
        self.owner?.add(nanoseconds: now - since, thread: thread)
        defer { (self.owner, since) = (owner, now) }
        return self.owner
    }

    /// The calling thread's.
    static var current: ThreadClock {
        if let known = pthread_getspecific(key) { return Unmanaged<ThreadClock>.fromOpaque(known).takeUnretainedValue() }
        let clock = ThreadClock()
        pthread_setspecific(key, Unmanaged.passRetained(clock).toOpaque())
        return clock
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { $0.map { Unmanaged<ThreadClock>.fromOpaque($0).release() } }
        return key
    }()

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// A scan whose time and rows are one operator's.
final class ProfiledScan: BatchScan {
    private let base: any BatchScan
    private let profile: OperatorProfile
    /// Whether the rows are counted here; those of a source that filters are counted where they meet its first filter.
    private let countsRows: Bool

    init(_ base: any BatchScan, _ profile: OperatorProfile, countsRows: Bool = true) { (self.base, self.profile, self.countsRows) = (base, profile, countsRows) }

    func nextMorsel() throws -> (any Morsel)? {
        try profile.timing { try base.nextMorsel() }.map { ProfiledMorsel(base: $0, profile: profile, countsRows: countsRows) }
    }
}

private struct ProfiledMorsel: Morsel {
    let base: any Morsel
    let profile: OperatorProfile
    let countsRows: Bool
    var number: Int { base.number }

    func read(_ emit: (Batch) throws -> Bool) throws {
        let reader = ThreadClock.current.owner
        try profile.timing {
            try base.read { batch in
                if countsRows { profile.addRows(batch.count) }
                ThreadClock.current.enter(reader)
                defer { ThreadClock.current.enter(profile) }
                return try emit(batch)
            }
        }
    }
}
