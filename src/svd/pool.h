/* pool.h - the listeners of one [eventlistener:x], and the events that wait for them */
#ifndef SVD_SVD_POOL_H
#define SVD_SVD_POOL_H

#include "base/macro.h"
#include "svd/backlog.h"
#include "svd/bus.h"

struct group;

/* Its listeners are the processes of the group. Mirrors EventListenerPool. */
struct pool {
	struct pool      *prev, *next;	/* in the engine's list */
	struct subscriber subscriber;
	struct group     *group;	/* borrowed */
	struct backlog    backlog;	/* what waits for a listener; its counts are the pool's */
};

/* The pool of a group, which it subscribes to the group's events. NULL: no memory. */
must_check struct pool *pool_new(struct group *group);
void pool_free(struct pool *pool);	/* NULL is allowed */

/* The group has another configuration, of a pool for the same events. NULL is allowed. */
void pool_configure(struct pool *pool);

/*
 * Hear all listeners, then send what waits, oldest first, each event to the first listener that is
 * READY; in each turn.
 */
void pool_step(struct pool *pool);

/* A listener could not do it: the event is the next to be sent. q is the pool's again. */
void pool_take_back(struct pool *pool, struct queued *q);

#endif
