import Testing

import Columnar
import Engine

@Suite struct PruningTests {
    private static let schema = Schema([
        Field("i", .int), Field("d", .double), Field("s", .string), Field("t", .date), Field("p", .decimal(precision: 10, scale: 2)), Field("b", .boolean),
    ])

    private static func random(_ type: DataType, _ random: inout Random, span: Int) -> Value {
        if random.below(6) == 0 { return .null }
        let n = random.below(span) - span / 2
        switch type {
        case .int: return .integer(Int64(n))
        case .double: return random.below(8) == 0 ? .double(.nan) : .double(Double(n) / 2)
        case .string: return .string(["a", "ab", "abc", "b", "ba", "", "zz"][random.below(7)])
        case .date: return .date(Int32(n))
        case .boolean: return .boolean(random.below(2) == 0)
        default: return .decimal(unscaled: Int128(n * 25), scale: 2)
        }
    }

    private struct Random {
        var state: UInt64
        mutating func below(_ n: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % n
        }
    }

    private static let atoms = [
        "i > 2", "i = 1", "i <> 0", "i <= -1.5", "i in (1, 3)", "i is null", "i is not null", "2 < i", "i = '3'", "i <=> 1", "d > 1", "d < 0.25", "d = 1e0", "d <> 0", "d >= 3", "s = 'ab'",
        "s > 'b'", "s like 'ab%'", "s like '_b'", "s in ('a', null)", "t < DATE '1970-01-03'", "t = '1970-01-01'", "p > 0.5", "p = 1", "p < 0D", "b", "not b", "b = true", "null", "true", "false", "i + 1 > 2",
        "not i > 2", "not s like 'ab%'", "not i in (1, 2)", "not i is null", "i not between -1 and 1",
    ]

    /// What pruning rules out has no row that fulfils it: random batches, their true bounds, random conditions.
    @Test func neverLosesARow() throws {
        var random = Random(state: 42)
        var pruned = 0
        for round in 0..<4000 {
            let span = 1 + random.below(8)
            let count = 1 + random.below(6)
            let columns = Self.schema.fields.map { field in (0..<count).map { _ in Self.random(field.type, &random, span: span) } }
            let batch = Batch(schema: Self.schema, columns: zip(Self.schema.fields, columns).map { Column($0.type, values: $1) }, count: count)
            var sql = Self.atoms[random.below(Self.atoms.count)]
            for _ in 0..<random.below(3) { sql = "\(random.below(3) == 0 ? "not " : "")(\(sql)) \(random.below(2) == 0 ? "and" : "or") \(Self.atoms[random.below(Self.atoms.count)])" }
            let expression = try Expression(parsing: sql)
            let may = expression.mayBeTrue { name in
                guard let index = Self.schema.index(of: name) else { return nil }
                let present = columns[index].filter { value in
                    if case .double(let x) = value { return !x.isNaN }
                    return value != .null
                }
                let sorted = Column(Self.schema[index].type, values: present)
                let order = SortKey.sortIndices(by: [SortKey(sorted)], count: present.count)
                let bounds = present.isEmpty ? (nil, nil) : (present[Int(order[0])], present[Int(order[present.count - 1])])
                return (bounds.0, bounds.1, columns[index].count { $0 == .null }, count)
            }
            let matches = try expression.matchingRows(of: batch).setCount
            #expect(may || matches == 0, "round \(round): \(sql) loses \(matches) rows")
            if !may { pruned += 1 }
        }
        #expect(pruned > 500, "statistics rule something out: \(pruned)")
    }

    @Test func withoutStatisticsEverythingMayBe() throws {
        for sql in Self.atoms where sql != "false" && sql != "null" { #expect(try Expression(parsing: sql).mayBeTrue { _ in nil }, "\(sql)") }
        let bounds: ColumnStatistics = (.integer(5), .integer(9), 0, 10)
        func may(_ sql: String) throws -> Bool { try Expression(parsing: sql).mayBeTrue { $0 == "i" ? bounds : nil } }
        #expect(try !may("i > 9"))
        #expect(try may("i >= 9"))
        #expect(try !may("i < 5.0"))
        #expect(try !may("not (i >= 5)"))
        #expect(try !may("i = '10'"))
        #expect(try !may("i is null or i in (1, 2, 12)"))
        #expect(try may("i is null or j = 2"))
        #expect(try !may("i = 1 and j = 2"))
    }
}
