/// Draws a profile as a fragment of HTML: a table, with small histograms as pictures in it. All text from data is escaped.
struct ProfileHTML {
    let profile: FrameProfile

    var text: String {
        var html = "<div class=\"mastic-profile\"><p>\(profile.title)</p>\n<table>\n<thead><tr>"
        for head in ["column", "type", "nulls", "distinct", "min", "25%", "median", "75%", "max", "mean", "distribution", "top values"] { html += "<th>\(head)</th>" }
        html += "</tr></thead>\n<tbody>\n"
        for column in profile.columns { html += row(column) }
        return html + "</tbody>\n</table></div>\n"
    }

    private func row(_ column: FrameProfile.Column) -> String {
        let quartiles = column.quartiles?.map { column.text($0) } ?? ["", "", ""]
        let nulls = column.nulls == 0 ? "0" : "\(NumberText.count(column.nulls)) (\(NumberText.share(column.nulls, of: column.rows)))"
        let cells = [nulls, column.distinctText, column.least ?? ""] + quartiles + [column.most ?? "", column.mean.map { NumberText.value($0) } ?? ""]
        var html = "<tr><th style=\"text-align: left\">\(escaped(column.name))</th><td style=\"text-align: left\">\(escaped(column.type))</td>"
        for cell in cells { html += "<td>\(escaped(cell))</td>" }
        html += "<td>\(histogram(column.histogram))</td><td style=\"text-align: left\">"
        if let trues = column.trues {
            let present = column.rows - column.nulls
            html += "true \(escaped(NumberText.share(trues, of: present))), false \(escaped(NumberText.share(present - trues, of: present)))"
        } else {
            html += column.top.prefix(5).filter { $0.count > 1 }.map { "\(escaped($0.text)) <small>\(column.areTopCountsExact ? "" : "~")\(NumberText.count($0.count))</small>" }.joined(separator: ", ")
        }
        if let lengths = column.lengths { html += " <small>(\(lengths.least) to \(lengths.most) \(lengths.unit))</small>" }
        return html + "</td></tr>\n"
    }

    private func escaped(_ text: String) -> String { Markup.escaped(TerminalText.cut(LabelText.clean(text), to: 60)) }

    private func histogram(_ counts: [Double]) -> String {
        let most = counts.max() ?? 0
        guard most > 0 else { return "" }
        let said = counts.map { NumberText.count(Int($0)) }.joined(separator: ", ")
        var svg = "<svg width=\"\(counts.count * 8)\" height=\"20\" role=\"img\" aria-label=\"rows in \(counts.count) parts of the range: \(said)\" fill=\"#3b82c4\">"
        for (i, count) in counts.enumerated() where count > 0 {
            let tall = max(1, Int((count / most * 20).rounded()))
            svg += "<rect x=\"\(i * 8)\" y=\"\(20 - tall)\" width=\"7\" height=\"\(tall)\"/>"
        }
        return svg + "</svg>"
    }
}
