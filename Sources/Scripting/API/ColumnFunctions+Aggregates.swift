internal import Columnar
internal import Engine

/// `F`'s aggregates: their names, and which arguments are constants, are the engine's (`AggregateFunction.resolve`).
extension ColumnFunctions {
    /// What PySpark calls the arguments behind the first, for those that scripts may give by name.
    private static let parameters: [String: [String]] = [
        "percentile": ["percentage", "frequency"], "percentile_approx": ["percentage", "accuracy"], "approx_percentile": ["percentage", "accuracy"],
        "approx_count_distinct": ["rsd"], "approxcountdistinct": ["rsd"], "first": ["ignorenulls"], "last": ["ignorenulls"], "first_value": ["ignoreNulls"],
        "last_value": ["ignoreNulls"], "any_value": ["ignoreNulls"], "mode": ["deterministic"], "listagg": ["delimiter"], "string_agg": ["delimiter"],
        "listagg_distinct": ["delimiter"], "string_agg_distinct": ["delimiter"], "histogram_numeric": ["nBins"], "max_by": ["ord"], "min_by": ["ord"],
        "corr": ["col2"], "covar_pop": ["col2"], "covar_samp": ["col2"],
    ]

    /// What makes an aggregate of a script's arguments; nil where the name is no aggregate's.
    static func aggregate(_ name: String) -> (([LuaValue]) throws -> ColumnObject)? {
        guard AggregateFunction.isName(name) else { return nil }
        let (place, lowered) = ("F.\(name)", name.lowercased())
        return { given in
            var values = given
            if values.count > 1, let options = values.last?.table, options.items.isEmpty, !options.fields.isEmpty {
                let known = parameters[lowered] ?? []
                values.removeLast()
                for option in options.fields.keys.sorted() where !known.contains(option) {
                    throw APIError("\(place) has no argument '\(option)'\(Suggestion.hint(for: option, in: known))", .unknownArgument)
                }
                for (i, parameter) in known.enumerated() {
                    guard let value = options.fields[parameter] else { continue }
                    guard values.count == i + 1 else { throw APIError("\(place): '\(parameter)' is argument \(i + 2), and \(values.count) are given before it") }
                    values.append(value)
                }
            }
            let isText = ["listagg", "string_agg", "listagg_distinct", "string_agg_distinct"].contains(lowered)
            let arguments = try values.enumerated().map { i, value in try argument(value, isColumn: !(isText && i > 0), place) }
            do {
                return ColumnObject(.expression(.aggregate(try AggregateFunction.resolve(named: name, arguments))))
            } catch { throw APIError("\(place): \(error)") }
        }
    }

    /// A column, the name of one, a plain value, or a list of numbers.
    private static func argument(_ value: LuaValue, isColumn: Bool, _ place: String) throws -> Expression {
        if isColumn, value.text != nil { return try ColumnObject.column(value, place).expression(in: place) }
        if let table = value.table, table.fields.isEmpty, !table.items.isEmpty {
            let items = try table.items.map { item -> Value in
                guard case .literal(let value, _) = try ColumnObject.literal(item, place) else { return .null }
                if case .integer(let number) = value { return .double(Double(number)) }
                return value
            }
            return .literal(.array(items), .array(.double))
        }
        return try ColumnObject.operand(value, place)
    }
}
