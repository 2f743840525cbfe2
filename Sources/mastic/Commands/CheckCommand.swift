internal import ArgumentParser
internal import Jobs
internal import Scripting

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Says what is wrong with a script, and how its functions will run, without running it.",
        discussion: """
            Looks for text that does not parse and for globals that are not there, and says of each function over records whether it was lifted: turned into
            column operations. What a function closes over is known to a run alone; mastic explain says what becomes of it there.

            Example:
              mastic check sales.lua
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The script's path; - for standard input.")
    var script: String

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let source = try ScriptFile.source(script)
        let run = try ScriptRun(session, name: script, arguments: [])
        let check = try ScriptCheck(source, name: script, in: run.environment)
        for finding in check.findings {
            let kind = finding.kind == .error ? "error: " : ""
            StandardOutput.write("\(script):\(finding.line): \(kind)\(finding.message)\n    \(finding.excerpt)\n")
        }
        if check.findings.isEmpty { StandardOutput.write("\(script): nothing to say\n") }
        if check.hasErrors { throw ExitStatus(1) }
    }
}
