import Testing

import Columnar

@Suite struct KeysTests {
    private static let keyTypes: [[DataType]] =
        everyType.map { [$0] } + [
            [.string, .int], [.int, .int, .long], [.boolean, .choice([.double, .string])], [.decimal(precision: 20, scale: 2), .string, .date],
            [.double, .float, .array(.int)], [],
        ]

    /// A key that a dictionary can hold: -0.0 and NaN made one.
    private func canonical(_ value: Value) -> Value {
        switch value {
        case .double(let x): .string(x == 0 ? "0" : x.isNaN ? "nan" : "\(x)")
        case .array(let items): .array(items.map(canonical))
        case .struct(let fields): .struct(fields.map { StructValueField($0.name, canonical($0.value)) })
        case .map(let entries): .map(entries.map { MapValueEntry(canonical($0.key), canonical($0.value)) })
        default: value
        }
    }

    @Test(arguments: keyTypes) func groupsAreThoseOfADictionary(types: [DataType]) {
        for nullsMatch in [true, false] {
            var source = RandomValues(seed: UInt64(types.count))
            let table = KeyTable(types: types, nullsMatch: nullsMatch)
            var reference: [[Value]: Int32] = [:]
            var firsts: [[Value]] = []
            for (batch, length) in (edgeLengths + [3000]).enumerated() {
                let rows = types.map { source.values($0, length) }
                let columns = zip(types, rows).map { type, values -> Column in
                    let column = Column.of(type, values)
                    return batch % 2 == 1 && type != .null && !type.containsChoice ? column.asDictionary() : column
                }
                let expected = (0..<length).map { i -> Int32 in
                    let row = rows.map { $0[i] }
                    if !nullsMatch, row.contains(.null) { return -1 }
                    let key = row.map(canonical)
                    if let group = reference[key] { return group }
                    reference[key] = Int32(reference.count)
                    firsts.append(key)
                    return Int32(reference.count - 1)
                }
                if batch == 3 {
                    let found = table.find(columns, count: length).array
                    #expect(zip(found, expected).allSatisfy { $0 == $1 || ($0 == -1 && $1 >= table.groupCount) })
                }
                #expect(table.insert(columns, count: length).array == expected)
                #expect(table.find(columns, count: length).array == expected)
            }
            #expect(table.groupCount == reference.count)
            let keys = table.keys
            #expect(keys.map(\.type) == types)
            for (c, key) in keys.enumerated() { #expect(key.values.map(canonical) == firsts.map { $0[c] }) }
        }
    }

    @Test func fewCombinationsAreGroupedAsManyAre() {
        var source = RandomValues(seed: 3)
        let types: [DataType] = [.string, .string, .date]
        let dictionaries = types.map { source.column($0, 5) }
        let (table, reference) = (KeyTable(types: types), KeyTable(types: types))
        for length in [300, 5000, 256] {
            let columns = zip(types, dictionaries).map { type, values -> Column in
                let indices = Values((0..<length).map { _ in Int32.random(in: 0..<5, using: &source.random) })
                let validity = Bitmap((0..<length).map { _ in Int.random(in: 0..<9, using: &source.random) > 0 })
                return Column(type: type, count: length, validity: validity, storage: .dictionary(indices: indices, values: values))
            }
            #expect(table.insert(columns, count: length).array == reference.insert(columns.map(\.flattened), count: length).array)
        }
        #expect(table.keys.map(\.values) == reference.keys.map(\.values))
    }

    @Test func hashesAreAlikeAcrossStorage() {
        var source = RandomValues(seed: 9)
        for type in everyType where type != .null && !type.containsChoice {
            let column = source.column(type, 500)
            let hashes = KeyHash.hashes([column], count: 500).array
            #expect(KeyHash.hashes([column.asDictionary()], count: 500).array == hashes)
            #expect(KeyHash.hashes([column.slice(13..<500)], count: 487).array == Array(hashes[13...]))
        }
        let narrow = Column.of(.byte, [.integer(-3), .null])
        #expect(KeyHash.hashes([narrow], count: 2).array == KeyHash.hashes([narrow.cast(to: .long)], count: 2).array)
    }

    @Test func manyKeysSpread() {
        let n = 100_000
        let longs = Column(.long, Values((0..<n).map { Int64($0) * 1024 }))
        #expect(Set(KeyHash.hashes([longs], count: n).array.map { $0 & 0xfffff }).count > 90_000)
        let table = KeyTable(types: [.long])
        #expect(table.insert([longs], count: n).array == (0..<Int32(n)).map { $0 })
        let texts = longs.cast(to: .string)
        let textTable = KeyTable(types: [.string, .long])
        #expect(textTable.insert([texts, longs], count: n).array == (0..<Int32(n)).map { $0 })
        #expect(textTable.keys[0].values == texts.values)
    }

    @Test func rowListsPairEveryMatch() {
        let lists = RowLists(groups: Values([0, 2, -1, 0, 2, 2] as [Int32]), groupCount: 4)
        #expect(lists.offsets.array == [0, 2, 2, 5, 5])
        #expect(lists.rows.array == [0, 3, 1, 4, 5])
        let inner = lists.pairs(Values([2, -1, 1, 0] as [Int32]))
        #expect(inner.probing.array == [0, 0, 0, 3, 3])
        #expect(inner.matched.array == [1, 4, 5, 0, 3])
        let outer = lists.pairs(Values([2, -1, 1, 0] as [Int32]), keepsUnmatched: true)
        #expect(outer.probing.array == [0, 0, 0, 1, 2, 3, 3])
        #expect(outer.matched.array == [1, 4, 5, -1, -1, 0, 3])
    }

    // MARK: Sorting

    private func check(_ types: [DataType], _ count: Int, seed: UInt64, _ note: String) {
        var source = RandomValues(seed: seed)
        let rows = types.map { source.values($0, count) }
        let descending = types.map { _ in Bool.random(using: &source.random) }
        let nullsFirst = types.map { _ in [nil, true, false].randomElement(using: &source.random)! }
        let keys = types.indices.map { c -> SortKey in
            let column = Column.of(types[c], rows[c])
            return SortKey(c % 2 == 1 && types[c] != .null && !types[c].containsChoice ? column.asDictionary() : column, descending: descending[c], nullsFirst: nullsFirst[c])
        }
        let expected = (0..<count).sorted { i, j in
            for c in types.indices {
                let (a, b) = (rows[c][i], rows[c][j])
                if a == .null || b == .null {
                    if a == b { continue }
                    return (a == .null) == (nullsFirst[c] ?? !descending[c])
                }
                let order = naiveOrder(a, b, types[c])
                if order != 0 { return descending[c] ? order > 0 : order < 0 }
            }
            return i < j
        }
        #expect(SortKey.sortIndices(by: keys, count: count).array == expected.map { Int32($0) }, "\(note) \(types.map(\.hiveName)), seed \(seed)")
    }

    @Test(arguments: keyTypes) func sortsAsTheStandardLibraryDoes(types: [DataType]) {
        for length in edgeLengths { for seed in 0..<4 { check(types, length, seed: UInt64(seed), "length \(length)") } }
    }

    @Test func randomDoublesAndLongsSort() {
        var random = SeededGenerator(seed: 8)
        let doubles = (0..<5000).map { _ in Double(bitPattern: random.next()) }
        let order = SortKey.sortIndices(by: [SortKey(Column(.double, Values(doubles)))], count: 5000).array
        #expect(zip(order, order.dropFirst()).allSatisfy { compareTotal(doubles[Int($0)], doubles[Int($1)]) <= 0 })
        let longs = (0..<5000).map { _ in Int64(bitPattern: random.next()) }
        let down = SortKey.sortIndices(by: [SortKey(Column(.long, Values(longs)), descending: true)], count: 5000).array
        #expect(down.map { longs[Int($0)] } == longs.sorted(by: >))
    }

    @Test func comparesRowsOfDifferentBatches() {
        let a = [SortKey(.of(.int, [.integer(1), .null])), SortKey(.of(.string, ["x", "y"]), descending: true)]
        let b = [SortKey(.of(.int, [.integer(1), .integer(0)])), SortKey(.of(.string, ["w", "y"]), descending: true)]
        #expect(SortKey.compare(a, 0, b, 0) < 0)
        #expect(SortKey.compare(a, 1, b, 0) < 0)
        #expect(SortKey.compare(a, 0, b, 1) > 0)
        #expect(SortKey.compare(a, 0, a, 0) == 0)
    }
}
