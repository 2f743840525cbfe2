internal import ArgumentParser
internal import Connectors
internal import Engine
internal import Glibc
internal import Jobs
internal import Scripting

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Prints the plan of each action of a script instead of running it.",
        discussion: """
            The script itself runs, and reads the catalog; its frames are not: count() is 0, collect() is empty, nothing is written. Each plan is a tree, the last
            step first. A scan says which columns it reads, and which rows it may leave out; a user function whether it was lifted, or why not. On a terminal,
            and with --estimates, each step says about how many rows it gives. As json and svg the plans alone go to standard output; what the script prints goes
            to standard error.

            Examples:
              mastic explain sales.lua --JOB_NAME sales --target out/
              mastic explain --format svg --output plan.svg sales.lua
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, svg
    }

    @Flag(help: "Say about how many rows each step gives, and how much of its source a scan reads.")
    var estimates = false

    @Option(help: ArgumentHelp("text, json or svg.", valueName: "format"))
    var format: Format = .text

    @Option(help: ArgumentHelp("A file for the plans, in place of standard output.", valueName: "file"))
    var output: String?

    @OptionGroup var common: CommonOptions

    @Argument(help: "The script's path; - for standard input.")
    var script: String

    func validate() throws {
        if let output, output.isEmpty { throw ValidationError("--output takes the name of a file") }
        if let output, LocalPath.isFolder(LocalPath.absolute(output)) { throw ValidationError("--output takes the name of a file, and '\(output)' is a folder") }
    }

    func run() throws {
        let format = common.json && self.format == .text ? .json : self.format
        var options = common.sessionOptions
        options.explains = true
        options.estimates = estimates
        // Plans that a program reads are not mixed with what the script prints.
        options.printsToStandardError = format != .text && output == nil
        let session = Session(options)
        session.watch()
        let source = try ScriptFile.source(script)
        let run = try ScriptRun(session, name: script, arguments: RunCommand.jobArguments)
        run.environment.screen = Screen.shape
        var actions: [ExplainedAction] = []
        let isTree = format == .text && output == nil && Screen.isTerminal
        if isTree {
            run.environment.explained = { action in
                let tree = PlanTree(width: Screen.width ?? 80, hasColours: Screen.hasColours)
                let title = action.action + (action.site.map { " " + $0 } ?? "")
                StandardOutput.write(Screen.paint(Complaint.escaped(title), .green) + "\n" + tree.text(of: action.plan) + "\n")
            }
        } else if format != .text || output != nil {
            run.environment.explained = { actions.append($0) }
        }
        let outcome = run.run(source, name: script)
        if !isTree, format != .text || output != nil {
            let text: String
            switch format {
            case .text:
                text = actions.map { action in
                    let title = action.action + (action.site.map { " " + $0 } ?? "")
                    return "\(title)\n\(action.text)\n\n"
                }.joined()
            case .json: text = try JSONListing.text(ExplainedScript(version: 1, script: script, actions: actions)) + "\n"
            case .svg: text = PlanDrawing(actions: actions).svg
            }
            if let output { try LocalFile.replace(LocalPath.absolute(output), with: text) } else { StandardOutput.write(text) }
        }
        throw ExitStatus(outcome, session)
    }
}

/// All plans of a script: what `--format json` prints.
private struct ExplainedScript: Encodable {
    let version: Int
    let script: String
    let actions: [ExplainedAction]
}
