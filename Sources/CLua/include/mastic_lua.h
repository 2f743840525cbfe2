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

/// What a table's slot says in `extra` about how the table behaves in Lua. For rows the names of their columns, a table, stand behind the head.
enum {
    MST_MANNER_PLAIN = 0,
    MST_MANNER_CALLABLE,  // called, the table gives itself
    MST_MANNER_ROW,       // a number reads the column of that number
    MST_MANNER_ROWS,      // the items are such rows
};

// MARK: States

typedef struct mst_state mst_state;
struct mst_moving;

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
/* Has a function called before a script writes to standard output: of whoever draws on the terminal. Set before scripts run. */
void mst_on_output(void (*listener)(void));
void mst_announce_output(void);

// MARK: Globals and functions

/// Sets a global (`module` NULL) or a field of a global table, which is made where it is missing. Returns false when memory is out.
bool mst_set_function(mst_state *state, const char *module, const char *name, int32_t function);
/// Sets a global, or a field of a global table, from a slot and what follows it.
bool mst_set_value(mst_state *state, const char *module, const char *name, const mst_slot *slots);
/// Returns a reference to a function that calls Swift; 0 when memory is out.
int32_t mst_make_function(mst_state *state, const char *name, int32_t function);
/// Returns the number under which the function behind a reference was registered; -1 where it is none of Swift's.
int32_t mst_function_number(mst_state *state, int32_t reference);
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

/// Counts from here on how often each line of the user's code begins to run. It stays so; what it costs is a call for each line.
void mst_coverage_begin(mst_state *state);

/// Calls `body` with what was counted of every chunk: its name, and the times of its lines from line 0 on.
void mst_coverage_each(
    const mst_state *state, void *context, void (*body)(void *context, const char *name, size_t length, const uint32_t *counts, size_t count));

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

// MARK: Rows

/// How a column lies in memory; see `Column.Storage`.
enum {
    MST_COLUMN_NULL = 0,
    MST_COLUMN_BITS,        // values: bits, least significant first
    MST_COLUMN_INT8,
    MST_COLUMN_INT16,
    MST_COLUMN_INT32,
    MST_COLUMN_INT64,
    MST_COLUMN_FLOAT,
    MST_COLUMN_DOUBLE,
    MST_COLUMN_DECIMAL,     // values: 16-byte integers; scale
    MST_COLUMN_DATE,        // values: 32-bit days
    MST_COLUMN_TIMESTAMP,   // values: 64-bit microseconds
    MST_COLUMN_STRING,      // values: 16-byte views; binary too
    MST_COLUMN_LIST,        // offsets, one child
    MST_COLUMN_STRUCT,      // one child a field, names
    MST_COLUMN_MAP,         // offsets, keys and values
    MST_COLUMN_CHOICE,      // tags, values: 32-bit rows of the members
    MST_COLUMN_DICTIONARY,  // values: 32-bit indices into the one child
};

/// Bytes of a name; need not end in zero.
typedef struct mst_name {
    const char *bytes;
    size_t length;
} mst_name;

/// A column in place. Nothing is owned; whoever fills it in keeps the batch alive.
typedef struct mst_column {
    uint8_t kind, scale;
    int32_t child_count;
    const uint8_t *validity;  // a bit a row, set = value present; NULL = no nulls
    const void *values;
    const int32_t *offsets;
    const uint8_t *tags;
    const struct mst_column *children;
    const mst_name *names;
} mst_column;

typedef struct mst_batch {
    const mst_column *columns;
    const mst_name *names;
    int32_t column_count;
    int64_t row_count;
} mst_batch;

/// A row whose function raised.
typedef struct mst_row_error {
    int64_t row;
    int32_t line;  // 0 when unknown
    const char *message, *source, *traceback;  // end in zero; without the place in front; source may be NULL
    size_t message_length;
} mst_row_error;

/// What a cell of a `Map` result holds. Decimals are `MST_CELL_DECIMAL` plus their scale.
enum {
    MST_CELL_MISSING = 0,  // the record has no such field
    MST_CELL_NULL,
    MST_CELL_BOOLEAN,      // low
    MST_CELL_INTEGER,      // low
    MST_CELL_NUMBER,       // low: bits
    MST_CELL_STRING,       // a string view, whose bytes are inside it or in one of the blocks
    MST_CELL_DATE,         // low
    MST_CELL_TIMESTAMP,    // low
    MST_CELL_NESTED,       // low: pointer to slots
    MST_CELL_DROPPED,      // a field of the input that the function took away
    MST_CELL_DECIMAL = 64,
};

/// What a table's slot says in `detail` about where the table comes from.
enum { MST_TABLE_PLAIN = 0, MST_TABLE_ARRAY, MST_TABLE_STRUCT, MST_TABLE_MAP };

typedef struct mst_field {
    mst_name name;
    /// One a row of the output; NULL when no row touched the field.
    uint8_t *tags;
    /// 16 bytes a row of the output.
    uint64_t *cells;
} mst_field;

/// What the direct form of a function does with a field.
enum {
    /// Anything: it needs the value.
    MST_USE_VALUE = 0,
    /// It only passes it on: a token will do.
    MST_USE_PASS,
    /// The same, or it calls one of the methods that tokens have: a token will do for a string.
    MST_USE_METHOD,
};

/// The work of one function on one batch, and what came of it.
typedef struct mst_loop {
    // In.
    const mst_batch *batch;
    int32_t function;
    /// The function in its direct form, which takes the fields of `read_names` as arguments; 0: there is none. Rows in which it raises are the
    /// function's own to run.
    int32_t direct;
    /// For each of these fields, what the direct form does with it: `MST_USE_VALUE` and its like.
    const uint8_t *uses;
    /// `Map`: whether the direct form's results are the fields of `result_names`.
    bool returns_fields;
    /// Whether the record can outlive its row: then every row gets a record of its own.
    bool escapes;
    /// Whether every call is sure to end soon, so that no hook need watch it.
    bool bounded;
    /// The fields that the function reads, where it does nothing with its record but read them; NULL: the record may be used in any way.
    const mst_name *read_names;
    int32_t read_count;
    /// `Map`: the only fields that a returned table can have; NULL: any.
    const mst_name *result_names;
    int32_t result_count;
    /// Gives `size` bytes that live as long as the output, aligned to 64; NULL when there are none.
    void *(*allocate)(void *context, size_t size);
    void *context;
    // Out.
    mst_row_error *errors;
    size_t error_count;
    /// `Filter`: a bit a row.
    uint64_t *bits;
    /// `Map`: rows of the output, their rows in the input, and whether each is the changed record itself (1) or a new table (0).
    int64_t output_count;
    int32_t *kept;
    uint8_t *same;
    /// The input's columns, in order, then further fields in the order in which they were first assigned or met.
    mst_field *fields;
    int32_t field_count;
    // Private.
    struct mst_loop_state *state;
} mst_loop;

/// Calls the function on every row and notes its truth. `MST_FAILED`: the run is over; see `mst_last_error`.
int32_t mst_filter(mst_state *state, mst_loop *loop);
/// Calls the function on every row and keeps the records it returns.
int32_t mst_map(mst_state *state, mst_loop *loop);
/// Frees what a loop holds, apart from what `allocate` gave.
void mst_loop_free(mst_loop *loop);

// MARK: Moving functions

/// What an upvalue holds, as far as the analysis of code needs to know.
enum {
    MST_HOLDS_OTHER = 0,
    MST_HOLDS_PLAIN,        // nil, boolean, number, string, decimal, date, timestamp, null
    MST_HOLDS_STANDARD,     // a library function or table of ours; `path` names it
    MST_HOLDS_ENVIRONMENT,  // the globals
};

typedef struct mst_upvalue {
    int32_t holds;
    mst_name name, path;
} mst_upvalue;

/// One function that a template would contain.
typedef struct mst_function {
    const char *bytecode;
    size_t length;
    const mst_upvalue *upvalues;
    int32_t upvalue_count;
    /// Whether it is the function that the template is of, and not one that it reaches.
    bool is_root;
} mst_function;

/// What the host says about functions while a template is made.
typedef struct mst_mover {
    void *context;
    /// Looks at a function's code and calls `mst_mover_needs` for each global it reads, as "name" or "library.name". Returns false, after
    /// `mst_mover_refuse`, when the function cannot run elsewhere.
    bool (*inspect)(void *context, struct mst_moving *moving, const mst_function *function);
    /// Whether a standard function may be used through a variable.
    bool (*permits)(void *context, const char *path);
} mst_mover;

void mst_mover_needs(struct mst_moving *moving, const char *path, size_t length);
void mst_mover_refuse(struct mst_moving *moving, const char *reason, size_t length, int32_t line);

/// A function with all that it reaches, as bytes that another state can load.
typedef struct mst_template {
    char *bytes;  // NULL: it cannot be moved
    size_t length;
    char *reason;
    int32_t line;
} mst_template;

/// Makes a template of a function. `MST_FAILED`: the run is over; see `mst_last_error`.
int32_t mst_template_make(mst_state *state, int32_t function, const mst_mover *mover, mst_template *result);
void mst_template_free(mst_template *result);
/// Loads a template that `mst_template_make` made in this process.
/// Loads the bytecode of a function's direct form, which shares that function's upvalues.
int32_t mst_direct_load(mst_state *state, int32_t function, const char *bytecode, size_t length, int32_t *direct);
int32_t mst_template_load(mst_state *state, const char *bytes, size_t length, int32_t *function);

// MARK: Looking

/// What a value is, seen from outside.
typedef struct mst_seen {
    /// A slot's kind; `MST_FOREIGN` also for decimals, dates and their like.
    int32_t kind;
    /// The number of a function that Swift registered; -1 for any other value.
    int32_t function;
    /// The handle of an object.
    mst_slot object;
} mst_seen;

/// Says what stands at a path of keys from the globals, following tables and the tables behind them (`__index`) alone: nothing of the script's
/// is run. A name without bytes is the whole number `length`.
mst_seen mst_look(mst_state *state, const mst_name *path, int32_t count);

/// Calls `body` with the keys that are strings of the table at a path, and of the tables behind it, in no order.
void mst_each_key(
    mst_state *state, const mst_name *path, int32_t count, void *context,
    void (*body)(void *context, const char *key, size_t length, const mst_seen *value));

/// What a function is, seen from outside.
typedef struct mst_function_facts {
    /// The number of a function that Swift registered; -1 for any other.
    int32_t function;
    bool is_lua, is_vararg;
    int32_t line;
    mst_name source;
    int32_t parameter_count;
    const mst_name *parameters;
} mst_function_facts;

/// Calls `body` with what the function behind a reference is.
void mst_describe_function(
    mst_state *state, int32_t reference, void *context, void (*body)(void *context, const mst_function_facts *facts));

#ifdef __cplusplus
}
#endif
