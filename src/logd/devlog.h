/* devlog.h - the system's log: lines for whoever listens at /dev/log */
#ifndef SVD_LOGD_DEVLOG_H
#define SVD_LOGD_DEVLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/loop.h"
#include "logd/sinks.h"
#include "logd/trouble.h"

struct message;
struct strbuf;

/*
 * Never waits. A log that is busy, or away for a moment, finds its lines in a queue of at most
 * DEVLOG_QUEUE_MAX bytes; what does not fit, or has waited in vain, is dropped, counted and said.
 */
enum { DEVLOG_QUEUE_MAX = 1024 * 1024, DEVLOG_LINE_MAX = 64 * 1024 };	/* bytes */

struct devlog {
	const char     *path;		/* borrowed; of the socket */
	int             fd;		/* owned; -1: not connected */
	struct message *queue;		/* owned, the oldest first */
	size_t          queued;		/* bytes */
	struct io       io;		/* waits for room */
	struct timer    retry;		/* waits for somebody to listen */
	struct trouble  trouble;
	const struct sink_news *news;	/* borrowed */
	void           *user;
};

/* path, borrowed: NULL means /dev/log. */
void devlog_init(struct devlog *d, struct loop *loop, const char *path,
		 const struct sink_news *news, void *user);
void devlog_done(struct devlog *d);

/* One line, of at most DEVLOG_LINE_MAX bytes, without its end. who goes before it, unless "". */
void devlog_send(struct devlog *d, const char *who, const char *line, size_t n);

/* The program ends and the loop does not run any more: wait for the queue for at most so long. */
void devlog_drain(struct devlog *d, int milliseconds);

/* The bytes of such a message, as the C library's syslog(3) makes them. now: wall clock. */
void devlog_format(struct strbuf *sb, double now, const char *who, const char *line, size_t n);

#endif
