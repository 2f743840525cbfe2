internal import ArgumentParser
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
        ])

    @OptionGroup var common: CommonOptions

    @Option(name: .short, help: ArgumentHelp("Run one statement and print its value.", valueName: "code"))
    var execute: String?

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        if let execute {
            let run = try ScriptRun(session, name: "-e", arguments: [])
            throw ExitStatus(run.evaluate(Array(execute.utf8), name: "-e"), session)
        }
        if isatty(STDIN_FILENO) != 0 { return try Repl(session).run() }
        let run = try ScriptRun(session, name: "stdin", arguments: [])
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
        let splitter = ArgumentSplitter(Array(CommandLine.arguments.dropFirst()))
        RunCommand.jobArguments = splitter.jobArguments
        var command: any ParsableCommand
        do {
            command = try Mastic.parseAsRoot(splitter.words)
        } catch {
            let code = Mastic.exitCode(for: error)
            let message = Mastic.fullMessage(for: error)
            if code == .success {
                print(message)
                exit(0)
            }
            StandardOutput.writeError(message + "\n")
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
            StandardOutput.writeError(Mastic.fullMessage(for: wrong) + "\n")
            exit(2)
        } catch {
            LuaState.flush()
            Complaint.print(error)
            exit(ScriptOutcome.failed(error).status)
        }
    }
}
