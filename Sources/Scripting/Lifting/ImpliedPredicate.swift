internal import Columnar
internal import Engine

/// Finds a condition that every row fulfils for which a lifted filter is true or raises.
///
/// Comparisons of a field with a constant are all it knows. `==` with a value of another type is false and raises nothing, so it holds for the
/// rows alone whose value is equal. An order raises where there is no number: for null, which the condition names, and for values of another kind,
/// of which statistics say nothing. An order of strings is left out, because a string is a number or a date to statistics.
struct ImpliedPredicate {
    private let program: LuaProgram

    init(_ program: LuaProgram) { self.program = program }

    /// What is implied: an expression, or that there is or may be any row.
    private indirect enum Implied {
        case never, anything
        case rows(Expression)

        func or(_ other: Implied) -> Implied {
            switch (self, other) {
            case (.never, _): other
            case (_, .never): self
            case (.anything, _), (_, .anything): .anything
            case (.rows(let a), .rows(let b)): .rows(a == b ? a : .or(a, b))
            }
        }

        func and(_ other: Implied) -> Implied {
            switch (self, other) {
            case (.never, _), (_, .never): .never
            case (.anything, _): other
            case (_, .anything): self
            case (.rows(let a), .rows(let b)): .rows(a == b ? a : .and(a, b))
            }
        }
    }

    /// What is implied by a node's being true, being false or nil, and raising.
    private struct Outcome {
        var isTrue = Implied.anything
        var isFalse = Implied.anything
        var raises = Implied.anything
    }

    func predicate(of node: Int, guards: [LiftedFunction.Guard]) -> Expression? {
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
        case .rows(let expression): return expression
        }
    }

    private func outcome(_ node: Int, _ depth: Int) -> Outcome {
        if depth > 40 { return Outcome() }
        switch program.nodes[node] {
        case .constant(let constant):
            let isFalse = constant == .nil || constant == .boolean(false)
            return Outcome(isTrue: isFalse ? .never : .anything, isFalse: isFalse ? .anything : .never, raises: .never)
        case .field(let path) where path.count == 1: return Outcome(isTrue: .rows(.not(.isNull(.field(path)))), raises: .never)
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
            case .nil: return Outcome(isTrue: .rows(.isNull(field)), isFalse: .rows(.not(.isNull(field))), raises: .never)
            default:
                guard let literal = literal(constant) else { return Outcome(raises: .never) }
                return Outcome(isTrue: .rows(.comparison(field, .equal, literal)), raises: .never)
            }
        }
        switch constant {
        case .integer, .float: break
        default: return Outcome()
        }
        guard let literal = literal(constant) else { return Outcome() }
        let order: Comparison = relation == .less ? (flipped ? .greater : .less) : (flipped ? .greaterOrEqual : .lessOrEqual)
        return Outcome(isTrue: .rows(.comparison(field, order, literal)), raises: .rows(.isNull(field)))
    }

    /// Whether a node never raises.
    private func isTotal(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .constant: true
        case .field(let path): path.count == 1
        default: false
        }
    }

    private func literal(_ constant: LuaConstant) -> Expression? {
        switch constant {
        case .boolean(let value): return .literal(.boolean(value), .boolean)
        case .integer(let value): return .literal(.integer(value), .long)
        case .float(let bits):
            let value = Double(bitPattern: bits)
            return value.isNaN ? nil : .literal(.double(value), .double)
        case .string(let bytes): return .literal(.string(bytes), .string)
        default: return nil
        }
    }
}
