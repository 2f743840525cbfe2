import Testing

import Columnar

@Suite struct JSONCursorTests {
    private func find(_ text: String, _ path: String) -> String? {
        guard case .string(let bytes) = Operand.value(inJSON: .literal(.string(text), .string), path: .literal(.string(path), .string)).storage.value(at: 0) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func deepNestingIsNoJSON() {
        for depth in [499, 500, 501, 100_000] {
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect((find(text, "$") != nil) == (depth <= 500), "\(depth)")
            let objects = String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
            #expect((find(objects, "$.a") != nil) == (depth <= 500), "\(depth)")
        }
        let type = DataType(ofJSON: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(type == nil)
    }

    @Test(arguments: ["{", "[1,]", "{\"a\" 1}", "{a:1}", "tru", "truex", "nul", "-", "1.", "1e", "01", "\"abc", "\"\\x\"", "\"\\u12\"", "[1 2]", "", " ", "{\"a\":1,}"])
    func brokenTextIsNothing(text: String) {
        #expect(find(text, "$") == nil)
        let read = Operand.values(ofJSON: .literal(.string("[" + text), .string), as: .array(.string)).storage
        #expect(read.isNull(0))
    }

    @Test func escapesBecomeCharacters() {
        #expect(find(#"{"a":"\u00e9\ud83d\ude00\n\/\"\ud800"}"#, "$.a") == "é😀\n/\"\u{fffd}")
        #expect(find(#"{"\u0061":"x"}"#, "$.a") == "x")
    }

    /// Rows that come to nothing in the middle leave nothing behind in the columns of those before and after.
    @Test func brokenRowsLeaveNothingBehind() {
        let type = DataType.struct([
            Field("a", .array(.struct([Field("b", .int), Field("c", .map(key: .string, value: .array(.int)))]))), Field("d", .string), Field("e", .boolean),
        ])
        let good = #"{"a":[{"b":1,"c":{"x":[1,2]}},{"b":2}],"d":"text that is longer than a view","e":true}"#
        let answer = #"{"a": [{"b": 1, "c": {"x": [1, 2]}}, {"b": 2, "c": null}], "d": "text that is longer than a view", "e": true}"#
        var rows: [Value] = []
        var expected: [String] = []
        for cut in 0...good.utf8.count {
            rows += [.string(String(good.prefix(cut))), .string(good)]
            expected += [cut == 0 ? "null" : cut == good.utf8.count ? answer : #"{"a": null, "d": null, "e": null}"#, answer]
        }
        let column = Operand.values(ofJSON: .column(.of(.string, rows)), as: type).storage
        for row in 0..<column.count { #expect(text { column.appendJSON(row: row, to: &$0) } == expected[row], "row \(row)") }
    }

    @Test func damagedTextDoesNoHarm() {
        var generator = SeededGenerator(seed: 11)
        let source = Array(#"{"a":[1,2.5e3,{"b":"x\u00e9","c":null}],"d":{"e":true,"f":"2024-01-01"},"g":-12}"#.utf8)
        let type = DataType.struct([Field("a", .array(.struct([Field("b", .string)]))), Field("d", .map(key: .string, value: .string)), Field("g", .decimal(precision: 5, scale: 1))])
        var rows: [Value] = []
        for _ in 0..<3000 {
            var bytes = source
            for _ in 0..<Int.random(in: 1...4, using: &generator) { bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator) }
            rows.append(.string(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))))
        }
        let column = Operand.column(.of(.string, rows))
        let read = Operand.values(ofJSON: column, as: type).storage
        #expect(read.count == rows.count)
        #expect(Operand.json(.column(read)).storage.count == rows.count)
        #expect(Operand.value(inJSON: column, path: .literal(.string("$.a[*].b"), .string)).storage.count == rows.count)
        #expect(Operand.jsonKeys(column).storage.count == rows.count)
        for case .string(let bytes) in rows { _ = bytes.withUnsafeBytes { DataType(ofJSON: $0)?.ddl } }
    }

    @Test(arguments: [
        ("a INT, b STRING", "struct<a:int,b:string>"), ("struct<a:int>", "struct<a:int>"), ("a: ARRAY<STRUCT<b INT, c: MAP<STRING, DECIMAL(5, 2)>>>", "struct<a:array<struct<b:int,c:map<string,decimal(5,2)>>>>"),
        ("`x y` bigint NOT NULL, z double COMMENT 'a, b'", "struct<x y:bigint,z:double>"), ("`x y` bigint NOT NULL", "struct<x y:bigint>"), ("array<int>", "array<int>"), ("a", nil), ("", nil), ("a INT,", nil), ("a INT, a INT", nil), ("int", "int"),
    ] as [(String, String?)])
    func readsDDL(text: String, type: String?) { #expect(DataType(ddl: text)?.hiveName == type) }
}
