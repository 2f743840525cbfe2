internal import ArgumentParser
internal import Glibc
internal import Columnar
internal import Connectors
internal import Jobs
internal import Scripting

/// `mastic test`: the tests of a project's jobs.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the tests of a project's jobs.",
        discussion: """
            Tests stand in tests/*.lua of the project: test("name", function() ... end), with expect(frame):toHaveRows{...}, run_job("jobs/x.lua", {...}) and their kin.
            Every test has a home, a working folder and an interpreter of its own, a clock that stands still and the same random numbers each time. --timeout is for each
            test; 60s if not given. Exit status: 0 all passed; 1 one failed, or there are none; 2 wrong usage.

            Examples:
              mastic test
              mastic test tests/sales_test.lua --filter negative
              mastic test --ci --junit report.xml
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Run only tests whose file and name hold this text.", valueName: "text"))
    var filter: String?

    @Option(help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file"))
    var junit: String?

    @Flag(help: "Say which lines of the jobs ran. Functions of rows are interpreted for it.")
    var coverage = false

    @Option(name: .customLong("coverage-report"), help: ArgumentHelp("Write which lines ran in lcov's format.", valueName: "file"))
    var coverageReport: String?

    @Flag(name: .customLong("update-snapshots"), help: "Write all snapshots anew.")
    var updatesSnapshots = false

    @Flag(name: .customLong("ci"), help: "Write no snapshot that is missing, but fail; as if CI=true were set.")
    var isUnattended = false

    @Flag(name: .customLong("fail-fast"), help: "Stop at the first test that fails.")
    var stopsAtFailure = false

    @Flag(help: "Keep the folders of the tests, and say where they are.")
    var keep = false

    @Argument(help: "Folders of projects, folders in their tests, or files of tests; the working folder if none is given.")
    var paths: [String] = []

    func validate() throws {
        if updatesSnapshots, isUnattended { throw ValidationError("--update-snapshots writes snapshots, --ci refuses to: choose one") }
    }

    func run() throws {
        var options = TestOptions(common.sessionOptions)
        options.filter = filter
        options.limitNanoseconds = common.timeout?.nanoseconds ?? 60_000_000_000
        (options.keeps, options.stopsAtFailure) = (keep, stopsAtFailure)
        let variable = getenv("CI").map { String(cString: $0) } ?? ""
        let isCI = isUnattended || !["", "0", "false"].contains(variable.lowercased())
        options.snapshots = updatesSnapshots ? .writesAll : isCI ? .refusesMissing : .writesMissing

        options.countsLines = coverage || coverageReport != nil

        let files = try TestProject.files(at: paths.isEmpty ? ["."] : paths)
        let report = TestReport(showsLines: !common.json && !common.quiet)
        let runner = TestRunner(options, observer: report)
        let start = ContinuousClock.now
        for path in [junit, coverageReport] {
            guard let path, !LocalPath.isFolder(LocalPath.parent(of: LocalPath.absolute(path))) else { continue }
            throw InputError(description: "'\(path)' cannot be written: there is no folder '\(LocalPath.parent(of: path))'", errorCode: .fileNotFound)
        }
        nonisolated(unsafe) let (finished, told) = (runner, report)
        let tell = { @Sendable [self] () throws -> Void in try tellEnd(of: finished, told, since: start) }
        runner.whenStuck = { try? tell() }
        if !files.isEmpty { try runner.run(files) }
        try tell()
        if runner.isInterrupted { throw ExitStatus(130) }
        if runner.results.isEmpty {
            let place = paths.isEmpty ? "tests/" : paths.joined(separator: ", ")
            let all = filter.map { "no test in \(place) has '\($0)' in its file's name or its own" } ?? "no tests found in \(place): a test is test(\"name\", function() ... end) in a file tests/*.lua; mastic new DIR makes a project with some"
            throw InputError(description: all)
        }
        if runner.results.contains(where: \.isFailure) { throw ExitStatus(1) }
    }

    /// Shows what came of the tests, and writes the reports that were asked for.
    private func tellEnd(of runner: TestRunner, _ report: TestReport, since start: ContinuousClock.Instant) throws {
        let elapsed = (ContinuousClock.now - start).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        let covered = try runner.coverage?.files() ?? []
        if common.json {
            StandardOutput.write(try report.json(runner.results, seconds: seconds, coverage: runner.coverage == nil ? nil : covered))
        } else {
            report.finish(runner.results, seconds: seconds)
            if coverage { report.show(covered) }
        }
        LuaState.flush()
        if let junit { try TextFile.write(JUnitReport.text(of: runner.results, seconds: seconds), to: junit) }
        if let coverageReport { try TextFile.write(CoverageRecord.lcov(covered), to: coverageReport) }
    }
}
