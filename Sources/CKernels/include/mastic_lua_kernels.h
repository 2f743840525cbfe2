#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Lua 5.4's operations over columns (Reference Manual 5.4, sections 3.4 and 6.4).
//
// Masks hold a bit a row, least significant first, in words of 64 rows; kernels write whole words, with zeros past `n`. A mask that is asked
// for may be NULL: every row. Strings are 16-byte views (`StringView`). Values in rows that a mask leaves out are read at most, never followed;
// what is written there is 0 or an empty view.

typedef enum { MASTIC_LUA_EQ, MASTIC_LUA_LT, MASTIC_LUA_LE, MASTIC_LUA_GT, MASTIC_LUA_GE } mastic_lua_relation;
typedef enum {
  MASTIC_LUA_ADD, MASTIC_LUA_SUB, MASTIC_LUA_MUL, MASTIC_LUA_DIV, MASTIC_LUA_IDIV, MASTIC_LUA_MOD, MASTIC_LUA_POW,
  MASTIC_LUA_BAND, MASTIC_LUA_BOR, MASTIC_LUA_BXOR, MASTIC_LUA_SHL, MASTIC_LUA_SHR
} mastic_lua_operation;

// MARK: Comparison. `b` of one value for all rows is given as a pointer to it with `b_is_constant`.

void mastic_lua_compare_double(mastic_lua_relation relation, const double *a, const double *b, bool b_is_constant, size_t n, uint64_t *out);
void mastic_lua_compare_long(mastic_lua_relation relation, const int64_t *a, const int64_t *b, bool b_is_constant, size_t n, uint64_t *out);
/// Integers with floats, exactly.
void mastic_lua_compare_long_double(mastic_lua_relation relation, const int64_t *a, const double *b, bool b_is_constant, size_t n, uint64_t *out);
/// By bytes, as strcoll does in the C locale. Rows outside of `mask` give 0 for the orders; all rows may be read for equality.
void mastic_lua_compare_string(
    mastic_lua_relation relation, const void *a, const void *b, bool b_is_constant, const uint64_t *mask, size_t n, uint64_t *out);

// MARK: Arithmetic. Either operand may be a constant. Division of integers by 0 gives 0.

void mastic_lua_arithmetic_long(
    mastic_lua_operation operation, const int64_t *a, bool a_is_constant, const int64_t *b, bool b_is_constant, size_t n, int64_t *out);
void mastic_lua_arithmetic_double(
    mastic_lua_operation operation, const double *a, bool a_is_constant, const double *b, bool b_is_constant, size_t n, double *out);
int64_t mastic_lua_long_operation(mastic_lua_operation operation, int64_t a, int64_t b);
double mastic_lua_double_operation(mastic_lua_operation operation, double a, double b);

void mastic_lua_widen(const void *values, int size, size_t n, int64_t *out);
void mastic_lua_long_to_double(const int64_t *values, size_t n, double *out);
void mastic_lua_float_to_double(const float *values, size_t n, double *out);
/// The floats that are integers: their values, and the rows where one is.
void mastic_lua_double_to_long(const double *values, size_t n, int64_t *out, uint64_t *exact);

typedef enum {
  MASTIC_LUA_FLOOR, MASTIC_LUA_CEIL, MASTIC_LUA_SQRT, MASTIC_LUA_EXP, MASTIC_LUA_LOG, MASTIC_LUA_LOG2, MASTIC_LUA_LOG10, MASTIC_LUA_SIN,
  MASTIC_LUA_COS, MASTIC_LUA_TAN, MASTIC_LUA_ASIN, MASTIC_LUA_ACOS, MASTIC_LUA_DEG, MASTIC_LUA_RAD, MASTIC_LUA_ABS, MASTIC_LUA_TRUNCATE, MASTIC_LUA_NEGATE
} mastic_lua_function;
void mastic_lua_apply(mastic_lua_function function, const double *values, size_t n, double *out);

// MARK: Choosing

void mastic_lua_choose8(const uint64_t *mask, const void *a, const void *b, size_t n, void *out);
void mastic_lua_choose16(const uint64_t *mask, const void *a, bool a_is_constant, const void *b, bool b_is_constant, size_t n, void *out);
/// `bits[indices[row]]` for each row.
void mastic_lua_gather_bits(const uint64_t *bits, const int32_t *indices, size_t n, uint64_t *out);

// MARK: Strings

/// The bytes of the strings that do not fit into a view.
size_t mastic_lua_long_bytes(const void *views, const uint64_t *mask, size_t n);
/// `string.lower` and `string.upper`. `text` has room for `mastic_lua_long_bytes`; returns the bytes used of it.
size_t mastic_lua_change_case(const void *views, const uint64_t *mask, size_t n, bool upper, void *out, char *text);
size_t mastic_lua_reverse(const void *views, const uint64_t *mask, size_t n, void *out, char *text);
/// `string.sub`; results share the bytes of `views`.
void mastic_lua_sub(
    const void *views, const uint64_t *mask, size_t n, const int64_t *first, bool first_is_constant, const int64_t *last, bool last_is_constant, void *out);
void mastic_lua_length(const void *views, const uint64_t *mask, size_t n, int64_t *out);
/// `string.byte` of one position; `found` gets the rows that have it.
void mastic_lua_byte(
    const void *views, const uint64_t *mask, size_t n, const int64_t *position, bool position_is_constant, int64_t *out, uint64_t *found);
/// `string.find` of plain text from a position on, which may count from the end; `found` gets the rows that contain it, `out` where it begins.
void mastic_lua_find(const void *views, const uint64_t *mask, size_t n, const void *text, bool text_is_constant, int64_t from, int64_t *out, uint64_t *found);

typedef struct {
  const void *views;
  bool is_constant;
} mastic_lua_piece;
/// The bytes that `mastic_lua_concat` needs for results that do not fit into a view. SIZE_MAX: a result is longer than a view can say.
size_t mastic_lua_concat_bytes(const mastic_lua_piece *pieces, size_t count, const uint64_t *mask, size_t n);
void mastic_lua_concat(const mastic_lua_piece *pieces, size_t count, const uint64_t *mask, size_t n, void *out, char *text);

/// Strings as numbers, by the rules of `tonumber`: the rows that are integers, floats, and those that Lua itself must look at (hexadecimal).
void mastic_lua_to_number(
    const void *views, const uint64_t *mask, size_t n, int64_t *integers, double *floats, uint64_t *is_integer, uint64_t *is_float, uint64_t *unknown);
/// `tonumber` with a base; `found` gets the strings that are a number in it.
void mastic_lua_to_number_of(const void *views, const uint64_t *mask, size_t n, int base, int64_t *out, uint64_t *found);
/// `math.fmod`: of integers, of which no divisor is zero, and of floats.
void mastic_lua_remainder_long(const int64_t *a, const int64_t *b, size_t n, int64_t *out);
void mastic_lua_remainder_double(const double *a, const double *b, size_t n, double *out);
/// Numbers as `tostring` writes them. `text` has room for 32 bytes a row of the mask; returns the bytes used of it.
size_t mastic_lua_long_text(const int64_t *values, const uint64_t *mask, size_t n, void *out, char *text);
size_t mastic_lua_double_text(const double *values, const uint64_t *mask, size_t n, void *out, char *text);

/// A conversion of `string.format`: one of `d i x X o u c` with `integers`, or `a A e E f g G` with `floats`. `format` is a checked specification
/// with the length modifier in place; each result takes less than `width` bytes, for which `text` has room in each row of the mask.
size_t mastic_lua_format_long(const char *format, const int64_t *values, const uint64_t *mask, size_t n, size_t width, void *out, char *text);
size_t mastic_lua_format_double(const char *format, const double *values, const uint64_t *mask, size_t n, size_t width, void *out, char *text);

/// `string.format` of strings with `%s`: at least `width` bytes, to the left or the right; at most `precision` bytes of them unless that is negative. `text`
/// has room for the longest string and `width` more in each row of the mask; `left` gets the rows where Lua raises, because of a zero byte. Returns the bytes
/// used.
size_t mastic_lua_format_string(
    const void *views, const uint64_t *mask, size_t n, size_t width, int precision, bool to_left, void *out, char *text, uint64_t *left);

// MARK: Lookups

/// A table from strings to numbers from 0 up.
typedef struct {
  uint32_t mask;
  const uint64_t *keys;      // views, two words each
  const int32_t *positions;  // -1: free
} mastic_lua_index;
uint64_t mastic_lua_hash(const void *view);
/// The number of each string, 0 where it is not in the index, and the rows where it is.
void mastic_lua_look_up(const mastic_lua_index *index, const void *views, const uint64_t *mask, size_t n, int32_t *out, uint64_t *found);

// MARK: Patterns

/// What of a match is asked for: where it begins and ends (from 1), a capture's text, or a capture's position.
typedef enum { MASTIC_LUA_MATCH_START, MASTIC_LUA_MATCH_END, MASTIC_LUA_MATCH_CAPTURE, MASTIC_LUA_MATCH_POSITION } mastic_lua_match_part;

/// `string.match` and `string.find` from a position on, which may count from the end. `found` gets the rows that match, `left` those where the pattern is not well formed or takes
/// too long; what is asked for goes into `numbers` or into `strings`, which share the bytes of `views`. Without captures, capture 0 is the match.
void mastic_lua_match(
    const void *views, const uint64_t *mask, size_t n, const char *pattern, size_t length, int64_t from, mastic_lua_match_part part, int capture,
    int64_t *numbers, void *strings, uint64_t *found, uint64_t *left);

/// `string.gsub` with a string as replacement, for the rows from `from` on that the `capacity` bytes of `text` have room for.
///
/// Returns the row to go on with, `n` at the end; sets `used`. `strings` and `counts` are whole columns; strings that do not change share the bytes of
/// `views`. The words of `left` must be zero at first.
size_t mastic_lua_gsub(
    const void *views, const uint64_t *mask, size_t n, size_t from, const char *pattern, size_t length, const char *replacement,
    size_t replacement_length, int64_t most, void *strings, int64_t *counts, uint64_t *left, char *text, size_t capacity, size_t *used);
