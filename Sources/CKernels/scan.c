#include "mastic_scan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define MASTIC_X86 1
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#endif

// MARK: Positions of up to four bytes

/// Writes the positions of the set bits, eight at a time: the number of iterations, not of bits, is what a branch predictor can learn.
static inline __attribute__((always_inline)) uint32_t *flatten(uint32_t *out, uint64_t bits, uint32_t base) {
  if (bits == 0) return out;
  unsigned n = (unsigned)__builtin_popcountll(bits);
  uint32_t *end = out + n;
  do {
    for (int i = 0; i < 8; i++) {
      out[i] = base + (uint32_t)__builtin_ctzll(bits | (1ull << 63));
      bits &= bits - 1;
    }
    out += 8;
  } while (bits);
  return end;
}

static size_t any4_scalar(const uint8_t *p, size_t from, size_t n, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *out, size_t found) {
  for (size_t i = from; i < n; i++) {
    uint8_t x = p[i];
    if (x == a || x == b || x == c || x == d) out[found++] = (uint32_t)i;
  }
  return found;
}

#if MASTIC_X86
__attribute__((target("avx2,bmi,popcnt"))) static size_t any4_avx2(
    const uint8_t *p, size_t n, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *out) {
  const __m256i va = _mm256_set1_epi8((char)a), vb = _mm256_set1_epi8((char)b);
  const __m256i vc = _mm256_set1_epi8((char)c), vd = _mm256_set1_epi8((char)d);
  uint32_t *at = out;
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(p + i)), y = _mm256_loadu_si256((const __m256i *)(p + i + 32));
    __m256i mx = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(x, va), _mm256_cmpeq_epi8(x, vb)),
        _mm256_or_si256(_mm256_cmpeq_epi8(x, vc), _mm256_cmpeq_epi8(x, vd)));
    __m256i my = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(y, va), _mm256_cmpeq_epi8(y, vb)),
        _mm256_or_si256(_mm256_cmpeq_epi8(y, vc), _mm256_cmpeq_epi8(y, vd)));
    uint64_t bits = (uint32_t)_mm256_movemask_epi8(mx) | (uint64_t)(uint32_t)_mm256_movemask_epi8(my) << 32;
    at = flatten(at, bits, (uint32_t)i);
  }
  return any4_scalar(p, i, n, a, b, c, d, out, (size_t)(at - out));
}

static size_t any4_sse2(const uint8_t *p, size_t n, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *out) {
  const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b), vc = _mm_set1_epi8((char)c), vd = _mm_set1_epi8((char)d);
  uint32_t *at = out;
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    uint64_t bits = 0;
    for (int k = 0; k < 4; k++) {
      __m128i x = _mm_loadu_si128((const __m128i *)(p + i + 16 * k));
      __m128i m = _mm_or_si128(
          _mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb)), _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd)));
      bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(m) << (16 * k);
    }
    at = flatten(at, bits, (uint32_t)i);
  }
  return any4_scalar(p, i, n, a, b, c, d, out, (size_t)(at - out));
}
#endif

size_t mastic_scan_any4(const uint8_t *bytes, size_t count, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *positions) {
#if MASTIC_X86
  return has_avx2() ? any4_avx2(bytes, count, a, b, c, d, positions) : any4_sse2(bytes, count, a, b, c, d, positions);
#else
  return any4_scalar(bytes, 0, count, a, b, c, d, positions, 0);
#endif
}

// MARK: Counting

static size_t count_plain(const uint8_t *p, size_t n, uint8_t byte) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) found += p[i] == byte;
  return found;
}

#if MASTIC_X86
__attribute__((target("avx2,popcnt"))) static size_t count_avx2(const uint8_t *p, size_t n, uint8_t byte) {
  const __m256i v = _mm256_set1_epi8((char)byte);
  size_t i = 0, found = 0;
  for (; i + 32 <= n; i += 32) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
    found += (size_t)__builtin_popcount((unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, v)));
  }
  return found + count_plain(p + i, n - i, byte);
}
#endif

size_t mastic_scan_count(const uint8_t *bytes, size_t count, uint8_t byte) {
#if MASTIC_X86
  if (has_avx2()) return count_avx2(bytes, count, byte);
#endif
  return count_plain(bytes, count, byte);
}

// MARK: UTF-8

#if MASTIC_X86
__attribute__((target("avx2"))) static size_t ascii_avx2(const uint8_t *p, size_t n) {
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(p + i)), y = _mm256_loadu_si256((const __m256i *)(p + i + 32));
    if (_mm256_movemask_epi8(_mm256_or_si256(x, y))) break;
  }
  while (i < n && p[i] < 0x80) i++;
  return i;
}
#endif

static size_t ascii_plain(const uint8_t *p, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t word;
    memcpy(&word, p + i, 8);
    if (word & 0x8080808080808080ull) break;
  }
  while (i < n && p[i] < 0x80) i++;
  return i;
}

size_t mastic_scan_ascii(const uint8_t *bytes, size_t count) {
#if MASTIC_X86
  if (has_avx2()) return ascii_avx2(bytes, count);
#endif
  return ascii_plain(bytes, count);
}

static inline bool continuation(uint8_t byte) { return (byte & 0xc0) == 0x80; }

size_t mastic_scan_utf8(const uint8_t *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    uint8_t lead = p[i];
    if (lead < 0x80) {
      // A short look first: text in other scripts changes between the two all the time.
      size_t stop = i + 16 < n ? i + 16 : n;
      while (i < stop && p[i] < 0x80) i++;
      if (i == stop) i += mastic_scan_ascii(p + i, n - i);
    } else if (lead < 0xc2) {
      return i;
    } else if (lead < 0xe0) {
      if (n - i < 2 || !continuation(p[i + 1])) return i;
      i += 2;
    } else if (lead < 0xf0) {
      if (n - i < 3 || !continuation(p[i + 1]) || !continuation(p[i + 2])) return i;
      if ((lead == 0xe0 && p[i + 1] < 0xa0) || (lead == 0xed && p[i + 1] > 0x9f)) return i;
      i += 3;
    } else if (lead < 0xf5) {
      if (n - i < 4 || !continuation(p[i + 1]) || !continuation(p[i + 2]) || !continuation(p[i + 3])) return i;
      if ((lead == 0xf0 && p[i + 1] < 0x90) || (lead == 0xf4 && p[i + 1] > 0x8f)) return i;
      i += 4;
    } else {
      return i;
    }
  }
  return n;
}

size_t mastic_scan_utf8_views(const uint64_t *views, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t low = views[2 * i], high = views[2 * i + 1];
    size_t length = (uint32_t)low;
    if (length <= 12) {
      // Behind a short text stand zeros.
      if (!((low >> 32 | high) & 0x8080808080808080)) continue;
      uint8_t bytes[16];
      memcpy(bytes, views + 2 * i, 16);
      if (mastic_scan_utf8(bytes + 4, length) < length) return i;
    } else if (mastic_scan_utf8((const uint8_t *)(uintptr_t)high, length) < length) {
      return i;
    }
  }
  return count;
}

#if MASTIC_X86
__attribute__((target("avx2,popcnt"))) static size_t ascii_lines_avx2(const uint8_t *p, size_t n, uint8_t line_end, size_t *lines) {
  const __m256i v = _mm256_set1_epi8((char)line_end);
  size_t i = 0, found = 0;
  for (; i + 64 <= n; i += 64) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(p + i)), y = _mm256_loadu_si256((const __m256i *)(p + i + 32));
    if (_mm256_movemask_epi8(_mm256_or_si256(x, y))) break;
    uint64_t ends = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, v)) | (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, v)) << 32;
    found += (size_t)__builtin_popcountll(ends);
  }
  *lines = found;
  return i;
}
#endif

size_t mastic_scan_utf8_lines(const uint8_t *p, size_t n, uint8_t line_end, size_t *lines) {
  size_t i = 0, found = 0;
#if MASTIC_X86
  if (has_avx2()) i = ascii_lines_avx2(p, n, line_end, &found);
#endif
  *lines = found + mastic_scan_count(p + i, n - i, line_end);
  return i + mastic_scan_utf8(p + i, n - i);
}

// MARK: JSON

size_t mastic_scan_json_plain(const uint8_t *p, size_t n) {
  size_t i = 0;
#if MASTIC_X86
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
  for (; i + 16 <= n; i += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
    // As signed numbers, control characters and everything beyond ASCII are below the space.
    __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)), _mm_cmplt_epi8(v, space));
    int mask = _mm_movemask_epi8(stop);
    if (mask) return i + (size_t)__builtin_ctz((unsigned)mask);
  }
#endif
  while (i < n && p[i] >= 0x20 && p[i] < 0x80 && p[i] != '"' && p[i] != '\\') i++;
  return i;
}
