import Catalog
import Foundation
import Testing

import MasticServer

@Suite struct HealthTests {
    private func health(_ role: ServerRole, silence: Double = 0, catalog: Health.CatalogAnswer = .success(nil)) -> Health {
        var state = ServerStatus.State()
        (state.role, state.beat) = (role, 1000)
        return Health(version: "1", state: state, uptime: 5, catalog: catalog, now: 1000 + silence)
    }

    @Test(arguments: [
        (ServerRole.starting, 0, true, true, false), (.active, 0.4, true, true, true), (.standby, 0.2, true, true, true), (.draining, 1, true, true, false),
        (.active, 3600, true, false, false), (.active, 0, false, false, false), (.standby, 0, false, false, false),
    ] as [(ServerRole, Double, Bool, Bool, Bool)])
    func rolesAndTroubles(_ role: ServerRole, _ silence: Double, _ reads: Bool, _ isWell: Bool, _ isReady: Bool) {
        let health = health(role, silence: silence, catalog: reads ? .success(nil) : .failure(Health.CatalogProblem(text: "disk I/O error")))
        #expect(health.isWell == isWell)
        #expect(health.isReady == isReady)
        #expect(health.status == (isWell ? "ok" : "failing"))
        #expect((health.reason == nil) == isWell)
    }

    @Test func theAnswerSaysWhoSchedules() throws {
        let health = health(.standby, silence: 0.25, catalog: .success(Health.Owner(process: 17, heartbeatAgeSeconds: 1.5)))
        let object = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(health)) as? [String: Any])
        #expect(object["role"] as? String == "standby")
        #expect(object["version"] as? String == "1")
        #expect(object["uptime_seconds"] as? Double == 5)
        #expect(object["last_tick_age_seconds"] as? Double == 0.25)
        #expect((object["scheduler"] as? [String: Any])?["process"] as? Int == 17)
        #expect(object["reason"] == nil)
    }

    @Test func whoHasBeenAskedToEndStaysSo() {
        let status = ServerStatus()
        #expect(status.now.role == .starting)
        status.setRole(.standby)
        #expect(status.now.role == .standby)
        status.end()
        status.setRole(.active)
        #expect(status.now.role == .draining)
        #expect(status.now.isEnding)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.8.1.2", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("::", false), ("10.0.0.1", false), ("example.org", false),
        ("127.0.0.1.example.org", false),
    ]) func loopback(_ host: String, _ isLoopback: Bool) { #expect(HomeServer.isLoopback(host) == isLoopback) }
}
