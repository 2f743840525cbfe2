internal import Catalog
package import Jobs

/// A workflow's graph for a person, with the states of a run if there is one.
///
///     ◆      nightly_1       cron(0 2 * * ? *) Europe/Berlin
///     ├─┬─╮
///     ✔ │ │  load_sales      SUCCEEDED  12.3 s
///     │ ✔ │  load_customers  SUCCEEDED   4.1 s
///     │ │ ✖  load_products   FAILED      1.0 s  load_products.lua:7: no such column
///     ├─┴─╯
///     ◇      nightly_2       after all of load_sales, load_customers, load_products
///     ○      join
package enum WorkflowText {
    /// - Parameter descriptions: what is said of jobs where no run is shown.
    package static func graph(
        _ graph: WorkflowGraph, descriptions: [String: String] = [:], now: Double, width: Int? = Screen.width, hasColours: Bool = Screen.hasColours
    ) -> String {
        let drawing = GraphDrawing(marks: graph.nodes.map { mark($0, hasRun: graph.hasRun) }, edges: graph.edges)
        let names = graph.nodes.map { Complaint.escaped($0.name) }
        let nameWidth = names.map(\.count).max() ?? 0
        let stateWidth = graph.nodes.compactMap { $0.state?.rawValue.count }.max() ?? 0
        let timeWidth = graph.nodes.compactMap { $0.run.map { DefinitionListing.duration($0, now: now).count } }.max() ?? 0
        var text = ""
        for line in drawing.lines {
            guard let place = line.node else {
                text += trimmed(line.lanes) + "\n"
                continue
            }
            let node = graph.nodes[place]
            let name = names[place] + String(repeating: " ", count: nameWidth - names[place].count)
            var cells: [(text: String, style: Screen.Style?)] = []
            switch node.content {
            case .trigger(let trigger): cells = [(Complaint.escaped(trigger.cause), .faint)]
            case .work(let work):
                if let state = node.state {
                    cells = [(padded(state.rawValue, stateWidth), DefinitionListing.style(of: state.rawValue))]
                    let took = node.run.map { DefinitionListing.duration($0, now: now) } ?? ""
                    if timeWidth > 0 { cells.append((String(repeating: " ", count: timeWidth - took.count) + took, nil)) }
                    cells.append((remarks(node), nil))
                } else if !graph.hasRun {
                    cells = [(work.kind == .crawler ? "crawler" : DefinitionListing.firstLine(descriptions[work.name]), .faint)]
                }
            }
            // The mark in its colour; the lanes are one character a column.
            var lanes = line.lanes
            if hasColours, let state = node.state, let index = lanes.firstIndex(of: mark(node, hasRun: graph.hasRun)) {
                lanes.replaceSubrange(index...index, with: Screen.paint(String(lanes[index]), DefinitionListing.style(of: state.rawValue), if: true))
            }
            let plain = cells.map(\.text).joined(separator: "  ")
            let room = width.map { max(10, $0 - line.lanes.count - nameWidth - 4) }
            var rest = ""
            if let room, plain.count > room {
                rest = Screen.cut(plain, to: room)
            } else {
                rest = cells.map { Screen.paint($0.text, $0.text.allSatisfy { $0 == " " } ? nil : $0.style, if: hasColours) }.joined(separator: "  ")
            }
            text += trimmed(lanes + "  " + name + "  " + rest) + "\n"
        }
        for (from, to) in drawing.undrawn { text += "and from \(names[from]) back to \(names[to])\n" }
        return text
    }

    /// The line above a graph: how the run stands.
    static func headline(of run: WorkflowRunRecord, now: Double, hasColours: Bool = Screen.hasColours) -> String {
        let state = Screen.paint(run.state.rawValue, DefinitionListing.style(of: run.state.rawValue), if: hasColours)
        var text = "run \(run.id)  \(state)  \(Screen.time(run.started))  \(Quantity.elapsed(max(0, (run.finished ?? now) - run.started)))"
        if let previous = run.previousRun { text += "  resumes \(DefinitionListing.short(previous))" }
        if let error = run.error { text += "\n" + DefinitionListing.firstLine(error) }
        return text + "\n"
    }

    private static func mark(_ node: WorkflowGraph.Node, hasRun: Bool) -> Character {
        switch node.content {
        case .trigger: return hasRun && !node.isReached ? "◇" : "◆"
        case .work:
            switch node.state {
            case nil: return hasRun ? "○" : "●"
            case .succeeded: return "✔"
            case .failed, .error, .timeout: return "✖"
            case .stopped: return "■"
            case .waiting: return "◌"
            case .starting, .running, .stopping: return "▶"
            }
        }
    }

    private static func remarks(_ node: WorkflowGraph.Node) -> String {
        var parts: [String] = []
        if node.isInherited { parts.append("from the run before") }
        if let run = node.run {
            if run.attempt > 0 { parts.append("attempt \(run.attempt + 1)") }
            if let rows = run.details.rowsWritten, rows > 0 { parts.append("\(DefinitionListing.grouped(rows)) rows") }
            if let error = run.error { parts.append(DefinitionListing.firstLine(error)) }
        }
        return parts.joined(separator: ", ")
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
