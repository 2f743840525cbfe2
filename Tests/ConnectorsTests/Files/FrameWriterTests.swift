import Columnar
import Engine
import Formats
import Testing

@testable import Connectors

/// An output that keeps its files in memory.
private final class MemoryOutput: OutputFolder {
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
}
