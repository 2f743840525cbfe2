/// Writes columns as the input does. Scripts may write them in any case; rules compare names to the letter.
struct NameSpelling: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        guard let names = facts.spelling(of: node), !names.isEmpty else { return nil }
        let input = node.inputs[0]
        switch node {
        case let node as FilterNode: return FilterNode(input, condition: node.condition.renamingFields(names), options: node.options)
        case let node as ProjectNode:
            return ProjectNode(input, columns: node.columns.map { NamedExpression($0.name, $0.expression.renamingFields(names)) }, options: node.options)
        case let node as AggregateNode:
            return AggregateNode(
                input, keys: node.keys.map { NamedExpression($0.name, $0.expression.renamingFields(names)) },
                aggregates: node.aggregates.map { $0.mapping { $0.renamingFields(names) } }, options: node.options)
        case let node as SortNode:
            let keys = node.keys.map { SortNode.Key($0.expression.renamingFields(names), descending: $0.descending, nullsFirst: $0.nullsFirst) }
            return SortNode(input, keys: keys, limit: node.limit, options: node.options)
        case let node as WindowNode:
            return WindowNode(
                input,
                columns: node.columns.map { column in
                    guard case .window(let call) = Expression.window(column.call).renamingFields(names) else { return column }
                    return WindowNode.Column(column.name, call)
                }, options: node.options)
        case let node as GenerateNode:
            return GenerateNode(
                input, node.generator, node.arguments.map { $0.renamingFields(names) }, names: node.names, keepsEmpty: node.keepsEmpty)
        case let node as ExpandNode:
            return ExpandNode(input, names: node.names, projections: node.projections.map { $0.map { $0.renamingFields(names) } })
        default: return nil
        }
    }
}
