internal import Columnar
internal import Engine

/// What a script holds as a DataFrame: rows of one schema without choices, under Spark's names.
final class DataFrame: ScriptObject {
    static let className = "DataFrame"
    let environment: ScriptEnvironment
    private enum Content {
        /// Rows whose schema nobody has asked for yet.
        case plan(PlanNode)
        case relation(Relation)
    }
    private var content: Content

    init(_ plan: PlanNode, environment: ScriptEnvironment) { (content, self.environment) = (.plan(plan), environment) }
    init(_ relation: Relation, environment: ScriptEnvironment) { (content, self.environment) = (.relation(relation), environment) }

    func with(_ relation: Relation) -> DataFrame { DataFrame(relation, environment: environment) }

    /// The frame's rows and columns. Reads rows where only they tell what columns there are.
    func relation() throws -> Relation {
        switch content {
        case .relation(let relation): return relation
        case .plan(let plan):
            let schema = try environment.run { try plan.cheapSchema($0) ?? plan.declaredSchema.known ?? plan.fullSchema($0) }
            let relation = Relation(plan, schema: schema, session: environment.sql.session)
            content = .relation(relation)
            return relation
        }
    }

    /// The plan of the frame's columns under their names.
    ///
    /// - Throws: `PlanError` where two columns have one name.
    func plan() throws -> PlanNode {
        if case .plan(let plan) = content { return plan }
        return try relation().outputPlan()
    }

    /// The columns under their names; where several have one, those after the first are numbered.
    func schema() throws -> Schema { try relation().schema }

    /// The first rows in order; all of them where no limit is given. Columns are called as in `schema`.
    func rows(limit: Int = .max) throws -> Batch {
        let relation = try relation()
        let schema = relation.schema
        if limit <= 0 { return Batch.concatenate([], schema: schema) }
        let plan = (limit < .max && relation.plan is SortNode ? relation.limited(to: limit) : relation).trimmedPlan
        return try environment.run { context in
            let collector = CollectingConsumer(limit: limit)
            try Execution.run(plan, ordered: limit < 100_000, context: context, into: collector)
            let columns = relation.attributes.map(\.column)
            let batches = collector.batches.map { batch -> Batch in
                let found = columns.map { name in batch.schema.index(of: name).map { batch.columns[$0] } }
                let own = zip(schema.fields, found).map { $1 ?? .nulls($0.type, count: batch.count) }
                return Batch(schema: Schema(zip(schema.fields, own).map { Field($0.name, $1.type) }), columns: own, count: batch.count)
            }
            return Batch.concatenate(batches, schema: batches.reduce(schema) { $0.merging($1.schema) })
        }
    }

    func count() throws -> Int {
        let plan: PlanNode
        switch content {
        case .plan(let own): plan = own
        case .relation(let relation): plan = relation.plan
        }
        return try environment.run { context in
            let counter = CountingConsumer()
            try Execution.run(plan, columns: [], context: context, into: counter)
            return counter.count
        }
    }

    /// The column of a name, in any case (Spark's rule).
    func column(_ name: String) throws -> Attribute { try relation().attribute(named: ColumnObject.path(name)) }

    /// Columns to aggregate the frame's rows by.
    func grouped(by columns: [ColumnObject], _ place: String) throws -> GroupedData {
        GroupedData(self, keys: try columns.map { try $0.item(in: place) })
    }

    /// The join with another frame: by names of columns, or by a condition.
    func join(_ other: DataFrame, on value: LuaValue?, how: String, _ place: String) throws -> DataFrame {
        guard let kind = JoinKind(named: how) else {
            let known = ["anti", "cross", "full", "inner", "left", "left_anti", "left_semi", "outer", "right", "semi"]
            throw APIError("\(place): the join '\(how)' is not known\(Suggestion.hint(for: how, in: known)) (known: \(known.joined(separator: ", ")))")
        }
        let (left, right) = (try relation(), try other.relation())
        guard let value, !value.isNil else { return with(try left.join(right, kind, on: nil)) }
        if let name = value.text { return with(try left.join(right, kind, using: [name])) }
        if let column = value.object(as: ColumnObject.self) { return with(try left.join(right, kind, on: try column.expression(in: place))) }
        guard let list = value.table?.items, !list.isEmpty else {
            throw APIError("\(place) takes the names of columns, or a condition such as a.id:eq(b.id), not \(value.kindDescription)")
        }
        let names = list.compactMap(\.text)
        if names.count == list.count { return with(try left.join(right, kind, using: names)) }
        let conditions = try list.map { item -> Expression in
            guard let column = item.object(as: ColumnObject.self) else { throw APIError("\(place) takes names of columns or conditions, not both") }
            return try column.expression(in: place)
        }
        return with(try left.join(right, kind, on: .all(conditions)))
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
                    rows.showString(rows: count, truncate: truncate, vertical: arguments.boolean("vertical"), names: try frame.relation().names) + "\n")
                return []
            }
            frame.method("collect") { frame, _ in [try frame.rows().luaRows()] }
            frame.method(Signature("take", [.required("num", .integer)])) { frame, arguments in
                [try frame.rows(limit: max(arguments.integer("num", default: 0), 0)).luaRows()]
            }
            frame.method("first") { frame, _ in [try frame.rows(limit: 1).luaRow(at: 0)] }
            frame.method("printSchema") { frame, _ in
                frame.environment.state.print(try frame.schema().sparkTreeDescription + "\n")
                return []
            }
            frame.method(Signature("limit", [.required("num", .integer)])) { frame, arguments in
                [.object(frame.with(try frame.relation().limited(to: max(arguments.integer("num", default: 0), 0))))]
            }
            frame.method("select") { frame, call in
                [.object(frame.with(try frame.relation().select(try ColumnObject.columns(call, "DataFrame:select").map { try $0.item(in: "DataFrame:select") })))]
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
                return [.object(frame.with(try frame.relation().union(try other.relation())))]
            }
            frame.method(Signature("unionByName", [.required("other", .dataFrame), .optional("allowMissingColumns", .boolean)])) { frame, arguments in
                guard let other = arguments.object("other", as: DataFrame.self) else { throw APIError("DataFrame:unionByName needs another DataFrame") }
                return [.object(frame.with(try frame.relation().unionByName(try other.relation(), allowMissing: arguments.boolean("allowMissingColumns"))))]
            }
            for name in ["filter", "where"] {
                frame.method(Signature(name, [.required("condition", .any)])) { frame, arguments in
                    let place = "DataFrame:\(name)"
                    if let text = arguments.string("condition") { return [.object(frame.with(try frame.relation().filter(try Expression(parsing: text))))] }
                    guard let column = arguments.object("condition", as: ColumnObject.self) else {
                        throw APIError("\(place) takes a condition in SQL or a Column, not \(arguments["condition"]?.kindDescription ?? "nothing")")
                    }
                    return [.object(frame.with(try frame.relation().filter(try column.expression(in: place))))]
                }
            }
            for name in ["orderBy", "sort"] {
                frame.method(name) { frame, call in
                    let place = "DataFrame:\(name)"
                    let (columns, descending) = try sortColumns(call, place)
                    if let descending, descending.count != columns.count {
                        throw APIError("\(place): 'ascending' has \(descending.count) values for \(columns.count) columns")
                    }
                    let keys = try columns.enumerated().map { i, column in try column.key(in: place, descending: descending?[i]) }
                    return [.object(frame.with(try frame.relation().sorted(by: keys)))]
                }
            }
            frame.method("drop") { frame, call in
                let relation = try frame.relation()
                let values = call.arguments.count == 1 ? call[0].table?.items ?? call.arguments : call.arguments
                var dropped = Set<Int>()
                for value in values {
                    if let name = value.text {
                        dropped.formUnion(relation.attributes.filter { $0.name.lowercased() == name.lowercased() }.map(\.id))
                    } else if case .attribute(let reference)? = try value.object(as: ColumnObject.self)?.expression(in: "DataFrame:drop") {
                        dropped.insert(reference.id)
                    } else if case .field(let path)? = try value.object(as: ColumnObject.self)?.expression(in: "DataFrame:drop") {
                        dropped.formUnion((try? relation.attribute(named: path)).map { [$0.id] } ?? [])
                    } else {
                        throw APIError("DataFrame:drop takes columns and names of columns, not \(value.kindDescription)")
                    }
                }
                return [.object(frame.with(relation.dropping(dropped)))]
            }
            for name in ["groupBy", "groupby"] {
                frame.method(name) { frame, call in [.object(try frame.grouped(by: try ColumnObject.columns(call, "DataFrame:\(name)"), "DataFrame:\(name)"))] }
            }
            frame.method("agg") { frame, call in
                [.object(try GroupedData(frame, keys: []).aggregated(try GroupedData.aggregates(call, "DataFrame:agg"), "DataFrame:agg"))]
            }
            frame.method("distinct") { frame, _ in [.object(frame.with(try frame.relation().distinct()))] }
            for name in ["dropDuplicates", "drop_duplicates"] {
                frame.method(name) { frame, call in
                    let names = try names(call, "DataFrame:\(name)")
                    let columns = try names.map { try frame.column($0) }
                    return [.object(frame.with(try frame.relation().distinct(by: columns.isEmpty ? nil : columns)))]
                }
            }
            frame.method(Signature("join", [.required("other", .dataFrame), .optional("on", .any), .optional("how", .string)])) { frame, arguments in
                guard let other = arguments.object("other", as: DataFrame.self) else { throw APIError("DataFrame:join needs another DataFrame") }
                return [.object(try frame.join(other, on: arguments["on"], how: arguments.string("how", default: "inner"), "DataFrame:join"))]
            }
            for name in ["createOrReplaceTempView", "createTempView"] {
                frame.method(Signature(name, [.required("name", .string)])) { frame, arguments in
                    try frame.environment.sql.define(arguments.string("name", default: ""), try frame.relation(), replaces: name == "createOrReplaceTempView")
                    return []
                }
            }
            frame.method(Signature("alias", [.required("alias", .string)])) { frame, arguments in
                [.object(frame.with(try frame.relation().aliased(arguments.string("alias", default: ""))))]
            }
            frame.property { frame, name in
                if let value = try frame.property(name) { return value }
                if let attribute = try frame.relation().attributes.first(where: { $0.name == name }) { return .object(ColumnObject(.attribute(attribute.reference))) }
                let known = [
                    "agg", "alias", "createOrReplaceTempView", "createTempView", "distinct", "dropDuplicates", "groupBy", "join", "union", "unionByName", "withColumn", "withColumnRenamed", "withColumns", "write",
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

    /// What PySpark has as a property: it answers as one, and as a method too.
    private func property(_ name: String) throws -> LuaValue? {
        func list(_ items: [LuaValue]) -> LuaValue {
            var table = LuaTable(items: items)
            table.manner = .callable
            return .table(table)
        }
        switch name {
        case "columns": return list(try relation().names.map { .string($0) })
        case "dtypes": return list(try relation().attributes.map { .array([.string($0.name), .string($0.type.hiveName)]) })
        case "schema": return .object(TypeObject(.struct(try relation().attributes.map { Field($0.name, $0.type) })))
        case "write": return .object(DataFrameWriter(self))
        case "sparkSession": return .object(environment.spark)
        case "isStreaming": return .boolean(false)
        default: return nil
        }
    }

    /// The frame's columns, some of them replaced, and new ones behind them.
    private func with(_ names: [String], _ values: [LuaValue], _ place: String) throws -> DataFrame {
        let columns = try zip(names, values).map { name, value -> (String, Expression) in
            guard let column = value.object(as: ColumnObject.self) else {
                throw APIError("\(place) takes a Column for '\(name)', such as F.lit(1) or F.col(\"a\") * 2, not \(value.kindDescription)")
            }
            return (name, try column.expression(in: place))
        }
        return with(try relation().withColumns(columns))
    }

    /// The frame with a column under another name; as it is where it has no such column, as in Spark.
    private func renamed(_ existing: String, to name: String) throws -> DataFrame {
        let relation = try relation()
        return with(try relation.renamed(relation.names.map { $0.lowercased() == existing.lowercased() ? name : $0 }))
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
    /// The rows as a list of Lua tables, which can be read by name and by number.
    func luaRows() -> LuaValue {
        var table = LuaTable(items: (0..<count).map { .table(luaFields(at: $0)) })
        table.manner = .rows(schema.names)
        return .table(table)
    }

    /// One row; nil where there is none.
    func luaRow(at row: Int) -> LuaValue {
        guard row < count else { return .nil }
        var table = luaFields(at: row)
        table.manner = .row(schema.names)
        return .table(table)
    }

    private func luaFields(at row: Int) -> LuaTable {
        var fields: [String: LuaValue] = [:]
        for (field, column) in zip(schema.fields, columns) {
            let value = column.value(at: row).lua
            if !value.isNil { fields[field.name] = value }
        }
        return LuaTable(fields: fields)
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
