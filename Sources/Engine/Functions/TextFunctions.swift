internal import Columnar

enum TextFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("lower", .text, "str", aliases: ["lcase"], takes: [.text], gives: .string) { call in .lower(call[0]) },
        FunctionDefinition("upper", .text, "str", aliases: ["ucase"], takes: [.text], gives: .string) { call in .upper(call[0]) },
        FunctionDefinition("length", .text, "str", aliases: ["len", "char_length", "character_length"], takes: [.text], gives: .int) { call in .length(call[0]) },
        FunctionDefinition("substring", .text, "str pos= [len=]", aliases: ["substr"], takes: [.text, .number], gives: .string) { call in
            .substring(call[0], call[1], call[optional: 2])
        },
        FunctionDefinition("trim", .text, "str", takes: [.text], gives: .string) { call in .trim(call[0]) },
        FunctionDefinition("ltrim", .text, "str", takes: [.text], gives: .string) { call in .trim(call[0], .leading) },
        FunctionDefinition("rtrim", .text, "str", takes: [.text], gives: .string) { call in .trim(call[0], .trailing) },
        FunctionDefinition("concat", .text, "cols...", takes: [.text], gives: .string) { call in .concat(call.operands) },
        FunctionDefinition("concat_ws", .text, "sep=! [cols...]", takes: [.text], gives: .string, nulls: .handled) { call in
            guard let separator = call.text(0) else { return .literal(.null, .string) }
            if call.argumentCount == 1 { return .literal(.string(""), .string) }
            return .concat(Array(call.operands.dropFirst()), separator: separator)
        },
        FunctionDefinition("replace", .text, "src search! [replace!]", takes: [.text], gives: .string) { call in
            .replace(call[0], call.text(1) ?? [], with: call.text(2) ?? [])
        },
        FunctionDefinition("reverse", .text, "str", takes: [.text], gives: .string) { call in .reverse(call[0]) },
        FunctionDefinition("lpad", .text, "str len=! [pad=!]", takes: [.text, .number, .text], gives: .string) { call in pad(call, left: true) },
        FunctionDefinition("rpad", .text, "str len=! [pad=!]", takes: [.text, .number, .text], gives: .string) { call in pad(call, left: false) },
        FunctionDefinition("instr", .text, "str substr=!", takes: [.text], gives: .int) { call in .position(of: call.text(1) ?? [], in: call[0]) },
        FunctionDefinition("startswith", .text, "str prefix!", takes: [.text], gives: .boolean) { call in
            LikePattern(escaping: call.text(1) ?? [], after: "", before: "%").matches(call[0])
        },
        FunctionDefinition("endswith", .text, "str suffix!", takes: [.text], gives: .boolean) { call in
            LikePattern(escaping: call.text(1) ?? [], after: "%", before: "").matches(call[0])
        },
        FunctionDefinition("contains", .text, "left right!", takes: [.text], gives: .boolean) { call in
            LikePattern(escaping: call.text(1) ?? [], after: "%", before: "%").matches(call[0])
        },
    ]

    private static func pad(_ call: FunctionCall, left: Bool) -> Operand {
        guard case .integer(let n)? = call[1].cast(to: .int).storage.values.first else { return .literal(.null, .string) }
        // No text in a column may pass 2^31 bytes.
        return .pad(call[0], Int(min(n, 1 << 28)), call.argumentCount > 2 ? call.text(2) ?? [] : [UInt8(ascii: " ")], left: left)
    }
}
