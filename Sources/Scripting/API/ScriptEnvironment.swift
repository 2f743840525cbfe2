internal import Catalog
internal import Columnar
internal import Connectors
public import Engine
public import Logging

/// What a running script's objects share: the interpreter, the engine's threads, the job, the log.
public final class ScriptEnvironment: @unchecked Sendable {
    // Sendable: touched on the script's thread; what workers need of it is Sendable by itself.
    public let state: LuaState
    public let workers: WorkerPool
    public let cancellation: Cancellation
    public let job: any JobContext
    public let log: Logger
    /// Whether user functions may be compiled to expressions.
    public let lifts: Bool
    /// Where relative module names and paths of the script are looked up.
    public let scriptFolder: String
    /// How many rows of each source of files are read; nil for all.
    public var sampleRows: Int?
    /// Whether lines are counted: then functions of rows run as they are, on the script's thread.
    public var countsLines = false
    /// Folders where modules are looked for that do not stand beside the script.
    public var furtherModuleFolders: [String] = []
    /// The files of the script's modules, by the names that errors call them.
    public internal(set) var modulePaths: [String: String] = [:]
    /// The words behind the script's name on the command line.
    public let arguments: [String]
    public let counters = ExecutionCounters()
    /// How far the action that runs has come.
    public let progress = Progress()
    /// Whether actions print their plans instead of running them.
    public let explains: Bool
    /// Whether printed plans say how many rows their nodes are thought to give.
    public let estimates: Bool
    /// Whether actions note where their time goes.
    public var profiles: Bool
    /// Takes the plans of actions that are explained; nil where they are printed.
    public var explained: ((ExplainedAction) -> Void)?
    /// What the actions have noted, in their order, with the wall time of each.
    public private(set) var profiled: [(profile: Profile, nanoseconds: Int)] = []

    /// What the actions so far have read and written.
    public internal(set) var totals = RunTotals()

    /// What queries see: views, tables, settings.
    private(set) lazy var sql = SQLSession(self)
    /// The script's `spark`: settings, temporary views, the current database.
    private(set) lazy var spark = SparkSession(self)

    /// Takes the error records of all actions; nil where they are only counted.
    public let quarantine: Quarantine?
    /// How many error records the run may have; nil for any number.
    public let errorRecordLimit: Int?
    /// The most error records that a run of each stage had: an action that reads a frame again finds the same ones again.
    private var errorCounts: [ObjectIdentifier: Int] = [:]
    /// The error records of the script so far.
    public var errorRecordCount: Int { errorCounts.values.reduce(0, +) }

    /// What the last complete run of each stage found wrong, for the report at the end.
    private var problems: [ObjectIdentifier: (order: Int, text: String)] = [:]

    public init(
        state: LuaState, workers: WorkerPool, cancellation: Cancellation, job: any JobContext, log: Logger, lifts: Bool, scriptFolder: String,
        arguments: [String], explains: Bool = false, estimates: Bool = false, profiles: Bool = false,
        quarantine: Quarantine? = nil, errorRecordLimit: Int? = nil
    ) {
        (self.quarantine, self.errorRecordLimit) = (quarantine, errorRecordLimit)
        (self.explains, self.estimates, self.profiles) = (explains, estimates, profiles)
        (self.state, self.workers, self.cancellation, self.job, self.log) = (state, workers, cancellation, job, log)
        (self.lifts, self.scriptFolder, self.arguments) = (lifts, scriptFolder, arguments)
    }

    /// The rows of a source of files: all, or the first where the run is one on a sample.
    func scan(_ source: FileSource, options: StageOptions = StageOptions()) -> PlanNode {
        let scan = ScanNode(source, options: options)
        return sampleRows.map { LimitNode(scan, count: $0, options: options) } ?? scan
    }

    /// Runs an action with a context of its own, and notes what it found wrong.
    ///
    /// - Parameters:
    ///   - action: what the action does, for `explain` and profiles; the function that the script called if not given.
    ///   - own: what may end the action besides what ends the script; it must pass on the latter.
    func run<R>(_ action: String? = nil, cancellation own: Cancellation? = nil, _ body: (ExecutionContext) throws -> R) throws -> R {
        let cancellation = own ?? self.cancellation
        let spilling = SpillPolicy(folder: job.home.path + "/tmp")
        let sink = explains ? nil : quarantine?.begin()
        let call = state.currentCall
        let place = call?.file.map { file in " " + file + (call?.line.map { ":\($0)" } ?? "") } ?? ""
        let title = (action ?? call?.name ?? "run") + place
        let name = Self.plain(action ?? call?.name ?? "run")
        let progress = explains ? nil : self.progress.begin(name)
        defer { if let progress { self.progress.end(progress) } }
        guard explains || profiles else {
            let context = ExecutionContext(
                workers: workers, cancellation: cancellation, spilling: spilling, errorSink: sink, errorLimit: errorRecordLimit, progress: progress)
            return try run(context, sink, body)
        }
        if explains {
            return try run(ExecutionContext(workers: workers, cancellation: cancellation, explain: { [self] plan in
                let plain = ExecutionContext(workers: workers, cancellation: cancellation)
                func text() -> String { estimates ? plan.descriptionWithEstimates(plain) : plan.description }
                guard let explained else { return print("\(title)\n\(text())\n\n") }
                explained(ExplainedAction(action: name, site: place.isEmpty ? nil : String(place.dropFirst()), plan: plan.report(plain), text: text()))
            }), nil, body)
        }
        let profile = Profile(action: title)
        let start = ContinuousClock.now
        defer {
            let elapsed = (ContinuousClock.now - start).components
            profiled.append((profile, Int(elapsed.seconds) * 1_000_000_000 + Int(elapsed.attoseconds / 1_000_000_000)))
        }
        let context = ExecutionContext(
            workers: workers, cancellation: cancellation, spilling: spilling, profile: profile, errorSink: sink, errorLimit: errorRecordLimit,
            progress: progress)
        return try run(context, sink, body)
    }

    /// An action's title without the comma before its place.
    private static func plain(_ title: String) -> String { title.hasSuffix(",") ? String(title.dropLast()) : title }

    private func run<R>(_ context: ExecutionContext, _ sink: Quarantine.Action?, _ body: (ExecutionContext) throws -> R) throws -> R {
        let result: R
        do {
            defer { note(context, sink) }
            result = try body(context)
        }
        if let limit = errorRecordLimit, errorRecordCount > limit, let found = context.errors.summary.first {
            throw PlanError.tooManyErrorRecords(limit: limit, count: errorRecordCount, stage: found.stage.label, first: found.first, record: context.errors.firstRecord(of: found.stage))
        }
        return result
    }

    private func note(_ context: ExecutionContext, _ sink: Quarantine.Action?) {
        if let sink { quarantine?.end(sink) }
        totals.rowsRead += context.counters.rowsRead
        totals.bytesRead += context.counters.bytesRead
        for (node, count, first) in context.errors.summary {
            errorCounts[ObjectIdentifier(node)] = max(count, errorCounts[ObjectIdentifier(node)] ?? 0)
            // A row that a query's function raises on ends the run, and is told with that.
            if !node.options.function.isEmpty { continue }
            let record = context.errors.firstRecord(of: node).map { "; the record: \($0)" } ?? ""
            // Values of CSV files are text, and Lua compares none with numbers.
            let comparesText = first.hasSuffix("attempt to compare number with string") || first.hasSuffix("attempt to compare string with number")
            let text = "\(node.label): \(count) error record\(count == 1 ? "" : "s"); the first: \(first)\(record)" + (comparesText ? "; compare tonumber(r.field) where the field is text" : "")
            problems[ObjectIdentifier(node)] = (problems[ObjectIdentifier(node)]?.order ?? problems.count, text)
            kept.append(node)
        }
        for (node, failures) in context.counters.castFailures {
            let columns = failures.counts.sorted { $0.key < $1.key }.map { "\($0.value) of '\($0.key)'" }.joined(separator: ", ")
            problems[ObjectIdentifier(node)] = (
                problems[ObjectIdentifier(node)]?.order ?? problems.count, "\(node.label): values that could not be cast became null: \(columns)"
            )
            kept.append(node)
        }
        for found in context.counters.unreadColumns {
            let columns = found.files.map { "'\($0.column)' of \($0.first)" + ($0.count > 1 ? " and \($0.count - 1) more file\($0.count > 2 ? "s" : "")" : "") }
            skippedColumns[ObjectIdentifier(found.node)] = "\(found.node.label): columns of files that are not read, as the source has none of their names: \(columns.joined(separator: ", "))"
            kept.append(found.node)
        }
        for (node, watch) in context.counters.fieldWatches {
            guard let missing = watch.missing else { continue }
            let id = ObjectIdentifier(node)
            // A node that is gone may have left its identity to another.
            let before = unread[id].flatMap { $0.owner === node ? $0 : nil }
            // What one action finds, another may have missed: it read less.
            unread[id] = UnreadFields(node, before.map { $0.paths.filter(missing.contains) } ?? missing, order: before?.order ?? unread.count, effect: watch.reads.effect)
        }
    }

    private var skippedColumns: [ObjectIdentifier: String] = [:]

    /// The fields that transforms asked for by name and no record had, by the transform's node.
    private var unread: [ObjectIdentifier: UnreadFields] = [:]

    /// Nodes that problems are noted of, so that their identity stays theirs.
    private var kept: [PlanNode] = []

    /// What a script or the catalog names, where the script may reach it: anywhere, but for a sandboxed script below the allowed roots alone.
    ///
    /// The roots of a sandbox are the folders of the setting `sandbox_roots` (paths with `:` between), else the working directory; the home's `s3`
    /// folder and the `warehouse` of tables always are. Links are resolved first, so that none leads out.
    func locate(_ name: String) throws -> StorageLocation {
        let location = try job.home.locate(name)
        guard state.options.sandbox else { return location }
        let setting = job.home.setting("sandbox_roots")
        let folders = setting.map { $0.split(separator: ":").map(String.init) } ?? [LocalPath.workingDirectory]
        let roots = (folders.map { LocalPath.absolute($0) } + [job.home.path + "/s3", job.home.path + "/warehouse"]).map { LocalPath.resolvingLinks($0) }
        let real = LocalPath.resolvingLinks(location.path)
        guard roots.contains(where: { LocalPath.contains($0, real) }) else {
            throw APIError("'\(name)' lies outside the folders that a sandboxed script may reach (\(folders.joined(separator: ", ")))", .outsideSandbox)
        }
        return location
    }

    /// The screen that pictures and tables are drawn for.
    public var screen = ScreenShape()
    /// Takes what a script displays, where that is more than text: a notebook's. Nil where text is all there is.
    public var displays: ((any Displayable) throws -> Void)?

    /// Shows something to whoever looks at the script.
    public func display(_ thing: any Displayable) throws {
        if let displays { return try displays(thing) }
        print(try thing.text(on: screen))
    }

    /// Writes text where the script's `print` writes.
    public func print(_ text: String) { state.print(text) }

    /// A value as Lua's `tostring` gives it.
    public func text(of value: LuaValue) throws -> String { try state.text(of: value) }

    /// Forgets what actions have noted so far.
    public func forgetProfiles() { profiled = [] }

    /// Logs what went wrong with records, stage by stage: called at the end of a run, or of each line of a session; nothing is said twice.
    public func reportProblems() {
        for problem in problems.values.sorted(by: { $0.order < $1.order }) where reported.insert(problem.text).inserted { log.warning("\(problem.text)") }
        for text in skippedColumns.values.sorted() where reported.insert(text).inserted { log.warning("\(text)") }
        for fields in unread.values.sorted(by: { $0.order < $1.order }) where !fields.paths.isEmpty {
            for text in fields.warnings(in: self) where reported.insert(text).inserted { log.warning("\(text)") }
        }
    }

    private var reported = Set<String>()
}

/// An action that was not run, and the plan that it would have run.
public struct ExplainedAction: Encodable, Sendable {
    /// What the action does: `DynamicFrame:count`, `write parquet to out/ by day,`.
    public let action: String
    /// Where the script asked for it.
    public let site: String?
    public let plan: PlanReport
    /// The plan as a tree of lines.
    public let text: String

    private enum CodingKeys: String, CodingKey { case action, site, plan }
}

/// What a run has read and written.
public struct RunTotals: Sendable, Equatable {
    public var rowsRead = 0
    /// Bytes of input, compressed as they were.
    public var bytesRead = 0
    public var rowsWritten = 0
}
