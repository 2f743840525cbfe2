import Columnar
import Testing

@testable import Formats

@Suite struct ParquetBlockCodecTests {
    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let codec: ParquetCompression
        let bytes: [UInt8]
        var size = 12
        var message: String?
    }

    private static let hello: [UInt8] = [0x70, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20]
    private static let world: [UInt8] = [0x50, 0x77, 0x6f, 0x72, 0x6c, 0x64]
    private static let both: [UInt8] = [0xc0, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20, 0x77, 0x6f, 0x72, 0x6c, 0x64]

    static let cases: [Case] = [
        Case(
            description: "two gzip members", codec: .gzip,
            bytes: [
                0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x00, 0x00, 0x99, 0x56, 0xea, 0x11,
                0x07, 0x00, 0x00, 0x00, 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2b, 0xcf, 0x2f, 0xca, 0x49, 0x01, 0x00, 0x43, 0x11,
                0x77, 0x3a, 0x05, 0x00, 0x00, 0x00,
            ]),
        Case(
            description: "zlib for gzip", codec: .gzip,
            bytes: [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x28, 0xcf, 0x2f, 0xca, 0x49, 0x01, 0x00, 0x1d, 0x54, 0x04, 0x89]),
        Case(description: "raw LZ4", codec: .lz4Raw, bytes: both),
        Case(description: "raw LZ4 under the old codec", codec: .lz4, bytes: both),
        Case(
            description: "an LZ4 frame under the old codec", codec: .lz4,
            bytes: [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0x0c, 0x00, 0x00, 0x80] + "hello, world".utf8 + [0, 0, 0, 0]),
        Case(description: "two Hadoop blocks", codec: .lz4, bytes: [0, 0, 0, 7, 0, 0, 0, 8] + hello + [0, 0, 0, 5, 0, 0, 0, 6] + world),
        Case(description: "a Hadoop block in two pieces", codec: .lz4, bytes: [0, 0, 0, 12, 0, 0, 0, 8] + hello + [0, 0, 0, 6] + world),
        Case(description: "damaged", codec: .snappy, bytes: [0x0c, 0xff, 0xff], message: "a page's bytes are not what SNAPPY writes"),
        Case(
            description: "another size than announced", codec: .gzip,
            bytes: [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x28, 0xcf, 0x2f, 0xca, 0x49, 0x01, 0x00, 0x1d, 0x54, 0x04, 0x89], size: 13,
            message: "a page decompresses to 12 bytes, its header says 13"),
        Case(
            description: "a size no compression reaches", codec: .snappy, bytes: [0x0c, 0x2c] + "hello, world".utf8, size: 1 << 30,
            message: "a page of 14 bytes cannot decompress to 1073741824 with SNAPPY"),
        Case(
            description: "a size that Brotli might reach, but does not", codec: .brotli, bytes: [0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03],
            size: 1 << 30, message: "a page does not decompress to the 1073741824 bytes that its header says"),
        Case(description: "LZO", codec: .lzo, bytes: [1, 2, 3], message: "pages compressed with LZO are not read"),
    ]

    @Test(arguments: cases) func decompresses(_ block: Case) throws {
        func decompress() throws -> [UInt8] {
            try block.bytes.withUnsafeBytes { bytes in
                let buffer = try ParquetBlockCodec.decompress(block.codec, bytes, size: block.size) {
                    FormatError($0, source: "page", $1)
                }
                return Array(UnsafeRawBufferPointer(start: buffer.base, count: block.size))
            }
        }
        if let message = block.message {
            let error = #expect(throws: FormatError.self) { try decompress() }
            #expect(error?.message == message)
        } else {
            #expect(try decompress() == Array("hello, world".utf8))
        }
    }
}
