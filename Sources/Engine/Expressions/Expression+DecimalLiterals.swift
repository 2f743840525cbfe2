internal import Columnar

/// Whole numbers beside decimals.
extension Expression {
    /// Arithmetic of a decimal and a literal whole number with the literal as a decimal of just its digits: `price * 2` has one digit more than `price` and not
    /// eleven (Spark's rule, `spark.sql.legacy.literal.pickMinimumPrecision`). Said before constants are folded, because only what is written as a literal counts.
    ///
    /// - Parameter schema: of the fields; aggregates and windows may stand in the operands.
    func withDecimalLiterals(in schema: Schema) -> Expression {
        guard case .arithmetic(let a, let operation, let b) = self else { return self }
        if let literal = a.decimalLiteral { return b.isDecimal(in: schema) ? .arithmetic(literal, operation, b) : self }
        if let literal = b.decimalLiteral { return a.isDecimal(in: schema) ? .arithmetic(a, operation, literal) : self }
        return self
    }

    /// A literal whole number, with or without a sign, as a decimal.
    private var decimalLiteral: Expression? {
        switch self {
        case .literal(.integer(let value), let type) where type.isInteger:
            return .literal(.decimal(unscaled: Int128(value), scale: 0), .decimal(precision: String(value.magnitude).count, scale: 0))
        case .negation(.literal(.integer(let value), let type)) where type.isInteger && value != .min:
            return Expression.literal(.integer(-value), type).decimalLiteral
        default: return nil
        }
    }

    private func isDecimal(in schema: Schema) -> Bool {
        if case .literal = self { if case .literal(_, .decimal) = self { return true } else { return false } }
        guard let type = try? typed(in: schema).resolveType(in: schema), case .decimal = type else { return false }
        return true
    }

    /// The expression with nulls of their types in the places of aggregates and windows, for its type.
    private func typed(in schema: Schema) throws(PlanError) -> Expression {
        switch self {
        case .aggregate(let call): return .literal(.null, try Aggregate("", call).resultType(in: schema))
        case .window(let call): return .literal(.null, try call.resultType(in: schema))
        default: return try mapChildren { (child) throws(PlanError) in try child.typed(in: schema) }
        }
    }
}
