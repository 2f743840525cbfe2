internal import ArgumentParser
internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Glibc
internal import Jobs
internal import Logging

/// `mastic job run`: a run of a defined job, followed to its end.
struct JobRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a job of the catalog and shows its output.",
        discussion: """
            The run is recorded, retried and logged as any other; mastic serve does the work where it is there, else this command does. Arguments that this
            command does not know are the run's own and stand above the job's.

            Examples:
              mastic job run load_sales
              mastic job run load_sales --day 2026-01-31 --detach
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "The job.") var name: String
    @Flag(help: "Print the run's id and leave the rest to mastic serve.") var detach = false
    @Argument(parsing: .allUnrecognized, help: "Arguments of the run: --KEY VALUE ...") var arguments: [String] = []

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let home = try session.home
        _ = try DefinitionNames.require(JobRecord.self, name, in: home.catalog)
        let orders = SchedulingOrders(home)
        let id = try orders.startJob(name, arguments: try RunArguments.pairs(arguments), timeout: common.timeout.map { Double($0.nanoseconds) / 1e9 })
        if detach {
            print(id)
            if !orders.isScheduled { session.log.warning("nobody schedules at this home; the run waits for mastic serve") }
            return
        }
        throw ExitStatus(try RunWatch(session, isQuiet: common.quiet).follow(id))
    }
}

/// `mastic crawler run`.
struct CrawlerRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a crawler of the catalog.", discussion: "Example:\n  mastic crawler run sales_files")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The crawler.") var name: String
    @Flag(help: "Print the run's id and leave the rest to mastic serve.") var detach = false

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let home = try session.home
        _ = try DefinitionNames.require(CrawlerRecord.self, name, in: home.catalog)
        let id = try SchedulingOrders(home).startCrawler(name)
        if detach { return print(id) }
        throw ExitStatus(try RunWatch(session, isQuiet: common.quiet).follow(id))
    }
}

/// `mastic job stop`.
struct JobStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops a run: at once if it waits, soon if it works.", discussion: "Example:\n  mastic job stop jr_3f2a9c")
    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The run's id, or its beginning.", valueName: "run")) var runID: String

    func run() throws {
        let session = Session(common.sessionOptions)
        let home = try session.home
        let id = try DefinitionNames.run(runID, in: home.catalog).id
        try SchedulingOrders(home).stopRun(id)
        try RunFollower(home, log: session.log).wait { try home.catalog.run(id)?.state.isFinal ?? true }
        if !common.quiet { StandardOutput.writeError("run \(id) ended: \(try home.catalog.run(id)?.state.rawValue ?? "")\n") }
    }
}

/// `mastic job exec`: the process of a run, started by the scheduler.
struct JobExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "exec", abstract: "Does the work of a recorded run.", shouldDisplay: false)
    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The run's id.", valueName: "run")) var runID: String

    func run() throws {
        throw ExitStatus(try RunExecution.perform(runID, home: try Home.resolve(option: common.home), options: common.sessionOptions))
    }
}

/// `mastic workflow run`.
struct WorkflowRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a workflow and shows how its nodes end.",
        discussion: """
            Arguments that this command does not know are properties of the run: its jobs get them where they have no argument of the name.

            Examples:
              mastic workflow run nightly
              mastic workflow run nightly --day 2026-01-31
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "The workflow.") var name: String
    @Flag(help: "Print the run's id and leave the rest to mastic serve.") var detach = false
    @Argument(parsing: .allUnrecognized, help: "Properties of the run: --KEY VALUE ...") var properties: [String] = []

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let home = try session.home
        _ = try DefinitionNames.require(WorkflowRecord.self, name, in: home.catalog)
        let id = try SchedulingOrders(home).startWorkflow(name, properties: try RunArguments.pairs(properties))
        if detach { return print(id) }
        throw ExitStatus(try RunWatch(session, isQuiet: common.quiet).followWorkflow(id))
    }
}

/// `mastic workflow stop`.
struct WorkflowStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops a workflow's run: what works is stopped, what waits never starts.",
        discussion: "Example:\n  mastic workflow stop nightly --run wr_3f2a9c")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The workflow.") var name: String
    @Option(name: .customLong("run"), help: ArgumentHelp("The run's id, or its beginning; the newest if not given.", valueName: "run")) var runID: String?

    func run() throws {
        let session = Session(common.sessionOptions)
        let home = try session.home
        let run = try WorkflowRuns.find(runID, of: name, in: home)
        try SchedulingOrders(home).stopWorkflowRun(run.id)
        try RunFollower(home, log: session.log).wait { try home.catalog.workflowRun(run.id)?.state != .stopping }
        if !common.quiet { StandardOutput.writeError("run \(run.id) ended: \(try home.catalog.workflowRun(run.id)?.state.rawValue ?? "")\n") }
    }
}

/// `mastic workflow resume`.
struct WorkflowResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Runs again what failed in a workflow's run, and all that comes after it.",
        discussion: """
            The other nodes count as they ended.

            Examples:
              mastic workflow resume nightly
              mastic workflow resume nightly --run wr_3f2a9c --node load_sales
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "The workflow.") var name: String
    @Option(name: .customLong("run"), help: ArgumentHelp("The run's id, or its beginning; the newest if not given.", valueName: "run")) var runID: String?
    @Option(name: .customLong("node"), help: ArgumentHelp("A job or crawler to run again; those that did not succeed if not given. Can be repeated.", valueName: "name")) var nodes: [String] = []
    @Flag(help: "Print the run's id and leave the rest to mastic serve.") var detach = false

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let home = try session.home
        let old = try WorkflowRuns.find(runID, of: name, in: home)
        let (id, first) = try SchedulingOrders(home).resumeWorkflowRun(old.id, nodes: nodes.isEmpty ? nil : nodes)
        if !common.quiet { StandardOutput.writeError("resumed \(old.id) as \(id), beginning with \(first.joined(separator: ", "))\n") }
        if detach { return print(id) }
        throw ExitStatus(try RunWatch(session, isQuiet: common.quiet).followWorkflow(id))
    }
}

enum WorkflowRuns {
    /// The run that a command names, or the newest.
    static func find(_ prefix: String?, of workflow: String, in home: Home) throws -> WorkflowRunRecord {
        _ = try DefinitionNames.require(WorkflowRecord.self, workflow, in: home.catalog)
        if let prefix { return try DefinitionNames.workflowRun(prefix, of: workflow, in: home.catalog) }
        guard let newest = try home.catalog.workflowRuns(of: workflow, limit: 1).first else {
            throw InputError(description: "workflow '\(workflow)' has not run yet", errorCode: .noSuchDefinition, advice: "mastic workflow run \(workflow) runs it")
        }
        return newest
    }
}

/// Arguments of runs as people type them.
enum RunArguments {
    /// `--KEY VALUE` and `--KEY=VALUE` as pairs.
    static func pairs(_ words: [String]) throws -> [String: String] {
        var pairs: [String: String] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.count > 2 else { throw ValidationError("an argument of the run is written --KEY VALUE, this is '\(word)'") }
            if let equals = word.firstIndex(of: "=") {
                pairs[String(word[..<equals])] = String(word[word.index(after: equals)...])
            } else if let value = rest.popFirst() {
                pairs[word] = value
            } else {
                throw ValidationError("'\(word)' has no value; an argument of the run is written --KEY VALUE")
            }
        }
        return pairs
    }
}

/// Shows runs while they work.
struct RunWatch {
    private let session: Session
    private let isQuiet: Bool

    init(_ session: Session, isQuiet: Bool) { (self.session, self.isQuiet) = (session, isQuiet) }

    /// Prints a run's log as it grows, and those of its retries.
    ///
    /// - Returns: the exit status of the contract. An interrupt stops the run.
    func follow(_ first: String) throws -> Int32 {
        let home = try session.home
        var id = first
        var log: LogFile?
        var isStopping = false
        var last: RunRecord?
        try RunFollower(home, log: session.log).wait {
            if session.cancellation.reason != .none, !isStopping {
                isStopping = true
                try? SchedulingOrders(home).stopRun(id)
            }
            let run = try home.catalog.run(id)
            if log == nil { log = LogFile(RunLog(home, run: id).path) }
            while let bytes = log?.next() { LogFile.show(bytes) }
            guard let run, run.state.isFinal else { return run == nil }
            last = run
            // Until it is settled nobody knows whether it is tried again.
            guard run.isSettled else { return false }
            guard run.isSuperseded, let next = try home.catalog.run(withKey: "\(id)/retry") else { return true }
            say("run \(id) ended: \(run.state.rawValue)\(run.error.map { ": " + firstLine($0) } ?? ""); attempt \(next.attempt + 1) follows")
            id = next.id
            log = nil
            return false
        }
        guard let last else { return 1 }
        let took = (last.finished ?? 0) - (last.details.began ?? last.started)
        var text = "run \(last.id) ended: \(last.state.rawValue) after \((took * 10).rounded() / 10) s"
        if last.state != .failed, let error = last.error { text += ": " + error }
        if let note = last.details.note { text += " (\(note))" }
        say(text)
        return switch last.state {
        case .succeeded: 0
        case .timeout: 124
        case .stopped: isStopping ? 130 : 1
        default: 1
        }
    }

    /// Says how the nodes of a workflow's run begin and end.
    ///
    /// - Returns: 0 when the run came to its end and every node succeeded.
    func followWorkflow(_ id: String) throws -> Int32 {
        let home = try session.home
        var states: [String: RunState] = [:]
        var isStopping = false
        var end: WorkflowRunRecord?
        try RunFollower(home, log: session.log).wait {
            if session.cancellation.reason != .none, !isStopping {
                isStopping = true
                try? SchedulingOrders(home).stopWorkflowRun(id)
            }
            let workflow = try home.catalog.workflowRun(id)
            for run in try home.catalog.runs(inChain: id) where states[run.id] != run.state {
                states[run.id] = run.state
                if run.state == .waiting || run.state == .starting { continue }
                var text = "\(run.state.rawValue)  \(run.kind == .crawler ? "crawler " : "")\(run.job ?? "")"
                if run.attempt > 0 { text += " (attempt \(run.attempt + 1))" }
                if run.state.isFinal { text += " after \((((run.finished ?? 0) - (run.details.began ?? run.started)) * 10).rounded() / 10) s" }
                if let error = run.error { text += ": " + firstLine(error) }
                say(text)
            }
            end = workflow
            return workflow.map { $0.finished != nil } ?? true
        }
        let runs = try home.catalog.runs(inChain: id).filter { !$0.isSuperseded }
        let failed = runs.filter { $0.state != .succeeded }
        say("run \(id) ended: \(end?.state.rawValue ?? "")\(failed.isEmpty ? "" : ", without success: \(Set(failed.compactMap(\.job)).sorted().joined(separator: ", "))")")
        if isStopping { return 130 }
        return end?.state == .completed && failed.isEmpty ? 0 : 1
    }

    private func say(_ text: String) {
        if !isQuiet { StandardOutput.writeError(Complaint.escaped(text) + "\n") }
    }

    private func firstLine(_ text: String) -> String { String(text.split(separator: "\n", maxSplits: 1).first ?? "") }
}
