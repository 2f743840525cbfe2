// Lua's patterns over columns (Reference Manual 5.4, section 6.4.1).
//
// The interpreter's own matcher raises; this one gives up and leaves the row to it: on a pattern that is not well formed, on one that nests too
// deeply, and after a number of steps.

#include "mastic_lua_kernels.h"

#include <ctype.h>

#include "lua_views.h"

enum { UNFINISHED = -1, POSITION = -2, DEEPEST = 200, MOST_CAPTURES = 32, LEAST_STEPS = 4096, STEPS_A_BYTE = 64 };

typedef struct {
  const char *text, *text_end, *pattern_end;
  int64_t steps;
  int depth, level;
  bool gave_up;
  struct {
    const char *start;
    ptrdiff_t length;
  } captures[MOST_CAPTURES];
} matcher;

static const char *match_here(matcher *m, const char *at, const char *p);

static const char *give_up(matcher *m) {
  m->gave_up = true;
  return NULL;
}

/// The end of the item that starts at `p`; NULL when there is none.
static const char *item_end(matcher *m, const char *p) {
  char c = *p++;
  if (c == '%') return p == m->pattern_end ? give_up(m) : p + 1;
  if (c != '[') return p;
  if (p < m->pattern_end && *p == '^') p++;
  do {
    if (p >= m->pattern_end) return give_up(m);
    if (*p++ == '%') {
      if (p >= m->pattern_end) return give_up(m);
      p++;
    }
  } while (p >= m->pattern_end || *p != ']');
  return p + 1;
}

static bool in_class(int c, int class) {
  bool result;
  switch (class | 0x20) {
  case 'a': result = isalpha(c); break;
  case 'c': result = iscntrl(c); break;
  case 'd': result = c >= '0' && c <= '9'; break;
  case 'g': result = isgraph(c); break;
  case 'l': result = islower(c); break;
  case 'p': result = ispunct(c); break;
  case 's': result = isspace(c); break;
  case 'u': result = isupper(c); break;
  case 'w': result = isalnum(c); break;
  case 'x': result = isxdigit(c); break;
  default: return class == c;
  }
  if (!isalpha(class)) return class == c;
  return isupper(class) ? !result : result;
}

static bool in_set(int c, const char *p, const char *last) {
  bool inside = true;
  if (p[1] == '^') {
    inside = false;
    p++;
  }
  while (++p < last) {
    if (*p == '%') {
      p++;
      if (in_class(c, (unsigned char)*p)) return inside;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p) return inside;
    } else if ((unsigned char)*p == c) {
      return inside;
    }
  }
  return !inside;
}

static inline bool matches_one(const matcher *m, const char *at, const char *p, const char *end) {
  if (at >= m->text_end) return false;
  int c = (unsigned char)*at;
  switch (*p) {
  case '.': return true;
  case '%': return in_class(c, (unsigned char)p[1]);
  case '[': return in_set(c, p, end - 1);
  default: return (unsigned char)*p == c;
  }
}

static const char *match_balance(matcher *m, const char *at, const char *p) {
  if (p >= m->pattern_end - 1) return give_up(m);
  if (at >= m->text_end || *at != *p) return NULL;
  char open = *p, close = p[1];
  int nesting = 1;
  for (const char *c = at + 1; c < m->text_end; c++) {
    m->steps--;
    if (*c == close) {
      if (--nesting == 0) return c + 1;
    } else if (*c == open) {
      nesting++;
    }
  }
  return NULL;
}

static const char *match_most(matcher *m, const char *at, const char *p, const char *end) {
  ptrdiff_t count = 0;
  while (matches_one(m, at + count, p, end)) count++;
  m->steps -= count;
  for (; count >= 0 && !m->gave_up; count--) {
    m->steps--;
    const char *result = match_here(m, at + count, end + 1);
    if (result) return result;
  }
  return NULL;
}

static const char *match_least(matcher *m, const char *at, const char *p, const char *end) {
  for (;;) {
    m->steps--;
    const char *result = match_here(m, at, end + 1);
    if (result) return result;
    if (m->gave_up || !matches_one(m, at, p, end)) return NULL;
    at++;
  }
}

static const char *open_capture(matcher *m, const char *at, const char *p, ptrdiff_t kind) {
  if (m->level >= MOST_CAPTURES) return give_up(m);
  m->captures[m->level].start = at;
  m->captures[m->level].length = kind;
  m->level++;
  const char *result = match_here(m, at, p);
  if (!result) m->level--;
  return result;
}

static const char *close_capture(matcher *m, const char *at, const char *p) {
  int open = m->level - 1;
  while (open >= 0 && m->captures[open].length != UNFINISHED) open--;
  if (open < 0) return give_up(m);
  m->captures[open].length = at - m->captures[open].start;
  const char *result = match_here(m, at, p);
  if (!result) m->captures[open].length = UNFINISHED;
  return result;
}

static const char *match_items(matcher *m, const char *at, const char *p) {
  while (p != m->pattern_end) {
    if (--m->steps <= 0) return give_up(m);
    switch (*p) {
    case '(': return p + 1 < m->pattern_end && p[1] == ')' ? open_capture(m, at, p + 2, POSITION) : open_capture(m, at, p + 1, UNFINISHED);
    case ')': return close_capture(m, at, p + 1);
    case '$':
      if (p + 1 == m->pattern_end) return at == m->text_end ? at : NULL;
      break;
    case '%':
      if (p + 1 == m->pattern_end) return give_up(m);
      switch (p[1]) {
      case 'b':
        at = match_balance(m, at, p + 2);
        if (!at) return NULL;
        p += 4;
        continue;
      case 'f': {
        p += 2;
        if (p == m->pattern_end || *p != '[') return give_up(m);
        const char *end = item_end(m, p);
        if (!end) return NULL;
        int before = at == m->text ? 0 : (unsigned char)at[-1];
        int after = at == m->text_end ? 0 : (unsigned char)*at;
        if (in_set(before, p, end - 1) || !in_set(after, p, end - 1)) return NULL;
        p = end;
        continue;
      }
      case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
        int i = p[1] - '1';
        if (i < 0 || i >= m->level || m->captures[i].length < 0) return give_up(m);
        ptrdiff_t length = m->captures[i].length;
        if (m->text_end - at < length || memcmp(m->captures[i].start, at, (size_t)length) != 0) return NULL;
        at += length;
        p += 2;
        continue;
      }
      default: break;
      }
      break;
    default: break;
    }
    const char *end = item_end(m, p);
    if (!end) return NULL;
    switch (end < m->pattern_end ? *end : 0) {
    case '?':
      if (matches_one(m, at, p, end)) {
        const char *result = match_here(m, at + 1, end + 1);
        if (result || m->gave_up) return result;
      }
      p = end + 1;
      continue;
    case '+': return matches_one(m, at, p, end) ? match_most(m, at + 1, p, end) : NULL;
    case '*': return match_most(m, at, p, end);
    case '-': return match_least(m, at, p, end);
    default:
      if (!matches_one(m, at, p, end)) return NULL;
      at++;
      p = end;
    }
  }
  return at;
}

static const char *match_here(matcher *m, const char *at, const char *p) {
  if (m->gave_up) return NULL;
  if (m->depth-- == 0) return give_up(m);
  const char *result = match_items(m, at, p);
  m->depth++;
  return m->gave_up ? NULL : result;
}

static void prepare(matcher *m, const char *text, size_t length, const char *pattern_end) {
  m->text = text;
  m->text_end = text + length;
  m->pattern_end = pattern_end;
  m->steps = LEAST_STEPS + STEPS_A_BYTE * (int64_t)length;
  m->depth = DEEPEST;
  m->level = 0;
  m->gave_up = false;
}

void mastic_lua_match(
    const void *views, const uint64_t *mask, size_t n, const char *pattern, size_t length, int64_t from, mastic_lua_match_part part, int capture,
    int64_t *numbers, void *strings, uint64_t *found, uint64_t *left) {
  const view *in = views;
  view *out = strings;
  clear_bits(found, n);
  clear_bits(left, n);
  if (numbers) memset(numbers, 0, n * 8);
  if (out) memset(out, 0, n * 16);
  const bool anchored = length > 0 && *pattern == '^';
  const char *pattern_end = pattern + length;
  EACH_ROW(mask, n, {
    matcher m;
    const char *text = bytes_of(&in[i]);
    prepare(&m, text, in[i].length, pattern_end);
    const size_t start = start_of(from, in[i].length);
    if (start > in[i].length) continue;
    const char *at = text + start;
    const char *end = NULL;
    do {
      m.level = 0;
      m.depth = DEEPEST;
      end = match_here(&m, at, pattern + anchored);
    } while (!end && !m.gave_up && at++ < m.text_end && !anchored);
    if (end) {
      const char *first = at;
      ptrdiff_t size = end - at;
      if (part == MASTIC_LUA_MATCH_CAPTURE || part == MASTIC_LUA_MATCH_POSITION) {
        if (m.level > 0 || capture > 0) {
          if (capture < m.level) {
            first = m.captures[capture].start;
            size = m.captures[capture].length;
          } else {
            m.gave_up = true;
          }
        }
        if ((size < 0) != (part == MASTIC_LUA_MATCH_POSITION) || size == UNFINISHED) m.gave_up = true;
      }
      // An unfinished capture raises, whichever of them is asked for.
      for (int c = 0; c < m.level; c++) m.gave_up |= m.captures[c].length == UNFINISHED;
      if (!m.gave_up) {
        set_bit(found, i);
        switch (part) {
        case MASTIC_LUA_MATCH_START: numbers[i] = at - text + 1; break;
        case MASTIC_LUA_MATCH_END: numbers[i] = end - text; break;
        case MASTIC_LUA_MATCH_POSITION: numbers[i] = first - text + 1; break;
        case MASTIC_LUA_MATCH_CAPTURE: out[i] = part_of(&in[i], (size_t)(first - text), (size_t)size); break;
        }
      }
    }
    if (m.gave_up) set_bit(left, i);
  })
}

/// Where a result is put together; `overflow` says that it did not fit.
typedef struct {
  char *at, *end;
  bool overflow;
} room;

static void put(room *r, const char *bytes, size_t length) {
  if ((size_t)(r->end - r->at) < length) {
    r->overflow = true;
    return;
  }
  memcpy(r->at, bytes, length);
  r->at += length;
}

static void put_replacement(matcher *m, room *r, const char *start, const char *end, const char *replacement, size_t length) {
  const char *stop = replacement + length;
  while (replacement < stop) {
    const char *percent = memchr(replacement, '%', (size_t)(stop - replacement));
    if (!percent) percent = stop;
    put(r, replacement, (size_t)(percent - replacement));
    if (percent == stop) return;
    char c = percent + 1 < stop ? percent[1] : 0;
    if (c == '%') {
      put(r, "%", 1);
    } else if (c == '0') {
      put(r, start, (size_t)(end - start));
    } else if (c >= '1' && c <= '9') {
      int capture = c - '1';
      if (capture == 0 && m->level == 0) put(r, start, (size_t)(end - start));
      else if (capture >= m->level || m->captures[capture].length < 0) m->gave_up = true;
      else put(r, m->captures[capture].start, (size_t)m->captures[capture].length);
    } else {
      m->gave_up = true;
    }
    replacement = percent + 2;
  }
}

size_t mastic_lua_gsub(
    const void *views, const uint64_t *mask, size_t n, size_t from, const char *pattern, size_t length, const char *replacement,
    size_t replacement_length, int64_t most, void *strings, int64_t *counts, uint64_t *left, char *text, size_t capacity, size_t *used) {
  const view *in = views;
  view *out = strings;
  const bool anchored = length > 0 && *pattern == '^';
  const char *pattern_end = pattern + length;
  pattern += anchored;
  room r = {text, text + capacity, false};
  for (size_t i = from; i < n; i++) {
    if (mask && !(mask[i >> 6] >> (i & 63) & 1)) continue;
    matcher m;
    const char *bytes = bytes_of(&in[i]);
    prepare(&m, bytes, in[i].length, pattern_end);
    char *start = r.at;
    const char *at = bytes;
    const char *last = NULL;
    int64_t count = 0;
    while (count < most && !m.gave_up) {
      m.level = 0;
      m.depth = DEEPEST;
      const char *end = match_here(&m, at, pattern);
      if (end && end != last) {
        count++;
        for (int c = 0; c < m.level; c++) m.gave_up |= m.captures[c].length == UNFINISHED;
        put_replacement(&m, &r, at, end, replacement, replacement_length);
        at = last = end;
      } else if (at < m.text_end) {
        put(&r, at++, 1);
      } else {
        break;
      }
      if (anchored) break;
    }
    put(&r, at, (size_t)(m.text_end - at));
    if (r.overflow) {
      *used = (size_t)(start - text);
      return i;
    }
    if (m.gave_up || r.at - start > INT32_MAX) {
      set_bit(left, i);
      out[i] = (view){0};
      r.at = start;
      continue;
    }
    counts[i] = count;
    if (count == 0) {
      out[i] = in[i];
      r.at = start;
    } else {
      out[i] = make_view(start, (size_t)(r.at - start));
      if (out[i].length <= 12) r.at = start;
    }
  }
  *used = (size_t)(r.at - text);
  return n;
}
