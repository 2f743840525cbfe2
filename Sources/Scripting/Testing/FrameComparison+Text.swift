internal import Columnar

extension FrameComparison {
    /// What the difference comes to, in a line.
    package var summary: String {
        if let misplaced { return "the same \(Self.counted(expected.count, "row")) in another order; the first that stands elsewhere is row \(misplaced + 1)" }
        var parts: [String] = []
        if !missing.isEmpty { parts.append("\(missing.count) missing") }
        if !unexpected.isEmpty { parts.append("\(unexpected.count) unexpected") }
        if !changed.isEmpty { parts.append("\(changed.count) changed") }
        return "expected \(Self.counted(expected.count, "row")), found \(found.count): \(parts.joined(separator: ", "))"
    }

    static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static let mostShown = 20
    private static let longestCell = 40

    private enum Mark: String {
        case missing = "-"
        case unexpected = "+"
        case changed = "~"

        var note: String {
            switch self {
            case .missing: "missing"
            case .unexpected: "unexpected"
            case .changed: "changed"
            }
        }
    }

    private struct Line {
        let mark: Mark
        let cells: [String]
        /// Whether a cell is what the line is about.
        let isMarked: [Bool]
    }

    /// The rows that differ as a table, each with what is wrong with it: `-` missing, `+` unexpected, `~` changed, with `expected → found` in the cells that differ. One
    /// below the other where the table does not fit the screen.
    package func table(on screen: ScreenShape) -> String {
        if let misplaced { return orderTable(around: misplaced, on: screen) }
        func cell(_ value: LuaValue) -> String { Self.cut(ExpectedValue.cell(value)) }
        func plain(_ mark: Mark, _ row: [LuaValue]) -> Line { Line(mark: mark, cells: row.map(cell), isMarked: row.map { _ in true }) }
        var lines = missing.prefix(Self.mostShown).map { plain(.missing, expected[$0]) }
        lines += unexpected.prefix(Self.mostShown).map { plain(.unexpected, found[$0]) }
        lines += changed.prefix(Self.mostShown).map { change in
            let cells = columns.indices.map { column in
                let (before, after) = (expected[change.expected][column], found[change.found][column])
                return change.columns.contains(column) ? "\(Self.distinct(before, after))" : cell(after)
            }
            return Line(mark: .changed, cells: cells, isMarked: columns.indices.map { change.columns.contains($0) })
        }
        var text = drawn(lines, screen)
        let hidden = max(0, missing.count - Self.mostShown) + max(0, unexpected.count - Self.mostShown) + max(0, changed.count - Self.mostShown)
        if hidden > 0 { text += "  … \(Self.counted(hidden, "more row")) that differ\(hidden == 1 ? "s" : "")\n" }
        if !changed.isEmpty { text += "  changed cells: expected → found\n" }
        return text
    }

    /// `expected → found`, with their kinds where they look alike.
    private static func distinct(_ before: LuaValue, _ after: LuaValue) -> String {
        let (whole, other) = (ExpectedValue.cell(before), ExpectedValue.cell(after))
        let (a, b) = (cut(whole), cut(other))
        if a != b, whole.count <= longestCell || other.count <= longestCell { return "\(a) → \(b)" }
        if whole != other {
            // Of long values the part is shown in which they begin to differ.
            let same = zip(whole, other).prefix { $0 == $1 }.count
            return "\(window(whole, around: same)) → \(window(other, around: same))"
        }
        return "\(cut(ExpectedValue.text(before))) (\(before.typeName)) → \(cut(ExpectedValue.text(after))) (\(after.typeName))"
    }

    /// A part of a long text that begins a little before a place.
    private static func window(_ text: String, around place: Int) -> String {
        let start = max(0, place - longestCell / 3)
        return start == 0 ? cut(text) : "…" + cut(String(text.dropFirst(start)))
    }

    private static func cut(_ text: String) -> String { text.count <= longestCell ? text : text.prefix(longestCell - 1) + "…" }

    private func drawn(_ lines: [Line], _ screen: ScreenShape) -> String {
        let names = columns.map { Self.cut(ExpectedValue.escaped($0)) }
        let widths = columns.indices.map { column in lines.reduce(names[column].count) { max($0, $1.cells[column].count) } }
        let width = widths.reduce(4) { $0 + $1 + 2 } + 12
        if width > max(screen.width, 60) { return blocks(lines, names, screen) }
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: width - text.count) }
        var text = "    " + zip(names, widths).map { padded($0, $1) }.joined(separator: "  ") + "\n"
        for line in lines {
            let cells = columns.indices.map { paint(padded(line.cells[$0], widths[$0]), line.isMarked[$0] ? line.mark : nil, screen) }
            text += "  " + paint(line.mark.rawValue, line.mark, screen) + " " + cells.joined(separator: "  ") + "  " + line.mark.note + "\n"
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(Self.trimmed).joined(separator: "\n")
    }

    /// A row below the other, a cell a line; of changed rows the first column and the cells that differ.
    private func blocks(_ lines: [Line], _ names: [String], _ screen: ScreenShape) -> String {
        let width = names.reduce(0) { max($0, $1.count) }
        var text = ""
        for line in lines {
            text += "  " + paint("\(line.mark.rawValue) \(line.mark.note)", line.mark, screen) + "\n"
            for column in columns.indices where line.isMarked[column] || column == 0 {
                let name = names[column] + String(repeating: " ", count: width - names[column].count)
                text += "      \(name)  \(paint(line.cells[column], line.isMarked[column] ? line.mark : nil, screen))\n"
            }
        }
        return text
    }

    private func orderTable(around place: Int, on screen: ScreenShape) -> String {
        let rows = (place..<min(expected.count, found.count)).lazy.filter { row in zip(expected[row], found[row]).contains { ExpectedValue.key($0) != ExpectedValue.key($1) } }.prefix(5)
        func text(_ row: [LuaValue]) -> String { zip(columns, row).map { "\($0) = \(Self.cut(ExpectedValue.text($1)))" }.joined(separator: ", ") }
        let lines = rows.map { row in
            "  row \(row + 1)\n    \(paint("expected", .missing, screen)) \(text(expected[row]))\n    \(paint("found", .unexpected, screen))    \(text(found[row]))\n"
        }
        return lines.joined()
    }

    private func paint(_ text: String, _ mark: Mark?, _ screen: ScreenShape) -> String {
        guard screen.hasColours, let mark else { return text }
        let colour = switch mark {
        case .missing: "31"
        case .unexpected: "32"
        case .changed: "33"
        }
        return "\u{1b}[\(colour)m\(text)\u{1b}[0m"
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
