internal import Columnar

enum NumberFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("abs", .numbers, "col", takes: [.number], gives: numeric) { call in .abs(call[0]) },
        FunctionDefinition(
            "round", .numbers, "col [scale=!]", takes: [.number],
            gives: .custom { call throws(PlanError) in Operand.roundType(call.types[0], try digits(call)) }
        ) { call throws(PlanError) in .round(call[0], try digits(call)) },
        FunctionDefinition("floor", .numbers, "col", takes: [.number], gives: .custom { call in Operand.floorType(call.types[0]) }) { call in .floor(call[0]) },
        FunctionDefinition("ceil", .numbers, "col", aliases: ["ceiling"], takes: [.number], gives: .custom { call in Operand.floorType(call.types[0]) }) { call in
            .ceil(call[0])
        },
        FunctionDefinition("isnan", .numbers, "col", takes: [.number], gives: .boolean, nulls: .handled) { call in .isNaN(call[0]) },
        FunctionDefinition("sqrt", .numbers, "col", takes: [.number], gives: .double) { call in .sqrt(call[0]) },
        FunctionDefinition("pow", .numbers, "col1 col2=", aliases: ["power"], takes: [.number], gives: .double) { call in .power(call[0], call[1]) },
        FunctionDefinition("exp", .numbers, "col", takes: [.number], gives: .double) { call in .exp(call[0]) },
        FunctionDefinition("ln", .numbers, "col", aliases: ["log"], takes: [.number], gives: .double) { call in .ln(call[0]) },
    ]

    /// The argument's type where it is a number, double else.
    static let numeric = TypeRule.custom { call in call.types[0].isNumeric ? call.types[0] : .double }

    /// The number of digits that `round` keeps.
    static func digits(_ call: FunctionCall) throws(PlanError) -> Int {
        guard call.argumentCount > 1 else { return 0 }
        guard case .integer(let digits)? = call.value(1) else { throw call.wrong(1, expected: "a whole number of digits") }
        return Int(max(-1000, min(1000, digits)))
    }
}
