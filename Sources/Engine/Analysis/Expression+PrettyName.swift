internal import Columnar

extension Expression {
    /// What a column made of the expression is called where nothing else was said: Spark's rule, with operators in parentheses and texts without quotes.
    ///
    /// - Parameter names: what the plan's columns show.
    public func prettyName(_ names: [String: String]) -> String {
        func pretty(_ expression: Expression) -> String { expression.prettyName(names) }
        func list(_ expressions: [Expression]) -> String { expressions.map(pretty).joined(separator: ", ") }
        switch self {
        case .located(let operand, _), .checked(let operand): return pretty(operand)
        case .alias(_, let name): return name
        case .attribute(let reference): return reference.name
        case .field(let path): return ([names[path[0]] ?? path[0]] + path.dropFirst()).joined(separator: ".")
        case .literal(.string(let bytes), _): return String(decoding: bytes, as: UTF8.self)
        case .literal(.null, _): return "NULL"
        case .literal(.integer(let value), _): return "\(value)"
        case .literal(.double, let type), .literal(.decimal, let type): return Expression.plainNumber(self, type)
        case .literal: return description
        case .cast(let operand, let type): return "CAST(\(pretty(operand)) AS \(type.hiveName.uppercased()))"
        case .comparison(let a, let comparison, let b): return "(\(pretty(a)) \(comparison.rawValue) \(pretty(b)))"
        case .identity(let a, let b): return "(\(pretty(a)) <=> \(pretty(b)))"
        case .and(let a, let b): return "(\(pretty(a)) AND \(pretty(b)))"
        case .or(let a, let b): return "(\(pretty(a)) OR \(pretty(b)))"
        case .not(.isNull(let operand)): return "(\(pretty(operand)) IS NOT NULL)"
        case .not(.comparison(let a, .equal, let b)): return "(NOT (\(pretty(a)) = \(pretty(b))))"
        case .not(let operand): return "(NOT \(pretty(operand)))"
        case .arithmetic(let a, let operation, let b): return "(\(pretty(a)) \(operation.rawValue) \(pretty(b)))"
        case .negation(let operand): return "(- \(pretty(operand)))"
        case .isNull(let operand): return "(\(pretty(operand)) IS NULL)"
        case .membership(let value, let items): return "(\(pretty(value)) IN (\(list(items))))"
        case .like(let operand, let pattern, _): return "\(pretty(operand)) LIKE \(pattern)"
        case .conditional(let branches, let otherwise):
            let cases = branches.map { " WHEN \(pretty($0.condition)) THEN \(pretty($0.value))" }.joined()
            return "CASE\(cases)\(otherwise.map { " ELSE \(pretty($0))" } ?? "") END"
        case .call(let function, let arguments) where function.isOperator && arguments.count == 2:
            return "(\(list([arguments[0]])) \(function.name) \(list([arguments[1]])))"
        case .call(let function, let arguments) where function.isOperator: return "\(function.name)\(list(arguments))"
        case .call(let function, _) where function.name == "window": return "window"
        case .call(let function, let arguments): return "\(function.name)(\(list(arguments)))"
        case .aggregate(let call):
            return call.function.text(call.shownName ?? call.function.name, call.arguments.map(pretty), isDistinct: call.isDistinct)
                + (call.filter.map { " FILTER (WHERE \(pretty($0)))" } ?? "")
        case .generator(let generator, let arguments): return "\(generator.name)(\(list(arguments)))"
        case .userFunction(let function, let arguments): return "\(function.name)(\(list(arguments)))"
        case .window(let call):
            let renamed = call.renaming { $0.replacingNames(names) }
            return renamed.sparkName
        case .lambda(let parameters, let body): return "lambdafunction(\(pretty(body)), \(parameters.joined(separator: ", ")))"
        case .star(let table): return (table + ["*"]).joined(separator: ".")
        case .subquery(let subquery):
            switch subquery.kind {
            case .scalar: return "scalarsubquery()"
            case .exists: return "exists()"
            case .membership: return "(\(list(subquery.values)) IN (listquery()))"
            }
        case .interval: return description
        }
    }

    private static func plainNumber(_ literal: Expression, _ type: DataType) -> String {
        var text = literal.description
        while let last = text.last, last == "D" || last == "F" || last == "B" { text.removeLast() }
        return text
    }

    fileprivate func replacingNames(_ names: [String: String]) -> Expression { renamingFields(names) }
}

extension WindowCall {
    fileprivate func renaming(_ body: (Expression) -> Expression) -> WindowCall {
        WindowCall(
            function, arguments.map(body), partition: partition.map(body),
            order: order.map { SortNode.Key(body($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) }, frame: frame)
    }

    /// The call as Spark names its column: with the frame that counts.
    fileprivate var sparkName: String {
        let effective: WindowFrame?
        switch function {
        case .aggregate: effective = effectiveFrame
        default: effective = frame
        }
        var specification = WindowCall(function, arguments, partition: partition, order: order, frame: effective).specification
        if case .ranking = function, frame == nil { specification += (specification.isEmpty ? "" : " ") + "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW" }
        return "\(Expression.windowText(self)) OVER (\(specification))"
    }
}

extension Expression {
    fileprivate static func windowText(_ call: WindowCall) -> String {
        switch call.function {
        case .ranking(.rowNumber): "row_number()"
        case .ranking(.rank): "RANK()"
        case .ranking(.denseRank): "DENSE_RANK()"
        case .ranking(.percentRank): "PERCENT_RANK()"
        default: call.function.text(call.arguments)
        }
    }
}
