import Columnar
import Formats
import Testing

/// Damaged files: whatever a byte becomes, reading ends in rows or in an error of the format, within bounded memory.
@Suite(.enabled(if: parquetData != nil)) struct ParquetMutationTests {
    /// Small, and between them every encoding, codec, page version and kind of nesting.
    static let names = [
        "alltypes_dictionary", "alltypes_plain.snappy", "binary_truncated_min_max", "byte_array_decimal", "byte_stream_split.zstd",
        "data_index_bloom_encoding_with_length", "datapage_v2.snappy", "datapage_v2_empty_datapage.snappy", "delta_encoding_optional_column",
        "delta_length_byte_array", "fixed_length_decimal", "float16_nonzeros_and_nans", "hadoop_lz4_compressed", "incorrect_map_schema",
        "int96_from_spark", "nation.dict-malformed", "nested_maps.snappy", "non_hadoop_lz4_compressed", "nullable.impala", "nulls.snappy",
        "old_list_structure", "page_v2_empty_compressed", "repeated_primitive_no_list", "rle_boolean_encoding", "sort_columns",
    ]

    @Test(arguments: names) func neverCrashes(_ name: String) throws {
        let source = try fileSource("\(parquetData!)/data/\(name).parquet")
        var original = [UInt8](repeating: 0, count: source.size)
        try original.withUnsafeMutableBytes { try source.read(at: 0, into: $0) }
        var random = SeededGenerator(seed: 20_240_229)
        var refused = 0
        let rounds = 160
        for round in 0..<rounds {
            let bytes = mutated(original, &random, round)
            do {
                _ = try readSome(bytes, name: name)
            } catch let error as FormatError {
                refused += 1
                #expect(error.source == name)
            }
        }
        #expect(refused > 0)
        // Made-up sizes must not be allocated.
        #expect(MemoryPool.shared.peakBytes < 1 << 30)
    }

    private func mutated(_ original: [UInt8], _ random: inout SeededGenerator, _ round: Int) -> [UInt8] {
        var bytes = original
        if round % 10 == 0 { return Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))) }
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            // The footer and its statistics take their share.
            let at = Bool.random(using: &random) ? Int.random(in: 0..<bytes.count, using: &random) : max(0, bytes.count - Int.random(in: 1...500, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes[at] = [0, 0xff, 0x7f, 0x80, 1].randomElement(using: &random)!
            default: bytes[at] &+= 1
            }
        }
        return bytes
    }

    private func readSome(_ bytes: [UInt8], name: String) throws -> Int {
        let parquet = try ParquetFile(MemorySource(name: name, bytes: bytes))
        var rows = 0
        for group in parquet.rowGroups.indices {
            for field in parquet.schema.names { _ = parquet.statistics(rowGroup: group, column: field) }
            try parquet.read(rowGroup: group, batchRows: 300) { batch in
                for column in batch.columns { for row in 0..<min(batch.count, 300) { _ = column.value(at: row) } }
                rows += batch.count
                return rows < 20_000
            }
        }
        return rows
    }

    @Test(arguments: [0, 1, 7, 8, 11, 12, 13]) func refusesWhatIsTooShort(_ count: Int) {
        #expect(throws: FormatError.self) { try ParquetFile(MemorySource(name: "short", bytes: Array("PAR1\u{0}\u{0}\u{0}\u{0}PAR1PAR1".utf8.prefix(count)))) }
    }

    @Test func namesWhatIsNoParquet() {
        let error = #expect(throws: FormatError.self) { try ParquetFile(MemorySource(name: "a.csv", bytes: Array("id,name\n1,alpha\n2,beta\n".utf8))) }
        #expect(error?.description == "a.csv, byte 19: the file does not end in 'PAR1', so it is no Parquet file, or not a whole one")
    }
}
