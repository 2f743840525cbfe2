internal import Columnar
internal import Glibc

/// Arithmetic, rounding, and the functions of analysis.
enum NumberFunctions {
    static let definitions: [FunctionDefinition] = rounding + arithmetic + analysis + TryFunctions.definitions

    /// The argument's type where it is a number, double else.
    static let numeric = TypeRule.custom { call in call.types[0].isNumeric ? call.types[0] : .double }

    // MARK: Rounding

    private static let rounding: [FunctionDefinition] = [
        FunctionDefinition("abs", .numbers, "col", takes: [.number], gives: numeric, summary: "The number without its sign.") { call in .abs(call[0]) },
        FunctionDefinition(
            "round", .numbers, "col [scale=!]", takes: [.number, .integer],
            gives: .custom { call throws(PlanError) in Operand.roundType(call.types[0], try digits(call)) }, summary: "Rounded to so many digits, half away from zero."
        ) { call throws(PlanError) in .round(call[0], try digits(call)) },
        FunctionDefinition(
            "bround", .numbers, "col [scale=!]", takes: [.number, .integer],
            gives: .custom { call throws(PlanError) in Operand.roundType(call.types[0], try digits(call)) }, summary: "Rounded to so many digits, half to the even digit."
        ) { call throws(PlanError) in .round(call[0], try digits(call), halfEven: true) },
        FunctionDefinition("floor", .numbers, "col [scale=!]", takes: [.number, .integer], gives: .custom(wholeType), summary: "The next number below with so many digits.") {
            call throws(PlanError) in
            if call.argumentCount == 1 { return .floor(call[0]) }
            return .floor(call[0].cast(to: asDecimal(call.types[0])), try digits(call))
        },
        FunctionDefinition(
            "ceil", .numbers, "col [scale=!]", aliases: ["ceiling"], takes: [.number, .integer], gives: .custom(wholeType), summary: "The next number above with so many digits."
        ) { call throws(PlanError) in
            if call.argumentCount == 1 { return .ceil(call[0]) }
            return .ceil(call[0].cast(to: asDecimal(call.types[0])), try digits(call))
        },
        double("rint", "The nearest whole number, half to the even one.") { $0.rounded(.toNearestOrEven) },
    ]

    /// The number of digits that `round` keeps.
    static func digits(_ call: FunctionCall) throws(PlanError) -> Int {
        guard call.argumentCount > 1 else { return 0 }
        if call.value(1) == .null { return 0 }
        guard let digits = call.integer(1) else { throw call.wrong(1, expected: "a whole number of digits") }
        return max(-1000, min(1000, digits))
    }

    private static func wholeType(_ call: FunctionCall) throws(PlanError) -> DataType {
        call.argumentCount == 1 ? Operand.floorType(call.types[0]) : Operand.roundType(asDecimal(call.types[0]), try digits(call))
    }

    /// The decimal that stands for a number where only decimals do.
    static func asDecimal(_ type: DataType) -> DataType {
        switch type {
        case .decimal: type
        case .byte: .decimal(precision: 3, scale: 0)
        case .short: .decimal(precision: 5, scale: 0)
        case .int: .decimal(precision: 10, scale: 0)
        case .long: .decimal(precision: 20, scale: 0)
        case .float: .decimal(precision: 14, scale: 7)
        case .double: .decimal(precision: 30, scale: 15)
        default: .decimal(precision: 38, scale: 18)
        }
    }

    // MARK: Arithmetic

    private static let arithmetic: [FunctionDefinition] = [
        FunctionDefinition("negative", .numbers, "col", summary: "The number with the other sign.") { arguments in .negation(arguments[0]) },
        FunctionDefinition("positive", .numbers, "col", takes: [.number], gives: numeric, summary: "The number.") { call in call[0].cast(to: call.type) },
        FunctionDefinition("mod", .numbers, "dividend divisor", aliases: ["%"], summary: "The remainder, with the sign of the dividend.") { arguments in
            .arithmetic(arguments[0], .remainder, arguments[1])
        },
        FunctionDefinition(
            "pmod", .numbers, "dividend divisor", takes: [.number], gives: .custom { call throws(PlanError) in try arithmeticType(call, .remainder) },
            summary: "The remainder, which is not negative for a divisor that is not."
        ) { call in
            let rest = Operand.compute(call[0], .remainder, call[1])
            let type = call.type
            let other = Operand.compute(Operand.compute(rest, .add, call[1]).cast(to: type), .remainder, call[1]).cast(to: type)
            let isNegative = Operand.compare(rest, .less, .literal(.integer(0), .int))
            if rest.isConstant, isNegative.isConstant { return isNegative.storage.trueRows[0] ? other : rest }
            return .column(Operand.choose(isNegative.column(count: call.count).trueRows, other, rest))
        },
        FunctionDefinition("div", .numbers, "dividend divisor", takes: [.number], gives: .long, summary: "The quotient without what stands behind its point.") { call in
            if call.types.allSatisfy({ $0.isInteger }) {
                return .longs(call.cast(.long)) { arguments, row in
                    let (a, b) = (arguments.long(0, row), arguments.long(1, row))
                    return b == 0 ? nil : b == -1 ? 0 &- a : a / b
                }
            }
            let type = DataType.decimal(precision: 38, scale: 18)
            return .longs(call.cast(type)) { arguments, row in
                let (a, b) = (arguments.value(0, row, as: Int128.self), arguments.value(1, row, as: Int128.self))
                return b == 0 ? nil : Int64(truncatingIfNeeded: a / b)
            }
        },
        double("sign", aliases: ["signum"], "-1, 0 or 1.") { $0.isNaN || $0 == 0 ? $0 : $0 < 0 ? -1 : 1 },
        FunctionDefinition("isnan", .numbers, "col", takes: [.number], gives: .boolean, nulls: .handled, summary: "Whether the value is NaN.") { call in .isNaN(call[0]) },
        FunctionDefinition(
            "nanvl", .numbers, "col1 col2", takes: [.number],
            gives: .custom { call in call.types == [.float, .float] ? .float : .double }, nulls: .handled, summary: "The first value, or the second where the first is NaN."
        ) { call in
            let (a, b) = (call[0].cast(to: call.type), call[1].cast(to: call.type))
            let isNaN = Operand.isNaN(a)
            if isNaN.isConstant { return isNaN.storage.trueRows[0] ? b : a }
            return .column(Operand.choose(isNaN.column(count: call.count).trueRows, b, a))
        },
        FunctionDefinition("factorial", .numbers, "col", takes: [.integer], gives: .long, summary: "The product of the numbers up to it; null above 20.") { call in
            .longs(call.cast(.int)) { arguments, row in
                let n = arguments.int(0, row)
                return n < 0 || n > 20 ? nil : (0..<n).reduce(1) { $0 * Int64($1 + 1) }
            }
        },
        FunctionDefinition("bin", .numbers, "col", takes: [.integer], gives: .string, summary: "The number's binary digits.") { call in
            .texts(call.cast(.long)) { arguments, row, out in
                RowEncodings.binary(arguments.long(0, row), &out)
                return true
            }
        },
        FunctionDefinition(
            "conv", .numbers, "col fromBase= toBase=", takes: [.text, .integer, .integer], gives: .string, summary: "The number's digits to another base, from 2 to 36."
        ) { call in
            .texts(call.cast(.string, .int, .int)) { arguments, row, out in
                arguments.view(0, row).withBytes { RowNumbers.convert($0, from: arguments.int(1, row), to: arguments.int(2, row), &out) }
            }
        },
        FunctionDefinition(
            "width_bucket", .numbers, "v min max numBucket=", takes: [.number], gives: .long, summary: "The number of the bucket of equal widths that the value falls into."
        ) { call in
            .longs(call.cast(.double, .double, .double, .long)) { arguments, row in
                RowNumbers.bucket(arguments.double(0, row), arguments.double(1, row), arguments.double(2, row), arguments.long(3, row))
            }
        },
    ]

    /// The type of an arithmetic operation's result.
    static func arithmeticType(_ call: FunctionCall, _ operation: Arithmetic) throws(PlanError) -> DataType {
        guard let type = operation.resultType(call.types[0], call.types[1]) else { throw call.incompatible() }
        return type
    }

    // MARK: Analysis

    private static func double(_ name: String, aliases: [String] = [], _ summary: String, _ body: @escaping @Sendable (Double) -> Double) -> FunctionDefinition {
        FunctionDefinition(name, .numbers, "col", aliases: aliases, takes: [.number], gives: .double, summary: summary) { call in .mapDoubles(call[0], body) }
    }

    /// A logarithm: null at and below its pole.
    private static func logarithm(_ name: String, pole: Double = 0, _ summary: String, _ body: @escaping @Sendable (Double) -> Double) -> FunctionDefinition {
        FunctionDefinition(name, .numbers, "col", takes: [.number], gives: .double, summary: summary) { call in
            .doubles(call.cast(.double)) { arguments, row in
                let x = arguments.double(0, row)
                return x <= pole ? nil : body(x)
            }
        }
    }

    private static func constant(_ name: String, _ value: Double, _ summary: String) -> FunctionDefinition {
        FunctionDefinition(name, .numbers, "", gives: .double, summary: summary) { _ in .literal(.double(value), .double) }
    }

    private static let analysis: [FunctionDefinition] = [
        constant("pi", .pi, "The ratio of a circle's circumference to its diameter."), constant("e", M_E, "The base of the natural logarithm."),
        double("sqrt", "The square root.") { $0.squareRoot() }, double("cbrt", "The cube root.") { Glibc.cbrt($0) },
        double("exp", "The power of e.") { Glibc.exp($0) }, double("expm1", "The power of e, less 1.") { Glibc.expm1($0) },
        logarithm("ln", "The natural logarithm.") { Glibc.log($0) }, logarithm("log10", "The logarithm to the base 10.") { Glibc.log10($0) },
        logarithm("log2", "The logarithm to the base 2.") { Glibc.log($0) / Glibc.log(2) }, logarithm("log1p", pole: -1, "The natural logarithm of 1 more.") { Glibc.log1p($0) },
        FunctionDefinition("log", .numbers, "arg1 [arg2]", takes: [.number], gives: .double, summary: "The natural logarithm, or that of the second argument to the base of the first.")
        { call in
            .doubles(call.cast(.double)) { arguments, row in
                let x = arguments.double(0, row)
                if arguments.operands.count == 1 { return x <= 0 ? nil : Glibc.log(x) }
                let y = arguments.double(1, row)
                return x <= 0 || y <= 0 ? nil : Glibc.log(y) / Glibc.log(x)
            }
        },
        FunctionDefinition("pow", .numbers, "col1 col2", aliases: ["power"], takes: [.number], gives: .double, summary: "The first number to the power of the second.") { call in
            .zipDoubles(call[0], call[1]) { x, y in
                // Java: NaN to any power but 0 and 1 to the power of NaN are NaN, and so are 1 and -1 to an infinite one.
                if y.isNaN || (y.isInfinite && Swift.abs(x) == 1) { return .nan }
                return Glibc.pow(x, y)
            }
        },
        FunctionDefinition("hypot", .numbers, "col1 col2", takes: [.number], gives: .double, summary: "The hypotenuse of a right triangle.") { call in
            .zipDoubles(call[0], call[1]) { Glibc.hypot($0, $1) }
        },
        FunctionDefinition("atan2", .numbers, "col1 col2", takes: [.number], gives: .double, summary: "The angle of a point, in radians.") { call in
            .zipDoubles(call[0], call[1]) { Glibc.atan2($0 + 0, $1 + 0) }
        },
        double("sin", "The sine.") { Glibc.sin($0) }, double("cos", "The cosine.") { Glibc.cos($0) }, double("tan", "The tangent.") { Glibc.tan($0) },
        double("cot", "The cotangent.") { 1 / Glibc.tan($0) }, double("sec", "The secant.") { 1 / Glibc.cos($0) }, double("csc", "The cosecant.") { 1 / Glibc.sin($0) },
        double("asin", "The arc sine.") { Glibc.asin($0) }, double("acos", "The arc cosine.") { Glibc.acos($0) }, double("atan", "The arc tangent.") { Glibc.atan($0) },
        double("sinh", "The hyperbolic sine.") { Glibc.sinh($0) }, double("cosh", "The hyperbolic cosine.") { Glibc.cosh($0) },
        double("tanh", "The hyperbolic tangent.") { Glibc.tanh($0) },
        double("asinh", "The inverse hyperbolic sine.") { $0 == -.infinity ? $0 : Glibc.log($0 + ($0 * $0 + 1).squareRoot()) },
        double("acosh", "The inverse hyperbolic cosine.") { Glibc.log($0 + ($0 * $0 - 1).squareRoot()) },
        double("atanh", "The inverse hyperbolic tangent.") { 0.5 * (Glibc.log1p($0) - Glibc.log1p(-$0)) },
        double("degrees", "The angle in degrees.") { $0 * 57.29577951308232 }, double("radians", "The angle in radians.") { $0 * 0.017453292519943295 },
    ]
}

/// Arithmetic whose overflow is null.
enum TryFunctions {
    static let definitions: [FunctionDefinition] = [
        checked("try_add", .add) { $0.addingReportingOverflow($1) }, checked("try_subtract", .subtract) { $0.subtractingReportingOverflow($1) },
        checked("try_multiply", .multiply) { $0.multipliedReportingOverflow(by: $1) },
        unchecked("try_divide", .divide, "The quotient; null for a divisor of zero."), unchecked("try_mod", .remainder, "The remainder; null for a divisor of zero."),
    ]

    /// The operator itself, whatever the mode that errors are in.
    private static func unchecked(_ name: String, _ operation: Arithmetic, _ summary: String) -> FunctionDefinition {
        FunctionDefinition(name, .numbers, "left right", summary: summary) { arguments, schema, lookup throws(PlanError) in
            try Expression.arithmetic(arguments[0], operation, arguments[1]).resolveType(in: schema, lookup: lookup)
        } evaluateOn: { arguments, batch, lookup throws(PlanError) in
            try Expression.arithmetic(arguments[0], operation, arguments[1]).operand(on: batch, lookup)
        }
    }

    private static func checked(
        _ name: String, _ operation: Arithmetic, _ body: @escaping @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
    ) -> FunctionDefinition {
        FunctionDefinition(
            name, .numbers, "left right", summary: "The same as the operator '\(operation.rawValue)', but null where the result does not fit its type."
        ) { arguments, schema, lookup throws(PlanError) in
            try Expression.arithmetic(arguments[0], operation, arguments[1]).resolveType(in: schema, lookup: lookup)
        } evaluateOn: { arguments, batch, lookup throws(PlanError) in
            let (a, b) = (try arguments[0].operand(on: batch, lookup), try arguments[1].operand(on: batch, lookup))
            guard let type = operation.resultType(a.type, b.type), type.isInteger else {
                return try Expression.arithmetic(arguments[0], operation, arguments[1]).operand(on: batch, lookup)
            }
            let limit = Int64(truncatingIfNeeded: UInt64(1) << UInt64(type.integerWidth - 1) &- 1)
            return Operand.longs([a.cast(to: .long), b.cast(to: .long)]) { arguments, row in
                let (value, overflow) = body(arguments.long(0, row), arguments.long(1, row))
                return overflow || value > limit || value < -limit - 1 ? nil : value
            }.cast(to: type)
        }
    }
}
