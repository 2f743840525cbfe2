/// Tells each node of a plan what is wanted of it: the columns that someone reads, and the rows that have a chance to arrive.
///
/// Both come from above, node by node (`PlanNode.requiredColumns`, `PlanNode.requiredRows`), and end at the sources, which read less for them. No
/// node changes its place, so error records, thresholds and what a plan has learnt of its schemas stay with the nodes that scripts made.
public enum Optimizer {
    /// - Parameters:
    ///   - columns: the columns wanted of the plan's result; nil for all.
    ///   - keepsErrorRecords: whether records that fail are read afterwards, which takes every column of every record.
    public static func optimize(_ node: PlanNode, columns: ColumnSet = nil, keepsErrorRecords: Bool = false) -> OptimizedPlan {
        optimize(node, columns: keepsErrorRecords ? nil : columns, rows: nil, keepsErrorRecords)
    }

    private static func optimize(_ node: PlanNode, columns: ColumnSet, rows: Expression?, _ keepsErrorRecords: Bool) -> OptimizedPlan {
        let inputColumns = keepsErrorRecords ? node.inputs.map { _ in nil } : node.requiredColumns(columns)
        let inputRows = keepsErrorRecords ? node.inputs.map { _ in nil } : node.requiredRows(rows)
        let inputs = node.inputs.indices.map { i in
            optimize(node.inputs[i], columns: inputColumns[i], rows: inputRows[i]?.folded, keepsErrorRecords)
        }
        return OptimizedPlan(node: node, columns: columns, rows: rows, inputs: inputs)
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
}
