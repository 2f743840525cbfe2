#include "mastic_parquet.h"

#if defined(__x86_64__)
#include <immintrin.h>

/// Eight values a step. Eight values of `width` bits are `width` bytes, so every step finds them at the same places behind its start: bytes are brought to the
/// four-byte lanes that they begin in by one shuffle, and to their lowest bit by one shift.
__attribute__((target("avx2"))) static int64_t unpack_avx2(const uint8_t *p, uint64_t bit, unsigned width, uint32_t *out, int64_t n) {
    p += bit >> 3;
    unsigned start = bit & 7;
    unsigned upper = (start + 4 * width) >> 3;
    uint8_t bytes[32];
    uint32_t shifts[8];
    for (unsigned i = 0; i < 8; i++) {
        unsigned at = start + i * width;
        unsigned byte = (at >> 3) - (i < 4 ? 0 : upper);
        for (unsigned j = 0; j < 4; j++) bytes[4 * i + j] = (uint8_t)(byte + j);
        shifts[i] = at & 7;
    }
    const __m256i shuffle = _mm256_loadu_si256((const __m256i *)bytes), shift = _mm256_loadu_si256((const __m256i *)shifts);
    const __m256i mask = _mm256_set1_epi32((int)(width == 0 ? 0 : ~0u >> (32 - width)));
    int64_t done = 0;
    // No step reads past the bytes of the values that are asked for.
    int64_t left = (int64_t)((start + (uint64_t)n * width + 7) >> 3);
    while (done + 8 <= n && left >= (int64_t)upper + 16) {
        __m256i x = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)), _mm_loadu_si128((const __m128i *)(p + upper)), 1);
        x = _mm256_and_si256(_mm256_srlv_epi32(_mm256_shuffle_epi8(x, shuffle), shift), mask);
        _mm256_storeu_si256((__m256i *)(out + done), x);
        p += width;
        left -= width;
        done += 8;
    }
    return done;
}
#endif

int64_t mpq_unpack_wide(const uint8_t *p, uint64_t bit, unsigned width, uint32_t *out, int64_t n) {
#if defined(__x86_64__)
    if (width > 0 && width <= 25 && __builtin_cpu_supports("avx2")) return unpack_avx2(p, bit, width, out, n);
#endif
    return 0;
}
