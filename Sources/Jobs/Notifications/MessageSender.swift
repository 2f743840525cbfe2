internal import CCurl
internal import Catalog
internal import Connectors
internal import Foundation

/// Sends one message in its way, and waits until it is sent.
package struct MessageSender {
    let home: Home
    /// 1 when transfers are to end.
    let cancelled: UnsafePointer<Int32>
    var connectSeconds = 5.0
    var totalSeconds = 30.0
    package var commandSeconds = 60.0

    /// - Throws: `DeliveryError`.
    func send(_ message: NotificationMessage, at now: Double) throws {
        let target = message.target
        switch (target.webhook, target.mail, target.command) {
        case (let url?, nil, nil): try post(message, to: url, at: now)
        case (nil, let address?, nil): try mail(message, to: address, at: now)
        case (nil, nil, let command?):
            try CommandRun(command, input: message.text, environment: environment(for: message), folder: message.folder).finish(within: commandSeconds, cancelled: cancelled)
        default: throw DeliveryError(description: "a notification goes to exactly one of Command, Webhook and Mail", isPermanent: true)
        }
    }

    private var limits: mst_curl_limits {
        mst_curl_limits(connect_milliseconds: Int(connectSeconds * 1000), total_milliseconds: Int(totalSeconds * 1000), cancelled: cancelled)
    }

    // MARK: - Webhook

    private func post(_ message: NotificationMessage, to url: String, at now: Double) throws {
        guard url.hasPrefix("http://") || url.hasPrefix("https://"), !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw DeliveryError(description: "a webhook is an http:// or https:// address", isPermanent: true)
        }
        let body = Array(RecordJSON.encode(WebhookBody(message)).utf8)
        var headers = [
            "Content-Type: application/json; charset=utf-8", "User-Agent: mastic", "X-Mastic-Event: \(message.notification.reason.rawValue)",
            "X-Mastic-Delivery: \(SafeText.headerField(message.notification.id))", "X-Mastic-Timestamp: \(Int64(now))",
        ]
        if let name = message.target.secret {
            guard let key = Home.processEnvironment[name] ?? home.setting(name), !key.isEmpty else {
                throw DeliveryError(description: "the key of the signature is not set: there is neither a variable nor a setting '\(name)'")
            }
            headers.append("X-Mastic-Signature: sha256=" + MessageSignature.hex(MessageSignature.hmac(body, key: Array(key.utf8))))
        }
        let result = Self.withCStrings(headers) { headers in
            body.withUnsafeBytes { mst_http_post(url, headers.baseAddress, headers.count, $0.baseAddress, $0.count, limits) }
        }
        try check(result)
        switch result.status {
        case 200..<300: return
        case 300..<400: throw DeliveryError(description: "the answer is \(result.status): redirects are not followed, name the address itself")
        default:
            let words = SafeText.clipped(SafeText.printable(Self.text(of: result.body), keepsLines: false), to: 200)
            throw DeliveryError(
                description: "the answer is \(result.status)\(words.isEmpty ? "" : ": " + words)", isPermanent: result.status == 410,
                retryAfter: Double(result.retry_after))
        }
    }

    /// What a webhook gets: the notification, and its words.
    private struct WebhookBody: Encodable {
        let message: NotificationMessage
        init(_ message: NotificationMessage) { self.message = message }

        private enum CodingKeys: String, CodingKey { case subject = "Subject", text = "Text" }

        func encode(to encoder: any Encoder) throws {
            try message.notification.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message.subject, forKey: .subject)
            try container.encode(message.text, forKey: .text)
        }
    }

    // MARK: - Mail

    private func mail(_ message: NotificationMessage, to addresses: String, at now: Double) throws {
        guard let url = home.setting("smtp_url"), !url.isEmpty else {
            throw DeliveryError(description: "there is no mail server: the setting smtp_url is missing (smtp://host:port or smtps://host:port)")
        }
        guard url.hasPrefix("smtp://") || url.hasPrefix("smtps://"), !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw DeliveryError(description: "the setting smtp_url is smtp://host:port or smtps://host:port")
        }
        let recipients = try MailMessage.addresses(addresses)
        let from = try MailMessage.addresses(home.setting("smtp_from") ?? "mastic@\(RunNotification.hostName)")
        guard from.count == 1 else { throw DeliveryError(description: "the setting smtp_from is one address") }
        let content = MailMessage(from: from[0], to: recipients, subject: message.subject, text: message.text, id: message.notification.id, time: now).bytes
        let (user, password) = (home.setting("smtp_user"), home.setting("smtp_password"))
        let result = Self.withCStrings(recipients) { recipients in
            Self.withCString(user) { user in
                Self.withCString(password) { password in
                    content.withUnsafeBytes {
                        mst_smtp_send(url, from[0], recipients.baseAddress, recipients.count, user, password, $0.baseAddress, $0.count, limits)
                    }
                }
            }
        }
        try check(result)
    }

    private func check(_ result: mst_curl_result) throws {
        guard result.completed == 0 else { return }
        throw DeliveryError(description: SafeText.printable(Self.text(of: result.error), keepsLines: false))
    }

    // MARK: - Command

    private func environment(for message: NotificationMessage) -> [String: String] {
        let facts = message.notification
        var variables = Home.processEnvironment
        // The keys of the job's other ways are no business of a command's.
        let others = (try? home.catalog.definition(JobRecord.self, facts.job))??.notifications ?? []
        for name in ["MASTIC_SMTP_PASSWORD"] + others.compactMap(\.secret) { variables[name] = nil }
        func set(_ name: String, _ value: String?) { variables["MASTIC_" + name] = value.map { SafeText.printable($0) } ?? "" }
        set("REASON", facts.reason.rawValue)
        set("JOB", facts.job)
        set("RUN", facts.run)
        set("STATE", facts.state.rawValue)
        set("ATTEMPT", "\(facts.attempt)")
        set("ERROR", facts.error)
        set("ERROR_FILE", facts.errorFile)
        set("ERROR_LINE", facts.errorLine.map(String.init))
        set("STARTED", NotificationTemplate.time(facts.started))
        set("FINISHED", facts.finished.map(NotificationTemplate.time))
        set("DURATION", "\(facts.duration)")
        set("TRIGGER", facts.trigger)
        set("WORKFLOW", facts.workflow)
        set("WORKFLOW_RUN", facts.workflowRun)
        set("SUBJECT", message.subject)
        variables["MASTIC_HOME"] = home.path
        return variables
    }

    // MARK: - C

    private static func text<Tuple>(of tuple: Tuple) -> String {
        withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func withCString<T>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> T) -> T { text.map { $0.withCString(body) } ?? body(nil) }

    private static func withCStrings<T>(_ texts: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> T) -> T {
        let copies = texts.map { UnsafePointer(strdup($0)) }
        defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
        return copies.withUnsafeBufferPointer(body)
    }
}
