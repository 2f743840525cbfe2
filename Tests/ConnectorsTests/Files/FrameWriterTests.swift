import Columnar
import Engine
import Formats
import Testing

import Connectors

/// An output that keeps its files in memory.
final class MemoryOutput: OutputFolder {
    final class File: OutputFile {
        let sink = MemorySink()
        nonisolated(unsafe) var isClosed = false
        func write(_ bytes: UnsafeRawBufferPointer) { sink.write(bytes) }
        func close() { isClosed = true }
    }
    let files = Locked<[String: [File]]>([:])

    func makeFile(in folder: String, extension: String) -> any OutputFile {
        let file = File()
        files.withLock { $0[folder, default: []].append(file) }
        return file
    }
    func removeAll() { files.withLock { $0 = [:] } }

    func texts() -> [String: [String]] {
        files.withLock { $0.mapValues { $0.map { String(decoding: $0.sink.bytes, as: UTF8.self) } } }
    }
}

@Suite struct FrameWriterTests {
    private let schema = Schema([Field("k", .string), Field("n", .long)])

    private func source(_ batches: [Batch]) -> PlanNode { ScanNode(MemorySource(name: "memory", schema: batches.first?.schema ?? schema, batches: batches)) }

    private func batch(_ rows: [(String?, Int64)]) -> Batch {
        Batch(
            schema: schema,
            columns: [Column(.string, values: rows.map { $0.0.map { .string($0) } ?? .null }), Column(.long, values: rows.map { .integer($0.1) })],
            count: rows.count)
    }

    private func write(_ plan: PlanNode, keys: [String], threads: Int = 2, budget: Int = 1 << 20) throws -> MemoryOutput {
        let output = MemoryOutput()
        let writer = try FrameWriter(
            encoder: TextFileEncoder(.json(JSONWriteOptions())), output: output, partitionKeys: keys, schema: nil, node: plan, budget: budget)
        let context = ExecutionContext(workers: WorkerPool(count: threads), cancellation: Cancellation())
        try Execution.run(plan, context: context, into: writer)
        return output
    }

    @Test(arguments: [1, 2, 4]) func rowsKeepTheirOrderWhateverTheThreads(threads: Int) throws {
        let batches = (0..<300).map { i in batch((0..<40).map { ("a key of more than twelve bytes \($0 % 3)", Int64(i * 40 + $0)) }) }
        let output = try write(source(batches), keys: [], threads: threads, budget: 4096)
        let lines = output.texts()[""]!.joined().split(separator: "\n")
        #expect(lines.count == 12000)
        #expect(lines.enumerated().allSatisfy { $1.hasSuffix("\"n\":\($0)}") || $1.hasSuffix("\"n\": \($0)}") })
    }

    @Test func partitionsGetFoldersAndOneFileEach() throws {
        let output = try write(source([batch([("a b/c", 1), (nil, 2), ("z", 3)]), batch([("z", 4), ("", 5)])]), keys: ["k"])
        let texts = output.texts()
        #expect(Set(texts.keys) == ["k=a b%2Fc", "k=__HIVE_DEFAULT_PARTITION__", "k=z"])
        #expect(texts.values.allSatisfy { $0.count == 1 })
        #expect(texts["k=z"]![0].split(separator: "\n").count == 2)
        #expect(texts["k=__HIVE_DEFAULT_PARTITION__"]![0].split(separator: "\n").count == 2)
        #expect(output.files.withLock { $0.values.allSatisfy { $0.allSatisfy(\.isClosed) } })
    }

    @Test func anUnknownPartitionKeyNamesTheNearestColumn() {
        let error = #expect(throws: WriteError.self) { _ = try write(source([batch([("a", 1)])]), keys: ["kx"]) }
        #expect(error?.description == "there is no column 'kx' to partition by; did you mean 'k'? (columns: k, n)")
    }

    @Test func aStructCannotNameAFolder() {
        let nested = Schema([Field("s", .struct([Field("x", .int)]))])
        let rows = Batch(schema: nested, columns: [.nulls(nested[0].type, count: 1)], count: 1)
        let error = #expect(throws: WriteError.self) { _ = try write(source([rows]), keys: ["s"]) }
        #expect(error?.description == "column 's' is struct<x:int>, which cannot name a folder; partition by a column of a plain type")
    }

    /// Chunks that are full before anything was encoded.
    @Test(arguments: [[], ["k"]]) func textHoldsAllRows(keys: [String]) throws {
        let batches = (0..<40).map { i in batch((0..<5000).map { ("key \($0 % 2)", Int64(i * 5000 + $0)) }) }
        let output = try write(source(batches), keys: keys, budget: 64 << 20)
        #expect(output.texts().values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.split(separator: "\n").count } } == 200_000)
    }

    // MARK: Parquet

    private static let wide = Schema([
        Field("n", .long), Field("day", .date), Field("name", .string), Field("kind", .string), Field("flag", .boolean), Field("tags", .array(.int)),
    ])

    /// Rows `first..<first + count`; day and kind repeat, names do not.
    private static func wide(_ first: Int, _ count: Int) -> Batch {
        let rows = first..<first + count
        func column(_ type: DataType, _ value: (Int) -> Value) -> Column { Column(type, values: rows.map(value)) }
        return Batch(
            schema: wide,
            columns: [
                column(.long) { .integer(Int64($0)) }, column(.date) { $0 % 11 == 0 ? .null : .date(Int32($0 % 5)) },
                column(.string) { $0 % 13 == 0 ? .null : .string("the name of row \($0)") }, column(.string) { .string(["a", "b", "a kind of many letters"][$0 % 3]) },
                column(.boolean) { .boolean($0 % 2 == 0) }, column(.array(.int)) { row in .array((0..<row % 3).map { .integer(Int64($0 + row)) }) },
            ], count: count)
    }

    private func writeParquet(
        _ batches: [Batch], keys: [String], schema: Schema? = nil, threads: Int, budget: Int, rowGroupRows: Int = 1 << 18
    ) throws -> [String: [ParquetFile]] {
        let output = MemoryOutput()
        let plan = ScanNode(VaryingSource(batches: batches))
        var options = ParquetWriteOptions()
        options.pageRows = 50
        options.rowGroupRows = rowGroupRows
        let pool = WorkerPool(count: threads)
        let writer = try FrameWriter(
            encoder: ParquetFileEncoder(options), output: output, partitionKeys: keys, schema: schema, node: plan, workers: pool, budget: budget)
        try Execution.run(plan, context: ExecutionContext(workers: pool, cancellation: Cancellation()), into: writer)
        #expect(writer.rowsWritten == batches.reduce(0) { $0 + $1.count })
        #expect(Set(writer.partitionValues.keys) == Set(output.texts().keys.filter { !$0.isEmpty }))
        return try output.files.withLock { files in
            try files.mapValues { try $0.map { try ParquetFile(Formats.MemorySource(name: "file", bytes: $0.sink.bytes)) } }
        }
    }

    private func rows(_ file: ParquetFile) throws -> [[Value]] {
        var rows: [[Value]] = []
        for group in file.rowGroups.indices {
            try file.read(rowGroup: group) { batch in
                for row in 0..<batch.count { rows.append(batch.columns.map { $0.value(at: row) }) }
                return true
            }
        }
        return rows
    }

    struct Way: CustomStringConvertible, Sendable {
        let keys: [String]
        let threads: Int
        let budget: Int
        let rowGroupRows: Int
        let isKnown: Bool
        var description: String { "by \(keys), \(threads) threads, \(budget) bytes, groups of \(rowGroupRows)\(isKnown ? ", known schema" : "")" }
    }

    static let ways: [Way] = [[], ["day"], ["kind", "day"], ["flag", "kind", "day"]].flatMap { keys in
        [(1, 64 << 20, 1 << 18, true), (2, 64 << 20, 1 << 18, false), (4, 20_000, 1 << 18, true), (3, 20_000, 200, false), (2, 1 << 20, 77, true), (2, 64 << 20, 77, false)].map {
            Way(keys: keys, threads: $0.0, budget: $0.1, rowGroupRows: $0.2, isKnown: $0.3)
        }
    }

    /// Whatever the threads, the memory and the size of row groups: each partition's rows in the frame's order, in one file.
    @Test(arguments: ways) func partitionsHoldTheirRowsInOrder(_ way: Way) throws {
        let sizes = (0..<120).map { [1, 40, 0, 90, 17][$0 % 5] }
        var first = 0
        let batches = sizes.map { size -> Batch in
            defer { first += size }
            return Self.wide(first, size)
        }
        let files = try writeParquet(
            batches, keys: way.keys, schema: way.isKnown ? Self.wide : nil, threads: way.threads, budget: way.budget, rowGroupRows: way.rowGroupRows)
        let kept = Self.wide.fields.indices.filter { !way.keys.contains(Self.wide[$0].name) }
        var expected: [String: [[Value]]] = [:]
        for batch in batches {
            for row in 0..<batch.count {
                let folder = way.keys.map { key -> String in
                    let value = batch.column(key)!.slice(row..<row + 1)
                    let text = value.isNull(0) ? nil : value.cast(to: .string).views[0].string
                    return HivePath.segment(key: key, value: text)
                }.joined(separator: "/")
                expected[folder, default: []].append(kept.map { batch.columns[$0].value(at: row) })
            }
        }
        #expect(Set(files.keys) == Set(expected.keys))
        for (folder, wanted) in expected {
            let found = try #require(files[folder])
            #expect(found.count == 1)
            #expect(try rows(found[0]) == wanted, "\(folder)")
            if way.rowGroupRows < 1000 { #expect(found[0].rowGroups.dropLast().allSatisfy { $0.rowCount <= way.rowGroupRows + 90 }) }
        }
    }

    /// A column that comes late is no surprise as long as nothing has been encoded, and makes the write start again when something has.
    @Test(arguments: [64 << 20, 10_000]) func columnsMayComeLate(budget: Int) throws {
        let narrow = Schema([Field("n", .long)])
        let late = Schema([Field("n", .long), Field("s", .string)])
        var batches = (0..<50).map { i in Batch(schema: narrow, columns: [Column(.long, values: (0..<100).map { .integer(Int64(i * 100 + $0)) })], count: 100) }
        batches.append(Batch(schema: late, columns: [Column(.long, values: [.integer(5000)]), Column(.string, values: [.string("here")])], count: 1))
        let output = MemoryOutput()
        let plan = ScanNode(VaryingSource(batches: batches))
        let writer = try FrameWriter(
            encoder: ParquetFileEncoder(ParquetWriteOptions()), output: output, partitionKeys: [], schema: nil, node: plan, budget: budget)
        try Execution.run(plan, context: ExecutionContext(workers: WorkerPool(count: 2), cancellation: Cancellation()), into: writer)
        let bytes = output.files.withLock { $0[""]!.map { $0.sink.bytes } }
        #expect(bytes.count == 1)
        let file = try ParquetFile(Formats.MemorySource(name: "file", bytes: bytes[0]))
        #expect(file.schema.names == ["n", "s"])
        #expect(try rows(file).map { $0[0] } == (0...5000).map { .integer(Int64($0)) })
        #expect(try rows(file).last == [.integer(5000), .string("here")])
    }
}

/// Batches of different schemas, each a morsel.
private struct VaryingSource: BatchSource {
    let name = "varying"
    let schema = FrameSchema.unknown
    let batches: [Batch]

    func open(_ request: ScanRequest, context: ScanContext) -> any BatchScan { Scan(batches: batches) }

    private final class Scan: BatchScan {
        private let queue: MorselQueue
        init(batches: [Batch]) { queue = MorselQueue(batches.enumerated().map { OneBatch(number: $0, batch: $1) }) }
        func nextMorsel() -> (any Morsel)? { queue.next() }
    }

    private struct OneBatch: Morsel {
        let number: Int
        let batch: Batch
        func read(_ emit: (Batch) throws -> Bool) throws { _ = try emit(batch) }
    }
}
