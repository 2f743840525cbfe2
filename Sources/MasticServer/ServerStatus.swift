internal import Catalog
internal import Jobs
internal import Synchronization

/// What a server does at its home.
package enum ServerRole: String, Codable, Sendable {
    /// It has not begun yet.
    case starting
    /// It schedules.
    case active
    /// Another process schedules, and this one takes over when that is gone.
    case standby
    /// It waits for runs to end, and then ends itself.
    case draining

    var schedules: Bool { self == .active || self == .draining }
}

/// How the server is. From any thread.
package final class ServerStatus: Sendable {
    package struct State: Sendable {
        package var role = ServerRole.starting
        /// When the scheduler's thread was last seen to go round, on the monotonic clock.
        package var beat = MonotonicTime.seconds
        /// The server has been asked to end.
        package var isEnding = false

        package init() {}
    }

    /// Seconds since the epoch.
    let started = CatalogStore.now
    private let startedMonotonic = MonotonicTime.seconds
    private let state = Mutex(State())

    package init() {}

    package var now: State { state.withLock { $0 } }
    var uptime: Double { MonotonicTime.seconds - startedMonotonic }

    /// The scheduler's thread goes round.
    func beat() { state.withLock { $0.beat = MonotonicTime.seconds } }

    /// - Parameter role: stays `draining` once the server has been asked to end.
    package func setRole(_ role: ServerRole) { state.withLock { if !$0.isEnding { $0.role = role } } }

    package func end() {
        state.withLock { state in
            state.isEnding = true
            state.role = .draining
        }
    }
}
