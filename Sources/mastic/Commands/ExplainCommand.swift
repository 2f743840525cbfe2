internal import ArgumentParser
internal import Jobs

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Prints the plan of each action of a script instead of running it.",
        discussion: """
            The script itself runs, and reads the catalog; its frames are not: count() is 0, collect() is empty, nothing is written. Each plan is a tree, the last
            step first. A scan says which columns it reads, and which rows it may leave out; a user function whether it was lifted, or why not.

            Example:
              mastic explain sales.lua --JOB_NAME sales --target out/
            """)

    @Flag(help: "Say about how many rows each step gives.")
    var estimates = false

    @OptionGroup var common: CommonOptions

    @Argument(help: "The script's path; - for standard input.")
    var script: String

    func run() throws {
        var options = common.sessionOptions
        options.explains = true
        options.estimates = estimates
        let session = Session(options)
        session.watch()
        let source = try ScriptFile.source(script)
        let run = try ScriptRun(session, name: script, arguments: RunCommand.jobArguments)
        throw ExitStatus(run.run(source, name: script), session)
    }
}
