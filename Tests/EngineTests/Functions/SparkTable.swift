import Testing

public import Columnar
import Engine

/// A table with nulls, empty arrays, extremes and other edges, and expressions over it with Spark's answers.
enum SparkTable {
    static let schema = Schema([
        Field("id", .int), Field("i", .int), Field("l", .long), Field("d", .double), Field("s", .string), Field("day", .date), Field("at", .timestamp),
        Field("xs", .array(.int)), Field("ys", .array(.int)), Field("ds", .array(.double)), Field("ss", .array(.string)), Field("nested", .array(.array(.int))),
        Field("m", .map(key: .string, value: .int)), Field("st", .struct([Field("a", .int), Field("b", .string)])),
        Field("recs", .array(.struct([Field("k", .string), Field("v", .int)]))), Field("js", .string), Field("ts", .string), Field("zone", .string),
        Field("price", .decimal(precision: 10, scale: 2)),
    ])

    private static func ints(_ values: Int64?...) -> Value { .array(values.map { $0.map { .integer($0) } ?? .null }) }
    private static func doubles(_ values: Double?...) -> Value { .array(values.map { $0.map { .double($0) } ?? .null }) }
    private static func texts(_ values: String?...) -> Value { .array(values.map { $0.map { .string($0) } ?? .null }) }
    private static func pair(_ a: Value, _ b: Value, _ names: (String, String) = ("k", "v")) -> Value {
        .struct([StructValueField(names.0, a), StructValueField(names.1, b)])
    }
    private static func map(_ entries: (String, Value)...) -> Value { .map(entries.map { MapValueEntry(.string($0.0), $0.1) }) }
    private static let ab = ("a", "b")
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Value { .date(Int32(CivilDate(year: year, month: month, day: day).days)) }

    static let batch: Batch = {
        let columns: [[Value]] = [
            [.integer(1), .integer(2), .integer(3), .integer(4), .integer(5)],
            [.integer(1), .integer(2), .null, .integer(-7), .integer(2_147_483_647)],
            [.integer(10), .integer(20), .null, .integer(-5), .integer(.max)],
            [.double(1.5), .double(-0.0), .null, .double(.nan), .double(1e300)],
            [.string("abc"), .string(""), .null, .string("Zürich"), .string("a,b")],
            [days(2024, 2, 29), days(1970, 1, 1), .null, days(4, 2, 29), days(9996, 12, 31)],
            [.timestamp(1_709_214_310_123_456), .timestamp(0), .null, .timestamp(-1), .timestamp(1_729_989_000_000_000)],
            [ints(1, 2, 3), ints(), .null, ints(nil, 3, nil, 1, 3), ints(5)],
            [ints(3, 4), ints(1), .null, ints(nil, 7), ints()],
            [doubles(.nan, 0.0, -0.0, .nan), doubles(), .null, doubles(2.5, nil, -1), doubles(1)],
            [texts("b", "a", "c"), texts(), .null, texts(nil, "", "x"), texts("é")],
            [.array([ints(1), ints(2, 3)]), .array([]), .null, .array([.null, ints(nil)]), .array([ints()])],
            [map(("a", .integer(1)), ("b", .integer(2))), map(), .null, map(("x", .null)), map(("a", .integer(9)))],
            [pair(.integer(1), "x", ab), pair(.null, "y", ab), .null, .null, pair(.integer(3), .null, ab)],
            [.array([pair("p", .integer(1)), pair("q", .null)]), .array([]), .null, .array([.null, pair(.null, .integer(5))]), .array([pair("z", .integer(7))])],
            [#"{"a":1,"b":{"c":[10,20,{"d":"x"}]},"e":"s\"t"}"#, #"[1,2,{"a":[true,null]}]"#, .null, "not json", #"{"a":null,"b":{"c":[]},"x":1.5e3}"#],
            ["2024-03-31 02:30:00", "2024-11-03", .null, "2024-02-30 10:00:00", "2024-12-31 23:59:59.5"],
            ["Europe/Berlin", "America/New_York", .null, "Asia/Kolkata", "Australia/Lord_Howe"],
            ([1250, -1, nil, 0, 9_999_999_999] as [Int128?]).map { cents -> Value in cents.map { .decimal(unscaled: $0, scale: 2) } ?? .null },
        ]
        return Batch(schema: schema, columns: zip(schema.fields, columns).map { Column.init($0.type, values: $1) }, count: 5)
    }()

    static func json(_ column: Column) -> String {
        (0..<column.count).map { row in
            var out = TextBuffer()
            column.appendJSON(row: row, to: &out)
            return out.string
        }.joined(separator: " ")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String, type: String, answer: String
        var testDescription: String { sql }
    }

    /// Lines of `expression ==> type ==> values`, the values as JSON with blanks between.
    static func cases(_ text: String) -> [Case] {
        text.split(separator: "\n").map { line in
            var parts: [Substring] = []
            var rest = line
            while parts.count < 2, let arrow = rest.firstRange(of: " ==> ") {
                parts.append(rest[..<arrow.lowerBound])
                rest = rest[arrow.upperBound...]
            }
            precondition(parts.count == 2, "no case: \(line)")
            return Case(sql: String(parts[0]), type: String(parts[1]), answer: String(rest))
        }
    }

    static func check(_ test: Case) throws {
        let expression = try parse(test.sql)
        #expect(try expression.resolveType(in: schema).hiveName == test.type)
        let column = try expression.evaluate(on: batch)
        #expect(json(column) == test.answer)
        #expect(column.type == (try expression.resolveType(in: schema)))
        // Constants folded, parts of a batch, and dictionaries below change nothing.
        #expect(json(try expression.folded.evaluate(on: batch)) == test.answer)
        let rows = try expression.evaluate(on: batch.slice(1..<4))
        #expect(json(rows) == (1..<4).map { json(column.slice($0..<$0 + 1)) }.joined(separator: " "))
        #expect(json(try expression.evaluate(on: doubled)) == test.answer + " " + test.answer)
        #expect(try expression.evaluate(on: batch.slice(0..<0)).count == 0)
    }

    /// The rows twice, every column behind a dictionary.
    private static let doubled: Batch = {
        let indices = Values<Int32>([0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
        return Batch(
            schema: schema,
            columns: batch.columns.map { Column(type: $0.type, count: 10, storage: .dictionary(indices: indices, values: $0)) }, count: 10)
    }()

    // MARK: Lambdas and intervals

    /// Reads a call whose arguments may be functions, `x -> x + 1` or `(x, y) -> x + y`, or intervals; anything else as SQL has it.
    static func parse(_ text: String) throws -> Expression {
        let text = text.trimmingBlanks
        guard let open = text.firstIndex(of: "("), text.last == ")", text.contains("->") || text.contains("interval "),
            let function = Function(named: String(text[..<open]).trimmingBlanks)
        else { return try Expression(parsing: text) }
        let arguments = try split(String(text[text.index(after: open)...].dropLast())).map { argument -> Expression in
            if argument.hasPrefix("interval ") { return .interval(interval(argument)) }
            guard let arrow = argument.firstRange(of: "->"), isHead(argument[..<arrow.lowerBound]) else { return try parse(argument) }
            let head = argument[..<arrow.lowerBound].filter { !"() ".contains($0) }
            return .lambda(head.split(separator: ",").map(String.init), try parse(String(argument[arrow.upperBound...])))
        }
        return try function(arguments)
    }

    private static func isHead(_ text: Substring) -> Bool { text.allSatisfy { $0.isLetter || "(), ".contains($0) } && text.filter { $0 == "(" }.count <= 1 && !text.dropFirst().contains("(") }

    private static func interval(_ text: String) -> Interval {
        let words = text.split(separator: " ")
        let n = Int(words[1]) ?? 0
        switch words[2].hasSuffix("s") ? words[2].dropLast() : words[2] {
        case "year": return Interval(months: Int32(n * 12))
        case "month": return Interval(months: Int32(n))
        case "day": return Interval(days: Int32(n))
        case "hour": return Interval(microseconds: Int64(n) * 3_600_000_000)
        default: return Interval(microseconds: Int64(n) * 60_000_000)
        }
    }

    /// The parts between commas that stand in no parentheses and no quotes.
    private static func split(_ text: String) -> [String] {
        var (parts, current, depth) = ([String](), "", 0)
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else {
                if character == "'" || character == "\"" { quote = character }
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if character == ",", depth == 0 {
                    parts.append(current.trimmingBlanks)
                    current = ""
                    continue
                }
            }
            current.append(character)
        }
        return parts + [current.trimmingBlanks]
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension Substring {
    fileprivate func firstRange(of needle: String) -> Range<Index>? { ranges(of: needle).first }
}

extension String {
    fileprivate func firstRange(of needle: String) -> Range<Index>? { ranges(of: needle).first }
}

extension Value: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
