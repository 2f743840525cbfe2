import Columnar
import Testing

import Engine

/// Rows under a schema that was said beforehand.
@Suite struct ShapingTests {
    @Test(arguments: [
        ("1", DataType.long, "1"), ("1", .short, "1"), ("70000", .short, "null"), ("1", .double, "1.0"), ("1.5", .int, "null"), ("1", .string, "\"1\""),
        ("\"x\"", .int, "null"), ("\"5\"", .int, "null"), ("true", .string, "\"true\""), ("[1,null]", .string, "\"[1, null]\""),
        ("[1,null]", .array(.string), "[\"1\", null]"), ("{\"a\":1,\"b\":\"x\"}", .struct([Field("b", .string), Field("c", .int), Field("a", .double)]), "{\"b\": \"x\", \"c\": null, \"a\": 1.0}"),
        ("{\"a\":1}", .int, "null"), ("1", .boolean, "null"), ("1", .decimal(precision: 5, scale: 2), "1.00"), ("null", .int, "null"),
    ])
    func shapes(value: String, type: DataType, expected: String) {
        let shaped = column(value, value).shaped(as: type)
        #expect(shaped.type == type)
        #expect(text(shaped, 1) == expected)
    }

    @Test func choicesAreShapedValueByValue() {
        let choice = column("1", "\"x\"", "2.5", "null", "[1]")
        #expect((0..<5).map { text(choice.shaped(as: .string), $0) } == ["\"1\"", "\"x\"", "\"2.5\"", "null", "\"[1]\""])
        #expect((0..<5).map { text(choice.shaped(as: .double), $0) } == ["1.0", "null", "2.5", "null", "null"])
        #expect(choice.slice(1..<3).shaped(as: .double).nullCount == 1)
    }

    @Test func rowsThatDoNotFitAreDroppedOrFail() throws {
        let batch = records("{\"a\":1,\"s\":\"\"}", "{\"a\":\"x\",\"s\":\"y\"}", "{\"a\":3}")
        let scan = ScanNode(MemorySource(name: "rows", schema: batch.schema, batches: [batch]))
        let schema = Schema([Field("s", .string), Field("a", .int), Field("more", .date)])
        func rows(_ mismatch: ShapeNode.Mismatch, _ nullTexts: [String] = []) throws -> [[Value]] {
            try Running.all[0].rows(of: ShapeNode(scan, schema: schema, mismatch: mismatch, nullTexts: nullTexts))
        }
        #expect(try rows(.null) == [[.string(""), .integer(1), .null], [.string("y"), .null, .null], [.null, .integer(3), .null]])
        #expect(try rows(.null, [""])[0] == [.null, .integer(1), .null])
        #expect(try rows(.dropRow) == [[.string(""), .integer(1), .null], [.null, .integer(3), .null]])
        #expect(throws: PlanError.self) { try rows(.fail) }
    }

    @Test func samplesOfRangesThatDoNotMeetShareNoRow() throws {
        let scan = ScanNode(try RangeSource(start: 0, end: 10_000, step: 1))
        let parts = try [(0.0, 0.3), (0.3, 0.5), (0.8, 1.0)].map { try Running.all[0].rows(of: SampleNode(scan, fraction: $1, seed: 5, lowerBound: $0)).map { $0[0] } }
        #expect(parts.allSatisfy { $0.count > 1500 })
        #expect(parts.joined().count == 10_000)
        #expect(Set(parts.joined()).count == 10_000)
    }
}
