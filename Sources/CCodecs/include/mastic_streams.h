#pragma once
#include <stddef.h>

// Streaming compression of text files: bounded memory, any number of gzip members or zstd frames one after the other.

typedef enum { mastic_stream_gzip = 1, mastic_stream_zstd = 2 } mastic_stream_kind;

typedef enum {
  mastic_stream_more = 0,  // all input is used, or all room is filled
  mastic_stream_end = 1,   // a member or frame ended; the next call begins another
  mastic_stream_corrupt = 2,
  mastic_stream_memory = 3,
} mastic_stream_status;

typedef struct mastic_decompressor mastic_decompressor;

/// Nil when there is no memory.
mastic_decompressor *mastic_decompressor_create(mastic_stream_kind kind);
void mastic_decompressor_destroy(mastic_decompressor *stream);

/// Decompresses from `input` to `output`; says how much of both it used. `message`, when the result is `corrupt`, is a static text.
mastic_stream_status mastic_decompressor_run(
    mastic_decompressor *stream, const void *input, size_t input_size, size_t *input_used, void *output, size_t output_size, size_t *output_used,
    const char **message);

typedef struct mastic_compressor mastic_compressor;

/// `level` is the library's own; below 0 takes its default.
mastic_compressor *mastic_compressor_create(mastic_stream_kind kind, int level);
void mastic_compressor_destroy(mastic_compressor *stream);

/// Compresses from `input` to `output`. With `finish`, call until it returns `end`.
mastic_stream_status mastic_compressor_run(
    mastic_compressor *stream, const void *input, size_t input_size, size_t *input_used, void *output, size_t output_size, size_t *output_used,
    int finish);
