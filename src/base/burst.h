/* burst.h - not more than so many lines in a while */
#ifndef SVD_BASE_BURST_H
#define SVD_BASE_BURST_H

#include <stdbool.h>

/* All zero: nothing was said yet. */
struct burst {
	double   since_mono;	/* when the first of those was said */
	unsigned n_said;	/* since then */
	unsigned long n_unsaid;	/* since one was said last */
};

/*
 * May one more be said now, if it is max in so many seconds? *ret_unsaid: how many were not since
 * the last one; *ret_last: it is the last one for now.
 */
bool burst_take(struct burst *b, unsigned max, double seconds, double now_mono,
		unsigned long *ret_unsaid, bool *ret_last);

#endif
