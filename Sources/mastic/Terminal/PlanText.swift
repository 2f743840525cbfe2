internal import Catalog
internal import Jobs

/// What `mastic apply` is going to do, for a person.
///
///     project.lua: 1 to add, 1 to change, 7 unchanged
///
///     + job      load_sales  jobs/load_sales.lua
///     ~ trigger  nightly     schedule: cron(0 2 * * ? *) -> cron(0 3 * * ? *)
enum PlanText {
    static func text(of plan: ProjectPlan, file: String, hasColours: Bool = Screen.hasColours) -> String {
        var text = summary(of: plan, file: file) + "\n"
        var lines: [(mark: String, kind: String, name: String, texts: [String], style: Screen.Style?)] = []
        for change in plan.changes {
            let mark: String
            let style: Screen.Style
            switch change.action {
            case .add: (mark, style) = ("+", .green)
            case .change: (mark, style) = ("~", .yellow)
            case .remove: (mark, style) = ("-", .red)
            }
            let texts = change.action == .change ? change.differences.map { "\($0.member): \($0.old ?? "none") -> \($0.new ?? "none")" } : [change.summary]
            lines.append((mark, change.kind.rawValue, Complaint.escaped(change.name), texts, style))
        }
        for leftover in plan.leftovers { lines.append(("-", leftover.kind.rawValue, leftover.name, ["(only with --prune)"], .faint)) }
        if lines.isEmpty { return text }
        text += "\n"
        let kindWidth = lines.map(\.kind.count).max() ?? 0
        let nameWidth = lines.map(\.name.count).max() ?? 0
        for line in lines {
            let head = "\(line.mark) \(padded(line.kind, kindWidth))  \(padded(line.name, nameWidth))"
            for (i, words) in line.texts.enumerated() {
                let first = i == 0 ? Screen.paint(head, line.style, if: hasColours) : String(repeating: " ", count: head.count)
                var row = first + "  " + Complaint.escaped(words)
                while row.hasSuffix(" ") { row.removeLast() }
                text += row + "\n"
            }
        }
        return text
    }

    static func summary(of plan: ProjectPlan, file: String) -> String {
        var parts: [String] = []
        for (count, words) in [(plan.count(.add), "to add"), (plan.count(.change), "to change"), (plan.count(.remove), "to remove")] where count > 0 {
            parts.append("\(count) \(words)")
        }
        if parts.isEmpty { return "\(file): nothing to do, \(plan.unchanged) unchanged" }
        return "\(file): \(parts.joined(separator: ", ")), \(plan.unchanged) unchanged"
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
