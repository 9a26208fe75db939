/* methods.h - the method table: what can be called, by whom, and how */
#ifndef SVD_SVD_METHODS_H
#define SVD_SVD_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svd/access.h"
#include "svd/call.h"

/* See methods.def. The roles are those of access.h. */
enum {
	ANY = ROLE_NONE,
	READ = ROLE_READ,
	OPERATE = ROLE_OPERATE,
	ADMIN = ROLE_ADMIN,
	ROLES = 3,		/* the bits of a role */
	NAMED = 1 << 2,
	SEEN = 1 << 3,
	FREE = 1 << 4,
	OWN = 1 << 5,
	GROUP = 1 << 6,
};

struct method {
	const char *name, *result, *parameters;
	unsigned    flags;
	rpc_handler_fn *handler;
	const char *help;
	struct plugin *plugin;	/* borrowed; NULL: it is always there */
};

/* One of svd-httpd's own, or one of those that clients see. NULL: there is none of that name. */
const struct method *method_find(const struct engine *e, const char *name, bool own);

/*
 * All that clients see, in the order of the table, then those of plug-ins. NULL: i is not less than
 * their number.
 */
const struct method *method_at(const struct engine *e, size_t i);

enum role method_role(const struct method *m);
bool method_is_safe(const struct method *m);	/* it changes nothing */

#endif
