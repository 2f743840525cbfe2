/// A loop that each row goes through its own number of times: `for` over a list's elements, or to a bound that is computed.
///
/// The body is a part of the program's graph. It reads what the loop carries from round to round as `variable` nodes, and the number of the round
/// as a `round` node; every other node that it reaches has one value for all rounds.
public struct LuaLoop: Sendable {
    /// What is carried from round to round.
    public struct Variable: Sendable {
        /// Its value before the first round, outside of the body.
        public let initial: Int
        /// Its value after a round.
        public let next: Int

        public init(initial: Int, next: Int) { (self.initial, self.next) = (initial, next) }
    }

    /// The number of rounds, outside of the body; rows where it is no integer are left to Lua.
    public let rounds: Int
    /// The first says how a round ends: with the integer 0 the loop goes on, with another one it ends.
    public let variables: [Variable]
    /// What each round asks for before it goes on.
    public let guards: [LuaGuard]
    /// The nodes whose values differ between rounds, by number; nodes made later are not among them.
    let isVariable: [Bool]

    /// What each round computes.
    var used: [Int] { variables.map(\.next) + guards.flatMap { [$0.path ?? $0.node, $0.node] } }

    func varies(_ node: Int) -> Bool { node < isVariable.count && isVariable[node] }
}

/// A node that may leave rows to Lua, and the rows that are asked.
public struct LuaGuard: Sendable {
    /// The node that is true in these rows; nil for every row.
    public let path: Int?
    public let node: Int

    public init(path: Int?, node: Int) { (self.path, self.node) = (path, node) }
}

extension LuaProgram {
    /// Makes the loop of a number.
    public mutating func add(rounds: Int, variables: [LuaLoop.Variable], guards: [LuaGuard], number: Int) {
        loops[number] = LuaLoop(rounds: rounds, variables: variables, guards: guards, isVariable: nodesVarying(in: number))
    }

    /// A number for a loop that is made when its body is known.
    public mutating func reserveLoop() -> Int {
        loops.append(nil)
        return loops.count - 1
    }

    public func rounds(ofLoop number: Int) -> Int? { loops[number]?.rounds }

    /// The nodes that are computed to compute a node.
    public func operandsWithLoops(_ node: Int) -> [Int] {
        if case .result(let number, let variable) = nodes[node], let loop = loops[number] {
            return [loop.rounds, loop.variables[variable].initial] + loop.used
        }
        return nodes[node].operands
    }

    /// Which nodes depend on the round of a loop.
    public func nodesVarying(in number: Int) -> [Bool] {
        var varies = [Bool](repeating: false, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            switch node {
            case .round(number), .variable(number, _): varies[index] = true
            case .result(let inner, _):
                guard let loop = loops[inner] else { continue }
                varies[index] = varies[loop.rounds] || loop.variables.contains { varies[$0.initial] } || loop.used.contains { varies[$0] }
            default: varies[index] = node.operands.contains { varies[$0] }
            }
        }
        return varies
    }
}

extension LuaNode {
    /// The nodes that it is computed from; those of a loop are the loop's to say.
    public var operands: [Int] {
        switch self {
        case .field, .constant, .fallBack, .round, .variable, .result: []
        case .arithmetic(_, let a, let b), .compare(_, let a, let b), .readBack(let a, let b), .item(let a, let b): [a, b]
        case .negate(let a), .not(let a), .length(let a), .count(let a), .member(let a, _): [a]
        case .choose(let a, let b, let c): [a, b, c]
        case .concat(let operands), .call(_, let operands): operands
        case .lookUp(_, let key): [key]
        }
    }
}
