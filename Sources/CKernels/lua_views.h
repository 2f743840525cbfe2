// Strings in columns, and loops over the rows of a mask: what the kernels of Lua's operations share.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef struct {
  uint32_t length;
  union {
    char bytes[12];
    struct {
      uint32_t prefix;
      const char *pointer;
    } __attribute__((packed)) far;
  };
} view;
_Static_assert(sizeof(view) == 16, "a view has 16 bytes");

INLINE const char *bytes_of(const view *v) { return v->length <= 12 ? v->bytes : v->far.pointer; }

INLINE view make_view(const char *bytes, size_t length) {
  view v = {.length = (uint32_t)length, .bytes = {0}};
  if (length <= 12) {
    memcpy(v.bytes, bytes, length);
  } else {
    memcpy(&v.far.prefix, bytes, 4);
    v.far.pointer = bytes;
  }
  return v;
}

/// Runs the body for each row of the mask, with the row in `i`.
#define EACH_ROW(mask, n, ...)                                            \
  for (size_t w_ = 0, words_ = ((n) + 63) / 64; w_ < words_; w_++) {       \
    size_t left_ = (n)-w_ * 64;                                            \
    uint64_t all_ = left_ >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << left_) - 1; \
    uint64_t rows_ = (mask) ? (mask)[w_] & all_ : all_;                    \
    if (rows_ == ~UINT64_C(0)) {                                           \
      for (size_t i = w_ * 64, end_ = i + 64; i < end_; i++) { __VA_ARGS__ }      \
    } else {                                                               \
      while (rows_) {                                                      \
        size_t i = w_ * 64 + (size_t)__builtin_ctzll(rows_);               \
        rows_ &= rows_ - 1;                                                \
        __VA_ARGS__                                                        \
      }                                                                    \
    }                                                                      \
  }

INLINE void set_bit(uint64_t *bits, size_t i) { bits[i >> 6] |= UINT64_C(1) << (i & 63); }
static void clear_bits(uint64_t *bits, size_t n) { memset(bits, 0, (n + 63) / 64 * 8); }

/// The offset that a position from 1 means, which may count from the end; beyond the end it may be any number.
INLINE size_t start_of(int64_t from, size_t length) {
  if (from > 0) return (size_t)from - 1;
  if (from == 0 || from < -(int64_t)length) return 0;
  return length - (size_t)-from;
}

/// The bytes from `first` on, `length` of them, of the view.
INLINE view part_of(const view *v, size_t first, size_t length) {
  if (length > 12) {
    view part = {.length = (uint32_t)length};
    const char *bytes = v->far.pointer + first;
    memcpy(&part.far.prefix, bytes, 4);
    part.far.pointer = bytes;
    return part;
  }
  if (v->length <= 12) {
    // Within 12 bytes: shift and cut.
    unsigned __int128 all = 0;
    memcpy(&all, v->bytes, 12);
    all >>= 8 * first;
    all &= (((unsigned __int128)1 << 8 * length) - 1);
    view part = {.length = (uint32_t)length};
    memcpy(part.bytes, &all, 12);
    return part;
  }
  const char *bytes = v->far.pointer + first;
  uint64_t head = 0;
  uint32_t tail = 0;
  view part = {.length = (uint32_t)length};
  if (length >= 8) {
    // The bytes up to the end of the part are there, and no more.
    memcpy(&head, bytes, 8);
    memcpy(&tail, bytes + length - 4, 4);
    uint32_t rest = length == 8 ? 0 : tail >> (8 * (12 - length));
    memcpy(part.bytes, &head, 8);
    memcpy(part.bytes + 8, &rest, 4);
  } else {
    // A string of more than 12 bytes has 8 that contain the part.
    size_t slack = v->length - first >= 8 ? 0 : 8 - (v->length - first);
    memcpy(&head, bytes - slack, 8);
    head >>= 8 * slack;
    head &= (UINT64_C(1) << 8 * length) - 1;
    memcpy(part.bytes, &head, 8);
  }
  return part;
}
