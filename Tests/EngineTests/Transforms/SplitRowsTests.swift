import Columnar
import Testing

import Engine

@Suite struct SplitRowsTests {
    private let orders = records(
        #"{"order": 1, "cust": "a", "qty": 5}"#, #"{"order": 2, "cust": "b", "qty": 7}"#, #"{"order": 3, "cust": "z", "qty": 9}"#)

    @Test func matchesAndRest() throws {
        let split = SplitRows([try .init("qty", ">", .integer(5)), try .init("qty", "<=", .integer(7))])
        let (matching, rest) = split.apply(orders)
        #expect(text(matching) == [#"{"order": 2, "cust": "b", "qty": 7}"#])
        #expect(text(rest) == [#"{"order": 1, "cust": "a", "qty": 5}"#, #"{"order": 3, "cust": "z", "qty": 9}"#])
        #expect(split.apply(.empty(orders.schema)).matching.count == 0)
        #expect(SplitRows([]).apply(orders).rest.count == 0)
        #expect(try SplitRows([.init("none", "!=", .integer(1))]).apply(orders).rest.count == 3)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let column: Column
        let op: String
        let value: Value
        let expected: [Bool]

        init(_ column: Column, _ op: String, _ value: Value, _ expected: [Bool]) {
            (self.column, self.op, self.value, self.expected) = (column, op, value, expected)
        }

        var testDescription: String { "\((0..<column.count).map { text(column, $0) }) \(op) \(value)" }
    }

    static let decimals: Column = {
        let builder = VariantBuilder()
        for unscaled in [-150, 0, 150, 199] as [Int128] { builder.append(decimal: unscaled, precision: 5, scale: 2) }
        return builder.finish()
    }()

    static let cases: [Case] = {
        let integers = column("1", "2", "null", "3")
        let doubles = column("1.5", "2.0", "nan", "-inf")
        let strings = column(#""a""#, #""b""#, #""a long string, longer than a view""#, "null")
        let mixed = column("1", #""1""#, "2.5", "null", "true")
        let days = Column(.date, Values<Int32>([0, 1, 2]))
        let instants = Column(.timestamp, Values<Int64>([0, 86_400_000_000, 1]))
        let bools = column("true", "false", "null")
        let dictionary = Column(
            type: .string, count: 4, validity: Bitmap([true, true, false, true]),
            storage: .dictionary(indices: Values([1, 0, 0, 2]), values: column(#""a""#, #""b""#, "null")))
        return [
            Case(integers, "=", .integer(2), [false, true, false, false]),
            Case(integers, "==", .integer(2), [false, true, false, false]),
            Case(integers, "!=", .integer(2), [true, false, false, true]),
            Case(integers, "<", .integer(2), [true, false, false, false]),
            Case(integers, "<=", .double(2), [true, true, false, false]),
            Case(integers, ">", .double(1.5), [false, true, false, true]),
            Case(integers, "<=", .double(1.5), [true, false, false, false]),
            Case(integers, "=", .double(1.5), [false, false, false, false]),
            Case(integers, "!=", .double(1.5), [true, true, false, true]),
            Case(integers, "<", .double(.infinity), [true, true, false, true]),
            Case(integers, "<", .double(.nan), [true, true, false, true]),
            Case(integers, ">", .double(-.infinity), [true, true, false, true]),
            Case(integers, ">=", .decimal(unscaled: 20, scale: 1), [false, true, false, true]),
            Case(integers, ">=", .decimal(unscaled: 21, scale: 1), [false, false, false, true]),
            Case(integers, ">", .decimal(unscaled: -21, scale: 1), [true, true, false, true]),
            Case(integers, "<", .integer(Int64.max), [true, true, false, true]),
            Case(integers, "!=", .string("2"), [false, false, false, false]),
            Case(integers, "=", .null, [false, false, true, false]),
            Case(integers, "!=", .null, [true, true, false, true]),
            Case(integers, "<", .null, [false, false, false, false]),
            Case(doubles, ">", .integer(1), [true, true, true, false]),
            Case(doubles, "=", .double(.nan), [false, false, true, false]),
            Case(doubles, "<", .double(.nan), [true, true, false, true]),
            Case(doubles, "=", .decimal(unscaled: 15, scale: 1), [true, false, false, false]),
            Case(decimals, "<", .integer(0), [true, false, false, false]),
            Case(decimals, ">", .decimal(unscaled: 1, scale: 0), [false, false, true, true]),
            Case(decimals, "=", .decimal(unscaled: 1500, scale: 3), [false, false, true, false]),
            Case(decimals, ">=", .decimal(unscaled: 1501, scale: 3), [false, false, false, true]),
            Case(decimals, "<=", .decimal(unscaled: -1501, scale: 3), [false, false, false, false]),
            Case(decimals, "<=", .decimal(unscaled: -1500, scale: 3), [true, false, false, false]),
            Case(decimals, "=", .double(1.99), [false, false, false, true]),
            Case(decimals, "<", .decimal(unscaled: .max, scale: 0), [true, true, true, true]),
            Case(strings, "=", .string("b"), [false, true, false, false]),
            Case(strings, ">", .string("a"), [false, true, true, false]),
            Case(strings, "=", .string("a long string, longer than a view"), [false, false, true, false]),
            Case(strings, "!=", .integer(1), [false, false, false, false]),
            Case(mixed, "=", .integer(1), [true, false, false, false, false]),
            Case(mixed, "=", .string("1"), [false, true, false, false, false]),
            Case(mixed, ">", .integer(0), [true, false, true, false, false]),
            Case(mixed, "=", .null, [false, false, false, true, false]),
            Case(mixed, "=", .boolean(true), [false, false, false, false, true]),
            Case(days, ">", .date(0), [false, true, true]),
            Case(days, "=", .timestamp(86_400_000_000), [false, true, false]),
            Case(days, "<", .timestamp(86_400_000_001), [true, true, false]),
            Case(instants, ">=", .date(1), [false, true, false]),
            Case(bools, "=", .boolean(false), [false, true, false]),
            Case(bools, "<", .boolean(true), [false, true, false]),
            Case(dictionary, "=", .string("b"), [true, false, false, false]),
            Case(dictionary, "!=", .string("b"), [false, true, false, false]),
            Case(dictionary, "=", .null, [false, false, true, true]),
            Case(.nulls(.null, count: 2), "=", .null, [true, true]),
            Case(column("[1]", "[2]"), "=", .array([.integer(1)]), [false, false]),
            Case(column(#"{"a": 1}"#), "!=", .integer(1), [false]),
        ]
    }()

    @Test(arguments: cases) func compares(_ test: Case) throws {
        let schema = Schema([Field("x", test.column.type)])
        let batch = Batch(schema: schema, columns: [test.column], count: test.column.count)
        let mask = try SplitRows([.init("x", test.op, test.value)]).mask(batch)
        #expect((0..<mask.count).map { mask[$0] } == test.expected)
        // A slice that starts inside a byte answers as the whole does.
        if batch.count > 1 {
            let part = try SplitRows([.init("x", test.op, test.value)]).mask(batch.slice(1..<batch.count))
            #expect((0..<part.count).map { part[$0] } == Array(test.expected.dropFirst()))
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 2048]) func anyNumberOfRows(_ count: Int) throws {
        let values = Column(.int, Values((0..<count).map { Int32($0 % 7) }))
        let batch = Batch(schema: Schema([Field("x", .int)]), columns: [values], count: count)
        let (matching, rest) = try SplitRows([.init("x", "=", .integer(3))]).apply(batch)
        #expect(matching.count == (0..<count).count { $0 % 7 == 3 })
        #expect(matching.count + rest.count == count)
        #expect(matching.columns[0].values.allSatisfy { $0 == .integer(3) })
    }

    @Test func nestedPathsAndErrors() throws {
        let batch = records(#"{"a": {"b": 1}}"#, #"{"a": null}"#, #"{"a": {"b": 2}}"#)
        #expect(text(try SplitRows([.init("a.b", ">", .integer(1))]).apply(batch).matching) == [#"{"a": {"b": 2}}"#])
        #expect(try SplitRows([.init("a.c", ">", .integer(1))]).unknownPaths(in: batch.schema).count == 1)
        let error = #expect(throws: TransformError.self) { try SplitRows.Comparison("qty", "=>", .integer(1)) }
        #expect(error?.description == "'=>' (for 'qty') is no comparison; comparisons are = != < <= > >=")
    }
}
