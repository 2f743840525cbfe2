internal import ArgumentParser
internal import Columnar
internal import Connectors
internal import Jobs
internal import Logging
internal import Scripting

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

    @Flag(help: "Say at the end where the time went: rows, time and threads of each operator.")
    var profile = false

    @Option(help: ArgumentHelp("Folder that takes the records that fail, as JSON lines with the reason.", valueName: "dir"))
    var quarantine: String?

    @Option(name: .customLong("max-error-records"), help: ArgumentHelp("Fail the run when more records than this fail.", valueName: "n"))
    var maximumErrorRecords: Int?

    @Argument(help: "The script's path; - for standard input.")
    var script: String

    func validate() throws {
        if let maximumErrorRecords, maximumErrorRecords < 0 {
            throw ValidationError("--max-error-records takes a number from 0, not \(maximumErrorRecords)")
        }
    }

    func run() throws {
        var options = common.sessionOptions
        (options.profiles, options.quarantinePath, options.errorRecordThreshold) = (profile, quarantine, maximumErrorRecords)
        let session = Session(options)
        session.watch()
        let source = try ScriptFile.source(script)
        for name in ArgumentSplitter.misplaced(Self.jobArguments, source: source) {
            session.log.warning("\(name) stands behind the script, so it is the job's own argument; what is meant for Mastic goes in front of the script's name")
        }
        let run = try ScriptRun(session, name: script, arguments: Self.jobArguments)
        run.environment.screen = Screen.shape
        ProgressDisplay.start(for: run.environment, session.options)
        let outcome = run.run(source, name: script)
        if profile { StandardOutput.writeError(ProfileTable.text(of: run.environment)) }
        throw ExitStatus(outcome, session)
    }
}

/// A script's text.
enum ScriptFile {
    /// The text of the script that a command names: `-` is standard input.
    static func source(_ name: String) throws -> [UInt8] { name == "-" ? try StandardInput.all() : try read(name) }

    static func read(_ path: String) throws -> [UInt8] {
        if LocalPath.isFolder(path) {
            let scripts = ((try? LocalPath.names(in: path)) ?? []).filter { $0.hasSuffix(".lua") }.sorted()
            let folder = path.hasSuffix("/") ? path : path + "/"
            let hint = scripts.isEmpty ? "" : ": " + scripts.prefix(5).map { folder + $0 }.joined(separator: ", ") + (scripts.count > 5 ? ", ..." : "")
            throw InputError(description: "'\(path)' is a folder; give a script\(scripts.isEmpty ? "" : " in it")\(hint)", errorCode: .scriptNotFound)
        }
        guard let bytes = try LocalFile.contents(of: path) else { throw InputError(description: "there is no script '\(path)'", errorCode: .scriptNotFound) }
        if bytes.prefix(4096).contains(0) { throw InputError(description: "'\(path)' is no Lua script: it holds binary data") }
        return bytes
    }
}
