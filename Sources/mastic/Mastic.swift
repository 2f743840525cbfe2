internal import ArgumentParser
internal import Columnar
internal import Glibc
internal import Jobs
internal import Scripting

/// The command line: `mastic` and its commands.
struct Mastic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mastic", abstract: "Runs ETL jobs written in Lua, in the manner of AWS Glue.",
        discussion: """
            Without a command: an interactive session in a terminal, else standard input as a script.

            Examples:
              mastic crawl data/sales --database sales_db
              mastic run job.lua --JOB_NAME sales --target out/
              mastic -e '6 * 7'
              echo 'print(1 + 1)' | mastic
            """,
        version: "mastic \(masticVersion)",
        subcommands: [
            RunCommand.self, CheckCommand.self, ExplainCommand.self, ReplCommand.self, CrawlCommand.self, CatalogCommand.self, ApplyCommand.self, JobCommand.self,
            TriggerCommand.self, CrawlerCommand.self, WorkflowCommand.self, NotifyCommand.self, ServeCommand.self, BookmarkCommand.self,
            KernelCommand.self, AnnotationsCommand.self, TestCommand.self, NewCommand.self, WatchCommand.self, DoctorCommand.self, HelpCommand.self,
        ])

    @OptionGroup var words: EvaluateCommand

    func run() throws { try words.run() }

    /// The command that the words name.
    ///
    /// The parser goes through every command and all of its options before it looks at a word, which takes longer than many a job. So a command is
    /// found by its name first; the whole parser is asked where that fails, because its messages know the whole.
    static func command(_ words: [String]) throws -> any ParsableCommand {
        var type: any ParsableCommand.Type = Self.self
        var (path, rest) = ("mastic", words[...])
        while let name = rest.first, let next = type.configuration.subcommands.first(where: { $0._commandName == name || $0.configuration.aliases.contains(name) }) {
            (type, path, rest) = (next, path + " " + name, rest.dropFirst())
        }
        let commands = type.configuration.subcommands
        if type == Self.self {
            if let command = try? EvaluateCommand.parse(Array(rest)) { return command }
        } else if commands.isEmpty, let command = try? type.parse(Array(rest)) {
            return command
        }
        if let word = rest.first, !word.hasPrefix("-"), word != "help", !commands.isEmpty { throw unknown(word, of: commands, path) }
        return try parseAsRoot(words)
    }

    /// What to say of a word that stands where a command's name belongs and is none.
    private static func unknown(_ word: String, of commands: [any ParsableCommand.Type], _ path: String) -> ValidationError {
        let names = commands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        var advice = "there are \(names.joined(separator: ", "))"
        if let nearest = Suggestion.nearest(word, in: names) { advice = "did you mean '\(path) \(nearest)'?" }
        if word.hasSuffix(".lua") { advice = "to run a script: mastic run \(word)" }
        return ValidationError("there is no command '\(path) \(word)'; \(advice)")
    }
}

/// `mastic` without the name of a command.
struct EvaluateCommand: ParsableCommand {
    @OptionGroup var common: CommonOptions

    @Option(name: .short, help: ArgumentHelp("Run one statement and print its value.", valueName: "code"))
    var execute: String?

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        if let execute {
            if Screen.isTerminal {
                let interactive = try InteractiveSession(session, name: "-e")
                interactive.environment.screen = Screen.shape
                ProgressDisplay.start(for: interactive.environment, session.options)
                interactive.previewRows = max(5, min(40, Screen.shape.height - 8))
                throw ExitStatus(interactive.evaluate(execute), session)
            }
            let run = try ScriptRun(session, name: "-e", arguments: [])
            run.environment.screen = Screen.shape
            ProgressDisplay.start(for: run.environment, session.options)
            throw ExitStatus(run.evaluate(Array(execute.utf8), name: "-e"), session)
        }
        if isatty(STDIN_FILENO) != 0 { return try Repl(session).run() }
        let run = try ScriptRun(session, name: "stdin", arguments: [])
        run.environment.screen = Screen.shape
        ProgressDisplay.start(for: run.environment, session.options)
        throw ExitStatus(run.run(try StandardInput.all(), name: "stdin"), session)
    }
}

/// The version of this build.
let masticVersion = "0.1.0"

/// Ends the process with a status after everything has been said.
struct ExitStatus: Error {
    let status: Int32

    init(_ status: Int32) { self.status = status }

    /// Prints how a script failed, if it did.
    init(_ outcome: ScriptOutcome, _ session: Session) {
        if case .failed(let error) = outcome { Complaint.print(error) }
        status = outcome.status
    }
}

@main
enum Main {
    /// Parses the words, runs the command, and ends with the contract's status: 0 done, 1 failed, 2 wrong usage, 124 timed out, 130 interrupted.
    static func main() {
        // Ctrl-\\ ends the process at once; a debugger is not asked.
        signal(SIGQUIT, SIG_DFL)
        let splitter = ArgumentSplitter(Array(CommandLine.arguments.dropFirst()))
        RunCommand.jobArguments = splitter.jobArguments
        Complaint.configure(splitter.words)
        var command: any ParsableCommand
        do {
            command = try Mastic.command(splitter.words)
        } catch {
            if Mastic.exitCode(for: error) == .success {
                print(Mastic.fullMessage(for: error))
                exit(0)
            }
            Complaint.print(UsageError(error, words: splitter.words))
            exit(2)
        }
        do {
            try command.run()
            LuaState.flush()
            exit(0)
        } catch let status as ExitStatus {
            LuaState.flush()
            exit(status.status)
        } catch let help where Mastic.exitCode(for: help) == .success {
            print(Mastic.fullMessage(for: help))
            exit(0)
        } catch let wrong as ValidationError {
            Complaint.print(UsageError(wrong, words: splitter.words))
            exit(2)
        } catch {
            LuaState.flush()
            Complaint.print(error)
            exit(ScriptOutcome.failed(error).status)
        }
    }
}
