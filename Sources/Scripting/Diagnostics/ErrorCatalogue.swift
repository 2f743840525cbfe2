internal import Columnar

/// The catalogue of errors, as it ships in the binary (`stdlib/errors.txt`): what `mastic help CODE` and `docs/errors.md` say.
///
/// An entry begins with `== CODE title`; a line `> ` is the advice; paragraphs follow. `-- bad` and `-- good` begin the script of an example, with the
/// command behind it where that is not `run job.lua`; `-- file NAME` begins a file that the example before it needs.
/// `-- none REASON` says why there is no example.
enum ErrorCatalogue {
    private static let entries: [String: ErrorEntry] = parse(String(decoding: PackageResources.errors_txt, as: UTF8.self))

    static func entry(_ code: ErrorCode) -> ErrorEntry {
        entries[code.rawValue] ?? ErrorEntry(title: code.rawValue, explanation: "", advice: "mastic help --codes lists what there is", bad: nil, good: nil, reason: nil)
    }

    static func parse(_ text: String) -> [String: ErrorEntry] {
        var entries: [String: ErrorEntry] = [:]
        var draft: Draft?
        func close() { if let done = draft { entries[done.code] = done.entry } }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("== ") {
                close()
                let words = line.dropFirst(3).split(separator: " ", maxSplits: 1)
                draft = Draft(code: String(words.first ?? ""), title: words.count > 1 ? String(words[1]) : "")
            } else {
                draft?.add(String(line))
            }
        }
        close()
        return entries
    }

    private struct Draft {
        let code: String
        let title: String
        private var advice = ""
        private var reason: String?
        private var paragraphs: [String] = []
        private var examples: [(kind: String, command: String, files: [(name: String, lines: [String])])] = []

        init(code: String, title: String) { (self.code, self.title) = (code, title) }

        mutating func add(_ line: String) {
            if line.hasPrefix("> "), examples.isEmpty {
                advice = String(line.dropFirst(2))
            } else if line.hasPrefix("-- none "), examples.isEmpty {
                reason = String(line.dropFirst(8))
            } else if line == "-- bad" || line == "-- good" || line.hasPrefix("-- bad ") || line.hasPrefix("-- good ") {
                let words = line.dropFirst(3).split(separator: " ", maxSplits: 1).map(String.init)
                examples.append((words[0], words.count > 1 ? words[1] : "run job.lua", [("job.lua", [])]))
            } else if line.hasPrefix("-- file "), !examples.isEmpty {
                examples[examples.count - 1].files.append((String(line.dropFirst(8)), []))
            } else if !examples.isEmpty {
                let last = examples[examples.count - 1].files.count - 1
                examples[examples.count - 1].files[last].lines.append(line)
            } else {
                paragraphs.append(line)
            }
        }

        var entry: ErrorEntry {
            func example(_ kind: String) -> ErrorEntry.Example? {
                examples.first { $0.kind == kind }.map { found in
                    ErrorEntry.Example(files: found.files.map { ($0.name, Self.text($0.lines)) }, command: found.command)
                }
            }
            return ErrorEntry(title: title, explanation: Self.text(paragraphs).dropLastNewline, advice: advice, bad: example("bad"), good: example("good"), reason: reason)
        }

        /// The lines without the empty ones at the end.
        private static func text(_ lines: [String]) -> String {
            var lines = lines
            while lines.last?.isEmpty == true { lines.removeLast() }
            return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
        }
    }
}

extension String {
    fileprivate var dropLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
