/* coalesce.c - a program that crashes in a loop is one piece of news now and then, not a flood. */
#include "svd/coalesce.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "svd/bus.h"
#include "svd/news.h"

struct window {
	struct window *prev, *next;
	UT_hash_handle hh;
	double         ends;		/* monotonic seconds */
	struct event  *last;		/* counted: of those that it keeps; NULL: it keeps none */
	unsigned       count;
	char           key[];		/* "TYPE group:process" */
};

enum { KEY_MAX = 2 * SUBJECT_NAME_MAX + 64 };

static size_t key_of(const struct event *event, char *buf)
{
	struct subject subject;

	news_subject(event, &subject);
	return (size_t)snprintf(buf, KEY_MAX, "%d %s:%s", (int)event->type, subject.group,
				subject.process);
}

static void close_window(struct coalesce *c, struct window *w)
{
	HASH_DEL(c->by_key, w);
	DL_DELETE(c->list, w);
	c->n--;
	c->n_held -= w->last != NULL;
	event_unref(w->last);
	free(w);
}

/* Those that have ended and kept nothing are of no use. */
static void close_empty(struct coalesce *c, double now)
{
	struct window *w, *next;

	DL_FOREACH_SAFE(c->list, w, next) {
		if (w->ends > now)
			break;
		if (!w->last)
			close_window(c, w);
	}
}

/* Without memory, or when there are too many, none begins: the next event is a first one, too. */
static void open_window(struct coalesce *c, const char *key, size_t n, double ends)
{
	struct window *w = c->n < WINDOWS_MAX ? calloc(1, sizeof(*w) + n + 1) : NULL;

	if (!w)
		return;
	w->ends = ends;
	memcpy(w->key, key, n + 1);
	HASH_ADD_KEYPTR(hh, c->by_key, w->key, n, w);
	if (!w->hh.tbl) {
		free(w);
		return;
	}
	DL_APPEND(c->list, w);
	c->n++;
}

bool coalesce_take(struct coalesce *c, struct event *event, double now, double seconds)
{
	char key[KEY_MAX];
	size_t n = key_of(event, key);
	struct window *w;

	close_empty(c, now);
	HASH_FIND(hh, c->by_key, key, n, w);
	if (!w) {
		open_window(c, key, n, now + seconds);
		return false;
	}
	c->n_held += w->last == NULL;
	event_unref(w->last);
	w->last = event_ref(event);
	w->count++;
	return true;
}

struct event *coalesce_due(struct coalesce *c, double now, double seconds, unsigned *ret_count)
{
	struct window *w;
	struct event *event;

	close_empty(c, now);
	w = c->list;
	if (!w || w->ends > now)
		return NULL;
	event = w->last;
	*ret_count = w->count;
	w->last = NULL;
	w->count = 0;
	c->n_held--;
	w->ends = now + seconds;
	DL_DELETE(c->list, w);
	DL_APPEND(c->list, w);
	return event;
}

double coalesce_next(const struct coalesce *c)
{
	const struct window *w = c->n_held ? c->list : NULL;

	while (w && !w->last)
		w = w->next;
	return w ? w->ends : INFINITY;
}

void coalesce_done(struct coalesce *c)
{
	while (c->list)
		close_window(c, c->list);
}
