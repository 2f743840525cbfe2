internal import CPlatform
internal import Catalog
internal import Columnar
public import Connectors
internal import Engine
internal import Glibc
internal import Logging
internal import Scripting

/// The work of one run that a scheduler recorded, in the process that was started for it.
public enum RunExecution {
    /// The descriptor that holds the run's lock in a process that a scheduler started.
    private static let lockDescriptor: Int32 = 3

    /// Does the run, and records how it ended.
    ///
    /// - Parameter options: what the command line says; the job's definition stands above it.
    /// - Returns: the exit status: 0 done, 1 failed, 124 timed out, 130 stopped.
    public static func perform(_ id: String, home: Home, options: SessionOptions) throws -> Int32 {
        // A person may follow the log while the run works.
        mst_line_buffer_output()
        guard let lock = try RunLock.inherited(home, run: id, descriptor: lockDescriptor) ?? RunLock.acquire(home, run: id) else {
            throw JobError(.alreadyRunning, "run \(id) is being worked on already")
        }
        guard let run = try home.catalog.beginRun(id, processID: getpid()) else {
            throw JobError(.illegalState, "run \(id) is not to be started: \(try home.catalog.run(id)?.state.rawValue ?? "there is none")")
        }
        let status =
            switch run.kind {
            case .job: try work(on: run, lock, home, options)
            case .crawler: try crawl(run, lock, home, options)
            }
        lock.remove()
        return status
    }

    private static func work(on run: RunRecord, _ lock: FileLock, _ home: Home, _ options: SessionOptions) throws -> Int32 {
        guard let job = try home.catalog.definition(JobRecord.self, run.job ?? "") else {
            try home.catalog.endRun(run.id, .error, error: "there is no job '\(run.job ?? "")' any more")
            return 1
        }
        var options = options
        options.memoryBytes = job.memory ?? options.memoryBytes
        options.threads = job.threads ?? options.threads
        options.timeoutNanoseconds = Int(min(run.details.timeout ?? job.timeoutSeconds, 9e9) * 1e9)
        if let policy = job.errorRecords { (options.errorRecordThreshold, options.quarantinePath) = (policy.threshold, policy.quarantinePath) }
        let session = Session(options)
        session.watch()
        let workflow = try run.workflowRun.flatMap { try home.catalog.workflowRun($0) }
        let arguments = JobArguments(job: job, run: run, workflow: workflow).words
        let path = job.command.scriptLocation
        let script: ScriptRun
        let outcome: ScriptOutcome
        do {
            guard let source = try LocalFile.contents(of: try home.locate(path).path) else {
                throw JobError(.notFound, "the job's script '\(path)' is not there (the working directory is \(LocalPath.workingDirectory))")
            }
            script = try ScriptRun(session, name: path, arguments: arguments, adopted: AdoptedRun(record: run, lock: lock))
            outcome = script.run(source, name: path)
        } catch {
            try home.catalog.endRun(run.id, .failed, error: "\(error)")
            DescriptorOutput.write("error: \(error)\n", to: STDERR_FILENO)
            return 1
        }
        let totals = script.environment.totals
        let errorRecords = script.environment.errorRecordCount
        func note(_ details: inout RunDetails) {
            (details.rowsRead, details.bytesRead, details.rowsWritten) = (totals.rowsRead, totals.bytesRead, totals.rowsWritten)
            (details.errorRecords, details.peakMemory) = (errorRecords, peakMemory)
            if case .failed(let error) = outcome, let error = error as? ScriptError { (details.errorFile, details.errorLine) = (error.file, error.line) }
        }
        switch outcome {
        case .succeeded, .exited(0): try home.catalog.endRun(run.id, .succeeded, error: nil, note)
        case .exited(let status): try home.catalog.endRun(run.id, .failed, error: "the script called os.exit(\(status))", note)
        case .failed(let error):
            DescriptorOutput.write("error: \(error)\n", to: STDERR_FILENO)
            let state: RunState =
                switch Interruption.reason(of: error) {
                case .timedOut?: .timeout
                case .interrupted?: .stopped
                default: .failed
                }
            try home.catalog.endRun(run.id, state, error: state == .stopped ? "stopped on request" : "\(error)", note)
        }
        return outcome.status
    }

    private static func crawl(_ run: RunRecord, _ lock: FileLock, _ home: Home, _ options: SessionOptions) throws -> Int32 {
        guard let crawler = try home.catalog.definition(CrawlerRecord.self, run.job ?? "") else {
            try home.catalog.endRun(run.id, .error, error: "there is no crawler '\(run.job ?? "")' any more")
            return 1
        }
        let session = Session(options)
        session.watch()
        do {
            try session.recover()
            var lines: [String] = []
            for target in crawler.targets.s3Targets {
                let report = try session.crawl(
                    target.path, exclusions: target.exclusions ?? [], database: crawler.databaseName, prefix: crawler.tablePrefix ?? "", isDryRun: false)
                for skipped in report.skipped { session.log.warning("\(skipped.path): \(skipped.reason)") }
                lines += report.tables.map { "\($0.action.rawValue) \(crawler.databaseName).\($0.name)" }
            }
            DescriptorOutput.write(lines.map { $0 + "\n" }.joined(), to: STDOUT_FILENO)
            try home.catalog.endRun(run.id, .succeeded, error: nil) { details in
                details.note = lines.joined(separator: ", ")
                details.peakMemory = peakMemory
            }
            return 0
        } catch {
            DescriptorOutput.write("error: \(error)\n", to: STDERR_FILENO)
            let isStopped = Interruption.reason(of: error) == .interrupted
            try home.catalog.endRun(run.id, isStopped ? .stopped : .failed, error: "\(error)") { $0.peakMemory = peakMemory }
            return isStopped ? 130 : 1
        }
    }

    /// Bytes of resident memory that the process has had at most.
    private static var peakMemory: Int { mst_peak_memory() }
}

/// The words that a job's script gets, in Glue's order of precedence: those of the definition that nobody overrides, those of the run, the job's own,
/// and the properties of the workflow's run.
struct JobArguments {
    let words: [String]

    init(job: JobRecord, run: RunRecord, workflow: WorkflowRunRecord?) {
        var all: [String: String] = [:]
        func add(_ arguments: [String: String]?) {
            for (key, value) in arguments ?? [:] { all[key.hasPrefix("--") ? key : "--" + key] = value }
        }
        add(workflow?.properties)
        add(job.defaultArguments)
        add(run.arguments)
        add(job.nonOverridableArguments)
        add(["--JOB_NAME": job.name, "--JOB_RUN_ID": run.id])
        if let workflow { add(["--WORKFLOW_NAME": workflow.workflow, "--WORKFLOW_RUN_ID": workflow.id]) }
        words = all.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }
}
