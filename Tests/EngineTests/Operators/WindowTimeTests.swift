import Columnar
import Testing

import Engine

/// Frames of time, and rows before and behind that ignore nulls, against what Spark 4.0 answers.
@Suite struct WindowTimeTests {
    private static let day: Int64 = 86_400_000_000

    private static func moment(_ year: Int, _ month: Int, _ day: Int, _ hour: Int64, _ minute: Int64 = 0, _ second: Int64 = 0) -> Value {
        .timestamp(Int64(CivilDate(year: year, month: month, day: day).days) * Self.day + ((hour * 60 + minute) * 60 + second) * 1_000_000)
    }

    private static let rows: [[Value]] = [
        [.integer(1), moment(2024, 1, 30, 23), .integer(1)], [.integer(1), moment(2024, 1, 31, 1), .null], [.integer(1), moment(2024, 2, 1, 0, 59, 59), .integer(3)],
        [.integer(1), moment(2024, 2, 29, 10), .integer(4)], [.integer(1), moment(2024, 2, 29, 10), .null], [.integer(1), moment(2024, 3, 1, 9), .integer(6)],
        [.integer(1), moment(2024, 3, 31, 0), .integer(7)], [.integer(1), .null, .integer(8)], [.integer(2), moment(1969, 12, 31, 23), .integer(9)],
        [.integer(2), moment(1970, 1, 31, 23), .integer(10)], [.integer(2), .null, .integer(11)],
    ]

    struct Case: Sendable {
        let byDate: Bool
        let descending: Bool
        let start: WindowFrame.Bound
        let end: WindowFrame.Bound
        /// The lists of the rows whose value is 1, 3, 4, 6, 7, 8, 9, 10 and 11.
        let lists: [[Int64]]
        init(_ byDate: Bool, _ descending: Bool, _ start: WindowFrame.Bound, _ end: WindowFrame.Bound, _ lists: [[Int64]]) {
            (self.byDate, self.descending, self.start, self.end, self.lists) = (byDate, descending, start, end, lists)
        }
    }

    private static let dayBefore = WindowFrame.Bound.interval(months: 0, days: -1, microseconds: 0)
    private static let monthBehind = WindowFrame.Bound.interval(months: 1, days: 0, microseconds: 0)
    private static let twoDaysBehind = WindowFrame.Bound.interval(months: 0, days: 2, microseconds: 0)

    @Test(arguments: [
        Case(false, false, dayBefore, .currentRow, [[1], [3], [4], [4, 6], [7], [8], [9], [10], [11]]),
        Case(false, false, .currentRow, monthBehind, [[1, 3, 4], [3, 4], [4, 6], [6, 7], [7], [8], [9, 10], [10], [11]]),
        Case(false, false, twoDaysBehind, .unboundedFollowing, [[4, 6, 7], [4, 6, 7], [7], [7], [], [8, 1, 3, 4, 6, 7], [10], [], [11, 9, 10]]),
        Case(false, true, dayBefore, .currentRow, [[1], [3], [6, 4], [6], [7], [8], [9], [10], [11]]),
        Case(false, true, .currentRow, monthBehind, [[1], [3, 1], [4, 3, 1], [6, 4], [7, 6, 4], [8], [9], [10, 9], [11]]),
        Case(false, true, twoDaysBehind, .unboundedFollowing, [[8], [8], [3, 1, 8], [3, 1, 8], [6, 4, 3, 1, 8], [8], [11], [9, 11], [11]]),
        Case(true, false, dayBefore, .currentRow, [[1], [3], [4], [4, 6], [7], [8], [9], [10], [11]]),
        Case(true, false, .currentRow, monthBehind, [[1, 3, 4], [3, 4, 6], [4, 6], [6, 7], [7], [8], [9, 10], [10], [11]]),
        Case(true, false, twoDaysBehind, .unboundedFollowing, [[3, 4, 6, 7], [4, 6, 7], [7], [7], [], [8, 1, 3, 4, 6, 7], [10], [], [11, 9, 10]]),
        Case(true, true, dayBefore, .currentRow, [[1], [3], [6, 4], [6], [7], [8], [9], [10], [11]]),
        Case(true, true, .currentRow, monthBehind, [[1], [3, 1], [4, 3, 1], [6, 4, 3], [7, 6, 4], [8], [9], [10, 9], [11]]),
        Case(true, true, twoDaysBehind, .unboundedFollowing, [[8], [1, 8], [3, 1, 8], [3, 1, 8], [6, 4, 3, 1, 8], [8], [11], [9, 11], [11]]),
    ]) func rangesOfTimeAreSparks(_ test: Case) throws {
        let schema = Schema([Field("g", .int), Field("t", .timestamp), Field("v", .int)])
        let batch = Batch(schema: schema, columns: schema.fields.indices.map { c in Column(schema[c].type, values: Self.rows.map { $0[c] }) }, count: Self.rows.count)
        let key = test.byDate ? Expression.cast(.field("t"), .date) : .field("t")
        let call = WindowCall(
            .aggregate(.collectList), [.field("v")], partition: [.field("g")], order: [SortNode.Key(key, descending: test.descending)],
            frame: WindowFrame(.range, test.start, test.end))
        let node = WindowNode(memory(schema, [batch]), columns: [WindowNode.Column("x", call)])
        for running in Running.all {
            let found = try running.rows(of: node).filter { $0[2] != .null }.sorted { row, other in
                if case .integer(let a) = row[2], case .integer(let b) = other[2] { a < b } else { false }
            }
            #expect(found.map { $0[3] } == test.lists.map { .array($0.map { .integer($0) }) })
        }
    }

    @Test func framesOfTimeWantAnOrderByTime() throws {
        let schema = Schema([Field("g", .int), Field("t", .timestamp), Field("v", .int)])
        for (unit, order) in [(WindowFrame.Unit.range, "v"), (.rows, "t")] {
            let call = WindowCall(
                .aggregate(.count), [], partition: [.field("g")], order: [SortNode.Key(.field(order))], frame: WindowFrame(unit, Self.dayBefore, .currentRow))
            #expect(throws: PlanError.self) { try call.resultType(in: schema) }
        }
    }

    private static let picks: [(pick: WindowPick, orElse: Int64?, values: [Int64?])] = [
        (.before(1, ignoresNulls: true), nil, [nil, nil, 5, 5, 5, 7, 9, nil, nil, 1]), (.before(2, ignoresNulls: true), nil, [nil, nil, nil, nil, nil, 5, 7, nil, nil, nil]),
        (.before(-1, ignoresNulls: true), nil, [5, 7, 7, 7, 9, nil, nil, 1, nil, nil]), (.before(-2, ignoresNulls: true), -1, [7, 9, 9, 9, -1, -1, -1, -1, -1, -1]),
        (.before(1, ignoresNulls: true), -1, [-1, -1, 5, 5, 5, 7, 9, -1, -1, 1]), (.before(0, ignoresNulls: true), nil, [nil, 5, nil, nil, 7, 9, nil, nil, 1, nil]),
        (.before(1), nil, [nil, nil, 5, nil, nil, 7, 9, nil, nil, 1]), (.nth(2, ignoresNulls: true), nil, [nil, nil, nil, nil, 7, 7, 7, nil, nil, nil]),
        (.first(ignoresNulls: true), nil, [nil, 5, 5, 5, 5, 5, 5, nil, 1, 1]), (.last(ignoresNulls: true), nil, [nil, 5, 5, 5, 7, 9, 9, nil, 1, 1]),
    ]

    @Test(arguments: picks) func picksThatIgnoreNulls(_ test: (pick: WindowPick, orElse: Int64?, values: [Int64?])) throws {
        let schema = Schema([Field("g", .int), Field("k", .int), Field("v", .int)])
        let values: [Int64?] = [nil, 5, nil, nil, 7, 9, nil, nil, 1, nil]
        let columns = [
            Column(.int, values: (0..<10).map { .integer($0 < 7 ? 1 : 2) }), Column(.int, values: (0..<10).map { .integer($0) }),
            Column(.int, values: values.map { $0.map { .integer($0) } ?? .null }),
        ]
        let call = WindowCall(
            .pick(test.pick), [.field("v")] + (test.orElse.map { [.literal($0)] } ?? []), partition: [.field("g")], order: [SortNode.Key(.field("k"))])
        let node = WindowNode(memory(schema, [Batch(schema: schema, columns: columns, count: 10)]), columns: [WindowNode.Column("x", call)])
        #expect(try Running.all[0].rows(of: node).map { $0[3] } == test.values.map { $0.map { .integer($0) } ?? .null })
    }
}
