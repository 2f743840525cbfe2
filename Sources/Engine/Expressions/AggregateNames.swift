public import Columnar

/// Aggregates by their names in Spark SQL and in `F`.
extension AggregateFunction {
    /// The names that `resolve` knows, sorted.
    public static let names: [String] = (Array(fixed.keys) + Array(special)).sorted()

    /// Whether the name, in any case, is an aggregate's.
    public static func isName(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return fixed[lowered] != nil || special.contains(lowered)
    }

    /// Functions whose arguments are all columns.
    private static let fixed: [String: AggregateFunction] = {
        var functions: [String: AggregateFunction] = [
            "sum": .sum, "avg": .average, "mean": .average, "min": .minimum, "max": .maximum, "try_sum": .checkedSum(.null),
            "try_avg": .checkedAverage(.null), "product": .product, "count_if": .countIf, "collect_list": .collectList, "array_agg": .collectList,
            "collect_set": .collectSet, "max_by": .maximumBy, "min_by": .minimumBy, "bool_and": .and, "every": .and, "bool_or": .or, "some": .or,
            "any": .or, "stddev": .standardDeviation(ofSample: true), "std": .standardDeviation(ofSample: true),
            "stddev_samp": .standardDeviation(ofSample: true), "stddev_pop": .standardDeviation(ofSample: false),
            "variance": .variance(ofSample: true), "var_samp": .variance(ofSample: true), "var_pop": .variance(ofSample: false),
            "skewness": .skewness, "kurtosis": .kurtosis, "corr": .correlation, "covar_pop": .covariance(ofSample: false),
            "covar_samp": .covariance(ofSample: true), "median": .percentile(Percentile(.median, [0.5])),
        ]
        for regression in Regression.allCases { functions[regression.rawValue] = .regression(regression) }
        for operation in BitOperation.allCases { functions[operation.rawValue] = .bits(operation) }
        return functions
    }()

    /// Functions with arguments that are part of them, and those with rules of their own.
    private static let special: Set<String> = [
        "count", "countdistinct", "count_distinct", "sumdistinct", "sum_distinct", "first", "first_value", "last", "last_value", "any_value", "mode",
        "percentile", "percentile_cont", "percentile_disc", "percentile_approx", "approx_percentile", "approx_count_distinct", "approxcountdistinct",
        "listagg", "string_agg", "listagg_distinct", "string_agg_distinct", "histogram_numeric",
    ]

    /// The call of an aggregate as a query writes it: the one place that knows names, numbers of arguments and constants.
    ///
    ///     percentile_cont(0.5) WITHIN GROUP (ORDER BY amount DESC)
    ///
    /// Types are checked later, when the arguments' are known (`Aggregate.resultType`).
    ///
    /// - Parameters:
    ///   - name: in any case.
    ///   - ignoresNulls: what IGNORE NULLS or RESPECT NULLS says; nil where neither stands.
    ///   - filter: of FILTER (WHERE ...).
    ///   - order: of WITHIN GROUP (ORDER BY ...); empty for none.
    /// - Throws: `PlanError` for a name that is no aggregate's, with the nearest one, for a wrong number of arguments, and for an argument that is no
    ///   constant, or one that cannot be.
    public static func resolve(
        named name: String, _ arguments: [Expression], isDistinct: Bool = false, ignoresNulls: Bool? = nil, filter: Expression? = nil,
        order: [SortNode.Key] = []
    ) throws(PlanError) -> AggregateCall {
        let lowered = name.lowercased()
        guard isName(lowered) else { throw .coded(.unknownFunction, "there is no aggregate '\(name)'\(Columnar.Suggestion.hint(for: lowered, in: names))") }
        let call = AggregateReading(name: lowered, arguments: arguments, order: order)
        if ignoresNulls != nil, !["first", "first_value", "last", "last_value", "any_value"].contains(lowered) {
            throw .analysis("\(lowered)() takes no IGNORE NULLS and no RESPECT NULLS: it never looks at nulls")
        }
        let result: AggregateCall
        if let function = fixed[lowered] {
            try call.refuseOrder()
            try call.require(function.arity)
            result = AggregateCall(function, arguments)
        } else {
            result = try call.special(ignoresNulls: ignoresNulls ?? false)
        }
        let isDistinct = isDistinct || result.isDistinct
        if isDistinct, result.function == .count, result.arguments.isEmpty { throw .analysis("count(DISTINCT) wants what to count: count(DISTINCT a, b)") }
        if isDistinct, case .mode(.some) = result.function { throw .analysis("mode() takes no DISTINCT: of different values none stands more often than another") }
        if isDistinct, case .listAggregate(let list) = result.function, !list.order.isEmpty {
            guard result.arguments.count == 2, result.arguments[0].withoutPlaces == result.arguments[1].withoutPlaces else {
                throw .analysis("\(lowered)(DISTINCT ...) can only be in the order of the values themselves: WITHIN GROUP (ORDER BY \(result.arguments[0]))")
            }
        }
        // Counts of different rows have a function of their own, which needs no second pass.
        let counts = isDistinct && result.function == .count
        // Spark calls an ordered list listagg, whatever the query does.
        let isOrderedList = if case .listAggregate(let list) = result.function { !list.order.isEmpty } else { false }
        return AggregateCall(
            counts ? .countDistinct : result.function, result.arguments, isDistinct: isDistinct && !counts, filter: filter,
            shownName: isOrderedList ? nil : shown[lowered] ?? (lowered == result.function.name ? nil : lowered))
    }

    /// What names are shown as that are not SQL's.
    private static let shown: [String: String] = [
        "countdistinct": "count", "count_distinct": "count", "sumdistinct": "sum", "sum_distinct": "sum", "approxcountdistinct": "approx_count_distinct",
        "listagg_distinct": "listagg", "string_agg_distinct": "string_agg", "array_agg": "collect_list",
    ]

    // MARK: Text

    /// The call as Spark writes it: `percentile(amount, 0.5, 1)`.
    func text(_ name: String, _ arguments: [String], isDistinct: Bool) -> String {
        let distinct = isDistinct || self == .countDistinct ? "DISTINCT " : ""
        let first = arguments.first ?? ""
        switch self {
        case .count where arguments.isEmpty: return "\(name)(\(distinct)1)"
        case .mode(let order?): return "\(name)() WITHIN GROUP (ORDER BY \(first)\(order == .ascending ? " DESC" : ""))"
        case .percentile(let percentile):
            let percentages = AggregateFunction.text(percentile.percentages, percentile.isArray)
            switch percentile.form {
            case .median: return "\(name)(\(distinct)\(first))"
            case .percentile: return "\(name)(\(distinct)\(first), \(percentages), \(arguments.count > 1 ? arguments[1] : "1"))"
            case .continuous, .discrete: return "\(name)(\(distinct)\(percentages)) WITHIN GROUP (ORDER BY \(first)\(percentile.descending ? " DESC" : ""))"
            }
        case .approximatePercentile(let percentages, let isArray, let accuracy):
            return "\(name)(\(distinct)\(first), \(AggregateFunction.text(percentages, isArray)), \(accuracy))"
        case .histogram(let bars): return "\(name)(\(distinct)\(first), \(bars))"
        case .listAggregate(let list):
            let delimiter = list.delimiter.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
            let order = zip(arguments.dropFirst(), list.order).map { "\($0) \($1.descending ? "DESC" : "ASC") NULLS \($1.nullsFirst ? "FIRST" : "LAST")" }
            return "\(name)(\(distinct)\(first), \(delimiter))" + (order.isEmpty ? "" : " WITHIN GROUP (ORDER BY \(order.joined(separator: ", ")))")
        default: return "\(name)(\(distinct)\(arguments.joined(separator: ", ")))"
        }
    }

    private static func text(_ percentages: [Double], _ isArray: Bool) -> String {
        let list = percentages.map { "\($0)" }.joined(separator: ", ")
        return isArray ? "array(\(list))" : list
    }
}

/// A call that is being read.
private struct AggregateReading {
    let name: String
    let arguments: [Expression]
    let order: [SortNode.Key]

    func require(_ counts: ClosedRange<Int>) throws(PlanError) {
        if !counts.contains(arguments.count) { throw .argumentCount(function: name, takes: counts, given: arguments.count) }
    }

    func refuseOrder() throws(PlanError) {
        if !order.isEmpty { throw .analysis("\(name)() takes no WITHIN GROUP (ORDER BY ...)") }
    }

    /// The value of an argument that reads no column.
    private func constant(_ i: Int, _ expected: String) throws(PlanError) -> Value {
        guard arguments[i].fields.isEmpty, let column = try? arguments[i].folded.evaluate(on: Batch(schema: .empty, columns: [], count: 1)) else {
            throw .argument(function: name, text: arguments[i].description, found: "no constant", expected: expected)
        }
        return column.value(at: 0)
    }

    private func wrong(_ i: Int, _ expected: String) -> PlanError {
        .argument(function: name, text: arguments[i].description, found: "none", expected: expected)
    }

    private func number(_ value: Value) -> Double? {
        switch value {
        case .integer(let x): Double(x)
        case .double(let x): x
        case .decimal(let unscaled, let scale): (0..<scale).reduce(Double(unscaled)) { number, _ in number / 10 }
        case .string(let bytes): Double(String(decoding: bytes, as: UTF8.self))
        default: nil
        }
    }

    private func percentages(_ i: Int) throws(PlanError) -> ([Double], isArray: Bool) {
        let expected = "a percentage between 0.0 and 1.0, or an array of such, as argument \(i + 1)"
        let value = try constant(i, expected)
        var (values, isArray) = ([value], false)
        if case .array(let items) = value { (values, isArray) = (items, true) }
        var result: [Double] = []
        for value in values {
            guard let percentage = number(value), percentage >= 0, percentage <= 1 else { throw wrong(i, expected) }
            result.append(percentage)
        }
        if result.isEmpty { throw wrong(i, expected) }
        return (result, isArray)
    }

    private func integer(_ i: Int, _ range: ClosedRange<Int64>, _ expected: String) throws(PlanError) -> Int {
        guard case .integer(let value) = try constant(i, expected), range.contains(value) else { throw wrong(i, expected) }
        return Int(value)
    }

    private func flag(_ i: Int) throws(PlanError) -> Bool {
        guard case .boolean(let value) = try constant(i, "true or false") else { throw wrong(i, "true or false") }
        return value
    }

    /// The one key of WITHIN GROUP.
    private func onlyKey() throws(PlanError) -> SortNode.Key {
        guard order.count == 1 else { throw .analysis("\(name)() wants WITHIN GROUP (ORDER BY ...) with one expression, not \(order.count)") }
        return order[0]
    }

    func special(ignoresNulls: Bool) throws(PlanError) -> AggregateCall {
        switch name {
        case "percentile_cont", "percentile_disc":
            try require(1...1)
            let key = try onlyKey()
            let (values, isArray) = try percentages(0)
            let percentile = AggregateFunction.Percentile(name == "percentile_cont" ? .continuous : .discrete, values, isArray: isArray, descending: key.descending)
            return AggregateCall(.percentile(percentile), [key.expression])
        case "mode":
            if !order.isEmpty {
                try require(0...0)
                let key = try onlyKey()
                return AggregateCall(.mode(order: key.descending ? .descending : .ascending), [key.expression])
            }
            try require(1...2)
            let isDeterministic = arguments.count > 1 ? try flag(1) : false
            return AggregateCall(.mode(order: isDeterministic ? .ascending : nil), [arguments[0]])
        case "listagg", "string_agg", "listagg_distinct", "string_agg_distinct":
            try require(1...2)
            var delimiter: [UInt8]?
            if arguments.count > 1 {
                switch try constant(1, "a text as delimiter") {
                case .string(let bytes), .binary(let bytes): delimiter = bytes
                case .null: break
                default: throw wrong(1, "a text as delimiter")
                }
            }
            let list = AggregateFunction.ListAggregate(delimiter: delimiter, order: order.map { .init(descending: $0.descending, nullsFirst: $0.nullsFirst) })
            return AggregateCall(.listAggregate(list), [arguments[0]] + order.map(\.expression), isDistinct: name.hasSuffix("_distinct"))
        default: break
        }
        try refuseOrder()
        switch name {
        case "count":
            if arguments.count == 1, case .star(let path) = arguments[0].withoutPlaces, path.isEmpty { return AggregateCall(.count, []) }
            if arguments.count == 1, arguments[0].withoutPlaces == .literal(Int64(1)) { return AggregateCall(.count, []) }
            try require(1...Int.max)
            return AggregateCall(.count, arguments)
        case "countdistinct", "count_distinct":
            try require(1...Int.max)
            return AggregateCall(.count, arguments, isDistinct: true)
        case "sumdistinct", "sum_distinct":
            try require(1...1)
            return AggregateCall(.sum, arguments, isDistinct: true)
        case "first", "first_value", "last", "last_value", "any_value":
            try require(1...2)
            let ignores = arguments.count > 1 ? try flag(1) : ignoresNulls
            let function: AggregateFunction =
                name == "any_value" ? .anyValue(ignoresNulls: ignores) : name.hasPrefix("first") ? .first(ignoresNulls: ignores) : .last(ignoresNulls: ignores)
            return AggregateCall(function, [arguments[0]])
        case "percentile":
            try require(2...3)
            let (values, isArray) = try percentages(1)
            var columns = [arguments[0]]
            if arguments.count > 2, arguments[2].withoutPlaces != .literal(Int64(1)) { columns.append(arguments[2]) }
            return AggregateCall(.percentile(.init(.percentile, values, isArray: isArray)), columns)
        case "percentile_approx", "approx_percentile":
            try require(2...3)
            let (values, isArray) = try percentages(1)
            let accuracy = arguments.count > 2 ? try integer(2, 1...Int64(Int32.max), "an accuracy between 1 and \(Int32.max) as argument 3") : 10000
            return AggregateCall(.approximatePercentile(percentages: values, isArray: isArray, accuracy: accuracy), [arguments[0]])
        case "approx_count_distinct", "approxcountdistinct":
            try require(1...2)
            var error = 0.05
            if arguments.count > 1 {
                let expected = "a relative error above 0.002 and at most 0.39 as argument 2"
                guard let value = number(try constant(1, expected)), value > 0.00215, value <= 0.39 else { throw wrong(1, expected) }
                error = value
            }
            return AggregateCall(.approximateCountDistinct(relativeError: error), [arguments[0]])
        case "histogram_numeric":
            try require(2...2)
            return AggregateCall(.histogram(bars: try integer(1, 2...1_000_000, "a number of bars, at least 2, as argument 2")), [arguments[0]])
        default: throw .analysis("there is no aggregate '\(name)'")
        }
    }
}

extension Expression {
    /// The expression without places in a query's text.
    var withoutPlaces: Expression {
        if case .located(let operand, _) = self { return operand.withoutPlaces }
        return mapChildren { $0.withoutPlaces }
    }
}

extension PlanError {
    /// What a checked aggregate fails with, as a plan's error.
    static func wrapping<R>(_ body: () throws(AggregateFailure) -> R) throws(PlanError) -> R {
        do { return try body() } catch {
            switch error {
            case .overflow(let function, let type):
                throw .computation("[ARITHMETIC_OVERFLOW] the \(function)() does not fit into \(type.hiveName); try_\(function)() gives null instead, or set spark.sql.ansi.enabled to false")
            }
        }
    }
}
