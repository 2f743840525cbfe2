public import Scripting

/// The table on a terminal.
extension FramePreview {
    /// What a column is cut to before others are left out.
    private static let narrow = 14
    /// What a column is cut to in any case.
    private static let wide = 60

    public func text(on screen: ScreenShape) throws -> String {
        guard !columns.isEmpty else { return paint(rowNote.map { "no columns, \(sizeNote) \($0)" } ?? "no columns, \(sizeNote)", .faint, screen) + "\n" }
        let natural = naturalWidths
        // What cannot be cut needs its widest value, whatever its name is.
        let least = columns.indices.map { index in
            columns[index].isWhole ? min(natural[index], max(Self.narrow, rows.reduce(0) { max($0, $1[index].map { TerminalText.width($0) } ?? 4) })) : Self.narrow
        }
        let layout = Layout(widths: natural, least: least, available: max(screen.width, 1))
        func line(_ left: String, _ middle: String, _ right: String, _ fill: String) -> String {
            paint(left + layout.places.map { String(repeating: fill, count: layout.width($0) + 2) }.joined(separator: middle) + right, .faint, screen) + "\n"
        }
        func row(_ cell: (Int) -> String, folded: String) -> String {
            let edge = paint("│", .faint, screen)
            let cells = layout.places.map { place in
                switch place {
                case .column(let index): " " + cell(index) + " "
                case .fold: " " + paint(folded, .faint, screen) + " "
                }
            }
            return edge + cells.joined(separator: edge) + edge + "\n"
        }
        var text = line("┌", "┬", "┐", "─")
        text += row({ paint(TerminalText.padded(columns[$0].name, to: layout.widths[$0], right: columns[$0].isNumeric), .bold, screen) }, folded: "…")
        if columns.contains(where: { !$0.type.isEmpty }) {
            text += row({ paint(TerminalText.padded(columns[$0].type, to: layout.widths[$0], right: columns[$0].isNumeric), .faint, screen) }, folded: "…")
        }
        text += line("├", "┼", "┤", "─")
        for cells in rows {
            text += row({ index in
                guard let cell = cells[index] else {
                    return paint(TerminalText.padded("null", to: layout.widths[index], right: columns[index].isNumeric), .faint, screen)
                }
                return TerminalText.padded(cell, to: layout.widths[index], right: columns[index].isNumeric)
            }, folded: "…")
        }
        text += line("└", "┴", "┘", "─")
        for note in notes(layout, width: screen.width) { text += paint(note, .faint, screen) + "\n" }
        return text
    }

    /// What each column would like to have.
    private var naturalWidths: [Int] {
        columns.indices.map { index in
            let head = max(TerminalText.width(columns[index].name), TerminalText.width(columns[index].type))
            let widest = rows.reduce(head) { max($0, $1[index].map { TerminalText.width($0) } ?? 4) }
            return min(max(widest, 1), Self.wide)
        }
    }

    private func notes(_ layout: Layout, width: Int) -> [String] {
        var lines = [rowNote ?? sizeNote]
        let folded = columns.indices.filter { !layout.kept.contains($0) }
        if !folded.isEmpty {
            let note = "… \(folded.count) more column\(folded.count == 1 ? "" : "s"): " + folded.map { columns[$0].name }.joined(separator: ", ")
            let joined = lines[0] + " · " + note
            if TerminalText.width(joined) <= width { lines = [joined] } else { lines.append(note) }
        }
        return lines.map { TerminalText.cut($0, to: max(width, 1)) }
    }

    private enum Style: String { case faint = "2", bold = "1" }

    private func paint(_ text: String, _ style: Style, _ screen: ScreenShape) -> String {
        screen.hasColours ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// Which columns are shown, and how wide.
    struct Layout: Equatable {
        enum Place: Equatable {
            case column(Int)
            /// Where columns are left out.
            case fold
        }
        private(set) var places: [Place] = []
        private(set) var widths: [Int]
        private(set) var kept: Set<Int> = []

        /// - Parameters:
        ///   - widths: what the columns would like.
        ///   - least: what each is cut to at most.
        ///   - available: columns of the terminal.
        init(widths: [Int], least: [Int], available: Int) {
            self.widths = widths
            let all = Array(widths.indices)
            if let fitting = Self.fit(widths, into: available - Self.frame(all.count), atLeast: least) {
                (self.widths, kept, places) = (fitting, Set(all), all.map { .column($0) })
                return
            }
            // From the outside in: what is left out stands in the middle.
            var order: [Int] = []
            for step in 0..<(widths.count + 1) / 2 {
                order.append(step)
                if widths.count - 1 - step > step { order.append(widths.count - 1 - step) }
            }
            var chosen: [Int] = []
            var best: [Int: Int] = [:]
            for column in order {
                let next = (chosen + [column]).sorted()
                let room = available - Self.frame(next.count) - (next.count < widths.count ? 4 : 0)
                guard let fitting = Self.fit(next.map { widths[$0] }, into: room, atLeast: next.map { least[$0] }) else { break }
                chosen = next
                best = Dictionary(uniqueKeysWithValues: zip(next, fitting))
            }
            if chosen.isEmpty, let first = all.first {
                chosen = [first]
                best = [first: max(1, min(widths[first], available - Self.frame(1) - (widths.count > 1 ? 4 : 0)))]
            }
            kept = Set(chosen)
            for (column, width) in best { self.widths[column] = width }
            var hasFold = false
            for column in all {
                if kept.contains(column) {
                    places.append(.column(column))
                } else if !hasFold {
                    places.append(.fold)
                    hasFold = true
                }
            }
        }

        func width(_ place: Place) -> Int {
            switch place {
            case .column(let index): widths[index]
            case .fold: 1
            }
        }

        /// What the lines between the columns and the blanks beside them take.
        private static func frame(_ count: Int) -> Int { count * 3 + 1 }

        /// The widths made small enough in sum by cutting the widest; nil where they would have to be cut below a limit.
        private static func fit(_ widths: [Int], into available: Int, atLeast least: [Int]) -> [Int]? {
            if widths.reduce(0, +) <= available { return widths }
            func cut(to limit: Int) -> [Int] { zip(widths, least).map { min($0, max(limit, $1)) } }
            var low = 0
            guard cut(to: low).reduce(0, +) <= available else { return nil }
            var high = widths.max() ?? low
            while low < high {
                let middle = (low + high + 1) / 2
                if cut(to: middle).reduce(0, +) <= available { low = middle } else { high = middle - 1 }
            }
            var result = cut(to: low)
            // What the division left over goes to the first that can use it.
            var left = available - result.reduce(0, +)
            for index in result.indices where left > 0 && result[index] < widths[index] {
                result[index] += 1
                left -= 1
            }
            return result
        }
    }
}
