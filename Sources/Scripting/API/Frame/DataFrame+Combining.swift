internal import Columnar
internal import Engine

/// Two frames in one: joins and set operations; and reshaping.
extension DataFrame {
    static func registerCombinations(_ frame: LuaClass<DataFrame>) {
        let parameters: [Parameter] = [.required("other", .dataFrame), .optional("on", .any), .optional("how", .string)]
        frame.note(Signature("join", parameters))
        frame.method("join") { frame, call in
            let place = "DataFrame:join"
            let arguments = try Signature(place, parameters).bind(call.arguments, site: "")
            if call.arguments.count > 1, call.arguments[1].isNil, arguments.string("how", default: "inner") != "cross" {
                throw APIError("\(place): the condition that was given is nil; a join without one is crossJoin", .wrongArgument)
            }
            return [.object(try frame.join(try other(arguments, place), on: arguments["on"], how: arguments.string("how", default: "inner"), place))]
        }
        frame.method(Signature("crossJoin", [.required("other", .dataFrame)])) { frame, arguments in
            let other = try other(arguments, "DataFrame:crossJoin")
            return [.object(frame.with(try frame.relation().join(try other.apart(from: frame), .cross, on: nil)))]
        }
        for name in ["union", "unionAll"] {
            frame.method(Signature(name, [.required("other", .dataFrame)])) { frame, arguments in
                [.object(frame.with(try frame.relation().union(try other(arguments, "DataFrame:\(name)").relation())))]
            }
        }
        frame.method(Signature("unionByName", [.required("other", .dataFrame), .optional("allowMissingColumns", .boolean)])) { frame, arguments in
            let other = try other(arguments, "DataFrame:unionByName")
            return [.object(frame.with(try frame.relation().unionByName(try other.relation(), allowMissing: arguments.boolean("allowMissingColumns"))))]
        }
        for (name, all) in [("intersect", false), ("intersectAll", true)] {
            frame.method(Signature(name, [.required("other", .dataFrame)])) { frame, arguments in
                [.object(frame.with(try frame.relation().intersect(try other(arguments, "DataFrame:\(name)").relation(), all: all)))]
            }
        }
        for (name, all) in [("subtract", false), ("exceptAll", true), ("except", false)] {
            frame.method(Signature(name, [.required("other", .dataFrame)])) { frame, arguments in
                [.object(frame.with(try frame.relation().except(try other(arguments, "DataFrame:\(name)").relation(), all: all)))]
            }
        }
        let unpivot: [Parameter] = [.optional("ids", .any), .optional("values", .any), .required("variableColumnName", .string), .required("valueColumnName", .string)]
        for name in ["unpivot", "melt"] {
            frame.method(Signature(name, unpivot)) { frame, arguments in [.object(try frame.unpivoted(arguments, "DataFrame:\(name)"))] }
        }
        for (name, isGlobal, replaces) in [
            ("createTempView", false, false), ("createOrReplaceTempView", false, true), ("createGlobalTempView", true, false), ("createOrReplaceGlobalTempView", true, true),
            ("registerTempTable", false, true),
        ] {
            frame.method(Signature(name, [.required("name", .string)])) { frame, arguments in
                try frame.environment.sql.define(arguments.string("name", default: ""), try frame.relation(), isGlobal: isGlobal, replaces: replaces)
                return []
            }
        }
        frame.method(Signature("sameSemantics", [.required("other", .dataFrame)])) { frame, arguments in
            [.boolean(try frame.relation().plan === (try other(arguments, "DataFrame:sameSemantics")).relation().plan)]
        }
    }

    private static func other(_ arguments: Arguments, _ place: String) throws -> DataFrame {
        guard let other = arguments.object("other", as: DataFrame.self) else { throw APIError("\(place) needs another DataFrame", .missingArgument) }
        return other
    }

    /// The frame's relation as the other side of a join with a frame: columns that both sides have get new identities here.
    private func apart(from frame: DataFrame) throws -> Relation {
        let (mine, theirs) = (try relation(), Set(try frame.relation().attributes.map(\.id)))
        return mine.attributes.contains { theirs.contains($0.id) } ? mine.instantiated() : mine
    }

    static let joins = [
        "anti", "cross", "full", "full_outer", "inner", "left", "left_anti", "left_outer", "left_semi", "outer", "right", "right_outer", "semi",
    ]

    /// The join with another frame: by names of columns, or by a condition.
    private func join(_ other: DataFrame, on value: LuaValue?, how: String, _ place: String) throws -> DataFrame {
        guard let kind = JoinKind(named: how) else {
            let known = Self.joins
            throw APIError("\(place): the join '\(how)' is not known\(Suggestion.hint(for: how, in: known)) (known: \(known.joined(separator: ", ")))", .unknownChoice)
        }
        let left = try relation()
        func byNames(_ names: [String]) throws -> DataFrame { with(try left.join(try other.apart(from: self), kind, using: names.map { ColumnObject.path($0).last ?? $0 })) }
        func byCondition(_ condition: Expression?) throws -> DataFrame { with(try left.join(try other.relation(), kind, on: condition)) }
        guard let value, !value.isNil else { return with(try left.join(try other.apart(from: self), kind, on: nil)) }
        if let name = value.text { return try byNames([name]) }
        if let column = value.object(as: ColumnObject.self) { return try byCondition(try column.expression(in: place)) }
        guard let list = value.table?.items, !list.isEmpty else {
            throw APIError("\(place) takes the names of columns, or a condition such as a.id:eq(b.id), not \(value.kindDescription)", .wrongArgument, advice: Elsewhere.condition(value))
        }
        let names = list.compactMap(\.text)
        if names.count == list.count { return try byNames(names) }
        let conditions = try list.map { item -> Expression in
            guard let column = item.object(as: ColumnObject.self) else { throw APIError("\(place) takes names of columns or conditions, not both") }
            return try column.expression(in: place)
        }
        return try byCondition(.all(conditions))
    }

    /// A row for each of some columns: its name, and its value.
    private func unpivoted(_ arguments: Arguments, _ place: String) throws -> DataFrame {
        let relation = try relation()
        let ids = try attributes(arguments["ids"], place) ?? []
        let kept = Set(ids.map(\.id))
        let values = try attributes(arguments["values"], place) ?? relation.attributes.filter { !kept.contains($0.id) }
        guard !values.isEmpty else { throw APIError("\(place) needs at least one column of values", .missingArgument) }
        let chosen = try relation.select((ids + values).map { Select.Item(.attribute($0.reference)) })
        let places = chosen.attributes.suffix(values.count)
        return with(
            try chosen.unpivot(
                places.map { (columns: [.field([$0.column])], name: $0.name) }, names: [arguments.string("valueColumnName", default: "value")],
                nameColumn: arguments.string("variableColumnName", default: "variable"), keepsNulls: true))
    }
}
