internal import Catalog
internal import FoundationEssentials
internal import Jobs

/// Whether a server is well, and whether it takes work.
package struct Health: Encodable, Hashable, Sendable {
    /// The process that schedules, as the catalog has it.
    package struct Owner: Encodable, Hashable, Sendable {
        let process: Int32
        let heartbeatAgeSeconds: Double

        package init(process: Int32, heartbeatAgeSeconds: Double) { (self.process, self.heartbeatAgeSeconds) = (process, heartbeatAgeSeconds) }

        private enum CodingKeys: String, CodingKey {
            case process
            case heartbeatAgeSeconds = "heartbeat_age_seconds"
        }
    }

    /// A scheduler's thread that has not gone round for this long hangs. Between two rounds that fail it rests up to half of it.
    static let longestSilence = 60.0

    package let status: String
    package let reason: String?
    let version: String
    let role: ServerRole
    let uptimeSeconds: Double
    let lastTickAgeSeconds: Double
    let scheduler: Owner?

    private enum CodingKeys: String, CodingKey {
        case status, reason, version, role, scheduler
        case uptimeSeconds = "uptime_seconds", lastTickAgeSeconds = "last_tick_age_seconds"
    }

    /// What the catalog says; nothing before a home's first use.
    package typealias CatalogAnswer = Result<Owner?, CatalogProblem>

    package struct CatalogProblem: Error {
        let text: String

        package init(text: String) { self.text = text }
    }

    /// Well is who goes round and can read the catalog.
    package init(version: String, state: ServerStatus.State, uptime: Double, catalog: CatalogAnswer, now: Double = MonotonicTime.seconds) {
        let age = max(0, now - state.beat)
        var reason: String?
        var owner: Owner?
        switch catalog {
        case .success(let found): owner = found
        case .failure(let problem): reason = "the catalog cannot be read: \(problem.text)"
        }
        if age > Self.longestSilence { reason = "the scheduler has not gone round for \(Int(age)) s" }
        (status, self.reason, self.version, role, scheduler) = (reason == nil ? "ok" : "failing", reason, version, state.role, owner)
        (uptimeSeconds, lastTickAgeSeconds) = (Self.rounded(uptime), Self.rounded(age))
    }

    package var isWell: Bool { reason == nil }

    /// Whether the server takes part: it is well, and neither begins nor ends.
    package var isReady: Bool { isWell && (role == .active || role == .standby) }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}

extension Health.Owner {
    /// - Returns: nil while nobody schedules.
    static func read(_ catalog: CatalogStore) throws -> Health.Owner? {
        guard let found = try catalog.scheduler() else { return nil }
        return Health.Owner(process: found.processID, heartbeatAgeSeconds: max(0, ((CatalogStore.now - found.heartbeat) * 1000).rounded() / 1000))
    }
}
