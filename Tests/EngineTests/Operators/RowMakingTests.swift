import Columnar
import Testing

import Engine

/// Nodes that make rows of rows, against plain loops.
@Suite struct RowMakingTests {
    private static let pair = DataType.struct([Field("x", .int), Field("y", .string)])
    private let schema = Schema([
        Field("id", .long), Field("name", .string), Field("list", .array(.int)), Field("texts", .array(.string)), Field("pairs", .array(RowMakingTests.pair)),
    ])

    private func rows(_ batches: [Batch]) -> [[Value]] { batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } } }

    private func elements(_ value: Value) -> [Value] { if case .array(let items) = value { items } else { [] } }

    @Test(arguments: Running.all) func explodeMakesARowForEachElement(_ running: Running) throws {
        let batches = randomBatches(schema, rows: 2000, variety: 50, nulls: 5, seed: 3)
        for column in ["list", "texts"] {
            for outer in [false, true] {
                for position in [false, true] {
                    let generator: Generator = position ? .explodeWithPosition(outer: outer) : .explode(outer: outer)
                    let node = GenerateNode(memory(schema, batches), generator, [.field(column)], names: position ? ["p", "e"] : ["e"])
                    var expected: [[Value]] = []
                    for row in rows(batches) {
                        let items = elements(row[column == "list" ? 2 : 3])
                        for (i, item) in items.enumerated() { expected.append(row + (position ? [.integer(Int64(i))] : []) + [item]) }
                        if items.isEmpty, outer { expected.append(row + (position ? [.null] : []) + [.null]) }
                    }
                    let found = try running.rows(of: node)
                    #expect(found.map(keyText) == expected.map(keyText))
                }
            }
        }
    }

    @Test(arguments: Running.all) func inlineGivesTheFields(_ running: Running) throws {
        let batches = randomBatches(schema, rows: 1500, variety: 40, nulls: 4, seed: 4)
        let node = GenerateNode(memory(schema, batches), .inline(outer: false), [.field("pairs")], names: ["x", "y"], keepsEmpty: true)
        #expect(try node.outputSchema(for: schema).fields.suffix(2) == [Field("x", .int), Field("y", .string)])
        var expected: [[Value]] = []
        for row in rows(batches) {
            let items = elements(row[4])
            for item in items {
                if case .struct(let fields) = item { expected.append(row + fields.map(\.value)) } else { expected.append(row + [.null, .null]) }
            }
            if items.isEmpty { expected.append(row + [.null, .null]) }
        }
        #expect(try running.rows(of: node).map(keyText) == expected.map(keyText))
    }

    @Test func mapsGiveKeysAndValues() throws {
        let type = DataType.map(key: .string, value: .int)
        let schema = Schema([Field("m", type)])
        let maps: [Value] = [
            .map([MapValueEntry(.string("a"), .integer(1)), MapValueEntry(.string("b"), .null)]), .null, .map([]), .map([MapValueEntry(.string("c"), .integer(3))]),
        ]
        let batch = Batch(schema: schema, columns: [Column(type, values: maps)], count: 4)
        let plain = GenerateNode(memory(schema, [batch]), .explode(outer: false), [.field("m")], names: ["k", "v"])
        #expect(try Running.all[0].rows(of: plain).map { Array($0.dropFirst()) } == [[.string("a"), .integer(1)], [.string("b"), .null], [.string("c"), .integer(3)]])
        let outer = GenerateNode(memory(schema, [batch]), .explodeWithPosition(outer: true), [.field("m")], names: ["p", "k", "v"])
        #expect(
            try Running.all[0].rows(of: outer).map { Array($0.dropFirst()) } == [
                [.integer(0), .string("a"), .integer(1)], [.integer(1), .string("b"), .null], [.null, .null, .null], [.null, .null, .null],
                [.integer(0), .string("c"), .integer(3)],
            ])
    }

    @Test(arguments: Running.all) func stackDealsItsArgumentsToRows(_ running: Running) throws {
        let batches = randomBatches(schema, rows: 900, variety: 40, nulls: 4, seed: 6)
        let arguments: [Expression] = [.literal("i"), .field("id"), .literal("n")]
        let node = GenerateNode(memory(schema, batches), .stack(rows: 2), arguments, names: ["what", "value"])
        var expected: [[Value]] = []
        for row in rows(batches) {
            expected.append(row + [.string("i"), row[0]])
            expected.append(row + [.string("n"), .null])
        }
        #expect(try running.rows(of: node).map(keyText) == expected.map(keyText))
    }

    @Test func jsonTuplesAreText() throws {
        let schema = Schema([Field("j", .string)])
        let texts = [
            #"{"a": "x\ny\u00e9\ud83d\ude00", "b": 1.50, "c": {"d": [1, 2, "} ]"]}}"#, #"{"a":null,"b":true,"a2":3}"#, #"{"a": }"#, "no", #"[1]"#, "{}",
            #"{"a":"1","a":"2"}"#, #"{"a": 1"#, #"  {"b" : -1e5 } "#,
        ]
        let batch = Batch(schema: schema, columns: [Column(.string, values: texts.map { Value.string($0) } + [.null])], count: texts.count + 1)
        let node = GenerateNode(memory(schema, [batch]), .jsonTuple, [.field("j"), .literal("a"), .literal("b"), .literal("c")], names: ["a", "b", "c"])
        let found = try Running.all[0].rows(of: node).map { Array($0.dropFirst()) }
        let none: [Value] = [.null, .null, .null]
        #expect(
            found == [
                [.string("x\nyé😀"), .string("1.50"), .string(#"{"d":[1,2,"} ]"]}"#)], [.null, .string("true"), .null], none, none, none, none,
                [.string("2"), .null, .null], none, [.null, .string("-1e5"), .null], none,
            ])
    }

    @Test(arguments: [
        (Generator.explode(outer: false), ["id"], "explode() wants an array or a map, but id is of type bigint"),
        (Generator.inline(outer: false), ["list"], "inline() wants an array of structs, but list is of type array<int>"),
        (Generator.explode(outer: true), ["list", "id"], "explode_outer() takes 1 argument, not 2"), (Generator.stack(rows: 2), [], "stack() takes at least 2 arguments, not 1"),
        (Generator.stack(rows: 2), ["id", "list"], "stack() cannot be applied: a value before in column 0 is of type bigint, list is of type array<int>; cast one of them with cast(... as TYPE)"),
        (Generator.jsonTuple, ["id", "name"], "json_tuple() wants JSON text and the names of keys, all of them strings, but id is of type bigint"),
        (Generator.explode(outer: false), ["nmae"], "there is no column 'nmae'; did you mean 'name'? (the columns are id, name, list, texts, pairs)"),
    ]) func wrongArgumentsAreRefused(_ test: (generator: Generator, arguments: [String], message: String)) {
        #expect { try test.generator.columns(test.arguments.map { .field($0) }, in: schema) } throws: { "\($0)" == test.message }
    }

    @Test func whatIsWantedOfAGeneratorGoesDown() throws {
        let node = GenerateNode(memory(schema, []), .explode(outer: false), [.field("list")], names: ["e"])
        #expect(Optimizer.optimize(node, columns: ["id"]).inputs[0].columns == ["id", "list"])
        #expect(Optimizer.optimize(node, columns: ["e"]).inputs[0].columns == ["list"])
        #expect(node.requiredRows(try Expression(parsing: "id > 3 and e = 7"))[0]?.description == "id > 3")
        let batches = randomBatches(schema, rows: 300, variety: 40, nulls: 4, seed: 7)
        let counter = CollectingConsumer()
        let full = GenerateNode(memory(schema, batches), .explode(outer: false), [.field("list")], names: ["e"])
        try Execution.run(full, columns: ["e"], context: ExecutionContext(workers: WorkerPool(count: 1), cancellation: Cancellation()), into: counter)
        #expect(counter.batches.allSatisfy { $0.schema.names == ["e"] })
    }

    // MARK: Expand

    @Test(arguments: Running.all) func expandGivesEachRowInEveryWay(_ running: Running) throws {
        let schema = Schema([Field("a", .int), Field("b", .string), Field("v", .long)])
        let batches = randomBatches(schema, rows: 1200, variety: 20, seed: 8)
        let projections: [[Expression]] = [
            [.field("a"), .field("b"), .field("v"), .literal(Int64(0))], [.field("a"), .null, .field("v"), .literal(Int64(1))],
            [.null, .null, .field("v"), .literal(Int64(3))],
        ]
        let node = ExpandNode(memory(schema, batches), names: ["a1", "b1", "v1", "set"], projections: projections)
        #expect(try node.outputSchema(for: schema).fields == [Field("a1", .int), Field("b1", .string), Field("v1", .long), Field("set", .int)])
        var expected: [[Value]] = []
        for row in rows(batches) {
            expected.append([row[0], row[1], row[2], .integer(0)])
            expected.append([row[0], .null, row[2], .integer(1)])
            expected.append([.null, .null, row[2], .integer(3)])
        }
        #expect(try running.rows(of: node).map(keyText).sorted() == expected.map(keyText).sorted())
        #expect(Optimizer.optimize(node, columns: ["b1"]).inputs[0].columns == ["b"])
        #expect(node.requiredRows(try Expression(parsing: "v1 > 3 and a1 = 7"))[0]?.description == "v > 3")
    }

    // MARK: Sample

    @Test(arguments: [(0.0, false), (0.1, false), (0.5, false), (1.0, false), (0.3, true), (1.0, true), (3.0, true), (40.0, true)])
    func samplesAreAboutSoLargeAndTheSame(_ test: (fraction: Double, withReplacement: Bool)) throws {
        let schema = Schema([Field("id", .long)])
        let n = 7000
        let batches = stride(from: 0, to: n, by: 700).map { start in
            Batch(schema: schema, columns: [Column(.long, values: (start..<start + 700).map { .integer(Int64($0)) })], count: 700)
        }
        let node = SampleNode(memory(schema, batches), fraction: test.fraction, withReplacement: test.withReplacement, seed: 42)
        let found = try Running.all[0].rows(of: node)
        for running in Running.all { #expect(try running.rows(of: node) == found) }
        // Five standard deviations.
        let mean = test.fraction * Double(n)
        let deviation = (test.withReplacement ? mean : mean * (1 - test.fraction)).squareRoot()
        #expect(abs(Double(found.count) - mean) <= 5 * deviation)
        let different = Set(found)
        if test.withReplacement {
            if test.fraction > 0.5 { #expect(different.count < found.count) }
        } else {
            #expect(different.count == found.count)
        }
        if test.fraction == 0.5 {
            let other = SampleNode(memory(schema, batches), fraction: test.fraction, withReplacement: test.withReplacement, seed: 43)
            #expect(try Running.all[0].rows(of: other) != found)
        }
    }

    // MARK: Cache

    /// A source that counts how often it is scanned, and by whom with what.
    private struct CountedSource: BatchSource {
        let name = "counted"
        let schema: FrameSchema
        let batches: [Batch]
        let scans = Locked<[ScanRequest]>([])
        func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan {
            scans.withLock { $0.append(request) }
            return MemoryScan(batches)
        }
    }

    @Test(arguments: Running.all) func cachedRowsAreComputedOnce(_ running: Running) throws {
        let schema = Schema([Field("id", .long), Field("s", .string), Field("a", .array(.string))])
        let batches = randomBatches(schema, rows: 5000, variety: 900, seed: 9)
        let source = CountedSource(schema: .exact(schema), batches: batches)
        let cache = CacheNode(ScanNode(source))
        let expected = rows(batches).map(keyText)
        #expect(cache.rowCount == nil)
        #expect(try running.rows(of: cache).map(keyText) == expected)
        #expect(cache.rowCount == 5000)
        let filtered = FilterNode(cache, condition: try Expression(parsing: "id > 100"))
        let more = try running.rows(of: UnionNode([filtered, cache]))
        #expect(more.count == 5000 + rows(batches).filter { if case .integer(let id) = $0[0] { id > 100 } else { false } }.count)
        #expect(source.scans.withLock { $0.count } == 1)
        #expect(source.scans.withLock { $0[0].columns == nil && $0[0].predicate == nil })
        let collector = CollectingConsumer()
        try Execution.run(cache, columns: ["s"], context: ExecutionContext(workers: WorkerPool(count: 2), cancellation: Cancellation()), into: collector)
        #expect(collector.batches.allSatisfy { $0.schema.names == ["s"] })
        cache.unpersist()
        #expect(cache.rowCount == nil)
        #expect(try running.rows(of: cache).map(keyText) == expected)
        #expect(source.scans.withLock { $0.count } == 2)
    }

    @Test func aFailureLeavesTheCacheEmpty() throws {
        struct Failing: BatchSource {
            let name = "failing"
            let schema = FrameSchema.exact(Schema([Field("a", .int)]))
            let fails = Locked(true)
            func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan {
                if fails.withLock({ $0 }) { throw PlanError.analysis("not yet") }
                return MemoryScan([Batch(schema: schema.known!, columns: [Column(.int, values: [.integer(1)])], count: 1)])
            }
        }
        let source = Failing()
        let cache = CacheNode(ScanNode(source))
        #expect(throws: PlanError.analysis("not yet")) { try Running.all[1].rows(of: cache) }
        source.fails.withLock { $0 = false }
        #expect(try Running.all[1].rows(of: cache) == [[.integer(1)]])
    }
}
