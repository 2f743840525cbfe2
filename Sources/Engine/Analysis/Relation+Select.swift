internal import Columnar

extension Relation {
    /// Columns computed from each row; a star stands for all. Where an aggregate is among them, all are over all rows together.
    public func select(_ items: [Select.Item]) throws -> Relation { try project(items).relation }

    public func select(_ expressions: [Expression]) throws -> Relation { try select(expressions.map { Select.Item($0) }) }

    /// The relation's columns, some of them replaced, and new ones behind them.
    public func withColumns(_ columns: [(name: String, expression: Expression)]) throws -> Relation {
        var items = attributes.map { Select.Item(.attribute($0.reference)) }
        for (name, expression) in columns {
            let item = Select.Item(.alias(expression, name))
            let places = attributes.indices.filter { attributes[$0].name.lowercased() == name.lowercased() }
            if places.isEmpty { items.append(item) }
            for place in places { items[place] = item }
        }
        return try select(items)
    }

    /// The relation and, for more expressions over what it is made of, what they are in its plan.
    ///
    /// - Parameters:
    ///   - extras: expressions that may name the items' aliases: what a query is ordered by, or its condition behind grouping.
    ///   - grouping: what rows are grouped by; nil for not at all, unless there is an aggregate.
    func project(
        _ items: [Select.Item], extras: [Expression] = [], grouping: Grouping? = nil, having: Expression? = nil, outer: [Scope] = []
    ) throws -> (relation: Relation, extras: [Expression]) {
        guard !items.isEmpty else { throw PlanError.analysis("a selection needs at least one column") }
        var scope = Scope(self, outer: outer)
        let shown = Dictionary((attributes + hidden).map { ($0.column, $0.name) }, uniquingKeysWith: { a, _ in a })

        // What is selected, resolved, with its name and, where it is a column as it stands, its identity.
        var columns: [Output] = []
        for item in items {
            let (bare, position) = item.expression.peeled
            if case .star(let table) = bare {
                do {
                    for attribute in try scope.expand(table, without: item.excluded) { columns.append(Output(attribute.field, attribute.name, attribute)) }
                } catch {
                    // `name.*` of a struct is its fields.
                    guard !table.isEmpty, item.excluded.isEmpty, let fields = scope.structFields(of: table) else { throw position.map { error.located(at: $0) } ?? error }
                    for field in fields { columns.append(Output(field.expression, field.name, nil)) }
                }
                continue
            }
            var alias: String?
            var expression = item.expression
            if case .alias(let inner, let name) = bare { (alias, expression) = (name, inner) }
            let resolved = try scope.resolve(expression)
            let name = alias ?? resolved.prettyName(shown)
            var attribute: Attribute?
            if alias == nil, case .field(let path) = resolved {
                if path.count == 1 {
                    attribute = (attributes + hidden).first { $0.column == path[0] }
                }
            }
            columns.append(Output(resolved, attribute?.name ?? alias ?? resolved.fieldName ?? name, attribute, alias: alias, names: item.names))
            if let alias { scope.aliases[alias.lowercased()] = resolved }
        }

        // Extras name outputs before inputs.
        var ordering = scope
        for output in columns {
            let same = columns.filter { $0.name.lowercased() == output.name.lowercased() }
            if same.allSatisfy({ $0.expression == output.expression }) { ordering.outputs[output.name.lowercased()] = output.expression }
        }
        var resolvedExtras: [Expression] = []
        for extra in extras { resolvedExtras.append(try ordering.resolve(extra)) }

        let isAggregate =
            grouping != nil || having != nil || columns.contains { $0.expression.containsAggregate } || resolvedExtras.contains(where: \.containsAggregate)
        var builder = PlanBuilder(self)
        var all = columns.map(\.expression) + resolvedExtras
        if isAggregate {
            all = try builder.aggregate(all, outputs: columns, grouping: grouping, having: having, scope, shown)
        } else {
            for expression in all { if let error = expression.misplacedGrouping { throw error } }
        }
        all = try builder.extract(try builder.extractGenerators(all, &columns), scope)
        let extraValues = Array(all.suffix(resolvedExtras.count))
        let values = Array(all.dropLast(resolvedExtras.count))

        // One projection for what is selected and what is beside it.
        let schema = builder.schema
        var taken = Set<String>()
        func unique(_ base: String) -> String {
            if taken.insert(base).inserted { return base }
            var number = 2
            while !taken.insert("\(base)#\(number)").inserted { number += 1 }
            return "\(base)#\(number)"
        }
        var made: [NamedExpression] = []
        var outputs: [Attribute] = []
        for (output, value) in zip(columns, values) {
            let type = try value.containsOuter ? .null : value.resolveType(in: schema)
            // A column that is there already, under its own name, is not made again.
            let column = unique(output.name)
            made.append(NamedExpression(column, value))
            outputs.append(output.attribute.map { $0.with(column: column, type: type) } ?? Attribute(name: output.name, column: column, type: type))
        }
        var extraFields: [Expression] = []
        for value in extraValues {
            if let same = made.first(where: { $0.expression == value }) {
                extraFields.append(.field([same.name]))
            } else {
                if !value.containsOuter { _ = try value.resolveType(in: schema) }
                let column = unique("order")
                made.append(NamedExpression(column, value))
                extraFields.append(.field([column]))
            }
        }
        let isSame = made.count == builder.fields.count && zip(made, builder.fields).allSatisfy { $0.expression == .field([$1.name]) && $0.name == $1.name }
        let plan = isSame ? builder.plan : ProjectNode(builder.plan, columns: made)
        return (Relation(plan, attributes: outputs, session: session, below: isAggregate ? [] : attributes + hidden), extraFields)
    }

    /// One selected column.
    struct Output {
        var expression: Expression
        var name: String
        /// The input's column that it is.
        var attribute: Attribute?
        /// The name that was given.
        var alias: String?
        /// The names of a generator's columns.
        var names: [String] = []

        init(_ expression: Expression, _ name: String, _ attribute: Attribute?, alias: String? = nil, names: [String] = []) {
            (self.expression, self.name, self.attribute, self.alias, self.names) = (expression, name, attribute, alias, names)
        }
    }
}

extension PlanBuilder {
    /// Makes the rows that the one generator among the expressions says, and puts its columns in its place.
    fileprivate mutating func extractGenerators(_ expressions: [Expression], _ outputs: inout [Relation.Output]) throws -> [Expression] {
        func isGenerator(_ expression: Expression) -> Bool { if case .generator = expression { true } else { false } }
        let places = expressions.indices.filter { expressions[$0].contains(isGenerator) }
        guard let place = places.first else { return expressions }
        guard places.count == 1, place < outputs.count else {
            let found = expressions[places.last ?? place].first(where: isGenerator) ?? expressions[place]
            throw PlanError.misplaced(text: found.description, problem: "a select list can hold one generator, and nothing else can; use LATERAL VIEW for more")
        }
        guard case .generator(let generator, let arguments) = expressions[place] else {
            throw PlanError.misplaced(
                text: expressions[place].first(where: isGenerator)?.description ?? "", problem: "a generator must stand alone in its column; compute with its result in a further select")
        }
        let output = outputs[place]
        let made = try generate(generator, arguments, names: output.names.isEmpty ? output.alias.map { [$0] } ?? [] : output.names)
        outputs.replaceSubrange(place...place, with: made.map { Relation.Output($0.field, $0.name, $0) })
        var result = expressions
        result.replaceSubrange(place...place, with: made.map(\.field))
        return result
    }
}

extension Expression {
    /// The expression without its place, and the place.
    fileprivate var peeled: (Expression, Int?) {
        if case .located(let inner, let position) = self { return (inner.peeled.0, position) }
        return (self, nil)
    }

    /// The last step of a path into a struct: what such a column is called.
    fileprivate var fieldName: String? {
        if case .field(let path) = self, path.count > 1 { return path.last }
        return nil
    }
}
