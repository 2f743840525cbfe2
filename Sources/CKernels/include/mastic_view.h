#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The 16-byte view of a string, as `StringView` lays it out: length and first four bytes, then the other eight or the pointer.

/// Writes the view of a text behind whose start 16 bytes can be read.
static inline void mastic_view_put(uint64_t view[2], const uint8_t *text, size_t length) {
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
