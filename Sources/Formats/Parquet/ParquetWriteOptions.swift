/// How Parquet files are written.
public struct ParquetWriteOptions: Sendable {
    public enum Compression: String, Sendable, CaseIterable {
        case uncompressed, snappy, gzip, zstd, lz4Raw, brotli
    }

    public var compression = Compression.snappy
    /// The codec's own level; nil for its default.
    public var compressionLevel: Int?
    /// Rows after which `ParquetWriter.write` ends a row group.
    public var rowGroupRows = 1 << 18
    /// Bytes in memory after which `ParquetWriter.write` ends a row group.
    public var rowGroupBytes = 128 << 20
    /// Bytes of values after which a page ends.
    public var pageBytes = 1 << 20
    /// Rows after which a page ends, of a column that is not nested. The page index tells of each page which values it has.
    public var pageRows = 20_000
    /// Whether the file tells where its pages lie and between what bounds their values do.
    public var pageIndex = true
    /// Whether columns begin with a dictionary. One that does not pay, or grows beyond `dictionaryBytes`, gives way to plain values.
    public var dictionary = true
    public var dictionaryBytes = 1 << 20
    /// 1 or 2. Version 1 is what every reader knows.
    public var dataPageVersion = 1
    /// Whether values without a dictionary are written as deltas: integers as DELTA_BINARY_PACKED, strings as DELTA_LENGTH_BYTE_ARRAY, or
    /// DELTA_BYTE_ARRAY where neighbours share prefixes.
    public var deltaEncodings = false
    /// Whether pages carry a CRC-32.
    public var pageChecksums = true
    /// Pairs for the footer.
    public var keyValueMetadata: [(String, String)] = []

    public init() {}

    var codec: ParquetCompression {
        switch compression {
        case .uncompressed: .uncompressed
        case .snappy: .snappy
        case .gzip: .gzip
        case .zstd: .zstd
        case .lz4Raw: .lz4Raw
        case .brotli: .brotli
        }
    }
}
