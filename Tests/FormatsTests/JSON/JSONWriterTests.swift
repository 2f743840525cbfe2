import Columnar
import Testing

import Formats

@Suite struct JSONWriterTests {
    static func json(_ batch: Batch) throws -> String {
        let sink = MemorySink()
        let writer = try JSONWriter(schema: batch.schema, sink: sink)
        try writer.write(batch)
        try writer.finish()
        return String(decoding: sink.bytes, as: UTF8.self)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        var declared: [Field]?
        /// What is written; nil: the text.
        var written: String?
        var testDescription: String { text }
    }

    static let cases: [Case] = [
        Case(text: "{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":0.1,\"e\":-1e+300,\"f\":42.0,\"g\":9007199254740993,\"h\":5e-324}\n"),
        Case(text: "{\"a\":1,\"b\":null}\n{\"b\":null}\n{\"b\":2}\n", written: "{\"a\":1}\n{}\n{\"b\":2}\n"),
        Case(text: "{\"a\":[1,null,[]],\"s\":{\"x\":null,\"y\":{}}}\n", written: "{\"a\":[1,null,[]],\"s\":{\"y\":{}}}\n"),
        Case(text: #"{"a\"b":"\"\\\/\b\f\n\r\t\u0001 é😀 plain text that is longer than sixteen bytes"}"# + "\n",
             written: #"{"a\"b":"\"\\/\b\f\n\r\t\u0001 é😀 plain text that is longer than sixteen bytes"}"# + "\n"),
        Case(text: "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":[2.5]}\n{\"a\":{\"k\":false}}\n"),
        Case(
            text: "{\"t\":\"2024-02-29T13:45:10Z\",\"d\":\"1969-12-31\",\"p\":12.30,\"m\":{\"k\":1,\"j\":null},\"y\":\"AQI=\"}\n",
            declared: [Field("t", .timestamp), Field("d", .date), Field("p", .decimal(precision: 9, scale: 2)), Field("m", .map(key: .string, value: .long)), Field("y", .binary)]),
        Case(text: "{\"t\":\"2024-02-29T13:45:10.120Z\"}\n", declared: [Field("t", .timestamp)], written: "{\"t\":\"2024-02-29T13:45:10.12Z\"}\n"),
    ]

    @Test(arguments: cases) func writes(_ test: Case) throws {
        #expect(try Self.json(CSVWriterTests.batch(test.text, declared: test.declared)) == test.written ?? test.text)
    }

    @Test func writesValuesThatJSONHasNoWordFor() throws {
        let schema = Schema([Field("d", .double), Field("f", .float), Field("s", .string), Field("m", .map(key: .long, value: .long))])
        let text = VariantBuilder()
        [UInt8]([0x61, 0xff, 0x62]).withUnsafeBytes { text.append(string: $0) }
        let map = VariantBuilder()
        let (keys, values) = map.beginMap()
        keys.append(integer: 7, as: .long)
        values.append(integer: 8, as: .long)
        map.endMap()
        let batch = Batch(
            schema: schema,
            columns: [Column(.double, Values([Double.nan])), Column(.float, Values([-Float.infinity])), text.finish(), map.finish()], count: 1)
        #expect(try Self.json(batch) == "{\"d\":\"NaN\",\"f\":\"-Infinity\",\"s\":\"a\u{fffd}b\",\"m\":{\"7\":8}}\n")
    }

    /// Real nested records, written and read again, are the same records.
    @Test(.enabled(if: TestData.exists("legislators"))) func roundTrips() throws {
        let files = TestData.files(under: "legislators", suffix: ".json") + TestData.files(under: "legislators", suffix: ".ndjson")
            + TestData.files(under: "legislators", suffix: ".jsonl")
        #expect(!files.isEmpty)
        for path in files {
            let (batch, bad) = try JSONFile(source: MemorySource(name: path, bytes: TestData.bytes(path)), options: JSONReadOptions()).allRows()
            #expect(bad.isEmpty && batch.count > 0, "\(path): \(bad.first ?? "")")
            let written = try Self.json(batch)
            let (back, _) = try JSONFile(source: MemorySource(name: path, bytes: Array(written.utf8)), options: JSONReadOptions()).allRows(splitBytes: 100_000)
            #expect(back.texts == batch.texts, "\(path)")
        }
    }
}
