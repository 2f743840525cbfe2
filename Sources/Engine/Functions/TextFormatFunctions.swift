internal import Columnar

/// Numbers as text by a format, and back.
enum TextFormatFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition(
            "format_number", .text, "col d=", takes: [.number, .other("a number of places or a pattern") { $0.isNumeric || $0 == .string }], gives: .string,
            summary: "The number with commas and so many places."
        ) { call throws(PlanError) in
            let number = call[0].type.isNumeric ? call[0] : call[0].cast(to: .double)
            if call.types[1] == .string {
                var known: (text: [UInt8], pattern: DecimalPattern)?
                var failure: PlanError?
                let texts = Operand.texts([number, call[1]]) { arguments, row, out in
                    let text = arguments.view(1, row).withBytes { Array($0) }
                    if known?.text != text {
                        // An empty pattern is that of no places.
                        guard let pattern = text.isEmpty ? DecimalPattern(places: 0) : DecimalPattern(text) else {
                            failure = call.wrong(1, expected: "a number of places or a pattern such as '#,##0.00'")
                            return false
                        }
                        known = (text, pattern)
                    }
                    known?.pattern.append(arguments.column(0), row: arguments.row(0, row), to: &out)
                    return failure == nil
                }
                if let failure { throw failure }
                return texts
            }
            return .texts([number, call.cast(1, to: .int)]) { arguments, row, out in
                let places = arguments.int(1, row)
                guard places >= 0, places <= 10_000 else { return false }
                DecimalPattern(places: places).append(arguments.column(0), row: arguments.row(0, row), to: &out)
                return true
            }
        },
        formatString("format_string", "format= [cols...]"), formatString("printf", "format [cols...]"),
        FunctionDefinition(
            "to_char", .text, "col format", aliases: ["to_varchar"], takes: [.any, .text], gives: .custom(checked(.string)), summary: "The number, date or bytes in a format."
        ) { call throws(PlanError) in
            switch call.types[0] {
            case .date, .timestamp: return try call.evaluate(.dateFormat)
            case .binary:
                let format = String(decoding: call.text(1) ?? [], as: UTF8.self).lowercased()
                return .texts([call[0]]) { arguments, row, out in
                    arguments.view(0, row).withBytes { bytes in
                        switch format {
                        case "hex": RowEncodings.hex(bytes, &out)
                        case "base64": RowEncodings.base64(bytes, &out)
                        default: out.append(bytes: bytes)
                        }
                    }
                    return true
                }
            default:
                let pattern = try pattern(call)
                let type = NumberFunctions.asDecimal(call.types[0])
                guard case .decimal(_, let scale) = type else { return .literal(.null, .string) }
                return .texts([call.cast(0, to: type)]) { arguments, row, out in
                    pattern.append(arguments.value(0, row, as: Int128.self), scale: scale, to: &out)
                    return true
                }
            }
        },
        FunctionDefinition("to_number", .text, "col format", takes: [.text], gives: .custom(numberType), raises: true, summary: "The number of text in a format.") { call throws(PlanError) in
            try number(call, fails: true)
        },
        FunctionDefinition("try_to_number", .text, "col format", takes: [.text], gives: .custom(numberType), summary: "The number of text in a format; null for other text.") {
            call throws(PlanError) in try number(call, fails: false)
        },
    ]

    private static func formatString(_ name: String, _ signature: String) -> FunctionDefinition {
        FunctionDefinition(
            name, .text, signature, takes: [.text, .any],
            gives: .custom { call throws(PlanError) in
                if let text = call.text(0) { try RowFormat.checked(text, call) }
                return .string
            }, nulls: .handled, summary: "The values in a format of printf."
        ) { call throws(PlanError) in
            var known: (text: [UInt8], format: RowFormat)?
            var failure: PlanError?
            let types = Array(call.types.dropFirst())
            let texts = Operand.texts([call[0].cast(to: .string)] + call.operands.dropFirst(), withNulls: true) { arguments, row, out in
                if failure != nil || arguments.isNull(0, row) { return false }
                let text = arguments.view(0, row).withBytes { Array($0) }
                if known?.text != text {
                    do throws(RowFormat.Failure) {
                        let format = try RowFormat(text)
                        try format.check(types)
                        known = (text, format)
                    } catch {
                        failure = .analysis("\(name)(): '\(String(decoding: text, as: UTF8.self))' cannot be used as a format: \(error.problem)")
                        return false
                    }
                }
                known?.format.append(arguments, from: 1, row, to: &out)
                return true
            }
            if let failure { throw failure }
            return texts
        }
    }

    private static func pattern(_ call: FunctionCall) throws(PlanError) -> NumberPattern {
        guard let text = call.text(1), let pattern = NumberPattern(text) else { throw call.wrong(1, expected: "a constant format such as '$99,999.00'") }
        return pattern
    }

    private static func checked(_ type: DataType) -> @Sendable (FunctionCall) throws(PlanError) -> DataType {
        { call throws(PlanError) in
            switch call.types[0] {
            case .date, .timestamp, .null: return type
            case .binary:
                guard let text = call.text(1), ["hex", "base64", "utf-8"].contains(String(decoding: text, as: UTF8.self).lowercased()) else {
                    throw call.wrong(1, expected: "the format 'hex', 'utf-8' or 'base64'")
                }
            default:
                if call.types[0].isNested { throw call.wrong(0, expected: "a number, a date or bytes", found: "of type \(call.types[0].hiveName)") }
                if call.value(1) != .null { _ = try pattern(call) }
            }
            return type
        }
    }

    private static func numberType(_ call: FunctionCall) throws(PlanError) -> DataType {
        if call.value(1) == .null { return .decimal(precision: 38, scale: 18) }
        let pattern = try pattern(call)
        return .decimal(precision: pattern.precision, scale: pattern.scale)
    }

    private static func number(_ call: FunctionCall, fails: Bool) throws(PlanError) -> Operand {
        let pattern = try pattern(call)
        var wrong: String?
        let numbers = Operand.decimals([call.cast(0, to: .string)], precision: pattern.precision, scale: pattern.scale) { arguments, row in
            let view = arguments.view(0, row)
            let value = view.withBytes { pattern.parse($0) }
            if value == nil, wrong == nil { wrong = view.string }
            return value
        }
        if fails, let wrong { throw .analysis("\(call.name)(): '\(wrong)' is not in the format \(call.arguments[1])") }
        return numbers
    }
}

extension RowFormat {
    fileprivate static func checked(_ text: [UInt8], _ call: FunctionCall) throws(PlanError) {
        do throws(Failure) { try RowFormat(text).check(Array(call.types.dropFirst())) } catch {
            throw .analysis("\(call.name)(): '\(String(decoding: text, as: UTF8.self))' cannot be used as a format: \(error.problem)")
        }
    }
}
