import Columnar
import Testing

import Engine

/// A filter of which only what its author says is known.
private final class StatedFunction: RowFunction {
    let site = "job.lua:7"
    let fieldsRead: ColumnSet
    let hasSideEffects: Bool
    let returnsGivenRecord = true
    let impliedPredicate: Expression?
    let liftStatus = LiftStatus.lifted

    init(reads: ColumnSet, implies predicate: String?, hasSideEffects: Bool = false) throws {
        (fieldsRead, self.hasSideEffects) = (reads, hasSideEffects)
        impliedPredicate = try predicate.map { try Expression(parsing: $0) }
    }

    func filter(_ batch: Batch) -> FilterResult { FilterResult(mask: Bitmap(repeating: true, count: batch.count), failures: []) }
    func map(_ batch: Batch) -> MapResult { MapResult(batch: batch, failures: []) }
}

@Suite struct OptimizerTests {
    private let schema = Schema([Field("id", .long), Field("amount", .double), Field("status", .string), Field("day", .string)])

    private var scan: PlanNode { ScanNode(MemorySource(name: "sales", schema: schema, batches: [])) }

    private func filter(_ input: PlanNode, _ condition: String) throws -> PlanNode { FilterNode(input, condition: try Expression(parsing: condition)) }

    private func called(_ input: PlanNode, _ function: StatedFunction) -> PlanNode { FilterFunctionNode(input, function: function, options: StageOptions()) }

    private func explained(_ plan: PlanNode, columns: ColumnSet = nil) -> [String] {
        Optimizer.optimize(plan, columns: columns).description.split(separator: "\n").map(String.init)
    }

    @Test func filtersReachTheScan() throws {
        #expect(
            try explained(filter(filter(scan, "amount > 0"), "status = 'paid'"), columns: ["id"]) == [
                "Filter (amount > 0 AND status = 'paid')", "└─ Scan sales (columns: amount, id, status; rows: amount > 0 AND status = 'paid')",
            ])
    }

    @Test func constantsAreComputedFirst() throws {
        #expect(try explained(filter(scan, "amount > 2 * 50 and true"), columns: []).last == "└─ Scan sales (columns: amount; rows: amount > 100)")
    }

    @Test func filtersPassSelectionsSortsAndUnions() throws {
        let sorted = SortNode(SelectColumnsNode(scan, columns: ["id", "amount"]), keys: [SortNode.Key("id")])
        let other = ConformNode(scan)
        let lines = try explained(filter(UnionNode([sorted, other]), "amount < 5"), columns: ["amount"])
        let scans = lines.filter { $0.contains("Scan sales") }
        #expect(scans.count == 2 && scans.allSatisfy { $0.contains("rows: amount < 5") }, "\(lines)")
    }

    @Test func filtersDoNotPassLimits() throws {
        #expect(try explained(filter(LimitNode(scan, count: 3), "amount < 5")).last == "   └─ Scan sales")
    }

    @Test func whatAFunctionImpliesReachesTheScanAlone() throws {
        let function = try StatedFunction(reads: ["amount", "status"], implies: "(amount is null or amount > 0) and status = 'paid'")
        // A row that fails in the function is counted, whatever comes after it.
        let plan = try filter(called(scan, function), "day = '2024-01-01'")
        #expect(
            explained(plan, columns: []) == [
                "Filter (day = '2024-01-01')", "└─ Filter job.lua:7 (reads amount, status; lifted)",
                "   └─ Scan sales (columns: amount, day, status; rows: (amount IS NULL OR amount > 0) AND cast(status as string) = 'paid')",
            ])
    }

    @Test func functionsWithSideEffectsSeeEveryRow() throws {
        let function = try StatedFunction(reads: ["amount"], implies: "amount > 0", hasSideEffects: true)
        #expect(explained(called(scan, function), columns: ["amount"]).last == "└─ Scan sales (columns: amount)")
    }

    @Test func errorRecordsAreReadWhole() throws {
        let plan = Optimizer.optimize(try filter(scan, "amount > 0"), columns: [], keepsErrorRecords: true)
        #expect(plan.description == "Filter (amount > 0)\n└─ Scan sales")
    }

    // MARK: Through transforms

    private func pushed(_ condition: String, through transform: (Expression?) -> Expression?) throws -> String? {
        transform(try Expression(parsing: condition))?.description
    }

    @Test func selectedFieldsCarryTheirConditions() throws {
        let select = SelectFields([try FieldPath("id"), try FieldPath("address.zip")])
        func push(_ condition: String) throws -> String? {
            try pushed(condition) { $0?.pushed { path in select.keeps(path) ? .field(path) : nil } }
        }
        #expect(try push("id > 3 and amount > 0") == "id > 3")
        #expect(try push("address.zip = 'x'") == nil)
        #expect(try push("id > 3 or amount > 0") == nil)
    }

    @Test func droppedFieldsKeepTheirConditions() throws {
        let drop = DropFields([try FieldPath("amount"), try FieldPath("address.zip")])
        func push(_ condition: String) throws -> String? { try pushed(condition) { $0?.pushed { path in drop.keeps(path) ? .field(path) : nil } } }
        #expect(try push("id > 3 and amount is null and address.city = 'x'") == "id > 3")
    }

    @Test func renamedFieldsCarryTheirConditions() throws {
        let rename = RenameField(from: try FieldPath("id"), to: try FieldPath("key"))
        func push(_ condition: String) throws -> String? { try pushed(condition) { $0?.pushed { rename.inputPath(of: $0).map { .field($0) } } } }
        #expect(try push("key > 3 and id is null and amount > 0") == "id > 3 AND amount > 0")
    }

    @Test func mappedFieldsCarryTheirConditionsUnderTheirTypes() throws {
        let mapping = try ApplyMapping([try Mapping("id", "long", "key", "string"), try Mapping("Amount", "double", "amount", "double")])
        func push(_ condition: String, known: Schema?) throws -> String? {
            try pushed(condition) { $0?.pushed { mapping.inputValue(of: $0, in: known) } }
        }
        #expect(try push("key = '3' and amount > 0", known: schema) == "cast(id as string) = '3'")
        #expect(try push("key = '3'", known: nil) == nil)
    }

    @Test func splitRowsImplyTheirComparisons() throws {
        let split = SplitRows([try .init("amount", ">", .integer(5)), try .init("status", "=", .null), try .init("tags.x", "=", .integer(1))])
        #expect(split.impliedPredicate?.description == "amount > 5 AND status IS NULL")
    }

    @Test func idleCastsGo() throws {
        let condition = try Expression(parsing: "cast(status as string) = 'paid' and cast(id as string) = '3'")
        #expect(condition.withoutIdleCasts { schema.index(of: $0).map { schema[$0].type } }.description == "status = 'paid' AND cast(id as string) = '3'")
    }

    @Test func filtersInTheSourceGetWhatTheyRead() throws {
        let source = FilteringSource(schema: schema)
        let first = try StatedFunction(reads: ["amount"], implies: nil)
        let plan = try filter(called(ScanNode(source), first), "status = 'paid'")
        let context = ExecutionContext(workers: WorkerPool(count: 1), cancellation: Cancellation())
        try Execution.run(plan, columns: ["id"], context: context, into: CountingConsumer())
        let request = try #require(source.request.withLock { $0 })
        #expect(request.columns == ["id"])
        #expect(request.filters.map(\.columns) == [["amount"], ["status"]])
        #expect(request.columnsRead == ["id", "amount", "status"])
    }
}

/// A source that applies filters, and notes what it was asked for.
private final class FilteringSource: BatchSource {
    let name = "noting"
    let schema: FrameSchema
    let appliesFilters = true
    let request = Locked<ScanRequest?>(nil)

    init(schema: Schema) { self.schema = .exact(schema) }

    func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan {
        self.request.withLock { $0 = request }
        return MemoryScan([])
    }
}
