internal import Columnar
internal import Glibc
internal import Jobs
internal import Scripting

/// Errors as a person reads them, on standard error; or as one JSON object each, where the log is of such.
package enum Complaint {
    /// Whether errors are told as JSON. Set once, before a command runs.
    nonisolated(unsafe) static var isJSON = false
    /// Whether the calls to a place are told also where there is only one.
    nonisolated(unsafe) static var showsCalls = false

    /// Takes from the command line how errors are told: they may come before the options have been read.
    static func configure(_ words: [String]) {
        for (i, word) in words.enumerated() {
            let value = i + 1 < words.count ? words[i + 1] : ""
            if word == "--log-format=json" || (word == "--log-format" && value == "json") { isJSON = true }
            for level in ["debug", "trace"] where word == "--log-level=\(level)" || (word == "--log-level" && value.lowercased() == level) { showsCalls = true }
        }
    }

    static func print(_ error: any Error) {
        let diagnostic = (error as? ProjectProblem).map(Diagnostic.init) ?? Diagnostic(error)
        StandardOutput.writeError(isJSON ? diagnostic.json(time: now()) + "\n" : text(of: diagnostic, on: STDERR_FILENO))
    }

    /// A diagnostic for people, as what a descriptor leads to can show it.
    static func text(of diagnostic: Diagnostic, on descriptor: Int32) -> String {
        let hasColours = Screen.hasColours(descriptor)
        return DiagnosticText(width: Screen.width(descriptor), showsCalls: showsCalls) { text, part in
            let style: Screen.Style? =
                switch part {
                case .error, .mark: .red
                case .warning: .yellow
                case .info, .gutter, .label: .blue
                case .message: .bold
                case .code: .faint
                }
            return Screen.paint(text, style, if: hasColours)
        }.text(of: diagnostic)
    }

    private static func now() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var text = TextBuffer(capacity: 32)
        text.append(timestamp: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000, style: .iso)
        return text.string
    }

    /// Control characters would let data write to the terminal as it likes.
    package static func escaped(_ text: String) -> String { Diagnostic.escaped(text) }
}

extension Diagnostic {
    fileprivate init(_ problem: ProjectProblem) {
        var lines: [Line] = []
        if let source = problem.sourceLine {
            // The mark counts characters.
            let marks = problem.mark.map { mark -> [Range<Int>] in
                let start = source.prefix(mark.lowerBound).utf8.count
                return [start..<source.prefix(max(mark.lowerBound, mark.upperBound)).utf8.count]
            }
            lines = [Line(number: problem.line, bytes: Array(source.utf8), marks: marks ?? [])]
        }
        self.init(
            .error, .projectFile, problem.message, file: problem.file, line: problem.line, lines: lines, advice: ErrorCode.projectFile.entry.advice)
    }
}
