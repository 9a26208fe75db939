/*
 * followers.c - event listeners get each event once and answer for it; who follows just looks. So
 * nothing is kept for somebody who does not read: what does not fit is dropped, counted and said.
 */
#include "svd/followers.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/commas.h"
#include "ipc/frame.h"
#include "svd/access.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/gate.h"
#include "svd/news.h"

struct follower {
	struct follower *prev, *next;
	struct engine   *engine;	/* borrowed */
	const struct call *call;	/* borrowed; its owner */
	uint64_t         mask;
};

enum { TYPE_MAX = 64 };		/* bytes of a name */

/* Who may not see a program does not hear of it; what is for all programs is for who sees all. */
static bool may_hear(const struct follower *f, const struct event *event,
		     const struct subject *subject)
{
	const struct config *config = f->engine->config;

	if (!(f->mask >> event->type & 1))
		return false;
	if (*subject->group)
		return access_allows(config, &f->call->who, ROLE_READ, subject->group,
				     *subject->process ? subject->process : NULL);
	return event->type != EVENT_REMOTE_COMMUNICATION ||
	       access_allows(config, &f->call->who, ROLE_READ, NULL, NULL);
}

static json_t *listeners_of(const struct followers *all, const struct event *event,
			    const struct subject *subject)
{
	json_t *to = json_array();
	const struct follower *f;

	DL_FOREACH(all->list, f)
		if (!event || may_hear(f, event, subject))
			json_array_append_new(to, json_integer(f->call->id));
	return to;
}

static json_t *head_of(const struct event *event, const struct subject *subject, json_t *to)
{
	json_t *head = json_pack("{s:s, s:O, s:I, s:s, s:f}", "t", "event", "to", to, "serial",
				 (json_int_t)event->serial, "name", event_name(event->type),
				 "at", clock_wall());

	if (head && *subject->group)
		json_object_set_new(head, "group", json_text(subject->group));
	if (head && *subject->process)
		json_object_set_new(head, "process", json_text(subject->process));
	return head;
}

/* true: all that was dropped before is told. */
static bool tell_loss(struct followers *all, struct gate *gate)
{
	if (!all->untold)
		return true;
	if (gate_event(gate,
		       json_pack("{s:s, s:o, s:I}", "t", "event", "to",
				 listeners_of(all, NULL, NULL), "lost", (json_int_t)all->untold),
		       NULL, 0) < 0)
		return false;
	all->untold = 0;
	return true;
}

static void on_event(struct subscriber *s, struct event *event)
{
	struct followers *all = container_of(s, struct followers, subscriber);
	struct gate *gate = all->list->engine->gate;
	struct subject subject;
	json_t *to;

	news_subject(event, &subject);
	to = listeners_of(all, event, &subject);
	if (json_array_size(to) > 0 &&
	    (!tell_loss(all, gate) ||
	     gate_event(gate, head_of(event, &subject, to), event->payload, event->len) < 0)) {
		all->n_dropped++;
		all->untold++;
	}
	json_decref(to);
}

/* The bus knows what at least one of its subscribers wants. */
static void subscribe(struct followers *all, struct bus *bus)
{
	const struct follower *f;

	if (all->subscriber.mask)
		bus_unsubscribe(bus, &all->subscriber);
	all->subscriber = (struct subscriber){ .on_event = on_event };
	DL_FOREACH(all->list, f)
		all->subscriber.mask |= f->mask;
	if (all->subscriber.mask)
		bus_subscribe(bus, &all->subscriber);
}

struct follower *follower_new(struct engine *e, const struct call *call, uint64_t mask)
{
	struct followers *all = &e->followers;
	struct follower *f = calloc(1, sizeof(*f));
	json_t *head;

	if (!f)
		return NULL;
	*f = (struct follower){ .engine = e, .call = call, .mask = mask };
	DL_APPEND(all->list, f);
	all->n++;
	subscribe(all, &e->bus);
	head = json_pack("{s:s, s:[I]}", "t", "event", "to", call->id);
	(void)gate_event(e->gate, head, NULL, 0);
	return f;
}

void follower_free(struct follower *f)
{
	struct followers *all;

	if (!f)
		return;
	all = &f->engine->followers;
	DL_DELETE(all->list, f);
	all->n--;
	if (!all->list)
		all->untold = 0;
	subscribe(all, &f->engine->bus);
	free(f);
}

uint64_t followers_mask(const char *types)
{
	uint64_t mask = 0, more;
	const char *name;
	char copy[TYPE_MAX];
	size_t n;

	if (!*types)
		return event_mask("EVENT") & ~(event_mask("PROCESS_LOG") | event_mask("TICK"));
	while ((name = commas_next(&types, &n))) {
		if (n >= sizeof(copy))
			return 0;
		memcpy(copy, name, n);
		copy[n] = '\0';
		more = event_mask(copy);
		if (!more)
			return 0;
		mask |= more;
	}
	return mask;
}
