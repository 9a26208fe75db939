/* guard.h - the files of listening sockets, made again when somebody removes them */
#ifndef SVD_SVD_GUARD_H
#define SVD_SVD_GUARD_H

#include "base/macro.h"

struct bound;
struct engine;
struct guard;
struct server_config;

/* Nothing wakes up for it but a change of such a file. NULL: no memory. */
must_check struct guard *guard_new(struct engine *e);
void guard_free(struct guard *guard);

/*
 * Looks after the file of bound (borrowed, as server is, for as long as the guard lives). When it
 * is gone, or another, bound becomes a new socket with a file, and the gate serves on that; who is
 * connected stays. Returns 0 or -ENOMEM.
 */
must_check int guard_add(struct guard *guard, const struct server_config *server,
			 struct bound *bound);

#endif
