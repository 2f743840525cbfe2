/// Draws a profile with letters: a line a column where the screen is wide enough, else a paragraph a column.
package struct ProfileText {
    let profile: FrameProfile
    let width: Int
    let hasColours: Bool

    init(_ profile: FrameProfile, on screen: ScreenShape) { (self.profile, width, hasColours) = (profile, max(20, screen.width), screen.hasColours) }

    /// The width from which a table has room.
    static let tableWidth = 60

    /// The picture, each line ended.
    var text: String {
        var lines = [painted(profile.title, .bold)]
        if !profile.columns.isEmpty {
            lines.append("")
            lines += width >= Self.tableWidth ? table : paragraphs
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func painted(_ text: String, _ ink: TextGrid.Ink) -> String {
        guard hasColours, let code = ink.code, !text.isEmpty else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    /// A small histogram: one letter a part, a blank where there is nothing.
    package static func bars(_ counts: [Double]) -> String {
        let most = counts.max() ?? 0
        guard most > 0 else { return "" }
        let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        return counts.map { $0 <= 0 ? " " : blocks[max(0, min(7, Int(($0 / most * 8).rounded(.up)) - 1))] }.joined()
    }

    private func nulls(_ column: FrameProfile.Column) -> String { column.nulls == 0 ? "0" : NumberText.share(column.nulls, of: column.rows) }

    // MARK: Tables

    private static let heads = ["column", "type", "nulls", "distinct", "min", "25%", "median", "75%", "max", "mean", "distribution"]
    /// The cells that columns without numbers use for their values, and the one of the histogram, which they use too where they have none.
    private static let free = 4...9
    private static let spread = 10

    private var table: [String] {
        let names = profile.columns.map { TerminalText.cut(LabelText.clean($0.name), to: 24) }
        var rows: [[String]] = []
        for (name, column) in zip(names, profile.columns) {
            var cells = [name, TerminalText.cut(column.type, to: 16), nulls(column), column.distinctText]
            if isNumber(column), let quartiles = column.quartiles {
                cells += [short(column.least, column), column.text(quartiles[0]), column.text(quartiles[1]), column.text(quartiles[2]), short(column.most, column)]
                cells.append(column.mean.map { NumberText.value($0) } ?? "")
            } else {
                cells += Self.free.map { _ in "" }
            }
            rows.append(cells + [Self.bars(column.histogram)])
        }
        let widths = Self.heads.indices.map { i in ([Self.heads] + rows).map { TerminalText.width($0[i]) }.max() ?? 0 }
        // Where numbers take too much room, means and quartiles go, and then types.
        var shown = Array(Self.heads.indices)
        func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + (shown.count - 1) * 2 }
        for gone in [9, 5, 7, 1] where total() > width { shown.removeAll { $0 == gone } }
        if total() > width { return paragraphs }
        let room = Self.free.filter { shown.contains($0) }.reduce(-2) { $0 + widths[$1] + 2 }
        // What is left of the line is for texts.
        let rest = room + 2 + widths[Self.spread] + width - total()
        func line(_ cells: [String], _ column: FrameProfile.Column?) -> String {
            var text = ""
            for i in shown {
                if let column, !isNumber(column), Self.free.contains(i) {
                    if i != Self.free.lowerBound { continue }
                    text += column.histogram.isEmpty ? TerminalText.cut(values(of: column).joined(separator: "; "), to: rest) : TerminalText.padded(moments(column, to: room), to: room) + "  "
                    continue
                }
                text += TerminalText.padded(cells[i], to: widths[i], right: (2...9).contains(i)) + "  "
            }
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        return [painted(line(Self.heads, nil), .faint)] + zip(rows, profile.columns).map { line($0, $1) }
    }

    private func isNumber(_ column: FrameProfile.Column) -> Bool { column.quartiles != nil && column.unit != .date && column.unit != .timestamp }

    /// The bounds of a column of moments, in full where there is room.
    private func moments(_ column: FrameProfile.Column, to room: Int) -> String {
        guard let least = column.least, let most = column.most else { return "" }
        let full = "\(least) to \(most)"
        return full.count <= room ? full : TerminalText.cut("\(least.prefix(10)) to \(most.prefix(10))", to: room)
    }

    private func short(_ text: String?, _ column: FrameProfile.Column) -> String {
        guard let text else { return "" }
        if column.unit == .date || column.unit == .timestamp { return text }
        // A bound is a value of the data: rounded it would be one that is not there.
        return text.count <= 12 ? text : Double(text).map { NumberText.value($0) } ?? text
    }

    // MARK: Values

    /// What is said of a column without quartiles, and of the frequent values of any.
    private func values(of column: FrameProfile.Column) -> [String] {
        var parts: [String] = []
        let present = column.rows - column.nulls
        if present == 0 { return [column.rows == 0 ? "no rows" : "all null"] }
        if let trues = column.trues {
            return ["true \(NumberText.share(trues, of: present)), false \(NumberText.share(present - trues, of: present))"]
        }
        if let top = top(of: column, most: 5) { parts.append(top) } else if column.distinct == present, present > 1 { parts.append("all different") }
        if let least = column.least, let most = column.most, column.distinct ?? 0 > 1 { parts.append("from \(quoted(least)) to \(quoted(most))") }
        if let lengths = column.lengths { parts.append(self.lengths(lengths)) }
        return parts
    }

    private func top(of column: FrameProfile.Column, most: Int) -> String? {
        // Values that all stand there once are no frequent ones.
        guard let first = column.top.first, first.count > 1 else { return nil }
        let entries = column.top.prefix(most).filter { $0.count > 1 }
        let rest = column.distinct.map { $0 > entries.count } ?? true
        return entries.map { "\(quoted($0.text)) \(column.areTopCountsExact ? "" : "~")\(NumberText.count($0.count))" }.joined(separator: ", ") + (rest ? ", …" : "")
    }

    private func lengths(_ lengths: FrameProfile.Lengths) -> String {
        let range = lengths.least == lengths.most ? NumberText.count(lengths.least) : "\(NumberText.count(lengths.least)) to \(NumberText.count(lengths.most))"
        return "\(range) \(lengths.unit)"
    }

    /// A value as it stands in a sentence.
    private func quoted(_ text: String) -> String {
        let clean = TerminalText.cut(LabelText.clean(text), to: 24)
        return clean.isEmpty ? "''" : clean.contains(where: { " ,;".contains($0) }) ? "'\(clean)'" : clean
    }

    // MARK: Paragraphs

    private var paragraphs: [String] {
        var lines: [String] = []
        for column in profile.columns {
            if !lines.isEmpty { lines.append("") }
            let name = TerminalText.cut(LabelText.clean(column.name), to: width)
            let room = width - TerminalText.width(name) - 2
            lines.append(painted(name, .bold) + (room > 3 ? "  " + painted(TerminalText.cut(column.type, to: room), .faint) : ""))
            func add(_ head: String, _ text: String) {
                for (i, part) in TerminalText.wrapped(text, to: max(8, width - 12), cutsWords: true).enumerated() {
                    lines.append("  " + (i == 0 ? painted(TerminalText.padded(head, to: 10), .faint) : String(repeating: " ", count: 10)) + part)
                }
            }
            var there: [String] = ["\(NumberText.count(column.nulls)) null\(column.nulls == 1 ? "" : "s")" + (column.nulls > 0 ? " (\(NumberText.share(column.nulls, of: column.rows)))" : "")]
            if column.notNumbers > 0 { there.append("\(NumberText.count(column.notNumbers)) NaN") }
            if column.distinct != nil { there.append("\(column.distinctText) distinct") }
            add("values", there.joined(separator: ", "))
            if let quartiles = column.quartiles {
                if let least = column.least, let most = column.most { add("range", "\(short(least, column)) to \(short(most, column))" + (column.mean.map { ", mean \(NumberText.value($0))" } ?? "")) }
                add("quartiles", quartiles.map { column.text($0) }.joined(separator: ", "))
                if !column.histogram.isEmpty { lines.append("  " + painted(TerminalText.padded("spread", to: 10), .faint) + Self.bars(column.histogram)) }
                if let top = top(of: column, most: 3) { add("top", top) }
            } else {
                for (i, text) in values(of: column).enumerated() { add(i == 0 ? "content" : "", text) }
            }
        }
        return lines
    }
}
