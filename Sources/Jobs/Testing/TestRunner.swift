internal import Columnar
internal import Connectors
internal import Dispatch
internal import Engine
internal import Glibc
internal import Scripting

/// Runs the tests of projects, one after the other, each in an interpreter, a home and a working folder of its own.
public final class TestRunner {
    private let options: TestOptions
    private unowned let observer: any TestObserver
    private let workers: WorkerPool
    private var stores: [TestProject: SnapshotStore] = [:]
    /// Called on another thread when a test hangs outside of Lua and cannot be ended: the results so far are all that there will be.
    public var whenStuck: @Sendable () -> Void = {}
    private let isLeft = Locked(false)
    /// The lines that ran, where they were counted.
    public let coverage: CoverageRecord?
    public private(set) var results: [TestResult] = []
    /// Whether Ctrl-C or a limit ended the run before its tests did.
    public private(set) var isInterrupted = false

    /// The moment at which every test begins: 2026-01-01 00:00:00 UTC.
    public static let start: Int64 = 1_767_225_600_000_000
    private static let seed: UInt64 = 20_260_101

    public init(_ options: TestOptions, observer: any TestObserver) {
        (self.options, self.observer) = (options, observer)
        coverage = options.countsLines ? CoverageRecord() : nil
        workers = WorkerPool(count: options.session.threads ?? WorkerPool.processorCount)
    }

    /// Runs the tests of some files in their order.
    public func run(_ files: [TestProject.File]) throws {
        let zone = getenv("TZ").map { String(cString: $0) }
        // Dates in local time are those of every other machine.
        setenv("TZ", "UTC", 1)
        tzset()
        defer {
            WallClock.resume()
            Chance.fix(nil)
            if let zone { setenv("TZ", zone, 1) } else { unsetenv("TZ") }
            tzset()
        }
        var helpers = Set<String>()
        var silent: [TestProject.File] = []
        for file in files where !isOver {
            guard let found = try collect(file) else { continue }
            helpers.formUnion(found.modules)
            if found.names.isEmpty { silent.append(file) }
            let wanted = found.names.indices.filter { matches(file, found.names[$0]) }
            if wanted.isEmpty { continue }
            observer.begins(file.name)
            for index in wanted where !isOver { report(try run(file, index, named: found.names[index])) }
        }
        for file in silent where !helpers.contains(file.path) { observer.warn("\(file.name) has no tests: a test is test(\"name\", function() ... end)") }
    }

    private var isOver: Bool { isInterrupted || options.stopsAtFailure && results.contains(where: \.isFailure) }

    private func matches(_ file: TestProject.File, _ name: String) -> Bool {
        guard let filter = options.filter else { return true }
        return "\(file.name) \(name)".lowercased().contains(filter.lowercased())
    }

    private func report(_ result: TestResult) {
        results.append(result)
        observer.ended(result)
    }

    // MARK: Files

    /// The names of a file's tests, and the modules that it asks for; nil for a file that cannot be run, which is reported as a failure.
    private func collect(_ file: TestProject.File) throws -> (names: [String], modules: [String])? {
        var names: [String] = []
        var modules: [String] = []
        let result = try attempt(file, test: nil, line: nil) { script, host in
            let suite = try load(file, script, host)
            names = suite.tests.map(\.name)
            modules = Array(script.environment.modulePaths.values)
        }
        if result.isFailure {
            if !isInterrupted {
                observer.begins(file.name)
                report(result)
            }
            return nil
        }
        return (names, modules)
    }

    private func load(_ file: TestProject.File, _ script: ScriptRun, _ host: TestCase) throws -> TestSuite {
        script.environment.furtherModuleFolders = [file.project.root]
        let suite = try ScriptAPI.installTesting(script.environment, host: host)
        guard let source = try LocalFile.contents(of: file.path) else { throw JobError(.invalidOption, "the file \(file.name) is gone") }
        if source.prefix(4096).contains(0) { throw JobError(.invalidOption, "\(file.name) is no Lua script: it holds binary data") }
        try script.state.run(source, name: file.name)
        suite.close()
        return suite
    }

    private func run(_ file: TestProject.File, _ index: Int, named name: String) throws -> TestResult {
        var line: Int?
        return try attempt(file, test: name, line: { line }) { script, host in
            let suite = try load(file, script, host)
            guard index < suite.tests.count, suite.tests[index].name == name else {
                throw JobError(.invalidOption, "the file registers other tests than when it was first read; tests must not depend on chance or on what other tests did")
            }
            let test = suite.tests[index]
            line = test.line
            if let reason = test.skipped { throw SkippedTest(reason: reason) }
            try suite.run(test)
        }
    }

    // MARK: One test

    /// Runs a body in a fresh sandbox.
    private func attempt(
        _ file: TestProject.File, test: String?, line: (() -> Int?)?, _ body: (ScriptRun, TestCase) throws -> Void
    ) throws -> TestResult {
        let sandbox = try TestSandbox()
        var keeps = options.keeps && test != nil
        defer { sandbox.leave(keeping: keeps) }
        try sandbox.enter()
        WallClock.stop(at: Self.start)
        Chance.fix(Self.seed)

        var own = options.session
        own.home = sandbox.home
        own.timeoutNanoseconds = nil
        own.countsLines = options.countsLines && test != nil
        if own.countsLines { own.lifts = false }
        let (output, log) = (CapturedText(), CapturedText())
        let session = Session(own, log: CapturedLog(log, level: own.logLevel), workers: workers)
        session.watch()
        let store = stores[file.project] ?? SnapshotStore(file.project, options.snapshots)
        stores[file.project] = store
        let host = TestCase(session, file, test: test ?? "", output: output, log: log, snapshots: store, coverage: own.countsLines ? coverage : nil)

        // The thread that this runner works on hangs when that is called.
        nonisolated(unsafe) let runner = self
        let folder = sandbox.folder
        let watchdog = Watchdog(session, nanoseconds: options.limitNanoseconds) { [isLeft] in
            isLeft.withLock { $0 = true }
            runner.leave(file, test, folder)
        }
        let began = ContinuousClock.now
        var outcome = TestResult.Outcome.passed
        do {
            let script = try ScriptRun(session, name: file.name, arguments: [], folder: LocalPath.parent(of: file.path), write: { output.write($0) })
            defer { script.close() }
            let ended = script.finish {
                do {
                    try body(script, host)
                } catch let exit as ScriptExit {
                    throw PlainFailure("the \(test == nil ? "file" : "test") called os.exit(\(exit.status))")
                }
            }
            if own.countsLines { coverage?.add(script.state.lineCounts, of: script.environment.modulePaths, in: file.project) }
            if case .failed(let error) = ended { outcome = self.outcome(of: error) }
        } catch {
            outcome = self.outcome(of: error)
        }
        let elapsed = (ContinuousClock.now - began).components
        watchdog.end()
        // The end is being told on another thread.
        while isLeft.withLock({ $0 }) { sleep(1) }
        if case .failed = outcome {} else if !options.keeps { keeps = false }
        return TestResult(
            file: file.name, name: test, line: line?(), outcome: outcome, nanoseconds: Int(elapsed.seconds) * 1_000_000_000 + Int(elapsed.attoseconds / 1_000_000_000),
            output: output.content, log: log.content, snapshots: host.written, folder: keeps ? sandbox.folder : nil)
    }

    /// Counts a test that hangs as failed, and tells the end.
    private func leave(_ file: TestProject.File, _ test: String?, _ folder: String) {
        let words = "the \(test == nil ? "file" : "test") did not end when its time was over: it waits outside of Lua; the tests behind it were not run"
        report(
            TestResult(
                file: file.name, name: test, line: nil, outcome: .failed(TestFailure(words)), nanoseconds: options.limitNanoseconds, output: "", log: "", snapshots: [], folder: nil))
        whenStuck()
        if !options.keeps { try? LocalPath.removeTree(folder) }
        _exit(1)
    }

    private func outcome(of error: any Error) -> TestResult.Outcome {
        if let skip = error as? SkippedTest ?? (error as? ScriptError)?.underlying as? SkippedTest { return .skipped(skip.reason) }
        switch Interruption.reason(of: error) {
        case .interrupted?:
            isInterrupted = true
            return .failed(TestFailure("the test was interrupted"))
        case .timedOut?:
            let place = (error as? ScriptError).flatMap { script in script.file.map { file in " in \(file)" + (script.line.map { ":\($0)" } ?? "") } } ?? ""
            return .failed(TestFailure("the test took longer than \(Quantity.elapsed(Double(options.limitNanoseconds) / 1e9))\(place); give it more time with --timeout"))
        default: return .failed(TestFailure(error))
        }
    }
}

/// Ends a test that takes too long, then the programs that it waits for, and at last the run.
private final class Watchdog {
    private let items: [DispatchWorkItem]

    init(_ session: Session, nanoseconds: Int, whenStuck: @escaping @Sendable () -> Void) {
        let (cancellation, control) = (session.cancellation, session.control)
        let first = DispatchWorkItem {
            cancellation.cancel(.timedOut)
            control.stop(.timedOut)
        }
        let children = DispatchWorkItem { Self.endDescendants(of: getpid()) }
        let last = DispatchWorkItem(block: whenStuck)
        items = [first, children, last]
        let limit = DispatchTime.now() + .nanoseconds(nanoseconds)
        DispatchQueue.global().asyncAfter(deadline: limit, execute: first)
        DispatchQueue.global().asyncAfter(deadline: limit + .seconds(1), execute: children)
        DispatchQueue.global().asyncAfter(deadline: limit + .seconds(10), execute: last)
    }

    /// Kills what a process has started, and what that has started.
    private static func endDescendants(of process: pid_t, depth: Int = 0) {
        let tasks = "/proc/\(process)/task"
        guard depth < 20, let threads = try? LocalPath.names(in: tasks) else { return }
        for thread in threads {
            guard let text = try? LocalPath.readSmallFile("\(tasks)/\(thread)/children") else { continue }
            for child in text.split(whereSeparator: \.isWhitespace).compactMap({ pid_t($0) }) {
                endDescendants(of: child, depth: depth + 1)
                kill(child, SIGKILL)
            }
        }
    }

    func end() { for item in items { item.cancel() } }
}
