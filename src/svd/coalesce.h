/* coalesce.h - many events of one kind about one process become one with their number */
#ifndef SVD_SVD_COALESCE_H
#define SVD_SVD_COALESCE_H

#define HASH_NONFATAL_OOM 1
#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "base/macro.h"

struct event;
struct window;

enum { WINDOWS_MAX = 1024 };	/* beyond, events are not coalesced */

/*
 * The first event of a type about a process opens a window. Those that come while it is open are
 * kept here, the last of them and their number; when it ends they are due as one, and the next
 * window begins. One that ends empty is over: the next event is a first one. All zero: no windows.
 */
struct coalesce {
	struct window *by_key;	/* hash, owned */
	struct window *list;	/* the same, the next to end first */
	size_t         n;
	size_t         n_held;	/* windows with something in them */
};

/*
 * An event has come: true, and it is kept here; false, and it is to be delivered at once. A window
 * lasts so many seconds.
 */
must_check bool coalesce_take(struct coalesce *c, struct event *event, double now, double seconds);

/*
 * What is due of a window that has ended by now, the caller's, and how many events it stands for.
 * NULL: nothing more.
 */
must_check struct event *coalesce_due(struct coalesce *c, double now, double seconds,
				      unsigned *ret_count);

/* When something is due; INFINITY: nothing is kept. */
double coalesce_next(const struct coalesce *c);

void coalesce_done(struct coalesce *c);		/* all zero again */

#endif
