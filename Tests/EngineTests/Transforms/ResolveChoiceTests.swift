import Columnar
import Testing

import Engine

private func resolve(_ specs: (String, String)...) throws -> ResolveChoice {
    try ResolveChoice(specs: specs.map { (spec) throws in (try FieldPath(spec.0), try ResolveChoice.Action(spec.1, path: spec.0)) })
}

private func resolveAll(_ action: String, declared: Schema? = nil) throws -> ResolveChoice {
    ResolveChoice(choice: try ResolveChoice.Action(action, path: nil, declared: declared))
}

@Suite struct ResolveChoiceTests {
    private let events = records(
        #"{"id": 1, "zip": 94107, "score": 1, "note": null}"#, #"{"id": 2, "zip": "02139", "score": 2.5, "note": null}"#,
        #"{"id": 3, "zip": "n/a", "score": 3, "note": null}"#)

    @Test func castsAndCountsWhatFails() throws {
        let cast = try resolve(("zip", "cast:long"), ("score", "cast:double"))
        let (batch, failures) = try cast.apply(events, frameSchema: events.schema)
        #expect(
            text(batch) == [
                #"{"id": 1, "zip": 94107, "score": 1.0, "note": null}"#, #"{"id": 2, "zip": 2139, "score": 2.5, "note": null}"#,
                #"{"id": 3, "zip": null, "score": 3.0, "note": null}"#,
            ])
        #expect(failures.counts == ["zip": 1])
        #expect(!cast.needsFrameSchema)
    }

    @Test func makesColumnsAndProjects() throws {
        let both = try resolve(("zip", "make_cols"), ("score", "project:int"))
        #expect(both.needsFrameSchema)
        let expected = [
            #"{"id": 1, "zip_int": 94107, "zip_string": null, "score": 1, "note": null}"#,
            #"{"id": 2, "zip_int": null, "zip_string": "02139", "score": null, "note": null}"#,
            #"{"id": 3, "zip_int": null, "zip_string": "n/a", "score": 3, "note": null}"#,
        ]
        #expect(text(try both.apply(events, frameSchema: events.schema).batch) == expected)
        #expect(text(try both.outputSchema(for: events.schema)) == "id:int, zip_int:int, zip_string:string, score:int, note:void")
        // Row by row, each batch with the schema of its own row.
        let lines = [
            #"{"id": 1, "zip": 94107, "score": 1, "note": null}"#, #"{"id": 2, "zip": "02139", "score": 2.5}"#, #"{"id": 3, "zip": "n/a", "score": 3}"#,
        ]
        #expect(try lines.flatMap { text(try both.apply(records($0), frameSchema: events.schema).batch) } == expected)
    }

    @Test func makesStructs() throws {
        let (batch, _) = try resolveAll("make_struct").apply(events, frameSchema: events.schema)
        #expect(
            Array(text(batch).prefix(2)) == [
                #"{"id": 1, "zip": {"int": 94107, "string": null}, "score": {"double": null, "int": 1}, "note": null}"#,
                #"{"id": 2, "zip": {"int": null, "string": "02139"}, "score": {"double": 2.5, "int": null}, "note": null}"#,
            ])
        let nulls = records(#"{"a": 1}"#, #"{"a": "x"}"#, #"{"a": null}"#)
        #expect(text(try ResolveChoice.asStructs.apply(nulls, frameSchema: nulls.schema).batch)[2] == #"{"a": null}"#)
        #expect(text(try ResolveChoice.asStructs.apply(records(#"{"b": 1}"#), frameSchema: nulls.schema).batch) == [#"{"a": null}"#])
    }

    private let nested = records(
        #"{"s": {"c": 1, "d": true}, "l": [{"p": 1}, {"p": "x"}], "m": [1, "two"], "u": {"k": [1, "a"]}}"#,
        #"{"s": {"c": "y"}, "l": null, "m": null, "u": "text"}"#, #"{"s": null, "l": [null], "m": [null], "u": null}"#)

    @Test(arguments: [
        (
            "make_cols",
            #"{"s": {"c_int": 1, "c_string": null, "d": true}, "l": [{"p_int": 1, "p_string": null}, {"p_int": null, "p_string": "x"}], "m": [{"int": 1, "string": null}, {"int": null, "string": "two"}], "u_string": null, "u_struct": {"k": [{"int": 1, "string": null}, {"int": null, "string": "a"}]}}"#,
            #"{"s": {"c_int": null, "c_string": "y", "d": null}, "l": null, "m": null, "u_string": "text", "u_struct": null}"#,
            #"{"s": null, "l": [null], "m": [null], "u_string": null, "u_struct": null}"#
        ),
        (
            "make_struct",
            #"{"s": {"c": {"int": 1, "string": null}, "d": true}, "l": [{"p": {"int": 1, "string": null}}, {"p": {"int": null, "string": "x"}}], "m": [{"int": 1, "string": null}, {"int": null, "string": "two"}], "u": {"string": null, "struct": {"k": [{"int": 1, "string": null}, {"int": null, "string": "a"}]}}}"#,
            #"{"s": {"c": {"int": null, "string": "y"}, "d": null}, "l": null, "m": null, "u": {"string": "text", "struct": null}}"#,
            #"{"s": null, "l": [null], "m": [null], "u": null}"#
        ),
        (
            "project:int",
            #"{"s": {"c": 1, "d": true}, "l": [{"p": 1}, {"p": null}], "m": [1, null], "u": null}"#, #"{"s": {"c": null, "d": null}, "l": null, "m": null, "u": null}"#,
            #"{"s": null, "l": [null], "m": [null], "u": null}"#
        ),
    ])
    func everyChoiceAtAnyDepth(_ action: String, _ first: String, _ second: String, _ third: String) throws {
        let resolve = try resolveAll(action)
        let (batch, _) = try resolve.apply(nested, frameSchema: nested.schema)
        #expect(text(batch) == [first, second, third])
        #expect(!DataType.struct(batch.schema.fields).containsChoice)
        #expect(try resolve.outputSchema(for: nested.schema) == batch.schema)
    }

    @Test(arguments: [
        ("s.c", "cast:string", 0, #"{"c": "1", "d": true}"#), ("s.d", "cast:string", 0, #"{"c": 1, "d": "true"}"#),
        ("l[].p", "cast:long", 1, #"[{"p": 1}, {"p": null}]"#), ("l.p", "make_cols", 1, #"[{"p_int": 1, "p_string": null}, {"p_int": null, "p_string": "x"}]"#),
        ("l[].p", "widest", 1, #"[{"p": "1"}, {"p": "x"}]"#), ("m[]", "project:string", 2, #"[null, "two"]"#),
        ("m[]", "make_cols", 2, #"[{"int": 1, "string": null}, {"int": null, "string": "two"}]"#), ("u", "project:struct", 3, #"{"k": [1, "a"]}"#),
        ("u.k[]", "cast:string", 3, #"{"k": ["1", "a"]}"#), ("u", "cast:struct", 3, #"{"k": [1, "a"]}"#),
    ])
    func aSpecReachesItsFieldAlone(_ path: String, _ action: String, _ field: Int, _ expected: String) throws {
        let resolve = try resolve((path, action))
        let (batch, _) = try resolve.apply(nested, frameSchema: nested.schema)
        #expect(text(batch.columns[field], 0) == expected)
        for other in 0..<4 where other != field { #expect(batch.columns[other].type == nested.columns[other].type) }
    }

    @Test func projectKeepsOnlyTheType() throws {
        let batch = records(#"{"a": 1, "b": 1.5, "c": 5000000000}"#, #"{"a": "2", "b": 7, "c": "x"}"#)
        func projected(_ path: String, _ type: String) throws -> Column {
            try resolve((path, "project:\(type)")).apply(batch, frameSchema: batch.schema).batch.column(path)!
        }
        #expect(try projected("a", "long").type == .long)
        #expect(try projected("a", "long").values == [.integer(1), .null])
        #expect(try projected("b", "double").values == [.double(1.5), .null])
        #expect(try projected("c", "int").values == [.null, .null], "the value does not fit")
        #expect(try projected("c", "boolean").values == [.null, .null])
        #expect(try projected("c", "boolean").type == .boolean)
    }

    @Test func projectKeepsADecimalsDigits() throws {
        let builder = VariantBuilder()
        builder.append(decimal: 123_456_789_012, precision: 12, scale: 4)
        builder.append(string: "x")
        let mixed = builder.finish()
        let batch = Batch(schema: Schema([Field("d", mixed.type)]), columns: [mixed], count: 2)
        let projected = try resolve(("d", "project:decimal")).apply(batch, frameSchema: batch.schema).batch.columns[0]
        #expect(projected.type == .decimal(precision: 12, scale: 4))
        #expect(projected.values == [.decimal(unscaled: 123_456_789_012, scale: 4), .null])
    }

    @Test func namesOfNewColumnsAreFree() throws {
        let batch = records(#"{"a": 1, "a_int": true}"#, #"{"a": "x", "a_int": false}"#)
        let made = try resolve(("a", "make_cols")).apply(batch, frameSchema: batch.schema).batch
        #expect(text(made) == [#"{"a_int_1": 1, "a_string": null, "a_int": true}"#, #"{"a_int_1": null, "a_string": "x", "a_int": false}"#])
    }

    @Test func matchesTheCatalog() throws {
        let declared = Schema([
            Field("S", .struct([Field("C", .string)])), Field("l", .array(.struct([Field("p", .long)]))), Field("m", .array(.int)), Field("s2", .int),
        ])
        let (batch, failures) = try resolveAll("match_catalog", declared: declared).apply(nested, frameSchema: nested.schema)
        #expect(text(batch)[0] == #"{"s": {"c": "1", "d": true}, "l": [{"p": 1}, {"p": null}], "m": [1, null], "u": {"k": [1, "a"]}}"#)
        #expect(failures.counts == ["l[].p": 1, "m[]": 1])
        #expect(batch.column("u")?.type == nested.column("u")?.type, "the table has no such column")
    }

    @Test(arguments: [
        ([DataType.int, .string], DataType.string), ([.double, .int], .double), ([.double, .float], .double), ([.date, .timestamp], .timestamp),
        ([.decimal(precision: 5, scale: 2), .int], .decimal(precision: 12, scale: 2)), ([.decimal(precision: 30, scale: 20), .long], nil),
        ([.boolean, .int], nil), ([.decimal(precision: 5, scale: 2), .double], nil), ([.string, .struct([])], nil), ([.boolean, .string], .string),
        ([.binary, .string], nil),
    ])
    func widest(_ members: [DataType], _ expected: DataType?) { #expect(DataType.widest(of: members) == expected) }

    @Test func unknownFieldsAreReported() throws {
        let resolve = try resolve(("zipp", "cast:long"), ("zip", "cast:long"))
        #expect(resolve.unknownPaths(in: events.schema).map(\.description) == ["zipp"])
        #expect(text(try resolve.apply(events, frameSchema: events.schema).batch)[0] == #"{"id": 1, "zip": 94107, "score": 1, "note": null}"#)
    }

    @Test(arguments: ["cast:long", "project:string", "make_cols", "make_struct", "widest"])
    func emptyBatchesKeepTheirColumns(_ action: String) throws {
        let resolve = try resolveAll(action)
        let (batch, failures) = try resolve.apply(.empty(events.schema), frameSchema: events.schema)
        #expect(batch.count == 0 && failures.total == 0)
        #expect(batch.schema == (try resolve.apply(events, frameSchema: events.schema).batch.schema))
        #expect(batch.schema == (try resolve.apply(records(#"{"id": 4}"#), frameSchema: events.schema).batch.schema))
    }

    @Test func refuses() throws {
        let types = DataType.knownNames.joined(separator: ", ")
        let cases: [(String, () throws -> Void)] = [
            (
                "'make_col' for 'zip' is no way to resolve a choice (did you mean 'make_cols'?); the ways are cast:TYPE, project:TYPE, make_cols, make_struct, widest",
                { _ = try resolve(("zip", "make_col")) }
            ),
            (
                "'drop' is no way to resolve a choice; the ways are cast:TYPE, project:TYPE, make_cols, make_struct, widest, match_catalog",
                { _ = try resolveAll("drop") }
            ),
            ("'lnog' (for 'zip') is no type (did you mean 'long'?); types are \(types)", { _ = try resolve(("zip", "cast:lnog")) }),
            (
                "match_catalog resolves every choice at once and takes no path; 'zip' needs one of cast:TYPE, project:TYPE, make_cols, make_struct, widest",
                { _ = try resolve(("zip", "match_catalog")) }
            ),
            ("'zip' is resolved twice; give one action a path", { _ = try resolve(("zip", "make_cols"), ("zip", "cast:int")) }),
            (
                "no type holds every value of 'm[]' (boolean, int); say which one you want with cast:TYPE, or keep them apart with make_struct or make_cols",
                {
                    let batch = records(#"{"m": [1, true]}"#)
                    _ = try resolveAll("widest").apply(batch, frameSchema: batch.schema)
                }
            ),
        ]
        for (message, body) in cases {
            let error = #expect(throws: TransformError.self, performing: body)
            #expect(error?.description == message)
        }
    }
}
