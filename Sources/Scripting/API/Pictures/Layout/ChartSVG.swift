internal import Glibc

/// Draws a chart as an SVG document. Colours are of a middle brightness and there is no background, so that the picture reads on white and on black.
struct ChartSVG {
    let chart: Chart
    private let width: Double
    private var height: Double
    private var body = ""

    private static let ink = "#7a7a7a"
    private static let faint = "#7a7a7a40"
    private static let colours = ["#3b82c4", "#d9762b", "#3a9a5b", "#b05cc6", "#c94f4c", "#8a7a2f"]

    private init(_ chart: Chart) {
        self.chart = chart
        // A letter is 8 by 16 points.
        width = Double(max(40, chart.width ?? 90)) * 8
        height = Double(max(10, chart.height ?? 24)) * 16
    }

    /// The document.
    static func document(_ chart: Chart) -> String {
        var drawing = ChartSVG(chart)
        drawing.draw()
        return drawing.document
    }

    private var document: String {
        let title = Markup.escaped(chart.title.isEmpty ? chart.summary : chart.title)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" viewBox="0 0 \(number(width)) \(number(height))" \
            role="img" aria-label="\(title)" font-family="system-ui, sans-serif" font-size="12" fill="\(Self.ink)">
            <title>\(title)</title>
            <desc>\(Markup.escaped(chart.summary))</desc>
            \(body)</svg>

            """
    }

    // MARK: Elements

    private func number(_ value: Double) -> String {
        let tenths = (value.isFinite ? max(-1e7, min(1e7, value)) * 10 : 0).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }

    private mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: String = "start", more: String = "") {
        let anchor = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
        body += "<text x=\"\(number(x))\" y=\"\(number(y))\"\(anchor)\(more)>\(Markup.escaped(LabelText.clean(text)))</text>\n"
    }

    private mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String) {
        body += "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" stroke=\"\(colour)\"/>\n"
    }

    /// - Parameter says: what a reader is told who points at it.
    private mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, colour: String, says: String) {
        body += "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(0.5, width)))\" height=\"\(number(max(0.5, height)))\" fill=\"\(colour)\">"
        body += "<title>\(Markup.escaped(LabelText.clean(says)))</title></rect>\n"
    }

    private func colour(_ series: Int) -> String { Self.colours[series % Self.colours.count] }

    /// Points that a text of 12 takes at the most in the usual fonts without serifs.
    private func size(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { sum, scalar in
            let ems =
                switch scalar {
                case "W", "M", "m", "w", "@", "%", "—", "…": 1.0
                case "A"..."Z", "&": 0.75
                case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", " ": 0.33
                case "f", "r", "t", "(", ")", "-", "/": 0.45
                case "0"..."9", "a"..."z", "_": 0.6
                default: TerminalText.width(scalar) == 2 ? 1.05 : Double(TerminalText.width(scalar)) * 0.75
                }
            return sum + ems * 12
        }
    }

    /// The text in at most so many points, with … where something is missing.
    private func fitted(_ text: String, _ points: Double, scale: Double = 1) -> String {
        if size(text) * scale <= points { return text }
        var (kept, used) = ("", size("…"))
        for character in text {
            used += size(String(character))
            if used * scale > points { break }
            kept.append(character)
        }
        return kept + "…"
    }

    // MARK: Layout

    private mutating func draw() {
        var top = 8.0
        if !chart.title.isEmpty {
            text(fitted(chart.title, width - 16, scale: 14 / 12 * 1.08), 8, top + 14, more: " font-size=\"14\" font-weight=\"600\"")
            top += 26
        }
        if chart.series.count > 1, !chart.isEmpty {
            var x = 8.0
            for (i, name) in chart.series.enumerated() {
                let name = fitted(name, min(300, width - 40))
                if x > 8, x + size(name) + 34 > width { (x, top) = (8, top + 18) }
                rectangle(x, top + 3, 10, 10, colour: colour(i), says: name)
                text(name, x + 15, top + 12)
                x += size(name) + 34
            }
            top += 22
        }
        let notes = chart.notes.flatMap { TerminalText.wrapped($0, to: max(20, Int(width / 6.5)), cutsWords: true) }
        let bottom = Double(notes.count) * 15 + 8
        switch chart.content {
        case _ where chart.isEmpty: height = top + bottom + 4
        case .bars(let labels, let values): bars(labels, values, top, bottom)
        case .histogram(let edges, let counts): histogram(edges, counts, top, bottom)
        case .lines(let series): points(series, top, bottom, connected: true)
        case .scatter(let series): points(series, top, bottom, connected: false)
        }
        for (i, note) in notes.enumerated() { text(note, 8, height - bottom + 12 + Double(i) * 15, more: " font-size=\"11\"") }
    }

    private mutating func bars(_ labels: [String], _ values: [[Double?]], _ top: Double, _ bottom: Double) {
        let thick = values.count == 1 ? 18.0 : 13.0
        let each = Double(values.count) * thick + 6
        if chart.height == nil { height = top + Double(labels.count) * each + bottom + 10 }
        let room = max(each / 4, (height - top - bottom - 6) / Double(max(1, labels.count)))
        let factor = room / each
        let cut = labels.map { fitted($0, width / 3) }
        let left = 8 + (cut.map { size($0) }.max() ?? 0) + 8
        let shown = values.map { $0.map { $0.map { NumberText.value($0) } ?? "" } }
        let right = 12 + (shown.joined().map { size($0) }.max() ?? 0)
        let extent = BarExtent(values, isLogarithmic: chart.y.isLogarithmic, endsWithOthers: chart.endsWithOthers)
        let area = max(20, width - left - right)
        let zero = left + area * extent.zero
        for (i, label) in labels.enumerated() {
            let start = top + Double(i) * room
            body += "<text x=\"\(number(left - 8))\" y=\"\(number(start + room / 2 + 2))\" text-anchor=\"end\">"
            body += "\(Markup.escaped(LabelText.clean(cut[i])))<title>\(Markup.escaped(LabelText.clean(label)))</title></text>\n"
            for series in values.indices {
                let y = start + (2 + Double(series) * thick) * factor
                guard let value = values[series][i] else { continue }
                let says = "\(label): \(chart.series.count > 1 ? chart.series[series] + " " : "")\(shown[series][i])"
                var end = zero
                if let length = extent.length(value), length != 0 {
                    rectangle(length < 0 ? zero + length * area : zero, y, abs(length) * area, (thick - 2) * factor, colour: colour(series), says: says)
                    end = max(zero, zero + length * area)
                }
                text(shown[series][i], end + 5, y + (thick - 2) * factor / 2 + 4, more: " font-size=\"11\"")
            }
        }
        line(zero, top, zero, top + Double(labels.count) * room, colour: Self.ink)
    }

    /// The place of a plot between its axes.
    private struct Area {
        let left: Double
        let top: Double
        let width: Double
        let height: Double
        var bottom: Double { top + height }
    }

    private mutating func axes(_ x: Scale, _ y: Scale, _ top: Double, _ bottom: Double) -> Area {
        let left = 16 + (y.ticks.map { size($0.label) }.max() ?? 0)
        let area = Area(left: left, top: top + 22, width: max(20, width - left - 24), height: max(20, height - top - 22 - bottom - 40))
        text(fitted(chart.y.title, width - 16), 8, top + 10, more: " font-size=\"11\"")
        for tick in y.ticks {
            guard let place = y.place(tick.value) else { continue }
            let height = area.bottom - place * area.height
            line(area.left, height, area.left + area.width, height, colour: Self.faint)
            text(tick.label, area.left - 6, height + 4, anchor: "end")
        }
        line(area.left, area.bottom, area.left + area.width, area.bottom, colour: Self.ink)
        var free = -Double.infinity
        for tick in x.ticks {
            guard let place = x.place(tick.value) else { continue }
            let across = area.left + place * area.width
            line(across, area.bottom, across, area.bottom + 4, colour: Self.ink)
            guard across - size(tick.label) / 2 > free else { continue }
            text(tick.label, across, area.bottom + 17, anchor: "middle")
            free = across + size(tick.label) / 2 + 6
        }
        text(fitted(chart.x.title, area.width), area.left + area.width / 2, area.bottom + 34, anchor: "middle", more: " font-size=\"11\"")
        return area
    }

    private mutating func histogram(_ edges: [Double], _ counts: [Double], _ top: Double, _ bottom: Double) {
        let x = Scale(edges[0], edges[edges.count - 1], unit: chart.x.unit, most: Int(width / 80), isRound: false)
        let y = Scale(chart.y.isLogarithmic ? 1 : 0, max(1, counts.max() ?? 1), unit: .whole, most: 7, isLogarithmic: chart.y.isLogarithmic)
        let area = axes(x, y, top, bottom)
        for (i, count) in counts.enumerated() where count > 0 {
            guard let from = x.place(edges[i]), let to = x.place(edges[i + 1]) else { continue }
            let tall = max(1, (y.place(count) ?? 0) * area.height)
            let says = "\(chart.x.unit.text(edges[i])) to \(chart.x.unit.text(edges[i + 1])): \(NumberText.value(count))"
            rectangle(area.left + from * area.width + 0.5, area.bottom - tall, max(0.5, (to - from) * area.width - 1), tall, colour: colour(0), says: says)
        }
    }

    private mutating func points(_ series: [[Chart.Point]], _ top: Double, _ bottom: Double, connected: Bool) {
        let all = series.joined()
        let x = Scale(all.map(\.x).min() ?? 0, all.map(\.x).max() ?? 1, unit: chart.x.unit, most: Int(width / (chart.x.unit == .date || chart.x.unit == .timestamp ? 100 : 80)), isRound: !connected)
        let y = Scale(all.map(\.low).min() ?? 0, all.map(\.high).max() ?? 1, unit: chart.y.unit, most: 7, isLogarithmic: chart.y.isLogarithmic)
        let area = axes(x, y, top, bottom)
        func across(_ value: Double) -> Double { area.left + (x.place(value) ?? 0) * area.width }
        let heaviest = all.map(\.weight).max() ?? 1
        for (i, points) in series.enumerated() {
            if connected {
                var band = ""
                var path = ""
                var isDrawing = false
                for point in points {
                    guard let place = y.place(point.y) else {
                        isDrawing = false
                        continue
                    }
                    path += "\(isDrawing ? "L" : "M")\(number(across(point.x))) \(number(area.bottom - place * area.height))"
                    isDrawing = true
                    if point.low < point.high, let low = y.place(point.low), let high = y.place(point.high) {
                        band += "M\(number(across(point.x))) \(number(area.bottom - low * area.height))V\(number(area.bottom - high * area.height))"
                    }
                }
                if !band.isEmpty { body += "<path d=\"\(band)\" stroke=\"\(colour(i))\" stroke-opacity=\"0.45\" fill=\"none\"/>\n" }
                body += "<path d=\"\(path)\" stroke=\"\(colour(i))\" stroke-width=\"1.6\" stroke-linejoin=\"round\" stroke-linecap=\"round\" fill=\"none\"/>\n"
                // One point has no line.
                if points.count == 1, let place = y.place(points[0].y) { dot(across(points[0].x), area.bottom - place * area.height, 3, colour(i), 1) }
            } else {
                for point in points {
                    guard let place = y.place(point.y) else { continue }
                    let share = heaviest > 1 ? log(point.weight + 1) / log(heaviest + 1) : 1
                    dot(across(point.x), area.bottom - place * area.height, heaviest > 1 ? 1.2 + share * 1.8 : 2.4, colour(i), heaviest > 1 ? 0.25 + share * 0.75 : 0.6)
                }
            }
        }
    }

    private mutating func dot(_ x: Double, _ y: Double, _ radius: Double, _ colour: String, _ opacity: Double) {
        let opacity = opacity >= 1 ? "" : " fill-opacity=\"\(String((opacity * 100).rounded() / 100))\""
        body += "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(colour)\"\(opacity)/>\n"
    }
}
