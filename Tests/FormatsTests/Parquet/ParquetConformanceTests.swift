import Columnar
import Testing

import Formats

/// The community's conformance files. Every value was compared with what pyarrow 26 reads; the checksums stand for those values.
@Suite(.enabled(if: parquetData != nil)) struct ParquetConformanceTests {
    struct Case: CustomStringConvertible, Sendable {
        let name: String
        let rows: Int
        let columns: Int
        let checksum: UInt64
        var description: String { name }

        init(_ name: String, rows: Int, columns: Int, checksum: UInt64) {
            (self.name, self.rows, self.columns, self.checksum) = (name, rows, columns, checksum)
        }
    }

    static let cases: [Case] = [
        Case("alltypes_dictionary", rows: 2, columns: 11, checksum: 0xe974d4b3b0e1feda),
        Case("alltypes_plain", rows: 8, columns: 11, checksum: 0x50700b9beda9dd75),
        Case("alltypes_plain.snappy", rows: 2, columns: 11, checksum: 0x3b6572c926ef462),
        Case("alltypes_tiny_pages", rows: 7300, columns: 13, checksum: 0x155ab544b392c813),
        Case("binary", rows: 12, columns: 1, checksum: 0xeaa168a093fdcb91),
        Case("binary_truncated_min_max", rows: 12, columns: 6, checksum: 0xef660840d624827b),
        Case("byte_array_decimal", rows: 24, columns: 1, checksum: 0xcc704932fafb90f1),
        Case("byte_stream_split.zstd", rows: 300, columns: 2, checksum: 0xbb0022e16740531),
        Case("byte_stream_split_extended.gzip", rows: 200, columns: 14, checksum: 0x2c8ef617dfbac895),
        Case("column_chunk_key_value_metadata", rows: 0, columns: 2, checksum: 0xcbf29ce484222325),
        Case("data_index_bloom_encoding_with_length", rows: 14, columns: 1, checksum: 0x4140576f2ad090ba),
        Case("datapage_v1-uncompressed-checksum", rows: 5120, columns: 2, checksum: 0xea887aadb874bc45),
        Case("datapage_v2.snappy", rows: 5, columns: 5, checksum: 0xdcce9beea0e2ffc4),
        Case("datapage_v2_empty_datapage.snappy", rows: 1, columns: 1, checksum: 0x7fc0d07b4bd0f7c),
        Case("delta_binary_packed", rows: 200, columns: 66, checksum: 0xd4342429fd34628c),
        Case("delta_encoding_optional_column", rows: 100, columns: 17, checksum: 0x5072028f907b0e7f),
        Case("delta_encoding_required_column", rows: 100, columns: 17, checksum: 0x9b81f00f8e97e97a),
        Case("delta_length_byte_array", rows: 1000, columns: 1, checksum: 0xd8dd6225ba2e7e7a),
        Case("dict-page-offset-zero", rows: 39, columns: 1, checksum: 0x8d5a98ac74c56e1a),
        Case("fixed_length_byte_array", rows: 1000, columns: 1, checksum: 0xe69c5db9e786fd71),
        Case("fixed_length_decimal", rows: 24, columns: 1, checksum: 0xcc704932fafb90f1),
        Case("fixed_length_decimal_legacy", rows: 24, columns: 1, checksum: 0xcc704932fafb90f1),
        Case("float16_nonzeros_and_nans", rows: 8, columns: 1, checksum: 0x99cde3ed321a5326),
        Case("floating_orders_nan_count", rows: 50, columns: 6, checksum: 0xb48006ebc0e1c8b3),
        Case("hadoop_lz4_compressed", rows: 4, columns: 3, checksum: 0x2bef81d05ba82a5f),
        Case("incorrect_map_schema", rows: 1, columns: 1, checksum: 0x3d4ad221edba7c65),
        Case("int64_decimal", rows: 24, columns: 1, checksum: 0xcc704932fafb90f1),
        Case("int96_from_spark", rows: 6, columns: 1, checksum: 0xee6102dbbfbfb2ba),
        Case("nation.dict-malformed", rows: 25, columns: 4, checksum: 0x9dc725b6908fb14),
        Case("nested_maps.snappy", rows: 6, columns: 3, checksum: 0xb7b6332ad7f42449),
        Case("non_hadoop_lz4_compressed", rows: 4, columns: 3, checksum: 0x2bef81d05ba82a5f),
        Case("nullable.impala", rows: 7, columns: 6, checksum: 0xf394ff8c977e333e),
        Case("nulls.snappy", rows: 8, columns: 1, checksum: 0x5cc00ab1016f6665),
        Case("old_list_structure", rows: 1, columns: 1, checksum: 0xf2c2f0ff16cc5ca3),
        Case("overflow_i16_page_cnt", rows: 40000, columns: 1, checksum: 0xbc1561af424c3325),
        Case("page_v2_empty_compressed", rows: 10, columns: 1, checksum: 0xa63a28f93ee9a8cd),
        Case("plain-dict-uncompressed-checksum", rows: 1000, columns: 2, checksum: 0xbb4345ea24431f7d),
        Case("repeated_primitive_no_list", rows: 4, columns: 3, checksum: 0x63a9ddfadc2a27d7),
        Case("rle-dict-snappy-checksum", rows: 1000, columns: 2, checksum: 0x46c0e2e916e03485),
        Case("rle_boolean_encoding", rows: 68, columns: 1, checksum: 0xb8e5753c017e851b),
        Case("single_nan", rows: 1, columns: 1, checksum: 0x7fc0d07b4bd0f7c),
        Case("sort_columns", rows: 6, columns: 2, checksum: 0x9bcacdfa8e4a3255),
    ]

    @Test(arguments: cases) func readsEveryValue(_ file: Case) throws {
        let parquet = try ParquetFile(fileSource("\(parquetData!)/data/\(file.name).parquet"))
        #expect(parquet.rowCount == file.rows)
        #expect(parquet.schema.count == file.columns)
        // Whatever the size of the batches.
        for batchRows in [8192, 7, 64] {
            let rows = try allRows(parquet, batchRows: batchRows)
            #expect(rows.count == file.rows)
            #expect(checksum(rows) == file.checksum, "batches of \(batchRows) rows")
        }
    }

    @Test(arguments: cases) func rewritesEveryValue(_ file: Case) throws {
        let parquet = try ParquetFile(fileSource("\(parquetData!)/data/\(file.name).parquet"))
        var batches: [Batch] = []
        for group in parquet.rowGroups.indices { try parquet.read(rowGroup: group) { batches.append($0); return true } }
        var options = ParquetWriteOptions()
        options.dataPageVersion = 1 + file.rows % 2
        options.deltaEncodings = file.columns % 2 == 0
        options.pageBytes = 5000
        let copy = try ParquetFile(written(batches, schema: parquet.schema, options))
        #expect(copy.schema == parquet.schema)
        #expect(try checksum(allRows(copy)) == file.checksum)
    }

    struct Refusal: CustomStringConvertible, Sendable {
        let path: String
        let code: FormatError.Code
        let message: String
        var description: String { path }

        init(_ path: String, _ code: FormatError.Code, _ message: String) { (self.path, self.code, self.message) = (path, code, message) }
    }

    static let refusals: [Refusal] = [
        Refusal("data/datapage_v1-corrupt-checksum.parquet", .malformed, "byte 4: column 'a': a page's bytes do not match its checksum"),
        Refusal("data/encrypt_columns_and_footer.parquet.encrypted", .unsupported, "encrypted footer (Parquet modular encryption), which is not read"),
        Refusal("data/encrypt_columns_plaintext_footer.parquet.encrypted", .unsupported, "column 'float_field' is encrypted (Parquet modular encryption)"),
        Refusal("data/aes256/encrypt_columns_plaintext_footer.parquet.encrypted", .unsupported, "column 'boolean_field' is encrypted"),
        Refusal("data/external_key_material_java.parquet.encrypted", .unsupported, "encrypted footer"),
        Refusal("bad_data/ARROW-GH-41317.parquet", .malformed, "byte 3019: an integer is expected, a Thrift struct stands there"),
        Refusal("bad_data/ARROW-GH-41321.parquet", .malformed, "byte 1313: column 'int64': dictionary indices of 254 bits are wider than 32"),
        Refusal("bad_data/ARROW-GH-45185.parquet", .malformed, "byte 4: column 'x.list.element': its first record begins with repetition level 1, not 0"),
        Refusal(
            "bad_data/ARROW-RS-GH-6229-LEVELS.parquet", .malformed,
            "byte 19: column 'outer.list.item.c': a page has 21 values, the column chunk has 1 left"),
    ]

    @Test(arguments: refusals) func refusesNamingFileAndPlace(_ refusal: Refusal) throws {
        let source = try fileSource("\(parquetData!)/\(refusal.path)")
        let error = #expect(throws: FormatError.self) { _ = try allRows(ParquetFile(source)) }
        #expect(error?.code == refusal.code)
        #expect(error?.source == source.name)
        #expect(error?.description.contains(refusal.message) == true, "\(error?.description ?? "")")
    }

    /// Zero-width dictionary indices: odd, but the only value there is can be meant, and every other reader agrees.
    @Test func readsIndicesOfNoBits() throws {
        let rows = try allRows(ParquetFile(fileSource("\(parquetData!)/bad_data/ARROW-GH-43605.parquet")))
        #expect(rows.count == 21186)
        #expect(rows.allSatisfy { $0 == [.integer(0)] })
    }

    struct Values: CustomStringConvertible, Sendable {
        let name: String
        let column: String
        let type: DataType
        let values: [Value]
        var description: String { "\(name): \(column)" }

        init(_ name: String, _ column: String, _ type: DataType, _ values: [Value]) {
            (self.name, self.column, self.type, self.values) = (name, column, type, values)
        }
    }

    static let knownValues: [Values] = [
        // The file's own description gives these; the last year wraps in 64 bits of nanoseconds.
        Values(
            "int96_from_spark", "a", .timestamp,
            [
                .timestamp(1_704_141_296_123_456), .timestamp(1_704_070_800_000_000), .timestamp(253_402_225_200_000_000),
                .timestamp(1_735_599_600_000_000), .null, .timestamp(9_089_380_393_200_000_000),
            ]),
        Values("old_list_structure", "a", .array(.array(.int)), [.array([.array([.integer(1), .integer(2)]), .array([.integer(3), .integer(4)])])]),
        Values(
            "repeated_primitive_no_list", "String_list", .array(.string),
            [
                .array([.string("foo"), .string("zero"), .string("one"), .string("two")]), .array([.string("three")]), .array([.string("four")]),
                .array([.string("five"), .string("six"), .string("seven"), .string("eight")]),
            ]),
        Values(
            "incorrect_map_schema", "my_map", .map(key: .string, value: .string),
            [.map([MapValueEntry(.string("parent"), .string("another")), MapValueEntry(.string("name"), .string("report"))])]),
        Values(
            "nested_maps.snappy", "a", .map(key: .string, value: .map(key: .int, value: .boolean)),
            [
                .map([MapValueEntry(.string("a"), .map([MapValueEntry(.integer(1), .boolean(true)), MapValueEntry(.integer(2), .boolean(false))]))]),
                .map([MapValueEntry(.string("b"), .map([MapValueEntry(.integer(1), .boolean(true))]))]), .map([MapValueEntry(.string("c"), .null)]),
                .map([MapValueEntry(.string("d"), .map([]))]), .map([MapValueEntry(.string("e"), .map([MapValueEntry(.integer(1), .boolean(true))]))]),
                .map([
                    MapValueEntry(
                        .string("f"),
                        .map([
                            MapValueEntry(.integer(3), .boolean(true)), MapValueEntry(.integer(4), .boolean(false)),
                            MapValueEntry(.integer(5), .boolean(true)),
                        ]))
                ]),
            ]),
        Values(
            "nullable.impala", "int_array_Array", .array(.array(.int)),
            [
                .array([.array([.integer(1), .integer(2)]), .array([.integer(3), .integer(4)])]),
                .array([.array([.null, .integer(1), .integer(2), .null]), .array([.integer(3), .null, .integer(4)]), .array([]), .null]), .array([.null]),
                .array([]), .null, .null, .array([.null, .array([.integer(5), .integer(6)])]),
            ]),
        Values("fixed_length_decimal_legacy", "value", .decimal(precision: 13, scale: 2), (1...24).map { .decimal(unscaled: Int128($0 * 100), scale: 2) }),
        Values("byte_array_decimal", "value", .decimal(precision: 4, scale: 2), (1...24).map { .decimal(unscaled: Int128($0 * 100), scale: 2) }),
        Values("datapage_v2.snappy", "e", .array(.int), [[1, 2, 3], nil, nil, [1, 2, 3], [1, 2]].map { $0.map { .array($0.map { .integer($0) }) } ?? .null }),
        Values("single_nan", "mycol", .double, [.null]),
    ]

    @Test(arguments: knownValues) func readsKnownValues(_ known: Values) throws {
        let parquet = try ParquetFile(fileSource("\(parquetData!)/data/\(known.name).parquet"))
        #expect(parquet.schema.fields.first { $0.name == known.column }?.type == known.type)
        #expect(try allRows(parquet, columns: [known.column]).map { $0[0] } == known.values)
    }

    @Test func keepsDictionariesAndSharesThem() throws {
        let parquet = try ParquetFile(fileSource("\(parquetData!)/data/alltypes_dictionary.parquet"))
        var dictionaries: [Column] = []
        try parquet.read(rowGroup: 0, columns: ["string_col"], batchRows: 1) { batch in
            guard case .dictionary(_, let values) = batch.columns[0].storage else { return false }
            dictionaries.append(values)
            return true
        }
        #expect(dictionaries.count == 2)
        #expect(dictionaries.first === dictionaries.last)
    }

    @Test func stopsWhenAskedTo() throws {
        let parquet = try ParquetFile(fileSource("\(parquetData!)/data/alltypes_tiny_pages.parquet"))
        var batches = 0
        try parquet.read(rowGroup: 0, batchRows: 100) { batch in
            #expect(batch.count == 100)
            batches += 1
            return batches < 3
        }
        #expect(batches == 3)
    }
}
