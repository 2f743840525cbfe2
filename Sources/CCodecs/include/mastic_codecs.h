#pragma once
#include <stddef.h>
#include <stdint.h>

// Compression of whole blocks, as Parquet pages, ORC chunks and Avro blocks have it. Every function may run on several threads at once; none
// keeps a pointer it was given.

typedef enum {
    MASTIC_CODEC_SNAPPY,
    // gzip members, one or several after each other; a zlib stream is read too
    MASTIC_CODEC_GZIP,
    MASTIC_CODEC_ZLIB,
    // deflate without a header
    MASTIC_CODEC_DEFLATE,
    MASTIC_CODEC_ZSTD,
    // one raw block
    MASTIC_CODEC_LZ4,
    MASTIC_CODEC_BROTLI,
} mastic_codec;

enum {
    // The bytes are not what the codec writes.
    MASTIC_CODEC_CORRUPT = -1,
    // The block holds more than the output has room for.
    MASTIC_CODEC_NO_ROOM = -2,
    MASTIC_CODEC_NO_MEMORY = -3,
};

// Decompresses all of `input` into `output`. Returns the bytes written, or one of the negative codes above.
int64_t mastic_decompress(mastic_codec codec, const void *input, size_t size, void *output, size_t capacity);

// The most bytes that `size` compressed bytes can stand for, as far as the codec's format or the block's header tells; PTRDIFF_MAX
// where neither does. A guard against lengths made up by a damaged file.
size_t mastic_decompressed_bound(mastic_codec codec, const void *input, size_t size);

// Decompresses a block whose size nobody knows, into memory that grows with what comes out and that the caller gives to `free`. Returns the bytes
// written, at most `limit`, or a negative code.
int64_t mastic_decompress_growing(mastic_codec codec, const void *input, size_t size, size_t limit, void **output);

// The size that a Brotli stream decompresses to, found by decompressing it into nowhere; a negative code when it is damaged or exceeds `limit`.
int64_t mastic_brotli_decompressed_size(const void *input, size_t size, size_t limit);

// The room that `mastic_compress` needs.
size_t mastic_compress_bound(mastic_codec codec, size_t size);

// Compresses `input` as one block. `level` is the codec's own; negative takes the default. Returns the bytes written, or a negative code.
int64_t mastic_compress(mastic_codec codec, int level, const void *input, size_t size, void *output, size_t capacity);

// An LZ4 frame (the `lz4` tool's file format), as opposed to a raw block.
int64_t mastic_lz4_frame_decompress(const void *input, size_t size, void *output, size_t capacity);

// CRC-32 with gzip's polynomial; begin with 0.
uint32_t mastic_crc32(uint32_t crc, const void *bytes, size_t size);
