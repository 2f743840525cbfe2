#include "mastic_codecs.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <libdeflate.h>
#include <lz4.h>
#include <lz4frame.h>
#include <pthread.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "snappy.h"

// Contexts are dear to make and cheap to keep, so each thread has its own.

typedef struct {
    struct libdeflate_decompressor *inflate;
    struct libdeflate_compressor *deflate;
    int deflate_level;
    ZSTD_DCtx *zstd_decoder;
    ZSTD_CCtx *zstd_encoder;
} contexts;

static pthread_key_t contexts_key;
static pthread_once_t contexts_once = PTHREAD_ONCE_INIT;

static void free_contexts(void *p) {
    contexts *c = p;
    libdeflate_free_decompressor(c->inflate);
    libdeflate_free_compressor(c->deflate);
    ZSTD_freeDCtx(c->zstd_decoder);
    ZSTD_freeCCtx(c->zstd_encoder);
    free(c);
}

static void make_contexts_key(void) { pthread_key_create(&contexts_key, free_contexts); }

static contexts *thread_contexts(void) {
    pthread_once(&contexts_once, make_contexts_key);
    contexts *c = pthread_getspecific(contexts_key);
    if (!c && (c = calloc(1, sizeof *c))) pthread_setspecific(contexts_key, c);
    return c;
}

static struct libdeflate_decompressor *thread_inflate(void) {
    contexts *c = thread_contexts();
    if (c && !c->inflate) c->inflate = libdeflate_alloc_decompressor();
    return c ? c->inflate : NULL;
}

static int64_t inflate_code(enum libdeflate_result result) {
    return result == LIBDEFLATE_INSUFFICIENT_SPACE ? MASTIC_CODEC_NO_ROOM : MASTIC_CODEC_CORRUPT;
}

static int looks_like_zlib(const uint8_t *in, size_t size) {
    return size >= 2 && (in[0] & 0x0f) == 8 && (in[0] << 8 | in[1]) % 31 == 0;
}

static int64_t gunzip(const uint8_t *in, size_t size, uint8_t *out, size_t capacity) {
    struct libdeflate_decompressor *d = thread_inflate();
    if (!d) return MASTIC_CODEC_NO_MEMORY;
    size_t used, written;
    enum libdeflate_result result;
    if (looks_like_zlib(in, size) && !(size >= 2 && in[0] == 0x1f && in[1] == 0x8b)) {
        result = libdeflate_zlib_decompress_ex(d, in, size, out, capacity, &used, &written);
        return result == LIBDEFLATE_SUCCESS ? (int64_t)written : inflate_code(result);
    }
    size_t total = 0;
    do {
        result = libdeflate_gzip_decompress_ex(d, in, size, out + total, capacity - total, &used, &written);
        if (result != LIBDEFLATE_SUCCESS) return inflate_code(result);
        total += written;
        in += used;
        size -= used;
    } while (size >= 2 && in[0] == 0x1f && in[1] == 0x8b);
    return (int64_t)total;
}

static int64_t unbrotli(const void *input, size_t size, void *output, size_t capacity) {
    size_t written = capacity;
    if (BrotliDecoderDecompress(size, input, &written, output) == BROTLI_DECODER_RESULT_SUCCESS) return (int64_t)written;
    return MASTIC_CODEC_CORRUPT;
}

static int64_t unzstd(const void *input, size_t size, void *output, size_t capacity) {
    contexts *c = thread_contexts();
    if (c && !c->zstd_decoder) c->zstd_decoder = ZSTD_createDCtx();
    if (!c || !c->zstd_decoder) return MASTIC_CODEC_NO_MEMORY;
    size_t n = ZSTD_decompressDCtx(c->zstd_decoder, output, capacity, input, size);
    return ZSTD_isError(n) ? MASTIC_CODEC_CORRUPT : (int64_t)n;
}

int64_t mastic_decompress(mastic_codec codec, const void *input, size_t size, void *output, size_t capacity) {
    size_t used, written;
    enum libdeflate_result result;
    switch (codec) {
    case MASTIC_CODEC_SNAPPY:
        return mastic_snappy_decompress(input, size, output, capacity);
    case MASTIC_CODEC_GZIP: return gunzip(input, size, output, capacity);
    case MASTIC_CODEC_ZLIB:
    case MASTIC_CODEC_DEFLATE: {
        struct libdeflate_decompressor *d = thread_inflate();
        if (!d) return MASTIC_CODEC_NO_MEMORY;
        result = codec == MASTIC_CODEC_ZLIB ? libdeflate_zlib_decompress_ex(d, input, size, output, capacity, &used, &written)
                                            : libdeflate_deflate_decompress_ex(d, input, size, output, capacity, &used, &written);
        return result == LIBDEFLATE_SUCCESS ? (int64_t)written : inflate_code(result);
    }
    case MASTIC_CODEC_ZSTD: return unzstd(input, size, output, capacity);
    case MASTIC_CODEC_LZ4: {
        if (size > LZ4_MAX_INPUT_SIZE || capacity > INT32_MAX) return MASTIC_CODEC_NO_ROOM;
        int n = LZ4_decompress_safe(input, output, (int)size, (int)capacity);
        return n < 0 ? MASTIC_CODEC_CORRUPT : n;
    }
    case MASTIC_CODEC_BROTLI: return unbrotli(input, size, output, capacity);
    }
    return MASTIC_CODEC_CORRUPT;
}

static size_t times(size_t size, size_t ratio) {
    return size > (PTRDIFF_MAX - 64) / ratio ? PTRDIFF_MAX : size * ratio + 64;
}

size_t mastic_decompressed_bound(mastic_codec codec, const void *input, size_t size) {
    size_t length;
    switch (codec) {
    // A copy of 64 bytes takes 3; the length in front may still be made up.
    case MASTIC_CODEC_SNAPPY: return snappy_uncompressed_length(input, size, &length) == SNAPPY_OK && length < times(size, 32) ? length : times(size, 32);
    // 258 bytes take at least 2 bits.
    case MASTIC_CODEC_GZIP:
    case MASTIC_CODEC_ZLIB:
    case MASTIC_CODEC_DEFLATE: return times(size, 1032);
    case MASTIC_CODEC_ZSTD: {
        // A block of at most 128 KiB takes at least 4 bytes.
        unsigned long long bound = ZSTD_getFrameContentSize(input, size);
        return bound == ZSTD_CONTENTSIZE_ERROR ? 0 : times(size, 32768);
    }
    case MASTIC_CODEC_LZ4: return times(size, 255);
    case MASTIC_CODEC_BROTLI: return PTRDIFF_MAX;
    }
    return PTRDIFF_MAX;
}

int64_t mastic_decompress_growing(mastic_codec codec, const void *input, size_t size, size_t limit, void **output) {
    *output = NULL;
    size_t capacity = size < 1024 ? 4096 : times(size, 4);
    uint8_t *memory = NULL;
    if (codec == MASTIC_CODEC_BROTLI) {
        BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
        if (!state) return MASTIC_CODEC_NO_MEMORY;
        if (capacity > limit) capacity = limit;
        if (!(memory = malloc(capacity + 1))) goto brotli_memory;
        size_t left = size, written = 0;
        const uint8_t *in = input;
        for (;;) {
            size_t room = capacity - written;
            uint8_t *out = memory + written;
            BrotliDecoderResult result = BrotliDecoderDecompressStream(state, &left, &in, &room, &out, NULL);
            written = (size_t)(out - memory);
            if (result == BROTLI_DECODER_RESULT_SUCCESS) break;
            if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT || capacity == limit) {
                BrotliDecoderDestroyInstance(state);
                free(memory);
                return result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ? MASTIC_CODEC_NO_ROOM : MASTIC_CODEC_CORRUPT;
            }
            capacity = capacity > limit / 2 ? limit : capacity * 2;
            uint8_t *grown = realloc(memory, capacity + 1);
            if (!grown) goto brotli_memory;
            memory = grown;
        }
        BrotliDecoderDestroyInstance(state);
        *output = memory;
        return (int64_t)written;
    brotli_memory:
        BrotliDecoderDestroyInstance(state);
        free(memory);
        return MASTIC_CODEC_NO_MEMORY;
    }
    if (codec == MASTIC_CODEC_ZSTD) {
        ZSTD_DStream *stream = ZSTD_createDStream();
        if (!stream) return MASTIC_CODEC_NO_MEMORY;
        if (capacity > limit) capacity = limit;
        if (!(memory = malloc(capacity + 1))) goto zstd_memory;
        ZSTD_inBuffer in = {input, size, 0};
        size_t written = 0;
        for (;;) {
            ZSTD_outBuffer out = {memory, capacity, written};
            size_t before = in.pos;
            size_t hint = ZSTD_decompressStream(stream, &out, &in);
            int stuck = in.pos == before && out.pos == written;
            written = out.pos;
            if (!ZSTD_isError(hint) && in.pos == in.size && hint == 0) break;
            int full = written == capacity;
            if (ZSTD_isError(hint) || (full && capacity == limit) || (!full && (stuck || in.pos == in.size))) {
                ZSTD_freeDStream(stream);
                free(memory);
                return !ZSTD_isError(hint) && full ? MASTIC_CODEC_NO_ROOM : MASTIC_CODEC_CORRUPT;
            }
            if (!full) continue;
            capacity = capacity > limit / 2 ? limit : capacity * 2;
            uint8_t *grown = realloc(memory, capacity + 1);
            if (!grown) goto zstd_memory;
            memory = grown;
        }
        ZSTD_freeDStream(stream);
        *output = memory;
        return (int64_t)written;
    zstd_memory:
        ZSTD_freeDStream(stream);
        free(memory);
        return MASTIC_CODEC_NO_MEMORY;
    }
    // Whole-buffer codecs: try again with more room until it fits.
    size_t bound = mastic_decompressed_bound(codec, input, size);
    if (bound < limit) limit = bound;
    if (codec == MASTIC_CODEC_SNAPPY || capacity > limit) capacity = limit;
    for (;;) {
        uint8_t *grown = realloc(memory, capacity + 1);
        if (!grown) {
            free(memory);
            return MASTIC_CODEC_NO_MEMORY;
        }
        memory = grown;
        int64_t n = mastic_decompress(codec, input, size, memory, capacity);
        if (n >= 0) {
            *output = memory;
            return n;
        }
        // LZ4 does not tell lack of room from damage.
        if (capacity == limit || (n != MASTIC_CODEC_NO_ROOM && codec != MASTIC_CODEC_LZ4)) {
            free(memory);
            return n;
        }
        capacity = capacity > limit / 2 ? limit : capacity * 2;
    }
}

int64_t mastic_brotli_decompressed_size(const void *input, size_t size, size_t limit) {
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    uint8_t *nowhere = malloc(1 << 16);
    int64_t result = MASTIC_CODEC_NO_MEMORY;
    if (state && nowhere) {
        const uint8_t *in = input;
        size_t left = size, total = 0;
        BrotliDecoderResult step;
        do {
            uint8_t *out = nowhere;
            size_t room = 1 << 16;
            step = BrotliDecoderDecompressStream(state, &left, &in, &room, &out, &total);
        } while (step == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && total <= limit);
        result = total > limit ? MASTIC_CODEC_NO_ROOM : step == BROTLI_DECODER_RESULT_SUCCESS ? (int64_t)total : MASTIC_CODEC_CORRUPT;
    }
    free(nowhere);
    if (state) BrotliDecoderDestroyInstance(state);
    return result;
}

size_t mastic_compress_bound(mastic_codec codec, size_t size) {
    switch (codec) {
    case MASTIC_CODEC_SNAPPY: return snappy_max_compressed_length(size);
    case MASTIC_CODEC_GZIP:
    case MASTIC_CODEC_ZLIB:
    case MASTIC_CODEC_DEFLATE: return libdeflate_gzip_compress_bound(NULL, size);
    case MASTIC_CODEC_ZSTD: return ZSTD_compressBound(size);
    case MASTIC_CODEC_LZ4: return size > LZ4_MAX_INPUT_SIZE ? 0 : (size_t)LZ4_compressBound((int)size);
    case MASTIC_CODEC_BROTLI: return BrotliEncoderMaxCompressedSize(size) + 16;
    }
    return 0;
}

int64_t mastic_compress(mastic_codec codec, int level, const void *input, size_t size, void *output, size_t capacity) {
    size_t written = capacity;
    contexts *c;
    switch (codec) {
    case MASTIC_CODEC_SNAPPY: return snappy_compress(input, size, output, &written) == SNAPPY_OK ? (int64_t)written : MASTIC_CODEC_NO_ROOM;
    case MASTIC_CODEC_GZIP:
    case MASTIC_CODEC_ZLIB:
    case MASTIC_CODEC_DEFLATE:
        if (!(c = thread_contexts())) return MASTIC_CODEC_NO_MEMORY;
        if (level < 0) level = 6;
        if (c->deflate && c->deflate_level != level) {
            libdeflate_free_compressor(c->deflate);
            c->deflate = NULL;
        }
        if (!c->deflate) c->deflate = libdeflate_alloc_compressor(level);
        if (!c->deflate) return MASTIC_CODEC_NO_MEMORY;
        c->deflate_level = level;
        written = codec == MASTIC_CODEC_GZIP   ? libdeflate_gzip_compress(c->deflate, input, size, output, capacity)
                  : codec == MASTIC_CODEC_ZLIB ? libdeflate_zlib_compress(c->deflate, input, size, output, capacity)
                                               : libdeflate_deflate_compress(c->deflate, input, size, output, capacity);
        return written ? (int64_t)written : MASTIC_CODEC_NO_ROOM;
    case MASTIC_CODEC_ZSTD:
        if (!(c = thread_contexts())) return MASTIC_CODEC_NO_MEMORY;
        if (!c->zstd_encoder) c->zstd_encoder = ZSTD_createCCtx();
        if (!c->zstd_encoder) return MASTIC_CODEC_NO_MEMORY;
        written = ZSTD_compressCCtx(c->zstd_encoder, output, capacity, input, size, level < 0 ? 3 : level);
        return ZSTD_isError(written) ? MASTIC_CODEC_NO_ROOM : (int64_t)written;
    case MASTIC_CODEC_LZ4: {
        if (size > LZ4_MAX_INPUT_SIZE) return MASTIC_CODEC_NO_ROOM;
        int n = LZ4_compress_default(input, output, (int)size, capacity > INT32_MAX ? INT32_MAX : (int)capacity);
        return n > 0 || size == 0 ? n : MASTIC_CODEC_NO_ROOM;
    }
    case MASTIC_CODEC_BROTLI:
        return BrotliEncoderCompress(level < 0 ? 5 : level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, size, input, &written, output)
                   ? (int64_t)written
                   : MASTIC_CODEC_NO_ROOM;
    }
    return MASTIC_CODEC_NO_ROOM;
}

int64_t mastic_lz4_frame_decompress(const void *input, size_t size, void *output, size_t capacity) {
    LZ4F_dctx *context;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return MASTIC_CODEC_NO_MEMORY;
    size_t total = 0;
    int64_t result = MASTIC_CODEC_CORRUPT;
    const uint8_t *in = input;
    while (size > 0) {
        size_t used = size, written = capacity - total;
        size_t hint = LZ4F_decompress(context, (uint8_t *)output + total, &written, in, &used, NULL);
        if (LZ4F_isError(hint)) break;
        total += written;
        in += used;
        size -= used;
        if (hint == 0) {
            result = (int64_t)total;
            break;
        }
        if (used == 0 && written == 0) {
            result = MASTIC_CODEC_NO_ROOM;
            break;
        }
    }
    LZ4F_freeDecompressionContext(context);
    return result;
}

uint32_t mastic_crc32(uint32_t crc, const void *bytes, size_t size) { return libdeflate_crc32(crc, bytes, size); }
