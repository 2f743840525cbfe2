internal import Jobs
internal import Scripting

/// What could be put in, for a person to choose from: few with a word on each, many in columns.
struct CandidateList {
    private let candidates: [Completions.Candidate]

    init(_ candidates: [Completions.Candidate]) { self.candidates = candidates }

    func text(on screen: ScreenShape) -> String {
        let width = max(screen.width, 20)
        let most = max(screen.height - 4, 4)
        let names = candidates.map { TerminalText.escaped($0.text) }
        let widest = names.reduce(0) { max($0, TerminalText.width($1)) }
        if candidates.count <= min(most, 14), candidates.contains(where: { !$0.detail.isEmpty }), widest + 12 < width {
            return zip(names, candidates).map { name, candidate in
                let detail = TerminalText.cut(TerminalText.escaped(candidate.detail), to: width - widest - 3)
                return TerminalText.padded(name, to: widest) + "  " + Screen.paint(detail, .faint, if: screen.hasColours) + "\n"
            }.joined()
        }
        let column = min(widest, width) + 2
        let columns = max(1, (width + 2) / column)
        let rows = min((names.count + columns - 1) / columns, most)
        let shown = min(names.count, rows * columns)
        // As in a directory's listing, from top to bottom.
        let height = (shown + columns - 1) / columns
        var text = ""
        for row in 0..<height {
            let cells = (0..<columns).map { $0 * height + row }.filter { $0 < shown }.map { TerminalText.padded(names[$0], to: widest) }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            text += TerminalText.cut(line, to: width) + "\n"
        }
        if shown < names.count { text += Screen.paint("… \(names.count - shown) more", .faint, if: screen.hasColours) + "\n" }
        return text
    }
}
