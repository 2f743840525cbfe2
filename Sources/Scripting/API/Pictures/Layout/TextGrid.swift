/// Letters in lines and columns, each perhaps with a colour.
struct TextGrid {
    enum Ink: Sendable, Equatable {
        case plain, bold, faint
        /// The colour of a series, by its number.
        case series(Int)

        /// The parameters of the escape sequence that turns the ink on.
        var code: String? {
            switch self {
            case .plain: nil
            case .bold: "1"
            case .faint: "2"
            // Blue, yellow, green, magenta, cyan, red: all of them readable on black and on white.
            case .series(let number): ["34", "33", "32", "35", "36", "31"][number % 6]
            }
        }
    }

    let width: Int
    let height: Int
    /// An empty text stands behind a letter that takes two columns.
    private var cells: [(text: String, ink: Ink)]

    init(width: Int, height: Int) {
        (self.width, self.height) = (max(1, width), max(1, height))
        cells = Array(repeating: (" ", .plain), count: self.width * self.height)
    }

    mutating func put(_ text: String, column: Int, line: Int, ink: Ink = .plain) {
        guard (0..<height).contains(line) else { return }
        var place = column
        for character in text {
            let own = TerminalText.width(String(character))
            if own == 0 {
                if place > column, (0..<width).contains(place - 1) { cells[line * width + place - 1].text.append(character) }
                continue
            }
            if place >= 0, place + own <= width {
                cells[line * width + place] = (String(character), ink)
                if own == 2 { cells[line * width + place + 1] = ("", ink) }
            }
            place += own
        }
    }

    func isBlank(columns: Range<Int>, line: Int) -> Bool {
        (0..<height).contains(line) && columns.clamped(to: 0..<width).allSatisfy { cells[line * width + $0].text == " " }
    }

    /// The lines, without blanks at their ends.
    func lines(hasColours: Bool) -> [String] {
        (0..<height).map { line in
            let row = cells[line * width..<(line + 1) * width]
            let used = (row.lastIndex { $0.text != " " }).map { $0 + 1 } ?? row.startIndex
            var text = ""
            var ink = Ink.plain
            for cell in row[row.startIndex..<used] {
                if hasColours, cell.ink != ink {
                    if ink != .plain { text += "\u{1b}[0m" }
                    if let code = cell.ink.code { text += "\u{1b}[\(code)m" }
                    ink = cell.ink
                }
                text += cell.text
            }
            return ink != .plain && hasColours ? text + "\u{1b}[0m" : text
        }
    }
}
