/* listener.h - the pool of an [eventlistener:x] */
#ifndef SVD_CONF_LISTENER_H
#define SVD_CONF_LISTENER_H

#include <stdint.h>

#include "base/err.h"
#include "base/macro.h"
#include "conf/options.h"

struct load;
struct pool_config;
struct values;

enum { LISTENER_PRIORITY = -1 };	/* of a pool that sets none, of all hooks */

/* What the section says about its events. */
must_check int listener_read(struct load *ld, const struct values *v,
			     const struct pool_config **ret_pool, struct err *err);

/*
 * Adds to *events the types whose names, with commas, stand in the option of that id; there must be
 * some.
 */
must_check int listener_events(struct load *ld, const struct values *v, enum option_id id,
			       const char *names, uint64_t *events, struct err *err);

#endif
