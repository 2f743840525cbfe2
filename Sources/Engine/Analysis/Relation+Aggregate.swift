internal import Columnar

extension Relation {
    /// One row for each combination of keys, or for all rows: the keys, and what `items` make of each group.
    ///
    /// - Parameter sets: the keys, by their number, of each grouping set; nil for one of all keys.
    public func aggregate(by keys: [Select.Item], sets: [[Int]]? = nil, _ items: [Select.Item]) throws -> Relation {
        let expressions = keys.map(\.expression.withoutAlias)
        let grouping = Grouping.sets([(sets ?? [Array(keys.indices)]).map { set in set.map { expressions[$0] } }])
        return try project(keys + items, grouping: keys.isEmpty ? nil : grouping).relation
    }
}

extension PlanBuilder {
    /// Groups the plan's rows; returns the expressions over the groups.
    ///
    /// - Parameters:
    ///   - expressions: resolved, over the plan's columns.
    ///   - outputs: what is selected, for keys given by number or alias.
    mutating func aggregate(
        _ expressions: [Expression], outputs: [Relation.Output], grouping: Grouping?, having: Expression?, _ scope: Scope, _ shown: [String: String]
    ) throws -> [Expression] {
        let (keys, sets) = try groupingSets(grouping, outputs, scope)
        let condition = try having.map { try scope.resolve($0) }
        var calls: [AggregateCall] = []
        func collect(_ expression: Expression) throws {
            if case .aggregate(let call) = expression {
                for part in expression.children {
                    if let inner = part.first(where: { if case .aggregate = $0 { true } else { false } }) {
                        throw PlanError.misplaced(text: inner.prettyName(shown), problem: "aggregates cannot be nested; compute this one in a query below")
                    }
                    if let window = part.windowCalls.first {
                        throw PlanError.misplaced(text: "\(window)", problem: "an aggregate cannot be over window functions; compute this one in a query below")
                    }
                }
                if !calls.contains(call) { calls.append(call) }
                return
            }
            try expression.children.forEach(collect)
        }
        try (expressions + (condition.map { [$0] } ?? [])).forEach(collect)
        for key in keys {
            if let inner = key.first(where: { if case .aggregate = $0 { true } else { false } }) {
                throw PlanError.misplaced(text: inner.prettyName(shown), problem: "rows cannot be grouped by an aggregate")
            }
            if let inner = key.first(where: { if case .generator = $0 { true } else { false } }) { throw inner.misplaced }
        }

        // What keys and arguments need comes first.
        let needed = keys + calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
        let plain = try extractWindows(try extractUserFunctions(try extractSubqueries(needed, scope)))
        let plainKeys = Array(plain.prefix(keys.count))
        var rest = plain.dropFirst(keys.count)
        var aggregates: [Aggregate] = []
        for call in calls {
            let arguments = Array(rest.prefix(call.arguments.count))
            rest = rest.dropFirst(call.arguments.count)
            let filter = call.filter == nil ? nil : rest.popFirst()
            aggregates.append(Aggregate("", call.function, arguments, isDistinct: call.isDistinct, filter: filter))
        }

        let schema = self.schema
        var keyNames: [String] = []
        var names = Set<String>()
        func unique(_ base: String) -> String {
            if names.insert(base).inserted { return base }
            var number = 2
            while !names.insert("\(base)#\(number)").inserted { number += 1 }
            return "\(base)#\(number)"
        }
        for (key, original) in zip(plainKeys, keys) {
            let type = try key.resolveType(in: schema)
            if case .map = type { throw PlanError.analysis("rows cannot be grouped by '\(original.prettyName(shown))', which is a map: maps do not compare") }
            if case .field(let path) = key, path.count == 1 { keyNames.append(unique(path[0])) } else { keyNames.append(unique(original.prettyName(shown))) }
        }
        let aggregateNames = calls.map { unique(Expression.aggregate($0).prettyName(shown)) }
        let made = zip(aggregateNames, aggregates).map { Aggregate($0, $1.function, $1.arguments, isDistinct: $1.isDistinct, filter: $1.filter) }

        let node: AggregateNode
        let position: String?
        if sets.count == 1, sets[0].count == keys.count {
            position = nil
            node = AggregateNode(plan, keys: zip(keyNames, plainKeys).map { NamedExpression($0, $1) }, aggregates: made)
        } else {
            // Each row once for each grouping set, with the keys that are not in it null.
            let read = Set(aggregates.flatMap(\.inputs).reduce(into: Set<String>()) { $0.formUnion($1.fields) })
            let passed = fields.filter { read.contains($0.name) }
            var taken = Set(passed.map(\.name))
            func free(_ base: String) -> String {
                if taken.insert(base).inserted { return base }
                var number = 2
                while !taken.insert("\(base)#\(number)").inserted { number += 1 }
                return "\(base)#\(number)"
            }
            let inner = keyNames.map { free($0) }
            let number = free("grouping set")
            var projections: [[Expression]] = []
            for (i, set) in sets.enumerated() {
                var row: [Expression] = passed.map { .field([$0.name]) }
                for (k, key) in plainKeys.enumerated() { row.append(set.contains(k) ? key : .literal(.null, try key.resolveType(in: schema))) }
                projections.append(row + [.literal(.integer(Int64(i)), .int)])
            }
            let expanded = ExpandNode(plan, names: passed.map(\.name) + inner + [number], projections: projections)
            let place = unique("grouping set")
            position = place
            node = AggregateNode(
                expanded, keys: zip(keyNames, inner).map { NamedExpression($0, .field([$1])) } + [NamedExpression(place, .field([number]))], aggregates: made)
        }
        var input = schema
        if let expanded = node.inputs[0] as? ExpandNode, position != nil { input = try expanded.outputSchema(for: schema) }
        let output = try node.outputSchema(for: input)
        replace(node, fields: output.fields)

        // What stands over the groups: keys and aggregates by their columns, and nothing else of the rows.
        func grouped(_ expression: Expression) throws -> Expression? {
            if let key = keys.firstIndex(of: expression) { return .field([keyNames[key]]) }
            switch expression {
            case .aggregate(let call): return calls.firstIndex(of: call).map { .field([aggregateNames[$0]]) }
            case .call(let function, let arguments) where function.name == "grouping" || function.name == "grouping_id":
                return try Self.groupingMask(function.name, arguments, keys, sets, position, shown)
            case .field(let path):
                for (key, name) in zip(keys, keyNames) {
                    if case .field(let prefix) = key, path.starts(with: prefix) { return .field([name] + path.dropFirst(prefix.count)) }
                }
                let name = expression.prettyName(shown)
                throw PlanError.analysis(
                    "the column '\(name)' is neither grouped by nor in an aggregate; group by it, or take one of its values with first(\(name)) or max(\(name))")
            default: return nil
            }
        }
        if let condition {
            let rest = try applySubqueries(of: try condition.replacing(grouped), scope)
            let checked = try extractUserFunctions([rest])[0]
            if checked != .literal(true) {
                let type = try checked.resolveType(in: self.schema)
                guard type == .boolean || type == .null else { throw PlanError.analysis("HAVING takes a condition, and '\(condition.prettyName(shown))' is \(type.hiveName)") }
                replacePlan(FilterNode(plan, condition: checked))
            }
        }
        return try expressions.map { try $0.replacing(grouped) }
    }

    /// The keys of all sets, each once, and the sets.
    private func groupingSets(_ grouping: Grouping?, _ outputs: [Relation.Output], _ scope: Scope) throws -> ([Expression], [[Int]]) {
        var keys: [Expression] = []
        func number(_ key: Expression) -> Int {
            if let known = keys.firstIndex(of: key) { return known }
            keys.append(key)
            return keys.count - 1
        }
        switch grouping {
        case nil: return ([], [[]])
        case .all:
            let set = outputs.filter { !$0.expression.containsAggregate && $0.expression.windowCalls.isEmpty }.map { number($0.expression) }
            return (keys, [Array(Set(set)).sorted()])
        case .sets(let lists):
            var sets: [[Int]] = [[]]
            for list in lists {
                var combined: [[Int]] = []
                let numbered = try list.map { set in try set.map { number(try key($0, outputs, scope)) } }
                for set in sets { for more in numbered { combined.append(set + more.filter { !set.contains($0) }) } }
                sets = combined
                if sets.count > 4096 { throw PlanError.analysis("there are more than 4096 grouping sets") }
            }
            return (keys, sets.map { set in Array(Set(set)).sorted() })
        }
    }

    /// A key: an expression, the number of a selected column, or its alias.
    private func key(_ expression: Expression, _ outputs: [Relation.Output], _ scope: Scope) throws -> Expression {
        if case .literal(.integer(let number), _) = expression.unlocated {
            guard number >= 1, number <= outputs.count else {
                let error = PlanError.analysis("GROUP BY \(number): there are \(outputs.count) selected columns")
                if case .located(_, let position) = expression { throw error.located(at: position) }
                throw error
            }
            return outputs[Int(number) - 1].expression
        }
        return try scope.resolve(expression)
    }

    /// What `grouping(key)` and `grouping_id(keys)` are for each set: a bit is 1 where the key is not in the set.
    private static func groupingMask(
        _ name: String, _ arguments: [Expression], _ keys: [Expression], _ sets: [[Int]], _ position: String?, _ shown: [String: String]
    ) throws -> Expression {
        let type: DataType = name == "grouping" ? .byte : .long
        var asked: [Int] = []
        for argument in arguments {
            guard let key = keys.firstIndex(of: argument) else {
                throw PlanError.analysis("\(name)() takes what rows are grouped by, and '\(argument.prettyName(shown))' is none of it")
            }
            asked.append(key)
        }
        if asked.isEmpty, name == "grouping_id" { asked = Array(keys.indices) }
        func mask(_ set: [Int]) -> Expression {
            .literal(.integer(asked.reduce(0) { $0 << 1 | (set.contains($1) ? 0 : 1) }), type)
        }
        guard let position else { return mask(Array(keys.indices)) }
        let branches = sets.enumerated().map { Expression.Branch(.comparison(.field([position]), .equal, .literal(.integer(Int64($0)), .int)), mask($1)) }
        return .conditional(branches, otherwise: .literal(.integer(0), type))
    }
}

extension Expression {
    /// The expression without a name on top.
    public var withoutAlias: Expression {
        switch self {
        case .alias(let inner, _): inner
        case .located(let inner, _): inner.withoutAlias
        default: self
        }
    }
}
