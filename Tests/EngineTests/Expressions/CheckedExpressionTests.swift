import Columnar
import Testing

import Engine

/// ANSI mode: what is null or wraps without it is an error with it, and only where a row asks for it.
@Suite struct CheckedExpressionTests {
    private let schema = Schema([
        Field("i", .int), Field("z", .int), Field("l", .long), Field("d", .double), Field("m", .decimal(precision: 38, scale: 2)), Field("s", .string), Field("t", .byte),
    ])

    private var batch: Batch {
        let rows: [[Value]] = [
            [.integer(7), .integer(2), .integer(5), .double(2.5), .decimal(unscaled: 150, scale: 2), .string("12"), .integer(3)],
            [.integer(1), .integer(0), .integer(.max), .double(1e30), .decimal(unscaled: 99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 2), .string("abc"), .integer(-128)],
            [.null, .integer(0), .null, .null, .null, .null, .null],
        ]
        return Batch(schema: schema, columns: schema.fields.indices.map { c in Column(schema[c].type, values: rows.map { $0[c] }) }, count: 3)
    }

    @Test(arguments: [
        ("i / z", "[DIVIDE_BY_ZERO] division by zero in i / z; try_divide gives null instead, or set spark.sql.ansi.enabled to false to get null instead"),
        ("i % z", "[DIVIDE_BY_ZERO] division by zero in i % z; try_divide gives null instead, or set spark.sql.ansi.enabled to false to get null instead"),
        ("d / z", "[DIVIDE_BY_ZERO]"), ("m / z", "[DIVIDE_BY_ZERO]"), ("m % z", "[DIVIDE_BY_ZERO]"), ("10 / (i - 1)", "[DIVIDE_BY_ZERO]"),
        ("l + 1", "[ARITHMETIC_OVERFLOW] the result of l + 1 does not fit into bigint; cast an operand to a wider type, or set spark.sql.ansi.enabled to false"),
        ("l * 2", "[ARITHMETIC_OVERFLOW]"), ("0 - l - 10", "[ARITHMETIC_OVERFLOW]"), ("-t", "[ARITHMETIC_OVERFLOW]"), ("t * t", "[ARITHMETIC_OVERFLOW]"), ("t - cast(1 as tinyint)", "[ARITHMETIC_OVERFLOW]"),
        ("m + m", "[NUMERIC_VALUE_OUT_OF_RANGE]"), ("m * m", "[NUMERIC_VALUE_OUT_OF_RANGE]"),
        ("cast(s as int)", "[CAST_INVALID_INPUT] the value 'abc' of the type string cannot be cast to int; try_cast gives null instead, or set spark.sql.ansi.enabled to false to get null instead"),
        ("cast(s as double)", "[CAST_INVALID_INPUT]"), ("cast(s as decimal(5,2))", "[CAST_INVALID_INPUT]"), ("cast(s as date)", "[CAST_INVALID_INPUT]"), ("cast(s as boolean)", "[CAST_INVALID_INPUT]"),
        ("s + 1", "[CAST_INVALID_INPUT]"), ("cast('1.5' as int)", "[CAST_INVALID_INPUT]"),
        ("cast(l as int)", "[CAST_OVERFLOW] the value 9223372036854775807 of the type bigint cannot be cast to int, which is too small; try_cast gives null instead, or set spark.sql.ansi.enabled to false to get null instead"),
        ("cast(d as bigint)", "[CAST_OVERFLOW]"), ("cast(m as bigint)", "[CAST_OVERFLOW]"), ("cast(m as decimal(10,2))", "[NUMERIC_VALUE_OUT_OF_RANGE]"), ("cast(d as decimal(10,2))", "[NUMERIC_VALUE_OUT_OF_RANGE]"),
        ("cast(double('NaN') as int)", "[CAST_OVERFLOW]"), ("to_date(s)", "[CAST_INVALID_INPUT] to_date('12') has no value"), ("abs(t)", "[ARITHMETIC_OVERFLOW]"),
        ("case when z > 5 then 0 else i / z end", "[DIVIDE_BY_ZERO]"), ("z = 0 and i / z > 1", "[DIVIDE_BY_ZERO]"), ("z > 0 or i / z > 1", "[DIVIDE_BY_ZERO]"), ("coalesce(z, i / z) + i / z", "[DIVIDE_BY_ZERO]"),
    ]) func failuresNameTheirClass(_ test: (text: String, message: String)) throws {
        let plain = try Expression(parsing: test.text)
        let type = try plain.resolveType(in: schema)
        let checked = plain.ansi
        #expect(try checked.resolveType(in: schema) == type)
        if !test.text.contains("coalesce") { #expect(checked.description == plain.description) }
        // Without ANSI mode there is an answer.
        _ = try plain.evaluate(on: batch)
        #expect { try checked.folded.evaluate(on: batch) } throws: { "\($0)".hasPrefix(test.message) }
    }

    @Test(arguments: [
        "i + z", "i * 2 - 1", "d * 2", "i / 2", "m - 0.5", "-i", "cast(i as string)", "cast(i as tinyint)", "cast(d as float)", "cast(z as boolean)", "abs(i)",
        "case when z <> 0 then i / z end", "case when z = 0 then -1 when z > 1 then i / z else 0 end", "z <> 0 and i / z > 1", "z = 0 or i / z > 1", "coalesce(i, i / 0)", "i / null",
        "case when s like '1%' then cast(s as int) else 0 end", "not (z <> 0 and 10 % z = 0)",
    ]) func whatDoesNotFailHasTheSameValues(_ text: String) throws {
        let plain = try Expression(parsing: text)
        let expected = try plain.evaluate(on: batch)
        #expect(try plain.ansi.evaluate(on: batch).values == expected.values)
        #expect(try plain.ansi.folded.evaluate(on: batch).values == expected.values)
        if expected.type == .boolean {
            let condition = try Expression(parsing: "\(text) and true")
            #expect(Column(try condition.ansi.matchingRows(of: batch)).values == Column(try plain.matchingRows(of: batch)).values)
        }
    }

    @Test func rowsWithNullsNeverFail() throws {
        let nulls = batch.slice(2..<3)
        for text in ["i / z", "l + 1", "cast(s as int)", "m * m", "-t", "cast(d as int)"] {
            #expect(try Expression(parsing: text).ansi.evaluate(on: nulls).values == [.null])
        }
    }

    @Test func sumsAreChecked() throws {
        let call = try AggregateFunction.resolve(named: "sum", [.field("l")])
        guard case .aggregate(let checked) = Expression.aggregate(call).ansi else {
            Issue.record("no aggregate")
            return
        }
        #expect(checked.function == .checkedSum(.error) && checked.description == "sum(l)")
        let twice = Batch.concatenate([batch, batch], schema: schema)
        let node = AggregateNode(memory(schema, [twice]), keys: [], aggregates: [Aggregate("x", checked)])
        #expect { try Running.all[0].rows(of: node) } throws: { "\($0)".hasPrefix("[ARITHMETIC_OVERFLOW] the sum() does not fit into bigint") }
    }
}
