// What Swift sees of Lua: an opaque state, values as tagged slots, and calls that never jump over the caller.
//
// Lua's own headers are included by the .c files of this target alone, so no Swift code can name a function that unwinds with longjmp.
// Every function here runs what may raise inside a protected call and returns a status; every call into Swift returns its error as a value,
// which C raises after the Swift frame has gone.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Control

/// Why a run must end. Once one of these is set no `pcall` of a script catches anything any more.
enum {
    MST_RUNNING = 0,
    MST_INTERRUPTED = 1,
    MST_TIMED_OUT = 2,
    MST_OUT_OF_MEMORY = 3,
    MST_TOO_MANY_INSTRUCTIONS = 4,
    MST_EXITED = 5,
};

/// The flag and the deadline that all states of one run share. Safe to use from any thread and from a signal handler.
typedef struct mst_control mst_control;

mst_control *mst_control_create(void);
mst_control *mst_control_retain(mst_control *control);
void mst_control_release(mst_control *control);
/// Asks every state of the run to end, for one of the reasons above. The first reason stays.
void mst_control_stop(mst_control *control, int32_t reason);
void mst_control_clear(mst_control *control);
int32_t mst_control_reason(const mst_control *control);
/// Sets the deadline in nanoseconds of the monotonic clock from now; 0 takes it away.
void mst_control_set_deadline(mst_control *control, int64_t nanoseconds_from_now);

// MARK: Slots

/// The kinds of a slot.
enum {
    MST_NIL = 0,
    MST_BOOLEAN,    // low: 0 or 1
    MST_INTEGER,    // low: the bits
    MST_NUMBER,     // low: the bits of a double
    MST_STRING,     // low: pointer, high: length in bytes
    MST_DECIMAL,    // low and high: the unscaled value; detail: scale
    MST_DATE,       // low: days since 1970-01-01
    MST_TIMESTAMP,  // low: microseconds since 1970-01-01T00:00:00Z
    MST_NULL,       // the null sentinel
    MST_TABLE,      // low: items 1...n, high: pairs beside them; the items' slots follow, then key and value of each pair
    MST_FUNCTION,   // low: a reference that the receiver must release
    MST_OBJECT,     // low: handle slot, high: generation
    MST_FOREIGN,    // a value with no counterpart (coroutine, file); low: pointer to its type's name
};

/// One value, or the head of a table.
typedef struct mst_slot {
    uint8_t kind;
    uint8_t detail;
    uint32_t extra;
    uint64_t low;
    uint64_t high;
} mst_slot;

// MARK: States

typedef struct mst_state mst_state;

/// One call from Lua into Swift, and the values that go back.
typedef struct mst_call {
    mst_state *state;
    /// The number under which the function was registered.
    int32_t function;
    /// Values in `arguments`, counting a table as one; a table's contents follow it.
    int32_t argument_count;
    const mst_slot *arguments;
    /// The object that a method was called on; its kind is `MST_NIL` for plain functions.
    mst_slot receiver;
    /// Where it all goes; see `mst_call_return` and `mst_call_fail`.
    struct mst_frame *frame;
} mst_call;

/// What a state asks of its owner.
typedef struct mst_host {
    void *context;
    /// Handles a call. The handler returns normally in every case.
    void (*call)(void *context, mst_call *call);
    /// An object's userdata is gone.
    void (*release)(void *context, uint64_t slot, uint64_t generation);
    /// Takes what `print` writes; NULL for standard output.
    void (*write)(void *context, const char *bytes, size_t length);
} mst_host;

typedef struct mst_options {
    mst_host host;
    /// Bytes the state may hold; 0 for no limit.
    size_t memory_limit;
    /// Instructions it may execute; 0 for no limit.
    uint64_t instruction_limit;
    /// Whether only the allow-listed functions exist.
    bool sandbox;
} mst_options;

/// Returns a new state with its libraries, or NULL when there is no memory for one. The control block is retained.
mst_state *mst_create(const mst_options *options, mst_control *control);
void mst_close(mst_state *state);

/// Bytes that the state holds, and the most it has held.
size_t mst_memory_used(const mst_state *state);
size_t mst_memory_peak(const mst_state *state);
/// Why the state is doomed, or `MST_RUNNING`.
int32_t mst_doom(const mst_state *state);
/// What the script gave to `os.exit`.
int32_t mst_exit_code(const mst_state *state);
/// Lets a state that was doomed run again: what an interactive session does after an interrupt.
void mst_revive(mst_state *state);
/// Runs a full collection.
void mst_collect(mst_state *state);
/// Flushes standard output.
void mst_flush(void);

// MARK: Globals and functions

/// Sets a global (`module` NULL) or a field of a global table, which is made where it is missing. Returns false when memory is out.
bool mst_set_function(mst_state *state, const char *module, const char *name, int32_t function);
/// Sets a global, or a field of a global table, from a slot and what follows it.
bool mst_set_value(mst_state *state, const char *module, const char *name, const mst_slot *slots);
/// Returns a reference to a function that calls Swift; 0 when memory is out.
int32_t mst_make_function(mst_state *state, const char *name, int32_t function);
/// Makes a function of Swift what `require` asks for modules that are not loaded: it gets the name and returns source and chunk name.
bool mst_set_resolver(mst_state *state, int32_t function);
/// Puts a value into `package.loaded`.
bool mst_set_loaded(mst_state *state, const char *name, const mst_slot *slots);

/// Registers a class of objects and returns its number, or -1 when memory is out.
int32_t mst_class_create(mst_state *state, const char *name);
bool mst_class_method(mst_state *state, int32_t class_number, const char *name, int32_t function);
/// Registers a metamethod (`"__add"`), or the handler of reads of names that are no methods (`"__index"`).
bool mst_class_metamethod(mst_state *state, int32_t class_number, const char *name, int32_t function);

/// Gives up a reference, at the state's next occasion. Safe from any thread.
void mst_reference_release(mst_state *state, int32_t reference);

/// Calls `body` with the name of every global, in no order, and whether it is one of the state's own.
void mst_each_global(mst_state *state, void *context, void (*body)(void *context, const char *name, size_t length));

// MARK: Answering a call

/// Appends one slot to the results. Strings must have been copied with `mst_call_copy`.
bool mst_call_return(mst_call *call, mst_slot slot);
/// Copies bytes to where they live until the call is over; NULL when memory is out.
const char *mst_call_copy(mst_call *call, const void *bytes, size_t length);
/// Makes the call raise. `placed` says that the message names its place already.
void mst_call_fail(mst_call *call, const char *message, size_t length, bool placed);
/// The place of the call in the user's own code: the innermost Lua function that is not one of ours. Returns the line, 0 when there is none.
int32_t mst_call_place(mst_call *call, const char **source, size_t *length);

// MARK: Running

/// The outcome of a load or a call.
enum {
    MST_OK = 0,
    MST_FAILED = 1,      // an error; see `mst_error`
    MST_INCOMPLETE = 2,  // the text ends where more was expected
};

/// An error that reached the host. Pointers are good until the next call on the state.
typedef struct mst_error {
    const char *message;
    size_t message_length;
    const char *source;  // the chunk name of the innermost user function, without its '@' or '='; NULL when there is none
    size_t source_length;
    int32_t line;
    const char *traceback;
    size_t traceback_length;
} mst_error;

/// Compiles text (never bytecode) and sets `reference` to the function.
int32_t mst_load(mst_state *state, const char *text, size_t length, const char *chunk_name, int32_t *reference);

/// Values that came back from a call; must be dropped in the reverse order of their making.
typedef struct mst_results {
    struct mst_frame *frame;
    int32_t count;
    const mst_slot *slots;
} mst_results;

/// Calls a function. `slots` hold `count` values, a table's contents after its head. On `MST_OK` the results must be dropped.
int32_t mst_invoke(mst_state *state, int32_t reference, const mst_slot *slots, int32_t count, mst_results *results);
void mst_results_drop(mst_state *state, mst_results *results);

/// The error of the last call that failed.
mst_error mst_last_error(const mst_state *state);

/// The text that `tostring` gives for each result of the last evaluation; see `mst_evaluate`.
typedef struct mst_text {
    const char *bytes;
    size_t length;
} mst_text;

/// The stack of calls as text, without our own frames; good until the next call on the state.
mst_text mst_traceback(mst_state *state);

#ifdef __cplusplus
}
#endif
