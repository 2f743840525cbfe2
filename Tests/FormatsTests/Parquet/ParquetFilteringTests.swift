import Columnar
import Formats
import Testing

/// Rows that pass a filter, decoded alone, against all rows decoded and then filtered.
@Suite struct ParquetFilteringTests {
    private static let types: [DataType] = [
        .boolean, .byte, .int, .long, .float, .double, .date, .timestamp, .string, .binary, .decimal(precision: 9, scale: 2),
        .decimal(precision: 15, scale: 2), .decimal(precision: 30, scale: 4), .array(.int),
    ]

    private static func value(_ type: DataType, _ n: Int) -> Value {
        switch type {
        case .boolean: .boolean(n % 2 == 0)
        case .byte: .integer(Int64(n % 100))
        case .int, .long: .integer(Int64(n))
        case .float, .double: .double(Double(n) / 4)
        case .date: .date(Int32(n))
        case .timestamp: .timestamp(Int64(n) * 1000)
        case .string: .string(n % 3 == 0 ? "s\(n)" : "a string that is longer than a view \(n)")
        case .binary: .binary([UInt8](repeating: UInt8(n % 250), count: n % 20))
        case .decimal(_, let scale): .decimal(unscaled: Int128(n * 31 - 500), scale: scale)
        default: .array((0..<n % 3).map { .integer(Int64($0 + n)) })
        }
    }

    /// Of every so many rows one is null; 0 for none.
    @Test(arguments: [0, 7, 400], [true, false]) func rowsThatPassAreDecoded(nulls: Int, dictionary: Bool) throws {
        var options = ParquetWriteOptions()
        (options.pageRows, options.dictionary, options.dictionaryBytes) = (300, dictionary, 2000)
        let count = 3000
        let schema = Schema([Field("n", .int)] + Self.types.enumerated().map { Field("c\($0)", $1) })
        var random = SeededGenerator(seed: 5)
        var columns = [Column(.int, values: (0..<count).map { .integer(Int64($0)) })]
        for type in Self.types {
            // Few values at first, many behind: pages with a dictionary, and then without.
            let values = (0..<count).map { row -> Value in
                if nulls > 0, Int.random(in: 0..<nulls, using: &random) == 0 { return .null }
                return Self.value(type, Int.random(in: 0..<(row < count / 2 ? 20 : 5000), using: &random))
            }
            columns.append(Column(type, values: values))
        }
        let file = try ParquetFile(written([Batch(schema: schema, columns: columns, count: count)], schema: schema, options))
        let all = try allRows(file)
        for (share, run) in [(2, 1), (20, 1), (300, 1), (1, 40), (3000, 1), (5, 200)] {
            let passes = (0..<count).map { row in
                var own = SeededGenerator(seed: UInt64(row / run * 7 + share))
                return Int.random(in: 0..<share, using: &own) == 0
            }
            let filter = RowFilter(columns: ["n"]) { batch in
                Bitmap(batch.columns[0].values.map { if case .integer(let n) = $0 { passes[Int(n)] } else { false } })
            }
            var rows: [[Value]] = []
            try file.read(rowGroup: 0, filters: [filter], batchRows: 512) { batch in
                for row in 0..<batch.count { rows.append(batch.columns.map { $0.value(at: row) }) }
                return true
            }
            #expect(rows == (0..<count).filter { passes[$0] }.map { all[$0] }, "one of \(share), runs of \(run)")
        }
    }
}
