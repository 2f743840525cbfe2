import Columnar
import Engine
import Formats
import Testing

@testable import Connectors

/// What a scan reads of Parquet files when someone wants only some of their rows: counted, not timed.
@Suite struct PushdownTests {
    private static let inside = Schema([Field("id", .long), Field("amount", .double), Field("status", .string)])
    private static let groupRows = 100

    /// A file of ten row groups of 100 rows, sorted by `id`; the last row group's `amount` is null, and each has a status of its own.
    private static func file(first: Int64) throws -> [UInt8] {
        let sink = Formats.MemorySink()
        let writer = try ParquetWriter(schema: inside, sink: sink)
        for group in 0..<10 {
            let ids = (0..<groupRows).map { first + Int64(group * groupRows + $0) }
            let batch = Batch(
                schema: inside,
                columns: [
                    Column(.long, values: ids.map { .integer($0) }),
                    Column(.double, values: ids.map { group == 9 ? .null : .double(Double($0) / 2) }),
                    Column(.string, values: ids.map { _ in .string("s\(group)") }),
                ], count: groupRows)
            try writer.append(try ParquetWriter.encode([batch], schema: inside))
        }
        _ = try writer.finish()
        return sink.bytes
    }

    /// Three such files in folders `day=1` to `day=3`; ids run on from one to the next.
    private func source(declared: Bool = true) throws -> FileSource {
        let files = try (1...3).map { day in
            (InputFile(path: "day=\(day)/part", size: 0, modified: 0, partition: ["\(day)"]), try Self.file(first: Int64(day - 1) * 1000))
        }
        let contents = Dictionary(uniqueKeysWithValues: files.map { ($0.0.path, $0.1) })
        return FileSource(
            name: "sales", format: .parquet, declared: declared ? Self.inside : nil, partitionKeys: [Field("day", .int)], list: { files.map(\.0) },
            open: { Formats.MemorySource(name: $0.path, bytes: contents[$0.path]!) })
    }

    private struct Reading: Equatable {
        var rows: Int
        var groups: Int
        var skipped: Int
    }

    private func run(_ plan: PlanNode) throws -> Reading {
        let context = ExecutionContext(workers: WorkerPool(count: 2), cancellation: Cancellation())
        let counter = CountingConsumer()
        try Execution.run(plan, columns: [], context: context, into: counter)
        return Reading(rows: counter.count, groups: context.counters.rowGroupsRead, skipped: context.counters.rowGroupsSkipped)
    }

    private func filter(_ input: PlanNode, _ condition: String) throws -> PlanNode { FilterNode(input, condition: try Expression(parsing: condition)) }

    @Test(arguments: [
        ("id >= 0", 3000, 30, 0),
        ("id between 250 and 349", 100, 2, 28),
        ("id = 1234", 1, 1, 29),
        ("id > 2950 and amount > 0", 0, 0, 30),
        ("amount is null", 300, 3, 27),
        ("status = 's4' and id < 1000", 100, 1, 29),
        ("status in ('s1', 's2')", 600, 6, 24),
        // Whole files are not even opened, where the catalog says which columns are in them.
        ("day = 2", 1000, 10, 0),
        ("day = 2 and id = 1234", 1, 1, 9),
        ("day is null", 0, 0, 0),
    ])
    func onlyRowGroupsThatMayMatchAreRead(condition: String, rows: Int, groups: Int, skipped: Int) throws {
        #expect(try run(filter(ScanNode(source()), condition)) == Reading(rows: rows, groups: groups, skipped: skipped))
    }

    @Test func foldersTellWithoutACatalogToo() throws {
        #expect(try run(filter(ScanNode(source(declared: false)), "day = 2 and id = 1234")) == Reading(rows: 1, groups: 1, skipped: 29))
    }

    @Test func conditionsPassOtherSteps() throws {
        let rename = RenameField(from: try FieldPath("id"), to: try FieldPath("key"))
        let renamed = TransformNode(
            "RenameField", input: ScanNode(try source()), options: StageOptions(), columns: { $0.map { $0.union(["id", "key"]) } },
            rows: { $0?.pushed { rename.inputPath(of: $0).map { .field($0) } } }, schema: { try rename.outputSchema(for: $0) },
            transform: { batch, _ in try rename.apply(batch) })
        let plan = try filter(ConformNode(UnionNode([renamed, renamed])), "key = 7")
        #expect(try run(plan) == Reading(rows: 2, groups: 2, skipped: 58))
    }

    @Test func withoutAConditionEverythingIsRead() throws {
        #expect(try run(ScanNode(source())) == Reading(rows: 3000, groups: 30, skipped: 0))
    }
}
