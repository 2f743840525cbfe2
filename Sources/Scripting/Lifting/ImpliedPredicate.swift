internal import Columnar
internal import Engine

/// Finds a condition that every row fulfils for which a lifted filter is true or raises.
///
/// Comparisons of a field with a constant are all it knows. `==` with a value of another type is false and raises nothing, so it holds for the
/// rows alone whose value is equal. An order raises where there is no number: for null, which the condition names, and for values of another kind,
/// of which statistics say nothing. An order of strings is left out, because a string is a number or a date to statistics.
struct ImpliedPredicate {
    private let program: LuaProgram
    private var known: [Int: Outcome] = [:]

    init(_ program: LuaProgram) { self.program = program }

    /// What is implied: an expression, or that there is or may be any row.
    private indirect enum Implied {
        case never, anything
        /// With the number of comparisons in it; what takes too many is not worth asking.
        case rows(Expression, size: Int)

        private static func rows(_ a: Implied, _ b: Implied, _ join: (Expression, Expression) -> Expression) -> Implied {
            guard case .rows(let x, let m) = a, case .rows(let y, let n) = b, m + n <= 200 else { return .anything }
            return x == y ? a : .rows(join(x, y), size: m + n)
        }

        func or(_ other: Implied) -> Implied {
            switch (self, other) {
            case (.never, _): other
            case (_, .never): self
            case (.anything, _), (_, .anything): .anything
            case (.rows, .rows): Implied.rows(self, other) { .or($0, $1) }
            }
        }

        func and(_ other: Implied) -> Implied {
            switch (self, other) {
            case (.never, _), (_, .never): .never
            case (.anything, _): other
            case (_, .anything): self
            case (.rows, .rows): Implied.rows(self, other) { .and($0, $1) }
            }
        }
    }

    /// What is implied by a node's being true, being false or nil, and raising.
    private struct Outcome {
        var isTrue = Implied.anything
        var isFalse = Implied.anything
        var raises = Implied.anything
    }

    mutating func predicate(of node: Int, guards: [LuaGuard]) -> Expression? {
        let outcome = self.outcome(node, 0)
        var result = outcome.isTrue.or(outcome.raises)
        for item in guards {
            var raised = self.outcome(item.node, 0).raises
            if let path = item.path {
                let path = self.outcome(path, 0)
                raised = path.raises.or(path.isTrue.and(raised))
            }
            result = result.or(raised)
        }
        switch result {
        case .never: return .literal(.boolean(false), .boolean)
        case .anything: return nil
        case .rows(let expression, _): return expression
        }
    }

    private mutating func outcome(_ node: Int, _ depth: Int) -> Outcome {
        if let known = known[node] { return known }
        let result = depth > 40 ? Outcome() : compute(node, depth)
        known[node] = result
        return result
    }

    private mutating func compute(_ node: Int, _ depth: Int) -> Outcome {
        switch program.nodes[node] {
        case .constant(let constant):
            let isFalse = constant == .nil || constant == .boolean(false)
            return Outcome(isTrue: isFalse ? .never : .anything, isFalse: isFalse ? .anything : .never, raises: .never)
        case .field(let path) where path.count == 1: return Outcome(isTrue: Self.one(.not(.isNull(.field(path)))), raises: .never)
        case .not(let operand):
            let inner = outcome(operand, depth + 1)
            return Outcome(isTrue: inner.isFalse, isFalse: inner.isTrue, raises: inner.raises)
        case .choose(let condition, let a, let b):
            let (test, x, y) = (outcome(condition, depth + 1), outcome(a, depth + 1), outcome(b, depth + 1))
            return Outcome(
                isTrue: test.isTrue.and(x.isTrue).or(test.isFalse.and(y.isTrue)), isFalse: test.isTrue.and(x.isFalse).or(test.isFalse.and(y.isFalse)),
                raises: test.raises.or(test.isTrue.and(x.raises)).or(test.isFalse.and(y.raises)))
        case .compare(let relation, let a, let b): return comparison(relation, a, b)
        default: return Outcome()
        }
    }

    private func comparison(_ relation: LuaRelation, _ a: Int, _ b: Int) -> Outcome {
        let flipped: Bool
        let path: [String]
        let constant: LuaConstant
        if case .field(let field) = program.nodes[a], field.count == 1, let value = program.constant(b) {
            (flipped, path, constant) = (false, field, value)
        } else if case .field(let field) = program.nodes[b], field.count == 1, let value = program.constant(a) {
            (flipped, path, constant) = (true, field, value)
        } else {
            return Outcome(raises: relation == .equal && isTotal(a) && isTotal(b) ? .never : .anything)
        }
        let field = Expression.field(path)
        if relation == .equal {
            switch constant {
            case .nil: return Outcome(isTrue: Self.one(.isNull(field)), isFalse: Self.one(.not(.isNull(field))), raises: .never)
            default:
                guard let literal = literal(constant) else { return Outcome(raises: .never) }
                return Outcome(isTrue: Self.one(.comparison(field, .equal, literal)), raises: .never)
            }
        }
        switch constant {
        case .integer, .float: break
        default: return Outcome()
        }
        guard let literal = literal(constant) else { return Outcome() }
        let order: Comparison = relation == .less ? (flipped ? .greater : .less) : (flipped ? .greaterOrEqual : .lessOrEqual)
        var isTrue = Self.one(.comparison(field, order, literal))
        // To the engine NaN is above every number; to Lua it is not.
        if order == .greater || order == .greaterOrEqual { isTrue = isTrue.and(Self.one(.not(.call(.isNaN, [field])))) }
        return Outcome(isTrue: isTrue, raises: Self.one(.isNull(field)))
    }

    private static func one(_ expression: Expression) -> Implied { .rows(expression, size: 1) }

    /// Whether a node never raises.
    private func isTotal(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .constant: true
        case .field(let path): path.count == 1
        default: false
        }
    }

    /// Lua compares integers and floats exactly. Others turn integers into floats first, which is the same up to 2^53.
    private func literal(_ constant: LuaConstant) -> Expression? {
        switch constant {
        case .boolean(let value): return .literal(.boolean(value), .boolean)
        case .integer(let value): return value.magnitude < 1 << 53 ? .literal(.integer(value), .long) : nil
        case .float(let bits):
            let value = Double(bitPattern: bits)
            return value.magnitude < 0x1p53 ? .literal(.double(value), .double) : nil
        case .string(let bytes): return .literal(.string(bytes), .string)
        default: return nil
        }
    }
}
