internal import Columnar
internal import Engine

/// What `groupBy` gives: a frame and the columns to group its rows by.
final class GroupedData: ScriptObject {
    static let className = "GroupedData"
    let frame: DataFrame
    let keys: [Select.Item]
    /// The keys, by their number, of each grouping set; nil for one of all keys.
    let sets: [[Int]]?

    init(_ frame: DataFrame, keys: [Select.Item], sets: [[Int]]? = nil) { (self.frame, self.keys, self.sets) = (frame, keys, sets) }

    /// One row a group.
    func aggregated(_ columns: [ColumnObject], _ place: String) throws -> DataFrame {
        guard !columns.isEmpty else { throw APIError("\(place) needs at least one aggregate, such as F.sum(\"amount\")") }
        let items = try columns.map { try $0.item(in: place) }
        for (column, item) in zip(columns, items) where !item.expression.holdsAggregate {
            throw APIError("\(place) takes aggregates such as F.sum(\"amount\"); '\(column.name)' is none")
        }
        return frame.with(try frame.relation().aggregate(by: keys, sets: sets, items))
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
                        let relation = try group.frame.relation()
                        let keys = try relation.select(group.keys).attributes.map(\.id)
                        columns = relation.attributes.filter { $0.type.isNumeric && !keys.contains($0.id) }.map { ColumnObject(.attribute($0.reference)) }
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
        return try table.sortedFields.map { name, value in
            guard let text = value.text, AggregateFunction.isName(text) else {
                let known = AggregateFunction.names
                let hint = value.text.map { Suggestion.hint(for: $0, in: known) } ?? ""
                throw APIError("\(place): \(value.kindDescription) is no aggregate\(hint) (known: \(known.joined(separator: ", ")))")
            }
            do {
                let call = try AggregateFunction.resolve(named: text, [name == "*" ? .star([]) : ColumnObject.field(name)])
                return ColumnObject(.expression(.aggregate(call)))
            } catch { throw APIError("\(place): \(error)") }
        }
    }
}

extension Expression {
    /// Whether an aggregate is in the expression.
    fileprivate var holdsAggregate: Bool {
        if case .aggregate = self { return true }
        return children.contains(where: \.holdsAggregate)
    }
}
