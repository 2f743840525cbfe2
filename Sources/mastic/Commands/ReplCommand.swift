internal import ArgumentParser
internal import Glibc
internal import Jobs
internal import Scripting

struct ReplCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl", abstract: "Starts an interactive session.",
        discussion: """
            An expression prints its value, a frame its first rows. A statement that is not complete goes on in the next line. At a terminal lines are
            edited, Tab completes, and commands begin with a dot: .help lists them. Ctrl-D ends the session.

            Example:
              mastic repl -i setup.lua
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .short, help: ArgumentHelp("Run a script first; its globals stay.", valueName: "script"))
    var interactive: String?

    func run() throws {
        let session = Session(common.sessionOptions)
        try Repl(session).run(first: interactive)
    }
}

/// The interactive session: at a terminal with an editor and previews, else the plain loop.
struct Repl {
    let session: Session
    init(_ session: Session) { self.session = session }

    func run(first script: String? = nil) throws {
        guard isatty(STDIN_FILENO) != 0, isatty(STDOUT_FILENO) != 0 else { return try runPlain(first: script) }
        let repl = try TerminalRepl(session)
        if let script { _ = repl.end(repl.interactive.read(try ScriptFile.read(script), name: script)) }
        throw ExitStatus(repl.run())
    }

    /// Reads, evaluates and prints, whatever standard input is.
    private func runPlain(first script: String?) throws {
        session.watch()
        let run = try ScriptRun(session, name: script ?? "repl", arguments: [])
        let isTerminal = isatty(STDIN_FILENO) != 0
        if isTerminal { print("mastic \(masticVersion). Ctrl-D ends the session.") }
        if let script {
            if case .failed(let error) = run.run(try ScriptFile.read(script), name: script) { Complaint.print(error) }
        }
        var pending = ""
        while true {
            if isTerminal {
                StandardOutput.write(pending.isEmpty ? "> " : ">> ")
            }
            guard let line = readLine(strippingNewline: false) else { break }
            pending += line
            let source = Array(pending.utf8)
            if run.isIncomplete(source) { continue }
            pending = ""
            if source.allSatisfy({ $0 <= 0x20 }) { continue }
            let outcome = run.evaluate(source, name: "repl")
            if case .failed(let error) = outcome { Complaint.print(error) }
            if case .exited(let status) = outcome { throw ExitStatus(status) }
            run.revive()
        }
        if !pending.isEmpty, case .failed(let error) = run.evaluate(Array(pending.utf8), name: "repl") { Complaint.print(error) }
        if isTerminal { print() }
    }
}
