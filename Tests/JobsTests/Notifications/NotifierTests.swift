import Catalog
import Connectors
import Foundation
import Testing
import Jobs

@Suite struct NotifierTests {
    private func post(_ home: TemporaryHome, _ targets: NotificationTarget..., at time: Double = 100) throws {
        for target in targets {
            var run = RunRecord(id: "jr_1", job: "sales", state: .failed, started: 1)
            run.error = "it's \"bad\"\u{1B}"
            let body = try NotificationMessage(RunNotification(run, home: home.home, at: 2), to: target, template: "{error}").body
            try home.home.catalog.schedule(nil) { try $0.post(body, run: run.id, at: time) }
        }
    }

    private func notifier(_ home: TemporaryHome, at time: Double = 100, commandSeconds: Double = 60) -> Notifier {
        Notifier(home: home.home, log: silentLog, clock: { time }) { $0.commandSeconds = commandSeconds }
    }

    @Test func commandsGetTheMessageAndTheFacts() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try post(home, NotificationTarget(command: "(echo \"$MASTIC_JOB/$MASTIC_STATE/$MASTIC_ERROR/$MASTIC_RUN\"; cat) > '\(home.folder)/told'"))
        #expect(try notifier(home).deliverDue(at: 100) == 1)
        #expect(try String(contentsOfFile: home.folder + "/told", encoding: .utf8) == "sales/FAILED/it's \"bad\"\\u{1B}/jr_1\nit's \"bad\"\\u{1B}\n")
        #expect(try home.home.catalog.nextMessageDue() == nil)
    }

    @Test func whatFailsIsTriedAgainAndGivenUp() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try post(home, NotificationTarget(command: "echo x >> '\(home.folder)/tries'; exit 3"))
        var now = 100.0
        var waits: [Double] = []
        while let due = try home.home.catalog.nextMessageDue(), waits.count < 20 {
            now = max(now, due)
            #expect(try notifier(home, at: now).deliverDue(at: now) == 0)
            if let next = try home.home.catalog.nextMessageDue() { waits.append(next - now) }
        }
        #expect(try String(contentsOfFile: home.folder + "/tries", encoding: .utf8) == String(repeating: "x\n", count: 8))
        #expect(waits.count == 7)
        for (i, wait) in waits.enumerated() { #expect((1...NotificationBackoff.limit(failures: i + 1)).contains(wait)) }
    }

    @Test func oldMessagesAreGivenUp() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try post(home, NotificationTarget(command: "false"))
        #expect(try notifier(home, at: 90_000).deliverDue(at: 90_000) == 0)
        #expect(try home.home.catalog.nextMessageDue() == nil)
    }

    @Test func wrongTargetsAreGivenUpAtOnce() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try post(home, NotificationTarget(), NotificationTarget(command: "true", mail: "a@b"), NotificationTarget(webhook: "file:///etc/passwd"), NotificationTarget(mail: "x"))
        try home.home.catalog.schedule(nil) { try $0.post("no message", run: nil, at: 1) }
        try notifier(home).deliverDue(at: 100)
        // Without a mail server, mail waits for one.
        #expect(try home.home.catalog.dueMessages(at: .infinity).count == 1)
    }

    @Test func messagesAreClaimed() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try post(home, NotificationTarget(command: "true"))
        let id = try #require(try home.home.catalog.dueMessages(at: 100).first).id
        #expect(try home.home.catalog.claimMessage(id, at: 100, until: 220))
        #expect(try !home.home.catalog.claimMessage(id, at: 100, until: 220))
        #expect(try notifier(home).deliverDue(at: 100) == 0)
        #expect(try notifier(home).deliverDue(at: 220) == 1)
    }

    @Test func commandsThatHangAreEnded() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try post(home, NotificationTarget(command: "trap '' TERM; sleep 1000 & sleep 1000"))
        #expect(try notifier(home, commandSeconds: 0.1).deliverDue(at: 100) == 0)
        #expect(try home.home.catalog.nextMessageDue() != nil)
    }

    @Test func aServerThatNeverAnswersHoldsNothingUp() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        // A socket that listens, and that nobody accepts from.
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(server) }
        var address = sockaddr_in()
        (address.sin_family, address.sin_addr.s_addr) = (sa_family_t(AF_INET), UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(server, pointer, length) == 0 && listen(server, 5) == 0 && getsockname(server, pointer, &length) == 0
            }
        }
        #expect(status)
        let url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
        let told = home.folder + "/told"
        for _ in 0..<50 { try post(home, NotificationTarget(webhook: url)) }
        try post(home, NotificationTarget(command: "echo x >> '\(told)'"))
        let notifier = notifier(home)
        notifier.start()
        // Waits for what must come; a webhook would take 30 seconds.
        while try home.home.catalog.dueMessages(at: .infinity, after: 50, limit: 10).count > 0 { usleep(10_000) }
        notifier.stop()
        #expect(try String(contentsOfFile: told, encoding: .utf8) == "x\n")
        // What was cut off was no attempt.
        let left = try home.home.catalog.dueMessages(at: 100)
        #expect(left.count == 16)
        #expect(left.allSatisfy { $0.attempts == 0 })
    }
}
