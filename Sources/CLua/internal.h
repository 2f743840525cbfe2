// What the files of this target share. Lua's headers stop here.
#pragma once

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdatomic.h>
#include <string.h>

#include "include/mastic_lua.h"

#define MST_INTERNAL __attribute__((visibility("hidden")))

struct mst_control {
    _Atomic int32_t reason;
    _Atomic int32_t references;
    _Atomic int64_t deadline;  // nanoseconds of the monotonic clock; 0 for none
};

/// Memory for one exchange of values with Swift. Frames are pooled in their state and reused, so an error that skips a frame's end leaks nothing.
typedef struct mst_frame {
    mst_slot *slots;
    size_t count, capacity;
    // Result strings, in blocks that do not move.
    struct mst_block *blocks;
    /// The answers of a handler.
    mst_slot *results;
    size_t result_count, result_capacity;
    /// Registry reference that keeps strings of `slots` alive.
    int anchor;
    // The error that a handler answered with.
    bool failed, placed;
    char *message;
    size_t message_length;
    lua_State *L;
} mst_frame;

typedef struct mst_block {
    struct mst_block *next;
    size_t used, size;
    char bytes[];
} mst_block;

#define MST_FREE_CLASSES 33

/// Slots that every stack has to spare.
///
/// Lua 5.4.4 keeps a pointer into the stack across a `__concat` metamethod (luaV_concat), and so writes to freed memory when the stack must grow
/// meanwhile, and therefore moves: `"a" .. object .. "b"` is enough. With room to spare it does not grow. Code that nobody vouches for could
/// recurse until it does all the same, so the sandbox has no `__concat` at all.
enum { MST_STACK_RESERVE = 6000, MST_COROUTINE_RESERVE = 1000 };

/// How many strings are remembered: a power of two.
enum { MST_SHORT_STRINGS = 256 };

/// `len`, `lower`, `sub`, `upper`.
enum { MST_TOKEN_METHODS = 4 };

struct mst_state {
    lua_State *L;
    /// The coroutine that called out last: where nested calls run.
    lua_State *current;
    mst_control *control;
    mst_host host;
    bool sandbox;
    int doom;
    int exit_code;
    uint64_t instructions, instruction_limit;
    int hook_interval;
    /// Steps of library functions until the flag is looked at again.
    int32_t steps_left;

    size_t used, peak, limit;
    void *free_lists[MST_FREE_CLASSES];
    char *chunk, *chunk_end;
    struct mst_pool_chunk *chunks;

    mst_frame **frames;
    int frame_count, frame_capacity;

    _Atomic(struct mst_release *) released;

    // The last error.
    char *error_message, *error_source, *error_traceback;
    size_t error_message_length, error_source_length, error_traceback_length;
    int32_t error_line;
    // Where the script was when the memory limit last refused something, and what is said of it.
    char refused_source[256];
    int refused_line;
    char memory_text[96];
    bool traceback_wanted;

    // Metatables, for telling userdata apart; they live as long as the registry.
    const void *decimal_metatable, *date_metatable, *timestamp_metatable, *null_metatable, *row_metatable;
    const void *array_marker, *struct_marker, *map_marker;
    /// Registry references of the same.
    int decimal_ref, date_ref, timestamp_ref, null_ref, row_ref, array_ref, struct_ref, map_ref;
    int object_cache_ref;
    int class_count;
    int resolver_ref;
    int standard_ref;
    uint64_t address_counter;
    /// The library's own functions for the methods that tokens have.
    lua_CFunction string_methods[MST_TOKEN_METHODS];
    /// Short strings that columns held of late, by their views: they stand in the registry's table `short_ref`, from 1 on.
    uint64_t (*short_views)[2];
    int short_ref;
    /// The innermost loop over rows.
    struct mst_loop_state *loop;
    /// Whether lines are counted, and those of the chunks so far, the last one met first.
    bool covers_lines;
    struct mst_covered *covered;
};

static inline struct mst_state *mst_of(lua_State *L) { return *(struct mst_state **)lua_getextraspace(L); }

// state.c
MST_INTERNAL int mst_check(struct mst_state *s);
/// Raises when the run must end.
MST_INTERNAL void mst_checkpoint(lua_State *L);
MST_INTERNAL int mst_raise_doom(lua_State *L, struct mst_state *s);
MST_INTERNAL int mst_protect(struct mst_state *s, lua_CFunction body, void *context);
MST_INTERNAL void mst_capture_error(struct mst_state *s, lua_State *L, int status);
MST_INTERNAL int mst_message_handler(lua_State *L);
MST_INTERNAL void mst_drain_released(lua_State *L, struct mst_state *s);
MST_INTERNAL void mst_set_hook(struct mst_state *s, lua_State *L, bool on);

/// Counts a step of a long-running library function and looks at the flag now and then.
static inline void mst_step(lua_State *L, struct mst_state *s) {
    if (--s->steps_left <= 0) {
        s->steps_left = 4096;
        mst_checkpoint(L);
    }
}

// coverage.c
/// Counts the line that a line hook was called for.
MST_INTERNAL void mst_coverage_note(lua_State *L, struct mst_state *s, lua_Debug *ar);
MST_INTERNAL void mst_coverage_free(struct mst_state *s);

// traceback.c
MST_INTERNAL void mst_push_traceback(lua_State *L, lua_State *from, int level, const char *message);
MST_INTERNAL bool mst_is_internal_source(const char *source);
MST_INTERNAL bool mst_user_place(lua_State *L, int level, lua_Debug *ar);

// slots.c
MST_INTERNAL mst_frame *mst_frame_push(struct mst_state *s);
MST_INTERNAL void mst_frame_pop(struct mst_state *s);
MST_INTERNAL void mst_frames_free(struct mst_state *s);
/// Appends the value at `index` to the frame. Returns what is wrong with it, or NULL.
MST_INTERNAL const char *mst_read(lua_State *L, struct mst_state *s, mst_frame *frame, int index, int depth);
MST_INTERNAL const mst_slot *mst_write(lua_State *L, struct mst_state *s, const mst_slot *slot);

// objects.c
MST_INTERNAL void mst_push_object(lua_State *L, struct mst_state *s, uint32_t class_number, uint64_t slot, uint64_t generation);
MST_INTERNAL bool mst_to_object(lua_State *L, struct mst_state *s, int index, mst_slot *slot);
MST_INTERNAL int mst_trampoline(lua_State *L);

// libraries.c, patterns.c
MST_INTERNAL void mst_open_libraries(lua_State *L, struct mst_state *s);
MST_INTERNAL void mst_open_patterns(lua_State *L);
MST_INTERNAL const char *mst_tolstring(lua_State *L, int index, size_t *length);

// values.c
typedef struct { uint64_t low, high; int32_t scale; } mst_decimal;
typedef struct { int32_t days; } mst_date;
typedef struct { int64_t microseconds; } mst_timestamp;

typedef enum { MST_UD_OTHER, MST_UD_DECIMAL, MST_UD_DATE, MST_UD_TIMESTAMP, MST_UD_NULL, MST_UD_ROW } mst_userdata_kind;

MST_INTERNAL void mst_open_values(lua_State *L, struct mst_state *s);
MST_INTERNAL mst_userdata_kind mst_kind_of(lua_State *L, struct mst_state *s, int index);
MST_INTERNAL void mst_push_decimal(lua_State *L, struct mst_state *s, uint64_t low, uint64_t high, int scale);
MST_INTERNAL void mst_push_date(lua_State *L, struct mst_state *s, int32_t days);
MST_INTERNAL void mst_push_timestamp(lua_State *L, struct mst_state *s, int64_t microseconds);
MST_INTERNAL void mst_push_null(lua_State *L, struct mst_state *s);

// row.c
MST_INTERNAL void mst_open_rows(lua_State *L, struct mst_state *s);
// tokens.c; after the libraries.
MST_INTERNAL void mst_open_tokens(lua_State *L, struct mst_state *s);
/// Pushes a table with the record's fields.
MST_INTERNAL void mst_row_to_table(lua_State *L, int index);
/// `next` for a record at index 1 with the key at index 2.
MST_INTERNAL int mst_row_next(lua_State *L);

static inline unsigned __int128 mst_join(uint64_t low, uint64_t high) { return (unsigned __int128)high << 64 | low; }
