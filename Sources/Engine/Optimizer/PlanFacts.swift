internal import Columnar

/// What rules ask of a plan's nodes more than once.
///
/// Used by one thread, while one plan is rewritten.
package final class PlanFacts {
    private let context: ExecutionContext?
    // The nodes are kept, so that no other takes the place of one in memory and its facts with it.
    private var schemas: [ObjectIdentifier: (node: PlanNode, schema: Schema?)] = [:]

    private var open: [ObjectIdentifier: Bool] = [:]
    private var ordered: [ObjectIdentifier: PlanNode] = [:]
    private var interest: [ObjectIdentifier: Set<String>] = [:]
    private var estimates: [ObjectIdentifier: (node: PlanNode, estimate: Estimate)] = [:]

    /// - Parameter context: for asking sources that have not been asked yet; without one only what is known counts.
    package init(_ context: ExecutionContext?) { self.context = context }

    /// The node's schema, where it is known without reading rows.
    func schema(of node: PlanNode) -> Schema? {
        if let known = schemas[ObjectIdentifier(node)] { return known.schema }
        let schema = findSchema(of: node)
        schemas[ObjectIdentifier(node)] = (node, schema)
        return schema
    }

    private func findSchema(of node: PlanNode) -> Schema? {
        guard node.isRelational, !node.inputs.isEmpty, !(node is ConformNode) else {
            if let context, let schema = try? node.cheapSchema(context) { return schema }
            return node.knownSchema ?? node.declaredSchema.known
        }
        var inputs: [Schema] = []
        for input in node.inputs {
            guard let schema = schema(of: input) else { return nil }
            inputs.append(schema)
        }
        return try? node.derivedSchema(inputs)
    }

    /// Whether rules may look at the node: it is relational, and it is known what its expressions speak of.
    func isOpen(_ node: PlanNode) -> Bool {
        if let conform = node as? ConformNode { return isIdle(conform) }
        guard node.isRelational, schema(of: node) != nil else { return false }
        if node.inputs.isEmpty { return true }
        if let known = open[ObjectIdentifier(node)] { return known }
        let isOpen = spelling(of: node) != nil
        open[ObjectIdentifier(node)] = isOpen
        return isOpen
    }

    /// Whether all batches have the schema that the node would give them.
    func isIdle(_ node: ConformNode) -> Bool {
        let input = node.inputs[0]
        if let context { _ = try? input.cheapSchema(context) }
        guard case .exact(let schema) = input.declaredSchema else { return false }
        return !schema.fields.contains { $0.type.containsChoice }
    }

    /// Whether nothing but its rows comes of the node: no function of a script is called below it, and no record counted.
    func isPure(_ node: PlanNode) -> Bool { node.selfAndAncestors.allSatisfy { $0.isRelational || $0 is ConformNode || $0 is CacheNode || $0 is SampleNode } }

    /// Whether the rows of all sources below a node are known, and so few that it does not matter in which order they are joined.
    func isSmall(_ nodes: [PlanNode]) -> Bool {
        let estimates = nodes.map { estimate(of: $0) }
        return estimates.allSatisfy(\.isKnown) && estimates.reduce(0) { $0 + $1.rows } < 10_000
    }

    /// The columns that the node's expressions write in another way than its inputs do, with the inputs' names; nil where one is not there.
    func spelling(of node: PlanNode) -> [String: String]? {
        var names: [String: String] = [:]
        let schemas = node.inputs.compactMap { schema(of: $0) }
        for name in node.expressions.reduce(into: Set<String>(), { $0.formUnion($1.fields) }) where !schemas.contains(where: { $0.index(of: name) != nil }) {
            guard !(node is SelectColumnsNode), schemas.count == 1, let index = schemas[0].index(ofAnyCase: name) else { return nil }
            names[name] = schemas[0][index].name
        }
        return names
    }

    /// The names of the node's columns; none where they are not known.
    func columns(of node: PlanNode) -> Set<String> { Set(schema(of: node)?.names ?? []) }

    /// About how many rows the node gives, and what they are like.
    package func estimate(of node: PlanNode) -> Estimate {
        if let known = estimates[ObjectIdentifier(node)] { return known.estimate }
        let estimate = Cardinality(facts: self).estimate(node)
        estimates[ObjectIdentifier(node)] = (node, estimate)
        return estimate
    }

    /// Whether the node is a join whose place has been chosen.
    func isOrdered(_ node: PlanNode) -> Bool { ordered[ObjectIdentifier(node)] != nil }

    func noteOrdered(_ node: PlanNode, _ estimate: Estimate) {
        ordered[ObjectIdentifier(node)] = node
        estimates[ObjectIdentifier(node)] = (node, estimate)
    }

    /// The columns of a scan that conditions, joins and groups of the plan depend on, as far as they have been noted.
    func columnsOfInterest(of scan: ScanNode) -> [String] { (interest[ObjectIdentifier(scan)] ?? []).sorted() }

    /// Notes which columns of scans a plan's conditions, joins and groups depend on: only of those anything is asked.
    package func noteInterest(in node: PlanNode, _ wanted: Set<String> = []) {
        guard isOpen(node) else { return }
        if node is ScanNode { return interest[ObjectIdentifier(node), default: []].formUnion(wanted) }
        var read = wanted
        switch node {
        case is ProjectNode, is SelectColumnsNode:
            read = (node.projection ?? []).filter { wanted.contains($0.name) }.reduce(into: []) { $0.formUnion($1.expression.fields) }
        case let node as AggregateNode: read = node.keys.reduce(into: []) { $0.formUnion($1.expression.fields) }
        case is FilterNode, is JoinNode: read = node.expressions.reduce(into: wanted) { $0.formUnion($1.fields) }
        default: break
        }
        for input in node.inputs { noteInterest(in: input, read.intersection(columns(of: input))) }
    }

    /// The type of an expression over a node's rows; nil where it has none.
    func type(of expression: Expression, over node: PlanNode) -> DataType? {
        guard let schema = schema(of: node) else { return nil }
        return try? expression.resolveType(in: schema)
    }
}
