// Values as tagged slots: how they cross between Lua and Swift.

#include <stdlib.h>

#include "internal.h"

enum { DEEPEST = 100 };

// MARK: Frames

mst_frame *mst_frame_push(struct mst_state *s) {
    if (s->frame_count == s->frame_capacity) {
        int capacity = s->frame_capacity ? s->frame_capacity * 2 : 8;
        mst_frame **frames = realloc(s->frames, sizeof *frames * (size_t)capacity);
        if (!frames) return NULL;
        memset(frames + s->frame_capacity, 0, sizeof *frames * (size_t)(capacity - s->frame_capacity));
        s->frames = frames;
        s->frame_capacity = capacity;
    }
    mst_frame *frame = s->frames[s->frame_count];
    if (!frame) {
        frame = calloc(1, sizeof *frame);
        if (!frame) return NULL;
        s->frames[s->frame_count] = frame;
    }
    s->frame_count++;
    frame->count = 0;
    frame->result_count = 0;
    frame->failed = false;
    frame->anchor = 0;
    while (frame->blocks && frame->blocks->next) {
        mst_block *next = frame->blocks->next;
        free(frame->blocks);
        frame->blocks = next;
    }
    if (frame->blocks) frame->blocks->used = 0;
    return frame;
}

void mst_frame_pop(struct mst_state *s) {
    if (s->frame_count > 0) s->frame_count--;
}

void mst_frames_free(struct mst_state *s) {
    for (int i = 0; i < s->frame_capacity; i++) {
        mst_frame *frame = s->frames[i];
        if (!frame) continue;
        while (frame->blocks) {
            mst_block *next = frame->blocks->next;
            free(frame->blocks);
            frame->blocks = next;
        }
        free(frame->slots);
        free(frame->results);
        free(frame->message);
        free(frame);
    }
    free(s->frames);
}

static bool append(mst_slot **slots, size_t *count, size_t *capacity, mst_slot slot) {
    if (*count == *capacity) {
        size_t larger = *capacity ? *capacity * 2 : 16;
        mst_slot *grown = realloc(*slots, larger * sizeof *grown);
        if (!grown) return false;
        *slots = grown;
        *capacity = larger;
    }
    (*slots)[(*count)++] = slot;
    return true;
}

// MARK: Lua to slots

static const char *read_table(lua_State *L, struct mst_state *s, mst_frame *frame, int index, int depth) {
    if (depth >= DEEPEST) return "a table nested more than 100 levels deep, or one that contains itself, cannot be passed here";
    if (!lua_checkstack(L, 8)) return "the stack is full";
    lua_Integer items = (lua_Integer)lua_rawlen(L, index);
    size_t head = frame->count;
    if (!append(&frame->slots, &frame->count, &frame->capacity, (mst_slot){.kind = MST_TABLE, .low = (uint64_t)items})) return "not enough memory";
    for (lua_Integer i = 1; i <= items; i++) {
        lua_rawgeti(L, index, i);
        const char *problem = mst_read(L, s, frame, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
        if (problem) return problem;
    }
    uint64_t pairs = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        int value = lua_gettop(L);
        if (lua_isinteger(L, value - 1)) {
            lua_Integer key = lua_tointeger(L, value - 1);
            if (key >= 1 && key <= items) {
                lua_pop(L, 1);
                continue;
            }
        }
        const char *problem = mst_read(L, s, frame, value - 1, depth + 1);
        if (!problem) problem = mst_read(L, s, frame, value, depth + 1);
        if (problem) {
            lua_pop(L, 2);
            return problem;
        }
        lua_pop(L, 1);
        pairs++;
    }
    frame->slots[head].high = pairs;
    return NULL;
}

const char *mst_read(lua_State *L, struct mst_state *s, mst_frame *frame, int index, int depth) {
    mst_slot slot = {.kind = MST_NIL};
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
        slot.kind = MST_STRING;
        slot.low = (uint64_t)(uintptr_t)lua_tolstring(L, index, &length);
        slot.high = length;
        break;
    }
    case LUA_TTABLE: return read_table(L, s, frame, index, depth);
    case LUA_TFUNCTION:
        lua_pushvalue(L, index);
        slot.kind = MST_FUNCTION;
        slot.low = (uint64_t)luaL_ref(L, LUA_REGISTRYINDEX);
        break;
    case LUA_TUSERDATA:
        switch (mst_kind_of(L, s, index)) {
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
        case MST_UD_NULL: slot.kind = MST_NULL; break;
        case MST_UD_ROW: {
            mst_row_to_table(L, index);
            const char *problem = read_table(L, s, frame, lua_gettop(L), depth);
            lua_pop(L, 1);
            return problem;
        }
        default:
            if (!mst_to_object(L, s, index, &slot)) {
                slot.kind = MST_FOREIGN;
                slot.low = (uint64_t)(uintptr_t) "userdata";
            }
        }
        break;
    default:
        slot.kind = MST_FOREIGN;
        slot.low = (uint64_t)(uintptr_t)luaL_typename(L, index);
    }
    return append(&frame->slots, &frame->count, &frame->capacity, slot) ? NULL : "not enough memory";
}

// MARK: Slots to Lua

/// `list()` is the list: what is a property elsewhere and a method here answers as both.
static int call_itself(lua_State *L) {
    lua_settop(L, 1);
    return 1;
}

static void push_callable_metatable(lua_State *L) {
    static const char key = 0;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, call_itself);
    lua_setfield(L, -2, "__call");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

/// `row:asDict()`: a copy without the manners of a row.
static int row_as_dict(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 2);
    }
    return 1;
}

/// `row[2]`: the value of the second column. Upvalue: the columns' names.
static int row_index(lua_State *L) {
    if (lua_isinteger(L, 2)) {
        if (lua_rawgeti(L, lua_upvalueindex(1), lua_tointeger(L, 2)) == LUA_TNIL) return 1;
        lua_rawget(L, 1);
        return 1;
    }
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "asDict") == 0) {
        lua_pushcfunction(L, row_as_dict);
        return 1;
    }
    return 0;
}

/// `#row`: the number of columns.
static int row_length(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
    return 1;
}

/// Replaces the table of names on top by a metatable for rows of these columns.
static void push_row_metatable(lua_State *L) {
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "columns");
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, row_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, row_length, 1);
    lua_setfield(L, -2, "__len");
    lua_remove(L, -2);
}

/// Pushes the value that starts at `slot` and returns the slot after it. May raise.
const mst_slot *mst_write(lua_State *L, struct mst_state *s, const mst_slot *slot) {
    switch (slot->kind) {
    case MST_NIL: lua_pushnil(L); break;
    case MST_BOOLEAN: lua_pushboolean(L, slot->low != 0); break;
    case MST_INTEGER: lua_pushinteger(L, (lua_Integer)slot->low); break;
    case MST_NUMBER: {
        double number;
        memcpy(&number, &slot->low, 8);
        lua_pushnumber(L, number);
        break;
    }
    case MST_STRING: lua_pushlstring(L, slot->high ? (const char *)(uintptr_t)slot->low : "", slot->high); break;
    case MST_DECIMAL: mst_push_decimal(L, s, slot->low, slot->high, slot->detail); break;
    case MST_DATE: mst_push_date(L, s, (int32_t)slot->low); break;
    case MST_TIMESTAMP: mst_push_timestamp(L, s, (int64_t)slot->low); break;
    case MST_NULL: mst_push_null(L, s); break;
    case MST_FUNCTION: lua_rawgeti(L, LUA_REGISTRYINDEX, (lua_Integer)slot->low); break;
    case MST_OBJECT: mst_push_object(L, s, slot->extra, slot->low, slot->high); break;
    case MST_TABLE: {
        uint64_t items = slot->low, pairs = slot->high;
        uint32_t manner = slot->extra;
        luaL_checkstack(L, 8, "a table is nested too deeply");
        if (manner >= MST_MANNER_ROW) {
            // The names of the row's columns come first.
            slot = mst_write(L, s, slot + 1) - 1;
            push_row_metatable(L);
        }
        lua_createtable(L, items < INT32_MAX ? (int)items : INT32_MAX, pairs < INT32_MAX ? (int)pairs : INT32_MAX);
        slot++;
        for (uint64_t i = 1; i <= items; i++) {
            slot = mst_write(L, s, slot);
            if (manner == MST_MANNER_ROWS && lua_istable(L, -1)) {
                lua_pushvalue(L, -3);
                lua_setmetatable(L, -2);
            }
            lua_rawseti(L, -2, (lua_Integer)i);
            // Millions of rows take seconds.
            if ((i & 4095) == 0) mst_checkpoint(L);
        }
        for (uint64_t i = 0; i < pairs; i++) {
            slot = mst_write(L, s, slot);
            slot = mst_write(L, s, slot);
            if (lua_isnil(L, -2) || (lua_type(L, -2) == LUA_TNUMBER && lua_tonumber(L, -2) != lua_tonumber(L, -2))) lua_pop(L, 2);
            else lua_rawset(L, -3);
        }
        if (manner == MST_MANNER_CALLABLE) {
            push_callable_metatable(L);
            lua_setmetatable(L, -2);
        } else if (manner >= MST_MANNER_ROW) {
            if (manner == MST_MANNER_ROW) {
                lua_pushvalue(L, -2);
                lua_setmetatable(L, -2);
            }
            lua_remove(L, -2);
        }
        return slot;
    }
    default: lua_pushnil(L);
    }
    return slot + 1;
}

// MARK: Answers

bool mst_call_return(mst_call *call, mst_slot slot) {
    mst_frame *frame = call->frame;
    return append(&frame->results, &frame->result_count, &frame->result_capacity, slot);
}

const char *mst_call_copy(mst_call *call, const void *bytes, size_t length) {
    mst_frame *frame = call->frame;
    if (!frame->blocks || frame->blocks->size - frame->blocks->used < length) {
        size_t size = length > 4096 ? length : 4096;
        if (size > SIZE_MAX - sizeof(mst_block)) return NULL;
        mst_block *block = malloc(sizeof *block + size);
        if (!block) return NULL;
        *block = (mst_block){.next = frame->blocks, .size = size};
        frame->blocks = block;
    }
    char *copy = frame->blocks->bytes + frame->blocks->used;
    if (length) memcpy(copy, bytes, length);
    frame->blocks->used += length;
    return copy;
}

void mst_call_fail(mst_call *call, const char *message, size_t length, bool placed) {
    mst_frame *frame = call->frame;
    free(frame->message);
    frame->message = malloc(length + 1);
    if (frame->message) {
        memcpy(frame->message, message, length);
        frame->message[length] = 0;
    }
    frame->message_length = length;
    frame->failed = true;
    frame->placed = placed;
}
