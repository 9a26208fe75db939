/* devlog.h - the system's log: lines for whoever listens at /dev/log */
#ifndef SVD_LOGD_DEVLOG_H
#define SVD_LOGD_DEVLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/loop.h"
#include "logd/outbox.h"

struct strbuf;

enum { SYSLOG_LINE_MAX = 64 * 1024 };	/* bytes */

/* What stands before a line. */
struct syslog_head {
	int         priority;	/* facility and severity, as in <syslog.h> */
	const char *ident;	/* the program, to syslog; borrowed */
	const char *who;	/* before the line, unless ""; borrowed */
};

/*
 * Never waits. A log that is busy, or away for a moment, finds its lines in its outbox; what does
 * not fit, or has waited in vain, is dropped, counted and said.
 */
struct devlog {
	const char   *path;	/* borrowed; of the socket */
	int           fd;	/* owned; -1: not connected */
	struct outbox out;
	struct io     io;	/* waits for room */
	struct timer  retry;	/* waits for somebody to listen */
};

/* path, borrowed: NULL means /dev/log. */
void devlog_init(struct devlog *d, struct loop *loop, const char *path,
		 const struct sink_news *news, void *user);
void devlog_done(struct devlog *d);

/* One line, of at most SYSLOG_LINE_MAX bytes, without its end. */
void devlog_send(struct devlog *d, const struct syslog_head *head, const char *line, size_t n);

/* The bytes of such a message, as the C library's syslog(3) makes them. now: wall clock. */
void devlog_format(struct strbuf *sb, double now, const struct syslog_head *head,
		   const char *line, size_t n);

#endif
