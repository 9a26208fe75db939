/*
 * outbox.c - a receiver that is slow or away holds up nobody: its lines wait here, as many as fit,
 * and whole lines are dropped and counted.
 */
#include "logd/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"

void outbox_init(struct outbox *o, const char *name, const char *where,
		 const struct sink_news *news, void *user)
{
	*o = (struct outbox){ .name = name, .where = where, .news = news, .user = user };
}

void outbox_done(struct outbox *o)
{
	while (o->queue)
		outbox_pop(o);
}

void outbox_pop(struct outbox *o)
{
	struct message *m = o->queue;

	DL_DELETE(o->queue, m);
	o->queued -= m->n;
	free(m);
}

void outbox_add(struct outbox *o, const void *p, size_t n, const char *why)
{
	struct message *m = o->queued + n <= OUTBOX_MAX ? malloc(sizeof(*m) + n) : NULL;

	if (!m) {
		outbox_lose(o, n, why);
		return;
	}
	m->n = n;
	memcpy(m->bytes, p, n);
	DL_APPEND(o->queue, m);
	o->queued += n;
}

void outbox_lose(struct outbox *o, size_t bytes, const char *why)
{
	char text[512];

	trouble_lose(&o->trouble, bytes);
	if (!trouble_may_tell(&o->trouble, clock_mono()))
		return;
	snprintf(text, sizeof(text), "cannot send to %s: %s", o->where, why);
	if (o->news->on_trouble(o->user, o->name, text, o->trouble.lost) == 0)
		trouble_was_told(&o->trouble, clock_mono());
}

void outbox_drop_all(struct outbox *o, const char *why)
{
	size_t bytes = o->queued;

	outbox_done(o);
	outbox_lose(o, bytes, why);
}

void outbox_heal(struct outbox *o)
{
	if (trouble_end(&o->trouble, clock_mono()) &&
	    o->news->on_healed(o->user, o->name, o->trouble.lost_all) == 0)
		trouble_is_over(&o->trouble);
}
