import Columnar
import Engine
import Formats
import Testing

import Connectors

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

    // MARK: Inside of row groups

    /// One file of four row groups of 1,000 rows in pages of 100. `id` ascends; `word` is "a", "z" or the row group's own; `note` is null in the first half
    /// of a row group.
    private func paged(_ change: (inout ParquetWriteOptions) -> Void = { _ in }) throws -> FileSource {
        let schema = Schema([Field("id", .long), Field("word", .string), Field("note", .string)])
        var options = ParquetWriteOptions()
        options.pageRows = 100
        change(&options)
        let sink = Formats.MemorySink()
        let writer = try ParquetWriter(schema: schema, options: options, sink: sink)
        for group in 0..<4 {
            let rows = 0..<1000
            let batch = Batch(
                schema: schema,
                columns: [
                    Column(.long, values: rows.map { .integer(Int64(group * 1000 + $0)) }),
                    Column(.string, values: rows.map { .string(["a", "z", "word \(group)"][$0 % 3]) }),
                    Column(.string, values: rows.map { $0 < 500 ? .null : .string("a note of its own, number \(group * 1000 + $0)") }),
                ], count: 1000)
            try writer.append(try ParquetWriter.encode([batch], schema: schema, options: options))
        }
        _ = try writer.finish()
        let bytes = sink.bytes
        return FileSource(
            name: "paged", format: .parquet, declared: nil, partitionKeys: [], list: { [InputFile(path: "file", size: bytes.count, modified: 0)] },
            open: { _ in Formats.MemorySource(name: "file", bytes: bytes) })
    }

    /// Rows that fulfil the condition, rows that were looked at, row groups that were read.
    private func look(_ source: FileSource, _ condition: String) throws -> [Int] {
        let context = ExecutionContext(workers: WorkerPool(count: 2), cancellation: Cancellation())
        let counter = CountingConsumer()
        try Execution.run(filter(ScanNode(source), condition), columns: [], context: context, into: counter)
        return [counter.count, context.counters.rowsRead, context.counters.rowGroupsRead]
    }

    @Test(arguments: [
        ("id >= 0", [4000, 4000, 4]),
        ("id = 1234", [1, 100, 1]),
        ("id between 250 and 349", [100, 200, 1]),
        ("id in (5, 950, 3999)", [3, 300, 2]),
        ("id < 150 or id >= 3950", [200, 300, 2]),
        ("note is not null and id < 600", [100, 100, 1]),
        ("note is null", [2000, 2000, 4]),
        ("note = 'a note of its own, number 2750'", [1, 100, 1]),
        ("word = 'word 2'", [333, 1000, 1]),
        ("word in ('word 0', 'word 3', 'nothing')", [666, 2000, 2]),
        ("word like 'word 1%' and id > 1500", [166, 500, 1]),
        ("word = 'nothing'", [0, 0, 0]),
        ("word = 'nothing' or id = 7", [1, 1000, 1]),
        ("word <> 'a'", [2664, 4000, 4]),
    ])
    func onlyPagesThatMayMatchAreRead(condition: String, expected: [Int]) throws {
        #expect(try look(paged(), condition) == expected)
    }

    @Test func withoutAnIndexAndADictionaryRowGroupsAreReadWhole() throws {
        let source = try paged {
            $0.pageIndex = false
            $0.dictionary = false
        }
        #expect(try look(source, "id = 1234") == [1, 1000, 1])
        #expect(try look(source, "word = 'word 2'") == [333, 4000, 4])
    }

    /// Columns behind a filter are not asked for where no row passes.
    @Test func columnsBehindAFilterAreReadForRowsThatPass() throws {
        let schema = Schema([Field("id", .long), Field("text", .string)])
        var options = ParquetWriteOptions()
        options.compression = .uncompressed
        let sink = Formats.MemorySink()
        let writer = try ParquetWriter(schema: schema, options: options, sink: sink)
        let columns = [
            Column(.long, values: (0..<10_000).map { .integer(Int64($0)) }), Column(.string, values: (0..<10_000).map { .string("a text of many letters, number \($0)") }),
        ]
        try writer.append(ParquetWriter.encode([Batch(schema: schema, columns: columns, count: 10_000)], schema: schema, options: options))
        _ = try writer.finish()
        let source = CountedSource(Formats.MemorySource(name: "file", bytes: sink.bytes))
        let file = try ParquetFile(source)
        for (first, most) in [(20_000, 100_000), (9_000, 500_000)] {
            source.bytesRead = 0
            var found: [[Value]] = []
            let filter = RowFilter(columns: ["id"]) { batch in
                #expect(batch.schema.names == ["id"])
                return Bitmap((0..<batch.count).map { if case .integer(let id) = batch.columns[0].value(at: $0) { id >= first } else { false } })
            }
            try file.read(rowGroup: 0, columns: ["text"], filters: [filter]) { batch in
                for row in 0..<batch.count { found.append(batch.columns.map { $0.value(at: row) }) }
                return true
            }
            #expect(found == (0..<10_000).filter { $0 >= first }.map { [.string("a text of many letters, number \($0)")] })
            #expect(source.bytesRead < most)
        }
    }
}

/// A source that counts the bytes that it gives.
private final class CountedSource: ByteSource {
    private let base: Formats.MemorySource
    nonisolated(unsafe) var bytesRead = 0
    var name: String { base.name }
    var size: Int { base.size }
    init(_ base: Formats.MemorySource) { self.base = base }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        bytesRead += buffer.count
        try base.read(at: offset, into: buffer)
    }
}
