internal import Catalog
internal import Columnar
internal import Foundation

/// The words of a message: text with `{name}` for what is known of the run, and `{{` for a brace.
///
/// A first line `Subject: ...` gives the subject, a line of its own. A line whose names all have nothing to say is left out, so that
/// `Error: {error}` does not stand in a message of success. What is put in is not looked at for further names, and cannot command a terminal.
package struct NotificationTemplate {
    private enum Piece: Hashable {
        case text(String)
        case name(String)
    }

    /// The names that a template may use.
    static let names = [
        "attempt", "duration", "error", "error_records", "file", "finished", "home", "host", "id", "job", "line", "location", "log", "reason", "rows_read",
        "rows_written", "run", "script_line", "started", "state", "time", "trigger", "workflow", "workflow_run",
    ]

    static let standard = """
        Subject: [mastic] {job}: {state}

        Job {job}, run {run}: {state} after {duration} on {host}
        {reason}
        Attempt: {attempt}
        Error: {error}
        At: {location}
            {script_line}
        Rows: {rows_read} read, {rows_written} written, {error_records} failed
        Trigger: {trigger}
        Workflow: {workflow} {workflow_run}
        Started: {started}
        Ended: {finished}

        Last lines of the log:
        {log}
        """

    private let subject: [Piece]
    private let lines: [[Piece]]

    /// - Throws: `JobError.invalidOption` for a name that there is not and for a brace without its end, with the line.
    package init(_ text: String) throws {
        var lines = try text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
            try Self.parse(line, number: number + 1)
        }
        if case .text(let begin)? = lines.first?.first, begin.hasPrefix("Subject:") {
            subject = [.text(String(begin.dropFirst("Subject:".count)))] + lines[0].dropFirst()
            lines.removeFirst()
            if lines.first?.isEmpty == true { lines.removeFirst() }
        } else {
            subject = [.text("[mastic] "), .name("job"), .text(": "), .name("state")]
        }
        self.lines = lines
    }

    private static func parse(_ line: Substring, number: Int) throws -> [Piece] {
        var pieces: [Piece] = []
        var text = ""
        var rest = line
        while let brace = rest.firstIndex(of: "{") {
            text += rest[..<brace]
            rest = rest[rest.index(after: brace)...]
            if rest.first == "{" {
                text += "{"
                rest = rest.dropFirst()
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw JobError(.invalidOption, "line \(number) of the template: '{' has no '}'; a brace is written {{")
            }
            let name = String(rest[..<end])
            guard names.contains(name) else {
                let hint = Suggestion.nearest(name, in: names).map { "; did you mean {\($0)}?" } ?? "; there are \(names.joined(separator: ", "))"
                throw JobError(.invalidOption, "line \(number) of the template: there is no {\(name)}\(hint)")
            }
            if !text.isEmpty { pieces.append(.text(text)) }
            pieces.append(.name(name))
            text = ""
            rest = rest[rest.index(after: end)...]
        }
        text += rest
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    /// The subject, one line; and the text, which ends with a newline.
    func render(_ notification: RunNotification) -> (subject: String, text: String) {
        let values = Self.values(of: notification)
        func fill(_ pieces: [Piece]) -> String? {
            var isEmpty = true
            var hasNames = false
            var result = ""
            for piece in pieces {
                switch piece {
                case .text(let text): result += text
                case .name(let name):
                    hasNames = true
                    let value = values[name] ?? ""
                    if !value.isEmpty { isEmpty = false }
                    result += value
                }
            }
            return hasNames && isEmpty ? nil : result
        }
        let line = SafeText.printable(fill(subject) ?? "", keepsLines: false).trimmingCharacters(in: .whitespaces)
        return (SafeText.clipped(line, to: 250), lines.compactMap(fill).joined(separator: "\n") + "\n")
    }

    private static func values(of notification: RunNotification) -> [String: String] {
        func number(_ value: Int?) -> String { value.map(String.init) ?? "" }
        let location = notification.errorFile.map { file in notification.errorLine.map { "\(file):\($0)" } ?? file } ?? ""
        let reason =
            switch notification.reason {
            case .state: ""
            case .delay: "The run takes longer than it should."
            case .test: "This message was sent to try the way to you."
            }
        let values = [
            "attempt": notification.attempt == 0 ? "" : "\(notification.attempt + 1)", "duration": RunNotification.text(ofSeconds: notification.duration),
            "error": notification.error ?? "", "error_records": number(notification.errorRecords), "file": notification.errorFile ?? "",
            "finished": notification.finished.map(time) ?? "", "home": notification.home, "host": notification.host, "id": notification.id,
            "job": notification.job, "line": number(notification.errorLine), "location": location, "reason": reason,
            "rows_read": number(notification.rowsRead), "rows_written": number(notification.rowsWritten), "run": notification.run,
            "script_line": notification.scriptLine ?? "", "started": time(notification.started), "state": notification.state.rawValue,
            "time": time(notification.time), "trigger": notification.trigger ?? "", "workflow": notification.workflow ?? "",
            "workflow_run": notification.workflowRun ?? "",
        ]
        var safe = values.mapValues { SafeText.printable($0) }
        safe["log"] = notification.log.map { SafeText.printable($0, keepsLines: false) }.joined(separator: "\n")
        return safe
    }

    /// `2024-02-29T13:45:10Z`.
    static func time(_ seconds: Double) -> String {
        var clock = time_t(max(-62_135_596_800, min(seconds.isFinite ? seconds : 0, 253_402_300_799)))
        var parts = tm()
        gmtime_r(&clock, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
