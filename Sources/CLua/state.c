// The life of a state: its memory, its limits, and how the host enters it.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "internal.h"

// MARK: Control

mst_control *mst_control_create(void) {
    mst_control *control = calloc(1, sizeof *control);
    if (control) atomic_store(&control->references, 1);
    return control;
}

mst_control *mst_control_retain(mst_control *control) {
    atomic_fetch_add(&control->references, 1);
    return control;
}

void mst_control_release(mst_control *control) {
    if (control && atomic_fetch_sub(&control->references, 1) == 1) free(control);
}

void mst_control_stop(mst_control *control, int32_t reason) {
    int32_t running = MST_RUNNING;
    atomic_compare_exchange_strong(&control->reason, &running, reason);
}

void mst_control_clear(mst_control *control) { atomic_store(&control->reason, MST_RUNNING); }

int32_t mst_control_reason(const mst_control *control) { return atomic_load_explicit(&((mst_control *)control)->reason, memory_order_relaxed); }

static int64_t now_nanoseconds(void) {
    struct timespec time;
    // The coarse clock ticks every few milliseconds and costs next to nothing.
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void mst_control_set_deadline(mst_control *control, int64_t nanoseconds_from_now) {
    int64_t deadline = 0;
    if (nanoseconds_from_now > 0 && __builtin_add_overflow(now_nanoseconds(), nanoseconds_from_now, &deadline)) deadline = INT64_MAX;
    atomic_store(&control->deadline, deadline);
}

// MARK: Memory

// Blocks of up to 512 bytes come from lists by size, cut out of chunks that live as long as the state; larger ones from malloc. A state belongs
// to one thread at a time, so nothing here is locked.

typedef struct mst_pool_chunk {
    struct mst_pool_chunk *next;
    uint64_t padding;
} mst_pool_chunk;

enum { CHUNK_SIZE = 64 * 1024, LARGEST_POOLED = (MST_FREE_CLASSES - 1) * 16, RESERVE = 1 << 20 };

static inline size_t size_class(size_t size) { return (size + 15) / 16; }

static void *pool_take(struct mst_state *s, size_t class) {
    void *block = s->free_lists[class];
    if (block) {
        s->free_lists[class] = *(void **)block;
        return block;
    }
    size_t size = class * 16;
    if ((size_t)(s->chunk_end - s->chunk) < size) {
        mst_pool_chunk *chunk = malloc(CHUNK_SIZE);
        if (!chunk) return NULL;
        chunk->next = s->chunks;
        s->chunks = chunk;
        s->chunk = (char *)(chunk + 1);
        s->chunk_end = (char *)chunk + CHUNK_SIZE;
    }
    block = s->chunk;
    s->chunk += size;
    return block;
}

static inline void pool_give(struct mst_state *s, void *block, size_t class) {
    *(void **)block = s->free_lists[class];
    s->free_lists[class] = block;
}

/// Notes the line that the script is at. Nothing may be allocated here; the stack of a running state may be read at any time.
static void note_refusal(struct mst_state *s) {
    lua_Debug ar;
    if (!s->L || !mst_user_place(s->L, 0, &ar)) return;
    const char *source = *ar.source == '@' || *ar.source == '=' ? ar.source + 1 : ar.short_src;
    snprintf(s->refused_source, sizeof s->refused_source, "%s", source);
    s->refused_line = ar.currentline;
}

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    struct mst_state *s = context;
    if (!block) old_size = 0;
    if (new_size == 0) {
        if (block) {
            s->used -= old_size;
            if (old_size <= LARGEST_POOLED) pool_give(s, block, size_class(old_size));
            else free(block);
        }
        return NULL;
    }
    if (new_size > old_size && s->limit) {
        // A doomed run needs a little room to unwind in.
        size_t limit = s->doom ? s->limit + RESERVE : s->limit;
        if (new_size - old_size > limit || s->used > limit - (new_size - old_size)) {
            if (!s->doom) note_refusal(s);
            return NULL;
        }
    }
    void *result;
    if (!block) {
        result = new_size <= LARGEST_POOLED ? pool_take(s, size_class(new_size)) : malloc(new_size);
    } else if (old_size > LARGEST_POOLED && new_size > LARGEST_POOLED) {
        result = realloc(block, new_size);
    } else if (old_size <= LARGEST_POOLED && new_size <= LARGEST_POOLED && size_class(old_size) == size_class(new_size)) {
        result = block;
    } else {
        result = new_size <= LARGEST_POOLED ? pool_take(s, size_class(new_size)) : malloc(new_size);
        if (result) {
            memcpy(result, block, old_size < new_size ? old_size : new_size);
            if (old_size <= LARGEST_POOLED) pool_give(s, block, size_class(old_size));
            else free(block);
        } else if (new_size <= old_size) {
            // Shrinking must not fail; the larger block serves, but it would later be freed under the wrong size.
            return NULL;
        }
    }
    if (result) {
        s->used += new_size - old_size;
        if (s->used > s->peak) s->peak = s->used;
    }
    return result;
}

// MARK: Doom

int mst_check(struct mst_state *s) {
    if (s->doom) return s->doom;
    int reason = mst_control_reason(s->control);
    if (!reason) {
        int64_t deadline = atomic_load_explicit(&s->control->deadline, memory_order_relaxed);
        if (deadline && now_nanoseconds() > deadline) {
            mst_control_stop(s->control, MST_TIMED_OUT);
            reason = mst_control_reason(s->control);
        }
    }
    if (reason) s->doom = reason;
    return reason;
}

static const char *doom_text(const struct mst_state *s, int reason) {
    switch (reason) {
    case MST_INTERRUPTED: return "interrupted";
    case MST_TIMED_OUT: return "the time limit is over";
    case MST_OUT_OF_MEMORY: return s->memory_text;
    case MST_TOO_MANY_INSTRUCTIONS: return "the instruction limit is reached";
    default: return "exit";
    }
}

int mst_raise_doom(lua_State *L, struct mst_state *s) {
    // From here on the hook fires at every instruction, so that no handler gets far.
    mst_set_hook(s, L, true);
    lua_pushstring(L, doom_text(s, s->doom));
    return lua_error(L);
}

void mst_checkpoint(lua_State *L) {
    struct mst_state *s = mst_of(L);
    if (mst_check(s)) mst_raise_doom(L, s);
}

static void hook(lua_State *L, lua_Debug *ar) {
    struct mst_state *s = mst_of(L);
    if (ar->event == LUA_HOOKLINE) {
        mst_coverage_note(L, s, ar);
        return;
    }
    if (s->instruction_limit) {
        s->instructions += (uint64_t)s->hook_interval;
        if (s->instructions > s->instruction_limit && !s->doom) s->doom = MST_TOO_MANY_INSTRUCTIONS;
    }
    if (mst_check(s)) mst_raise_doom(L, s);
}

void mst_set_hook(struct mst_state *s, lua_State *L, bool on) {
    if (on) lua_sethook(L, hook, LUA_MASKCOUNT | (s->covers_lines ? LUA_MASKLINE : 0), s->doom ? 1 : s->hook_interval);
    else lua_sethook(L, NULL, 0, 0);
}

// MARK: Creation

static int open_state(lua_State *L) {
    struct mst_state *s = lua_touserdata(L, 1);
    mst_open_values(L, s);
    mst_open_rows(L, s);
    mst_open_libraries(L, s);
    mst_open_tokens(L, s);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    s->object_cache_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int on_panic(lua_State *L) {
    // Cannot be reached: everything that raises runs protected. Written so that a bug says what it is.
    fprintf(stderr, "mastic: a Lua error outside a protected call: %s\n", lua_tostring(L, -1));
    return 0;
}

mst_state *mst_create(const mst_options *options, mst_control *control) {
    struct mst_state *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->host = options->host;
    s->sandbox = options->sandbox;
    s->instruction_limit = options->instruction_limit;
    s->hook_interval = 1000;
    s->steps_left = 4096;
    snprintf(s->memory_text, sizeof s->memory_text, "not enough memory");
    s->L = lua_newstate(allocate, s);
    if (!s->L) {
        while (s->chunks) {
            mst_pool_chunk *next = s->chunks->next;
            free(s->chunks);
            s->chunks = next;
        }
        free(s);
        return NULL;
    }
    s->control = mst_control_retain(control);
    *(struct mst_state **)lua_getextraspace(s->L) = s;
    lua_atpanic(s->L, on_panic);
    if (mst_protect(s, open_state, s) != LUA_OK) {
        mst_close(s);
        return NULL;
    }
    s->limit = options->memory_limit;
    if (s->limit >= 1 << 20) {
        snprintf(s->memory_text, sizeof s->memory_text, "not enough memory: the script's values take more than %zu MiB, all they may", s->limit >> 20);
    }
    mst_set_hook(s, s->L, true);
    return s;
}

void mst_close(mst_state *s) {
    if (!s) return;
    lua_close(s->L);
    mst_drain_released(NULL, s);
    mst_frames_free(s);
    mst_coverage_free(s);
    while (s->chunks) {
        mst_pool_chunk *next = s->chunks->next;
        free(s->chunks);
        s->chunks = next;
    }
    free(s->error_message);
    free(s->error_source);
    free(s->error_traceback);
    free(s->short_views);
    mst_control_release(s->control);
    free(s);
}

size_t mst_memory_used(const mst_state *s) { return s->used; }
size_t mst_memory_peak(const mst_state *s) { return s->peak; }
int32_t mst_doom(const mst_state *s) { return s->doom; }
int32_t mst_exit_code(const mst_state *s) { return s->exit_code; }
void mst_flush(void) { fflush(stdout); }

static void (*output_listener)(void);
void mst_on_output(void (*listener)(void)) { output_listener = listener; }
void mst_announce_output(void) { if (output_listener) output_listener(); }

void mst_revive(mst_state *s) {
    s->doom = MST_RUNNING;
    s->instructions = 0;
    mst_set_hook(s, s->L, true);
}

static int collect(lua_State *L) {
    lua_gc(L, LUA_GCCOLLECT);
    return 0;
}

void mst_collect(mst_state *s) { mst_protect(s, collect, NULL); }

// MARK: Entering

/// Runs `body(L)` with `context` as its light userdata argument inside a protected call. Leaves the stack as it was.
int mst_protect(struct mst_state *s, lua_CFunction body, void *context) {
    lua_State *L = s->current ? s->current : s->L;
    int frames = s->frame_count;
    lua_State *current = s->current;
    if (!lua_checkstack(L, 8)) return LUA_ERRMEM;
    int top = lua_gettop(L);
    lua_pushcfunction(L, mst_message_handler);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, context);
    int status = lua_pcall(L, 1, 0, top + 1);
    s->frame_count = status == LUA_OK ? s->frame_count : frames;
    s->current = current;
    if (status != LUA_OK) mst_capture_error(s, L, status);
    lua_settop(L, top);
    return status;
}

// MARK: Errors

static void keep(char **place, size_t *length, const char *text, size_t text_length) {
    free(*place);
    *place = NULL;
    *length = 0;
    if (!text) return;
    *place = malloc(text_length + 1);
    if (!*place) return;
    memcpy(*place, text, text_length);
    (*place)[text_length] = 0;
    *length = text_length;
}

/// The line that a message names at its start, where that is a place in the function of `ar`; 0 otherwise.
static int line_of_message(const char *message, const lua_Debug *ar) {
    size_t length = strlen(ar->short_src);
    if (strncmp(message, ar->short_src, length) != 0 || message[length] != ':') return 0;
    char *end;
    long line = strtol(message + length + 1, &end, 10);
    return *end == ':' && line > 0 && line < INT32_MAX ? (int)line : 0;
}

static int compare_names(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/// Pushes what is said of an error that is no text: a table with its plain fields in the order of their names, `nil` as such. Pushes nothing for others.
static bool push_raised(lua_State *L) {
    enum { MOST = 16 };
    if (lua_isnil(L, 1)) {
        lua_pushliteral(L, "nil was raised as an error; error(\"text\") says what is wrong");
        return true;
    }
    if (!lua_istable(L, 1) || luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) return false;
    const char *names[MOST];
    int count = 0;
    bool more = false;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        int type = lua_type(L, -1);
        bool is_plain = type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN;
        if (is_plain && lua_type(L, -2) == LUA_TSTRING && count < MOST) names[count++] = lua_tostring(L, -2);
        else more = true;
        lua_pop(L, 1);
    }
    qsort(names, (size_t)count, sizeof(*names), compare_names);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, "a table was raised as an error: {");
    for (int i = 0; i < count; i++) {
        if (i) luaL_addstring(&buffer, ", ");
        luaL_addstring(&buffer, names[i]);
        luaL_addstring(&buffer, " = ");
        lua_getfield(L, 1, names[i]);
        luaL_tolstring(L, -1, NULL);
        lua_remove(L, -2);
        luaL_addvalue(&buffer);
    }
    luaL_addstring(&buffer, !more ? "}" : count ? ", ...}" : "...}");
    luaL_pushresult(&buffer);
    return true;
}

/// Notes what went wrong and where, while the stack still stands. The message becomes a string.
int mst_message_handler(lua_State *L) {
    struct mst_state *s = mst_of(L);
    size_t length;
    const char *message = push_raised(L) ? lua_tolstring(L, -1, &length) : mst_tolstring(L, 1, &length);
    keep(&s->error_message, &s->error_message_length, message, length);
    keep(&s->error_source, &s->error_source_length, NULL, 0);
    keep(&s->error_traceback, &s->error_traceback_length, NULL, 0);
    s->error_line = 0;
    lua_Debug ar;
    for (int level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0 || mst_is_internal_source(ar.source)) continue;
        int line = line_of_message(message, &ar);
        if (!s->error_line || line) {
            const char *source = *ar.source == '@' || *ar.source == '=' ? ar.source + 1 : ar.short_src;
            keep(&s->error_source, &s->error_source_length, source, strlen(source));
            s->error_line = line ? line : ar.currentline;
            if (line) break;
        }
    }
    mst_push_traceback(L, L, 1, NULL);
    size_t traceback_length;
    const char *traceback = lua_tolstring(L, -1, &traceback_length);
    keep(&s->error_traceback, &s->error_traceback_length, traceback, traceback_length);
    lua_pop(L, 1);
    return 1;
}

/// What the handler could not note: memory errors, and errors inside the handler.
void mst_capture_error(struct mst_state *s, lua_State *L, int status) {
    if (status == LUA_ERRRUN) return;
    if (status == LUA_ERRMEM && !s->doom) s->doom = MST_OUT_OF_MEMORY;
    const char *message = status == LUA_ERRMEM ? doom_text(s, MST_OUT_OF_MEMORY) : lua_tostring(L, -1);
    if (!message) message = "error in error handling";
    keep(&s->error_message, &s->error_message_length, message, strlen(message));
    bool is_placed = status == LUA_ERRMEM && s->refused_line > 0;
    keep(&s->error_source, &s->error_source_length, is_placed ? s->refused_source : NULL, is_placed ? strlen(s->refused_source) : 0);
    keep(&s->error_traceback, &s->error_traceback_length, NULL, 0);
    s->error_line = is_placed ? s->refused_line : 0;
}

mst_error mst_last_error(const mst_state *s) {
    return (mst_error){s->error_message, s->error_message_length, s->error_source, s->error_source_length, s->error_line,
                       s->error_traceback, s->error_traceback_length};
}

// MARK: Loading and calling

typedef struct {
    const char *text, *name;
    size_t length;
    int32_t reference;
    int status;
} load_request;

static int load_body(lua_State *L) {
    load_request *request = lua_touserdata(L, 1);
    struct mst_state *s = mst_of(L);
    request->status = luaL_loadbufferx(L, request->text, request->length, request->name, "t");
    if (request->status == LUA_OK) {
        request->reference = luaL_ref(L, LUA_REGISTRYINDEX);
        return 0;
    }
    if (request->status == LUA_ERRMEM) {
        s->doom = MST_OUT_OF_MEMORY;
        return mst_raise_doom(L, s);
    }
    size_t length;
    const char *message = lua_tolstring(L, -1, &length);
    keep(&s->error_message, &s->error_message_length, message, length);
    const char *source = *request->name == '@' || *request->name == '=' ? request->name + 1 : request->name;
    keep(&s->error_source, &s->error_source_length, source, strlen(source));
    keep(&s->error_traceback, &s->error_traceback_length, NULL, 0);
    // "name:line: words": the name holds no colon followed by digits and a colon after its own end.
    s->error_line = 0;
    for (const char *at = strchr(message, ':'); at; at = strchr(at + 1, ':')) {
        char *end;
        long line = strtol(at + 1, &end, 10);
        if (end > at + 1 && *end == ':') {
            s->error_line = (int32_t)line;
            break;
        }
    }
    return 0;
}

int32_t mst_load(mst_state *s, const char *text, size_t length, const char *chunk_name, int32_t *reference) {
    load_request request = {text, chunk_name, length, 0, LUA_OK};
    *reference = 0;
    if (mst_protect(s, load_body, &request) != LUA_OK) return MST_FAILED;
    if (request.status == LUA_OK) {
        *reference = request.reference;
        return MST_OK;
    }
    static const char mark[] = "<eof>";
    size_t mark_length = sizeof mark - 1;
    bool incomplete = s->error_message && s->error_message_length >= mark_length
        && memcmp(s->error_message + s->error_message_length - mark_length, mark, mark_length) == 0;
    return incomplete ? MST_INCOMPLETE : MST_FAILED;
}

typedef struct {
    int32_t reference, count;
    const mst_slot *slots;
    mst_results *results;
} invoke_request;

static int invoke_body(lua_State *L) {
    invoke_request *request = lua_touserdata(L, 1);
    struct mst_state *s = mst_of(L);
    mst_drain_released(L, s);
    mst_checkpoint(L);
    luaL_checkstack(L, MST_STACK_RESERVE, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, request->reference);
    const mst_slot *slot = request->slots;
    luaL_checkstack(L, request->count + 8, "too many arguments");
    for (int i = 0; i < request->count; i++) slot = mst_write(L, s, slot);
    lua_call(L, request->count, LUA_MULTRET);
    int count = lua_gettop(L) - 1;
    // The results must outlive this call, and strings with them.
    mst_frame *frame = mst_frame_push(s);
    if (!frame) return luaL_error(L, "not enough memory");
    for (int i = 0; i < count; i++) {
        const char *problem = mst_read(L, s, frame, i + 2, 0);
        if (problem) return luaL_error(L, "%s", problem);
    }
    if (count > 0) {
        lua_createtable(L, count, 0);
        for (int i = 1; i <= count; i++) {
            lua_pushvalue(L, i + 1);
            lua_rawseti(L, -2, i);
        }
        frame->anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    request->results->frame = frame;
    request->results->count = count;
    request->results->slots = frame->slots;
    return 0;
}

int32_t mst_invoke(mst_state *s, int32_t reference, const mst_slot *slots, int32_t count, mst_results *results) {
    *results = (mst_results){NULL, 0, NULL};
    invoke_request request = {reference, count, slots, results};
    return mst_protect(s, invoke_body, &request) == LUA_OK ? MST_OK : MST_FAILED;
}

static int drop_body(lua_State *L) {
    mst_frame *frame = lua_touserdata(L, 1);
    luaL_unref(L, LUA_REGISTRYINDEX, frame->anchor);
    return 0;
}

void mst_results_drop(mst_state *s, mst_results *results) {
    if (!results->frame) return;
    if (results->frame->anchor) mst_protect(s, drop_body, results->frame);
    results->frame->anchor = 0;
    mst_frame_pop(s);
    results->frame = NULL;
}

// MARK: References

typedef struct mst_release {
    struct mst_release *next;
    int32_t reference;
} mst_release;

void mst_reference_release(mst_state *s, int32_t reference) {
    mst_release *node = malloc(sizeof *node);
    if (!node) return;
    node->reference = reference;
    node->next = atomic_load(&s->released);
    while (!atomic_compare_exchange_weak(&s->released, &node->next, node)) {}
}

void mst_drain_released(lua_State *L, struct mst_state *s) {
    mst_release *node = atomic_exchange(&s->released, NULL);
    while (node) {
        mst_release *next = node->next;
        if (L) luaL_unref(L, LUA_REGISTRYINDEX, node->reference);
        free(node);
        node = next;
    }
}
