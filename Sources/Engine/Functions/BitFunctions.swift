internal import Columnar

/// Functions of the bits of whole numbers.
enum BitFunctions {
    static let definitions: [FunctionDefinition] = [
        both("&", aliases: [], "The bits that are set in both.") { $0 & $1 }, both("|", aliases: [], "The bits that are set in one or both.") { $0 | $1 },
        both("^", aliases: [], "The bits that are set in one of both.") { $0 ^ $1 },
        FunctionDefinition(
            "~", .bits, "col", aliases: ["bitwise_not", "bitwisenot"], takes: [integer], gives: .custom { call in call.types[0].isInteger ? call.types[0] : .int },
            summary: "All bits turned round."
        ) { call in Operand.longs(call.cast(.long)) { arguments, row in ~arguments.long(0, row) }.cast(to: call.type) },
        shift("shiftleft", aliases: ["<<"], "The bits shifted to the left.", { $0 << $1 }, { $0 << $1 }),
        shift("shiftright", aliases: [">>"], "The bits shifted to the right, with the sign kept.", { $0 >> $1 }, { $0 >> $1 }),
        shift(
            "shiftrightunsigned", aliases: [">>>"], "The bits shifted to the right.", { Int32(bitPattern: UInt32(bitPattern: $0) >> UInt32($1)) },
            { Int64(bitPattern: UInt64(bitPattern: $0) >> UInt64($1)) }),
        FunctionDefinition(
            "bit_count", .bits, "col", takes: [.other("a whole number or a boolean") { $0.isInteger || $0 == .boolean }], gives: .int, summary: "The number of bits that are set."
        ) { call in .ints(call.cast(.long)) { arguments, row in Int32(arguments.long(0, row).nonzeroBitCount) } },
        FunctionDefinition("bit_get", .bits, "col pos", aliases: ["getbit"], takes: [integer], gives: .fixed(.byte), raises: true, summary: "The bit of a number, from 0 on the right.") {
            call throws(PlanError) in
            let width = call.types[0].isInteger ? call.types[0].integerWidth : 64
            var wrong: Int?
            let bits = Operand.ints(call.cast(.long, .int)) { arguments, row in
                let position = arguments.int(1, row)
                guard position >= 0, position < width else {
                    wrong = position
                    return nil
                }
                return Int32(truncatingIfNeeded: arguments.long(0, row) >> Int64(position) & 1)
            }
            if let wrong { throw .analysis("\(call.name)(): a number of \(width) bits has no bit \(wrong)") }
            return bits.cast(to: .byte)
        },
    ]

    private static let integer = ArgumentKind.other("a whole number") { $0.isInteger || $0 == .string }

    private static func both(_ name: String, aliases: [String], _ summary: String, _ body: @escaping @Sendable (Int64, Int64) -> Int64) -> FunctionDefinition {
        FunctionDefinition(
            name, .bits, "left right", aliases: aliases, takes: [integer],
            gives: .custom { call throws(PlanError) in
                let types = call.types.map { $0 == .null ? .null : $0.isInteger ? $0 : .long }
                guard let type = types[0].valueType(with: types[1]) else { throw call.incompatible() }
                return type == .null ? .int : type
            }, summary: summary
        ) { call in Operand.longs(call.cast(.long)) { arguments, row in body(arguments.long(0, row), arguments.long(1, row)) }.cast(to: call.type) }
    }

    /// A shift by the lower bits of a number, as Java has it.
    private static func shift(
        _ name: String, aliases: [String], _ summary: String, _ int: @escaping @Sendable (Int32, Int32) -> Int32, _ long: @escaping @Sendable (Int64, Int64) -> Int64
    ) -> FunctionDefinition {
        FunctionDefinition(name, .bits, "col numBits=", aliases: aliases, takes: [integer], gives: .custom { call in call.types[0] == .long ? .long : .int }, summary: summary) {
            call in
            if call.type == .long { return .longs(call.cast(.long, .int)) { arguments, row in long(arguments.long(0, row), Int64(arguments.int(1, row) & 63)) } }
            return .ints(call.cast(.int, .int)) { arguments, row in int(arguments.value(0, row, as: Int32.self), Int32(arguments.int(1, row) & 31)) }
        }
    }
}
