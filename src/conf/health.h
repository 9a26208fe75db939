/* health.h - the section [svd:health] */
#ifndef SVD_CONF_HEALTH_H
#define SVD_CONF_HEALTH_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* Fills health of the snapshot, whose groups must be there. */
must_check int health_read(struct load *ld, struct err *err);

#endif
