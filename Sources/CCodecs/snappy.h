#pragma once
#include "mastic_codecs.h"

// Decompresses one Snappy block. Returns the bytes written, or a negative code.
int64_t mastic_snappy_decompress(const void *input, size_t size, void *output, size_t capacity);
