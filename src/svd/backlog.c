/* backlog.c - one slow listener must cost neither memory without end nor a log full of it. */
#include "svd/backlog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "svd/log.h"

/* Seconds between two lines about what was dropped. */
static const double REPORT_EVERY = 60;

void queued_free(struct queued *q)
{
	if (!q)
		return;
	event_unref(q->event);
	free(q);
}

/* --- what is said --- */

static void say_unsaid(struct backlog *b)
{
	if (b->n_unsaid)
		log_error("%s event buffer overflowed, events discarded since the last line like "
			  "this: %" PRIu64, b->owner, b->n_unsaid);
	b->n_unsaid = 0;
	b->said_mono = clock_mono();
}

static void on_report(struct timer *t)
{
	say_unsaid(container_of(t, struct backlog, report));
}

/* Counts an event that is lost. Is it to be told now, for itself? */
static bool is_news(struct backlog *b)
{
	double now = clock_mono(), until = b->said_mono + REPORT_EVERY;

	b->n_dropped++;
	if (b->n_unsaid == 0 && (b->said_mono == 0 || now >= until)) {
		b->said_mono = now;
		return true;
	}
	if (b->n_unsaid++ == 0)
		timer_start(&b->report, until - now);
	return false;
}

/* --- room --- */

static void attach(struct backlog *b, struct queued *q)
{
	b->number++;
	b->bytes += q->event->len;
}

static bool has_room(const struct backlog *b, size_t events, size_t bytes)
{
	return b->number + events <= b->max_events && b->bytes + bytes <= b->max_bytes;
}

static void make_room(struct backlog *b, size_t events, size_t bytes)
{
	while (b->list && !has_room(b, events, bytes)) {
		struct queued *oldest = backlog_take_first(b);

		if (is_news(b))
			log_error("%s event buffer overflowed, discarding event %" PRIu64,
				  b->owner, oldest->event->serial);
		queued_free(oldest);
	}
}

struct queued *backlog_put(struct backlog *b, struct event *event)
{
	struct queued *q = calloc(1, sizeof(*q));
	uint64_t serial = b->n_accepted++;

	b->last_type = event->type;
	b->last_serial = event->serial;
	b->last_at = clock_wall();
	if (!q) {
		if (is_news(b))
			log_error("%s event buffer: out of memory, discarding event %" PRIu64,
				  b->owner, event->serial);
		return NULL;
	}
	*q = (struct queued){ .event = event_ref(event), .serial = serial, .at = b->last_at,
			      .count = 1 };
	make_room(b, 1, event->len);
	DL_APPEND(b->list, q);
	attach(b, q);
	return q;
}

struct queued *backlog_take_first(struct backlog *b)
{
	struct queued *first = b->list;

	if (!first)
		return NULL;
	DL_DELETE(b->list, first);
	b->number--;
	b->bytes -= first->event->len;
	return first;
}

void backlog_take_back(struct backlog *b, struct queued *q)
{
	make_room(b, 1, q->event->len);
	DL_PREPEND(b->list, q);
	attach(b, q);
}

void backlog_resize(struct backlog *b, size_t max_events)
{
	uint64_t bytes = (uint64_t)max_events * BACKLOG_BYTES_EACH;

	b->max_events = max_events;
	b->max_bytes = bytes > BACKLOG_BYTES_LEAST ? bytes : BACKLOG_BYTES_LEAST;
	make_room(b, 0, 0);
}

/* --- life --- */

int backlog_init(struct backlog *b, struct loop *loop, const char *kind, const char *name,
		 size_t max_events)
{
	struct strbuf owner = { 0 };

	strbuf_addf(&owner, "%s %s", kind, name);
	*b = (struct backlog){ .owner = strbuf_steal(&owner) };
	if (!b->owner)
		return -ENOMEM;
	timer_init(&b->report, loop, on_report);
	backlog_resize(b, max_events);
	return 0;
}

void backlog_done(struct backlog *b)
{
	struct queued *q;

	if (!b->owner)
		return;
	timer_stop(&b->report);
	say_unsaid(b);
	while ((q = backlog_take_first(b)))
		queued_free(q);
	free(b->owner);
	*b = (struct backlog){ 0 };
}
