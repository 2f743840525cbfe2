internal import Engine
internal import Scripting

/// Draws plans as an SVG document: boxes with what they read from beneath them, arrows as thick as there are rows.
struct PlanDrawing {
    let actions: [ExplainedAction]

    private static let ink = "#7a7a7a"
    private static let (boxWidth, lineHeight, gap, fall) = (300.0, 15.0, 24.0, 34.0)
    /// Letters that a line of a box has room for, and lines of its detail.
    private static let (letters, mostLines) = (44, 5)

    /// A node with its place.
    private struct Box {
        let node: PlanReport
        let lines: [String]
        let children: [Box]
        /// The width of all that hangs below.
        let width: Double
        var height: Double { Double(lines.count + 1) * PlanDrawing.lineHeight + 12 }
        /// The height of all that hangs below.
        var depth: Double { height + (children.map { $0.depth + PlanDrawing.fall }.max() ?? 0) }

        init(_ node: PlanReport) {
            self.node = node
            children = node.children.map { Box($0) }
            width = max(PlanDrawing.boxWidth, children.reduce(-PlanDrawing.gap) { $0 + $1.width + PlanDrawing.gap })
            var lines: [String] = []
            for text in PlanTree.facts(of: node) {
                var parts = Screen.wrap(text, to: PlanDrawing.letters).flatMap { PlanDrawing.pieces($0) }
                if parts.count > PlanDrawing.mostLines { parts = Array(parts.prefix(PlanDrawing.mostLines - 1)) + ["…"] }
                lines += parts
            }
            self.lines = lines
        }
    }

    /// A text in parts that fit a line, where it has a word that does not.
    private static func pieces(_ text: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(text)
        while rest.count > letters {
            parts.append(String(rest.prefix(letters)))
            rest = rest.dropFirst(letters)
        }
        return parts + [String(rest)]
    }

    /// The document.
    var svg: String {
        let boxes = actions.map { Box($0.plan) }
        let width = max(400, (boxes.map(\.width).max() ?? 0) + 40)
        var body = ""
        var top = 16.0
        for (action, box) in zip(actions, boxes) {
            let title = action.action + (action.site.map { " " + $0 } ?? "")
            body += text(Screen.cut(title, to: Int(width / 8)), 20, top + 14, more: " font-size=\"14\" font-weight=\"600\"")
            top += 28
            body += draw(box, left: 20, top: top)
            top += box.depth + 30
        }
        if actions.isEmpty {
            body += text("The script has no action.", 20, 30)
            top = 50
        }
        let said = "\(actions.count) plan\(actions.count == 1 ? "" : "s"): " + actions.map(\.action).joined(separator: "; ")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(top))" viewBox="0 0 \(number(width)) \(number(top))" role="img" \
            aria-label="Query plans" font-family="system-ui, sans-serif" font-size="12" fill="\(Self.ink)">
            <title>Query plans</title>
            <desc>\(Self.escaped(said))</desc>
            \(body)</svg>

            """
    }

    private func draw(_ box: Box, left: Double, top: Double) -> String {
        let x = left + (box.width - Self.boxWidth) / 2
        let colour = box.node.children.isEmpty ? "#3a9a5b" : box.node.function.map { $0.lifted ? "#3b82c4" : "#d9762b" } ?? "#3b82c4"
        var result = "<g data-id=\"\(box.node.id)\">\n<rect x=\"\(number(x))\" y=\"\(number(top))\" width=\"\(number(Self.boxWidth))\" height=\"\(number(box.height))\" rx=\"4\" fill=\"none\" stroke=\"\(colour)\"/>\n"
        let rows = box.node.estimatedRows.map { "~ \(ProgressText.grouped($0)) rows" } ?? ""
        let name = Screen.cut(box.node.operator + (box.node.site.map { " " + $0 } ?? ""), to: Self.letters - rows.count - 1)
        result += text(name, x + 8, top + 18, more: " font-weight=\"600\"")
        if !rows.isEmpty { result += text(rows, x + Self.boxWidth - 8, top + 18, more: " text-anchor=\"end\" font-size=\"11\"") }
        for (i, line) in box.lines.enumerated() { result += text(line, x + 8, top + 18 + Double(i + 1) * Self.lineHeight, more: " font-size=\"11\"") }
        result += "</g>\n"
        var at = left + (box.width - box.children.reduce(-Self.gap) { $0 + $1.width + Self.gap }) / 2
        for child in box.children {
            let below = top + box.height + Self.fall
            let from = at + child.width / 2
            var thickness = 1.0
            var left = child.node.estimatedRows ?? 0
            while left >= 1000, thickness < 6 { (thickness, left) = (thickness + 1, left / 10) }
            let middle = x + Self.boxWidth / 2
            result += "<path d=\"M\(number(from)) \(number(below))C\(number(from)) \(number(below - 17)) \(number(middle)) \(number(below - 17)) \(number(middle)) \(number(top + box.height))\""
            result += " stroke=\"\(Self.ink)\" stroke-width=\"\(number(thickness))\" stroke-opacity=\"0.6\" fill=\"none\"/>\n"
            result += draw(child, left: at, top: below)
            at += child.width + Self.gap
        }
        return result
    }

    private func text(_ text: String, _ x: Double, _ y: Double, more: String = "") -> String { "<text x=\"\(number(x))\" y=\"\(number(y))\"\(more)>\(Self.escaped(text))</text>\n" }

    private func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }

    private static func escaped(_ text: String) -> String { Markup.escaped(Complaint.escaped(text)) }
}
