internal import Columnar
internal import Engine

/// Columns: `select`, `withColumn` and their like.
extension DataFrame {
    static func registerSelections(_ frame: LuaClass<DataFrame>) {
        frame.method("select") { frame, call in
            [.object(try frame.selecting(try frame.items(call, "DataFrame:select")))]
        }
        frame.method("selectExpr") { frame, call in
            let place = "DataFrame:selectExpr"
            let texts = try names(call, place)
            guard !texts.isEmpty else { throw APIError("\(place) needs at least one expression, such as \"amount * 2 as twice\"", .duplicateColumn) }
            let items = try texts.flatMap { try Expression.items(parsing: $0, userFunction: frame.environment.sql.userFunction) }
            return [.object(try frame.selecting(items))]
        }
        frame.method(Signature("withColumn", [.required("colName", .string), .required("col", .any)])) { frame, arguments in
            [.object(try frame.with([arguments.string("colName", default: "")], [arguments["col"] ?? .nil], "DataFrame:withColumn"))]
        }
        frame.method("withColumns") { frame, call in
            guard let table = call[0].table, table.items.isEmpty, !table.fields.isEmpty else {
                throw APIError("DataFrame:withColumns takes a table from names to Columns, not \(call[0].kindDescription)", .wrongArgument)
            }
            let columns = (table["colsMap"].table ?? table).sortedFields
            return [.object(try frame.with(columns.map(\.key), columns.map(\.value), "DataFrame:withColumns"))]
        }
        frame.method(Signature("withColumnRenamed", [.required("existing", .string), .required("new", .string)])) { frame, arguments in
            [.object(try frame.renamed([arguments.string("existing", default: ""): arguments.string("new", default: "")]))]
        }
        frame.method("withColumnsRenamed") { frame, call in
            guard let table = call[0].table, table.items.isEmpty else {
                throw APIError("DataFrame:withColumnsRenamed takes a table from names to new names, not \(call[0].kindDescription)", .wrongArgument)
            }
            let names = try (table["colsMap"].table ?? table).fields.mapValues { value in
                guard let name = value.text else { throw APIError("DataFrame:withColumnsRenamed takes a table from names to new names; it holds \(value.kindDescription)") }
                return name
            }
            return [.object(try frame.renamed(names))]
        }
        frame.method(Signature("withMetadata", [.required("columnName", .string), .required("metadata", .any)])) { frame, arguments in
            _ = try frame.column(arguments.string("columnName", default: ""))
            return [.object(frame)]
        }
        frame.method("toDF") { frame, call in [.object(frame.with(try frame.relation().renamed(try names(call, "DataFrame:toDF"))))] }
        frame.method("drop") { frame, call in
            let relation = try frame.relation()
            let values = call.arguments.count == 1 ? call[0].table?.items ?? call.arguments : call.arguments
            var dropped = Set<Int>()
            for value in values {
                if let name = value.text {
                    let plain = ColumnObject.path(name)
                    let wanted = plain.count == 1 ? plain[0] : name
                    dropped.formUnion(relation.attributes.filter { $0.name.lowercased() == wanted.lowercased() }.map(\.id))
                } else if let column = value.object(as: ColumnObject.self) {
                    switch try column.expression(in: "DataFrame:drop") {
                    case .attribute(let reference): dropped.insert(reference.id)
                    // What is not there cannot be dropped, and that is no error; what is there twice is one.
                    case .field(let path):
                        do { dropped.insert(try relation.attribute(named: path).id) } catch PlanError.unknownColumn {}
                    default: throw APIError("DataFrame:drop takes columns and names of columns; '\(column.name)' is computed")
                    }
                } else {
                    throw APIError("DataFrame:drop takes columns and names of columns, not \(value.kindDescription)", .wrongArgument)
                }
            }
            return [.object(try frame.dropping(dropped))]
        }
        frame.method(Signature("alias", [.required("alias", .string)])) { frame, arguments in
            [.object(frame.with(try frame.relation().aliased(arguments.string("alias", default: ""))))]
        }
        frame.method(Signature("colRegex", [.required("colName", .string)])) { frame, arguments in
            var pattern = arguments.string("colName", default: "")
            if pattern.hasPrefix("`"), pattern.hasSuffix("`"), pattern.count > 1 { pattern = String(pattern.dropFirst().dropLast()) }
            let found = try frame.relation().attributes.filter { try NamePattern.matches($0.name, pattern, frame.environment) }
            return [.object(ColumnList(found.map(\.reference)))]
        }
        frame.method("col") { frame, call in [.object(ColumnObject(.attribute(try frame.column(call[0].text ?? "").reference)))] }
        // More arguments are the function's own.
        frame.method("transform") { frame, call in
            guard let function = call[0].function else { throw APIError("DataFrame:transform takes a function from DataFrame to DataFrame, not \(call[0].kindDescription)", .wrongArgument) }
            let result = try function.call([.object(frame)] + call.arguments.dropFirst()).first ?? .nil
            guard let made = result.object(as: DataFrame.self) else { throw APIError("DataFrame:transform: the function must return a DataFrame; it returned \(result.kindDescription)") }
            return [.object(made)]
        }
        frame.method(Signature("to", [.required("schema", .any)])) { frame, arguments in
            let relation = try frame.relation()
            let schema = try SchemaText.schema(of: arguments["schema"] ?? .nil, "DataFrame:to")
            let items = try schema.fields.map { field -> Select.Item in
                guard let attribute = relation.attributes.first(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                    return Select.Item(.alias(.literal(.null, field.type), field.name))
                }
                guard attribute.type.isAssignable(to: field.type) else {
                    throw APIError("DataFrame:to: column '\(field.name)' is \(attribute.type.hiveName), which is not made \(field.type.hiveName) without a cast", .impossibleCast)
                }
                return Select.Item(.alias(.cast(.attribute(attribute.reference), field.type), field.name))
            }
            return [.object(frame.with(try relation.select(items)))]
        }
    }

    /// The columns of a select list, those that a pattern chose among them.
    func items(_ call: LuaCall, _ place: String) throws -> [Select.Item] {
        try ColumnObject.values(call, place).flatMap { value -> [Select.Item] in
            if let list = value.object(as: ColumnList.self) { return list.references.map { Select.Item(.attribute($0)) } }
            return [try ColumnObject.column(value, place).item(in: place)]
        }
    }

    /// The frame's columns, some of them replaced, and new ones behind them.
    private func with(_ names: [String], _ values: [LuaValue], _ place: String) throws -> DataFrame {
        let columns = try zip(names, values).map { name, value -> (String, Expression) in
            guard let column = value.object(as: ColumnObject.self) else {
                throw APIError("\(place) takes a Column for '\(name)', such as F.lit(1) or F.col(\"a\") * 2, not \(value.kindDescription)", .wrongArgument, advice: Elsewhere.condition(value))
            }
            return (name, try column.expression(in: place))
        }
        return with(try relation().withColumns(columns))
    }

    /// The frame with columns under other names; names that no column has mean nothing, as in Spark.
    private func renamed(_ names: [String: String]) throws -> DataFrame {
        let relation = try relation()
        let new = Dictionary(names.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { a, _ in a })
        return with(try relation.renamed(relation.names.map { new[$0.lowercased()] ?? $0 }))
    }

    /// Names given one by one or as one list.
    static func names(_ call: LuaCall, _ function: String) throws -> [String] {
        let values = call.arguments.count == 1 ? call[0].table?.items ?? call.arguments : call.arguments
        return try values.map { value in
            guard let name = value.text else { throw APIError("\(function) takes names, not \(value.kindDescription)", .wrongArgument) }
            return name
        }
    }

    /// Columns by their names in an argument: one name, or a list; all of them where it is not given.
    func attributes(_ value: LuaValue?, _ place: String) throws -> [Attribute]? {
        guard let value else { return nil }
        let list = value.table?.items ?? [value]
        return try list.map { item in
            if let name = item.text { return try column(name) }
            if let column = item.object(as: ColumnObject.self) {
                switch try column.expression(in: place) {
                case .attribute(let reference):
                    if let found = try relation().attributes.first(where: { $0.id == reference.id }) { return found }
                case .field(let path): return try relation().attribute(named: path)
                default: break
                }
            }
            throw APIError("\(place) takes names of columns, not \(item.kindDescription)", .wrongArgument)
        }
    }
}

/// What `df:colRegex` gives: the columns whose names match.
final class ColumnList: ScriptObject {
    static let className = "Columns"
    let references: [AttributeReference]
    init(_ references: [AttributeReference]) { self.references = references }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(ColumnList.self, name: className) { list in
            list.metamethod("__tostring") { call in
                [.string("Columns(\((call[0].object(as: ColumnList.self) ?? call.receiver as? ColumnList)?.references.map(\.name).joined(separator: ", ") ?? ""))")]
            }
        }
    }
}

/// Whether a column's name matches a regular expression as a whole.
enum NamePattern {
    static func matches(_ name: String, _ pattern: String, _ environment: ScriptEnvironment) throws -> Bool {
        let expression = try Expression(sql: "_0 rlike _1", [.literal(name), .literal("^(?i:" + pattern + ")$")])
        let batch = Batch(schema: .empty, columns: [], count: 1)
        return try expression.evaluate(on: batch).value(at: 0) == .boolean(true)
    }
}

extension DataType {
    /// Whether values go into a column of another type without an explicit cast: upwards between numbers, anything plain into text.
    func isAssignable(to other: DataType) -> Bool {
        if self == other || self == .null { return true }
        switch (self, other) {
        case (_, .string): return !isNested
        case (.date, .timestamp): return true
        case (.array(let a), .array(let b)): return a.isAssignable(to: b)
        case (.map(let k, let v), .map(let l, let w)): return k.isAssignable(to: l) && v.isAssignable(to: w)
        case (.struct(let a), .struct(let b)): return a.count == b.count && zip(a, b).allSatisfy { $0.type.isAssignable(to: $1.type) }
        case (let a, let b) where a.isInteger && b.isInteger: return a.integerWidth <= b.integerWidth
        case (let a, .float), (let a, .double): return a.isNumeric && !(a == .double && other == .float)
        case (let a, .decimal(let precision, let scale)):
            if case .decimal(let p, let s) = a { return p - s <= precision - scale && s <= scale }
            return a.isInteger && precision - scale >= [8: 3, 16: 5, 32: 10, 64: 19][a.integerWidth] ?? 19
        default: return false
        }
    }
}
