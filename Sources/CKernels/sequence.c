#include "mastic_scan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define MASTIC_X86 1
static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"); }
#endif

/// The place of a needle in a text at or behind `at`, or -1.
typedef int64_t (*finder)(const uint8_t *text, int64_t length, int64_t at, const uint8_t *needle, int64_t size);

static int64_t find_scalar(const uint8_t *text, int64_t length, int64_t at, const uint8_t *needle, int64_t size) {
  int64_t last = length - size;
  while (at <= last) {
    const uint8_t *found = memchr(text + at, needle[0], (size_t)(last - at + 1));
    if (!found) return -1;
    at = found - text;
    if (memcmp(found, needle, (size_t)size) == 0) return at;
    at++;
  }
  return -1;
}

#if MASTIC_X86
/// Places where both the first and the last byte of the needle stand, 32 at a time; the bytes between are compared at those alone.
__attribute__((target("avx2,bmi"))) static int64_t find_avx2(
    const uint8_t *text, int64_t length, int64_t at, const uint8_t *needle, int64_t size) {
  const __m256i first = _mm256_set1_epi8((char)needle[0]), last = _mm256_set1_epi8((char)needle[size - 1]);
  int64_t places = length - size + 1;
  while (at < places) {
    // The end is looked at together with what comes before it, where there is as much.
    int64_t start = at;
    uint32_t wanted = ~0u;
    if (places - at < 32) {
      if (places < 32) {
        __m128i f = _mm256_castsi256_si128(first), l = _mm256_castsi256_si128(last);
        if (places < 16) return find_scalar(text, length, at, needle, size);
        if (places - at < 16) {
          start = places - 16;
          wanted = 0xffffu << (at - start);
        }
        __m128i x = _mm_loadu_si128((const __m128i *)(text + start)), y = _mm_loadu_si128((const __m128i *)(text + start + size - 1));
        uint32_t hits = (uint32_t)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(x, f), _mm_cmpeq_epi8(y, l))) & wanted & 0xffff;
        for (; hits; hits &= hits - 1) {
          int64_t place = start + __builtin_ctz(hits);
          if (size <= 2 || memcmp(text + place + 1, needle + 1, (size_t)size - 2) == 0) return place;
        }
        at = start + 16;
        continue;
      }
      start = places - 32;
      wanted = ~0u << (at - start);
    }
    __m256i x = _mm256_loadu_si256((const __m256i *)(text + start)), y = _mm256_loadu_si256((const __m256i *)(text + start + size - 1));
    uint32_t hits = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(_mm256_cmpeq_epi8(x, first), _mm256_cmpeq_epi8(y, last))) & wanted;
    for (; hits; hits &= hits - 1) {
      int64_t place = start + __builtin_ctz(hits);
      if (size <= 2 || memcmp(text + place + 1, needle + 1, (size_t)size - 2) == 0) return place;
    }
    at = start + 32;
  }
  return -1;
}
#endif

void mastic_scan_sequence(const uint64_t *views, int64_t count, int64_t before, int64_t behind, const uint8_t *needles, const int32_t *lengths,
    int32_t needle_count, uint64_t *out) {
  finder find = find_scalar;
#if MASTIC_X86
  if (has_avx2()) find = find_avx2;
#endif
  for (int64_t start = 0; start < count; start += 64) {
    int64_t n = count - start < 64 ? count - start : 64;
    uint64_t answer = 0;
    for (int64_t i = 0; i < n; i++) {
      const uint64_t *view = views + 2 * (start + i);
      int64_t length = (int64_t)(view[0] & 0xffffffff);
      const uint8_t *text = length <= 12 ? (const uint8_t *)view + 4 : (const uint8_t *)(uintptr_t)view[1];
      int64_t at = before, end = length - behind;
      bool found = at <= end;
      const uint8_t *needle = needles;
      for (int32_t k = 0; k < needle_count && found; k++) {
        int64_t place = end - at < lengths[k] ? -1 : find(text, end, at, needle, lengths[k]);
        found = place >= 0;
        at = place + lengths[k];
        needle += lengths[k];
      }
      answer |= (uint64_t)found << i;
    }
    out[start / 64] = answer;
  }
}
