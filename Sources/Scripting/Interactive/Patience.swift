internal import Engine
internal import Glibc
internal import Synchronization

/// Ends a piece of work that nobody waits for any longer, and passes on when all work is to end.
///
/// Work that finds nothing for a while hands nothing over either, so a clock of its own must end it.
final class Patience: Sendable {
    /// How long the rows behind those shown are counted.
    static let nanoseconds = 150_000_000
    private static let tick = 5_000_000

    /// What the work looks at.
    let cancellation = Cancellation()
    private let outer: Cancellation
    /// Ticks left; negative while the time has not begun.
    private let left = Atomic<Int>(-1)
    private let isOver = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)

    init(_ outer: Cancellation) {
        self.outer = outer
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { context in
            Unmanaged<Patience>.fromOpaque(context!).takeRetainedValue().watch()
            return nil
        }, context)
        if status == 0 { pthread_detach(thread) } else { Unmanaged<Patience>.fromOpaque(context).release() }
    }

    /// The time begins.
    func begin() { left.store(Self.nanoseconds / Self.tick, ordering: .relaxed) }

    /// The work is done.
    func end() { isOver.store(true, ordering: .relaxed) }

    /// Whether it was this clock that ended the work.
    var hasEnded: Bool { ended.load(ordering: .relaxed) }

    private func watch() {
        while !isOver.load(ordering: .relaxed) {
            if outer.reason != .none { return cancellation.cancel(outer.reason) }
            let ticks = left.load(ordering: .relaxed)
            if ticks == 0 {
                ended.store(true, ordering: .relaxed)
                return cancellation.cancel(.interrupted)
            }
            if ticks > 0 { left.store(ticks - 1, ordering: .relaxed) }
            var pause = timespec(tv_sec: 0, tv_nsec: Self.tick)
            nanosleep(&pause, nil)
        }
    }
}
