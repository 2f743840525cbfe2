// Swift's objects and functions as Lua sees them.

#include <stdlib.h>

#include "internal.h"

typedef struct {
    uint32_t magic, class_number;
    uint64_t slot, generation;  // generation 0: given up
} object;

enum { OBJECT_MAGIC = 0x4d535430 };

// MARK: Calls

int32_t mst_call_place(mst_call *call, const char **source, size_t *length) {
    lua_Debug ar;
    *source = NULL;
    *length = 0;
    if (!call->frame->L || !mst_user_place(call->frame->L, 1, &ar)) return 0;
    // The text belongs to the function's prototype, which the running call keeps alive.
    const char *name = *ar.source == '@' || *ar.source == '=' ? ar.source + 1 : ar.source;
    *source = name;
    *length = strlen(name);
    return ar.currentline;
}

/// Calls Swift with the values from `first` to the top, and answers with its results or raises its error.
static int call_host(lua_State *L, struct mst_state *s, int function, const mst_slot *receiver, int first) {
    mst_drain_released(L, s);
    if (s->doom) return mst_raise_doom(L, s);
    mst_frame *frame = mst_frame_push(s);
    if (!frame) return luaL_error(L, "not enough memory");
    int top = lua_gettop(L);
    int count = top >= first ? top - first + 1 : 0;
    for (int i = 0; i < count; i++) {
        const char *problem = mst_read(L, s, frame, first + i, 0);
        if (problem) {
            mst_frame_pop(s);
            return luaL_error(L, "bad argument #%d (%s)", i + 1, problem);
        }
    }
    frame->L = L;
    mst_call call = {.state = s, .function = function, .argument_count = count, .arguments = frame->slots, .frame = frame};
    if (receiver) call.receiver = *receiver;
    lua_State *current = s->current;
    s->current = L;
    s->host.call(s->host.context, &call);
    s->current = current;
    // From here on no Swift frame of this call stands on the stack.
    mst_frame_pop(s);
    mst_check(s);
    if (s->doom) return mst_raise_doom(L, s);
    if (frame->failed) {
        lua_Debug ar;
        if (!frame->placed && mst_user_place(L, 1, &ar)) {
            lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
            lua_pushlstring(L, frame->message ? frame->message : "", frame->message ? frame->message_length : 0);
            lua_concat(L, 2);
        } else {
            lua_pushlstring(L, frame->message ? frame->message : "", frame->message ? frame->message_length : 0);
        }
        return lua_error(L);
    }
    const mst_slot *slot = frame->results, *end = frame->results + frame->result_count;
    int results = 0;
    while (slot < end) {
        luaL_checkstack(L, 8, "too many results");
        slot = mst_write(L, s, slot);
        results++;
    }
    return results;
}

/// Upvalues: the function's number; for a method, the object it was read from.
int mst_trampoline(lua_State *L) {
    struct mst_state *s = mst_of(L);
    int function = (int)lua_tointeger(L, lua_upvalueindex(1));
    if (lua_type(L, lua_upvalueindex(2)) != LUA_TUSERDATA) return call_host(L, s, function, NULL, 1);
    mst_slot receiver;
    if (!mst_to_object(L, s, lua_upvalueindex(2), &receiver)) return luaL_error(L, "the object has been closed");
    // `object:method(x)` passes the object, `object.method(x)` does not; both mean the same. In `frame.union(frame)` it is an argument.
    lua_Debug ar;
    bool passed = lua_gettop(L) >= 1 && lua_rawequal(L, 1, lua_upvalueindex(2));
    if (passed && lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) && strcmp(ar.namewhat, "field") == 0) passed = false;
    int first = passed ? 2 : 1;
    return call_host(L, s, function, &receiver, first);
}

// MARK: Objects

bool mst_to_object(lua_State *L, struct mst_state *s, int index, mst_slot *slot) {
    (void)s;
    object *o = lua_touserdata(L, index);
    if (!o || lua_islightuserdata(L, index) || lua_rawlen(L, index) != sizeof *o || o->magic != OBJECT_MAGIC || o->generation == 0) return false;
    *slot = (mst_slot){.kind = MST_OBJECT, .extra = o->class_number, .low = o->slot, .high = o->generation};
    return true;
}

void mst_push_object(lua_State *L, struct mst_state *s, uint32_t class_number, uint64_t slot, uint64_t generation) {
    luaL_checkstack(L, 8, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->object_cache_ref);
    if (lua_rawgeti(L, -1, (lua_Integer)slot) == LUA_TUSERDATA) {
        object *known = lua_touserdata(L, -1);
        if (known->generation == generation) {
            // The host counted one more userdata; there is none.
            s->host.release(s->host.context, slot, generation);
            lua_remove(L, -2);
            return;
        }
    }
    lua_pop(L, 1);
    object *o = lua_newuserdatauv(L, sizeof *o, 0);
    *o = (object){OBJECT_MAGIC, class_number, slot, 0};
    lua_rawgetp(L, LUA_REGISTRYINDEX, (const void *)(uintptr_t)(class_number + 1));
    lua_setmetatable(L, -2);
    o->generation = generation;
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, (lua_Integer)slot);
    lua_remove(L, -2);
}

/// `__gc` and `__close`.
static int object_release(lua_State *L) {
    object *o = lua_touserdata(L, 1);
    if (o && lua_rawlen(L, 1) == sizeof *o && o->magic == OBJECT_MAGIC && o->generation) {
        struct mst_state *s = mst_of(L);
        uint64_t generation = o->generation;
        o->generation = 0;
        s->host.release(s->host.context, o->slot, generation);
    }
    return 0;
}

/// Upvalues: the table of methods, the number of the `__index` handler or nil, the class's name.
static int object_index(lua_State *L) {
    struct mst_state *s = mst_of(L);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNUMBER) {
        lua_pushvalue(L, 1);
        lua_pushcclosure(L, mst_trampoline, 2);
        return 1;
    }
    if (!lua_isinteger(L, lua_upvalueindex(2))) return 0;
    mst_slot receiver;
    if (!mst_to_object(L, s, 1, &receiver)) return luaL_error(L, "the %s has been closed", lua_tostring(L, lua_upvalueindex(3)));
    lua_settop(L, 2);
    return call_host(L, s, (int)lua_tointeger(L, lua_upvalueindex(2)), &receiver, 2);
}

static int object_newindex(lua_State *L) {
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L, "cannot set '%s' of a %s", key, lua_tostring(L, lua_upvalueindex(1)));
}

static int object_tostring(lua_State *L) {
    lua_pushvalue(L, lua_upvalueindex(1));
    return 1;
}

/// A metamethod that Swift handles: both operands are arguments, as Lua passes them.
static int object_operator(lua_State *L) {
    return call_host(L, mst_of(L), (int)lua_tointeger(L, lua_upvalueindex(1)), NULL, 1);
}

/// `__call`: the object is the receiver, the rest are arguments.
static int object_call(lua_State *L) {
    struct mst_state *s = mst_of(L);
    mst_slot receiver;
    if (!mst_to_object(L, s, 1, &receiver)) return luaL_error(L, "the object has been closed");
    return call_host(L, s, (int)lua_tointeger(L, lua_upvalueindex(1)), &receiver, 2);
}

// MARK: Registration

typedef struct {
    struct mst_state *state;
    const char *module, *name;
    int32_t function, class_number;
    const mst_slot *slots;
    int32_t result;
} registration;

static int create_class(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    struct mst_state *s = r->state;
    int number = s->class_count;
    lua_newtable(L);
    lua_pushstring(L, r->name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "methods");
    lua_pushnil(L);
    lua_pushstring(L, r->name);
    lua_pushcclosure(L, object_index, 3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, r->name);
    lua_pushcclosure(L, object_newindex, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, r->name);
    lua_pushcclosure(L, object_tostring, 1);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, object_release);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, object_release);
    lua_setfield(L, -2, "__close");
    lua_rawsetp(L, LUA_REGISTRYINDEX, (const void *)(uintptr_t)(number + 1));
    s->class_count++;
    r->result = number;
    return 0;
}

int32_t mst_class_create(mst_state *s, const char *name) {
    registration r = {.state = s, .name = name, .result = -1};
    mst_protect(s, create_class, &r);
    return r.result;
}

static int add_method(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, (const void *)(uintptr_t)(r->class_number + 1));
    lua_getfield(L, -1, "methods");
    lua_pushinteger(L, r->function);
    lua_setfield(L, -2, r->name);
    return 0;
}

bool mst_class_method(mst_state *s, int32_t class_number, const char *name, int32_t function) {
    registration r = {.state = s, .name = name, .function = function, .class_number = class_number};
    return mst_protect(s, add_method, &r) == LUA_OK;
}

static int add_metamethod(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    // See `MST_STACK_RESERVE`.
    if (r->state->sandbox && strcmp(r->name, "__concat") == 0) return 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, (const void *)(uintptr_t)(r->class_number + 1));
    if (strcmp(r->name, "__index") == 0) {
        lua_getfield(L, -1, "__index");
        lua_pushinteger(L, r->function);
        lua_setupvalue(L, -2, 2);
        return 0;
    }
    lua_pushinteger(L, r->function);
    lua_pushcclosure(L, strcmp(r->name, "__call") == 0 ? object_call : object_operator, 1);
    lua_setfield(L, -2, r->name);
    return 0;
}

bool mst_class_metamethod(mst_state *s, int32_t class_number, const char *name, int32_t function) {
    registration r = {.state = s, .name = name, .function = function, .class_number = class_number};
    return mst_protect(s, add_metamethod, &r) == LUA_OK;
}

/// Stores the value on top of the stack under the registration's name.
static void store(lua_State *L, const registration *r) {
    if (!r->module) {
        lua_pushglobaltable(L);
        lua_insert(L, -2);
        lua_pushstring(L, r->name);
        lua_insert(L, -2);
        lua_rawset(L, -3);
        lua_pop(L, 1);
        return;
    }
    lua_pushglobaltable(L);
    lua_pushstring(L, r->module);
    if (lua_rawget(L, -2) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushstring(L, r->module);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, r->name);
    lua_pop(L, 3);
}

static void push_function(lua_State *L, int32_t function) {
    lua_pushinteger(L, function);
    lua_pushcclosure(L, mst_trampoline, 1);
}

static int set_function(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_function(L, r->function);
    store(L, r);
    return 0;
}

bool mst_set_function(mst_state *s, const char *module, const char *name, int32_t function) {
    registration r = {.state = s, .module = module, .name = name, .function = function};
    return mst_protect(s, set_function, &r) == LUA_OK;
}

static int set_value(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    mst_write(L, r->state, r->slots);
    store(L, r);
    return 0;
}

bool mst_set_value(mst_state *s, const char *module, const char *name, const mst_slot *slots) {
    registration r = {.state = s, .module = module, .name = name, .slots = slots};
    return mst_protect(s, set_value, &r) == LUA_OK;
}

static int set_loaded(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    mst_write(L, r->state, r->slots);
    lua_setfield(L, -2, r->name);
    return 0;
}

bool mst_set_loaded(mst_state *s, const char *name, const mst_slot *slots) {
    registration r = {.state = s, .name = name, .slots = slots};
    return mst_protect(s, set_loaded, &r) == LUA_OK;
}

static int make_function(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_function(L, r->function);
    r->result = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

int32_t mst_make_function(mst_state *s, const char *name, int32_t function) {
    registration r = {.state = s, .name = name, .function = function};
    mst_protect(s, make_function, &r);
    return r.result;
}

typedef struct {
    int32_t reference, number;
} numbering;

static int find_number(lua_State *L) {
    numbering *n = lua_touserdata(L, 1);
    if (lua_rawgeti(L, LUA_REGISTRYINDEX, n->reference) == LUA_TFUNCTION && lua_tocfunction(L, -1) == mst_trampoline &&
        lua_getupvalue(L, -1, 1)) {
        n->number = (int32_t)lua_tointeger(L, -1);
    }
    return 0;
}

int32_t mst_function_number(mst_state *s, int32_t reference) {
    numbering n = {reference, -1};
    mst_protect(s, find_number, &n);
    return n.number;
}

bool mst_set_resolver(mst_state *s, int32_t function) {
    int32_t reference = mst_make_function(s, "require", function);
    if (reference) s->resolver_ref = reference;
    return reference != 0;
}

typedef struct {
    void *context;
    void (*body)(void *context, const char *name, size_t length);
} visit;

static int visit_globals(lua_State *L) {
    visit *v = lua_touserdata(L, 1);
    lua_pushglobaltable(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            size_t length;
            const char *name = lua_tolstring(L, -2, &length);
            v->body(v->context, name, length);
        }
        lua_pop(L, 1);
    }
    return 0;
}

void mst_each_global(mst_state *s, void *context, void (*body)(void *context, const char *name, size_t length)) {
    visit v = {context, body};
    mst_protect(s, visit_globals, &v);
}
