public import Columnar

/// What a call's name means beside scalar functions: aggregates, functions over windows, generators. The one place where their names are known.
extension AggregateCall {
    /// The call of an aggregate by its name in Spark SQL, in any case; nil where no aggregate has the name. See `AggregateFunction.resolve`.
    ///
    /// - Parameters:
    ///   - ignoresNulls: what IGNORE NULLS or RESPECT NULLS says; nil where neither was written.
    ///   - order: of WITHIN GROUP (ORDER BY ...).
    /// - Throws: `PlanError` for a wrong number of arguments, and for words that do not go with the function.
    public static func named(
        _ name: String, _ arguments: [Expression], isDistinct: Bool = false, filter: Expression? = nil, ignoresNulls: Bool? = nil, order: [SortNode.Key] = []
    ) throws(PlanError) -> AggregateCall? {
        guard AggregateFunction.isName(name) else { return nil }
        if arguments.isEmpty, name.lowercased() == "count" { throw .analysis("count() wants one argument at least; count(*) counts rows") }
        if arguments.count > 1, arguments.contains(.star([])) { throw .analysis("a star stands alone in \(name.lowercased())(*)") }
        return try AggregateFunction.resolve(named: name, arguments, isDistinct: isDistinct, ignoresNulls: ignoresNulls, filter: filter, order: order)
    }

    /// All names, for hints.
    public static let names = AggregateFunction.names
}

/// What stands between the parentheses behind OVER.
public struct WindowSpecification: Sendable {
    public var partition: [Expression] = []
    public var order: [SortNode.Key] = []
    public var frame: WindowFrame?
    public init() {}
}

extension WindowCall {
    private static let rankings: [String: WindowRanking] = [
        "row_number": .rowNumber, "rank": .rank, "dense_rank": .denseRank, "percent_rank": .percentRank, "cume_dist": .cumulativeDistribution,
    ]

    /// Functions that there are over windows only.
    public static let names = (Array(rankings.keys) + ["ntile", "lag", "lead", "nth_value"]).sorted()

    /// The call of a function over a window by its name in Spark SQL, in any case; nil where neither a window function nor an aggregate has the name.
    ///
    /// - Throws: `PlanError` for a wrong number of arguments, for those that must be literals and are none, and for words that do not go with the function.
    public static func named(
        _ name: String, _ arguments: [Expression], over window: WindowSpecification, isDistinct: Bool = false, filter: Expression? = nil, ignoresNulls: Bool? = nil,
        order: [SortNode.Key] = []
    ) throws(PlanError) -> WindowCall? {
        let lowered = name.lowercased()
        let ignores = ignoresNulls ?? false
        func call(_ function: WindowFunction, _ arguments: [Expression]) -> WindowCall {
            WindowCall(function, arguments, partition: window.partition, order: window.order, frame: window.frame)
        }
        func count(_ range: ClosedRange<Int>) throws(PlanError) {
            if !range.contains(arguments.count) { throw .argumentCount(function: lowered, takes: range, given: arguments.count) }
        }
        func literal(_ index: Int, _ what: String) throws(PlanError) -> Int {
            guard let value = arguments[index].wholeNumber else { throw .analysis("\(lowered)() wants \(what) as a whole number, not '\(arguments[index])'") }
            return value
        }
        if isDistinct { throw .analysis("DISTINCT does not go with OVER") }
        if filter != nil { throw .analysis("FILTER does not go with OVER; put a CASE into the function instead") }
        if let ranking = rankings[lowered] {
            try count(0...0)
            return call(.ranking(ranking), [])
        }
        switch lowered {
        case "ntile":
            try count(0...1)
            return call(.ranking(.bucket(of: arguments.isEmpty ? 1 : try literal(0, "the number of buckets"))), [])
        case "lag", "lead":
            try count(1...3)
            let distance = arguments.count > 1 ? try literal(1, "the distance") : 1
            var values = [arguments[0]]
            if arguments.count > 2, arguments[2].unlocated != .null { values.append(arguments[2]) }
            return call(.pick(.before(lowered == "lag" || distance == .min ? distance : -distance, ignoresNulls: ignores)), values)
        case "nth_value":
            try count(2...2)
            return call(.pick(.nth(try literal(1, "the row's number"), ignoresNulls: ignores)), [arguments[0]])
        default: break
        }
        guard let aggregate = try AggregateCall.named(name, arguments, ignoresNulls: ignoresNulls, order: order) else { return nil }
        if aggregate.isDistinct || aggregate.function == .countDistinct { throw .analysis("DISTINCT does not go with OVER") }
        if ["first_value", "last_value"].contains(lowered) {
            switch aggregate.function {
            case .first(let ignores): return call(.pick(.first(ignoresNulls: ignores)), aggregate.arguments)
            case .last(let ignores): return call(.pick(.last(ignoresNulls: ignores)), aggregate.arguments)
            default: break
            }
        }
        return call(.aggregate(aggregate.function), aggregate.arguments)
    }
}

extension Generator {
    public static let names = [
        "explode", "explode_outer", "inline", "inline_outer", "json_tuple", "posexplode", "posexplode_outer", "stack",
    ]

    /// The call of a generator by its name in Spark SQL, in any case; nil where none has the name.
    ///
    /// - Throws: `PlanError` for a wrong number of arguments, and a number of rows that is no literal.
    public static func call(_ name: String, _ arguments: [Expression]) throws(PlanError) -> Expression? {
        let generator: Generator
        switch name.lowercased() {
        case "explode": generator = .explode(outer: false)
        case "explode_outer": generator = .explode(outer: true)
        case "posexplode": generator = .explodeWithPosition(outer: false)
        case "posexplode_outer": generator = .explodeWithPosition(outer: true)
        case "inline": generator = .inline(outer: false)
        case "inline_outer": generator = .inline(outer: true)
        case "json_tuple":
            guard arguments.count >= 2 else { throw .argumentCount(function: "json_tuple", takes: 2...Int.max, given: arguments.count) }
            return .generator(.jsonTuple, arguments)
        case "stack":
            guard arguments.count >= 2 else { throw .argumentCount(function: "stack", takes: 2...Int.max, given: arguments.count) }
            guard let rows = arguments[0].wholeNumber, rows > 0 else { throw .analysis("stack() wants the number of rows as a literal above 0, not '\(arguments[0])'") }
            return .generator(.stack(rows: rows), Array(arguments.dropFirst()))
        default: return nil
        }
        guard arguments.count == 1 else { throw .argumentCount(function: generator.name, takes: 1...1, given: arguments.count) }
        return .generator(generator, arguments)
    }
}

extension Expression {
    /// Whether the expression is a literal other than null.
    fileprivate var isValue: Bool {
        if case .literal(let value, _) = unlocated { return value != .null }
        return false
    }

    /// The whole number that the expression is written as.
    var wholeNumber: Int? {
        switch unlocated {
        case .literal(.integer(let value), _): Int(value)
        case .negation(let operand): operand.wholeNumber.flatMap { $0 == .min ? nil : -$0 }
        default: nil
        }
    }

    /// The call of a function by its name, whatever kind it is of; nil where there is none.
    ///
    /// - Throws: `PlanError` for a wrong number of arguments.
    public static func calling(_ name: String, _ arguments: [Expression]) throws(PlanError) -> Expression? {
        if let aggregate = try AggregateCall.named(name, arguments) { return .aggregate(aggregate) }
        if let generator = try Generator.call(name, arguments) { return generator }
        if let function = Function(named: name) { return try function(arguments) }
        switch (name.lowercased(), arguments.count) {
        case ("mod", 2): return .arithmetic(arguments[0], .remainder, arguments[1])
        case ("equal_null", 2): return .identity(arguments[0], arguments[1])
        default: break
        }
        // A type's name casts: double(x).
        if arguments.count == 1, let type = DataType(castingName: name) { return .cast(arguments[0], type) }
        return nil
    }
}
