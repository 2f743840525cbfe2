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
    /// What the frame was selected from, and what was: `orderBy` and `filter` behind a selection may name columns that it left out, as in Spark.
    private var origin: (relation: Relation, items: [Select.Item])?

    init(_ plan: PlanNode, environment: ScriptEnvironment) { (content, self.environment) = (.plan(plan), environment) }
    init(_ relation: Relation, environment: ScriptEnvironment) { (content, self.environment) = (.relation(relation), environment) }

    func with(_ relation: Relation) -> DataFrame { DataFrame(relation, environment: environment) }

    /// The frame's rows and columns. Reads rows where only they tell what columns there are.
    func relation() throws -> Relation {
        switch content {
        case .relation(let relation):
            // What is done with it goes by the settings as they are then.
            return Relation(relation.plan, attributes: relation.attributes, hidden: relation.hidden, session: environment.sql.session)
        case .plan(let plan):
            let schema = try environment.run { try plan.cheapSchema($0) ?? plan.declaredSchema.known ?? plan.fullSchema($0) }
            let relation = Relation(plan, schema: schema, session: environment.sql.session)
            content = .relation(relation)
            return relation
        }
    }

    /// The frame's rows and columns, where it is known what columns there are.
    var knownRelation: Relation? {
        if case .relation(let relation) = content { return relation }
        return nil
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

    // MARK: Columns that a selection left out

    /// The columns of a select list.
    func selecting(_ items: [Select.Item]) throws -> DataFrame {
        let relation = try relation()
        let made = with(try relation.select(items))
        let isPlain = !items.contains { $0.expression.holds { part in
            switch part {
            case .aggregate, .generator: true
            default: false
            }
        } }
        if isPlain { made.origin = (relation, items) }
        return made
    }

    /// The frame without some columns.
    func dropping(_ ids: Set<Int>) throws -> DataFrame {
        let relation = try relation()
        let made = with(relation.dropping(ids))
        made.origin = (relation, relation.attributes.filter { !ids.contains($0.id) }.map { Select.Item(.attribute($0.reference)) })
        return made
    }

    /// What `body` makes of the frame's rows and of expressions over them. Where these name what the frame no longer has, and what it was selected from has,
    /// they are computed there.
    func resolving(_ expressions: [Expression], _ body: (Relation, [Expression]) throws -> Relation) throws -> DataFrame {
        do {
            return with(try body(try relation(), expressions))
        } catch let error as PlanError {
            guard error.isMissingColumn, let origin, !origin.items.isEmpty else { throw error }
            let extras = expressions.enumerated().map { Select.Item(.alias($1, "hidden \($0)")) }
            guard let wide = try? origin.relation.select(origin.items + extras) else { throw error }
            let added = wide.attributes.suffix(extras.count)
            let result = try body(wide, added.map { .attribute($0.reference) })
            return with(result.dropping(Set(added.map(\.id))))
        }
    }

    // MARK: Keeping rows

    /// Has the rows kept from their next reading on.
    func keepRows() throws {
        let relation = try relation()
        if relation.plan is CacheNode { return }
        let trimmed = relation.trimmedPlan
        content = .relation(relation.over(CacheNode(trimmed)))
    }

    /// Has them computed anew.
    func forgetRows() {
        guard case .relation(let relation) = content, let cache = relation.plan as? CacheNode else { return }
        cache.unpersist()
        content = .relation(relation.over(cache.inputs[0]))
    }

    // MARK: Registration

    static func register(_ api: APIBuilder) {
        ColumnList.register(api)
        NullFunctions.register(api)
        StatFunctions.register(api)
        api.environment.state.register(DataFrame.self, name: className) { frame in
            registerActions(frame)
            registerSelections(frame)
            registerRows(frame)
            registerCombinations(frame)
            registerPictures(frame)
            GroupedData.register(on: frame)
            NullFunctions.register(on: frame)
            StatFunctions.register(on: frame)
            frame.subscripting { frame, key in
                if let name = key.text { return try frame.value(named: name) }
                // df[1] is the first column; df[condition] the rows that fulfil it; df[{"a", "b"}] these columns.
                if let number = key.integer {
                    let attributes = try frame.relation().attributes
                    guard number >= 1, number <= attributes.count else { return .nil }
                    return .object(ColumnObject(.attribute(attributes[Int(number) - 1].reference)))
                }
                if let column = key.object(as: ColumnObject.self) { return .object(frame.with(try frame.relation().filter(try column.expression(in: "DataFrame")))) }
                if let list = key.table?.items {
                    return .object(frame.with(try frame.relation().select(try list.map { try ColumnObject.column($0, "DataFrame").item(in: "DataFrame") })))
                }
                throw APIError("a DataFrame has columns by name and by number, not by \(key.kindDescription)")
            }
            frame.metamethod("__tostring") { call in
                guard let frame = call.receiver as? DataFrame ?? call[0].object(as: DataFrame.self) else { return [.string(className)] }
                return [.string("DataFrame[\(try frame.relation().attributes.map { "\($0.name): \($0.type.hiveName)" }.joined(separator: ", "))]")]
            }
        }
    }
}

extension Batch {
    /// The rows as a list of Lua tables, which can be read by name and by number.
    ///
    /// - Throws: `ExecutionStopped` when the run is to end meanwhile.
    func luaRows(_ cancellation: Cancellation) throws -> LuaValue {
        var items: [LuaValue] = []
        items.reserveCapacity(count)
        for row in 0..<count {
            if row & 4095 == 0 { try cancellation.check() }
            items.append(.table(luaFields(at: row)))
        }
        var table = LuaTable(items: items)
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

extension PlanError {
    /// Whether the error is that of a column which is not there.
    fileprivate var isMissingColumn: Bool {
        switch self {
        case .unknownColumn: true
        case .located(let inner, _): inner.isMissingColumn
        case .misplaced(_, let problem), .analysis(let problem): problem.contains("belongs to another frame")
        default: false
        }
    }
}
