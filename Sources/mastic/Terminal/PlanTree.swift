internal import Engine

/// A plan as a tree for a terminal: what each node does, beneath its name, in lines that fit.
///
///     Filter job.lua:6  ~ 1,200 rows
///     │  reads amount, status; lifted
///     └─ Scan db.sales  ~ 3,000 rows
///           reads 1 of 3 files, 3 of 5 columns: amount, id, status
///           rows: amount > 2
struct PlanTree {
    let width: Int
    let hasColours: Bool

    func text(of node: PlanReport) -> String { lines(of: node, head: "", rest: "").map { $0 + "\n" }.joined() }

    private func lines(of node: PlanReport, head: String, rest: String) -> [String] {
        var name = Screen.paint(Complaint.escaped(node.operator), .bold, if: hasColours)
        if let site = node.site { name += " " + Complaint.escaped(site) }
        if let rows = node.estimatedRows { name += "  " + Screen.paint("~ \(ProgressText.grouped(rows)) row\(rows == 1 ? "" : "s")", .faint, if: hasColours) }
        var lines = [head + name]
        let bar = rest + (node.children.isEmpty ? "   " : "│  ")
        for fact in PlanTree.facts(of: node) {
            for part in Screen.wrap(Complaint.escaped(fact).replacing("\n", with: " "), to: max(20, width - bar.count)) {
                lines.append(bar + Screen.paint(part, .faint, if: hasColours))
            }
        }
        for (i, child) in node.children.enumerated() {
            let isLast = i == node.children.count - 1
            lines += self.lines(of: child, head: rest + (isLast ? "└─ " : "├─ "), rest: rest + (isLast ? "   " : "│  "))
        }
        return lines
    }

    /// What is said of a node beneath its name.
    static func facts(of node: PlanReport) -> [String] {
        var facts: [String] = []
        if let detail = node.detail { facts.append(detail) }
        var reads = node.scan?.text ?? ""
        if let columns = node.columns {
            let names = columns.isEmpty ? "no column" : columns.joined(separator: ", ")
            reads += reads.isEmpty || !reads.hasSuffix("columns") ? (reads.isEmpty ? "" : "; ") + (columns.isEmpty ? names : "columns: \(names)") : (columns.isEmpty ? "" : ": \(names)")
        }
        if !reads.isEmpty { facts.append(reads.hasPrefix("columns") ? reads : "reads " + reads) }
        if let predicate = node.predicate { facts.append("rows: \(predicate)") }
        return facts
    }
}
