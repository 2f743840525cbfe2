import Catalog
import Connectors
import Foundation
import Testing
import Jobs

@Suite struct NotificationTests {
    private func run(_ error: String? = "no such column: amuont", state: RunState = .failed) -> RunRecord {
        var run = RunRecord(id: "jr_1", job: "sales", state: state, started: 1_709_214_310)
        (run.error, run.finished) = (error, run.started + 65)
        return run
    }

    private func message(_ run: RunRecord, in home: TemporaryHome, template: String? = nil, log: String? = nil) throws -> NotificationMessage {
        if let log { try home.write(".mastic/runs/jr_1.log", log) }
        let notification = RunNotification(run, home: home.home, workingDirectory: home.folder, at: run.started + 70)
        return try NotificationMessage(notification, to: NotificationTarget(command: "true"), template: template)
    }

    @Test func theStandardTemplateTellsWhatIsKnown() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("jobs/sales.lua", "local x = 1\nfor i = 1, 2 do\n  r.amuont = 1\nend\n")
        var run = run()
        (run.details.errorFile, run.details.errorLine, run.details.rowsRead, run.attempt) = ("jobs/sales.lua", 3, 7, 1)
        let message = try message(run, in: home, log: (1...30).map { "line \($0)\n" }.joined())
        #expect(message.subject == "[mastic] sales: FAILED")
        let expected = """
            Job sales, run jr_1: FAILED after 1 min 5 s on \(RunNotification.hostName)
            Attempt: 2
            Error: no such column: amuont
            At: jobs/sales.lua:3
                r.amuont = 1
            Rows: 7 read,  written,  failed
            Started: 2024-02-29T13:45:10Z
            Ended: 2024-02-29T13:46:15Z

            Last lines of the log:
            \((11...30).map { "line \($0)" }.joined(separator: "\n"))

            """
        #expect(message.text == expected)
        #expect(try NotificationMessage(body: message.body) == message)
    }

    @Test func whatIsNotKnownIsLeftOut() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        let text = try message(run(nil, state: .succeeded), in: home).text
        #expect(text.hasPrefix("Job sales, run jr_1: SUCCEEDED after 1 min 5 s on "))
        for word in ["Error", "At:", "Attempt", "Rows", "Trigger", "{"] { #expect(!text.contains(word)) }
    }

    @Test func theLogIsReadFromItsEnd() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("log", String(repeating: "0123456789\n", count: 100_000) + "last without end")
        #expect(RunNotification.lastLines(of: home.folder + "/log", count: 2) == ["0123456789", "last without end"])
        try home.write("long", String(repeating: "é", count: 100_000) + "\nlast\n")
        #expect(RunNotification.lastLines(of: home.folder + "/long", count: 5) == ["last"])
        #expect(RunNotification.lastLines(of: home.folder + "/missing", count: 5) == [])
        try home.write("empty", "")
        #expect(RunNotification.lastLines(of: home.folder + "/empty", count: 5) == [])
    }

    @Test(arguments: [
        ("{job} {state}", "sales FAILED\n"), ("{{job} {job}", "{job} sales\n"), ("a\r\n\r\nb", "a\n\nb\n"), ("{trigger}\nx", "x\n"), ("T {trigger} {job}", "T  sales\n"),
        ("Subject: {job} is {state}\n\ntext", "text\n"), ("{error}", "{job} \\u{1B}[2J\n"),
    ])
    func templates(_ test: (template: String, text: String)) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        #expect(try message(run("{job} \u{1B}[2J"), in: home, template: test.template).text == test.text)
    }

    @Test(arguments: [
        ("{jbo}", "line 1 of the template: there is no {jbo}; did you mean {job}?"), ("x\n{job", "line 2 of the template: '{' has no '}'; a brace is written {{"),
    ])
    func wrongTemplates(_ test: (template: String, message: String)) {
        #expect { try NotificationTemplate(test.template) } throws: { "\($0)" == test.message }
    }

    @Test func nothingIsInjected() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        var run = run("first\r\nBcc: all@example.com\u{2028}\u{202E}x\u{9B}31m")
        run.job = "sales\r\nX-Evil: 1"
        let message = try message(run, in: home, template: "Subject: {job} {error}\n{error}")
        #expect(message.subject == "sales X-Evil: 1 first Bcc: all@example.com\\u{2028}\\u{202E}x\\u{9B}31m")
        let mail = MailMessage(from: "a@b.c", to: ["d@e.f"], subject: message.subject + "é\r\nX: 1", text: message.text, id: "i", time: 1_709_214_310)
        let lines = String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(!lines.contains { $0.hasPrefix("X") || $0.hasPrefix("Bcc") })
        #expect(lines.contains("Date: Thu, 29 Feb 2024 13:45:10 +0000"))
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
    }

    @Test(arguments: ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a@b,", "é@b", "a@b;c@d", "\u{0}@b"])
    func wrongAddresses(_ list: String) { #expect(throws: DeliveryError.self) { try MailMessage.addresses(list) } }

    @Test func addresses() throws { #expect(try MailMessage.addresses("a@b, c.d+e@f.example") == ["a@b", "c.d+e@f.example"]) }

    private static let longField = [19, 11].map { "=?UTF-8?B?" + SafeText.base64(Array(String(repeating: "é", count: $0).utf8)) + "?=" }.joined(separator: "\r\n ")

    @Test(arguments: [
        ("plain", "plain"), ("a\r\nb", "a b"), ("é", "=?UTF-8?B?w6k=?="), ("=?x", "=?UTF-8?B?PT94?="), (String(repeating: "é", count: 30), longField),
    ])
    func headerFields(_ test: (text: String, field: String)) { #expect(SafeText.headerField(test.text) == test.field) }

    /// RFC 4648, section 10.
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")])
    func base64(_ test: (text: String, code: String)) { #expect(SafeText.base64(Array(test.text.utf8)) == test.code) }

    struct SignatureCase {
        let key: [UInt8]
        let message: [UInt8]
        let hex: String

        init(_ key: [UInt8], _ message: [UInt8], _ hex: String) { (self.key, self.message, self.hex) = (key, message, hex) }
    }

    /// RFC 4231, sections 4.2 to 4.8.
    static let signatureCases: [SignatureCase] = {
        func many(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
        func text(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
        let long = text("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.")
        var cases: [SignatureCase] = []
        cases.append(SignatureCase(many(0x0B, 20), text("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"))
        cases.append(SignatureCase(text("Jefe"), text("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
        cases.append(SignatureCase(many(0xAA, 20), many(0xDD, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"))
        cases.append(SignatureCase([UInt8](1...25), many(0xCD, 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"))
        cases.append(SignatureCase(
            many(0xAA, 131), text("Test Using Larger Than Block-Size Key - Hash Key First"), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))
        cases.append(SignatureCase(many(0xAA, 131), long, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"))
        return cases
    }()

    @Test(arguments: signatureCases) func signatures(_ test: SignatureCase) {
        #expect(MessageSignature.hex(MessageSignature.hmac(test.message, key: test.key)) == test.hex)
    }

    @Test func waitsGrowToADayAtMost() {
        let limits = (1..<NotificationBackoff.maximumAttempts).map { NotificationBackoff.limit(failures: $0) }
        #expect(limits == [15, 60, 240, 960, 3840, 15360, 61440])
        #expect(limits.reduce(0, +) < NotificationBackoff.maximumAge)
        #expect(NotificationBackoff.delay(failures: 3, fraction: 0.5) == 120)
        #expect(NotificationBackoff.delay(failures: 3, fraction: 0) == 1)
        #expect(NotificationBackoff.delay(failures: 1, fraction: 0.5, retryAfter: 90) == 90)
        #expect(NotificationBackoff.delay(failures: 1, fraction: 0.5, retryAfter: 1e9) == 3600)
        #expect(NotificationBackoff.limit(failures: .max - 1) == 61440)
    }

    @Test(arguments: [(0.35, "350 ms"), (12.39, "12.3 s"), (245, "4 min 5 s"), (12000, "3 h 20 min"), (-5, "0 ms"), (.infinity, "0 ms")])
    func durations(_ test: (seconds: Double, text: String)) { #expect(RunNotification.text(ofSeconds: test.seconds) == test.text) }

    @Test func targetsAreToldWhatTheyWant() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        var job = JobRecord(name: "sales", script: "s.lua")
        job.notifications = [
            NotificationTarget(command: "a"), NotificationTarget(webhook: "http://b", states: [.succeeded]), NotificationTarget(mail: "c@d", states: [.failed, .succeeded]),
        ]
        func told(_ state: RunState, _ reason: RunNotification.Reason = .state) -> [String] {
            NotificationMessage.compose(for: run(state: state), of: job, reason: reason, home: home.home, log: silentLog).map(\.destination)
        }
        #expect(told(.failed) == ["a", "mailto:c@d"])
        #expect(told(.succeeded) == ["http://b", "mailto:c@d"])
        #expect(told(.running) == [])
        #expect(told(.running, .delay) == ["a", "http://b", "mailto:c@d"])
    }

    @Test func aProjectMayHaveItsOwnTemplate() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write(".mastic/config", "notification_template = own.txt\n")
        var job = JobRecord(name: "sales", script: "s.lua")
        (job.notifications, job.workingDirectory) = ([NotificationTarget(command: "a")], home.folder)
        let own = try home.reopened()
        for (template, text) in [("mine: {job}", "mine: sales\n"), ("wrong: {jbo}", "Job sales")] {
            try home.write("own.txt", template)
            #expect(NotificationMessage.compose(for: run(), of: job, home: own, log: silentLog).map { $0.text.hasPrefix(text) } == [true])
        }
    }
}
