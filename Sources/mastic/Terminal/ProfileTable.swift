internal import Engine
internal import Scripting

/// Where the time of a script's actions went, as tables for people.
///
///     write parquet to out/ by day, job.lua:14           1.42 s
///       operator                   rows  batches     time  share  threads  interpreted
///       action                                    0.610 s   43 %        2
///       Map job.lua:9           310,044      211  0.210 s   15 %        2          0 %
///       └─ Scan sales         1,000,000      211  0.600 s   42 %        2
enum ProfileTable {
    static func text(of environment: ScriptEnvironment) -> String {
        environment.profiled.filter { !$0.profile.plans.isEmpty }.map { text(of: $0.profile, wall: $0.nanoseconds) }.joined(separator: "\n")
    }

    private static func text(of profile: Profile, wall: Int) -> String {
        var lines: [(name: String, operator: OperatorProfile)] = [("action", profile.action)]
        func add(_ plan: OptimizedPlan, _ first: String, _ others: String) {
            lines.append((first + plan.node.label, profile.entry(for: plan.node)))
            for (i, input) in plan.inputs.enumerated() {
                let isLast = i == plan.inputs.count - 1
                add(input, others + (isLast ? "└─ " : "├─ "), others + (isLast ? "   " : "│  "))
            }
        }
        // A plan that started again, or that learnt its schema first, is listed once.
        var seen = Set<ObjectIdentifier>()
        for plan in profile.plans.reversed() where seen.insert(ObjectIdentifier(plan.node)).inserted { add(plan, "", "") }
        let total = max(lines.reduce(0) { $0 + $1.operator.nanoseconds }, 1)
        let spills = lines.contains { $0.operator.spilledBytes > 0 }
        let calls = lines.contains { $0.operator.calls > 0 }
        var table: [[String]] = [
            ["operator", "rows", "batches", "time", "share", "threads"] + (calls ? ["interpreted"] : []) + (spills ? ["spilled"] : [])
        ]
        for (name, entry) in lines {
            let isAction = entry === profile.action
            table.append(
                [
                    name, isAction ? "" : grouped(entry.rows), isAction ? "" : grouped(entry.batches), seconds(entry.nanoseconds),
                    "\((entry.nanoseconds * 100 + total / 2) / total) %", "\(entry.threads)",
                ] + (calls ? [entry.calls > 0 ? percent(entry.interpretedCalls, of: entry.calls) : ""] : []) + (spills ? [entry.spilledBytes > 0 ? bytes(entry.spilledBytes) : ""] : []))
        }
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var text = "\(profile.action.label)  \(seconds(wall))\n"
        for row in table {
            let cells = row.enumerated().map { i, cell in
                let space = String(repeating: " ", count: widths[i] - cell.count)
                return i == 0 ? cell + space : space + cell
            }
            text += "  " + cells.joined(separator: "  ") + "\n"
        }
        return text
    }

    private static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var result = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    private static func seconds(_ nanoseconds: Int) -> String {
        let milliseconds = (nanoseconds + 500_000) / 1_000_000
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction + " s"
    }

    /// Part of a whole; what is more than nothing does not look like it.
    private static func percent(_ part: Int, of whole: Int) -> String {
        let share = (part * 100 + whole / 2) / whole
        return part > 0 && share == 0 ? "< 1 %" : part < whole && share == 100 ? "> 99 %" : "\(share) %"
    }

    private static func bytes(_ count: Int) -> String { count >= 10 << 20 ? "\(count >> 20) MiB" : "\(count >> 10) KiB" }
}
