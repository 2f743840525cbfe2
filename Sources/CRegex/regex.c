#define PCRE2_CODE_UNIT_WIDTH 8
#include "include/mastic_regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

// A search that backtracks this often is given up: a fraction of a second.
enum { match_limit = 10000000, heap_limit_kibibytes = 65536, jit_stack_size = 1 << 20 };

struct mastic_regex {
  pcre2_code *code;
  uint32_t groups;
};

struct mastic_matcher {
  const mastic_regex *regex;
  pcre2_match_data *data;
  pcre2_match_context *context;
  pcre2_jit_stack *stack;
  const uint8_t *text;
  size_t length;
  uint32_t options;
};

mastic_regex *mastic_regex_compile(const uint8_t *pattern, size_t length, char *error, size_t error_size, size_t *error_offset) {
  pcre2_compile_context *context = pcre2_compile_context_create(NULL);
  if (!context) {
    strncpy(error, "the machine has no memory left", error_size - 1);
    return NULL;
  }
  pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
  pcre2_set_parens_nest_limit(context, 200);
  int code = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code *compiled = pcre2_compile(
      pattern ? pattern : (const uint8_t *)"", length, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, context);
  pcre2_compile_context_free(context);
  if (!compiled) {
    *error_offset = offset;
    error[0] = 0;
    pcre2_get_error_message(code, (PCRE2_UCHAR *)error, error_size);
    return NULL;
  }
  // Without it the interpreter does the work.
  pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
  mastic_regex *regex = malloc(sizeof *regex);
  if (!regex) {
    pcre2_code_free(compiled);
    strncpy(error, "the machine has no memory left", error_size - 1);
    return NULL;
  }
  regex->code = compiled;
  pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &regex->groups);
  return regex;
}

void mastic_regex_free(mastic_regex *regex) {
  if (!regex) return;
  pcre2_code_free(regex->code);
  free(regex);
}

uint32_t mastic_regex_group_count(const mastic_regex *regex) { return regex->groups; }

int mastic_regex_group_number(const mastic_regex *regex, const char *name) {
  int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);
  return number > 0 ? number : -1;
}

mastic_matcher *mastic_matcher_make(const mastic_regex *regex) {
  mastic_matcher *matcher = calloc(1, sizeof *matcher);
  if (!matcher) return NULL;
  matcher->regex = regex;
  matcher->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
  matcher->context = pcre2_match_context_create(NULL);
  if (!matcher->data || !matcher->context) {
    mastic_matcher_free(matcher);
    return NULL;
  }
  pcre2_set_match_limit(matcher->context, match_limit);
  pcre2_set_depth_limit(matcher->context, match_limit);
  pcre2_set_heap_limit(matcher->context, heap_limit_kibibytes);
  matcher->stack = pcre2_jit_stack_create(32 * 1024, jit_stack_size, NULL);
  if (matcher->stack) pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
  return matcher;
}

void mastic_matcher_free(mastic_matcher *matcher) {
  if (!matcher) return;
  pcre2_match_data_free(matcher->data);
  pcre2_match_context_free(matcher->context);
  if (matcher->stack) pcre2_jit_stack_free(matcher->stack);
  free(matcher);
}

// Whether all bytes are ASCII, which is UTF-8 for certain.
static bool is_ascii(const uint8_t *text, size_t length) {
  uint64_t high = 0;
  size_t at = 0;
  for (; at + 8 <= length; at += 8) {
    uint64_t word;
    memcpy(&word, text + at, 8);
    high |= word;
  }
  for (; at < length; at++) high |= (uint64_t)text[at];
  return (high & 0x8080808080808080u) == 0;
}

void mastic_matcher_set_text(mastic_matcher *matcher, const uint8_t *text, size_t length) {
  matcher->text = text ? text : (const uint8_t *)"";
  matcher->length = length;
  matcher->options = is_ascii(matcher->text, length) ? PCRE2_NO_UTF_CHECK : 0;
}

mastic_match_result mastic_matcher_find(mastic_matcher *matcher, size_t start) {
  int found = pcre2_match(
      matcher->regex->code, matcher->text, matcher->length, start, matcher->options, matcher->data, matcher->context);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
    found = pcre2_match(
        matcher->regex->code, matcher->text, matcher->length, start, matcher->options | PCRE2_NO_JIT, matcher->data, matcher->context);
  }
  if (found >= 0) return mastic_match_found;
  switch (found) {
  case PCRE2_ERROR_NOMATCH: return mastic_match_none;
  case PCRE2_ERROR_MATCHLIMIT:
  case PCRE2_ERROR_DEPTHLIMIT:
  case PCRE2_ERROR_HEAPLIMIT:
  case PCRE2_ERROR_JIT_STACKLIMIT: return mastic_match_limit;
  default: return mastic_match_error;
  }
}

const size_t *mastic_matcher_bounds(const mastic_matcher *matcher) { return pcre2_get_ovector_pointer(matcher->data); }
