import Testing

import Columnar
import Engine

/// Functions against the answers of Spark, over columns of all types: as they are, without nulls, dictionary-encoded, sliced, and with constants in the place of columns.
@Suite struct FunctionAnswersTests {
    @Test(arguments: FunctionAnswers.all.indices) func answers(index: Int) throws {
        let (theme, answers) = FunctionAnswers.all[index]
        var wrong: [String] = []
        for answer in answers { wrong += FunctionAnswers.problems(answer) }
        #expect(wrong.isEmpty, "\(theme): \(wrong.count) problems\n\(wrong.prefix(60).joined(separator: "\n"))")
    }
}

/// SQL, its type, and its values for the rows.
typealias Answer = (sql: String, type: String, values: String)

enum FunctionAnswers {
    static let all: [(String, [Answer])] = [
        ("text", text), ("encoding", encoding), ("regular expressions", regularExpressions), ("numbers", numbers), ("bits", bits), ("choosing", choosing),
        ("hashing", hashing), ("formats", formats),
    ]

    static let batch: Batch = {
        func bytes(_ text: String) -> Value { .binary(Array(text.utf8)) }
        func strings(_ items: Value...) -> Value { .array(items) }
        let m = { (value: Int128) -> Value in .decimal(unscaled: value, scale: 2) }
        let url = "http://user:pw@example.com:80/a/b.html?x=1&key=v%20w#frag"
        let columns: [(String, DataType, [Value])] = [
            ("s", .string, [.string("Hello World"), .string(""), .null, .string("héllo wörld ñ"), .string("  pad\t "), .string("a1b2,c3;d4")]),
            ("u", .string, [.string("lo"), .string("x"), .string("b"), .string("ö"), .string(""), .string(",")]),
            ("i", .int, [.integer(1), .integer(-7), .null, .integer(2_147_483_647), .integer(0), .integer(-2_147_483_648)]),
            ("l", .long, [.integer(42), .integer(.min), .null, .integer(.max), .integer(0), .integer(255)]),
            ("d", .double, [.double(1.5), .double(-2.675), .null, .double(.nan), .double(0), .double(1e300)]),
            ("e", .double, [.double(-0.0), .double(0.5), .double(100.25), .double(.infinity), .double(-.infinity), .null]),
            ("m", .decimal(precision: 10, scale: 2), [m(1235), m(-1), .null, m(9_999_999_999), m(0), m(250)]),
            ("b", .boolean, [.boolean(true), .boolean(false), .null, .boolean(true), .boolean(false), .boolean(true)]),
            ("x", .binary, [.binary([0, 0xff, 0x10]), .binary([]), .null, bytes("abc"), bytes("ñandú"), .binary([0xff, 0xfe])]),
            ("t", .date, [.date(19782), .date(-1), .null, .date(-719_162), .date(2_932_896), .date(10957)]),
            ("n", .string, [.string("123"), .string("-4.5"), .null, .string("abc"), .string(""), .string(" 77 ")]),
            (
                "a", .array(.string),
                [
                    strings(.string("a"), .null, .string("b")), strings(), .null, strings(.string("ü")), strings(.string("x"), .string("")),
                    strings(.string("p"), .string("q"), .string("r")),
                ]
            ),
            ("y", .byte, [.integer(3), .integer(-128), .null, .integer(127), .integer(0), .integer(8)]),
            ("f", .float, [.double(1.25), .double(-0.5), .null, .double(.nan), .double(0), .double(Double(Float(1e30)))]),
            (
                "url", .string,
                [.string(url), .string("https://a.b/"), .null, .string("no url at all"), .string("file:/x?y"), .string("http://h/p?key=1&key=2&z")]
            ),
        ]
        return Batch(schema: Schema(columns.map { Field($0.0, $0.1) }), columns: columns.map { Column($0.1, values: $0.2) }, count: 6)
    }()

    /// Rows of the batch, in any order and number.
    static func rows(_ rows: [Int]) -> Batch {
        Batch(schema: batch.schema, columns: batch.columns.map { $0.take(Values(rows.map { Int32($0) })) }, count: rows.count)
    }

    /// The batch with its columns of text as dictionaries, one entry of which no row has.
    static let dictionaries = Batch(
        schema: batch.schema,
        columns: batch.columns.map { column in
            guard column.type == .string || column.type == .binary else { return column }
            let entries = Column.concatenate([column.take(Values([Int32(5), 4, 3, 2, 1, 0])), Column(column.type, values: [column.value(at: 0)])], as: column.type)
            return Column(
                type: column.type, count: 6, validity: column.validity, storage: .dictionary(indices: Values([Int32(5), 4, 3, 2, 1, 0]), values: entries))
        }, count: 6)

    /// What is not as it should be.
    static func problems(_ answer: Answer) -> [String] {
        let expression: Expression
        do { expression = try Expression(parsing: answer.sql) } catch { return answer.type == "ERROR" ? [] : ["\(answer.sql): \(error)"] }
        if answer.type == "ERROR" {
            do {
                let column = try expression.evaluate(on: batch)
                return ["\(answer.sql): no error, but \(ExpressionTests.json(column))"]
            } catch { return [] }
        }
        var problems: [String] = []
        let expected = split(answer.values)
        func check(_ what: String, _ rows: [Int], _ body: () throws -> Column) {
            do {
                let column = try body()
                let found = (0..<column.count).map { json(column, $0) }
                let wanted = rows.map { expected[$0] }
                if found.count != wanted.count || !zip(found, wanted).allSatisfy({ isEqual($0, $1, column.type) }) {
                    problems.append("\(answer.sql) (\(what)): \(found.joined(separator: " ")) and not \(wanted.joined(separator: " "))")
                }
            } catch { problems.append("\(answer.sql) (\(what)): \(error)") }
        }
        do {
            let type = try expression.resolveType(in: batch.schema)
            let name = type == .null ? "void" : type.hiveName
            if name != answer.type { problems.append("\(answer.sql): of type \(name) and not \(answer.type)") }
        } catch { return ["\(answer.sql): \(error)"] }
        check("columns", Array(0..<6)) { try expression.evaluate(on: batch) }
        if !problems.isEmpty { return problems }
        check("folded", Array(0..<6)) { try expression.folded.evaluate(on: batch) }
        check("no nulls", [0, 1, 3, 4]) { try expression.evaluate(on: rows([0, 1, 3, 4])) }
        check("slice", [1, 2, 3]) { try expression.evaluate(on: batch.slice(1..<4)) }
        check("no rows", []) { try expression.evaluate(on: batch.slice(0..<0)) }
        check("dictionaries", Array(0..<6)) { try expression.evaluate(on: dictionaries) }
        for row in 0..<6 {
            check("constants of row \(row)", [row, row]) { try constant(expression, row).evaluate(on: rows([row, row])) }
        }
        check("mixed", [0, 0]) { try constant(expression, 0, keeping: "s").evaluate(on: rows([0, 0])) }
        return problems
    }

    /// The expression with the values of a row in the place of columns.
    private static func constant(_ expression: Expression, _ row: Int, keeping kept: String? = nil) -> Expression {
        if case .field(let path) = expression, path[0] != kept, let i = batch.schema.fields.firstIndex(where: { $0.name == path[0] }) {
            return .literal(batch.columns[i].value(at: row), batch.columns[i].type)
        }
        return expression.mapChildren { constant($0, row, keeping: kept) }
    }

    private static func json(_ column: Column, _ row: Int) -> String {
        var out = TextBuffer()
        column.appendJSON(row: row, to: &out)
        return out.string
    }

    /// Doubles may differ in their last digits: the functions of two mathematical libraries do.
    private static func isEqual(_ a: String, _ b: String, _ type: DataType) -> Bool {
        if a == b { return true }
        guard type == .double, let x = Double(a), let y = Double(b), x.isFinite, y.isFinite else { return false }
        return abs(x - y) <= 1e-14 * max(abs(x), abs(y))
    }

    /// Values in JSON with blanks between.
    private static func split(_ text: String) -> [String] {
        var (parts, current, depth, isQuoted, isEscaped): ([String], [UInt8], Int, Bool, Bool) = ([], [], 0, false, false)
        for byte in text.utf8 {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted {
                depth += byte == UInt8(ascii: "[") ? 1 : byte == UInt8(ascii: "]") ? -1 : 0
                if byte == 0x20, depth == 0 {
                    parts.append(String(decoding: current, as: UTF8.self))
                    current = []
                    continue
                }
            }
            current.append(byte)
        }
        return parts + [String(decoding: current, as: UTF8.self)]
    }
}
