internal import Glibc
internal import Synchronization

/// Which signals came: an interrupt stops the running cell, however often it comes; SIGTERM and SIGHUP end the kernel.
final class SignalFlags: Sendable {
    static let shared = SignalFlags()

    private let interrupt = Atomic<Bool>(false)
    private let end = Atomic<Bool>(false)
    private let descriptor = Atomic<Int32>(-1)

    /// Installs the handlers, which wake the server.
    func watch(_ alert: Alert) {
        descriptor.store(alert.descriptor, ordering: .releasing)
        var action = sigaction()
        // Calls that wait go on: nothing of a script may fail because somebody pressed a key.
        action.sa_flags = Int32(SA_RESTART)
        action.__sigaction_handler.sa_handler = { SignalFlags.shared.note($0) }
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaction(signal, &action, nil) }
    }

    private func note(_ signal: Int32) {
        let number = errno
        if signal == SIGINT { interrupt.store(true, ordering: .releasing) } else { end.store(true, ordering: .releasing) }
        Alert(descriptor: descriptor.load(ordering: .acquiring)).raise()
        errno = number
    }

    func takesInterrupt() -> Bool { interrupt.exchange(false, ordering: .acquiringAndReleasing) }
    func takesEnd() -> Bool { end.exchange(false, ordering: .acquiringAndReleasing) }
}
