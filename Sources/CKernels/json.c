#include "mastic_json.h"

#include <stdlib.h>
#include <string.h>

#include "mastic_number.h"
#include "mastic_view.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

typedef const uint8_t *text;
typedef mastic_json_node node;
typedef mastic_json_cell cell;

// MARK: Nodes

/// Cells of blocks that are kept for another node.
enum { SPARE_SMALLEST = 512, SPARE_LARGEST = 32768 };

static node *make_node(void) { return calloc(1, sizeof(node)); }

static void free_contents(mastic_json *json, node *n);

static void free_node(mastic_json *json, node *n) {
  if (!n) return;
  free_contents(json, n);
  // Batches are much alike, so the next one wants cells again.
  if (n->capacity >= SPARE_SMALLEST && n->capacity <= SPARE_LARGEST && json->spare_count < MASTIC_JSON_SPARES) {
    json->spares[json->spare_count] = n->cells;
    json->spare_capacities[json->spare_count++] = n->capacity;
  } else {
    free(n->cells);
  }
  free(n->name);
  free(n);
}

/// The depth of the recursion is the depth of the records, which is limited.
static void free_contents(mastic_json *json, node *n) {
  for (node *f = n->first_field; f;) {
    node *next = f->next;
    free_node(json, f);
    f = next;
  }
  free_node(json, n->element);
  free_node(json, n->keys);
  free(n->table);
  n->first_field = n->last_field = n->element = n->keys = NULL;
  n->table = NULL;
  n->table_size = n->field_count = 0;
}

mastic_json *mastic_json_create(void) {
  mastic_json *json = calloc(1, sizeof *json);
  if (json && !(json->root = make_node())) {
    free(json);
    return NULL;
  }
  return json;
}

void mastic_json_destroy(mastic_json *json) {
  if (!json) return;
  free_node(json, json->root);
  while (json->spare_count > 0) free(json->spares[--json->spare_count]);
  free(json->scratch);
  free(json->shape);
  free(json);
}

void mastic_json_reset(mastic_json *json) {
  free_contents(json, json->root);
  // It leads to nodes.
  json->piece_count = json->shape_wait = json->shape_patience = 0;
  json->root->objects = json->root->count = json->root->kinds = 0;
  json->cells = json->order = 0;
}

static __attribute__((noinline)) bool grow(mastic_json *json, node *n, uint32_t needed) {
  uint32_t capacity = n->capacity ? n->capacity * 4 : 8;
  if (n->capacity == 0) {
    n->order = ++json->order;
    if (json->spare_count > 0 && json->spare_capacities[json->spare_count - 1] >= needed) {
      n->cells = json->spares[--json->spare_count];
      n->capacity = json->spare_capacities[json->spare_count];
      return true;
    }
  }
  if (capacity < needed) capacity = needed;
  cell *cells = realloc(n->cells, (size_t)capacity * sizeof(cell));
  if (!cells) return false;
  n->cells = cells;
  n->capacity = capacity;
  return true;
}

bool mastic_json_pad(mastic_json *json, node *n, uint32_t rows) {
  if (n->count >= rows) return true;
  if (rows > n->capacity && !grow(json, n, rows)) return false;
  json->cells += rows - n->count;
  memset(n->cells + n->count, 0, (size_t)(rows - n->count) * sizeof(cell));
  n->count = rows;
  return true;
}

/// A new cell at `row`, behind nulls for the rows that have none; nil without memory.
static inline __attribute__((always_inline)) cell *push(mastic_json *json, node *n, uint32_t row) {
  if (__builtin_expect(n->count < row, 0) && !mastic_json_pad(json, n, row)) return NULL;
  if (__builtin_expect(n->count == n->capacity, 0) && !grow(json, n, n->count + 1)) return NULL;
  json->cells++;
  return &n->cells[n->count++];
}

static uint64_t hash(const uint8_t *name, size_t length) {
  uint64_t h = 0x9e3779b97f4a7c15ull ^ length;
  for (; length >= 8; name += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, name, 8);
    unsigned __int128 product = (unsigned __int128)(h ^ word) * 0xd6e8feb86659fd93ull;
    h = (uint64_t)product ^ (uint64_t)(product >> 64);
  }
  uint64_t word = 0;
  memcpy(&word, name, length);
  unsigned __int128 product = (unsigned __int128)(h ^ word) * 0xa0761d6478bd642full;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline bool is_named(const node *f, const uint8_t *name, size_t length) {
  return f->name_length == length && memcmp(f->name, name, length) == 0;
}

static void place(node *parent, node *f) {
  uint32_t mask = parent->table_size - 1;
  uint32_t slot = (uint32_t)hash(f->name, f->name_length) & mask;
  while (parent->table[slot]) slot = (slot + 1) & mask;
  parent->table[slot] = f;
}

static node *find_field(node *parent, const uint8_t *name, size_t length) {
  if (!parent->table) {
    for (node *f = parent->first_field; f; f = f->next)
      if (is_named(f, name, length)) return f;
    return NULL;
  }
  uint32_t mask = parent->table_size - 1;
  for (uint32_t slot = (uint32_t)hash(name, length) & mask; parent->table[slot]; slot = (slot + 1) & mask)
    if (is_named(parent->table[slot], name, length)) return parent->table[slot];
  return NULL;
}

static node *add_field(node *parent, const uint8_t *name, size_t length) {
  node *f = make_node();
  if (!f || !(f->name = malloc(length + 16))) {
    free(f);
    return NULL;
  }
  memcpy(f->name, name, length);
  memset(f->name + length, 0, 16);
  f->name_length = (uint32_t)length;
  f->plain = true;
  for (size_t i = 0; i < length; i++)
    if (name[i] < 0x20 || name[i] == '"' || name[i] == '\\') f->plain = false;
  if (parent->last_field) parent->last_field->next = f;
  else parent->first_field = f;
  parent->last_field = f;
  parent->field_count++;
  if (parent->field_count > 8 && parent->field_count * 2 > parent->table_size) {
    uint32_t size = parent->table_size ? parent->table_size * 2 : 32;
    node **table = calloc(size, sizeof(node *));
    if (table) {
      free(parent->table);
      parent->table = table;
      parent->table_size = size;
      for (node *each = parent->first_field; each; each = each->next) place(parent, each);
    } else if (parent->table) {
      // Half a table finds nothing; go back to looking at every field.
      free(parent->table);
      parent->table = NULL;
      parent->table_size = 0;
    }
  } else if (parent->table) {
    place(parent, f);
  }
  return f;
}

node *mastic_json_declare_field(mastic_json *json, node *parent, const uint8_t *name, size_t length) {
  (void)json;
  node *f = find_field(parent, name, length);
  if (!f) f = add_field(parent, name, length);
  if (f) f->declared = true;
  return f;
}

node *mastic_json_declare_element(mastic_json *json, node *parent) {
  (void)json;
  if (!parent->element) parent->element = make_node();
  return parent->element;
}

static void truncate_node(node *n, uint32_t rows) {
  if (n->count > rows) n->count = rows;
  uint32_t kinds = 0, objects = 0, elements = 0;
  for (uint32_t i = 0; i < n->count; i++) {
    uint32_t tag = n->cells[i].tag;
    kinds |= 1u << tag;
    if (tag == mastic_json_object) {
      objects++;
      elements += n->mode == mastic_json_as_map ? n->cells[i].length : 0;
    }
    if (tag == mastic_json_array) elements += n->cells[i].length;
  }
  n->kinds &= kinds;
  n->objects = objects;
  for (node *f = n->first_field; f; f = f->next) truncate_node(f, objects);
  if (n->element) truncate_node(n->element, elements);
  if (n->keys) truncate_node(n->keys, elements);
}

void mastic_json_truncate(mastic_json *json, uint32_t rows) {
  node *root = json->root;
  root->objects = rows;
  for (node *f = root->first_field; f; f = f->next) truncate_node(f, rows);
}

// MARK: Tokens

/// Remembers the failure; one at the end of the text only means that there is not enough of it.
static __attribute__((noinline, cold)) text fail(mastic_json *json, mastic_json_status status, text at) {
  if (at >= json->end) status = mastic_json_incomplete;
  else if (*at == '\n' && !json->multiline) status = mastic_json_line_ends;
  json->status = status;
  json->failed_at = at;
  return NULL;
}

static __attribute__((noinline)) text skip_spaces(const mastic_json *json, text p) {
  while (*p == ' ' || *p == '\t' || *p == '\r' || (*p == '\n' && json->multiline)) p++;
  return p;
}

static inline __attribute__((always_inline)) text spaces(const mastic_json *json, text p) {
  if (*p > ' ') return p;
  // One space, as most writers put, or none.
  if (*p == ' ' && p[1] > ' ') return p + 1;
  return skip_spaces(json, p);
}

static inline bool is_digit(uint8_t byte) { return (uint8_t)(byte - '0') <= 9; }

/// The value of four hexadecimal digits, or -1.
static int32_t hexadecimal(text p) {
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    uint8_t c = p[i], lower = c | 0x20;
    int digit = is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/// The first byte from `p` on that ends or interrupts a string: a quote, a backslash or a control character.
static inline __attribute__((always_inline)) text plain_end(text p) {
#if defined(__x86_64__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
  for (;; p += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)p);
    __m128i stop = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)), _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
    int mask = _mm_movemask_epi8(stop);
    if (mask) return p + __builtin_ctz((unsigned)mask);
  }
#else
  while (*p >= 0x20 && *p != '"' && *p != '\\') p++;
  return p;
#endif
}

static __attribute__((noinline)) text escaped_end(mastic_json *json, text p) {
  for (;;) {
    p = plain_end(p);
    if (*p == '"') return p;
    if (*p != '\\') return fail(json, mastic_json_bad_string, p);
    switch (p[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      p += 2;
      break;
    case 'u':
      for (int i = 2; i < 6; i++) {
        uint8_t lower = p[i] | 0x20;
        if (!is_digit(p[i]) && !(lower >= 'a' && lower <= 'f')) return fail(json, mastic_json_bad_escape, p + i);
      }
      p += 6;
      break;
    default: return fail(json, mastic_json_bad_escape, p + 1);
    }
  }
}

/// The closing quote of the string whose first byte is at `p`; nil after a failure.
static inline __attribute__((always_inline)) text string_end(mastic_json *json, text p, bool *escaped) {
  text end = plain_end(p);
  *escaped = false;
  if (__builtin_expect(*end == '"', 1)) return end;
  *escaped = true;
  return escaped_end(json, end);
}

/// Reads a number into a cell; nil after a failure. The byte behind it is the caller's to judge.
static inline __attribute__((always_inline)) text number(mastic_json *json, text start, mastic_json_mode mode, cell *out) {
  text p = start;
  bool negative = *p == '-';
  p += negative;
  text digits = p;
  uint64_t w = 0;
  if (*p == '0') {
    p++;
  } else {
    if (!is_digit(*p)) return fail(json, mastic_json_bad_number, p);
    do w = w * 10 + (uint64_t)(*p++ - '0');
    while (is_digit(*p));
  }
  size_t count = (size_t)(p - digits);
  int64_t q = 0;
  bool is_integer = true;
  if (*p == '.') {
    is_integer = false;
    text fraction = ++p;
    if (!is_digit(*p)) return fail(json, mastic_json_bad_number, p);
    do w = w * 10 + (uint64_t)(*p++ - '0');
    while (is_digit(*p));
    q = -(int64_t)(p - fraction);
    count += (size_t)(p - fraction);
  }
  if ((*p | 0x20) == 'e') {
    is_integer = false;
    p++;
    bool down = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (!is_digit(*p)) return fail(json, mastic_json_bad_number, p);
    int64_t exponent = 0;
    do {
      if (exponent < 100000000) exponent = exponent * 10 + (*p - '0');
      p++;
    } while (is_digit(*p));
    q += down ? -exponent : exponent;
  }
  if (__builtin_expect(mode == mastic_json_as_text, 0)) {
    out->tag = mastic_json_number_text;
    out->payload = (uint64_t)(start - json->base);
    out->length = (uint32_t)(p - start);
    return p;
  }
  if (is_integer && (count <= 18 || (count == 19 && w <= (uint64_t)INT64_MAX + negative))) {
    out->tag = mastic_json_integer;
    out->payload = negative ? 0 - w : w;
    return p;
  }
  double value = 0;
  if (count <= 19) value = mastic_number_compose(w, q, negative, false, start, (size_t)(p - start));
  else mastic_number_double(start, (size_t)(p - start), false, &value);
  out->tag = mastic_json_double;
  memcpy(&out->payload, &value, 8);
  return p;
}

/// Up to 7 digits with up to 7 behind a point, as nearly all numbers have, in a few steps; others take the long way.
static inline __attribute__((always_inline)) text quick_number(mastic_json *json, text start, mastic_json_mode mode, cell *out) {
  static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  static const uint32_t factors[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
  bool negative = *start == '-';
  text p = start + negative;
  uint64_t digits, others = mastic_number_not_digits(p, &digits);
  unsigned whole = (unsigned)__builtin_ctzll(others | 1ull << 63) / 8;
  if (__builtin_expect(whole == 0 || others == 0 || mode == mastic_json_as_text || (*p == '0' && whole > 1), 0)) return number(json, start, mode, out);
  uint64_t w = mastic_number_eight_digits(digits << (8 - whole) * 8);
  p += whole;
  if (*p == '.') {
    others = mastic_number_not_digits(p + 1, &digits);
    unsigned places = (unsigned)__builtin_ctzll(others | 1ull << 63) / 8;
    if (__builtin_expect(places == 0 || others == 0 || (p[1 + places] | 0x20) == 'e', 0)) return number(json, start, mode, out);
    w = w * factors[places] + mastic_number_eight_digits(digits << (8 - places) * 8);
    double value = (double)w / powers[places];
    if (negative) value = -value;
    out->tag = mastic_json_double;
    memcpy(&out->payload, &value, 8);
    return p + 1 + places;
  }
  if (__builtin_expect((*p | 0x20) == 'e', 0)) return number(json, start, mode, out);
  out->tag = mastic_json_integer;
  out->payload = negative ? 0 - w : w;
  return p;
}

// MARK: Checking

static text skip_value(mastic_json *json, text p, int depth) {
  switch (*p) {
  case '"': {
    bool escaped;
    text end = string_end(json, p + 1, &escaped);
    return end ? end + 1 : NULL;
  }
  case '{':
    if (depth == 0) return fail(json, mastic_json_too_deep, p);
    p = spaces(json, p + 1);
    if (*p == '}') return p + 1;
    for (;;) {
      if (*p != '"') return fail(json, mastic_json_unexpected, p);
      bool escaped;
      if (!(p = string_end(json, p + 1, &escaped))) return NULL;
      p = spaces(json, p + 1);
      if (*p != ':') return fail(json, mastic_json_unexpected, p);
      if (!(p = skip_value(json, spaces(json, p + 1), depth - 1))) return NULL;
      p = spaces(json, p);
      if (*p == '}') return p + 1;
      if (*p != ',') return fail(json, mastic_json_unexpected, p);
      p = spaces(json, p + 1);
    }
  case '[':
    if (depth == 0) return fail(json, mastic_json_too_deep, p);
    p = spaces(json, p + 1);
    if (*p == ']') return p + 1;
    for (;;) {
      if (!(p = skip_value(json, p, depth - 1))) return NULL;
      p = spaces(json, p);
      if (*p == ']') return p + 1;
      if (*p != ',') return fail(json, mastic_json_unexpected, p);
      p = spaces(json, p + 1);
    }
  case 't':
    if (memcmp(p, "true", 4) == 0) return p + 4;
    break;
  case 'f':
    if (memcmp(p, "false", 5) == 0) return p + 5;
    break;
  case 'n':
    if (memcmp(p, "null", 4) == 0) return p + 4;
    break;
  case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
    cell ignored;
    return number(json, p, mastic_json_as_text, &ignored);
  }
  default: break;
  }
  // A literal that the end of the text cuts off is incomplete, not wrong.
  static const char *const words[] = {"true", "false", "null"};
  for (int i = 0; i < 3; i++) {
    size_t left = (size_t)(json->end - p);
    if (p < json->end && left < strlen(words[i]) && memcmp(p, words[i], left) == 0) return fail(json, mastic_json_incomplete, json->end);
  }
  return fail(json, mastic_json_unexpected, p);
}

// MARK: Reading

static text read_value(mastic_json *json, node *n, uint32_t row, text p, int depth);

/// Reads the fields of an object, whose brace is at `p`, into row `row` of the node's fields.
static text read_fields(mastic_json *json, node *n, uint32_t row, text p, int depth) {
  p = spaces(json, p + 1);
  if (*p == '}') return p + 1;
  node *guess = n->first_field;
  for (;;) {
    if (*p != '"') return fail(json, mastic_json_unexpected, p);
    p++;
    node *f = guess;
    // Records name their fields in one order, so the name is most likely the one after the last.
    if (f && f->plain && (size_t)(json->end - p) > f->name_length && p[f->name_length] == '"' && memcmp(p, f->name, f->name_length) == 0) {
      p += f->name_length + 1;
    } else {
      bool escaped;
      text end = string_end(json, p, &escaped);
      if (!end) return NULL;
      const uint8_t *name = p;
      size_t length = (size_t)(end - p);
      if (escaped) {
        if (json->scratch_size < length) {
          free(json->scratch);
          json->scratch = malloc(length * 2);
          json->scratch_size = json->scratch ? length * 2 : 0;
          if (!json->scratch) return fail(json, mastic_json_no_memory, p);
        }
        length = mastic_json_unescape(name, length, json->scratch);
        name = json->scratch;
      }
      f = NULL;
      if (guess) {
        node *near = guess->next;
        for (int i = 0; i < 3 && near; i++, near = near->next)
          if (is_named(near, name, length)) {
            f = near;
            break;
          }
      }
      if (!f) f = find_field(n, name, length);
      if (!f) {
        bool dropped = json->restricted && n == json->root;
        // Dropped fields are remembered too, for the order's sake, but not without end.
        if (!dropped || n->field_count < 4096) {
          if (!(f = add_field(n, name, length))) return fail(json, mastic_json_no_memory, p);
          if (dropped) f->mode = mastic_json_ignore;
        }
      }
      p = end + 1;
    }
    p = spaces(json, p);
    if (*p != ':') return fail(json, mastic_json_unexpected, p);
    p = spaces(json, p + 1);
    // Of fields with one name the first counts.
    if (!f || f->mode == mastic_json_ignore || f->count > row) p = skip_value(json, p, depth);
    else p = read_value(json, f, row, p, depth);
    if (!p) return NULL;
    if (f) guess = f->next;
    p = spaces(json, p);
    if (*p == ',') {
      p = spaces(json, p + 1);
      continue;
    }
    if (*p == '}') return p + 1;
    return fail(json, mastic_json_unexpected, p);
  }
}

static text read_entries(mastic_json *json, node *n, uint32_t place, text p, int depth) {
  if (!n->element) n->element = make_node();
  if (!n->keys) n->keys = make_node();
  if (!n->element || !n->keys) return fail(json, mastic_json_no_memory, p);
  uint32_t first = n->element->count;
  p = spaces(json, p + 1);
  if (*p != '}') {
    for (;;) {
      if (*p != '"') return fail(json, mastic_json_unexpected, p);
      bool escaped;
      text end = string_end(json, p + 1, &escaped);
      if (!end) return NULL;
      cell *key = push(json, n->keys, n->keys->count);
      if (!key) return fail(json, mastic_json_no_memory, p);
      *key = (cell){(uint64_t)(p + 1 - json->base), (uint32_t)(end - p - 1), escaped ? mastic_json_escaped : mastic_json_string};
      n->keys->kinds |= 1u << key->tag;
      p = spaces(json, end + 1);
      if (*p != ':') return fail(json, mastic_json_unexpected, p);
      if (!(p = read_value(json, n->element, n->element->count, spaces(json, p + 1), depth))) return NULL;
      p = spaces(json, p);
      if (*p == '}') break;
      if (*p != ',') return fail(json, mastic_json_unexpected, p);
      p = spaces(json, p + 1);
    }
  }
  n->cells[place].payload = first;
  n->cells[place].length = n->element->count - first;
  return p + 1;
}

/// Appends the value at `p` to the node as row `row`; returns what is behind it, nil after a failure.
static text read_value(mastic_json *json, node *n, uint32_t row, text p, int depth) {
  cell *c = push(json, n, row);
  if (!c) return fail(json, mastic_json_no_memory, p);
  c->tag = mastic_json_null;
  switch (*p) {
  case '"': {
    bool escaped;
    text end = string_end(json, p + 1, &escaped);
    if (!end) return NULL;
    c->payload = (uint64_t)(p + 1 - json->base);
    c->length = (uint32_t)(end - p - 1);
    c->tag = escaped ? mastic_json_escaped : mastic_json_string;
    n->kinds |= 1u << c->tag;
    return end + 1;
  }
  case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
    if (!(p = quick_number(json, p, n->mode, c))) return NULL;
    n->kinds |= 1u << c->tag;
    return p;
  case 't':
    if (memcmp(p, "true", 4) != 0) break;
    c->tag = mastic_json_true;
    n->kinds |= 1u << mastic_json_true;
    return p + 4;
  case 'f':
    if (memcmp(p, "false", 5) != 0) break;
    c->tag = mastic_json_false;
    n->kinds |= 1u << mastic_json_false;
    return p + 5;
  case 'n':
    if (memcmp(p, "null", 4) != 0) break;
    n->kinds |= 1u << mastic_json_null;
    return p + 4;
  case '{': {
    if (depth == 0) return fail(json, mastic_json_too_deep, p);
    uint32_t object = n->objects++;
    c->tag = mastic_json_object;
    c->payload = object;
    c->length = 0;
    n->kinds |= 1u << mastic_json_object;
    // `c` may move while the contents are read, `n` does not.
    if (n->mode == mastic_json_as_map) return read_entries(json, n, n->count - 1, p, depth - 1);
    return read_fields(json, n, object, p, depth - 1);
  }
  case '[': {
    if (depth == 0) return fail(json, mastic_json_too_deep, p);
    uint32_t place = n->count - 1;
    c->tag = mastic_json_array;
    c->length = 0;
    n->kinds |= 1u << mastic_json_array;
    node *element = mastic_json_declare_element(json, n);
    if (!element) return fail(json, mastic_json_no_memory, p);
    uint32_t first = element->count;
    c->payload = first;
    p = spaces(json, p + 1);
    if (*p != ']') {
      for (;;) {
        if (!(p = read_value(json, element, element->count, p, depth - 1))) return NULL;
        p = spaces(json, p);
        if (*p == ']') break;
        if (*p != ',') return fail(json, mastic_json_unexpected, p);
        p = spaces(json, p + 1);
      }
    }
    n->cells[place].length = element->count - first;
    return p + 1;
  }
  default: break;
  }
  // Not a value; `skip_value` knows the reason.
  return skip_value(json, p, depth);
}

// MARK: Shapes

// Records are mostly written by one program, with the same names in the same order and the same spaces. What stood between the values of one record
// is compared with the next as it is, names and all; a record that differs is read again by the rules.

static inline __attribute__((always_inline)) bool is_piece(const mastic_json_piece *piece, text p) {
#if defined(__x86_64__)
  __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_loadu_si128((const __m128i *)piece->text));
  if (((unsigned)_mm_movemask_epi8(same) | piece->ignored) != 0xffff) return false;
  return piece->length <= 16 || memcmp(p + 16, piece->text + 16, piece->length - 16) == 0;
#else
  return memcmp(p, piece->text, piece->length) == 0;
#endif
}

/// Reads one record of the known shape into row `row` of the pieces' cells; nil for any other.
static inline __attribute__((always_inline)) text read_shaped(mastic_json *json, text p, uint32_t row) {
  mastic_json_piece *piece = json->shape, *last = piece + json->piece_count - 1;
  for (; piece < last; piece++) {
    if (__builtin_expect(!is_piece(piece, p), 0)) return NULL;
    p += piece->length;
    text start = p;
    node *f = piece->field;
    cell ignored, *c = f ? piece->cells + row : &ignored;
    switch (*p) {
    case '"': {
      bool escaped;
      text end = string_end(json, p + 1, &escaped);
      if (!end) return NULL;
      *c = (cell){(uint64_t)(p + 1 - json->base), (uint32_t)(end - p - 1), escaped ? mastic_json_escaped : mastic_json_string};
      p = end + 1;
      break;
    }
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      if (!(p = quick_number(json, p, f ? f->mode : mastic_json_as_text, c))) return NULL;
      break;
    case 't':
      if (memcmp(p, "true", 4) != 0) return NULL;
      c->tag = mastic_json_true;
      p += 4;
      break;
    case 'f':
      if (memcmp(p, "false", 5) != 0) return NULL;
      c->tag = mastic_json_false;
      p += 5;
      break;
    case 'n':
      if (memcmp(p, "null", 4) != 0) return NULL;
      *c = (cell){0, 0, mastic_json_null};
      p += 4;
      break;
    default:
      if (f || !(p = skip_value(json, p, mastic_json_depth_limit - 1))) return NULL;
      c->tag = 0;
    }
    piece->kinds |= 1u << c->tag;
    // Where values are all as long as one another, the next field is looked for there without waiting until this value's end was found.
    size_t usual = piece->usual_length;
    if ((size_t)(p - start) == usual) {
      __asm__("" : "+r"(usual));
      p = start + usual;
    } else if (usual) {
      piece->usual_length = 0;
    }
  }
  return __builtin_expect(is_piece(last, p), 1) ? p + last->length : NULL;
}

/// Reads records of the known shape, with line ends and spaces between them, until another comes, there are `limit` rows, or the text ends.
/// Returns where the next record begins, or the spaces before it; nil without memory.
static text read_shaped_rows(mastic_json *json, text p, uint32_t limit) {
  node *root = json->root;
  uint32_t first = root->objects, row = first, fields = 0;
  if (limit - first > 8192) limit = first + 8192;
  mastic_json_piece *last = json->shape + json->piece_count - 1;
  for (mastic_json_piece *piece = json->shape; piece < last; piece++) {
    piece->kinds = 0;
    node *f = piece->field;
    if (!f) continue;
    if (!mastic_json_pad(json, f, first) || (f->capacity < limit && !grow(json, f, limit))) {
      fail(json, mastic_json_no_memory, p);
      return NULL;
    }
    piece->cells = f->cells;
    fields++;
  }
  while (row < limit) {
    text record = p;
    while (*record == '\n' || *record == ' ' || *record == '\r' || *record == '\t') record++;
    if (record >= json->end) break;
    text next = read_shaped(json, record, row);
    if (!next) break;
    p = next;
    row++;
  }
  for (mastic_json_piece *piece = json->shape; row > first && piece < last; piece++) {
    if (!piece->field) continue;
    piece->field->kinds |= piece->kinds;
    piece->field->count = row;
  }
  json->cells += (size_t)fields * (row - first);
  json->shape_hits += row - first;
  root->objects = row;
  return p;
}

static bool add_piece(mastic_json *json, text from, text to, node *field) {
  size_t length = (size_t)(to - from);
  if (length > sizeof json->shape->text || json->piece_count == 256) return false;
  if (json->piece_count == json->piece_capacity) {
    uint32_t capacity = json->piece_capacity ? json->piece_capacity * 2 : 16;
    mastic_json_piece *grown = realloc(json->shape, capacity * sizeof *grown);
    if (!grown) return false;
    json->shape = grown;
    json->piece_capacity = capacity;
  }
  // Of fields with one name the first counts; such records are left to the rules.
  for (uint32_t i = 0; field && i < json->piece_count; i++)
    if (json->shape[i].field == field) return false;
  mastic_json_piece *piece = &json->shape[json->piece_count++];
  memset(piece, 0, sizeof *piece);
  memcpy(piece->text, from, length);
  piece->ignored = length < 16 ? 0xffffu & ~((1u << length) - 1) : 0;
  piece->length = (uint32_t)length;
  piece->field = field;
  return true;
}

/// Learns the shape of the record at `p`, which was read without a failure. False where shapes do not help.
static bool learn_pieces(mastic_json *json, text p) {
  text from = p;
  p = spaces(json, p + 1);
  while (*p == '"') {
    bool escaped;
    text end = string_end(json, p + 1, &escaped);
    if (!end || escaped) return false;
    node *f = find_field(json->root, p + 1, (size_t)(end - p - 1));
    // A dropped field that was not remembered, or is: no cell of it is kept.
    if (f && f->mode == mastic_json_ignore) f = NULL;
    else if (!f && !json->restricted) return false;
    p = spaces(json, spaces(json, end + 1) + 1);
    if (f && (*p == '{' || *p == '[')) return false;
    if (!add_piece(json, from, p, f)) return false;
    text value = p;
    if (!(from = skip_value(json, p, mastic_json_depth_limit - 1))) return false;
    json->shape[json->piece_count - 1].usual_length = (uint32_t)(from - value);
    p = spaces(json, from);
    if (*p == '}') return add_piece(json, from, p + 1, NULL);
    p = spaces(json, p + 1);
  }
  return false;
}

static __attribute__((noinline)) void learn_shape(mastic_json *json, text p) {
  // Records of many shapes are not learnt one by one: each shape that served nobody doubles the wait for the next.
  if (json->shape_wait > 0) {
    json->shape_wait--;
    return;
  }
  if (json->piece_count > 0 && json->shape_hits >= 4) json->shape_patience = 0;
  else json->shape_patience = json->shape_patience < 512 ? json->shape_patience * 2 + 1 : 1023;
  json->shape_wait = json->shape_patience;
  json->shape_hits = 0;
  json->piece_count = 0;
  if (!learn_pieces(json, p)) json->piece_count = 0;
}

// MARK: Rows

mastic_json_status mastic_json_rows(mastic_json *json, size_t *at, uint32_t limit, size_t cell_limit) {
  text p = json->base + *at;
  node *root = json->root;
  while (root->objects < limit && json->cells <= cell_limit) {
    while (*p == '\n' || *p == ' ' || *p == '\r' || *p == '\t') p++;
    if (p >= json->end) {
      *at = (size_t)(json->end - json->base);
      return mastic_json_ok;
    }
    *at = (size_t)(p - json->base);
    if (*p != '{') {
      json->failed_at = p;
      return json->status = mastic_json_not_object;
    }
    if (json->piece_count > 0) {
      uint32_t rows = root->objects;
      if (!(p = read_shaped_rows(json, p, limit))) return json->status;
      *at = (size_t)(p - json->base);
      if (root->objects > rows) continue;
    }
    text record = p;
    if (!(p = read_fields(json, root, root->objects, record, mastic_json_depth_limit - 1))) return json->status;
    learn_shape(json, record);
    root->objects++;
    *at = (size_t)(p - json->base);
  }
  return mastic_json_ok;
}

mastic_json_status mastic_json_row(mastic_json *json, size_t *at, const uint8_t *name, size_t name_length) {
  text p = json->base + *at;
  node *root = json->root;
  if (*p == '{') {
    p = read_fields(json, root, root->objects, p, mastic_json_depth_limit - 1);
  } else {
    node *f = find_field(root, name, name_length);
    if (!f && json->restricted) {
      p = skip_value(json, p, mastic_json_depth_limit - 1);
    } else {
      if (!f && !(f = add_field(root, name, name_length))) return json->status = mastic_json_no_memory;
      p = read_value(json, f, root->objects, p, mastic_json_depth_limit - 1);
    }
  }
  if (!p) return json->status;
  root->objects++;
  *at = (size_t)(p - json->base);
  return mastic_json_ok;
}

mastic_json_status mastic_json_skip(mastic_json *json, size_t *at) {
  text p = skip_value(json, json->base + *at, mastic_json_depth_limit);
  if (!p) return json->status;
  *at = (size_t)(p - json->base);
  return mastic_json_ok;
}

// MARK: Strings

static size_t put_utf8(uint32_t c, uint8_t *out) {
  if (c < 0x80) {
    out[0] = (uint8_t)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (uint8_t)(0xc0 | c >> 6);
    out[1] = (uint8_t)(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (uint8_t)(0xe0 | c >> 12);
    out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    out[2] = (uint8_t)(0x80 | (c & 0x3f));
    return 3;
  }
  out[0] = (uint8_t)(0xf0 | c >> 18);
  out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
  out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
  out[3] = (uint8_t)(0x80 | (c & 0x3f));
  return 4;
}

size_t mastic_json_unescape(const uint8_t *p, size_t length, uint8_t *out) {
  const uint8_t *end = p + length;
  uint8_t *start = out;
  while (p < end) {
    if (*p != '\\') {
      *out++ = *p++;
      continue;
    }
    uint8_t c = p[1];
    p += 2;
    switch (c) {
    case 'b': *out++ = '\b'; break;
    case 'f': *out++ = '\f'; break;
    case 'n': *out++ = '\n'; break;
    case 'r': *out++ = '\r'; break;
    case 't': *out++ = '\t'; break;
    case 'u': {
      uint32_t unit = (uint32_t)hexadecimal(p);
      p += 4;
      if (unit >= 0xd800 && unit < 0xe000) {
        int32_t low = unit < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hexadecimal(p + 2) : -1;
        if (low >= 0xdc00 && low < 0xe000) {
          unit = 0x10000 + ((unit & 0x3ff) << 10 | ((uint32_t)low & 0x3ff));
          p += 6;
        } else {
          unit = 0xfffd;
        }
      }
      out += put_utf8(unit, out);
      break;
    }
    default: *out++ = c; break;
    }
  }
  return (size_t)(out - start);
}

mastic_json_views_result mastic_json_views(
    const cell *cells, size_t count, const uint8_t *base, uint64_t *views, uint64_t *valid, uint32_t *escaped) {
  mastic_json_views_result result = {0, 0, 0, false};
  size_t longest = 0;
  for (size_t i = 0; i < count; i += 64) {
    size_t n = count - i < 64 ? count - i : 64;
    uint64_t others = 0;
    for (size_t k = i; k < i + n; k++) {
      cell c = cells[k];
      if (__builtin_expect(c.tag == mastic_json_string, 1)) {
        mastic_view_put(views + 2 * k, base + c.payload, c.length);
        longest = c.length > longest ? c.length : longest;
        continue;
      }
      views[2 * k] = views[2 * k + 1] = 0;
      if (c.tag == mastic_json_escaped) {
        escaped[result.escaped_count++] = (uint32_t)k;
        result.escaped_bytes += c.length;
      } else {
        others |= 1ull << (k - i);
      }
    }
    valid[i / 64] = ~others;
    result.nulls += (size_t)__builtin_popcountll(others);
  }
  result.has_pointers = longest > 12;
  return result;
}

void mastic_json_escaped_views(
    const cell *cells, const uint8_t *base, const uint32_t *escaped, size_t escaped_count, uint64_t *views, uint8_t *side) {
  for (size_t i = 0; i < escaped_count; i++) {
    cell c = cells[escaped[i]];
    size_t length = mastic_json_unescape(base + c.payload, c.length, side);
    uint8_t copy[32] = {0};
    if (length <= 12) memcpy(copy, side, length);
    mastic_view_put(views + 2 * (size_t)escaped[i], length <= 12 ? copy : side, length);
    side += length;
  }
}
