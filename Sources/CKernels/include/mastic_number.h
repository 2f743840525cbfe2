#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Numbers out of text, exact: every double is the one nearest to the decimal, ties to even.

/// The double nearest to `significand` * 10^`exponent`, negated where asked.
///
/// When `truncated`, non-zero digits followed the 19 of the significand, and `text` (the whole number as `strtod` reads it, `count` bytes)
/// decides where they matter.
double mastic_number_compose(uint64_t significand, int64_t exponent, bool negative, bool truncated, const uint8_t *text, size_t count);

/// Reads all of `text` as a decimal number: an optional sign, digits with an optional point among or around them, an optional exponent.
///
/// With `words`, `inf`, `infinity` and `nan` in any case with an optional sign are numbers too. Returns false, and leaves `value` alone, for
/// any other text.
bool mastic_number_double(const uint8_t *text, size_t count, bool words, double *value);

/// Reads all of `text` as an optional sign and digits. Returns false for any other text, and for a number that 64 bits do not hold.
static inline bool mastic_number_long(const uint8_t *text, size_t count, int64_t *value) {
  size_t i = 0;
  bool negative = false;
  if (count != 0 && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    i = 1;
  }
  if (i == count) return false;
  uint64_t sum = 0;
  if (count - i <= 18) {
    for (; i < count; i++) {
      unsigned digit = (unsigned)text[i] - '0';
      if (digit > 9) return false;
      sum = sum * 10 + digit;
    }
  } else {
    for (; i < count; i++) {
      unsigned digit = (unsigned)text[i] - '0';
      if (digit > 9) return false;
      if (__builtin_mul_overflow(sum, 10ull, &sum) || __builtin_add_overflow(sum, (uint64_t)digit, &sum)) return false;
    }
    if (sum > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
  }
  *value = (int64_t)(negative ? 0 - sum : sum);
  return true;
}

/// Sets the high bit of each of the eight bytes at `text` that is no digit, and at least that of the first such one rightly; `digits` gets the values of
/// the others.
static inline uint64_t mastic_number_not_digits(const uint8_t *text, uint64_t *digits) {
  uint64_t word;
  memcpy(&word, text, 8);
  word ^= 0x3030303030303030ull;
  *digits = word;
  // No byte carries into the next: the low seven bits are below 128 and so is 0x76.
  return (((word & 0x7f7f7f7f7f7f7f7full) + 0x7676767676767676ull) | word) & 0x8080808080808080ull;
}

/// Eight digits' values, the first in the lowest byte, as a number.
static inline uint64_t mastic_number_eight_digits(uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  return ((digits & 0x000000ff000000ffull) * 0x000f424000000064ull + ((digits >> 16) & 0x000000ff000000ffull) * 0x0000271000000001ull) >> 32;
}
