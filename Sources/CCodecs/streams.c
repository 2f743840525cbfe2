#include "mastic_streams.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct mastic_decompressor {
  mastic_stream_kind kind;
  int fresh;  // at the beginning of a member
  z_stream gzip;
  ZSTD_DStream *zstd;
};

mastic_decompressor *mastic_decompressor_create(mastic_stream_kind kind) {
  mastic_decompressor *stream = calloc(1, sizeof *stream);
  if (!stream) return NULL;
  stream->kind = kind;
  stream->fresh = 1;
  int ready = kind == mastic_stream_gzip ? inflateInit2(&stream->gzip, 15 + 16) == Z_OK : (stream->zstd = ZSTD_createDStream()) != NULL;
  // A window of 128 MiB is what the zstd program takes without being asked.
  if (ready && kind == mastic_stream_zstd) ready = !ZSTD_isError(ZSTD_DCtx_setParameter(stream->zstd, ZSTD_d_windowLogMax, 27));
  if (!ready) {
    mastic_decompressor_destroy(stream);
    return NULL;
  }
  return stream;
}

void mastic_decompressor_destroy(mastic_decompressor *stream) {
  if (!stream) return;
  if (stream->kind == mastic_stream_gzip) inflateEnd(&stream->gzip);
  ZSTD_freeDStream(stream->zstd);
  free(stream);
}

static mastic_stream_status inflate_some(
    mastic_decompressor *stream, const void *input, size_t input_size, size_t *input_used, void *output, size_t output_size, size_t *output_used,
    const char **message) {
  z_stream *z = &stream->gzip;
  if (stream->fresh && inflateReset(z) != Z_OK) return mastic_stream_memory;
  stream->fresh = 0;
  uInt in = input_size > UINT_MAX ? UINT_MAX : (uInt)input_size, out = output_size > UINT_MAX ? UINT_MAX : (uInt)output_size;
  z->next_in = (Bytef *)input;
  z->avail_in = in;
  z->next_out = output;
  z->avail_out = out;
  int code = inflate(z, Z_NO_FLUSH);
  *input_used = in - z->avail_in;
  *output_used = out - z->avail_out;
  if (code == Z_STREAM_END) {
    stream->fresh = 1;
    return mastic_stream_end;
  }
  if (code == Z_OK || code == Z_BUF_ERROR) return mastic_stream_more;
  if (code == Z_MEM_ERROR) return mastic_stream_memory;
  *message = z->msg ? z->msg : "invalid data";
  return mastic_stream_corrupt;
}

mastic_stream_status mastic_decompressor_run(
    mastic_decompressor *stream, const void *input, size_t input_size, size_t *input_used, void *output, size_t output_size, size_t *output_used,
    const char **message) {
  *message = "";
  if (stream->kind == mastic_stream_gzip)
    return inflate_some(stream, input, input_size, input_used, output, output_size, output_used, message);
  ZSTD_inBuffer in = {input, input_size, 0};
  ZSTD_outBuffer out = {output, output_size, 0};
  size_t code = ZSTD_decompressStream(stream->zstd, &out, &in);
  *input_used = in.pos;
  *output_used = out.pos;
  if (ZSTD_isError(code)) {
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) return mastic_stream_memory;
    *message = ZSTD_getErrorName(code);
    return mastic_stream_corrupt;
  }
  return code == 0 ? mastic_stream_end : mastic_stream_more;
}

struct mastic_compressor {
  mastic_stream_kind kind;
  z_stream gzip;
  ZSTD_CStream *zstd;
};

mastic_compressor *mastic_compressor_create(mastic_stream_kind kind, int level) {
  mastic_compressor *stream = calloc(1, sizeof *stream);
  if (!stream) return NULL;
  stream->kind = kind;
  int ready;
  if (kind == mastic_stream_gzip) {
    ready = deflateInit2(&stream->gzip, level < 0 ? Z_DEFAULT_COMPRESSION : level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  } else {
    stream->zstd = ZSTD_createCStream();
    ready = stream->zstd && !ZSTD_isError(ZSTD_initCStream(stream->zstd, level < 0 ? ZSTD_CLEVEL_DEFAULT : level));
    if (ready) ZSTD_CCtx_setParameter(stream->zstd, ZSTD_c_checksumFlag, 1);
  }
  if (!ready) {
    mastic_compressor_destroy(stream);
    return NULL;
  }
  return stream;
}

void mastic_compressor_destroy(mastic_compressor *stream) {
  if (!stream) return;
  if (stream->kind == mastic_stream_gzip) deflateEnd(&stream->gzip);
  ZSTD_freeCStream(stream->zstd);
  free(stream);
}

mastic_stream_status mastic_compressor_run(
    mastic_compressor *stream, const void *input, size_t input_size, size_t *input_used, void *output, size_t output_size, size_t *output_used,
    int finish) {
  if (stream->kind == mastic_stream_gzip) {
    z_stream *z = &stream->gzip;
    uInt in = input_size > UINT_MAX ? UINT_MAX : (uInt)input_size, out = output_size > UINT_MAX ? UINT_MAX : (uInt)output_size;
    z->next_in = (Bytef *)input;
    z->avail_in = in;
    z->next_out = output;
    z->avail_out = out;
    int code = deflate(z, finish && in == input_size ? Z_FINISH : Z_NO_FLUSH);
    *input_used = in - z->avail_in;
    *output_used = out - z->avail_out;
    if (code == Z_STREAM_END) return mastic_stream_end;
    return code == Z_OK || code == Z_BUF_ERROR ? mastic_stream_more : mastic_stream_memory;
  }
  ZSTD_inBuffer in = {input, input_size, 0};
  ZSTD_outBuffer out = {output, output_size, 0};
  size_t left = ZSTD_compressStream2(stream->zstd, &out, &in, finish ? ZSTD_e_end : ZSTD_e_continue);
  *input_used = in.pos;
  *output_used = out.pos;
  if (ZSTD_isError(left)) return mastic_stream_memory;
  return finish && left == 0 ? mastic_stream_end : mastic_stream_more;
}
