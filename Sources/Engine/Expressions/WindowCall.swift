public import Columnar

/// A function over the rows of a partition, as a row sees them: SQL's `sum(amount) OVER (PARTITION BY shop ORDER BY day)`.
public struct WindowCall: Sendable, Hashable {
    public let function: WindowFunction
    public let arguments: [Expression]
    /// What the rows of a partition agree in; none for one partition of all rows.
    public let partition: [Expression]
    public let order: [SortNode.Key]
    /// nil for what SQL takes where none is given: up to the current row and its peers where there is an order, the whole partition else.
    public let frame: WindowFrame?

    public init(_ function: WindowFunction, _ arguments: [Expression], partition: [Expression], order: [SortNode.Key], frame: WindowFrame? = nil) {
        (self.function, self.arguments, self.partition, self.order, self.frame) = (function, arguments, partition, order, frame)
    }

    /// The frame that counts.
    package var effectiveFrame: WindowFrame {
        guard let frame else { return order.isEmpty ? .partition : .running }
        // Without an order all rows are peers.
        if order.isEmpty, frame.unit == .range { return .partition }
        return frame
    }

    /// Whether the function can be computed while the rows pass, part by part; see `WindowCarry`.
    var canBeCarried: Bool {
        switch function {
        case .ranking(let ranking): ranking.looksBackOnly
        case .pick: false
        case .aggregate(let function): function.canBeCarried && effectiveFrame.isRunning
        }
    }

    /// Whether a part must hold whole groups of peers for that.
    var looksAtPeers: Bool {
        switch function {
        case .ranking(let ranking): ranking != .rowNumber
        case .pick: false
        case .aggregate: effectiveFrame.unit == .range
        }
    }
}

/// What can stand before `OVER`.
public enum WindowFunction: Sendable, Hashable {
    case ranking(WindowRanking)
    /// The value of another row; the arguments are the value and, for rows before and behind, what stands where there is none.
    case pick(WindowPick)
    case aggregate(AggregateFunction)

    /// The name in Spark SQL.
    public var name: String {
        switch self {
        case .ranking(.rowNumber): "row_number"
        case .ranking(.rank): "rank"
        case .ranking(.denseRank): "dense_rank"
        case .ranking(.percentRank): "percent_rank"
        case .ranking(.cumulativeDistribution): "cume_dist"
        case .ranking(.bucket): "ntile"
        case .pick(.before(let distance, _)): distance < 0 ? "lead" : "lag"
        case .pick(.first): "first_value"
        case .pick(.last): "last_value"
        case .pick(.nth): "nth_value"
        case .aggregate(let function): function.name
        }
    }

    /// The function with its arguments, as Spark writes it.
    public func text(_ arguments: [Expression]) -> String {
        let texts = arguments.map(\.description)
        switch self {
        case .ranking(.bucket(let count)): return "ntile(\(count))"
        case .ranking: return "\(name)()"
        case .pick(.before(let distance, _)):
            return "\(name)(\(texts.first ?? ""), \(distance.magnitude), \(texts.count > 1 ? texts[1] : "NULL"))\(ignoresNulls ? " ignore nulls" : "")"
        case .pick(.nth(let number, _)): return "\(name)(\(texts.first ?? ""), \(number))\(ignoresNulls ? " ignore nulls" : "")"
        case .pick: return "\(name)(\(texts.first ?? ""))\(ignoresNulls ? " ignore nulls" : "")"
        case .aggregate(let function): return Aggregate.text(function, arguments)
        }
    }

    private var ignoresNulls: Bool {
        switch self {
        case .pick(.first(true)), .pick(.last(true)), .pick(.nth(_, true)), .pick(.before(_, true)): true
        default: false
        }
    }
}

// MARK: Text

extension WindowCall: CustomStringConvertible {
    public var description: String { "\(function.text(arguments)) OVER (\(specification))" }

    /// What stands between the parentheses behind `OVER`.
    var specification: String {
        var parts: [String] = []
        if !partition.isEmpty { parts.append("PARTITION BY " + partition.map(\.description).joined(separator: ", ")) }
        if !order.isEmpty {
            parts.append(
                "ORDER BY "
                    + order.map { "\($0.expression) \($0.descending ? "DESC" : "ASC") NULLS \($0.nullsFirst ? "FIRST" : "LAST")" }.joined(separator: ", "))
        }
        if let frame { parts.append(frame.sqlText) }
        return parts.joined(separator: " ")
    }

    private func wrong(_ problem: String) -> PlanError { .window(call: function.text(arguments), problem: problem) }

    /// The error of a window function in a place where rows are looked at one by one.
    var misplaced: PlanError { wrong("a window function cannot stand here; compute it with withColumn or select first, and use that column") }
}

extension WindowFrame {
    package var sqlText: String {
        func text(_ bound: Bound) -> String {
            switch bound {
            case .unboundedPreceding: return "UNBOUNDED PRECEDING"
            case .unboundedFollowing: return "UNBOUNDED FOLLOWING"
            case .currentRow: return "CURRENT ROW"
            case .offset(let value):
                let (isNegative, magnitude) = value.signed
                return "\(magnitude.sqlText(.null)) \(isNegative ? "PRECEDING" : "FOLLOWING")"
            case .interval(let months, let days, let microseconds):
                let interval = Interval(months: months, days: days, microseconds: microseconds)
                let isNegative = months < 0 || days < 0 || microseconds < 0
                return "\(isNegative ? interval.negated : interval) \(isNegative ? "PRECEDING" : "FOLLOWING")"
            }
        }
        return "\(unit.rawValue) BETWEEN \(text(start)) AND \(text(end))"
    }
}

extension Value {
    /// A number's sign and the number without it.
    fileprivate var signed: (isNegative: Bool, magnitude: Value) {
        switch self {
        case .integer(let value) where value < 0: (true, .integer(value == .min ? .max : -value))
        case .double(let value) where value < 0: (true, .double(-value))
        case .decimal(let unscaled, let scale) where unscaled < 0: (true, .decimal(unscaled: unscaled == .min ? .max : -unscaled, scale: scale))
        default: (false, self)
        }
    }
}

// MARK: Types

extension WindowCall {
    /// The type of the function's values.
    ///
    /// - Throws: `PlanError` for columns that are not there, arguments that the function cannot take, and what Spark refuses: a ranking without an
    ///   order, a frame where the function has its own, a frame whose offsets fit the order in no way.
    public func resultType(in schema: Schema) throws(PlanError) -> DataType {
        if let inner = (arguments + partition + order.map(\.expression)).flatMap(\.windowCalls).first {
            throw wrong("window functions cannot be nested; compute '\(inner)' with withColumn first, and use that column")
        }
        for expression in partition {
            let type = try expression.resolveType(in: schema)
            if case .map = type { throw wrong("rows cannot be partitioned by '\(expression)', which is of type \(type.hiveName)") }
        }
        var orderTypes: [DataType] = []
        for key in order { orderTypes.append(try key.expression.resolveType(in: schema)) }
        for (key, type) in zip(order, orderTypes) {
            if case .map = type { throw wrong("rows cannot be ordered by '\(key.expression)', which is of type \(type.hiveName)") }
        }
        var types: [DataType] = []
        for argument in arguments { types.append(try argument.resolveType(in: schema)) }
        switch function {
        case .ranking(let ranking):
            try checkOrder()
            if frame != nil { throw wrong("the function has a frame of its own; leave out rowsBetween and rangeBetween") }
            if case .bucket(let count) = ranking, count < 1 { throw wrong("the number of buckets must be at least 1, not \(count)") }
            return ranking.type
        case .pick(.before):
            try checkOrder()
            if frame != nil { throw wrong("the function has a frame of its own; leave out rowsBetween and rangeBetween") }
            if types.count > 1, types[0].valueType(with: types[1]) == nil {
                throw .incompatibleTypes(
                    operation: "\(function.name)()", operands: zip(arguments, types).map { PlanError.Operand(text: $0.description, type: $1) })
            }
            return types[0]
        case .pick(let pick):
            if case .nth(let number, _) = pick, number < 1 { throw wrong("rows are counted from 1, so there is none of number \(number)") }
            try check(frame ?? effectiveFrame, orderTypes)
            return types[0]
        case .aggregate(.countDistinct): throw wrong("distinct counts over windows are not supported (nor are they in Spark); collect_set(...) has the different values")
        case .aggregate(let aggregate):
            try check(frame ?? effectiveFrame, orderTypes)
            return try Aggregate("", aggregate, arguments).resultType(in: schema)
        }
    }

    private func checkOrder() throws(PlanError) {
        if order.isEmpty { throw wrong("the function wants an ordered window: add :orderBy(...), as in Window.partitionBy(\"a\"):orderBy(\"b\")") }
    }

    private func check(_ frame: WindowFrame, _ orderTypes: [DataType]) throws(PlanError) {
        if frame.start == .unboundedFollowing { throw wrong("a frame cannot begin at UNBOUNDED FOLLOWING") }
        if frame.end == .unboundedPreceding { throw wrong("a frame cannot end at UNBOUNDED PRECEDING") }
        if let start = frame.start.distance, let end = frame.end.distance, start > end {
            throw wrong("the frame \(frame.sqlText) begins behind its end")
        }
        for bound in [frame.start, frame.end] {
            if case .interval = bound {
                if frame.unit == .rows { throw wrong("a frame of rows counts rows, not time") }
                guard orderTypes.count == 1, orderTypes[0] == .date || orderTypes[0] == .timestamp else {
                    throw wrong("a range of time wants an order by one date or timestamp")
                }
                continue
            }
            guard case .offset(let offset) = bound else { continue }
            let isWhole: Bool
            switch offset {
            case .integer: isWhole = true
            case .double(let value):
                if !value.isFinite { throw wrong("an offset of a frame must be a number, not \(value)") }
                isWhole = false
            case .decimal: isWhole = false
            default: throw wrong("an offset of a frame must be a number")
            }
            if frame.unit == .rows {
                if !isWhole { throw wrong("a frame of rows counts whole rows") }
                continue
            }
            guard orderTypes.count == 1 else {
                throw wrong("a range with an offset wants an order by one column, not by \(orderTypes.count)")
            }
            let type = orderTypes[0]
            guard type.isNumeric || type == .date else {
                throw wrong("a range with an offset wants an order by a number or a date, and '\(order[0].expression)' is of type \(type.hiveName)")
            }
            if !isWhole, type == .date || type.isInteger { throw wrong("the range's offsets must be whole numbers, because '\(order[0].expression)' is of type \(type.hiveName)") }
        }
    }
}

extension WindowFrame.Bound {
    /// How far the bound is from the current row, for the order of two bounds; nil for unbounded ones.
    fileprivate var distance: Double? {
        switch self {
        case .unboundedPreceding, .unboundedFollowing: nil
        case .currentRow: 0
        case .offset(.integer(let value)): Double(value)
        case .offset(.double(let value)): value
        case .offset(.decimal(let unscaled, let scale)): (0..<scale).reduce(Double(unscaled)) { value, _ in value / 10 }
        case .offset: nil
        // Months are about so long; whether one of 30 days is longer than one of 31 is not said.
        case .interval(let months, let days, let microseconds): (Double(months) * 30.5 + Double(days)) * 86_400e6 + Double(microseconds)
        }
    }
}

extension Expression {
    /// The window functions in the expression, outermost ones only, in the order in which they are written.
    public var windowCalls: [WindowCall] {
        if case .window(let call) = self { return [call] }
        return children.flatMap(\.windowCalls)
    }

    /// The expression with fields in the place of window functions.
    public func replacingWindows(_ names: [WindowCall: String]) -> Expression {
        if case .window(let call) = self { return names[call].map { .field([$0]) } ?? self }
        return mapChildren { $0.replacingWindows(names) }
    }
}
