import Columnar
import Testing

import Engine

@Suite struct FieldPathTests {
    @Test(arguments: [
        ("a", ["a"], "a"),
        ("a.b.c", ["a", "b", "c"], "a.b.c"),
        ("`old.name`", ["old.name"], "`old.name`"),
        ("a.`b.c`.d", ["a", "b.c", "d"], "a.`b.c`.d"),
        ("`plain`", ["plain"], "plain"),
        ("`a``b`", ["a`b"], "`a``b`"),
        ("``", [""], "``"),
        ("list[].price", ["list", "price"], "list[].price"),
        ("list[][]", ["list"], "list[][]"),
        ("`list[]`", ["list[]"], "`list[]`"),
        ("`x`[].y", ["x", "y"], "x[].y"),
        ("price [EUR]", ["price [EUR]"], "price [EUR]"),
        ("a[0].b", ["a[0]", "b"], "a[0].b"),
        ("`.zip`", [".zip"], "`.zip`"),
        ("[]", ["[]"], "`[]`"),
        ("größe.ß", ["größe", "ß"], "größe.ß"),
    ])
    func reads(_ text: String, _ names: [String], _ written: String) throws {
        let path = try FieldPath(text)
        #expect(path.names == names)
        #expect(path.description == written)
        #expect(try FieldPath(path.description) == path)
    }

    @Test(arguments: [
        ("", "it is empty"),
        (".zip", "it begins with a dot"),
        ("a.", "it ends with a dot"),
        ("a..b", "a name is missing after 'a.'"),
        ("`a", "its back-tick is never closed"),
        ("`a`b", "after '`a`' a dot or the end is expected"),
        ("a`b`", "a back-tick stands inside the name after 'a'"),
    ])
    func refuses(_ text: String, _ reason: String) {
        #expect(throws: TransformError.malformedPath(path: text, reason: reason)) { try FieldPath(text) }
    }

    @Test func findsFieldsOfAnyKind() throws {
        let schema = Schema([
            Field("Id", .int), Field("id2", .long), Field("ID2", .string), Field("a", .struct([Field("B", .double)])),
            Field("list", .array(.struct([Field("x", .string)]))), Field("c", .choice([.string, .struct([Field("y", .int)])])),
        ])
        func type(_ path: String, _ ignoringCase: Bool = false, _ throughArrays: Bool = true) throws -> DataType? {
            try FieldPath(path).type(in: schema, ignoringCase: ignoringCase, throughArrays: throughArrays)
        }
        #expect(try type("Id") == .int)
        #expect(try type("id") == nil)
        #expect(try type("id", true) == .int)
        #expect(try type("ID2", true) == .string)
        #expect(try type("Id2", true) == nil, "two fields have the name but for case")
        #expect(try type("a.b", true) == .double)
        #expect(try type("a.b.c", true) == nil)
        #expect(try type("list[].x") == .string)
        #expect(try type("list.x") == .string)
        #expect(try type("list.x", false, false) == nil)
        #expect(try type("c.y") == .int)
    }

    @Test func suggestsTheNearestNameOnly() {
        #expect(Suggestion.nearest("custmer", in: ["customer", "order"]) == "customer")
        #expect(Suggestion.nearest("Zip", in: ["zip", "zap"]) == "zip")
        #expect(Suggestion.nearest("amuont", in: ["amount"]) == "amount")
        #expect(Suggestion.nearest("price", in: ["colour", "id"]) == nil)
        #expect(Suggestion.nearest("", in: ["id"]) == nil)
    }
}
