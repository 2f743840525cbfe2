#pragma once
#include <stdint.h>

// Hash tables of 64-bit keys: open addressing with linear probing. The loops look a block of rows ahead, so that the cache misses of many rows overlap.

/// A slot: the key, and its group + 1; 0 where the slot is empty.
typedef struct {
    uint64_t key;
    int64_t group;
} mastic_word_slot;

/// The hash of a word; the same in every process.
static inline uint64_t mastic_hash_word(uint64_t word) {
    unsigned __int128 product = (unsigned __int128)(word ^ 0x9e3779b97f4a7c15u) * 0xe7037ed1a0b428dbu;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// Finds the group of each key and adds those that are new. Returns the number of groups.
///
/// The table must have room: no more than half of its slots may be full when all keys are new. `words` has room for as many new groups. Rows whose
/// bit in `presence` is unset (NULL: none is) are of `*null_group`, which becomes a group with the first of them (-1 before); of none, -1, where the
/// pointer is NULL. Bits are counted from row `first` on.
static inline int64_t mastic_word_insert(mastic_word_slot *slots, uint64_t mask, const uint64_t *keys, const uint8_t *presence, int64_t first, int64_t count,
    int32_t *groups, uint64_t *words, int64_t group_count, int64_t *null_group) {
    uint32_t places[64];
    for (int64_t start = 0; start < count; start += 64) {
        int64_t end = count - start < 64 ? count - start : 64;
        for (int64_t i = 0; i < end; i++) {
            places[i] = (uint32_t)(mastic_hash_word(keys[start + i]) & mask);
            __builtin_prefetch(&slots[places[i]], 1);
        }
        for (int64_t i = 0; i < end; i++) {
            int64_t row = first + start + i;
            if (presence && !(presence[row >> 3] >> (row & 7) & 1)) {
                if (null_group && *null_group < 0) {
                    *words++ = 0;
                    *null_group = group_count++;
                }
                groups[start + i] = null_group ? (int32_t)*null_group : -1;
                continue;
            }
            uint64_t key = keys[start + i], at = places[i];
            while (slots[at].group && slots[at].key != key) at = (at + 1) & mask;
            if (!slots[at].group) {
                slots[at].key = key;
                *words++ = key;
                slots[at].group = ++group_count;
            }
            groups[start + i] = (int32_t)(slots[at].group - 1);
        }
    }
    return group_count;
}

/// The group of each key, -1 for a key that is not there; `null_group` for rows without a value.
static inline void mastic_word_find(const mastic_word_slot *slots, uint64_t mask, const uint64_t *keys, const uint8_t *presence, int64_t count, int32_t *groups,
    int32_t null_group) {
    uint32_t places[64];
    for (int64_t start = 0; start < count; start += 64) {
        int64_t end = count - start < 64 ? count - start : 64;
        for (int64_t i = 0; i < end; i++) {
            places[i] = (uint32_t)(mastic_hash_word(keys[start + i]) & mask);
            __builtin_prefetch(&slots[places[i]]);
        }
        for (int64_t i = 0; i < end; i++) {
            int64_t row = start + i;
            if (presence && !(presence[row >> 3] >> (row & 7) & 1)) {
                groups[row] = null_group;
                continue;
            }
            uint64_t key = keys[row], at = places[i];
            while (slots[at].group && slots[at].key != key) at = (at + 1) & mask;
            groups[row] = (int32_t)(slots[at].group - 1);
        }
    }
}

/// Puts `count` different words into an empty table, word `i` as group `i`; `skipped` (-1: none) stays out.
static inline void mastic_word_rebuild(mastic_word_slot *slots, uint64_t mask, const uint64_t *words, int64_t count, int64_t skipped) {
    uint32_t places[64];
    for (int64_t start = 0; start < count; start += 64) {
        int64_t end = count - start < 64 ? count - start : 64;
        for (int64_t i = 0; i < end; i++) {
            places[i] = (uint32_t)(mastic_hash_word(words[start + i]) & mask);
            __builtin_prefetch(&slots[places[i]], 1);
        }
        for (int64_t i = 0; i < end; i++) {
            if (start + i == skipped) continue;
            uint64_t at = places[i];
            while (slots[at].group) at = (at + 1) & mask;
            slots[at].key = words[start + i];
            slots[at].group = start + i + 1;
        }
    }
}

static inline void mastic_prefetch(const void *address) { __builtin_prefetch(address); }

/// For each word the number of splitters that are not above it. `splitters` are sorted and 2^bits - 1 in all, of which those behind `used` are UINT64_MAX.
static inline void mastic_rank(const uint64_t *words, int64_t count, const uint64_t *splitters, int bits, uint16_t used, uint16_t *ranks) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t word = words[i], rank = 0;
        for (uint64_t half = (1u << bits) >> 1; half; half >>= 1) rank += splitters[rank + half - 1] <= word ? half : 0;
        ranks[i] = rank < used ? (uint16_t)rank : used;
    }
}

// Sets of whole numbers from `low` to `low` + `span`, a bit each, with the number of bits that are set before each word: what a join finds rows by. The bits
// reach to the end of a word.

/// Finds the place of each word among those whose bit is set, or what `heads` has there; -1 for a word that is not in the set. `heads` may be NULL, and has
/// one value more than bits are set.
void mastic_rank_find(const uint64_t *bits, const int32_t *ranks, uint64_t low, uint64_t span, const uint64_t *words, int64_t count,
    const int32_t *heads, int32_t *out);

/// A bit for each word: whether it is in the set. Writes whole words.
void mastic_bits_test(const uint64_t *bits, uint64_t low, uint64_t span, const uint64_t *words, int64_t count, uint64_t *out);
