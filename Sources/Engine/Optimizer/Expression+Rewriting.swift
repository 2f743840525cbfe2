internal import Columnar

/// What rules ask of expressions, and make of them.
extension Expression {
    /// Whether equal rows give equal values, whenever, wherever and however often the expression is computed: what may change its place.
    var isMovable: Bool {
        switch self {
        case .window, .aggregate, .generator, .subquery, .userFunction, .star, .attribute: return false
        case .call(let function, let arguments): return function.isDeterministic && arguments.allSatisfy(\.isMovable)
        default: return children.allSatisfy(\.isMovable)
        }
    }

    /// Whether computing the expression twice costs no more than keeping its value.
    var isCheap: Bool {
        switch self {
        case .field, .literal: true
        default: false
        }
    }

    /// The column that the expression is; nil where it is more, or a part of one.
    var columnName: String? {
        if case .field(let path) = self, path.count == 1 { return path[0] }
        return nil
    }

    /// The value, if the expression is one.
    var literalValue: (value: Value, type: DataType)? {
        if case .literal(let value, let type) = self { return (value, type) }
        return nil
    }

    /// Whether the expression is known not to be true.
    var isNeverTrue: Bool {
        guard let value = literalValue?.value else { return false }
        return value == .null || value == .boolean(false)
    }

    /// The expression with columns replaced by expressions; nil where that cannot be said: a part of a computed column, or a name that a lambda takes.
    ///
    /// A column without a replacement stays.
    func replacingColumns(_ replacements: [String: Expression]) -> Expression? {
        struct Impossible: Error {}
        func replace(_ expression: Expression, _ replacements: [String: Expression]) throws(Impossible) -> Expression {
            switch expression {
            case .field(let path):
                guard let first = path.first, let replacement = replacements[first] else { return expression }
                if path.count == 1 { return replacement }
                guard case .field(let inner) = replacement else { throw Impossible() }
                return .field(inner + path.dropFirst())
            case .literal: return expression
            case .lambda(let parameters, let body):
                let left = replacements.filter { !parameters.contains($0.key) && body.fields.contains($0.key) }
                guard left.values.allSatisfy({ $0.fields.isDisjoint(with: parameters) }) else { throw Impossible() }
                return .lambda(parameters, try replace(body, left))
            default: return try expression.mapChildren { child throws(Impossible) in try replace(child, replacements) }
            }
        }
        return try? replace(self, replacements)
    }

    /// Whether the expression is null wherever some columns are.
    func isNull(where nulls: Set<String>) -> Bool {
        switch self {
        case .field(let path): return path.first.map(nulls.contains) ?? false
        case .literal(let value, _): return value == .null
        case .cast(let operand, _), .negation(let operand), .not(let operand), .like(let operand, _, _), .located(let operand, _), .alias(let operand, _):
            return operand.isNull(where: nulls)
        case .comparison(let a, _, let b), .arithmetic(let a, _, let b): return a.isNull(where: nulls) || b.isNull(where: nulls)
        case .and(let a, let b), .or(let a, let b): return a.isNull(where: nulls) && b.isNull(where: nulls)
        case .membership(let value, let list): return !list.isEmpty && value.isNull(where: nulls)
        case .call(let function, let arguments):
            guard Self.strictFunctions.contains(function) else { return false }
            return arguments.contains { $0.isNull(where: nulls) }
        default: return false
        }
    }

    /// Functions that are null when an argument is. Others may be too; these are what conditions are made of.
    private static let strictFunctions: Set<Function> = [
        .lower, .upper, .length, .substring, .trim, .ltrim, .rtrim, .replace, .reverse, .instr, .startsWith, .endsWith, .contains, .abs, .round, .floor,
        .ceil, .sqrt, .power, .exp, .ln, .year, .quarter, .month, .day, .dayOfWeek, .hour, .minute, .second, .toDate, .dateAdd, .dateSub, .dateDiff,
    ]

    /// Whether the expression, as a condition, refuses every row in which some columns are null.
    func refusesNulls(of nulls: Set<String>) -> Bool {
        if isNull(where: nulls) { return true }
        switch self {
        case .literal: return isNeverTrue
        case .and(let a, let b): return a.refusesNulls(of: nulls) || b.refusesNulls(of: nulls)
        case .or(let a, let b): return a.refusesNulls(of: nulls) && b.refusesNulls(of: nulls)
        case .not(.isNull(let operand)): return operand.isNull(where: nulls)
        case .not(.or(let a, let b)): return Expression.not(a).refusesNulls(of: nulls) || Expression.not(b).refusesNulls(of: nulls)
        case .not(.and(let a, let b)): return Expression.not(a).refusesNulls(of: nulls) && Expression.not(b).refusesNulls(of: nulls)
        case .located(let operand, _): return operand.refusesNulls(of: nulls)
        case .identity(let a, let b):
            if let value = b.literalValue?.value, value != .null { return a.isNull(where: nulls) }
            if let value = a.literalValue?.value, value != .null { return b.isNull(where: nulls) }
            return false
        default: return false
        }
    }

    /// The alternatives between top-level ORs.
    var disjuncts: [Expression] {
        var result: [Expression] = []
        var stack = [self]
        while let next = stack.popLast() {
            if case .or(let a, let b) = next {
                stack.append(b)
                stack.append(a)
            } else {
                result.append(next)
            }
        }
        return result
    }
}
