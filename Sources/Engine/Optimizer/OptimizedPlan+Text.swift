extension OptimizedPlan: CustomStringConvertible {
    /// The plan as a tree, the last step first: each node's label, what it does, and what is wanted of it where that is less than everything.
    ///
    ///     Map job.lua:9 (reads id, amount)
    ///     └─ Scan sales (columns: amount, id; rows: amount > 0)
    public var description: String { lines(withEstimates: false).joined(separator: "\n") }

    /// The same with the number of rows that each node is thought to give, where that was estimated: `Join (a = b) ~ 1200 rows`.
    /// A scan says too how much of its source it reads, where that is less than all.
    public func descriptionWithEstimates(_ context: ExecutionContext) -> String { lines(withEstimates: true, context).joined(separator: "\n") }

    private func lines(withEstimates: Bool, _ context: ExecutionContext? = nil) -> [String] {
        var head = [node.label] + (notes.isEmpty ? [] : ["(\(notes.joined(separator: "; ")))"])
        if withEstimates, let rows = estimatedRows { head.append("~ \(Int(exactly: rows.rounded()) ?? Int.max) rows") }
        if let context, let text = pruning(context)?.text, !text.isEmpty { head.append("[\(text)]") }
        var result = [head.joined(separator: " ")]
        for (i, input) in inputs.enumerated() {
            let isLast = i == inputs.count - 1
            for (j, line) in input.lines(withEstimates: withEstimates, context).enumerated() {
                result.append((j == 0 ? isLast ? "└─ " : "├─ " : isLast ? "   " : "│  ") + line)
            }
        }
        return result
    }

    private var notes: [String] {
        var notes = node.detail.isEmpty ? [] : [node.detail]
        guard inputs.isEmpty else { return notes }
        if let columns { notes.append("columns: " + (columns.isEmpty ? "none" : columns.sorted().joined(separator: ", "))) }
        if let rows { notes.append("rows: \(rows.withoutNaNConditions)") }
        return notes
    }
}
