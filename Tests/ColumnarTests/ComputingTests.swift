import Testing

import Columnar

/// Comparison, logic, arithmetic and choosing, against one row at a time.
@Suite struct ComputingTests {
    /// Every pair of forms in which two columns can stand: flat, dictionary, constant.
    private func check(_ a: DataType, _ b: DataType, _ length: Int, _ kernel: (Operand, Operand) -> Operand, _ expected: (Value, Value) -> Value, _ note: String) {
        var source = RandomValues(seed: UInt64(length) &+ 77)
        let (x, y) = (source.values(a, length), source.values(b, length))
        func forms(_ type: DataType, _ values: [Value]) -> [(Operand, [Value])] {
            let column = Column.of(type, values)
            var forms: [(Operand, [Value])] = [(.column(column), values)]
            if type != .null, !type.containsChoice, length <= 100 { forms.append((.column(column.asDictionary()), values)) }
            for row in length <= 100 ? [0, 2] : [1] where row < length {
                forms.append((.constant(column.slice(row..<row + 1)), Array(repeating: values[row], count: length)))
            }
            return forms
        }
        for (p, left) in forms(a, x) {
            for (q, right) in forms(b, y) {
                let result = kernel(p, q)
                #expect(result.isConstant == (p.isConstant && q.isConstant))
                let got = result.column(count: length)
                for i in 0..<length where got.value(at: i) != expected(left[i], right[i]) {
                    Issue.record("\(note): \(left[i]) and \(right[i]) give \(got.value(at: i)), not \(expected(left[i], right[i]))")
                    return
                }
            }
        }
    }

    @Test(arguments: everyType, edgeLengths) func comparesAlikeTypes(type: DataType, length: Int) {
        for comparison in Comparison.allCases {
            check(
                type, type, length, { .compare($0, comparison, $1) },
                { a, b in a == .null || b == .null ? .null : comparedOrder(a, b, type).map { .boolean(comparison.holds($0)) } ?? .null },
                "\(type.hiveName) \(comparison.rawValue)")
        }
        check(type, type, length, { .isIdentical($0, $1) }, { a, b in
            .boolean(a == .null || b == .null ? a == b : comparedOrder(a, b, type).map { $0 == 0 } ?? false)
        }, "\(type.hiveName) <=>")
    }

    /// Members of a choice are compared by their values: here an int and a string, the string read as an int.
    private func comparedOrder(_ a: Value, _ b: Value, _ type: DataType) -> Int? {
        guard case .choice = type else { return naiveOrder(a, b, type) }
        func number(_ value: Value) -> Int64? {
            switch value {
            case .integer(let x): x
            case .string(let text): text.withUnsafeBytes { NumberParsing.truncatedInteger(NumberParsing.trimmed($0)) }.flatMap { Int32(exactly: $0) }.map(Int64.init)
            default: nil
            }
        }
        if case .string = a, case .string = b { return naiveOrder(a, b, .string) }
        guard let x = number(a), let y = number(b) else { return nil }
        return x < y ? -1 : x == y ? 0 : 1
    }

    static let numbers: [DataType] = [.byte, .short, .int, .long, .float, .double, .decimal(precision: 10, scale: 2), .decimal(precision: 38, scale: 5)]

    /// Numbers of different types are compared exactly, as fractions.
    @Test(arguments: numbers, numbers) func comparesNumbers(a: DataType, b: DataType) {
        func order(_ x: Value, _ y: Value) -> Int {
            switch (x, y) {
            case (.integer(let p), .integer(let q)): return p < q ? -1 : p == q ? 0 : 1
            case (.integer(let p), .double(let q)): return compareLong(p, q)
            case (.double(let p), .integer(let q)): return -compareLong(q, p)
            case (.double, .double): return naiveOrder(x, y, .double)
            case (.decimal(let p, let s), .decimal(let q, let t)): return wide(p, t, q, s)
            case (.decimal(let p, let s), .integer(let q)): return wide(p, 0, Int128(q), s)
            case (.integer(let p), .decimal(let q, let s)): return wide(Int128(p), s, q, 0)
            case (.decimal(let p, let s), .double(let q)): return naiveOrder(.double(nearest(p, s)), .double(q), .double)
            case (.double(let p), .decimal(let q, let s)): return naiveOrder(.double(p), .double(nearest(q, s)), .double)
            default: return 0
            }
        }
        func nearest(_ unscaled: Int128, _ scale: Int) -> Double { Double(text { $0.append(decimal: unscaled, scale: scale) })! }
        func compareLong(_ p: Int64, _ q: Double) -> Int {
            if q.isNaN || q >= 0x1p63 { return -1 }
            if q < -0x1p63 { return 1 }
            let (whole, fraction) = (Int64(q.rounded(.down)), q - q.rounded(.down))
            return p < whole ? -1 : p > whole ? 1 : fraction > 0 ? -1 : 0
        }
        /// p * 10^s against q * 10^t, by digits, so that nothing overflows.
        func wide(_ p: Int128, _ s: Int, _ q: Int128, _ t: Int) -> Int {
            if (p < 0) != (q < 0) { return p < 0 ? -1 : p == 0 && q == 0 ? 0 : 1 }
            let x = p == 0 ? "" : "\(p.magnitude)" + String(repeating: "0", count: s)
            let y = q == 0 ? "" : "\(q.magnitude)" + String(repeating: "0", count: t)
            let magnitude = x.count != y.count ? (x.count < y.count ? -1 : 1) : x < y ? -1 : x == y ? 0 : 1
            return p < 0 ? -magnitude : magnitude
        }
        for comparison in Comparison.allCases {
            check(
                a, b, 65, { .compare($0, comparison, $1) }, { $0 == .null || $1 == .null ? .null : .boolean(comparison.holds(order($0, $1))) },
                "\(a.hiveName) \(comparison.rawValue) \(b.hiveName)")
        }
    }

    @Test func stringsTakeTheOthersType() {
        func compare(_ a: Column, _ b: Column) -> [Value] { Operand.compare(.column(a), .equal, .column(b)).storage.values }
        #expect(compare(.of(.string, ["5", " 5 ", "5.9", "x"]), .of(.int, Array(repeating: .integer(5), count: 4))) == [.boolean(true), .boolean(true), .boolean(true), .null])
        #expect(compare(.of(.date, [.date(19782), .date(0)]), .of(.string, ["2024-02-29", "soon"])) == [.boolean(true), .null])
        #expect(compare(.of(.timestamp, [.timestamp(86_400_000_000)]), .of(.date, [.date(1)])) == [.boolean(true)])
        #expect(compare(.of(.boolean, [.boolean(true)]), .of(.string, ["yes"])) == [.boolean(true)])
        #expect(compare(.of(.int, [.integer(1)]), .of(.array(.int), [.array([])])) == [.null])
        #expect(compare(.of(.choice([.int, .string]), [.integer(5), "5", "x", .null]), .of(.double, Array(repeating: .double(5), count: 4))) == [.boolean(true), .boolean(true), .null, .null])
    }

    @Test(arguments: edgeLengths) func logic(length: Int) {
        func truth(_ value: Value) -> Bool? { if case .boolean(let x) = value { x } else { nil } }
        func value(_ truth: Bool?) -> Value { truth.map { .boolean($0) } ?? .null }
        check(.boolean, .boolean, length, { .and($0, $1) }, { a, b in
            truth(a) == false || truth(b) == false ? .boolean(false) : value(truth(a).flatMap { x in truth(b).map { x && $0 } })
        }, "and")
        check(.boolean, .boolean, length, { .or($0, $1) }, { a, b in
            truth(a) == true || truth(b) == true ? .boolean(true) : value(truth(a).flatMap { x in truth(b).map { x || $0 } })
        }, "or")
        var source = RandomValues(seed: 5)
        for type in everyType {
            let values = source.values(type, length)
            let column = Column.of(type, values)
            #expect(Operand.isNull(.column(column)).storage.values == values.map { .boolean($0 == .null) })
            #expect(Operand.isNotNull(.column(column)).storage.values == values.map { .boolean($0 != .null) })
        }
        let bools = source.values(.boolean, length)
        #expect(Operand.not(.column(.of(.boolean, bools))).storage.values == bools.map { value(truth($0).map { !$0 }) })
        #expect(Column.of(.boolean, bools).trueRows.setIndices.array == bools.indices.filter { bools[$0] == .boolean(true) }.map(Int32.init))
    }

    @Test(arguments: Arithmetic.allCases) func integersWrapAndDoublesDivide(operation: Arithmetic) {
        for (a, b) in [(DataType.long, DataType.long), (.int, .long), (.byte, .byte), (.short, .int)] {
            let type = operation.resultType(a, b)!
            check(a, b, 200, { .compute($0, operation, $1) }, { x, y in
                guard case .integer(let p) = x, case .integer(let q) = y else { return .null }
                func wrapped(_ value: Int64) -> Value {
                    switch type {
                    case .byte: .integer(Int64(Int8(truncatingIfNeeded: value)))
                    case .short: .integer(Int64(Int16(truncatingIfNeeded: value)))
                    case .int: .integer(Int64(Int32(truncatingIfNeeded: value)))
                    default: .integer(value)
                    }
                }
                switch operation {
                case .add: return wrapped(p &+ q)
                case .subtract: return wrapped(p &- q)
                case .multiply: return wrapped(p &* q)
                case .divide: return q == 0 ? .null : .double(Double(p) / Double(q))
                case .remainder: return q == 0 ? .null : .integer(p.remainderReportingOverflow(dividingBy: q).partialValue)
                }
            }, "\(a.name) \(operation.rawValue) \(b.name)")
        }
        check(.double, .int, 200, { .compute($0, operation, $1) }, { x, y in
            guard case .double(let p) = x, case .integer(let n) = y else { return .null }
            let q = Double(n)
            switch operation {
            case .add: return Self.bits(p + q)
            case .subtract: return Self.bits(p - q)
            case .multiply: return Self.bits(p * q)
            case .divide: return q == 0 ? .null : Self.bits(p / q)
            case .remainder: return q == 0 ? .null : Self.bits(p.truncatingRemainder(dividingBy: q))
            }
        }, "double \(operation.rawValue) int", through: Self.bits)
    }

    private static func bits(_ value: Double) -> Value { value.isNaN ? "nan" : .integer(Int64(bitPattern: value.bitPattern)) }
    private static func bits(_ value: Value) -> Value { if case .double(let x) = value { bits(x) } else { value } }

    private func check(
        _ a: DataType, _ b: DataType, _ length: Int, _ kernel: (Operand, Operand) -> Operand, _ expected: (Value, Value) -> Value, _ note: String,
        through canonical: (Value) -> Value
    ) {
        var source = RandomValues(seed: 3)
        let (x, y) = (source.values(a, length), source.values(b, length))
        let got = kernel(.column(.of(a, x)), .column(.of(b, y))).storage.values
        for i in 0..<length where canonical(got[i]) != expected(x[i], y[i]) { Issue.record("\(note): \(x[i]) and \(y[i]) give \(got[i])") }
    }

    @Test(arguments: [
        ("1.10", "2.205", .add, "3.305", "decimal(5,3)"), ("1.10", "2.205", .subtract, "-1.105", "decimal(5,3)"), ("1.10", "2.205", .multiply, "2.42550", "decimal(8,5)"),
        ("1.00", "3.000", .divide, "0.3333333", "decimal(11,7)"), ("7.50", "2.000", .remainder, "1.500", "decimal(4,3)"), ("1.00", "0.000", .divide, nil, "decimal(11,7)"),
        ("1.00", "0.000", .remainder, nil, "decimal(4,3)"),
    ] as [(String, String, Arithmetic, String?, String)])
    func decimals(a: String, b: String, operation: Arithmetic, expected: String?, type: String) {
        let x = Column.of(.string, [Value.string(a)]).cast(to: .decimal(precision: 3, scale: 2))
        let y = Column.of(.string, [Value.string(b)]).cast(to: .decimal(precision: 4, scale: 3))
        let result = Operand.compute(.column(x), operation, .column(y)).storage
        #expect(result.type.hiveName == type)
        #expect(result.cast(to: .string).values == [expected.map { .string($0) } ?? .null])
    }

    /// Decimals that fit a word against 128-bit arithmetic, row by row.
    @Test func narrowDecimalsAreExact() {
        var random = SeededGenerator(seed: 8)
        let power = { (digits: Int) in (0..<digits).reduce(Int128(1)) { product, _ in product * 10 } }
        for (p1, s1, p2, s2) in [(15, 2, 15, 2), (18, 0, 18, 18), (18, 4, 9, 2), (5, 3, 16, 2), (10, 0, 15, 2), (31, 4, 16, 2)] {
            func column(_ precision: Int, _ scale: Int) -> (Column, [Int128?]) {
                let digits = min(precision, 18)
                let values = (0..<200).map { i -> Int128? in
                    if i % 11 == 3 { return nil }
                    if i % 7 == 0 { return (power(digits) - 1) * (i % 2 == 0 ? 1 : -1) }
                    return Int128(Int64.random(in: -999_999...999_999, using: &random)) % power(digits)
                }
                return (Column.of(.decimal(precision: precision, scale: scale), values.map { $0.map { .decimal(unscaled: $0, scale: scale) } ?? .null }), values)
            }
            let ((a, x), (b, y)) = (column(p1, s1), column(p2, s2))
            let both = max(s1, s2)
            func scaled(_ value: Int128, _ scale: Int) -> Int128 { value * power(both - scale) }
            for constant in [false, true] {
                let right: Operand = constant ? .constant(b.slice(1..<2)) : .column(b)
                func other(_ i: Int) -> Int128? { y[constant ? 1 : i] }
                for operation in [Arithmetic.add, .subtract, .multiply] {
                    guard case .decimal(let precision, let scale)? = operation.resultType(a.type, b.type), scale == (operation == .multiply ? s1 + s2 : both) else { continue }
                    let result = Operand.compute(.column(a), operation, right).storage
                    for i in 0..<200 {
                        var expected: Value = .null
                        if let u = x[i], let v = other(i) {
                            let exact: Int128 =
                                switch operation {
                                case .add: scaled(u, s1) + scaled(v, s2)
                                case .subtract: scaled(u, s1) - scaled(v, s2)
                                default: u * v
                                }
                            if exact.magnitude < power(precision).magnitude { expected = .decimal(unscaled: exact, scale: scale) }
                        }
                        #expect(result.value(at: i) == expected)
                    }
                }
                for comparison in Comparison.allCases {
                    let result = Operand.compare(.column(a), comparison, right).storage
                    for i in 0..<200 {
                        guard let u = x[i], let v = other(i) else {
                            #expect(result.value(at: i) == .null)
                            continue
                        }
                        let (l, r) = (scaled(u, s1), scaled(v, s2))
                        #expect(result.value(at: i) == .boolean(comparison.holds(l < r ? -1 : l == r ? 0 : 1)))
                    }
                }
            }
        }
    }

    @Test func wideDecimals() {
        let wide = DataType.decimal(precision: 38, scale: 10)
        func decimal(_ text: String) -> Operand { .column(Column.of(.string, [.string(text)]).cast(to: wide)) }
        func compute(_ a: String, _ op: Arithmetic, _ b: String) -> Value { Operand.compute(decimal(a), op, decimal(b)).storage.cast(to: .string).value(at: 0) }
        #expect(Arithmetic.multiply.resultType(wide, wide) == .decimal(precision: 38, scale: 6))
        #expect(compute("12345678901234567890.5", .multiply, "1000000.25") == "12345681987654293199141972.625000")
        #expect(compute("9999999999999999999999999999.9999999999", .add, "9999999999999999999999999999.9999999999") == "20000000000000000000000000000.000000000")
        #expect(compute("1", .divide, "3") == "0.333333")
        #expect(compute("9999999999999999999999999999", .multiply, "9999999999999999999999999999") == .null)
        #expect(compute("-2", .divide, "0.0000000003") == "-6666666666.666667")
    }

    @Test func arithmeticTypes() {
        #expect(Arithmetic.add.resultType(.int, .string) == .double)
        #expect(Arithmetic.add.resultType(.date, .int) == .date)
        #expect(Arithmetic.add.resultType(.boolean, .int) == nil)
        #expect(Arithmetic.divide.resultType(.int, .decimal(precision: 10, scale: 2)) == .decimal(precision: 23, scale: 11))
        let days = Operand.compute(.column(.of(.date, [.date(19782), .null])), .add, .constant(.of(.int, [.integer(1)])))
        #expect(days.storage.values == [.date(19783), .null])
        let choice = Column.of(.choice([.int, .string]), [.integer(5), "2.5", "x", .null])
        #expect(Operand.compute(.column(choice), .multiply, .constant(.of(.int, [.integer(2)]))).storage.values == [.double(10), .double(5), .null, .null])
        #expect(Operand.negate(.column(.of(.int, [.integer(5), .null, .integer(Int64(Int32.min))]))).storage.values == [.integer(-5), .null, .integer(Int64(Int32.min))])
    }

    @Test(arguments: everyType, edgeLengths) func choosing(type: DataType, length: Int) {
        var source = RandomValues(seed: UInt64(length))
        let (a, b) = (source.values(type, length), source.values(type, length))
        let mask = (0..<length).map { _ in Bool.random(using: &source.random) }
        let chosen = Operand.choose(Bitmap(mask), .column(.of(type, a)), .column(.of(type, b)))
        #expect(same(chosen.values, (0..<length).map { mask[$0] ? a[$0] : b[$0] }))
        #expect(chosen.type == type)
        let joined = Operand.coalesce([.column(.of(type, a)), .column(.of(type, b))])
        #expect(same(joined.column(count: length).values, (0..<length).map { a[$0] != .null ? a[$0] : b[$0] }))
    }

    /// NaN is the same as NaN here.
    private func same(_ a: [Value], _ b: [Value]) -> Bool { "\(a)" == "\(b)" }
}
