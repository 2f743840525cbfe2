import Columnar
import Testing

import Engine

/// The aggregates of Spark's list: over groups against Spark's own answers, over frames against groups of the frames' rows.
@Suite struct AggregateFunctionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        let distinct: Bool
        let filter: String?
        let order: [String]
        /// Spark's name of the column and of its type, and the values of the groups 1 to 5.
        let shown: String
        let type: String
        let values: [Value]

        init(_ name: String, _ arguments: [String], distinct: Bool = false, filter: String? = nil, order: [String] = [], _ shown: String, _ type: String, _ values: [Value]) {
            (self.name, self.arguments, self.distinct, self.filter, self.order) = (name, arguments, distinct, filter, order)
            (self.shown, self.type, self.values) = (shown, type, values)
        }

        var testDescription: String { shown }

        func call() throws -> AggregateCall {
            let keys = try order.map { text in
                let descending = text.hasSuffix(" desc")
                return SortNode.Key(try AggregateFunctionTests.expression(descending ? String(text.dropLast(5)) : text), descending: descending)
            }
            return try AggregateFunction.resolve(
                named: name, try arguments.map(AggregateFunctionTests.expression), isDistinct: distinct, filter: try filter.map { try Expression(parsing: $0) }, order: keys)
        }
    }

    static func expression(_ text: String) throws -> Expression {
        if text == "*" { return .star([]) }
        guard text.hasPrefix("array("), text.hasSuffix(")") else { return try Expression(parsing: text) }
        let items = text.dropFirst(6).dropLast().split(separator: ",").map { Value.double(Double($0.filter { $0 != " " }) ?? .nan) }
        return .literal(.array(items), .array(.double))
    }

    private static let schema = Schema([
        Field("g", .int), Field("i", .int), Field("j", .int), Field("l", .long), Field("d", .double), Field("e", .double), Field("s", .string), Field("b", .boolean),
        Field("m", .decimal(precision: 10, scale: 2)), Field("y", .date),
    ])

    private static func batches(of size: Int) -> [Batch] {
        stride(from: 0, to: rows.count, by: size).map { start in
            let some = rows[start..<min(start + size, rows.count)]
            return Batch(schema: schema, columns: schema.fields.indices.map { c in Column(schema[c].type, values: some.map { $0[c] }) }, count: some.count)
        }
    }

    private func isNear(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.double(let x), .double(let y)): x == y || (x.isNaN && y.isNaN) || abs(x - y) <= 1e-11 * max(abs(x), abs(y), 1e-3)
        case (.array(let x), .array(let y)): x.count == y.count && zip(x, y).allSatisfy { isNear($0, $1) }
        case (.struct(let x), .struct(let y)): x.count == y.count && zip(x, y).allSatisfy { isNear($0.value, $1.value) }
        default: a == b
        }
    }

    @Test(arguments: cases) func groupsHaveSparksValues(_ test: Case) throws {
        let call = try test.call()
        #expect(Expression.aggregate(call).prettyName([:]) == test.shown)
        #expect(try Aggregate("x", call).resultType(in: Self.schema).hiveName == test.type)
        for (running, size) in [(Running.all[0], 50), (Running.all[1], 7), (Running.all[2], 3), (Running.all[3], 5)] {
            let node = AggregateNode(
                memory(Self.schema, Self.batches(of: size)), keys: [NamedExpression("g", .field("g"))], aggregates: [Aggregate("x", call), Aggregate("y", call)])
            let found = try running.rows(of: node).sorted { "\($0[0])" < "\($1[0])" }
            #expect(found.map { $0[0] } == (1...5).map { .integer($0) })
            for (row, expected) in zip(found, test.values) {
                #expect(isNear(row[1], expected), "\(running.testDescription), group \(row[0]): \(row[1]) is not \(expected)")
                #expect(row[1] == row[2] || isNear(row[1], row[2]))
            }
        }
    }

    /// Frames of every shape, each against a group of the frame's rows.
    @Test(arguments: cases.filter { !$0.distinct && $0.filter == nil }) func framesAreGroupsOfTheirRows(_ test: Case) throws {
        let call = try test.call()
        if call.function == .countDistinct { return }
        // In the order of the rows' numbers.
        let schema = Schema(Self.schema.fields + [Field("n", .int)])
        let numbered = Self.rows.enumerated().map { $1 + [.integer(Int64($0))] }
        let batch = Batch(schema: schema, columns: schema.fields.indices.map { c in Column(schema[c].type, values: numbered.map { $0[c] }) }, count: numbered.count)
        let frames: [(WindowFrame, (Int, Int) -> Range<Int>)] = [
            (.partition, { _, n in 0..<n }), (WindowFrame(.rows, .unboundedPreceding, .currentRow), { 0..<$0 + 1 + 0 * $1 }),
            (WindowFrame(.rows, .currentRow, .unboundedFollowing), { $0..<$1 }),
            (WindowFrame(.rows, .offset(.integer(-3)), .offset(.integer(1))), { max(0, $0 - 3)..<min($0 + 2, $1) }),
            (WindowFrame(.rows, .offset(.integer(2)), .offset(.integer(4))), { min($0 + 2, $1)..<min($0 + 5, $1) }),
        ]
        for (frame, rows) in frames {
            let window = WindowCall(.aggregate(call.function), call.arguments, partition: [.field("g")], order: [SortNode.Key(.field("n"))], frame: frame)
            let found = try Running.all[0].rows(of: WindowNode(memory(schema, [batch]), columns: [WindowNode.Column("w", window)]))
            var (members, owners): ([Int32], [Int64]) = ([], [])
            var empty = Set<Int>()
            for g in 1...5 {
                let own = numbered.indices.filter { numbered[$0][0] == .integer(Int64(g)) }
                for (place, row) in own.enumerated() {
                    let frame = rows(place, own.count)
                    if frame.isEmpty { empty.insert(row) }
                    for other in frame {
                        members.append(Int32(own[other]))
                        owners.append(Int64(row))
                    }
                }
            }
            let taken = batch.take(Values(members))
            let grouped = Batch(
                schema: Schema(schema.fields + [Field("owner", .long)]), columns: taken.columns + [Column(.long, values: owners.map { .integer($0) })], count: members.count)
            let groups = try Running.all[0].rows(
                of: AggregateNode(memory(grouped.schema, [grouped]), keys: [NamedExpression("owner", .field("owner"))], aggregates: [Aggregate("x", call)]))
            var expected: [Value: Value] = [:]
            for group in groups { expected[group[0]] = group[1] }
            let none = try Running.all[0].rows(of: AggregateNode(memory(schema, []), keys: [], aggregates: [Aggregate("x", call)]))[0][0]
            #expect(found.count == numbered.count)
            for row in found {
                let wanted = expected[row[10]] ?? none
                #expect(isNear(row[11], wanted), "\(frame.sqlText), row \(row[10]): \(row[11]) is not \(wanted)")
            }
        }
    }

    // MARK: Names

    @Test(arguments: [
        ("summ", ["i"], "there is no aggregate 'summ'; did you mean 'sum'?"), ("sum", ["i", "j"], "sum() takes 1 argument, not 2"),
        ("percentile", ["i"], "percentile() takes 2 to 3 arguments, not 1"),
        ("percentile", ["i", "1.5"], "percentile() wants a percentage between 0.0 and 1.0, or an array of such, as argument 2, but 1.5 is none"),
        ("percentile", ["i", "j"], "percentile() wants a percentage between 0.0 and 1.0, or an array of such, as argument 2, but j is no constant"),
        ("percentile", ["i", "null"], "percentile() wants a percentage between 0.0 and 1.0, or an array of such, as argument 2, but NULL is none"),
        ("percentile_approx", ["i", "0.5", "0"], "percentile_approx() wants an accuracy between 1 and 2147483647 as argument 3, but 0 is none"),
        ("approx_count_distinct", ["i", "0.5"], "approx_count_distinct() wants a relative error above 0.002 and at most 0.39 as argument 2, but 0.5 is none"),
        ("percentile_cont", ["0.5"], "percentile_cont() wants WITHIN GROUP (ORDER BY ...) with one expression, not 0"),
        ("max_by", ["i"], "max_by() takes 2 arguments, not 1"), ("first", ["i", "j"], "first() wants true or false, but j is no constant"),
        ("count", [], "count() takes at least 1 arguments, not 0"),
    ]) func wrongCallsAreRefused(_ test: (name: String, arguments: [String], message: String)) throws {
        let arguments = try test.arguments.map(Self.expression)
        #expect { try AggregateFunction.resolve(named: test.name, arguments) } throws: { "\($0)" == test.message }
    }

    @Test(arguments: [("bool_and", "i"), ("bit_and", "d"), ("bit_or", "s"), ("count_if", "i"), ("sum", "b"), ("avg", "y"), ("percentile_approx", "b"), ("skewness", "y")])
    func wrongTypesAreRefused(_ test: (name: String, column: String)) throws {
        let call = try AggregateFunction.resolve(named: test.name, test.name == "percentile_approx" ? [.field(test.column), .literal(0.5)] : [.field(test.column)])
        #expect(throws: PlanError.self) { try Aggregate("x", call).resultType(in: Self.schema) }
    }

    @Test func everyNameMakesACall() throws {
        for name in AggregateFunction.names {
            let key = SortNode.Key(.field("i"))
            let calls: [([Expression], [SortNode.Key])] = [
                ([.field("i")], []), ([.field("b")], []), ([.field("i"), .field("j")], []), ([.field("i"), .literal(0.2)], []), ([.field("i"), .literal(Int64(3))], []), ([.literal(0.5)], [key]),
            ]
            let made = calls.compactMap { arguments, order -> AggregateCall? in
                guard let call = try? AggregateFunction.resolve(named: name.uppercased(), arguments, order: order) else { return nil }
                return (try? Aggregate("x", call).resultType(in: Self.schema)) == nil ? nil : call
            }
            #expect(!made.isEmpty, "\(name)")
        }
    }

    // MARK: Overflow

    @Test(arguments: Running.all) func checkedSumsSayWhenTheyDoNotFit(_ running: Running) throws {
        let schema = Schema([Field("g", .int), Field("l", .long), Field("m", .decimal(precision: 38, scale: 0))])
        let big = Value.decimal(unscaled: 99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 0)
        let rows: [[Value]] = [
            [.integer(1), .integer(.max), big], [.integer(1), .integer(1), .decimal(unscaled: 1, scale: 0)], [.integer(2), .integer(.max), big], [.integer(2), .integer(5), .null],
            [.integer(2), .integer(-5), .null], [.integer(3), .null, .null],
        ]
        let batches = rows.map { row in Batch(schema: schema, columns: zip(schema.fields, row).map { Column($0.type, values: [$1]) }, count: 1) }
        func result(_ function: AggregateFunction, _ column: String) throws -> [Value] {
            let node = AggregateNode(memory(schema, batches), keys: [NamedExpression("g", .field("g"))], aggregates: [Aggregate("x", function, [.field(column)])])
            return try running.rows(of: node).sorted { "\($0[0])" < "\($1[0])" }.map { $0[1] }
        }
        #expect(try result(.sum, "l") == [.integer(.min), .integer(.max), .null])
        #expect(try result(.checkedSum(.null), "l") == [.null, .integer(.max), .null])
        #expect(try result(.checkedSum(.null), "m") == [.null, big, .null])
        #expect(throws: PlanError.self) { try result(.checkedSum(.error), "l") }
        #expect(throws: PlanError.self) { try result(.checkedSum(.error), "m") }
        #expect(try result(.checkedAverage(.error), "l").count == 3)
        for function in [AggregateFunction.checkedSum(.null), .checkedSum(.error)] {
            for column in ["l", "m"] {
                let call = WindowCall(.aggregate(function), [.field(column)], partition: [.field("g")], order: [])
                let node = WindowNode(memory(schema, batches), columns: [WindowNode.Column("w", call)])
                if function == .checkedSum(.error) {
                    #expect(throws: PlanError.self) { try running.rows(of: node) }
                } else {
                    let last: Value = column == "l" ? .integer(.max) : big
                    #expect(try running.rows(of: node).sorted { "\($0[0])" < "\($1[0])" }.map { $0[3] } == [.null, .null, last, last, last, .null])
                }
            }
        }
    }

    // MARK: Large inputs

    @Test(arguments: Running.all) func approximateCountsAreNear(_ running: Running) throws {
        let schema = Schema([Field("id", .long)])
        let batches = stride(from: 0, to: 20_000, by: 2000).map { start in
            Batch(schema: schema, columns: [Column(.long, values: (start..<start + 2000).map { .integer(Int64($0)) })], count: 2000)
        }
        for (error, least, most) in [(0.05, 18_500, 21_500), (0.01, 19_600, 20_400), (0.39, 10_000, 32_000)] {
            let node = AggregateNode(
                memory(schema, batches), keys: [], aggregates: [Aggregate("x", .approximateCountDistinct(relativeError: error), [.field("id")])])
            guard case .integer(let count) = try running.rows(of: node)[0][0] else {
                Issue.record("no count")
                continue
            }
            #expect(Int64(least)...Int64(most) ~= count)
        }
        // Few values are counted as Spark counts them.
        let few = AggregateNode(
            FilterNode(memory(schema, batches), condition: try Expression(parsing: "id < 300")), keys: [],
            aggregates: try ["id", "cast(id as string)", "cast(id as double)", "cast(id as decimal(10,2))", "cast(id as decimal(30,2))", "cast(id as int)", "id % 7 = 0"].enumerated().map {
                Aggregate("a\($0)", .approximateCountDistinct(relativeError: 0.05), [try Expression(parsing: $1)])
            })
        #expect(try running.rows(of: few)[0] == [296, 296, 298, 291, 313, 295, 2].map { .integer($0) })
    }

    @Test(arguments: Running.all) func manyGroupsGoThroughTheDisk(_ running: Running) throws {
        let schema = Schema([Field("k", .int), Field("v", .int)])
        let batches = randomBatches(schema, rows: 40_000, variety: 3000, nulls: 9, seed: 77)
        let functions: [AggregateFunction] = [
            .mode(order: nil), .percentile(.init(.median, [0.5])), .bits(.xor), .maximumBy, .correlation, .approximatePercentile(percentages: [0.25], isArray: false, accuracy: 100),
        ]
        let node = AggregateNode(
            memory(schema, batches), keys: [NamedExpression("k", .field("k"))],
            aggregates: functions.enumerated().map { Aggregate("a\($0)", $1, $1.arity.lowerBound == 2 ? [.field("v"), .field("k")] : [.field("v")]) }
                + [Aggregate("s", .sum, [.field("v")], isDistinct: true), Aggregate("c", .count, [], filter: try Expression(parsing: "v > 100"))])
        let found = try running.rows(of: node)
        var groups: [Value: [Int64]] = [:]
        for batch in batches {
            for row in 0..<batch.count {
                groups[batch.columns[0].value(at: row), default: []] += { if case .integer(let v) = batch.columns[1].value(at: row) { [v] } else { [] } }()
            }
        }
        #expect(found.count == groups.count)
        for row in found {
            let values = (groups[row[0]] ?? []).sorted()
            if values.isEmpty {
                #expect(row[1...6].allSatisfy { $0 == .null })
                continue
            }
            var counts: [Int64: Int] = [:]
            for value in values { counts[value, default: 0] += 1 }
            let most = counts.values.max() ?? 0
            #expect(row[1] == .integer(counts.filter { $0.value == most }.keys.min() ?? 0))
            let middle = values.count / 2
            #expect(row[2] == .double(values.count % 2 == 1 ? Double(values[middle]) : Double(values[middle - 1] + values[middle]) / 2))
            #expect(row[3] == .integer(values.reduce(0) { $0 ^ $1 }))
            #expect(row[6] == .integer(values[max(0, Int((Double(values.count) * 0.25).rounded(.up)) - 1)]))
            #expect(row[7] == .integer(Set(values).reduce(0, +)))
            #expect(row[8] == .integer(Int64(values.filter { $0 > 100 }.count)))
        }
    }

    // MARK: Spark's answers

    private static let rows: [[Value]] = [
        [.integer(2), .integer(-1), .null, .integer(707101850587), .double(-3.375), .double(-3.0), .string("bb"), .boolean(true), .decimal(unscaled: 91676, scale: 2), .null],
        [.integer(2), .integer(-3), .null, .null, .double(-5.0), .double(-9.75), .string("bb"), .null, .decimal(unscaled: -17778, scale: 2), .date(18538)],
        [.integer(3), .null, .integer(1), .integer(-154347818702), .double(6.5), .double(-0.75), .string("ccc"), .null, .decimal(unscaled: 77717, scale: 2), .date(18295)],
        [.integer(1), .integer(2), .integer(1), .null, .double(-4.375), .double(12.75), .string("a"), .boolean(true), .decimal(unscaled: -9762, scale: 1), .null],
        [.integer(1), .integer(-4), .integer(3), .integer(964323879474), .null, .double(13.5), .string("a"), .boolean(false), .decimal(unscaled: 34449, scale: 2), .date(18337)],
        [.integer(3), .null, .integer(2), .integer(-824770601599), .double(4.875), .double(0.25), .string("a"), .boolean(true), .decimal(unscaled: -37783, scale: 2), .date(18438)],
        [.integer(2), .integer(5), .integer(0), .integer(-928538940945), .double(5.625), .double(-1.75), .string("a long string of text"), .boolean(false), .null, .null],
        [.integer(2), .null, .integer(4), .integer(150948188635), .double(10.5), .double(10.25), .string("ccc"), .null, .decimal(unscaled: 39396, scale: 2), .date(18583)],
        [.integer(1), .null, .integer(2), .integer(909319553258), .double(-3.0), .double(12.75), .string("a"), .boolean(true), .decimal(unscaled: -26376, scale: 2), .date(18397)],
        [.integer(3), .integer(6), .integer(2), .null, .double(3.0), .double(7.5), .string("a long string of text"), .boolean(false), .decimal(unscaled: 68838, scale: 2), .date(18471)],
        [.integer(1), .integer(8), .integer(3), .integer(-261452385393), .null, .double(13.0), .string("dd dd"), .boolean(true), .null, .date(18661)],
        [.integer(2), .integer(5), .integer(2), .integer(905997843651), .null, .double(18.0), .string("bb"), .boolean(false), .decimal(unscaled: -89026, scale: 2), .null],
        [.integer(1), .integer(-4), .integer(1), .integer(-920335569017), .double(6.125), .double(-5.5), .string("bb"), .boolean(true), .decimal(unscaled: -26985, scale: 2), .date(18320)],
        [.integer(2), .integer(0), .integer(4), .integer(-351052682358), .double(5.75), .double(8.75), .string("bb"), .boolean(false), .decimal(unscaled: -3152, scale: 2), .date(18342)],
        [.integer(2), .integer(2), .integer(1), .integer(805394296407), .double(-5.0), .double(10.75), .string("a long string of text"), .boolean(true), .decimal(unscaled: 47927, scale: 2), .date(18483)],
        [.integer(2), .integer(-1), .integer(3), .integer(310648042687), .double(4.625), .null, .string("ccc"), .boolean(true), .decimal(unscaled: -68048, scale: 2), .date(18489)],
        [.integer(1), .null, .null, .integer(230647994407), .double(10.125), .double(5.5), .string("bb"), .boolean(true), .decimal(unscaled: 24422, scale: 2), .date(18571)],
        [.integer(1), .integer(-5), .integer(2), .integer(-258224670996), .double(-4.25), .double(13.0), .null, .boolean(true), .decimal(unscaled: 79761, scale: 2), .date(18613)],
        [.integer(1), .integer(1), .integer(3), .integer(557737468066), .double(10.375), .double(14.5), .string("bb"), .boolean(true), .decimal(unscaled: -20399, scale: 2), .date(18617)],
        [.integer(2), .integer(-1), .integer(3), .integer(-638609923234), .double(10.875), .double(-0.25), .string("a long string of text"), .boolean(true), .decimal(unscaled: -77666, scale: 2), .date(18601)],
        [.integer(1), .integer(6), .integer(0), .null, .double(-1.125), .double(-3.0), .string("bb"), .boolean(false), .decimal(unscaled: -52005, scale: 2), .date(18473)],
        [.integer(1), .integer(4), .null, .null, .double(-3.25), .double(-2.5), .null, .boolean(true), .decimal(unscaled: 57344, scale: 2), .date(18442)],
        [.integer(1), .null, .null, .integer(493065261850), .double(2.0), .double(5.0), .string("ccc"), .boolean(true), .decimal(unscaled: -2688, scale: 2), .null],
        [.integer(3), .integer(-5), .integer(0), .integer(-802277116595), .double(11.125), .double(5.25), .string("dd dd"), .boolean(true), .decimal(unscaled: -92276, scale: 2), .null],
        [.integer(1), .integer(1), .integer(1), .integer(464203349154), .null, .double(14.0), .string("bb"), .boolean(false), .decimal(unscaled: 1122, scale: 2), .date(18632)],
        [.integer(3), .integer(-1), .integer(3), .null, .double(1.875), .null, .null, .null, .decimal(unscaled: 2609, scale: 1), .null],
        [.integer(2), .integer(-1), .integer(4), .integer(23590601038), .null, .null, .string("dd dd"), .boolean(true), .decimal(unscaled: -71102, scale: 2), .date(18344)],
        [.integer(3), .null, .integer(0), .integer(-189316340353), .double(-3.125), .double(19.0), .null, .boolean(false), .decimal(unscaled: 76808, scale: 2), .null],
        [.integer(3), .integer(-5), .integer(0), .integer(-198100776198), .double(0.875), .null, .null, .boolean(true), .decimal(unscaled: -88486, scale: 2), .date(18482)],
        [.integer(1), .integer(-5), .integer(3), .null, .double(6.125), .double(-5.5), .null, .boolean(true), .null, .date(18465)],
        [.integer(1), .integer(-1), .integer(3), .null, .null, .double(22.5), .string("bb"), .boolean(true), .null, .date(18344)],
        [.integer(3), .integer(-2), .integer(3), .integer(-70197390536), .double(7.0), .double(-1.75), .string("ccc"), .boolean(false), .null, .date(18421)],
        [.integer(1), .integer(8), .null, .integer(35439241071), .double(-2.375), .double(5.5), .string("dd dd"), .null, .decimal(unscaled: -25022, scale: 2), .null],
        [.integer(1), .integer(1), .null, .integer(435747046479), .double(-0.875), .null, .string("a"), .boolean(false), .decimal(unscaled: 246, scale: 2), .null],
        [.integer(1), .integer(-3), .integer(2), .integer(189978772132), .null, .double(-7.0), .string("ccc"), .boolean(true), .decimal(unscaled: -95642, scale: 2), .null],
        [.integer(1), .integer(0), .integer(1), .integer(-639966107042), .double(-2.0), .double(0.75), .string("bb"), .boolean(false), .decimal(unscaled: -69013, scale: 2), .date(18490)],
        [.integer(2), .integer(4), .null, .integer(168920818632), .double(10.625), .null, .string("dd dd"), .null, .decimal(unscaled: 51255, scale: 2), .date(18622)],
        [.integer(2), .integer(2), .integer(2), .integer(233957962011), .double(2.625), .double(5.75), .string("a"), .null, .decimal(unscaled: -37523, scale: 2), .null],
        [.integer(2), .integer(-4), .integer(2), .integer(748907749532), .double(5.25), .double(20.0), .null, .boolean(true), .decimal(unscaled: -72858, scale: 2), .date(18562)],
        [.integer(2), .integer(-5), .integer(0), .integer(-155980551578), .double(7.75), .double(-6.25), .string("dd dd"), .boolean(true), .decimal(unscaled: 36894, scale: 2), .null],
        [.integer(4), .null, .null, .null, .null, .null, .null, .null, .null, .null],
        [.integer(4), .null, .null, .null, .null, .null, .null, .null, .null, .null],
        [.integer(4), .null, .null, .null, .null, .null, .null, .null, .null, .null],
        [.integer(5), .integer(7), .integer(2), .integer(5), .double(2.5), .double(-1.25), .string("one"), .boolean(true), .decimal(unscaled: 125, scale: 2), .date(19782)],
    ]

    private static let cases: [Case] = [cases0, cases1, cases2, cases3, cases4, cases5, cases6, cases7, cases8, cases9].flatMap { $0 }

    private static let cases0: [Case] = [
        Case("sum", ["i"], "sum(i)", "bigint", [.integer(9), .integer(2), .integer(-7), .null, .integer(7)]),
        Case("avg", ["i"], "avg(i)", "double", [.double(0.6), .double(0.15384615384615385), .double(-1.4), .null, .double(7.0)]),
        Case("mean", ["i"], "mean(i)", "double", [.double(0.6), .double(0.15384615384615385), .double(-1.4), .null, .double(7.0)]),
        Case("min", ["i"], "min(i)", "int", [.integer(-5), .integer(-5), .integer(-5), .null, .integer(7)]),
        Case("max", ["i"], "max(i)", "int", [.integer(8), .integer(5), .integer(6), .null, .integer(7)]),
        Case("stddev", ["i"], "stddev(i)", "double", [.double(4.420730385678044), .double(3.2620584974867697), .double(4.505552130427524), .null, .null]),
        Case("std", ["i"], "std(i)", "double", [.double(4.420730385678044), .double(3.2620584974867697), .double(4.505552130427524), .null, .null]),
        Case("stddev_samp", ["i"], "stddev_samp(i)", "double", [.double(4.420730385678044), .double(3.2620584974867697), .double(4.505552130427524), .null, .null]),
        Case("stddev_pop", ["i"], "stddev_pop(i)", "double", [.double(4.270831300812525), .double(3.1340844288405174), .double(4.029888335921977), .null, .double(0.0)]),
        Case("variance", ["i"], "variance(i)", "double", [.double(19.542857142857148), .double(10.64102564102564), .double(20.3), .null, .null]),
        Case("var_samp", ["i"], "var_samp(i)", "double", [.double(19.542857142857148), .double(10.64102564102564), .double(20.3), .null, .null]),
        Case("var_pop", ["i"], "var_pop(i)", "double", [.double(18.240000000000006), .double(9.822485207100591), .double(16.240000000000002), .null, .double(0.0)]),
        Case("skewness", ["i"], "skewness(i)", "double", [.double(0.3536843788472975), .double(0.12748112472456763), .double(0.9527333134198807), .null, .null]),
        Case("kurtosis", ["i"], "kurtosis(i)", "double", [.double(-0.9917282240689462), .double(-1.0430918856147482), .double(-0.4711713460651801), .null, .null]),
        Case("median", ["i"], "median(i)", "double", [.double(1.0), .double(-1.0), .double(-2.0), .null, .double(7.0)]),
        Case("try_sum", ["i"], "try_sum(i)", "bigint", [.integer(9), .integer(2), .integer(-7), .null, .integer(7)]),
        Case("try_avg", ["i"], "try_avg(i)", "double", [.double(0.6), .double(0.15384615384615385), .double(-1.4), .null, .double(7.0)]),
        Case("mode", ["i"], "mode(i)", "int", [.integer(1), .integer(-1), .integer(-5), .null, .integer(7)]),
        Case("sum", ["l"], "sum(l)", "bigint", [.integer(2200483833443), .integer(1981285255065), .integer(-2239010043983), .null, .integer(5)]),
        Case("avg", ["l"], "avg(l)", "double", [.double(169267987187.92307), .double(152406558081.92307), .double(-373168340663.8333), .null, .double(5.0)]),
        Case("mean", ["l"], "mean(l)", "double", [.double(169267987187.92307), .double(152406558081.92307), .double(-373168340663.8333), .null, .double(5.0)]),
        Case("min", ["l"], "min(l)", "bigint", [.integer(-920335569017), .integer(-928538940945), .integer(-824770601599), .null, .integer(5)]),
        Case("max", ["l"], "max(l)", "bigint", [.integer(964323879474), .integer(905997843651), .integer(-70197390536), .null, .integer(5)]),
        Case("stddev", ["l"], "stddev(l)", "double", [.double(564654295272.4081), .double(566353600541.1332), .double(344151992951.4293), .null, .null]),
        Case("std", ["l"], "std(l)", "double", [.double(564654295272.4081), .double(566353600541.1332), .double(344151992951.4293), .null, .null]),
    ]

    private static let cases1: [Case] = [
        Case("stddev_samp", ["l"], "stddev_samp(l)", "double", [.double(564654295272.4081), .double(566353600541.1332), .double(344151992951.4293), .null, .null]),
        Case("stddev_pop", ["l"], "stddev_pop(l)", "double", [.double(542502299040.4995), .double(544134938733.09265), .double(314166349583.0946), .null, .double(0.0)]),
        Case("variance", ["l"], "variance(l)", "double", [.double(3.1883447316957985e+23), .double(3.207564008459054e+23), .double(1.1844059425244066e+23), .null, .null]),
        Case("var_samp", ["l"], "var_samp(l)", "double", [.double(3.1883447316957985e+23), .double(3.207564008459054e+23), .double(1.1844059425244066e+23), .null, .null]),
        Case("var_pop", ["l"], "var_pop(l)", "double", [.double(2.9430874446422756e+23), .double(2.960828315500665e+23), .double(9.87004952103672e+22), .null, .double(0.0)]),
        Case("skewness", ["l"], "skewness(l)", "double", [.double(-0.4522572877394833), .double(-0.393058067996686), .double(-0.6516930572799092), .null, .null]),
        Case("kurtosis", ["l"], "kurtosis(l)", "double", [.double(-0.6444544552761204), .double(-0.7566679727673922), .double(-1.4893407895506223), .null, .null]),
        Case("median", ["l"], "median(l)", "double", [.double(230647994407.0), .double(168920818632.0), .double(-193708558275.5), .null, .double(5.0)]),
        Case("try_sum", ["l"], "try_sum(l)", "bigint", [.integer(2200483833443), .integer(1981285255065), .integer(-2239010043983), .null, .integer(5)]),
        Case("try_avg", ["l"], "try_avg(l)", "double", [.double(169267987187.92307), .double(152406558081.92307), .double(-373168340663.8333), .null, .double(5.0)]),
        Case("sum", ["d"], "sum(d)", "double", [.double(13.5), .double(50.25), .double(32.125), .null, .double(2.5)]),
        Case("avg", ["d"], "avg(d)", "double", [.double(1.0384615384615385), .double(4.1875), .double(4.015625), .null, .double(2.5)]),
        Case("mean", ["d"], "mean(d)", "double", [.double(1.0384615384615385), .double(4.1875), .double(4.015625), .null, .double(2.5)]),
        Case("min", ["d"], "min(d)", "double", [.double(-4.375), .double(-5.0), .double(-3.125), .null, .double(2.5)]),
        Case("max", ["d"], "max(d)", "double", [.double(10.375), .double(10.875), .double(11.125), .null, .double(2.5)]),
        Case("stddev", ["d"], "stddev(d)", "double", [.double(5.3510572882902405), .double(5.823029319396), .double(4.356049518854703), .null, .null]),
        Case("std", ["d"], "std(d)", "double", [.double(5.3510572882902405), .double(5.823029319396), .double(4.356049518854703), .null, .null]),
        Case("stddev_samp", ["d"], "stddev_samp(d)", "double", [.double(5.3510572882902405), .double(5.823029319396), .double(4.356049518854703), .null, .null]),
        Case("stddev_pop", ["d"], "stddev_pop(d)", "double", [.double(5.141129546875033), .double(5.575126119649671), .double(4.074711214843942), .null, .double(0.0)]),
        Case("variance", ["d"], "variance(d)", "double", [.double(28.633814102564102), .double(33.907670454545446), .double(18.975167410714285), .null, .null]),
        Case("var_samp", ["d"], "var_samp(d)", "double", [.double(28.633814102564102), .double(33.907670454545446), .double(18.975167410714285), .null, .null]),
        Case("var_pop", ["d"], "var_pop(d)", "double", [.double(26.431213017751478), .double(31.082031249999996), .double(16.603271484375), .null, .double(0.0)]),
        Case("skewness", ["d"], "skewness(d)", "double", [.double(0.7313591237974846), .double(-0.5370111229258975), .double(-0.007473032651431185), .null, .null]),
        Case("kurtosis", ["d"], "kurtosis(d)", "double", [.double(-0.9897428009873765), .double(-1.0156388059743453), .double(-0.5551431614421052), .null, .null]),
    ]

    private static let cases2: [Case] = [
        Case("median", ["d"], "median(d)", "double", [.double(-1.125), .double(5.4375), .double(3.9375), .null, .double(2.5)]),
        Case("try_sum", ["d"], "try_sum(d)", "double", [.double(13.5), .double(50.25), .double(32.125), .null, .double(2.5)]),
        Case("try_avg", ["d"], "try_avg(d)", "double", [.double(1.0384615384615385), .double(4.1875), .double(4.015625), .null, .double(2.5)]),
        Case("sum", ["m"], "sum(m)", "decimal(20,2)", [.decimal(unscaled: -218406, scale: 2), .decimal(unscaled: -170005, scale: 2), .decimal(unscaled: 30908, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("avg", ["m"], "avg(m)", "decimal(14,6)", [.decimal(unscaled: -145604000, scale: 6), .decimal(unscaled: -130773077, scale: 6), .decimal(unscaled: 44154286, scale: 6), .null, .decimal(unscaled: 1250000, scale: 6)]),
        Case("mean", ["m"], "mean(m)", "decimal(14,6)", [.decimal(unscaled: -145604000, scale: 6), .decimal(unscaled: -130773077, scale: 6), .decimal(unscaled: 44154286, scale: 6), .null, .decimal(unscaled: 1250000, scale: 6)]),
        Case("min", ["m"], "min(m)", "decimal(10,2)", [.decimal(unscaled: -97620, scale: 2), .decimal(unscaled: -89026, scale: 2), .decimal(unscaled: -92276, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("max", ["m"], "max(m)", "decimal(10,2)", [.decimal(unscaled: 79761, scale: 2), .decimal(unscaled: 91676, scale: 2), .decimal(unscaled: 77717, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("stddev", ["m"], "stddev(m)", "double", [.double(513.1990647441651), .double(610.3583831704209), .double(763.702327390656), .null, .null]),
        Case("std", ["m"], "std(m)", "double", [.double(513.1990647441651), .double(610.3583831704209), .double(763.702327390656), .null, .null]),
        Case("stddev_samp", ["m"], "stddev_samp(m)", "double", [.double(513.1990647441651), .double(610.3583831704209), .double(763.702327390656), .null, .null]),
        Case("stddev_pop", ["m"], "stddev_pop(m)", "double", [.double(495.79739953331745), .double(586.4133663392247), .double(707.0509649413469), .null, .double(0.0)]),
        Case("variance", ["m"], "variance(m)", "double", [.double(263373.2800542857), .double(372537.3559064103), .double(583241.2448619048), .null, .null]),
        Case("var_samp", ["m"], "var_samp(m)", "double", [.double(263373.2800542857), .double(372537.3559064103), .double(583241.2448619048), .null, .null]),
        Case("var_pop", ["m"], "var_pop(m)", "double", [.double(245815.061384), .double(343880.6362213018), .double(499921.0670244898), .null, .double(0.0)]),
        Case("skewness", ["m"], "skewness(m)", "double", [.double(0.03921536141676391), .double(0.23484471033025314), .double(-0.29509002633611925), .null, .null]),
        Case("kurtosis", ["m"], "kurtosis(m)", "double", [.double(-0.6200177156525517), .double(-1.3770991238789057), .double(-1.6347218848104128), .null, .null]),
        Case("median", ["m"], "median(m)", "double", [.double(-203.99), .double(-177.78), .double(260.9), .null, .double(1.25)]),
        Case("try_sum", ["m"], "try_sum(m)", "decimal(20,2)", [.decimal(unscaled: -218406, scale: 2), .decimal(unscaled: -170005, scale: 2), .decimal(unscaled: 30908, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("try_avg", ["m"], "try_avg(m)", "decimal(14,6)", [.decimal(unscaled: -145604000, scale: 6), .decimal(unscaled: -130773077, scale: 6), .decimal(unscaled: 44154286, scale: 6), .null, .decimal(unscaled: 1250000, scale: 6)]),
        Case("sum", ["i"], distinct: true, "sum(DISTINCT i)", "bigint", [.integer(8), .integer(-2), .integer(-2), .null, .integer(7)]),
        Case("avg", ["i"], distinct: true, "avg(DISTINCT i)", "double", [.double(0.8), .double(-0.25), .double(-0.5), .null, .double(7.0)]),
        Case("count", ["i"], distinct: true, "count(DISTINCT i)", "bigint", [.integer(10), .integer(8), .integer(4), .integer(0), .integer(1)]),
    ]

    private static let cases3: [Case] = [
        Case("stddev", ["i"], distinct: true, "stddev(DISTINCT i)", "double", [.double(4.2895221179054435), .double(3.6936238496708276), .double(4.654746681256314), .null, .null]),
        Case("skewness", ["i"], distinct: true, "skewness(DISTINCT i)", "double", [.double(0.2692418329785078), .double(0.1568376369586716), .double(0.686961606955616), .null, .null]),
        Case("median", ["i"], distinct: true, "median(DISTINCT i)", "double", [.double(0.5), .double(-0.5), .double(-1.5), .null, .double(7.0)]),
        Case("min", ["i"], distinct: true, "min(DISTINCT i)", "int", [.integer(-5), .integer(-5), .integer(-5), .null, .integer(7)]),
        Case("bit_xor", ["i"], distinct: true, "bit_xor(DISTINCT i)", "int", [.integer(12), .integer(6), .integer(-4), .null, .integer(7)]),
        Case("sum", ["m"], distinct: true, "sum(DISTINCT m)", "decimal(20,2)", [.decimal(unscaled: -218406, scale: 2), .decimal(unscaled: -170005, scale: 2), .decimal(unscaled: 30908, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("avg", ["m"], distinct: true, "avg(DISTINCT m)", "decimal(14,6)", [.decimal(unscaled: -145604000, scale: 6), .decimal(unscaled: -130773077, scale: 6), .decimal(unscaled: 44154286, scale: 6), .null, .decimal(unscaled: 1250000, scale: 6)]),
        Case("count", ["i", "s"], distinct: true, "count(DISTINCT i, s)", "bigint", [.integer(10), .integer(12), .integer(3), .integer(0), .integer(1)]),
        Case("count", ["s"], distinct: true, "count(DISTINCT s)", "bigint", [.integer(4), .integer(5), .integer(4), .integer(0), .integer(1)]),
        Case("corr", ["i", "j"], distinct: true, "corr(DISTINCT i, j)", "double", [.double(-0.24470332178300072), .double(-0.11785113019775775), .double(0.35445877847928337), .null, .null]),
        Case("percentile", ["i", "0.3"], distinct: true, "percentile(DISTINCT i, 0.3, 1)", "double", [.double(-1.6000000000000005), .double(-2.8), .double(-2.3000000000000003), .null, .double(7.0)]),
        Case("listagg", ["s", "'-'"], distinct: true, order: ["s"], "listagg(DISTINCT s, -) WITHIN GROUP (ORDER BY s ASC NULLS FIRST)", "string", [.string("a-bb-ccc-dd dd"), .string("a-a long string of text-bb-ccc-dd dd"), .string("a-a long string of text-ccc-dd dd"), .null, .string("one")]),
        Case("count", ["*"], "count(1)", "bigint", [.integer(18), .integer(14), .integer(8), .integer(3), .integer(1)]),
        Case("count", ["i"], "count(i)", "bigint", [.integer(15), .integer(13), .integer(5), .integer(0), .integer(1)]),
        Case("count", ["i", "j"], "count(i, j)", "bigint", [.integer(12), .integer(10), .integer(5), .integer(0), .integer(1)]),
        Case("count", ["1"], "count(1)", "bigint", [.integer(18), .integer(14), .integer(8), .integer(3), .integer(1)]),
        Case("count_if", ["b"], "count_if(b)", "bigint", [.integer(12), .integer(7), .integer(3), .integer(0), .integer(1)]),
        Case("count_if", ["i > 2"], "count_if((i > 2))", "bigint", [.integer(4), .integer(3), .integer(1), .integer(0), .integer(1)]),
        Case("bool_and", ["b"], "bool_and(b)", "boolean", [.boolean(false), .boolean(false), .boolean(false), .null, .boolean(true)]),
        Case("every", ["b"], "every(b)", "boolean", [.boolean(false), .boolean(false), .boolean(false), .null, .boolean(true)]),
        Case("bool_or", ["b"], "bool_or(b)", "boolean", [.boolean(true), .boolean(true), .boolean(true), .null, .boolean(true)]),
        Case("some", ["b"], "some(b)", "boolean", [.boolean(true), .boolean(true), .boolean(true), .null, .boolean(true)]),
        Case("any", ["b"], "any(b)", "boolean", [.boolean(true), .boolean(true), .boolean(true), .null, .boolean(true)]),
        Case("bit_and", ["i"], "bit_and(i)", "int", [.integer(0), .integer(0), .integer(2), .null, .integer(7)]),
        Case("bit_and", ["l"], "bit_and(l)", "bigint", [.integer(0), .integer(0), .integer(-1099511627776), .null, .integer(5)]),
    ]

    private static let cases4: [Case] = [
        Case("bit_or", ["i"], "bit_or(i)", "int", [.integer(-1), .integer(-1), .integer(-1), .null, .integer(7)]),
        Case("bit_or", ["l"], "bit_or(l)", "bigint", [.integer(-1), .integer(-1), .integer(-1), .null, .integer(5)]),
        Case("bit_xor", ["i"], "bit_xor(i)", "int", [.integer(3), .integer(-2), .integer(7), .null, .integer(7)]),
        Case("bit_xor", ["l"], "bit_xor(l)", "bigint", [.integer(665829612763), .integer(162262676599), .integer(324254164291), .null, .integer(5)]),
        Case("corr", ["i", "d"], "corr(i, d)", "double", [.double(-0.3609002136756616), .double(0.08867146948239049), .double(-0.3196705980858581), .null, .null]),
        Case("corr", ["e", "d"], "corr(e, d)", "double", [.double(-0.1456825647398328), .double(0.20387119077183377), .double(-0.7471461276337749), .null, .null]),
        Case("corr", ["m", "j"], "corr(m, j)", "double", [.double(0.4147105844861036), .double(-0.2847074471754445), .double(0.32829693946648547), .null, .null]),
        Case("covar_pop", ["i", "d"], "covar_pop(i, d)", "double", [.double(-7.5375), .double(1.4752066115702485), .double(-4.89), .null, .double(0.0)]),
        Case("covar_pop", ["e", "d"], "covar_pop(e, d)", "double", [.double(-5.615234375), .double(10.140624999999996), .double(-23.133680555555557), .null, .double(0.0)]),
        Case("covar_pop", ["m", "j"], "covar_pop(m, j)", "double", [.double(201.4728), .double(-189.56600000000003), .double(261.10510204081623), .null, .double(0.0)]),
        Case("covar_samp", ["i", "d"], "covar_samp(i, d)", "double", [.double(-8.375), .double(1.6227272727272735), .double(-6.1125), .null, .null]),
        Case("covar_samp", ["e", "d"], "covar_samp(e, d)", "double", [.double(-6.1257102272727275), .double(11.267361111111107), .double(-27.760416666666668), .null, .null]),
        Case("covar_samp", ["m", "j"], "covar_samp(m, j)", "double", [.double(223.85866666666666), .double(-210.62888888888892), .double(304.6226190476189), .null, .null]),
        Case("regr_count", ["i", "d"], "regr_count(i, d)", "bigint", [.integer(10), .integer(11), .integer(5), .integer(0), .integer(1)]),
        Case("regr_count", ["e", "d"], "regr_count(e, d)", "bigint", [.integer(12), .integer(10), .integer(6), .integer(0), .integer(1)]),
        Case("regr_count", ["m", "j"], "regr_count(m, j)", "bigint", [.integer(10), .integer(10), .integer(7), .integer(0), .integer(1)]),
        Case("regr_slope", ["i", "d"], "regr_slope(i, d)", "double", [.double(-0.31380712310944875), .double(0.04924604919432016), .double(-0.3393771146005031), .null, .null]),
        Case("regr_slope", ["e", "d"], "regr_slope(e, d)", "double", [.double(-0.19839520324486384), .double(0.31046689628779167), .double(-1.2204336775582167), .null, .null]),
        Case("regr_slope", ["m", "j"], "regr_slope(m, j)", "double", [.double(239.84857142857143), .double(-114.88848484848485), .double(206.35725806451615), .null, .null]),
        Case("regr_intercept", ["i", "d"], "regr_intercept(i, d)", "double", [.double(0.9372906163603839), .double(-0.35977549595220226), .double(0.22052572221740263), .null, .null]),
        Case("regr_intercept", ["e", "d"], "regr_intercept(e, d)", "double", [.double(4.675160920553743), .double(2.3633658629927288), .double(10.891706546378769), .null, .null]),
        Case("regr_intercept", ["m", "j"], "regr_intercept(m, j)", "double", [.double(-656.4657142857143), .double(-7.936787878787925), .double(-191.68258064516132), .null, .null]),
        Case("regr_r2", ["i", "d"], "regr_r2(i, d)", "double", [.double(0.13024896423113821), .double(0.007862629500166508), .double(0.10218929128057024), .null, .null]),
        Case("regr_r2", ["e", "d"], "regr_r2(e, d)", "double", [.double(0.02122340966917557), .double(0.04156346242672544), .double(0.558227336038145), .null, .null]),
        Case("regr_r2", ["m", "j"], "regr_r2(m, j)", "double", [.double(0.17198486888480566), .double(0.08105833047715852), .double(0.10777888046306122), .null, .null]),
    ]

    private static let cases5: [Case] = [
        Case("regr_avgx", ["i", "d"], "regr_avgx(i, d)", "double", [.double(0.4375), .double(3.6136363636363638), .double(4.775), .null, .double(2.5)]),
        Case("regr_avgx", ["e", "d"], "regr_avgx(e, d)", "double", [.double(1.1979166666666667), .double(3.5), .double(4.895833333333333), .null, .double(2.5)]),
        Case("regr_avgx", ["m", "j"], "regr_avgx(m, j)", "double", [.double(1.6), .double(2.5), .double(1.1428571428571428), .null, .double(2.0)]),
        Case("regr_avgy", ["i", "d"], "regr_avgy(i, d)", "double", [.double(0.8), .double(-0.18181818181818182), .double(-1.4), .null, .double(7.0)]),
        Case("regr_avgy", ["e", "d"], "regr_avgy(e, d)", "double", [.double(4.4375), .double(3.45), .double(4.916666666666667), .null, .double(-1.25)]),
        Case("regr_avgy", ["m", "j"], "regr_avgy(m, j)", "decimal(14,6)", [.decimal(unscaled: -272708000, scale: 6), .decimal(unscaled: -295158000, scale: 6), .decimal(unscaled: 44154286, scale: 6), .null, .decimal(unscaled: 1250000, scale: 6)]),
        Case("regr_sxx", ["i", "d"], "regr_sxx(i, d)", "double", [.double(240.19531249999997), .double(329.5142045454545), .double(72.04375), .null, .double(0.0)]),
        Case("regr_sxx", ["e", "d"], "regr_sxx(e, d)", "double", [.double(339.6393229166667), .double(326.62500000000006), .double(113.73177083333334), .null, .double(0.0)]),
        Case("regr_sxx", ["m", "j"], "regr_sxx(m, j)", "double", [.double(8.4), .double(16.5), .double(8.857142857142858), .null, .double(0.0)]),
        Case("regr_syy", ["i", "d"], "regr_syy(i, d)", "double", [.double(181.6), .double(101.63636363636363), .double(81.2), .null, .double(0.0)]),
        Case("regr_syy", ["e", "d"], "regr_syy(e, d)", "double", [.double(629.8906250000001), .double(757.475), .double(303.4583333333333), .null, .double(0.0)]),
        Case("regr_syy", ["m", "j"], "regr_syy(m, j)", "double", [.double(2809721.78396), .double(2686824.46216), .double(3499447.4691714286), .null, .double(0.0)]),
        Case("regr_sxy", ["i", "d"], "regr_sxy(i, d)", "double", [.double(-75.375), .double(16.227272727272734), .double(-24.45), .null, .double(0.0)]),
        Case("regr_sxy", ["e", "d"], "regr_sxy(e, d)", "double", [.double(-67.3828125), .double(101.40624999999996), .double(-138.80208333333334), .null, .double(0.0)]),
        Case("regr_sxy", ["m", "j"], "regr_sxy(m, j)", "double", [.double(2014.728), .double(-1895.6600000000003), .double(1827.7357142857136), .null, .double(0.0)]),
        Case("max_by", ["s", "l"], "max_by(s, l)", "string", [.string("a"), .string("bb"), .string("ccc"), .null, .string("one")]),
        Case("max_by", ["i", "m"], "max_by(i, m)", "int", [.integer(-5), .integer(-1), .null, .null, .integer(7)]),
        Case("max_by", ["y", "concat(s, cast(l as string))"], "max_by(y, concat(s, CAST(l AS STRING)))", "date", [.null, .date(18344), .null, .null, .date(19782)]),
        Case("min_by", ["s", "l"], "min_by(s, l)", "string", [.string("bb"), .string("a long string of text"), .string("a"), .null, .string("one")]),
        Case("min_by", ["i", "m"], "min_by(i, m)", "int", [.integer(2), .integer(5), .integer(-5), .null, .integer(7)]),
        Case("min_by", ["y", "concat(s, cast(l as string))"], "min_by(y, concat(s, CAST(l AS STRING)))", "date", [.null, .date(18601), .date(18438), .null, .date(19782)]),
        Case("percentile", ["i", "0.5"], "percentile(i, 0.5, 1)", "double", [.double(1.0), .double(-1.0), .double(-2.0), .null, .double(7.0)]),
        Case("percentile_approx", ["i", "0.5"], "percentile_approx(i, 0.5, 10000)", "int", [.integer(1), .integer(-1), .integer(-2), .null, .integer(7)]),
        Case("percentile", ["d", "0.5"], "percentile(d, 0.5, 1)", "double", [.double(-1.125), .double(5.4375), .double(3.9375), .null, .double(2.5)]),
        Case("percentile_approx", ["d", "0.5"], "percentile_approx(d, 0.5, 10000)", "double", [.double(-1.125), .double(5.25), .double(3.0), .null, .double(2.5)]),
    ]

    private static let cases6: [Case] = [
        Case("percentile", ["m", "0.5"], "percentile(m, 0.5, 1)", "double", [.double(-203.99), .double(-177.78), .double(260.9), .null, .double(1.25)]),
        Case("percentile_approx", ["m", "0.5"], "percentile_approx(m, 0.5, 10000)", "decimal(10,2)", [.decimal(unscaled: -20399, scale: 2), .decimal(unscaled: -17778, scale: 2), .decimal(unscaled: 26090, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("percentile_approx", ["y", "0.5"], "percentile_approx(y, 0.5, 10000)", "date", [.date(18473), .date(18538), .date(18438), .null, .date(19782)]),
        Case("approx_percentile", ["l", "0.5", "100"], "approx_percentile(l, 0.5, 100)", "bigint", [.integer(230647994407), .integer(168920818632), .integer(-198100776198), .null, .integer(5)]),
        Case("percentile", ["i", "0.0"], "percentile(i, 0.0, 1)", "double", [.double(-5.0), .double(-5.0), .double(-5.0), .null, .double(7.0)]),
        Case("percentile_approx", ["i", "0.0"], "percentile_approx(i, 0.0, 10000)", "int", [.integer(-5), .integer(-5), .integer(-5), .null, .integer(7)]),
        Case("percentile", ["d", "0.0"], "percentile(d, 0.0, 1)", "double", [.double(-4.375), .double(-5.0), .double(-3.125), .null, .double(2.5)]),
        Case("percentile_approx", ["d", "0.0"], "percentile_approx(d, 0.0, 10000)", "double", [.double(-4.375), .double(-5.0), .double(-3.125), .null, .double(2.5)]),
        Case("percentile", ["m", "0.0"], "percentile(m, 0.0, 1)", "double", [.double(-976.2), .double(-890.26), .double(-922.76), .null, .double(1.25)]),
        Case("percentile_approx", ["m", "0.0"], "percentile_approx(m, 0.0, 10000)", "decimal(10,2)", [.decimal(unscaled: -97620, scale: 2), .decimal(unscaled: -89026, scale: 2), .decimal(unscaled: -92276, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("percentile_approx", ["y", "0.0"], "percentile_approx(y, 0.0, 10000)", "date", [.date(18320), .date(18342), .date(18295), .null, .date(19782)]),
        Case("approx_percentile", ["l", "0.0", "100"], "approx_percentile(l, 0.0, 100)", "bigint", [.integer(-920335569017), .integer(-928538940945), .integer(-824770601599), .null, .integer(5)]),
        Case("percentile", ["i", "1.0"], "percentile(i, 1.0, 1)", "double", [.double(8.0), .double(5.0), .double(6.0), .null, .double(7.0)]),
        Case("percentile_approx", ["i", "1.0"], "percentile_approx(i, 1.0, 10000)", "int", [.integer(8), .integer(5), .integer(6), .null, .integer(7)]),
        Case("percentile", ["d", "1.0"], "percentile(d, 1.0, 1)", "double", [.double(10.375), .double(10.875), .double(11.125), .null, .double(2.5)]),
        Case("percentile_approx", ["d", "1.0"], "percentile_approx(d, 1.0, 10000)", "double", [.double(10.375), .double(10.875), .double(11.125), .null, .double(2.5)]),
        Case("percentile", ["m", "1.0"], "percentile(m, 1.0, 1)", "double", [.double(797.61), .double(916.76), .double(777.17), .null, .double(1.25)]),
        Case("percentile_approx", ["m", "1.0"], "percentile_approx(m, 1.0, 10000)", "decimal(10,2)", [.decimal(unscaled: 79761, scale: 2), .decimal(unscaled: 91676, scale: 2), .decimal(unscaled: 77717, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("percentile_approx", ["y", "1.0"], "percentile_approx(y, 1.0, 10000)", "date", [.date(18661), .date(18622), .date(18482), .null, .date(19782)]),
        Case("approx_percentile", ["l", "1.0", "100"], "approx_percentile(l, 1.0, 100)", "bigint", [.integer(964323879474), .integer(905997843651), .integer(-70197390536), .null, .integer(5)]),
        Case("percentile", ["i", "0.37"], "percentile(i, 0.37, 1)", "double", [.double(-0.8200000000000003), .double(-1.0), .double(-3.56), .null, .double(7.0)]),
        Case("percentile_approx", ["i", "0.37"], "percentile_approx(i, 0.37, 10000)", "int", [.integer(-1), .integer(-1), .integer(-5), .null, .integer(7)]),
        Case("percentile", ["d", "0.37"], "percentile(d, 0.37, 1)", "double", [.double(-2.21), .double(4.66875), .double(2.53875), .null, .double(2.5)]),
        Case("percentile_approx", ["d", "0.37"], "percentile_approx(d, 0.37, 10000)", "double", [.double(-2.375), .double(4.625), .double(1.875), .null, .double(2.5)]),
        Case("percentile", ["m", "0.37"], "percentile(m, 0.37, 1)", "double", [.double(-261.32280000000003), .double(-546.1700000000002), .double(-237.30940000000012), .null, .double(1.25)]),
    ]

    private static let cases7: [Case] = [
        Case("percentile_approx", ["m", "0.37"], "percentile_approx(m, 0.37, 10000)", "decimal(10,2)", [.decimal(unscaled: -26376, scale: 2), .decimal(unscaled: -68048, scale: 2), .decimal(unscaled: -37783, scale: 2), .null, .decimal(unscaled: 125, scale: 2)]),
        Case("percentile_approx", ["y", "0.37"], "percentile_approx(y, 0.37, 10000)", "date", [.date(18442), .date(18489), .date(18421), .null, .date(19782)]),
        Case("approx_percentile", ["l", "0.37", "100"], "approx_percentile(l, 0.37, 100)", "bigint", [.integer(35439241071), .integer(23590601038), .integer(-198100776198), .null, .integer(5)]),
        Case("percentile", ["i", "array(0.1, 0.25, 0.9)"], "percentile(i, array(0.1, 0.25, 0.9), 1)", "array<double>", [.array([.double(-4.6), .double(-3.5), .double(7.199999999999999)]), .array([.double(-3.8), .double(-1.0), .double(4.800000000000001)]), .array([.double(-5.0), .double(-5.0), .double(3.2000000000000006)]), .null, .array([.double(7.0), .double(7.0), .double(7.0)])]),
        Case("percentile_approx", ["i", "array(0.1, 0.25, 0.9)"], "percentile_approx(i, array(0.1, 0.25, 0.9), 10000)", "array<int>", [.array([.integer(-5), .integer(-4), .integer(8)]), .array([.integer(-4), .integer(-1), .integer(5)]), .array([.integer(-5), .integer(-5), .integer(6)]), .null, .array([.integer(7), .integer(7), .integer(7)])]),
        Case("percentile", ["d", "array(0.1, 0.25, 0.9)"], "percentile(d, array(0.1, 0.25, 0.9), 1)", "array<double>", [.array([.double(-4.05), .double(-3.0), .double(9.325000000000003)]), .array([.double(-4.8375), .double(1.125), .double(10.6125)]), .array([.double(-0.32499999999999973), .double(1.625), .double(8.237499999999999)]), .null, .array([.double(2.5), .double(2.5), .double(2.5)])]),
        Case("percentile_approx", ["d", "array(0.1, 0.25, 0.9)"], "percentile_approx(d, array(0.1, 0.25, 0.9), 10000)", "array<double>", [.array([.double(-4.25), .double(-3.0), .double(10.125)]), .array([.double(-5.0), .double(-3.375), .double(10.625)]), .array([.double(-3.125), .double(0.875), .double(11.125)]), .null, .array([.double(2.5), .double(2.5), .double(2.5)])]),
        Case("percentile", ["m", "array(0.1, 0.25, 0.9)"], "percentile(m, array(0.1, 0.25, 0.9), 1)", "array<double>", [.array([.double(-849.904), .double(-394.95), .double(481.86)]), .array([.double(-767.044), .double(-711.02), .double(505.89399999999995)]), .array([.double(-900.02), .double(-631.345), .double(771.716)]), .null, .array([.double(1.25), .double(1.25), .double(1.25)])]),
        Case("percentile_approx", ["m", "array(0.1, 0.25, 0.9)"], "percentile_approx(m, array(0.1, 0.25, 0.9), 10000)", "array<decimal(10,2)>", [.array([.decimal(unscaled: -95642, scale: 2), .decimal(unscaled: -52005, scale: 2), .decimal(unscaled: 57344, scale: 2)]), .array([.decimal(unscaled: -77666, scale: 2), .decimal(unscaled: -71102, scale: 2), .decimal(unscaled: 51255, scale: 2)]), .array([.decimal(unscaled: -92276, scale: 2), .decimal(unscaled: -88486, scale: 2), .decimal(unscaled: 77717, scale: 2)]), .null, .array([.decimal(unscaled: 125, scale: 2), .decimal(unscaled: 125, scale: 2), .decimal(unscaled: 125, scale: 2)])]),
        Case("percentile_approx", ["y", "array(0.1, 0.25, 0.9)"], "percentile_approx(y, array(0.1, 0.25, 0.9), 10000)", "array<date>", [.array([.date(18337), .date(18397), .date(18632)]), .array([.date(18342), .date(18483), .date(18622)]), .array([.date(18295), .date(18421), .date(18482)]), .null, .array([.date(19782), .date(19782), .date(19782)])]),
        Case("approx_percentile", ["l", "array(0.1, 0.25, 0.9)", "100"], "approx_percentile(l, array(0.1, 0.25, 0.9), 100)", "array<bigint>", [.array([.integer(-639966107042), .integer(-258224670996), .integer(909319553258)]), .array([.integer(-638609923234), .integer(-155980551578), .integer(805394296407)]), .array([.integer(-824770601599), .integer(-802277116595), .integer(-70197390536)]), .null, .array([.integer(5), .integer(5), .integer(5)])]),
        Case("percentile", ["i", "0.4", "j"], "percentile(i, 0.4, j)", "double", [.double(-3.1999999999999993), .double(-1.0), .double(-1.1999999999999997), .null, .double(7.0)]),
        Case("percentile", ["d", "array(0.2,0.7)", "j"], "percentile(d, array(0.2, 0.7), j)", "array<double>", [.array([.double(-3.7499999999999996), .double(6.125)]), .array([.double(4.625), .double(10.5)]), .array([.double(1.875), .double(6.5)]), .null, .array([.double(2.5), .double(2.5)])]),
        Case("percentile_cont", ["0.35"], order: ["i"], "percentile_cont(0.35) WITHIN GROUP (ORDER BY i)", "double", [.double(-1.200000000000001), .double(-1.0), .double(-3.8000000000000003), .null, .double(7.0)]),
        Case("percentile_disc", ["0.35"], order: ["i"], "percentile_disc(0.35) WITHIN GROUP (ORDER BY i)", "double", [.double(-1.0), .double(-1.0), .double(-5.0), .null, .double(7.0)]),
        Case("percentile_disc", ["array(0.1,0.5,0.99)"], order: ["i"], "percentile_disc(array(0.1, 0.5, 0.99)) WITHIN GROUP (ORDER BY i)", "array<double>", [.array([.double(-5.0), .double(1.0), .double(8.0)]), .array([.double(-4.0), .double(-1.0), .double(5.0)]), .array([.double(-5.0), .double(-2.0), .double(6.0)]), .null, .array([.double(7.0), .double(7.0), .double(7.0)])]),
        Case("percentile_cont", ["0.35"], order: ["d desc"], "percentile_cont(0.35) WITHIN GROUP (ORDER BY d DESC)", "double", [.double(1.425000000000002), .double(6.050000000000001), .double(5.768750000000001), .null, .double(2.5)]),
        Case("percentile_disc", ["0.35"], order: ["d desc"], "percentile_disc(0.35) WITHIN GROUP (ORDER BY d DESC)", "double", [.double(2.0), .double(5.75), .double(6.5), .null, .double(2.5)]),
        Case("percentile_disc", ["array(0.1,0.5,0.99)"], order: ["d desc"], "percentile_disc(array(0.1, 0.5, 0.99)) WITHIN GROUP (ORDER BY d DESC)", "array<double>", [.array([.double(10.125), .double(-1.125), .double(-4.375)]), .array([.double(10.625), .double(5.625), .double(-5.0)]), .array([.double(11.125), .double(4.875), .double(-3.125)]), .null, .array([.double(2.5), .double(2.5), .double(2.5)])]),
        Case("percentile_cont", ["0.35"], order: ["m"], "percentile_cont(0.35) WITHIN GROUP (ORDER BY m)", "double", [.double(-264.36899999999997), .double(-619.4300000000002), .double(-313.9570000000002), .null, .double(1.25)]),
        Case("percentile_disc", ["0.35"], order: ["m"], "percentile_disc(0.35) WITHIN GROUP (ORDER BY m)", "double", [.double(-263.76), .double(-680.48), .double(-377.83), .null, .double(1.25)]),
        Case("percentile_disc", ["array(0.1,0.5,0.99)"], order: ["m"], "percentile_disc(array(0.1, 0.5, 0.99)) WITHIN GROUP (ORDER BY m)", "array<double>", [.array([.double(-956.42), .double(-203.99), .double(797.61)]), .array([.double(-776.66), .double(-177.78), .double(916.76)]), .array([.double(-922.76), .double(260.9), .double(777.17)]), .null, .array([.double(1.25), .double(1.25), .double(1.25)])]),
        Case("percentile_cont", ["0.35"], order: ["l desc"], "percentile_cont(0.35) WITHIN GROUP (ORDER BY l DESC)", "double", [.double(458512088619.0), .double(295310026551.80005), .double(-180574209940.25), .null, .double(5.0)]),
        Case("percentile_disc", ["0.35"], order: ["l desc"], "percentile_disc(0.35) WITHIN GROUP (ORDER BY l DESC)", "double", [.double(464203349154.0), .double(310648042687.0), .double(-189316340353.0), .null, .double(5.0)]),
        Case("percentile_disc", ["array(0.1,0.5,0.99)"], order: ["l desc"], "percentile_disc(array(0.1, 0.5, 0.99)) WITHIN GROUP (ORDER BY l DESC)", "array<double>", [.array([.double(909319553258.0), .double(230647994407.0), .double(-920335569017.0)]), .array([.double(805394296407.0), .double(168920818632.0), .double(-928538940945.0)]), .array([.double(-70197390536.0), .double(-189316340353.0), .double(-824770601599.0)]), .null, .array([.double(5.0), .double(5.0), .double(5.0)])]),
    ]

    private static let cases8: [Case] = [
        Case("mode", [], order: ["i"], "mode() WITHIN GROUP (ORDER BY i DESC)", "int", [.integer(1), .integer(-1), .integer(-5), .null, .integer(7)]),
        Case("mode", [], order: ["j desc"], "mode() WITHIN GROUP (ORDER BY j)", "int", [.integer(3), .integer(4), .integer(0), .null, .integer(2)]),
        Case("mode", ["s"], "mode(s)", "string", [.string("bb"), .string("bb"), .string("ccc"), .null, .string("one")]),
        Case("mode", ["j", "true"], "mode() WITHIN GROUP (ORDER BY j DESC)", "int", [.integer(3), .integer(2), .integer(0), .null, .integer(2)]),
        Case("listagg", ["s", "','"], order: ["s"], "listagg(s, ,) WITHIN GROUP (ORDER BY s ASC NULLS FIRST)", "string", [.string("a,a,a,a,bb,bb,bb,bb,bb,bb,bb,ccc,ccc,dd dd,dd dd"), .string("a,a long string of text,a long string of text,a long string of text,bb,bb,bb,bb,ccc,ccc,dd dd,dd dd,dd dd"), .string("a,a long string of text,ccc,ccc,dd dd"), .null, .string("one")]),
        Case("string_agg", ["s"], order: ["s desc"], "listagg(s, NULL) WITHIN GROUP (ORDER BY s DESC NULLS LAST)", "string", [.string("dd dddd ddccccccbbbbbbbbbbbbbbaaaa"), .string("dd dddd dddd ddccccccbbbbbbbba long string of texta long string of texta long string of texta"), .string("dd ddcccccca long string of texta"), .null, .string("one")]),
        Case("listagg", ["s", "'; '"], order: ["l desc", "s"], "listagg(s, ; ) WITHIN GROUP (ORDER BY l DESC NULLS LAST, s ASC NULLS FIRST)", "string", [.string("a; a; bb; ccc; bb; a; bb; ccc; dd dd; dd dd; bb; bb; a; bb; bb"), .string("bb; a long string of text; bb; ccc; a; dd dd; ccc; dd dd; dd dd; bb; a long string of text; a long string of text; bb"), .string("ccc; ccc; dd dd; a; a long string of text"), .null, .string("one")]),
        Case("listagg", ["i", "'+'"], order: ["j", "l desc", "i"], "listagg(i, +) WITHIN GROUP (ORDER BY j ASC NULLS FIRST, l DESC NULLS LAST, i ASC NULLS FIRST)", "string", [.string("1+8+4+6+1+0+-4+2+-3+-5+-4+1+8+-5+-1"), .string("-1+4+-3+-5+5+2+5+-4+2+-1+-1+-1+0"), .string("-5+-5+6+-2+-1"), .null, .string("7")]),
        Case("approx_count_distinct", ["s"], "approx_count_distinct(s)", "bigint", [.integer(4), .integer(5), .integer(4), .integer(0), .integer(1)]),
        Case("approx_count_distinct", ["l", "0.01"], "approx_count_distinct(l)", "bigint", [.integer(13), .integer(13), .integer(6), .integer(0), .integer(1)]),
        Case("approx_count_distinct", ["d"], "approx_count_distinct(d)", "bigint", [.integer(12), .integer(11), .integer(8), .integer(0), .integer(1)]),
        Case("approx_count_distinct", ["m"], "approx_count_distinct(m)", "bigint", [.integer(15), .integer(13), .integer(7), .integer(0), .integer(1)]),
        Case("approx_count_distinct", ["y"], "approx_count_distinct(y)", "bigint", [.integer(13), .integer(9), .integer(5), .integer(0), .integer(1)]),
        Case("approx_count_distinct", ["b"], "approx_count_distinct(b)", "bigint", [.integer(2), .integer(2), .integer(2), .integer(0), .integer(1)]),
        Case("sum", ["i"], filter: "j > 1", "sum(i) FILTER (WHERE (j > 1))", "bigint", [.integer(-9), .integer(0), .integer(3), .null, .integer(7)]),
        Case("count", ["*"], filter: "b", "count(1) FILTER (WHERE b)", "bigint", [.integer(12), .integer(7), .integer(3), .integer(0), .integer(1)]),
        Case("avg", ["m"], filter: "i > 0 and b", "avg(m) FILTER (WHERE ((i > 0) AND b))", "decimal(14,6)", [.decimal(unscaled: -202250000, scale: 6), .decimal(unscaled: 479270000, scale: 6), .null, .null, .decimal(unscaled: 1250000, scale: 6)]),
        Case("max", ["s"], filter: "b", "max(s) FILTER (WHERE b)", "string", [.string("dd dd"), .string("dd dd"), .string("dd dd"), .null, .string("one")]),
        Case("sum", ["i"], distinct: true, filter: "j > 1", "sum(DISTINCT i) FILTER (WHERE (j > 1))", "bigint", [.integer(-4), .integer(2), .integer(3), .null, .integer(7)]),
        Case("count", ["s"], distinct: true, filter: "b", "count(DISTINCT s) FILTER (WHERE b)", "bigint", [.integer(4), .integer(4), .integer(2), .integer(0), .integer(1)]),
        Case("bool_and", ["b"], filter: "i > 3", "bool_and(b) FILTER (WHERE (i > 3))", "boolean", [.boolean(false), .boolean(false), .boolean(false), .null, .boolean(true)]),
        Case("percentile", ["d", "0.5"], filter: "j > 1", "percentile(d, 0.5, 1) FILTER (WHERE (j > 1))", "double", [.double(1.5625), .double(5.5), .double(3.9375), .null, .double(2.5)]),
        Case("collect_set", ["b"], filter: "not b", "collect_set(b) FILTER (WHERE (NOT b))", "array<boolean>", [.array([.boolean(false)]), .array([.boolean(false)]), .array([.boolean(false)]), .array([]), .array([])]),
        Case("max_by", ["s", "l"], filter: "b", "max_by(s, l) FILTER (WHERE b)", "string", [.string("a"), .string("a long string of text"), .null, .null, .string("one")]),
        Case("count", ["i", "j"], filter: "d > 0", "count(i, j) FILTER (WHERE (d > 0))", "bigint", [.integer(3), .integer(7), .integer(5), .integer(0), .integer(1)]),
    ]

    private static let cases9: [Case] = [
        Case("listagg", ["s"], filter: "b", order: ["s"], "listagg(s, NULL) WITHIN GROUP (ORDER BY s ASC NULLS FIRST) FILTER (WHERE b)", "string", [.string("aabbbbbbbbccccccdd dd"), .string("a long string of texta long string of textbbcccdd dddd dd"), .string("add dd"), .null, .string("one")]),
        Case("sum", ["s"], "sum(s)", "double", [.null, .null, .null, .null, .null]),
        Case("avg", ["s"], "avg(s)", "double", [.null, .null, .null, .null, .null]),
        Case("histogram_numeric", ["j", "10"], "histogram_numeric(j, 10)", "array<struct<x:int,y:double>>", [.array([.struct([StructValueField("x", .integer(0)), StructValueField("y", .double(1.0))]), .struct([StructValueField("x", .integer(1)), StructValueField("y", .double(4.0))]), .struct([StructValueField("x", .integer(2)), StructValueField("y", .double(3.0))]), .struct([StructValueField("x", .integer(3)), StructValueField("y", .double(5.0))])]), .array([.struct([StructValueField("x", .integer(0)), StructValueField("y", .double(2.0))]), .struct([StructValueField("x", .integer(1)), StructValueField("y", .double(1.0))]), .struct([StructValueField("x", .integer(2)), StructValueField("y", .double(3.0))]), .struct([StructValueField("x", .integer(3)), StructValueField("y", .double(2.0))]), .struct([StructValueField("x", .integer(4)), StructValueField("y", .double(3.0))])]), .array([.struct([StructValueField("x", .integer(0)), StructValueField("y", .double(3.0))]), .struct([StructValueField("x", .integer(1)), StructValueField("y", .double(1.0))]), .struct([StructValueField("x", .integer(2)), StructValueField("y", .double(2.0))]), .struct([StructValueField("x", .integer(3)), StructValueField("y", .double(2.0))])]), .null, .array([.struct([StructValueField("x", .integer(2)), StructValueField("y", .double(1.0))])])]),
    ]
}
