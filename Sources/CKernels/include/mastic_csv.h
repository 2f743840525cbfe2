#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CSV whose records are all alike: an index of field ends, and columns made from it.
//
// The caller keeps the text in a buffer in which 64 bytes behind the end can be read, whatever they are.

typedef struct {
  uint8_t separator;
  uint8_t line_end;
  /// Negative: quotes are nothing special.
  int quote;
  /// A line end in quotes is part of the field; otherwise the record that has one is irregular.
  bool multiline;
  /// Fields of every record, 2 at least.
  uint32_t columns;
} mastic_csv_dialect;

typedef enum {
  /// The index is full.
  mastic_csv_full,
  /// No further line end stands in the text.
  mastic_csv_exhausted,
  /// What follows needs a closer look: another number of fields, a quote that is not at an end of its field, a quoted line end.
  mastic_csv_irregular,
} mastic_csv_stop;

typedef struct {
  /// Records in the index.
  size_t rows;
  mastic_csv_stop stop;
  /// Some byte looked at is beyond ASCII.
  bool has_high;
  /// Some byte looked at is a quote.
  bool has_quotes;
} mastic_csv_result;

/// Which instructions to use, where the machine has them: tests try all.
typedef enum { mastic_csv_best, mastic_csv_avx2, mastic_csv_plain } mastic_csv_level;

/// Writes down where the fields of the records in `base[start..<end]` end, for `limit` records at most.
///
/// `ends[0]` is `start - 1`; record `r`'s field `c` is `base[ends[r * columns + c] + 1 ..< ends[r * columns + c + 1]]`, quotes included, and so
/// is a carriage return before the line end. `start` is the start of a record. `ends` has room for `limit * columns + 192` entries.
mastic_csv_result mastic_csv_index(
    const uint8_t *base, uint32_t start, uint32_t end, const mastic_csv_dialect *dialect, size_t limit, mastic_csv_level level, uint32_t *ends);

/// One column of an index, or some rows of it.
typedef struct {
  const uint8_t *base;
  /// The end of the field before, of the first record: `ends + column`.
  const uint32_t *ends;
  uint32_t columns;
  /// The column is the last one of records that end in a line feed, so a carriage return may stand before it.
  bool trims_return;
  /// Negative: there are none in the text.
  int quote;
  /// The records wanted; nil for the first `count`.
  const int32_t *rows;
  size_t count;
} mastic_csv_fields;

/// Writes each field as `length << 32 | start`, without its quotes; with the highest bit set, and quotes and all, where it holds doubled quotes.
void mastic_csv_cells(const mastic_csv_fields *fields, uint64_t *cells);

/// Writes each field as a 16-byte view (`StringView`). Fields with doubled quotes become empty views, and their positions go to `raw`, which has room
/// for `count`; the others' bytes stay where they are.
///
/// `raw_bytes` is what the raw fields need at most; `has_pointers` tells whether some view leads into the text.
typedef struct {
  size_t raw_count;
  size_t raw_bytes;
  bool has_pointers;
} mastic_csv_views_result;
mastic_csv_views_result mastic_csv_views(const mastic_csv_fields *fields, uint64_t *views, uint32_t *raw);

/// Fills in the views of the raw fields: their bytes, with doubled quotes made single, go to `side`. Returns the bytes written.
size_t mastic_csv_raw_views(const mastic_csv_fields *fields, const uint32_t *raw, size_t raw_count, uint64_t *views, uint8_t *side);

/// Reads each field as a number; an empty one (of spaces and tabs, too) is null, with its bit in `valid` clear and its value 0.
///
/// `valid` has room for whole words of 64 bits. Returns the number of nulls, or -1 when some field is neither, or has doubled quotes: then the
/// output is of no use.
ptrdiff_t mastic_csv_doubles(const mastic_csv_fields *fields, double *values, uint64_t *valid);
ptrdiff_t mastic_csv_longs(const mastic_csv_fields *fields, int64_t *values, uint64_t *valid);
ptrdiff_t mastic_csv_ints(const mastic_csv_fields *fields, int32_t *values, uint64_t *valid);
