/* source.h - the pipe of a channel, as its sink sees it */
#ifndef SVD_LOGD_SOURCE_H
#define SVD_LOGD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/macro.h"

struct echoes;
struct sink;
struct tap;

struct source {
	struct source *prev, *next;	/* of its sink, in the order of joining */
	struct sink *sink;	/* borrowed; joined; NULL: none */
	int64_t  id;		/* of the channel */
	int      fd;		/* owned; -1: closed */
	mode_t   marks;		/* see below */
	bool     enlarged;	/* its pipe: see source_enlarge */
	uint64_t joined_at, closed_at;	/* by the count of its sinks; closed_at 0: open */
	struct echoes *echoes;	/* borrowed; NULL: none */
	struct tap *tap;	/* borrowed; NULL: none, bytes need not be seen */
	bool     closing;	/* no more is wanted: an unfinished line goes as it is */
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
 * MARKS have to live on when we are killed. The pipe lives on, svd holds it, and some bits of its
 * mode mean nothing to anybody: those are the marks.
 */
enum source_mark {
	/*
	 * An unfinished line at the end of the sink is this pipe's. Our successor would write
	 * another program's line into the middle of it otherwise.
	 */
	MARK_OWNER = S_ISVTX,
	/* What comes next is the rest of a line whose beginning was dropped. */
	MARK_SKIP = S_IXOTH,
};
bool source_has(const struct source *src, enum source_mark mark);
void source_mark(struct source *src, enum source_mark mark, bool on);

/* Is what is written not what is read? */
bool source_is_changed(const struct source *src);

/* Is there text for the file that is not read any more? */
bool source_has_text(const struct source *src);

/* Has the last writer gone? What is in the pipe is all there will be. */
bool source_is_over(const struct source *src);

/* How many lines were taken, for `counted`; -1: nobody counts them. */
int64_t source_lines(const struct source *src);

/*
 * Let the pipe hold more, so that its program waits less often for us and we are called less often.
 * False if the kernel does not want that.
 */
bool source_enlarge(struct source *src);

/* Bytes in the pipe. */
size_t source_pending(const struct source *src);

#endif
