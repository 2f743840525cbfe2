internal import Glibc

/// Rows for a person or a program: a table on a terminal, one name a line elsewhere.
package struct Listing {
    let headers: [String]
    package var rows: [[String]] = []
    /// What is said of a row beneath it, by the row's index.
    private var notes: [Int: String] = [:]
    /// The colour of a cell, by its column and text.
    package var style: (Int, String) -> Screen.Style? = { _, _ in nil }

    package init(_ headers: String...) { self.headers = headers }

    private init(headers: [String]) { self.headers = headers }

    /// - Parameter note: what is said beneath the row; nothing where it is empty.
    mutating func append(_ cells: [String], note: String) {
        if !note.isEmpty { notes[rows.count] = note }
        rows.append(cells)
    }

    /// The listing without columns that say nothing.
    func without(_ names: [String], where isEmpty: (String) -> Bool = \.isEmpty) -> Listing {
        let kept = headers.indices.filter { column in !names.contains(headers[column]) || !rows.allSatisfy { isEmpty($0[column]) } }
        var listing = Listing(headers: kept.map { headers[$0] })
        listing.rows = rows.map { row in kept.map { row[$0] } }
        (listing.notes, listing.style) = (notes, { column, text in style(kept[column], text) })
        return listing
    }

    /// - Parameters:
    ///   - asTable: whether standard output is a terminal.
    ///   - width: what a line may be long; the last column is cut for it. Nil for no limit.
    package func render(asTable: Bool = isatty(STDOUT_FILENO) != 0, width: Int? = Screen.width, hasColours: Bool = Screen.hasColours) -> String {
        if !asTable { return rows.map { $0[0] + "\n" }.joined() }
        var widths = headers.indices.map { i in ([headers] + rows).map { $0[i].count }.max() ?? 0 }
        if let width, let last = widths.indices.last {
            let others = widths.dropLast().reduce(0) { $0 + $1 + 2 }
            widths[last] = min(widths[last], max(width - others, headers[last].count, 8))
        }
        func line(_ cells: [String], painted: Bool = false) -> String {
            let padded = zip(cells, widths).map { cell, width in
                let text = Screen.cut(cell, to: width)
                return text + String(repeating: " ", count: width - text.count)
            }
            guard painted, hasColours else {
                var text = padded.joined(separator: "  ")
                while text.hasSuffix(" ") { text.removeLast() }
                return text + "\n"
            }
            return padded.enumerated().map { Screen.paint($1, style($0, cells[$0]), if: true) }.joined(separator: "  ") + "\n"
        }
        func note(_ row: Int) -> String {
            guard let text = notes[row] else { return "" }
            return Screen.wrap(text, to: (width ?? .max) - 2).map { "  " + Screen.paint($0, .faint, if: hasColours) + "\n" }.joined()
        }
        return line(headers) + line(widths.map { String(repeating: "-", count: $0) }) + rows.indices.map { line(rows[$0], painted: true) + note($0) }.joined()
    }
}
