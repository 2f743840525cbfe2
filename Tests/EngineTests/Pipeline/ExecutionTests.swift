import Columnar
import Synchronization
import Testing

import Engine

/// A source of batches whose schemas are not told beforehand.
private struct UntoldSource: BatchSource {
    let name = "untold"
    let schema = FrameSchema.unknown
    let batches: [Batch]

    func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan { MemoryScan(batches) }
}

/// A row function that counts its calls.
private final class CountingFunction: RowFunction {
    let site = "test:1"
    let fieldsRead: ColumnSet = nil
    let hasSideEffects: Bool
    let returnsGivenRecord = true
    let rows = Atomic<Int>(0)

    init(hasSideEffects: Bool) { self.hasSideEffects = hasSideEffects }

    func filter(_ batch: Batch) -> FilterResult {
        rows.add(batch.count, ordering: .relaxed)
        let failures = batch.count > 1 ? [RecordFailure(row: 1, message: "no", place: "test:2")] : []
        return FilterResult(mask: Bitmap((0..<batch.count).map { $0 != 1 }), failures: failures)
    }

    func map(_ batch: Batch) -> MapResult {
        rows.add(batch.count, ordering: .relaxed)
        return MapResult(batch: batch, failures: [])
    }
}

@Suite struct ExecutionTests {
    private func context(threads: Int = 2) -> ExecutionContext { ExecutionContext(workers: WorkerPool(count: threads), cancellation: Cancellation()) }

    private func batch(_ type: DataType, _ values: [Value]) -> Batch {
        Batch(schema: Schema([Field("x", type)]), columns: [Column(type, values: values)], count: values.count)
    }

    private func resolved(_ input: PlanNode) -> PlanNode {
        let resolver = ResolveChoice(choice: .makeStruct)
        return SchemaDependentNode(
            "ResolveChoice", input: input, options: StageOptions(), columns: { _ in nil },
            passes: { schema in !schema.fields.contains { $0.type.containsChoice } }, schema: { try resolver.outputSchema(for: $0) },
            transform: { batch, schema, _ in try resolver.apply(batch, frameSchema: schema).batch })
    }

    @Test(arguments: [1, 2, 4]) func batchesKeepTheirOrder(threads: Int) throws {
        let source = UntoldSource(batches: (0..<200).map { i in batch(.long, (0..<50).map { .integer(Int64(i * 50 + $0)) }) })
        let collector = CollectingConsumer()
        try Execution.run(ScanNode(source), context: context(threads: threads), into: collector)
        let values = collector.batches.flatMap { $0.columns[0].values }
        #expect(values == (0..<10000).map { .integer(Int64($0)) })
    }

    @Test(arguments: [1, 4]) func columnsComeInTheOrderOfTheRows(threads: Int) throws {
        let batches = (0..<40).map { i in
            Batch(schema: Schema([Field("c\(i)", .long)]), columns: [Column(.long, values: [.integer(1)])], count: 1)
        }
        let schema = try ScanNode(UntoldSource(batches: batches)).fullSchema(context(threads: threads))
        #expect(schema.names == (0..<40).map { "c\($0)" })
    }

    @Test func aSchemaThatSurprisesStartsTheActionAgain() throws {
        let source = UntoldSource(batches: [batch(.int, [.integer(1)]), batch(.string, [.string("a")])])
        let plan = resolved(ScanNode(source))
        let collector = CollectingConsumer()
        try Execution.run(plan, context: context(), into: collector)
        let type = DataType.struct([Field("int", .int), Field("string", .string)])
        #expect(collector.batches.map { $0.columns[0].type } == [type, type])
        #expect(try plan.fullSchema(context()) == Schema([Field("x", type)]))
    }

    @Test func functionsWithSideEffectsAreCalledOnceForEachRecord() throws {
        let source = UntoldSource(batches: [batch(.int, [.integer(1), .integer(2), .integer(3)]), batch(.string, [.string("a")])])
        let function = CountingFunction(hasSideEffects: true)
        let filter = FilterFunctionNode(ScanNode(source), function: function, options: StageOptions())
        let collector = CollectingConsumer()
        let context = context()
        try Execution.run(resolved(filter), context: context, into: collector)
        #expect(function.rows.load(ordering: .relaxed) == 4)
        #expect(collector.batches.reduce(0) { $0 + $1.count } == 3)
        #expect(context.errors.count(of: filter) == 1)
    }

    @Test func thresholdsEndTheRun() throws {
        let source = UntoldSource(batches: [batch(.int, [.integer(1), .integer(2)]), batch(.int, [.integer(1), .integer(2)])])
        let function = CountingFunction(hasSideEffects: false)
        let filter = FilterFunctionNode(ScanNode(source), function: function, options: StageOptions(stageThreshold: 2, site: "job.lua:4"))
        let error = #expect(throws: PlanError.self) { try Execution.run(filter, context: context(), into: CountingConsumer()) }
        #expect(error?.description == "Filter test:1: 2 error records reached the stage threshold of 2; the first: test:2: no")
    }

    @Test func aLimitEndsTheScan() throws {
        let source = UntoldSource(batches: (0..<1000).map { i in batch(.long, [.integer(Int64(i))]) })
        let function = CountingFunction(hasSideEffects: false)
        let plan = LimitNode(MapFunctionNode(ScanNode(source), function: function, options: StageOptions()), count: 3)
        let collector = CollectingConsumer()
        try Execution.run(plan, context: context(), into: collector)
        #expect(collector.batches.flatMap { $0.columns[0].values } == [.integer(0), .integer(1), .integer(2)])
        #expect(function.rows.load(ordering: .relaxed) == 3)
    }

    @Test func cancellationEndsTheRun() {
        let source = UntoldSource(batches: (0..<100).map { i in batch(.long, [.integer(Int64(i))]) })
        let context = context()
        context.cancellation.cancel(.interrupted)
        #expect(throws: ExecutionStopped.self) { try Execution.run(ScanNode(source), context: context, into: CountingConsumer()) }
    }

    @Test func errorRecordsCanBeReadAsRows() throws {
        let source = UntoldSource(batches: [batch(.int, [.integer(1), .integer(2)])])
        let filter = FilterFunctionNode(
            ScanNode(source), function: CountingFunction(hasSideEffects: false), options: StageOptions(info: "why", site: "job.lua:4"))
        let collector = CollectingConsumer()
        try Execution.run(ErrorsNode(filter), context: context(), into: collector)
        let rows = collector.batches
        #expect(rows.count == 1 && rows[0].count == 1)
        #expect(rows[0].json(row: 0).contains("\"dynamicRecord\": {\"x\": 2}"))
        #expect(rows[0].json(row: 0).contains("\"msg\": \"no\""))
    }
}
