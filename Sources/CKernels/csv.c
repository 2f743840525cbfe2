#include "mastic_csv.h"

#include <string.h>

#include "mastic_number.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define MASTIC_X86 1
static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"); }
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

#if MASTIC_X86
__attribute__((target("avx2,bmi,bmi2,popcnt"))) INLINE masks masks_avx2(const uint8_t *p, const mastic_csv_dialect *d) {
  __m256i x = _mm256_loadu_si256((const __m256i *)p), y = _mm256_loadu_si256((const __m256i *)(p + 32));
#define EQUALS(BYTE)                                                                                      \
  ((uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)(BYTE)))) |                 \
   (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, _mm256_set1_epi8((char)(BYTE)))) << 32)
  masks m = {EQUALS(d->separator), EQUALS(d->line_end), d->quote < 0 ? 0 : EQUALS(d->quote), EQUALS('\r'),
             (uint32_t)_mm256_movemask_epi8(x) | (uint64_t)(uint32_t)_mm256_movemask_epi8(y) << 32};
#undef EQUALS
  return m;
}
__attribute__((target("avx2,bmi,bmi2,popcnt"))) INLINE uint32_t *put_avx2(uint32_t *out, uint64_t bits, uint32_t from) {
  return put_positions(out, bits, from);
}
__attribute__((target("avx2,bmi,bmi2,popcnt"))) static mastic_csv_stop walk_avx2(walk *shared, size_t start) {
  walk copy = *shared, *w = &copy;
  mastic_csv_stop stop = mastic_csv_exhausted;
  for (size_t at = start; at < w->end; at += 64) {
    masks m = masks_avx2(w->base + at, &w->dialect);
    if (!take(w, at, &m, &stop, put_avx2)) break;
    // A record with more fields than it may have.
    if (__builtin_expect(w->at > w->expected, 0)) {
      stop = mastic_csv_irregular;
      break;
    }
  }
  *shared = copy;
  return stop;
}
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

static mastic_csv_stop walk_plain(walk *w, size_t start) {
  mastic_csv_stop stop = mastic_csv_exhausted;
  for (size_t at = start; at < w->end; at += 64) {
    masks m = masks_plain(w->base + at, &w->dialect);
    if (!take(w, at, &m, &stop, put_positions)) return stop;
    if (w->at > w->expected) return mastic_csv_irregular;
  }
  return mastic_csv_exhausted;
}

mastic_csv_result mastic_csv_index(const uint8_t *base, uint32_t start, uint32_t end, const mastic_csv_dialect *dialect, size_t limit, uint32_t *ends) {
  walk w = {.dialect = *dialect, .base = base, .end = end, .limit = limit, .ends = ends, .at = ends + 1, .expected = ends + dialect->columns, .after_end = 1};
  ends[0] = start - 1;
  mastic_csv_stop stop;
#if MASTIC_X86
  if (has_avx2()) stop = walk_avx2(&w, start);
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

/// The view of a text behind which 16 bytes can be read.
INLINE void put_view(uint64_t *view, const uint8_t *text, size_t length) {
  uint64_t low, high;
  memcpy(&low, text, 8);
  if (length > 12) {
    view[0] = low << 32 | length;
    view[1] = (uint64_t)(uintptr_t)text;
    return;
  }
  memcpy(&high, text + 4, 8);
  // Bytes past the length are zero; shifts by 64 and more are kept apart.
  uint64_t first = length >= 4 ? 0xffffffffull : (1ull << length * 8) - 1;
  uint64_t rest = length >= 12 ? ~0ull : length > 4 ? (1ull << (length - 4) * 8) - 1 : 0;
  view[0] = (low & first) << 32 | length;
  view[1] = high & rest;
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
    put_view(views + 2 * i, x.text, x.length);
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
      put_view(view, copy, length);
    } else {
      put_view(view, start, length);
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

/// Eight digits, the first in the lowest byte, as a number.
INLINE uint64_t eight_digits(uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  return ((digits & 0x000000ff000000ffull) * 0x000f424000000064ull + ((digits >> 16) & 0x000000ff000000ffull) * 0x0000271000000001ull) >> 32;
}

/// Which bytes of eight are no digits, a high bit set for each; `digits` gets the digits' values.
INLINE uint64_t not_digits(uint64_t word, uint64_t *digits) {
  uint64_t x = word ^ 0x3030303030303030ull;
  *digits = x;
  return ((x + 0x7676767676767676ull) | x) & 0x8080808080808080ull;
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
    uint64_t word, digits;
    memcpy(&word, p, 8);
    // The bytes wanted move to the top, behind zero digits.
    unsigned shift = (unsigned)(8 - n) * 8;
    uint64_t zeros = shift ? 0x3030303030303030ull >> (64 - shift) : 0;
    word = word << shift | zeros;
    uint64_t others = not_digits(word, &digits);
    if (others == 0) {
      double x = (double)eight_digits(digits);
      *value = negative ? -x : x;
      return is_value;
    }
    unsigned place = (unsigned)__builtin_ctzll(others) & ~7u;
    if ((others & (others - 1)) == 0 && (word >> place & 0xff) == '.' && n > 1) {
      // The digits before the point move over it.
      uint64_t below = (1ull << place) - 1;
      digits = (digits & ~(below << 8 | 0xff)) | (digits & below) << 8;
      double x = (double)eight_digits(digits) / powers_of_ten[7 - place / 8];
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
    uint64_t word, digits;
    memcpy(&word, p, 8);
    unsigned shift = (unsigned)(8 - n) * 8;
    uint64_t zeros = shift ? 0x3030303030303030ull >> (64 - shift) : 0;
    word = word << shift | zeros;
    if (not_digits(word, &digits) == 0) {
      int64_t x = (int64_t)eight_digits(digits);
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
