internal import Columnar

extension Expression {
    /// The expression with every part that reads no column computed, and logic with constants simplified. It has the same value for every record.
    public var folded: Expression {
        // What is checked fails as a whole; alone it would be null.
        if case .checked(let operation) = self { return Expression.checked(operation.mapChildren { $0.folded }).foldedConstant }
        let simpler = mapChildren { $0.folded }
        switch simpler {
        case .field, .literal, .interval, .star, .attribute: return simpler
        case .lambda, .alias, .aggregate, .generator, .subquery, .userFunction, .window: return simpler
        case .and(let a, let b):
            if a.isLiteral(false) || b.isLiteral(false) { return .literal(false) }
            if a.isLiteral(true), b.isBoolean { return b }
            if b.isLiteral(true), a.isBoolean { return a }
        case .or(let a, let b):
            if a.isLiteral(true) || b.isLiteral(true) { return .literal(true) }
            if a.isLiteral(false), b.isBoolean { return b }
            if b.isLiteral(false), a.isBoolean { return a }
        case .not(.not(let operand)) where operand.isBoolean: return operand
        case .conditional(let branches, let otherwise):
            // Branches that are never taken go; behind one that always is nothing is left.
            if let first = branches.first, first.condition.isLiteral(false), branches.count > 1 || otherwise != nil {
                if branches.count > 1 { return Expression.conditional(Array(branches.dropFirst()), otherwise: otherwise).foldedType(as: simpler) }
            }
        case .call(let function, _) where !function.isDeterministic: return simpler
        default: break
        }
        return simpler.foldedConstant
    }

    /// The expression's value, where it reads no column.
    private var foldedConstant: Expression {
        let simpler = self
        let parts = if case .checked(let operation) = self { operation.children } else { children }
        guard parts.allSatisfy({ if case .literal = $0 { true } else { false } }) else { return simpler }
        // What is refused stays as it is, to be refused with its place.
        guard let type = try? simpler.resolveType(in: .empty), !type.isNested, let column = try? simpler.evaluate(on: Expression.oneRow) else { return simpler }
        return .literal(column.value(at: 0), column.type)
    }

    private static let oneRow = Batch(schema: .empty, columns: [], count: 1)

    private func isLiteral(_ bool: Bool) -> Bool { self == .literal(bool) }

    /// Whether the value is a boolean for certain, so that `true AND x` may become `x`.
    private var isBoolean: Bool {
        switch self {
        case .comparison, .identity, .and, .or, .not, .isNull, .membership, .like: true
        case .literal(_, let type), .cast(_, let type): type == .boolean
        case .call(let function, _): function.isBoolean
        default: false
        }
    }

    /// Dropping a branch may narrow a conditional's type, so it is dropped only where all values are literals of one type.
    private func foldedType(as original: Expression) -> Expression {
        guard case .conditional(let branches, let otherwise) = original else { return original }
        let types = (branches.map(\.value) + (otherwise.map { [$0] } ?? [])).map { value -> DataType? in
            if case .literal(_, let type) = value { type } else { nil }
        }
        return types.allSatisfy { $0 != nil && $0 == types[0] } ? self : original
    }
}
