internal import Engine
internal import Jobs
internal import Scripting
internal import Synchronization

/// What the interpreter's thread works on, as other threads see and stop it.
final class Execution: @unchecked Sendable {
    // Sendable: the session's cancellation and control are; nothing else of it is touched here.
    private let session: Session
    private struct State {
        var running: KernelMessage?
        /// The header that output belongs to: that of the last request, when none runs.
        var parent: [UInt8]?
        var isStopped = false
    }
    private let state = Mutex(State())

    init(_ session: Session) { self.session = session }

    /// The header of the message that output belongs to.
    var parent: [UInt8]? { state.withLock { $0.parent } }

    /// The message that is worked on.
    var running: KernelMessage? { state.withLock { $0.running } }

    /// Whether somebody wants the work to end.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    func begin(_ message: KernelMessage) {
        state.withLock { state in
            (state.running, state.parent, state.isStopped) = (message, message.header, false)
            session.cancellation.reset()
            session.control.clear()
        }
    }

    func end() {
        state.withLock { state in
            (state.running, state.isStopped) = (nil, false)
            session.cancellation.reset()
            session.control.clear()
        }
    }

    /// Stops what runs; where nothing does, nothing happens, and what comes next is not stopped.
    func interrupt() {
        state.withLock { state in
            guard state.running != nil else { return }
            state.isStopped = true
            stop()
        }
    }

    /// Stops again what was to be stopped and goes on: what runs may have begun its work, which makes it ready to run, just when it was stopped.
    func insist() {
        state.withLock { state in
            if state.isStopped { stop() }
        }
    }

    private func stop() {
        session.cancellation.cancel(.interrupted)
        session.control.stop(.interrupted)
    }
}
