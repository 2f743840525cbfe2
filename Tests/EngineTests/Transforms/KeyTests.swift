import Columnar
import Testing

import Engine

@Suite struct KeyTests {
    private static func decimal(_ unscaled: Int128, _ scale: Int) -> Column {
        let builder = VariantBuilder()
        builder.append(decimal: unscaled, precision: 20, scale: scale)
        return builder.finish()
    }

    private static func binary(_ text: String) -> Column { column(text).retyped(.binary) }

    /// Columns of one row; those of one line are equal, those of different lines are not.
    static let classes: [[Column]] = [
        [column("1"), column("1.0"), Column(.byte, Values<Int8>([1])), Column(.long, Values<Int64>([1])), Column(.float, Values<Float>([1])), decimal(100, 2), decimal(1, 0)],
        [column(#""1""#)], [binary(#""1""#)], [column("true")], [column("false")],
        [column("0"), column("-0.0"), decimal(0, 5)],
        [column("1.5"), Column(.float, Values<Float>([1.5]))], [decimal(15, 1), decimal(1500, 3)],
        [column("nan"), Column(.float, Values<Float>([-.nan]))], [column("inf")],
        [column("9007199254740993")], [column("9007199254740992"), column("9007199254740992.0")],
        [decimal(99_999_999_999_999_999_999, 0)], [Column(.date, Values<Int32>([1]))], [Column(.timestamp, Values<Int64>([1]))],
        [column(#""""#)], [column(#""a string that is longer than a view""#)],
        [column("[1, 2]"), column("[1.0, 2]")], [column("[[1], 2]")], [column("[1]")], [column("[1, null]")], [column("[]")],
        [column(#"{"a": 1, "b": "x"}"#), column(#"{"c": 1, "d": "x"}"#)], [column(#"{"a": 1}"#)],
    ]

    @Test func keysAreEqualWhenValuesAre() {
        let encoded = Self.classes.enumerated().flatMap { index, columns in
            columns.map { (index, $0, KeyEncoder.encode([$0], count: 1).withBytes(0) { Array($0) }) }
        }
        for (classA, columnA, a) in encoded {
            for (classB, columnB, b) in encoded {
                #expect((a == b) == (classA == classB), "\(columnA.type) \(text(columnA, 0)) and \(columnB.type) \(text(columnB, 0))")
            }
        }
    }

    @Test func severalFieldsDoNotRunIntoEachOther() {
        let batch = records(#"{"a": "x", "b": "yz"}"#, #"{"a": "xy", "b": "z"}"#, #"{"a": null, "b": "z"}"#, #"{"a": "x", "b": "yz"}"#)
        let keys = KeyEncoder.encode(batch.columns, count: 4)
        let bytes = (0..<4).map { keys.withBytes($0) { Array($0) } }
        #expect(bytes[0] != bytes[1] && bytes[0] == bytes[3])
        #expect((0..<4).map { keys.complete![$0] } == [true, true, false, true])
        #expect(KeyEncoder.encode([], count: 2).count == 2)
        #expect(KeyEncoder.encode(batch.columns.map { $0.slice(0..<0) }, count: 0).count == 0)
    }

    @Test func choicesAndDictionariesCountAsTheirValues() {
        let mixed = KeyEncoder.encode([column("1", #""a""#, "null", "2.5")], count: 4)
        let plain = [column("1"), column(#""a""#), column("null"), column("2.5")].map { KeyEncoder.encode([$0], count: 1).withBytes(0) { Array($0) } }
        #expect((0..<4).map { mixed.withBytes($0) { Array($0) } } == plain)
        #expect(mixed.complete?[2] == false)
        let dictionary = Column(
            type: .string, count: 3, validity: Bitmap([true, false, true]),
            storage: .dictionary(indices: Values([1, 0, 0]), values: column(#""a""#, #""b""#)))
        let keys = KeyEncoder.encode([dictionary], count: 3)
        #expect(keys.withBytes(2) { Array($0) } == plain[1])
        #expect((0..<3).map { keys.complete![$0] } == [true, false, true])
    }

    @Test func aSetHoldsWhatWasPutIn() {
        let set = KeySet()
        func keys(_ numbers: [Int64]) -> KeyEncoder.Keys {
            let text = strings(numbers.map { "\"key number \($0)\"" })
            return KeyEncoder.encode([Column(.long, Values(numbers)), text], count: numbers.count)
        }
        #expect(set.contains(keys([1])).setCount == 0)
        set.insert(keys((0..<5000).map { $0 * 2 }))
        set.insert(keys([0, 2, 4]))
        #expect(set.count == 5000)
        let found = set.contains(keys(Array(0..<10_001)))
        #expect((0..<10_001).allSatisfy { found[$0] == ($0 % 2 == 0 && $0 < 10_000) })
        let null = KeyEncoder.encode([column("null")], count: 1)
        set.insert(null)
        #expect(set.count == 5000 && set.contains(null).setCount == 0)
    }

    private func strings(_ lines: [String]) -> Column {
        let builder = VariantBuilder()
        for line in lines { builder.append(string: line) }
        return builder.finish()
    }

    // MARK: Merge

    @Test func mergesByKey() throws {
        let source = records(#"{"order": 1, "qty": 5}"#, #"{"order": 2, "qty": 7}"#, #"{"order": 2, "qty": 8}"#, #"{"order": 3, "qty": 9}"#, #"{"order": null, "qty": 0}"#)
        let stage = records(#"{"order": 3, "qty": "many"}"#, #"{"order": 4, "qty": "one"}"#, #"{"order": null, "qty": "none"}"#)
        let merge = try MergeDynamicFrame(keys: paths(["order"]))
        let keys = KeySet()
        keys.insert(merge.encodedKeys(of: stage))
        #expect(text(merge.keptSourceRows(of: source, stageKeys: keys)) == [
            #"{"order": 1, "qty": 5}"#, #"{"order": 2, "qty": 7}"#, #"{"order": 2, "qty": 8}"#, #"{"order": null, "qty": 0}"#,
        ])
        #expect(text(merge.outputSchema(source: source.schema, stage: stage.schema)) == "order:int, qty:uniontype<int,string>")
        #expect(merge.keptSourceRows(of: records(#"{"qty": 1}"#), stageKeys: keys).count == 1, "no key, no match")
        #expect(throws: TransformError.noKeys) { try MergeDynamicFrame(keys: []) }
    }

    // MARK: Join

    @Test func joinedRowsHaveAllColumns() throws {
        let orders = records(#"{"order": 1, "cust": "a", ".cust": true}"#, #"{"order": 2, "cust": "b", ".cust": false}"#)
        let customers = records(#"{"cust": "a", "name": "Ann", "order": {"x": 1}}"#, #"{"cust": "b", "name": "Bob", "order": null}"#)
        let joined = JoinedSchema(left: orders.schema, right: customers.schema)
        #expect(joined.schema.names == ["order", "cust", ".cust", "..cust", "name", ".order"])
        let rows = joined.assemble(orders, customers, leftRows: Values([1, 0, 1]), rightRows: Values([1, 0, -1]))
        #expect(text(rows) == [
            #"{"order": 2, "cust": "b", ".cust": false, "..cust": "b", "name": "Bob", ".order": null}"#,
            #"{"order": 1, "cust": "a", ".cust": true, "..cust": "a", "name": "Ann", ".order": {"x": 1}}"#,
            #"{"order": 2, "cust": "b", ".cust": false, "..cust": null, "name": null, ".order": null}"#,
        ])
        #expect(joined.assemble(.empty(.empty), records(#"{"name": "x"}"#), leftRows: Values([-1]), rightRows: Values([0])).count == 1)
        #expect(JoinedSchema(left: Schema([Field("a", .int)]), right: Schema([Field(".a", .int), Field("a", .int)])).schema.names == ["a", ".a", "..a"])
    }

    @Test func keysOfAJoin() throws {
        let keys = try JoinKeys(left: paths(["a.id", "b"]), right: paths(["id", "c"]))
        let left = records(#"{"a": {"id": 1}, "b": 2}"#)
        #expect(keys.leftColumns(of: left).map { $0.value(at: 0) } == [.integer(1), .integer(2)])
        #expect(keys.rightColumns(of: left).map { $0.value(at: 0) } == [.null, .null])
        let messages = [
            ("the first frame has 1 key, the second 2; keys are compared in pairs", { _ = try JoinKeys(left: paths(["a"]), right: paths(["a", "b"])) }),
            ("no keys were given; name at least one field of each frame", { _ = try JoinKeys(left: [], right: []) }),
            (
                "there is no field 'custmer' (did you mean 'customer'?); the fields are customer, id",
                {
                    let schema = Schema([Field("customer", .int), Field("id", .int)])
                    try JoinKeys(left: paths(["id"]), right: paths(["custmer"])).check(left: schema, right: schema)
                }
            ),
        ] as [(String, () throws -> Void)]
        for (message, body) in messages {
            let error = #expect(throws: TransformError.self, performing: body)
            #expect(error?.description == message)
        }
    }

    @Test func unionMakesChoices() {
        let orders = records(#"{"order": 1, "cust": "a", "qty": 5}"#)
        let late = records(#"{"order": 3, "cust": "a", "qty": "many", "gift": true}"#)
        let union = UnionFrames([orders.schema, late.schema])
        #expect(text(union.schema) == "order:int, cust:string, qty:uniontype<int,string>, gift:boolean")
        #expect([orders, late].flatMap { text(union.apply($0)) } == [
            #"{"order": 1, "cust": "a", "qty": 5, "gift": null}"#, #"{"order": 3, "cust": "a", "qty": "many", "gift": true}"#,
        ])
    }
}
