internal import Columnar
internal import Engine

/// The global `F`: functions of columns. A function is made when a script first names it, so that those that it does not use cost nothing.
final class ColumnFunctions: ScriptObject {
    static let className = "F"
    private unowned let environment: ScriptEnvironment
    private var made: [String: LuaValue] = [:]

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    static func register(_ api: APIBuilder) throws {
        api.environment.state.register(ColumnFunctions.self, name: className) { functions in
            functions.property { functions, name in try functions.function(name) }
        }
        try api.environment.state.set("F", .object(ColumnFunctions(api.environment)))
    }

    private func function(_ name: String) throws -> LuaValue {
        if let made = made[name] { return made }
        if name == "udf" {
            let value = environment.state.makeFunction("F.udf") { [unowned environment] call in try ScriptUserFunction.udf(call, environment) }
            made[name] = value
            return value
        }
        if name == "expr" {
            // The user's functions are the session's.
            let value = environment.state.makeFunction("F.expr") { [unowned environment] call in
                let text = call.arguments.last?.text
                guard let text, call.arguments.count <= 2 else { throw APIError("F.expr takes SQL text, not \(call[0].kindDescription)", .wrongArgument) }
                return [.object(ColumnObject(try Expression(parsing: text, userFunction: environment.sql.userFunction)))]
            }
            made[name] = value
            return value
        }
        guard let body = Self.body(name) else {
            throw APIError("F.\(name): \(Function.unknown(name, others: Self.names))", .unknownFunction)
        }
        let function = environment.state.makeFunction("F.\(name)") { call in
            var arguments = call.arguments
            // F:sum("x") is F.sum("x").
            if let first = arguments.first, first.object(as: ColumnFunctions.self) != nil { arguments.removeFirst() }
            return [.object(try body(arguments))]
        }
        made[name] = function
        return function
    }

    private static let rankings: [String: WindowRanking] = [
        "row_number": .rowNumber, "rank": .rank, "dense_rank": .denseRank, "percent_rank": .percentRank, "cume_dist": .cumulativeDistribution,
    ]
    static func names(withScalars scalars: [String]) -> [String] { Set(names + scalars).sorted() }

    private static let names =
        (AggregateFunction.names + Generator.names + Array(rankings.keys) + ColumnObject.orders.map(\.name) + [
            "col", "column", "lit", "udf", "expr", "countDistinct", "approxCountDistinct", "sumDistinct", "lag", "lead",
            "nth_value", "ntile",
        ]).sorted()

    /// The names of all functions of columns that are words. What wants `WITHIN GROUP` is SQL's alone.
    static let allNames = Set(names + Function.allNames + ["when"])
        .subtracting(["percentile_cont", "percentile_disc", "approxcountdistinct", "countdistinct", "sumdistinct"])
        .filter { name in name.utf8.allSatisfy { $0 == 0x5f || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) } }.sorted()

    /// What `body` calls a function's arguments: one by one, or by their names in a table behind those given one by one (Python's keyword arguments).
    private static func bind(_ values: [LuaValue], _ parameters: [Parameter], _ place: String) throws -> Arguments {
        var values = values
        guard values.count > 1, let table = values.last?.table, table.items.isEmpty, !table.fields.isEmpty else {
            return try Signature(place, parameters).bind(values, site: "")
        }
        values.removeLast()
        var all = table
        for (parameter, value) in zip(parameters, values) { all[parameter.name] = value }
        return try Signature(place, parameters).bind([.table(all)], site: "")
    }

    private static func body(_ name: String) -> (([LuaValue]) throws -> ColumnObject)? {
        let place = "F.\(name)"
        func one(_ arguments: [LuaValue]) throws -> LuaValue {
            guard arguments.count == 1 else { throw APIError("\(place) takes 1 argument, not \(arguments.count)", .missingArgument) }
            return arguments[0]
        }
        func expression(_ value: LuaValue) throws -> Expression { try ColumnObject.column(value, place).expression(in: place) }
        if let aggregate = aggregate(name) { return aggregate }
        if Generator.names.contains(name) {
            return { arguments in
                let expressions = try arguments.enumerated().map { i, value in
                    // The keys of json_tuple are texts; other texts are names of columns.
                    value.text != nil && !(name == "json_tuple" && i > 0) ? try expression(value) : try ColumnObject.operand(value, place)
                }
                guard let rows = try Generator.call(name, expressions) else { throw APIError("\(place) makes no rows") }
                return ColumnObject(rows)
            }
        }
        if let order = ColumnObject.orders.first(where: { $0.name == name }) {
            return { try ColumnObject.column(try one($0), place).ordered(order.descending, order.nullsFirst) }
        }
        if let ranking = rankings[name] {
            return { arguments in
                guard arguments.isEmpty else { throw APIError("\(place) takes no arguments; the window says the rest: \(place)():over(...)") }
                return ColumnObject(.window(.ranking(ranking), []))
            }
        }
        switch name {
        case "ntile":
            return {
                let arguments = try bind($0, [.required("n", .integer)], place)
                return ColumnObject(.window(.ranking(.bucket(of: arguments.integer("n", default: 0))), []))
            }
        case "lag", "lead":
            return {
                let arguments = try bind($0, [.required("col", .any), .optional("offset", .integer), .optional("default", .any), .optional("ignoreNulls", .boolean)], place)
                let offset = arguments.integer("offset", default: 1)
                var values = [try expression(arguments["col"] ?? .nil)]
                if let other = arguments["default"], !other.isNil, other != .null { values.append(try ColumnObject.operand(other, place)) }
                return ColumnObject(.window(.pick(.before(name == "lag" || offset == .min ? offset : -offset, ignoresNulls: arguments.boolean("ignoreNulls"))), values))
            }
        case "nth_value":
            return {
                let arguments = try bind($0, [.required("col", .any), .required("offset", .integer), .optional("ignoreNulls", .boolean)], place)
                let pick = WindowPick.nth(arguments.integer("offset", default: 1), ignoresNulls: arguments.boolean("ignoreNulls"))
                return ColumnObject(.window(.pick(pick), [try expression(arguments["col"] ?? .nil)]))
            }
        case "col", "column":
            return {
                guard let name = try one($0).text else { throw APIError("\(place) takes a column's name, not \($0[0].kindDescription)", .wrongArgument) }
                return ColumnObject(ColumnObject.field(name))
            }
        case "lit": return { ColumnObject(try ColumnObject.operand($0.first ?? .nil, place)) }
        case "expr":
            return {
                guard let text = try one($0).text else { throw APIError("\(place) takes SQL text, not \($0[0].kindDescription)", .wrongArgument) }
                return ColumnObject(try Expression(parsing: text))
            }
        case "when":
            return { arguments in
                guard arguments.count == 2 else { throw APIError("\(place) takes a condition and a value, not \(arguments.count) arguments") }
                let condition = try ColumnObject.condition(arguments[0], place)
                return ColumnObject(.conditional([.init(condition, try ColumnObject.operand(arguments[1], place))], otherwise: nil))
            }
        default:
            guard let function = Function(named: name) else { return nil }
            return { ColumnObject(try call(function, $0, place)) }
        }
    }
}
