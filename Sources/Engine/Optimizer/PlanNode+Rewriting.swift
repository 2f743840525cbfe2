internal import Columnar

/// What the rewriting of plans asks of nodes.
extension PlanNode {
    /// Whether rules may look at the node and move others past it: it is made of expressions alone, and nobody counts what becomes of its rows.
    ///
    /// Everything else is the end of what is rewritten as a whole. A cache is too: its rows are kept for others.
    var isRelational: Bool {
        if options.stageThreshold != 0 || options.totalThreshold != 0 || !options.function.isEmpty { return false }
        switch self {
        case let filter as FilterNode: return !filter.missingIsNull
        case is ProjectNode, is SelectColumnsNode, is AggregateNode, is JoinNode, is SortNode, is LimitNode, is UnionNode, is WindowNode, is ExpandNode,
            is GenerateNode, is ScalarNode, is ScanNode:
            return true
        default: return false
        }
    }

    /// The inputs that belong to the same relational part of the plan.
    var relationalInputs: [PlanNode] { isRelational ? inputs : [] }

    /// The node over other inputs, which have the same columns.
    ///
    /// - Precondition: the node is relational.
    func over(_ inputs: [PlanNode]) -> PlanNode {
        if inputs.count == self.inputs.count, zip(inputs, self.inputs).allSatisfy({ $0 === $1 }) { return self }
        switch self {
        case let node as FilterNode: return FilterNode(inputs[0], condition: node.condition, options: node.options)
        case let node as ProjectNode: return ProjectNode(inputs[0], columns: node.columns, options: node.options)
        case let node as SelectColumnsNode: return SelectColumnsNode(inputs[0], columns: node.columns, options: node.options)
        case let node as AggregateNode: return AggregateNode(inputs[0], keys: node.keys, aggregates: node.aggregates, options: node.options)
        case let node as JoinNode: return JoinNode(inputs[0], inputs[1], kind: node.kind, keys: node.keys, condition: node.condition, build: node.build)
        case let node as SortNode: return SortNode(inputs[0], keys: node.keys, limit: node.limit, options: node.options)
        case let node as LimitNode: return LimitNode(inputs[0], count: node.count, offset: node.offset, options: node.options)
        case let node as UnionNode: return UnionNode(inputs, options: node.options)
        case let node as WindowNode: return WindowNode(inputs[0], columns: node.columns, options: node.options)
        case let node as ExpandNode: return ExpandNode(inputs[0], names: node.names, projections: node.projections)
        case let node as GenerateNode:
            return GenerateNode(inputs[0], node.generator, node.arguments, names: node.names, keepsEmpty: node.keepsEmpty)
        case is ScalarNode: return ScalarNode(inputs[0])
        case let node as ConformNode: return ConformNode(inputs[0], options: node.options)
        default: preconditionFailure("\(label) is no relational node")
        }
    }

    /// The expressions that the node computes over its inputs' columns.
    var expressions: [Expression] {
        switch self {
        case let node as FilterNode: [node.condition]
        case let node as ProjectNode: node.columns.map(\.expression)
        case let node as SelectColumnsNode: node.columns.map { .field($0) }
        case let node as AggregateNode: node.keys.map(\.expression) + node.aggregates.flatMap(\.inputs)
        case let node as JoinNode: node.keys.flatMap { [$0.left, $0.right] } + (node.condition.map { [$0] } ?? [])
        case let node as SortNode: node.keys.map(\.expression)
        case let node as WindowNode: node.columns.map { .window($0.call) }
        case let node as ExpandNode: node.projections.flatMap { $0 }
        case let node as GenerateNode: node.arguments
        default: []
        }
    }

    /// The columns of a node that only picks and computes columns, one expression each; nil for other nodes.
    var projection: [NamedExpression]? {
        switch self {
        case let node as ProjectNode: node.columns
        case let node as SelectColumnsNode: node.columns.map { NamedExpression($0, .field($0)) }
        default: nil
        }
    }

    /// The node with the rows that fulfil all of some conditions; the node itself for none.
    func filtered(by conditions: [Expression]) -> PlanNode { conditions.isEmpty ? self : FilterNode(self, condition: .all(conditions)) }
}

/// A relation that is known to have no rows.
private struct EmptySource: BatchSource {
    let name = "nothing"
    let schema: FrameSchema
    var estimatedBytes: Int? { 0 }
    func open(_ request: ScanRequest, context: ScanContext) -> any BatchScan { MemoryScan([]) }
}

extension ScanNode {
    /// A relation without rows.
    static func empty(_ schema: Schema) -> ScanNode { ScanNode(EmptySource(schema: .exact(schema))) }

    /// Whether it is known that there are no rows.
    var isEmpty: Bool { source is EmptySource }
}
