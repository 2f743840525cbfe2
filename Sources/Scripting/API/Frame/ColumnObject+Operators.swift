internal import Columnar
internal import Engine

/// What a Column has beyond comparisons and functions: casts, Lua's further operators, and the names that PySpark has and this has not.
extension ColumnObject {
    static let operatorMethods = ["astype", "cast", "transform", "try_cast"]

    /// PySpark's methods that are not there, and what to do instead.
    static let absent: [String: String] = [
        "withField": "make the struct anew: F.struct(F.col(\"s.a\"), F.lit(1):alias(\"b\"))",
        "dropFields": "make the struct anew from the fields that stay: F.struct(\"s.a\", \"s.b\")",
        "outer": "write the query in SQL: spark.sql(\"... WHERE EXISTS (...)\")",
        "isNotNan": "use ~column:isNaN()",
        "has": "use column:getField(name)",
    ]

    static func registerOperators(_ column: LuaClass<ColumnObject>) {
        for name in ["cast", "astype", "try_cast"] {
            column.method(Signature(name, [.required("dataType", .any)])) { column, arguments in
                let place = "Column:\(name)"
                let type = try SchemaText.type(of: arguments["dataType"] ?? .nil, place)
                let expression = try column.expression(in: place)
                if name == "try_cast" { return [.object(ColumnObject(try Expression(sql: "try_cast(_0 as \(type.hiveName))", [expression])))] }
                return [.object(ColumnObject(.cast(expression, type)))]
            }
        }
        column.method(Signature("transform", [.required("f", .function)])) { column, arguments in
            let made = try arguments.function("f").call([.object(column)]).first ?? .nil
            guard made.object(as: ColumnObject.self) != nil else { throw APIError("Column:transform: the function must return a Column; it returned \(made.kindDescription)") }
            return [made]
        }
        // `a // b` is SQL's `div`, the whole part of a quotient; `a ^ b` its `pow`.
        for (name, text) in [("__idiv", "_0 div _1"), ("__pow", "pow(_0, _1)"), ("__shl", "shiftleft(_0, _1)"), ("__shr", "shiftright(_0, _1)")] {
            column.metamethod(name) { call in
                let (left, right) = try operands(call)
                return [.object(ColumnObject(try Expression(sql: text, [left, right])))]
            }
        }
        // A Column has no truth and no order of its own: `a < b` and `a == b` would be Lua's.
        for name in ["__lt", "__le"] {
            column.metamethod(name) { _ in throw APIError("Columns are compared by methods: a:lt(b), a:le(b), a:gt(b), a:ge(b)", .comparisonOfWrongValues, advice: "write a:gt(b) for a > b, and join conditions with (a) & (b)") }
        }
    }
}
