internal import ArgumentParser
internal import Connectors
internal import Jobs

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a job script.",
        discussion: """
            What follows SCRIPT are the job's own arguments, as Glue passes them; a script reads them with getResolvedOptions.

            Example:
              mastic run sales.lua --JOB_NAME sales --target out/ --job-bookmark-option job-bookmark-enable
            """)

    /// What followed SCRIPT on the command line; set apart before parsing.
    nonisolated(unsafe) static var jobArguments: [String] = []

    @OptionGroup var common: CommonOptions

    @Argument(help: "The script's path; - for standard input.")
    var script: String

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let source = script == "-" ? try StandardInput.all() : try ScriptFile.read(script)
        let run = try ScriptRun(session, name: script, arguments: Self.jobArguments)
        throw ExitStatus(run.run(source, name: script), session)
    }
}

/// A script's text.
enum ScriptFile {
    static func read(_ path: String) throws -> [UInt8] {
        guard let bytes = try LocalFile.contents(of: path) else { throw InputError(description: "there is no script '\(path)'") }
        if bytes.prefix(4096).contains(0) { throw InputError(description: "'\(path)' is no Lua script: it holds binary data") }
        return bytes
    }
}
