import Columnar
import Testing

import Engine

/// `JoinNode` against two loops over values.
@Suite struct RelationalJoinTests {
    /// Keys by their columns' types; `safe` ones match nulls.
    struct Keys: Sendable, CustomTestStringConvertible {
        let types: [DataType]
        var safe: [Bool] = []
        var variety = 30
        var testDescription: String { types.isEmpty ? "no keys" : zip(types, safe + types.map { _ in false }).map { "\($0.hiveName)\($1 ? " <=>" : "")" }.joined(separator: ", ") }

        static let all = [
            Keys(types: []), Keys(types: [.long]), Keys(types: [.string]), Keys(types: [.double], variety: 12), Keys(types: [.int, .date], variety: 8),
            Keys(types: [.long], safe: [true]), Keys(types: [.int, .int], safe: [true, false], variety: 6), Keys(types: [.decimal(precision: 12, scale: 2)]),
            Keys(types: [.string, .long], safe: [false, true], variety: 6), Keys(types: [.long], variety: 1), Keys(types: [.boolean, .timestamp], variety: 9),
        ]
    }

    static let kinds: [JoinNode.Kind] = [.inner, .left, .right, .full, .leftSemi, .leftAnti, .nullAwareAnti, .existence("found")]
    /// Values under 0 are true of nothing but themselves.
    private static let condition = Expression.comparison(.field("lv"), .less, .field("rv"))

    private static func schema(_ side: String, _ keys: Keys) -> Schema {
        Schema(keys.types.enumerated().map { Field("\(side)k\($0)", $1) } + [Field("\(side)v", .int), Field("\(side)t", .string)])
    }

    private static func equal(_ a: Value, _ b: Value) -> Bool {
        if case .double(let x) = a, case .double(let y) = b { return x == y || (x.isNaN && y.isNaN) }
        return a == b
    }

    /// Whether keys are equal: nil for unknown.
    private static func match(_ l: [Value], _ r: [Value], _ keys: Keys) -> Bool? {
        var result: Bool? = true
        for i in keys.types.indices {
            let one: Bool?
            if i < keys.safe.count, keys.safe[i] {
                one = equal(l[i], r[i])
            } else {
                one = l[i] == .null || r[i] == .null ? nil : equal(l[i], r[i])
            }
            if one == false { return false }
            if one == nil { result = nil }
        }
        return result
    }

    private static func fulfils(_ l: [Value], _ r: [Value], _ keys: Keys) -> Bool {
        guard case .integer(let x) = l[keys.types.count], case .integer(let y) = r[keys.types.count] else { return false }
        return x < y
    }

    private static func expected(_ lefts: [[Value]], _ rights: [[Value]], _ kind: JoinNode.Kind, _ keys: Keys, _ hasCondition: Bool) -> [[Value]] {
        func pairs(_ l: [Value], _ r: [Value]) -> Bool { match(l, r, keys) == true && (!hasCondition || fulfils(l, r, keys)) }
        let nulls = [Value](repeating: .null, count: keys.types.count + 2)
        var rows: [[Value]] = []
        for l in lefts {
            let partners = rights.filter { pairs(l, $0) }
            switch kind {
            case .inner, .right: rows += partners.map { l + $0 }
            case .left, .full: rows += partners.isEmpty ? [l + nulls] : partners.map { l + $0 }
            case .leftSemi: if !partners.isEmpty { rows.append(l) }
            case .leftAnti: if partners.isEmpty { rows.append(l) }
            case .nullAwareAnti:
                let mayBeIn = rights.contains { (!hasCondition || fulfils(l, $0, keys)) && match(l, $0, keys) != false }
                if !mayBeIn { rows.append(l) }
            case .existence: rows.append(l + [.boolean(!partners.isEmpty)])
            }
        }
        if kind == .right || kind == .full {
            for r in rights where !lefts.contains(where: { pairs($0, r) }) { rows.append(nulls + r) }
        }
        return rows
    }

    private static func sorted(_ rows: [[Value]]) -> [String] {
        rows.map { row in row.map { value in if case .double(let x) = value { "\(x == 0 ? 0 : x)" } else { "\(value)" } }.joined(separator: "|") }.sorted()
    }

    private static func node(_ left: PlanNode, _ right: PlanNode, _ kind: JoinNode.Kind, _ keys: Keys, _ hasCondition: Bool, _ build: JoinNode.Side) -> JoinNode {
        let pairs = keys.types.indices.map { JoinNode.Key(.field("lk\($0)"), .field("rk\($0)"), nullsMatch: $0 < keys.safe.count && keys.safe[$0]) }
        return JoinNode(left, right, kind: kind, keys: pairs, condition: hasCondition ? condition : nil, build: build)
    }

    @Test(arguments: Keys.all, Running.all) func rowsAreThoseOfTwoLoops(_ keys: Keys, _ running: Running) throws {
        let (left, right) = (Self.schema("l", keys), Self.schema("r", keys))
        for (lefts, rights, nulls) in [(45, 60, 6), (0, 20, 6), (20, 0, 6), (30, 20, 0), (1, 1, 3)] {
            let seed = UInt64(lefts * 100 + rights)
            let leftBatches = randomBatches(left, rows: lefts, batchRows: 20, variety: keys.variety, nulls: nulls, seed: seed)
            let rightBatches = randomBatches(right, rows: rights, batchRows: 17, variety: keys.variety, nulls: nulls, seed: seed + 1)
            func rows(_ batches: [Batch]) -> [[Value]] { batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } } }
            let (l, r) = (rows(leftBatches), rows(rightBatches))
            for kind in Self.kinds {
                for hasCondition in [false, true] {
                    let expected = Self.sorted(Self.expected(l, r, kind, keys, hasCondition))
                    for build in [JoinNode.Side.left, .right] {
                        // Null-aware joins have keys, or they are no null-aware joins.
                        if kind == .nullAwareAnti, keys.types.isEmpty { continue }
                        let node = Self.node(memory(left, leftBatches), memory(right, rightBatches), kind, keys, hasCondition, build)
                        #expect(
                            Self.sorted(try running.rows(of: node)) == expected,
                            "\(kind), \(hasCondition ? "condition" : "no condition"), build \(build), \(lefts) and \(rights) rows")
                    }
                }
            }
        }
    }

    @Test(arguments: Running.all) func manyRowsOfFewKeys(_ running: Running) throws {
        let keys = Keys(types: [.long], variety: 3)
        let (left, right) = (Self.schema("l", keys), Self.schema("r", keys))
        let leftBatches = randomBatches(left, rows: 700, variety: 3, seed: 5)
        let rightBatches = randomBatches(right, rows: 900, batchRows: 200, variety: 3, seed: 6)
        func counts(_ batches: [Batch]) -> [Value: Int] { Dictionary(batches.flatMap { $0.columns[0].values }.map { ($0, 1) }, uniquingKeysWith: +) }
        let (l, r) = (counts(leftBatches), counts(rightBatches))
        let pairs = l.reduce(0) { $0 + ($1.key == .null ? 0 : $1.value * (r[$1.key] ?? 0)) }
        for build in [JoinNode.Side.left, .right] {
            let node = Self.node(memory(left, leftBatches), memory(right, rightBatches), .full, keys, false, build)
            #expect(try running.rows(of: node).count == pairs + (l[.null] ?? 0) + (r[.null] ?? 0))
        }
    }

    @Test func expressionsAreKeys() throws {
        let schema = Schema([Field("a", .int)])
        let other = Schema([Field("b", .long)])
        let left = memory(schema, [Batch(schema: schema, columns: [Column(.int, values: [.integer(1), .integer(2), .null])], count: 3)])
        let right = memory(other, [Batch(schema: other, columns: [Column(.long, values: [.integer(2), .integer(3), .null])], count: 3)])
        let node = JoinNode(left, right, kind: .inner, keys: [.init(.arithmetic(.field("a"), .add, .literal(Int64(1))), .field("b"))])
        #expect(Self.sorted(try Running.all[0].rows(of: node)) == Self.sorted([[.integer(1), .integer(2)], [.integer(2), .integer(3)]]))
    }

    @Test func typesThatDoNotCompareAreAnError() throws {
        let (a, b) = (Schema([Field("a", .int)]), Schema([Field("b", .array(.int))]))
        let node = JoinNode(memory(a, []), memory(b, []), kind: .inner, keys: [.init(.field("a"), .field("b"))])
        #expect(throws: PlanError.self) { try Running.all[0].rows(of: node) }
    }

    @Test func columnsAreReadForKeysAndConditionAlone() {
        let keys = Keys(types: [.long])
        let (l, r) = (memory(Self.schema("l", keys), []), memory(Self.schema("r", keys), []))
        let inner = Self.node(l, r, .inner, keys, true, .right)
        #expect(inner.requiredColumns(["lt"]) == [["lk0", "lv", "lt"], ["rk0", "rv"]])
        #expect(Self.node(l, r, .leftSemi, keys, false, .right).requiredColumns(nil) == [nil, ["rk0"]])
        #expect(Self.node(l, r, .existence("e"), keys, false, .right).requiredColumns(["e", "lt"]) == [["lk0", "lt"], ["rk0"]])
    }

    @Test func conditionsGoToTheSideThatTheyAreAbout() {
        let keys = Keys(types: [.long])
        let (l, r) = (memory(Self.schema("l", keys), []), memory(Self.schema("r", keys), []))
        let ofLeft = Expression.comparison(.field("lv"), .greater, .literal(Int64(3)))
        let ofRight = Expression.comparison(.field("rv"), .greater, .literal(Int64(4)))
        let ofKey = Expression.comparison(.field("lk0"), .equal, .literal(Int64(5)))
        let ofRightKey = Expression.comparison(.field("rk0"), .equal, .literal(Int64(5)))
        func rows(_ kind: JoinNode.Kind, _ condition: Expression) -> [Expression?] { Self.node(l, r, kind, keys, false, .right).requiredRows(condition) }
        #expect(rows(.inner, .and(ofLeft, ofRight)) == [ofLeft, ofRight])
        #expect(rows(.inner, ofKey) == [ofKey, ofRightKey])
        #expect(rows(.left, .and(ofLeft, ofRight)) == [ofLeft, nil])
        #expect(rows(.left, ofKey) == [ofKey, ofRightKey])
        #expect(rows(.right, .and(ofLeft, ofRight)) == [nil, ofRight])
        #expect(rows(.full, .and(ofLeft, ofRight)) == [nil, nil])
        #expect(rows(.leftAnti, ofLeft) == [ofLeft, nil])
        #expect(rows(.inner, .comparison(.field("lv"), .less, .field("rv"))) == [nil, nil])
    }

    @Test func aQueryInParenthesesIsOneRow() throws {
        let schema = Schema([Field("a", .int)])
        func rows(_ values: [Value]) throws -> [[Value]] {
            let batches = values.isEmpty ? [] : values.map { Batch(schema: schema, columns: [Column(.int, values: [$0])], count: 1) }
            return try Running.all[1].rows(of: ScalarNode(memory(schema, batches)))
        }
        #expect(try rows([]) == [[.null]])
        #expect(try rows([.integer(4)]) == [[.integer(4)]])
        #expect(throws: PlanError.self) { try rows([.integer(4), .null]) }
    }

    // MARK: Filters that joins hand down

    /// A source that applies filters, and counts the rows that pass them.
    private final class FilteringSource: BatchSource {
        let name = "rows"
        let schema: FrameSchema
        let appliesFilters = true
        private let batches: [Batch]
        private let passed = Locked(0)
        var rowsPassed: Int { passed.withLock { $0 } }

        init(_ schema: Schema, _ batches: [Batch]) { (self.schema, self.batches) = (.exact(schema), batches) }

        func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan {
            MemoryScan(
                try batches.map { batch in
                    let rows = try request.filters.reduce(batch) { try $0.filter($1.apply($0)) }
                    passed.withLock { $0 += rows.count }
                    return rows
                })
        }
    }

    private static func numbers(_ name: String, _ range: Range<Int64>, _ more: String) -> (Schema, [Batch]) {
        let schema = Schema([Field(name, .long), Field(more, .int)])
        let (keys, values) = (range.map { Value.integer($0) }, range.map { Value.integer($0 % 7) })
        return (schema, [Batch(schema: schema, columns: [Column(.long, values: keys), Column(.int, values: values)], count: keys.count)])
    }

    @Test(arguments: kinds, [JoinNode.Side.left, .right]) func scansReadWhatTheBuiltSideHas(_ kind: JoinNode.Kind, _ build: JoinNode.Side) throws {
        let (large, small) = (Self.numbers("a", 0..<1000, "x"), Self.numbers("b", 990..<1020, "y"))
        let source = FilteringSource(large.0, large.1)
        let key = JoinNode.Key(.field("a"), .field("b"))
        // The large side probes.
        let node =
            build == .right
            ? JoinNode(ScanNode(source), memory(small.0, small.1), kind: kind, keys: [key], build: .right)
            : JoinNode(memory(small.0, small.1), ScanNode(source), kind: kind, keys: [JoinNode.Key(.field("b"), .field("a"))], build: .left)
        let rows = try Running.all[0].rows(of: node)
        let keepsProbes: Bool =
            switch kind {
            case .full, .nullAwareAnti: true
            case .left, .leftAnti, .existence: build == .right
            case .right: build == .left
            default: false
            }
        #expect(source.rowsPassed == (keepsProbes ? 1000 : 10))
        let expected: Int =
            switch kind {
            case .inner, .leftSemi: 10
            case .left, .existence: build == .right ? 1000 : 30
            case .right: build == .right ? 30 : 1000
            case .full: 1020
            case .leftAnti, .nullAwareAnti: build == .right ? 990 : 20
            }
        #expect(rows.count == expected)
    }

    @Test func filtersGoThroughWhatKeepsAColumn() throws {
        let (large, small, other) = (Self.numbers("a", 0..<1000, "x"), Self.numbers("b", 5..<9, "y"), Self.numbers("c", 0..<900, "z"))
        let source = FilteringSource(large.0, large.1)
        let filtered = FilterNode(ScanNode(source), condition: .comparison(.field("x"), .less, .literal(Int64(6))))
        let renamed = ProjectNode(filtered, columns: [NamedExpression("k", .field("a")), NamedExpression("x", .field("x"))])
        let grouped = AggregateNode(renamed, keys: [NamedExpression("g", .field("k"))], aggregates: [Aggregate("n", .count, [])])
        let joined = JoinNode(grouped, memory(other.0, other.1), kind: .inner, keys: [.init(.field("g"), .field("c"))])
        let node = JoinNode(joined, memory(small.0, small.1), kind: .inner, keys: [.init(.field("c"), .field("b"))])
        // Of 5 to 8 one is 6 modulo 7. The upper join's keys are those of `c`, which equals `g`.
        #expect(try Running.all[1].rows(of: node).count == 3)
        #expect(source.rowsPassed == 3)
    }

    @Test func anEmptySideSparesTheOther() throws {
        let (large, none) = (Self.numbers("a", 0..<1000, "x"), Self.numbers("b", 0..<0, "y"))
        let source = FilteringSource(large.0, large.1)
        #expect(try Running.all[0].rows(of: JoinNode(ScanNode(source), memory(none.0, none.1), kind: .inner, keys: [.init(.field("a"), .field("b"))])).isEmpty)
        #expect(source.rowsPassed == 0)
    }
}
