import Columnar
import Testing

import Formats

@Suite struct JSONFileTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        var change: @Sendable (inout JSONReadOptions) -> Void = { _ in }
        var declared: [Field]?
        var columns: Set<String>?
        /// The schema of all rows, as Hive writes it.
        let schema: String
        let rows: [String]
        var bad: [String] = []
        var testDescription: String { name }
    }

    static func path(_ text: String) -> @Sendable (inout JSONReadOptions) -> Void { { $0.jsonPath = text } }

    static let cases: [Case] = [
        Case(
            name: "newline-delimited", text: "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"a longer string\"}\n", schema: "a:int,b:string",
            rows: ["a=1 b=x", "a=2 b=a longer string"]),
        Case(name: "concatenated", text: "{\"a\":1}{\"a\":2} {\"a\":3}\r\n\n{\"a\":4}", schema: "a:int", rows: ["a=1", "a=2", "a=3", "a=4"]),
        Case(name: "empty", text: "", schema: "", rows: []),
        Case(name: "blank", text: " \n\n", schema: "", rows: []),
        Case(name: "byte order mark", text: "\u{feff}{\"a\":1}\n", schema: "a:int", rows: ["a=1"]),
        Case(
            name: "choices", text: "{\"zip\":94107,\"s\":1,\"n\":null}\n{\"zip\":\"02139\",\"s\":2.5,\"n\":null}\n{\"zip\":null,\"s\":3}\n",
            schema: "zip:uniontype<int,string>,s:uniontype<double,int>,n:void",
            rows: ["zip=94107 s=1 n=null", "zip=02139 s=2.5 n=null", "zip=null s=3 n=null"]),
        Case(
            name: "sparse fields", text: "{\"a\":1}\n{\"b\":2}\n{\"c\":3,\"a\":4}\n{}\n", schema: "a:int,b:int,c:int",
            rows: ["a=1 b=null c=null", "a=null b=2 c=null", "a=4 b=null c=3", "a=null b=null c=null"]),
        Case(
            name: "integers", text: "{\"a\":2147483647,\"b\":2147483648,\"c\":9223372036854775808,\"d\":-9223372036854775808}\n",
            schema: "a:int,b:bigint,c:double,d:bigint",
            rows: ["a=2147483647 b=2147483648 c=9.223372036854776e+18 d=-9223372036854775808"]),
        Case(
            name: "numbers", text: "{\"a\":0.1,\"b\":-1e300,\"c\":1E-2,\"d\":123456789012345678901234567890,\"e\":-0.0}\n",
            schema: "a:double,b:double,c:double,d:double,e:double", rows: ["a=0.1 b=-1e+300 c=0.01 d=1.2345678901234568e+29 e=-0.0"]),
        Case(
            name: "escapes", text: #"{"a\u0062":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800","ab":2}"# + "\n", schema: "ab:string",
            rows: ["ab=\"\\/\u{8}\u{c}\n\r\té😀\u{fffd}"]),
        Case(name: "of fields with one name the first counts", text: "{\"a\":1,\"b\":2,\"a\":\"x\"}\n", schema: "a:int,b:int", rows: ["a=1 b=2"]),
        Case(
            name: "nested",
            text: "{\"s\":{\"x\":1,\"y\":[1,2]},\"l\":[{\"k\":\"v\"},{\"j\":true}]}\n{\"s\":null,\"l\":[]}\n{\"s\":{\"y\":[]}}\n",
            schema: "s:struct<x:int,y:array<int>>,l:array<struct<k:string,j:boolean>>",
            rows: ["s={x:1,y:[1,2]} l=[{k:v,j:null},{k:null,j:true}]", "s=null l=[]", "s={x:null,y:[]} l=null"]),
        Case(
            name: "choice of nested kinds", text: "{\"a\":{\"x\":1}}\n{\"a\":[1]}\n{\"a\":{\"x\":2}}\n{\"a\":[\"s\",2]}\n{\"a\":true}\n",
            schema: "a:uniontype<array<uniontype<int,string>>,boolean,struct<x:int>>",
            rows: ["a={x:1}", "a=[1]", "a={x:2}", "a=[s,2]", "a=true"]),
        Case(
            name: "broken records", text: "{\"a\":1}\n{\"a\":2,}\n{\"a\":3\n{\"a\":4}\nx\n{\"a\":\"y\n{\"a\":5} 6\n{\"a\":7}",
            schema: "a:int", rows: ["a=1", "a=4", "a=5", "a=7"],
            bad: [
                "line 2, byte 8: unexpected '}' at column 8 <{\"a\":2,}>",
                "line 3, byte 17: the line ends before the record is complete; if records span lines, read with multiLine = true <{\"a\":3>",
                "line 5, byte 32: the record begins with 'x' at column 1, not with an object's { <x>",
                "line 6, byte 34: the line ends before the record is complete; if records span lines, read with multiLine = true <{\"a\":\"y>",
                "line 7, byte 50: the record begins with '6' at column 9, not with an object's { <6>",
            ]),
        Case(
            name: "a broken record takes nothing with it", text: "{\"a\":1,\"n\":[{\"x\":1}]}\n{\"b\":[{\"y\":2},{\"x\":[1,2,{\"z\n{\"a\":2,\"n\":[{\"x\":2},{}]}\n",
            schema: "a:int,n:array<struct<x:int>>", rows: ["a=1 n=[{x:1}]", "a=2 n=[{x:2},{x:null}]"],
            bad: ["line 2, byte 22: the line ends before the record is complete; if records span lines, read with multiLine = true <{\"b\":[{\"y\":2},{\"x\":[1,2,{\"z>"]),
        Case(
            name: "wanted columns", text: "{\"a\":1,\"b\":{\"x\":[1,2]},\"c\":\"z\"}\n{\"c\":\"y\",\"d\":1}\n", columns: ["c", "a", "zzz"],
            schema: "a:int,c:string", rows: ["a=1 c=z", "a=null c=y"]),
        Case(name: "no columns", text: "{\"a\":1}\n{\"c\":\"y\"}\n", columns: [], schema: "", rows: ["", ""]),
        Case(
            name: "declared",
            text: "{\"l\":42,\"d\":42,\"t\":\"2024-02-29T13:45:10Z\",\"m\":{\"k\":1,\"j\":2},\"p\":12.30,\"s\":1,\"x\":\"extra\",\"b\":\"AQI=\"}\n"
                + "{\"l\":5000000000,\"d\":1.5,\"t\":\"soon\",\"m\":{},\"p\":null,\"s\":\"q\",\"b\":null}\n",
            declared: [
                Field("l", .int), Field("d", .double), Field("t", .timestamp), Field("m", .map(key: .string, value: .long)),
                Field("p", .decimal(precision: 10, scale: 2)), Field("s", .string), Field("none", .array(.long)), Field("b", .binary),
            ],
            schema: "l:bigint,d:double,t:uniontype<string,timestamp>,m:map<string,bigint>,p:decimal(10,2),s:uniontype<int,string>,none:array<bigint>,b:binary,x:string",
            rows: [
                "l=42 d=42.0 t=1709214310000000 m=<k:1,j:2> p=1230e-2 s=1 none=null b=[1, 2] x=extra",
                "l=5000000000 d=1.5 t=soon m=<> p=null s=q none=null b=null x=null",
            ]),
        Case(
            name: "declared struct", text: "{\"s\":{\"b\":1}}\n{}\n", declared: [Field("s", .struct([Field("a", .date), Field("b", .long)]))],
            schema: "s:struct<a:date,b:bigint>", rows: ["s={a:null,b:1}", "s=null"]),
        Case(name: "top-level array", text: "[{\"a\":1},\n {\"a\":2}]\n[{\"a\":3}]", schema: "a:int", rows: ["a=1", "a=2", "a=3"]),
        Case(
            name: "array of other things", text: "[{\"a\":1}, 2, [3]]", schema: "a:int", rows: ["a=1"],
            bad: [
                "line 1, byte 10: the record begins with '2' at column 11, not with an object's {; jsonPath = \"$[*]\" reads other values <2>",
                "line 1, byte 13: the record begins with '[' at column 14, not with an object's {; jsonPath = \"$[*]\" reads other values <[3]>",
            ]),
        Case(name: "pretty-printed", text: "{\n  \"a\": 1,\n  \"b\": [\n 1]\n}\n{\"a\": 2\n}", schema: "a:int,b:array<int>", rows: ["a=1 b=[1]", "a=2 b=null"]),
        Case(name: "multiLine", text: "{\"a\": 1}\n{\"a\":\n2\n}", change: { $0.multiLine = true }, schema: "a:int", rows: ["a=1", "a=2"]),
        Case(
            name: "path", text: "{\"meta\":{\"n\":[1]},\"a\":[{\"b\":{\"x\":1}},{\"c\":0},{\"b\":{\"x\":2}}]}", change: path("$.a[*].b"), schema: "x:int",
            rows: ["x=1", "x=2"]),
        Case(name: "path to scalars", text: "{\"id\":1}\n{\"id\":\"x\"}\n{\"no\":2}", change: path("$.id"), schema: "record:uniontype<int,string>", rows: ["record=1", "record=x"]),
        Case(name: "path with an index", text: "{\"a b\":[[1],[2,3]]}", change: path("$['a b'][1][*]"), schema: "record:int", rows: ["record=2", "record=3"]),
        Case(name: "path to the document", text: "[1, 2]", change: path("$"), schema: "record:array<int>", rows: ["record=[1,2]"]),
        Case(name: "path to elements", text: "[{\"a\":1},2]", change: path("$[*]"), schema: "a:int,record:int", rows: ["a=1 record=null", "a=null record=2"]),
    ]

    @Test(arguments: cases) func reads(_ test: Case) throws {
        for (block, rows, split) in [(1 << 20, 8192, 4 << 20), (256, 1, 7), (256, 3, 1), (300, 2, 20)] {
            var options = JSONReadOptions()
            test.change(&options)
            options.text.blockSize = block
            options.text.batchRows = rows
            let file = try JSONFile(
                source: MemorySource(name: "t.json", bytes: Array(test.text.utf8)), options: options, declared: test.declared.map { Schema($0) })
            let (batch, bad) = try file.allRows(columns: test.columns, splitBytes: split)
            #expect(batch.texts == test.rows, "block \(block), split \(split)")
            #expect(bad == test.bad, "block \(block), split \(split)")
            #expect(batch.schema.fields.map { "\($0.name):\($0.type.hiveName)" }.joined(separator: ",") == test.schema, "block \(block)")
        }
    }

    @Test func refusesRecordsThatAreNotUTF8() throws {
        let bytes: [UInt8] = Array("{\"a\":\"x\"}\n{\"a\":\"".utf8) + [0xe9] + Array("\"}\n{\"a\":\"ü\"}\n".utf8)
        var options = JSONReadOptions()
        var (batch, bad) = try JSONFile(source: MemorySource(name: "t.json", bytes: bytes), options: options).allRows()
        #expect(batch.texts == ["a=x", "a=ü"])
        #expect(bad.count == 1 && bad[0].hasPrefix("line 2, byte 10: the record is not UTF-8; "))
        options.multiLine = true
        (batch, bad) = try JSONFile(source: MemorySource(name: "t.json", bytes: bytes), options: options).allRows()
        #expect(batch.texts == ["a=x", "a=ü"])
        #expect(bad.count == 1 && bad[0].hasPrefix("line 2, byte 10: the record is not UTF-8"))
        options = JSONReadOptions()
        options.text.encoding = .windows1252
        #expect(try JSONFile(source: MemorySource(name: "t.json", bytes: bytes), options: options).allRows().0.texts[1] == "a=é")
    }

    @Test func stepsOverRecordsThatAreTooLong() throws {
        let long = "{\"a\":\"" + String(repeating: "x", count: 100_000) + "\"}"
        var options = JSONReadOptions()
        options.text.blockSize = 1024
        options.text.recordLimit = 10_000
        let source = MemorySource(name: "t.json", bytes: Array("{\"a\":1}\n\(long)\n{\"a\":2}\n".utf8))
        let (batch, bad) = try JSONFile(source: source, options: options).allRows()
        #expect(batch.texts == ["a=1", "a=2"])
        #expect(bad.count == 1 && bad[0].hasPrefix("line 2, byte 8: the record is longer than 10000 bytes <{\"a\":\"xxx"))
        options.multiLine = true
        #expect(throws: FormatError.self) { try JSONFile(source: source, options: options).allRows() }
    }

    @Test func brokenStreamsNameLineAndColumn() throws {
        let source = MemorySource(name: "t.json", bytes: Array("[{\"a\": 1},\n {\"a\": 01}]".utf8))
        let error = #expect(throws: FormatError.self) { try JSONFile(source: source, options: JSONReadOptions()).allRows() }
        #expect(error?.description == "t.json, line 2: unexpected '1' at column 9")
    }

    @Test func manyFieldsEndABatchEarly() throws {
        let text = (0..<4000).map { "{\"id\":\($0),\"key\($0)\":\($0)}\n" }.joined()
        let file = try JSONFile(source: MemorySource(name: "t.json", bytes: Array(text.utf8)), options: JSONReadOptions())
        var rows = 0
        var largest = 0
        for split in try file.splits() {
            try file.read(split, emit: { rows += $0.count; largest = max(largest, $0.count); return true }, bad: { _ in })
        }
        #expect(rows == 4000)
        #expect(largest < 4000)
    }

    @Test func readsGzip() throws {
        let bytes = try CompressionTests.compressed((0..<1000).map { "{\"n\":\($0)}\n" }.joined(), .gzip)
        var options = JSONReadOptions()
        options.text.blockSize = 1000
        let (batch, _) = try JSONFile(source: MemorySource(name: "t.json.gz", bytes: bytes), options: options).allRows(splitBytes: 10)
        #expect(batch.count == 1000 && batch.texts[999] == "n=999")
    }

    @Test(arguments: [
        ("a", "$ is expected at 'a'"), ("$.", "a name is expected at ''"), ("$x", ". or [ is expected at 'x'"), ("$[", "a closing ] is expected at ''"),
        ("$[-1]", "*, a number from 0 or a quoted name is expected at '-1]'"), ("$['a", "a closing ] is expected at ''a'"),
    ]) func refusesBadPaths(path: String, reason: String) {
        #expect(throws: FormatError(.invalidRequest, source: "json options", "jsonPath '\(path)': \(reason)")) { try JSONPath(path) }
    }
}

extension JSONFile {
    /// All rows as one batch, and every bad record as text.
    func allRows(columns: Set<String>? = nil, splitBytes: Int = 4 << 20) throws -> (Batch, [String]) {
        var batches: [Batch] = []
        var bad: [String] = []
        for split in try splits(targetBytes: splitBytes) {
            try read(
                split, columns: columns, emit: { batches.append($0); return true },
                bad: { bad += $0.map { "line \($0.line), byte \($0.offset): \($0.message) <\($0.input)>" } })
        }
        let merged = batches.reduce(Schema.empty) { $0.merging($1.schema) }
        let columns = merged.fields.map { field in
            Column.concatenate(batches.map { $0.column(field.name) ?? .nulls(field.type, count: $0.count) }, as: field.type)
        }
        return (Batch(schema: merged, columns: batches.isEmpty ? [] : columns, count: batches.reduce(0) { $0 + $1.count }), bad)
    }
}
