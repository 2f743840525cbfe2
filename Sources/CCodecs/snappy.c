#include "snappy.h"

#include <stdbool.h>
#include <string.h>

// Snappy's block format (format_description.txt of google/snappy), decoded for what columns look like: short literals and short copies in turn, whose
// lengths nobody can predict. So short ones are copied in whole words, whatever their length, and a literal and the copy behind it are one step.
//
//     tag & 3   0 literal of (tag >> 2) + 1 bytes, or of a length in the 1 to 4 bytes behind the tag
//               1 copy of 4 + (tag >> 2 & 7) bytes, offset of 11 bits: tag >> 5, then a byte
//               2 copy of 1 + (tag >> 2) bytes, offset in 2 bytes
//               3 the same, offset in 4 bytes

static inline uint32_t load16(const uint8_t *p) {
    uint16_t v;
    memcpy(&v, p, 2);
    return v;
}

static inline uint32_t load32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static inline void copy8(uint8_t *to, const uint8_t *from) {
    uint64_t v;
    memcpy(&v, from, 8);
    memcpy(to, &v, 8);
}

static inline void copy16(uint8_t *to, const uint8_t *from) {
    copy8(to, from);
    copy8(to + 8, from + 8);
}

// Reads the length in front of a block. Returns the position behind it, or NULL.
static const uint8_t *read_size(const uint8_t *p, const uint8_t *end, uint64_t *size) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 35 && p < end; shift += 7) {
        uint8_t b = *p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *size = v;
            return v <= UINT32_MAX ? p : NULL;
        }
    }
    return NULL;
}

// Bytes at the end of either side where elements are taken one by one: more than one step touches.
enum { MARGIN = 96 };

int64_t mastic_snappy_decompress(const void *input, size_t size, void *output, size_t capacity) {
    const uint8_t *ip = input, *const end = ip + size;
    uint64_t total;
    ip = read_size(ip, end, &total);
    if (!ip) return MASTIC_CODEC_CORRUPT;
    if (total > capacity) return MASTIC_CODEC_NO_ROOM;
    uint8_t *op = output, *const start = op, *const out_end = op + total;
    const uint8_t *const fast_end = size > MARGIN ? end - MARGIN : ip;
    uint8_t *const fast_out = total > MARGIN ? out_end - MARGIN : start;

    while (ip < end) {
        uint32_t tag = *ip;
        if (ip < fast_end && op < fast_out) {
            if ((tag & 3) == 0 && tag < 16 << 2) {
                copy16(op, ip + 1);
                op += (tag >> 2) + 1;
                ip += (tag >> 2) + 2;
                tag = *ip;
            }
            uint32_t kind = tag & 3;
            if (kind == 1 || kind == 2) {
                // Both forms are decoded, and one is chosen, because neither is more likely.
                uint32_t near = (tag >> 5) << 8 | ip[1], far = load16(ip + 1);
                uint32_t offset = kind == 1 ? near : far;
                uint32_t length = kind == 1 ? 4 + (tag >> 2 & 7) : 1 + (tag >> 2);
                if (offset >= 8 && offset <= (size_t)(op - start)) {
                    const uint8_t *from = op - offset;
                    // Word by word: a copy may begin to repeat itself after its offset.
                    copy8(op, from);
                    copy8(op + 8, from + 8);
                    if (length > 16) {
                        for (uint32_t i = 16; i < length; i += 8) copy8(op + i, from + i);
                    }
                    ip += 1 + kind;
                    op += length;
                    continue;
                }
            }
            if (tag >> 2 < 16 && kind == 0) continue;
        }
        // One element, with every byte counted.
        uint32_t kind = tag & 3;
        ip++;
        if (kind == 0) {
            uint64_t length = tag >> 2;
            if (length >= 60) {
                uint32_t bytes = (uint32_t)length - 59;
                if ((size_t)(end - ip) < bytes) return MASTIC_CODEC_CORRUPT;
                length = 0;
                for (uint32_t i = 0; i < bytes; i++) length |= (uint64_t)ip[i] << (8 * i);
                ip += bytes;
            }
            length++;
            if (length > (size_t)(end - ip) || length > (size_t)(out_end - op)) return MASTIC_CODEC_CORRUPT;
            memcpy(op, ip, length);
            ip += length;
            op += length;
            continue;
        }
        uint32_t bytes = kind == 3 ? 4 : kind;
        if ((size_t)(end - ip) < bytes) return MASTIC_CODEC_CORRUPT;
        uint32_t length = kind == 1 ? 4 + (tag >> 2 & 7) : 1 + (tag >> 2);
        uint32_t offset = kind == 1 ? (tag >> 5) << 8 | *ip : kind == 2 ? load16(ip) : load32(ip);
        ip += bytes;
        if (offset == 0 || offset > (size_t)(op - start) || length > (size_t)(out_end - op)) return MASTIC_CODEC_CORRUPT;
        if (offset >= length) {
            memcpy(op, op - offset, length);
        } else if (length + 16 <= (size_t)(out_end - op)) {
            // The pattern grows until it is a word or more.
            const uint8_t *from = op - offset;
            uint8_t *to = op, *const to_end = op + length;
            while (to < to_end && to - from < 8) {
                size_t period = (size_t)(to - from);
                copy8(to, from);
                to += period;
            }
            for (; to < to_end; to += 8, from += 8) copy8(to, from);
        } else {
            for (uint32_t i = 0; i < length; i++) op[i] = op[i - (int64_t)offset];
        }
        op += length;
    }
    return op == out_end ? (int64_t)total : MASTIC_CODEC_CORRUPT;
}
