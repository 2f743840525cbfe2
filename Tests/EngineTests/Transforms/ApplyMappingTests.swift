import Columnar
import Testing

import Engine

func mapping(_ lines: [[String]]) throws -> [Mapping] {
    try lines.map { (line) throws in
        try Mapping(line[0], line[1], line.count > 2 ? line[2] : nil, line.count > 3 ? line[3] : nil)
    }
}

@Suite struct ApplyMappingTests {
    private let people = records(
        #"{"id": "7", "Price": "12.5", "addr": {"city": "Oslo", "zip": "0150"}, "old.name": "x", "flag": "yes", "day": "2024-02-29", "at": "2024-02-29 13:45:10"}"#,
        #"{"id": "x", "Price": "", "addr": {"city": "Rome"}, "flag": "0", "day": "2023-02-29", "at": "soon"}"#)

    private let lines = [
        ["id", "string", "id", "long"], ["price", "string", "price", "decimal(10,2)"], ["addr.city", "string", "place.city", "string"],
        ["addr.zip", "string", "place.zip", "int"], ["`old.name`", "string", "name", "string"], ["flag", "string", "flag", "boolean"],
        ["day", "string", "day", "date"], ["at", "string", "at", "timestamp"],
    ]

    @Test func buildsRecordsOfAnotherShape() throws {
        let apply = try ApplyMapping(mapping(lines))
        let (batch, failures) = apply.apply(people)
        #expect(
            text(batch) == [
                #"{"id": 7, "price": 12.50, "place": {"city": "Oslo", "zip": 150}, "name": "x", "flag": true, "day": "2024-02-29", "at": "2024-02-29 13:45:10"}"#,
                #"{"id": null, "price": null, "place": {"city": "Rome", "zip": null}, "name": null, "flag": false, "day": null, "at": null}"#,
            ])
        #expect(failures.counts == ["id": 1, "price": 1, "day": 1, "at": 1])
        #expect(failures.total == 4)

        let town = try RenameField(from: FieldPath("place.city"), to: FieldPath("place.town")).apply(batch)
        #expect(
            text(SelectFields(try paths(["place"])).apply(town)) == [#"{"place": {"town": "Oslo", "zip": 150}}"#, #"{"place": {"town": "Rome", "zip": null}}"#])
        let dropped = DropFields(try paths(["place.zip", "flag", "day", "at", "name", "price"])).apply(batch)
        #expect(text(dropped) == [#"{"id": 7, "place": {"city": "Oslo"}}"#, #"{"id": null, "place": {"city": "Rome"}}"#])
    }

    @Test func theSchemaComesFromTheMappingsAlone() throws {
        let apply = try ApplyMapping(mapping(lines))
        let schema = try #require(apply.outputSchema)
        #expect(
            text(schema) == "id:bigint, price:decimal(10,2), place:struct<city:string,zip:int>, name:string, flag:boolean, day:date, at:timestamp")
        for batch in [people, .empty(people.schema), .empty(.empty), people.slice(1..<2), records(#"{"other": 1}"#)] {
            #expect(apply.apply(batch).batch.schema == schema)
            #expect(apply.apply(batch).batch.count == batch.count)
        }
        #expect(text(apply.apply(records(#"{"addr": null}"#)).batch)[0].contains(#""place": {"city": null, "zip": null}"#))
    }

    @Test func tuplesOfTwoAndThree() throws {
        let batch = records(#"{"a": {"b": 1}, "c": 2}"#)
        #expect(text(try ApplyMapping(mapping([["a.b", "long"], ["c", "int", "d"]])).apply(batch).batch) == [#"{"a": {"b": 1}, "d": 2}"#])
    }

    @Test func sourceNamesMatchButForCase() throws {
        let batch = records(#"{"Price": 1, "price": 2, "QTY": 3, "Up": 4, "UP": 5}"#)
        let lines = [["price", "int", "a", "int"], ["qty", "int", "b", "int"], ["up", "int", "c", "int"]]
        #expect(text(try ApplyMapping(mapping(lines)).apply(batch).batch) == [#"{"a": 2, "b": 3, "c": null}"#])
        let exact = try ApplyMapping(mapping(lines), caseSensitive: true)
        #expect(text(exact.apply(batch).batch) == [#"{"a": 2, "b": null, "c": null}"#])
        #expect(exact.unknownPaths(in: batch.schema).map(\.description) == ["qty", "up"])
    }

    @Test func oneSourceManyTargetsOneTargetTwice() throws {
        let batch = records(#"{"a": 1, "b": 2}"#)
        let lines = [["a", "int", "s.x", "int"], ["b", "int", "t", "int"], ["a", "int", "s.y", "string"], ["b", "int", "s.x", "long"]]
        #expect(text(try ApplyMapping(mapping(lines)).apply(batch).batch) == [#"{"s": {"x": 2, "y": "1"}, "t": 2}"#])
    }

    @Test func choicesAreCastValueByValue() throws {
        let batch = records(#"{"q": 5}"#, #"{"q": "7"}"#, #"{"q": "many"}"#, #"{"q": null}"#)
        let apply = try ApplyMapping(mapping([["q", "string", "q", "long"]]))
        let (whole, failures) = apply.apply(batch)
        #expect(text(whole) == [#"{"q": 5}"#, #"{"q": 7}"#, #"{"q": null}"#, #"{"q": null}"#])
        #expect(failures.counts == ["q": 1])
        #expect(!apply.needsFrameSchema)
        // The answer is the same however the rows fall into batches.
        let rows = (0..<4).map { Batch.concatenate([batch.slice($0..<$0 + 1)], schema: batch.schema) }
        #expect(rows.flatMap { text(apply.apply($0).batch) } == text(whole))
        #expect(text(apply.apply(records(#"{"q": 5}"#)).batch) == [#"{"q": 5}"#])
    }

    @Test func theSourceTypeMaySelect() throws {
        let batch = records(#"{"q": 5}"#, #"{"q": "7"}"#)
        let apply = try ApplyMapping(mapping([["q", "string", "q", "long"]]), choiceRule: .sourceTypeSelects)
        #expect(apply.needsFrameSchema)
        let (result, failures) = apply.apply(batch, frameSchema: batch.schema)
        #expect(text(result) == [#"{"q": null}"#, #"{"q": 7}"#])
        #expect(failures.counts == ["q": 1])
        #expect(text(apply.apply(records(#"{"q": 5}"#), frameSchema: batch.schema).batch) == [#"{"q": null}"#])
        let longs = try ApplyMapping(mapping([["q", "long", "q", "string"]]), choiceRule: .sourceTypeSelects)
        #expect(text(longs.apply(batch, frameSchema: batch.schema).batch) == [#"{"q": "5"}"#, #"{"q": null}"#])
        let doubles = try ApplyMapping(mapping([["q", "double", "q", "double"]]), choiceRule: .sourceTypeSelects)
        #expect(doubles.apply(batch, frameSchema: batch.schema).failures.total == 2)
    }

    @Test func pathsLeadIntoAChoicesStruct() throws {
        let batch = records(#"{"a": {"b": "1"}}"#, #"{"a": "text"}"#, #"{"a": {"b": 2}}"#, #"{"a": null}"#)
        #expect(text(try ApplyMapping(mapping([["a.b", "int", "b", "int"]])).apply(batch).batch) == [#"{"b": 1}"#, #"{"b": null}"#, #"{"b": 2}"#, #"{"b": null}"#])
    }

    @Test func nestedTypesPassWhole() throws {
        let batch = records(#"{"s": {"a": 1, "b": [1, 2]}, "l": ["x"]}"#, #"{"s": null, "l": null}"#)
        let apply = try ApplyMapping(mapping([["s", "struct", "t", "struct"], ["l", "array", "m", "array"], ["l", "array", "n", "struct"], ["none", "array"]]))
        #expect(apply.outputSchema == nil)
        let (result, failures) = apply.apply(batch)
        #expect(text(result) == [#"{"t": {"a": 1, "b": [1, 2]}, "m": ["x"], "n": null, "none": null}"#, #"{"t": null, "m": null, "n": null, "none": null}"#])
        #expect(failures.counts == ["n": 1])
        let declared = try ApplyMapping(mapping([["s", "struct", "s", "struct<B:array<string>,a:bigint,c:int>"]]))
        #expect(text(declared.apply(batch).batch) == [#"{"s": {"B": ["1", "2"], "a": 1, "c": null}}"#, #"{"s": null}"#])
        #expect(text(declared.outputSchema!) == "s:struct<B:array<string>,a:bigint,c:int>")
    }

    @Test func arraysAreNoWayThrough() throws {
        let batch = records(#"{"l": [{"x": 1}]}"#)
        let apply = try ApplyMapping(mapping([["l.x", "int", "x", "int"]]))
        #expect(text(apply.apply(batch).batch) == [#"{"x": null}"#])
        #expect(apply.unknownPaths(in: batch.schema).map(\.description) == ["l.x"])
    }

    @Test(arguments: [
        ([["a", "strng"]], "'strng' (the source type of 'a') is no type (did you mean 'string'?); types are boolean, byte, tinyint, short, smallint, int, integer, long, bigint, float, double, decimal, string, varchar, char, binary, date, timestamp, array, struct, map, null"),
        ([["a[].b", "int"]], "a mapping cannot reach into the elements of an array, as 'a[].b' asks; unnest or relationalize the array first"),
        ([["a", "int", "x", "int"], ["b", "int", "x.y", "int"]], "'x' is mapped to as a value and, by 'x.y', as a struct; it can be only one of them"),
        ([["a..b", "int"]], "'a..b' is no path: a name is missing after 'a.'; write fields with dots between (address.zip), and a name that holds a dot in back-ticks (`old.name`)"),
    ])
    func refuses(_ lines: [[String]], _ message: String) {
        let error = #expect(throws: TransformError.self) { try ApplyMapping(mapping(lines)) }
        #expect(error?.description == message)
    }
}
