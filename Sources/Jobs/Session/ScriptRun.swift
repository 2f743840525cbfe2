internal import Catalog
internal import Columnar
public import Connectors
internal import Engine
internal import Glibc
internal import Logging
public import Scripting

/// One script in a session: its interpreter, its job, and its end.
public final class ScriptRun {
    public let session: Session
    public let environment: ScriptEnvironment
    public let state: LuaState
    private let job: ScriptJob
    private let quarantine: Quarantine?

    /// - Parameters:
    ///   - name: what errors call the script; its path.
    ///   - arguments: what follows the script's name on the command line.
    ///   - adopted: the run that a scheduler recorded for this process.
    ///   - folder: where the script's modules stand, if not in the folder of `name`.
    ///   - aside: takes what the script writes, of which nothing becomes visible.
    ///   - write: takes what the script prints; standard output if not given.
    public init(
        _ session: Session, name: String, arguments: [String], adopted: AdoptedRun? = nil, folder: String? = nil, aside: StagingArea? = nil,
        write: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
    ) throws {
        self.session = session
        try session.recover()
        job = ScriptJob(try session.home, log: session.log, isExplained: session.options.explains, adopted: adopted, aside: aside)
        // Without --memory the interpreter still has a bound: a script that runs away must end in an error, not in a killed machine.
        var options = LuaState.Options(memoryLimit: session.options.memoryBytes ?? 4 << 30, sandbox: session.options.sandbox, write: write)
        if session.options.printsToStandardError, write == nil {
            options.write = { (bytes: UnsafeRawBufferPointer) in DescriptorOutput.write(bytes, to: STDERR_FILENO) }
        }
        if let path = session.options.quarantinePath {
            let folder = try session.home.locate(path).path
            quarantine = try Quarantine(folder: folder, name: LocalPath.name(of: name))
        } else {
            quarantine = nil
        }
        state = LuaState(options, control: session.control)
        environment = ScriptEnvironment(
            state: state, workers: session.workers, cancellation: session.cancellation, job: job, log: session.log, lifts: session.options.lifts,
            scriptFolder: folder ?? LocalPath.parent(of: LocalPath.absolute(name)), arguments: arguments,
            explains: session.options.explains, estimates: session.options.estimates, profiles: session.options.profiles,
            quarantine: quarantine, errorRecordLimit: session.options.errorRecordThreshold)
        environment.sampleRows = session.options.sampleRows
        if session.options.countsLines {
            environment.countsLines = true
            state.countLines()
        }
        job.beforeCommit = { [unowned job, quarantine, cancellation = session.cancellation] in
            // A run that is to end commits nothing more.
            try cancellation.check()
            // Records that a bookmark will not read again must be safe before it moves.
            _ = try quarantine?.publish(run: job.lastRunID)
        }
        try ScriptAPI.install(environment)
        if WallClock.isStopped { try ScriptAPI.installFixedTime(environment) }
        try setArguments(arguments, name: name)
    }

    /// What the script finds in `arg` and `args`: the job's arguments by position, the script's name at 0, and by name.
    func setArguments(_ arguments: [String], name: String) throws {
        try state.set(
            "arg", .table(LuaTable(items: arguments.map { .string($0) }, others: [LuaTable.Pair(.integer(0), .string(name))])))
        try ScriptAPI.setArguments(arguments, state)
    }

    /// Runs the script's text, then commits or drops what it wrote.
    public func run(_ source: [UInt8], name: String) -> ScriptOutcome { finish { _ = try state.run(source, name: name) } }

    /// Gives back the interpreter's memory when the run goes; nothing can be run any more.
    func close() { state.retire() }

    /// Runs one statement or expression and gives its values as text, one a line.
    public func evaluate(_ source: [UInt8], name: String) -> ScriptOutcome {
        finish {
            let values = try state.evaluate(source, name: name)
            if !values.isEmpty { environment.print(try values.map { try ValueText.text($0, environment) }.joined(separator: "\t") + "\n") }
        }
    }

    /// Whether the text is the beginning of a statement.
    public func isIncomplete(_ source: [UInt8]) -> Bool {
        do {
            _ = try state.evaluationFunction(source, name: "repl")
            return false
        } catch let error as ScriptError {
            guard error.code == .syntax(incomplete: true) else { return false }
            // A string in quotation marks ends with its line, unless that ends with a backslash.
            return !error.message.hasPrefix("unfinished string") || source.last == UInt8(ascii: "\\") || source.suffix(2) == Array("\\z".utf8)[...]
        } catch {
            return false
        }
    }

    /// Lets the session go on after a statement that was interrupted.
    public func revive() {
        session.cancellation.reset()
        session.control.clear()
        state.revive()
        Interruption.forget()
    }

    /// Where the script has looked for files.
    var readPaths: Set<String> { job.readPaths }

    /// The run's id, where the script is a job's.
    var lastRunID: String? { job.lastRunID }

    /// Runs the body of the script and ends its job accordingly.
    func finish(_ body: () throws -> Void) -> ScriptOutcome {
        defer { LuaState.flush() }
        defer { publishErrorRecords() }
        do {
            do {
                try body()
            } catch let exit as ScriptExit {
                if exit.status != 0 {
                    try job.fail(.failed, error: "the script called os.exit(\(exit.status))")
                    environment.reportProblems()
                    return .exited(exit.status)
                }
            }
            // Whoever interrupts the last statement, while it waits for somebody else, means the run.
            try session.cancellation.check()
            try job.succeed()
            environment.reportProblems()
            return .succeeded
        } catch {
            LuaState.flush()
            environment.reportProblems()
            let state: RunState =
                switch Interruption.reason(of: error) {
                case .timedOut?: .timeout
                case .interrupted?: .stopped
                default: .failed
                }
            do {
                try job.fail(state, error: "\(error)")
            } catch let second {
                session.log.warning("after the error: \(second)")
            }
            if job.hasCommitted { session.log.warning("what job:commit() had committed by then stands: its data is visible, and its bookmark has moved") }
            return .failed(error)
        }
    }

    /// Error records are what a person wants to see of a run that failed: they are written whether it did or not.
    private func publishErrorRecords() {
        guard let quarantine else { return }
        do {
            try quarantine.publish(run: job.lastRunID)
            for (path, count) in quarantine.takeReport() {
                session.log.warning("\(count) error record\(count == 1 ? "" : "s") written to \(path)")
            }
        } catch {
            session.log.error("the error records could not be written: \(error)")
        }
    }
}
