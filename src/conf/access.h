/* access.h - the section [svd:access] */
#ifndef SVD_CONF_ACCESS_H
#define SVD_CONF_ACCESS_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* Fills access of the snapshot, whose servers must be there. */
must_check int access_read(struct load *ld, struct err *err);

#endif
