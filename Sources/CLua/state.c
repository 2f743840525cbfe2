#include "mastic_lua.h"
