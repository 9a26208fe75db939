/*
 * pace.c - each wake-up costs the same, however little there is to move. What comes first after a
 * silence is moved at once; when little comes quickly, the next of it may wait for its company: for
 * a time in which no pipe can become full, and that nobody who reads a log notices.
 */
#include "logd/pace.h"

#include <time.h>

#include "base/clock.h"

/*
 * Bytes in a turn. A full pipe has 16 pages, but lines of 2 KiB and more fill hardly half of each:
 * a small write is not split over two.
 */
enum { ENOUGH = 32 * 1024, LITTLE = 4 * 1024 };

static const double SILENCE = 0.005, NAP = 0.00025, LONG_NAP = 0.001;	/* seconds */

void pace_before(struct pace *p)
{
	struct timespec nap = { .tv_nsec = (long)(p->nap * 1e9) };

	if (p->nap > 0 && clock_mono() - p->last < SILENCE)
		(void)nanosleep(&nap, NULL);
}

void pace_after(struct pace *p, uint64_t moved)
{
	p->last = clock_mono();
	p->nap = moved >= ENOUGH ? 0 : moved > LITTLE ? NAP : LONG_NAP;
}
