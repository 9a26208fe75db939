/* tally.h - what has come of a sink, in numbers that svd is told */
#ifndef SVD_LOGD_TALLY_H
#define SVD_LOGD_TALLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* All zero: nothing has happened. */
struct tally {
	uint64_t    rotations;
	uint64_t    dropped;	/* bytes */
	const char *what;	/* static; the last attempt that failed ("write"); NULL: none has */
	int         code;	/* negative errno: why */
	double      at;		/* wall clock: when */
	bool        over;	/* it has worked again since */
	bool        untold;	/* svd does not know all of this yet */
	bool        known;	/* svd was told of this sink */
};

void tally_rotated(struct tally *t);
void tally_dropped(struct tally *t, uint64_t bytes);
void tally_failed(struct tally *t, const char *what, int code);
void tally_healed(struct tally *t);

/* "cannot write: No space left on device" */
void tally_text(const char *what, int code, char *buf, size_t size);

/* Is there anything that svd would have to forget or to keep when the sink goes? */
bool tally_matters(const struct tally *t);

/* The object of `counted` for a sink of that size; NULL: no memory. */
must_check json_t *tally_json(const struct tally *t, uint64_t size);

#endif
