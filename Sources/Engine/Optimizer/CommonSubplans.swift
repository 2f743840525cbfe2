internal import Columnar

/// Computes once what a plan computes twice: joins and groups that are equal, node by node, are read from a cache.
///
/// Only what makes few rows of many is worth keeping: a scan is cheaper read again, with the columns and the rows that each reader wants.
struct CommonSubplans {
    let facts: PlanFacts

    /// Rows read for each row kept, at least.
    private static let gain = 2.0

    func applied(to root: PlanNode) -> PlanNode {
        var shapes = ShapeTable(facts)
        shapes.visit(root)
        // The largest parts that are read more than once; what lies in them is read once with them.
        var chosen: [Int: PlanNode] = [:]
        func choose(_ node: PlanNode) {
            guard facts.isOpen(node), let shape = shapes.shape(of: node) else { return }
            if node !== root, shapes.uses[shape, default: 0] > 1, isWorthKeeping(node) {
                chosen[shape] = chosen[shape] ?? node
                return
            }
            node.inputs.forEach(choose)
        }
        choose(root)
        if chosen.isEmpty { return root }
        // A cache has the columns that any of its readers wants.
        var wanted: [Int: ColumnSet] = [:]
        func note(_ node: PlanNode, _ columns: ColumnSet) {
            guard facts.isOpen(node), let shape = shapes.shape(of: node) else { return }
            if chosen[shape] != nil {
                if let known = wanted[shape] { wanted[shape] = known.flatMap { known in columns.map { known.union($0) } } } else { wanted[shape] = columns }
                return
            }
            for (input, columns) in zip(node.inputs, node.requiredColumns(columns)) { note(input, columns) }
        }
        note(root, nil)
        var caches: [Int: (cache: CacheNode, columns: [String])] = [:]
        for (shape, node) in chosen {
            let names = facts.schema(of: node)?.names ?? []
            let columns = (wanted[shape] ?? nil).map { wanted in names.filter(wanted.contains) } ?? names
            // Rows without columns are still counted.
            let kept = columns.isEmpty ? Array(names.prefix(1)) : columns
            caches[shape] = (CacheNode(kept == names ? node : SelectColumnsNode(node, columns: kept)), kept)
        }
        var results: [ObjectIdentifier: (PlanNode, PlanNode)] = [:]
        func replaced(_ node: PlanNode) -> PlanNode {
            guard facts.isOpen(node), let shape = shapes.shape(of: node) else { return node }
            if let known = results[ObjectIdentifier(node)] { return known.1 }
            var result: PlanNode
            if let cache = caches[shape], let schema = facts.schema(of: node) {
                // Columns that no reader wants are there all the same, for the names' sake: nobody computes them.
                result = schema.names == cache.columns ? cache.cache : ProjectNode(cache.cache, columns: schema.fields.map { field in
                    NamedExpression(field.name, cache.columns.contains(field.name) ? .field([field.name]) : .literal(.null, field.type))
                })
            } else {
                result = node.over(node.inputs.map(replaced))
            }
            results[ObjectIdentifier(node)] = (node, result)
            return result
        }
        return replaced(root)
    }

    private func isWorthKeeping(_ node: PlanNode) -> Bool {
        guard node is JoinNode || node is AggregateNode || node is ProjectNode || node is FilterNode || node is WindowNode else { return false }
        var (read, isComputed) = (0.0, false)
        func visit(_ node: PlanNode) -> Bool {
            guard facts.isOpen(node), node.expressions.allSatisfy(\.isMovableOrWindow) else { return false }
            if node is ScanNode { read += facts.estimate(of: node).rows }
            if node is JoinNode || node is AggregateNode || node is WindowNode { isComputed = true }
            return node.inputs.allSatisfy(visit)
        }
        guard visit(node), isComputed else { return false }
        let estimate = facts.estimate(of: node)
        return estimate.isKnown && estimate.rows * Self.gain <= read
    }
}

extension Expression {
    /// `isMovable`, with a window's call taken for what it is made of.
    fileprivate var isMovableOrWindow: Bool {
        if case .window(let call) = self { return (call.arguments + call.partition + call.order.map(\.expression)).allSatisfy(\.isMovable) }
        return isMovable
    }
}

/// Numbers for the shapes of a plan's nodes: two nodes have one number when they compute the same, of the same sources.
private struct ShapeTable {
    private enum Content: Hashable {
        case source(ObjectIdentifier)
        case filter(Expression)
        case project([NamedExpression])
        case aggregate([NamedExpression], [Aggregate])
        case join(JoinNode.Kind, [JoinNode.Key], Expression?)
        case sort([SortNode.Key], Int?)
        case limit(Int, Int)
        case union
        case window([WindowNode.Column])
        case expand([String], [[Expression]])
        case generate(Generator, [Expression], [String], Bool)
        case scalar
        case other(ObjectIdentifier)
    }
    private struct Shape: Hashable {
        let content: Content
        let inputs: [Int]
    }

    private let facts: PlanFacts
    private var numbers: [Shape: Int] = [:]
    private var known: [ObjectIdentifier: Int] = [:]
    /// How often a shape is read.
    private(set) var uses: [Int: Int] = [:]

    init(_ facts: PlanFacts) { self.facts = facts }

    func shape(of node: PlanNode) -> Int? { known[ObjectIdentifier(node)] }

    @discardableResult
    mutating func visit(_ node: PlanNode) -> Int {
        if let number = known[ObjectIdentifier(node)] {
            uses[number, default: 0] += 1
            return number
        }
        var inputs: [Int] = []
        if facts.isOpen(node) { for input in node.inputs { inputs.append(visit(input)) } }
        let shape = Shape(content: content(of: node), inputs: inputs)
        let number = numbers[shape] ?? numbers.count
        numbers[shape] = number
        known[ObjectIdentifier(node)] = number
        uses[number, default: 0] += 1
        return number
    }

    private func content(of node: PlanNode) -> Content {
        guard facts.isOpen(node) else { return .other(ObjectIdentifier(node)) }
        switch node {
        case let node as ScanNode: return node.source.identity.map { .source($0) } ?? .other(ObjectIdentifier(node))
        case let node as FilterNode: return .filter(node.condition)
        case is ProjectNode, is SelectColumnsNode: return .project(node.projection ?? [])
        case let node as AggregateNode: return .aggregate(node.keys, node.aggregates)
        case let node as JoinNode: return .join(node.kind, node.keys, node.condition)
        case let node as SortNode: return .sort(node.keys, node.limit)
        case let node as LimitNode: return .limit(node.count, node.offset)
        case is UnionNode: return .union
        case let node as WindowNode: return .window(node.columns)
        case let node as ExpandNode: return .expand(node.names, node.projections)
        case let node as GenerateNode: return .generate(node.generator, node.arguments, node.names, node.keepsEmpty)
        case is ScalarNode: return .scalar
        default: return .other(ObjectIdentifier(node))
        }
    }
}
