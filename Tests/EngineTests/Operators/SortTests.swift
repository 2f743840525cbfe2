import Columnar
import Testing

import Engine

@Suite struct SortTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let type: DataType
        let rows: Int
        let variety: Int
        let running: Running
        var testDescription: String { "\(name), \(running.testDescription)" }
    }

    private static let types: [DataType] = [
        .boolean, .byte, .int, .long, .float, .double, .decimal(precision: 12, scale: 2), .string, .binary, .date, .timestamp, .array(.int),
        .struct([Field("a", .int), Field("b", .string)]), .null,
    ]
    private static let cases = Running.all.flatMap { running in
        types.map { Case(name: $0.hiveName, type: $0, rows: 2500, variety: 90, running: running) } + [
            Case(name: "many numbers", type: .long, rows: 60_000, variety: 50_000, running: running),
            Case(name: "many numbers, few different", type: .int, rows: 60_000, variety: 3, running: running),
            Case(name: "many strings", type: .string, rows: 60_000, variety: 40_000, running: running),
            Case(name: "one value", type: .string, rows: 40_000, variety: 1, running: running), Case(name: "no rows", type: .long, rows: 0, variety: 1, running: running),
        ]
    }

    /// The order of values, nulls apart.
    private func order(_ a: Value, _ b: Value) -> Int {
        func compare<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x > y ? 1 : 0 }
        switch (a, b) {
        case (.null, .null): return 0
        case (.null, _): return -1
        case (_, .null): return 1
        case (.boolean(let x), .boolean(let y)): return compare(x ? 1 : 0, y ? 1 : 0)
        case (.integer(let x), .integer(let y)): return compare(x, y)
        case (.double(let x), .double(let y)): return x.isNaN || y.isNaN ? compare(x.isNaN ? 1 : 0, y.isNaN ? 1 : 0) : compare(x, y)
        case (.decimal(let x, _), .decimal(let y, _)): return compare(x, y)
        case (.string(let x), .string(let y)), (.binary(let x), .binary(let y)): return x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
        case (.date(let x), .date(let y)): return compare(x, y)
        case (.timestamp(let x), .timestamp(let y)): return compare(x, y)
        case (.array(let x), .array(let y)):
            for (p, q) in zip(x, y) where order(p, q) != 0 { return order(p, q) }
            return compare(x.count, y.count)
        case (.struct(let x), .struct(let y)):
            for (p, q) in zip(x, y) where order(p.value, q.value) != 0 { return order(p.value, q.value) }
            return 0
        default: return 0
        }
    }

    private func isBefore(_ a: [Value], _ b: [Value], _ keys: [(column: Int, key: SortNode.Key)]) -> Bool {
        for (column, key) in keys {
            let (x, y) = (a[column], b[column])
            if x == .null || y == .null {
                if x == .null && y == .null { continue }
                return (x == .null) == key.nullsFirst
            }
            let order = order(x, y)
            if order != 0 { return key.descending ? order > 0 : order < 0 }
        }
        return false
    }

    private static let directions: [(Bool, Bool?)] = [(false, nil), (true, nil), (false, false), (true, true)]

    @Test(arguments: cases) func rowsComeInOrderAndEqualOnesAsTheyWere(_ test: Case) throws {
        let schema = Schema([Field("k", test.type), Field("g", .int), Field("row", .long), Field("s", .string)])
        let batches = randomBatches(schema, rows: test.rows, variety: test.variety, seed: 5).enumerated().map { number, batch in
            let row = Column(.long, values: (0..<batch.count).map { .integer(Int64(number * 700 + $0)) })
            return Batch(schema: schema, columns: [batch.columns[0], batch.columns[1], row, batch.columns[3]], count: batch.count)
        }
        let rows = batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } }
        for (descending, nullsFirst) in test.rows > 10_000 ? [Self.directions[0], Self.directions[1]] : Self.directions {
            let keys = [SortNode.Key("k", descending: descending, nullsFirst: nullsFirst), SortNode.Key("g", descending: !descending)]
            let expected = rows.sorted { isBefore($0, $1, [(0, keys[0]), (1, keys[1])]) }
            let node = SortNode(memory(schema, batches), keys: keys)
            let found = try test.running.rows(of: node)
            #expect(found.map(keyed) == expected.map(keyed))
            for limit in [0, 1, 10, 1000] {
                let top = try test.running.rows(of: SortNode(memory(schema, batches), keys: keys, limit: limit))
                #expect(top.map(keyed) == expected.prefix(limit).map(keyed))
            }
        }
    }

    /// What a row is told by: its number and its text.
    private func keyed(_ row: [Value]) -> String { keyText(row) }

    @Test(arguments: Running.all) func computedKeysAndPrunedColumns(_ running: Running) throws {
        let schema = Schema([Field("a", .int), Field("b", .int), Field("c", .string)])
        let batches = randomBatches(schema, rows: 3000, variety: 1000, nulls: 0, seed: 3)
        let sorted = SortNode(memory(schema, batches), keys: [SortNode.Key(try Expression(parsing: "a + b"), descending: true)])
        let found = try running.rows(of: SelectColumnsNode(sorted, columns: ["c", "a", "b"]))
        let sums = found.map { row -> Int64 in
            guard case .integer(let a) = row[1], case .integer(let b) = row[2] else { return .max }
            return a + b
        }
        #expect(found.count == 3000 && sums == sums.sorted(by: >))
    }
}
