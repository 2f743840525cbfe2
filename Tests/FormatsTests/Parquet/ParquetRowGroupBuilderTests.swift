import Columnar
import Formats
import Testing

/// Row groups from rows by position: the same as from the rows taken out first.
@Suite struct ParquetRowGroupBuilderTests {
    private static func options(_ change: (inout ParquetWriteOptions) -> Void = { _ in }) -> ParquetWriteOptions {
        var options = ParquetWriteOptions()
        options.pageRows = 300
        change(&options)
        return options
    }

    private func rows(of group: EncodedRowGroup, _ schema: Schema, _ options: ParquetWriteOptions) throws -> [[Value]] {
        let sink = MemorySink()
        let writer = try ParquetWriter(schema: schema, options: options, sink: sink)
        try writer.append(group)
        _ = try writer.finish()
        return try allRows(ParquetFile(MemorySource(name: "built", bytes: sink.bytes)))
    }

    /// The column with its values behind a dictionary of those that differ.
    private static func encoded(_ column: Column) -> Column {
        var values: [Value] = []
        // Of the last few alone: a dictionary may hold a value twice.
        let places = (0..<column.count).map { row -> Int32 in
            let value = column.value(at: row)
            if value == .null { return 0 }
            if let known = values.suffix(20).firstIndex(of: value) { return Int32(known) }
            values.append(value)
            return Int32(values.count - 1)
        }
        if values.isEmpty { return column }
        return Column(
            type: column.type, count: column.count, validity: column.validity,
            storage: .dictionary(indices: Columnar.Values(places), values: ParquetRoundTripTests.column(column.type, values)))
    }

    @Test(arguments: ParquetRoundTripTests.types, [false, true]) func takesRowsByPosition(_ type: DataType, few: Bool) throws {
        var random = SeededGenerator(seed: 3)
        let schema = Schema([Field("c", type), Field("n", .long)])
        let variants: [(inout ParquetWriteOptions) -> Void] = [{ _ in }, { $0.dictionary = false }, { $0.dictionaryBytes = 150 }, { $0.pageBytes = 500 }]
        for (variant, change) in variants.enumerated() {
            let options = Self.options(change)
            let builder = try ParquetRowGroupBuilder(schema: schema, options: options)
            var expected: [[Value]] = []
            for part in 0..<6 {
                let count = [1, 64, 700, 0, 129, 400][part]
                let nulls = [0.0, 0.3, 0.0, 0.0, 1.0, 0.2][(part + variant) % 6]
                let values = (0..<count).map { _ in ParquetRoundTripTests.value(type, &random, nulls, few: few) }
                let plain = ParquetRoundTripTests.column(type, values)
                let column = part % 2 == 0 || type == .null || type.isNested ? plain : Self.encoded(plain)
                let numbers = Column(.long, Columnar.Values((0..<count).map(Int64.init)))
                let rows = try ParquetRows(Batch(schema: schema, columns: [column, numbers], count: count), schema: schema)
                if part == 2 {
                    try builder.append(rows)
                    expected += (0..<count).map { [values[$0], .integer(Int64($0))] }
                    continue
                }
                var positions: [Int32] = []
                for row in 0..<count where Bool.random(using: &random) { positions.append(Int32(row)) }
                positions.shuffle(using: &random)
                try positions.withUnsafeBufferPointer { try builder.append(rows, at: $0) }
                expected += positions.map { [values[Int($0)], .integer(Int64($0))] }
            }
            #expect(builder.rowCount == expected.count)
            let group = try builder.finish()
            #expect(group.rowCount == expected.count)
            #expect(try rows(of: group, schema, options) == expected, "\(variant)")
        }
    }

    /// What was appended may go away, and be written over.
    @Test func keepsNothingOfTheBatch() throws {
        let schema = Schema([Field("s", .string)])
        let builder = try ParquetRowGroupBuilder(schema: schema, options: Self.options())
        for part in 0..<4 {
            let text = Buffer(size: 50 * 40)
            let views = Buffer(size: 40 * 16)
            for row in 0..<40 {
                let bytes = Array("part \(part), row \(row % 10), and a long tail".utf8)
                memcpyBytes(text.base + row * 50, bytes)
                views.values(of: StringView.self)[row] = StringView(text.base + row * 50, length: bytes.count)
            }
            let column = Column(type: .string, count: 40, storage: .views(Columnar.Values(views, count: 40), buffers: [text]))
            try builder.append(ParquetRows(Batch(schema: schema, columns: [column], count: 40), schema: schema))
            text.base.initializeMemory(as: UInt8.self, repeating: 0x21, count: text.size)
        }
        let expected = (0..<4).flatMap { part in (0..<40).map { [Value.string("part \(part), row \($0 % 10), and a long tail")] } }
        #expect(try rows(of: builder.finish(), schema, Self.options()) == expected)
    }

    private func memcpyBytes(_ to: UnsafeMutableRawPointer, _ bytes: [UInt8]) { bytes.withUnsafeBytes { to.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }

    @Test func heldBytesGrowWithRowsAndShrinkWithPages() throws {
        let schema = Schema([Field("n", .long)])
        var options = Self.options()
        options.dictionary = false
        let builder = try ParquetRowGroupBuilder(schema: schema, options: options)
        let rows = try ParquetRows(Batch(schema: schema, columns: [Column(.long, Columnar.Values([Int64](repeating: 7, count: 299)))], count: 299), schema: schema)
        try builder.append(rows)
        let staged = builder.heldBytes
        #expect(staged == 299 * 8)
        try builder.append(rows)
        // A page of 300 equal values compresses to nearly nothing.
        #expect(builder.heldBytes < staged + 200)
    }
}
