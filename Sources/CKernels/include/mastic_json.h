#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// JSON (RFC 8259) into columns of cells, without deciding on types.
//
// A tree of nodes follows the shape of the records: an object has a node for each field name, an array one for its elements. Reading a value
// appends one 16-byte cell to its node. What type a column has is decided afterwards, from the kinds of cells that its node has seen.
//
// The caller keeps the text in a buffer behind whose `end` 64 bytes can be read, the first of them zero, and checks that it is UTF-8.

typedef enum {
  mastic_json_null = 0,
  mastic_json_false = 1,
  mastic_json_true = 2,
  mastic_json_integer = 3,      // payload: the value
  mastic_json_double = 4,       // payload: its bits
  mastic_json_string = 5,       // payload: offset in the text; length: bytes
  mastic_json_escaped = 6,      // the same, with escapes still in it
  mastic_json_object = 7,       // payload: the row of the fields' nodes
  mastic_json_array = 8,        // payload: the first row of the element's node; length: how many
  mastic_json_number_text = 9,  // payload: offset in the text; length: bytes
  // Kinds that only a reader with a declared schema gives to cells.
  mastic_json_date = 10,
  mastic_json_timestamp = 11,
} mastic_json_tag;

typedef struct {
  uint64_t payload;
  uint32_t length;
  uint32_t tag;
} mastic_json_cell;

typedef enum {
  mastic_json_read = 0,
  mastic_json_ignore = 1,    // values are checked and dropped
  mastic_json_as_map = 2,    // objects become keys and values
  mastic_json_as_text = 3,   // numbers are kept as text
} mastic_json_mode;

typedef struct mastic_json_node mastic_json_node;
struct mastic_json_node {
  mastic_json_cell *cells;
  uint32_t count, capacity;
  /// Bit `tag` is set for each kind of cell, nulls that were never written down excepted.
  uint32_t kinds;
  mastic_json_mode mode;
  /// Objects so far: the rows of the fields.
  uint32_t objects;
  uint32_t field_count;
  /// Nodes got their first cell in this order.
  uint32_t order;
  mastic_json_node *first_field, *last_field, *next;
  /// The elements of arrays; of maps the values.
  mastic_json_node *element;
  /// The keys of maps.
  mastic_json_node *keys;
  /// The field's name, unescaped. Not ended by a zero.
  uint8_t *name;
  uint32_t name_length;
  /// The name needs no escapes, so it can be compared with the text.
  bool plain;
  /// The caller asked for the field by name.
  bool declared;
  mastic_json_node **table;
  uint32_t table_size;
};

typedef enum {
  mastic_json_ok = 0,
  mastic_json_incomplete,        // the text ends inside the value
  mastic_json_line_ends,         // a line ends inside the value, where values are on one line
  mastic_json_unexpected,        // some other byte
  mastic_json_bad_string,        // a control character in a string
  mastic_json_bad_escape,
  mastic_json_bad_number,
  mastic_json_too_deep,
  mastic_json_not_object,
  mastic_json_no_memory,
} mastic_json_status;

/// A field of records that are all written alike: the bytes from the value before it to its own value, `,"name":`.
typedef struct {
  uint8_t text[64];
  uint32_t length;
  /// A bit for each of the first 16 bytes of `text` that is behind its end.
  uint32_t ignored;
  /// Bytes that every value since the shape was learnt had; 0: they differed.
  uint32_t usual_length;
  /// The kinds of cells in the rows being read.
  uint32_t kinds;
  /// Nil: its values are checked, not kept. The last piece of a shape closes the object and has no value.
  mastic_json_node *field;
  /// The field's cells, while rows are read.
  mastic_json_cell *cells;
} mastic_json_piece;

enum { MASTIC_JSON_SPARES = 64 };

typedef struct {
  const uint8_t *base, *end;
  /// A line end is a space like others.
  bool multiline;
  /// Fields that were not asked for are not kept.
  bool restricted;
  mastic_json_node *root;
  /// Cells in all, a measure of the memory in use.
  size_t cells;
  uint32_t order;
  // After a failure.
  mastic_json_status status;
  const uint8_t *failed_at;
  /// What the record before looked like; none when there are no pieces.
  mastic_json_piece *shape;
  uint32_t piece_count, piece_capacity;
  /// Records that had the shape since it was learnt; records to let pass before another is learnt, and how many those were the last time.
  uint32_t shape_hits, shape_wait, shape_patience;
  // Blocks of cells without a node.
  mastic_json_cell *spares[MASTIC_JSON_SPARES];
  uint32_t spare_capacities[MASTIC_JSON_SPARES];
  uint32_t spare_count;
  // Scratch for names with escapes.
  uint8_t *scratch;
  size_t scratch_size;
} mastic_json;

/// Arrays and objects may stand in each other this deep.
enum { mastic_json_depth_limit = 512 };

/// Nil when there is no memory.
mastic_json *mastic_json_create(void);
void mastic_json_destroy(mastic_json *json);

/// The node of a field, made when there is none; nil without memory. Fields keep the order in which they were made or first met.
mastic_json_node *mastic_json_declare_field(mastic_json *json, mastic_json_node *parent, const uint8_t *name, size_t length);
/// The node of the elements of an array, or of the values of a map.
mastic_json_node *mastic_json_declare_element(mastic_json *json, mastic_json_node *parent);

/// Forgets all rows and all fields, the declared ones too.
void mastic_json_reset(mastic_json *json);

/// Reads objects from `at` on, each a row of the root, until there are `limit` rows, the text ends, or the cells are more than `cell_limit`.
///
/// Between them may stand spaces and line ends. Returns `ok` with `at` behind the last row, or a failure with `at` at the record that has it.
mastic_json_status mastic_json_rows(mastic_json *json, size_t *at, uint32_t limit, size_t cell_limit);

/// Reads one value as a row of the root: an object, or any other value as the only field of one.
mastic_json_status mastic_json_row(mastic_json *json, size_t *at, const uint8_t *name, size_t name_length);

/// Checks one value and keeps nothing.
mastic_json_status mastic_json_skip(mastic_json *json, size_t *at);

/// Forgets the rows from `rows` on, a half-read one among them.
void mastic_json_truncate(mastic_json *json, uint32_t rows);

/// Writes null cells until the node has `rows`; false without memory.
bool mastic_json_pad(mastic_json *json, mastic_json_node *node, uint32_t rows);

/// Resolves the escapes of a string that was read before; returns the bytes written, `length` at most. A surrogate that is alone becomes U+FFFD.
size_t mastic_json_unescape(const uint8_t *text, size_t length, uint8_t *out);

typedef struct {
  size_t nulls, escaped_count, escaped_bytes;
  bool has_pointers;
} mastic_json_views_result;

/// Writes the strings among the cells as 16-byte views (`StringView`) into the text, and a bit in `valid` for each that is one; other cells become empty
/// views. Strings with escapes are left empty, and their positions go to `escaped`, which has room for `count`.
///
/// `valid` has room for whole words of 64 bits. `escaped_bytes` is what the escaped strings need at most.
mastic_json_views_result mastic_json_views(
    const mastic_json_cell *cells, size_t count, const uint8_t *base, uint64_t *views, uint64_t *valid, uint32_t *escaped);

/// Fills in the views of the escaped strings, whose bytes go to `side`.
void mastic_json_escaped_views(
    const mastic_json_cell *cells, const uint8_t *base, const uint32_t *escaped, size_t escaped_count, uint64_t *views, uint8_t *side);
