/* pool.c - a bounded queue before a set of listeners. */
#include "svd/pool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/strbuf.h"
#include "svd/engine.h"
#include "svd/listener.h"
#include "svd/log.h"

void pooled_free(struct pooled *pooled)
{
	if (!pooled)
		return;
	event_unref(pooled->event);
	free(pooled);
}

static struct pooled *take_first(struct pool *pool)
{
	struct pooled *first = pool->buffer;

	DL_DELETE(pool->buffer, first);
	pool->n_buffered--;
	return first;
}

/* There is always room for what comes: at the limit the oldest goes, as in Supervisor. */
static void make_room(struct pool *pool)
{
	struct pooled *oldest;

	if (pool->n_buffered < (size_t)pool->group->conf->pool->buffer_size)
		return;
	oldest = take_first(pool);
	pool->n_dropped++;
	log_error("pool %s event buffer overflowed, discarding event %" PRIu64,
		  pool->group->conf->name, oldest->event->serial);
	pooled_free(oldest);
}

static void on_event(struct subscriber *s, struct event *event)
{
	struct pool *pool = container_of(s, struct pool, subscriber);
	struct pooled *pooled = calloc(1, sizeof(*pooled));

	if (!pooled) {
		pool->n_dropped++;
		log_error("out of memory: pool %s does not get event %" PRIu64,
			  pool->group->conf->name, event->serial);
		return;
	}
	pooled->event = event_ref(event);
	pooled->serial = pool->n_accepted++;
	make_room(pool);
	DL_APPEND(pool->buffer, pooled);
	pool->n_buffered++;
	pool->group->engine->again = true;
}

void pool_take_back(struct pool *pool, struct pooled *pooled)
{
	log_debug("rebuffering event %" PRIu64 " for pool %s (buf size=%zu, max=%d)",
		  pooled->event->serial, pool->group->conf->name, pool->n_buffered,
		  pool->group->conf->pool->buffer_size);
	make_room(pool);
	DL_PREPEND(pool->buffer, pooled);
	pool->n_buffered++;
	pool->group->engine->again = true;
}

/* --- sending --- */

static void render(const struct pool *pool, const struct pooled *pooled, struct strbuf *out)
{
	const struct config *config = pool->group->engine->config;
	const struct event *event = pooled->event;

	strbuf_addf(out, "ver:3.0 server:%s serial:%" PRIu64 " pool:%s poolserial:%" PRIu64
		    " eventname:%s len:%zu\n", config->identifier, event->serial,
		    pool->group->conf->name, pooled->serial, event_name(event->type), event->len);
	strbuf_add(out, event->payload, event->len);
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
	struct strbuf text = { 0 };
	struct listener *l;
	bool sent = false;
	size_t i = 0;

	while (!sent && (l = next_ready(pool, &i))) {
		if (!text.len)
			render(pool, pool->buffer, &text);
		if (text.oom)
			break;
		sent = listener_send(l, pool->buffer, text.s, text.len);
	}
	if (sent)
		(void)take_first(pool);		/* it is the listener's now */
	strbuf_done(&text);
	return sent;
}

void pool_step(struct pool *pool)
{
	for (size_t i = 0; i < pool->group->n_processes; i++)
		listener_step(pool->group->processes[i]->listener);
	while (pool->buffer && send_first(pool))
		;
}

/* --- life --- */

struct pool *pool_new(struct group *group)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->group = group;
	pool->subscriber.mask = group->conf->pool->events;
	pool->subscriber.on_event = on_event;
	bus_subscribe(&group->engine->bus, &pool->subscriber);
	DL_APPEND(group->engine->pools, pool);
	return pool;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	bus_unsubscribe(&pool->group->engine->bus, &pool->subscriber);
	DL_DELETE(pool->group->engine->pools, pool);
	while (pool->buffer)
		pooled_free(take_first(pool));
	free(pool);
}
