public import Columnar

/// What optimizer and sources need to carry a condition towards the rows that it is about.
extension Expression {
    /// The condition through a step that gives fields other names, or takes some away: the parts between top-level ANDs all of whose fields `input`
    /// knows, with the fields replaced. Nil when nothing is left: every row may fulfil that.
    ///
    /// - Parameter input: the value, by the step's input columns, of an output field; nil where there is none.
    public func pushed(through input: ([String]) -> Expression?) -> Expression? {
        let kept = conjuncts.compactMap { $0.replacingFields(input) }
        return kept.isEmpty ? nil : .all(kept)
    }

    private func replacingFields(_ input: ([String]) -> Expression?) -> Expression? {
        struct Unknown: Error {}
        func replace(_ expression: Expression) throws(Unknown) -> Expression {
            if case .field(let path) = expression {
                guard let value = input(path) else { throw Unknown() }
                return value
            }
            return try expression.mapChildren(replace)
        }
        return try? replace(self)
    }

    /// The condition with each field that is compared with text cast to text first, as for a language in which text never equals a number or a date.
    /// No statistics tell of the cast, unless the column is text: `withoutIdleCasts`.
    var comparingTextWithTextOnly: Expression {
        func asText(_ operand: Expression, _ other: Expression) -> Expression {
            if case .field = operand, case .literal(.string, _) = other { return .cast(operand, .string) }
            return operand.comparingTextWithTextOnly
        }
        switch self {
        case .comparison(let a, let comparison, let b): return .comparison(asText(a, b), comparison, asText(b, a))
        case .identity(let a, let b): return .identity(asText(a, b), asText(b, a))
        case .membership(let value, let list):
            guard case .field = value, list.contains(where: { if case .literal(.string, _) = $0 { true } else { false } }) else { return self }
            return .membership(.cast(value, .string), list)
        default: return mapChildren { $0.comparingTextWithTextOnly }
        }
    }

    /// The expression without casts of columns that are of that type already.
    ///
    /// - Parameter type: of a top-level column by its name.
    public func withoutIdleCasts(_ type: (String) -> DataType?) -> Expression {
        if case .cast(.field(let path), let target) = self, path.count == 1, type(path[0]) == target { return .field(path) }
        return mapChildren { $0.withoutIdleCasts(type) }
    }
}
