internal import Synchronization

/// Counts the bytes that buffers hold, against the limit that `--memory` promises.
///
/// A run is one process, so there is one pool for it: `MemoryPool.shared`. Operators that keep rows (sort, aggregation, join, partitioned
/// write) ask `isUnderPressure` and spill; whoever allocates beyond the limit anyway makes the next `check()` throw.
public final class MemoryPool: Sendable {
    public static let shared = MemoryPool()

    private let used = Atomic<Int>(0)
    private let peak = Atomic<Int>(0)
    private let limitBytes = Atomic<Int>(Int.max)

    public init() {}

    /// The most bytes that buffers may hold; `Int.max` when there is no limit.
    public var limit: Int {
        get { limitBytes.load(ordering: .relaxed) }
        set { limitBytes.store(newValue, ordering: .relaxed) }
    }

    public var bytesInUse: Int { used.load(ordering: .relaxed) }
    public var peakBytes: Int { peak.load(ordering: .relaxed) }

    /// Whether three quarters of the limit are in use: time to spill.
    public var isUnderPressure: Bool {
        let limit = self.limit
        return limit != .max && bytesInUse > limit / 4 * 3
    }

    /// - Throws: `ColumnarError.outOfMemory` when more is in use than the limit allows.
    public func check() throws(ColumnarError) {
        if bytesInUse > limit { throw .outOfMemory(inUse: bytesInUse, limit: limit) }
    }

    func charge(_ bytes: Int) {
        let now = used.add(bytes, ordering: .relaxed).newValue
        if now > peak.load(ordering: .relaxed) { peak.max(now, ordering: .relaxed) }
    }

    func release(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
