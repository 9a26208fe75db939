/* listener.h - the pool of an [eventlistener:x] */
#ifndef SVD_CONF_LISTENER_H
#define SVD_CONF_LISTENER_H

#include "base/err.h"
#include "base/macro.h"

struct load;
struct pool_config;
struct values;

enum { LISTENER_PRIORITY = -1 };	/* of a pool that sets none: before all others */

/* What the section says about its events. */
must_check int listener_read(struct load *ld, const struct values *v,
			     const struct pool_config **ret_pool, struct err *err);

#endif
