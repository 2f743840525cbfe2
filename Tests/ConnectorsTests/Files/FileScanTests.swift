import Columnar
import Engine
import Formats
import Testing

import Connectors

/// The same source without late materialization: filters run behind it.
private struct Unfiltered: BatchSource {
    let inner: FileSource
    var name: String { inner.name }
    var schema: FrameSchema { inner.schema }
    func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan { try inner.open(request, context: context) }
    func resolveSchema(_ context: ExecutionContext) throws -> Schema? { try inner.resolveSchema(context) }
}

@Suite struct FileScanTests {
    /// Files of one format by path, with the values of their partition keys.
    struct Input: CustomTestStringConvertible, Sendable {
        let name: String
        let format: FileSource.Format
        let files: [(path: String, bytes: [UInt8], partition: [String?])]
        var declared: Schema?
        var keys: [Field] = []
        var extras = false
        var testDescription: String { name }

        func source() -> FileSource {
            let bytes = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) })
            let list = files.map { InputFile(path: $0.path, size: $0.bytes.count, modified: 1_700_000_000_000_000_000, partition: $0.partition) }
            return FileSource(
                name: name, format: format, declared: declared, partitionKeys: keys, filenameColumn: extras ? "file" : nil, timestampColumn: extras ? "modified" : nil,
                list: { list }, open: { Formats.MemorySource(name: $0.path, bytes: bytes[$0.path]!) })
        }
    }

    private static func csv(_ rows: Range<Int>, header: String = "id,amount,status,note") -> [UInt8] {
        Array(
            (header + "\n"
                + rows.map { i in
                    "\(i),\(i % 13 == 0 ? "" : "\(i % 7 - 2).5"),\(i % 3 == 0 ? "failed" : "completed"),\(i % 5 == 0 ? "\"a, \"\"b\"\"\"" : "note number \(i)")\n"
                        + (i % 50 == 17 ? "1,2,3,4,5\n" : "")
                }.joined()).utf8)
    }

    private static func ndjson(_ rows: Range<Int>) -> [UInt8] {
        Array(
            rows.map { i in
                "{\"id\":\(i),\"amount\":\(i % 13 == 0 ? "null" : "\(i % 7 - 2).5"),\"status\":\"\(i % 3 == 0 ? "failed" : "completed")\",\"note\":\"\(i % 5 == 0 ? "a \\\"b\\\"" : "note \(i)")\"}\n"
                    + (i % 50 == 17 ? "{broken\n" : "")
            }.joined().utf8)
    }

    private static func parquet(_ rows: Range<Int>) -> [UInt8] {
        let schema = Schema([Field("id", .long), Field("amount", .double), Field("status", .string), Field("note", .string)])
        let columns = [
            Column(.long, values: rows.map { .integer(Int64($0)) }),
            Column(.double, values: rows.map { $0 % 13 == 0 ? .null : .double(Double($0 % 7 - 2) + 0.5) }),
            Column(.string, values: rows.map { .string($0 % 3 == 0 ? "failed" : "completed") }), Column(.string, values: rows.map { .string("note \($0)") }),
        ]
        let sink = MemorySink()
        guard let writer = try? ParquetWriter(schema: schema, options: ParquetWriteOptions(), sink: sink) else { return [] }
        _ = try? writer.write(Batch(schema: schema, columns: columns, count: rows.count))
        _ = try? writer.finish()
        return sink.bytes
    }

    private static let header: CSVReadOptions = {
        var options = CSVReadOptions()
        options.withHeader = true
        options.text.batchRows = 100
        return options
    }()
    private static let declared = Schema([Field("id", .long), Field("amount", .double), Field("status", .string), Field("note", .string)])

    static let inputs = [
        Input(name: "csv, inferred", format: .csv(header, infers: true), files: [("a.csv", csv(0..<500), []), ("b.csv", csv(500..<700), [])]),
        Input(name: "csv, declared", format: .csv(header, infers: false), files: [("a.csv", csv(0..<500), [])], declared: declared),
        Input(
            name: "csv, other case, folders, file columns", format: .csv(header, infers: false),
            files: [("k=1/a.csv", csv(0..<300, header: "ID,Amount,STATUS,note"), ["1"]), ("k=2/a.csv", csv(300..<600), ["2"]), ("k=x/a.csv", csv(600..<700), [nil])],
            declared: declared, keys: [Field("k", .long)], extras: true),
        Input(name: "json", format: .json(JSONReadOptions()), files: [("a.json", ndjson(0..<500), []), ("b.json", ndjson(500..<600), [])]),
        Input(
            name: "json, declared, folders", format: .json(JSONReadOptions()), files: [("k=1/a.json", ndjson(0..<300), ["1"]), ("k=2/a.json", ndjson(300..<600), ["2"])],
            declared: declared, keys: [Field("k", .long)], extras: true),
        Input(name: "parquet", format: .parquet, files: [("a.parquet", parquet(0..<500), [])]),
        Input(
            name: "parquet, folders", format: .parquet, files: [("k=1/a.parquet", parquet(0..<300), ["1"]), ("k=2/a.parquet", parquet(300..<600), ["2"])],
            keys: [Field("k", .long)], extras: true),
    ]

    /// What a plan gives, as lines of JSON, and its error records.
    private func run(_ source: any BatchSource, _ conditions: [String], columns: [String]?) throws -> (rows: [String], errors: Int, read: Int) {
        var plan: PlanNode = ScanNode(source)
        for condition in conditions { plan = FilterNode(plan, condition: try Expression(parsing: condition), missingIsNull: true) }
        if let columns { plan = SelectColumnsNode(plan, columns: columns) }
        let output = MemoryOutput()
        let writer = try FrameWriter(encoder: TextFileEncoder(.json(JSONWriteOptions())), output: output, partitionKeys: [], schema: nil, node: plan, budget: 1 << 20)
        let context = ExecutionContext(workers: WorkerPool(count: 2), cancellation: Cancellation())
        try Execution.run(plan, context: context, into: writer)
        return (output.texts()[""]?.joined().split(separator: "\n").map(String.init) ?? [], context.errors.total, context.counters.rowsRead)
    }

    @Test(arguments: inputs) func filtersAppliedWhileReadingGiveTheSameRows(input: Input) throws {
        var conditions = [["amount > 0"], ["amount > 0", "status = 'completed'"], ["status = 'completed' and id > 20", "amount > 1", "note like 'n%'"], ["amount > 100"], ["amount is null"]]
        if !input.keys.isEmpty { conditions += [["k = 2"], ["amount > 0", "k = 1"], ["k is null or id < 10"], ["file like 'k=2%'", "amount > 0 and k > 1"]] }
        for condition in conditions {
            for columns in [nil, ["note"], ["id", "amount"], input.keys.isEmpty ? ["status"] : ["k", "file"]] as [[String]?] {
                let found = try run(input.source(), condition, columns: columns)
                let expected = try run(Unfiltered(inner: input.source()), condition, columns: columns)
                #expect(found.rows == expected.rows, "\(condition), columns \(columns ?? ["all"])")
                #expect(found.errors == expected.errors, "\(condition)")
                #expect(found.read == expected.read, "\(condition)")
            }
        }
        #expect(try run(input.source(), ["amount > 0"], columns: nil).rows.count > 100)
    }
}
