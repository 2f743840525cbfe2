internal import Columnar

/// A diagnostic as text: for a terminal, in lines, with the spots underlined.
///
///     error[E1201]: sales.lua:12: there is no column 'amout'; did you mean 'amount'?
///        |
///     12 | local big = df:filter("amout > 10")
///        |                        ^^^^^
///        = columns: amount double, id bigint
///        = try: ...
public struct DiagnosticText {
    /// What a part of the text is, for those who colour it.
    public enum Part: Sendable {
        case error, warning, info, message, gutter, mark, label, code
    }

    /// Columns that there are; nil where nothing has to fit.
    public let width: Int?
    /// Whether calls are shown where there is only one.
    public let showsCalls: Bool
    private let paint: (String, Part) -> String

    public init(width: Int? = nil, showsCalls: Bool = false, paint: @escaping (String, Part) -> String = { text, _ in text }) {
        (self.width, self.showsCalls, self.paint) = (width, showsCalls, paint)
    }

    /// The text, its last line ended.
    public func text(of diagnostic: Diagnostic) -> String {
        let part: Part = diagnostic.severity == .error ? .error : diagnostic.severity == .warning ? .warning : .info
        var head = paint(diagnostic.severity.rawValue + (diagnostic.code.map { "[\($0.rawValue)]" } ?? ""), part) + ": "
        var sentences = TerminalText.escaped(diagnostic.message, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let first = sentences.isEmpty ? "" : sentences.removeFirst()
        let place = diagnostic.file.map { TerminalText.escaped($0, keepsLines: true) + (diagnostic.line.map { ":\($0)" } ?? "") + ": " } ?? ""
        let title = wrapped(place + first, indent: 4, used: diagnostic.severity.rawValue.count + (diagnostic.code == nil ? 2 : 9))
        head += paint(title[0], .message)
        var lines = [head] + title.dropFirst().map { "    " + paint($0, .message) }
        let digits = diagnostic.lines.map { String($0.number).count }.max() ?? 1
        let gutter = String(repeating: " ", count: digits)
        // What a sentence shows below itself keeps its shape, and begins below the sentence.
        let depth = sentences.filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        let isDrawing = depth > 0
        lines += sentences.map { String($0.dropFirst(depth)) }.flatMap { isDrawing ? [$0] : wrapped($0, indent: digits + 3) }.map { "\(gutter)   " + $0 }
        if !diagnostic.lines.isEmpty { lines.append(paint("\(gutter) |", .gutter)) }
        var last: Int?
        for line in diagnostic.lines {
            if let last, line.number > last + 1 { lines.append(paint("\(gutter) ...", .gutter)) }
            last = line.number
            let number = String(line.number)
            let bar = paint(String(repeating: " ", count: digits - number.count) + number + " |", .gutter)
            let (text, underline) = Excerpt(line, width: width.map { max(30, $0 - digits - 3) } ?? 400).shown
            lines.append(text.isEmpty ? bar : bar + " " + text)
            if !underline.isEmpty { lines.append(paint("\(gutter) |", .gutter) + " " + paint(underline, .mark)) }
        }
        let indent = diagnostic.lines.isEmpty ? "  " : gutter + " "
        func add(_ label: String, _ text: String, code: String? = nil) {
            let hanging = indent.count + label.count + 4
            var pieces = TerminalText.escaped(text, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false).flatMap { label == "query" ? [String($0)] : wrapped(String($0), indent: hanging) }
            if let code {
                let fits = width.map { hanging + TerminalText.width(pieces[pieces.count - 1]) + 2 + code.count <= $0 } ?? true
                if fits { pieces[pieces.count - 1] += "  " + paint(code, .code) } else { pieces.append(paint(code, .code)) }
            }
            for (i, piece) in pieces.enumerated() {
                lines.append(i == 0 ? indent + paint("= \(label):", .label) + " " + piece : String(repeating: " ", count: hanging) + piece)
            }
        }
        for note in diagnostic.notes { add(note.label, fitted(note.text, (width ?? 160) - indent.count - note.label.count - 4)) }
        let help = diagnostic.code.map { "mastic help \($0.rawValue)" }
        if let advice = diagnostic.advice {
            add("try", advice, code: help.map { "(\($0))" })
        } else if let help {
            add("see", help)
        }
        if diagnostic.calls.count > (showsCalls ? 0 : 1) {
            lines.append(indent + paint("= calls:", .label) + " innermost first")
            lines += diagnostic.calls.map { indent + "    " + TerminalText.escaped($0, keepsLines: true) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A line in pieces that fit the width.
    ///
    /// - Parameters:
    ///   - indent: columns in front of each piece.
    ///   - used: columns in front of the first one, where they are others.
    private func wrapped(_ text: String, indent: Int, used: Int? = nil) -> [String] {
        guard let width, width >= 30 else { return [text] }
        return TerminalText.wrapped(text, to: width - indent, used: (used ?? indent) - indent)
    }

    /// A list cut to a width at one of its commas; a text cut anywhere.
    private func fitted(_ text: String, _ width: Int) -> String {
        let width = max(20, width)
        if text.count <= width || text.contains("\n") { return text }
        let items = text.components(by: ", ")
        if items.count > 3 {
            var kept: [String] = []
            var size = 0
            for item in items {
                size += item.count + 2
                if size > width - 14 { break }
                kept.append(item)
            }
            if kept.count > 1 { return kept.joined(separator: ", ") + ", and \(items.count - kept.count) more" }
        }
        return items.count > 3 ? String(text.prefix(width - 3)) + "..." : text
    }
}

/// One line of a script with its marks, in the width that there is.
private struct Excerpt {
    private var cells: [(text: String, width: Int, isMarked: Bool, isTab: Bool)] = []
    private let width: Int

    init(_ line: Diagnostic.Line, width: Int) {
        self.width = width
        // A line of megabytes is looked at around its first mark alone.
        let focus = line.marks.first?.lowerBound ?? 0
        let start = max(0, min(focus, line.bytes.count) - 2000)
        let end = min(line.bytes.count, start + 6000)
        var offset = start
        let text = String(decoding: line.bytes[start..<end], as: UTF8.self)
        let isWhole = text.utf8.count == end - start
        for scalar in text.unicodeScalars {
            // Bytes that are no UTF-8 become a sign of three bytes each: then the place is not known to the byte, and nothing is marked wrongly.
            let size = isWhole ? UTF8.width(scalar) : UTF8.width(scalar)
            let isMarked = isWhole && line.marks.contains { $0.contains(offset) || ($0.isEmpty && $0.lowerBound == offset) }
            offset += size
            let shown = scalar == "\t" ? "\t" : TerminalText.escaped(String(scalar), keepsLines: true)
            cells.append((shown, TerminalText.width(shown), isMarked, scalar == "\t"))
        }
        if isWhole, line.marks.contains(where: { $0.lowerBound >= offset && $0.lowerBound <= line.bytes.count && end == line.bytes.count }) {
            cells.append((" ", 1, true, false))
        }
        if start > 0 { cells.insert(("…", 1, false, false), at: 0) }
        if end < line.bytes.count { cells.append(("…", 1, false, false)) }
    }

    var shown: (text: String, underline: String) {
        var cells = cells[...]
        // Deep indentation and what lies far before the mark give way.
        let total = cells.reduce(0) { $0 + $1.width }
        if total > width, let mark = cells.firstIndex(where: \.isMarked) {
            var before = cells[..<mark].reduce(0) { $0 + $1.width }
            let room = max(10, width / 3)
            if before > width - room {
                var start = cells.startIndex
                while before > room, start < mark {
                    before -= cells[start].width
                    start += 1
                }
                cells = [("…", 1, false, false)] + cells[start...]
            }
        }
        var text = ""
        var underline = ""
        var used = 0
        for cell in cells {
            used += cell.width
            if used > width {
                text += "…"
                break
            }
            text += cell.text
            // A tab below a tab keeps the places below each other.
            underline += cell.isTab ? "\t" : String(repeating: cell.isMarked ? "^" : " ", count: cell.width)
        }
        while text.last == " " { text.removeLast() }
        while let last = underline.last, last != "^" { underline.removeLast() }
        return (text, underline)
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { scalar.value < 0x80 ? 1 : scalar.value < 0x800 ? 2 : scalar.value < 0x10000 ? 3 : 4 }
}

extension Diagnostic {
    /// One JSON object on a line.
    public func json(time: String? = nil) -> String {
        var text = TextBuffer(capacity: 512)
        text.append("{")
        func member(_ name: String, _ value: String?) {
            guard let value else { return }
            if text.bytes.count > 1 { text.append(", ") }
            text.append(jsonString: name)
            text.append(": ")
            text.append(jsonString: value)
        }
        func number(_ name: String, _ value: Int?) { if let value { text.append(", \"\(name)\": \(value)") } }
        member("time", time)
        member("level", severity.rawValue)
        member("code", code?.rawValue)
        member("message", message)
        member("file", file)
        number("line", line)
        if let marked = markedLine, marked != line { number("markedLine", marked) }
        number("column", column)
        if let shown = lines.first(where: { !$0.marks.isEmpty }) ?? lines.last { member("source", String(decoding: shown.bytes.prefix(4000), as: UTF8.self)) }
        if !notes.isEmpty {
            text.append(", \"notes\": {")
            for (i, note) in notes.enumerated() {
                if i > 0 { text.append(", ") }
                text.append(jsonString: note.label)
                text.append(": ")
                text.append(jsonString: note.text)
            }
            text.append("}")
        }
        member("help", advice)
        if !calls.isEmpty {
            text.append(", \"calls\": [")
            for (i, call) in calls.enumerated() {
                if i > 0 { text.append(", ") }
                text.append(jsonString: call)
            }
            text.append("]")
        }
        text.append("}")
        return text.string
    }
}
