#include "mastic_reference.h"

#ifdef __clang__
#pragma clang diagnostic ignored "-Wc23-extensions"
#endif

// An array literal of this size would keep the Swift compiler busy for a minute; #embed takes no time.
static const unsigned char gluecontext[] = {
#embed "annotations/gluecontext.lua"
};
static const unsigned char transforms[] = {
#embed "annotations/transforms.lua"
};
static const unsigned char dynamicframe[] = {
#embed "annotations/dynamicframe.lua"
};
static const unsigned char job[] = {
#embed "annotations/job.lua"
};
static const unsigned char dataframe[] = {
#embed "annotations/dataframe.lua"
};
static const unsigned char column[] = {
#embed "annotations/column.lua"
};
static const unsigned char functions[] = {
#embed "annotations/functions.lua"
};
static const unsigned char spark[] = {
#embed "annotations/spark.lua"
};
static const unsigned char types[] = {
#embed "annotations/types.lua"
};
static const unsigned char values[] = {
#embed "annotations/values.lua"
};
static const unsigned char testing[] = {
#embed "annotations/testing.lua"
};
static const unsigned char examples[] = {
#embed "annotations/examples.lua"
};

static const mst_annotation files[] = {
    {"gluecontext", gluecontext, sizeof gluecontext},
    {"transforms", transforms, sizeof transforms},
    {"dynamicframe", dynamicframe, sizeof dynamicframe},
    {"job", job, sizeof job},
    {"dataframe", dataframe, sizeof dataframe},
    {"column", column, sizeof column},
    {"functions", functions, sizeof functions},
    {"spark", spark, sizeof spark},
    {"types", types, sizeof types},
    {"values", values, sizeof values},
    {"testing", testing, sizeof testing},
};

size_t mst_annotation_count(void) { return sizeof files / sizeof *files; }

mst_annotation mst_annotation_at(size_t index) { return files[index]; }

mst_annotation mst_example_frames(void) { return (mst_annotation){"examples", examples, sizeof examples}; }
