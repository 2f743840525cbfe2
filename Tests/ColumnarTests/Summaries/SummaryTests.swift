import Testing

import Columnar

/// What one pass finds out about a column.
@Suite struct SummaryTests {
    @Test func fewValuesHaveExactQuartiles() {
        var sketch = QuantileSketch()
        for value in [5.0, 1, 4, 2, 3] { sketch.add(value) }
        #expect(sketch.quantiles([0, 0.25, 0.5, 0.75, 1, 0.1]) == [1, 2, 3, 4, 5, 1.4])
        #expect(sketch.isExact)
        #expect(QuantileSketch().quantiles([0.5]) == nil)
    }

    @Test(arguments: [1, 3]) func ranksOfManyValuesAreOffByLittle(parts: Int) {
        let n = 3_000_000
        var sketches = [QuantileSketch](repeating: QuantileSketch(), count: parts)
        // Every number below n once, in no order: 7 has no factor in common with n + 1.
        for i in 0..<n { sketches[i % parts].add(Double(i * 7_654_321 % n)) }
        var sketch = sketches[0]
        for other in sketches.dropFirst() { sketch.merge(other) }
        #expect(sketch.count == n)
        #expect(!sketch.isExact)
        for share in [0.01, 0.25, 0.5, 0.75, 0.99] {
            let found = sketch.quantiles([share])?[0] ?? -1
            #expect(abs(found / Double(n) - share) < 0.005, "\(share): \(found)")
        }
        let counts = sketch.counts(low: 0, high: Double(n), parts: 4)
        for count in counts { #expect(abs(count / Double(n) - 0.25) < 0.01) }
    }

    private func summary(_ type: DataType, _ values: [Value]) -> ColumnFacts {
        let summary = ColumnSummary(type)
        for start in stride(from: 0, to: values.count, by: 3) { summary.add(Column(type, values: Array(values[start..<min(start + 3, values.count)]))) }
        return summary.facts()
    }

    @Test func numbers() {
        let facts = summary(.int, [.integer(3), .null, .integer(-1), .integer(3), .integer(10)])
        #expect((facts.rows, facts.nulls, facts.distinct) == (5, 1, 3))
        #expect((facts.least, facts.most) == (.integer(-1), .integer(10)))
        #expect(facts.mean == 3.75)
        #expect(facts.quartiles == [2, 3, 4.75])
        #expect(facts.top.map(\.count) == [2, 1, 1])
        #expect(facts.top[0].value == .integer(3))
    }

    @Test func notANumberCountsForItself() {
        let facts = summary(.double, [.double(.nan), .double(1), .null, .double(2), .double(.nan)])
        #expect((facts.nulls, facts.notNumbers, facts.distinct) == (1, 2, 2))
        #expect((facts.least, facts.most, facts.mean) == (.double(1), .double(2), 1.5))
    }

    @Test func textsHaveLengthsInCharacters() {
        let facts = summary(.string, [.string("é"), .string("abc"), .string(""), .null])
        #expect(facts.lengths == ColumnFacts.Lengths(least: 0, most: 3, mean: 4.0 / 3))
        #expect((facts.least, facts.most) == (.string(""), .string("é")))
    }

    @Test func columnsOfNullsAndOfNothing() {
        for type in [DataType.int, .double, .string, .boolean, .date, .timestamp, .array(.int), .struct([Field("a", .int)]), .binary, .decimal(precision: 10, scale: 2), .null] {
            let nulls = summary(type, [.null, .null, .null, .null])
            #expect((nulls.rows, nulls.nulls) == (4, 4), "\(type)")
            #expect(nulls.least == .null && nulls.quartiles == nil && nulls.top.isEmpty)
            let none = ColumnSummary(type).facts()
            #expect((none.rows, none.nulls) == (0, 0), "\(type)")
        }
    }

    @Test func manyValuesAreEstimatedAndFrequentOnesKept() {
        let summaries = [ColumnSummary(.long), ColumnSummary(.long)]
        for i in 0..<40 {
            // Every fourth row is 7.
            let values = (0..<5000).map { $0 % 4 == 0 ? Value.integer(7) : .integer(Int64(i * 5000 + $0 + 100)) }
            summaries[i % 2].add(Column(.long, values: values))
        }
        summaries[0].merge(summaries[1])
        let facts = summaries[0].facts()
        #expect(!facts.isDistinctExact)
        #expect(abs(Double(facts.distinct ?? 0) / 150_001 - 1) < 0.03)
        #expect(facts.top[0].value == .integer(7))
        #expect((45_000...50_000).contains(facts.top[0].count))
    }

    @Test func aColumnInWhichNothingComesTwiceIsGivenUp() {
        var counts = ValueCounts()
        for i in 0..<40 {
            let column = Column(.long, values: (0..<5000).map { .integer(Int64(i * 5000 + $0)) })
            counts.add(column, XXHash64.hashes(column, seed: 42), presence: nil)
        }
        #expect(counts.isGivenUp)
        #expect(counts.top(3).isEmpty)
    }
}
