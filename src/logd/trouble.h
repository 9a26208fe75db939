/* trouble.h - a sink that cannot be written to: since when, when to try again, what was lost */
#ifndef SVD_LOGD_TROUBLE_H
#define SVD_LOGD_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: all is well. Times are monotonic seconds and come from the caller. */
struct trouble {
	int      code;		/* negative errno; 0: all is well */
	int      why;		/* the latest code, also when it is over */
	bool     told;		/* somebody was told that it began */
	double   since;
	double   retry_at;	/* no attempt before */
	double   told_at;	/* when it was said last, also of an earlier trouble; 0: never */
	uint64_t lost;		/* bytes dropped since it was said */
	uint64_t lost_all;	/* bytes dropped since the last healing that was said */
};

/* An attempt failed. */
void trouble_note(struct trouble *t, int code, double now);

/* Is it so young that bytes are kept in their pipes rather than dropped? */
bool trouble_is_young(const struct trouble *t, double now);

bool trouble_may_try(const struct trouble *t, double now);
void trouble_lose(struct trouble *t, uint64_t bytes);

/* It is said when it begins, and then at most once a minute. */
bool trouble_may_tell(const struct trouble *t, double now);
void trouble_was_told(struct trouble *t, double now);

/* It works again. True when that is worth saying (lost_all tells how much); see trouble_is_over. */
bool trouble_end(struct trouble *t, double now);

/* The healing was said: forget the losses. */
void trouble_is_over(struct trouble *t);

#endif
