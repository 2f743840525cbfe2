internal import Columnar

enum ChoosingFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("coalesce", .choosing, "cols...", gives: .common, nulls: .handled) { call in .coalesce(call.operands.map { $0.cast(to: call.type) }) },
        FunctionDefinition("nvl", .choosing, "col1 col2", aliases: ["ifnull"]) { arguments in .call(.coalesce, arguments) },
        FunctionDefinition("greatest", .choosing, "col1 cols...", gives: .common, nulls: .handled) { call in
            .extreme(call.operands.map { $0.cast(to: call.type) }, greatest: true)
        },
        FunctionDefinition("least", .choosing, "col1 cols...", gives: .common, nulls: .handled) { call in
            .extreme(call.operands.map { $0.cast(to: call.type) }, greatest: false)
        },
        FunctionDefinition("if", .choosing, "condition value otherwise", aliases: ["iff"]) { arguments in
            .conditional([.init(arguments[0], arguments[1])], otherwise: arguments[2])
        },
        FunctionDefinition("isnull", .choosing, "col") { arguments in .isNull(arguments[0]) },
        FunctionDefinition("isnotnull", .choosing, "col") { arguments in .isNotNull(arguments[0]) },
        FunctionDefinition("nullif", .choosing, "col1 col2") { arguments in
            .conditional([.init(.comparison(arguments[0], .equal, arguments[1]), .null)], otherwise: arguments[0])
        },
        FunctionDefinition("nvl2", .choosing, "col1 col2 col3") { arguments in .conditional([.init(.isNotNull(arguments[0]), arguments[1])], otherwise: arguments[2]) },
    ]
}
