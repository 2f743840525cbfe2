internal import Columnar
internal import Engine

/// Methods of a Column that are functions of it.
extension ColumnObject {
    static let functionMethods = [
        "bitwiseAND", "bitwiseOR", "bitwiseXOR", "contains", "endswith", "getField", "getItem", "ilike", "isNaN", "otherwise", "rlike", "startswith", "substr", "when",
    ]

    static func registerFunctions(_ column: LuaClass<ColumnObject>) {
        func call(_ name: String, _ arguments: [Expression]) throws -> [LuaValue] {
            guard let function = Function(named: name) else { throw APIError("\(Function.unknown(name))", .unknownFunction) }
            return [.object(ColumnObject(try function(arguments)))]
        }
        // Functions of the column and one other operand, by the names of both.
        let binary = [
            ("startswith", "startswith"), ("endswith", "endswith"), ("contains", "contains"), ("rlike", "rlike"), ("ilike", "ilike"), ("bitwiseAND", "&"),
            ("bitwiseOR", "|"), ("bitwiseXOR", "^"), ("getItem", "get_item"),
        ]
        for (method, function) in binary {
            column.method(Signature(method, [.required(method == "getItem" ? "key" : "other", .any)])) { column, arguments in
                let place = "Column:\(method)"
                return try call(function, [try column.expression(in: place), try operand(arguments[method == "getItem" ? "key" : "other"] ?? .nil, place)])
            }
        }
        column.method(Signature("getField", [.required("name", .string)])) { column, arguments in
            try call("get_field", [try column.expression(in: "Column:getField"), .literal(arguments.string("name", default: ""))])
        }
        column.method(Signature("substr", [.required("startPos", .any), .required("length", .any)])) { column, arguments in
            let place = "Column:substr"
            return try call(
                "substring",
                [try column.expression(in: place), try operand(arguments["startPos"] ?? .nil, place), try operand(arguments["length"] ?? .nil, place)])
        }
        column.method(Signature("isNaN", [])) { column, _ in try call("isnan", [try column.expression(in: "Column:isNaN")]) }
        column.method(Signature("when", [.required("condition", .any), .required("value", .any)])) { column, arguments in
            let place = "Column:when"
            guard case .conditional(let branches, nil) = try column.expression(in: place) else { throw APIError("\(place) follows F.when(...) or another when") }
            let branch = Expression.Branch(try condition(arguments["condition"] ?? .nil, place), try operand(arguments["value"] ?? .nil, place))
            return [.object(ColumnObject(.conditional(branches + [branch], otherwise: nil)))]
        }
        column.method(Signature("otherwise", [.required("value", .any)])) { column, arguments in
            let place = "Column:otherwise"
            guard case .conditional(let branches, nil) = try column.expression(in: place) else { throw APIError("\(place) follows F.when(...)") }
            return [.object(ColumnObject(.conditional(branches, otherwise: try operand(arguments["value"] ?? .null, place))))]
        }
        // `a .. b`: SQL's `||`. A sandbox has no such operator.
        column.metamethod("__concat") { call in
            let (left, right) = try operands(call)
            return [.object(ColumnObject(.call(.concat, [left, right])))]
        }
    }
}
