// Tokens: what the direct form of a row function gets for a string that it never looks at itself.
//
// A token is a light userdata with the address of a column; it stands for the column's value in the loop's current row. It can be handed back as a result,
// and it has those methods of strings that need no more than the bytes, so that no string is made of a value of which only a part is wanted. The
// code of the function shows that nothing else happens to it (`DirectForm`).

#include <ctype.h>
#include <stdlib.h>

#include "rows.h"

/// The bytes of the string that the token at index 1 stands for.
static const char *token_bytes(lua_State *L, size_t *length) {
    const mst_column *column = lua_touserdata(L, 1);
    int64_t row = mst_of(L)->loop->row;
    if (column->kind == MST_COLUMN_DICTIONARY) {
        row = ((const int32_t *)column->values)[row];
        column = &column->children[0];
    }
    const uint64_t *view = (const uint64_t *)column->values + 2 * row;
    *length = (uint32_t)view[0];
    return *length <= 12 ? (const char *)view + 4 : (const char *)(uintptr_t)view[1];
}

static inline void push_bytes(lua_State *L, const char *bytes, size_t length) {
    if (length > 12) {
        lua_pushlstring(L, bytes, length);
        return;
    }
    union {
        uint64_t words[2];
        struct {
            uint32_t length;
            char bytes[12];
        } parts;
    } view = {{0}};
    view.parts.length = (uint32_t)length;
    memcpy(view.parts.bytes, bytes, length);
    mst_push_short(L, mst_of(L), lua_upvalueindex(1), view.words);
}

/// `string.sub` (the reference manual, section 6.4).
static int token_sub(lua_State *L) {
    size_t size;
    const char *bytes = token_bytes(L, &size);
    lua_Integer length = (lua_Integer)size, first = luaL_checkinteger(L, 2), last = luaL_optinteger(L, 3, -1);
    if (first < 0) first = first < -length ? 1 : length + first + 1;
    else if (first == 0) first = 1;
    if (last < 0) last = last < -length ? 0 : length + last + 1;
    else if (last > length) last = length;
    if (first > last) push_bytes(L, "", 0);
    else push_bytes(L, bytes + first - 1, (size_t)(last - first + 1));
    return 1;
}

static inline int push_mapped(lua_State *L, int (*map)(int)) {
    size_t length;
    const char *bytes = token_bytes(L, &length);
    char space[64];
    luaL_Buffer buffer;
    char *out = length <= sizeof space ? space : luaL_buffinitsize(L, &buffer, length);
    for (size_t i = 0; i < length; i++) out[i] = (char)map((unsigned char)bytes[i]);
    if (out == space) push_bytes(L, space, length);
    else luaL_pushresultsize(&buffer, length);
    return 1;
}

static int token_lower(lua_State *L) { return push_mapped(L, tolower); }
static int token_upper(lua_State *L) { return push_mapped(L, toupper); }

static int token_len(lua_State *L) {
    size_t length;
    token_bytes(L, &length);
    lua_pushinteger(L, (lua_Integer)length);
    return 1;
}

static const luaL_Reg methods[MST_TOKEN_METHODS + 1] = {
    {"len", token_len}, {"lower", token_lower}, {"sub", token_sub}, {"upper", token_upper}, {NULL, NULL},
};

void mst_open_tokens(lua_State *L, struct mst_state *s) {
    s->short_views = malloc(MST_SHORT_STRINGS * sizeof *s->short_views);
    if (!s->short_views) luaL_error(L, "not enough memory");
    // Of no view's length.
    memset(s->short_views, 0xff, MST_SHORT_STRINGS * sizeof *s->short_views);
    lua_pushlightuserdata(L, s);
    lua_newtable(L);
    luaL_newlibtable(L, methods);
    lua_createtable(L, MST_SHORT_STRINGS, 0);
    for (int i = 1; i <= MST_SHORT_STRINGS; i++) {
        lua_pushboolean(L, 0);
        lua_rawseti(L, -2, i);
    }
    lua_pushvalue(L, -1);
    s->short_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    luaL_setfuncs(L, methods, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_getglobal(L, "string");
    for (int i = 0; i < MST_TOKEN_METHODS; i++) {
        lua_getfield(L, -1, methods[i].name);
        s->string_methods[i] = lua_tocfunction(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

bool mst_tokens_hold(lua_State *L, const struct mst_state *s) {
    int top = lua_gettop(L);
    lua_pushliteral(L, "");
    bool holds = luaL_getmetafield(L, -1, "__index") == LUA_TTABLE;
    for (int i = 0; holds && i < MST_TOKEN_METHODS; i++) {
        lua_pushstring(L, methods[i].name);
        lua_rawget(L, top + 2);
        holds = s->string_methods[i] && lua_tocfunction(L, -1) == s->string_methods[i];
        lua_pop(L, 1);
    }
    lua_settop(L, top);
    return holds;
}
