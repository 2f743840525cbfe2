internal import Columnar

/// Takes the references to queries around out of a query's plan: conditions that make them become conditions of the join with the query around.
struct Decorrelation {
    struct Result {
        var plan: PlanNode
        /// The plan's columns.
        var schema: Schema
        /// The query's columns, over the plan's.
        var values: [Expression]
        /// Conditions over the plan's columns and outer attributes.
        var conditions: [Expression]
        /// What each value is where the conditions leave no row: literals where that is not null.
        var defaults: [Expression?]
    }

    func pull(_ relation: Relation, isExistence: Bool) throws -> Result {
        var plan = relation.plan
        var values = relation.attributes.map(\.field)
        guard plan.hasOuterReferences else {
            return Result(plan: plan, schema: relation.planSchema, values: values, conditions: [], defaults: values.map { _ in nil })
        }
        // The last projection is computed behind the join, so that it may name outer columns, and so that its counts of nothing are known.
        if let project = plan as? ProjectNode {
            let expressions = Dictionary(uniqueKeysWithValues: project.columns.map { ($0.name, $0.expression) })
            values = values.map { value in
                guard case .field(let path) = value, path.count == 1, let expression = expressions[path[0]] else { return value }
                return expression
            }
            plan = project.inputs[0]
        }
        let empty = emptyValues(plan)
        let (pulled, conditions) = try pull(plan, isExistence)
        if conditions.isEmpty, !values.contains(where: \.containsOuter) {
            return Result(plan: pulled, schema: try schema(of: pulled), values: values, conditions: [], defaults: values.map { _ in nil })
        }
        var defaults: [Expression?] = []
        for value in values {
            guard let empty else {
                defaults.append(nil)
                continue
            }
            let replaced = try value.replacing { part in
                if case .field(let path) = part, path.count == 1 { return empty[path[0]] ?? .null }
                return nil
            }
            let folded = replaced.folded
            defaults.append(folded == .null ? nil : folded)
        }
        if !isExistence, empty == nil, !groupsByConditions(pulled, conditions) {
            throw PlanError.analysis("a query that stands for a value and refers to the query around it must be an aggregate, so that it has one row; use max(...), first(...) or an aggregate of that sort")
        }
        return Result(plan: pulled, schema: try schema(of: pulled), values: values, conditions: conditions, defaults: defaults)
    }

    private func schema(of plan: PlanNode) throws -> Schema {
        if let schema = plan.declaredSchema.known ?? plan.knownSchema { return schema }
        guard let schema = try plan.derivedSchema(try plan.inputs.map { try self.schema(of: $0) }) else {
            throw PlanError.analysis("the columns of a query in an expression are not known before it runs; read its table with a schema")
        }
        return schema
    }

    /// Where a query is an aggregate over all rows: what its columns are when there are none.
    private func emptyValues(_ plan: PlanNode) -> [String: Expression]? {
        if let filter = plan as? FilterNode { return emptyValues(filter.inputs[0]).map { _ in [:] } }
        guard let node = plan as? AggregateNode, node.keys.isEmpty else { return nil }
        var values: [String: Expression] = [:]
        for aggregate in node.aggregates {
            // An empty list has the type of its elements, which is not known here.
            if case .integer = aggregate.function.emptyValue { values[aggregate.name] = .literal(aggregate.function.emptyValue, .long) }
        }
        return values
    }

    /// Whether there is one row at most for each way to fulfil the conditions.
    private func groupsByConditions(_ plan: PlanNode, _ conditions: [Expression]) -> Bool {
        if let filter = plan as? FilterNode { return groupsByConditions(filter.inputs[0], conditions) }
        guard let node = plan as? AggregateNode else { return false }
        let fixed = conditions.reduce(into: Set<String>()) { names, condition in
            if case .comparison(let a, .equal, let b) = condition {
                for (side, other) in [(a, b), (b, a)] {
                    if case .field(let path) = side, path.count == 1, other.fields.isEmpty { names.insert(path[0]) }
                }
            }
        }
        return node.keys.allSatisfy { fixed.contains($0.name) }
    }

    private func pull(_ node: PlanNode, _ isExistence: Bool) throws -> (PlanNode, [Expression]) {
        guard node.hasOuterReferences else { return (node, []) }
        func unsupported(_ what: String) -> PlanError {
            .analysis("a query that refers to the query around it through \(what) is not supported; write it as a join")
        }
        switch node {
        case let filter as FilterNode:
            let (input, conditions) = try pull(filter.inputs[0], isExistence)
            let parts = filter.condition.conjuncts
            let (own, outer) = (parts.filter { !$0.containsOuter }, parts.filter(\.containsOuter))
            return (own.isEmpty ? input : FilterNode(input, condition: .all(own)), conditions + outer)
        case let project as ProjectNode:
            if let column = project.columns.first(where: { $0.expression.containsOuter }) { throw unsupported("'\(column.expression)'") }
            var (input, conditions) = try pull(project.inputs[0], isExistence)
            var columns = project.columns
            try carry(&conditions, &columns)
            input = ProjectNode(input, columns: columns)
            return (input, conditions)
        case let select as SelectColumnsNode:
            var (input, conditions) = try pull(select.inputs[0], isExistence)
            var columns = select.columns.map { NamedExpression($0, .field([$0])) }
            try carry(&conditions, &columns)
            input = ProjectNode(input, columns: columns)
            return (input, conditions)
        case let aggregate as AggregateNode:
            if aggregate.keys.contains(where: { $0.expression.containsOuter }) || aggregate.aggregates.contains(where: { $0.inputs.contains(where: \.containsOuter) }) {
                throw unsupported("what it groups by or an aggregate")
            }
            let (input, conditions) = try pull(aggregate.inputs[0], isExistence)
            var keys = aggregate.keys
            var result: [Expression] = []
            for condition in conditions {
                guard let above = try grouped(condition, &keys, isDistinct: aggregate.aggregates.isEmpty) else {
                    throw unsupported("a condition other than an equality below an aggregate")
                }
                result.append(above)
            }
            return (AggregateNode(input, keys: keys, aggregates: aggregate.aggregates), result)
        case let sort as SortNode:
            let (input, conditions) = try pull(sort.inputs[0], isExistence)
            if sort.limit == nil || isExistence { return (input, conditions) }
            guard let firsts = try first(sort.limit ?? 1, of: input, conditions, order: sort.keys) else {
                throw unsupported("a condition other than an equality below LIMIT")
            }
            return firsts
        case let limit as LimitNode:
            let (input, conditions) = try pull(limit.inputs[0], isExistence)
            if isExistence, limit.count > 0, limit.offset == 0 { return (input, conditions) }
            throw unsupported("LIMIT without ORDER BY")
        case let join as JoinNode:
            var conditions: [Expression] = []
            let (left, fromLeft) = try pull(join.inputs[0], isExistence)
            conditions += fromLeft
            var right = join.inputs[1]
            if right.hasOuterReferences {
                guard join.kind == .inner else { throw unsupported("the right side of an outer join") }
                let (pulled, fromRight) = try pull(right, isExistence)
                right = pulled
                conditions += fromRight
            }
            var rest: [Expression] = []
            for part in join.condition?.conjuncts ?? [] {
                if !part.containsOuter {
                    rest.append(part)
                } else if join.kind == .inner {
                    conditions.append(part)
                } else {
                    throw unsupported("the condition of a join")
                }
            }
            if !fromLeft.isEmpty, join.kind == .right || join.kind == .full { throw unsupported("the left side of an outer join") }
            return (JoinNode(left, right, kind: join.kind, keys: join.keys, condition: rest.isEmpty ? nil : .all(rest), build: join.build), conditions)
        case let generate as GenerateNode:
            if generate.arguments.contains(where: \.containsOuter) { throw unsupported("what it makes rows of") }
            let (input, conditions) = try pull(generate.inputs[0], isExistence)
            return (GenerateNode(input, generate.generator, generate.arguments, names: generate.names, keepsEmpty: generate.keepsEmpty), conditions)
        case is UnionNode: throw unsupported("UNION")
        case is WindowNode: throw unsupported("a window function")
        case is ExpandNode: throw unsupported("grouping sets")
        default: throw unsupported("a table function or a cached query")
        }
    }

    /// Adds the columns that conditions read to a projection.
    private func carry(_ conditions: inout [Expression], _ columns: inout [NamedExpression]) throws {
        var names: [String: String] = [:]
        for name in conditions.reduce(into: Set<String>(), { $0.formUnion($1.fields) }).sorted() {
            if let column = columns.first(where: { $0.expression == .field([name]) }) {
                names[name] = column.name
            } else {
                var new = name
                var number = 2
                while columns.contains(where: { $0.name == new }) {
                    new = "\(name)#\(number)"
                    number += 1
                }
                columns.append(NamedExpression(new, .field([name])))
                names[name] = new
            }
        }
        conditions = conditions.map { $0.renamingFields(names) }
    }

    /// A condition below a grouping as one above it: what it says of a row must be one of the keys. Nil where it cannot be.
    private func grouped(_ condition: Expression, _ keys: inout [NamedExpression], isDistinct: Bool) throws -> Expression? {
        func key(_ expression: Expression) -> Expression {
            if let known = keys.first(where: { $0.expression == expression }) { return .field([known.name]) }
            var name = "key"
            var number = 2
            while keys.contains(where: { $0.name == name }) {
                name = "key#\(number)"
                number += 1
            }
            keys.append(NamedExpression(name, expression))
            return .field([name])
        }
        switch condition {
        case .comparison(let a, .equal, let b), .identity(let a, let b):
            func made(_ x: Expression, _ y: Expression) -> Expression {
                if case .identity = condition { return .identity(x, y) }
                return .comparison(x, .equal, y)
            }
            if !a.containsOuter, b.fields.isEmpty { return made(key(a), b) }
            if !b.containsOuter, a.fields.isEmpty { return made(a, key(b)) }
        default: break
        }
        guard isDistinct else { return nil }
        return try condition.replacing { part in
            if case .field = part { return key(part) }
            return nil
        }
    }

    /// The first rows for each way to fulfil equalities.
    private func first(_ count: Int, of plan: PlanNode, _ conditions: [Expression], order: [SortNode.Key]) throws -> (PlanNode, [Expression])? {
        var partition: [Expression] = []
        for condition in conditions {
            guard case .comparison(let a, .equal, let b) = condition else { return nil }
            if !a.containsOuter, b.fields.isEmpty { partition.append(a) } else if !b.containsOuter, a.fields.isEmpty { partition.append(b) } else { return nil }
        }
        let call = WindowCall(.ranking(.rowNumber), [], partition: partition, order: order)
        let window = WindowNode(plan, columns: [WindowNode.Column("row#number", call)])
        return (FilterNode(window, condition: .comparison(.field(["row#number"]), .lessOrEqual, .literal(.integer(Int64(count)), .int))), conditions)
    }
}

extension PlanNode {
    /// Whether an expression of the plan refers to a query around it.
    var hasOuterReferences: Bool {
        let own: [Expression]
        switch self {
        case let node as FilterNode: own = [node.condition]
        case let node as ProjectNode: own = node.columns.map(\.expression)
        case let node as AggregateNode: own = node.keys.map(\.expression) + node.aggregates.flatMap(\.inputs)
        case let node as JoinNode: own = node.keys.flatMap { [$0.left, $0.right] } + (node.condition.map { [$0] } ?? [])
        case let node as SortNode: own = node.keys.map(\.expression)
        case let node as WindowNode: own = node.columns.map { .window($0.call) }
        case let node as ExpandNode: own = node.projections.flatMap { $0 }
        case let node as GenerateNode: own = node.arguments
        default: own = []
        }
        return own.contains(where: \.containsOuter) || inputs.contains(where: \.hasOuterReferences)
    }
}
