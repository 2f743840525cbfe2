internal import Columnar
internal import Engine

/// `df.na`: nulls filled and dropped, values replaced.
final class NullFunctions: ScriptObject {
    static let className = "DataFrameNaFunctions"
    private let frame: DataFrame
    init(_ frame: DataFrame) { self.frame = frame }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(NullFunctions.self, name: className) { object in
            object.calling { object, _ in [.object(object)] }
            object.method("fill") { object, call in [.object(try object.fill(call, "DataFrame.na.fill"))] }
            object.method("drop") { object, call in [.object(try object.drop(call, "DataFrame.na.drop"))] }
            object.method("replace") { object, call in [.object(try object.replace(call, "DataFrame.na.replace"))] }
            object.property { _, name in
                throw APIError("df.na has no '\(name)'\(Suggestion.hint(for: name, in: ["drop", "fill", "replace"])) (known: drop, fill, replace)", .unknownMethod)
            }
        }
    }

    static func register(on frame: LuaClass<DataFrame>) {
        frame.method("fillna") { frame, call in [.object(try NullFunctions(frame).fill(call, "DataFrame:fillna"))] }
        frame.method("dropna") { frame, call in [.object(try NullFunctions(frame).drop(call, "DataFrame:dropna"))] }
        frame.method("replace") { frame, call in [.object(try NullFunctions(frame).replace(call, "DataFrame:replace"))] }
    }

    /// `fill(value, subset)`, or `fill{column = value, ...}`. A value goes into the columns of its kind alone; NaN is filled where numbers are.
    private func fill(_ call: LuaCall, _ place: String) throws -> DataFrame {
        let relation = try frame.relation()
        var values: [Int: LuaValue] = [:]
        if call.arguments.count == 1, let table = call[0].table, table["value"].isNil {
            guard table.items.isEmpty, !table.fields.isEmpty else { throw APIError("\(place) takes a value, or a table from names of columns to values") }
            for (name, value) in table.sortedFields { values[try frame.column(name).id] = value }
        } else {
            let arguments = try Signature(place, [.required("value", .any), .optional("subset", .any)]).bind(call.arguments, site: "")
            guard let value = arguments["value"] else { throw APIError("\(place): the value must not be null") }
            if let table = value.table {
                for (name, value) in table.sortedFields { values[try frame.column(name).id] = value }
            } else {
                for attribute in try frame.attributes(arguments["subset"], place) ?? relation.attributes { values[attribute.id] = value }
            }
        }
        let items = try relation.attributes.map { attribute -> Select.Item in
            let column = Expression.attribute(attribute.reference)
            guard let value = values[attribute.id] else { return Select.Item(column) }
            let literal = try ColumnObject.literal(value, place)
            let fits: Bool
            switch value {
            case .integer, .number, .decimal: fits = attribute.type.isNumeric
            case .string: fits = attribute.type == .string
            case .boolean: fits = attribute.type == .boolean
            default: throw APIError("\(place): nulls are filled with numbers, strings and booleans, not \(value.kindDescription)")
            }
            guard fits else { return Select.Item(column) }
            let isFloat = attribute.type == .float || attribute.type == .double
            let present = isFloat ? try Expression(sql: "nanvl(_0, null)", [column]) : column
            return Select.Item(.alias(try Expression(sql: "coalesce(_0, _1)", [present, .cast(literal, attribute.type)]), attribute.name))
        }
        return frame.with(try relation.select(items))
    }

    /// `drop(how, thresh, subset)`: rows with a null, or with nulls only, or with fewer values than `thresh`. NaN counts as null.
    private func drop(_ call: LuaCall, _ place: String) throws -> DataFrame {
        let parameters: [Parameter] = [.optional("how", .any), .optional("thresh", .integer), .optional("subset", .any)]
        let arguments = try Signature(place, parameters).bind(call.arguments, site: "")
        let how = arguments["how"]?.text?.lowercased() ?? "any"
        guard how == "any" || how == "all" else { throw APIError("\(place): 'how' is \"any\" or \"all\", not \(arguments["how"]?.kindDescription ?? "null")", .unknownChoice) }
        let relation = try frame.relation()
        let columns = try frame.attributes(arguments["subset"], place) ?? relation.attributes
        if columns.isEmpty { return frame }
        let present = try columns.map { attribute -> Expression in
            let column = Expression.attribute(attribute.reference)
            let isFloat = attribute.type == .float || attribute.type == .double
            return isFloat ? try Expression(sql: "_0 is not null and not isnan(_0)", [column]) : .isNotNull(column)
        }
        if let least = arguments.integer("thresh") {
            let counted = try present.map { try Expression(sql: "if(_0, 1, 0)", [$0]) }
            let sum = counted.dropFirst().reduce(counted[0]) { .arithmetic($0, .add, $1) }
            return frame.with(try relation.filter(.comparison(sum, .greaterOrEqual, .literal(Int64(least)))))
        }
        if how == "any" { return frame.with(try relation.filter(.all(present))) }
        return frame.with(try relation.filter(present.dropFirst().reduce(present[0]) { .or($0, $1) }))
    }

    /// `replace(to_replace, value, subset)`: a value or a list of them, or a table from old to new values. Columns of the values' kind alone.
    private func replace(_ call: LuaCall, _ place: String) throws -> DataFrame {
        var values = call.arguments
        // A table of old and new values is no table of arguments.
        if values.count == 1, let table = values[0].table, table["to_replace"].isNil { values.append(.nil) }
        let parameters: [Parameter] = [.required("to_replace", .any), .optional("value", .any), .optional("subset", .any)]
        let arguments = try Signature(place, parameters).bind(values, site: "")
        var pairs: [(old: LuaValue, new: LuaValue)] = []
        let given = arguments.values["to_replace"] ?? .nil
        if let table = given.table, !table.fields.isEmpty || !table.others.isEmpty || (arguments["value"] == nil && arguments.values["value"] != .null) {
            pairs = table.items.enumerated().map { (.integer(Int64($0 + 1)), $1) } + table.others.map { ($0.key, $0.value) } + table.sortedFields.map { (.string($0.key), $0.value) }
        } else {
            guard let new = arguments.values["value"], !new.isNil else { throw APIError("\(place) needs a value to put in the place of \(given.kindDescription)", .missingArgument) }
            let old = given.table?.items ?? [given]
            let news = new.table?.items ?? Array(repeating: new, count: old.count)
            guard old.count == news.count else { throw APIError("\(place): there are \(old.count) values to replace and \(news.count) to put in their places") }
            pairs = Array(zip(old, news)).map { ($0, $1) }
        }
        guard !pairs.isEmpty else { return frame }
        enum Kind { case number, text, truth, none }
        func kind(_ value: LuaValue) throws -> Kind {
            switch value {
            case .integer, .number, .decimal: .number
            case .string: .text
            case .boolean: .truth
            case .nil, .null: .none
            default: throw APIError("\(place) replaces numbers, strings and booleans, not \(value.kindDescription)")
            }
        }
        let kinds = Set(try pairs.map { try kind($0.old) }).subtracting([.none])
        guard kinds.count == 1, let wanted = kinds.first else { throw APIError("\(place): the values to replace must be of one kind: numbers, strings or booleans") }
        for pair in pairs {
            let new = try kind(pair.new)
            guard new == wanted || new == .none else { throw APIError("\(place): \(pair.old.kindDescription) cannot be replaced by \(pair.new.kindDescription), which is of another kind", .incompatibleTypes) }
        }
        let relation = try frame.relation()
        let chosen = Set(try (frame.attributes(arguments["subset"], place) ?? relation.attributes).map(\.id))
        let items = try relation.attributes.map { attribute -> Select.Item in
            let column = Expression.attribute(attribute.reference)
            let fits = wanted == .number ? attribute.type.isNumeric : wanted == .text ? attribute.type == .string : attribute.type == .boolean
            guard chosen.contains(attribute.id), fits else { return Select.Item(column) }
            let branches = try pairs.map { pair in
                let new = pair.new.isNil || pair.new == .null ? Expression.literal(.null, attribute.type) : .cast(try ColumnObject.literal(pair.new, place), attribute.type)
                return Expression.Branch(.comparison(column, .equal, try ColumnObject.literal(pair.old, place)), new)
            }
            return Select.Item(.alias(.conditional(branches, otherwise: column), attribute.name))
        }
        return frame.with(try relation.select(items))
    }
}
