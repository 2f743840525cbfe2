// Row functions over batches: `Filter` and `Map`, a row at a time, in C.
//
// One protected call runs many rows. An error ends it, is noted with its row, and the next call goes on behind that row. What a `Map` returns
// goes into cells, 16 bytes a row and field, from which Swift makes columns: strings are views already, nested tables are runs of slots.

#include <stdlib.h>

#include "rows.h"

// MARK: Memory of the output

static void *take_block(lua_State *L, mst_loop *loop, size_t size) {
    void *block = loop->allocate(loop->context, size);
    if (!block) luaL_error(L, "not enough memory");
    return block;
}

/// Writes the view of a string at `out`; bytes that do not fit in it are copied to a block that stays.
static inline void write_view(lua_State *L, struct mst_loop_state *state, const char *bytes, size_t length, uint64_t *out) {
    if (length <= 12) {
        struct {
            uint32_t length;
            char bytes[12];
        } view = {(uint32_t)length, {0}};
        memcpy(view.bytes, bytes, length);
        memcpy(out, &view, 16);
        return;
    }
    if (length > INT32_MAX) luaL_error(L, "a string of more than 2 GiB cannot be a column's value");
    if ((size_t)(state->text_end - state->text) < length) {
        size_t size = length > 256 * 1024 ? length : 256 * 1024;
        // Blocks grow from small ones, for batches of a few rows.
        if (!state->text && length <= 4096) size = 4096;
        state->text = take_block(L, state->loop, size);
        state->text_end = state->text + size;
    }
    memcpy(state->text, bytes, length);
    uint32_t prefix;
    memcpy(&prefix, bytes, 4);
    out[0] = (uint64_t)prefix << 32 | length;
    out[1] = (uint64_t)(uintptr_t)state->text;
    state->text += length;
}

static void reserve_cells(lua_State *L, struct mst_loop_state *state, mst_field *field) {
    if (field->tags) return;
    uint8_t *tags = take_block(L, state->loop, (size_t)state->row_count);
    memset(tags, MST_CELL_MISSING, (size_t)state->row_count);
    field->cells = take_block(L, state->loop, (size_t)state->row_count * 16);
    field->tags = tags;
}

// MARK: Nested values

static const char *add_slot(slot_run *run, mst_slot slot) {
    if (run->count == run->capacity) {
        size_t capacity = run->capacity ? run->capacity * 2 : 16;
        mst_slot *slots = realloc(run->slots, capacity * sizeof *slots);
        if (!slots) return "does not fit into memory";
        run->slots = slots;
        run->capacity = capacity;
    }
    run->slots[run->count++] = slot;
    return NULL;
}

static int marker_of(lua_State *L, struct mst_state *s, int index) {
    if (!lua_getmetatable(L, index)) return MST_TABLE_PLAIN;
    const void *metatable = lua_topointer(L, -1);
    lua_pop(L, 1);
    return metatable == s->array_marker ? MST_TABLE_ARRAY
        : metatable == s->struct_marker ? MST_TABLE_STRUCT
        : metatable == s->map_marker    ? MST_TABLE_MAP
                                        : MST_TABLE_PLAIN;
}

/// Appends a value to the run. Returns what is wrong with it (completing "field 'x' ..."), or NULL.
static const char *add_value(lua_State *L, struct mst_loop_state *state, slot_run *run, int index, int depth);

static const char *add_table(lua_State *L, struct mst_loop_state *state, slot_run *run, int index, int depth) {
    if (depth >= 100) return "is nested more than 100 levels deep, or contains itself";
    if (!lua_checkstack(L, 8)) return "is nested too deeply";
    int marker = marker_of(L, state->s, index);
    lua_Integer items = (lua_Integer)lua_rawlen(L, index);
    // What kind of value it is, its keys say; where it has none, where it came from.
    lua_Integer named = 0, numbered = 0, other = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING) named++;
        else if (lua_isinteger(L, -1) && lua_tointeger(L, -1) >= 1 && lua_tointeger(L, -1) <= items) numbered++;
        else other++;
    }
    if (marker == MST_TABLE_MAP && (named || other || !numbered)) {
        const char *problem = add_slot(run, (mst_slot){.kind = MST_TABLE, .detail = MST_TABLE_MAP, .high = (uint64_t)(named + numbered + other)});
        if (problem) return problem;
    } else if (other) {
        if (named) return "holds a table with both named and numbered keys";
        return "holds a table whose keys are neither names nor 1, 2, 3 and so on (put null where an array has no value)";
    } else if (named && items) {
        return "holds a table with both named and numbered keys";
    } else if (named || (marker == MST_TABLE_STRUCT && !items)) {
        const char *problem = add_slot(run, (mst_slot){.kind = MST_TABLE, .detail = MST_TABLE_STRUCT, .high = (uint64_t)named});
        if (problem) return problem;
    } else {
        // An empty table that came from nowhere may be either; its surroundings decide.
        uint8_t detail = items || marker == MST_TABLE_ARRAY ? MST_TABLE_ARRAY : MST_TABLE_PLAIN;
        const char *problem = add_slot(run, (mst_slot){.kind = MST_TABLE, .detail = detail, .low = (uint64_t)items});
        for (lua_Integer i = 1; i <= items && !problem; i++) {
            lua_rawgeti(L, index, i);
            problem = add_value(L, state, run, lua_gettop(L), depth + 1);
            lua_pop(L, 1);
        }
        return problem;
    }
    lua_pushnil(L);
    while (lua_next(L, index)) {
        int value = lua_gettop(L);
        const char *problem = add_value(L, state, run, value - 1, depth + 1);
        if (!problem) problem = add_value(L, state, run, value, depth + 1);
        if (problem) {
            lua_pop(L, 2);
            return problem;
        }
        lua_pop(L, 1);
    }
    return NULL;
}

static const char *add_value(lua_State *L, struct mst_loop_state *state, slot_run *run, int index, int depth) {
    mst_slot slot = {.kind = MST_NULL};
    switch (lua_type(L, index)) {
    case LUA_TNIL: break;
    case LUA_TBOOLEAN:
        slot.kind = MST_BOOLEAN;
        slot.low = (uint64_t)lua_toboolean(L, index);
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            slot.kind = MST_INTEGER;
            slot.low = (uint64_t)lua_tointeger(L, index);
        } else {
            double number = lua_tonumber(L, index);
            slot.kind = MST_NUMBER;
            memcpy(&slot.low, &number, 8);
        }
        break;
    case LUA_TSTRING: {
        size_t length;
        const char *bytes = lua_tolstring(L, index, &length);
        uint64_t view[2];
        write_view(L, state, bytes, length, view);
        slot.kind = MST_STRING;
        slot.low = view[0];
        slot.high = view[1];
        break;
    }
    case LUA_TTABLE: return add_table(L, state, run, index, depth);
    case LUA_TUSERDATA:
        switch (mst_kind_of(L, state->s, index)) {
        case MST_UD_DECIMAL: {
            mst_decimal *decimal = lua_touserdata(L, index);
            slot = (mst_slot){.kind = MST_DECIMAL, .detail = (uint8_t)decimal->scale, .low = decimal->low, .high = decimal->high};
            break;
        }
        case MST_UD_DATE:
            slot.kind = MST_DATE;
            slot.low = (uint64_t)(int64_t)((mst_date *)lua_touserdata(L, index))->days;
            break;
        case MST_UD_TIMESTAMP:
            slot.kind = MST_TIMESTAMP;
            slot.low = (uint64_t)((mst_timestamp *)lua_touserdata(L, index))->microseconds;
            break;
        case MST_UD_NULL: break;
        case MST_UD_ROW: {
            if (!lua_checkstack(L, 8)) return "is nested too deeply";
            mst_row_to_table(L, index);
            const char *problem = add_table(L, state, run, lua_gettop(L), depth);
            lua_pop(L, 1);
            return problem;
        }
        default: return "holds an object, which no column can";
        }
        break;
    case LUA_TFUNCTION: return "holds a function, which no column can";
    case LUA_TTHREAD: return "holds a coroutine, which no column can";
    default: return "holds a value that no column can";
    }
    return add_slot(run, slot);
}

/// Keeps a run of slots for as long as the loop's other results.
static uint64_t keep_run(lua_State *L, struct mst_loop_state *state, const slot_run *run) {
    size_t size = run->count * sizeof *run->slots;
    if (!state->slots || state->slots->size - state->slots->used < size) {
        size_t block_size = size > 16 * 1024 ? size : 16 * 1024;
        mst_block *block = malloc(sizeof *block + block_size);
        if (!block) luaL_error(L, "not enough memory");
        *block = (mst_block){.next = state->slots, .size = block_size};
        state->slots = block;
    }
    char *at = state->slots->bytes + state->slots->used;
    memcpy(at, run->slots, size);
    state->slots->used += size;
    return (uint64_t)(uintptr_t)at;
}

// MARK: Cells

static __attribute__((noinline)) void write_other(lua_State *L, struct mst_loop_state *state, int32_t number, int64_t out, int index) {
    struct mst_state *s = state->s;
    mst_field *field = &state->loop->fields[number];
    uint64_t *cell = field->cells + 2 * out;
    if (lua_type(L, index) == LUA_TUSERDATA) {
        void *data = lua_touserdata(L, index);
        switch (mst_kind_of(L, s, index)) {
        case MST_UD_DECIMAL: {
            mst_decimal *decimal = data;
            cell[0] = decimal->low;
            cell[1] = decimal->high;
            field->tags[out] = (uint8_t)(MST_CELL_DECIMAL + decimal->scale);
            return;
        }
        case MST_UD_DATE:
            cell[0] = (uint64_t)(int64_t)((mst_date *)data)->days;
            field->tags[out] = MST_CELL_DATE;
            return;
        case MST_UD_TIMESTAMP:
            cell[0] = (uint64_t)((mst_timestamp *)data)->microseconds;
            field->tags[out] = MST_CELL_TIMESTAMP;
            return;
        case MST_UD_NULL: field->tags[out] = MST_CELL_NULL; return;
        default: break;
        }
    }
    state->scratch.count = 0;
    const char *problem = add_value(L, state, &state->scratch, index, 0);
    if (problem) luaL_error(L, "field '%s' %s", field->name.bytes, problem);
    cell[0] = keep_run(L, state, &state->scratch);
    field->tags[out] = MST_CELL_NESTED;
}

/// Writes the current row's value of a column as the cell that the value would give in Lua. Returns the cell's tag.
static uint8_t copy_cell(lua_State *L, struct mst_loop_state *state, const mst_column *column, uint64_t *cell) {
    int64_t row = state->row;
    if (column->kind == MST_COLUMN_DICTIONARY) {
        row = ((const int32_t *)column->values)[row];
        column = &column->children[0];
    }
    int64_t integer;
    double number;
    switch (column->kind) {
    case MST_COLUMN_BITS:
        cell[0] = ((const uint8_t *)column->values)[row >> 3] >> (row & 7) & 1;
        return MST_CELL_BOOLEAN;
    case MST_COLUMN_INT8: integer = ((const int8_t *)column->values)[row]; break;
    case MST_COLUMN_INT16: integer = ((const int16_t *)column->values)[row]; break;
    case MST_COLUMN_INT32: integer = ((const int32_t *)column->values)[row]; break;
    case MST_COLUMN_INT64: integer = ((const int64_t *)column->values)[row]; break;
    case MST_COLUMN_FLOAT: number = ((const float *)column->values)[row]; goto is_number;
    case MST_COLUMN_DOUBLE: number = ((const double *)column->values)[row]; goto is_number;
    case MST_COLUMN_STRING: {
        const uint64_t *view = (const uint64_t *)column->values + 2 * row;
        uint32_t length = (uint32_t)view[0];
        if (length <= 12) memcpy(cell, view, 16);
        else write_view(L, state, (const char *)(uintptr_t)view[1], length, cell);
        return MST_CELL_STRING;
    }
    default: return MST_CELL_MISSING;
    }
    cell[0] = (uint64_t)integer;
    return MST_CELL_INTEGER;
is_number:
    memcpy(cell, &number, 8);
    return MST_CELL_NUMBER;
}

/// Puts the value at `index` (absolute) into row `out` of a field; a token stands for its column's value.
static inline void write_cell(lua_State *L, struct mst_loop_state *state, int32_t number, int64_t out, int index) {
    mst_field *field = &state->loop->fields[number];
    if (!field->tags) reserve_cells(L, state, field);
    uint64_t *cell = field->cells + 2 * out;
    switch (lua_type(L, index)) {
    case LUA_TSTRING: {
        size_t length;
        const char *bytes = lua_tolstring(L, index, &length);
        write_view(L, state, bytes, length, cell);
        field->tags[out] = MST_CELL_STRING;
        break;
    }
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            cell[0] = (uint64_t)lua_tointeger(L, index);
            field->tags[out] = MST_CELL_INTEGER;
        } else {
            double number = lua_tonumber(L, index);
            memcpy(cell, &number, 8);
            field->tags[out] = MST_CELL_NUMBER;
        }
        break;
    case LUA_TBOOLEAN:
        cell[0] = (uint64_t)lua_toboolean(L, index);
        field->tags[out] = MST_CELL_BOOLEAN;
        break;
    case LUA_TNIL: field->tags[out] = MST_CELL_MISSING; break;
    case LUA_TLIGHTUSERDATA: field->tags[out] = copy_cell(L, state, lua_touserdata(L, index), cell); break;
    default: write_other(L, state, number, out, index);
    }
}

/// Whether two values are the same, tables by their contents.
static bool deep_equal(lua_State *L, struct mst_state *s, int a, int b, int depth) {
    int type = lua_type(L, a);
    if (type != lua_type(L, b)) return false;
    if (type == LUA_TNUMBER) {
        if (lua_isinteger(L, a) != lua_isinteger(L, b)) return false;
        double x = lua_tonumber(L, a), y = lua_tonumber(L, b);
        return lua_rawequal(L, a, b) ? memcmp(&x, &y, 8) == 0 : x != x && y != y;
    }
    if (type == LUA_TUSERDATA) {
        mst_userdata_kind kind = mst_kind_of(L, s, a);
        if (kind != mst_kind_of(L, s, b) || kind == MST_UD_OTHER) return lua_rawequal(L, a, b);
        size_t size = lua_rawlen(L, a);
        return size == 0 || memcmp(lua_touserdata(L, a), lua_touserdata(L, b), size) == 0;
    }
    if (type != LUA_TTABLE) return lua_rawequal(L, a, b);
    if (depth > 100 || !lua_checkstack(L, 6)) return false;
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, b)) {
        count++;
        lua_pop(L, 1);
    }
    lua_pushnil(L);
    while (lua_next(L, a)) {
        int value = lua_gettop(L);
        lua_pushvalue(L, value - 1);
        lua_rawget(L, b);
        bool equal = deep_equal(L, s, value, value + 1, depth + 1);
        lua_pop(L, equal ? 2 : 3);
        if (!equal) return false;
        count--;
    }
    return count == 0;
}

/// Writes what a function changed in the record at `index` and returned.
static void write_changes(lua_State *L, struct mst_loop_state *state, int64_t out, int index) {
    if (!state->overlaid) return;
    lua_getiuservalue(L, index, 1);
    int overlay = lua_gettop(L);
    for (int32_t number = 0; number < state->field_count; number++) {
        if (state->stamps[number] != state->generation) continue;
        mst_field *field = &state->loop->fields[number];
        switch (state->states[number]) {
        case FIELD_DROPPED:
            if (number >= state->column_count) break;
            if (!field->tags) reserve_cells(L, state, field);
            field->tags[out] = MST_CELL_DROPPED;
            break;
        case FIELD_ASSIGNED:
            lua_rawgeti(L, overlay, number + 1);
            write_cell(L, state, number, out, lua_gettop(L));
            break;
        case FIELD_CACHED:
            lua_rawgeti(L, overlay, number + 1);
            mst_push_cell(L, state->s, &state->columns[number], state->row);
            if (!deep_equal(L, state->s, overlay + 1, overlay + 2, 0)) write_cell(L, state, number, out, overlay + 1);
            break;
        }
        lua_settop(L, overlay);
    }
}

/// Writes the fields of the new table at `index`.
static void write_table(lua_State *L, struct mst_loop_state *state, int64_t out, int index) {
    int key = index + 1;
    lua_settop(L, index);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (lua_type(L, key) != LUA_TSTRING) {
            luaL_error(L, "the function returned a table with a %s as key, where a record has named fields only", luaL_typename(L, key));
        }
        int32_t number = mst_find_field(L, state, key);
        if (number < 0) number = mst_make_field(L, state, key);
        write_cell(L, state, number, out, key + 1);
        lua_settop(L, key);
    }
}

// MARK: Rows

/// The record of the current row is no longer to be used.
static void retire(struct mst_loop_state *state) {
    if (state->record) state->record->loop = NULL;
    state->record = NULL;
}

/// Pushes a record for rows to come and keeps it in the registry.
static void push_record(lua_State *L, struct mst_loop_state *state) {
    record *r = lua_newuserdatauv(L, sizeof *r, 1);
    *r = (record){state, state->generation};
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->s->row_ref);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, state->record_ref);
    state->record = r;
}

// MARK: Records as plain tables

/// How many fields a plain record, or a result that is asked for its fields, has at most.
enum { MOST_NAMES = 64 };

static inline bool is_plain_kind(const mst_column *column) {
    switch (column->kind) {
    case MST_COLUMN_NULL:
    case MST_COLUMN_BITS:
    case MST_COLUMN_INT8:
    case MST_COLUMN_INT16:
    case MST_COLUMN_INT32:
    case MST_COLUMN_INT64:
    case MST_COLUMN_FLOAT:
    case MST_COLUMN_DOUBLE:
    case MST_COLUMN_STRING: return true;
    case MST_COLUMN_DICTIONARY: return is_plain_kind(&column->children[0]);
    default: return false;
    }
}

/// Whether the function can be given a plain table: it does nothing but read fields by name, and they are all cheap to fill in.
static bool takes_plain_records(const struct mst_loop_state *state) {
    const mst_loop *loop = state->loop;
    if (!loop->read_names || loop->escapes || loop->read_count > MOST_NAMES) return false;
    for (int32_t i = 0; i < loop->read_count; i++) {
        for (int32_t column = 0; column < state->column_count; column++) {
            const mst_name *name = &loop->batch->names[column];
            if (name->length != loop->read_names[i].length || memcmp(name->bytes, loop->read_names[i].bytes, name->length) != 0) continue;
            if (!is_plain_kind(&state->columns[column])) return false;
        }
    }
    return true;
}

/// The columns of a plain record: each with the place of its name on the stack.
typedef struct {
    int32_t count;
    struct {
        const mst_column *column;
        int key;
    } fields[MOST_NAMES];
} plain_fields;

/// Pushes the names of the columns that the function reads.
static void push_read_names(lua_State *L, const struct mst_loop_state *state, plain_fields *plain) {
    const mst_loop *loop = state->loop;
    plain->count = 0;
    for (int32_t i = 0; i < loop->read_count; i++) {
        for (int32_t column = 0; column < state->column_count; column++) {
            const mst_name *name = &loop->batch->names[column];
            if (name->length != loop->read_names[i].length || memcmp(name->bytes, loop->read_names[i].bytes, name->length) != 0) continue;
            lua_pushlstring(L, name->bytes, name->length);
            plain->fields[plain->count].column = &state->columns[column];
            plain->fields[plain->count++].key = lua_gettop(L);
            break;
        }
    }
}

/// Puts the row's values into the table at `index`.
static inline void fill_record(lua_State *L, struct mst_loop_state *state, const plain_fields *plain, int index) {
    int64_t row = state->row;
    for (int32_t i = 0; i < plain->count; i++) {
        lua_pushvalue(L, plain->fields[i].key);
        mst_push_cell(L, state->s, plain->fields[i].column, row);
        lua_rawset(L, index);
    }
}

/// Brings the record at `index` to the next row.
static inline void next_row(lua_State *L, struct mst_loop_state *state, int index) {
    state->generation++;
    if (state->loop->escapes) {
        retire(state);
        push_record(L, state);
        lua_replace(L, index);
    } else {
        // What the overlay holds of earlier rows is told by its stamps.
        state->record->generation = state->generation;
    }
    state->overlaid = false;
}

enum { FUNCTION = 2, RECORD = 3, SHORT_STRINGS = 3 };

/// What a body of a loop pushes before its rows: function, record, names.
static bool push_start(lua_State *L, struct mst_loop_state *state, plain_fields *plain) {
    luaL_checkstack(L, MST_STACK_RESERVE + 2 * MOST_NAMES, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->loop->function);
    if (takes_plain_records(state)) {
        lua_createtable(L, 0, state->loop->read_count);
        push_read_names(L, state, plain);
        return true;
    }
    if (state->record) lua_rawgeti(L, LUA_REGISTRYINDEX, state->record_ref);
    else push_record(L, state);
    return false;
}

/// Calls the function on the current row; its result is on top.
static inline void call_row(lua_State *L, struct mst_loop_state *state, bool is_plain, const plain_fields *plain) {
    if ((state->row & 255) == 0) mst_checkpoint(L);
    if (is_plain) fill_record(L, state, plain, RECORD);
    else next_row(L, state, RECORD);
    lua_pushvalue(L, FUNCTION);
    lua_pushvalue(L, RECORD);
    lua_call(L, 1, 1);
}

static int filter_body(lua_State *L) {
    struct mst_loop_state *state = lua_touserdata(L, 1);
    uint64_t *bits = state->loop->bits;
    plain_fields plain;
    bool is_plain = push_start(L, state, &plain);
    int top = lua_gettop(L);
    for (; state->row < state->end; state->row++) {
        call_row(L, state, is_plain, &plain);
        if (lua_toboolean(L, top + 1)) bits[state->row >> 6] |= UINT64_C(1) << (state->row & 63);
        lua_settop(L, top);
    }
    return 0;
}

/// The only fields that a result can have, where the code shows them: they are asked for. No names: the result is walked.
typedef struct {
    int32_t count;
    /// Where the names stand on the stack, and the numbers of their fields, which are made when first needed.
    int first;
    int32_t numbers[MOST_NAMES];
} result_fields;

static void push_result_names(lua_State *L, const struct mst_loop_state *state, result_fields *names) {
    const mst_loop *loop = state->loop;
    names->first = lua_gettop(L) + 1;
    names->count = loop->result_names && loop->result_count <= MOST_NAMES ? loop->result_count : 0;
    for (int32_t i = 0; i < names->count; i++) {
        lua_pushlstring(L, loop->result_names[i].bytes, loop->result_names[i].length);
        names->numbers[i] = -1;
    }
}

static inline int32_t field_number(lua_State *L, struct mst_loop_state *state, result_fields *names, int32_t i) {
    if (names->numbers[i] < 0) names->numbers[i] = mst_make_field(L, state, names->first + i);
    return names->numbers[i];
}

/// Writes those fields of the new table at `index`, which is on top.
static void write_asked(lua_State *L, struct mst_loop_state *state, result_fields *names, int64_t out, int index) {
    for (int32_t i = 0; i < names->count; i++) {
        lua_pushvalue(L, names->first + i);
        if (lua_rawget(L, index) != LUA_TNIL) write_cell(L, state, field_number(L, state, names, i), out, index + 1);
        lua_settop(L, index);
    }
}

/// What the direct form is called with: the columns of the fields that it takes; NULL where the batch has no such field.
typedef struct {
    int32_t count;
    struct {
        const mst_column *column;
        /// Whether a token will do for its values.
        bool is_token;
    } fields[MOST_NAMES];
} direct_fields;

/// Pushes the direct form, and finds its arguments.
static void push_direct(lua_State *L, const struct mst_loop_state *state, direct_fields *direct) {
    const mst_loop *loop = state->loop;
    luaL_checkstack(L, MST_STACK_RESERVE + 4 * MOST_NAMES, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, loop->direct);
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->s->short_ref);
    direct->count = loop->read_count;
    for (int32_t i = 0; i < loop->read_count; i++) {
        direct->fields[i].column = NULL;
        direct->fields[i].is_token = false;
        for (int32_t column = 0; column < state->column_count; column++) {
            const mst_name *name = &loop->batch->names[column];
            if (name->length != loop->read_names[i].length || memcmp(name->bytes, loop->read_names[i].bytes, name->length) != 0) continue;
            const mst_column *found = &state->columns[column];
            bool is_string = (found->kind == MST_COLUMN_DICTIONARY ? &found->children[0] : found)->kind == MST_COLUMN_STRING;
            direct->fields[i].column = found;
            direct->fields[i].is_token = loop->uses[i] == MST_USE_PASS || (loop->uses[i] == MST_USE_METHOD && is_string);
            break;
        }
    }
}

/// Calls the direct form on the current row; its results are on top.
static inline void call_direct(lua_State *L, struct mst_loop_state *state, const direct_fields *direct, int results) {
    int64_t row = state->row;
    if ((row & 255) == 0) mst_checkpoint(L);
    lua_pushvalue(L, FUNCTION);
    for (int32_t i = 0; i < direct->count; i++) {
        const mst_column *column = direct->fields[i].column;
        if (!column || (column->validity && !(column->validity[row >> 3] >> (row & 7) & 1))) {
            lua_pushnil(L);
        } else if (direct->fields[i].is_token) {
            if (mst_is_null(column, row)) lua_pushnil(L);
            else lua_pushlightuserdata(L, (void *)column);
        } else {
            switch (column->kind) {
            case MST_COLUMN_DOUBLE: lua_pushnumber(L, ((const double *)column->values)[row]); break;
            case MST_COLUMN_INT64: lua_pushinteger(L, ((const int64_t *)column->values)[row]); break;
            case MST_COLUMN_INT32: lua_pushinteger(L, ((const int32_t *)column->values)[row]); break;
            case MST_COLUMN_STRING: {
                const uint64_t *view = (const uint64_t *)column->values + 2 * row;
                uint32_t length = (uint32_t)view[0];
                if (length <= 12) mst_push_short(L, state->s, SHORT_STRINGS, view);
                else lua_pushlstring(L, (const char *)(uintptr_t)view[1], length);
                break;
            }
            default: mst_push_cell(L, state->s, column, row);
            }
        }
    }
    lua_call(L, direct->count, results);
}

static int direct_filter_body(lua_State *L) {
    struct mst_loop_state *state = lua_touserdata(L, 1);
    uint64_t *bits = state->loop->bits;
    direct_fields direct;
    push_direct(L, state, &direct);
    int top = lua_gettop(L);
    for (; state->row < state->end; state->row++) {
        call_direct(L, state, &direct, 1);
        if (lua_toboolean(L, top + 1)) bits[state->row >> 6] |= UINT64_C(1) << (state->row & 63);
        lua_settop(L, top);
    }
    return 0;
}

static int direct_map_body(lua_State *L) {
    struct mst_loop_state *state = lua_touserdata(L, 1);
    mst_loop *loop = state->loop;
    direct_fields direct;
    push_direct(L, state, &direct);
    result_fields names;
    push_result_names(L, state, &names);
    int count = loop->returns_fields ? names.count : 1;
    int result = lua_gettop(L) + 1;
    for (; state->row < state->end; state->row++) {
        call_direct(L, state, &direct, loop->returns_fields ? LUA_MULTRET : 1);
        int64_t out = loop->output_count;
        if (loop->returns_fields) {
            // A way through the code that ends without a table returns nothing.
            if (lua_gettop(L) != result + count - 1) luaL_error(L, "no record");
            for (int32_t i = 0; i < count; i++) {
                if (lua_type(L, result + i) != LUA_TNIL) write_cell(L, state, field_number(L, state, &names, i), out, result + i);
            }
        } else if (lua_istable(L, result)) {
            if (names.count > 0) write_asked(L, state, &names, out, result);
            else write_table(L, state, out, result);
        } else {
            luaL_error(L, "no record");
        }
        loop->same[out] = 0;
        loop->kept[out] = (int32_t)state->row;
        loop->output_count = out + 1;
        lua_settop(L, result - 1);
    }
    return 0;
}

/// What a row of the direct form raised says nothing: the function itself runs that row. The end of the run does.
static int direct_error(lua_State *L) { return mst_of(L)->doom ? mst_message_handler(L) : 1; }

static int map_body(lua_State *L) {
    struct mst_loop_state *state = lua_touserdata(L, 1);
    mst_loop *loop = state->loop;
    plain_fields plain;
    bool is_plain = push_start(L, state, &plain);
    result_fields names;
    push_result_names(L, state, &names);
    int result = lua_gettop(L) + 1;
    for (; state->row < state->end; state->row++) {
        call_row(L, state, is_plain, &plain);
        int64_t out = loop->output_count;
        if (lua_istable(L, result)) {
            loop->same[out] = 0;
            if (names.count > 0) write_asked(L, state, &names, out, result);
            else write_table(L, state, out, result);
        } else if (!is_plain && lua_rawequal(L, result, RECORD)) {
            loop->same[out] = 1;
            write_changes(L, state, out, result);
        } else {
            luaL_error(L, "the function returned %s%s instead of a record", lua_isnil(L, result) ? "" : "a ", luaL_typename(L, result));
        }
        loop->kept[out] = (int32_t)state->row;
        loop->output_count = out + 1;
        lua_settop(L, result - 1);
    }
    return 0;
}

// MARK: Errors of rows

static char *copy_text(const char *text, size_t length) {
    char *copy = malloc(length + 1);
    if (!copy) return NULL;
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

/// Notes the error of the current row. Runs where it was raised.
static int note_error(lua_State *L) {
    enum { MOST_TRACEBACKS = 100 };
    struct mst_state *s = mst_of(L);
    if (s->doom) return mst_message_handler(L);
    // The loop stands in the registry under its own address, the innermost one last.
    struct mst_loop_state *state = s->loop;
    mst_loop *loop = state->loop;
    size_t length;
    const char *message = mst_tolstring(L, 1, &length);
    if (loop->error_count == state->error_capacity) {
        size_t capacity = state->error_capacity ? state->error_capacity * 2 : 16;
        mst_row_error *errors = realloc(loop->errors, capacity * sizeof *errors);
        if (!errors) return 1;
        loop->errors = errors;
        state->error_capacity = capacity;
    }
    mst_row_error error = {.row = state->row};
    lua_Debug ar;
    bool found = false;
    for (int level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (*ar.what == 'C' || mst_is_internal_source(ar.source)) {
            // Beyond the loop stands whoever asked for the rows.
            lua_getinfo(L, "f", &ar);
            lua_CFunction function = lua_tocfunction(L, -1);
            lua_pop(L, 1);
            if (function == filter_body || function == map_body) break;
            continue;
        }
        found = true;
        break;
    }
    if (!found) {
        // The result was wrong, not the code: the place is the function's own.
        lua_rawgeti(L, LUA_REGISTRYINDEX, loop->function);
        lua_getinfo(L, ">S", &ar);
        ar.currentline = *ar.what == 'C' ? 0 : ar.linedefined;
    }
    if (*ar.what != 'C') {
        const char *source = *ar.source == '@' || *ar.source == '=' ? ar.source + 1 : ar.short_src;
        error.source = copy_text(source, strlen(source));
        error.line = ar.currentline;
        size_t source_length = strlen(ar.short_src);
        if (strncmp(message, ar.short_src, source_length) == 0 && message[source_length] == ':') {
            char *end;
            long line = strtol(message + source_length + 1, &end, 10);
            if (end[0] == ':' && end[1] == ' ' && line > 0 && line <= INT32_MAX) {
                error.line = (int32_t)line;
                length -= (size_t)(end + 2 - message);
                message = end + 2;
            }
        }
    }
    error.message = copy_text(message, length);
    error.message_length = error.message ? length : 0;
    if (loop->error_count < MOST_TRACEBACKS) {
        mst_push_traceback(L, L, 1, NULL);
        size_t traceback_length;
        const char *traceback = lua_tolstring(L, -1, &traceback_length);
        error.traceback = copy_text(traceback, traceback_length);
        lua_pop(L, 1);
    }
    loop->errors[loop->error_count++] = error;
    return 1;
}

// MARK: Entry points

static int open_loop(lua_State *L) {
    struct mst_loop_state *state = lua_touserdata(L, 1);
    mst_loop *loop = state->loop;
    const mst_batch *batch = loop->batch;
    mst_drain_released(L, state->s);
    state->tokens_hold = loop->direct && mst_tokens_hold(L, state->s);
    lua_newtable(L);
    state->names_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushboolean(L, 0);
    state->record_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    for (int32_t i = 0; i < batch->column_count; i++) {
        lua_pushlstring(L, batch->names[i].bytes, batch->names[i].length);
        mst_make_field(L, state, lua_gettop(L));
        lua_pop(L, 1);
        state->column_count = i + 1;
    }
    if (state->is_map) {
        size_t rows = (size_t)state->row_count;
        loop->kept = take_block(L, loop, rows * 4);
        loop->same = take_block(L, loop, rows);
    } else {
        size_t size = ((size_t)state->row_count + 63) / 64 * 8;
        loop->bits = take_block(L, loop, size);
        memset(loop->bits, 0, size);
    }
    return 0;
}

static int close_loop(lua_State *L) {
    struct mst_loop_state *state = lua_touserdata(L, 1);
    luaL_unref(L, LUA_REGISTRYINDEX, state->names_ref);
    luaL_unref(L, LUA_REGISTRYINDEX, state->record_ref);
    return 0;
}

enum { SMALL_HEAP = 32 * 1024 * 1024 };

static int32_t run_loop(mst_state *s, mst_loop *loop, lua_CFunction body, bool is_map) {
    struct mst_loop_state *state = calloc(1, sizeof *state);
    loop->errors = NULL;
    loop->error_count = 0;
    loop->output_count = 0;
    loop->fields = NULL;
    loop->field_count = 0;
    loop->bits = NULL;
    loop->state = state;
    if (!state) return MST_FAILED;
    state->s = s;
    state->loop = loop;
    state->columns = loop->batch->columns;
    state->row_count = loop->batch->row_count;
    state->is_map = is_map;
    state->key_mask = 63;
    state->keys = calloc(state->key_mask + 1, sizeof *state->keys);
    state->generation = 1;
    if (!state->keys || mst_protect(s, open_loop, state) != LUA_OK) return MST_FAILED;

    lua_State *L = s->current ? s->current : s->L;
    struct mst_loop_state *outer = s->loop;
    s->loop = state;
    bool watched = lua_gethook(L) != NULL;
    if (loop->bounded && watched && !s->instruction_limit) mst_set_hook(s, L, false);
    // Rows leave much garbage and little else: with a small heap the usual pace would mark the libraries anew every hundred rows.
    if (!outer && s->used < SMALL_HEAP) lua_gc(L, LUA_GCINC, 1000, 0, 0);
    int32_t status = MST_OK;
    int frames = s->frame_count;
    lua_State *current = s->current;
    bool direct = loop->direct && state->tokens_hold && takes_plain_records(state);
    // Of a filter's function that makes a table, the fields say nothing.
    if (loop->returns_fields && (!is_map || loop->result_count > MOST_NAMES)) direct = false;
    int64_t interpreted_until = 0, failures = 0;
    while (state->row < state->row_count) {
        bool is_direct = direct && state->row >= interpreted_until;
        state->end = direct && !is_direct ? interpreted_until : state->row_count;
        if (!lua_checkstack(L, 8)) {
            status = MST_FAILED;
            break;
        }
        int top = lua_gettop(L);
        size_t errors = loop->error_count;
        lua_pushcfunction(L, is_direct ? direct_error : note_error);
        lua_pushcfunction(L, is_direct ? is_map ? direct_map_body : direct_filter_body : body);
        lua_pushlightuserdata(L, state);
        int outcome = lua_pcall(L, 1, 0, top + 1);
        s->frame_count = frames;
        s->current = current;
        s->loop = state;
        if (outcome != LUA_OK) {
            // Out of memory, or doomed, or an error that left no note: the run is over.
            if (outcome == LUA_ERRMEM || s->doom || (!is_direct && loop->error_count == errors)) {
                mst_capture_error(s, L, outcome == LUA_ERRRUN && !s->doom ? LUA_ERRERR : outcome);
                lua_settop(L, top);
                status = MST_FAILED;
                break;
            }
            // Cells that the row had written are not there.
            if (is_map && loop->output_count < state->row_count) {
                for (int32_t i = 0; i < state->field_count; i++) {
                    if (loop->fields[i].tags) loop->fields[i].tags[loop->output_count] = MST_CELL_MISSING;
                }
            }
            if (is_direct) {
                interpreted_until = state->row + 1;
                // Where most rows raise, the detour costs more than it saves.
                if (++failures > 100 && failures > state->row / 2) direct = false;
            } else {
                state->row++;
            }
        }
        lua_settop(L, top);
    }
    s->loop = outer;
    if (!outer) lua_gc(L, LUA_GCINC, 200, 0, 0);
    retire(state);
    if (watched) mst_set_hook(s, L, true);
    mst_protect(s, close_loop, state);
    return status;
}

int32_t mst_filter(mst_state *s, mst_loop *loop) { return run_loop(s, loop, filter_body, false); }
int32_t mst_map(mst_state *s, mst_loop *loop) { return run_loop(s, loop, map_body, true); }

void mst_loop_free(mst_loop *loop) {
    for (size_t i = 0; i < loop->error_count; i++) {
        free((char *)loop->errors[i].message);
        free((char *)loop->errors[i].source);
        free((char *)loop->errors[i].traceback);
    }
    free(loop->errors);
    for (int32_t i = 0; i < loop->field_count; i++) free((char *)loop->fields[i].name.bytes);
    free(loop->fields);
    struct mst_loop_state *state = loop->state;
    if (state) {
        while (state->slots) {
            mst_block *next = state->slots->next;
            free(state->slots);
            state->slots = next;
        }
        free(state->scratch.slots);
        free(state->keys);
        free(state->stamps);
        free(state->states);
        free(state);
    }
    loop->errors = NULL;
    loop->fields = NULL;
    loop->state = NULL;
    loop->error_count = 0;
    loop->field_count = 0;
}
