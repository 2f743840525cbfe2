internal import Connectors
internal import Engine
internal import Glibc
internal import Jobs
internal import Logging
internal import Scripting
internal import Synchronization

/// Shows how far a run has come: bars on a terminal, a line in the log every few seconds elsewhere.
///
/// A thread of its own looks at what the workers count. What it draws is gone before anybody else writes, and comes back after a while.
final class ProgressDisplay: Sendable {
    enum Form: Sendable {
        /// Redrawn in place.
        case bars(hasColours: Bool)
        /// A message every few seconds.
        case log(Logger)
    }

    private let progress: Progress
    private let form: Form
    private let state = Mutex(State())
    private let wakeUp: WakeUp

    private struct State {
        /// Lines on the screen that are the display's.
        var drawn = 0
        var isActive = false
        var lastMessage = 0
        var hasEnded = false
        /// Nothing is drawn until then: somebody has written.
        var quietUntil = 0
    }

    /// Actions that take less are not worth a picture.
    private static let firstDrawing = 1_000_000_000
    private static let interval = 100_000_000
    private static let firstMessage = 5_000_000_000
    private static let messageInterval = 5_000_000_000

    private init(_ progress: Progress, _ form: Form) { (self.progress, self.form, wakeUp) = (progress, form, WakeUp()) }

    /// Shows the progress of a script's actions from now on, in the way that the options and the terminal ask for; nothing where that is nothing.
    static func start(for environment: ScriptEnvironment, _ options: SessionOptions) { start(environment.progress, options, environment.log) }

    static func start(_ progress: Progress, _ options: SessionOptions, _ log: Logger) {
        guard options.showsProgress else { return }
        let isTerminal = isatty(STDERR_FILENO) != 0 && !options.logsJSON && Screen.term != "dumb"
        let display = ProgressDisplay(progress, isTerminal ? .bars(hasColours: Screen.hasColours(STDERR_FILENO)) : .log(log))
        if isTerminal {
            DescriptorOutput.listen { display.clear() }
            LuaState.onOutput { DescriptorOutput.announce() }
        }
        // The thread is made when the first action begins.
        let hasStarted = Locked(false)
        progress.listen { runs in
            if runs {
                let isFirst = hasStarted.withLock { started in
                    defer { started = true }
                    return !started
                }
                display.begin()
                if isFirst { display.startThread() }
            } else {
                display.end()
            }
        }
    }

    private func begin() {
        state.withLock { $0.isActive = true }
        wakeUp.signal()
    }

    private func end() {
        state.withLock { state in
            state.isActive = false
            erase(&state)
        }
    }

    /// Takes what is drawn away, because somebody is about to write.
    private func clear() {
        state.withLock { state in
            guard state.drawn > 0 || state.isActive else { return }
            erase(&state)
            state.quietUntil = Self.now + Self.interval
        }
    }

    private func erase(_ state: inout State) {
        guard state.drawn > 0 else { return }
        // To the first of the lines, and all below it away.
        DescriptorOutput.writeUnheard((state.drawn > 1 ? "\r\u{1b}[\(state.drawn - 1)A" : "\r") + "\u{1b}[J", to: STDERR_FILENO)
        state.drawn = 0
    }

    // MARK: The thread

    private func startThread() {
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            Unmanaged<ProgressDisplay>.fromOpaque(context).takeRetainedValue().loop()
            return nil
        }, context)
        if status == 0 { pthread_detach(thread) } else { Unmanaged<ProgressDisplay>.fromOpaque(context).release() }
    }

    private func loop() {
        // Signals belong to the thread that knows what to do with them.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        while true {
            if !state.withLock({ $0.isActive }) { wakeUp.wait() } else { wakeUp.pause(Self.interval) }
            tick()
        }
    }

    private func tick() {
        guard let action = progress.current else { return }
        let elapsed = action.elapsed
        switch form {
        case .bars(let hasColours):
            guard elapsed >= Self.firstDrawing else { return }
            let lines = ProgressText(action).lines(width: Screen.errorWidth, hasColours: hasColours)
            state.withLock { state in
                guard state.isActive, Self.now >= state.quietUntil else { return }
                let up = state.drawn > 1 ? "\r\u{1b}[\(state.drawn - 1)A" : state.drawn == 1 ? "\r" : ""
                // The rest of each line, and what more lines stood below.
                DescriptorOutput.writeUnheard(up + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J", to: STDERR_FILENO)
                state.drawn = lines.count
            }
        case .log(let log):
            let isDue = state.withLock { state in
                guard state.isActive, elapsed >= Self.firstMessage, Self.now - state.lastMessage >= Self.messageInterval else { return false }
                state.lastMessage = Self.now
                return true
            }
            if isDue { ProgressText(action).log(to: log) }
        }
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// A thread that sleeps until it is wanted.
private final class WakeUp: @unchecked Sendable {
    // Sendable: a semaphore is made for several threads.
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    func signal() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }

    func pause(_ nanoseconds: Int) {
        var left = timespec(tv_sec: 0, tv_nsec: nanoseconds)
        var rest = timespec()
        while nanosleep(&left, &rest) != 0 { left = rest }
    }
}
