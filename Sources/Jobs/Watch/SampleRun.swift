internal import Columnar
internal import Connectors
internal import Engine
internal import Glibc
internal import Logging
public import Scripting

/// A run of a job on a sample of its input, which writes nothing that anybody else sees.
public final class SampleRun {
    /// What the run would have written to one target.
    public struct Output: Sendable {
        /// As the script named it, made absolute.
        public let target: String
        public let rows: Int
        public let files: Int
        public let bytes: Int
        /// The first rows as a table; empty where they cannot be shown.
        public let preview: String
    }

    public let outcome: ScriptOutcome
    public let seconds: Double
    public let totals: RunTotals
    public let errorRecords: Int
    public let outputs: [Output]
    /// The script's modules, absolute.
    public let modules: [String]
    /// Files and folders that were read, absolute.
    public let inputs: [String]

    /// Runs a script.
    ///
    /// - Parameters:
    ///   - session: its `sampleRows` say how much is read.
    ///   - isReal: whether the run is one like any other, and writes where the script says.
    ///   - previewRows: how many rows of each output are shown.
    ///   - write: takes what the script prints; standard output if not given.
    public init(
        _ session: Session, script: String, arguments: [String], isReal: Bool, previewRows: Int, write: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
    ) throws {
        let folder = try TemporaryFolder.make("mastic-sample", for: "the sample")
        defer { try? LocalPath.removeTree(folder) }
        let began = ContinuousClock.now
        guard let source = try LocalFile.contents(of: script) else { throw JobError(.notFound, "there is no script '\(script)'") }
        if source.prefix(4096).contains(0) { throw JobError(.invalidOption, "'\(script)' is no Lua script: it holds binary data") }
        let home = try session.home
        let aside = isReal ? nil : StagingArea(run: "sample", protectedPaths: [home.path, LocalPath.workingDirectory], aside: folder) { _ in }
        let run = try ScriptRun(session, name: script, arguments: arguments, aside: aside, write: write)
        defer { run.close() }
        outcome = run.run(source, name: script)
        let elapsed = (ContinuousClock.now - began).components
        seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        (totals, errorRecords) = (run.environment.totals, run.environment.errorRecordCount)
        modules = run.environment.modulePaths.values.sorted()
        inputs = run.readPaths.sorted()
        outputs = try aside?.staged.map { try Self.output(session, target: $0.target, folder: $0.folder, rows: previewRows) } ?? []
    }

    // MARK: What was written

    private static let reading = """
        local reader = spark.read.format(arg[1])
        if arg[1] == "csv" then reader = reader.option("header", true) end
        local df = reader.load(arg[2])
        local count = df:count()
        print(count)
        if count > 0 and tonumber(arg[3]) > 0 then df:show(math.tointeger(tonumber(arg[3]))) end
        """

    private static func output(_ session: Session, target: String, folder: String, rows: Int) throws -> Output {
        let files = try FileListing(path: folder, options: ListingOptions(isRecursive: true)).all()
        let bytes = files.reduce(0) { $0 + Int($1.size) }
        let name = files.first?.name.lowercased() ?? ""
        let format = name.hasSuffix(".parquet") ? "parquet" : name.contains(".csv") ? "csv" : name.contains(".json") ? "json" : nil
        guard let format else { return Output(target: target, rows: 0, files: files.count, bytes: bytes, preview: "") }
        let text = CapturedText()
        var options = session.options
        options.sampleRows = nil
        let quiet = Session(options, log: CapturedLog(CapturedText(), level: .error), workers: session.workers)
        let run = try ScriptRun(quiet, name: "preview", arguments: [format, folder, "\(rows)"], write: { text.write($0) })
        defer { run.close() }
        guard case .succeeded = run.run(Array(reading.utf8), name: "preview") else { return Output(target: target, rows: 0, files: files.count, bytes: bytes, preview: "") }
        let lines = text.content.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        var preview = lines.count > 1 ? String(lines[1]) : ""
        while preview.hasSuffix("\n\n") { preview.removeLast() }
        return Output(target: target, rows: Int(lines.first ?? "") ?? 0, files: files.count, bytes: bytes, preview: preview)
    }
}
