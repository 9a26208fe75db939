/* pool.c - a bounded queue before a set of listeners. */
#include "svd/pool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/strbuf.h"
#include "svd/engine.h"
#include "svd/listener.h"
#include "svd/log.h"

static void on_event(struct subscriber *s, struct event *event)
{
	struct pool *pool = container_of(s, struct pool, subscriber);

	backlog_put(&pool->backlog, event);
	pool->group->engine->again = true;
}

void pool_take_back(struct pool *pool, struct queued *q)
{
	log_debug("rebuffering event %" PRIu64 " for pool %s (buf size=%zu, max=%zu)",
		  q->event->serial, pool->group->conf->name, pool->backlog.number,
		  pool->backlog.max_events);
	backlog_take_back(&pool->backlog, q);
	pool->group->engine->again = true;
}

/* --- sending --- */

static void add_head(const struct pool *pool, const struct queued *q, struct strbuf *out)
{
	const struct config *config = pool->group->engine->config;
	const struct event *event = q->event;

	strbuf_addf(out, "ver:3.0 server:%s serial:%" PRIu64 " pool:%s poolserial:%" PRIu64
		    " eventname:%s len:%zu\n", config->identifier, event->serial,
		    pool->group->conf->name, q->serial, event_name(event->type), event->len);
}

static struct listener *next_ready(const struct pool *pool, size_t *i)
{
	while (*i < pool->group->n_processes) {
		struct listener *l = pool->group->processes[(*i)++]->listener;

		if (listener_is_ready(l))
			return l;
	}
	return NULL;
}

/* Send the first that waits; false: nobody can take it now. */
static bool send_first(struct pool *pool)
{
	struct queued *first = pool->backlog.list;
	struct strbuf head = { 0 };
	struct listener *l;
	bool sent = false;
	size_t i = 0;

	while (!sent && (l = next_ready(pool, &i))) {
		if (!head.len)
			add_head(pool, first, &head);
		if (head.oom)
			break;
		sent = listener_send(l, first, head.s, head.len);
	}
	if (sent)
		(void)backlog_take_first(&pool->backlog);	/* it is the listener's now */
	strbuf_done(&head);
	return sent;
}

void pool_step(struct pool *pool)
{
	for (size_t i = 0; i < pool->group->n_processes; i++)
		listener_step(pool->group->processes[i]->listener);
	while (pool->backlog.list && send_first(pool))
		;
}

/* --- life --- */

struct pool *pool_new(struct group *group)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	if (backlog_init(&pool->backlog, group->engine->loop, "pool", group->conf->name,
			 (size_t)group->conf->pool->buffer_size) < 0) {
		free(pool);
		return NULL;
	}
	pool->group = group;
	pool->subscriber.mask = group->conf->pool->events;
	pool->subscriber.on_event = on_event;
	bus_subscribe(&group->engine->bus, &pool->subscriber);
	DL_APPEND(group->engine->pools, pool);
	return pool;
}

void pool_configure(struct pool *pool)
{
	if (pool)
		backlog_resize(&pool->backlog, (size_t)pool->group->conf->pool->buffer_size);
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	bus_unsubscribe(&pool->group->engine->bus, &pool->subscriber);
	DL_DELETE(pool->group->engine->pools, pool);
	backlog_done(&pool->backlog);
	free(pool);
}
