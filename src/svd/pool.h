/* pool.h - the listeners of one [eventlistener:x], and the events that wait for them */
#ifndef SVD_SVD_POOL_H
#define SVD_SVD_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "svd/bus.h"

struct group;

/* An event in one pool: waiting, or with a listener. */
struct pooled {
	struct pooled *prev, *next;
	struct event  *event;	/* counted */
	uint64_t       serial;	/* from 0, of this pool */
};

void pooled_free(struct pooled *pooled);	/* NULL is allowed */

/* Its listeners are the processes of the group. Mirrors EventListenerPool. */
struct pool {
	struct pool      *prev, *next;	/* in the engine's list */
	struct subscriber subscriber;
	struct group     *group;	/* borrowed */
	struct pooled    *buffer;	/* owned list, the next to be sent first */
	size_t            n_buffered;
	uint64_t          n_accepted;
	uint64_t          n_dropped;	/* for want of room or memory */
};

/* The pool of a group, which it subscribes to the group's events. NULL: no memory. */
must_check struct pool *pool_new(struct group *group);
void pool_free(struct pool *pool);	/* NULL is allowed */

/*
 * Hear all listeners, then send what waits, oldest first, each event to the first listener that is
 * READY; in each turn.
 */
void pool_step(struct pool *pool);

/* A listener could not do it: the event is the next to be sent. pooled is the pool's again. */
void pool_take_back(struct pool *pool, struct pooled *pooled);

#endif
