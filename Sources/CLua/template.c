// Functions that move to another state: code as bytecode, what it closes over as data.
//
// The bytes are made and read inside one process only, by this file; no script can name either side. A template holds the function, the values of
// its upvalues, and the globals it reads, each object once: a table that two functions share is shared again on the other side, and so is an
// upvalue.
//
//     value    := tag, then what the tag says; tables and functions are numbered in the order of their appearance
//     function := 'F' size bytecode upvalue-count { 'e' | 'u' number | 'U' value }
//     table    := 'T' marker { key value } 'n'
//     template := function { 'g' path value } 'n'

#include <stdlib.h>

#include "internal.h"

enum { DEEPEST = 180 };

struct mst_moving {
    struct mst_state *state;
    const mst_mover *mover;
    mst_template *result;
    char *bytes;
    size_t length, capacity;
    lua_Integer objects, upvalues;
    // Paths of globals still to be moved.
    char **needed;
    size_t needed_count, needed_capacity, needed_done;
    // Stack positions: objects and upvalues seen, standard values, paths seen.
    int seen, standard, paths;
    bool refused;
    /// The variable whose value is being moved, for reasons.
    char variable[80];
    int32_t function;
};

// MARK: Writing

static void put(lua_State *L, struct mst_moving *m, const void *bytes, size_t length) {
    if (m->capacity - m->length < length) {
        size_t capacity = m->capacity ? m->capacity * 2 : 4096;
        while (capacity - m->length < length) capacity *= 2;
        char *grown = realloc(m->bytes, capacity);
        if (!grown) luaL_error(L, "not enough memory");
        m->bytes = grown;
        m->capacity = capacity;
    }
    memcpy(m->bytes + m->length, bytes, length);
    m->length += length;
}

static void put_tag(lua_State *L, struct mst_moving *m, char tag) { put(L, m, &tag, 1); }
static void put_number(lua_State *L, struct mst_moving *m, uint64_t number) { put(L, m, &number, 8); }

static void put_text(lua_State *L, struct mst_moving *m, const char *text, size_t length) {
    put_number(L, m, length);
    put(L, m, text, length);
}

void mst_mover_refuse(struct mst_moving *m, const char *reason, size_t length, int32_t line) {
    if (m->refused) return;
    m->refused = true;
    m->result->line = line;
    m->result->reason = malloc(length + 1);
    if (!m->result->reason) return;
    memcpy(m->result->reason, reason, length);
    m->result->reason[length] = 0;
}

void mst_mover_needs(struct mst_moving *m, const char *path, size_t length) {
    if (m->needed_count == m->needed_capacity) {
        size_t capacity = m->needed_capacity ? m->needed_capacity * 2 : 16;
        char **grown = realloc(m->needed, capacity * sizeof *grown);
        if (!grown) return mst_mover_refuse(m, "not enough memory", 17, 0);
        m->needed = grown;
        m->needed_capacity = capacity;
    }
    char *copy = malloc(length + 1);
    if (!copy) return mst_mover_refuse(m, "not enough memory", 17, 0);
    memcpy(copy, path, length);
    copy[length] = 0;
    m->needed[m->needed_count++] = copy;
}

/// Ends the move: what `what` says stands in the variable being moved.
static bool refuse(lua_State *L, struct mst_moving *m, const char *what) {
    const char *reason = *m->variable ? lua_pushfstring(L, "uses '%s', %s", m->variable, what) : lua_pushfstring(L, "uses %s", what);
    mst_mover_refuse(m, reason, strlen(reason), 0);
    lua_pop(L, 1);
    return false;
}

static bool write_value(lua_State *L, struct mst_moving *m, int index, int depth);

/// Whether the object at `index` was written before; if so writes a reference to it. Otherwise numbers it.
static bool was_written(lua_State *L, struct mst_moving *m, int index) {
    lua_pushvalue(L, index);
    if (lua_rawget(L, m->seen) == LUA_TNUMBER) {
        put_tag(L, m, 'R');
        put_number(L, m, (uint64_t)lua_tointeger(L, -1));
        lua_pop(L, 1);
        return true;
    }
    lua_pop(L, 1);
    lua_pushvalue(L, index);
    lua_pushinteger(L, ++m->objects);
    lua_rawset(L, m->seen);
    return false;
}

static const char *standard_path(lua_State *L, struct mst_moving *m, int index) {
    lua_pushvalue(L, index);
    const char *path = lua_rawget(L, m->standard) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1);
    return path;
}

typedef struct {
    char *bytes;
    size_t length, capacity;
} code_run;

static int collect_code(lua_State *L, const void *bytes, size_t size, void *context) {
    (void)L;
    code_run *code = context;
    if (code->capacity - code->length < size) {
        size_t capacity = code->capacity ? code->capacity * 2 : 1024;
        while (capacity - code->length < size) capacity *= 2;
        char *grown = realloc(code->bytes, capacity);
        if (!grown) return 1;
        code->bytes = grown;
        code->capacity = capacity;
    }
    memcpy(code->bytes + code->length, bytes, size);
    code->length += size;
    return 0;
}

static int code_to_string(lua_State *L) {
    code_run *code = lua_touserdata(L, 1);
    lua_pushlstring(L, code->bytes, code->length);
    return 1;
}

/// Turns the code under the light userdata on top of the stack into a string, and frees it whether or not that raises.
static void keep_code(lua_State *L, code_run *code) {
    lua_pushcfunction(L, code_to_string);
    lua_insert(L, -2);
    int status = lua_pcall(L, 1, 1, 0);
    free(code->bytes);
    if (status != LUA_OK) lua_error(L);
}

static bool is_environment(lua_State *L, int index) {
    lua_pushglobaltable(L);
    bool same = lua_rawequal(L, index, -1);
    lua_pop(L, 1);
    return same;
}

static mst_upvalue describe(lua_State *L, struct mst_moving *m, int index, const char *name) {
    mst_upvalue upvalue = {MST_HOLDS_OTHER, {name, strlen(name)}, {NULL, 0}};
    switch (lua_type(L, index)) {
    case LUA_TNIL: case LUA_TBOOLEAN: case LUA_TNUMBER: case LUA_TSTRING: upvalue.holds = MST_HOLDS_PLAIN; break;
    case LUA_TUSERDATA: {
        mst_userdata_kind kind = mst_kind_of(L, m->state, index);
        if (kind != MST_UD_OTHER && kind != MST_UD_ROW) upvalue.holds = MST_HOLDS_PLAIN;
        break;
    }
    case LUA_TTABLE:
    case LUA_TFUNCTION: {
        const char *path = standard_path(L, m, index);
        if (path) {
            upvalue.holds = MST_HOLDS_STANDARD;
            upvalue.path = (mst_name){path, strlen(path)};
        } else if (lua_istable(L, index) && is_environment(L, index)) {
            upvalue.holds = MST_HOLDS_ENVIRONMENT;
        }
        break;
    }
    default: break;
    }
    return upvalue;
}

static bool write_function(lua_State *L, struct mst_moving *m, int index, int depth) {
    bool is_root = m->objects == 1;
    // The dumper takes the function from the top of the stack.
    code_run code = {0};
    lua_pushvalue(L, index);
    int problem = lua_dump(L, collect_code, &code, 0);
    lua_pop(L, 1);
    // Lua may raise from here on, so the bytes go where it keeps them.
    if (problem != 0) {
        free(code.bytes);
        return refuse(L, m, "a function whose code cannot be read");
    }
    lua_pushlightuserdata(L, &code);
    keep_code(L, &code);
    int code_index = lua_gettop(L);
    size_t length;
    const char *bytecode = lua_tolstring(L, code_index, &length);

    // The upvalues stay on the stack while they are described.
    enum { MOST_UPVALUES = 255 };
    mst_upvalue upvalues[MOST_UPVALUES];
    int count = 0;
    luaL_checkstack(L, MOST_UPVALUES + 16, "too many upvalues");
    for (const char *name; count < MOST_UPVALUES && (name = lua_getupvalue(L, index, count + 1)); count++) {
        upvalues[count] = describe(L, m, lua_gettop(L), name);
    }
    mst_function function = {bytecode, length, upvalues, count, is_root};
    if (!m->mover->inspect(m->mover->context, m, &function) || m->refused) {
        if (!m->refused) mst_mover_refuse(m, "cannot be moved", 15, 0);
        return false;
    }
    put_tag(L, m, 'F');
    put_text(L, m, bytecode, length);
    put_number(L, m, (uint64_t)count);
    char variable[sizeof m->variable];
    memcpy(variable, m->variable, sizeof variable);
    for (int i = 0; i < count; i++) {
        if (upvalues[i].holds == MST_HOLDS_ENVIRONMENT) {
            put_tag(L, m, 'e');
            continue;
        }
        void *identity = lua_upvalueid(L, index, i + 1);
        lua_pushlightuserdata(L, identity);
        if (lua_rawget(L, m->seen) == LUA_TNUMBER) {
            put_tag(L, m, 'u');
            put_number(L, m, (uint64_t)lua_tointeger(L, -1));
            lua_pop(L, 1);
            continue;
        }
        lua_pop(L, 1);
        lua_pushlightuserdata(L, identity);
        lua_pushinteger(L, ++m->upvalues);
        lua_rawset(L, m->seen);
        put_tag(L, m, 'U');
        const char *path = upvalues[i].path.bytes;
        if (path) {
            // The analysis has seen what the code does with it.
            put_tag(L, m, 'P');
            put_text(L, m, path, strlen(path));
            continue;
        }
        strncpy(m->variable, upvalues[i].name.bytes, sizeof m->variable - 1);
        if (!write_value(L, m, code_index + 1 + i, depth + 1)) return false;
    }
    memcpy(m->variable, variable, sizeof variable);
    lua_settop(L, code_index - 1);
    return true;
}

static bool write_table(lua_State *L, struct mst_moving *m, int index, int depth) {
    char marker = 0;
    if (lua_getmetatable(L, index)) {
        const void *metatable = lua_topointer(L, -1);
        lua_pop(L, 1);
        if (metatable == m->state->array_marker) marker = MST_TABLE_ARRAY;
        else if (metatable == m->state->struct_marker) marker = MST_TABLE_STRUCT;
        else if (metatable == m->state->map_marker) marker = MST_TABLE_MAP;
        else return refuse(L, m, "a table with a metatable");
    }
    put_tag(L, m, 'T');
    put_tag(L, m, marker);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        int value = lua_gettop(L);
        if (!write_value(L, m, value - 1, depth + 1) || !write_value(L, m, value, depth + 1)) return false;
        lua_settop(L, value - 1);
    }
    put_tag(L, m, 'n');
    return true;
}

static bool write_value(lua_State *L, struct mst_moving *m, int index, int depth) {
    if (depth > DEEPEST) return refuse(L, m, "a table that is nested too deeply");
    luaL_checkstack(L, 16, "a value is nested too deeply");
    size_t length;
    switch (lua_type(L, index)) {
    case LUA_TNIL: put_tag(L, m, 'n'); return true;
    case LUA_TBOOLEAN: put_tag(L, m, lua_toboolean(L, index) ? 't' : 'f'); return true;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            put_tag(L, m, 'i');
            put_number(L, m, (uint64_t)lua_tointeger(L, index));
        } else {
            double number = lua_tonumber(L, index);
            put_tag(L, m, 'd');
            put(L, m, &number, 8);
        }
        return true;
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, index, &length);
        put_tag(L, m, 's');
        put_text(L, m, text, length);
        return true;
    }
    case LUA_TTABLE:
    case LUA_TFUNCTION: {
        const char *path = standard_path(L, m, index);
        if (path) {
            if (!m->mover->permits(m->mover->context, path)) {
                const char *what = lua_pushfstring(L, "which holds '%s'", path);
                return refuse(L, m, what);
            }
            put_tag(L, m, 'P');
            put_text(L, m, path, strlen(path));
            return true;
        }
        if (lua_istable(L, index) && is_environment(L, index)) return refuse(L, m, "the table of all globals");
        if (lua_iscfunction(L, index)) return refuse(L, m, "a function that lives in the script's own state");
        if (was_written(L, m, index)) return true;
        return lua_istable(L, index) ? write_table(L, m, index, depth) : write_function(L, m, index, depth);
    }
    case LUA_TUSERDATA:
        switch (mst_kind_of(L, m->state, index)) {
        case MST_UD_DECIMAL: {
            mst_decimal *decimal = lua_touserdata(L, index);
            put_tag(L, m, 'D');
            put_number(L, m, decimal->low);
            put_number(L, m, decimal->high);
            put_number(L, m, (uint64_t)decimal->scale);
            return true;
        }
        case MST_UD_DATE:
            put_tag(L, m, 'E');
            put_number(L, m, (uint64_t)(int64_t)((mst_date *)lua_touserdata(L, index))->days);
            return true;
        case MST_UD_TIMESTAMP:
            put_tag(L, m, 'S');
            put_number(L, m, (uint64_t)((mst_timestamp *)lua_touserdata(L, index))->microseconds);
            return true;
        case MST_UD_NULL: put_tag(L, m, '0'); return true;
        default: {
            const char *name = luaL_getmetafield(L, index, "__name") == LUA_TSTRING ? lua_tostring(L, -1) : "object";
            return refuse(L, m, lua_pushfstring(L, "a %s", name));
        }
        }
    default: return refuse(L, m, lua_pushfstring(L, "a %s", luaL_typename(L, index)));
    }
}

/// Writes the global at `path` unless every state has it.
static bool write_global(lua_State *L, struct mst_moving *m, const char *path) {
    lua_pushstring(L, path);
    lua_pushvalue(L, -1);
    bool known = lua_rawget(L, m->paths) != LUA_TNIL;
    lua_pop(L, 1);
    if (known) {
        lua_pop(L, 1);
        return true;
    }
    lua_pushboolean(L, 1);
    lua_rawset(L, m->paths);

    const char *dot = strchr(path, '.');
    lua_pushglobaltable(L);
    if (dot) {
        lua_pushlstring(L, path, (size_t)(dot - path));
        lua_rawget(L, -2);
        const char *library = standard_path(L, m, lua_gettop(L));
        if (!library || strlen(library) != (size_t)(dot - path) || strncmp(library, path, strlen(library)) != 0) {
            // The library's name stands for something else here: that moves as a whole.
            char root[64];
            size_t length = (size_t)(dot - path) < sizeof root - 1 ? (size_t)(dot - path) : sizeof root - 1;
            memcpy(root, path, length);
            root[length] = 0;
            lua_pop(L, 2);
            return write_global(L, m, root);
        }
        lua_pushstring(L, dot + 1);
        lua_rawget(L, -2);
    } else {
        lua_pushstring(L, path);
        lua_rawget(L, -2);
    }
    int value = lua_gettop(L);
    const char *standard = lua_isnil(L, value) ? NULL : standard_path(L, m, value);
    if (lua_isnil(L, value) || (standard && strcmp(standard, path) == 0)) return true;
    strncpy(m->variable, path, sizeof m->variable - 1);
    put_tag(L, m, 'g');
    put_text(L, m, path, strlen(path));
    return write_value(L, m, value, 0);
}

static int make_body(lua_State *L) {
    struct mst_moving *m = lua_touserdata(L, 1);
    mst_drain_released(L, m->state);
    lua_newtable(L);
    m->seen = lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, m->state->standard_ref);
    m->standard = lua_gettop(L);
    lua_newtable(L);
    m->paths = lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, m->function);
    if (!lua_isfunction(L, -1)) return luaL_error(L, "a function is expected");
    int top = lua_gettop(L);
    if (!write_value(L, m, top, 0)) return 0;
    for (; m->needed_done < m->needed_count; m->needed_done++) {
        lua_settop(L, top);
        if (!write_global(L, m, m->needed[m->needed_done]) || m->refused) return 0;
    }
    put_tag(L, m, 'n');
    return 0;
}

int32_t mst_template_make(mst_state *s, int32_t function, const mst_mover *mover, mst_template *result) {
    *result = (mst_template){0};
    struct mst_moving m = {.state = s, .mover = mover, .result = result, .function = function};
    int status = mst_protect(s, make_body, &m);
    for (size_t i = 0; i < m.needed_count; i++) free(m.needed[i]);
    free(m.needed);
    if (status != LUA_OK || m.refused) {
        free(m.bytes);
        return status == LUA_OK ? MST_OK : MST_FAILED;
    }
    result->bytes = m.bytes;
    result->length = m.length;
    return MST_OK;
}

void mst_template_free(mst_template *result) {
    free(result->bytes);
    free(result->reason);
    *result = (mst_template){0};
}

// MARK: Reading

typedef struct {
    const char *at, *end;
    // Stack positions: objects by number; function and index of each shared upvalue.
    int objects, upvalues;
    lua_Integer object_count, upvalue_count;
    int32_t function;
} loading;

static void need(lua_State *L, loading *l, size_t length) {
    if ((size_t)(l->end - l->at) < length) luaL_error(L, "a function template is cut off");
}

static uint64_t get_number(lua_State *L, loading *l) {
    need(L, l, 8);
    uint64_t number;
    memcpy(&number, l->at, 8);
    l->at += 8;
    return number;
}

static const char *get_text(lua_State *L, loading *l, size_t *length) {
    *length = (size_t)get_number(L, l);
    need(L, l, *length);
    const char *text = l->at;
    l->at += *length;
    return text;
}

static void push_path(lua_State *L, const char *path, size_t length) {
    const char *dot = memchr(path, '.', length);
    lua_pushglobaltable(L);
    if (dot) {
        lua_pushlstring(L, path, (size_t)(dot - path));
        lua_rawget(L, -2);
        lua_remove(L, -2);
        if (!lua_istable(L, -1)) luaL_error(L, "a library is missing in this state");
        lua_pushlstring(L, dot + 1, length - (size_t)(dot + 1 - path));
    } else {
        lua_pushlstring(L, path, length);
    }
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

static char get_tag(lua_State *L, loading *l) {
    need(L, l, 1);
    return *l->at++;
}

static void read_value(lua_State *L, struct mst_state *s, loading *l, char tag);

static void read_function(lua_State *L, struct mst_state *s, loading *l) {
    size_t length;
    const char *code = get_text(L, l, &length);
    if (luaL_loadbufferx(L, code, length, "=template", "b") != LUA_OK) lua_error(L);
    int function = lua_gettop(L);
    lua_pushvalue(L, function);
    lua_rawseti(L, l->objects, ++l->object_count);
    int count = (int)get_number(L, l);
    for (int i = 1; i <= count; i++) {
        char tag = get_tag(L, l);
        if (tag == 'e') {
            // A fresh upvalue: the loader may have put the globals into the first.
            lua_pushglobaltable(L);
            lua_setupvalue(L, function, i);
        } else if (tag == 'u') {
            lua_rawgeti(L, l->upvalues, (lua_Integer)get_number(L, l));
            lua_rawgeti(L, -1, 1);
            lua_rawgeti(L, -2, 2);
            lua_upvaluejoin(L, function, i, -2, (int)lua_tointeger(L, -1));
            lua_pop(L, 3);
        } else {
            lua_createtable(L, 2, 0);
            lua_pushvalue(L, function);
            lua_rawseti(L, -2, 1);
            lua_pushinteger(L, i);
            lua_rawseti(L, -2, 2);
            lua_rawseti(L, l->upvalues, ++l->upvalue_count);
            read_value(L, s, l, get_tag(L, l));
            lua_setupvalue(L, function, i);
        }
    }
}

static void read_value(lua_State *L, struct mst_state *s, loading *l, char tag) {
    luaL_checkstack(L, 16, "a template is nested too deeply");
    size_t length;
    switch (tag) {
    case 'n': lua_pushnil(L); break;
    case 't': lua_pushboolean(L, 1); break;
    case 'f': lua_pushboolean(L, 0); break;
    case 'i': lua_pushinteger(L, (lua_Integer)get_number(L, l)); break;
    case 'd': {
        uint64_t bits = get_number(L, l);
        double number;
        memcpy(&number, &bits, 8);
        lua_pushnumber(L, number);
        break;
    }
    case 's': {
        const char *text = get_text(L, l, &length);
        lua_pushlstring(L, text, length);
        break;
    }
    case 'D': {
        uint64_t low = get_number(L, l), high = get_number(L, l);
        mst_push_decimal(L, s, low, high, (int)get_number(L, l));
        break;
    }
    case 'E': mst_push_date(L, s, (int32_t)get_number(L, l)); break;
    case 'S': mst_push_timestamp(L, s, (int64_t)get_number(L, l)); break;
    case '0': mst_push_null(L, s); break;
    case 'P': {
        const char *path = get_text(L, l, &length);
        push_path(L, path, length);
        break;
    }
    case 'R': lua_rawgeti(L, l->objects, (lua_Integer)get_number(L, l)); break;
    case 'F': read_function(L, s, l); break;
    case 'T': {
        char marker = get_tag(L, l);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawseti(L, l->objects, ++l->object_count);
        for (char next; (next = get_tag(L, l)) != 'n';) {
            read_value(L, s, l, next);
            read_value(L, s, l, get_tag(L, l));
            lua_rawset(L, -3);
        }
        if (marker) {
            lua_rawgeti(L, LUA_REGISTRYINDEX, marker == MST_TABLE_ARRAY ? s->array_ref : marker == MST_TABLE_STRUCT ? s->struct_ref : s->map_ref);
            lua_setmetatable(L, -2);
        }
        break;
    }
    default: luaL_error(L, "a function template is damaged");
    }
}

static int load_body(lua_State *L) {
    loading *l = lua_touserdata(L, 1);
    struct mst_state *s = mst_of(L);
    mst_drain_released(L, s);
    lua_newtable(L);
    l->objects = lua_gettop(L);
    lua_newtable(L);
    l->upvalues = lua_gettop(L);
    read_value(L, s, l, get_tag(L, l));
    int function = lua_gettop(L);
    while (get_tag(L, l) == 'g') {
        size_t length;
        const char *path = get_text(L, l, &length);
        const char *dot = memchr(path, '.', length);
        if (dot) {
            push_path(L, path, (size_t)(dot - path));
            lua_pushlstring(L, dot + 1, length - (size_t)(dot + 1 - path));
        } else {
            lua_pushglobaltable(L);
            lua_pushlstring(L, path, length);
        }
        read_value(L, s, l, get_tag(L, l));
        lua_rawset(L, -3);
        lua_settop(L, function);
    }
    l->function = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

int32_t mst_template_load(mst_state *s, const char *bytes, size_t length, int32_t *function) {
    loading l = {.at = bytes, .end = bytes + length};
    if (mst_protect(s, load_body, &l) != LUA_OK) return MST_FAILED;
    *function = l.function;
    return MST_OK;
}

typedef struct {
    const char *bytecode;
    size_t length;
    int32_t function, direct;
} direct_loading;

static int load_direct_body(lua_State *L) {
    direct_loading *l = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, l->function);
    int original = lua_gettop(L);
    if (luaL_loadbufferx(L, l->bytecode, l->length, "=template", "b") != LUA_OK) lua_error(L);
    for (int i = 1; lua_getupvalue(L, original, i); i++) {
        lua_pop(L, 1);
        lua_upvaluejoin(L, original + 1, i, original, i);
    }
    l->direct = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

int32_t mst_direct_load(mst_state *s, int32_t function, const char *bytecode, size_t length, int32_t *direct) {
    direct_loading l = {bytecode, length, function, 0};
    if (mst_protect(s, load_direct_body, &l) != LUA_OK) return MST_FAILED;
    *direct = l.direct;
    return MST_OK;
}
