import Columnar
import Testing

import Engine

func paths(_ texts: [String]) throws -> [FieldPath] { try texts.map { (text) throws in try FieldPath(text) } }

@Suite struct FieldSelectionTests {
    let batch = records(
        #"{"id": 1, "place": {"city": "Oslo", "zip": 150}, "friends": [{"name": "a", "age": 1}, {"name": "b"}], "old.name": "x", "c": "s"}"#,
        #"{"id": 2, "place": null, "friends": null, "c": {"p": 1, "q": 2}}"#,
        #"{"id": 3, "place": {"city": null, "zip": 7}, "friends": [null], "c": null}"#)

    @Test(arguments: [
        (["id"], [#"{"id": 1}"#, #"{"id": 2}"#, #"{"id": 3}"#]),
        (["place.zip", "id"], [#"{"place": {"zip": 150}, "id": 1}"#, #"{"place": null, "id": 2}"#, #"{"place": {"zip": 7}, "id": 3}"#]),
        (["place.zip", "place"], [#"{"place": {"city": "Oslo", "zip": 150}}"#, #"{"place": null}"#, #"{"place": {"city": null, "zip": 7}}"#]),
        (["`old.name`", "missing", "place.none"], [#"{"old.name": "x"}"#, #"{"old.name": null}"#, #"{"old.name": null}"#]),
        (["friends.age"], [#"{"friends": [{"age": 1}, {"age": null}]}"#, #"{"friends": null}"#, #"{"friends": [null]}"#]),
        (["c.q"], [#"{"c": null}"#, #"{"c": {"q": 2}}"#, #"{"c": null}"#]),
        (["nothing"], ["{}", "{}", "{}"]),
    ])
    func selects(_ names: [String], _ expected: [String]) throws {
        let select = SelectFields(try paths(names))
        #expect(text(select.apply(batch)) == expected)
        #expect(select.outputSchema(for: batch.schema) == select.apply(batch).schema)
        #expect(select.apply(.empty(batch.schema)).count == 0)
    }

    @Test(arguments: [
        (["place", "friends", "c", "old.name", "`old.name`"], [#"{"id": 1}"#, #"{"id": 2}"#, #"{"id": 3}"#]),
        (["id", "place.city", "friends", "c", "`old.name`"], [#"{"place": {"zip": 150}}"#, #"{"place": null}"#, #"{"place": {"zip": 7}}"#]),
        (["id", "place.city", "place.zip", "friends", "c", "`old.name`"], ["{}", "{}", "{}"]),
        (["id", "place", "friends.age", "c", "`old.name`"], [#"{"friends": [{"name": "a"}, {"name": "b"}]}"#, #"{"friends": null}"#, #"{"friends": [null]}"#]),
        (["id", "place", "friends[].age", "friends.name", "c", "`old.name`"], ["{}", "{}", "{}"]),
        (["id", "place", "friends", "c.p", "`old.name`"], [#"{"c": "s"}"#, #"{"c": {"q": 2}}"#, #"{"c": null}"#]),
        (["id", "place", "friends", "c.p", "c.q", "`old.name`"], [#"{"c": "s"}"#, #"{"c": null}"#, #"{"c": null}"#]),
    ])
    func drops(_ names: [String], _ expected: [String]) throws {
        let drop = DropFields(try paths(names))
        #expect(text(drop.apply(batch)) == expected)
        #expect(drop.outputSchema(for: batch.schema) == drop.apply(batch).schema)
    }

    @Test func droppingTheLastOfAChoicesFieldsLeavesAPlainColumn() throws {
        let dropped = DropFields(try paths(["c.p", "c.q"])).apply(batch)
        #expect(dropped.column("c")?.type == .string)
        #expect(dropped.column("c")?.values == [.string("s"), .null, .null])
    }

    @Test func nothingDroppedKeepsTheSchemaObject() throws {
        #expect(DropFields(try paths(["nothing", "id.x"])).apply(batch).schema === batch.schema)
        #expect(DropFields(try paths(["nothing", "place.none"])).unknownPaths(in: batch.schema) == (try paths(["nothing", "place.none"])))
    }

    @Test func splitsIntoSelectedAndRest() throws {
        let orders = records(#"{"order": 1, "cust": "a", "qty": 5}"#)
        let split = SplitFields(try paths(["order"]))
        #expect(text(split.selected.apply(orders)) == [#"{"order": 1}"#])
        #expect(text(split.rest.apply(orders)) == [#"{"cust": "a", "qty": 5}"#])
    }

    @Test(arguments: [
        ("id", "key", [#"{"key": 1, "a": {"b": 2, "c": 3}}"#, #"{"key": 4, "a": null}"#]),
        ("a.b", "a.d", [#"{"id": 1, "a": {"d": 2, "c": 3}}"#, #"{"id": 4, "a": null}"#]),
        ("a.b", "b", [#"{"id": 1, "a": {"c": 3}, "b": 2}"#, #"{"id": 4, "a": null, "b": null}"#]),
        ("id", "a.id", [#"{"a": {"b": 2, "c": 3, "id": 1}}"#, #"{"a": {"b": null, "c": null, "id": 4}}"#]),
        ("id", "x.y.z", [#"{"a": {"b": 2, "c": 3}, "x": {"y": {"z": 1}}}"#, #"{"a": null, "x": {"y": {"z": 4}}}"#]),
        ("a", "`a.b`", [#"{"id": 1, "a.b": {"b": 2, "c": 3}}"#, #"{"id": 4, "a.b": null}"#]),
        ("a", "a.a", [#"{"id": 1, "a": {"a": {"b": 2, "c": 3}}}"#, #"{"id": 4, "a": {"a": null}}"#]),
        ("none", "b", [#"{"id": 1, "a": {"b": 2, "c": 3}}"#, #"{"id": 4, "a": null}"#]),
        ("id", "id", [#"{"id": 1, "a": {"b": 2, "c": 3}}"#, #"{"id": 4, "a": null}"#]),
    ])
    func renames(_ from: String, _ to: String, _ expected: [String]) throws {
        let batch = records(#"{"id": 1, "a": {"b": 2, "c": 3}}"#, #"{"id": 4, "a": null}"#)
        let rename = RenameField(from: try FieldPath(from), to: try FieldPath(to))
        #expect(text(try rename.apply(batch)) == expected)
        #expect(try rename.outputSchema(for: batch.schema) == rename.apply(batch).schema)
        #expect(rename.isKnown(in: batch.schema) == (from != "none"))
    }

    @Test func renamesInsideArrays() throws {
        let renamed = try RenameField(from: FieldPath("friends.age"), to: FieldPath("friends.years")).apply(batch)
        #expect(text(SelectFields(try paths(["friends"])).apply(renamed))[0] == #"{"friends": [{"name": "a", "years": 1}, {"name": "b", "years": null}]}"#)
    }

    @Test(arguments: [
        ("id", "place", "'id' cannot be renamed to 'place', which exists already; drop that field first, or choose another name"),
        ("place.city", "place.zip", "'place.city' cannot be renamed to 'place.zip', which exists already; drop that field first, or choose another name"),
        ("id", "`old.name`.id", "'`old.name`.id' leads through 'old.name', which is of type string and has no fields"),
        ("friends.age", "age", "'friends.age' cannot become 'age': inside an array a field can change its name, not its place"),
    ])
    func refusesRenames(_ from: String, _ to: String, _ message: String) throws {
        let rename = RenameField(from: try FieldPath(from), to: try FieldPath(to))
        let error = #expect(throws: TransformError.self) { try rename.apply(batch) }
        #expect(error?.description == message)
    }
}
