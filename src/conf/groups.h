/* groups.h - the groups: sections [group:x], and a group for each other [program:x] */
#ifndef SVD_CONF_GROUPS_H
#define SVD_CONF_GROUPS_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* Fills groups and n_groups of the snapshot. [supervisord] must have been read. */
must_check int groups_read(struct load *ld, struct err *err);

#endif
