/* period.h - the hour or the day of a moment, in local time */
#ifndef SVD_LOGD_PERIOD_H
#define SVD_LOGD_PERIOD_H

#include <time.h>

#include "base/logwords.h"

/* From begin to before end; wall clock, seconds. */
struct period {
	time_t begin, end;
};

/*
 * Make *p the period of `now`; when it is already, that costs nothing. All zero is a *p that is the
 * period of no moment. `how` is ROTATE_HOURLY or ROTATE_DAILY.
 */
void period_find(struct period *p, enum log_rotate how, time_t now);

#endif
