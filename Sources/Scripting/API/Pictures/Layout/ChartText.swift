internal import Glibc

/// Draws a chart with letters: eighths of blocks for bars, Braille dots for lines and points.
package struct ChartText {
    let chart: Chart
    let width: Int
    let height: Int
    let hasColours: Bool

    package init(_ chart: Chart, on screen: ScreenShape) {
        self.chart = chart
        width = max(20, chart.width ?? min(screen.width, 100))
        height = max(5, chart.height ?? min(max(screen.height - 6, 6), 16))
        hasColours = screen.hasColours
    }

    /// The picture, each line ended.
    package var text: String {
        var lines: [String] = []
        if !chart.title.isEmpty { lines += TerminalText.wrapped(LabelText.clean(chart.title), to: width, cutsWords: true).map { painted($0, .bold) } }
        if chart.series.count > 1, !chart.isEmpty { lines += legend }
        if !chart.isEmpty {
            switch chart.content {
            case .bars(let labels, let values): lines += bars(labels, values)
            case .histogram(let edges, let counts): lines += histogram(edges, counts)
            case .lines(let series): lines += dots(series, connected: true)
            case .scatter(let series): lines += dots(series, connected: false)
            }
        }
        for note in chart.notes { lines += TerminalText.wrapped(LabelText.clean(note), to: width, cutsWords: true).map { painted($0, .faint) } }
        return lines.map { $0 + "\n" }.joined()
    }

    private func painted(_ text: String, _ ink: TextGrid.Ink) -> String {
        guard hasColours, let code = ink.code, !text.isEmpty else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    // MARK: Series

    /// What tells series apart where there are no colours.
    private static let signs = ["●", "○", "+", "×", "◆", "□"]
    private static let fills = ["█", "▒", "▓", "░", "#", "="]

    private var isBars: Bool { if case .bars = chart.content { true } else { false } }

    private func sign(_ series: Int) -> String {
        if isBars { return hasColours ? "■" : Self.fills[series % Self.fills.count] }
        return hasColours ? "━" : Self.signs[series % Self.signs.count]
    }

    private var legend: [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for (i, name) in chart.series.enumerated() {
            let name = TerminalText.cut(LabelText.clean(name), to: width - 2)
            let own = TerminalText.width(name) + 2
            if used > 0, used + 2 + own > width {
                lines.append(line)
                (line, used) = ("", 0)
            }
            line += (used > 0 ? "  " : "") + painted(sign(i), .series(i)) + " " + name
            used += own + (used > 0 ? 2 : 0)
        }
        return lines + [line]
    }

    // MARK: Bars

    private func bars(_ labels: [String], _ values: [[Double?]]) -> [String] {
        let labels = labels.map { LabelText.clean($0) }
        let shown = values.map { $0.map { $0.map { NumberText.value($0) } ?? "" } }
        let labelWidth = min(labels.map { TerminalText.width($0) }.max() ?? 0, max(4, width / 3))
        // On a screen that has no room for all of a value it is cut.
        let valueWidth = min(shown.joined().map { TerminalText.width($0) }.max() ?? 0, width - labelWidth - 6)
        let area = max(3, width - labelWidth - valueWidth - 3)
        let extent = BarExtent(values, isLogarithmic: chart.y.isLogarithmic, endsWithOthers: chart.endsWithOthers)
        // The columns left of zero.
        let zero = extent.zero > 0 ? max(1, min(area - 1, Int((Double(area) * extent.zero).rounded()))) : 0
        var lines: [String] = []
        for (i, label) in labels.enumerated() {
            for series in values.indices {
                let head = TerminalText.padded(series == 0 ? TerminalText.cut(label, to: labelWidth) : "", to: labelWidth)
                let ink = TextGrid.Ink.series(series)
                let length = values[series][i].flatMap { extent.length($0) }
                var line = head + " "
                if zero > 0 {
                    let left = bar(length.map { max(0, -$0) } ?? 0, area: zero, of: extent.zero, series: series, leftwards: true)
                    line += String(repeating: " ", count: zero - left.count) + painted(left, ink)
                }
                let right = bar(length.map { max(0, $0) } ?? 0, area: area - zero, of: 1 - extent.zero, series: series, leftwards: false)
                line += painted("│", .faint) + painted(right, ink)
                let value = TerminalText.cut(shown[series][i], to: valueWidth)
                if !value.isEmpty { line += " " + value }
                while line.hasSuffix(" ") { line.removeLast() }
                lines.append(line)
            }
        }
        return lines
    }

    /// - Parameters:
    ///   - length: as a share of the whole axis.
    ///   - share: the part of the axis that `area` columns stand for.
    private func bar(_ length: Double, area: Int, of share: Double, series: Int, leftwards: Bool) -> String {
        guard length > 0, share > 0, area > 0 else { return "" }
        let eighths = max(1, min(area * 8, Int((length / share * Double(area) * 8).rounded())))
        if chart.series.count > 1, !hasColours {
            return String(repeating: Self.fills[series % Self.fills.count], count: max(1, Int((Double(eighths) / 8).rounded())))
        }
        let full = String(repeating: "█", count: eighths / 8)
        // There are eighths of blocks from the left only.
        if leftwards { return (eighths % 8 >= 4 || eighths < 4 ? "▐" : "") + full }
        return full + (eighths % 8 == 0 ? "" : ["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1])
    }

    // MARK: Axes

    /// The letters that a plot's own area takes, and what stands around it.
    private struct Plot {
        let left: Int
        let columns: Int
        let lines: Int
        let y: Scale
    }

    /// Whether the axes' titles are said by the picture's.
    private var titlesAreSaid: Bool { chart.title.contains(chart.x.title) && chart.title.contains(chart.y.title) }

    private func plot(_ low: Double, _ high: Double) -> Plot {
        let lines = max(3, height - 2)
        let y = Scale(low, high, unit: chart.y.unit, most: max(2, min(7, lines / 2)), isLogarithmic: chart.y.isLogarithmic)
        let left = min(max(1, y.ticks.map { TerminalText.width($0.label) }.max() ?? 1), width / 2)
        return Plot(left: left, columns: max(4, width - left - 2), lines: lines, y: y)
    }

    /// The axes and their labels around the plot, whose first column is `left + 2`.
    ///
    /// - Parameters:
    ///   - line: where a value of the vertical axis stands, from the top.
    ///   - ticks: columns of the plot with what they are called.
    private func frame(_ grid: inout TextGrid, _ plot: Plot, line: (Double) -> Int, ticks: [(column: Int, label: String)]) {
        for i in 0..<plot.lines { grid.put("│", column: plot.left + 1, line: i, ink: .faint) }
        grid.put("└" + String(repeating: "─", count: plot.columns), column: plot.left + 1, line: plot.lines, ink: .faint)
        for tick in plot.y.ticks {
            let place = line(tick.value)
            guard (0...plot.lines).contains(place), grid.isBlank(columns: 0..<plot.left, line: place) else { continue }
            let label = TerminalText.cut(tick.label, to: plot.left)
            grid.put(TerminalText.padded(label, to: plot.left, right: true), column: 0, line: place, ink: .faint)
            grid.put(place == plot.lines ? "┴" : "┤", column: plot.left + 1, line: place, ink: .faint)
        }
        let first = plot.left + 2
        for tick in ticks {
            let size = TerminalText.width(tick.label)
            let wanted = first + tick.column - size / 2
            let start = max(0, min(wanted, width - size))
            // A label that would touch its neighbour, or stand far from its tick, is left out.
            guard size <= width, abs(start - wanted) <= size, grid.isBlank(columns: max(0, start - 1)..<min(width, start + size + 1), line: plot.lines + 1) else { continue }
            grid.put(tick.label, column: start, line: plot.lines + 1, ink: .faint)
            grid.put("┬", column: first + tick.column, line: plot.lines, ink: .faint)
        }
    }

    private func framed(_ grid: TextGrid, _ plot: Plot) -> [String] {
        var lines = grid.lines(hasColours: hasColours)
        if !titlesAreSaid {
            lines.insert(painted(TerminalText.cut(LabelText.clean(chart.y.title), to: width), .faint), at: 0)
            let title = TerminalText.cut(LabelText.clean(chart.x.title), to: plot.columns)
            let indent = plot.left + 2 + max(0, (plot.columns - TerminalText.width(title)) / 2)
            lines.append(String(repeating: " ", count: min(indent, max(0, width - TerminalText.width(title)))) + painted(title, .faint))
        }
        return lines
    }

    // MARK: Histograms

    private func histogram(_ edges: [Double], _ counts: [Double]) -> [String] {
        let highest = max(1, counts.max() ?? 1)
        let plot = plot(chart.y.isLogarithmic ? 1 : 0, highest)
        // Where there are more bins than columns, neighbours go together.
        let together = (counts.count + plot.columns - 1) / plot.columns
        let bins = stride(from: 0, to: counts.count, by: together).map { start in counts[start..<min(start + together, counts.count)].reduce(0, +) }
        let scale = together > 1 ? Scale(plot.y.isLogarithmic ? 1 : 0, max(1, bins.max() ?? 1), unit: chart.y.unit, most: max(2, plot.lines / 2), isLogarithmic: chart.y.isLogarithmic) : plot.y
        let columns = max(1, plot.columns / bins.count)
        let fitted = Plot(left: max(plot.left, scale.ticks.map { TerminalText.width($0.label) }.max() ?? 1), columns: columns * bins.count, lines: plot.lines, y: scale)
        var grid = TextGrid(width: width, height: plot.lines + 2)
        let x = Scale(edges[0], edges[edges.count - 1], unit: chart.x.unit, most: max(2, fitted.columns / (chart.x.unit == .date || chart.x.unit == .timestamp ? 14 : 8)), isRound: false)
        let ticks: [(column: Int, label: String)] = x.ticks.map { tick in
            // Bins of whole numbers stand for one each; the label belongs to their middle.
            let middle = chart.x.unit == .whole && together == 1 && counts.count > 1 && edges[1] - edges[0] == 1 ? 0.5 / Double(bins.count) : 0
            return (min(fitted.columns - 1, Int(((x.place(tick.value) ?? 0) + middle) * Double(fitted.columns))), tick.label)
        }
        frame(&grid, fitted, line: { fitted.lines - Int((($0 <= 0 ? 0 : fitted.y.place($0) ?? 0) * Double(fitted.lines)).rounded()) }, ticks: ticks)
        let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        for (bin, count) in bins.enumerated() where count > 0 {
            // What is there at all is seen.
            let eighths = max(1, Int(((scale.place(count) ?? 0) * Double(fitted.lines * 8)).rounded()))
            let gap = columns >= 5 ? 1 : 0
            for line in 0..<fitted.lines {
                let part = min(8, eighths - line * 8)
                if part <= 0 { break }
                grid.put(String(repeating: blocks[part - 1], count: columns - gap), column: fitted.left + 2 + bin * columns, line: fitted.lines - 1 - line, ink: .series(0))
            }
        }
        return framed(grid, fitted)
    }

    // MARK: Lines and points

    private func dots(_ series: [[Chart.Point]], connected: Bool) -> [String] {
        let all = series.joined()
        let (left, right) = (all.map(\.x).min() ?? 0, all.map(\.x).max() ?? 1)
        let plot = plot(all.map(\.low).min() ?? 0, all.map(\.high).max() ?? 1)
        let x = Scale(left, right, unit: chart.x.unit, most: max(2, plot.columns / (chart.x.unit == .date || chart.x.unit == .timestamp ? 14 : 8)), isLogarithmic: false, isRound: !connected)
        var canvas = BrailleCanvas(columns: plot.columns, lines: plot.lines)
        func across(_ value: Double) -> Int { Int(((x.place(value) ?? 0) * Double(canvas.dotsAcross - 1)).rounded()) }
        func down(_ value: Double) -> Int? { plot.y.place(value).map { Int(((1 - $0) * Double(canvas.dotsDown - 1)).rounded()) } }
        for (ink, points) in series.enumerated() {
            if !connected {
                for point in points { if let y = down(point.y) { canvas.set(across(point.x), y, ink: ink) } }
                continue
            }
            var last: (x: Int, y: Int)?
            for point in points {
                guard let y = down(point.y) else {
                    last = nil
                    continue
                }
                let place = (x: across(point.x), y: y)
                canvas.line(from: last ?? place, to: place, ink: ink)
                if let low = down(point.low), let high = down(point.high), low != high { canvas.line(from: (place.x, low), to: (place.x, high), ink: ink) }
                last = place
            }
        }
        var grid = TextGrid(width: width, height: plot.lines + 2)
        // So many rows in one place that dots would run together: the more rows, the darker.
        if !connected, series.count == 1, let heaviest = all.map(\.weight).max(), heaviest > 1 {
            var weights = [Double](repeating: 0, count: plot.columns * plot.lines)
            for point in all { if let y = down(point.y) { weights[y / 4 * plot.columns + across(point.x) / 2] += point.weight } }
            let most = log(max(2, weights.max() ?? 2) + 1)
            for (i, weight) in weights.enumerated() where weight > 0 {
                let shade = ["·", "░", "▒", "▓", "█"][min(4, Int(log(weight + 1) / most * 5))]
                grid.put(shade, column: plot.left + 2 + i % plot.columns, line: i / plot.columns, ink: .series(0))
            }
            canvas = BrailleCanvas(columns: plot.columns, lines: plot.lines)
        }
        frame(&grid, plot, line: { (down($0) ?? 0) / 4 }, ticks: x.ticks.map { (min(plot.columns - 1, across($0.value) / 2), $0.label) })
        for line in 0..<plot.lines {
            for column in 0..<plot.columns {
                guard let cell = canvas.cell(column: column, line: line) else { continue }
                let text = chart.series.count > 1 && !hasColours ? Self.signs[cell.ink % Self.signs.count] : cell.text
                grid.put(text, column: plot.left + 2 + column, line: line, ink: .series(cell.ink))
            }
        }
        return framed(grid, plot)
    }
}

/// How long bars are: shares of an axis that holds zero, or, on a logarithmic one, begins below the least value.
struct BarExtent {
    /// How far from the left end zero stands, as a share.
    let zero: Double
    private let low: Double
    private let high: Double
    private let scale: Scale?

    init(_ values: [[Double?]], isLogarithmic: Bool, endsWithOthers: Bool = false) {
        let values = endsWithOthers && (values.first?.count ?? 0) > 1 ? values.map { Array($0.dropLast()) } : values
        let numbers = values.joined().compactMap { $0 }.filter(\.isFinite).map { max(-1e300, min(1e300, $0)) }
        let positive = numbers.filter { $0 > 0 }
        if isLogarithmic, let least = positive.min(), let most = positive.max() {
            scale = Scale(least / 10, most, unit: .number, most: 10, isLogarithmic: true, isRound: false)
            (low, high, zero) = (0, most, 0)
            return
        }
        scale = nil
        (low, high) = (min(0, numbers.min() ?? 0), max(0, numbers.max() ?? 0))
        let width = high / 2 - low / 2
        zero = width > 0 ? max(0, min(1, -low / 2 / width)) : 0
    }

    /// The share of the axis between zero and a value, negative to the left of it; nil for what has no place.
    func length(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        if let scale { return value / 1.001 > high ? nil : scale.place(value) }
        // What the axis was not made for, such as the sum of the others.
        let value = max(-1e300, min(1e300, value))
        if value < low || value > high { return nil }
        let width = high / 2 - low / 2
        return width > 0 ? max(-1, min(1, value / 2 / width)) : 0
    }
}
