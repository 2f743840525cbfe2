/// Sets of ways through a function's code, each by the conditions that lead there: reduced ordered binary decision diagrams.
///
/// A set is a number; equal sets have equal numbers. Conditions stand in the order in which the code first asks for them, so what decides for a
/// set asks no question that the code itself would not have asked by then.
struct PathConditions {
    typealias Set = Int
    static let never: Set = 0
    static let always: Set = 1

    private struct Decision: Hashable {
        let condition: Int
        let high: Set
        let low: Set
    }

    private var decisions: [Decision] = [Decision(condition: .max, high: 0, low: 0), Decision(condition: .max, high: 1, low: 1)]
    private var numbers: [Decision: Set] = [:]
    private struct Question: Hashable { let a: Set, b: Set, c: Set }
    private var answers: [Question: Set] = [:]
    /// What is asked, by number: nodes of the program.
    private(set) var conditions: [Int] = []
    private var conditionNumbers: [Int: Int] = [:]

    var count: Int { decisions.count }

    /// The ways on which a node is true.
    mutating func set(where node: Int) -> Set {
        if conditionNumbers[node] == nil {
            conditionNumbers[node] = conditions.count
            conditions.append(node)
        }
        return make(conditionNumbers[node]!, Self.always, Self.never)
    }

    private mutating func make(_ condition: Int, _ high: Set, _ low: Set) -> Set {
        if high == low { return high }
        let decision = Decision(condition: condition, high: high, low: low)
        if let known = numbers[decision] { return known }
        decisions.append(decision)
        numbers[decision] = decisions.count - 1
        return decisions.count - 1
    }

    /// The first condition that any of the sets asks for.
    func firstCondition(_ sets: [Set]) -> Int { sets.map { decisions[$0].condition }.min() ?? .max }

    /// What is left of a set where a condition that stands first holds or not.
    func part(_ set: Set, _ condition: Int, _ holds: Bool) -> Set {
        let decision = decisions[set]
        return decision.condition == condition ? (holds ? decision.high : decision.low) : set
    }

    /// Where `a` holds `b`, else `c`.
    private mutating func ifThenElse(_ a: Set, _ b: Set, _ c: Set) -> Set {
        if a == Self.always || b == c { return b }
        if a == Self.never { return c }
        if b == Self.always, c == Self.never { return a }
        let question = Question(a: a, b: b, c: c)
        if let known = answers[question] { return known }
        let condition = firstCondition([a, b, c])
        let high = ifThenElse(part(a, condition, true), part(b, condition, true), part(c, condition, true))
        let low = ifThenElse(part(a, condition, false), part(b, condition, false), part(c, condition, false))
        let result = make(condition, high, low)
        answers[question] = result
        return result
    }

    mutating func and(_ a: Set, _ b: Set) -> Set { ifThenElse(a, b, Self.never) }
    mutating func or(_ a: Set, _ b: Set) -> Set { ifThenElse(a, Self.always, b) }
    mutating func not(_ a: Set) -> Set { ifThenElse(a, Self.never, Self.always) }
    /// A simpler set with the same ways among those of `b`; beyond them it may have any.
    mutating func constrain(_ a: Set, _ b: Set) -> Set {
        if b == Self.always || b == Self.never || a == Self.always || a == Self.never { return a }
        if a == b { return Self.always }
        let question = Question(a: a, b: b, c: -1)
        if let known = answers[question] { return known }
        let condition = firstCondition([a, b])
        let (high, low) = (part(b, condition, true), part(b, condition, false))
        let result: Set
        if high == Self.never {
            result = constrain(part(a, condition, false), low)
        } else if low == Self.never {
            result = constrain(part(a, condition, true), high)
        } else {
            result = make(condition, constrain(part(a, condition, true), high), constrain(part(a, condition, false), low))
        }
        answers[question] = result
        return result
    }
    mutating func implies(_ a: Set, _ b: Set) -> Bool { ifThenElse(a, b, Self.always) == Self.always }
}
