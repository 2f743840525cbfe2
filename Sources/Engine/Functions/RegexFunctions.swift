internal import Columnar

/// Functions of text and a regular expression in Java's dialect. A constant expression is checked before a row is read.
enum RegexFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition(
            "rlike", .regularExpressions, "str regexp", aliases: ["regexp", "regexp_like"], takes: [.text], gives: .custom(checked(.boolean)),
            summary: "Whether the pattern stands anywhere in the text."
        ) { call throws(PlanError) in
            let operands = call.cast(.string)
            return try call.kernel { () throws(ColumnarError) in try .regexMatches(operands[0], operands[1]) }
        },
        FunctionDefinition(
            "regexp_replace", .regularExpressions, "string pattern= replacement= [pos=]", takes: [.text, .text, .text, .integer], gives: .custom(checked(.string)),
            summary: "The text with every match replaced; $1 is a group's text."
        ) { call throws(PlanError) in
            let operands = call.cast(.string, .string, .string, .int)
            return try call.kernel { () throws(ColumnarError) in
                try .regexReplace(operands[0], operands[1], operands[2], position: operands.count > 3 ? operands[3] : nil)
            }
        },
        FunctionDefinition(
            "regexp_extract", .regularExpressions, "str pattern= [idx=]", takes: [.text, .text, .integer], gives: .custom(checked(.string)),
            summary: "The text of a group of the first match; empty for none."
        ) { call throws(PlanError) in
            let group = call.cast(2, to: .int, else: .integer(1))
            return try call.kernel { () throws(ColumnarError) in try .regexExtract(call.cast(0, to: .string), call.cast(1, to: .string), group: group) }
        },
        FunctionDefinition(
            "regexp_extract_all", .regularExpressions, "str regexp [idx=]", takes: [.text, .text, .integer], gives: .custom(checked(.array(.string))),
            summary: "The texts of a group of all matches."
        ) { call throws(PlanError) in
            let group = call.cast(2, to: .int, else: .integer(1))
            return try call.kernel { () throws(ColumnarError) in try .regexExtractAll(call.cast(0, to: .string), call.cast(1, to: .string), group: group) }
        },
        FunctionDefinition(
            "regexp_substr", .regularExpressions, "str regexp", takes: [.text], gives: .custom(checked(.string)), summary: "The first match; null for none."
        ) { call throws(PlanError) in
            try call.kernel { () throws(ColumnarError) in try .regexSubstring(call.cast(0, to: .string), call.cast(1, to: .string)) }
        },
        FunctionDefinition("regexp_count", .regularExpressions, "str regexp", takes: [.text], gives: .custom(checked(.int)), summary: "The number of matches.") {
            call throws(PlanError) in
            try call.kernel { () throws(ColumnarError) in try .regexCount(call.cast(0, to: .string), call.cast(1, to: .string)) }
        },
        FunctionDefinition(
            "regexp_instr", .regularExpressions, "str regexp [idx=]", takes: [.text, .text, .integer], gives: .custom(checked(.int)),
            summary: "The position of the first match, from 1; 0 for none."
        ) { call throws(PlanError) in
            try call.kernel { () throws(ColumnarError) in try .regexPosition(call.cast(0, to: .string), call.cast(1, to: .string)) }
        },
        FunctionDefinition(
            "split", .regularExpressions, "str pattern= [limit=]", takes: [.text, .text, .integer], gives: .custom(checked(.array(.string))),
            summary: "The texts between matches, as an array."
        ) { call throws(PlanError) in
            let limit = call.cast(2, to: .int, else: .integer(-1))
            return try call.kernel { () throws(ColumnarError) in try .regexSplit(call.cast(0, to: .string), call.cast(1, to: .string), limit: limit) }
        },
    ]

    private static func checked(_ type: DataType) -> @Sendable (FunctionCall) throws(PlanError) -> DataType {
        { call throws(PlanError) in
            if let pattern = call.text(1) { _ = try call.kernel { () throws(ColumnarError) in try Regex.compiled(pattern) } }
            return type
        }
    }
}
