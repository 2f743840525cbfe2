#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Scans over text, 64 bytes a step. Each function picks AVX2 at run time where the machine has it; none reads past `count` bytes.

/// Writes the positions of the bytes equal to any of the four, in order, and returns their number.
///
/// Give a byte twice when there are fewer than four. `positions` has room for `count + 64` entries; `count` is below 4 GiB.
size_t mastic_scan_any4(const uint8_t *bytes, size_t count, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *positions);

/// The number of bytes equal to `byte`.
size_t mastic_scan_count(const uint8_t *bytes, size_t count, uint8_t byte);

/// The length of the longest prefix that is UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms): `count` when all of it is.
size_t mastic_scan_utf8(const uint8_t *bytes, size_t count);

/// The same, and in `lines` the number of all bytes equal to `line_end`.
size_t mastic_scan_utf8_lines(const uint8_t *bytes, size_t count, uint8_t line_end, size_t *lines);

/// The first of the string views (16 bytes each, `StringView`'s layout) whose text is no UTF-8: `count` where all of them are.
size_t mastic_scan_utf8_views(const uint64_t *views, size_t count);

/// The number of bytes before the first that is not ASCII.
size_t mastic_scan_ascii(const uint8_t *bytes, size_t count);

/// The number of bytes before the first that a JSON string can't hold as it is, or that is not ASCII.
size_t mastic_scan_json_plain(const uint8_t *bytes, size_t count);

/// A bit for each string view (16 bytes, `StringView`'s layout): whether the needles stand in the string one behind the other, without overlap, between the
/// first `before` and the last `behind` bytes, which are not looked at. Writes whole words; strings that are too short have none.
///
/// `needles` are the bytes of all needles, `lengths` the length of each, at least 1.
void mastic_scan_sequence(const uint64_t *views, int64_t count, int64_t before, int64_t behind, const uint8_t *needles, const int32_t *lengths,
    int32_t needle_count, uint64_t *out);
