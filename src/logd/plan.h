/* plan.h - how much of what is in a pipe may go to the file, and is it time for a new one? */
#ifndef SVD_LOGD_PLAN_H
#define SVD_LOGD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* A line may make a file longer than maxbytes, by so many bytes; then it is cut. */
	PLAN_OVERRUN = 1024 * 1024,
	/* With so many bytes to spare an unfinished line is passed on: its end will fit too. */
	PLAN_SPARE = 4096,
};

/* What the decision is made of. Pure numbers: no file, no pipe, no clock. */
struct plan {
	uint64_t there;		/* bytes in the pipe, more than 0 */
	uint64_t room;		/* bytes until the file is full; UINT64_MAX: no limit */
	uint64_t most;		/* bytes it takes at all, when a line runs over */
	uint64_t lines;		/* bytes through the last newline within room; 0: no newline */
	bool     seen;		/* there is one; otherwise `lines` are all, newline or not */
	bool     fresh;		/* the file is empty */
	bool     inside;	/* it ends inside a line, and the line is this pipe's */
	bool     must;		/* what is there will not become a whole line soon */
};

enum plan_step {
	PLAN_LINES,	/* pass `lines` bytes */
	PLAN_ALL,	/* pass all: the file ends inside a line then */
	PLAN_LINE_OVER,	/* pass one line that does not fit: through the first newline, or `most` */
	PLAN_ROTATE,	/* begin a new file, then ask again */
	PLAN_WAIT,	/* for the end of the line */
};

enum plan_step plan_next(const struct plan *p);

/* Bytes until the file of that size is full; maxbytes 0: no limit. */
uint64_t plan_room(uint64_t size, uint64_t maxbytes);

/* Bytes that may go to it at all when a line runs over. */
uint64_t plan_most(uint64_t size, uint64_t maxbytes);

/* May these bytes go without a look at their lines, where an unfinished one does not matter? */
bool plan_fits_easily(uint64_t n, uint64_t room);

#endif
