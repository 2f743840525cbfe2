import Testing

import Columnar
import Engine

@Suite struct ExpressionTests {
    static let schema = Schema([
        Field("id", .long), Field("amount", .double), Field("status", .string), Field("day", .date), Field("at", .timestamp),
        Field("price", .decimal(precision: 10, scale: 2)), Field("ok", .boolean), Field("address", .struct([Field("city", .string), Field("zip", .int)])),
        Field("tags", .array(.struct([Field("name", .string)]))), Field("m", .map(key: .string, value: .int)), Field("zip", .choice([.int, .string])),
        Field("a b", .int), Field("Case", .string),
    ])

    private static func place(_ city: String, _ zip: Value) -> Value { .struct([StructValueField("city", .string(city)), StructValueField("zip", zip)]) }
    private static func tags(_ names: String...) -> Value { .array(names.map { .struct([StructValueField("name", .string($0))]) }) }

    static let batch: Batch = {
        let columns: [[Value]] = [
            [.integer(1), .integer(2), .null, .integer(4)],
            [.double(1.5), .double(-2), .double(.nan), .null],
            [.string("new"), .string("paid"), .null, .string("it's done")],
            [.date(19782), .date(0), .null, .date(-1)],
            [.timestamp(1_709_214_310_000_000), .timestamp(0), .null, .timestamp(-1)],
            [.decimal(unscaled: 1250, scale: 2), .decimal(unscaled: -1, scale: 2), .null, .decimal(unscaled: 0, scale: 2)],
            [.boolean(true), .boolean(false), .null, .boolean(true)],
            [place("Oslo", .integer(150)), place("Rome", .null), .null, place("Lima", .integer(7))],
            [tags("a", "b"), .array([]), .null, tags("c")],
            [.map([MapValueEntry(.string("k"), .integer(5))]), .map([]), .null, .map([MapValueEntry(.string("j"), .integer(6))])],
            [.integer(94107), .string("02139"), .string("n/a"), .null],
            [.integer(1), .integer(2), .integer(3), .integer(4)],
            [.string("x"), .string("y"), .string("z"), .string("w")],
        ]
        return Batch(schema: schema, columns: zip(schema.fields, columns).map { Column($0.type, values: $1) }, count: 4)
    }()

    static func json(_ column: Column) -> String { (0..<column.count).map { row in
        var out = TextBuffer()
        column.appendJSON(row: row, to: &out)
        return out.string
    }.joined(separator: " ") }

    /// SQL, its values as JSON, its type, and the text that it is described by (nil: as written).
    @Test(arguments: [
        ("id + 1", "2 3 null 5", "bigint", nil), ("amount > 0", "true false true null", "boolean", nil), ("amount >= 1.5 AND ok", "true false null null", "boolean", nil),
        ("status = 'new' or status = 'paid'", "true true null false", "boolean", "status = 'new' OR status = 'paid'"),
        ("status IN ('new', 'it''s done')", "true false null true", "boolean", nil), ("status not in ('new', null)", "false null null null", "boolean", "NOT status IN ('new', NULL)"),
        ("status like '%a%'", "false true null false", "boolean", "status LIKE '%a%'"), ("status LIKE 'new\\_'", "false false null false", "boolean", nil),
        ("status like 'n!ew' escape '!'", "true false null false", "boolean", "status LIKE 'n!ew' ESCAPE '!'"),
        ("id between 2 and 4", "false true null true", "boolean", "id >= 2 AND id <= 4"), ("id not between 2 and 4", "true false null false", "boolean", "NOT (id >= 2 AND id <= 4)"),
        ("id is null", "false false true false", "boolean", "id IS NULL"), ("id is not null", "true true false true", "boolean", "id IS NOT NULL"),
        ("not ok", "false true null false", "boolean", "NOT ok"), ("ok is true", "true false false true", "boolean", "ok <=> true"),
        ("day < DATE '2024-01-01'", "false true null true", "boolean", nil), ("day <= '2024-02-29'", "true true null true", "boolean", nil),
        ("at = TIMESTAMP '2024-02-29 13:45:10'", "true false null false", "boolean", nil), ("price * 2", "25.00 -0.02 null 0.00", "decimal(21,2)", nil),
        ("price > 12", "true false null false", "boolean", nil), ("address.city", "\"Oslo\" \"Rome\" null \"Lima\"", "string", nil), ("ADDRESS.ZIP + 1", "151 null null 8", "int", nil),
        ("tags.name", "[\"a\", \"b\"] [] null [\"c\"]", "array<string>", nil), ("m.k", "5 null null null", "int", nil), ("m['j']", "null null null 6", "int", "m.j"),
        ("zip = 94107", "true false null null", "boolean", nil), ("zip = '02139'", "false true false null", "boolean", nil), ("zip < 3000", "false true null null", "boolean", nil),
        ("`a b` % 2 = 1", "true false true false", "boolean", nil), ("`case`", "\"x\" \"y\" \"z\" \"w\"", "string", nil), ("id <=> null", "false false true false", "boolean", "id <=> NULL"),
        ("-id", "-1 -2 null -4", "bigint", nil), ("- -id", "1 2 null 4", "bigint", "-(-id)"), ("id - (2 - 1)", "0 1 null 3", "bigint", nil), ("(id - 2) - 1", "-2 -1 null 1", "bigint", "id - 2 - 1"),
        ("id / 2", "0.5 1.0 null 2.0", "double", nil), ("id / 0", "null null null null", "double", nil), ("1 + 2 * 3", "7 7 7 7", "int", nil), ("(1 + 2) * 3", "9 9 9 9", "int", nil),
        ("case when id = 1 then 'one' when id = 2 then 'two' else 'many' end", "\"one\" \"two\" \"many\" \"many\"", "string", "CASE WHEN id = 1 THEN 'one' WHEN id = 2 THEN 'two' ELSE 'many' END"),
        ("case id when 1 then 1.5 when 2 then 2 end", "1.5 2.0 null null", "decimal(11,1)", "CASE WHEN id = 1 THEN 1.5 WHEN id = 2 THEN 2 END"),
        ("if(ok, id, 0)", "1 0 0 4", "bigint", "CASE WHEN ok THEN id ELSE 0 END"), ("coalesce(id, 9)", "1 2 9 4", "bigint", nil), ("nullif(id, 2)", "1 null null 4", "bigint", "CASE WHEN id = 2 THEN NULL ELSE id END"),
        ("cast(id as string)", "\"1\" \"2\" null \"4\"", "string", nil), ("cast(status as decimal(5, 1))", "null null null null", "decimal(5,1)", "cast(status as decimal(5,1))"),
        ("int(amount)", "1 -2 0 null", "int", "cast(amount as int)"), ("upper(status)", "\"NEW\" \"PAID\" null \"IT'S DONE\"", "string", nil), ("substr(status, 2, 2)", "\"ew\" \"ai\" null \"t'\"", "string", "substring(status, 2, 2)"),
        ("status || '-' || id", "\"new-1\" \"paid-2\" null \"it's done-4\"", "string", "concat(concat(status, '-'), id)"), ("concat_ws('-', status, id)", "\"new-1\" \"paid-2\" \"\" \"it's done-4\"", "string", nil),
        ("length(status)", "3 4 null 9", "int", nil), ("trim('  x ')", "\"x\" \"x\" \"x\" \"x\"", "string", nil), ("replace(status, 'e', 'E')", "\"nEw\" \"paid\" null \"it's donE\"", "string", nil),
        ("startswith(status, 'p')", "false true null false", "boolean", nil), ("contains(status, 's d')", "false false null true", "boolean", nil), ("instr(status, 'd')", "0 4 null 6", "int", nil),
        ("lpad(status, 5, '*')", "\"**new\" \"*paid\" null \"it's \"", "string", nil), ("abs(amount)", "1.5 2.0 NaN null", "double", nil), ("round(price)", "13 0 null 0", "decimal(9,0)", nil),
        ("round(2.675D, 2)", "2.68 2.68 2.68 2.68", "double", nil), ("round(-15, -1)", "-20 -20 -20 -20", "int", nil), ("floor(amount)", "1 -2 0 null", "bigint", nil), ("ceil(price)", "13 0 null 0", "decimal(9,0)", nil),
        ("isnan(amount)", "false false true false", "boolean", nil), ("greatest(id, 2)", "2 2 2 4", "bigint", nil), ("least(id, 2)", "1 2 2 2", "bigint", nil), ("pow(id, 2)", "1.0 4.0 null 16.0", "double", nil),
        ("year(day)", "2024 1970 null 1969", "int", nil), ("month(at)", "2 1 null 12", "int", nil), ("dayofweek(day)", "5 5 null 4", "int", nil), ("hour(at)", "13 0 null 23", "int", nil), ("quarter(day)", "1 1 null 4", "int", nil),
        ("date_format(day, 'yyyy-MM')", "\"2024-02\" \"1970-01\" null \"1969-12\"", "string", nil), ("date_format(at, \"EEE, d MMM yyyy h:mm a 'o''clock'\")", "\"Thu, 29 Feb 2024 1:45 PM o'clock\" \"Thu, 1 Jan 1970 12:00 AM o'clock\" null \"Wed, 31 Dec 1969 11:59 PM o'clock\"", "string", "date_format(at, 'EEE, d MMM yyyy h:mm a ''o''''clock''')"),
        ("date_add(day, 1)", "\"2024-03-01\" \"1970-01-02\" null \"1970-01-01\"", "date", nil), ("datediff(day, '1970-01-01')", "19782 0 null -1", "int", nil), ("to_date(at)", "\"2024-02-29\" \"1970-01-01\" null \"1969-12-31\"", "date", nil),
        ("1.5", "1.5 1.5 1.5 1.5", "decimal(2,1)", nil), ("1e3", "1000.0 1000.0 1000.0 1000.0", "double", "1000.0D"), ("3000000000", "3000000000 3000000000 3000000000 3000000000", "bigint", nil),
        ("-9223372036854775808", "-9223372036854775808 -9223372036854775808 -9223372036854775808 -9223372036854775808", "bigint", nil), ("7L", "7 7 7 7", "bigint", nil), ("X'01ff'", "\"Af8=\" \"Af8=\" \"Af8=\" \"Af8=\"", "binary", "X'01FF'"),
        ("'a\\nb'", "\"a\\nb\" \"a\\nb\" \"a\\nb\" \"a\\nb\"", "string", nil), ("true and null", "null null null null", "boolean", "true AND NULL"), ("id > 1 -- and more\n and /* x */ ok", "false false null true", "boolean", "id > 1 AND ok"),
        ("id in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11)", "true true null false", "boolean", "id IN (1, 2, 3, 5, 6, 7, 8, 9, 10, 11)"), ("status in ('a','b','c','d','e','f','g','h','new',null)", "true null null null", "boolean", "status IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'new', NULL)"),
        ("not (ok or id = 1) and not id is null", "false true false false", "boolean", "NOT (ok OR id = 1) AND id IS NOT NULL"), ("double('NaN')", "NaN NaN NaN NaN", "double", "cast('NaN' as double)"),
    ] as [(String, String, String, String?)])
    func evaluates(sql: String, expected: String, type: String, described: String?) throws {
        let expression = try Expression(parsing: sql)
        #expect(Self.json(try expression.evaluate(on: Self.batch)) == expected)
        #expect(try expression.resolveType(in: Self.schema).hiveName == type)
        #expect(expression.description == described ?? sql)
        #expect(try Expression(parsing: expression.description) == expression, "the description reads back")
        #expect(Self.json(try expression.folded.evaluate(on: Self.batch)) == expected)
        #expect(try expression.folded.resolveType(in: Self.schema) == expression.resolveType(in: Self.schema))
        #expect(Self.json(try expression.evaluate(on: Self.batch.slice(1..<3))) == expected.splitJSON[1...2].joined(separator: " "))
        guard type == "boolean" else { return }
        let rows = try expression.matchingRows(of: Self.batch)
        #expect((0..<4).map { rows[$0] } == expected.splitJSON.map { $0 == "true" })
    }

    @Test(arguments: [
        ("amuont > 1", "there is no column 'amuont'; did you mean 'amount'? (the columns are id, amount, status, day, at, price, ok, address, tags, m, zip, a b, Case)"),
        ("address.town", "'address' has no field 'town' (its fields are city, zip)"), ("address.citi", "'address' has no field 'citi'; did you mean 'city'? (its fields are city, zip)"),
        ("id.x", "'id' is of type bigint and has no fields, so there is no 'id.x'"), ("address = 1", "'=' cannot be applied: address is of type struct<city:string,zip:int>, 1 is of type int; cast one of them with cast(... as TYPE)"),
        ("ok + 1", "'+' cannot be applied: ok is of type boolean, 1 is of type int; cast one of them with cast(... as TYPE)"), ("tags and ok", "AND cannot be applied: tags is of type array<struct<name:string>>; cast one of them with cast(... as TYPE)"),
        ("year(ok)", "year() wants a date or timestamp, but ok is of type boolean"), ("round(amount, id)", "round() wants a constant as argument 2, but id is no constant"),
        ("date_format(day, 'bad')", "'bad' is no pattern of dates and times; one is 'yyyy-MM-dd HH:mm:ss', and text in it stands in single quotes"),
    ]) func refuses(sql: String, message: String) throws {
        let expression = try Expression(parsing: sql)
        #expect(throws: PlanError.self) { try expression.resolveType(in: Self.schema) }
        do {
            _ = try expression.evaluate(on: Self.batch)
            Issue.record("\(sql) was evaluated")
        } catch { #expect(error.description == message) }
    }

    @Test(arguments: [
        ("price > )", "')' stands here where a value is expected\n    price > )\n            ^"), ("", "the text ends where a value is expected\n    \n    ^"),
        ("a = 'x", "the string is never closed\n    a = 'x\n        ^"), ("a b c", "'c' stands here where the end is expected\n    a b c\n        ^"),
        ("a in (1, 2", "the text ends where ')' is expected\n    a in (1, 2\n              ^"), ("lowr(a)", "there is no function 'lowr'; did you mean 'lower'?\n    lowr(a)\n    ^"),
        ("x > 1 and\n  cast(a as strin) = 'y'", "'strin' is no type; did you mean 'string'?\n      cast(a as strin) = 'y'\n                ^"), ("substring(a)", "substring() takes 2 to 3 arguments, not 1\n    substring(a)\n    ^"),
        ("a is 5", "'5' stands here where NULL, TRUE or FALSE is expected\n    a is 5\n         ^"), ("DATE '2023-02-29'", "this is no date; one is written DATE '2024-02-29'\n    DATE '2023-02-29'\n    ^"),
        ("ü = #", "the character '#' has no meaning here\n    ü = #\n        ^"), ("a = 5x", "'5x' is no number that fits its type\n    a = 5x\n        ^"), ("`a", "the back-tick is never closed\n    `a\n    ^"),
        ("a and", "the text ends where a value is expected\n    a and\n         ^"), ("from", "'from' stands here where a value is expected\n    from\n    ^"), ("case a end", "'end' stands here where WHEN is expected\n    case a end\n           ^"),
    ]) func pointsAtThePlace(sql: String, message: String) {
        do {
            _ = try Expression(parsing: sql)
            Issue.record("\(sql) was read")
        } catch { #expect(error.description == message) }
    }

    @Test func deepAndLongTextsAreNoDanger() throws {
        #expect(throws: ParseError.self) { try Expression(parsing: String(repeating: "(", count: 100_000)) }
        #expect(throws: ParseError.self) { try Expression(parsing: String(repeating: "not ", count: 10) + String(repeating: "(", count: 300) + "1") }
        #expect(throws: ParseError.self) { try Expression(parsing: "1" + String(repeating: "+1", count: 100_000)) }
        let long = try Expression(parsing: (0..<20_000).map { "id = \($0)" }.joined(separator: " or "))
        #expect(Self.json(try long.evaluate(on: Self.batch)) == "true true null true")
        #expect(try Expression(parsing: String(repeating: "not ", count: 100_001) + "ok").folded == Expression(parsing: "not ok"))
    }

    @Test func missingFieldsOfRecordsAreNull() throws {
        let expression = try Expression(parsing: "nothing is null and coalesce(id, gone, 9) > 3 and address.gone.more is null")
        #expect(Self.json(try expression.evaluate(on: Self.batch, lookup: .record)) == "false false true true")
        #expect(Self.json(try Expression(parsing: "ID").evaluate(on: Self.batch, lookup: .record)) == "null null null null")
        #expect(expression.fields == ["nothing", "id", "gone", "address"])
        #expect(expression.renamingFields(["id": "key"]).fields == ["nothing", "key", "gone", "address"])
        #expect(expression.conjuncts.count == 3)
    }

    @Test(arguments: [
        ("1 + 1 = 2 and id > 1", "id > 1"), ("id > 1 or 2 > 1", "true"), ("false and id > 1", "false"), ("id > 2 * 3", "id > 6"), ("upper('x') || lower('Y')", "'Xy'"), ("not not (id > 1)", "id > 1"),
        ("true and ok", "true AND ok"), ("cast('2024-02-29' as date)", "DATE '2024-02-29'"), ("ok + 1", "ok + 1"), ("1 + true", "1 + true"), ("case when false then 1 when id > 1 then 2 else 3 end", "CASE WHEN id > 1 THEN 2 ELSE 3 END"),
    ]) func folds(sql: String, folded: String) throws { #expect(try Expression(parsing: sql).folded.description == folded) }

    @Test func emptyBatches() throws {
        let empty = Batch.empty(Self.schema)
        for sql in ["id + 1", "zip = 5", "status like 'a%'", "coalesce(id, 1)", "1 + 1", "tags.name", "m.k", "id in (1,2,3,4,5,6,7,8,9)", "upper(status)", "case when ok then 1 end"] {
            #expect(try Expression(parsing: sql).evaluate(on: empty).count == 0)
        }
    }
}

extension String {
    /// JSON values with spaces between, apart.
    fileprivate var splitJSON: [String] {
        var (parts, current, depth, quoted): ([String], String, Int, Bool) = ([], "", 0, false)
        for character in self {
            if character == "\"" { quoted.toggle() }
            if !quoted { depth += character == "[" ? 1 : character == "]" ? -1 : 0 }
            if character == " ", depth == 0, !quoted {
                parts.append(current)
                current = ""
            } else {
                current.append(character)
            }
        }
        return parts + [current]
    }
}
