internal import ArgumentParser
internal import Connectors
internal import Dispatch
internal import Engine
internal import Glibc
internal import Jobs
internal import Scripting

/// `mastic watch`: a job that runs again whenever its script changes, on a sample.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Runs a job again whenever its script or one of its modules changes, on a sample of its input.",
        discussion: """
            Only the first rows of each source are read, and nothing is written where the script says: what would be is shown. Bookmarks, runs and the catalog stay as they are.
            With --write each run is one as mastic run does it, on all rows unless --sample says otherwise. What follows SCRIPT are the job's own arguments. A change ends the run
            that is under way and starts the next. Ctrl-C ends a run; where none is under way, the watch.

            Examples:
              mastic watch jobs/sales.lua
              mastic watch --sample 100 --inputs jobs/sales.lua --target out/
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Rows of each source that are read; 1000 if not given.", valueName: "n"))
    var sample: Int?

    @Option(help: ArgumentHelp("Rows of each output that are shown.", valueName: "n"))
    var preview = 5

    @Flag(help: "Run again also when a file that the job reads changes.")
    var inputs = false

    @Flag(help: "Write where the script says.")
    var write = false

    @Flag(name: .customLong("once"), help: "Run once and end.")
    var isOnce = false

    @Argument(help: "The script's path.")
    var script: String

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("--sample takes a number of rows from 1, not \(sample)") }
        if !(0...1000).contains(preview) { throw ValidationError("--preview takes a number of rows from 0 to 1000, not \(preview)") }
        if script == "-" { throw ValidationError("standard input cannot be watched; give the script's path") }
    }

    func run() throws {
        var options = common.sessionOptions
        options.sampleRows = sample ?? (write ? nil : 1000)
        let arguments = RunCommand.jobArguments.first == "--" ? Array(RunCommand.jobArguments.dropFirst()) : RunCommand.jobArguments
        let path = LocalPath.absolute(script)
        _ = try ScriptFile.read(script)

        let watch = FileWatch()
        let session = Session(options)
        session.watch()
        var trees: [String] = []
        var (modules, reason): ([String], String?) = ([], nil)
        while true {
            // Before the run, so that what changes meanwhile counts.
            watch.watch(files: [path] + modules, trees: write ? [] : trees)
            say(reason, options.sampleRows)
            let changes = isOnce ? nil : ChangesMeanwhile(watch, session)
            do {
                let run = try SampleRun(session, script: script, arguments: arguments, isReal: write, previewRows: preview)
                // Of a run that made way for the next nothing is shown.
                if changes?.isSeen != true { show(run) }
                (modules, trees) = (run.modules, inputs ? run.inputs : [])
                if isOnce { throw ExitStatus(run.outcome.status) }
            } catch let status as ExitStatus {
                throw status
            } catch {
                // A script that is being saved may be missing for a moment.
                if changes?.isSeen != true { if LocalPath.exists(path) { Complaint.print(error) } else { tell("\(Complaint.escaped(script)) is gone; waiting for it") } }
                if isOnce { throw ExitStatus(1) }
            }
            let changed = changes?.end()
            if session.isTerminated { break }
            session.revive()
            if let changed {
                reason = changed
                continue
            }
            watch.watch(files: [path] + modules, trees: trees)
            tell(Screen.paint("watching \(Complaint.escaped(script))" + (modules.isEmpty ? "" : ", \(modules.count) module\(modules.count == 1 ? "" : "s")") + (trees.isEmpty ? "" : " and its inputs") + "; Ctrl-C ends", .faint, if: Self.hasColours))
            guard let changed = watch.next(isOver: { session.cancellation.reason == .interrupted }) else { break }
            if session.cancellation.reason == .interrupted { break }
            reason = changed
        }
        tell("")
    }

    /// Ends a run when what it was made from changes.
    private final class ChangesMeanwhile: Sendable {
        private let found = Locked<String?>(nil)
        private let isOver = Locked(false)
        private let ended = DispatchSemaphore(value: 0)

        init(_ watch: FileWatch, _ session: Session) {
            // While the run goes on, nobody else uses the watch.
            nonisolated(unsafe) let (watch, session) = (watch, session)
            DispatchQueue.global().async { [self] in
                if let path = watch.next(isOver: { isOver.withLock { $0 } }) {
                    found.withLock { $0 = path }
                    if !isOver.withLock({ $0 }) { session.stop() }
                }
                ended.signal()
            }
        }

        var isSeen: Bool { found.withLock { $0 } != nil }

        /// The path that changed since the beginning, if one did.
        func end() -> String? {
            isOver.withLock { $0 = true }
            ended.wait()
            return found.withLock { $0 }
        }
    }

    private static var hasColours: Bool { Screen.hasColours && isatty(STDERR_FILENO) != 0 }

    private func tell(_ text: String) { if !common.quiet { StandardOutput.writeError(text + "\n") } }

    private func say(_ reason: String?, _ sample: Int?) {
        if Screen.isTerminal { StandardOutput.write("\u{1b}[H\u{1b}[2J\u{1b}[3J") }
        let rows = sample.map { "first \($0) rows of each source" } ?? "all rows"
        let why = reason.map { "; \(Complaint.escaped(LocalPath.name(of: $0))) changed" } ?? ""
        tell(Screen.paint("\(Complaint.escaped(script)): \(rows)\(write ? ", written" : "")\(why)", .bold, if: Self.hasColours))
    }

    private func show(_ run: SampleRun) {
        if case .failed(let error) = run.outcome { Complaint.print(error) }
        for output in run.outputs {
            let shown = LocalPath.contains(LocalPath.workingDirectory, output.target) && output.target != LocalPath.workingDirectory
                ? LocalPath.components(output.target, below: LocalPath.workingDirectory).joined(separator: "/") : output.target
            StandardOutput.write("would write \(Complaint.escaped(shown)): \(Self.counted(output.rows, "row")), \(Self.counted(output.files, "file")), \(Quantity.size(output.bytes))\n")
            StandardOutput.write(Complaint.escaped(output.preview))
        }
        let errors = run.errorRecords == 0 ? "" : ", \(Self.counted(run.errorRecords, "error record"))"
        let end = switch run.outcome {
        case .succeeded: Screen.paint("done", .green, if: Self.hasColours)
        case .exited(let status): "ended with status \(status)"
        case .failed: Screen.paint("failed", .red, if: Self.hasColours)
        }
        tell("\(end): \(Self.counted(run.totals.rowsRead, "row")) read, \(run.totals.rowsWritten) written\(errors), \(Quantity.elapsed(run.seconds))")
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
