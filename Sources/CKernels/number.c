// Decimal to double after D. Lemire, "Number Parsing at a Gigabyte per Second" (2021): small numbers by one exact operation (Clinger), others
// by a 128-bit product with a power of five (Eisel-Lemire), and the few that this can't decide by strtod.

#define _GNU_SOURCE
#include "mastic_number.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_POWER = -342, LARGEST_POWER = 308, WORDS = 14 };

typedef struct {
  uint64_t high, low;
} wide;

static wide powers[LARGEST_POWER - SMALLEST_POWER + 1];
static locale_t c_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/// A natural number of up to 896 bits, least significant word first; 5^342 has 795.
typedef struct {
  uint64_t words[WORDS];
} natural;

static void multiply_by_5(natural *x) {
  uint64_t carry = 0;
  for (int i = 0; i < WORDS; i++) {
    unsigned __int128 product = (unsigned __int128)x->words[i] * 5 + carry;
    x->words[i] = (uint64_t)product;
    carry = (uint64_t)(product >> 64);
  }
}

static int bit_length(const natural *x) {
  for (int i = WORDS - 1; i >= 0; i--)
    if (x->words[i]) return i * 64 + 64 - __builtin_clzll(x->words[i]);
  return 0;
}

static uint64_t bits_from(const natural *x, int position) {
  // 64 bits that start at `position`; bits below zero are zero.
  uint64_t result = 0;
  for (int i = 0; i < 64; i++) {
    int bit = position + i;
    if (bit >= 0 && bit < WORDS * 64) result |= (x->words[bit / 64] >> (bit % 64) & 1) << i;
  }
  return result;
}

static bool at_least(const natural *a, const natural *b) {
  for (int i = WORDS - 1; i >= 0; i--)
    if (a->words[i] != b->words[i]) return a->words[i] > b->words[i];
  return true;
}

/// The first 128 bits of 1 / `divisor`: long division of a power of two, bit by bit.
static wide reciprocal(const natural *divisor, bool round_up) {
  natural rest = {{0}};
  int length = bit_length(divisor);
  rest.words[(length - 1) / 64] = 1ull << ((length - 1) % 64);
  unsigned __int128 quotient = 0;
  for (int step = 0; step < 128; step++) {
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
      uint64_t next = rest.words[i] >> 63;
      rest.words[i] = rest.words[i] << 1 | carry;
      carry = next;
    }
    quotient <<= 1;
    if (at_least(&rest, divisor)) {
      uint64_t borrow = 0;
      for (int i = 0; i < WORDS; i++) {
        unsigned __int128 difference = (unsigned __int128)rest.words[i] - divisor->words[i] - borrow;
        rest.words[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
      }
      quotient |= 1;
    }
  }
  if (round_up) quotient++;
  return (wide){(uint64_t)(quotient >> 64), (uint64_t)quotient};
}

static void make_powers(void) {
  natural five = {{1}};
  for (int q = 0; q <= -SMALLEST_POWER; q++) {
    int length = bit_length(&five);
    if (q <= LARGEST_POWER) powers[q - SMALLEST_POWER] = (wide){bits_from(&five, length - 64), bits_from(&five, length - 128)};
    if (q > 0) powers[-q - SMALLEST_POWER] = reciprocal(&five, q <= 27);
    multiply_by_5(&five);
  }
  c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static double from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

/// Eisel-Lemire: false when 128 bits can't decide.
static bool compose_wide(uint64_t w, int64_t q, double *value) {
  if (w == 0 || q < SMALLEST_POWER) {
    *value = 0;
    return true;
  }
  if (q > LARGEST_POWER) {
    *value = from_bits(0x7ff0000000000000ull);
    return true;
  }
  pthread_once(&once, make_powers);
  int zeros = __builtin_clzll(w);
  w <<= zeros;
  wide power = powers[q - SMALLEST_POWER];
  unsigned __int128 product = (unsigned __int128)w * power.high;
  uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
  const uint64_t mask = ~0ull >> 55;
  if ((high & mask) == mask) {
    uint64_t more = (uint64_t)((unsigned __int128)w * power.low >> 64);
    low += more;
    if (more > low) high++;
  }
  if (low == ~0ull && (q < -27 || q > 55)) return false;
  int upper = (int)(high >> 63);
  uint64_t mantissa = high >> (upper + 64 - 52 - 3);
  int64_t exponent = ((217706 * q) >> 16) + 63 + upper - zeros + 1023;
  if (exponent <= 0) {
    if (-exponent + 1 >= 64) {
      *value = 0;
      return true;
    }
    mantissa >>= -exponent + 1;
    mantissa += mantissa & 1;
    mantissa >>= 1;
    *value = from_bits(mantissa);  // a mantissa of 2^52 is the smallest normal number, exponent bits included
    return true;
  }
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << (upper + 64 - 52 - 3) == high) mantissa &= ~1ull;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= 2ull << 52) {
    mantissa = 1ull << 52;
    exponent++;
  }
  mantissa &= ~(1ull << 52);
  *value = exponent >= 0x7ff ? from_bits(0x7ff0000000000000ull) : from_bits(mantissa | (uint64_t)exponent << 52);
  return true;
}

static double by_strtod(const uint8_t *text, size_t count) {
  pthread_once(&once, make_powers);
  char small[128];
  char *copy = count < sizeof small ? small : malloc(count + 1);
  if (!copy) return 0;
  memcpy(copy, text, count);
  copy[count] = 0;
  double value = strtod_l(copy, NULL, c_locale);
  if (copy != small) free(copy);
  return value;
}

double mastic_number_compose(uint64_t w, int64_t q, bool negative, bool truncated, const uint8_t *text, size_t count) {
  static const double exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  double value;
  if (!truncated && w <= 1ull << 53 && q >= -22 && q <= 22) {
    value = (double)w;
    value = q < 0 ? value / exact[-q] : value * exact[q];
  } else {
    double next;
    if (!compose_wide(w, q, &value) || (truncated && (!compose_wide(w + 1, q, &next) || next != value))) return by_strtod(text, count);
  }
  return negative ? -value : value;
}

static bool is_word(const uint8_t *text, size_t count, const char *word) {
  if (count != strlen(word)) return false;
  for (size_t i = 0; i < count; i++)
    if ((text[i] | 0x20) != (uint8_t)word[i]) return false;
  return true;
}

bool mastic_number_double(const uint8_t *text, size_t count, bool words, double *value) {
  size_t i = 0;
  bool negative = false;
  if (count != 0 && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    i = 1;
  }
  uint64_t w = 0;
  int64_t q = 0;
  int digits = 0;  // significant ones in `w`
  bool seen = false, truncated = false;
  size_t start = i;
  for (; i < count && (unsigned)text[i] - '0' <= 9; i++) {
    unsigned digit = (unsigned)text[i] - '0';
    seen = true;
    if (digits < 19) {
      w = w * 10 + digit;
      digits += w != 0;
    } else {
      truncated |= digit != 0;
      q++;
    }
  }
  if (i < count && text[i] == '.') {
    for (i++; i < count && (unsigned)text[i] - '0' <= 9; i++) {
      unsigned digit = (unsigned)text[i] - '0';
      seen = true;
      if (digits < 19) {
        w = w * 10 + digit;
        digits += w != 0;
        q--;
      } else {
        truncated |= digit != 0;
      }
    }
  }
  if (!seen) {
    if (!words || i != start) return false;
    if (is_word(text + i, count - i, "inf") || is_word(text + i, count - i, "infinity")) {
      *value = from_bits(negative ? 0xfff0000000000000ull : 0x7ff0000000000000ull);
      return true;
    }
    if (is_word(text + i, count - i, "nan")) {
      *value = from_bits(0x7ff8000000000000ull);
      return true;
    }
    return false;
  }
  if (i < count && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    bool down = false;
    if (i < count && (text[i] == '-' || text[i] == '+')) {
      down = text[i] == '-';
      i++;
    }
    if (i == count) return false;
    int64_t exponent = 0;
    for (; i < count && (unsigned)text[i] - '0' <= 9; i++)
      if (exponent < 100000000) exponent = exponent * 10 + ((unsigned)text[i] - '0');
    if ((unsigned)text[i - 1] - '0' > 9) return false;
    q += down ? -exponent : exponent;
  }
  if (i != count) return false;
  *value = mastic_number_compose(w, q, negative, truncated, text, count);
  return true;
}
