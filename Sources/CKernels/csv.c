#include "mastic_csv.h"

#include <string.h>

#include "mastic_number.h"
#include "mastic_view.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define MASTIC_X86 1
static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"); }
static bool has_avx512(void) { return has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2"); }
#endif

#define INLINE static inline __attribute__((always_inline))

// MARK: The index

/// Bit `i` tells of byte `i` of 64.
typedef struct {
  uint64_t separators, line_ends, quotes, returns, high;
} masks;

typedef struct {
  mastic_csv_dialect dialect;
  const uint8_t *base;
  size_t end, limit;
  uint32_t *ends, *at;
  /// Where the record being read begins among `ends`, and where its last field's end must stand.
  uint32_t *expected;
  size_t rows;
  /// All ones while a quoted field goes on.
  uint64_t in_quotes;
  /// Bit 0: the byte before ends a field, or is a quote; the byte before closes a quote.
  uint64_t after_end, after_close;
  uint64_t high, quotes;
} walk;

/// The parity of the bits up to and with each bit.
INLINE uint64_t prefix_xor(uint64_t x) {
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  x ^= x << 32;
  return x;
}

/// The bits of one block that end fields. False: a quote stands where none belongs, or a line ends in quotes.
INLINE bool resolve(walk *w, const uint8_t *block, const masks *m, uint64_t kept, uint64_t *structural, uint64_t *line_ends) {
  uint64_t inside = prefix_xor(m->quotes) ^ w->in_quotes;
  uint64_t opens = m->quotes & inside, closes = m->quotes & ~inside;
  uint64_t ends = m->separators | m->line_ends;
  // A quote opens at a field's start, or behind one that closed: then it is the second of two that stand for one.
  uint64_t bad = opens & ~((ends | m->quotes) << 1 | w->after_end);
  uint64_t next_line = m->line_ends >> 1 | (uint64_t)(block[64] == w->dialect.line_end) << 63;
  uint64_t behind = ends | m->quotes | (w->dialect.line_end == '\n' ? m->returns & next_line : 0);
  bad |= (closes << 1 | w->after_close) & ~behind;
  if (!w->dialect.multiline) bad |= m->line_ends & inside;
  if (__builtin_expect((bad & kept) != 0, 0)) return false;
  w->in_quotes = (uint64_t)((int64_t)inside >> 63);
  w->after_end = (ends | m->quotes) >> 63;
  w->after_close = closes >> 63;
  *structural = ends & ~inside;
  *line_ends = m->line_ends & ~inside;
  return true;
}

/// Writes positions for the bits, eight or more at a time, and returns the place behind the last.
INLINE uint32_t *put_positions(uint32_t *out, uint64_t bits, uint32_t from) {
  uint32_t *end = out + __builtin_popcountll(bits);
  while (bits) {
    for (int i = 0; i < 8; i++) {
      out[i] = from + (uint32_t)__builtin_ctzll(bits | 1ull << 63);
      bits &= bits - 1;
    }
    out += 8;
  }
  return end;
}

/// Takes in one block; false when the walk ends there.
INLINE bool take(walk *w, size_t at, const masks *read, mastic_csv_stop *stop, uint32_t *(*put)(uint32_t *, uint64_t, uint32_t)) {
  masks m = *read;
  uint64_t kept = ~0ull;
  size_t left = w->end - at;
  if (__builtin_expect(left < 64, 0)) {
    kept = (1ull << left) - 1;
    m.separators &= kept;
    m.line_ends &= kept;
    m.quotes &= kept;
    m.high &= kept;
  }
  w->high |= m.high;
  uint64_t structural = m.separators | m.line_ends, line_ends = m.line_ends;
  if (m.quotes | w->in_quotes | w->after_close) {
    w->quotes |= m.quotes;
    if (!resolve(w, w->base + at, &m, kept, &structural, &line_ends)) {
      *stop = mastic_csv_irregular;
      return false;
    }
  } else {
    w->after_end = structural >> 63;
  }
  uint32_t *before = w->at;
  w->at = put(before, structural, (uint32_t)at);
  // Each line must end where the record has its last field.
  while (line_ends) {
    uint64_t below = (line_ends & (0 - line_ends)) - 1;
    if (__builtin_expect(before + __builtin_popcountll(structural & below) != w->expected, 0)) {
      *stop = mastic_csv_irregular;
      return false;
    }
    w->expected += w->dialect.columns;
    line_ends &= line_ends - 1;
    if (++w->rows == w->limit) {
      *stop = mastic_csv_full;
      return false;
    }
  }
  return true;
}

/// Defines a walk over all blocks with one way to compare bytes and one to write positions.
#define WALK(NAME, MASKS, PUT)                                                  \
  static mastic_csv_stop NAME(walk *shared, size_t start) {                     \
    walk copy = *shared, *w = &copy;                                            \
    mastic_csv_stop stop = mastic_csv_exhausted;                                \
    for (size_t at = start; at < w->end; at += 64) {                            \
      masks m = MASKS(w->base + at, &w->dialect);                               \
      if (!take(w, at, &m, &stop, PUT)) break;                                  \
      /* A record with more fields than it may have. */                         \
      if (__builtin_expect(w->at > w->expected, 0)) {                           \
        stop = mastic_csv_irregular;                                            \
        break;                                                                  \
      }                                                                         \
    }                                                                           \
    *shared = copy;                                                             \
    return stop;                                                                \
  }

#if MASTIC_X86
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vbmi2")))

AVX2 INLINE uint64_t equal_avx2(__m256i x, __m256i y, uint8_t byte) {
  __m256i value = _mm256_set1_epi8((char)byte);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, value)) | (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, value)) << 32;
}

AVX2 INLINE masks masks_avx2(const uint8_t *p, const mastic_csv_dialect *d) {
  __m256i x = _mm256_loadu_si256((const __m256i *)p), y = _mm256_loadu_si256((const __m256i *)(p + 32));
  uint64_t high = (uint32_t)_mm256_movemask_epi8(x) | (uint64_t)(uint32_t)_mm256_movemask_epi8(y) << 32;
  return (masks){
      equal_avx2(x, y, d->separator), equal_avx2(x, y, d->line_end), d->quote < 0 ? 0 : equal_avx2(x, y, (uint8_t)d->quote), equal_avx2(x, y, '\r'), high};
}

AVX2 INLINE uint32_t *put_avx2(uint32_t *out, uint64_t bits, uint32_t from) { return put_positions(out, bits, from); }

AVX2 WALK(walk_avx2, masks_avx2, put_avx2)

AVX512 INLINE masks masks_avx512(const uint8_t *p, const mastic_csv_dialect *d) {
  __m512i x = _mm512_loadu_si512(p);
  uint64_t quotes = d->quote < 0 ? 0 : _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)d->quote));
  return (masks){
      _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)d->separator)), _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)d->line_end)), quotes,
      _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\r')), _mm512_movepi8_mask(x)};
}

/// The positions of a block are bytes that the bits pick out of 0, 1, ..., 63.
AVX512 INLINE uint32_t *put_avx512(uint32_t *out, uint64_t bits, uint32_t from) {
  static const uint8_t places[64] __attribute__((aligned(64))) = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
      32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  __m512i picked = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(places)), base = _mm512_set1_epi32((int)from);
  unsigned count = (unsigned)__builtin_popcountll(bits);
  _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(picked))));
  if (__builtin_expect(count > 16, 0)) {
    _mm512_storeu_si512(out + 16, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(picked, 1))));
    _mm512_storeu_si512(out + 32, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(picked, 2))));
    _mm512_storeu_si512(out + 48, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(picked, 3))));
  }
  return out + count;
}

AVX512 WALK(walk_avx512, masks_avx512, put_avx512)
#endif

INLINE masks masks_plain(const uint8_t *p, const mastic_csv_dialect *d) {
  masks m = {0, 0, 0, 0, 0};
  for (int i = 0; i < 64; i++) {
    uint64_t bit = 1ull << i;
    if (p[i] == d->separator) m.separators |= bit;
    if (p[i] == d->line_end) m.line_ends |= bit;
    if (p[i] == d->quote) m.quotes |= bit;
    if (p[i] == '\r') m.returns |= bit;
    if (p[i] >= 0x80) m.high |= bit;
  }
  return m;
}

WALK(walk_plain, masks_plain, put_positions)

mastic_csv_result mastic_csv_index(
    const uint8_t *base, uint32_t start, uint32_t end, const mastic_csv_dialect *dialect, size_t limit, mastic_csv_level level, uint32_t *ends) {
  walk w = {.dialect = *dialect, .base = base, .end = end, .limit = limit, .ends = ends, .at = ends + 1, .expected = ends + dialect->columns, .after_end = 1};
  ends[0] = start - 1;
  mastic_csv_stop stop;
#if MASTIC_X86
  if (level == mastic_csv_best && has_avx512()) stop = walk_avx512(&w, start);
  else if (level != mastic_csv_plain && has_avx2()) stop = walk_avx2(&w, start);
  else
#endif
    stop = walk_plain(&w, start);
  return (mastic_csv_result){w.rows, stop, w.high != 0, w.quotes != 0};
}

// MARK: Fields

typedef struct {
  const uint8_t *text;
  size_t length;
  bool raw;
} field;

INLINE field field_at(const mastic_csv_fields *f, size_t i) {
  const uint32_t *ends = f->ends + (f->rows ? (size_t)f->rows[i] : i) * f->columns;
  uint32_t start = ends[0] + 1, end = ends[1];
  if (f->trims_return && end > start && f->base[end - 1] == '\r') end--;
  field result = {f->base + start, end - start, false};
  if (f->quote >= 0 && result.length != 0 && *result.text == f->quote) {
    // The quotes of the index are all at ends of fields or doubled, so the last byte is one.
    if (memchr(result.text + 1, f->quote, result.length - 2)) {
      result.raw = true;
    } else {
      result.text++;
      result.length -= 2;
    }
  }
  return result;
}

void mastic_csv_cells(const mastic_csv_fields *fields, uint64_t *cells) {
  mastic_csv_fields f = *fields;
  for (size_t i = 0; i < f.count; i++) {
    field x = field_at(&f, i);
    cells[i] = (uint64_t)(x.text - f.base) | (uint64_t)x.length << 32 | (uint64_t)x.raw << 63;
  }
}

mastic_csv_views_result mastic_csv_views(const mastic_csv_fields *fields, uint64_t *views, uint32_t *raw) {
  mastic_csv_fields f = *fields;
  mastic_csv_views_result result = {0, 0, false};
  size_t longest = 0;
  for (size_t i = 0; i < f.count; i++) {
    field x = field_at(&f, i);
    if (__builtin_expect(x.raw, 0)) {
      views[2 * i] = views[2 * i + 1] = 0;
      raw[result.raw_count++] = (uint32_t)i;
      result.raw_bytes += x.length;
      continue;
    }
    mastic_view_put(views + 2 * i, x.text, x.length);
    longest = x.length > longest ? x.length : longest;
  }
  result.has_pointers = longest > 12;
  return result;
}

size_t mastic_csv_raw_views(const mastic_csv_fields *fields, const uint32_t *raw, size_t raw_count, uint64_t *views, uint8_t *side) {
  mastic_csv_fields f = *fields;
  uint8_t *out = side;
  for (size_t k = 0; k < raw_count; k++) {
    field x = field_at(&f, raw[k]);
    const uint8_t *p = x.text + 1, *end = x.text + x.length - 1;
    uint8_t *start = out;
    // Every quote in between is the first of two.
    while (p < end) {
      const uint8_t *next = memchr(p, f.quote, (size_t)(end - p));
      size_t n = (size_t)((next ? next + 1 : end) - p);
      memcpy(out, p, n);
      out += n;
      p += n + (next != NULL);
    }
    size_t length = (size_t)(out - start);
    uint64_t view[2] = {0, 0};
    if (length <= 12) {
      uint8_t copy[32] = {0};
      memcpy(copy, start, length);
      mastic_view_put(view, copy, length);
    } else {
      mastic_view_put(view, start, length);
    }
    views[2 * raw[k]] = view[0];
    views[2 * raw[k] + 1] = view[1];
  }
  return (size_t)(out - side);
}

// MARK: Numbers

typedef enum { is_value, is_empty, is_other } meaning;

INLINE bool is_space(uint8_t byte) { return byte == ' ' || byte == '\t'; }

static __attribute__((noinline)) meaning slow_double(const uint8_t *text, size_t length, double *value) {
  while (length && is_space(*text)) text++, length--;
  while (length && is_space(text[length - 1])) length--;
  if (length == 0) return is_empty;
  return mastic_number_double(text, length, true, value) ? is_value : is_other;
}

static __attribute__((noinline)) meaning slow_long(const uint8_t *text, size_t length, int64_t *value) {
  while (length && is_space(*text)) text++, length--;
  while (length && is_space(text[length - 1])) length--;
  if (length == 0) return is_empty;
  return mastic_number_long(text, length, value) ? is_value : is_other;
}

static const double powers_of_ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

/// Up to eight bytes are digits with at most one point among them: nearly every amount.
INLINE meaning read_double(const uint8_t *text, size_t length, double *value) {
  const uint8_t *p = text;
  size_t n = length;
  bool negative = n != 0 && *p == '-';
  p += negative;
  n -= negative;
  if (__builtin_expect(n - 1 < 8, 1)) {
    // The bytes wanted move to the top, behind zero digits.
    uint64_t digits, shift = (8 - n) * 8;
    uint64_t others = mastic_number_not_digits(p, &digits) << shift;
    digits <<= shift;
    if (others == 0) {
      double x = (double)mastic_number_eight_digits(digits);
      *value = negative ? -x : x;
      return is_value;
    }
    unsigned place = (unsigned)__builtin_ctzll(others) & ~7u;
    if ((others & (others - 1)) == 0 && p[place / 8 - (8 - n)] == '.' && n > 1) {
      // The digits before the point move over it.
      uint64_t below = (1ull << place) - 1;
      digits = (digits & ~(below << 8 | 0xff)) | (digits & below) << 8;
      double x = (double)mastic_number_eight_digits(digits) / powers_of_ten[7 - place / 8];
      *value = negative ? -x : x;
      return is_value;
    }
  }
  return slow_double(text, length, value);
}

INLINE meaning read_long(const uint8_t *text, size_t length, int64_t *value) {
  const uint8_t *p = text;
  size_t n = length;
  bool negative = n != 0 && *p == '-';
  p += negative;
  n -= negative;
  if (__builtin_expect(n - 1 < 8, 1)) {
    uint64_t digits, shift = (8 - n) * 8;
    if (mastic_number_not_digits(p, &digits) << shift == 0) {
      int64_t x = (int64_t)mastic_number_eight_digits(digits << shift);
      *value = negative ? -x : x;
      return is_value;
    }
  }
  return slow_long(text, length, value);
}

#define COLUMN(NAME, TYPE, READ_TYPE, READ, FITS)                                             \
  ptrdiff_t NAME(const mastic_csv_fields *fields, TYPE *values, uint64_t *valid) {            \
    mastic_csv_fields f = *fields;                                                            \
    size_t nulls = 0;                                                                         \
    for (size_t i = 0; i < f.count; i += 64) {                                                \
      size_t n = f.count - i < 64 ? f.count - i : 64;                                         \
      uint64_t empty = 0;                                                                     \
      for (size_t k = 0; k < n; k++) {                                                        \
        field x = field_at(&f, i + k);                                                        \
        READ_TYPE value = 0;                                                                  \
        meaning found = x.raw ? is_other : READ(x.text, x.length, &value);                    \
        if (__builtin_expect(found != is_value, 0)) {                                         \
          if (found == is_other) return -1;                                                   \
          empty |= 1ull << k;                                                                 \
          value = 0;                                                                          \
        }                                                                                     \
        if (!(FITS)) return -1;                                                               \
        values[i + k] = (TYPE)value;                                                          \
      }                                                                                       \
      valid[i / 64] = ~empty;                                                                 \
      nulls += (size_t)__builtin_popcountll(empty);                                           \
    }                                                                                         \
    return (ptrdiff_t)nulls;                                                                  \
  }

COLUMN(mastic_csv_doubles, double, double, read_double, true)
COLUMN(mastic_csv_longs, int64_t, int64_t, read_long, true)
COLUMN(mastic_csv_ints, int32_t, int64_t, read_long, value >= INT32_MIN && value <= INT32_MAX)
