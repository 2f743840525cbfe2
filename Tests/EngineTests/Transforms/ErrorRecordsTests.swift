import Columnar
import Testing

import Engine

@Suite struct ErrorRecordsTests {
    @Test func oneForEachRow() {
        let rows = records(#"{"n": 0, "s": "x"}"#, #"{"n": 2, "s": null}"#)
        let batch = ErrorRecords.batch(
            rows: rows, failures: [.init("zero is not allowed"), .init("no", stackTrace: "t", input: "{", bytesRead: 9, source: "in.json")],
            callsite: .init(site: "job.lua:5", info: "upper"))
        #expect(batch.schema == ErrorRecords.schema(record: rows.schema))
        #expect(text(batch) == [
            #"{"error": {"callsite": {"site": "job.lua:5", "info": "upper"}, "msg": "zero is not allowed", "stackTrace": null, "input": null, "bytesread": null, "source": null, "dynamicRecord": {"n": 0, "s": "x"}}}"#,
            #"{"error": {"callsite": {"site": "job.lua:5", "info": "upper"}, "msg": "no", "stackTrace": "t", "input": "{", "bytesread": 9, "source": "in.json", "dynamicRecord": {"n": 2, "s": null}}}"#,
        ])
    }

    @Test func recordsOfSeveralSchemasMerge() {
        let site = ErrorRecords.Callsite(site: "a")
        let a = ErrorRecords.batch(rows: records(#"{"n": 1}"#), failures: [.init("x")], callsite: site)
        let b = ErrorRecords.batch(rows: records(#"{"n": "s", "m": true}"#), failures: [.init("y")], callsite: site)
        let none = ErrorRecords.batch(rows: .empty(.empty), failures: [], callsite: site)
        let merged = ErrorRecords.merge([a, none, b])
        #expect(merged.count == 2)
        let records = UnnestFrame().apply(merged)
        #expect(records.column("error.dynamicRecord.n")?.values == [.integer(1), .string("s")])
        #expect(records.column("error.dynamicRecord.m")?.values == [.null, .boolean(true)])
        #expect(ErrorRecords.merge([]).count == 0)
        #expect(ErrorRecords.merge([]).schema == ErrorRecords.schema(record: .empty))
    }

    /// Parses integers; anything else fails.
    private static let integers: Unbox.Parser = { column in
        let builder = VariantBuilder()
        var failures: [RecordFailure] = []
        for (row, value) in column.values.enumerated() {
            guard case .string(let bytes) = value else {
                builder.appendNull()
                continue
            }
            if let integer = Int64(String(decoding: bytes, as: UTF8.self)) {
                let record = builder.beginStruct()
                record.field("v")!.append(jsonInteger: integer)
                record.endRow()
            } else {
                builder.appendNull()
                failures.append(.init(row: row, message: "no integer"))
            }
        }
        return (builder.finish(), failures)
    }

    @Test func unboxes() throws {
        let batch = records(#"{"id": 1, "a": {"t": "5"}}"#, #"{"id": 2, "a": {"t": "x"}}"#, #"{"id": 3, "a": null}"#, #"{"id": 4, "a": {"t": "6"}}"#)
        let result = try Unbox(FieldPath("a.t"), parser: Self.integers).apply(batch)
        #expect(text(result.batch) == [#"{"id": 1, "a": {"t": {"v": 5}}}"#, #"{"id": 3, "a": null}"#, #"{"id": 4, "a": {"t": {"v": 6}}}"#])
        #expect(result.failures.map(\.row) == [1] && result.failures.map(\.message) == ["no integer"])

        for (path, batch) in [("id", batch), ("none", batch), ("a.t", Batch.empty(.empty))] {
            let same = try Unbox(FieldPath(path), parser: Self.integers).apply(batch)
            #expect(text(same.batch) == text(batch) && same.failures.isEmpty)
        }
        let mixed = try Unbox(FieldPath("t"), parser: Self.integers).apply(records(#"{"t": "5"}"#, #"{"t": 7}"#))
        #expect(text(mixed.batch) == [#"{"t": {"v": 5}}"#, #"{"t": null}"#])
    }

    // MARK: Schemas as JSON

    @Test(arguments: [
        "", "id:bigint", "a:boolean, b:tinyint, c:smallint, d:int, e:float, f:double, g:string, h:binary, i:date, j:timestamp, k:void", "p:decimal(12,3)",
        "s:struct<x:int,y:array<struct<z:string>>>", "m:map<string,double>, n:map<int,string>", "c:uniontype<int,string,struct<a:int>>", "a b:int, q\"u\\o\nté:int",
    ])
    func schemasReadBackAsJSON(_ fields: String) throws {
        let schema = Schema(
            try fields.split(separator: ", ").map { text in
                let colon = text.firstIndex(of: ":")!
                return Field(String(text[..<colon]), try #require(DataType(parsing: String(text[text.index(after: colon)...]))))
            })
        #expect(try Schema(glueJSON: schema.glueJSON) == schema)
    }

    @Test func theFormIsGlues() throws {
        let schema = Schema([Field("id", .long), Field("l", .array(.decimal(precision: 5, scale: 1)))])
        #expect(
            schema.glueJSON
                == #"{"dataType":"struct","properties":{},"fields":[{"name":"id","container":{"dataType":"long","properties":{}},"properties":{}},{"name":"l","container":{"dataType":"array","properties":{},"elementType":{"dataType":"decimal","properties":{},"precision":5,"scale":1}},"properties":{}}]}"#
        )
        let loose = #" {"fields" : [ {"name":"\u00e9\ud83d\ude00\/", "container":"bigint"}, {"name":"d","container":{"dataType":"decimal"}}, {"name":"e","container":{"dataType":"enum","options":["a",1.5,true]}}, {"name":"n","container":{"dataType":"array"}} ], "dataType":"struct" } "#
        #expect(text(try Schema(glueJSON: loose)) == "é😀/:bigint, d:decimal(10,2), e:string, n:array<void>")
    }

    @Test(arguments: [
        ("", "at character 1, it ends too early"), ("{", "at character 2, a name in quotes is expected"), (#"{"a" 1}"#, #"at character 6, a colon is expected after "a""#),
        (#"{"dataType":"struct"} x"#, "at character 23, more text follows its end"), (#"{"dataType":"strct"}"#, "the schema has the type 'strct', which is none (did you mean 'struct'?)"),
        ("{}", "the schema has no dataType"), ("[]", "the schema is no type"), (#"{"dataType":"long"}"#, "its dataType is not struct"),
        (#"{"dataType":"struct","fields":[{"name":"a"}]}"#, "field 'a' has no container"), (#"{"dataType":"struct","fields":[{}]}"#, "a field of the schema has no name"),
        (
            #"{"dataType":"struct","fields":[{"name":"a","container":"int"},{"name":"a","container":"int"}]}"#, "field 'a' stands twice in the schema"
        ),
        (#"{"dataType":"decimal","precision":99}"#, "precision of the schema is not within 1 and 38"), (#"{"dataType":"\u12"}"#, #"at character 15, \u wants four hexadecimal digits"#),
        (#"{"dataType":"struct"#, "at character 20, a quote is never closed"), (#"{"a":x}"#, "at character 6, a value is expected"), (#"{"a":[1 2]}"#, "at character 9, a comma or ] is expected"),
    ])
    func malformedSchemas(_ json: String, _ reason: String) {
        #expect(throws: TransformError.malformedSchema(reason: reason)) { try Schema(glueJSON: json) }
    }

    @Test func deepNestingIsRefused() {
        #expect(throws: TransformError.self) { try Schema(glueJSON: String(repeating: "[", count: 100_000)) }
        let deep = String(repeating: #"{"dataType":"array","elementType":"#, count: 5000)
        #expect(throws: TransformError.self) { try Schema(glueJSON: deep) }
    }
}
