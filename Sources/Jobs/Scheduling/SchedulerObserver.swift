public import Catalog
internal import Glibc

/// Is told what a scheduler does, on the scheduler's thread: to be quick.
public protocol SchedulerObserver: AnyObject, Sendable {
    /// The scheduler has looked at everything once.
    ///
    /// - Parameters:
    ///   - seconds: how long it took.
    ///   - lag: seconds that the latest tick of a trigger came late.
    func schedulerTicked(seconds: Double, lag: Double)
    /// A tick could not do its work; the scheduler tries again.
    func schedulerFailed(_ error: any Error)
    /// A run has ended, and what follows from it is recorded. Each run once, whichever scheduler started it; an attempt that is tried again is a run too.
    func runEnded(_ run: RunRecord)
}

/// The time that passes, which nobody sets.
public enum MonotonicTime {
    /// Seconds since some moment.
    public static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
