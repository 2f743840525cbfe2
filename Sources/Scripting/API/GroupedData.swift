internal import Columnar
internal import Engine

/// What `groupBy` gives: a frame and the columns to group its rows by.
final class GroupedData: ScriptObject {
    static let className = "GroupedData"
    private let frame: DataFrame
    private let keys: [NamedExpression]

    init(_ frame: DataFrame, keys: [ColumnObject]) throws {
        self.frame = frame
        self.keys = try keys.map { key in
            let expression = try key.expression(in: "DataFrame:groupBy")
            if key.alias == nil, case .field(let path) = expression, path.count == 1 { return NamedExpression(try frame.column(path[0]).name, expression) }
            return NamedExpression(key.name, expression)
        }
    }

    /// One row a group.
    func aggregated(_ columns: [ColumnObject], _ place: String) throws -> DataFrame {
        guard !columns.isEmpty else { throw APIError("\(place) needs at least one aggregate, such as F.sum(\"amount\")") }
        let aggregates = try columns.map { column in
            guard case .aggregate(let function, let arguments) = column.content else {
                throw APIError("\(place) takes aggregates such as F.sum(\"amount\"); '\(column.name)' is none")
            }
            return Aggregate(column.name, function, arguments)
        }
        var names = Set<String>()
        for name in keys.map(\.name) + aggregates.map(\.name) where !names.insert(name).inserted {
            throw APIError("\(place): two columns would be called '\(name)'; give one of them another name with :alias(...)")
        }
        let node = AggregateNode(frame.plan, keys: keys, aggregates: aggregates)
        // What cannot be is said here, at the script's line, and not when rows are read.
        _ = try node.outputSchema(for: try frame.schema())
        return frame.with(node)
    }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(GroupedData.self, name: className) { group in
            group.method("agg") { group, call in [.object(try group.aggregated(try aggregates(call, "GroupedData:agg"), "GroupedData:agg"))] }
            group.method("count") { group, _ in
                [.object(try group.aggregated([ColumnObject(.aggregate(.count, []), alias: "count")], "GroupedData:count"))]
            }
            for (name, function) in [("sum", AggregateFunction.sum), ("avg", .average), ("mean", .average), ("min", .minimum), ("max", .maximum)] {
                group.method(name) { group, call in
                    let place = "GroupedData:\(name)"
                    var columns = try ColumnObject.columns(call, place)
                    // Without names all numbers that are no keys.
                    if columns.isEmpty {
                        let keys = Set(group.keys.map(\.name))
                        columns = try group.frame.schema().fields.filter { $0.type.isNumeric && !keys.contains($0.name) }.map {
                            ColumnObject(.field([$0.name]))
                        }
                    }
                    return [.object(try group.aggregated(try columns.map { ColumnObject(.aggregate(function, [try $0.expression(in: place)])) }, place))]
                }
            }
            group.property { _, name in
                let known = ["agg", "avg", "count", "max", "mean", "min", "sum"]
                throw APIError("a GroupedData has no method '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))")
            }
        }
    }

    /// Aggregates one by one, as a list, or as a table from columns to functions: `{amount = "sum", ["*"] = "count"}`.
    static func aggregates(_ call: LuaCall, _ place: String) throws -> [ColumnObject] {
        guard call.arguments.count == 1, let table = call[0].table, !table.fields.isEmpty else { return try ColumnObject.columns(call, place) }
        let functions: [String: AggregateFunction] = [
            "sum": .sum, "avg": .average, "mean": .average, "min": .minimum, "max": .maximum, "count": .count, "collect_list": .collectList,
            "collect_set": .collectSet, "first": .first(ignoresNulls: false), "last": .last(ignoresNulls: false),
            "stddev": .standardDeviation(ofSample: true), "variance": .variance(ofSample: true),
        ]
        return try table.sortedFields.map { name, value in
            guard let text = value.text, let function = functions[text.lowercased()] else {
                let hint = value.text.map { Suggestion.hint(for: $0, in: functions.keys.sorted()) } ?? ""
                throw APIError("\(place): \(value.kindDescription) is no aggregate\(hint) (known: \(functions.keys.sorted().joined(separator: ", ")))")
            }
            return ColumnObject(.aggregate(function, name == "*" && function == .count ? [] : [ColumnObject.field(name)]))
        }
    }
}
