/* look.h - what is in a pipe, without taking it out */
#ifndef SVD_LOGD_LOOK_H
#define SVD_LOGD_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/macro.h"

enum { LOOK_BUF = 64 * 1024 };

/* One for the whole process: every look ends before the next begins. */
struct look {
	int    scratch[2];	/* owned; a pipe that holds second references to the bytes */
	int    null;		/* owned; /dev/null, where bytes go that nobody wants */
	char  *buf;		/* owned; LOOK_BUF bytes */
	int    fd;		/* borrowed; the pipe that was looked at last */
	size_t n;		/* bytes seen in it */
	size_t left;		/* bytes of them that are still in scratch */
};

must_check int look_init(struct look *l);	/* 0 or -errno; on failure call look_done too */
void look_done(struct look *l);

/*
 * Look at all that is in the pipe. Returns the number of bytes, 0 at its end (empty and no
 * writer), -EAGAIN when it is empty, -EINVAL when it is no pipe, or another -errno.
 */
ssize_t look_at(struct look *l, int fd);

/*
 * Of the first `limit` bytes seen (limit <= what look_at returned): how many are there through
 * the last, or the first, newline? 0: there is none.
 */
size_t look_last_line(struct look *l, size_t limit);
size_t look_first_line(struct look *l, size_t limit);

/* How many newlines are among the first `limit` bytes seen? */
size_t look_count_lines(struct look *l, size_t limit);

/* Copy the first n <= LOOK_BUF bytes of what was looked at to l->buf. Returns how many. */
size_t look_copy(struct look *l, size_t n);

/* Would a writer of the pipe that was looked at have to wait? */
bool look_is_full(struct look *l);

/* Take up to n bytes out of a pipe, to nowhere. As look_at: bytes, 0, or -errno. */
ssize_t look_discard(struct look *l, int fd, size_t n);

/* Take out n bytes that are known to be there. */
void look_drop(struct look *l, int fd, size_t n);

#endif
