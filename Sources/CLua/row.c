// The record as a row function sees it: a userdata that reads the batch's columns in place.
//
// No table is built for a row. Reading a field is one lookup of the interned name's address and one push. What the function assigns goes into an
// overlay table by field number; so do tables made for nested values, so that reading the field twice gives the same table and changes to it
// hold.

#include <stdlib.h>

#include "rows.h"

// MARK: Reading columns

static inline bool bit(const uint8_t *bits, int64_t i) { return bits[i >> 3] >> (i & 7) & 1; }

bool mst_is_null(const mst_column *column, int64_t row) {
    if (column->validity && !bit(column->validity, row)) return true;
    switch (column->kind) {
    case MST_COLUMN_NULL: return true;
    case MST_COLUMN_CHOICE: {
        uint8_t tag = column->tags[row];
        return tag >= column->child_count || mst_is_null(&column->children[tag], ((const int32_t *)column->values)[row]);
    }
    case MST_COLUMN_DICTIONARY: return mst_is_null(&column->children[0], ((const int32_t *)column->values)[row]);
    default: return false;
    }
}

static inline void push_view(lua_State *L, const uint64_t *view) {
    uint32_t length = (uint32_t)view[0];
    lua_pushlstring(L, length <= 12 ? (const char *)view + 4 : (const char *)(uintptr_t)view[1], length);
}

static void push_nested(lua_State *L, struct mst_state *s, const mst_column *column, int64_t row) {
    luaL_checkstack(L, 6, "a value is nested too deeply");
    switch (column->kind) {
    case MST_COLUMN_LIST: {
        int32_t start = column->offsets[row], count = column->offsets[row + 1] - start;
        lua_createtable(L, count, 0);
        for (int32_t i = 0; i < count; i++) {
            // A hole would end the array for '#'.
            if (mst_is_null(&column->children[0], start + i)) mst_push_null(L, s);
            else mst_push_cell(L, s, &column->children[0], start + i);
            lua_rawseti(L, -2, i + 1);
        }
        lua_rawgeti(L, LUA_REGISTRYINDEX, s->array_ref);
        break;
    }
    case MST_COLUMN_STRUCT:
        lua_createtable(L, 0, column->child_count);
        for (int32_t i = 0; i < column->child_count; i++) {
            if (mst_is_null(&column->children[i], row)) continue;
            lua_pushlstring(L, column->names[i].bytes, column->names[i].length);
            mst_push_cell(L, s, &column->children[i], row);
            lua_rawset(L, -3);
        }
        lua_rawgeti(L, LUA_REGISTRYINDEX, s->struct_ref);
        break;
    default: {
        int32_t start = column->offsets[row], end = column->offsets[row + 1];
        lua_createtable(L, 0, end - start);
        for (int32_t i = start; i < end; i++) {
            if (mst_is_null(&column->children[0], i) || mst_is_null(&column->children[1], i)) continue;
            mst_push_cell(L, s, &column->children[0], i);
            if (lua_type(L, -1) == LUA_TNUMBER && lua_tonumber(L, -1) != lua_tonumber(L, -1)) {
                lua_pop(L, 1);
                continue;
            }
            mst_push_cell(L, s, &column->children[1], i);
            lua_rawset(L, -3);
        }
        lua_rawgeti(L, LUA_REGISTRYINDEX, s->map_ref);
    }
    }
    lua_setmetatable(L, -2);
}

/// Pushes a row's value: nil for null.
void mst_push_cell(lua_State *L, struct mst_state *s, const mst_column *column, int64_t row) {
again:
    if (column->validity && !bit(column->validity, row)) {
        lua_pushnil(L);
        return;
    }
    switch (column->kind) {
    case MST_COLUMN_BITS: lua_pushboolean(L, bit(column->values, row)); break;
    case MST_COLUMN_INT8: lua_pushinteger(L, ((const int8_t *)column->values)[row]); break;
    case MST_COLUMN_INT16: lua_pushinteger(L, ((const int16_t *)column->values)[row]); break;
    case MST_COLUMN_INT32: lua_pushinteger(L, ((const int32_t *)column->values)[row]); break;
    case MST_COLUMN_INT64: lua_pushinteger(L, ((const int64_t *)column->values)[row]); break;
    case MST_COLUMN_FLOAT: lua_pushnumber(L, ((const float *)column->values)[row]); break;
    case MST_COLUMN_DOUBLE: lua_pushnumber(L, ((const double *)column->values)[row]); break;
    case MST_COLUMN_STRING: push_view(L, (const uint64_t *)column->values + 2 * row); break;
    case MST_COLUMN_DECIMAL: {
        const uint64_t *value = (const uint64_t *)column->values + 2 * row;
        mst_push_decimal(L, s, value[0], value[1], column->scale);
        break;
    }
    case MST_COLUMN_DATE: mst_push_date(L, s, ((const int32_t *)column->values)[row]); break;
    case MST_COLUMN_TIMESTAMP: mst_push_timestamp(L, s, ((const int64_t *)column->values)[row]); break;
    case MST_COLUMN_LIST:
    case MST_COLUMN_STRUCT:
    case MST_COLUMN_MAP: push_nested(L, s, column, row); break;
    case MST_COLUMN_CHOICE: {
        uint8_t tag = column->tags[row];
        if (tag >= column->child_count) {
            lua_pushnil(L);
            break;
        }
        row = ((const int32_t *)column->values)[row];
        column = &column->children[tag];
        goto again;
    }
    case MST_COLUMN_DICTIONARY:
        row = ((const int32_t *)column->values)[row];
        column = &column->children[0];
        goto again;
    default: lua_pushnil(L);
    }
}

// MARK: Fields

static inline uint32_t key_hash(const char *key) {
    uint64_t h = (uint64_t)(uintptr_t)key >> 4;
    return (uint32_t)(h ^ h >> 9);
}

static void grow_keys(lua_State *L, struct mst_loop_state *loop) {
    uint32_t size = (loop->key_mask + 1) * 2;
    key_entry *grown = calloc(size, sizeof *grown);
    if (!grown) luaL_error(L, "not enough memory");
    for (uint32_t i = 0; i <= loop->key_mask; i++) {
        if (!loop->keys[i].key) continue;
        uint32_t at = key_hash(loop->keys[i].key) & (size - 1);
        while (grown[at].key) at = (at + 1) & (size - 1);
        grown[at] = loop->keys[i];
    }
    free(loop->keys);
    loop->keys = grown;
    loop->key_mask = size - 1;
}

/// Lua interns strings of up to 40 bytes; longer ones have no address of their own and are compared.
static __attribute__((noinline)) int32_t find_long(struct mst_loop_state *loop, const char *key, size_t length) {
    for (int32_t i = 0; i < loop->field_count; i++) {
        const mst_name *name = &loop->loop->fields[i].name;
        if (name->length == length && memcmp(name->bytes, key, length) == 0) return i;
    }
    return -1;
}

static inline int32_t find_key(struct mst_loop_state *loop, const char *key, size_t length) {
    uint32_t at = key_hash(key) & loop->key_mask;
    while (loop->keys[at].key) {
        if (loop->keys[at].key == key) return loop->keys[at].field;
        at = (at + 1) & loop->key_mask;
    }
    return length > 40 ? find_long(loop, key, length) : -1;
}

int32_t mst_find_field(lua_State *L, struct mst_loop_state *loop, int index) {
    size_t length;
    const char *key = lua_tolstring(L, index, &length);
    return find_key(loop, key, length);
}

int32_t mst_make_field(lua_State *L, struct mst_loop_state *loop, int index) {
    enum { MOST_FIELDS = 10000 };
    size_t length;
    const char *key = lua_tolstring(L, index, &length);
    int32_t field = find_key(loop, key, length);
    if (field >= 0) return field;
    field = loop->field_count;
    if (field - loop->column_count >= MOST_FIELDS) luaL_error(L, "the function has made more than %d different field names", MOST_FIELDS);
    if (field == loop->field_capacity) {
        int32_t capacity = loop->field_capacity ? loop->field_capacity * 2 : 16;
        mst_field *fields = realloc(loop->loop->fields, sizeof *fields * (size_t)capacity);
        if (!fields) luaL_error(L, "not enough memory");
        loop->loop->fields = fields;
        uint64_t *stamps = realloc(loop->stamps, sizeof *stamps * (size_t)capacity);
        if (!stamps) luaL_error(L, "not enough memory");
        loop->stamps = stamps;
        uint8_t *states = realloc(loop->states, (size_t)capacity);
        if (!states) luaL_error(L, "not enough memory");
        loop->states = states;
        loop->field_capacity = capacity;
    }
    char *copy = malloc(length + 1);
    if (!copy) luaL_error(L, "not enough memory");
    memcpy(copy, key, length);
    copy[length] = 0;
    // The name stays alive with the loop, or its address could become another string's.
    lua_pushvalue(L, index);
    lua_rawgeti(L, LUA_REGISTRYINDEX, loop->names_ref);
    lua_insert(L, -2);
    lua_rawseti(L, -2, field + 1);
    lua_pop(L, 1);
    loop->loop->fields[field] = (mst_field){.name = {copy, length}};
    loop->stamps[field] = 0;
    loop->field_count = loop->loop->field_count = field + 1;
    if (length <= 40) {
        if (++loop->key_count * 2 > loop->key_mask) grow_keys(L, loop);
        uint32_t at = key_hash(key) & loop->key_mask;
        while (loop->keys[at].key) at = (at + 1) & loop->key_mask;
        loop->keys[at] = (key_entry){key, field};
    }
    return field;
}

// MARK: The record

static __attribute__((noinline, noreturn)) void raise_stale(lua_State *L) {
    luaL_error(L, "the record is no longer valid: a record lives while the function is called with it; keep a copy of its fields instead");
    __builtin_unreachable();
}

static inline struct mst_loop_state *live(lua_State *L, int index) {
    record *r = lua_touserdata(L, index);
    if (!r->loop || r->generation != r->loop->generation) raise_stale(L);
    return r->loop;
}

/// Pushes the overlay of the record at `index`, made where it is missing.
static void push_overlay(lua_State *L, int index) {
    if (lua_getiuservalue(L, index, 1) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, 1);
}

void mst_push_field(lua_State *L, struct mst_loop_state *loop, int index, int32_t field) {
    if (loop->stamps[field] == loop->generation) {
        if (loop->states[field] == FIELD_DROPPED) {
            lua_pushnil(L);
            return;
        }
        lua_getiuservalue(L, index, 1);
        lua_rawgeti(L, -1, field + 1);
        lua_remove(L, -2);
        if (lua_type(L, -1) == LUA_TUSERDATA && loop->states[field] == FIELD_ASSIGNED && mst_kind_of(L, loop->s, -1) == MST_UD_NULL) {
            // Reading back an emptied field is reading a null.
            lua_pop(L, 1);
            lua_pushnil(L);
        }
        return;
    }
    if (field >= loop->column_count) {
        lua_pushnil(L);
        return;
    }
    const mst_column *column = &loop->columns[field];
    mst_push_cell(L, loop->s, column, loop->row);
    if (lua_type(L, -1) == LUA_TTABLE) {
        index = lua_absindex(L, index);
        push_overlay(L, index);
        lua_pushvalue(L, -2);
        lua_rawseti(L, -2, field + 1);
        lua_pop(L, 1);
        loop->stamps[field] = loop->generation;
        loop->states[field] = FIELD_CACHED;
        loop->overlaid = true;
    }
}

static int row_index(lua_State *L) {
    struct mst_loop_state *loop = live(L, 1);
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    size_t length;
    const char *key = lua_tolstring(L, 2, &length);
    int32_t field = find_key(loop, key, length);
    if (field < 0) return 0;
    if (field >= loop->column_count || loop->stamps[field] == loop->generation) {
        mst_push_field(L, loop, 1, field);
        return 1;
    }
    // The plain kinds, without another call.
    const mst_column *column = &loop->columns[field];
    int64_t row = loop->row;
    if (column->validity && !bit(column->validity, row)) return 0;
    switch (column->kind) {
    case MST_COLUMN_DOUBLE: lua_pushnumber(L, ((const double *)column->values)[row]); return 1;
    case MST_COLUMN_INT64: lua_pushinteger(L, ((const int64_t *)column->values)[row]); return 1;
    case MST_COLUMN_INT32: lua_pushinteger(L, ((const int32_t *)column->values)[row]); return 1;
    case MST_COLUMN_STRING: push_view(L, (const uint64_t *)column->values + 2 * row); return 1;
    default: mst_push_field(L, loop, 1, field); return 1;
    }
}

static int row_newindex(lua_State *L) {
    struct mst_loop_state *loop = live(L, 1);
    if (lua_type(L, 2) != LUA_TSTRING) {
        const char *key = lua_type(L, 2) == LUA_TNUMBER ? "number" : luaL_typename(L, 2);
        return luaL_error(L, "a field's name must be a string, not a %s", key);
    }
    int32_t field = mst_find_field(L, loop, 2);
    if (lua_isnil(L, 3)) {
        if (field < 0) return 0;
        loop->states[field] = FIELD_DROPPED;
    } else {
        if (field < 0) field = mst_make_field(L, loop, 2);
        lua_settop(L, 3);
        push_overlay(L, 1);
        lua_pushvalue(L, 3);
        lua_rawseti(L, -2, field + 1);
        loop->states[field] = FIELD_ASSIGNED;
    }
    loop->stamps[field] = loop->generation;
    loop->overlaid = true;
    return 0;
}

/// `next(record, key)`: fields in order, those that are null left out.
int mst_row_next(lua_State *L) {
    luaL_argexpected(L, mst_kind_of(L, mst_of(L), 1) == MST_UD_ROW, 1, "record");
    struct mst_loop_state *loop = live(L, 1);
    lua_settop(L, 2);
    int32_t field = 0;
    if (!lua_isnil(L, 2)) {
        field = lua_type(L, 2) == LUA_TSTRING ? mst_find_field(L, loop, 2) : -1;
        if (field < 0) return luaL_error(L, "invalid key to 'next'");
        field++;
    }
    for (; field < loop->field_count; field++) {
        mst_push_field(L, loop, 1, field);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        lua_rawgeti(L, LUA_REGISTRYINDEX, loop->names_ref);
        lua_rawgeti(L, -1, field + 1);
        lua_replace(L, -2);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushnil(L);
    return 1;
}

static int row_pairs(lua_State *L) {
    live(L, 1);
    lua_pushcfunction(L, mst_row_next);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int row_length(lua_State *L) {
    lua_pushinteger(L, 0);
    return 1;
}

void mst_row_to_table(lua_State *L, int index) {
    struct mst_loop_state *loop = live(L, index);
    index = lua_absindex(L, index);
    luaL_checkstack(L, 8, NULL);
    lua_createtable(L, 0, loop->field_count);
    lua_rawgeti(L, LUA_REGISTRYINDEX, loop->names_ref);
    for (int32_t field = 0; field < loop->field_count; field++) {
        lua_rawgeti(L, -1, field + 1);
        mst_push_field(L, loop, index, field);
        if (lua_isnil(L, -1)) lua_pop(L, 2);
        else lua_rawset(L, -4);
    }
    lua_pop(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, loop->s->struct_ref);
    lua_setmetatable(L, -2);
}

void mst_open_rows(lua_State *L, struct mst_state *s) {
    static const luaL_Reg functions[] = {
        {"__index", row_index}, {"__newindex", row_newindex}, {"__pairs", row_pairs}, {"__len", row_length}, {NULL, NULL},
    };
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_pushliteral(L, "record");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    s->row_metatable = lua_topointer(L, -1);
    s->row_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}
