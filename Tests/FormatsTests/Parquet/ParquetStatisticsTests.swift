import Columnar
import Formats
import Testing

@Suite struct ParquetStatisticsTests {
    struct Case: CustomStringConvertible, Sendable {
        let name: String
        let type: DataType
        let values: [Value]
        let min: Value?
        let max: Value?
        var isExact = (true, true)
        var description: String { name }
    }

    private static func text(_ string: String) -> Value { .string(string) }
    private static let long = String(repeating: "a", count: 63)

    static let cases: [Case] = [
        Case(name: "integers", type: .int, values: [.integer(3), .null, .integer(-7)], min: .integer(-7), max: .integer(3)),
        Case(name: "bytes", type: .byte, values: [.integer(3), .integer(-128)], min: .integer(-128), max: .integer(3)),
        Case(name: "longs", type: .long, values: [.integer(.min), .integer(.max)], min: .integer(.min), max: .integer(.max)),
        Case(name: "booleans", type: .boolean, values: [.boolean(true), .boolean(true)], min: .boolean(true), max: .boolean(true)),
        Case(name: "both booleans", type: .boolean, values: [.boolean(true), .boolean(false)], min: .boolean(false), max: .boolean(true)),
        Case(name: "dates", type: .date, values: [.date(19_000), .date(-5)], min: .date(-5), max: .date(19_000)),
        Case(name: "timestamps", type: .timestamp, values: [.timestamp(-1), .timestamp(1)], min: .timestamp(-1), max: .timestamp(1)),
        Case(name: "NaN counts for nothing", type: .double, values: [.double(.nan), .double(1.5), .double(-2)], min: .double(-2), max: .double(1.5)),
        Case(name: "NaN alone", type: .float, values: [.double(.nan)], min: nil, max: nil, isExact: (false, false)),
        Case(name: "nulls alone", type: .double, values: [.null, .null], min: nil, max: nil, isExact: (false, false)),
        Case(
            name: "small decimals", type: .decimal(precision: 5, scale: 2), values: [.decimal(unscaled: -250, scale: 2), .decimal(unscaled: 7, scale: 2)],
            min: .decimal(unscaled: -250, scale: 2), max: .decimal(unscaled: 7, scale: 2)),
        Case(
            name: "large decimals", type: .decimal(precision: 30, scale: 0),
            values: [.decimal(unscaled: Int128(1) << 80, scale: 0), .decimal(unscaled: -(Int128(1) << 90), scale: 0)],
            min: .decimal(unscaled: -(Int128(1) << 90), scale: 0), max: .decimal(unscaled: Int128(1) << 80, scale: 0)),
        Case(name: "strings by bytes", type: .string, values: [text("b"), text("é"), text("B"), text("")], min: text(""), max: text("é")),
        Case(name: "binary", type: .binary, values: [.binary([0xff]), .binary([0x01, 0x02])], min: .binary([0x01, 0x02]), max: .binary([0xff])),
        // Bounds of at most 64 bytes, rounded outward.
        Case(
            name: "long strings", type: .string, values: [text(long + "bcd")], min: text(long + "b"), max: text(long + "c"), isExact: (false, false)),
        Case(
            name: "cut between characters", type: .string, values: [text(long + "éz")], min: text(long), max: text(String(long.dropLast()) + "b"),
            isExact: (false, false)),
        Case(
            name: "no upper bound", type: .binary, values: [.binary(Array(repeating: 0xff, count: 70))], min: .binary(Array(repeating: 0xff, count: 64)),
            max: nil, isExact: (false, false)),
    ]

    @Test(arguments: cases, [true, false]) func boundsWhatWasWritten(_ expected: Case, _ dictionary: Bool) throws {
        var options = ParquetWriteOptions()
        options.dictionary = dictionary
        let schema = Schema([Field("c", expected.type)])
        let batch = Batch(
            schema: schema, columns: [ParquetRoundTripTests.column(expected.type, expected.values)], count: expected.values.count)
        let parquet = try ParquetFile(written([batch], schema: schema, options))
        let statistics = try #require(parquet.statistics(rowGroup: 0, column: "c"))
        #expect(statistics.min == expected.min)
        #expect(statistics.max == expected.max)
        #expect((statistics.isMinExact, statistics.isMaxExact) == expected.isExact)
        #expect(statistics.nullCount == expected.values.count { $0 == .null })
    }

    @Test func signsZerosOutward() throws {
        let schema = Schema([Field("c", .double)])
        let zeros = Column(.double, Columnar.Values([0.0, -0.0]))
        let parquet = try ParquetFile(written([Batch(schema: schema, columns: [zeros], count: 2)], schema: schema))
        let statistics = try #require(parquet.statistics(rowGroup: 0, column: "c"))
        guard case .double(let min) = statistics.min, case .double(let max) = statistics.max else { throw Unexpected() }
        #expect(min.sign == .minus)
        #expect(max.sign == .plus)
    }
    private struct Unexpected: Error {}

    @Test func knowsNothingOfNestedColumns() throws {
        let schema = Schema([Field("l", .array(.int))])
        let parquet = try ParquetFile(written([Batch(schema: schema, columns: [.nulls(.array(.int), count: 1)], count: 1)], schema: schema))
        #expect(parquet.statistics(rowGroup: 0, column: "l") == nil)
        #expect(parquet.statistics(rowGroup: 0, column: "missing") == nil)
        #expect(parquet.statistics(rowGroup: 1, column: "l") == nil)
    }

    @Test(.enabled(if: parquetData != nil)) func trustsFilesOfOthersWithCare() throws {
        func statistics(_ file: String, _ column: String, group: Int = 0) throws -> ParquetStatistics? {
            try ParquetFile(fileSource("\(parquetData!)/data/\(file).parquet")).statistics(rowGroup: group, column: column)
        }
        let cut = try #require(try statistics("binary_truncated_min_max", "utf8_full_truncation"))
        #expect((cut.min, cut.max) == (.string("Al"), .string("Kf")))
        #expect((cut.isMinExact, cut.isMaxExact) == (false, false))
        let whole = try #require(try statistics("binary_truncated_min_max", "utf8_no_truncation"))
        #expect((whole.isMinExact, whole.isMaxExact) == (true, true))
        let decimals = try #require(try statistics("int64_decimal", "value"))
        #expect((decimals.min, decimals.max) == (.decimal(unscaled: 100, scale: 2), .decimal(unscaled: 2400, scale: 2)))
        // A group of NaN alone.
        let nan = try #require(try statistics("floating_orders_nan_count", "double_typedef", group: 2))
        #expect(nan.min == nil && nan.max == nil)
        #expect(try statistics("alltypes_plain", "id") == nil)
    }
}
