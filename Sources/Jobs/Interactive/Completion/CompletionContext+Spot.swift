/// In which argument of a call, and where in the lists and tables that it is made of, a place is.
extension CompletionContext {
    /// A step from a bracket to what stands in it: a name (`paths = `), or a number from 0 on.
    package enum Step: Equatable {
        case name(String)
        case position(Int)

        var name: String? { if case .name(let name) = self { name } else { nil } }
        var position: Int? { if case .position(let position) = self { position } else { nil } }
    }

    /// Where in a call a place is.
    package struct Spot: Equatable {
        /// Nil within a table that is no call's argument.
        let call: Call?
        /// From the call's bracket, or from the outermost table, inwards.
        package let steps: [Step]
    }

    /// Where in a call, or in a table, a place is, if a value begins there; nil for an index, and in the middle of an expression.
    package func spot(before end: Int) -> Spot? {
        guard end > 0, end <= tokens.count else { return nil }
        let previous = tokens[end - 1]
        // A call without brackets: `require "x`.
        if previous.kind == .name || previous.isSymbol(")") || previous.isSymbol("]") {
            return Spot(call: Call(callee: end, first: end, hasNames: false), steps: [.position(0)])
        }
        let isFirst = ["(", "{", ",", ";", "="].contains { previous.isSymbol($0) }
        guard isFirst else { return nil }
        let open = openBrackets(before: end)
        var steps: [Step] = []
        var stop = end
        for bracket in open {
            if tokens[bracket].isSymbol("[") { return steps.isEmpty ? nil : Spot(call: nil, steps: steps) }
            let step = step(in: bracket, before: stop)
            // An assignment within a function: what begins behind the sign is no argument.
            if steps.isEmpty, previous.isSymbol("="), step.name == nil { return nil }
            steps.insert(step, at: 0)
            if let call = call(at: bracket, open) { return Spot(call: call, steps: steps) }
            if tokens[bracket].isSymbol("(") { return steps.count > 1 ? Spot(call: nil, steps: Array(steps.dropFirst())) : nil }
            stop = bracket
        }
        return steps.isEmpty ? nil : Spot(call: nil, steps: steps)
    }

    /// In which element of a bracket a place is.
    private func step(in bracket: Int, before end: Int) -> Step {
        var commas = 0
        var start = bracket + 1
        var blocks = 0
        var index = start
        while index < end {
            let token = tokens[index]
            if token.kind == .symbol {
                if ["(", "[", "{"].contains(token.text), partners[index] > index, partners[index] < end { index = partners[index] }
                if blocks == 0, token.text == "," || token.text == ";" {
                    commas += 1
                    start = index + 1
                }
            } else if token.kind == .keyword {
                blocks += Self.depth(of: token.text)
            }
            index += 1
        }
        return name(at: start, before: end).map { .name($0.name) } ?? .position(commas)
    }

    static func depth(of keyword: String) -> Int {
        switch keyword {
        case "function", "do", "then", "repeat": 1
        case "end", "until", "elseif": -1
        default: 0
        }
    }

    /// The name that an element begins with, `name =` or `["name"] =`, and the token behind it.
    func name(at start: Int, before end: Int) -> (name: String, value: Int)? {
        if start + 1 < end, tokens[start].kind == .name, tokens[start + 1].isSymbol("=") { return (tokens[start].text, start + 2) }
        if start + 3 < end, tokens[start].isSymbol("["), case .string = tokens[start + 1].kind, tokens[start + 2].isSymbol("]"), tokens[start + 3].isSymbol("=") {
            return (tokens[start + 1].text, start + 4)
        }
        return nil
    }
}
