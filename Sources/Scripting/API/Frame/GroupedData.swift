internal import Columnar
internal import Engine

/// What `groupBy`, `rollup`, `cube` and `groupingSets` give: a frame, the columns to group its rows by, and perhaps a column to pivot.
final class GroupedData: ScriptObject {
    static let className = "GroupedData"
    let frame: DataFrame
    let keys: [Select.Item]
    /// The keys, by their number, of each grouping set; nil for one of all keys.
    let sets: [[Int]]?
    private let pivot: (column: Expression, values: [(values: [Expression], name: String?)])?

    init(_ frame: DataFrame, keys: [Select.Item], sets: [[Int]]? = nil, pivot: (column: Expression, values: [(values: [Expression], name: String?)])? = nil) {
        (self.frame, self.keys, self.sets, self.pivot) = (frame, keys, sets, pivot)
    }

    /// One row a group.
    func aggregated(_ columns: [ColumnObject], _ place: String) throws -> DataFrame {
        guard !columns.isEmpty else { throw APIError("\(place) needs at least one aggregate, such as F.sum(\"amount\")", .missingArgument) }
        let items = try columns.map { try $0.item(in: place) }
        func isAggregate(_ expression: Expression) -> Bool {
            switch expression {
            case .aggregate, .userFunction: true
            case .call(let function, _): ["grouping", "grouping_id"].contains(function.name)
            default: false
            }
        }
        for (column, item) in zip(columns, items) where !item.expression.holds(isAggregate) {
            throw APIError("\(place) takes aggregates such as F.sum(\"amount\"); '\(column.name)' is none")
        }
        let relation = try frame.relation()
        guard let pivot else { return frame.with(try relation.aggregate(by: keys, sets: sets, items)) }
        return frame.with(try relation.pivot(by: keys, [pivot.column], values: pivot.values, items.map(\.expression)))
    }

    /// The same groups with a column for each value of another column.
    private func pivoted(_ arguments: Arguments) throws -> GroupedData {
        let place = "GroupedData:pivot"
        guard pivot == nil else { throw APIError("\(place) can be said once") }
        guard sets == nil else { throw APIError("\(place) follows groupBy, not rollup or cube") }
        let column = try ColumnObject.column(arguments["pivot_col"] ?? .nil, place).expression(in: place)
        let values: [(values: [Expression], name: String?)]
        if let list = arguments["values"]?.table?.items {
            values = try list.map { ([try ColumnObject.literal($0, place)], nil) }
            guard !values.isEmpty else { throw APIError("\(place) needs at least one value", .missingArgument) }
        } else {
            let most = 10_000
            let distinct = try frame.relation().select([column]).distinct()
            guard let attribute = distinct.attributes.first else { return self }
            let found = try frame.with(try distinct.sorted(by: [SortNode.Key(.attribute(attribute.reference), descending: false)]).limited(to: most + 1)).rows()
            guard found.count <= most else {
                throw APIError("\(place): the column has more than \(most) values; say those that are wanted: pivot(\"name\", {\"a\", \"b\"})")
            }
            values = (0..<found.count).map { ([.literal(found.columns[0].value(at: $0), attribute.type)], nil) }
            guard !values.isEmpty else { throw APIError("\(place): the column has no values; say those that are wanted: pivot(\"name\", {\"a\", \"b\"})") }
        }
        return GroupedData(frame, keys: keys, pivot: (column, values))
    }

    private static let known = ["agg", "avg", "count", "max", "mean", "min", "pivot", "sum"]

    static func register(_ api: APIBuilder) {
        api.environment.state.register(GroupedData.self, name: className) { group in
            group.method("agg") { group, call in [.object(try group.aggregated(try aggregates(call, "GroupedData:agg"), "GroupedData:agg"))] }
            group.method("count") { group, _ in
                [.object(try group.aggregated([ColumnObject(.aggregate(.count, []), alias: "count")], "GroupedData:count"))]
            }
            for (name, function) in [("sum", AggregateFunction.sum), ("avg", .average), ("mean", .average), ("min", .minimum), ("max", .maximum)] {
                group.method(name) { group, call in
                    let place = "GroupedData:\(name)"
                    let relation = try group.frame.relation()
                    var columns = try ColumnObject.columns(call, place)
                    // Without names all numbers that are no keys.
                    if columns.isEmpty {
                        let keys = group.keys.isEmpty ? [] : try relation.select(group.keys).attributes.map(\.id)
                        columns = relation.attributes.filter { $0.type.isNumeric && !keys.contains($0.id) }.map { ColumnObject(.attribute($0.reference)) }
                        guard !columns.isEmpty else { throw APIError("\(place): there is no column of numbers beside the keys") }
                    } else {
                        for column in columns {
                            guard case .field(let path)? = try? column.expression(in: place), let found = try? relation.attribute(named: path) else { continue }
                            guard found.type.isNumeric else { throw APIError("\(place) takes columns of numbers, and '\(found.name)' is \(found.type.hiveName); use agg(F.\(name)(...)) for others", .incompatibleTypes) }
                        }
                    }
                    return [.object(try group.aggregated(try columns.map { ColumnObject(.aggregate(function, [try $0.expression(in: place)])) }, place))]
                }
            }
            group.method(Signature("pivot", [.required("pivot_col", .any), .optional("values", .list)])) { group, arguments in [.object(try group.pivoted(arguments))] }
            group.property { _, name in
                if ["apply", "applyInPandas", "applyInArrow", "cogroup", "transformWithState", "applyInPandasWithState"].contains(name) {
                    throw APIError("a GroupedData here has no '\(name)'; use agg, or windows, or collect a list with F.collect_list and a function over it", .notSupported)
                }
                throw APIError(
                    "a GroupedData has no method '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod,
                    advice: Elsewhere.ofGroupedData(name))
            }
            group.metamethod("__tostring") { _ in [.string(className)] }
        }
    }

    static func register(on frame: LuaClass<DataFrame>) {
        for name in ["groupBy", "groupby"] {
            frame.method(name) { frame, call in [.object(GroupedData(frame, keys: try keys(frame, ColumnObject.values(call, "DataFrame:\(name)"), "DataFrame:\(name)")))] }
        }
        frame.method("rollup") { frame, call in
            let keys = try keys(frame, ColumnObject.values(call, "DataFrame:rollup"), "DataFrame:rollup")
            return [.object(GroupedData(frame, keys: keys, sets: (0...keys.count).reversed().map { Array(0..<$0) }))]
        }
        frame.method("cube") { frame, call in
            let keys = try keys(frame, ColumnObject.values(call, "DataFrame:cube"), "DataFrame:cube")
            guard keys.count <= 12 else { throw APIError("DataFrame:cube takes at most 12 columns, as \(keys.count) make 2^\(keys.count) sets of groups") }
            let sets = (0..<(1 << keys.count)).reversed().map { bits in keys.indices.filter { bits >> (keys.count - 1 - $0) & 1 == 1 } }
            return [.object(GroupedData(frame, keys: keys, sets: sets))]
        }
        frame.method("groupingSets") { frame, call in
            let place = "DataFrame:groupingSets"
            guard let lists = call[0].table?.items else { throw APIError("\(place) takes a list of lists of columns, such as {{\"a\", \"b\"}, {\"a\"}, {}}, and the columns") }
            var columns = Array(call.arguments.dropFirst())
            if columns.count == 1, let list = columns[0].table { columns = list.items }
            if columns.isEmpty {
                for item in lists.flatMap({ $0.table?.items ?? [$0] }) where !columns.contains(item) { columns.append(item) }
            }
            let keys = try keys(frame, columns, place)
            let sets = try lists.map { list in
                try (list.table?.items ?? [list]).map { item -> Int in
                    guard let index = columns.firstIndex(of: item) else { throw APIError("\(place): \(item.kindDescription) is in a set and not among the columns") }
                    return index
                }
            }
            return [.object(GroupedData(frame, keys: keys, sets: sets))]
        }
        frame.method("agg") { frame, call in
            [.object(try GroupedData(frame, keys: []).aggregated(try aggregates(call, "DataFrame:agg"), "DataFrame:agg"))]
        }
    }

    /// Keys: columns and their names, and numbers of columns from 1.
    private static func keys(_ frame: DataFrame, _ values: [LuaValue], _ place: String) throws -> [Select.Item] {
        try values.flatMap { value -> [Select.Item] in
            if let number = value.integer {
                let attributes = try frame.relation().attributes
                guard number >= 1, number <= attributes.count else { throw APIError("\(place): there is no column \(number); there are \(attributes.count)", .unknownColumn) }
                return [Select.Item(.attribute(attributes[Int(number) - 1].reference))]
            }
            if let list = value.object(as: ColumnList.self) { return list.references.map { Select.Item(.attribute($0)) } }
            return [try ColumnObject.column(value, place).item(in: place)]
        }
    }

    /// Aggregates one by one, as a list, or as a table from columns to functions: `{amount = "sum", ["*"] = "count"}`.
    static func aggregates(_ call: LuaCall, _ place: String) throws -> [ColumnObject] {
        guard call.arguments.count == 1, let table = call[0].table, !table.fields.isEmpty else { return try ColumnObject.columns(call, place) }
        return try table.sortedFields.flatMap { name, value -> [ColumnObject] in
            try (value.table?.items ?? [value]).map { value in
                guard let text = value.text else { throw APIError("\(place): the aggregate of '\(name)' is the name of a function, such as \"sum\", not \(value.kindDescription)") }
                let column: Expression = name == "*" ? .star([]) : ColumnObject.field(name)
                let isName = text.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || $0 == 0x5f || (0x30...0x39).contains($0) }
                let expression = isName && !text.isEmpty ? (name == "*" ? try? Expression(parsing: "\(text)(*)") : try? Expression(sql: "\(text)(_0)", [column])) : nil
                guard let expression, case .aggregate = expression else {
                    let known = ["avg", "collect_list", "collect_set", "count", "first", "last", "max", "mean", "min", "stddev", "sum", "variance"]
                    throw APIError("\(place): '\(text)' is no aggregate\(Suggestion.hint(for: text, in: known)) (known: \(known.joined(separator: ", ")), ...)", .unknownFunction)
                }
                return ColumnObject(expression)
            }
        }
    }
}
