#include <stdbool.h>

#include "mastic_keys.h"

// Bodies are compiled twice: for any processor, and for those that count bits in one instruction.
#if defined(__x86_64__)
#define COUNTING __attribute__((target("avx2,bmi,bmi2,popcnt")))
static bool has_counting(void) { return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"); }
#endif

static inline __attribute__((always_inline)) void rank_find(const uint64_t *bits, const int32_t *ranks, uint64_t low, uint64_t span,
    const uint64_t *words, int64_t count, const int32_t *heads, int32_t *out) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t code = words[i] - low;
        uint64_t inside = code <= span ? code : 0;
        uint64_t word = bits[inside >> 6];
        int32_t rank = ranks[inside >> 6] + (int32_t)__builtin_popcountll(word & ((UINT64_C(1) << (inside & 63)) - 1));
        int32_t found = (int32_t)(word >> (inside & 63) & 1) & (code <= span);
        // A place that is not there leads no further than the end of `heads`.
        int32_t row = heads ? heads[rank] : rank;
        out[i] = found ? row : -1;
    }
}

static inline __attribute__((always_inline)) void bits_test(const uint64_t *bits, uint64_t low, uint64_t span, const uint64_t *words, int64_t count,
    uint64_t *out) {
    for (int64_t start = 0; start < count; start += 64) {
        int64_t n = count - start < 64 ? count - start : 64;
        uint64_t answer = 0;
        for (int64_t i = 0; i < n; i++) {
            uint64_t code = words[start + i] - low;
            uint64_t inside = code <= span ? code : 0;
            answer |= (bits[inside >> 6] >> (inside & 63) & (uint64_t)(code <= span)) << i;
        }
        out[start / 64] = answer;
    }
}

#if defined(__x86_64__)
COUNTING static void rank_find_counting(const uint64_t *bits, const int32_t *ranks, uint64_t low, uint64_t span, const uint64_t *words, int64_t count,
    const int32_t *heads, int32_t *out) {
    if (heads) {
        rank_find(bits, ranks, low, span, words, count, heads, out);
    } else {
        rank_find(bits, ranks, low, span, words, count, 0, out);
    }
}

COUNTING static void bits_test_counting(const uint64_t *bits, uint64_t low, uint64_t span, const uint64_t *words, int64_t count, uint64_t *out) {
    bits_test(bits, low, span, words, count, out);
}
#endif

void mastic_rank_find(const uint64_t *bits, const int32_t *ranks, uint64_t low, uint64_t span, const uint64_t *words, int64_t count,
    const int32_t *heads, int32_t *out) {
#if defined(__x86_64__)
    if (has_counting()) return rank_find_counting(bits, ranks, low, span, words, count, heads, out);
#endif
    rank_find(bits, ranks, low, span, words, count, heads, out);
}

void mastic_bits_test(const uint64_t *bits, uint64_t low, uint64_t span, const uint64_t *words, int64_t count, uint64_t *out) {
#if defined(__x86_64__)
    if (has_counting()) return bits_test_counting(bits, low, span, words, count, out);
#endif
    bits_test(bits, low, span, words, count, out);
}
