/* ticks.h - TICK_5, TICK_60, TICK_3600 */
#ifndef SVD_SVD_TICKS_H
#define SVD_SVD_TICKS_H

#include <stdbool.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "svd/bus.h"

enum { TICK_KINDS = 3 };

/*
 * A tick goes out when wall time enters the next slice of 5, 60 or 3600 seconds. While nobody
 * wants any there is no timer, and nothing wakes us up.
 */
struct ticks {
	struct bus  *bus;	/* borrowed */
	struct timer timer;
	long         period;	/* seconds; of those that the timer is armed for */
	bool         marked;	/* the slices below are set */
	long         slices[TICK_KINDS];	/* seconds since 1970: where they began */
};

void ticks_init(struct ticks *t, struct loop *loop, struct bus *bus);

/* Publish what is due and arm the timer for what comes next; in each turn. */
void ticks_step(struct ticks *t);

void ticks_stop(struct ticks *t);

#endif
