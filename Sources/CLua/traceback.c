// Where code stands, in the words of its author: our own frames are left out.

#include <stdio.h>

#include "internal.h"

/// Chunks of ours are named "=[mastic] ...".
bool mst_is_internal_source(const char *source) { return strncmp(source, "=[mastic]", 9) == 0; }

/// Finds the innermost Lua function of the user at `level` or further out, and its current line.
bool mst_user_place(lua_State *L, int level, lua_Debug *ar) {
    for (; lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (ar->currentline > 0 && !mst_is_internal_source(ar->source)) return true;
    }
    return false;
}

static bool is_user_frame(lua_State *from, lua_Debug *ar) {
    lua_getinfo(from, "Sl", ar);
    return ar->currentline > 0 && !mst_is_internal_source(ar->source);
}

/// The number of levels on the stack, by bisection.
static int stack_depth(lua_State *from) {
    lua_Debug ar;
    int low = 0, high = 1;
    while (lua_getstack(from, high, &ar)) {
        low = high;
        high *= 2;
    }
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (lua_getstack(from, middle, &ar)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/// Adds the line of a level, if it is the user's; returns whether it is.
static bool add_frame(lua_State *L, luaL_Buffer *buffer, lua_State *from, int level) {
    lua_Debug ar;
    if (!lua_getstack(from, level, &ar) || !is_user_frame(from, &ar)) return false;
    lua_getinfo(from, "Sln", &ar);
    lua_pushfstring(L, "\n\t%s:%d: in ", ar.short_src, ar.currentline);
    luaL_addvalue(buffer);
    if (*ar.what == 'm') lua_pushliteral(L, "main chunk");
    else if (*ar.namewhat) lua_pushfstring(L, "%s '%s'", strcmp(ar.namewhat, "global") == 0 ? "function" : ar.namewhat, ar.name);
    else lua_pushfstring(L, "function <%s:%d>", ar.short_src, ar.linedefined);
    luaL_addvalue(buffer);
    return true;
}

void mst_push_traceback(lua_State *L, lua_State *from, int level, const char *message) {
    luaL_Buffer buffer;
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    luaL_buffinit(L, &buffer);
    if (message) {
        luaL_addstring(&buffer, message);
        luaL_addchar(&buffer, '\n');
    }
    luaL_addstring(&buffer, "stack traceback:");
    // lua_getstack walks the stack from its top, so a visit of every level would take quadratic time where recursion went deep.
    enum { FIRST = 12, LAST = 8, FEW = 256 };
    lua_Debug ar;
    int depth = stack_depth(from);
    int shown = 0;
    int next = level;
    for (; next < depth && shown < FIRST; next++) shown += add_frame(L, &buffer, from, next);
    int tail = depth;
    for (int found = 0; tail > next && found < LAST && depth - tail < FEW; tail--) {
        if (lua_getstack(from, tail - 1, &ar) && is_user_frame(from, &ar)) found++;
    }
    int left_out = tail - next;
    if (left_out > 0 && left_out <= FEW) {
        left_out = 0;
        for (int i = next; i < tail; i++) left_out += lua_getstack(from, i, &ar) && is_user_frame(from, &ar);
    }
    if (left_out > 0) {
        lua_pushfstring(L, "\n\t...\t(%d levels left out)", left_out);
        luaL_addvalue(&buffer);
    }
    for (int i = tail; i < depth; i++) add_frame(L, &buffer, from, i);
    luaL_pushresult(&buffer);
}

static int traceback_body(lua_State *L) {
    struct mst_state *s = mst_of(L);
    mst_push_traceback(L, L, 0, NULL);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    mst_frame *frame = mst_frame_push(s);
    if (!frame) return 0;
    mst_call call = {.state = s, .frame = frame};
    mst_text *out = lua_touserdata(L, 1);
    out->bytes = mst_call_copy(&call, text, length);
    out->length = out->bytes ? length : 0;
    // The frame's memory stays until it is used again.
    mst_frame_pop(s);
    return 0;
}

mst_text mst_traceback(mst_state *s) {
    mst_text text = {NULL, 0};
    mst_protect(s, traceback_body, &text);
    return text;
}
