#include "mastic_codecs.h"
