/* include.h - the section [include] */
#ifndef SVD_CONF_INCLUDE_H
#define SVD_CONF_INCLUDE_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* Reads the files that the main file includes, in the order of their names, each once. */
must_check int include_read(struct load *ld, struct err *err);

#endif
