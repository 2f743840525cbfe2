// Which lines of scripts have run, and how often. The state's one hook serves for it, as it does for its limits.

#include <stdlib.h>

#include "internal.h"

typedef struct mst_covered {
    struct mst_covered *next;
    char *name;
    uint32_t *counts;
    size_t capacity;
} mst_covered;

void mst_coverage_begin(mst_state *s) {
    s->covers_lines = true;
    mst_set_hook(s, s->L, true);
}

/// The counts of a chunk, which come to stand first: code mostly goes on where it was. NULL without memory.
static mst_covered *covered(struct mst_state *s, const char *name) {
    mst_covered **place = &s->covered;
    while (*place && strcmp((*place)->name, name) != 0) place = &(*place)->next;
    mst_covered *found = *place;
    if (found) {
        *place = found->next;
    } else {
        found = calloc(1, sizeof *found);
        if (!found) return NULL;
        found->name = strdup(name);
        if (!found->name) {
            free(found);
            return NULL;
        }
    }
    found->next = s->covered;
    s->covered = found;
    return found;
}

void mst_coverage_note(lua_State *L, struct mst_state *s, lua_Debug *ar) {
    // Chunks of files are called "@name"; others are ours, or texts that a script made.
    enum { MOST_LINES = 1 << 24 };
    if (!lua_getinfo(L, "S", ar) || *ar->source != '@' || ar->currentline < 0 || ar->currentline >= MOST_LINES) return;
    mst_covered *chunk = covered(s, ar->source + 1);
    if (!chunk) return;
    size_t line = (size_t)ar->currentline;
    if (line >= chunk->capacity) {
        size_t capacity = line * 2 + 64;
        uint32_t *counts = realloc(chunk->counts, capacity * sizeof *counts);
        if (!counts) return;
        memset(counts + chunk->capacity, 0, (capacity - chunk->capacity) * sizeof *counts);
        chunk->counts = counts;
        chunk->capacity = capacity;
    }
    if (chunk->counts[line] < UINT32_MAX) chunk->counts[line]++;
}

void mst_coverage_each(
    const mst_state *s, void *context, void (*body)(void *context, const char *name, size_t length, const uint32_t *counts, size_t count)) {
    for (const mst_covered *chunk = s->covered; chunk; chunk = chunk->next) body(context, chunk->name, strlen(chunk->name), chunk->counts, chunk->capacity);
}

void mst_coverage_free(struct mst_state *s) {
    while (s->covered) {
        mst_covered *next = s->covered->next;
        free(s->covered->name);
        free(s->covered->counts);
        free(s->covered);
        s->covered = next;
    }
}
