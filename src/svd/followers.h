/* followers.h - clients of svd-httpd that hear of events as they happen */
#ifndef SVD_SVD_FOLLOWERS_H
#define SVD_SVD_FOLLOWERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "svd/bus.h"

struct call;
struct engine;
struct follower;

/*
 * All of them are one subscriber of the bus: an event goes to svd-httpd once, with the numbers of
 * the calls that want it and may see it. All zero: there are none.
 */
struct followers {
	struct follower  *list;		/* each owned by its call */
	size_t            n;
	uint64_t          n_dropped;	/* events, since svd-httpd did not read them */
	uint64_t          untold;	/* ... of these, those that it has not been told of */
	struct subscriber subscriber;
};

/*
 * From now on call is told of the events in mask, until it is freed. It is never answered.
 * NULL: no memory.
 */
must_check struct follower *follower_new(struct engine *e, const struct call *call, uint64_t mask);
void follower_free(struct follower *f);		/* NULL is allowed */

/* The types that a list of names with commas means; "": all but output and ticks. 0: a bad name. */
uint64_t followers_mask(const char *types);

#endif
