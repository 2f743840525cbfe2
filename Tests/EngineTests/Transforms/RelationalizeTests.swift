import Columnar
import Testing

import Engine

@Suite struct RelationalizeTests {
    private let people = records(
        #"{"id": "p1", "name": {"first": "Ada", "last": "Lovelace"}, "terms": [{"state": "NY", "years": [1993, 1995]}, {"state": "WA", "years": []}]}"#,
        #"{"id": "p2", "name": {"first": "Alan", "last": "Turing"}, "terms": [{"state": "CA", "years": [2001]}]}"#)

    /// Every table's rows, by name.
    private func tables(_ batches: [Batch], _ schema: Schema, lastKeys: [String: Int64] = [:]) -> [(String, [String])] {
        let relationalize = Relationalize(rootName: "root", frameSchema: schema)
        return relationalize.tables.map { table in
            var processor = RelationalizeTable(table, of: relationalize, lastKeys: lastKeys)
            let rows = batches.map { processor.process($0) }
            for batch in rows { #expect(batch.schema == table.schema) }
            return (table.name, rows.flatMap { text($0) })
        }
    }

    private func expect(_ found: [(String, [String])], _ expected: [(String, [String])]) {
        #expect(found.map(\.0) == expected.map(\.0))
        for (a, b) in zip(found, expected) { #expect(a.1 == b.1, "\(a.0)") }
    }

    private let expected = [
        (
            "root",
            [#"{"id": "p1", "name.first": "Ada", "name.last": "Lovelace", "terms": 1}"#, #"{"id": "p2", "name.first": "Alan", "name.last": "Turing", "terms": 2}"#]
        ),
        (
            "root_terms",
            [
                #"{"id": 1, "index": 0, "terms.val.state": "NY", "terms.val.years": 1}"#, #"{"id": 1, "index": 1, "terms.val.state": "WA", "terms.val.years": 2}"#,
                #"{"id": 2, "index": 0, "terms.val.state": "CA", "terms.val.years": 3}"#,
            ]
        ),
        (
            "root_terms.val.years",
            [
                #"{"id": 1, "index": 0, "terms.val.years.val": 1993}"#, #"{"id": 1, "index": 1, "terms.val.years.val": 1995}"#,
                #"{"id": 3, "index": 0, "terms.val.years.val": 2001}"#,
            ]
        ),
    ]

    @Test func nestedArraysBecomeTables() {
        expect(tables([people], people.schema), expected)
    }

    @Test func batchesContinueTheCount() {
        expect(tables([people.slice(0..<1), .empty(people.schema), people.slice(1..<2)], people.schema), expected)
    }

    @Test func aRunContinuesTheKeysOfTheLast() {
        let relationalize = Relationalize(rootName: "root", frameSchema: people.schema)
        var keys: [String: Int64] = [:]
        for table in relationalize.tables {
            var processor = RelationalizeTable(table, of: relationalize)
            _ = processor.process(people.slice(0..<1))
            keys.merge(processor.lastKeys) { a, b in
                #expect(a == b, "two tables count the same keys alike")
                return a
            }
        }
        #expect(keys == ["root_terms": 1, "root_terms.val.years": 2])
        expect(tables([people.slice(1..<2)], people.schema, lastKeys: keys), [
            ("root", [expected[0].1[1]]), ("root_terms", [expected[1].1[2]]), ("root_terms.val.years", [expected[2].1[2]]),
        ])
    }

    @Test func nullAndEmptyArrays() {
        let batch = records(
            #"{"a": null, "s": {"b": [1]}}"#, #"{"a": [], "s": null}"#, #"{"a": [null, {"x": [5]}], "s": {"b": null}}"#, #"{"a": [{"x": null}], "s": {"b": [null]}}"#)
        expect(
            tables([batch], batch.schema),
            [
                ("root", [#"{"a": null, "s.b": 1}"#, #"{"a": 1, "s.b": null}"#, #"{"a": 2, "s.b": null}"#, #"{"a": 3, "s.b": 2}"#]),
                ("root_a", [#"{"id": 2, "index": 0, "a.val.x": null}"#, #"{"id": 2, "index": 1, "a.val.x": 1}"#, #"{"id": 3, "index": 0, "a.val.x": null}"#]),
                ("root_a.val.x", [#"{"id": 1, "index": 0, "a.val.x.val": 5}"#]), ("root_s.b", [#"{"id": 1, "index": 0, "s.b.val": 1}"#, #"{"id": 2, "index": 0, "s.b.val": null}"#]),
            ])
    }

    /// What a null row hides must not come out: here the elements of an array that a mask took away.
    @Test func hiddenElementsStayHidden() {
        let batch = records(#"{"a": [1, 2]}"#, #"{"a": [3]}"#, #"{"a": [4, 5]}"#)
        let masked = Batch(schema: batch.schema, columns: [batch.columns[0].masking(Bitmap([true, false, true]))], count: 3)
        expect(
            tables([masked], batch.schema),
            [
                ("root", [#"{"a": 1}"#, #"{"a": null}"#, #"{"a": 2}"#]),
                ("root_a", [#"{"id": 1, "index": 0, "a.val": 1}"#, #"{"id": 1, "index": 1, "a.val": 2}"#, #"{"id": 2, "index": 0, "a.val": 4}"#, #"{"id": 2, "index": 1, "a.val": 5}"#]),
            ])
        expect(tables([masked.slice(1..<3)], batch.schema), [
            ("root", [#"{"a": null}"#, #"{"a": 1}"#]), ("root_a", [#"{"id": 1, "index": 0, "a.val": 4}"#, #"{"id": 1, "index": 1, "a.val": 5}"#]),
        ])
    }

    @Test func batchesNarrowerThanTheFrame() {
        let (a, b) = (records(#"{"x": 1}"#), records(#"{"y": [{"z": "s"}], "x": 2}"#))
        expect(tables([a, b], a.schema.merging(b.schema)), [
            ("root", [#"{"x": 1, "y": null}"#, #"{"x": 2, "y": 1}"#]), ("root_y", [#"{"id": 1, "index": 0, "y.val.z": "s"}"#]),
        ])
    }

    @Test func arraysOfArrays() {
        let batch = records(#"{"m": [[1, 2], [], null]}"#)
        expect(tables([batch], batch.schema), [
            ("root", [#"{"m": 1}"#]),
            ("root_m", [#"{"id": 1, "index": 0, "m.val": 1}"#, #"{"id": 1, "index": 1, "m.val": 2}"#, #"{"id": 1, "index": 2, "m.val": null}"#]),
            ("root_m.val", [#"{"id": 1, "index": 0, "m.val.val": 1}"#, #"{"id": 1, "index": 1, "m.val.val": 2}"#]),
        ])
    }

    @Test func mapsBecomeEntries() {
        let builder = VariantBuilder()
        let (keys, values) = builder.beginMap()
        for (key, value) in [("a", 1), ("b", 2)] as [(String, Int64)] {
            keys.append(string: key)
            let record = values.beginStruct()
            record.field("n")!.append(jsonInteger: value)
            record.endRow()
        }
        builder.endMap()
        builder.appendNull()
        let column = builder.finish()
        let batch = Batch(schema: Schema([Field("m", column.type)]), columns: [column], count: 2)
        expect(tables([batch], batch.schema), [
            ("root", [#"{"m": 1}"#, #"{"m": null}"#]),
            ("root_m", [#"{"id": 1, "index": 0, "m.key": "a", "m.val.n": 1}"#, #"{"id": 1, "index": 1, "m.key": "b", "m.val.n": 2}"#]),
        ])
    }

    @Test func choicesWithNestedMembersComeApart() {
        let batch = records(#"{"c": [1], "d": 1}"#, #"{"c": "x", "d": "y"}"#, #"{"c": {"k": true}, "d": null}"#)
        expect(tables([batch], batch.schema), [
            (
                "root",
                [
                    #"{"c.array": 1, "c.string": null, "c.struct.k": null, "d": 1}"#, #"{"c.array": null, "c.string": "x", "c.struct.k": null, "d": "y"}"#,
                    #"{"c.array": null, "c.string": null, "c.struct.k": true, "d": null}"#,
                ]
            ), ("root_c.array", [#"{"id": 1, "index": 0, "c.array.val": 1}"#]),
        ])
    }

    @Test func namesAreMadeDistinct() {
        let batch = records(#"{"a": {"b": [1]}, "a.b": [2]}"#)
        let relationalize = Relationalize(rootName: "root", frameSchema: batch.schema)
        #expect(relationalize.tables.map(\.name) == ["root", "root_a.b", "root_a.b_1"])
        #expect(relationalize.tables[0].schema.names == ["a.b", "a.b_1"])
    }

    @Test func noArraysOnlyTheRoot() {
        let relationalize = Relationalize(rootName: "r", frameSchema: Schema([Field("a", .struct([Field("b", .int)]))]))
        #expect(relationalize.tables.map(\.name) == ["r"])
        #expect(relationalize.table("r")?.schema.names == ["a.b"])
        #expect(relationalize.table("x") == nil)
        #expect(Relationalize(rootName: "r", frameSchema: .empty).tables.count == 1)
    }

    // MARK: Unnest

    @Test func unnests() throws {
        let unnested = UnnestFrame().apply(people)
        #expect(text(SelectFields(try paths(["id", "`name.first`"])).apply(unnested)) == [#"{"id": "p1", "name.first": "Ada"}"#, #"{"id": "p2", "name.first": "Alan"}"#])
        #expect(unnested.schema.names == ["id", "name.first", "name.last", "terms"])
        #expect(UnnestFrame().outputSchema(for: people.schema) == unnested.schema)
    }

    @Test(arguments: [
        (#"{"a": {"b": {"c": 1}}}"#, #"{"a.b.c": 1}"#), (#"{"l": [{"a": {"b": 1}}, null]}"#, #"{"l": [{"a.b": 1}, null]}"#),
        (#"{"l": [[{"a": {"b": 1}}]]}"#, #"{"l": [[{"a.b": 1}]]}"#), (#"{"a": {"b": 1}, "a.b": 2}"#, #"{"a.b": 1, "a.b_1": 2}"#),
        (#"{"a": {"l": [1]}}"#, #"{"a.l": [1]}"#), (#"{"x": 1}"#, #"{"x": 1}"#),
    ])
    func unnests(_ line: String, _ expected: String) { #expect(text(UnnestFrame().apply(records(line))) == [expected]) }

    @Test func fieldsOfANullStructAreNull() {
        let batch = records(#"{"a": {"b": 1}}"#, #"{"a": {"b": 2}}"#)
        let masked = Batch(schema: batch.schema, columns: [batch.columns[0].masking(Bitmap([false, true]))], count: 2)
        #expect(text(UnnestFrame().apply(masked)) == [#"{"a.b": null}"#, #"{"a.b": 2}"#])
    }

    @Test func nullFields() {
        let batch = records(
            #"{"id": 1, "note": null, "s": {"a": null, "b": 1}, "t": {"a": null}, "l": [{"x": null, "y": 1}], "n": [null], "e": []}"#)
        let drop = DropNullFields(frameSchema: batch.schema)
        #expect(drop.dropped.map(\.description) == ["note", "s.a", "t.a", "l.x"])
        #expect(text(drop.apply(batch)) == [#"{"id": 1, "s": {"b": 1}, "l": [{"y": 1}], "n": [null], "e": []}"#])
        #expect(drop.apply(records(#"{"id": null}"#)).schema == drop.apply(batch).schema, "null in this batch, not in the frame")
        #expect(DropNullFields(frameSchema: Schema([Field("id", .int)])).dropped.isEmpty)
    }
}
