/* source.h - the pipe of a channel, as its sink sees it */
#ifndef SVD_LOGD_SOURCE_H
#define SVD_LOGD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct echoes;
struct tap;

struct source {
	int      fd;		/* owned; -1: closed */
	bool     marked;	/* see below */
	struct echoes *echoes;	/* borrowed; NULL: none */
	struct tap *tap;	/* borrowed; NULL: none, bytes need not be seen */
	bool     copy;		/* its writer may never wait for a file: see target_copy */
	bool     closing;	/* no more is wanted: an unfinished line goes as it is */
	bool     skip;		/* what comes is the rest of a line whose beginning was dropped */
	uint64_t taken;		/* bytes taken out of the pipe, */
	uint64_t dropped;	/* those of them that are in no file, */
	uint64_t dropped_lines;	/* ... and how many lines ended in them */
	uint64_t dropped_told;	/* dropped, when svd was told of it last */
	int64_t  lines;		/* when it is done: source_lines, as it was last */
	double   waits_since;	/* monotonic; bytes are there and cannot go yet; 0: no */
};

/*
 * Makes fd, which must be a pipe, the source's. Returns 0, or -errno: then fd is the caller's and
 * the source has none.
 */
must_check int source_init(struct source *src, int fd);
void source_done(struct source *src);	/* before its tap goes */

/*
 * THE MARK says "an unfinished line at the end of the sink is this pipe's". It has to live on when
 * we are killed, or our successor could write another program's line into the middle of this one.
 * The pipe lives on, svd holds it, and the sticky bit of its mode means nothing to anybody: that
 * bit is the mark.
 */
bool source_fd_is_marked(int fd);
bool source_is_marked(const struct source *src);
void source_mark(struct source *src, bool on);

/* Is what is written not what is read? */
bool source_is_changed(const struct source *src);

/* Is it written before it is taken? Killed in between, we write it again. */
bool source_is_copied(const struct source *src);

/* Has the last writer gone? What is in the pipe is all there will be. */
bool source_is_over(const struct source *src);

/* How many lines were taken, for `counted`; -1: nobody counts them. */
int64_t source_lines(const struct source *src);

/* Bytes in the pipe. */
size_t source_pending(const struct source *src);

#endif
