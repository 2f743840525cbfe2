internal import Columnar
internal import Engine

/// What a script holds as a DataFrame: rows of one schema without choices, under Spark's names.
final class DataFrame: ScriptObject {
    static let className = "DataFrame"
    let plan: PlanNode
    let environment: ScriptEnvironment

    init(_ plan: PlanNode, environment: ScriptEnvironment) { (self.plan, self.environment) = (plan, environment) }

    func with(_ plan: PlanNode) -> DataFrame { DataFrame(plan, environment: environment) }

    /// The schema: what the plan declares, or what the rows tell.
    func schema() throws -> Schema { try environment.run { try plan.cheapSchema($0) ?? plan.declaredSchema.known ?? plan.fullSchema($0) } }

    /// The first rows in order; all of them where no limit is given.
    func rows(limit: Int = .max) throws -> Batch {
        try environment.run { context in
            let collector = CollectingConsumer(limit: limit)
            if limit > 0 { try Execution.run(plan is SortNode && limit < .max ? limited(to: limit) : plan, ordered: limit < 100_000, context: context, into: collector) }
            let batches = collector.batches
            let known = try plan.cheapSchema(context) ?? plan.declaredSchema.known ?? .empty
            return Batch.concatenate(batches, schema: batches.reduce(known) { $0.merging($1.schema) })
        }
    }

    func count() throws -> Int {
        try environment.run { context in
            let counter = CountingConsumer()
            try Execution.run(plan, columns: [], context: context, into: counter)
            return counter.count
        }
    }

    /// The column of a name, in any case (Spark's rule).
    func column(_ name: String) throws -> Field {
        let schema = try schema()
        guard let index = schema.index(ofAnyCase: name) else {
            let hint = Suggestion.hint(for: name, in: schema.names)
            throw APIError("there is no column '\(name)'\(hint) (columns: \(schema.names.joined(separator: ", ")))")
        }
        return schema[index]
    }

    /// The rows that fulfil a condition.
    func filter(_ condition: Expression, _ place: String) throws -> DataFrame {
        let schema = try schema()
        let type = try condition.resolveType(in: schema)
        guard type == .boolean || type == .null else { throw APIError("\(place) takes a condition, and '\(condition)' is \(type.hiveName)") }
        return with(FilterNode(plan, condition: condition.spelled(as: schema)))
    }

    /// The rows in the order of columns.
    func sorted(_ columns: [ColumnObject], descending: [Bool]? = nil, _ place: String) throws -> DataFrame {
        let schema = try schema()
        if let descending, descending.count != columns.count {
            throw APIError("\(place): 'ascending' has \(descending.count) values for \(columns.count) columns")
        }
        let keys = try columns.enumerated().map { i, column -> SortNode.Key in
            let expression = try column.expression(in: place).spelled(as: schema)
            _ = try expression.resolveType(in: schema)
            if let order = column.order { return SortNode.Key(expression, descending: order.descending, nullsFirst: order.nullsFirst) }
            return SortNode.Key(expression, descending: descending?[i] ?? false)
        }
        return with(SortNode(plan, keys: keys))
    }

    /// The first rows. Of sorted ones no more are kept than wanted.
    func limited(to count: Int) -> PlanNode {
        if let sort = plan as? SortNode, sort.limit == nil { return SortNode(sort.inputs[0], keys: sort.keys, limit: count, options: sort.options) }
        return LimitNode(plan, count: count)
    }


    /// Each combination of values once; of some columns, the first row of each.
    func distinct(by names: [String] = []) throws -> DataFrame {
        let schema = try schema()
        let keys = names.isEmpty ? schema.names : try names.map { try column($0).name }
        func field(_ name: String) -> NamedExpression { NamedExpression(name, .field([name])) }
        let others = schema.names.filter { !keys.contains($0) }
        let node = AggregateNode(
            plan, keys: keys.map(field), aggregates: others.map { Aggregate($0, .first(ignoresNulls: false), [.field([$0])]) })
        return with(others.isEmpty ? node : SelectColumnsNode(node, columns: schema.names))
    }

    /// The rows of both frames whose columns of the given names are equal; each of those columns once, and first, as in Spark.
    func join(_ other: DataFrame, on names: [String], how: String, _ place: String) throws -> DataFrame {
        let kinds: [String: FrameJoinNode.Kind] = [
            "inner": .inner, "left": .left, "leftouter": .left, "leftsemi": .leftSemi, "semi": .leftSemi, "leftanti": .leftAnti, "anti": .leftAnti,
        ]
        guard let kind = kinds[how.lowercased().filter { $0 != "_" }] else {
            let known = ["inner", "left", "left_anti", "left_semi"]
            throw APIError("\(place): the join '\(how)' is not known\(Suggestion.hint(for: how, in: known)) (known: \(known.joined(separator: ", ")))")
        }
        guard !names.isEmpty else { throw APIError("\(place) needs the names of the columns to join on") }
        let (left, right) = (try names.map { try column($0).name }, try names.map { try other.column($0).name })
        let keys = try JoinKeys(left: left.map { FieldPath(names: [$0]) }, right: right.map { FieldPath(names: [$0]) })
        let node = FrameJoinNode(plan, other.plan, keys: keys, kind: kind)
        let (leftSchema, rightSchema) = (try schema(), try other.schema())
        let rest = leftSchema.names.filter { !left.contains($0) }
        if kind == .leftSemi || kind == .leftAnti { return with(SelectColumnsNode(node, columns: left + rest)) }
        let joined = JoinedSchema(left: leftSchema, right: rightSchema).schema.names.dropFirst(leftSchema.count)
        let others = zip(rightSchema.names, joined).filter { !right.contains($0.0) }.map(\.1)
        return with(SelectColumnsNode(node, columns: left + rest + others))
    }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(DataFrame.self, name: className) { frame in
            frame.method("count") { frame, _ in [.integer(Int64(try frame.count()))] }
            frame.method(Signature("show", [.optional("n", .integer), .optional("truncate", .any), .optional("vertical", .boolean)])) { frame, arguments in
                let truncate: Int
                switch arguments["truncate"] {
                case .boolean(let cuts)?: truncate = cuts ? 20 : 0
                case let value?: truncate = value.wholeNumber ?? 20
                case nil: truncate = 20
                }
                let count = max(arguments.integer("n", default: 20), 0)
                let rows = try frame.rows(limit: count == .max ? count : count + 1)
                if frame.environment.explains { return [] }
                frame.environment.state.print(
                    rows.showString(rows: count, truncate: truncate, vertical: arguments.boolean("vertical")) + "\n")
                return []
            }
            frame.method("collect") { frame, _ in [.array(try frame.rows().luaRows())] }
            frame.method(Signature("take", [.required("num", .integer)])) { frame, arguments in
                [.array(try frame.rows(limit: max(arguments.integer("num", default: 0), 0)).luaRows())]
            }
            frame.method("first") { frame, _ in [try frame.rows(limit: 1).luaRows().first ?? .nil] }
            frame.method("printSchema") { frame, _ in
                frame.environment.state.print(try frame.schema().sparkTreeDescription + "\n")
                return []
            }
            frame.method("schema") { frame, _ in [.object(SchemaObject(.struct(try frame.schema().fields)))] }
            frame.method("columns") { frame, _ in [.array(try frame.schema().names.map { .string($0) })] }
            frame.method(Signature("limit", [.required("num", .integer)])) { frame, arguments in
                [.object(frame.with(frame.limited(to: max(arguments.integer("num", default: 0), 0))))]
            }
            frame.method("select") { frame, call in
                [.object(try frame.projected(try ColumnObject.columns(call, "DataFrame:select"), "DataFrame:select"))]
            }
            frame.method(Signature("withColumn", [.required("colName", .string), .required("col", .any)])) { frame, arguments in
                [.object(try frame.with([arguments.string("colName", default: "")], [arguments["col"] ?? .nil], "DataFrame:withColumn"))]
            }
            frame.method("withColumns") { frame, call in
                guard let table = call[0].table, table.items.isEmpty, !table.fields.isEmpty else {
                    throw APIError("DataFrame:withColumns takes a table from names to Columns, not \(call[0].kindDescription)")
                }
                let columns = table.sortedFields
                return [.object(try frame.with(columns.map(\.key), columns.map(\.value), "DataFrame:withColumns"))]
            }
            frame.method(Signature("withColumnRenamed", [.required("existing", .string), .required("new", .string)])) { frame, arguments in
                [.object(try frame.renamed(arguments.string("existing", default: ""), to: arguments.string("new", default: "")))]
            }
            frame.method(Signature("union", [.required("other", .dataFrame)])) { frame, arguments in
                guard let other = arguments.object("other", as: DataFrame.self) else { throw APIError("DataFrame:union needs another DataFrame") }
                return [.object(try frame.union(other, "DataFrame:union"))]
            }
            frame.method(Signature("unionByName", [.required("other", .dataFrame), .optional("allowMissingColumns", .boolean)])) { frame, arguments in
                guard let other = arguments.object("other", as: DataFrame.self) else { throw APIError("DataFrame:unionByName needs another DataFrame") }
                return [.object(try frame.unionByName(other, allowMissing: arguments.boolean("allowMissingColumns"), "DataFrame:unionByName"))]
            }
            for name in ["filter", "where"] {
                frame.method(Signature(name, [.required("condition", .any)])) { frame, arguments in
                    let place = "DataFrame:\(name)"
                    if let text = arguments.string("condition") { return [.object(try frame.filter(try Expression(parsing: text), place))] }
                    guard let column = arguments.object("condition", as: ColumnObject.self) else {
                        throw APIError("\(place) takes a condition in SQL or a Column, not \(arguments["condition"]?.kindDescription ?? "nothing")")
                    }
                    return [.object(try frame.filter(try column.expression(in: place), place))]
                }
            }
            for name in ["orderBy", "sort"] {
                frame.method(name) { frame, call in
                    let place = "DataFrame:\(name)"
                    let (columns, descending) = try sortColumns(call, place)
                    return [.object(try frame.sorted(columns, descending: descending, place))]
                }
            }
            frame.method("drop") { frame, call in
                let dropped = Set(try names(call, "DataFrame:drop").map { $0.lowercased() })
                return [.object(frame.with(SelectColumnsNode(frame.plan, columns: try frame.schema().names.filter { !dropped.contains($0.lowercased()) })))]
            }
            frame.method("groupBy") { frame, call in [.object(try GroupedData(frame, keys: try ColumnObject.columns(call, "DataFrame:groupBy")))] }
            frame.method("groupby") { frame, call in [.object(try GroupedData(frame, keys: try ColumnObject.columns(call, "DataFrame:groupBy")))] }
            frame.method("agg") { frame, call in
                [.object(try GroupedData(frame, keys: []).aggregated(try GroupedData.aggregates(call, "DataFrame:agg"), "DataFrame:agg"))]
            }
            frame.method("distinct") { frame, _ in [.object(try frame.distinct())] }
            for name in ["dropDuplicates", "drop_duplicates"] {
                frame.method(name) { frame, call in [.object(try frame.distinct(by: try names(call, "DataFrame:\(name)")))] }
            }
            frame.method(Signature("join", [.required("other", .dataFrame), .required("on", .strings), .optional("how", .string)])) { frame, arguments in
                guard let other = arguments.object("other", as: DataFrame.self) else { throw APIError("DataFrame:join needs another DataFrame") }
                return [.object(try frame.join(other, on: arguments.strings("on"), how: arguments.string("how", default: "inner"), "DataFrame:join"))]
            }
            frame.method("write") { frame, _ in [.object(DataFrameWriter(frame))] }
            frame.property { frame, name in
                if let field = try frame.schema().index(of: name) { return .object(ColumnObject(.field([try frame.schema()[field].name]))) }
                let known = [
                    "agg", "distinct", "dropDuplicates", "groupBy", "join", "union", "unionByName", "withColumn", "withColumnRenamed", "withColumns", "write",
                    "collect", "columns", "count", "drop", "filter", "first", "limit", "orderBy", "printSchema", "schema", "select", "show", "sort",
                    "take", "where",
                ].sorted()
                throw APIError("a DataFrame has no method '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))")
            }
            frame.metamethod("__tostring") { call in
                guard let frame = call.receiver as? DataFrame ?? call[0].object(as: DataFrame.self) else { return [.string(className)] }
                return [.string("DataFrame[\(try frame.schema().fields.map { "\($0.name): \($0.type.hiveName)" }.joined(separator: ", "))]")]
            }
        }
    }

    /// Columns to sort by, and for each whether it descends where that was said: `orderBy{"a", "b", ascending = {true, false}}`.
    private static func sortColumns(_ call: LuaCall, _ place: String) throws -> ([ColumnObject], [Bool]?) {
        guard let options = call.arguments.last?.table, !options["ascending"].isNil else { return (try ColumnObject.columns(call, place), nil) }
        var items: [LuaValue] = Array(call.arguments.dropLast())
        items += options.items
        if items.count == 1, let list = items[0].table { items = list.items }
        let columns = try items.map { try ColumnObject.column($0, place) }
        func descends(_ value: LuaValue) throws -> Bool {
            if let truth = value.truth { return !truth }
            guard let number = value.integer else { throw APIError("\(place): 'ascending' must be true or false, not \(value.kindDescription)") }
            return number == 0
        }
        if let list = options["ascending"].table { return (columns, try list.items.map(descends)) }
        let descending = try descends(options["ascending"])
        return (columns, columns.map { _ in descending })
    }

    /// Column names given one by one or as one list.
    private static func names(_ call: LuaCall, _ function: String) throws -> [String] {
        let values = call.arguments.count == 1 ? call[0].table?.items ?? call.arguments : call.arguments
        return try values.map { value in
            guard let name = value.text else { throw APIError("\(function) takes column names, not \(value.kindDescription)") }
            return name
        }
    }
}

extension Batch {
    /// The rows as Lua tables.
    func luaRows() -> [LuaValue] {
        (0..<count).map { row in
            var fields: [String: LuaValue] = [:]
            for (field, column) in zip(schema.fields, columns) {
                let value = column.value(at: row).lua
                if !value.isNil { fields[field.name] = value }
            }
            return .table(LuaTable(fields: fields))
        }
    }
}

extension Value {
    /// The value as scripts see it; null is nil, and the `null` of `inTable` where a list must hold one.
    var lua: LuaValue {
        switch self {
        case .null: .nil
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .double(let value): .number(value)
        case .decimal(let unscaled, let scale): .decimal(unscaled: unscaled, scale: scale)
        case .string(let bytes), .binary(let bytes): .string(bytes)
        case .date(let days): .date(days)
        case .timestamp(let microseconds): .timestamp(microseconds)
        case .array(let items): .array(items.map { $0 == .null ? .null : $0.lua })
        case .struct(let fields):
            .table(LuaTable(fields: Dictionary(uniqueKeysWithValues: fields.filter { $0.value != .null }.map { ($0.name, $0.value.lua) })))
        case .map(let entries):
            .table(
                LuaTable(
                    others: entries.filter { $0.value != .null }.map { LuaTable.Pair($0.key.lua, $0.value.lua) }))
        }
    }
}
