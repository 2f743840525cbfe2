public import Columnar
internal import Synchronization

/// Why a run must stop, if it must: set from a signal handler or a timer, read by every loop of the engine and by the interpreter's hook.
public final class Cancellation: Sendable {
    public enum Reason: Int, Sendable {
        case none, interrupted, timedOut
    }

    private let state = Atomic<Int>(0)

    public init() {}

    public var reason: Reason { Reason(rawValue: state.load(ordering: .relaxed)) ?? .none }

    /// Asks the run to stop. The first reason stays. Safe in a signal handler.
    public func cancel(_ reason: Reason) { _ = state.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed) }

    /// Lets the next run of a session go on after this one was stopped.
    public func reset() { state.store(0, ordering: .relaxed) }

    /// - Throws: `ExecutionStopped` once `cancel` was called.
    @inline(__always)
    public func check() throws(ExecutionStopped) {
        if state.load(ordering: .relaxed) != 0 { throw ExecutionStopped(reason: reason) }
    }
}

/// A run ended from outside.
public struct ExecutionStopped: CodedError, CustomStringConvertible {
    public var errorCode: ErrorCode { reason == .timedOut ? .timedOut : .interrupted }
    public let reason: Cancellation.Reason
    public init(reason: Cancellation.Reason) { self.reason = reason }
    public var description: String { reason == .timedOut ? "the run took longer than --timeout allows" : "interrupted" }
}
