/// Rewrites a plan into one that gives the same rows for less work.
///
/// Columns are pruned while a plan is lowered (`PlanNode.requiredColumns`); what moves operators is a rule here.
public enum Optimizer {
    public static func optimize(_ node: PlanNode) -> PlanNode { node }
}
