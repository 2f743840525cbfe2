internal import Glibc

/// Rows for a person or a program: a table on a terminal, one name a line elsewhere.
struct Listing {
    let headers: [String]
    var rows: [[String]] = []

    init(_ headers: String...) { self.headers = headers }

    /// - Parameter asTable: whether standard output is a terminal.
    func render(asTable: Bool = isatty(STDOUT_FILENO) != 0) -> String {
        if !asTable { return rows.map { $0[0] + "\n" }.joined() }
        let widths = headers.indices.map { i in ([headers] + rows).map { $0[i].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var text = padded.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text + "\n"
        }
        return line(headers) + line(widths.map { String(repeating: "-", count: $0) }) + rows.map(line).joined()
    }
}
