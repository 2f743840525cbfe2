/// The structures of parquet.thrift (apache/parquet-format) that Mastic reads and writes, under the names that the format gives them.
package enum ParquetPhysicalType: Int32 {
    case boolean, int32, int64, int96, float, double, byteArray, fixedLengthByteArray
}

package enum ParquetRepetition: Int32 {
    case required, optional, repeated
}

package enum ParquetConvertedType: Int32 {
    case utf8, map, mapKeyValue, list, `enum`, decimal, date, timeMillis, timeMicros, timestampMillis, timestampMicros
    case uint8, uint16, uint32, uint64, int8, int16, int32, int64, json, bson, interval
}

package enum ParquetTimeUnit: Int16 {
    case millis = 1, micros, nanos
}

package enum ParquetLogicalType: Equatable {
    case string, map, list, `enum`, date, unknown, json, bson, uuid, float16, variant, geometry, geography
    case decimal(scale: Int, precision: Int)
    case time(utc: Bool, ParquetTimeUnit)
    case timestamp(utc: Bool, ParquetTimeUnit)
    case integer(bits: Int, signed: Bool)
}

enum ParquetEncoding: Int32 {
    case plain = 0, plainDictionary = 2, rle = 3, bitPacked = 4, deltaBinaryPacked = 5, deltaLengthByteArray = 6, deltaByteArray = 7
    case rleDictionary = 8, byteStreamSplit = 9
}

package enum ParquetCompression: Int32 {
    case uncompressed, snappy, gzip, lzo, brotli, lz4, zstd, lz4Raw
}

package struct ParquetSchemaElement {
    var name = ""
    var type: Int32?
    var typeLength: Int?
    var repetition: ParquetRepetition?
    var children: Int?
    var converted: ParquetConvertedType?
    var scale: Int?
    var precision: Int?
    var logical: ParquetLogicalType?

    package init(
        name: String = "", type: Int32? = nil, typeLength: Int? = nil, repetition: ParquetRepetition? = nil, children: Int? = nil, converted: ParquetConvertedType? = nil,
        scale: Int? = nil, precision: Int? = nil, logical: ParquetLogicalType? = nil
    ) {
        (self.name, self.type, self.typeLength, self.repetition, self.children) = (name, type, typeLength, repetition, children)
        (self.converted, self.scale, self.precision, self.logical) = (converted, scale, precision, logical)
    }
}

struct ParquetChunkStatistics {
    /// The deprecated fields, whose order is that of signed bytes.
    var oldMax: [UInt8]?
    var oldMin: [UInt8]?
    var nullCount: Int?
    var max: [UInt8]?
    var min: [UInt8]?
    var isMaxExact: Bool?
    var isMinExact: Bool?
}

struct ParquetChunkMetadata {
    var type: Int32 = -1
    var encodings: [Int32] = []
    var codec: Int32 = 0
    var valueCount = 0
    var uncompressedSize = 0
    var compressedSize = 0
    var dataPageOffset = 0
    var dictionaryPageOffset: Int?
    var statistics: ParquetChunkStatistics?
    var path: [[UInt8]] = []
    /// Empty where the writer does not tell, or tells of encodings that are not known.
    var pageEncodings: [ParquetPageEncodingCount] = []
}

/// How many pages of a kind are in an encoding.
struct ParquetPageEncodingCount {
    let kind: ParquetPageKind
    let encoding: ParquetEncoding
    var count: Int
}

struct ParquetColumnChunk {
    var filePath: String?
    var metadata: ParquetChunkMetadata?
    var isEncrypted = false
    var offsetIndexOffset: Int?
    var offsetIndexLength: Int?
    var columnIndexOffset: Int?
    var columnIndexLength: Int?
}

struct ParquetRowGroupMetadata {
    var columns: [ParquetColumnChunk] = []
    var totalByteSize = 0
    var rowCount = 0
    // Written, not read.
    var fileOffset: Int?
    var totalCompressedSize: Int?
    var ordinal: Int?
}

/// How a column's `min` and `max` are ordered.
enum ParquetColumnOrder {
    case undefined, typeDefined, ieee754Total
}

struct ParquetFileMetadata {
    var version: Int32 = 0
    var schema: [ParquetSchemaElement] = []
    var rowCount = 0
    var rowGroups: [ParquetRowGroupMetadata] = []
    var keyValues: [(String, String)] = []
    var createdBy: String?
    var columnOrders: [ParquetColumnOrder]?
    var isSigned = false
}

enum ParquetPageKind: Int32 {
    case data, index, dictionary, dataV2
}

struct ParquetPageHeader {
    var kind: Int32 = -1
    var uncompressedSize = -1
    var compressedSize = -1
    var crc: UInt32?
    /// Of the page's own header.
    var valueCount = 0
    var encoding: Int32 = 0
    var definitionEncoding = ParquetEncoding.rle.rawValue
    var repetitionEncoding = ParquetEncoding.rle.rawValue
    // Version 2 only.
    var nullCount = 0
    var rowCount = 0
    var definitionLength = 0
    var repetitionLength = 0
    var isCompressed = true
    /// Whether the header that the kind asks for was there.
    var hasOwnHeader = false
}
