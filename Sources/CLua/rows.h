// What the row view and the loops over rows share.
#pragma once

#include "internal.h"

/// How a field of the current row differs from its column.
enum { FIELD_CACHED = 1, FIELD_ASSIGNED, FIELD_DROPPED };

typedef struct {
    const char *key;  // an interned string's address; NULL: free
    int32_t field;
} key_entry;

/// A nested value under construction.
typedef struct {
    mst_slot *slots;
    size_t count, capacity;
} slot_run;

struct mst_loop_state {
    struct mst_state *s;
    mst_loop *loop;
    const mst_column *columns;
    int32_t column_count;
    int64_t row, row_count;
    /// Where the current pass over rows ends.
    int64_t end;
    /// Whether the direct form may be given tokens.
    bool tokens_hold;
    /// Counts rows over the life of the loop; a record that carries another number is stale.
    uint64_t generation;
    // Fields by the address of their interned name.
    key_entry *keys;
    uint32_t key_mask, key_count;
    int32_t field_count, field_capacity;
    /// `overlay[field]` holds for this row when `stamps[field]` is the row's generation.
    uint64_t *stamps;
    uint8_t *states;
    bool overlaid;
    /// Registry references: names by field number (from 1), the record in use.
    int names_ref, record_ref;
    // Memory for copies of strings and nested values.
    char *text, *text_end;
    struct mst_block *slots;
    slot_run scratch;
    size_t error_capacity;
    /// The record of the current row, anchored under `record_ref`.
    struct mst_record *record;
    bool is_map;
};

/// A record: what a row function gets.
typedef struct mst_record {
    struct mst_loop_state *loop;  // NULL: the row or the loop is over
    uint64_t generation;
} record;

MST_INTERNAL void mst_push_cell(lua_State *L, struct mst_state *s, const mst_column *column, int64_t row);
/// The number of the field named by the string at `index`, or -1.
MST_INTERNAL int32_t mst_find_field(lua_State *L, struct mst_loop_state *loop, int index);
/// The same; makes the field where there is none.
MST_INTERNAL int32_t mst_make_field(lua_State *L, struct mst_loop_state *loop, int index);
/// Pushes the value of a field of the record at `record_index`, changes included.
MST_INTERNAL void mst_push_field(lua_State *L, struct mst_loop_state *loop, int record_index, int32_t field);
/// Whether the methods that tokens have are still those of strings: a script may set others.
MST_INTERNAL bool mst_tokens_hold(lua_State *L, const struct mst_state *s);
MST_INTERNAL bool mst_is_null(const mst_column *column, int64_t row);

/// Pushes the string of a view of at most 12 bytes. Making a string anew means to hash it and to look for its like; columns repeat theirs.
///
/// - Parameter table: the stack index of the table of remembered strings.
static inline void mst_push_short(lua_State *L, struct mst_state *s, int table, const uint64_t *view) {
    uint64_t hash = (view[0] * UINT64_C(0x9E3779B97F4A7C15)) ^ (view[1] * UINT64_C(0xC2B2AE3D27D4EB4F));
    uint32_t place = (uint32_t)(hash >> 40) & (MST_SHORT_STRINGS - 1);
    uint64_t *known = s->short_views[place];
    if (known[0] == view[0] && known[1] == view[1]) {
        lua_rawgeti(L, table, place + 1);
        return;
    }
    lua_pushlstring(L, (const char *)view + 4, (uint32_t)view[0]);
    lua_pushvalue(L, -1);
    lua_rawseti(L, table, place + 1);
    known[0] = view[0];
    known[1] = view[1];
}
