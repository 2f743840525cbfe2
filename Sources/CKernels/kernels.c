#include "mastic_kernels.h"
