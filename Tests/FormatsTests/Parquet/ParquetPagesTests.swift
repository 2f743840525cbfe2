import Columnar
import Formats
import Testing

/// A source that counts the bytes that it gives.
private final class CountingSource: ByteSource {
    let base: MemorySource
    nonisolated(unsafe) var bytesRead = 0
    var name: String { base.name }
    var size: Int { base.size }
    init(_ base: MemorySource) { self.base = base }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        bytesRead += buffer.count
        try base.read(at: offset, into: buffer)
    }
}

/// Page indexes, ranges of rows, dictionaries: what lets a reader leave out a part of a row group.
@Suite struct ParquetPagesTests {
    private static func options(_ change: (inout ParquetWriteOptions) -> Void = { _ in }) -> ParquetWriteOptions {
        var options = ParquetWriteOptions()
        options.pageRows = 100
        change(&options)
        return options
    }

    private static func file(_ type: DataType, _ values: [Value], _ options: ParquetWriteOptions = options()) throws -> ParquetFile {
        let schema = Schema([Field("c", type)])
        return try ParquetFile(written([Batch(schema: schema, columns: [ParquetRoundTripTests.column(type, values)], count: values.count)], schema: schema, options))
    }

    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let type: DataType
        let values: [Value]
        /// Bounds and nulls of each page of 100 rows.
        let pages: [(Value?, Value?, Int)]
    }

    static let cases: [Case] = [
        Case(
            description: "ascending integers", type: .long, values: (0..<250).map { .integer(Int64($0)) },
            pages: [(.integer(0), .integer(99), 0), (.integer(100), .integer(199), 0), (.integer(200), .integer(249), 0)]),
        Case(
            description: "nulls in between", type: .int, values: (0..<200).map { $0 < 100 ? .null : $0 % 2 == 0 ? .integer(Int64(-$0)) : .null },
            pages: [(nil, nil, 100), (.integer(-198), .integer(-100), 50)]),
        Case(
            description: "few strings", type: .string, values: (0..<300).map { .string($0 < 200 ? ["b", "c"][$0 % 2] : "a word of more than twelve bytes") },
            pages: [
                (.string("b"), .string("c"), 0), (.string("b"), .string("c"), 0),
                (.string("a word of more than twelve bytes"), .string("a word of more than twelve bytes"), 0),
            ]),
        Case(
            description: "many strings", type: .string, values: (0..<200).map { .string("a name with the number \(1000 + $0)") },
            pages: [
                (.string("a name with the number 1000"), .string("a name with the number 1099"), 0),
                (.string("a name with the number 1100"), .string("a name with the number 1199"), 0),
            ]),
        Case(
            description: "zeros of both signs", type: .double, values: (0..<100).map { .double($0 % 2 == 0 ? 0.0 : -0.0) }, pages: [(.double(-0.0), .double(0.0), 0)]),
        Case(
            description: "decimals", type: .decimal(precision: 25, scale: 2), values: (0..<150).map { .decimal(unscaled: Int128(1000 - $0), scale: 2) },
            pages: [
                (.decimal(unscaled: 901, scale: 2), .decimal(unscaled: 1000, scale: 2), 0), (.decimal(unscaled: 851, scale: 2), .decimal(unscaled: 900, scale: 2), 0),
            ]),
        Case(description: "booleans", type: .boolean, values: (0..<100).map { .boolean($0 == 5) }, pages: [(.boolean(false), .boolean(true), 0)]),
    ]

    @Test(arguments: cases, [1, 2]) func pagesHaveTheirBounds(_ testCase: Case, version: Int) throws {
        let parquet = try Self.file(testCase.type, testCase.values, Self.options { $0.dataPageVersion = version })
        let pages = try #require(try parquet.pages(rowGroup: 0, column: "c"))
        #expect(pages.map(\.rows) == stride(from: 0, to: testCase.values.count, by: 100).map { $0..<min($0 + 100, testCase.values.count) })
        #expect(pages.map(\.statistics.min) == testCase.pages.map(\.0))
        #expect(pages.map(\.statistics.max) == testCase.pages.map(\.1))
        #expect(pages.map(\.statistics.nullCount) == testCase.pages.map(\.2))
    }

    @Test func valuesWithoutOrderHaveNoIndex() throws {
        #expect(try Self.file(.double, (0..<200).map { .double($0 < 100 ? .nan : 1) }).pages(rowGroup: 0, column: "c") == nil)
        #expect(try Self.file(.long, [.integer(1)], Self.options { $0.pageIndex = false }).pages(rowGroup: 0, column: "c") == nil)
        #expect(try Self.file(.array(.long), [.array([.integer(1)])]).pages(rowGroup: 0, column: "c") == nil)
        #expect(try Self.file(.long, [.integer(1)]).pages(rowGroup: 0, column: "d") == nil)
    }

    // MARK: Ranges of rows

    private static let ranges: [[Range<Int>]] = [
        [], [0..<1], [0..<1000], [999..<1000], [100..<200], [150..<151, 155..<250], [3..<4, 98..<102, 300..<700, 950..<951], [0..<100, 900..<1000],
        stride(from: 0, to: 1000, by: 7).map { $0..<$0 + 1 },
    ]

    @Test(arguments: ParquetRoundTripTests.types, [false, true]) func readsRangesOfRows(_ type: DataType, few: Bool) throws {
        var random = SeededGenerator(seed: 11)
        for (nulls, change) in [(0.0, { _ in }), (0.3, { $0.pageIndex = false }), (0.3, { $0.dataPageVersion = 2 }), (0.0, { $0.deltaEncodings = true })]
            as [(Double, (inout ParquetWriteOptions) -> Void)]
        {
            let values = (0..<1000).map { _ in ParquetRoundTripTests.value(type, &random, nulls, few: few) }
            let parquet = try Self.file(type, values, Self.options(change))
            for ranges in Self.ranges {
                var found: [Value] = []
                try parquet.read(rowGroup: 0, rows: ranges, batchRows: 64) { batch in
                    found += (0..<batch.count).map { batch.columns[0].value(at: $0) }
                    return true
                }
                #expect(found == ranges.flatMap { values[$0] }, "\(ranges)")
            }
        }
    }

    @Test func readsOnlyThePagesOfTheRows() throws {
        let schema = Schema([Field("id", .string), Field("n", .long)])
        let count = 20_000
        let columns = [
            ParquetRoundTripTests.column(.string, (0..<count).map { .string("an identifier \($0 &* 2_654_435_761)") }),
            Column(.long, Columnar.Values((0..<count).map { Int64(truncatingIfNeeded: UInt64($0) &* 0x9e37_79b9_7f4a_7c15) })),
        ]
        let source = CountingSource(try written([Batch(schema: schema, columns: columns, count: count)], schema: schema, Self.options { $0.pageRows = 1000 }))
        let parquet = try ParquetFile(source)
        func bytes(_ rows: [Range<Int>]?, _ columns: Set<String>? = nil) throws -> Int {
            source.bytesRead = 0
            try parquet.read(rowGroup: 0, columns: columns, rows: rows) { _ in true }
            return source.bytesRead
        }
        let all = try bytes(nil)
        #expect(try bytes([5000..<5001]) < all / 10)
        #expect(try bytes([0..<1000, 19_000..<20_000]) < all / 5)
        #expect(try bytes(nil, ["n"]) < all / 2)
        #expect(try bytes([]) == 0)
    }

    /// An index that tells of pages which are not there must not be believed, and must not bring the reader down.
    @Test func damagedIndexesAreNoTrap() throws {
        let values = (0..<1000).map { Value.integer(Int64($0)) }
        let schema = Schema([Field("c", .long)])
        let source = try written([Batch(schema: schema, columns: [ParquetRoundTripTests.column(.long, values)], count: 1000)], schema: schema, Self.options())
        var bytes = [UInt8](repeating: 0, count: source.size)
        try bytes.withUnsafeMutableBytes { try source.read(at: 0, into: $0) }
        let footer = Int(bytes[bytes.count - 8]) | Int(bytes[bytes.count - 7]) << 8
        var random = SeededGenerator(seed: 5)
        var opened = 0
        for _ in 0..<500 {
            var damaged = bytes
            // The indexes stand before the footer.
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: bytes.count - 8 - footer - 300..<bytes.count - 8 - footer, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let parquet = try? ParquetFile(MemorySource(name: "damaged", bytes: damaged)) else { continue }
            opened += 1
            _ = try? parquet.pages(rowGroup: 0, column: "c")
            _ = try? parquet.read(rowGroup: 0, rows: [150..<160, 500..<501]) { _ in true }
        }
        #expect(opened == 500)
    }

    // MARK: Dictionaries

    @Test func dictionariesTellTheValues() throws {
        let words = ["red", "green", "a colour of more than twelve bytes"]
        let values = (0..<500).map { $0 % 5 == 0 ? Value.null : .string(words[$0 % 3]) }
        let parquet = try Self.file(.string, values)
        let found = try #require(try parquet.dictionary(rowGroup: 0, column: "c", limit: 10))
        #expect(found.count == 3 && words.allSatisfy { found.contains(.string($0)) })
        #expect(try parquet.dictionary(rowGroup: 0, column: "c", limit: 2) == nil)
        #expect(try parquet.dictionary(rowGroup: 0, column: "d", limit: 10) == nil)
        // Plain pages may hold what the dictionary lacks.
        let mixed = (0..<500).map { Value.string($0 < 200 ? words[$0 % 3] : "unique \($0)") }
        #expect(try Self.file(.string, mixed, Self.options { $0.dictionaryBytes = 100 }).dictionary(rowGroup: 0, column: "c", limit: 1000) == nil)
        #expect(try Self.file(.string, values, Self.options { $0.dictionary = false }).dictionary(rowGroup: 0, column: "c", limit: 10) == nil)
        #expect(try Self.file(.long, values.map { _ in .integer(1) }).dictionary(rowGroup: 0, column: "c", limit: 10) == nil)
    }
}
