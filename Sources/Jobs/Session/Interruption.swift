internal import Connectors
internal import Engine
internal import Glibc
internal import Scripting

/// Ends a run from outside: signals and the clock.
enum Interruption {
    // What the signal handler reaches. Set once, before the handler is installed.
    nonisolated(unsafe) private static var cancellation: Cancellation?
    nonisolated(unsafe) private static var control: RunControl?
    nonisolated(unsafe) private static var interrupts: Int32 = 0
    nonisolated(unsafe) private static var endsAtSecond = true
    /// Whether the process was asked to end, not only what it does.
    nonisolated(unsafe) private(set) static var isTerminated = false

    /// - Parameter endsAtSecond: whether a second interrupt ends the process, whatever it is doing.
    static func watch(_ cancellation: Cancellation, _ control: RunControl, endsAtSecond: Bool) {
        (self.cancellation, self.control, interrupts, self.endsAtSecond) = (cancellation, control, 0, endsAtSecond)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { signal in
            Interruption.interrupts += 1
            if signal == SIGTERM { Interruption.isTerminated = true }
            if Interruption.interrupts > 1, Interruption.endsAtSecond { _exit(130) }
            Interruption.cancellation?.cancel(.interrupted)
            Interruption.control?.stop(.interrupted)
        }
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
    }

    /// Makes the next interrupt a first one again: what an interactive session does between statements.
    static func forget() { interrupts = 0 }

    /// Ends the run when the time is up; ends the process when the run does not follow within some seconds.
    static func stop(_ cancellation: Cancellation, _ control: RunControl, afterNanoseconds nanoseconds: Int) {
        let context = Unmanaged.passRetained(Alarm(cancellation, control, nanoseconds)).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { context in
            Unmanaged<Alarm>.fromOpaque(context!).takeRetainedValue().ring()
            return nil
        }, context)
        if status == 0 { pthread_detach(thread) }
    }

    /// Why an error ended a run from outside, if it did.
    static func reason(of error: any Error) -> Cancellation.Reason? {
        if let stopped = error as? ExecutionStopped { return stopped.reason }
        guard let script = error as? ScriptError else { return nil }
        if case .stopped(let reason) = script.code {
            switch reason {
            case .interrupted: return .interrupted
            case .timedOut: return .timedOut
            default: return nil
            }
        }
        return script.underlying.flatMap(reason)
    }
}

/// Stops a run after a time.
private final class Alarm: Sendable {
    private let cancellation: Cancellation
    private let control: RunControl
    private let nanoseconds: Int

    init(_ cancellation: Cancellation, _ control: RunControl, _ nanoseconds: Int) {
        (self.cancellation, self.control, self.nanoseconds) = (cancellation, control, nanoseconds)
    }

    func ring() {
        Self.pause(nanoseconds)
        cancellation.cancel(.timedOut)
        control.stop(.timedOut)
        Self.pause(5_000_000_000)
        DescriptorOutput.write(
            "error[E1902]: the time is up, and what the script waits for did not end within 5 s; nothing that was not committed appears\n", to: STDERR_FILENO)
        _exit(124)
    }

    private static func pause(_ nanoseconds: Int) {
        var left = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        var rest = timespec()
        while nanosleep(&left, &rest) != 0 { left = rest }
    }
}
