internal import Columnar
internal import Connectors
internal import Glibc
internal import Scripting

/// What one test asks of its surroundings.
final class TestCase: TestHost {
    private let session: Session
    private let file: TestProject.File
    private let test: String
    private let output: CapturedText
    private let log: CapturedText
    private let snapshots: SnapshotStore
    private let coverage: CoverageRecord?
    private var unnamed = 0
    /// Snapshots that were written.
    private(set) var written: [String] = []

    init(_ session: Session, _ file: TestProject.File, test: String, output: CapturedText, log: CapturedText, snapshots: SnapshotStore, coverage: CoverageRecord?) {
        (self.session, self.file, self.test, self.output, self.log, self.snapshots, self.coverage) = (session, file, test, output, log, snapshots, coverage)
    }

    var fixtureFolder: String { file.project.fixtureFolder }

    func runJob(_ script: String, arguments: [String]) throws -> JobRunReport {
        let path = LocalPath.absolute(script, from: file.project.root)
        guard let source = try LocalFile.contents(of: path) else {
            let names = (try? LocalPath.names(in: LocalPath.parent(of: path))) ?? []
            throw JobError(.invalidOption, "there is no script '\(script)' in the project\(Suggestion.hint(for: LocalPath.name(of: path), in: names)) (looked for \(path))")
        }
        let name = file.project.name(of: path)
        let (begin, logBegin) = (output.end, log.end)
        let run = try ScriptRun(session, name: name, arguments: arguments, folder: LocalPath.parent(of: path), write: { [output] in output.write($0) })
        defer { run.close() }
        run.environment.furtherModuleFolders = [file.project.root]
        let outcome = run.run(source, name: name)
        coverage?.add(run.state.lineCounts, of: [name: path].merging(run.environment.modulePaths) { $1 }, in: file.project)
        var error: String?
        var diagnostic: Diagnostic?
        switch outcome {
        case .succeeded: break
        case .exited(let status): if status != 0 { error = "the script called os.exit(\(status))" }
        case .failed(let problem):
            if Interruption.reason(of: problem) != nil { throw problem }
            (error, diagnostic) = ("\(problem)", Diagnostic(problem))
        }
        let totals = run.environment.totals
        return JobRunReport(
            script: name, status: error == nil ? "SUCCEEDED" : "FAILED", exitStatus: Int(outcome.status), output: output.content(from: begin), error: error, diagnostic: diagnostic,
            log: log.content(from: logBegin), rowsRead: totals.rowsRead, rowsWritten: totals.rowsWritten, errorRecords: run.environment.errorRecordCount, runID: run.lastRunID)
    }

    func snapshot(_ name: String?, text: String) throws -> SnapshotCheck {
        if name == nil { unnamed += 1 }
        return try snapshots.check(name, number: unnamed, text: text, test: test, file: file) { written.append($0) }
    }

    func crawl(_ path: String, database: String) throws { _ = try session.crawl(path, exclusions: [], database: database, prefix: "", isDryRun: false) }
}
