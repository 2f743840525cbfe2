// The functions a script has: Lua's own from an allow list, and ours where Lua's could read bytecode, swallow the end of a run, or run on unseen.

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

extern char **environ;

// MARK: Text of values

/// Like `luaL_tolstring`; in the sandbox no address shows.
const char *mst_tolstring(lua_State *L, int index, size_t *length) {
    struct mst_state *s = mst_of(L);
    int type = lua_type(L, index);
    if (!s->sandbox || type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING) {
        return luaL_tolstring(L, index, length);
    }
    index = lua_absindex(L, index);
    if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        lua_pop(L, 1);
        return luaL_tolstring(L, index, length);
    }
    // A number for each value, in the order in which they were first shown.
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "mastic.numbers");
    if (!lua_getmetatable(L, -1)) {
        lua_newtable(L);
        lua_pushliteral(L, "k");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
    } else {
        lua_pop(L, 1);
    }
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) != LUA_TNUMBER) {
        lua_pop(L, 1);
        lua_pushinteger(L, (lua_Integer)++s->address_counter);
        lua_pushvalue(L, index);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_pushfstring(L, "%s: %d", luaL_typename(L, index), (int)lua_tointeger(L, -1));
    lua_replace(L, -3);
    lua_pop(L, 1);
    return lua_tolstring(L, -1, length);
}

static int base_tostring(lua_State *L) {
    luaL_checkany(L, 1);
    mst_tolstring(L, 1, NULL);
    return 1;
}

static void write_out(struct mst_state *s, const char *bytes, size_t length) {
    if (s->host.write) s->host.write(s->host.context, bytes, length);
    else {
        mst_announce_output();
        fwrite(bytes, 1, length, stdout);
    }
}

static int base_print(lua_State *L) {
    struct mst_state *s = mst_of(L);
    int count = lua_gettop(L);
    if (!s->host.write) {
        mst_announce_output();
        for (int i = 1; i <= count; i++) {
            size_t length;
            const char *text = mst_tolstring(L, i, &length);
            if (i > 1) fputc('\t', stdout);
            fwrite(text, 1, length, stdout);
            lua_pop(L, 1);
        }
        fputc('\n', stdout);
        return 0;
    }
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&buffer, '\t');
        mst_tolstring(L, i, NULL);
        luaL_addvalue(&buffer);
    }
    luaL_addchar(&buffer, '\n');
    luaL_pushresult(&buffer);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    write_out(s, text, length);
    return 0;
}

/// `io.write` to standard output goes where `print` goes. Upvalues: the original, `io.output`, the original standard output.
static int io_write(lua_State *L) {
    struct mst_state *s = mst_of(L);
    int count = lua_gettop(L);
    if (s->host.write) {
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_call(L, 0, 1);
        bool standard = lua_rawequal(L, -1, lua_upvalueindex(3));
        if (standard) {
            for (int i = 1; i <= count; i++) {
                size_t length;
                const char *text = luaL_checklstring(L, i, &length);
                write_out(s, text, length);
            }
            return 1;
        }
        lua_pop(L, 1);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, LUA_MULTRET);
    return lua_gettop(L);
}

// MARK: Types and metatables

static int base_type(lua_State *L) {
    int type = lua_type(L, 1);
    luaL_argcheck(L, type != LUA_TNONE, 1, "value expected");
    if (type == LUA_TUSERDATA && mst_kind_of(L, mst_of(L), 1) == MST_UD_ROW) type = LUA_TTABLE;
    lua_pushstring(L, lua_typename(L, type));
    return 1;
}

static int base_next(lua_State *L) {
    if (lua_type(L, 1) == LUA_TUSERDATA && mst_kind_of(L, mst_of(L), 1) == MST_UD_ROW) return mst_row_next(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (lua_next(L, 1)) return 2;
    lua_pushnil(L);
    return 1;
}

/// Whether the value at `index` has one of the metatables that say where a table comes from.
static bool has_marker(lua_State *L, int index) {
    struct mst_state *s = mst_of(L);
    if (!lua_getmetatable(L, index)) return false;
    const void *metatable = lua_topointer(L, -1);
    lua_pop(L, 1);
    return metatable == s->array_marker || metatable == s->struct_marker || metatable == s->map_marker;
}

/// Its address is the key under which a copied metatable keeps the original.
static const char sandbox_setmetatable_key;

static int base_setmetatable(lua_State *L) {
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (!has_marker(L, 1) && luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "finalizers (__gc) are not available");
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int base_getmetatable(lua_State *L) {
    luaL_checkany(L, 1);
    if (has_marker(L, 1) || !lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return 1;
    // In the sandbox what a table has is a copy of what the script gave it.
    lua_rawgetp(L, -1, &sandbox_setmetatable_key);
    if (!lua_isnil(L, -1)) return 1;
    lua_pop(L, 1);
    return 1;
}

/// `setmetatable` of the sandbox: the table gets a copy of the metatable as it is now, without `__concat` (see `MST_STACK_RESERVE`), so that none
/// can be added later either.
static int sandbox_setmetatable(lua_State *L) {
    if (lua_type(L, 2) != LUA_TTABLE) return base_setmetatable(L);
    lua_settop(L, 2);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "mastic.metatables");
    if (!lua_getmetatable(L, 3)) {
        lua_newtable(L);
        lua_pushliteral(L, "k");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, 3);
    } else {
        lua_pop(L, 1);
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 3) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, 4);
        lua_rawset(L, 3);
    }
    // One copy serves all tables that were given the same metatable, and takes on what has changed in it.
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        if (lua_type(L, 5) == LUA_TSTRING && strcmp(lua_tostring(L, 5), "__concat") == 0) {
            lua_pop(L, 1);
            continue;
        }
        lua_pushvalue(L, 5);
        lua_insert(L, 6);
        lua_rawset(L, 4);
    }
    lua_pushvalue(L, 2);
    lua_rawsetp(L, 4, &sandbox_setmetatable_key);
    lua_settop(L, 4);
    lua_replace(L, 2);
    lua_settop(L, 2);
    return base_setmetatable(L);
}

static int base_collectgarbage(lua_State *L) {
    static const char *const options[] = {"collect", "count", "step", "isrunning", NULL};
    switch (luaL_checkoption(L, 1, "collect", options)) {
    case 0: lua_pushinteger(L, lua_gc(L, LUA_GCCOLLECT)); break;
    case 1: lua_pushnumber(L, (double)mst_of(L)->used / 1024); break;
    case 2: lua_pushboolean(L, lua_gc(L, LUA_GCSTEP, (int)luaL_optinteger(L, 2, 0))); break;
    default: lua_pushboolean(L, lua_gc(L, LUA_GCISRUNNING));
    }
    return 1;
}

// MARK: Protected calls

/// Lets no error through that ends the run.
static void guard(lua_State *L, int status) {
    struct mst_state *s = mst_of(L);
    if (status == LUA_ERRMEM && !s->doom) s->doom = MST_OUT_OF_MEMORY;
    if (s->doom) mst_raise_doom(L, s);
}

static int finish_pcall(lua_State *L, int status, lua_KContext ignored) {
    if (status != LUA_OK && status != LUA_YIELD) {
        guard(L, status);
        lua_pushboolean(L, 0);
        lua_pushvalue(L, -2);
        return 2;
    }
    return lua_gettop(L) - (int)ignored;
}

static int base_pcall(lua_State *L) {
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall);
    return finish_pcall(L, status, 0);
}

/// Calls the script's message handler, the upvalue, unless the run is over: errors from the hook are handled with hooks off, so that nothing would
/// end a handler that loops.
static int handle_message(lua_State *L) {
    if (mst_of(L)->doom) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

static int base_xpcall(lua_State *L) {
    int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle_message, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_pcall);
    return finish_pcall(L, status, 2);
}

// MARK: Coroutines

/// Resumes `co` with the arguments on top of `L`. Returns the number of results, or -1 with the error on top.
static int resume(lua_State *L, lua_State *co, int arguments) {
    struct mst_state *s = mst_of(L);
    mst_set_hook(s, co, lua_gethook(L) != NULL);
    if (!lua_checkstack(co, arguments + (lua_status(co) == LUA_OK ? MST_COROUTINE_RESERVE : 0))) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    int results;
    int status = lua_resume(co, L, arguments, &results);
    if (status == LUA_OK || status == LUA_YIELD) {
        if (!lua_checkstack(L, results + 1)) {
            lua_pop(co, results);
            lua_pushliteral(L, "too many results to resume");
            return -1;
        }
        lua_xmove(co, L, results);
        return results;
    }
    guard(L, status);
    lua_xmove(co, L, 1);
    return -1;
}

static int coroutine_resume(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    int results = resume(L, co, lua_gettop(L) - 1);
    if (results < 0) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushboolean(L, 1);
    lua_insert(L, -(results + 1));
    return results + 1;
}

static int wrap_call(lua_State *L) {
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, co, lua_gettop(L));
    if (results >= 0) return results;
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        status = lua_resetthread(co);
        guard(L, status);
        lua_xmove(co, L, 1);
    }
    if (lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int coroutine_wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    lua_pushcclosure(L, wrap_call, 1);
    return 1;
}

// MARK: Loading

static int load_text(lua_State *L, const char *text, size_t length, const char *name, int environment) {
    if (luaL_loadbufferx(L, text, length, name, "t") != LUA_OK) {
        guard(L, LUA_OK);
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (environment) {
        lua_pushvalue(L, environment);
        if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
    }
    return 1;
}

static int base_load(lua_State *L) {
    int environment = lua_isnone(L, 4) ? 0 : 4;
    size_t length;
    if (lua_type(L, 1) != LUA_TFUNCTION) {
        const char *text = luaL_checklstring(L, 1, &length);
        const char *name = luaL_optstring(L, 2, text);
        return load_text(L, text, length, name, environment);
    }
    const char *name = luaL_optstring(L, 2, "=(load)");
    luaL_Buffer buffer;
    lua_settop(L, 4);
    luaL_buffinit(L, &buffer);
    for (;;) {
        lua_pushvalue(L, 1);
        lua_call(L, 0, 1);
        if (lua_isnil(L, -1)) break;
        if (!lua_isstring(L, -1)) return luaL_error(L, "reader function must return a string");
        lua_tolstring(L, -1, &length);
        if (length == 0) break;
        luaL_addvalue(&buffer);
    }
    lua_pop(L, 1);
    luaL_pushresult(&buffer);
    const char *text = lua_tolstring(L, -1, &length);
    return load_text(L, text, length, name, environment);
}

static int base_loadfile(lua_State *L) {
    const char *name = luaL_optstring(L, 1, NULL);
    if (luaL_loadfilex(L, name, "t") != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (!lua_isnone(L, 3)) {
        lua_pushvalue(L, 3);
        if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
    }
    return 1;
}

static int base_dofile(lua_State *L) {
    const char *name = luaL_optstring(L, 1, NULL);
    lua_settop(L, 1);
    if (luaL_loadfilex(L, name, "t") != LUA_OK) return lua_error(L);
    lua_call(L, 0, LUA_MULTRET);
    return lua_gettop(L) - 1;
}

static int base_require(lua_State *L) {
    struct mst_state *s = mst_of(L);
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, 2, name);
    if (lua_toboolean(L, -1)) return 1;
    lua_pop(L, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 2);
        if (!s->resolver_ref) return luaL_error(L, "module '%s' not found", name);
        lua_rawgeti(L, LUA_REGISTRYINDEX, s->resolver_ref);
        lua_pushvalue(L, 1);
        lua_call(L, 1, 2);
        size_t length;
        const char *text = luaL_checklstring(L, -2, &length);
        const char *chunk = luaL_checkstring(L, -1);
        if (luaL_loadbufferx(L, text, length, chunk, "t") != LUA_OK) {
            guard(L, LUA_OK);
            return luaL_error(L, "error loading module '%s':\n\t%s", name, lua_tostring(L, -1));
        }
        lua_pushvalue(L, 1);
        lua_pushvalue(L, -3);
    } else {
        lua_remove(L, -2);
        lua_pushvalue(L, 1);
        lua_pushliteral(L, ":preload:");
    }
    lua_call(L, 2, 1);
    if (!lua_isnil(L, -1)) lua_setfield(L, 2, name);
    else lua_pop(L, 1);
    if (lua_getfield(L, 2, name) == LUA_TNIL) {
        lua_pushboolean(L, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, 2, name);
    }
    return 1;
}

static int base_traceback(lua_State *L) {
    if (!lua_isnoneornil(L, 1) && !lua_isstring(L, 1)) {
        lua_settop(L, 1);
        return 1;
    }
    mst_push_traceback(L, L, (int)luaL_optinteger(L, 2, 1), lua_tostring(L, 1));
    return 1;
}

// MARK: Tables

// The standard library's loops over a range of keys look at no clock, and a range can be as long as a number.

static void check_tablelike(lua_State *L, int index) {
    if (lua_istable(L, index)) return;
    if (lua_getmetatable(L, index)) {
        lua_pop(L, 1);
        return;
    }
    luaL_checktype(L, index, LUA_TTABLE);
}

static int table_insert(lua_State *L) {
    struct mst_state *s = mst_of(L);
    check_tablelike(L, 1);
    lua_Integer position, end = (lua_Integer)((lua_Unsigned)luaL_len(L, 1) + 1);
    switch (lua_gettop(L)) {
    case 2: position = end; break;
    case 3:
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
        for (lua_Integer i = end; i > position; i--) {
            mst_step(L, s);
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
        }
        break;
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_seti(L, 1, position);
    return 0;
}

static int table_remove(lua_State *L) {
    struct mst_state *s = mst_of(L);
    check_tablelike(L, 1);
    lua_Integer size = luaL_len(L, 1);
    lua_Integer position = luaL_optinteger(L, 2, size);
    if (position != size) luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)size, 2, "position out of bounds");
    lua_geti(L, 1, position);
    for (; position < size; position++) {
        mst_step(L, s);
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int table_move(lua_State *L) {
    struct mst_state *s = mst_of(L);
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    check_tablelike(L, 1);
    check_tablelike(L, target);
    if (last >= first) {
        luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
        lua_Integer count = last - first + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        bool forward = to > last || to <= first || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ));
        for (lua_Integer i = 0; i < count; i++) {
            mst_step(L, s);
            lua_Integer offset = forward ? i : count - 1 - i;
            lua_geti(L, 1, first + offset);
            lua_seti(L, target, to + offset);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static int table_concat(lua_State *L) {
    struct mst_state *s = mst_of(L);
    check_tablelike(L, 1);
    lua_Integer last = luaL_len(L, 1);
    size_t length;
    const char *separator = luaL_optlstring(L, 2, "", &length);
    lua_Integer i = luaL_optinteger(L, 3, 1);
    last = luaL_optinteger(L, 4, last);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; i <= last; i++) {
        mst_step(L, s);
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1)) {
            return luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)i);
        }
        luaL_addvalue(&buffer);
        if (i == LUA_MAXINTEGER) break;
        if (i < last) luaL_addlstring(&buffer, separator, length);
    }
    luaL_pushresult(&buffer);
    return 1;
}

/// The order of `sort` without a function, with a look at the flag now and then.
static int less_than(lua_State *L) {
    mst_step(L, mst_of(L));
    lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
    return 1;
}

/// Upvalue: the original.
static int table_sort(lua_State *L) {
    bool large = lua_istable(L, 1) && lua_rawlen(L, 1) > 100000;
    lua_settop(L, 2);
    if (large && lua_isnil(L, 2)) {
        lua_pushcfunction(L, less_than);
        lua_replace(L, 2);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 0);
    return 0;
}

// MARK: Strings

/// `string.format` of the sandbox shows no address. Upvalue: the original.
static int sandbox_format(lua_State *L) {
    size_t length;
    const char *format = luaL_checklstring(L, 1, &length);
    int top = lua_gettop(L), argument = 1;
    for (size_t i = 0; i < length; i++) {
        if (format[i] != '%') continue;
        if (i + 1 < length && format[i + 1] == '%') {
            i++;
            continue;
        }
        i++;
        while (i < length && strchr("-+ #0123456789.", format[i]) && format[i]) i++;
        if (++argument > top || i >= length) break;
        if (format[i] == 'p') return luaL_error(L, "invalid conversion '%%p' to 'format'");
        if (format[i] == 's' && lua_type(L, argument) > LUA_TSTRING) {
            mst_tolstring(L, argument, NULL);
            lua_replace(L, argument);
        }
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, top, 1);
    return 1;
}

// MARK: Operating system

static int os_exit(lua_State *L) {
    struct mst_state *s = mst_of(L);
    if (lua_isboolean(L, 1)) s->exit_code = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    else s->exit_code = (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
    s->doom = MST_EXITED;
    return mst_raise_doom(L, s);
}

/// As the standard one, but that Ctrl-C reaches the script too: C's system() has the process ignore it while the command runs. A script that is to end
/// ends when the command has, and not a thousand instructions later.
static int os_execute(lua_State *L) {
    const char *command = luaL_optstring(L, 1, NULL);
    if (!command) {
        lua_pushboolean(L, access("/bin/sh", X_OK) == 0);
        return 1;
    }
    char *const words[] = {"sh", "-c", (char *)command, NULL};
    pid_t child;
    int status = 0, problem = posix_spawn(&child, "/bin/sh", NULL, NULL, words, environ);
    if (problem) {
        errno = problem;
        return luaL_execresult(L, -1);
    }
    // A run that is asked to end ends its command, and waits for it a moment.
    struct mst_state *s = mst_of(L);
    pid_t ended = 0;
    for (int left = 100, pause = 200000; !(ended = waitpid(child, &status, WNOHANG)) || (ended < 0 && errno == EINTR);) {
        if (mst_check(s)) {
            if (left == 100) kill(child, SIGTERM);
            if (left-- == 0) break;
        }
        nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
        if (pause < 10000000) pause *= 2;
    }
    mst_checkpoint(L);
    // What went wrong before is nothing to this command.
    if (ended > 0) errno = 0;
    else status = -1;
    return luaL_execresult(L, status);
}

// MARK: Opening

static void wrap_field(lua_State *L, const char *name, lua_CFunction function) {
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static void remove_fields(lua_State *L, const char *const *names) {
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
}

static void note_standard(lua_State *L, int standard, const char *path) {
    // The value is on top of the stack and stays there.
    lua_pushvalue(L, -1);
    lua_pushstring(L, path);
    lua_rawset(L, standard);
}

/// Writes down every library function and table with its path, to tell the standard ones from a script's own.
static void note_standards(lua_State *L, struct mst_state *s) {
    lua_newtable(L);
    int standard = lua_gettop(L);
    lua_pushglobaltable(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        const char *name = lua_tostring(L, -2);
        if (lua_isfunction(L, -1)) {
            note_standard(L, standard, name);
        } else if (lua_istable(L, -1) && strcmp(name, "_G") != 0 && strcmp(name, "package") != 0) {
            note_standard(L, standard, name);
            lua_pushnil(L);
            while (lua_next(L, -2)) {
                if (lua_isfunction(L, -1)) {
                    const char *path = lua_pushfstring(L, "%s.%s", name, lua_tostring(L, -2));
                    lua_insert(L, -2);
                    note_standard(L, standard, path);
                    lua_remove(L, -2);
                }
                lua_pop(L, 1);
            }
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    s->standard_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

void mst_open_libraries(lua_State *L, struct mst_state *s) {
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base}, {LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string}, {LUA_MATHLIBNAME, luaopen_math},
        {LUA_UTF8LIBNAME, luaopen_utf8}, {LUA_COLIBNAME, luaopen_coroutine}, {LUA_OSLIBNAME, luaopen_os}, {NULL, NULL},
    };
    for (const luaL_Reg *library = libraries; library->name; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
    if (!s->sandbox) {
        luaL_requiref(L, LUA_IOLIBNAME, luaopen_io, 1);
        lua_getfield(L, -1, "write");
        lua_getfield(L, -2, "output");
        lua_getfield(L, -3, "stdout");
        lua_pushcclosure(L, io_write, 3);
        lua_setfield(L, -2, "write");
        lua_pop(L, 1);
    }

    static const luaL_Reg base[] = {
        {"print", base_print}, {"type", base_type}, {"next", base_next}, {"setmetatable", base_setmetatable},
        {"getmetatable", base_getmetatable}, {"collectgarbage", base_collectgarbage}, {"pcall", base_pcall}, {"xpcall", base_xpcall},
        {"load", base_load}, {"require", base_require}, {"traceback", base_traceback}, {NULL, NULL},
    };
    lua_pushglobaltable(L);
    luaL_setfuncs(L, base, 0);
    if (s->sandbox) {
        static const char *const gone[] = {"dofile", "loadfile", "warn", NULL};
        remove_fields(L, gone);
        lua_pushcfunction(L, base_tostring);
        lua_setfield(L, -2, "tostring");
        lua_pushcfunction(L, sandbox_setmetatable);
        lua_setfield(L, -2, "setmetatable");
    } else {
        lua_pushcfunction(L, base_loadfile);
        lua_setfield(L, -2, "loadfile");
        lua_pushcfunction(L, base_dofile);
        lua_setfield(L, -2, "dofile");
        lua_newtable(L);
        lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
        lua_setfield(L, -2, "loaded");
        luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
        lua_setfield(L, -2, "preload");
        lua_setfield(L, -2, "package");
    }
    mst_push_null(L, s);
    lua_setfield(L, -2, "null");
    lua_pop(L, 1);

    static const luaL_Reg coroutines[] = {{"resume", coroutine_resume}, {"wrap", coroutine_wrap}, {NULL, NULL}};
    lua_getglobal(L, LUA_COLIBNAME);
    luaL_setfuncs(L, coroutines, 0);
    lua_pop(L, 1);

    static const luaL_Reg tables[] = {
        {"insert", table_insert}, {"remove", table_remove}, {"move", table_move}, {"concat", table_concat}, {NULL, NULL},
    };
    lua_getglobal(L, LUA_TABLIBNAME);
    luaL_setfuncs(L, tables, 0);
    wrap_field(L, "sort", table_sort);
    lua_pop(L, 1);

    lua_getglobal(L, LUA_STRLIBNAME);
    mst_open_patterns(L);
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    if (s->sandbox) wrap_field(L, "format", sandbox_format);
    lua_pop(L, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);

    lua_getglobal(L, LUA_OSLIBNAME);
    if (s->sandbox) {
        static const char *const gone[] = {"execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname", NULL};
        remove_fields(L, gone);
    } else {
        lua_pushcfunction(L, os_exit);
        lua_setfield(L, -2, "exit");
        lua_pushcfunction(L, os_execute);
        lua_setfield(L, -2, "execute");
        lua_pushnil(L);
        lua_setfield(L, -2, "setlocale");
    }
    lua_pop(L, 1);
    note_standards(L, s);
}
