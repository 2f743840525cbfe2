internal import ArgumentParser
internal import Glibc
internal import Jobs
internal import Logging
internal import Scripting

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Says what is wrong with a script, and how its functions will run, without running it.",
        discussion: """
            Looks for text that does not parse, globals that are not there, arguments, options and methods that do not exist, databases, tables and columns that the
            catalog does not have, and queries that cannot be read; and says of each function over records whether it was lifted: turned into column operations. What a
            function closes over is known to a run alone; mastic explain says what becomes of it there.

            The exit status is 1 where there is an error. Warnings and what is only told leave it 0.

            Examples:
              mastic check sales.lua
              mastic check --json sales.lua
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The script's path; - for standard input.")
    var script: String

    func run() throws {
        var options = common.sessionOptions
        // What calls would log is told as findings.
        options.logLevel = max(options.logLevel, .error)
        let session = Session(options)
        session.watch()
        let source = try ScriptFile.source(script)
        let run = try ScriptRun(session, name: script, arguments: [])
        let check = try ScriptCheck(source, name: script, in: run.environment)
        if common.json {
            StandardOutput.write("[" + check.findings.map { "\n  " + $0.json() }.joined(separator: ",") + (check.findings.isEmpty ? "]\n" : "\n]\n"))
        } else {
            for finding in check.findings where !common.quiet || finding.severity == .error {
                StandardOutput.write(Complaint.text(of: finding, on: STDOUT_FILENO))
            }
            if check.findings.isEmpty, !common.quiet { StandardOutput.write("\(script): nothing to say\n") }
        }
        if check.hasErrors { throw ExitStatus(1) }
    }
}
