internal import CLua

/// The flag and the deadline that every interpreter of one run looks at: how a run is interrupted, from any thread or a signal handler.
public final class RunControl: @unchecked Sendable {
    // Sendable: the block behind the pointer is made of atomics.
    let pointer: OpaquePointer

    /// Why a run ends before its script does.
    public enum Reason: Int32, Sendable, CaseIterable {
        case interrupted = 1
        case timedOut = 2
        case outOfMemory = 3
        case tooManyInstructions = 4
    }

    public init() {
        guard let pointer = mst_control_create() else { fatalError("the machine has no memory left") }
        self.pointer = pointer
    }

    deinit { mst_control_release(pointer) }

    /// Asks every interpreter of the run to end. The first reason stays.
    public func stop(_ reason: Reason) { mst_control_stop(pointer, reason.rawValue) }

    /// Lets the run go on: what an interactive session does after an interrupted line.
    public func clear() { mst_control_clear(pointer) }

    /// Why the run must end; nil while it may go on.
    public var reason: Reason? { Reason(rawValue: mst_control_reason(pointer)) }

    /// Sets the time the run may take from now; nil takes the limit away.
    public func setTimeLimit(_ limit: Duration?) {
        guard let limit else { return mst_control_set_deadline(pointer, 0) }
        let (seconds, attoseconds) = limit.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        mst_control_set_deadline(pointer, overflow ? Int64.max : max(1, product &+ attoseconds / 1_000_000_000))
    }
}
