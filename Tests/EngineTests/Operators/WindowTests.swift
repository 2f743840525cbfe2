import Columnar
import Testing

import Engine

@Suite struct WindowTests {
    typealias Bound = WindowFrame.Bound

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var rows = 400
        var partition: [String] = ["p"]
        var order: DataType = .int
        var descending = false
        var nullsFirst: Bool?
        /// How many different values there are to partition and order by.
        var variety = 25
        var testDescription: String { name }
    }

    private static let cases = [
        Case(name: "ints"), Case(name: "ints descending", descending: true), Case(name: "nulls last", nullsFirst: false),
        Case(name: "nulls first, descending", descending: true, nullsFirst: true), Case(name: "doubles", order: .double),
        Case(name: "doubles descending", order: .double, descending: true), Case(name: "decimals", order: .decimal(precision: 10, scale: 2)),
        Case(name: "dates", order: .date, descending: true), Case(name: "strings", order: .string), Case(name: "two partition columns", partition: ["p", "q"]),
        Case(name: "one partition", rows: 200, partition: []), Case(name: "few ties", rows: 200, partition: [], variety: 5000),
        Case(name: "many partitions", variety: 900), Case(name: "no rows", rows: 0), Case(name: "one row", rows: 1),
        Case(name: "one row, one partition", rows: 1, partition: []),
    ]

    private static func frames(_ order: DataType) -> [WindowFrame?] {
        func rows(_ a: Bound, _ b: Bound) -> WindowFrame { WindowFrame(.rows, a, b) }
        func range(_ a: Bound, _ b: Bound) -> WindowFrame { WindowFrame(.range, a, b) }
        func by(_ n: Int64) -> Bound { .offset(.integer(n)) }
        let always: [WindowFrame?] = [
            nil, rows(.unboundedPreceding, .currentRow), rows(.unboundedPreceding, .unboundedFollowing), rows(.currentRow, .unboundedFollowing), rows(by(-2), by(1)),
            rows(by(1), by(3)), rows(by(-9), by(-7)), rows(.unboundedPreceding, by(-1)), rows(by(-400), by(100)), rows(by(.min + 1), by(.max - 1)),
            range(.unboundedPreceding, .currentRow), range(.currentRow, .currentRow), range(.currentRow, .unboundedFollowing),
            range(.unboundedPreceding, .unboundedFollowing),
        ]
        if order == .string { return always }
        return always + [
            range(by(-2), by(2)), range(by(1), by(5)), range(by(-3), .currentRow), range(.unboundedPreceding, by(-1)), range(by(-1), .unboundedFollowing),
        ] + (order == .double ? [range(.offset(.double(-0.5)), .offset(.double(0.75)))] : [])
    }

    private static let schema = Schema([
        Field("id", .long), Field("p", .string), Field("q", .boolean), Field("o", .int), Field("i", .int), Field("d", .double),
        Field("n", .decimal(precision: 12, scale: 2)), Field("s", .string), Field("b", .boolean), Field("t", .date),
    ])

    private static func input(_ test: Case) -> (schema: Schema, batches: [Batch], rows: [[Value]]) {
        let schema = Schema(Self.schema.fields.map { $0.name == "o" ? Field("o", test.order) : $0 })
        let batches = randomBatches(schema, rows: test.rows, batchRows: 90, variety: test.variety, seed: 11).enumerated().map { number, batch in
            let ids = Column(.long, values: (0..<batch.count).map { .integer(Int64(number * 90 + $0)) })
            return Batch(schema: schema, columns: [ids] + batch.columns.dropFirst(), count: batch.count)
        }
        return (schema, batches, batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } })
    }

    /// Whether two values are the same; doubles as far as sums in another order agree.
    private func agree(_ a: Value, _ b: Value) -> Bool {
        if a == b { return true }
        switch (a, b) {
        case (.double(let x), .double(let y)) where x.isFinite && y.isFinite: return abs(x - y) <= 1e-9 * max(1, abs(x))
        default: return keyText([a]) == keyText([b])
        }
    }

    private func sorted(_ value: Value) -> [String] {
        guard case .array(let items) = value else { return [] }
        return items.map { keyText([$0]) }.sorted()
    }

    /// Checks the columns of one node against the reference, however it runs.
    private func check(_ calls: [WindowCall], _ test: Case) throws {
        let (schema, batches, rows) = Self.input(test)
        let node = WindowNode(memory(schema, batches), columns: calls.enumerated().map { WindowNode.Column("w\($0.offset)", $0.element) })
        let output = try node.outputSchema(for: schema)
        let first = WindowReference(rows, schema, calls[0])
        let expected = calls.map { WindowReference(rows, schema, $0, like: first).values }
        for running in Running.all {
            let found = try running.rows(of: node)
            #expect(found.count == rows.count)
            var byID: [Int64: [Value]] = [:]
            for row in found { if case .integer(let id) = row[0] { byID[id] = row } }
            #expect(byID.count == rows.count)
            for (number, call) in calls.enumerated() {
                var wrong: [String] = []
                for (id, value) in expected[number].enumerated() {
                    let mine = byID[Int64(id)]?[schema.count + number] ?? .null
                    if call.function == .aggregate(.collectSet) ? sorted(mine) != sorted(value) : !agree(mine, value) {
                        wrong.append("row \(id): \(mine) instead of \(value)")
                    }
                }
                #expect(wrong.isEmpty, "\(call), \(running.testDescription): \(wrong.count) wrong, \(wrong.prefix(3))")
                #expect(try call.resultType(in: schema) == output[schema.count + number].type)
            }
        }
    }

    private func call(_ function: WindowFunction, _ arguments: [Expression], _ test: Case, _ frame: WindowFrame? = nil) -> WindowCall {
        WindowCall(
            function, arguments, partition: test.partition.map { .field($0) },
            order: [SortNode.Key("o", descending: test.descending, nullsFirst: test.nullsFirst)], frame: frame)
    }

    @Test(arguments: cases) func rankingsAndNeighbours(_ test: Case) throws {
        let rankings: [WindowRanking] = [.rowNumber, .rank, .denseRank, .percentRank, .cumulativeDistribution, .bucket(of: 1), .bucket(of: 4), .bucket(of: 70)]
        let columns = ["i", "d", "n", "s", "b", "t"]
        let neighbours = [1, 0, -1, 3, -40, .max, .min].flatMap { distance in columns.map { call(.pick(.before(distance)), [.field($0)], test) } }
        let others = [
            call(.pick(.before(1)), [.field("i"), .literal(Int64(7))], test), call(.pick(.before(-2)), [.field("s"), .literal("none")], test),
            call(.pick(.before(2)), [.field("i"), .field("id")], test), call(.pick(.before(2)), [.field("t"), .null], test),
        ]
        try check(rankings.map { call(.ranking($0), [], test) } + neighbours + others, test)
    }

    @Test(arguments: cases) func aggregatesOverFrames(_ test: Case) throws {
        let numbers: [AggregateFunction] = [.sum, .average, .variance(ofSample: true), .standardDeviation(ofSample: false)]
        let any: [AggregateFunction] = [.count, .minimum, .maximum, .first(ignoresNulls: false), .last(ignoresNulls: true)]
        var calls: [WindowCall] = []
        for frame in Self.frames(test.order) {
            for function in numbers { calls += ["i", "n"].map { call(.aggregate(function), [.field($0)], test, frame) } }
            calls += [.sum, .average].map { call(.aggregate($0), [.field("d")], test, frame) }
            for function in any { calls += ["i", "d", "n", "s", "b", "t"].map { call(.aggregate(function), [.field($0)], test, frame) } }
            calls.append(call(.aggregate(.count), [], test, frame))
        }
        try check(calls, test)
    }

    @Test(arguments: cases) func rowsOfFrames(_ test: Case) throws {
        var calls: [WindowCall] = []
        for frame in Self.frames(test.order) {
            for ignoresNulls in [false, true] {
                let picks: [WindowPick] = [
                    .first(ignoresNulls: ignoresNulls), .last(ignoresNulls: ignoresNulls), .nth(1, ignoresNulls: ignoresNulls), .nth(3, ignoresNulls: ignoresNulls),
                    .nth(.max, ignoresNulls: ignoresNulls),
                ]
                calls += picks.flatMap { pick in ["i", "s"].map { call(.pick(pick), [.field($0)], test, frame) } }
            }
        }
        try check(calls, test)
    }

    @Test(arguments: cases.filter { $0.name == "ints" || $0.rows < 2 }) func lists(_ test: Case) throws {
        let frames = Self.frames(test.order).filter { $0 != WindowFrame(.rows, .offset(.integer(-400)), .offset(.integer(100))) }
        try check(
            frames.flatMap { frame in
                [AggregateFunction.collectList, .collectSet].flatMap { function in ["i", "s"].map { call(.aggregate(function), [.field($0)], test, frame) } }
            }, test)
    }

    /// Frames of more rows than are added up one by one.
    @Test func longFrames() throws {
        let test = Case(name: "", rows: 900, partition: [], variety: 100_000)
        let frames = [(-300, 300), (-700, -3), (5, 500), (-2000, 2000)].map { WindowFrame(.rows, .offset(.integer($0)), .offset(.integer($1))) }
        let functions: [(AggregateFunction, String)] = [
            (.sum, "i"), (.sum, "n"), (.average, "n"), (.count, "s"), (.minimum, "i"), (.maximum, "s"), (.variance(ofSample: true), "i"),
        ]
        try check(frames.flatMap { frame in functions.map { call(.aggregate($0.0), [.field($0.1)], test, frame) } }, test)
    }

    /// Without an order all rows of a partition are peers.
    @Test func windowsWithoutOrder() throws {
        let test = Case(name: "")
        func call(_ function: WindowFunction, _ column: String, _ frame: WindowFrame? = nil) -> WindowCall {
            WindowCall(function, [.field(column)], partition: [.field("p")], order: [], frame: frame)
        }
        let rows = WindowFrame(.rows, .unboundedPreceding, .currentRow)
        try check(
            [
                call(.aggregate(.sum), "i"), call(.aggregate(.maximum), "s"), call(.aggregate(.sum), "i", rows), call(.aggregate(.count), "d", rows),
                call(.pick(.first(ignoresNulls: false)), "id"), call(.aggregate(.sum), "i", .running),
            ], test)
    }

    // MARK: Large partitions

    /// Functions that look back only, over partitions larger than what is sorted at a time, or held: they come part by part.
    @Test(arguments: Running.all, [0, 1, 2]) func partitionsInParts(_ running: Running, _ partitionValues: Int) throws {
        let schema = Schema([Field("p", .int), Field("o", .int), Field("v", .long), Field("n", .decimal(precision: 10, scale: 1)), Field("x", .string)])
        var random = SeededRandom(seed: 3)
        var batches: [Batch] = []
        for _ in 0..<25 {
            let rows = (0..<1000).map { _ -> [Value] in
                let v = Int64.random(in: -1000...1000, using: &random)
                return [
                    .integer(Int64.random(in: 0..<Int64(max(partitionValues, 1)), using: &random)), .integer(Int64.random(in: 0..<2000, using: &random)),
                    v % 7 == 0 ? .null : .integer(v), .decimal(unscaled: Int128(v), scale: 1), .string("some text that is not short"),
                ]
            }
            batches.append(Batch(schema: schema, columns: schema.fields.indices.map { c in Column(schema[c].type, values: rows.map { $0[c] }) }, count: 1000))
        }
        let partition: [Expression] = partitionValues == 0 ? [] : [.field("p")]
        func column(_ name: String, _ function: WindowFunction, _ arguments: [String] = [], _ frame: WindowFrame? = nil) -> WindowNode.Column {
            WindowNode.Column(name, WindowCall(function, arguments.map { .field($0) }, partition: partition, order: [SortNode.Key("o")], frame: frame))
        }
        let byRows = WindowFrame(.rows, .unboundedPreceding, .currentRow)
        let all = [
            column("number", .ranking(.rowNumber)), column("rank", .ranking(.rank)), column("dense", .ranking(.denseRank)), column("sum", .aggregate(.sum), ["v"], byRows),
            column("peers", .aggregate(.sum), ["v"]), column("count", .aggregate(.count), ["v"], byRows), column("mean", .aggregate(.average), ["n"]),
        ]
        for columns in [all, [all[0], all[3], all[5]]] {
            let names = columns.map(\.name)
            let found = try running.rows(of: WindowNode(memory(schema, batches), columns: columns))
            #expect(found.count == 25_000)
            var (number, rank, dense, sum, count, decimals) = (0, 0, 0, Int64(0), 0, Int128(0))
            var wrong = 0
            for (i, row) in found.enumerated() {
                let isNew = i == 0 || (partitionValues > 0 && row[0] != found[i - 1][0])
                if isNew { (number, rank, dense, sum, count, decimals) = (0, 0, 0, 0, 0, 0) }
                number += 1
                if isNew || row[1] != found[i - 1][1] { (rank, dense) = (number, dense + 1) }
                if case .integer(let v) = row[2] { (sum, count) = (sum + v, count + 1) }
                if case .decimal(let n, _) = row[3] { decimals += n }
                let isLastPeer = i + 1 == found.count || row[1] != found[i + 1][1] || (partitionValues > 0 && row[0] != found[i + 1][0])
                let mean = decimals * 10000
                let (quotient, remainder) = mean.quotientAndRemainder(dividingBy: Int128(number))
                let rounded = remainder.magnitude * 2 >= number ? quotient + (mean < 0 ? -1 : 1) : quotient
                let expected: [(String, Value)] = [
                    ("number", .integer(Int64(number))), ("rank", .integer(Int64(rank))), ("dense", .integer(Int64(dense))),
                    ("sum", count == 0 ? .null : .integer(sum)), ("count", .integer(Int64(count))),
                ] + (isLastPeer ? [("peers", count == 0 ? .null : .integer(sum)), ("mean", .decimal(unscaled: rounded, scale: 5))] : [])
                for (name, value) in expected { if let place = names.firstIndex(of: name), row[schema.count + place] != value { wrong += 1 } }
            }
            #expect(wrong == 0)
        }
    }

    // MARK: Plans

    private func window(_ name: String, _ function: WindowFunction, _ arguments: [Expression] = [], partition: [Expression] = [.field("p")], _ frame: WindowFrame? = nil)
        -> WindowNode.Column
    {
        WindowNode.Column(name, WindowCall(function, arguments, partition: partition, order: [SortNode.Key("o")], frame: frame))
    }

    @Test func onlyWhatIsWantedIsRead() {
        let source = memory(Self.schema, [])
        let node = WindowNode(source, columns: [window("a", .aggregate(.sum), [.field("i")]), window("w", .aggregate(.sum), [.field("n")])])
        #expect(Optimizer.optimize(node, columns: ["a", "s"]).inputs[0].columns == ["p", "o", "i", "s"])
        #expect(Optimizer.optimize(node, columns: ["s"]).inputs[0].columns == ["s"])
        #expect(Optimizer.optimize(node).inputs[0].columns == nil)
    }

    /// Whole partitions may be left out, but not some rows of one.
    @Test func conditionsOnPartitionsGoDown() throws {
        let node = WindowNode(memory(Self.schema, []), columns: [window("a", .aggregate(.sum), [.field("i")])])
        let filtered = FilterNode(node, condition: try Expression(parsing: "p = 'x' and o > 3 and a > 2"))
        #expect(Optimizer.optimize(filtered).inputs[0].inputs[0].inputs[0].rows == (try Expression(parsing: "p = 'x'")))
        let computed = WindowNode(memory(Self.schema, []), columns: [window("a", .aggregate(.sum), [.field("i")], partition: [try Expression(parsing: "upper(p)")])])
        #expect(Optimizer.optimize(FilterNode(computed, condition: try Expression(parsing: "p = 'x'"))).inputs[0].inputs[0].rows == nil)
    }

    @Test func windowsOfOneOrderAreOneNode() {
        let first = WindowNode.over(memory(Self.schema, []), columns: [window("a", .aggregate(.sum), [.field("i")])])
        let second = WindowNode.over(first, columns: [window("w", .ranking(.rowNumber))])
        #expect(second.columns.map(\.name) == ["a", "w"] && second.inputs[0] === first.inputs[0])
        // What reads the first one's result stands above it, and what has another order.
        #expect(WindowNode.over(first, columns: [window("w", .aggregate(.sum), [.field("a")])]).inputs[0] === first)
        #expect(WindowNode.over(first, columns: [window("w", .ranking(.rank), partition: [])]).inputs[0] === first)
        #expect(second.detail == "sum(i) as a, row_number() as w by p ordered by o")
    }

    @Test(arguments: Running.all) func prunedColumnsGiveTheSame(_ running: Running) throws {
        let (schema, batches, rows) = Self.input(Case(name: ""))
        let column = window("a", .aggregate(.sum), [.field("i")])
        let node = WindowNode(memory(schema, batches), columns: [column, window("w", .aggregate(.collectList), [.field("s")])])
        let found = try running.rows(of: SelectColumnsNode(node, columns: ["id", "a"]))
        let expected = WindowReference(rows, schema, column.call).values
        #expect(Set(found.map(keyText)) == Set(expected.enumerated().map { keyText([.integer(Int64($0.offset)), $0.element]) }))
        #expect(try running.rows(of: SelectColumnsNode(node, columns: ["id"])).count == rows.count)
    }

    @Test func listsThatFitIntoNoMemoryAreRefused() throws {
        let schema = Schema([Field("v", .int)])
        let rows = Batch(schema: schema, columns: [Column(.int, values: (0..<20_000).map { .integer($0) })], count: 20_000)
        let call = WindowCall(.aggregate(.collectList), [.field("v")], partition: [], order: [])
        #expect(throws: PlanError.self) { try Running.all[0].rows(of: WindowNode(memory(schema, [rows]), columns: [WindowNode.Column("all", call)])) }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let call: WindowCall
        let message: String
        var testDescription: String { message }
    }

    private static func over(_ function: WindowFunction, _ arguments: [Expression], order: [String] = ["o"], frame: WindowFrame? = nil) -> WindowCall {
        WindowCall(function, arguments, partition: [.field("p")], order: order.map { SortNode.Key($0) }, frame: frame)
    }

    private static let refused = [
        Refused(
            call: over(.ranking(.rowNumber), [], order: []),
            message: "row_number(): the function wants an ordered window: add :orderBy(...), as in Window.partitionBy(\"a\"):orderBy(\"b\")"),
        Refused(
            call: over(.ranking(.rank), [], frame: .running), message: "rank(): the function has a frame of its own; leave out rowsBetween and rangeBetween"),
        Refused(call: over(.ranking(.bucket(of: 0)), []), message: "ntile(0): the number of buckets must be at least 1, not 0"),
        Refused(call: over(.pick(.nth(0, ignoresNulls: false)), [.field("i")]), message: "nth_value(i, 0): rows are counted from 1, so there is none of number 0"),
        Refused(
            call: over(.aggregate(.sum), [.field("i")], frame: WindowFrame(.rows, .offset(.integer(1)), .currentRow)),
            message: "sum(i): the frame ROWS BETWEEN 1 FOLLOWING AND CURRENT ROW begins behind its end"),
        Refused(
            call: over(.aggregate(.sum), [.field("i")], frame: WindowFrame(.rows, .offset(.double(0.5)), .unboundedFollowing)),
            message: "sum(i): a frame of rows counts whole rows"),
        Refused(
            call: over(.aggregate(.sum), [.field("i")], order: ["o", "s"], frame: WindowFrame(.range, .offset(.integer(-1)), .currentRow)),
            message: "sum(i): a range with an offset wants an order by one column, not by 2"),
        Refused(
            call: over(.aggregate(.sum), [.field("i")], order: ["s"], frame: WindowFrame(.range, .offset(.integer(-1)), .currentRow)),
            message: "sum(i): a range with an offset wants an order by a number or a date, and 's' is of type string"),
        Refused(
            call: over(.aggregate(.sum), [.field("b")]), message: "sum() cannot be applied: b is of type boolean; cast one of them with cast(... as TYPE)"),
        Refused(
            call: over(.aggregate(.sum), [.window(over(.ranking(.rank), []))]),
            message:
                "sum(rank() OVER (PARTITION BY p ORDER BY o ASC NULLS FIRST)): window functions cannot be nested; compute "
                + "'rank() OVER (PARTITION BY p ORDER BY o ASC NULLS FIRST)' with withColumn first, and use that column"),
        Refused(
            call: over(.aggregate(.sum), [.field("j")]),
            message: "there is no column 'j' (the columns are id, p, q, o, i, d, n, s, b, t)"),
    ]

    @Test(arguments: refused) func whatCannotBeIsSaid(_ test: Refused) {
        #expect { try test.call.resultType(in: Self.schema) } throws: { "\($0)" == test.message }
    }
}
