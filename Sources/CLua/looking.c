// Looking at values without running anything of the script's: no metamethod is called, no collector is run.

#include "internal.h"

enum { LONGEST_CHAIN = 10 };

/// Says what the value at the top of the stack is.
static mst_seen seen_at_top(lua_State *L, struct mst_state *s) {
    mst_seen seen = {.kind = MST_NIL, .function = -1};
    switch (lua_type(L, -1)) {
    case LUA_TNIL: break;
    case LUA_TBOOLEAN: seen.kind = MST_BOOLEAN; break;
    case LUA_TNUMBER: seen.kind = lua_isinteger(L, -1) ? MST_INTEGER : MST_NUMBER; break;
    case LUA_TSTRING: seen.kind = MST_STRING; break;
    case LUA_TTABLE: seen.kind = MST_TABLE; break;
    case LUA_TFUNCTION:
        seen.kind = MST_FUNCTION;
        if (lua_tocfunction(L, -1) == mst_trampoline && lua_getupvalue(L, -1, 1)) {
            seen.function = (int32_t)lua_tointeger(L, -1);
            lua_pop(L, 1);
        }
        break;
    case LUA_TUSERDATA:
        seen.kind = MST_FOREIGN;
        if (mst_to_object(L, s, -1, &seen.object)) seen.kind = MST_OBJECT;
        break;
    default: seen.kind = MST_FOREIGN;
    }
    return seen;
}

/// Replaces the value at the top by the table that its missing keys are looked up in; false where there is none.
static bool push_fallback(lua_State *L) {
    if (!lua_getmetatable(L, -1)) return false;
    lua_pushliteral(L, "__index");
    if (lua_rawget(L, -2) != LUA_TTABLE) {
        lua_pop(L, 2);
        return false;
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
    return true;
}

/// Replaces the value at the top by its field of a name, as far as tables alone tell.
static void step(lua_State *L, const mst_name *name) {
    for (int i = 0; i < LONGEST_CHAIN; i++) {
        if (lua_istable(L, -1)) {
            if (name->bytes) lua_pushlstring(L, name->bytes, name->length);
            else lua_pushinteger(L, (lua_Integer)name->length);
            if (lua_rawget(L, -2) != LUA_TNIL) {
                lua_remove(L, -2);
                return;
            }
            lua_pop(L, 1);
        }
        if (!push_fallback(L)) break;
    }
    lua_pop(L, 1);
    lua_pushnil(L);
}

typedef struct {
    struct mst_state *state;
    const mst_name *path;
    int32_t count;
    mst_seen seen;
    void *context;
    void (*body)(void *context, const char *key, size_t length, const mst_seen *value);
} looking;

static void walk(lua_State *L, const looking *l) {
    luaL_checkstack(L, 12, NULL);
    lua_pushglobaltable(L);
    for (int32_t i = 0; i < l->count; i++) step(L, &l->path[i]);
}

static int look_body(lua_State *L) {
    looking *l = lua_touserdata(L, 1);
    walk(L, l);
    l->seen = seen_at_top(L, l->state);
    return 0;
}

static int each_key_body(lua_State *L) {
    looking *l = lua_touserdata(L, 1);
    walk(L, l);
    for (int i = 0; i < LONGEST_CHAIN; i++) {
        if (lua_istable(L, -1)) {
            lua_pushnil(L);
            while (lua_next(L, -2)) {
                if (lua_type(L, -2) == LUA_TSTRING) {
                    size_t length;
                    const char *key = lua_tolstring(L, -2, &length);
                    mst_seen seen = seen_at_top(L, l->state);
                    l->body(l->context, key, length, &seen);
                }
                lua_pop(L, 1);
            }
        }
        if (!push_fallback(L)) break;
    }
    return 0;
}

/// Runs `body` while the collector rests, so that no finalizer runs.
static void protect_at_rest(mst_state *s, lua_CFunction body, looking *l) {
    lua_State *L = s->current ? s->current : s->L;
    bool collects = lua_gc(L, LUA_GCISRUNNING) != 0;
    if (collects) lua_gc(L, LUA_GCSTOP);
    mst_protect(s, body, l);
    if (collects) lua_gc(L, LUA_GCRESTART);
}

mst_seen mst_look(mst_state *s, const mst_name *path, int32_t count) {
    looking l = {.state = s, .path = path, .count = count, .seen = {.kind = MST_NIL, .function = -1}};
    protect_at_rest(s, look_body, &l);
    return l.seen;
}

void mst_each_key(
    mst_state *s, const mst_name *path, int32_t count, void *context,
    void (*body)(void *context, const char *key, size_t length, const mst_seen *value)
) {
    looking l = {.state = s, .path = path, .count = count, .context = context, .body = body};
    protect_at_rest(s, each_key_body, &l);
}

typedef struct {
    int32_t reference;
    void *context;
    void (*body)(void *context, const mst_function_facts *facts);
} describing;

enum { MOST_PARAMETERS = 64 };

static int describe_body(lua_State *L) {
    describing *d = lua_touserdata(L, 1);
    mst_function_facts facts = {.function = -1};
    mst_name names[MOST_PARAMETERS];
    lua_rawgeti(L, LUA_REGISTRYINDEX, d->reference);
    if (!lua_isfunction(L, -1)) return 0;
    if (lua_tocfunction(L, -1) == mst_trampoline && lua_getupvalue(L, -1, 1)) {
        facts.function = (int32_t)lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    lua_Debug ar;
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">Su", &ar);
    facts.is_lua = *ar.what != 'C';
    facts.is_vararg = ar.isvararg;
    facts.line = ar.linedefined;
    facts.source = (mst_name){ar.source, strlen(ar.source)};
    if (facts.is_lua) {
        for (int i = 1; i <= ar.nparams && i <= MOST_PARAMETERS; i++) {
            const char *name = lua_getlocal(L, NULL, i);
            if (!name) break;
            names[facts.parameter_count++] = (mst_name){name, strlen(name)};
        }
    }
    facts.parameters = names;
    d->body(d->context, &facts);
    return 0;
}

void mst_describe_function(
    mst_state *s, int32_t reference, void *context, void (*body)(void *context, const mst_function_facts *facts)
) {
    describing d = {reference, context, body};
    mst_protect(s, describe_body, &d);
}
