/* backlog.h - events that wait for whoever is to get them: bounded, counted, oldest first */
#ifndef SVD_SVD_BACKLOG_H
#define SVD_SVD_BACKLOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "svd/bus.h"

enum {
	BACKLOG_BYTES_LEAST = 16 * 1024 * 1024,	/* of payloads that may wait, */
	BACKLOG_BYTES_EACH = 1024,	/* ... more where more than 16,384 events may */
};

/* An event in one queue: waiting, or in the hands of whoever took it. */
struct queued {
	struct queued *prev, *next;
	struct event  *event;	/* counted */
	uint64_t       serial;	/* from 0, of this queue */
	double         at;	/* wall clock, seconds: when it came */
	unsigned       count;	/* events that it stands for: 1, unless its owner says more */
};

void queued_free(struct queued *q);	/* NULL is allowed */

/*
 * At its limit, of events or of bytes, the oldest go. The first that goes is logged at once with
 * its serial, as in Supervisor; of those that follow only the number, once a minute, by a timer
 * that is armed only while there is a number to tell.
 */
struct backlog {
	char           *owner;		/* owned: "pool x", for the log */
	struct queued  *list;		/* owned, the next to be taken first */
	size_t          number;		/* events */
	size_t          bytes;		/* of their payloads */
	size_t          max_events;
	uint64_t        max_bytes;	/* the newest may wait alone, however large it is */
	uint64_t        n_accepted;	/* events, all that were put */
	uint64_t        n_dropped;	/* of these, for want of room or memory */
	enum event_type last_type;	/* of the event that came last, ... */
	uint64_t        last_serial;	/* ... over all queues, as in event->serial */
	double          last_at;	/* wall clock, seconds; 0: none came yet */
	struct timer    report;
	double          said_mono;	/* when something was logged last; 0: never */
	uint64_t        n_unsaid;	/* dropped since, and not yet logged */
};

/* Its owner is a kind and a name: "pool", "x". 0, or -ENOMEM: then all of it is zero. */
must_check int backlog_init(struct backlog *b, struct loop *loop, const char *kind,
			    const char *name, size_t max_events);
void backlog_done(struct backlog *b);	/* all zero again; nothing is done when it is */

/* From now on so many may wait; what is too much goes at once, the oldest first. */
void backlog_resize(struct backlog *b, size_t max_events);

/*
 * Append it, counted up. There is always room: the oldest make it. NULL: there is no memory, and it
 * is dropped.
 */
struct queued *backlog_put(struct backlog *b, struct event *event);

/* The oldest, the caller's from now on: to be given back, or freed. NULL: nothing waits. */
struct queued *backlog_take_first(struct backlog *b);

/*
 * What was taken could not be done: it is the next to be taken. For that the oldest of those that
 * wait go when there is no room, not the one that comes back.
 */
void backlog_take_back(struct backlog *b, struct queued *q);

#endif
