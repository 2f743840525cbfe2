internal import Columnar

/// A plan that grows the columns which expressions need that cannot be computed row by row: windows, user functions, queries.
struct PlanBuilder {
    private(set) var plan: PlanNode
    /// The plan's columns, as far as they are known.
    private(set) var fields: [Field]
    private var taken: Set<String>
    let session: AnalysisSession

    init(_ relation: Relation) {
        plan = relation.plan
        fields = relation.planSchema.fields
        taken = Set(fields.map(\.name)).union(relation.plan.declaredSchema.known?.names ?? [])
        session = relation.session
    }

    var schema: Schema { Schema(fields) }

    /// A name that no column of the plan has: the base itself where it is free.
    mutating func unique(_ base: String) -> String {
        if taken.insert(base).inserted { return base }
        var number = 2
        while !taken.insert("\(base)#\(number)").inserted { number += 1 }
        return "\(base)#\(number)"
    }

    mutating func append(_ field: Field) { fields.append(field) }
    mutating func replacePlan(_ plan: PlanNode) { self.plan = plan }
    /// The plan with other columns than before.
    mutating func replace(_ plan: PlanNode, fields: [Field]) {
        self.plan = plan
        self.fields = fields
        taken = Set(fields.map(\.name))
    }

    /// Everything that needs a node of its own, in the order in which one may read the other.
    mutating func extract(_ expressions: [Expression], _ scope: Scope) throws -> [Expression] {
        for expression in expressions {
            if let aggregate = expression.first(where: { if case .aggregate = $0 { true } else { false } }) { throw aggregate.misplaced }
        }
        let joined = try extractSubqueries(expressions, scope)
        let called = try extractUserFunctions(joined)
        return try extractWindows(called)
    }

    // MARK: User functions

    /// The expressions with fields in the place of user functions, innermost functions first.
    mutating func extractUserFunctions(_ expressions: [Expression]) throws -> [Expression] {
        var current = expressions
        while true {
            // Functions whose arguments call none.
            var calls: [Expression] = []
            func collect(_ expression: Expression) {
                if case .userFunction(_, let arguments) = expression, !arguments.contains(where: { $0.contains { if case .userFunction = $0 { true } else { false } } }) {
                    if !calls.contains(expression) { calls.append(expression) }
                    return
                }
                expression.children.forEach(collect)
            }
            current.forEach(collect)
            if calls.isEmpty { return current }
            var replacements: [Expression: Expression] = [:]
            for call in calls {
                guard case .userFunction(let function, let arguments) = call else { continue }
                // Arguments that are columns are taken as they are; others become columns first.
                var names: [String] = []
                var made: [NamedExpression] = []
                for argument in arguments {
                    if case .field(let path) = argument, path.count == 1 {
                        names.append(path[0])
                    } else {
                        let type = try argument.resolveType(in: schema)
                        let name = unique("\(function.name) argument")
                        made.append(NamedExpression(name, argument))
                        names.append(name)
                        fields.append(Field(name, type))
                    }
                }
                if !made.isEmpty {
                    let kept = fields.dropLast(made.count).map { NamedExpression($0.name, .field([$0.name])) }
                    plan = ProjectNode(plan, columns: kept + made)
                }
                let type = function.resultType ?? .string
                let result = unique(function.name)
                plan = try function.makeNode(plan, names, result)
                fields.append(Field(result, type))
                replacements[call] = .field([result])
            }
            current = try current.map { try $0.replacing { replacements[$0] } }
        }
    }

    // MARK: Windows

    /// The expressions with fields in the place of window functions.
    mutating func extractWindows(_ expressions: [Expression]) throws -> [Expression] {
        var calls: [WindowCall] = []
        for call in expressions.flatMap(\.windowCalls) where !calls.contains(call) { calls.append(call) }
        if calls.isEmpty { return expressions }
        var names: [WindowCall: String] = [:]
        while let first = calls.first {
            let alike = calls.filter { $0.partition == first.partition && $0.order == first.order }
            calls.removeAll { alike.contains($0) }
            var columns: [WindowNode.Column] = []
            var made: [Field] = []
            for call in alike {
                let name = unique(call.function.name)
                made.append(Field(name, try call.resultType(in: schema)))
                names[call] = name
                columns.append(WindowNode.Column(name, call))
            }
            plan = WindowNode.over(plan, columns: columns)
            fields += made
        }
        return expressions.map { $0.replacingWindows(names) }
    }

    // MARK: Generators

    /// The plan with the columns that a generator makes behind its own; their attributes.
    mutating func generate(_ generator: Generator, _ arguments: [Expression], names: [String], qualifier: [String] = [], keepsEmpty: Bool = false) throws -> [Attribute] {
        let arguments = try extractUserFunctions(arguments)
        let made = try generator.columns(arguments, in: schema)
        guard names.isEmpty || names.count == made.count else {
            throw PlanError.analysis("\(generator.name)() makes \(made.count) column\(made.count == 1 ? "" : "s"), and there are \(names.count) names for them")
        }
        let attributes = made.enumerated().map { i, field in
            let name = names.isEmpty ? field.name : names[i]
            return Attribute(name: name, column: unique(name), type: field.type, qualifier: qualifier)
        }
        plan = GenerateNode(plan, generator, arguments, names: attributes.map(\.column), keepsEmpty: keepsEmpty)
        fields += attributes.map { Field($0.column, $0.type) }
        return attributes
    }
}
