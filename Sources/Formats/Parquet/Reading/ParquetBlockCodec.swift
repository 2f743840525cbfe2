internal import CCodecs
internal import Columnar
internal import Glibc

/// Decompression of a page. Output has `ParquetPage.padding` readable bytes behind it.
enum ParquetBlockCodec {
    static func name(_ codec: Int32) -> String {
        ParquetCompression(rawValue: codec).map { "\($0)".uppercased() } ?? "number \(codec)"
    }

    /// Decompresses `input` into exactly `size` bytes.
    ///
    /// - Parameter failure: makes an error that names the place.
    static func decompress(
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
        let isFramed = codec == .lz4 && input.count >= 8 && (isHadoopFramed(input, size: size) || isLZ4Frame(input))
        guard isFramed || size <= mastic_decompressed_bound(block, input.baseAddress, input.count) else {
            throw failure(.malformed, "a page of \(input.count) bytes cannot decompress to \(size) with \(name(codec.rawValue))")
        }
        // Brotli's ratio has no limit that is worth anything, so a large claim has to be earned.
        if codec == .brotli, size > 1 << 20, size / 64 > input.count { return try growing(block, input, size, failure) }
        let output = Buffer(size: size + ParquetPage.padding)
        memset(output.base + size, 0, ParquetPage.padding)
        var written: Int64
        if codec == .lz4, isHadoopFramed(input, size: size) {
            written = decompressHadoop(input, output.base, size)
        } else if codec == .lz4, isLZ4Frame(input) {
            written = mastic_lz4_frame_decompress(input.baseAddress, input.count, output.base, size)
        } else {
            written = mastic_decompress(block, input.baseAddress, input.count, output.base, size)
        }
        guard written >= 0 else { throw failure(.malformed, "a page's bytes are not what \(name(codec.rawValue)) writes") }
        guard written == size else { throw failure(.malformed, "a page decompresses to \(written) bytes, its header says \(size)") }
        return output
    }

    private static func growing(
        _ block: mastic_codec, _ input: UnsafeRawBufferPointer, _ size: Int, _ failure: (FormatError.Code, String) -> FormatError
    ) throws -> Buffer {
        var memory: UnsafeMutableRawPointer?
        let written = mastic_decompress_growing(block, input.baseAddress, input.count, size, &memory)
        defer { free(memory) }
        guard written == size, let memory else { throw failure(.malformed, "a page does not decompress to the \(size) bytes that its header says") }
        let output = Buffer(size: size + ParquetPage.padding)
        memcpy(output.base, memory, size)
        memset(output.base + size, 0, ParquetPage.padding)
        return output
    }

    // The deprecated LZ4 codec (Compression.md): Hadoop writes blocks, each after its two sizes in big-endian order; others wrote raw blocks or frames.

    private static func bigEndian(_ input: UnsafeRawBufferPointer, _ at: Int) -> Int { Int(UInt32(bigEndian: input.loadUnaligned(fromByteOffset: at, as: UInt32.self))) }

    private static func isHadoopFramed(_ input: UnsafeRawBufferPointer, size: Int) -> Bool {
        var (at, total) = (0, 0)
        while at + 8 <= input.count {
            total += bigEndian(input, at)
            at += 8 + bigEndian(input, at + 4)
        }
        return at == input.count && total == size
    }

    private static func isLZ4Frame(_ input: UnsafeRawBufferPointer) -> Bool {
        input.count >= 4 && UInt32(littleEndian: input.loadUnaligned(as: UInt32.self)) == 0x184D_2204
    }

    private static func decompressHadoop(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawPointer, _ size: Int) -> Int64 {
        var (at, written) = (0, 0)
        while at + 8 <= input.count {
            let (whole, packed) = (bigEndian(input, at), bigEndian(input, at + 4))
            let n = mastic_decompress(MASTIC_CODEC_LZ4, input.baseAddress! + at + 8, packed, output + written, whole)
            if n != whole { return -1 }
            at += 8 + packed
            written += whole
        }
        return Int64(written)
    }
}
