internal import Scripting

/// The table in a notebook.
extension FramePreview {
    /// Columns that a notebook shows.
    private static let mostColumns = 60

    public var html: String? {
        let shown: [Int?]
        if columns.count <= Self.mostColumns {
            shown = Array(columns.indices)
        } else {
            let half = Self.mostColumns / 2
            shown = Array(0..<half) + [nil] + Array(columns.count - half..<columns.count)
        }
        func cells(_ tag: String, _ cell: (Int) -> String, style: (Int) -> String = { _ in "" }) -> String {
            shown.map { index in
                guard let index else { return "<\(tag)>…</\(tag)>" }
                let alignment = columns[index].isNumeric ? "right" : "left"
                return "<\(tag) style=\"text-align: \(alignment);\(style(index))\">\(cell(index))</\(tag)>"
            }.joined()
        }
        var text = "<table class=\"mastic-frame\">\n<thead>\n<tr>" + cells("th", { Markup.escaped(columns[$0].name) }) + "</tr>\n"
        if columns.contains(where: { !$0.type.isEmpty }) {
            text += "<tr>" + cells("th", { Markup.escaped(columns[$0].type) }, style: { _ in " font-weight: normal; opacity: 0.6" }) + "</tr>\n"
        }
        text += "</thead>\n<tbody>\n"
        for row in rows {
            text += "<tr>"
            text += cells("td", { row[$0].map({ Markup.escaped($0) }) ?? "null" }, style: { row[$0] == nil ? " opacity: 0.5" : "" })
            text += "</tr>\n"
        }
        text += "</tbody>\n</table>\n<p class=\"mastic-note\" style=\"opacity: 0.6\">" + Markup.escaped(rowNote ?? sizeNote)
        if columns.count > Self.mostColumns { text += " · \(columns.count - Self.mostColumns) more columns" }
        return text + "</p>\n"
    }
}
