import Testing

import Columnar

@Suite struct CastingTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let from: DataType
        let to: DataType
        /// Input and output values in pairs; `.null` for a value that fails.
        let pairs: [(Value, Value)]
        var testDescription: String { "\(from.hiveName) to \(to.hiveName)" }
        init(_ from: DataType, _ to: DataType, _ pairs: [(Value, Value)]) { (self.from, self.to, self.pairs) = (from, to, pairs) }
    }

    private static let money: DataType = .decimal(precision: 10, scale: 2)
    private static func int(_ value: Int64) -> Value { .integer(value) }
    private static func dec(_ value: Int128, _ scale: Int) -> Value { .decimal(unscaled: value, scale: scale) }
    private static let point: DataType = .struct([Field("x", .int), Field("y", .string)])
    private static func point(_ x: Value, _ y: Value) -> Value { .struct([StructValueField("x", x), StructValueField("y", y)]) }

    static let cases: [Case] = [
        Case(.string, .int, [("12.7", int(12)), (" 7\t", int(7)), ("0150", int(150)), ("-0.9", int(0)), ("2147483648", .null), ("1e3", .null), ("x", .null), ("", .null), (".", .null), (".5", int(0)), ("+5", int(5)), ("-", .null), ("12.", int(12)), ("1.2.3", .null)]),
        Case(.string, .long, [("9223372036854775807", int(.max)), ("-9223372036854775808", int(.min)), ("9223372036854775808", .null), ("99999999999999999999", .null), ("00000000000000000000007", int(7))]),
        Case(.string, .byte, [("127", int(127)), ("128", .null), ("-128", int(-128))]),
        Case(.string, .short, [("32767", int(32767)), ("-32769", .null)]),
        Case(.string, .double, [("2.5", .double(2.5)), (" 1e3 ", .double(1000)), ("-.5", .double(-0.5)), ("inf", .double(.infinity)), ("-Infinity", .double(-.infinity)), ("x", .null), ("", .null), ("1e", .null), ("1e400", .double(.infinity)), ("1e-400", .double(0)), ("1.7976931348623157e308", .double(1.7976931348623157e308)), ("12345678901234567890123", .double(1.2345678901234567890123e22))]),
        Case(.string, .float, [("0.1", .double(Double(Float(0.1)))), ("1e39", .double(.infinity)), ("16777217.0000001", .double(16777218)), ("y", .null)]),
        Case(.string, .boolean, [("yes", .boolean(true)), (" T ", .boolean(true)), ("TRUE", .boolean(true)), ("1", .boolean(true)), ("0", .boolean(false)), ("No", .boolean(false)), ("f", .boolean(false)), ("false", .boolean(false)), ("2", .null), ("", .null), ("\u{11}", .null)]),
        Case(.string, money, [("12.5", dec(1250, 2)), ("12.345", dec(1235, 2)), ("-12.345", dec(-1235, 2)), ("1e3", dec(100_000, 2)), ("99999999.99", dec(9_999_999_999, 2)), ("99999999.995", .null), ("", .null), ("x", .null), ("inf", .null), ("0.0000000000000000000000000000001", dec(0, 2)), ("12345678901234567890123", .null), ("000000000000000000000012.50", dec(1250, 2)), ("1.23456789012345678901", dec(123, 2)), ("1.23500000000000000000001", dec(124, 2))]),
        Case(.string, .decimal(precision: 38, scale: 10), [("1234567890123456789012345678.0123456789", dec(Int128("12345678901234567890123456780123456789")!, 10)), ("99999999999999999999999999999", .null), ("1234567890123456789.01234567895", dec(Int128("12345678901234567890123456790")!, 10))]),
        Case(.string, .date, [("2024-02-29", .date(19782)), ("2023-02-29", .null), ("2024-2-9", .date(19762)), ("2024", .date(19723)), ("2024-02", .date(19754)), (" 2024-02-29 ", .date(19782)), ("2024-02-29T10:00", .date(19782)), ("2024-02-29 junk", .date(19782)), ("2024-02-29x", .null), ("soon", .null), ("24-01-01", .null), ("+10000-01-01", .date(2_932_897)), ("2024-13-01", .null), ("2024-00-01", .null), ("2024-01-00", .null)]),
        Case(.string, .timestamp, [("2024-02-29 13:45:10", .timestamp(1_709_214_310_000_000)), ("2024-02-29T13:45:10.25Z", .timestamp(1_709_214_310_250_000)), ("2024-02-29", .timestamp(1_709_164_800_000_000)), ("2024-02-29 1:2", .timestamp(1_709_168_520_000_000)), ("2024-02-29T13:45:10+01:00", .timestamp(1_709_210_710_000_000)), ("2024-02-29T13:45:10 UTC", .timestamp(1_709_214_310_000_000)), ("2024-02-29 13:45:10.123456789", .timestamp(1_709_214_310_123_456)), ("2024-02-29T13:45:10UTC-02:30", .timestamp(1_709_223_310_000_000)), ("soon", .null), ("2024-02-29 24:00:00", .null), ("2024-02-29 10:60", .null), ("2023-02-29 10:00", .null), ("2024-02-29 10", .timestamp(1_709_200_800_000_000)), ("2024-02-29 10:00:00 Mars", .null)]),
        Case(.string, .binary, [("ab", .binary([97, 98])), ("", .binary([]))]),
        Case(.binary, .string, [(.binary([97, 98]), "ab")]),
        Case(.int, .binary, [(int(258), .binary([0, 0, 1, 2]))]),
        Case(.long, .int, [(int(1 << 32 + 5), int(5)), (int(Int64(Int32.max) + 1), int(Int64(Int32.min)))]),
        Case(.int, .byte, [(int(200), int(-56)), (int(-1), int(-1))]),
        Case(.short, .long, [(int(-3), int(-3))]),
        Case(.byte, .double, [(int(-3), .double(-3))]),
        Case(.double, .int, [(.double(2.9), int(2)), (.double(-2.9), int(-2)), (.double(1e10), int(Int64(Int32.max))), (.double(-1e300), int(Int64(Int32.min))), (.double(.nan), int(0))]),
        Case(.double, .long, [(.double(1e30), int(.max)), (.double(-.infinity), int(.min)), (.double(9007199254740992), int(9007199254740992))]),
        Case(.double, .byte, [(.double(300), int(44)), (.double(1e10), int(-1))]),
        Case(.float, .long, [(.double(1.5), int(1))]),
        Case(.double, .boolean, [(.double(0), .boolean(false)), (.double(0.1), .boolean(true))]),
        Case(.double, .string, [(.double(42), "42.0"), (.double(1e10), "1.0E10"), (.double(.nan), "NaN"), (.double(0.1), "0.1")]),
        Case(.float, .string, [(.double(Double(Float(0.1))), "0.1")]),
        Case(.float, .double, [(.double(Double(Float(0.1))), .double(0.10000000149011612))]),
        Case(.double, .float, [(.double(0.1), .double(Double(Float(0.1))))]),
        Case(.int, .string, [(int(5), "5"), (int(-2147483648), "-2147483648")]),
        Case(.long, .string, [(int(.min), "-9223372036854775808")]),
        Case(.boolean, .string, [(.boolean(true), "true"), (.boolean(false), "false")]),
        Case(.boolean, .int, [(.boolean(true), int(1)), (.boolean(false), int(0))]),
        Case(.boolean, .double, [(.boolean(true), .double(1))]),
        Case(.boolean, money, [(.boolean(true), dec(100, 2))]),
        Case(.int, .boolean, [(int(2), .boolean(true)), (int(0), .boolean(false))]),
        Case(.int, money, [(int(12), dec(1200, 2)), (int(100_000_000), .null), (int(-99_999_999), dec(-9_999_999_900, 2))]),
        Case(.long, .decimal(precision: 38, scale: 20), [(int(1), dec(Int128("100000000000000000000")!, 20)), (int(.max), .null)]),
        Case(.double, money, [(.double(12.345), dec(1235, 2)), (.double(-0.005), dec(-1, 2)), (.double(1e8), .null), (.double(.infinity), .null), (.double(.nan), .null), (.double(1e300), .null), (.double(1e-300), dec(0, 2))]),
        Case(money, .int, [(dec(1299, 2), int(12)), (dec(-1299, 2), int(-12))]),
        Case(money, .double, [(dec(1, 2), .double(0.01)), (dec(-1234567890, 2), .double(-12345678.9))]),
        Case(.decimal(precision: 38, scale: 10), .double, [(dec(Int128("12345678901234567890123456780123456789")!, 10), .double(1234567890123456789012345678.0123456789))]),
        Case(money, .string, [(dec(1250, 2), "12.50"), (dec(-1, 2), "-0.01")]),
        Case(money, .decimal(precision: 12, scale: 4), [(dec(1250, 2), dec(125_000, 4))]),
        Case(money, .decimal(precision: 4, scale: 1), [(dec(1255, 2), dec(126, 1)), (dec(-1255, 2), dec(-126, 1)), (dec(99_994, 2), dec(9999, 1)), (dec(99_995, 2), .null)]),
        Case(.date, .string, [(.date(19782), "2024-02-29")]),
        Case(.date, .timestamp, [(.date(-1), .timestamp(-86_400_000_000))]),
        Case(.date, .int, [(.date(1), .null)]),
        Case(.timestamp, .date, [(.timestamp(-1), .date(-1)), (.timestamp(86_400_000_000), .date(1))]),
        Case(.timestamp, .string, [(.timestamp(1_704_067_200_500_000), "2024-01-01 00:00:00.5")]),
        Case(.timestamp, .long, [(.timestamp(-1), int(-1)), (.timestamp(1_999_999), int(1))]),
        Case(.timestamp, .double, [(.timestamp(1_500_000), .double(1.5))]),
        Case(.timestamp, money, [(.timestamp(1_555_000), dec(156, 2))]),
        Case(.long, .timestamp, [(int(2), .timestamp(2_000_000)), (int(.max), .null)]),
        Case(.int, .timestamp, [(int(-1), .timestamp(-1_000_000))]),
        Case(.double, .timestamp, [(.double(1.5), .timestamp(1_500_000)), (.double(.nan), .null)]),
        Case(money, .timestamp, [(dec(150, 2), .timestamp(1_500_000))]),
        Case(.boolean, .date, [(.boolean(true), .null)]),
        Case(.array(.string), .array(.int), [(.array(["1", "x", .null]), .array([int(1), .null, .null])), (.array([]), .array([]))]),
        Case(.array(.int), .string, [(.array([int(1), .null]), "[1, null]")]),
        Case(point, .string, [(point(int(7), "x"), "{7, x}"), (point(.null, .null), "{null, null}")]),
        Case(point, .struct([Field("a", .string), Field("b", .int)]), [(point(int(7), "8"), .struct([StructValueField("a", "7"), StructValueField("b", int(8))]))]),
        Case(point, .int, [(point(int(7), "8"), .null)]),
        Case(point, .struct([Field("a", .string)]), [(point(int(7), "8"), .null)]),
        Case(.map(key: .string, value: .int), .map(key: .int, value: .string), [(.map([MapValueEntry("1", int(2))]), .map([MapValueEntry(int(1), "2")]))]),
        Case(.map(key: .string, value: .int), .string, [(.map([MapValueEntry("k", int(2)), MapValueEntry("l", .null)]), "{k -> 2, l -> null}")]),
        Case(.choice([.int, .string]), .long, [(int(94107), int(94107)), ("02139", int(2139)), ("n/a", .null)]),
        Case(.choice([.double, .int]), .double, [(int(1), .double(1)), (.double(2.5), .double(2.5))]),
        Case(.choice([.int, .string]), .string, [(int(5), "5"), ("many", "many")]),
        Case(.int, .choice([.int, .string]), [(int(5), int(5))]),
        Case(.string, .choice([.double, .int]), [("5", .null)]),
        Case(.choice([.int, .string]), .choice([.double, .int, .string]), [(int(5), int(5)), ("x", "x")]),
    ]

    /// Each case at lengths around word edges, with nulls between, as a slice and behind a dictionary.
    @Test(arguments: cases) func pairs(_ test: Case) {
        for length in edgeLengths {
            var random = SeededGenerator(seed: UInt64(length))
            var (input, expected): ([Value], [Value]) = ([], [])
            for i in 0..<length + 3 {
                let isNull = i >= test.pairs.count && Int.random(in: 0..<4, using: &random) == 0
                let pair = test.pairs[i % test.pairs.count]
                input.append(isNull ? .null : pair.0)
                expected.append(isNull ? .null : pair.1)
            }
            let column = Column.of(test.from, input)
            check(column, expected, test, length)
            let range = 3..<length + 3
            check(column.slice(range), Array(expected[range]), test, length)
            if !test.from.containsChoice { check(column.asDictionary(), expected, test, length) }
        }
    }

    private func check(_ column: Column, _ expected: [Value], _ test: Case, _ length: Int) {
        var failures = 0
        let cast = column.cast(to: test.to, counting: &failures)
        #expect(cast.type == test.to)
        #expect(cast.count == expected.count)
        for (i, (value, wanted)) in zip(cast.values, expected).enumerated() where !same(value, wanted) {
            Issue.record("\(test.testDescription), length \(length), row \(i): \(column.value(at: i)) became \(value), not \(wanted)")
            return
        }
        if !test.from.isNested { #expect(failures == expected.count { $0 == .null } - column.nullCount) }
    }

    private func same(_ a: Value, _ b: Value) -> Bool {
        if case .double(let x) = a, case .double(let y) = b { return x.bitPattern == y.bitPattern || x.isNaN && y.isNaN }
        return a == b
    }

    @Test func everyPairOfTypesKeepsTypeCountAndNulls() {
        let types: [DataType] = [
            .null, .boolean, .byte, .short, .int, .long, .float, .double, Self.money, .string, .binary, .date, .timestamp, .array(.int), Self.point,
            .map(key: .string, value: .int), .choice([.int, .string]),
        ]
        for from in types {
            for to in types {
                for length in edgeLengths {
                    let column = Column.nulls(from, count: length)
                    var failures = 0
                    let cast = column.cast(to: to, counting: &failures)
                    #expect(cast.type == to && cast.count == length && cast.nullCount == length && failures == 0, "\(from.hiveName) to \(to.hiveName)")
                }
            }
        }
    }

    @Test func countsFailuresInsideNestedValues() {
        let column = Column.of(.array(.string), [.array(["1", "x", "y"]), .null, .array(["2", "z"])])
        var failures = 0
        _ = column.cast(to: .array(.int), counting: &failures)
        #expect(failures == 3)
    }
}
