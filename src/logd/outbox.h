/* outbox.h - what waits for a receiver: a bounded queue, and what is said of what it cannot hold */
#ifndef SVD_LOGD_OUTBOX_H
#define SVD_LOGD_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "logd/sinks.h"
#include "logd/trouble.h"

enum { OUTBOX_MAX = 1024 * 1024 };	/* bytes that wait */

struct message {
	struct message *prev, *next;
	size_t          n;
	char            bytes[];
};

struct outbox {
	const char     *name;	/* borrowed; in the news, where files have their path */
	const char     *where;	/* borrowed; "cannot send to WHERE" */
	struct message *queue;	/* owned, the oldest first */
	size_t          queued;	/* bytes */
	struct trouble  trouble;
	const struct sink_news *news;	/* borrowed */
	void           *user;
};

void outbox_init(struct outbox *o, const char *name, const char *where,
		 const struct sink_news *news, void *user);
void outbox_done(struct outbox *o);

/* One message, copied. What does not fit is dropped, because of why. */
void outbox_add(struct outbox *o, const void *p, size_t n, const char *why);

/* The oldest has been sent, or was dropped. There must be one. */
void outbox_pop(struct outbox *o);

/* So many bytes are lost, or all that wait are. That is counted, and said at most once a minute. */
void outbox_lose(struct outbox *o, size_t bytes, const char *why);
void outbox_drop_all(struct outbox *o, const char *why);

/* It works again: say so, if the trouble was said. */
void outbox_heal(struct outbox *o);

#endif
