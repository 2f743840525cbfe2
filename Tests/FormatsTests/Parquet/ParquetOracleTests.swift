import Columnar
import Formats
import Glibc
import Testing

/// Other readers on what Mastic writes. Runs where MASTIC_ORACLE_PYTHON names a Python that has pyarrow, duckdb and polars.
@Suite(.enabled(if: getenv("MASTIC_ORACLE_PYTHON") != nil)) struct ParquetOracleTests {
    private static let script = """
        import sys, pyarrow.parquet as pq, duckdb, polars
        path = sys.argv[1]
        table = pq.read_table(path)
        table.validate(full=True)
        assert pq.ParquetFile(path).metadata.created_by.startswith('mastic version ')
        mine = duckdb.sql(f"select count(*), sum(hash(t)) from '{path}' t").fetchall()
        assert mine[0][0] == table.num_rows
        assert polars.read_parquet(path).height == table.num_rows
        first = table.slice(0, 3).to_pylist()
        print(table.num_rows, [str(t) for t in table.schema.types], first)
        """

    private func run(_ path: String) throws -> String {
        let python = String(cString: getenv("MASTIC_ORACLE_PYTHON"))
        let scriptPath = path + ".py"
        guard let file = fopen(scriptPath, "w") else { throw FormatError(.invalidRequest, source: scriptPath, "cannot be written") }
        fputs(Self.script, file)
        fclose(file)
        defer { unlink(scriptPath) }
        guard let pipe = popen("'\(python)' '\(scriptPath)' '\(path)' 2>&1", "r") else { throw FormatError(.invalidRequest, source: python, "does not start") }
        defer { pclose(pipe) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let n = fread(&buffer, 1, buffer.count, pipe), n > 0 { output += buffer[..<n] }
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: ParquetWriteOptions.Compression.allCases) func othersReadIt(_ compression: ParquetWriteOptions.Compression) throws {
        let schema = Schema([
            Field("id", .long), Field("name", .string), Field("price", .decimal(precision: 12, scale: 2)), Field("at", .timestamp), Field("day", .date),
            Field("tags", .array(.string)), Field("attributes", .map(key: .string, value: .int)),
            Field("address", .struct([Field("city", .string), Field("zip", .int)])), Field("nothing", .null),
        ])
        let rows: [[Value]] = (0..<3000).map { i in
            let n = Int64(i)
            return [
                .integer(n), i % 5 == 0 ? .null : .string("name \(i % 50)"), .decimal(unscaled: Int128(n * 101), scale: 2), .timestamp(n * 1_000_001),
                .date(Int32(i)), .array((0..<i % 3).map { .string("t\($0)") }), .map([MapValueEntry(.string("k"), .integer(n))]),
                i % 4 == 1 ? .null : .struct([StructValueField("city", .string("c\(i)")), StructValueField("zip", .null)]), .null,
            ]
        }
        let columns = schema.fields.indices.map { c in ParquetRoundTripTests.column(schema[c].type, rows.map { $0[c] }) }
        var options = ParquetWriteOptions()
        options.compression = compression
        options.pageBytes = 4096
        let source = try written([Batch(schema: schema, columns: columns, count: rows.count)], schema: schema, options)
        var bytes = [UInt8](repeating: 0, count: source.size)
        try bytes.withUnsafeMutableBytes { try source.read(at: 0, into: $0) }
        let path = "/tmp/mastic-oracle-\(getpid())-\(compression.rawValue).parquet"
        let file = fopen(path, "w")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        defer { unlink(path) }
        let expected =
            "3000 ['int64', 'string', 'decimal128(12, 2)', 'timestamp[us, tz=UTC]', 'date32[day]', 'list<element: string>', "
            + "\"map<string, int32 ('attributes')>\", 'struct<city: string, zip: int32>', 'null'] "
            + "[{'id': 0, 'name': None, 'price': Decimal('0.00')"
        let output = try run(path)
        #expect(output.hasPrefix(expected), "\(output)")
    }
}
