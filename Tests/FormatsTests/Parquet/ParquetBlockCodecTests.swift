import CCodecs
import Columnar
import Testing

import Formats

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

    // MARK: Snappy

    /// Bytes of every kind of literal and copy: long and short, near and far, overlapping by any offset.
    private static func samples() -> [[UInt8]] {
        var random = SeededGenerator(seed: 19)
        var samples: [[UInt8]] = [[], [7], Array("abc".utf8)]
        for period in [1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17, 31, 64, 100, 3000, 70_000] {
            for count in [period, period + 1, period * 2 + 3, 200_000] {
                let pattern = (0..<period).map { _ in UInt8.random(in: 0...255, using: &random) }
                samples.append((0..<count).map { pattern[$0 % period] })
            }
        }
        // Numbers: a few bytes that differ, then some that do not.
        for width in [2, 3, 5] {
            samples.append((0..<20_000).flatMap { _ in (0..<8).map { $0 < width ? UInt8.random(in: 0...255, using: &random) : 0 } })
        }
        samples.append((0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        for _ in 0..<50 {
            var bytes: [UInt8] = []
            while bytes.count < 3000 {
                if bytes.isEmpty || Bool.random(using: &random) {
                    bytes += (0..<Int.random(in: 1...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                } else {
                    let offset = Int.random(in: 1...min(bytes.count, 40), using: &random)
                    for _ in 0..<Int.random(in: 1...100, using: &random) { bytes.append(bytes[bytes.count - offset]) }
                }
            }
            samples.append(bytes)
        }
        return samples
    }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: mastic_compress_bound(MASTIC_CODEC_SNAPPY, bytes.count))
        let size = mastic_compress(MASTIC_CODEC_SNAPPY, -1, bytes, bytes.count, &out, out.count)
        return Array(out.prefix(Int(size)))
    }

    /// What `mastic_decompress` writes, or its code, and whether it stayed inside of its room.
    private static func decompressed(_ bytes: [UInt8], size: Int) -> (code: Int, bytes: [UInt8], isInside: Bool) {
        // The input ends where its memory does, so that a sanitizer sees what reads on.
        var out = [UInt8](repeating: 0xa5, count: size + 64)
        let code = mastic_decompress(MASTIC_CODEC_SNAPPY, bytes, bytes.count, &out, size)
        return (Int(code), Array(out.prefix(size)), out.suffix(64).allSatisfy { $0 == 0xa5 })
    }

    @Test func snappyReadsWhatTheLibraryWrites() {
        for (number, sample) in Self.samples().enumerated() {
            let result = Self.decompressed(Self.compressed(sample), size: sample.count)
            #expect(result.code == sample.count && result.bytes == sample && result.isInside, "sample \(number) of \(sample.count) bytes")
        }
    }

    @Test func snappyRefusesDamage() {
        var random = SeededGenerator(seed: 23)
        for sample in Self.samples() where sample.count < 5000 && !sample.isEmpty {
            let packed = Self.compressed(sample)
            for cut in [0, 1, packed.count / 2, packed.count - 1] {
                let result = Self.decompressed(Array(packed.prefix(cut)), size: sample.count)
                #expect(result.code < 0 && result.isInside)
            }
            #expect(Self.decompressed(packed, size: sample.count - 1).code == Int(MASTIC_CODEC_NO_ROOM))
            for _ in 0..<40 {
                var damaged = packed
                for _ in 0..<Int.random(in: 1...3, using: &random) { damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
                let result = Self.decompressed(damaged, size: sample.count)
                #expect(result.code <= sample.count && result.isInside)
            }
        }
    }
}
