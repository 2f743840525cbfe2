internal import Columnar

/// Text as bytes, bytes as text.
enum TextEncodingFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("hex", .text, "col", takes: [.text], gives: .string, summary: "A number's or the bytes' hexadecimal digits.") { call in
            let type = call.types[0]
            if type.isNumeric {
                return .texts(call.cast(.long)) { arguments, row, out in
                    RowEncodings.hex(arguments.long(0, row), &out)
                    return true
                }
            }
            return rows(call, type == .binary ? .binary : .string, .string) {
                RowEncodings.hex($0, &$1)
                return true
            }
        },
        FunctionDefinition("unhex", .text, "col", takes: [.text], gives: .binary, summary: "The bytes of hexadecimal digits.") { call in
            rows(call, .string, .binary) { RowEncodings.unhex($0, &$1) }
        },
        FunctionDefinition("base64", .text, "col", takes: [.text], gives: .string, summary: "The bytes in base 64.") { call in
            rows(call, .binary, .string) {
                RowEncodings.base64($0, &$1)
                return true
            }
        },
        FunctionDefinition("unbase64", .text, "col", takes: [.text], gives: .binary, raises: true, summary: "The bytes of text in base 64.") { call throws(PlanError) in
            try rowsOrError(call, .string, .binary, { "'\($0)' is no text in base 64" }) { RowEncodings.unbase64($0, &$1) }
        },
        FunctionDefinition("url_encode", .text, "str", takes: [.text], gives: .string, summary: "The text as part of a URL.") { call in
            rows(call, .string, .string) {
                RowEncodings.encodeURL($0, &$1)
                return true
            }
        },
        FunctionDefinition("url_decode", .text, "str", takes: [.text], gives: .string, raises: true, summary: "The text of part of a URL.") { call throws(PlanError) in
            try rowsOrError(call, .string, .string, { "'\($0)' is no part of a URL" }) { RowEncodings.decodeURL($0, &$1) }
        },
        FunctionDefinition("try_url_decode", .text, "str", takes: [.text], gives: .string, summary: "The text of part of a URL; null where it is none.") { call in
            rows(call, .string, .string) { RowEncodings.decodeURL($0, &$1) }
        },
        FunctionDefinition("parse_url", .text, "url partToExtract [key]", takes: [.text], gives: .string, summary: "A part of a URL: HOST, PATH, QUERY, ...") { call throws(PlanError) in
            try parseURL(call, fails: false)
        },
        FunctionDefinition("try_parse_url", .text, "url partToExtract [key]", takes: [.text], gives: .string, summary: "A part of a URL; null where it is none.") {
            call throws(PlanError) in try parseURL(call, fails: false)
        },
        FunctionDefinition("encode", .text, "col charset=", takes: [.text], gives: .custom(checkedSet(.binary)), raises: true, summary: "The text's bytes in a character set.") {
            call throws(PlanError) in try coding(call, .string, .binary) { $0.encode($1, &$2) }
        },
        FunctionDefinition(
            "decode", .text, "col charset= [more...]", takes: [.any], gives: .custom(decodeType), nulls: .handled,
            raises: true, summary: "The text of bytes in a character set; or the value for the first equal one of several."
        ) { call throws(PlanError) in
            if call.argumentCount == 2 {
                if call[0].isNullConstant || call[1].isNullConstant { return .literal(.null, .string) }
                return try coding(call, .binary, .string) { $0.decode($1, &$2) }
            }
            var result: Operand = call.argumentCount % 2 == 0 ? call[call.argumentCount - 1].cast(to: call.type) : .literal(.null, call.type)
            for i in stride(from: (call.argumentCount - 1) / 2 * 2 - 1, to: 0, by: -2) {
                let isEqual = Operand.isIdentical(call[0], call[i])
                result = .column(Operand.choose(isEqual.column(count: call.count).trueRows, call[i + 1].cast(to: call.type), result))
            }
            return result
        },
        FunctionDefinition("to_binary", .text, "col [format]", takes: [.text], gives: .binary, raises: true, summary: "The bytes of text: 'hex', 'utf-8' or 'base64'.") { call throws(PlanError) in
            try toBinary(call, fails: true)
        },
        FunctionDefinition("try_to_binary", .text, "col [format]", takes: [.text], gives: .binary, summary: "The bytes of text; null where it is not in the format.") {
            call throws(PlanError) in try toBinary(call, fails: false)
        },
        FunctionDefinition("is_valid_utf8", .text, "str", takes: [.text], gives: .boolean, summary: "Whether the bytes are UTF-8.") { call in
            .bools(call.cast(.string)) { arguments, row in arguments.view(0, row).withBytes(RowText.isUTF8) }
        },
        FunctionDefinition("make_valid_utf8", .text, "str", takes: [.text], gives: .string, summary: "The text with bytes that are no UTF-8 replaced.") { call in
            rows(call, .string, .string) {
                if RowText.isUTF8($0) { $1.append(bytes: $0) } else { $1.append(String(decoding: $0, as: UTF8.self)) }
                return true
            }
        },
        FunctionDefinition("validate_utf8", .text, "str", takes: [.text], gives: .string, raises: true, summary: "The text, which must be UTF-8.") { call throws(PlanError) in
            try rowsOrError(call, .string, .string, { _ in "the text is no UTF-8" }) {
                $1.append(bytes: $0)
                return RowText.isUTF8($0)
            }
        },
        FunctionDefinition("try_validate_utf8", .text, "str", takes: [.text], gives: .string, summary: "The text; null where it is no UTF-8.") { call in
            rows(call, .string, .string) {
                $1.append(bytes: $0)
                return RowText.isUTF8($0)
            }
        },
    ]

    private static func rows(_ call: FunctionCall, _ from: DataType, _ to: DataType, _ body: (UnsafeRawBufferPointer, inout TextBuffer) -> Bool) -> Operand {
        .texts([call.cast(0, to: from)], to) { arguments, row, out in
            let view = arguments.view(0, row)
            return view.withBytes { body($0, &out) }
        }
    }

    /// The same for functions that fail with the first row that has no answer.
    private static func rowsOrError(
        _ call: FunctionCall, _ from: DataType, _ to: DataType, _ problem: (String) -> String, _ body: (UnsafeRawBufferPointer, inout TextBuffer) -> Bool
    ) throws(PlanError) -> Operand {
        var failed: String?
        let result = rows(call, from, to) {
            if body($0, &$1) { return true }
            if failed == nil { failed = String(decoding: $0, as: UTF8.self) }
            return false
        }
        if let failed { throw .analysis("\(call.name)(): \(problem(failed))") }
        return result
    }

    private static func set(_ call: FunctionCall, _ name: String) throws(PlanError) -> CharacterSet {
        guard let set = CharacterSet(named: name) else {
            throw call.wrong(1, expected: "one of the character sets \(CharacterSet.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))")
        }
        return set
    }

    private static func checkedSet(_ type: DataType) -> @Sendable (FunctionCall) throws(PlanError) -> DataType {
        { call throws(PlanError) in
            if let name = call.text(1) { _ = try set(call, String(decoding: name, as: UTF8.self)) }
            return type
        }
    }

    private static func decodeType(_ call: FunctionCall) throws(PlanError) -> DataType {
        if call.argumentCount == 2 { return try checkedSet(.string)(call) }
        // What stands for none is null as a string.
        var type = call.argumentCount % 2 == 0 ? DataType.null : .string
        for i in 2..<call.argumentCount where i % 2 == 0 || i == call.argumentCount - 1 {
            guard let wider = type.valueType(with: call.types[i]) else { throw call.incompatible() }
            type = wider
        }
        return type
    }

    private static func coding(
        _ call: FunctionCall, _ from: DataType, _ to: DataType, _ body: (CharacterSet, UnsafeRawBufferPointer, inout TextBuffer) -> Bool
    ) throws(PlanError) -> Operand {
        var known: (name: [UInt8], set: CharacterSet)?
        var failure: PlanError?
        let result = Operand.texts([call.cast(0, to: from), call.cast(1, to: .string)], to) { arguments, row, out in
            if failure != nil { return false }
            let name = arguments.view(1, row).withBytes { Array($0) }
            if known?.name != name {
                do throws(PlanError) { known = (name, try set(call, String(decoding: name, as: UTF8.self))) } catch { failure = error }
            }
            guard let set = known?.set, failure == nil else { return false }
            let view = arguments.view(0, row)
            if view.withBytes({ body(set, $0, &out) }) { return true }
            failure = .analysis("\(call.name)(): '\(view.string)' has characters that are not in \(set.rawValue)")
            return false
        }
        if let failure { throw failure }
        return result
    }

    private static func toBinary(_ call: FunctionCall, fails: Bool) throws(PlanError) -> Operand {
        let format = String(decoding: call.argumentCount > 1 ? call.text(1) ?? [] : Array("hex".utf8), as: UTF8.self).lowercased()
        func run(_ body: (UnsafeRawBufferPointer, inout TextBuffer) -> Bool) throws(PlanError) -> Operand {
            fails ? try rowsOrError(call, .string, .binary, { "'\($0)' is not in the format '\(format)'" }, body) : rows(call, .string, .binary, body)
        }
        switch format {
        case "hex": return try run { RowEncodings.unhex($0, &$1) }
        case "base64": return try run { RowEncodings.isBase64($0) && RowEncodings.unbase64($0, &$1) }
        case "utf-8", "utf8":
            return try run {
                $1.append(bytes: $0)
                return true
            }
        default: throw call.wrong(1, expected: "the format 'hex', 'utf-8' or 'base64'")
        }
    }

    private static func parseURL(_ call: FunctionCall, fails: Bool) throws(PlanError) -> Operand {
        .texts(call.cast(.string)) { arguments, row, out in
            let part = arguments.view(1, row).string
            let key = arguments.operands.count > 2 ? arguments.view(2, row).withBytes { Array($0) } : nil
            return arguments.view(0, row).withBytes { bytes in
                guard let range = RowURL(bytes)?.part(part, key: key, in: bytes) else { return false }
                out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
                return true
            }
        }
    }
}
