// The annotations of the script API, as bytes inside the binary. Compiled from `annotations/`, where they are edited.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One file of annotations. The bytes live as long as the process.
typedef struct mst_annotation {
    /// The file's name without its ending.
    const char *name;
    const unsigned char *bytes;
    size_t length;
} mst_annotation;

/// How many files there are.
size_t mst_annotation_count(void);
/// The file at a zero-based index below the count, in the order in which they are shown.
mst_annotation mst_annotation_at(size_t index);
/// The Lua that makes the frames of the examples: the module `mastic.examples`.
mst_annotation mst_example_frames(void);

#ifdef __cplusplus
}
#endif
