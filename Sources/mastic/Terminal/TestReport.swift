internal import Glibc
internal import Jobs
internal import Scripting

/// What `mastic test` prints: a line for each test, the failures at the end, and the sums.
final class TestReport: TestObserver {
    private let showsLines: Bool
    private var warnings: [String] = []
    private let screen = ScreenShape(width: Screen.width ?? 120, height: 0, hasColours: Screen.hasColours)

    init(showsLines: Bool) { self.showsLines = showsLines }

    func begins(_ file: String) { if showsLines { StandardOutput.write(Screen.paint(Complaint.escaped(file), .bold) + "\n") } }

    func warn(_ message: String) {
        warnings.append(message)
        StandardOutput.writeError("warning: \(Complaint.escaped(message))\n")
    }

    func ended(_ result: TestResult) {
        guard showsLines else { return }
        let (word, style): (String, Screen.Style)
        var note = Screen.paint(Self.time(result), .faint)
        switch result.outcome {
        case .passed: (word, style) = ("pass", .green)
        case .failed: (word, style) = ("FAIL", .red)
        case .skipped(let reason):
            (word, style) = ("skip", .yellow)
            note = Screen.paint(reason, .faint)
        }
        StandardOutput.write("  \(Screen.paint(word, style))  \(result.name ?? "the file cannot be run")" + (note.isEmpty ? "" : "  " + note) + "\n")
        for snapshot in result.snapshots { StandardOutput.write("        wrote \(snapshot)\n") }
    }

    private static func time(_ result: TestResult) -> String { "\(max(1, (result.nanoseconds + 500_000) / 1_000_000)) ms" }

    // MARK: The end

    func finish(_ results: [TestResult], seconds: Double) {
        let failures = results.compactMap { result in if case .failed(let failure) = result.outcome { (result, failure) } else { nil } }
        for (number, (result, failure)) in failures.enumerated() {
            let title = "\(number + 1)) \(result.file)" + (result.name.map { " › \($0)" } ?? "")
            StandardOutput.write("\n" + Screen.paint(Complaint.escaped(title), .bold) + "\n" + indented(text(of: failure, result)))
        }
        if results.isEmpty { return }
        let sums = "\(Self.count(results, "passed")) passed, \(failures.count) failed, \(Self.count(results, "skipped")) skipped"
        let style: Screen.Style = failures.isEmpty ? .green : .red
        StandardOutput.write("\n\(Screen.paint(sums, style))  \(Screen.paint(Quantity.elapsed(seconds), .faint))\n")
    }

    /// Says which lines ran.
    func show(_ files: [CoverageRecord.File]) {
        let (lines, covered) = (files.reduce(0) { $0 + $1.lines }, files.reduce(0) { $0 + $1.covered })
        StandardOutput.write("\ncoverage  \(Self.percent(covered, of: lines))  \(covered) of \(lines) line\(lines == 1 ? "" : "s")\n")
        let width = files.reduce(0) { max($0, $1.name.count) }
        for file in files {
            let name = file.name + String(repeating: " ", count: width - file.name.count)
            let missed = file.missed.prefix(20).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
            let more = file.missed.count > 20 ? ", …" : ""
            StandardOutput.write("  \(Complaint.escaped(name))  \(Self.percent(file.covered, of: file.lines))\(missed.isEmpty ? "" : "  not run: \(missed)\(more)")\n")
        }
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        // Rounded down, so that only all is 100 %.
        let tenths = whole == 0 ? 1000 : part * 1000 / whole
        return "\(tenths / 10).\(tenths % 10) %"
    }

    private static func count(_ results: [TestResult], _ word: String) -> Int { results.count { self.word($0) == word } }

    private static func word(_ result: TestResult) -> String {
        switch result.outcome {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    private func text(of failure: TestFailure, _ result: TestResult) -> String {
        if let diagnostic = failure.diagnostic { return Complaint.text(of: diagnostic, on: STDOUT_FILENO) + surroundings(of: result) }
        var text = Screen.paint(Complaint.escaped(failure.message), .red) + "\n"
        let place = (failure.file ?? result.file) + ((failure.line ?? (failure.file == nil ? result.line : nil)).map { ":\($0)" } ?? "")
        text += Screen.paint("at \(Complaint.escaped(place))", .faint) + "\n"
        if let line = failure.sourceLine {
            let shown = line.drop { $0 == " " || $0 == "\t" }
            text += "    \(Complaint.escaped(shown.count > 200 ? shown.prefix(200) + "…" : String(shown)))\n"
        }
        // A helper's line says little without the test's.
        if let file = failure.file, file != result.file, let call = failure.traceback.split(separator: "\n").first(where: { $0.drop(while: \.isWhitespace).hasPrefix(result.file + ":") }) {
            let place = call.drop(while: \.isWhitespace).prefix { $0 != " " }
            text += Screen.paint("called at \(Complaint.escaped(String(place.hasSuffix(":") ? place.dropLast() : place)))", .faint) + "\n"
        }
        text += failure.detail(on: screen)
        return text + surroundings(of: result)
    }

    /// What the test printed and logged, and where its files are.
    private func surroundings(of result: TestResult) -> String {
        var text = ""
        if !result.output.isEmpty { text += "printed:\n" + Self.tail(result.output) }
        if !result.log.isEmpty { text += "logged:\n" + Self.tail(result.log) }
        if let folder = result.folder { text += "kept in \(folder)\n" }
        return text
    }

    /// The last lines of what was printed, each with a bar in front.
    private static func tail(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
        let left = max(0, lines.count - 40)
        return (left > 0 ? "  | … \(left) lines before\n" : "") + lines.suffix(40).map { "  | \(Complaint.escaped(String($0)))\n" }.joined()
    }

    private func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "   \($0)" }.joined(separator: "\n")
    }

    // MARK: JSON

    private struct Summary: Encodable {
        struct Test: Encodable {
            let file: String
            let name: String?
            let line: Int?
            let status: String
            let milliseconds: Double
            let message: String?
            let failureFile: String?
            let failureLine: Int?
            let detail: String?
            let reason: String?
            let output: String
            let log: String
            let snapshotsWritten: [String]
            let folder: String?
        }

        struct Coverage: Encodable {
            let file: String
            let lines: Int
            let covered: Int
            let missed: [Int]
        }

        let passed: Int
        let failed: Int
        let skipped: Int
        let seconds: Double
        let tests: [Test]
        let coverage: [Coverage]?
        let warnings: [String]
    }

    func json(_ results: [TestResult], seconds: Double, coverage: [CoverageRecord.File]?) throws -> String {
        let plain = ScreenShape(width: 120, height: 0, hasColours: false)
        let tests = results.map { result -> Summary.Test in
            var failure: TestFailure?
            var reason: String?
            switch result.outcome {
            case .passed: break
            case .failed(let why): failure = why
            case .skipped(let why): reason = why
            }
            return Summary.Test(
                file: result.file, name: result.name, line: result.line, status: Self.word(result), milliseconds: Double(result.nanoseconds / 1000) / 1000, message: failure?.message,
                failureFile: failure?.file, failureLine: failure?.line, detail: failure?.detail(on: plain), reason: reason, output: result.output, log: result.log,
                snapshotsWritten: result.snapshots, folder: result.folder)
        }
        return try JSONListing.text(
            Summary(
                passed: Self.count(results, "passed"), failed: Self.count(results, "failed"), skipped: Self.count(results, "skipped"), seconds: seconds, tests: tests,
                coverage: coverage?.map { Summary.Coverage(file: $0.name, lines: $0.lines, covered: $0.covered, missed: $0.missed.flatMap { Array($0) }) }, warnings: warnings))
            + "\n"
    }
}
