#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The inner loops of the Parquet codec. All input is untrusted: functions that walk encoded bytes take their end and return a negative number when
// the bytes run out or break the encoding. Encoded bytes must be followed by at least 16 readable bytes, because loops load whole words.
// Section names are those of Encodings.md in apache/parquet-format.

static inline uint64_t mpq_load64(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline uint32_t mpq_load32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

// ---- Variable-length integers (ULEB128) ----

// Returns the position behind the integer, or NULL.
static inline const uint8_t *mpq_varint(const uint8_t *p, const uint8_t *end, uint64_t *value) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70 && p < end; shift += 7) {
        uint8_t b = *p++;
        if (shift == 63 && (b & 0x7e)) return NULL;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *value = v;
            return p;
        }
    }
    return NULL;
}

static inline int64_t mpq_unzigzag(uint64_t v) { return (int64_t)(v >> 1) ^ -(int64_t)(v & 1); }

static inline uint8_t *mpq_put_varint(uint8_t *p, uint64_t v) {
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

static inline uint64_t mpq_zigzag(int64_t v) { return (uint64_t)v << 1 ^ (uint64_t)(v >> 63); }

// ---- Bit packing, least significant bit first ----

#define MPQ_UNPACK(NAME, TYPE)                                                                                                                \
    static inline void NAME(const uint8_t *restrict p, uint64_t bit, unsigned width, TYPE *restrict out, int64_t n) {                         \
        const uint64_t mask = width == 0 ? 0 : ~0ull >> (64 - width);                                                                         \
        for (int64_t i = 0; i < n; i++, bit += width) out[i] = (TYPE)(mpq_load64(p + (bit >> 3)) >> (bit & 7) & mask);                        \
    }

// Widths up to 32 (57 would do).
MPQ_UNPACK(mpq_unpack_u8, uint8_t)
MPQ_UNPACK(mpq_unpack_rest32, uint32_t)
MPQ_UNPACK(mpq_unpack_narrow64, uint64_t)

// Unpacks some of the first of `n` values, several at a time where the processor can, and returns how many.
int64_t mpq_unpack_wide(const uint8_t *p, uint64_t bit, unsigned width, uint32_t *out, int64_t n);

static inline void mpq_unpack_u32(const uint8_t *restrict p, uint64_t bit, unsigned width, uint32_t *restrict out, int64_t n) {
    int64_t done = n < 64 ? 0 : mpq_unpack_wide(p, bit, width, out, n);
    mpq_unpack_rest32(p, bit + (uint64_t)done * width, width, out + done, n - done);
}

// Widths up to 64.
static inline void mpq_unpack_u64(const uint8_t *restrict p, uint64_t bit, unsigned width, uint64_t *restrict out, int64_t n) {
    if (width <= 56) {
        mpq_unpack_narrow64(p, bit, width, out, n);
        return;
    }
    const uint64_t mask = ~0ull >> (64 - width);
    for (int64_t i = 0; i < n; i++, bit += width) {
        unsigned shift = bit & 7;
        uint64_t low = mpq_load64(p + (bit >> 3)) >> shift;
        uint64_t high = (uint64_t)p[(bit >> 3) + 8] << 1 << (63 - shift);
        out[i] = (low | (shift ? high : 0)) & mask;
    }
}

// Packs `n` values of `width` bits; writes exactly (n * width + 7) / 8 bytes and may touch 8 more.
#define MPQ_PACK(NAME, TYPE)                                                                                                                  \
    static inline void NAME(const TYPE *restrict in, int64_t n, unsigned width, uint8_t *restrict out) {                                      \
        uint64_t word = 0;                                                                                                                    \
        unsigned filled = 0;                                                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                                                                     \
            uint64_t v = in[i];                                                                                                               \
            word |= v << filled;                                                                                                              \
            filled += width;                                                                                                                  \
            if (filled >= 64) {                                                                                                               \
                memcpy(out, &word, 8);                                                                                                        \
                out += 8;                                                                                                                     \
                filled -= 64;                                                                                                                 \
                word = filled ? v >> (width - filled) : 0;                                                                                    \
            }                                                                                                                                 \
        }                                                                                                                                     \
        if (filled) memcpy(out, &word, 8);                                                                                                    \
    }

MPQ_PACK(mpq_pack_u32, uint32_t)
MPQ_PACK(mpq_pack_u64, uint64_t)

// ---- RLE / bit-packing hybrid ----

typedef struct {
    const uint8_t *p, *end;
    unsigned width;
    // Values left in the current run.
    int64_t left;
    // Where the run's packed values lie; NULL when all are `value`.
    const uint8_t *packed;
    uint64_t bit;
    uint32_t value;
    // The deprecated BIT_PACKED encoding, most significant bit first.
    bool msb;
} mpq_hybrid;

static inline mpq_hybrid mpq_hybrid_make(const uint8_t *p, const uint8_t *end, unsigned width) {
    mpq_hybrid h = {p, end, width, 0, NULL, 0, 0, false};
    return h;
}

// All values in one run of BIT_PACKED.
static inline mpq_hybrid mpq_hybrid_make_msb(const uint8_t *p, const uint8_t *end, unsigned width, int64_t count) {
    mpq_hybrid h = {end, end, width, count, p, 0, 0, true};
    return h;
}

// A run of one value without bytes: what a width of 0 stands for.
static inline mpq_hybrid mpq_hybrid_constant(uint32_t value, int64_t count) {
    mpq_hybrid h = {NULL, NULL, 0, count, NULL, 0, value, false};
    return h;
}

static inline bool mpq_hybrid_next_run(mpq_hybrid *h) {
    uint64_t header;
    if (h->p == NULL || h->msb) return false;
    const uint8_t *p = mpq_varint(h->p, h->end, &header);
    if (!p || header >> 1 > INT32_MAX || header >> 1 == 0) return false;
    if (header & 1) {
        uint64_t bytes = (header >> 1) * h->width, left = (uint64_t)(h->end - p);
        h->left = (int64_t)(header >> 1) * 8;
        if (bytes > left) {
            // The last run need not be padded to whole groups.
            bytes = left;
            h->left = (int64_t)(left * 8 / h->width);
            if (h->left == 0) return false;
        }
        h->packed = p;
        h->bit = 0;
        h->p = p + bytes;
    } else {
        unsigned bytes = (h->width + 7) / 8;
        if ((uint64_t)(h->end - p) < bytes) return false;
        h->left = (int64_t)(header >> 1);
        h->value = bytes ? mpq_load32(p) & (uint32_t)(~0ull >> (64 - 8 * bytes)) : 0;
        h->packed = NULL;
        h->p = p + bytes;
    }
    return true;
}

static inline uint32_t mpq_msb_value(const uint8_t *p, uint64_t bit, unsigned width) {
    uint32_t v = 0;
    for (unsigned i = 0; i < width; i++, bit++) v = v << 1 | (p[bit >> 3] >> (7 - (bit & 7)) & 1);
    return v;
}

// Decodes `n` values. Returns the greatest of them, or -1.
#define MPQ_HYBRID_READ(NAME, TYPE, UNPACK)                                                                                                   \
    static inline int64_t NAME(mpq_hybrid *restrict h, TYPE *restrict out, int64_t n) {                                                       \
        uint32_t greatest = 0;                                                                                                                \
        while (n > 0) {                                                                                                                       \
            if (h->left == 0 && !mpq_hybrid_next_run(h)) return -1;                                                                           \
            int64_t k = h->left < n ? h->left : n;                                                                                            \
            if (!h->packed) {                                                                                                                 \
                for (int64_t i = 0; i < k; i++) out[i] = (TYPE)h->value;                                                                      \
                if (h->value > greatest) greatest = h->value;                                                                                 \
            } else {                                                                                                                          \
                if (h->msb) {                                                                                                                 \
                    for (int64_t i = 0; i < k; i++) out[i] = (TYPE)mpq_msb_value(h->packed, h->bit + (uint64_t)i * h->width, h->width);       \
                } else {                                                                                                                      \
                    UNPACK(h->packed, h->bit, h->width, out, k);                                                                              \
                }                                                                                                                             \
                TYPE most = 0;                                                                                                                \
                for (int64_t i = 0; i < k; i++) most = out[i] > most ? out[i] : most;                                                         \
                if (most > greatest) greatest = most;                                                                                         \
                h->bit += (uint64_t)k * h->width;                                                                                             \
            }                                                                                                                                 \
            out += k;                                                                                                                         \
            n -= k;                                                                                                                           \
            h->left -= k;                                                                                                                     \
        }                                                                                                                                     \
        return greatest;                                                                                                                      \
    }

MPQ_HYBRID_READ(mpq_hybrid_read_u8, uint8_t, mpq_unpack_u8)
MPQ_HYBRID_READ(mpq_hybrid_read_u32, uint32_t, mpq_unpack_u32)

// Copies `n` bits from `from` + `bit` to `to` + `at`; the target's bits from `at` on must be zero. Returns how many are set.
static inline int64_t mpq_or_bits(const uint8_t *restrict from, uint64_t bit, uint8_t *restrict to, uint64_t at, int64_t n) {
    int64_t set = 0;
    while (n > 0) {
        unsigned room = 64 - (at & 63);
        unsigned k = n < 56 ? (unsigned)n : 56;
        if (k > room) k = room;
        uint64_t word = mpq_load64(from + (bit >> 3)) >> (bit & 7);
        // Up to 57 bits of the word are good after the shift.
        word &= ~0ull >> (64 - k);
        set += __builtin_popcountll(word);
        uint64_t target;
        memcpy(&target, to + (at >> 6 << 3), 8);
        target |= word << (at & 63);
        memcpy(to + (at >> 6 << 3), &target, 8);
        bit += k;
        at += k;
        n -= k;
    }
    return set;
}

static inline void mpq_set_bits(uint8_t *to, uint64_t at, int64_t n) {
    while (n > 0 && (at & 7)) {
        to[at >> 3] |= (uint8_t)(1 << (at & 7));
        at++;
        n--;
    }
    memset(to + (at >> 3), 0xff, (size_t)(n >> 3));
    at += (uint64_t)(n & ~7ll);
    if (n & 7) to[at >> 3] |= (uint8_t)((1 << (n & 7)) - 1);
}

// Decodes `n` values of width 1 into zeroed bits from `at` on. Returns how many are set, or -1.
static inline int64_t mpq_hybrid_read_bits(mpq_hybrid *restrict h, uint8_t *restrict to, uint64_t at, int64_t n) {
    int64_t set = 0;
    while (n > 0) {
        if (h->left == 0 && !mpq_hybrid_next_run(h)) return -1;
        int64_t k = h->left < n ? h->left : n;
        if (!h->packed) {
            if (h->value > 1) return -1;
            if (h->value) {
                mpq_set_bits(to, at, k);
                set += k;
            }
        } else {
            if (h->msb) {
                for (int64_t i = 0; i < k; i++) {
                    uint32_t v = mpq_msb_value(h->packed, h->bit + (uint64_t)i, 1);
                    to[(at + (uint64_t)i) >> 3] |= (uint8_t)(v << ((at + (uint64_t)i) & 7));
                    set += v;
                }
            } else {
                set += mpq_or_bits(h->packed, h->bit, to, at, k);
            }
            h->bit += (uint64_t)k;
        }
        at += (uint64_t)k;
        n -= k;
        h->left -= k;
    }
    return set;
}

// Takes `n` values of width 1 if they are one run of ones; else takes none and returns false.
static inline bool mpq_hybrid_take_ones(mpq_hybrid *h, int64_t n) {
    if (h->left == 0 && !mpq_hybrid_next_run(h)) return false;
    if (h->packed || h->value != 1 || h->left < n) return false;
    h->left -= n;
    return true;
}

// Encodes values of `width` bits (1...32). Returns the bytes written, at most `mpq_hybrid_bound`; may touch 8 bytes more.
static inline size_t mpq_hybrid_bound(int64_t n, unsigned width) { return (size_t)((n + 7) / 8 * (int64_t)(width + 6)) + 64; }

static inline size_t mpq_hybrid_encode(const uint32_t *restrict in, int64_t n, unsigned width, uint8_t *restrict out) {
    uint8_t *p = out;
    unsigned bytes = (width + 7) / 8;
    int64_t i = 0, literal = 0;  // literal: first value not written yet; whole groups lie before `i`
    while (i + 8 <= n) {
        uint32_t v = in[i], other = 0;
        for (int k = 1; k < 8; k++) other |= in[i + k] ^ v;
        if (other) {
            i += 8;
            continue;
        }
        int64_t run = i + 8, groups = (i - literal) / 8;
        while (run < n && in[run] == v) run++;
        if (groups) {
            p = mpq_put_varint(p, (uint64_t)groups << 1 | 1);
            mpq_pack_u32(in + literal, groups * 8, width, p);
            p += groups * (int64_t)width;
        }
        p = mpq_put_varint(p, (uint64_t)(run - i) << 1);
        memcpy(p, &v, 4);
        p += bytes;
        literal = i = run;
    }
    int64_t rest = n - literal;
    if (rest) {
        int64_t groups = (rest + 7) / 8;
        p = mpq_put_varint(p, (uint64_t)groups << 1 | 1);
        // The padding of the last group is zero.
        memset(p + rest * (int64_t)width / 8, 0, (size_t)(groups * (int64_t)width - rest * (int64_t)width / 8));
        mpq_pack_u32(in + literal, rest, width, p);
        p += groups * (int64_t)width;
    }
    return (size_t)(p - out);
}

// ---- Moving values to the rows that are present ----

// Gives every row whose bit is set (from bit `at` on) the next of `values`, which need no alignment and of which one more than are set must be
// readable. Other rows get some value of the neighbourhood. 8 bytes behind the bits must be readable.
#define MPQ_EXPAND(NAME, TYPE)                                                                                                                \
    static inline void NAME(const uint8_t *restrict values, const uint8_t *restrict bits, uint64_t at, int64_t n, TYPE *restrict out) {       \
        const uint8_t *p = values;                                                                                                            \
        for (int64_t i = 0; i < n;) {                                                                                                         \
            int64_t k = n - i < 56 ? n - i : 56;                                                                                              \
            uint64_t word = mpq_load64(bits + ((at + (uint64_t)i) >> 3)) >> ((at + (uint64_t)i) & 7) & (~0ull >> (64 - k));                   \
            if (word == ~0ull >> (64 - k)) {                                                                                                  \
                memcpy(out + i, p, (size_t)k * sizeof(TYPE));                                                                                 \
                p += (size_t)k * sizeof(TYPE);                                                                                                \
            } else {                                                                                                                          \
                for (int64_t j = 0; j < k; j++, word >>= 1) {                                                                                 \
                    memcpy(out + i + j, p, sizeof(TYPE));                                                                                     \
                    p += (word & 1) * sizeof(TYPE);                                                                                           \
                }                                                                                                                             \
            }                                                                                                                                 \
            i += k;                                                                                                                           \
        }                                                                                                                                     \
    }

typedef struct {
    uint64_t low, high;
} mpq_view;

MPQ_EXPAND(mpq_expand_8, uint8_t)
MPQ_EXPAND(mpq_expand_16, uint16_t)
MPQ_EXPAND(mpq_expand_32, uint32_t)
MPQ_EXPAND(mpq_expand_64, uint64_t)
MPQ_EXPAND(mpq_expand_128, mpq_view)

// ---- Gathering from a dictionary ----

#define MPQ_GATHER(NAME, TYPE)                                                                                                                \
    static inline void NAME(const TYPE *restrict from, const uint32_t *restrict at, int64_t n, TYPE *restrict out) {                          \
        for (int64_t i = 0; i < n; i++) out[i] = from[at[i]];                                                                                 \
    }

MPQ_GATHER(mpq_gather_8, uint8_t)
MPQ_GATHER(mpq_gather_16, uint16_t)
MPQ_GATHER(mpq_gather_32, uint32_t)
MPQ_GATHER(mpq_gather_64, uint64_t)
MPQ_GATHER(mpq_gather_128, mpq_view)

// ---- Levels ----

static inline int64_t mpq_count_u8(const uint8_t *levels, int64_t n, uint8_t level) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += levels[i] == level;
    return count;
}

// Where the record after the next `records` records begins: the position of the zero repetition level number `records` (from 0), or n. Sets
// `found` to the zeros before it.
static inline int64_t mpq_record_end(const uint8_t *repetition, int64_t n, int64_t records, int64_t *found) {
    int64_t zeros = 0, i = 0;
    // Whole stretches that cannot hold the end.
    while (i + 64 <= n && zeros + 64 <= records) {
        for (int k = 0; k < 64; k++) zeros += repetition[i + k] == 0;
        i += 64;
    }
    for (; i < n; i++) {
        if (repetition[i] == 0) {
            if (zeros == records) break;
            zeros++;
        }
    }
    *found = zeros;
    return i;
}

// One validity bit for every slot: an entry that starts a value of the node (repetition <= `repetition_limit`, definition >= `from`). The
// bit says whether the value is present (definition >= `present`). Returns the slots.
static inline int64_t mpq_slot_validity(
    const uint8_t *restrict definition, const uint8_t *restrict repetition, int64_t n, uint8_t repetition_limit, uint8_t from, uint8_t present,
    uint8_t *restrict bits, int64_t *set) {
    int64_t slots = 0, count = 0;
    for (int64_t i = 0; i < n; i++) {
        unsigned is_slot = (repetition ? repetition[i] <= repetition_limit : 1) & (definition[i] >= from);
        unsigned is_present = is_slot & (definition[i] >= present);
        bits[slots >> 3] |= (uint8_t)(is_present << (slots & 7));
        slots += is_slot;
        count += is_present;
    }
    *set = count;
    return slots;
}

// The offsets of a list node, by the same rule: one for each slot, and the elements so far (entries with repetition <= `element_repetition` and
// definition >= `element_definition`). Returns the slots; the last offset stands at offsets[slots].
static inline int64_t mpq_list_offsets(
    const uint8_t *restrict definition, const uint8_t *restrict repetition, int64_t n, uint8_t repetition_limit, uint8_t from,
    uint8_t element_repetition, uint8_t element_definition, int32_t *restrict offsets) {
    int64_t slots = 0;
    int32_t elements = 0;
    for (int64_t i = 0; i < n; i++) {
        unsigned is_slot = (repetition[i] <= repetition_limit) & (definition[i] >= from);
        offsets[slots] = elements;
        slots += is_slot;
        elements += (repetition[i] <= element_repetition) & (definition[i] >= element_definition);
    }
    offsets[slots] = elements;
    return slots;
}

// ---- PLAIN byte arrays ----

static inline mpq_view mpq_make_view(const uint8_t *p, uint32_t length) {
    mpq_view v;
    if (length <= 12) {
        // 16 readable bytes follow, so both loads are safe.
        uint64_t head = mpq_load32(p), tail = mpq_load64(p + 4);
        head = length >= 4 ? head : head & ((1u << (8 * length)) - 1);
        tail = length >= 12 ? tail : length <= 4 ? 0 : tail & (~0ull >> (8 * (12 - length)));
        v.low = head << 32 | length;
        v.high = tail;
    } else {
        v.low = (uint64_t)mpq_load32(p) << 32 | length;
        v.high = (uint64_t)(uintptr_t)p;
    }
    return v;
}

// Reads `n` length-prefixed strings. Returns the position behind them, or NULL.
static inline const uint8_t *mpq_plain_views(const uint8_t *p, const uint8_t *end, int64_t n, mpq_view *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        if (end - p < 4) return NULL;
        uint32_t length = mpq_load32(p);
        p += 4;
        if ((uint64_t)(end - p) < length) return NULL;
        out[i] = mpq_make_view(p, length);
        p += length;
    }
    return p;
}

static inline void mpq_fixed_views(const uint8_t *p, uint32_t length, int64_t n, mpq_view *restrict out) {
    for (int64_t i = 0; i < n; i++, p += length) out[i] = mpq_make_view(p, length);
}

// Strings whose lengths are known and whose bytes lie one after the other. Returns the position behind them, or NULL.
static inline const uint8_t *mpq_length_views(const uint8_t *p, const uint8_t *end, const int32_t *lengths, int64_t n, mpq_view *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        if (lengths[i] < 0 || end - p < lengths[i]) return NULL;
        out[i] = mpq_make_view(p, (uint32_t)lengths[i]);
        p += lengths[i];
    }
    return p;
}

// ---- DELTA_BINARY_PACKED ----

typedef struct {
    const uint8_t *p, *end;
    // Values in a miniblock, miniblocks in a block, values left in all.
    int64_t per_mini, left;
    uint32_t minis;
    uint64_t last;
    uint64_t min_delta;
    const uint8_t *widths;
    uint32_t mini;
    // The current miniblock.
    const uint8_t *packed;
    unsigned width;
    int64_t mini_left;
    uint64_t bit;
    bool first;
} mpq_delta;

// Reads the header. False when it breaks the rules.
static inline bool mpq_delta_open(mpq_delta *d, const uint8_t *p, const uint8_t *end) {
    uint64_t block, minis, count, first;
    memset(d, 0, sizeof *d);
    if (!(p = mpq_varint(p, end, &block)) || !(p = mpq_varint(p, end, &minis)) || !(p = mpq_varint(p, end, &count)) ||
        !(p = mpq_varint(p, end, &first)))
        return false;
    if (block == 0 || block % 128 || block > 1u << 30 || minis == 0 || minis > block || block % minis || block / minis % 32 || count > INT32_MAX)
        return false;
    d->p = p;
    d->end = end;
    d->per_mini = (int64_t)(block / minis);
    d->minis = (uint32_t)minis;
    d->mini = (uint32_t)minis;
    d->left = (int64_t)count;
    d->last = (uint64_t)mpq_unzigzag(first);
    d->first = true;
    return true;
}

static inline bool mpq_delta_next_mini(mpq_delta *d) {
    if (d->mini == d->minis) {
        uint64_t min_delta;
        const uint8_t *p = mpq_varint(d->p, d->end, &min_delta);
        if (!p || d->end - p < d->minis) return false;
        d->min_delta = (uint64_t)mpq_unzigzag(min_delta);
        d->widths = p;
        d->p = p + d->minis;
        d->mini = 0;
    }
    d->width = d->widths[d->mini++];
    if (d->width > 64) return false;
    uint64_t bytes = (uint64_t)d->per_mini / 8 * d->width, left = (uint64_t)(d->end - d->p);
    d->packed = d->p;
    d->bit = 0;
    d->mini_left = d->per_mini;
    if (bytes > left) {
        // The last miniblock may lack its padding.
        if (d->left > d->mini_left || left * 8 < (uint64_t)d->left * d->width) return false;
        bytes = left;
    }
    d->p += bytes;
    return true;
}

// Decodes `n` values. False when the bytes run out.
static inline bool mpq_delta_read(mpq_delta *restrict d, int64_t *restrict out, int64_t n) {
    if (n > d->left) return false;
    if (n > 0 && d->first) {
        *out++ = (int64_t)d->last;
        d->first = false;
        d->left--;
        n--;
    }
    while (n > 0) {
        if (d->mini_left == 0 && !mpq_delta_next_mini(d)) return false;
        int64_t k = d->mini_left < n ? d->mini_left : n;
        uint64_t last = d->last, min_delta = d->min_delta;
        if (d->width == 0) {
            for (int64_t i = 0; i < k; i++) out[i] = (int64_t)(last += min_delta);
        } else {
            mpq_unpack_u64(d->packed, d->bit, d->width, (uint64_t *)out, k);
            for (int64_t i = 0; i < k; i++) out[i] = (int64_t)(last += min_delta + (uint64_t)out[i]);
        }
        d->last = last;
        d->bit += (uint64_t)k * d->width;
        d->mini_left -= k;
        d->left -= k;
        out += k;
        n -= k;
    }
    return true;
}

// Goes past what is left. Returns the position behind the encoding, or NULL.
static inline const uint8_t *mpq_delta_end(mpq_delta *d) {
    if (d->first && d->left > 0) {
        d->first = false;
        d->left--;
    }
    while (d->left > 0) {
        if (d->mini_left == 0 && !mpq_delta_next_mini(d)) return NULL;
        int64_t k = d->mini_left < d->left ? d->mini_left : d->left;
        d->mini_left -= k;
        d->left -= k;
    }
    // Miniblocks that hold no values have no bytes.
    return d->p;
}

static inline size_t mpq_delta_bound(int64_t n) { return (size_t)(n + 127) / 128 * (128 * 8 + 14) + 64; }

// Encodes with blocks of 128 and miniblocks of 32 values. `bits` is 32 or 64: the arithmetic wraps at the column's width. Returns the bytes written,
// at most `mpq_delta_bound`; may touch 8 bytes more.
static inline size_t mpq_delta_encode(const int64_t *restrict in, int64_t n, unsigned bits, uint8_t *restrict out) {
    uint8_t *p = out;
    p = mpq_put_varint(p, 128);
    p = mpq_put_varint(p, 4);
    p = mpq_put_varint(p, (uint64_t)n);
    p = mpq_put_varint(p, mpq_zigzag(n ? in[0] : 0));
    for (int64_t start = 1; start < n; start += 128) {
        int64_t count = n - start < 128 ? n - start : 128;
        int64_t delta[128];
        int64_t least = INT64_MAX;
        for (int64_t i = 0; i < count; i++) {
            uint64_t d = (uint64_t)in[start + i] - (uint64_t)in[start + i - 1];
            delta[i] = bits == 32 ? (int32_t)(uint32_t)d : (int64_t)d;
            least = delta[i] < least ? delta[i] : least;
        }
        p = mpq_put_varint(p, mpq_zigzag(least));
        uint8_t *widths = p;
        p += 4;
        for (int mini = 0; mini < 4; mini++) {
            int64_t from = mini * 32, k = count - from > 32 ? 32 : count - from;
            if (k <= 0) {
                widths[mini] = 0;
                continue;
            }
            uint64_t packed[32] = {0}, all = 0;
            for (int64_t i = 0; i < k; i++) {
                packed[i] = (uint64_t)delta[from + i] - (uint64_t)least;
                if (bits == 32) packed[i] = (uint32_t)packed[i];
                all |= packed[i];
            }
            unsigned width = all ? 64 - (unsigned)__builtin_clzll(all) : 0;
            widths[mini] = (uint8_t)width;
            if (width) mpq_pack_u64(packed, 32, width, p);
            p += 4 * width;
        }
    }
    return (size_t)(p - out);
}

// ---- DELTA_BYTE_ARRAY ----

// Rebuilds `n` strings from prefix lengths, suffix lengths and suffix bytes into `out_bytes`, which has room for all of them and 16 more. `previous`
// is the string before the first. Returns the position behind the suffixes, or NULL.
static inline const uint8_t *mpq_rebuild_prefixed(
    const uint8_t *p, const uint8_t *end, const int32_t *prefixes, const int32_t *suffixes, int64_t n, const uint8_t *previous,
    int64_t previous_length, uint8_t *out_bytes, mpq_view *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        int64_t prefix = prefixes[i], suffix = suffixes[i];
        if (prefix < 0 || suffix < 0 || prefix > previous_length || end - p < suffix) return NULL;
        if (prefix) memcpy(out_bytes, previous, (size_t)prefix);
        if (suffix) memcpy(out_bytes + prefix, p, (size_t)suffix);
        p += suffix;
        out[i] = mpq_make_view(out_bytes, (uint32_t)(prefix + suffix));
        previous = out_bytes;
        previous_length = prefix + suffix;
        out_bytes += previous_length;
    }
    return p;
}

// ---- BYTE_STREAM_SPLIT ----

// Joins `n` values of `width` bytes, from value `from` of the `total` whose bytes lie in `width` streams.
static inline void mpq_join_streams(const uint8_t *restrict p, int64_t total, int64_t from, int64_t n, int64_t width, uint8_t *restrict out) {
    if (width == 4) {
        const uint8_t *a = p + from, *b = a + total, *c = b + total, *d = c + total;
        for (int64_t i = 0; i < n; i++) {
            uint32_t v = a[i] | (uint32_t)b[i] << 8 | (uint32_t)c[i] << 16 | (uint32_t)d[i] << 24;
            memcpy(out + 4 * i, &v, 4);
        }
        return;
    }
    for (int64_t k = 0; k < width; k++) {
        const uint8_t *stream = p + k * total + from;
        for (int64_t i = 0; i < n; i++) out[i * width + k] = stream[i];
    }
}

// ---- Conversions ----

// INT96: nanoseconds of the day, Julian day. Wraps around, as Spark's writer and reader do for years beyond 290,000.
static inline void mpq_int96_to_micros(const uint8_t *restrict p, int64_t n, int64_t *restrict out) {
    for (int64_t i = 0; i < n; i++, p += 12) {
        int64_t nanos = (int64_t)mpq_load64(p);
        uint64_t day = (uint64_t)((int64_t)(int32_t)mpq_load32(p + 8) - 2440588);
        out[i] = (int64_t)(day * 86400000000ull + (uint64_t)(nanos / 1000 - (nanos % 1000 < 0)));
    }
}

// Big-endian two's complement of `length` bytes (any number) as 128 bits. False when the value needs more.
static inline bool mpq_big_endian_128(const uint8_t *p, int64_t length, __int128 *out) {
    unsigned __int128 v = length > 0 && (p[0] & 0x80) ? ~(unsigned __int128)0 : 0;
    unsigned __int128 fill = v;
    int64_t i = 0;
    for (; i < length - 16; i++)
        if (p[i] != (uint8_t)fill) return false;
    if (i > 0 && (p[i] ^ (uint8_t)fill) & 0x80) return false;
    for (; i < length; i++) v = v << 8 | p[i];
    *out = (__int128)v;
    return true;
}

static inline bool mpq_big_endian_parts(const uint8_t *p, int64_t length, uint64_t *high, uint64_t *low) {
    __int128 v;
    if (!mpq_big_endian_128(p, length, &v)) return false;
    *high = (uint64_t)((unsigned __int128)v >> 64);
    *low = (uint64_t)v;
    return true;
}

static inline bool mpq_fixed_decimals(const uint8_t *restrict p, int64_t length, int64_t n, void *restrict out) {
    bool good = true;
    for (int64_t i = 0; i < n; i++, p += length) {
        __int128 v = 0;
        good &= mpq_big_endian_128(p, length, &v);
        memcpy((uint8_t *)out + i * 16, &v, 16);
    }
    return good;
}

static inline float mpq_half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 0x1f, mantissa = h & 0x3ff, bits;
    if (exponent == 0x1f) {
        bits = sign | 0x7f800000 | mantissa << 13;
    } else if (exponent) {
        bits = sign | (exponent + 112) << 23 | mantissa << 13;
    } else if (mantissa) {
        unsigned shift = (unsigned)__builtin_clz(mantissa) - 21;
        bits = sign | (113 - shift) << 23 | (mantissa << shift & 0x3ff) << 13;
    } else {
        bits = sign;
    }
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

// Packs bytes that are 0 or 1 into zeroed bits.
static inline void mpq_bytes_to_bits(const uint8_t *restrict in, int64_t n, uint8_t *restrict bits) {
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) bits[i >> 3] = (uint8_t)(mpq_load64(in + i) * 0x0102040810204080ull >> 56);
    for (; i < n; i++) bits[i >> 3] |= (uint8_t)(in[i] << (i & 7));
}

// ---- Writing: values that are present, one after the other ----

#define MPQ_COMPACT(NAME, TYPE)                                                                                                               \
    static inline int64_t NAME(const TYPE *restrict in, const uint8_t *restrict bits, int64_t n, TYPE *restrict out) {                        \
        int64_t j = 0;                                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                                                     \
            out[j] = in[i];                                                                                                                   \
            j += bits[i >> 3] >> (i & 7) & 1;                                                                                                 \
        }                                                                                                                                     \
        return j;                                                                                                                             \
    }

MPQ_COMPACT(mpq_compact_8, uint8_t)
MPQ_COMPACT(mpq_compact_16, uint16_t)
MPQ_COMPACT(mpq_compact_32, uint32_t)
MPQ_COMPACT(mpq_compact_64, uint64_t)
MPQ_COMPACT(mpq_compact_views, mpq_view)

static inline void mpq_bits_to_bytes(const uint8_t *restrict bits, int64_t n, uint8_t *restrict out) {
    for (int64_t i = 0; i < n; i++) out[i] = bits[i >> 3] >> (i & 7) & 1;
}

static inline void mpq_widen_u8(const uint8_t *restrict in, int64_t n, uint32_t *restrict out) {
    for (int64_t i = 0; i < n; i++) out[i] = in[i];
}

static inline uint64_t mpq_views_size(const mpq_view *views, int64_t n) {
    uint64_t size = 0;
    for (int64_t i = 0; i < n; i++) size += (uint32_t)views[i].low;
    return size;
}

static inline const uint8_t *mpq_view_bytes(const mpq_view *v) {
    return (uint32_t)v->low <= 12 ? (const uint8_t *)v + 4 : (const uint8_t *)(uintptr_t)v->high;
}

// Copies more than 12 bytes, none of them read from outside, without a call where they are few.
static inline void mpq_copy_long(uint8_t *restrict to, const uint8_t *restrict from, uint32_t length) {
    if (length <= 16) {
        uint64_t head = mpq_load64(from), tail = mpq_load64(from + length - 8);
        memcpy(to, &head, 8);
        memcpy(to + length - 8, &tail, 8);
    } else if (length <= 32) {
        memcpy(to, from, 16);
        memcpy(to + length - 16, from + length - 16, 16);
    } else {
        memcpy(to, from, length);
    }
}

// PLAIN byte arrays; touches 16 bytes more than it returns.
static inline size_t mpq_put_plain_views(const mpq_view *restrict views, int64_t n, uint8_t *restrict out) {
    uint8_t *p = out;
    for (int64_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)views[i].low;
        memcpy(p, &views[i], 16);
        p += 4;
        if (length > 12) mpq_copy_long(p, (const uint8_t *)(uintptr_t)views[i].high, length);
        p += length;
    }
    return (size_t)(p - out);
}

// The bytes alone; touches 16 more than it returns.
static inline size_t mpq_put_view_bytes(const mpq_view *restrict views, int64_t n, uint8_t *restrict out) {
    uint8_t *p = out;
    for (int64_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)views[i].low;
        if (length <= 12) {
            memcpy(p, (const uint8_t *)&views[i] + 4, 12);
        } else {
            mpq_copy_long(p, (const uint8_t *)(uintptr_t)views[i].high, length);
        }
        p += length;
    }
    return (size_t)(p - out);
}

// How many bytes each string shares with the one before.
static inline int64_t mpq_shared_prefixes(const mpq_view *restrict views, int64_t n, int64_t *restrict out) {
    int64_t total = 0;
    const uint8_t *previous = NULL;
    uint32_t previous_length = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *bytes = mpq_view_bytes(&views[i]);
        uint32_t length = (uint32_t)views[i].low, most = length < previous_length ? length : previous_length, k = 0;
        while (k < most && bytes[k] == previous[k]) k++;
        out[i] = k;
        total += k;
        previous = bytes;
        previous_length = length;
    }
    return total;
}

static inline size_t mpq_put_suffixes(const mpq_view *restrict views, const int64_t *restrict prefixes, int64_t n, uint8_t *restrict out) {
    uint8_t *p = out;
    for (int64_t i = 0; i < n; i++) {
        size_t length = (uint32_t)views[i].low - (size_t)prefixes[i];
        memcpy(p, mpq_view_bytes(&views[i]) + prefixes[i], length);
        p += length;
    }
    return (size_t)(p - out);
}

// ---- Writing: rows by position ----

// Row `i` is `rows[i]`, or `start + i` where there are no positions.
#define MPQ_TAKE(NAME, FROM, TO)                                                                                                              \
    static inline void NAME(const FROM *restrict in, const int32_t *restrict rows, int64_t start, int64_t n, TO *restrict out) {              \
        if (rows) {                                                                                                                           \
            for (int64_t i = 0; i < n; i++) out[i] = (TO)in[rows[i]];                                                                         \
        } else {                                                                                                                              \
            for (int64_t i = 0; i < n; i++) out[i] = (TO)in[start + i];                                                                       \
        }                                                                                                                                     \
    }                                                                                                                                         \
    /* Those whose bit is set, one after the other, and for each row a level that says whether it is. Returns how many are. */                \
    static inline int64_t NAME##_present(                                                                                                     \
        const FROM *restrict in, const uint8_t *restrict bits, const int32_t *restrict rows, int64_t start, int64_t n, TO *restrict out,      \
        uint8_t *restrict levels) {                                                                                                           \
        int64_t j = 0;                                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                                                     \
            int64_t row = rows ? rows[i] : start + i;                                                                                         \
            uint8_t bit = bits[row >> 3] >> (row & 7) & 1;                                                                                    \
            out[j] = (TO)in[row];                                                                                                             \
            levels[i] = bit;                                                                                                                  \
            j += bit;                                                                                                                         \
        }                                                                                                                                     \
        return j;                                                                                                                             \
    }

MPQ_TAKE(mpq_take_i8, int8_t, int32_t)
MPQ_TAKE(mpq_take_i16, int16_t, int32_t)
MPQ_TAKE(mpq_take_32, uint32_t, uint32_t)
MPQ_TAKE(mpq_take_64, uint64_t, uint64_t)
MPQ_TAKE(mpq_take_128, mpq_view, mpq_view)

// Bits as bytes of 0 and 1.
static inline void mpq_take_bits(const uint8_t *restrict in, const int32_t *restrict rows, int64_t start, int64_t n, uint8_t *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : start + i;
        out[i] = in[row >> 3] >> (row & 7) & 1;
    }
}

static inline int64_t mpq_take_bits_present(
    const uint8_t *restrict in, const uint8_t *restrict bits, const int32_t *restrict rows, int64_t start, int64_t n, uint8_t *restrict out,
    uint8_t *restrict levels) {
    int64_t j = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : start + i;
        uint8_t bit = bits[row >> 3] >> (row & 7) & 1;
        out[j] = in[row >> 3] >> (row & 7) & 1;
        levels[i] = bit;
        j += bit;
    }
    return j;
}

// `known[places[i]]`. Returns the greatest of them.
static inline uint32_t mpq_lookup(const uint32_t *restrict known, const uint32_t *restrict places, int64_t n, uint32_t *restrict out) {
    uint32_t greatest = 0;
    for (int64_t i = 0; i < n; i++) {
        out[i] = known[places[i]];
        greatest = out[i] > greatest ? out[i] : greatest;
    }
    return greatest;
}

static inline void mpq_learn(uint32_t *restrict known, const uint32_t *restrict places, const uint32_t *restrict found, int64_t n) {
    for (int64_t i = 0; i < n; i++) known[places[i]] = found[i];
}

// Marks the bytes that `places` lead to.
static inline void mpq_mark(const uint32_t *restrict places, int64_t n, uint8_t *restrict marks) {
    for (int64_t i = 0; i < n; i++) marks[places[i]] = 1;
}

// The positions of the bytes that are set. Returns how many there are.
static inline int64_t mpq_marked(const uint8_t *restrict marks, int64_t n, uint32_t *restrict out) {
    int64_t j = 0;
    for (int64_t i = 0; i < n; i++) {
        out[j] = (uint32_t)i;
        j += marks[i];
    }
    return j;
}

// The low `length` bytes of 128-bit values in big-endian order. `in` is pairs of low and high words.
static inline void mpq_put_fixed_decimals(const mpq_view *restrict in, int64_t n, int64_t length, uint8_t *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        uint64_t words[2] = {__builtin_bswap64(in[i].high), __builtin_bswap64(in[i].low)};
        memcpy(out, (const uint8_t *)words + 16 - length, (size_t)length);
        out += length;
    }
}

// ---- Writing: dictionaries ----

// Open addressing; a slot holds an index plus one, 0 when free. `bits` is the logarithm of the table's size, which must exceed the values in it.

static inline uint64_t mpq_mix(uint64_t v) {
    v ^= v >> 32;
    v *= 0x9e3779b97f4a7c15ull;
    v ^= v >> 29;
    return v * 0xbf58476d1ce4e5b9ull;
}

static inline uint64_t mpq_hash_view(const mpq_view *v) {
    uint32_t length = (uint32_t)v->low;
    if (length <= 12) return mpq_mix(mpq_mix(v->low) ^ v->high);
    const uint8_t *p = (const uint8_t *)(uintptr_t)v->high, *end = p + length;
    uint64_t h = length;
    for (; end - p > 8; p += 8) {
        h = (h ^ mpq_load64(p)) * 0x9e3779b97f4a7c15ull;
        h ^= h >> 32;
    }
    return mpq_mix(h ^ mpq_load64(end - 8));
}

static inline bool mpq_same_view(const mpq_view *a, const mpq_view *b) {
    if (a->low != b->low) return false;
    if (a->high == b->high) return true;
    uint32_t length = (uint32_t)a->low;
    return length > 12 && memcmp((const void *)(uintptr_t)a->high, (const void *)(uintptr_t)b->high, length) == 0;
}

#define MPQ_HASH_NUMBER(v) mpq_mix(*(v))
#define MPQ_SAME_NUMBER(a, b) (*(a) == *(b))

// Sets out[i] to the index of in[i] among `values`, to which new ones are added; there is room for all of them. Returns the values after.
#define MPQ_DICTIONARY(NAME, TYPE, HASH, SAME)                                                                                                \
    static inline uint32_t NAME##_add(                                                                                                        \
        uint32_t *restrict table, unsigned bits, TYPE *restrict values, uint32_t count, const TYPE *restrict in, int64_t n,                   \
        uint32_t *restrict out) {                                                                                                             \
        const uint64_t mask = (1ull << bits) - 1;                                                                                             \
        for (int64_t i = 0; i < n; i++) {                                                                                                     \
            uint64_t slot = HASH(&in[i]) >> (64 - bits);                                                                                      \
            for (;; slot = (slot + 1) & mask) {                                                                                               \
                uint32_t at = table[slot];                                                                                                    \
                if (at == 0) {                                                                                                                \
                    values[count] = in[i];                                                                                                    \
                    table[slot] = ++count;                                                                                                    \
                    out[i] = count - 1;                                                                                                       \
                    break;                                                                                                                    \
                }                                                                                                                             \
                if (SAME(&values[at - 1], &in[i])) {                                                                                          \
                    out[i] = at - 1;                                                                                                          \
                    break;                                                                                                                    \
                }                                                                                                                             \
            }                                                                                                                                 \
        }                                                                                                                                     \
        return count;                                                                                                                         \
    }                                                                                                                                         \
    static inline void NAME##_rebuild(uint32_t *restrict table, unsigned bits, const TYPE *restrict values, uint32_t count) {                 \
        const uint64_t mask = (1ull << bits) - 1;                                                                                             \
        for (uint32_t i = 0; i < count; i++) {                                                                                                \
            uint64_t slot = HASH(&values[i]) >> (64 - bits);                                                                                  \
            while (table[slot]) slot = (slot + 1) & mask;                                                                                     \
            table[slot] = i + 1;                                                                                                              \
        }                                                                                                                                     \
    }

static inline uint64_t mpq_hash_wide(const mpq_view *v) { return mpq_mix(mpq_mix(v->low) ^ v->high); }
static inline bool mpq_same_wide(const mpq_view *a, const mpq_view *b) { return a->low == b->low && a->high == b->high; }

MPQ_DICTIONARY(mpq_dictionary_32, uint32_t, MPQ_HASH_NUMBER, MPQ_SAME_NUMBER)
MPQ_DICTIONARY(mpq_dictionary_64, uint64_t, MPQ_HASH_NUMBER, MPQ_SAME_NUMBER)
MPQ_DICTIONARY(mpq_dictionary_views, mpq_view, mpq_hash_view, mpq_same_view)

MPQ_DICTIONARY(mpq_dictionary_wide, mpq_view, mpq_hash_wide, mpq_same_wide)

// ---- Writing: statistics ----

#define MPQ_RANGE(NAME, TYPE)                                                                                                                 \
    static inline void NAME(const TYPE *restrict in, int64_t n, TYPE *restrict least, TYPE *restrict most) {                                  \
        TYPE a = *least, b = *most;                                                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                                                                     \
            a = in[i] < a ? in[i] : a;                                                                                                        \
            b = in[i] > b ? in[i] : b;                                                                                                        \
        }                                                                                                                                     \
        *least = a;                                                                                                                           \
        *most = b;                                                                                                                            \
    }

// NaN compares false, so it never gets in.
MPQ_RANGE(mpq_range_i32, int32_t)
MPQ_RANGE(mpq_range_i64, int64_t)
MPQ_RANGE(mpq_range_f32, float)
MPQ_RANGE(mpq_range_f64, double)

// By unsigned bytes, a prefix before what it begins.
static inline int mpq_compare_views(const mpq_view *a, const mpq_view *b) {
    uint32_t p = __builtin_bswap32((uint32_t)(a->low >> 32)), q = __builtin_bswap32((uint32_t)(b->low >> 32));
    if (p != q) return p < q ? -1 : 1;
    uint32_t m = (uint32_t)a->low, n = (uint32_t)b->low;
    if (m >= 12 && n >= 12) {
        uint64_t r = __builtin_bswap64(mpq_load64(mpq_view_bytes(a) + 4)), s = __builtin_bswap64(mpq_load64(mpq_view_bytes(b) + 4));
        if (r != s) return r < s ? -1 : 1;
    }
    const uint8_t *x = mpq_view_bytes(a), *y = mpq_view_bytes(b);
    uint32_t least = m < n ? m : n, i = m >= 12 && n >= 12 ? 12 : 0;
    // What differs late and ends soon, as numbered names do, costs no call.
    if (least - i <= 8) {
        for (; i < least; i++) {
            if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
        }
        return m < n ? -1 : m > n;
    }
    int order = memcmp(x + i, y + i, least - i);
    return order ? order : m < n ? -1 : m > n;
}

static inline void mpq_range_views(const mpq_view *in, int64_t n, mpq_view *least, mpq_view *most) {
    for (int64_t i = 0; i < n; i++) {
        if (mpq_compare_views(&in[i], least) < 0) *least = in[i];
        if (mpq_compare_views(&in[i], most) > 0) *most = in[i];
    }
}
