internal import Columnar

/// What is made of no rows, and gives none, is nothing.
struct EmptyRelations: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        func isEmpty(_ i: Int) -> Bool { (node.inputs[i] as? ScanNode)?.isEmpty ?? false }
        let gone: Bool
        switch node {
        case is FilterNode, is ProjectNode, is SelectColumnsNode, is SortNode, is WindowNode, is ExpandNode, is GenerateNode: gone = isEmpty(0)
        case let limit as LimitNode: gone = limit.count <= 0 || isEmpty(0)
        case let node as AggregateNode: gone = !node.keys.isEmpty && isEmpty(0)
        case let join as JoinNode:
            switch join.kind {
            case .inner, .leftSemi: gone = isEmpty(0) || isEmpty(1)
            case .left, .existence: gone = isEmpty(0)
            case .right: gone = isEmpty(1)
            case .full: gone = isEmpty(0) && isEmpty(1)
            case .leftAnti, .nullAwareAnti:
                if isEmpty(1) { return join.inputs[0] }
                gone = isEmpty(0)
            }
        case let union as UnionNode:
            let left = union.inputs.filter { !(($0 as? ScanNode)?.isEmpty ?? false) }
            let schema = facts.schema(of: union)
            if left.count == union.inputs.count || left.contains(where: { facts.schema(of: $0) != schema }) { return nil }
            if left.count == 1 { return left[0] }
            if !left.isEmpty { return UnionNode(left, options: union.options) }
            gone = true
        default: return nil
        }
        return gone && facts.isPure(node) ? facts.schema(of: node).map { ScanNode.empty($0) } : nil
    }
}
