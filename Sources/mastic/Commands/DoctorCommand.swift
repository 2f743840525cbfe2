internal import ArgumentParser
internal import Jobs
internal import MasticKernel

/// `mastic doctor`: looks at the installation.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Looks at the installation, the home and the machine, and says what is wrong and what to do.",
        discussion: """
            A line for each thing that was looked at: ok, warning or error. Nothing is changed, and no secret is printed. Exit status: 0, or 1 where there is an error.

            Examples:
              mastic doctor
              mastic doctor --home /srv/etl/.mastic --json
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let findings = [Finding("mastic", .ok, masticVersion)] + Doctor(home: common.home).examine() + [Self.notebooks]
        if common.json {
            struct Line: Encodable {
                let Name: String
                let Status: String
                let Text: String
                let Advice: String?
            }
            StandardOutput.write(try JSONListing.text(findings.map { Line(Name: $0.name, Status: $0.status.rawValue, Text: $0.text, Advice: $0.advice) }) + "\n")
        } else {
            let shown = common.quiet ? findings.filter { $0.status != .ok } : findings
            let width = shown.reduce(0) { max($0, $1.name.count) }
            for finding in shown { StandardOutput.write(Self.line(finding, width)) }
            if !common.quiet {
                let (errors, warnings) = (findings.count { $0.status == .error }, findings.count { $0.status == .warning })
                StandardOutput.write("\n\(Self.counted(errors, "error")), \(Self.counted(warnings, "warning"))\n")
            }
        }
        if findings.contains(where: { $0.status == .error }) { throw ExitStatus(1) }
    }

    private static var notebooks: Finding {
        ZeroMQ.isAvailable ? Finding("notebooks", .ok, "libzmq is there") : Finding("notebooks", .warning, "libzmq is not there, which mastic kernel needs", advice: "install Debian's libzmq5, if you use notebooks")
    }

    private static func line(_ finding: Finding, _ width: Int) -> String {
        let (word, style): (String, Screen.Style) =
            switch finding.status {
            case .ok: ("ok     ", .green)
            case .warning: ("warning", .yellow)
            case .error: ("error  ", .red)
            }
        let name = finding.name + String(repeating: " ", count: width - finding.name.count)
        let advice = finding.advice.map { "\n" + String(repeating: " ", count: width + 11) + Screen.paint(Complaint.escaped($0), .bold) } ?? ""
        return "\(Screen.paint(word, style))  \(name)  \(Complaint.escaped(finding.text))\(advice)\n"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
