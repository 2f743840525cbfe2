import Columnar
import Testing

import Engine

@Suite struct AggregationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let keys: [DataType]
        let rows: Int
        let variety: Int
        let running: Running
        var testDescription: String { "\(keys.map(\.hiveName)), \(rows) rows, \(running.testDescription)" }
    }

    private static let keyTypes: [[DataType]] = [
        [.long], [.int], [.boolean], [.double], [.float], [.string], [.binary], [.date], [.timestamp], [.decimal(precision: 12, scale: 2)], [.null],
        [.string, .int], [.long, .long, .boolean], [.array(.int)], [.struct([Field("a", .int), Field("b", .string)]), .string],
    ]
    private static let cases = Running.all.flatMap { running in
        keyTypes.map { Case(keys: $0, rows: 3000, variety: 40, running: running) } + [
            Case(keys: [.long], rows: 60_000, variety: 50_000, running: running), Case(keys: [.string], rows: 40_000, variety: 30_000, running: running),
            Case(keys: [.int, .string], rows: 5000, variety: 1, running: running), Case(keys: [.long], rows: 0, variety: 1, running: running),
            Case(keys: [], rows: 4000, variety: 10, running: running), Case(keys: [], rows: 0, variety: 1, running: running),
        ]
    }

    private static let values: [Field] = [
        Field("i", .int), Field("l", .long), Field("d", .double), Field("m", .decimal(precision: 10, scale: 2)), Field("s", .string), Field("b", .boolean),
    ]

    /// The rows of each group, in their order.
    private func groups(_ rows: [[Value]], _ keyCount: Int) -> [String: [[Value]]] {
        var groups: [String: [[Value]]] = [:]
        for row in rows { groups[keyText(Array(row.prefix(keyCount))), default: []].append(row) }
        if keyCount == 0, rows.isEmpty { groups[""] = [] }
        return groups
    }

    private func present(_ rows: [[Value]], _ column: Int) -> [Value] { rows.map { $0[column] }.filter { $0 != .null } }

    private func number(_ value: Value) -> Double {
        switch value {
        case .integer(let x): Double(x)
        case .double(let x): x
        default: .nan
        }
    }

    /// NaN above every number, strings by their bytes.
    private func isBelow(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.integer(let x), .integer(let y)): x < y
        case (.double(let x), .double(let y)): x.isNaN ? false : y.isNaN ? true : x < y
        case (.decimal(let x, _), .decimal(let y, _)): x < y
        case (.string(let x), .string(let y)): x.lexicographicallyPrecedes(y)
        case (.boolean(let x), .boolean(let y)): !x && y
        default: false
        }
    }

    @Test(arguments: cases) func aggregatesAreThoseOfALoop(_ test: Case) throws {
        let keys = test.keys.enumerated().map { Field("k\($0.offset)", $0.element) }
        let schema = Schema(keys + Self.values)
        let batches = randomBatches(schema, rows: test.rows, variety: test.variety, seed: UInt64(test.rows + test.keys.count))
        let aggregates: [(AggregateFunction, [String])] = [
            (.count, []), (.count, ["s"]), (.sum, ["i"]), (.sum, ["m"]), (.average, ["l"]), (.average, ["m"]), (.minimum, ["s"]), (.maximum, ["s"]),
            (.minimum, ["d"]), (.maximum, ["d"]), (.minimum, ["m"]), (.maximum, ["b"]), (.countDistinct, ["s", "b"]), (.collectSet, ["i"]),
            (.standardDeviation(ofSample: true), ["l"]),
        ]
        let node = AggregateNode(
            memory(schema, batches), keys: keys.map { NamedExpression($0.name, .field([$0.name])) },
            aggregates: aggregates.enumerated().map { Aggregate("a\($0.offset)", $0.element.0, $0.element.1.map { .field([$0]) }) })
        let result = try test.running.rows(of: node)
        let n = keys.count
        let rows = batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } }
        let expected = groups(rows, n)
        #expect(result.count == expected.count)
        #expect(Set(result.map { keyText(Array($0.prefix(n))) }) == Set(expected.keys))
        let (i, l, d, m, s, b) = (n, n + 1, n + 2, n + 3, n + 4, n + 5)
        for row in result {
            let group = try #require(expected[keyText(Array(row.prefix(n)))])
            let found = Array(row.dropFirst(n))
            #expect(found[0] == .integer(Int64(group.count)))
            #expect(found[1] == .integer(Int64(present(group, s).count)))
            let integers = present(group, i)
            #expect(found[2] == (integers.isEmpty ? .null : .integer(integers.reduce(0) { $0 + Int64(number($1)) })))
            let decimals = present(group, m).map { value -> Int128 in if case .decimal(let x, _) = value { x } else { 0 } }
            #expect(found[3] == (decimals.isEmpty ? .null : .decimal(unscaled: decimals.reduce(0, +), scale: 2)))
            let longs = present(group, l).map(number)
            #expect(found[4] == (longs.isEmpty ? .null : .double(longs.reduce(0, +) / Double(longs.count))))
            if decimals.isEmpty {
                #expect(found[5] == .null)
            } else {
                let (scaled, count) = (decimals.reduce(0, +) * 10000, Int128(decimals.count))
                let rounded = (scaled.magnitude * 2 + count.magnitude) / (count.magnitude * 2)
                #expect(found[5] == .decimal(unscaled: scaled < 0 ? -Int128(rounded) : Int128(rounded), scale: 6))
            }
            #expect(found[6] == present(group, s).min(by: isBelow) ?? .null)
            #expect(found[7] == present(group, s).max(by: isBelow) ?? .null)
            #expect(keyText([found[8]]) == keyText([present(group, d).min(by: isBelow) ?? .null]))
            #expect(keyText([found[9]]) == keyText([present(group, d).max(by: isBelow) ?? .null]))
            #expect(found[10] == present(group, m).min(by: isBelow) ?? .null)
            #expect(found[11] == present(group, b).max(by: isBelow) ?? .null)
            let pairs = group.filter { $0[s] != .null && $0[b] != .null }
            #expect(found[12] == .integer(Int64(Set(pairs.map { keyText([$0[s], $0[b]]) }).count)))
            guard case .array(let items) = found[13] else {
                Issue.record("a set is an array")
                continue
            }
            #expect(items.count == Set(items).count && Set(items) == Set(integers))
            if longs.count < 2 {
                #expect(found[14] == .null)
            } else {
                let mean = longs.reduce(0, +) / Double(longs.count)
                let deviation = (longs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(longs.count - 1)).squareRoot()
                #expect(abs(number(found[14]) - deviation) <= 1e-9 * max(1, deviation))
            }
        }
    }

    @Test(arguments: Running.all) func firstAndLastFollowTheRows(_ running: Running) throws {
        let schema = Schema([Field("k", .int), Field("s", .string), Field("a", .array(.int))])
        let batches = randomBatches(schema, rows: 5000, variety: 60, nulls: 3, seed: 7)
        func aggregate(_ name: String, _ function: AggregateFunction, _ column: String) -> Aggregate { Aggregate(name, function, [.field([column])]) }
        let node = AggregateNode(
            memory(schema, batches), keys: [NamedExpression("k", .field(["k"]))],
            aggregates: [
                aggregate("f", .first(ignoresNulls: false), "s"), aggregate("l", .last(ignoresNulls: false), "a"),
                aggregate("fn", .first(ignoresNulls: true), "a"), aggregate("ln", .last(ignoresNulls: true), "s"), aggregate("c", .collectList, "s"),
            ])
        let rows = batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } }
        let expected = groups(rows, 1)
        let result = try running.rows(of: node)
        #expect(result.count == expected.count)
        for row in result {
            let group = try #require(expected[keyText([row[0]])])
            #expect(row[1] == group.first![1])
            #expect(row[2] == group.last![2])
            #expect(row[3] == present(group, 2).first ?? .null)
            #expect(row[4] == present(group, 1).last ?? .null)
            #expect(row[5] == .array(present(group, 1)))
        }
    }

    @Test func typesAreThoseOfSpark() throws {
        let schema = Schema([
            Field("i", .int), Field("f", .float), Field("m", .decimal(precision: 35, scale: 3)), Field("s", .string), Field("b", .boolean),
        ])
        func type(_ function: AggregateFunction, _ column: String) -> DataType? { try? Aggregate("x", function, [.field([column])]).resultType(in: schema) }
        #expect(type(.sum, "i") == .long)
        #expect(type(.sum, "f") == .double)
        #expect(type(.sum, "m") == .decimal(precision: 38, scale: 3))
        #expect(type(.average, "m") == .decimal(precision: 38, scale: 7))
        #expect(type(.sum, "s") == .double)
        #expect(type(.sum, "b") == nil)
        #expect(type(.collectList, "s") == .array(.string))
        #expect(throws: PlanError.self) { try Aggregate("x", .sum, [.field(["b"])]).resultType(in: schema) }
        #expect(throws: PlanError.unknownColumn(name: "z", available: schema.names)) { try Aggregate("x", .sum, [.field(["z"])]).resultType(in: schema) }
    }

    @Test func aDecimalSumThatDoesNotFitIsNull() throws {
        let schema = Schema([Field("m", .decimal(precision: 38, scale: 0))])
        let large = Value.decimal(unscaled: Int128("90000000000000000000000000000000000000")!, scale: 0)
        let batch = Batch(schema: schema, columns: [Column(schema[0].type, values: [large, large, large])], count: 3)
        let node = AggregateNode(memory(schema, [batch]), keys: [], aggregates: [Aggregate("x", .sum, [.field(["m"])])])
        #expect(try Running.all[0].rows(of: node) == [[.null]])
    }
}
