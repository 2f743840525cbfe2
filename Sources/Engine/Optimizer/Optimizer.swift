/// Makes a plan that gives the same rows for less work.
///
/// First its relational parts are rewritten (`PlanRewriter`). Then each node of the plan is told what is wanted of it: the columns that someone reads, and the
/// rows that have a chance to arrive. Both come from above, node by node (`PlanNode.requiredColumns`, `PlanNode.requiredRows`), and end at the sources, which
/// read less for them. Nodes that are not relational never change their place, so error records, thresholds and what a plan has learnt of its schemas stay
/// with the nodes that scripts made.
public enum Optimizer {
    /// - Parameters:
    ///   - columns: the columns wanted of the plan's result; nil for all.
    ///   - keepsErrorRecords: whether records that fail are read afterwards, which takes every column of every record, and each node as it is.
    public static func optimize(_ node: PlanNode, columns: ColumnSet = nil, keepsErrorRecords: Bool = false) -> OptimizedPlan {
        optimize(node, columns: columns, keepsErrorRecords: keepsErrorRecords, PlanRewriter())
    }

    static func optimize(_ node: PlanNode, columns: ColumnSet, keepsErrorRecords: Bool, _ rewriter: PlanRewriter) -> OptimizedPlan {
        if keepsErrorRecords { return plain(node) }
        return optimize(rewriter.rewritten(node), columns: columns, rows: nil, rewriter)
    }

    /// - Parameter node: a node that was rewritten with the part that it belongs to.
    private static func optimize(_ node: PlanNode, columns: ColumnSet, rows: Expression?, _ rewriter: PlanRewriter) -> OptimizedPlan {
        let inputColumns = node.requiredColumns(columns)
        let inputRows = node.requiredRows(rows)
        let isOpen = !node.inputs.isEmpty && rewriter.facts.isOpen(node)
        let inputs = node.inputs.indices.map { i in
            optimize(isOpen ? node.inputs[i] : rewriter.rewritten(node.inputs[i]), columns: inputColumns[i], rows: inputRows[i]?.folded, rewriter)
        }
        var plan = OptimizedPlan(node: node, columns: columns, rows: rows, inputs: inputs)
        if rewriter.notesEstimates { plan.estimatedRows = rewriter.facts.estimate(of: node).rows }
        return plan
    }

    private static func plain(_ node: PlanNode) -> OptimizedPlan {
        OptimizedPlan(node: node, columns: nil, rows: nil, inputs: node.inputs.map(plain))
    }
}

/// A plan with what is wanted of each node: what an execution lowers and `explain` prints.
public struct OptimizedPlan: Sendable {
    public let node: PlanNode
    /// The columns of the node's result that someone looks at; nil for all.
    public let columns: ColumnSet
    /// What a row of the node's result must fulfil to be of use; nil where all rows are.
    public let rows: Expression?
    public let inputs: [OptimizedPlan]
    /// About how many rows the node gives; only of plans that are explained.
    public internal(set) var estimatedRows: Double?
}
