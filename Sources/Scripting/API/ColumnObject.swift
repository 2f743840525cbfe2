internal import Columnar
internal import Engine

/// What a script holds as a Column: a description of values, bound to a frame when it is used there. `F.col("amount")`, `df.amount`, `F.sum("amount")`.
final class ColumnObject: ScriptObject {
    static let className = "Column"

    enum Content {
        /// A value for every row, or for every group of rows.
        case expression(Expression)
        /// A value for every row of a window, once `over` has said which.
        case window(WindowFunction, [Expression])

        static func aggregate(_ function: AggregateFunction, _ arguments: [Expression], isDistinct: Bool = false) -> Content {
            .expression(.aggregate(AggregateCall(function, arguments, isDistinct: isDistinct)))
        }
    }

    struct Order {
        let descending: Bool
        let nullsFirst: Bool
    }

    let content: Content
    /// The name that `alias` gave.
    let alias: String?
    let order: Order?
    /// Names for the columns of a generator: `F.explode("entries"):alias("key", "value")`.
    let names: [String]

    init(_ content: Content, alias: String? = nil, order: Order? = nil, names: [String] = []) {
        (self.content, self.alias, self.order, self.names) = (content, alias, order, names)
    }
    convenience init(_ expression: Expression) { self.init(.expression(expression)) }

    /// The name of the column that this one becomes: Spark's.
    var name: String {
        if let alias { return alias }
        switch content {
        case .expression(.field(let path)): return path.last ?? ""
        case .expression(let expression): return expression.prettyName([:])
        case .window(let function, let arguments): return function.text(arguments)
        }
    }

    /// What the column stands for.
    ///
    /// - Parameter place: who needs it, for the error: a window function without a window has no value.
    func expression(in place: String) throws -> Expression {
        switch content {
        case .expression(let expression): return expression
        case .window:
            throw APIError("\(place) cannot take '\(name)' without a window; say which with :over(Window.partitionBy(...):orderBy(...))", .windowFunction)
        }
    }

    /// The column with its name, for a select list.
    func item(in place: String) throws -> Select.Item {
        let expression = try expression(in: place)
        return Select.Item(alias.map { .alias(expression, $0) } ?? expression, names: names)
    }

    /// The column as a key to sort by.
    func key(in place: String, descending: Bool? = nil) throws -> SortNode.Key {
        let expression = try expression(in: place)
        if let order, descending == nil { return SortNode.Key(expression, descending: order.descending, nullsFirst: order.nullsFirst) }
        return SortNode.Key(expression, descending: descending ?? false)
    }

    /// The column's value for every row of a window.
    func over(_ window: WindowSpec) throws -> ColumnObject {
        let (function, arguments): (WindowFunction, [Expression])
        switch content {
        case .expression(.aggregate(let call)) where call.filter == nil && !call.isDistinct: (function, arguments) = (.aggregate(call.function), call.arguments)
        case .window(let own, let values): (function, arguments) = (own, values)
        case .expression:
            throw APIError("Column:over follows an aggregate or a window function, such as F.sum(\"amount\") or F.row_number(); '\(name)' is neither", .windowFunction)
        }
        return ColumnObject(
            .expression(.window(WindowCall(function, arguments, partition: window.partition, order: window.order, frame: window.frame))), alias: alias)
    }

    // MARK: From Lua

    /// A column's name as a path: `address.zip`, names with dots in backticks.
    static func field(_ name: String) -> Expression { .field(path(name)) }

    static func path(_ name: String) -> [String] {
        var path: [String] = []
        var part = ""
        var quoted = false
        for character in name {
            switch character {
            case "`": quoted.toggle()
            case "." where !quoted:
                path.append(part)
                part = ""
            default: part.append(character)
            }
        }
        // Names of joined frames begin with dots.
        if quoted || part.isEmpty || path.contains("") { return [name] }
        return path + [part]
    }

    /// A value in a place where Spark takes a column or its name.
    static func column(_ value: LuaValue, _ function: String) throws -> ColumnObject {
        if let name = value.text { return ColumnObject(name == "*" ? .star([]) : name.hasSuffix(".*") ? .star(path(String(name.dropLast(2)))) : field(name)) }
        if let column = value.object(as: ColumnObject.self) { return column }
        throw APIError("\(function) takes columns and names of columns, not \(value.kindDescription)", .wrongArgument)
    }

    /// What decides: a Column. A boolean of Lua is what a comparison with `==` gave, which compares the Column itself and no rows.
    static func condition(_ value: LuaValue, _ place: String) throws -> Expression {
        if case .boolean(let flag) = value {
            throw APIError(
                "\(place) takes conditions that are Columns, not the boolean \(flag): ==, ~=, and, or, not of Lua do not compare rows; write a:eq(b), a:ne(b), (a) & (b), (a) | (b), ~a, or F.lit(\(flag))",
                .wrongArgument)
        }
        return try operand(value, place)
    }

    /// A value in a place where Spark takes a column or a literal.
    static func operand(_ value: LuaValue, _ function: String) throws -> Expression {
        if let column = value.object(as: ColumnObject.self) { return try column.expression(in: function) }
        return try literal(value, function)
    }

    static func literal(_ value: LuaValue, _ function: String) throws -> Expression {
        switch value {
        case .nil, .null: return .null
        case .boolean(let value): return .literal(value)
        case .integer(let value): return .literal(value)
        case .number(let value): return .literal(value)
        case .string(let bytes): return .literal(.string(bytes), .string)
        case .date(let days): return .literal(.date(days), .date)
        case .timestamp(let microseconds): return .literal(.timestamp(microseconds), .timestamp)
        case .decimal(let unscaled, let scale):
            let digits = String(unscaled.magnitude).count
            return .literal(.decimal(unscaled: unscaled, scale: scale), .decimal(precision: min(38, max(digits, scale)), scale: scale))
        default: throw APIError("\(function) takes columns and plain values, not \(value.kindDescription)", .wrongArgument)
        }
    }

    /// Several columns or names: one by one, or as one list.
    static func columns(_ call: LuaCall, _ function: String) throws -> [ColumnObject] {
        try values(call, function).map { try column($0, function) }
    }

    /// What stands for columns in a call: one by one, or as one list.
    static func values(_ call: LuaCall, _ function: String) throws -> [LuaValue] {
        guard call.arguments.count == 1, let table = call[0].table else { return call.arguments }
        guard table.fields.isEmpty else { throw APIError("\(function) takes columns, not a table of options") }
        return table.items
    }

    // MARK: Registration

    static func register(_ api: APIBuilder) {
        api.environment.state.register(ColumnObject.self, name: className) { column in
            for name in ["alias", "as", "name"] {
                column.method(name) { column, call in
                    let values = call.arguments.count == 1 ? call[0].table?.items ?? call.arguments : call.arguments
                    let named = call[0].table?["alias"].text.map { [$0] }
                    let names = try named ?? values.map { value in
                        guard let text = value.text else { throw APIError("Column:\(name) takes a name, not \(value.kindDescription)", .wrongArgument) }
                        return text
                    }
                    guard let first = names.first else { throw APIError("Column:\(name) needs a name", .missingArgument) }
                    if names.count == 1 { return [.object(ColumnObject(column.content, alias: first, order: column.order))] }
                    return [.object(ColumnObject(column.content, order: column.order, names: names))]
                }
            }
            registerOperators(column)
            for (name, descending, nullsFirst) in orders {
                column.method(Signature(name, [])) { column, _ in [.object(column.ordered(descending, nullsFirst))] }
            }
            for (name, comparison) in comparisons {
                column.method(Signature(name, [.required("other", .any)])) { column, arguments in
                    let place = "Column:\(name)"
                    return [
                        .object(
                            ColumnObject(.comparison(try column.expression(in: place), comparison, try operand(arguments["other"] ?? .null, place))))
                    ]
                }
            }
            column.method(Signature("eqNullSafe", [.optional("other", .any)])) { column, arguments in
                let place = "Column:eqNullSafe"
                return [.object(ColumnObject(.identity(try column.expression(in: place), try operand(arguments["other"] ?? .null, place))))]
            }
            column.method(Signature("isNull", [])) { column, _ in [.object(ColumnObject(.isNull(try column.expression(in: "Column:isNull"))))] }
            column.method(Signature("isNotNull", [])) { column, _ in
                [.object(ColumnObject(.isNotNull(try column.expression(in: "Column:isNotNull"))))]
            }
            column.method(Signature("between", [.required("lowerBound", .any), .required("upperBound", .any)])) { column, arguments in
                let place = "Column:between"
                let (low, high) = (try operand(arguments["lowerBound"] ?? .null, place), try operand(arguments["upperBound"] ?? .null, place))
                return [.object(ColumnObject(.between(try column.expression(in: place), low, high)))]
            }
            column.method(Signature("over", [.optional("window", .any)])) { column, arguments in
                guard let window = arguments.object("window", as: WindowSpec.self) else {
                    let given = arguments["window"]?.kindDescription ?? "nothing"
                    throw APIError("Column:over takes a window, such as Window.partitionBy(\"shop\"):orderBy(\"day\"), not \(given)", .wrongArgument)
                }
                return [.object(try column.over(window))]
            }
            column.method("isin") { column, call in
                let values = call.arguments.count == 1 ? call[0].table?.items ?? call.arguments : call.arguments
                return [.object(ColumnObject(.membership(try column.expression(in: "Column:isin"), try values.map { try operand($0, "Column:isin") })))]
            }
            column.method(Signature("like", [.required("other", .string)])) { column, arguments in
                let pattern = arguments.string("other", default: "")
                return [.object(ColumnObject(.like(try column.expression(in: "Column:like"), pattern: pattern, escape: UInt8(ascii: "\\"))))]
            }
            for (name, operation) in operators {
                column.metamethod(name) { call in
                    let (left, right) = try operands(call)
                    return [.object(ColumnObject(.arithmetic(left, operation, right)))]
                }
            }
            column.metamethod("__band") { call in
                let (left, right) = try conditions(call, "&")
                return [.object(ColumnObject(.and(left, right)))]
            }
            column.metamethod("__bor") { call in
                let (left, right) = try conditions(call, "|")
                return [.object(ColumnObject(.or(left, right)))]
            }
            column.metamethod("__bnot") { call in [.object(ColumnObject(.not(try operand(call.operand, "~"))))] }
            column.metamethod("__unm") { call in [.object(ColumnObject(.negation(try operand(call.operand, "-"))))] }
            column.metamethod("__tostring") { call in
                guard let column = call.operand.object(as: ColumnObject.self) else { return [.string(className)] }
                return [.string("Column<'\(column.name)'>")]
            }
            registerFunctions(column)
            column.property { _, name in
                if let instead = absent[name] { throw APIError("a Column here has no '\(name)': \(instead)", .notSupported) }
                let known = known + functionMethods
                throw APIError(
                    "a Column has no method '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod,
                    advice: Elsewhere.ofColumn(name, known: known))
            }
        }
    }

    private static let comparisons: [(String, Comparison)] = [
        ("eq", .equal), ("ne", .notEqual), ("lt", .less), ("le", .lessOrEqual), ("gt", .greater), ("ge", .greaterOrEqual),
    ]
    private static let operators: [(String, Arithmetic)] = [
        ("__add", .add), ("__sub", .subtract), ("__mul", .multiply), ("__div", .divide), ("__mod", .remainder),
    ]
    static let orders: [(name: String, descending: Bool, nullsFirst: Bool)] = [
        ("asc", false, true), ("asc_nulls_first", false, true), ("asc_nulls_last", false, false), ("desc", true, false),
        ("desc_nulls_first", true, true), ("desc_nulls_last", true, false),
    ]
    private static let known = [
        "alias", "asc", "asc_nulls_first", "asc_nulls_last", "between", "cast", "desc", "desc_nulls_first", "desc_nulls_last", "eq", "eqNullSafe", "ge", "gt",
        "isNotNull", "isNull", "isin", "le", "like", "lt", "ne", "over",
    ]

    func ordered(_ descending: Bool, _ nullsFirst: Bool) -> ColumnObject {
        ColumnObject(content, alias: alias, order: Order(descending: descending, nullsFirst: nullsFirst))
    }

    static func conditions(_ call: LuaCall, _ sign: String) throws -> (Expression, Expression) {
        let values = call.operands
        return (try condition(values.0, sign), try condition(values.1, sign))
    }

    static func operands(_ call: LuaCall) throws -> (Expression, Expression) {
        let values = call.operands
        return (try operand(values.0, "an operator on a Column"), try operand(values.1, "an operator on a Column"))
    }
}

extension LuaCall {
    /// The operand of a metamethod, whether or not it came as the receiver.
    var operand: LuaValue { receiver.map { .object($0) } ?? self[0] }
    var operands: (LuaValue, LuaValue) { receiver.map { (.object($0), self[0]) } ?? (self[0], self[1]) }
}
