/* pace.h - a nap in the turn, so that a program that writes quickly costs no wake-up per line */
#ifndef SVD_LOGD_PACE_H
#define SVD_LOGD_PACE_H

#include <stdint.h>

/* All zero: nothing has moved yet. */
struct pace {
	double last;	/* monotonic; the end of the latest turn that moved bytes */
	double nap;	/* seconds, before the next one if it comes soon; 0: none */
};

/* Bytes are there: sleep for a moment if that lets more of them come together. */
void pace_before(struct pace *p);

/* So many bytes were moved. */
void pace_after(struct pace *p, uint64_t moved);

#endif
