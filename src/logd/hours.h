/* hours.h - the hour and midnight: files of programs that write nothing become old files too */
#ifndef SVD_LOGD_HOURS_H
#define SVD_LOGD_HOURS_H

#include "ipc/loop.h"

struct sinks;

struct hours {
	struct sinks *sinks;	/* borrowed */
	struct timer  timer;	/* armed while a file rotates by time */
};

void hours_init(struct hours *h, struct loop *loop, struct sinks *sinks);
void hours_done(struct hours *h);

/* A file rotates by time from now on. NULL is allowed. */
void hours_watch(struct hours *h);

#endif
