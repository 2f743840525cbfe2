#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Regular expressions over UTF-8 (PCRE2), with bounds on what one search may cost.

/// A compiled expression; may be used by many threads at once.
typedef struct mastic_regex mastic_regex;

/// Compiles an expression. Null when it is none: `error` then has a message of at most `error_size` bytes with its zero, and `error_offset` the byte
/// of the expression that it is about.
mastic_regex *mastic_regex_compile(const uint8_t *pattern, size_t length, char *error, size_t error_size, size_t *error_offset);
void mastic_regex_free(mastic_regex *regex);

/// The number of capturing groups.
uint32_t mastic_regex_group_count(const mastic_regex *regex);

/// The number of the group of a name (ended by a zero), or -1.
int mastic_regex_group_number(const mastic_regex *regex, const char *name);

/// What one thread needs to search: results, and a stack. It holds a reference to nothing; the expression must outlive it.
typedef struct mastic_matcher mastic_matcher;

/// Null when the machine has no memory left.
mastic_matcher *mastic_matcher_make(const mastic_regex *regex);
void mastic_matcher_free(mastic_matcher *matcher);

/// Says which text is searched next; it must stay where it is. Bytes that are no UTF-8 match nothing.
void mastic_matcher_set_text(mastic_matcher *matcher, const uint8_t *text, size_t length);

typedef enum { mastic_match_none = 0, mastic_match_found = 1, mastic_match_limit = -1, mastic_match_error = -2 } mastic_match_result;

/// Searches from an offset on, which is that of a character. `limit`: the search was given up, because it took too long.
mastic_match_result mastic_matcher_find(mastic_matcher *matcher, size_t start);

/// Start and end of the whole match and of each group, in pairs; both are SIZE_MAX for a group that took no part. Valid until the next search.
const size_t *mastic_matcher_bounds(const mastic_matcher *matcher);
