import Columnar
import Formats
import Glibc
import Testing

/// What is written reads back the same: every type, nulls at every level, every codec, page version and encoding.
@Suite struct ParquetRoundTripTests {
    /// A value of a type, from few distinct ones or from many.
    static func value(_ type: DataType, nullable: Bool = true, _ random: inout SeededGenerator, _ nulls: Double, few: Bool) -> Value {
        if nullable, Double.random(in: 0..<1, using: &random) < nulls { return .null }
        let bits = few ? Int64.random(in: -3...3, using: &random) : Int64(bitPattern: random.next())
        switch type {
        case .null: return .null
        case .boolean: return .boolean(bits & 1 == 0)
        case .byte: return .integer(Int64(Int8(truncatingIfNeeded: bits)))
        case .short: return .integer(Int64(Int16(truncatingIfNeeded: bits)))
        case .int: return .integer(Int64(Int32(truncatingIfNeeded: bits)))
        case .long: return .integer(bits)
        case .float: return .double(few ? Double(bits) / 4 : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) & 0x7f7f_ffff)))
        case .double: return .double(few ? Double(bits) / 4 : Double(bitPattern: UInt64(bitPattern: bits) & 0x7fef_ffff_ffff_ffff))
        case .decimal(let precision, let scale):
            let limit = (0..<precision).reduce(Int128(1)) { power, _ in power * 10 }
            let wide = Int128(bits) * Int128(few ? 1 : Int64(bitPattern: random.next())) % limit
            return .decimal(unscaled: wide, scale: scale)
        case .string: return .string(Array("text \(bits)".utf8.prefix(Int.random(in: 0...24, using: &random))))
        case .binary: return .binary((0..<Int.random(in: 0...20, using: &random)).map { _ in few ? 7 : UInt8.random(in: 0...255, using: &random) })
        case .date: return .date(Int32(truncatingIfNeeded: bits))
        case .timestamp: return .timestamp(bits)
        case .array(let element):
            return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(element, &random, nulls, few: few) })
        case .struct(let fields): return .struct(fields.map { StructValueField($0.name, value($0.type, &random, nulls, few: few)) })
        case .map(let key, let inner):
            return .map((0..<Int.random(in: 0...3, using: &random)).map { _ in
                MapValueEntry(value(key, nullable: false, &random, nulls, few: few), value(inner, &random, nulls, few: few))
            })
        case .choice: return .null
        }
    }

    /// The column of the given values, put together an obvious way.
    static func column(_ type: DataType, _ values: [Value]) -> Column {
        let n = values.count
        let validity: Bitmap? = values.contains(.null) ? Bitmap(values.map { $0 != .null }) : nil
        func fixed<T: BitwiseCopyable>(_ zero: T, _ get: (Value) -> T?) -> Column {
            Column(type, Columnar.Values(values.map { get($0) ?? zero }), validity: validity)
        }
        func integer<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) -> Column {
            fixed(T(0)) { if case .integer(let value) = $0 { T(value) } else { nil } }
        }
        switch type {
        case .null, .choice: return .nulls(.null, count: n)
        case .boolean: return Column(type: type, count: n, validity: validity, storage: .bits(Bitmap(values.map { $0 == .boolean(true) })))
        case .byte: return integer(Int8.self)
        case .short: return integer(Int16.self)
        case .int: return integer(Int32.self)
        case .long: return integer(Int64.self)
        case .float: return fixed(Float(0)) { if case .double(let value) = $0 { Float(value) } else { nil } }
        case .double: return fixed(0.0) { if case .double(let value) = $0 { value } else { nil } }
        case .decimal: return fixed(Int128(0)) { if case .decimal(let value, _) = $0 { value } else { nil } }
        case .date: return fixed(Int32(0)) { if case .date(let value) = $0 { value } else { nil } }
        case .timestamp: return fixed(Int64(0)) { if case .timestamp(let value) = $0 { value } else { nil } }
        case .string, .binary:
            var arena = StringArena()
            let views = values.map { value -> StringView in
                switch value {
                case .string(let bytes), .binary(let bytes): bytes.withUnsafeBytes { arena.view(copying: $0) }
                default: .empty
                }
            }
            return Column(type: type, count: n, validity: validity, storage: .views(Columnar.Values(views), buffers: arena.finish()))
        case .struct(let fields):
            let children = fields.indices.map { index in
                column(fields[index].type, values.map { if case .struct(let fields) = $0 { fields[index].value } else { .null } })
            }
            return Column(type: type, count: n, validity: validity, storage: .struct(children))
        case .array(let element):
            var offsets: [Int32] = [0]
            var all: [Value] = []
            for value in values {
                if case .array(let elements) = value { all += elements }
                offsets.append(Int32(all.count))
            }
            return Column(type: type, count: n, validity: validity, storage: .list(offsets: Columnar.Values(offsets), child: column(element, all)))
        case .map(let key, let inner):
            var offsets: [Int32] = [0]
            var all: [MapValueEntry] = []
            for value in values {
                if case .map(let entries) = value { all += entries }
                offsets.append(Int32(all.count))
            }
            return Column(
                type: type, count: n, validity: validity,
                storage: .map(offsets: Columnar.Values(offsets), keys: column(key, all.map(\.key)), values: column(inner, all.map(\.value))))
        }
    }

    static let types: [DataType] = [
        .null, .boolean, .byte, .short, .int, .long, .float, .double, .string, .binary, .date, .timestamp, .decimal(precision: 5, scale: 2),
        .decimal(precision: 9, scale: 0), .decimal(precision: 18, scale: 18), .decimal(precision: 19, scale: 4), .decimal(precision: 38, scale: 10),
        .array(.int), .array(.string), .array(.array(.long)), .map(key: .string, value: .double), .map(key: .int, value: .array(.string)),
        .struct([Field("a", .int), Field("b", .string)]), .struct([Field("a", .struct([Field("b", .struct([Field("c", .decimal(precision: 20, scale: 1))]))]))]),
        .array(.struct([Field("x", .double), Field("tags", .array(.string)), Field("m", .map(key: .string, value: .boolean))])),
        .struct([Field("list", .array(.map(key: .long, value: .struct([Field("deep", .array(.array(.date)))])))), Field("flag", .boolean)]),
    ]

    struct Shape: CustomStringConvertible, Sendable {
        let options: ParquetWriteOptions
        let few: Bool
        let description: String
    }

    static let shapes: [Shape] = ParquetWriteOptions.Compression.allCases.enumerated().flatMap { index, compression in
        [1, 2].map { version in
            var options = ParquetWriteOptions()
            options.compression = compression
            options.dataPageVersion = version
            options.dictionary = index % 3 != 1
            options.deltaEncodings = index % 2 == 0
            options.pageBytes = version == 1 ? 1 << 20 : 600
            options.dictionaryBytes = index == 3 ? 200 : 1 << 20
            return Shape(options: options, few: index % 2 == version % 2, description: "\(compression.rawValue) v\(version)")
        }
    }

    @Test(arguments: types, shapes) func readsBackWhatItWrote(_ type: DataType, _ shape: Shape) throws {
        var random = SeededGenerator(seed: 7)
        for count in [0, 1, 63, 64, 65, 2048] {
            for nulls in count == 2048 ? [0.3] : [0, 0.3, 1] {
                let values = (0..<count).map { _ in Self.value(type, &random, nulls, few: shape.few) }
                let schema = Schema([Field("c", type), Field("n", .long)])
                let numbers = Column(.long, Columnar.Values((0..<count).map(Int64.init)))
                let batch = Batch(schema: schema, columns: [Self.column(type, values), numbers], count: count)
                let parquet = try ParquetFile(written([batch, batch.slice(0..<count / 2)], schema: schema, shape.options))
                #expect(parquet.schema == schema)
                #expect(parquet.rowCount == count + count / 2)
                let expected = values + values.prefix(count / 2)
                #expect(try allRows(parquet, columns: ["c"]).map { $0[0] } == expected, "\(count) rows, \(nulls) nulls")
                if count == 65 { #expect(try allRows(parquet, batchRows: 10).map { $0[0] } == expected) }
            }
        }
    }

    @Test func writesSlicesAndDictionaries() throws {
        let schema = Schema([Field("s", .string), Field("l", .array(.int))])
        let words = Self.column(.string, ["alpha", "beta", "a word of more than twelve bytes"].map { .string($0) })
        let indices = Columnar.Values((0..<500).map { Int32($0 % 3) })
        let validity = Bitmap((0..<500).map { $0 % 7 != 0 })
        let strings = Column(type: .string, count: 500, validity: validity, storage: .dictionary(indices: indices, values: words))
        let lists = Self.column(.array(.int), (0..<500).map { .array((0..<$0 % 4).map { .integer(Int64($0)) }) })
        let batch = Batch(schema: schema, columns: [strings, lists], count: 500).slice(13..<400)
        let parquet = try ParquetFile(written([batch], schema: schema))
        #expect(try allRows(parquet) == (0..<387).map { row in batch.columns.map { $0.value(at: row) } })
    }

    /// A list that is null may still span elements of its child, which must not be written.
    @Test func skipsElementsOfNullLists() throws {
        let child = Column(.int, Columnar.Values([Int32(1), 2, 3, 4]))
        let column = Column(
            type: .array(.int), count: 2, validity: Bitmap([false, true]), storage: .list(offsets: Columnar.Values([Int32(0), 2, 4]), child: child))
        let schema = Schema([Field("l", .array(.int))])
        let parquet = try ParquetFile(written([Batch(schema: schema, columns: [column], count: 2)], schema: schema))
        #expect(try allRows(parquet) == [[.null], [.array([.integer(3), .integer(4)])]])
    }

    @Test func writesNoColumnsAndNoRows() throws {
        let none = try ParquetFile(written([Batch(schema: .empty, columns: [], count: 5)], schema: .empty))
        #expect(none.rowCount == 5)
        #expect(none.schema.count == 0)
        let schema = Schema([Field("a", .int)])
        let empty = try ParquetFile(written([], schema: schema))
        #expect(empty.rowCount == 0)
        #expect(empty.schema == schema)
        #expect(empty.rowGroups.isEmpty)
    }

    @Test func collectsBatchesIntoRowGroups() throws {
        let schema = Schema([Field("n", .long)])
        var options = ParquetWriteOptions()
        options.rowGroupRows = 1000
        options.keyValueMetadata = [("origin", "a test")]
        let sink = MemorySink()
        let writer = try ParquetWriter(schema: schema, options: options, sink: sink)
        for start in stride(from: 0, to: 2500, by: 250) {
            try writer.write(Batch(schema: schema, columns: [Column(.long, Columnar.Values((start..<start + 250).map(Int64.init)))], count: 250))
        }
        let (rows, bytes) = try writer.finish()
        #expect((rows, bytes) == (2500, sink.bytes.count))
        let parquet = try ParquetFile(MemorySource(name: "groups", bytes: sink.bytes))
        #expect(parquet.rowGroups.map(\.rowCount) == [1000, 1000, 500])
        #expect(parquet.rowGroups.map(\.firstRow) == [0, 1000, 2000])
        #expect(parquet.keyValueMetadata.map { "\($0.0)=\($0.1)" } == ["origin=a test"])
        #expect(parquet.createdBy == ParquetWriter.createdBy)
        #expect(try allRows(parquet).map { $0[0] } == (0..<2500).map { .integer(Int64($0)) })
    }

    @Test func widensBatchesToTheSchema() throws {
        let schema = Schema([Field("n", .long), Field("s", .string)])
        let narrow = Schema([Field("n", .int)])
        let batch = Batch(schema: narrow, columns: [Column(.int, Columnar.Values([Int32(1), 2]))], count: 2)
        #expect(try allRows(ParquetFile(written([batch], schema: schema))) == [[.integer(1), .null], [.integer(2), .null]])
    }

    struct Refusal: CustomStringConvertible, Sendable {
        let type: DataType
        let message: String
        var description: String { type.hiveName }
    }

    static let refusals: [Refusal] = [
        Refusal(
            type: DataType.int.merging(.string),
            message: "Parquet: column 'c' is a choice of int, string, which Parquet has no type for; decide with resolveChoice first"),
        Refusal(
            type: .array(.struct([Field("x", DataType.int.merging(.string))])),
            message: "Parquet: column 'c.list.element.x' is a choice of int, string, which Parquet has no type for; decide with resolveChoice first"),
        Refusal(type: .struct([]), message: "Parquet: column 'c' is a struct without fields, which Parquet has no type for; drop the field first"),
    ]

    @Test(arguments: refusals) func refusesTypesWithoutAPlace(_ refusal: Refusal) {
        let error = #expect(throws: FormatError.self) { try ParquetWriter(schema: Schema([Field("c", refusal.type)]), sink: MemorySink()) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message == String(refusal.message.dropFirst("Parquet: ".count)))
        #expect(error?.description == refusal.message)
    }

    @Test func refusesNullKeys() {
        let type = DataType.map(key: .string, value: .int)
        let schema = Schema([Field("m", type)])
        let column = Self.column(type, [.map([MapValueEntry(.null, .integer(1))])])
        let error = #expect(throws: FormatError.self) {
            try ParquetWriter.encode([Batch(schema: schema, columns: [column], count: 1)], schema: schema)
        }
        #expect(error?.description == "Parquet: column 'm' has a map with a null key, which Parquet does not allow")
    }

    @Test func refusesDecimalsThatOutgrowTheirType() {
        let schema = Schema([Field("d", .decimal(precision: 4, scale: 0))])
        let column = Column(.decimal(precision: 4, scale: 0), Columnar.Values([Int128(1) << 40]))
        let error = #expect(throws: FormatError.self) {
            try ParquetWriter.encode([Batch(schema: schema, columns: [column], count: 1)], schema: schema)
        }
        #expect(error?.description == "Parquet: column 'd' has a value with more digits than its type, decimal(4,0)")
    }
}
