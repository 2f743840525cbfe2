import Testing

import Columnar
import Engine

/// What tables of answers cannot say: errors, costs, chance, nested values.
@Suite struct FunctionTests {
    private func value(_ sql: String) throws -> Value { try Expression(parsing: sql).evaluate(on: FunctionAnswers.rows([0])).value(at: 0) }

    @Test(arguments: [
        ("lpad(s)", "lpad() takes 2 to 3 arguments, not 1"), ("rlike(s, '(')", "rlike(): '(' is no regular expression: missing closing parenthesis (at byte 1)"),
        ("regexp_replace(s, 'a', '$1')", "regexp_replace(): '$1' is no replacement: the pattern has no group 1"),
        ("regexp_extract(s, 'a', 1)", "regexp_extract(): the regular expression 'a' has 0 groups, so there is no group 1"),
        ("rlike(s, '[a&&[^b]&&c]')", "rlike(): '[a&&[^b]&&c]' is no regular expression: an intersection of more than two classes is not supported (at byte 8)"),
        ("raise_error('too bad')", "too bad"), ("assert_true(i > 5)", "'i > 5' is not true!"), ("encode('é', 'US-ASCII')", "encode(): 'é' has characters that are not in US-ASCII"),
        ("encode(s, 'latin')", "encode() wants one of the character sets 'US-ASCII', 'ISO-8859-1', 'UTF-8', 'UTF-16BE', 'UTF-16LE', 'UTF-16', 'UTF-32', but 'latin' is none"),
        ("format_string('%d', s)", "format_string(): '%d' cannot be used as a format: '%d' cannot write a value of type string"),
        ("to_number('x', '99')", "to_number(): 'x' is not in the format '99'"), ("upper(a)", "upper() wants a string, but a is of type array<string>"),
        ("bit_get(i, 32)", "bit_get(): a number of 32 bits has no bit 32"), ("shiftleft(d, 1)", "shiftleft() wants a whole number, but d is of type double"),
        ("sentences(s)", "Spark's function 'sentences' is not supported"),
    ]) func refuses(sql: String, message: String) {
        do {
            _ = try Expression(parsing: sql).evaluate(on: FunctionAnswers.batch)
            Issue.record("\(sql) was evaluated")
        } catch { #expect("\(error)".split(separator: "\n").first.map(String.init) == message) }
    }

    @Test func aCostlyPatternEndsWithAnError() throws {
        let text = String(repeating: "a", count: 64) + "b"
        let error = #expect(throws: PlanError.self) { try value("rlike('\(text)', '(a|aa)+$')") }
        #expect(error?.description == "rlike(): the search for '(a|aa)+$' takes too long; write it so that it has fewer ways to match the same text")
        // Nesting and length are no danger either.
        #expect(throws: (any Error).self) { try value("rlike('a', '\(String(repeating: "(", count: 100_000))')") }
        #expect(throws: (any Error).self) { try value("rlike('a', '\(String(repeating: "[", count: 100_000))')") }
        #expect(try value("rlike('\(String(repeating: "ab", count: 200_000))', '^(ab)+$')") == .boolean(true))
    }

    @Test func hashesOfNestedValues() throws {
        // hash(struct(1, 'x')) and hash(array(1, null, 2)) of Spark; a timestamp counts as its microseconds.
        let row = Column(.struct([Field("a", .int), Field("b", .string)]), values: [.struct([.init("a", .integer(1)), .init("b", .string("x"))]), .null])
        let list = Column(.array(.int), values: [.array([.integer(1), .null, .integer(2)]), .array([])])
        let time = Column(.timestamp, values: [.timestamp(1_000_000), .null])
        #expect(Operand.hash([.column(row)], count: 2).storage.values == [.integer(-1_305_545_736), .integer(42)])
        #expect(Operand.hash([.column(list)], count: 2).storage.values == [.integer(-222_940_379), .integer(42)])
        #expect(Operand.hash([.column(time)], count: 2).storage.values == [.integer(-1_715_802_514), .integer(42)])
        #expect(Operand.xxhash64([.column(row)], count: 2).storage.values == [.integer(8_510_603_489_595_372_987), .integer(42)])
        #expect(Operand.xxhash64([.column(list)], count: 2).storage.values == [.integer(-8_133_857_028_838_179_022), .integer(42)])
    }

    @Test func chanceIsTheSameForTheSameSeed() throws {
        let places = RandomColumns.places(from: 0, count: 10_000)
        let first = RandomColumns.uniform(seed: 7, places: places)
        #expect(first.values == RandomColumns.uniform(seed: 7, places: places).values)
        #expect(first.values != RandomColumns.uniform(seed: 8, places: places).values)
        func doubles(_ column: Column) -> [Double] { column.values.compactMap { if case .double(let value) = $0 { value } else { nil } } }
        let values = doubles(first)
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 } && Set(values).count == 10_000)
        #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 0.02)
        let normal = doubles(RandomColumns.normal(seed: 7, places: places))
        #expect(abs(normal.reduce(0, +) / 10_000) < 0.05 && abs(normal.reduce(0) { $0 + $1 * $1 } / 10_000 - 1) < 0.1)
    }

    @Test func whatChanceDecidesIsNeitherFoldedNorMoved() throws {
        for sql in ["rand(1)", "uuid()", "monotonically_increasing_id()", "randn()"] {
            let expression = try Expression(parsing: sql)
            #expect(!expression.isDeterministic && expression.folded == expression)
        }
        #expect(try Expression(parsing: "rand() + 1") != Expression(parsing: "rand() + 1"), "each has a seed of its own")
        let batch = FunctionAnswers.batch
        let ids = try Expression(parsing: "uuid()").evaluate(on: batch).values
        #expect(Set(ids).count == 6)
        guard case .string(let bytes) = ids[0] else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(try value("rlike('\(text)', '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')") == .boolean(true), "\(text)")
    }

    @Test func dictionariesAreComputedOnceAnEntry() throws {
        let entries = Column(.string, values: [.string("ab"), .string("cd"), .null])
        let column = Column(type: .string, count: 8, storage: .dictionary(indices: Values([Int32(0), 1, 2, 0, 1, 2, 0, 1]), values: entries))
        let batch = Batch(schema: Schema([Field("s", .string)]), columns: [column], count: 8)
        let result = try Expression(parsing: "repeat(s, 2)").evaluate(on: batch)
        guard case .dictionary(_, let values) = result.storage else {
            Issue.record("no dictionary")
            return
        }
        #expect(values.count == 3)
        #expect(result.values.prefix(3) == [.string("abab"), .string("cdcd"), .null])
        #expect(try Expression(parsing: "ascii(s)").evaluate(on: batch).values.prefix(3) == [.integer(97), .integer(99), .null])
    }

    @Test func whatRaisesIsComputedWhereItIsAskedFor() throws {
        let batch = FunctionAnswers.batch
        for sql in [
            "case when i is null then raise_error('none') else i end is null", "if(s = '%zz', url_decode('%zz'), s)", "coalesce(s, 'x') is null and assert_true(false) is null",
        ] {
            let wanted = sql.hasPrefix("case")
            if wanted {
                #expect(throws: PlanError.raised("none")) { try Expression(parsing: sql).evaluate(on: batch) }
                #expect(try Expression(parsing: sql).evaluate(on: FunctionAnswers.rows([0, 1])).values == [.boolean(false), .boolean(false)])
            } else {
                #expect(throws: Never.self) { try Expression(parsing: sql).evaluate(on: batch) }
            }
        }
    }

    @Test func operatorsReadBack() throws {
        for (sql, text) in [("i & 3 | l", "((i & 3) | l)"), ("~i", "~i"), ("~(i ^ 1)", "~(i ^ 1)")] {
            let expression = try Expression(parsing: sql)
            #expect(expression.description == text)
            #expect(try Expression(parsing: expression.description) == expression)
        }
    }
}
