#define _GNU_SOURCE
#include "mastic_lua_kernels.h"
#include "lua_views.h"

#include "mastic_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2,bmi,bmi2,popcnt")))
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
#define WIDE
static bool has_avx2(void) { return false; }
#endif
/// Makes `name` of `name##_body`, compiled twice: for any machine and for one with AVX2.
#define DISPATCH(name, parameters, arguments)                              \
  WIDE static void name##_wide parameters { name##_body arguments; }       \
  static __attribute__((noinline)) void name##_plain parameters { name##_body arguments; } \
  static void name parameters {                                            \
    if (has_avx2()) name##_wide arguments;                                 \
    else name##_plain arguments;                                           \
  }

/// One bit a byte: its lowest.
INLINE uint64_t pack(const uint8_t *bytes) {
#if defined(__x86_64__)
  uint64_t result = 0;
  for (int i = 0; i < 4; i++) {
    __m128i sixteen = _mm_loadu_si128((const __m128i *)(bytes + i * 16));
    result |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_slli_epi16(sixteen, 7)) << (i * 16);
  }
  return result;
#else
  uint64_t result = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t eight;
    memcpy(&eight, bytes + i * 8, 8);
    result |= ((eight * UINT64_C(0x0102040810204080)) >> 56) << (i * 8);
  }
  return result;
#endif
}

/// Writes the bit of each row.
#define PACK_ROWS(n, out, condition)                       \
  do {                                                     \
    uint8_t bytes_[64];                                    \
    size_t whole_ = (n) / 64;                              \
    for (size_t w_ = 0; w_ < whole_; w_++) {               \
      const size_t base_ = w_ * 64;                        \
      for (size_t j_ = 0; j_ < 64; j_++) {                 \
        const size_t i = base_ + j_;                       \
        bytes_[j_] = (condition);                          \
      }                                                    \
      (out)[w_] = pack(bytes_);                            \
    }                                                      \
    if ((n)&63) {                                          \
      uint64_t last_ = 0;                                  \
      for (size_t i = whole_ * 64; i < (n); i++) last_ |= (uint64_t)(condition) << (i & 63); \
      (out)[whole_] = last_;                               \
    }                                                      \
  } while (0)

// MARK: Comparison

#define COMPARE_CASES(n, out, A, B)                               \
  switch (relation) {                                             \
  case MASTIC_LUA_EQ: PACK_ROWS(n, out, (A) == (B)); break;       \
  case MASTIC_LUA_LT: PACK_ROWS(n, out, (A) < (B)); break;        \
  case MASTIC_LUA_LE: PACK_ROWS(n, out, (A) <= (B)); break;       \
  case MASTIC_LUA_GT: PACK_ROWS(n, out, (A) > (B)); break;        \
  case MASTIC_LUA_GE: PACK_ROWS(n, out, (A) >= (B)); break;       \
  }

INLINE void compare_double_body(
    mastic_lua_relation relation, const double *restrict a, const double *restrict b, bool constant, size_t n, uint64_t *restrict out) {
  if (constant) {
    const double c = *b;
    COMPARE_CASES(n, out, a[i], c)
  } else {
    COMPARE_CASES(n, out, a[i], b[i])
  }
}
DISPATCH(
    compare_double, (mastic_lua_relation relation, const double *a, const double *b, bool constant, size_t n, uint64_t *out),
    (relation, a, b, constant, n, out))
void mastic_lua_compare_double(mastic_lua_relation relation, const double *a, const double *b, bool constant, size_t n, uint64_t *out) {
  compare_double(relation, a, b, constant, n, out);
}

INLINE void compare_long_body(
    mastic_lua_relation relation, const int64_t *restrict a, const int64_t *restrict b, bool constant, size_t n, uint64_t *restrict out) {
  if (constant) {
    const int64_t c = *b;
    COMPARE_CASES(n, out, a[i], c)
  } else {
    COMPARE_CASES(n, out, a[i], b[i])
  }
}
DISPATCH(
    compare_long, (mastic_lua_relation relation, const int64_t *a, const int64_t *b, bool constant, size_t n, uint64_t *out),
    (relation, a, b, constant, n, out))
void mastic_lua_compare_long(mastic_lua_relation relation, const int64_t *a, const int64_t *b, bool constant, size_t n, uint64_t *out) {
  compare_long(relation, a, b, constant, n, out);
}

/// Negative, zero or positive as the integer is below, equal to or above the float; 2 when that is not a number.
INLINE int order_long_double(int64_t a, double b) {
  if (b != b) return 2;
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  // The float lies in the integers' range; its floor is exact.
  double down = floor(b);
  int64_t whole = (int64_t)down;
  if (a < whole) return -1;
  if (a > whole) return 1;
  return down < b ? -1 : 0;
}

void mastic_lua_compare_long_double(mastic_lua_relation relation, const int64_t *a, const double *b, bool constant, size_t n, uint64_t *out) {
  clear_bits(out, n);
  for (size_t i = 0; i < n; i++) {
    int order = order_long_double(a[i], b[constant ? 0 : i]);
    bool holds = false;
    switch (relation) {
    case MASTIC_LUA_EQ: holds = order == 0; break;
    case MASTIC_LUA_LT: holds = order == -1; break;
    case MASTIC_LUA_LE: holds = order <= 0; break;
    case MASTIC_LUA_GT: holds = order == 1; break;
    case MASTIC_LUA_GE: holds = order == 0 || order == 1; break;
    }
    out[i >> 6] |= (uint64_t)holds << (i & 63);
  }
}

INLINE int order_strings(const view *a, const view *b) {
  uint32_t x, y;
  memcpy(&x, a->bytes, 4);
  memcpy(&y, b->bytes, 4);
  if (x != y) return __builtin_bswap32(x) < __builtin_bswap32(y) ? -1 : 1;
  uint32_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(bytes_of(a), bytes_of(b), shorter);
  if (order) return order < 0 ? -1 : 1;
  return a->length < b->length ? -1 : a->length > b->length;
}

INLINE void equal_short_body(const uint64_t *restrict a, uint64_t low, uint64_t high, size_t n, uint64_t *restrict out) {
  PACK_ROWS(n, out, ((a[2 * i] ^ low) | (a[2 * i + 1] ^ high)) == 0);
}
DISPATCH(equal_short, (const uint64_t *a, uint64_t low, uint64_t high, size_t n, uint64_t *out), (a, low, high, n, out))

INLINE void equal_low_body(const uint64_t *restrict a, uint64_t low, size_t n, uint64_t *restrict out) { PACK_ROWS(n, out, a[2 * i] == low); }
DISPATCH(equal_low, (const uint64_t *a, uint64_t low, size_t n, uint64_t *out), (a, low, n, out))

void mastic_lua_compare_string(
    mastic_lua_relation relation, const void *a_views, const void *b_views, bool constant, const uint64_t *mask, size_t n, uint64_t *out) {
  const view *a = a_views, *b = b_views;
  if (relation == MASTIC_LUA_EQ) {
    uint64_t words[2];
    if (constant) {
      memcpy(words, b, 16);
      if (b->length <= 12) {
        equal_short(a_views, words[0], words[1], n, out);
        return;
      }
      // Length and first four bytes first; few rows are left then.
      equal_low(a_views, words[0], n, out);
      for (size_t w = 0; w < (n + 63) / 64; w++) {
        uint64_t rows = out[w] & (mask ? mask[w] : ~UINT64_C(0));
        uint64_t result = 0;
        while (rows) {
          unsigned bit = (unsigned)__builtin_ctzll(rows);
          rows &= rows - 1;
          const view *v = &a[w * 64 + bit];
          if (memcmp(v->far.pointer, b->far.pointer, b->length) == 0) result |= UINT64_C(1) << bit;
        }
        out[w] = result;
      }
      return;
    }
    clear_bits(out, n);
    EACH_ROW(mask, n, {
      uint64_t x[2], y[2];
      memcpy(x, &a[i], 16);
      memcpy(y, &b[i], 16);
      if (x[0] == y[0] && (x[1] == y[1] || (a[i].length > 12 && memcmp(a[i].far.pointer, b[i].far.pointer, a[i].length) == 0))) set_bit(out, i);
    })
    return;
  }
  clear_bits(out, n);
  EACH_ROW(mask, n, {
    int order = order_strings(&a[i], &b[constant ? 0 : i]);
    bool holds = relation == MASTIC_LUA_LT ? order < 0 : relation == MASTIC_LUA_LE ? order <= 0 : relation == MASTIC_LUA_GT ? order > 0 : order >= 0;
    out[i >> 6] |= (uint64_t)holds << (i & 63);
  })
}

// MARK: Arithmetic

INLINE int64_t wrap_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
INLINE int64_t wrap_sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
INLINE int64_t wrap_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }

INLINE int64_t floor_div(int64_t a, int64_t b) {
  if (b == 0) return 0;
  if (b == -1) return wrap_sub(0, a);
  int64_t q = a / b;
  return (a ^ b) < 0 && a % b != 0 ? q - 1 : q;
}

INLINE int64_t floor_mod(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return 0;
  int64_t r = a % b;
  return r != 0 && (r ^ b) < 0 ? r + b : r;
}

INLINE int64_t shift_left(int64_t a, int64_t b) {
  if (b <= -64 || b >= 64) return 0;
  return b >= 0 ? (int64_t)((uint64_t)a << b) : (int64_t)((uint64_t)a >> -b);
}

INLINE double floor_fmod(double a, double b) {
  double m = fmod(a, b);
  if (m > 0 ? b < 0 : (m < 0 && b > 0)) m += b;
  return m;
}

INLINE double power(double a, double b) { return b == 2 ? a * a : pow(a, b); }

int64_t mastic_lua_long_operation(mastic_lua_operation operation, int64_t a, int64_t b) {
  switch (operation) {
  case MASTIC_LUA_ADD: return wrap_add(a, b);
  case MASTIC_LUA_SUB: return wrap_sub(a, b);
  case MASTIC_LUA_MUL: return wrap_mul(a, b);
  case MASTIC_LUA_IDIV: return floor_div(a, b);
  case MASTIC_LUA_MOD: return floor_mod(a, b);
  case MASTIC_LUA_BAND: return a & b;
  case MASTIC_LUA_BOR: return a | b;
  case MASTIC_LUA_BXOR: return a ^ b;
  case MASTIC_LUA_SHL: return shift_left(a, b);
  case MASTIC_LUA_SHR: return b == INT64_MIN ? 0 : shift_left(a, -b);
  default: return 0;
  }
}

double mastic_lua_double_operation(mastic_lua_operation operation, double a, double b) {
  switch (operation) {
  case MASTIC_LUA_ADD: return a + b;
  case MASTIC_LUA_SUB: return a - b;
  case MASTIC_LUA_MUL: return a * b;
  case MASTIC_LUA_DIV: return a / b;
  case MASTIC_LUA_IDIV: return floor(a / b);
  case MASTIC_LUA_MOD: return floor_fmod(a, b);
  case MASTIC_LUA_POW: return power(a, b);
  default: return 0;
  }
}

/// `expression` over x and y for every row, with either of them constant.
#define BINARY_ROWS(T, expression)                                                    \
  if (a_constant) {                                                                   \
    const T x = *a;                                                                   \
    for (size_t i = 0; i < n; i++) { const T y = b[i]; out[i] = (expression); }       \
  } else if (b_constant) {                                                            \
    const T y = *b;                                                                   \
    for (size_t i = 0; i < n; i++) { const T x = a[i]; out[i] = (expression); }       \
  } else {                                                                            \
    for (size_t i = 0; i < n; i++) { const T x = a[i], y = b[i]; out[i] = (expression); } \
  }

INLINE void arithmetic_long_body(
    mastic_lua_operation operation, const int64_t *restrict a, bool a_constant, const int64_t *restrict b, bool b_constant, size_t n,
    int64_t *restrict out) {
  switch (operation) {
  case MASTIC_LUA_ADD: BINARY_ROWS(int64_t, wrap_add(x, y)) break;
  case MASTIC_LUA_SUB: BINARY_ROWS(int64_t, wrap_sub(x, y)) break;
  case MASTIC_LUA_MUL: BINARY_ROWS(int64_t, wrap_mul(x, y)) break;
  case MASTIC_LUA_BAND: BINARY_ROWS(int64_t, x & y) break;
  case MASTIC_LUA_BOR: BINARY_ROWS(int64_t, x | y) break;
  case MASTIC_LUA_BXOR: BINARY_ROWS(int64_t, x ^ y) break;
  case MASTIC_LUA_IDIV: BINARY_ROWS(int64_t, floor_div(x, y)) break;
  case MASTIC_LUA_MOD: BINARY_ROWS(int64_t, floor_mod(x, y)) break;
  default: BINARY_ROWS(int64_t, mastic_lua_long_operation(operation, x, y)) break;
  }
}
DISPATCH(
    arithmetic_long,
    (mastic_lua_operation operation, const int64_t *a, bool a_constant, const int64_t *b, bool b_constant, size_t n, int64_t *out),
    (operation, a, a_constant, b, b_constant, n, out))
void mastic_lua_arithmetic_long(
    mastic_lua_operation operation, const int64_t *a, bool a_constant, const int64_t *b, bool b_constant, size_t n, int64_t *out) {
  arithmetic_long(operation, a, a_constant, b, b_constant, n, out);
}

INLINE void arithmetic_double_body(
    mastic_lua_operation operation, const double *restrict a, bool a_constant, const double *restrict b, bool b_constant, size_t n,
    double *restrict out) {
  switch (operation) {
  case MASTIC_LUA_ADD: BINARY_ROWS(double, x + y) break;
  case MASTIC_LUA_SUB: BINARY_ROWS(double, x - y) break;
  case MASTIC_LUA_MUL: BINARY_ROWS(double, x * y) break;
  case MASTIC_LUA_DIV: BINARY_ROWS(double, x / y) break;
  case MASTIC_LUA_IDIV: BINARY_ROWS(double, floor(x / y)) break;
  case MASTIC_LUA_MOD: BINARY_ROWS(double, floor_fmod(x, y)) break;
  default: BINARY_ROWS(double, power(x, y)) break;
  }
}
DISPATCH(
    arithmetic_double,
    (mastic_lua_operation operation, const double *a, bool a_constant, const double *b, bool b_constant, size_t n, double *out),
    (operation, a, a_constant, b, b_constant, n, out))
void mastic_lua_arithmetic_double(
    mastic_lua_operation operation, const double *a, bool a_constant, const double *b, bool b_constant, size_t n, double *out) {
  arithmetic_double(operation, a, a_constant, b, b_constant, n, out);
}

void mastic_lua_widen(const void *values, int size, size_t n, int64_t *restrict out) {
  switch (size) {
  case 1: for (size_t i = 0; i < n; i++) out[i] = ((const int8_t *)values)[i]; break;
  case 2: for (size_t i = 0; i < n; i++) out[i] = ((const int16_t *)values)[i]; break;
  case 4: for (size_t i = 0; i < n; i++) out[i] = ((const int32_t *)values)[i]; break;
  default: memcpy(out, values, n * 8);
  }
}
void mastic_lua_long_to_double(const int64_t *values, size_t n, double *restrict out) { for (size_t i = 0; i < n; i++) out[i] = (double)values[i]; }
void mastic_lua_float_to_double(const float *values, size_t n, double *restrict out) { for (size_t i = 0; i < n; i++) out[i] = (double)values[i]; }

void mastic_lua_double_to_long(const double *values, size_t n, int64_t *out, uint64_t *exact) {
  clear_bits(exact, n);
  for (size_t i = 0; i < n; i++) {
    double v = values[i];
    bool fits = v >= -9223372036854775808.0 && v < 9223372036854775808.0 && floor(v) == v;
    out[i] = fits ? (int64_t)v : 0;
    exact[i >> 6] |= (uint64_t)fits << (i & 63);
  }
}

#define EACH_VALUE(expression) for (size_t i = 0; i < n; i++) { const double x = values[i]; out[i] = (expression); } break
void mastic_lua_apply(mastic_lua_function function, const double *values, size_t n, double *restrict out) {
  switch (function) {
  case MASTIC_LUA_FLOOR: EACH_VALUE(floor(x));
  case MASTIC_LUA_CEIL: EACH_VALUE(ceil(x));
  case MASTIC_LUA_SQRT: EACH_VALUE(sqrt(x));
  case MASTIC_LUA_EXP: EACH_VALUE(exp(x));
  case MASTIC_LUA_LOG: EACH_VALUE(log(x));
  case MASTIC_LUA_LOG2: EACH_VALUE(log2(x));
  case MASTIC_LUA_LOG10: EACH_VALUE(log10(x));
  case MASTIC_LUA_SIN: EACH_VALUE(sin(x));
  case MASTIC_LUA_COS: EACH_VALUE(cos(x));
  case MASTIC_LUA_TAN: EACH_VALUE(tan(x));
  case MASTIC_LUA_ASIN: EACH_VALUE(asin(x));
  case MASTIC_LUA_ACOS: EACH_VALUE(acos(x));
  case MASTIC_LUA_DEG: EACH_VALUE(x * (180.0 / 3.141592653589793238462643383279502884));
  case MASTIC_LUA_RAD: EACH_VALUE(x * (3.141592653589793238462643383279502884 / 180.0));
  case MASTIC_LUA_TRUNCATE: EACH_VALUE(trunc(x));
  case MASTIC_LUA_ABS: EACH_VALUE(fabs(x));
  case MASTIC_LUA_NEGATE: EACH_VALUE(-x);
  }
}

// MARK: Choosing

void mastic_lua_choose8(const uint64_t *mask, const void *a_values, const void *b_values, size_t n, void *out_values) {
  const uint64_t *a = a_values, *b = b_values;
  uint64_t *out = out_values;
  for (size_t i = 0; i < n; i++) out[i] = mask[i >> 6] >> (i & 63) & 1 ? a[i] : b[i];
}

void mastic_lua_choose16(
    const uint64_t *mask, const void *a_values, bool a_constant, const void *b_values, bool b_constant, size_t n, void *out_values) {
  typedef struct { uint64_t low, high; } pair;
  const pair *a = a_values, *b = b_values;
  pair *out = out_values;
  for (size_t i = 0; i < n; i++) out[i] = mask[i >> 6] >> (i & 63) & 1 ? a[a_constant ? 0 : i] : b[b_constant ? 0 : i];
}

void mastic_lua_gather_bits(const uint64_t *bits, const int32_t *indices, size_t n, uint64_t *out) {
  for (size_t w = 0; w < (n + 63) / 64; w++) {
    const size_t count = n - w * 64 < 64 ? n - w * 64 : 64;
    const int32_t *at = indices + w * 64;
    uint64_t word = 0;
    for (size_t j = 0; j < count; j++) word |= (bits[(uint32_t)at[j] >> 6] >> (at[j] & 63) & 1) << j;
    out[w] = word;
  }
}

// MARK: Strings

size_t mastic_lua_long_bytes(const void *views, const uint64_t *mask, size_t n) {
  const view *in = views;
  size_t size = 0;
  EACH_ROW(mask, n, { size += in[i].length > 12 ? in[i].length : 0; })
  return size;
}

INLINE uint64_t lower8(uint64_t x) {
  // Letters are told apart in seven bits, so that no carry leaves a byte.
  uint64_t seven = x & UINT64_C(0x7f7f7f7f7f7f7f7f);
  uint64_t from_a = seven + UINT64_C(0x3f3f3f3f3f3f3f3f);  // 'A' = 0x41 sets the top bit
  uint64_t past_z = seven + UINT64_C(0x2525252525252525);  // 'Z' + 1 = 0x5b sets it
  return x | ((from_a & ~past_z & ~x & UINT64_C(0x8080808080808080)) >> 2);
}

INLINE uint64_t upper8(uint64_t x) {
  uint64_t seven = x & UINT64_C(0x7f7f7f7f7f7f7f7f);
  uint64_t from_a = seven + UINT64_C(0x1f1f1f1f1f1f1f1f);
  uint64_t past_z = seven + UINT64_C(0x0505050505050505);
  return x ^ ((from_a & ~past_z & ~x & UINT64_C(0x8080808080808080)) >> 2);
}

size_t mastic_lua_change_case(const void *views, const uint64_t *mask, size_t n, bool upper, void *out_views, char *text) {
  const view *in = views;
  view *out = out_views;
  char *at = text;
  if (mask) memset(out, 0, n * 16);
  EACH_ROW(mask, n, {
    uint64_t words[2];
    memcpy(words, &in[i], 16);
    if (in[i].length <= 12) {
      // The length's bytes are no letters.
      words[0] = upper ? upper8(words[0]) : lower8(words[0]);
      words[1] = upper ? upper8(words[1]) : lower8(words[1]);
      memcpy(&out[i], words, 16);
    } else {
      const char *bytes = in[i].far.pointer;
      size_t length = in[i].length;
      size_t k = 0;
      for (; k + 8 <= length; k += 8) {
        uint64_t word;
        memcpy(&word, bytes + k, 8);
        word = upper ? upper8(word) : lower8(word);
        memcpy(at + k, &word, 8);
      }
      for (; k < length; k++) {
        unsigned char c = (unsigned char)bytes[k];
        at[k] = (char)(upper ? (c >= 'a' && c <= 'z' ? c - 32 : c) : (c >= 'A' && c <= 'Z' ? c + 32 : c));
      }
      out[i] = make_view(at, length);
      at += length;
    }
  })
  return (size_t)(at - text);
}

size_t mastic_lua_reverse(const void *views, const uint64_t *mask, size_t n, void *out_views, char *text) {
  const view *in = views;
  view *out = out_views;
  char *at = text;
  memset(out, 0, n * 16);
  EACH_ROW(mask, n, {
    const char *bytes = bytes_of(&in[i]);
    size_t length = in[i].length;
    char small[12];
    char *to = length <= 12 ? small : at;
    for (size_t k = 0; k < length; k++) to[k] = bytes[length - 1 - k];
    out[i] = make_view(to, length);
    if (length > 12) at += length;
  })
  return (size_t)(at - text);
}

INLINE view sub_of(const view *v, int64_t first, int64_t last) {
  int64_t length = v->length;
  if (first <= 0) first = first == 0 ? 1 : first < -length ? 1 : length + first + 1;
  if (last > length) last = length;
  else if (last < 0) last = last < -length ? 0 : length + last + 1;
  if (first > last) return (view){0};
  return part_of(v, (size_t)(first - 1), (size_t)(last - first + 1));
}

void mastic_lua_sub(
    const void *views, const uint64_t *mask, size_t n, const int64_t *first, bool first_constant, const int64_t *last, bool last_constant,
    void *out_views) {
  const view *in = views;
  view *out = out_views;
  if (mask) memset(out, 0, n * 16);
  if (first_constant && last_constant) {
    const int64_t from = *first, to = *last;
    EACH_ROW(mask, n, { out[i] = sub_of(&in[i], from, to); })
  } else {
    EACH_ROW(mask, n, { out[i] = sub_of(&in[i], first[first_constant ? 0 : i], last[last_constant ? 0 : i]); })
  }
}

void mastic_lua_length(const void *views, const uint64_t *mask, size_t n, int64_t *out) {
  const view *in = views;
  (void)mask;
  for (size_t i = 0; i < n; i++) out[i] = in[i].length;
}

void mastic_lua_byte(
    const void *views, const uint64_t *mask, size_t n, const int64_t *position, bool constant, int64_t *out, uint64_t *found) {
  const view *in = views;
  clear_bits(found, n);
  memset(out, 0, n * 8);
  EACH_ROW(mask, n, {
    int64_t length = in[i].length, at = position[constant ? 0 : i];
    if (at < 0) at = at < -length ? 0 : length + at + 1;
    if (at >= 1 && at <= length) {
      out[i] = (unsigned char)bytes_of(&in[i])[at - 1];
      set_bit(found, i);
    }
  })
}

void mastic_lua_find(const void *views, const uint64_t *mask, size_t n, const void *text, bool constant, int64_t from, int64_t *out, uint64_t *found) {
  const view *in = views, *what = text;
  clear_bits(found, n);
  memset(out, 0, n * 8);
  EACH_ROW(mask, n, {
    const view *w = &what[constant ? 0 : i];
    const char *bytes = bytes_of(&in[i]);
    const size_t start = start_of(from, in[i].length);
    const size_t rest = start > in[i].length ? 0 : in[i].length - start;
    const char *at = start > in[i].length || rest < w->length ? NULL
                     : w->length                               ? memmem(bytes + start, rest, bytes_of(w), w->length)
                                                               : bytes + start;
    if (at) {
      out[i] = at - bytes + 1;
      set_bit(found, i);
    }
  })
}

size_t mastic_lua_concat_bytes(const mastic_lua_piece *pieces, size_t count, const uint64_t *mask, size_t n) {
  size_t size = 0;
  bool too_long = false;
  EACH_ROW(mask, n, {
    size_t length = 0;
    for (size_t p = 0; p < count; p++) length += ((const view *)pieces[p].views)[pieces[p].is_constant ? 0 : i].length;
    if (length > 12) size += length;
    if (length > INT32_MAX) too_long = true;
  })
  return too_long ? SIZE_MAX : size;
}

void mastic_lua_concat(const mastic_lua_piece *pieces, size_t count, const uint64_t *mask, size_t n, void *out_views, char *text) {
  view *out = out_views;
  memset(out, 0, n * 16);
  char *at = text;
  EACH_ROW(mask, n, {
    size_t length = 0;
    for (size_t p = 0; p < count; p++) length += ((const view *)pieces[p].views)[pieces[p].is_constant ? 0 : i].length;
    char small[12];
    char *start = length <= 12 ? small : at;
    char *to = start;
    for (size_t p = 0; p < count; p++) {
      const view *v = &((const view *)pieces[p].views)[pieces[p].is_constant ? 0 : i];
      memcpy(to, bytes_of(v), v->length);
      to += v->length;
    }
    out[i] = make_view(start, length);
    if (length > 12) at = to;
  })
}

// MARK: Numbers and text

INLINE bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void mastic_lua_to_number(
    const void *views, const uint64_t *mask, size_t n, int64_t *integers, double *floats, uint64_t *is_integer, uint64_t *is_float, uint64_t *unknown) {
  const view *in = views;
  clear_bits(is_integer, n);
  clear_bits(is_float, n);
  clear_bits(unknown, n);
  memset(integers, 0, n * 8);
  memset(floats, 0, n * 8);
  EACH_ROW(mask, n, {
    const char *p = bytes_of(&in[i]), *end = p + in[i].length;
    while (p < end && is_space(*p)) p++;
    while (p < end && is_space(end[-1])) end--;
    const char *digits = p < end && (*p == '-' || *p == '+') ? p + 1 : p;
    if (end - digits >= 2 && digits[0] == '0' && (digits[1] | 32) == 'x') {
      set_bit(unknown, i);
    } else if (p < end) {
      int64_t whole;
      double number;
      if (mastic_number_long((const uint8_t *)p, (size_t)(end - p), &whole)) {
        integers[i] = whole;
        set_bit(is_integer, i);
      } else if (mastic_number_double((const uint8_t *)p, (size_t)(end - p), false, &number)) {
        floats[i] = number;
        set_bit(is_float, i);
      }
    }
  })
}

INLINE int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

void mastic_lua_to_number_of(const void *views, const uint64_t *mask, size_t n, int base, int64_t *out, uint64_t *found) {
  const view *in = views;
  clear_bits(found, n);
  memset(out, 0, n * 8);
  EACH_ROW(mask, n, {
    const char *p = bytes_of(&in[i]), *end = p + in[i].length;
    while (p < end && is_space(*p)) p++;
    while (p < end && is_space(end[-1])) end--;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    uint64_t value = 0;
    bool valid = p < end;
    for (; p < end && valid; p++) {
      int digit = digit_of(*p);
      valid = digit < base;
      value = value * (uint64_t)base + (uint64_t)digit;
    }
    if (valid) {
      out[i] = (int64_t)(negative ? 0 - value : value);
      set_bit(found, i);
    }
  })
}

void mastic_lua_remainder_long(const int64_t *a, const int64_t *b, size_t n, int64_t *restrict out) {
  for (size_t i = 0; i < n; i++) out[i] = b[i] == 0 || b[i] == -1 ? 0 : a[i] % b[i];
}
void mastic_lua_remainder_double(const double *a, const double *b, size_t n, double *restrict out) {
  for (size_t i = 0; i < n; i++) out[i] = fmod(a[i], b[i]);
}

static size_t write_unsigned(char *out, uint64_t value) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  for (size_t i = 0; i < count; i++) out[i] = digits[count - 1 - i];
  return count;
}

static size_t write_long(char *out, int64_t value) {
  size_t at = 0;
  uint64_t magnitude = (uint64_t)value;
  if (value < 0) {
    out[at++] = '-';
    magnitude = 0 - magnitude;
  }
  return at + write_unsigned(out + at, magnitude);
}

/// The number as "%.14g" writes it, with ".0" behind what would read as an integer.
static size_t write_double(char *out, double value) {
  double magnitude = fabs(value);
  if (magnitude < 1e14 && (magnitude >= 1e-4 || value == 0)) {
    size_t at = 0;
    if (signbit(value)) out[at++] = '-';
    uint64_t whole = (uint64_t)magnitude;
    if ((double)whole == magnitude) {
      at += write_unsigned(out + at, whole);
      out[at++] = '.';
      out[at++] = '0';
      return at;
    }
    // A decimal of at most 14 digits that reads back as the number is what 14 digits of the number are.
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    static const uint64_t wholes[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    for (int places = 1; places <= 6; places++) {
      double scaled = magnitude * powers[places];
      if (scaled >= 1e14) break;
      double rounded = rint(scaled);
      if (rounded / powers[places] != magnitude || rounded >= 1e14) continue;
      uint64_t all = (uint64_t)rounded, fraction = all % wholes[places];
      at += write_unsigned(out + at, all / wholes[places]);
      out[at++] = '.';
      for (int k = places - 1; k >= 0; k--) {
        out[at + (size_t)k] = (char)('0' + fraction % 10);
        fraction /= 10;
      }
      return at + (size_t)places;
    }
  }
  size_t length = (size_t)snprintf(out, 32, "%.14g", value);
  if (out[strspn(out, "-0123456789")] == 0) {
    out[length++] = '.';
    out[length++] = '0';
  }
  return length;
}

#define WRITE_TEXT(written)                \
  view *out = out_views;                   \
  char *at = text;                         \
  if (mask) memset(out, 0, n * 16);        \
  EACH_ROW(mask, n, {                      \
    size_t length = (written);             \
    out[i] = make_view(at, length);        \
    if (length > 12) at += length;         \
  })                                       \
  return (size_t)(at - text);

size_t mastic_lua_long_text(const int64_t *values, const uint64_t *mask, size_t n, void *out_views, char *text) {
  WRITE_TEXT(write_long(at, values[i]))
}
size_t mastic_lua_double_text(const double *values, const uint64_t *mask, size_t n, void *out_views, char *text) {
  WRITE_TEXT(write_double(at, values[i]))
}

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
size_t mastic_lua_format_long(const char *format, const int64_t *values, const uint64_t *mask, size_t n, size_t width, void *out_views, char *text) {
  bool is_character = format[strlen(format) - 1] == 'c';
  WRITE_TEXT((size_t)(is_character ? snprintf(at, width, format, (int)values[i]) : snprintf(at, width, format, (long long)values[i])))
}
size_t mastic_lua_format_double(const char *format, const double *values, const uint64_t *mask, size_t n, size_t width, void *out_views, char *text) {
  WRITE_TEXT((size_t)snprintf(at, width, format, values[i]))
}
#pragma clang diagnostic pop

size_t mastic_lua_format_string(
    const void *views, const uint64_t *mask, size_t n, size_t width, int precision, bool to_left, void *out_views, char *text, uint64_t *left) {
  const view *in = views;
  view *out = out_views;
  char *at = text;
  clear_bits(left, n);
  memset(out, 0, n * 16);
  EACH_ROW(mask, n, {
    const char *bytes = bytes_of(&in[i]);
    size_t length = in[i].length;
    if (memchr(bytes, 0, length)) {
      set_bit(left, i);
    } else if (precision < 0 && length >= 100) {
      out[i] = in[i];
    } else {
      size_t kept = precision >= 0 && (size_t)precision < length ? (size_t)precision : length;
      size_t padding = kept < width ? width - kept : 0;
      memset(at, ' ', kept + padding);
      memcpy(at + (to_left ? 0 : padding), bytes, kept);
      out[i] = make_view(at, kept + padding);
      if (kept + padding > 12) at += kept + padding;
    }
  })
  return (size_t)(at - text);
}

// MARK: Lookups

uint64_t mastic_lua_hash(const void *of) {
  const view *v = of;
  uint64_t words[2];
  memcpy(words, v, 16);
  uint64_t h;
  if (v->length <= 12) {
    h = words[0] * UINT64_C(0x9e3779b97f4a7c15) ^ words[1] * UINT64_C(0xc2b2ae3d27d4eb4f);
  } else {
    h = v->length;
    const char *p = v->far.pointer, *end = p + v->length;
    for (; end - p >= 8; p += 8) {
      uint64_t word;
      memcpy(&word, p, 8);
      h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
      h ^= h >> 29;
    }
    for (; p < end; p++) h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
  }
  return h ^ h >> 32;
}

void mastic_lua_look_up(const mastic_lua_index *index, const void *views, const uint64_t *mask, size_t n, int32_t *out, uint64_t *found) {
  const view *in = views, *keys = (const view *)index->keys;
  clear_bits(found, n);
  memset(out, 0, n * 4);
  EACH_ROW(mask, n, {
    uint32_t at = (uint32_t)mastic_lua_hash(&in[i]) & index->mask;
    uint64_t x[2];
    memcpy(x, &in[i], 16);
    for (; index->positions[at] >= 0; at = (at + 1) & index->mask) {
      uint64_t y[2];
      memcpy(y, &keys[at], 16);
      if (x[0] == y[0] && (x[1] == y[1] || (in[i].length > 12 && memcmp(in[i].far.pointer, keys[at].far.pointer, in[i].length) == 0))) {
        out[i] = index->positions[at];
        set_bit(found, i);
        break;
      }
    }
  })
}
