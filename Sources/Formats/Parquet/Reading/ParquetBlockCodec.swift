internal import CCodecs
package import Columnar
internal import Glibc

/// Decompression of a page. Output has `ParquetPage.padding` readable bytes behind it.
package enum ParquetBlockCodec {
    static func name(_ codec: Int32) -> String {
        ParquetCompression(rawValue: codec).map { "\($0)".uppercased() } ?? "number \(codec)"
    }

    /// Decompresses `input` into exactly `size` bytes.
    ///
    /// - Parameter failure: makes an error that names the place.
    package static func decompress(
        _ codec: ParquetCompression, _ input: UnsafeRawBufferPointer, size: Int, failure: (FormatError.Code, String) -> FormatError
    ) throws -> Buffer {
        let block: mastic_codec
        switch codec {
        case .snappy: block = MASTIC_CODEC_SNAPPY
        case .gzip: block = MASTIC_CODEC_GZIP
        case .zstd: block = MASTIC_CODEC_ZSTD
        case .brotli: block = MASTIC_CODEC_BROTLI
        case .lz4Raw, .lz4: block = MASTIC_CODEC_LZ4
        case .lzo: throw failure(.unsupported, "pages compressed with LZO are not read")
        case .uncompressed: preconditionFailure("an uncompressed page needs no codec")
        }
        if codec == .lz4, let output = try decompressFramed(input, size: size) { return output }
        guard size <= mastic_decompressed_bound(block, input.baseAddress, input.count) else {
            throw failure(.malformed, "a page of \(input.count) bytes cannot decompress to \(size) with \(name(codec.rawValue))")
        }
        // Brotli's ratio has no limit that is worth anything, so a large claim is checked before it gets its memory.
        if codec == .brotli, size > 1 << 20, size / 64 > input.count {
            let actual = mastic_brotli_decompressed_size(input.baseAddress, input.count, size)
            guard actual == size else { throw failure(.malformed, "a page does not decompress to the \(size) bytes that its header says") }
        }
        let output = makeOutput(size)
        let written = mastic_decompress(block, input.baseAddress, input.count, output.base, size)
        guard written >= 0 else { throw failure(.malformed, "a page's bytes are not what \(name(codec.rawValue)) writes") }
        guard written == size else { throw failure(.malformed, "a page decompresses to \(written) bytes, its header says \(size)") }
        return output
    }

    private static func makeOutput(_ size: Int) -> Buffer {
        let output = Buffer(size: size + ParquetPage.padding)
        memset(output.base + size, 0, ParquetPage.padding)
        return output
    }

    // The deprecated LZ4 codec (Compression.md): Hadoop writes blocks, each the size of its contents and then pieces, each after its own size, all
    // sizes in big-endian order; other writers made raw blocks or LZ4 frames.

    /// Decompresses what is framed in one of the two ways. Nil when it is neither.
    private static func decompressFramed(_ input: UnsafeRawBufferPointer, size: Int) throws -> Buffer? {
        guard input.count >= 8, size <= mastic_decompressed_bound(MASTIC_CODEC_LZ4, input.baseAddress, input.count) else { return nil }
        if isLZ4Frame(input) {
            let output = makeOutput(size)
            return mastic_lz4_frame_decompress(input.baseAddress, input.count, output.base, size) == size ? output : nil
        }
        func bigEndian(_ at: Int) -> Int { Int(UInt32(bigEndian: input.loadUnaligned(fromByteOffset: at, as: UInt32.self))) }
        guard bigEndian(0) <= size, bigEndian(4) <= input.count - 8 else { return nil }
        let output = makeOutput(size)
        var (at, written) = (0, 0)
        while at + 4 <= input.count {
            let end = written + bigEndian(at)
            at += 4
            guard end <= size else { return nil }
            while written < end {
                guard at + 4 <= input.count, case let packed = bigEndian(at), packed > 0, packed <= input.count - at - 4 else { return nil }
                let n = mastic_decompress(MASTIC_CODEC_LZ4, input.baseAddress! + at + 4, packed, output.base + written, end - written)
                guard n > 0 else { return nil }
                at += 4 + packed
                written += Int(n)
            }
        }
        return at == input.count && written == size ? output : nil
    }

    private static func isLZ4Frame(_ input: UnsafeRawBufferPointer) -> Bool {
        input.count >= 4 && UInt32(littleEndian: input.loadUnaligned(as: UInt32.self)) == 0x184D_2204
    }
}
