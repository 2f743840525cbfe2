internal import Columnar

/// Computes what reads no column, and makes conditions simpler: a filter that is always true goes, one that never is leaves nothing.
struct ConstantFolding: RewriteRule {
    func apply(to node: PlanNode, _ facts: PlanFacts) -> PlanNode? {
        switch node {
        case let node as FilterNode:
            let condition = ConditionSimplifier.simplified(node.condition)
            if condition == .literal(true) { return node.inputs[0] }
            if condition.isNeverTrue, facts.isPure(node) { return facts.schema(of: node).map { ScanNode.empty($0) } }
            return condition == node.condition ? nil : FilterNode(node.inputs[0], condition: condition, options: node.options)
        case let node as JoinNode:
            guard let old = node.condition else { return nil }
            let condition = ConditionSimplifier.simplified(old)
            if condition == old { return nil }
            return JoinNode(
                node.inputs[0], node.inputs[1], kind: node.kind, keys: node.keys, condition: condition == .literal(true) ? nil : condition, build: node.build)
        default: return nil
        }
    }
}

/// Simpler conditions that are true for the same rows. Whether one is false or null for the others is not kept.
package enum ConditionSimplifier {
    package static func simplified(_ condition: Expression) -> Expression {
        var kept: [Expression] = []
        var seen = Set<Expression>()
        for conjunct in condition.folded.conjuncts {
            for part in truth(conjunct).conjuncts where part != .literal(true) && seen.insert(part).inserted { kept.append(part) }
        }
        if kept.contains(where: \.isNeverTrue) { return .literal(false) }
        return withoutIdleBounds(kept).map { .all($0) } ?? .literal(false)
    }

    /// A condition that is true where `expression` is.
    private static func truth(_ expression: Expression) -> Expression {
        switch expression {
        case .located(let operand, _), .alias(let operand, _): return truth(operand)
        case .literal(.null, _): return .literal(false)
        case .and(let a, let b): return .and(truth(a), truth(b))
        case .or: return factored(expression.disjuncts.map(simplified))
        case .not(let operand): return negated(operand)
        case .comparison(let a, let comparison, let b):
            // Literals stand on the right, where statistics look for them.
            if a.literalValue != nil, b.literalValue == nil { return .comparison(b, comparison.mirrored, a) }
            if a == b, a.isMovable {
                switch comparison {
                case .equal, .lessOrEqual, .greaterOrEqual: return .isNotNull(a)
                case .notEqual, .less, .greater: return .literal(false)
                }
            }
            return expression
        case .membership(let value, let list) where list.count == 1: return .comparison(value, .equal, list[0])
        default: return expression
        }
    }

    /// What is true where `expression` is false.
    private static func negated(_ expression: Expression) -> Expression {
        switch expression {
        case .located(let operand, _), .alias(let operand, _): return negated(operand)
        case .not(.comparison), .not(.not), .not(.and), .not(.or), .not(.membership), .not(.like), .not(.isNull):
            guard case .not(let operand) = expression else { return .not(expression) }
            return truth(operand)
        case .and(let a, let b): return truth(.or(.not(a), .not(b)))
        case .or(let a, let b): return .and(negated(a), negated(b))
        case .comparison(let a, let comparison, let b): return truth(.comparison(a, comparison.negated, b))
        default: return .not(expression)
        }
    }

    /// A disjunction with the conditions that all alternatives share in front: (a AND b) OR (a AND c) is a AND (b OR c).
    private static func factored(_ alternatives: [Expression]) -> Expression {
        var seen = Set<Expression>()
        let alternatives = alternatives.filter { !$0.isNeverTrue && seen.insert($0).inserted }
        if alternatives.isEmpty { return .literal(false) }
        if alternatives.contains(.literal(true)) { return .literal(true) }
        if alternatives.count == 1 { return alternatives[0] }
        var shared = Set(alternatives[0].conjuncts)
        for alternative in alternatives.dropFirst() where !shared.isEmpty { shared.formIntersection(alternative.conjuncts) }
        if shared.isEmpty { return .any(alternatives) }
        let common = alternatives[0].conjuncts.filter(shared.contains)
        var rest: [Expression] = []
        for alternative in alternatives {
            let own = alternative.conjuncts.filter { !shared.contains($0) }
            // An alternative that asks for no more is all there is.
            if own.isEmpty { return .all(common) }
            rest.append(.all(own))
        }
        return .all(common + [.any(rest)])
    }

    // MARK: Bounds

    private struct Bounds {
        var equal: (value: Expression, place: Int)?
        var lower: (value: Expression, isInclusive: Bool, place: Int)?
        var upper: (value: Expression, isInclusive: Bool, place: Int)?
    }

    /// The conditions without comparisons with constants that others imply; nil when two of them can never be true together.
    private static func withoutIdleBounds(_ conditions: [Expression]) -> [Expression]? {
        struct Subject: Hashable {
            let path: [String]
            let type: DataType
        }
        var bounds: [Subject: Bounds] = [:]
        var idle = Set<Int>()
        for (place, condition) in conditions.enumerated() {
            guard case .comparison(.field(let path), let comparison, let value) = condition, let (literal, type) = value.literalValue, literal != .null else { continue }
            var known = bounds[Subject(path: path, type: type)] ?? Bounds()
            switch comparison {
            case .equal:
                if let equal = known.equal {
                    guard let same = holds(equal.value, .equal, value) else { continue }
                    if !same { return nil }
                    idle.insert(place)
                } else {
                    known.equal = (value, place)
                }
            case .greater, .greaterOrEqual:
                if let lower = known.lower {
                    guard let isTighter = holds(value, .greater, lower.value), let isSame = holds(value, .equal, lower.value) else { continue }
                    if isTighter || isSame && comparison == .greater && lower.isInclusive {
                        idle.insert(lower.place)
                        known.lower = (value, comparison == .greaterOrEqual, place)
                    } else {
                        idle.insert(place)
                    }
                } else {
                    known.lower = (value, comparison == .greaterOrEqual, place)
                }
            case .less, .lessOrEqual:
                if let upper = known.upper {
                    guard let isTighter = holds(value, .less, upper.value), let isSame = holds(value, .equal, upper.value) else { continue }
                    if isTighter || isSame && comparison == .less && upper.isInclusive {
                        idle.insert(upper.place)
                        known.upper = (value, comparison == .lessOrEqual, place)
                    } else {
                        idle.insert(place)
                    }
                } else {
                    known.upper = (value, comparison == .lessOrEqual, place)
                }
            case .notEqual: continue
            }
            bounds[Subject(path: path, type: type)] = known
        }
        for known in bounds.values {
            if let lower = known.lower, let upper = known.upper {
                let isBoth = lower.isInclusive && upper.isInclusive
                if holds(lower.value, isBoth ? .lessOrEqual : .less, upper.value) == false { return nil }
            }
            guard let equal = known.equal else { continue }
            if let lower = known.lower, let isAbove = holds(equal.value, lower.isInclusive ? .greaterOrEqual : .greater, lower.value) {
                if !isAbove { return nil }
                idle.insert(lower.place)
            }
            if let upper = known.upper, let isBelow = holds(equal.value, upper.isInclusive ? .lessOrEqual : .less, upper.value) {
                if !isBelow { return nil }
                idle.insert(upper.place)
            }
        }
        return idle.isEmpty ? conditions : conditions.enumerated().filter { !idle.contains($0.offset) }.map(\.element)
    }

    /// Whether a comparison of constants holds; nil where that is not known.
    private static func holds(_ a: Expression, _ comparison: Comparison, _ b: Expression) -> Bool? {
        guard case .boolean(let answer)? = Expression.comparison(a, comparison, b).folded.literalValue?.value else { return nil }
        return answer
    }
}

extension Comparison {
    /// The comparison of the operands the other way round.
    var mirrored: Comparison {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }

    /// The comparison that is true where this one is false.
    var negated: Comparison {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        }
    }
}
