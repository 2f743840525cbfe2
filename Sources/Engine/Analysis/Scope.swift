internal import Columnar

/// The columns that an expression's names may mean, and those of the queries around.
struct Scope: Sendable {
    let attributes: [Attribute]
    let hidden: [Attribute]
    let session: AnalysisSession
    /// The scopes of the queries around this one, nearest first.
    let outer: [Scope]
    /// Names given earlier in the same select list, lower-case, with what they stand for: resolved.
    var aliases: [String: Expression] = [:]
    /// Names that count before the columns', lower-case: those of a select list, for what the result is ordered by. Aggregates look past them.
    var outputs: [String: Expression] = [:]
    private let schema: Schema

    init(_ relation: Relation, outer: [Scope] = []) {
        (attributes, hidden, session, self.outer) = (relation.attributes, relation.hidden, relation.session, outer)
        schema = relation.planSchema
    }

    // MARK: Names

    /// The column that a path means, and the steps into it that are left; nil for none.
    ///
    /// A path may begin with the column's table: the reading with the longest such beginning counts.
    func match(_ path: [String]) throws(PlanError) -> (attribute: Attribute, rest: [String])? {
        for length in stride(from: min(path.count - 1, 3), through: 0, by: -1) {
            let (table, name) = (path[..<length], path[length])
            var found = attributes.filter { $0.matches(name, table) }
            if length > 0 || found.isEmpty { found += hidden.filter { $0.matches(name, table) } }
            if found.count > 1 {
                let exact = found.filter { $0.name == name }
                if !exact.isEmpty { found = exact }
                var seen = Set<String>()
                found = found.filter { seen.insert($0.column).inserted }
            }
            if found.count > 1 { throw .ambiguousColumn(name: path.joined(separator: "."), candidates: found.map(\.qualifiedName)) }
            if let attribute = found.first { return (attribute, Array(path[(length + 1)...])) }
        }
        return nil
    }

    /// The fields of a struct that a path leads to; nil where it leads to none.
    func structFields(of path: [String]) -> [(name: String, expression: Expression)]? {
        guard case .field(let steps)? = try? resolve(.field(path)), case .struct(let fields)? = try? FieldLookup.sql.type(of: steps, in: schema) else { return nil }
        return fields.map { ($0.name, .field(steps + [$0.name])) }
    }

    func unknown(_ path: [String]) -> PlanError {
        let qualified = path.count > 1 && attributes.contains { $0.qualifier.last?.lowercased() == path[path.count - 2].lowercased() }
        if qualified {
            let table = path[path.count - 2].lowercased()
            return .unknownColumn(
                name: path.joined(separator: "."), available: attributes.filter { $0.qualifier.last?.lowercased() == table }.map { "\(path[path.count - 2]).\($0.name)" })
        }
        return .unknownColumn(name: path.joined(separator: "."), available: Array(Set(attributes.map(\.name))).sorted())
    }

    private func find(_ path: [String]) throws(PlanError) -> Expression {
        if path.count == 1, let output = outputs[path[0].lowercased()] { return output }
        if let (attribute, rest) = try match(path) {
            if !rest.isEmpty { _ = try FieldLookup.sql.type(of: [attribute.column] + rest, in: schema) }
            return .field([attribute.column] + rest)
        }
        if let value = aliases[path[0].lowercased()] { return try Scope.field(of: value, path.dropFirst()) }
        for scope in outer {
            guard let (attribute, rest) = try scope.match(path) else { continue }
            return try Scope.field(of: .attribute(AttributeReference(id: attribute.id, name: attribute.name, isOuter: true)), rest[...])
        }
        // `user` is a column first, and the session's user where there is no such column.
        if path.count == 1, SQLWords.callsWhereUnknown.contains(path[0].lowercased()), let call = try Expression.calling(path[0], []) { return call }
        throw unknown(path)
    }

    /// A field inside a struct that an expression gives.
    private static func field(of value: Expression, _ steps: ArraySlice<String>) throws(PlanError) -> Expression {
        if steps.isEmpty { return value }
        if case .field(let path) = value { return .field(path + steps) }
        guard let function = Function(named: "get_field") else { throw .analysis("'\(value)' has no fields that can be read here") }
        return steps.reduce(value) { .call(function, [$0, .literal($1)]) }
    }

    // MARK: Expressions

    /// The expression with its names bound: fields are the plan's columns to the letter, and columns of queries around it outer attributes.
    ///
    /// Aggregates, windows, generators, user functions and queries stay, for `PlanBuilder` to make nodes of.
    ///
    /// - Throws: `PlanError`, with its place in the query where the expression has one.
    func resolve(_ expression: Expression) throws(PlanError) -> Expression {
        let resolved = try resolve(expression, parameters: [])
        return session.isANSI ? resolved.ansi : resolved
    }

    private func resolve(_ expression: Expression, parameters: Set<String>) throws(PlanError) -> Expression {
        switch expression {
        case .located(let inner, let position):
            do {
                let resolved = try resolve(inner, parameters: parameters)
                // A clash of types is said where it is.
                if parameters.isEmpty, resolved.isPlain { _ = try resolved.resolveType(in: schema) }
                return resolved
            } catch { throw error.located(at: position) }
        case .field(let path):
            if parameters.contains(path[0]) { return expression }
            return try find(path)
        case .attribute(let reference):
            if let attribute = attributes.first(where: { $0.id == reference.id }) ?? hidden.first(where: { $0.id == reference.id }) { return attribute.field }
            if reference.isOuter { return expression }
            for scope in outer where scope.attributes.contains(where: { $0.id == reference.id }) {
                return .attribute(AttributeReference(id: reference.id, name: reference.name, isOuter: true))
            }
            throw expression.misplaced
        case .aggregate where !outputs.isEmpty:
            var inner = self
            inner.outputs = [:]
            return try inner.resolve(expression, parameters: parameters)
        case .lambda(let names, let body): return .lambda(names, try resolve(body, parameters: parameters.union(names)))
        case .aggregate(let call) where call.arguments.count == 1:
            // count(*), and count(t.*): rows where none of the columns is null.
            guard case .star(let table) = call.arguments[0].unlocated else { break }
            guard call.function == .count || call.function == .countDistinct else { break }
            let filter = try call.filter.map { (filter) throws(PlanError) in try resolve(filter, parameters: parameters) }
            let isDistinct = call.isDistinct || call.function == .countDistinct
            let arguments = table.isEmpty && !isDistinct ? [] : try expand(table).map(\.field)
            return .aggregate(AggregateCall(call.function, arguments, isDistinct: call.isDistinct, filter: filter, shownName: call.shownName))
        case .window(let call) where call.arguments.count == 1:
            if case .star = call.arguments[0].unlocated {
                return try resolve(.window(WindowCall(call.function, [], partition: call.partition, order: call.order, frame: call.frame)), parameters: parameters)
            }
        default: break
        }
        let resolved = try expression.mapChildren { (child) throws(PlanError) in try resolve(child, parameters: parameters) }
        return normalized(resolved)
    }

    /// Sums of dates and lengths of time as the calls that they are.
    private func normalized(_ expression: Expression) -> Expression {
        switch expression {
        case .negation(.interval(let interval)): return .interval(interval.negated)
        case .arithmetic(let value, .add, .interval(let interval)), .arithmetic(.interval(let interval), .add, let value):
            return Scope.adding(interval, to: value) ?? expression
        case .arithmetic(let value, .subtract, .interval(let interval)): return Scope.adding(interval.negated, to: value) ?? expression
        case .arithmetic(let a, let operation, let b) where operation == .add || operation == .subtract:
            guard a.isPlain, b.isPlain, let type = try? a.resolveType(in: schema), let other = try? b.resolveType(in: schema) else {
                return expression.withDecimalLiterals(in: schema)
            }
            if type == .date, other.isInteger { return .call(operation == .add ? .dateAdd : .dateSub, [a, b]) }
            if operation == .add, other == .date, type.isInteger { return .call(.dateAdd, [b, a]) }
            return expression.withDecimalLiterals(in: schema)
        case .arithmetic: return expression.withDecimalLiterals(in: schema)
        default: return expression
        }
    }

    static func adding(_ interval: Interval, to value: Expression) -> Expression? {
        if case .interval(let other) = value {
            return .interval(Interval(months: other.months &+ interval.months, days: other.days &+ interval.days, microseconds: other.microseconds &+ interval.microseconds))
        }
        guard let function = Function(named: "add_interval") else { return nil }
        return .call(
            function,
            [value, .literal(.integer(Int64(interval.months)), .int), .literal(.integer(Int64(interval.days)), .int), .literal(.integer(interval.microseconds), .long)])
    }

    // MARK: Stars

    /// The columns that a star stands for.
    ///
    /// - Parameter excluded: names of columns among them that it leaves out.
    func expand(_ table: [String], without excluded: [[String]]) throws(PlanError) -> [Attribute] {
        var all = try expand(table)
        for name in excluded {
            let attribute = try match(name)
            guard let attribute, attribute.rest.isEmpty, all.contains(where: { $0.id == attribute.attribute.id }) else {
                if let attribute, !attribute.rest.isEmpty { throw .analysis("EXCEPT takes whole columns, and '\(name.joined(separator: "."))' is a field of one") }
                throw unknown(name)
            }
            all.removeAll { $0.id == attribute.attribute.id }
        }
        if all.isEmpty { throw .analysis(excluded.isEmpty ? "* has no columns to stand for: there is no FROM, or what it names has none" : "EXCEPT leaves no column") }
        return all
    }

    func expand(_ table: [String]) throws(PlanError) -> [Attribute] {
        if table.isEmpty { return attributes }
        let found = (attributes + hidden).filter { $0.belongs(to: table[...]) }
        if !found.isEmpty { return found }
        let tables = Array(Set(attributes.compactMap(\.qualifier.last))).sorted()
        throw .coded(.unknownTable, "there is no table '\(table.joined(separator: "."))' here\(Suggestion.hint(for: table.last ?? "", in: tables))\(tables.isEmpty ? ", and no struct of this name" : " (tables: \(tables.joined(separator: ", ")))")")
    }
}

extension Attribute {
    fileprivate func matches(_ name: String, _ table: ArraySlice<String>) -> Bool {
        (self.name == name || self.name.lowercased() == name.lowercased()) && belongs(to: table)
    }

    fileprivate func belongs(to table: ArraySlice<String>) -> Bool {
        table.count <= qualifier.count && zip(table.reversed(), qualifier.reversed()).allSatisfy { $0.lowercased() == $1.lowercased() }
    }
}

extension Expression {
    /// The expression without its place.
    var unlocated: Expression {
        if case .located(let inner, _) = self { return inner.unlocated }
        return self
    }

    /// Whether the expression can be computed row by row as it stands.
    var isPlain: Bool {
        switch self {
        case .aggregate, .generator, .subquery, .userFunction, .window, .interval, .star, .attribute, .lambda: false
        default: children.allSatisfy(\.isPlain)
        }
    }

    /// Whether some part fulfils a condition.
    func contains(_ isWanted: (Expression) -> Bool) -> Bool { isWanted(self) || children.contains { $0.contains(isWanted) } }

    /// The first part that fulfils a condition, outermost first.
    func first(where isWanted: (Expression) -> Bool) -> Expression? {
        if isWanted(self) { return self }
        for child in children { if let found = child.first(where: isWanted) { return found } }
        return nil
    }

    var containsAggregate: Bool { contains { if case .aggregate = $0 { true } else { false } } }
    var containsOuter: Bool { contains { if case .attribute(let reference) = $0 { reference.isOuter } else { false } } }
    var containsSubquery: Bool { contains { if case .subquery = $0 { true } else { false } } }

    /// The expression with parts replaced, from the top: where `body` gives something, its parts are not looked at.
    func replacing(_ body: (Expression) throws -> Expression?) throws -> Expression {
        if let new = try body(self) { return new }
        return try mapChildren { try $0.replacing(body) }
    }
}
