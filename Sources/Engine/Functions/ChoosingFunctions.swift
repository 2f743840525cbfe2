internal import Columnar

/// Functions that pick among their arguments, and that look at what they are.
enum ChoosingFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("coalesce", .choosing, "cols...", gives: .common, nulls: .handled, summary: "The first value that is not null.") { call in
            .coalesce(call.operands.map { $0.cast(to: call.type) })
        },
        FunctionDefinition("nvl", .choosing, "col1 col2", aliases: ["ifnull"], summary: "The first value, or the second where it is null.") { arguments in
            .call(.coalesce, arguments)
        },
        FunctionDefinition("zeroifnull", .choosing, "col", summary: "The number, or 0 where it is null.") { arguments in .call(.coalesce, [arguments[0], .literal(0 as Int64)]) },
        FunctionDefinition("greatest", .choosing, "col1 cols...", takes: [ordered], gives: .common, nulls: .handled, summary: "The greatest value that is not null.") { call in
            .extreme(call.operands.map { $0.cast(to: call.type) }, greatest: true)
        },
        FunctionDefinition("least", .choosing, "col1 cols...", takes: [ordered], gives: .common, nulls: .handled, summary: "The least value that is not null.") { call in
            .extreme(call.operands.map { $0.cast(to: call.type) }, greatest: false)
        },
        FunctionDefinition("if", .choosing, "condition value otherwise", aliases: ["iff"], summary: "The second value where the first is true, else the third.") { arguments in
            .conditional([.init(arguments[0], arguments[1])], otherwise: arguments[2])
        },
        FunctionDefinition("isnull", .choosing, "col", summary: "Whether the value is null.") { arguments in .isNull(arguments[0]) },
        FunctionDefinition("isnotnull", .choosing, "col", summary: "Whether the value is not null.") { arguments in .isNotNull(arguments[0]) },
        FunctionDefinition("not", .choosing, "col", aliases: ["!"], summary: "Whether the value is false.") { arguments in .not(arguments[0]) },
        FunctionDefinition("equal_null", .choosing, "col1 col2", summary: "Whether the values are equal, or both null.") { arguments in .identity(arguments[0], arguments[1]) },
        FunctionDefinition("nullif", .choosing, "col1 col2", summary: "The first value; null where it equals the second.") { arguments in
            .conditional([.init(.comparison(arguments[0], .equal, arguments[1]), .null)], otherwise: arguments[0])
        },
        FunctionDefinition("nullifzero", .choosing, "col", summary: "The number; null where it is 0.") { arguments in
            .conditional([.init(.comparison(arguments[0], .equal, .literal(0 as Int64)), .null)], otherwise: arguments[0])
        },
        FunctionDefinition("nvl2", .choosing, "col1 col2 col3", summary: "The second value where the first is not null, else the third.") { arguments in
            .conditional([.init(.isNotNull(arguments[0]), arguments[1])], otherwise: arguments[2])
        },
        FunctionDefinition("typeof", .choosing, "col", gives: .string, nulls: .handled, summary: "The name of the value's type.") { call in
            .literal(.string(call.types[0] == .null ? "void" : call.types[0].hiveName), .string)
        },
        FunctionDefinition(
            "assert_true", .choosing, "col [errMsg=]", takes: [.boolean, .text], gives: .fixed(.null), nulls: .handled, isDeterministic: false, raises: true,
            summary: "Null; an error where the value is not true."
        ) { call throws(PlanError) in
            let isTrue = call[0].cast(to: .boolean).column(count: call.count).trueRows
            guard isTrue.setCount < call.count, let row = (0..<call.count).first(where: { !isTrue[$0] }) else { return .literal(.null, .null) }
            if call.argumentCount > 1, let text = text(call[1], row, call.count) { throw .raised(text) }
            throw .raised("'\(call.arguments[0])' is not true!")
        },
        FunctionDefinition("raise_error", .choosing, "errMsg=", takes: [.text], gives: .fixed(.null), nulls: .handled, isDeterministic: false, raises: true, summary: "An error.") {
            call throws(PlanError) in
            if call.count == 0 { return .literal(.null, .null) }
            throw .raised(text(call[0], 0, call.count) ?? "null")
        },
    ]

    private static func text(_ operand: Operand, _ row: Int, _ count: Int) -> String? {
        guard case .string(let bytes) = operand.cast(to: .string).column(count: count).value(at: row) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let ordered = ArgumentKind.other("values that have an order") { if case .map = $0 { false } else { true } }
}
