internal import Glibc
internal import Synchronization

/// The time of day for everything that asks for it: functions of queries, scripts, the times of runs.
///
/// It follows the machine's clock until it is stopped: tests of jobs stop it, and set it. One clock serves the process, whatever runs in it. How long something takes is
/// never measured with it.
public enum WallClock {
    private static let running = Int64.min
    private static let stopped = Atomic<Int64>(running)

    /// Microseconds since 1970-01-01T00:00:00Z.
    public static var now: Int64 {
        let fixed = stopped.load(ordering: .relaxed)
        if fixed != running { return fixed }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    public static var seconds: Int64 { now.flooredDivision(by: 1_000_000).quotient }

    /// Whether the clock stands still.
    public static var isStopped: Bool { stopped.load(ordering: .relaxed) != running }

    /// Sets the clock to a moment, where it stays.
    public static func stop(at microseconds: Int64) { stopped.store(microseconds == running ? running + 1 : microseconds, ordering: .relaxed) }

    /// Lets the clock follow the machine's again.
    public static func resume() { stopped.store(running, ordering: .relaxed) }
}
