internal import Columnar
internal import Engine

/// `df.stat`, and `describe` and `summary`. What gives numbers runs at once.
final class StatFunctions: ScriptObject {
    static let className = "DataFrameStatFunctions"
    private let frame: DataFrame
    init(_ frame: DataFrame) { self.frame = frame }

    private static let parameters: [String: [Parameter]] = [
        "approxQuantile": [.required("col", .any), .required("probabilities", .list), .required("relativeError", .any)],
        "corr": [.required("col1", .string), .required("col2", .string), .optional("method", .string)],
        "cov": [.required("col1", .string), .required("col2", .string)], "crosstab": [.required("col1", .string), .required("col2", .string)],
        "freqItems": [.required("cols", .strings), .optional("support", .any)],
        "sampleBy": [.required("col", .any), .required("fractions", .any), .optional("seed", .integer)],
    ]
    private static let known = parameters.keys.sorted()

    static func register(_ api: APIBuilder) {
        api.environment.state.register(StatFunctions.self, name: className) { stat in
            stat.calling { stat, _ in [.object(stat)] }
            for name in known {
                stat.note(Signature(name, parameters[name] ?? []))
                stat.method(name) { stat, call in try stat.call(name, call, "DataFrame.stat.\(name)") }
            }
            stat.property { _, name in
                throw APIError("df.stat has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
        }
    }

    static func register(on frame: LuaClass<DataFrame>) {
        for name in known where name != "sampleBy" {
            frame.note(Signature(name, parameters[name] ?? []))
            frame.method(name) { frame, call in try StatFunctions(frame).call(name, call, "DataFrame:\(name)") }
        }
        frame.method("describe") { frame, call in
            let relation = try frame.relation()
            let named = try frame.attributes(call.arguments.isEmpty ? nil : .array(call.arguments.flatMap { $0.table?.items ?? [$0] }), "DataFrame:describe")
            let columns = (named?.isEmpty ?? true ? relation.attributes : named ?? []).filter { $0.type.isNumeric || $0.type == .string }
            return [.object(try StatFunctions(frame).summary(columns, ["count", "mean", "stddev", "min", "max"], "DataFrame:describe"))]
        }
        frame.method("summary") { frame, call in
            let names = try DataFrame.names(call, "DataFrame:summary")
            let columns = try frame.relation().attributes.filter { $0.type.isNumeric || $0.type == .string }
            let wanted = names.isEmpty ? ["count", "mean", "stddev", "min", "25%", "50%", "75%", "max"] : names
            return [.object(try StatFunctions(frame).summary(columns, wanted, "DataFrame:summary"))]
        }
    }

    private func call(_ name: String, _ call: LuaCall, _ place: String) throws -> [LuaValue] {
        func bind() throws -> Arguments { try Signature(place, Self.parameters[name] ?? []).bind(call.arguments, site: "") }
        switch name {
        case "approxQuantile":
            return [try quantiles(try bind(), place)]
        case "corr":
            let arguments = try bind()
            if let method = arguments.string("method"), method != "pearson" { throw APIError("\(place): the method '\(method)' is not known (known: pearson)", .unknownChoice) }
            return [try pair(arguments, "corr(_0, _1)", place)]
        case "cov": return [try pair(try bind(), "covar_samp(_0, _1)", place)]
        case "crosstab": return [.object(try crosstab(try bind()))]
        case "freqItems": return [.object(try frequent(try bind(), place))]
        default:
            return [.object(try frame.sampled(by: try bind(), place))]
        }
    }

    /// The one row of aggregates over all rows.
    private func row(_ items: [Expression]) throws -> [Value] {
        let result = try frame.with(try frame.relation().select(items.enumerated().map { Select.Item(.alias($1, "value \($0)")) })).rows(limit: 1)
        return result.columns.map { $0.count > 0 ? $0.value(at: 0) : .null }
    }

    private func number(_ attribute: Attribute, _ place: String) throws -> Expression {
        guard attribute.type.isNumeric else { throw APIError("\(place): column '\(attribute.name)' is \(attribute.type.hiveName), and must be of numbers", .incompatibleTypes) }
        return .cast(.attribute(attribute.reference), .double)
    }

    /// A number of two columns, in which nulls count as 0 (Spark's rule).
    private func pair(_ arguments: Arguments, _ text: String, _ place: String) throws -> LuaValue {
        let columns = try ["col1", "col2"].map { name in
            try Expression(sql: "coalesce(_0, _1)", [try number(try frame.column(arguments.string(name, default: "")), place), .literal(0.0)])
        }
        let value = try row([try Expression(sql: text, columns)])[0]
        return value == .null ? .number(.nan) : value.lua
    }

    private func quantiles(_ arguments: Arguments, _ place: String) throws -> LuaValue {
        let isList = arguments["col"]?.table != nil
        let attributes = try frame.attributes(arguments["col"], place) ?? []
        let probabilities = try (arguments["probabilities"]?.table?.items ?? []).map { value -> Double in
            guard let share = value.double, (0...1).contains(share) else { throw APIError("\(place): probabilities are numbers from 0 to 1; one is \(value.kindDescription)") }
            return share
        }
        guard let error = arguments["relativeError"]?.double, error >= 0 else { throw APIError("\(place): 'relativeError' must be a number, 0 or above") }
        guard !probabilities.isEmpty else { return .array(isList ? attributes.map { _ in .array([]) } : []) }
        let accuracy = error == 0 ? Int64(Int32.max) : max(1, Int64((1 / error).rounded(.up)))
        let list = probabilities.map { "\($0)D" }.joined(separator: ", ")
        let items = try attributes.map { attribute in
            try Expression(sql: "percentile_approx(nanvl(_0, null), array(\(list)), \(accuracy))", [try number(attribute, place)])
        }
        let found = try row(items).map { value -> LuaValue in if case .array = value { value.lua } else { .array([]) } }
        return isList ? .array(found) : found[0]
    }

    /// A row a statistic, as texts.
    private func summary(_ columns: [Attribute], _ statistics: [String], _ place: String) throws -> DataFrame {
        let known = ["approx_count_distinct", "count", "count_distinct", "max", "mean", "min", "stddev"]
        var items: [Expression] = []
        for statistic in statistics {
            for attribute in columns {
                let column = Expression.attribute(attribute.reference)
                let value: Expression
                switch statistic.lowercased() {
                case "count", "count_distinct", "approx_count_distinct":
                    value = try Expression(sql: statistic.lowercased() == "count_distinct" ? "count(distinct _0)" : "\(statistic.lowercased())(_0)", [column])
                case "min", "max": value = try Expression(sql: "\(statistic.lowercased())(_0)", [column])
                case "mean": value = try Expression(sql: "avg(_0)", [.cast(column, .double)])
                case "stddev": value = try Expression(sql: "stddev_samp(_0)", [.cast(column, .double)])
                default:
                    guard statistic.hasSuffix("%"), let percent = Double(statistic.dropLast()), (0...100).contains(percent) else {
                        throw APIError("\(place): '\(statistic)' is no statistic\(Suggestion.hint(for: statistic, in: known)) (known: \(known.joined(separator: ", ")), and percentages such as 25%)", .unknownChoice)
                    }
                    value = try Expression(sql: "percentile_approx(_0, \(percent / 100)D, 10000)", [attribute.type == .string ? .cast(column, .double) : column])
                }
                items.append(.cast(value, .string))
            }
        }
        let values = columns.isEmpty ? [] : try row(items)
        let schema = Schema([Field("summary", .string)] + zip(Schema.distinctNames(["summary"] + columns.map(\.name)).dropFirst(), columns).map { name, _ in Field(name, .string) })
        var made = [Column(.string, values: statistics.map { .string($0) })]
        for index in columns.indices { made.append(Column(.string, values: statistics.indices.map { values[$0 * columns.count + index] })) }
        let batch = Batch(schema: schema, columns: made, count: statistics.count)
        return DataFrame(ScanNode(MemorySource(name: "summary", schema: schema, batches: [batch])), environment: frame.environment)
    }

    /// How often values of two columns meet: a row for each value of the first, a column for each of the second.
    private func crosstab(_ arguments: Arguments) throws -> DataFrame {
        let attributes = try ["col1", "col2"].map { try frame.column(arguments.string($0, default: "")) }
        let texts = try attributes.map { try Expression(sql: "coalesce(_0, 'null')", [.cast(.attribute($0.reference), .string)]) }
        let title = "\(attributes[0].name)_\(attributes[1].name)"
        let pairs = try frame.relation().select([Select.Item(.alias(texts[0], title)), Select.Item(.alias(texts[1], "second"))])
        let second = try pairs.select([Select.Item(.attribute(pairs.attributes[1].reference))]).distinct()
        let found = try frame.with(try second.sorted(by: [SortNode.Key(.attribute(second.attributes[0].reference), descending: false)]).limited(to: 10_001)).rows()
        guard found.count <= 10_000 else { throw APIError("DataFrame:crosstab: '\(attributes[1].name)' has more than 10000 values") }
        let key = Select.Item(.attribute(pairs.attributes[0].reference))
        guard found.count > 0 else { return frame.with(try pairs.select([key])) }
        let values = (0..<found.count).map { (values: [Expression.literal(found.columns[0].value(at: $0), .string)], name: String?.none) }
        let counted = try pairs.pivot(by: [key], [.attribute(pairs.attributes[1].reference)], values: values, [.aggregate(AggregateCall(.count, []))])
        return frame.with(
            try counted.select(counted.attributes.enumerated().map { index, attribute in
                let column = Expression.attribute(attribute.reference)
                return index == 0 ? Select.Item(column) : Select.Item(.alias(try Expression(sql: "coalesce(_0, _1)", [column, .literal(.integer(0), .long)]), attribute.name))
            }))
    }

    /// The values that more than a share of the rows have: one row, a list a column. Exactly those; Spark's may hold others besides.
    private func frequent(_ arguments: Arguments, _ place: String) throws -> DataFrame {
        let support = arguments["support"]?.double ?? 0.01
        guard (0.0001...1).contains(support) else { throw APIError("\(place): 'support' must be a number from 0.0001 to 1") }
        let attributes = try arguments.strings("cols").map { try frame.column($0) }
        guard !attributes.isEmpty else { throw APIError("\(place) needs at least one column", .missingArgument) }
        let least = Double(try frame.count()) * support
        var fields: [Field] = []
        var columns: [Column] = []
        for attribute in attributes {
            let column = Expression.attribute(attribute.reference)
            let counted = try frame.relation().aggregate(by: [Select.Item(column)], [Select.Item(.alias(.aggregate(AggregateCall(.count, [])), "count"))])
            let often = try counted.filter(.comparison(.attribute(counted.attributes[1].reference), .greater, .literal(least)))
            let rows = try frame.with(often).rows()
            let type = DataType.array(attribute.type)
            fields.append(Field("\(attribute.name)_freqItems", type))
            columns.append(Column(type, values: [.array((0..<rows.count).map { rows.columns[0].value(at: $0) })]))
        }
        let batch = Batch(schema: Schema(fields), columns: columns, count: 1)
        return DataFrame(ScanNode(MemorySource(name: "frequent items", schema: batch.schema, batches: [batch])), environment: frame.environment)
    }
}
