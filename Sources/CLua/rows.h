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
MST_INTERNAL bool mst_is_null(const mst_column *column, int64_t row);
