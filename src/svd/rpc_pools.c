/*
 * rpc_pools.c - who is told of events, how far they are, and what they have missed: one picture of
 * it for RPC, /metrics and svctl. What an event says stays out of it, so it shows nothing of
 * processes that the client may not see.
 */
#include <utlist.h>

#include "base/clock.h"
#include "base/jsonout.h"
#include "base/strbuf.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/hook.h"
#include "svd/listener.h"
#include "svd/permit.h"
#include "svd/pool.h"
#include "svd/rpc_info.h"

static void add_null(struct strbuf *sb, const char *key)
{
	json_out_key(sb, key);
	strbuf_adds(sb, "null");
}

/* --- one listener --- */

void rpc_add_listener(struct strbuf *sb, const struct process *p)
{
	const struct listener *l = p->listener;
	double wait = listener_wait(l);

	json_out_member(sb, "listener_state", p->pid ? dialog_state_name(l->dialog.state) : "");
	json_out_member_large(sb, "sent", l->counts.sent);
	json_out_member_large(sb, "answered", l->counts.ok);
	json_out_member_large(sb, "rejected", l->counts.rejected);
	json_out_member_large(sb, "noise", l->counts.noise);
	json_out_member_large(sb, "restarts", l->counts.forced);
	if (l->held)
		json_out_member_large(sb, "holds", l->held->event->serial);
	else
		add_null(sb, "holds");
	if (!p->pid && proc_comes_back(p) && wait > 0)
		json_out_member_int(sb, "backoff_until", (int64_t)(clock_wall() + wait));
	else
		add_null(sb, "backoff_until");
}

static void add_listener(struct strbuf *sb, const struct process *p)
{
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	json_out_member(sb, "name", p->conf->name);
	json_out_member_int(sb, "state", proc_state_code(p->state));
	json_out_member(sb, "statename", proc_state_name(p->state));
	json_out_member_int(sb, "pid", p->pid);
	rpc_add_listener(sb, p);
	strbuf_addc(sb, '}');
}

static void add_listeners(struct strbuf *sb, const struct engine *e, const struct call *call,
			  const struct group *group)
{
	json_out_key(sb, "listeners");
	strbuf_addc(sb, '[');
	for (size_t i = 0; i < group->n_processes; i++)
		if (permit_sees(e, call, group->processes[i]))
			add_listener(sb, group->processes[i]);
	strbuf_addc(sb, ']');
}

/* --- one pool --- */

static void add_events(struct strbuf *sb, uint64_t mask)
{
	enum event_type types[EVENT_N];
	size_t n = event_summary(mask, types);

	json_out_key(sb, "events");
	strbuf_addc(sb, '[');
	for (size_t i = 0; i < n; i++) {
		json_out_comma(sb);
		json_out_string(sb, event_name(types[i]));
	}
	strbuf_addc(sb, ']');
}

/* The event that came last, whatever became of it. */
static void add_last_event(struct strbuf *sb, const struct backlog *b)
{
	if (b->last_at <= 0) {
		add_null(sb, "last_event");
		return;
	}
	json_out_key(sb, "last_event");
	strbuf_addc(sb, '{');
	json_out_member(sb, "type", event_name(b->last_type));
	json_out_member_large(sb, "serial", b->last_serial);
	json_out_member_int(sb, "at", (int64_t)b->last_at);
	strbuf_addc(sb, '}');
}

static void add_queue(struct strbuf *sb, const struct group *group, const char *kind,
		      const struct subscriber *subscriber, const struct backlog *b)
{
	json_out_member(sb, "name", group->conf->name);
	json_out_member(sb, "kind", kind);
	add_events(sb, subscriber->mask);
	json_out_member_int(sb, "queued", (int64_t)b->number);
	json_out_member_large(sb, "queued_bytes", b->bytes);
	json_out_member_int(sb, "room", (int64_t)b->max_events);
	json_out_member_large(sb, "accepted", b->n_accepted);
	json_out_member_large(sb, "dropped", b->n_dropped);
	add_last_event(sb, b);
}

static void add_sums(struct strbuf *sb, const struct group *group)
{
	uint64_t ok = 0, rejected = 0;

	for (size_t i = 0; i < group->n_processes; i++) {
		ok += group->processes[i]->listener->counts.ok;
		rejected += group->processes[i]->listener->counts.rejected;
	}
	json_out_member_large(sb, "delivered", ok);
	json_out_member_large(sb, "rejected", rejected);
}

static void add_pool(struct strbuf *sb, const struct engine *e, const struct call *call,
		     const struct group *group)
{
	const struct pool *pool = group->pool;

	add_queue(sb, group, "eventlistener", &pool->subscriber, &pool->backlog);
	add_sums(sb, group);
	add_null(sb, "last_error");
	add_listeners(sb, e, call, group);
}

/* --- one hook --- */

static int64_t n_under_way(const struct hook *hook)
{
	const struct delivery *d;
	int64_t n = 0;

	DL_FOREACH(hook->deliveries, d)
		n += d->is_under_way;
	return n;
}

static void add_last_error(struct strbuf *sb, const struct hook *hook)
{
	if (!hook->last_error) {
		add_null(sb, "last_error");
		return;
	}
	json_out_key(sb, "last_error");
	strbuf_addc(sb, '{');
	json_out_member(sb, "text", hook->last_error);
	json_out_member_int(sb, "at", (int64_t)hook->last_error_at);
	strbuf_addc(sb, '}');
}

static void add_hook(struct strbuf *sb, const struct group *group)
{
	const struct hook *hook = group->hook;
	const char *url = group->conf->hook->shown;

	add_queue(sb, group, url ? "webhook" : "eventexec", &hook->subscriber, &hook->backlog);
	json_out_member_large(sb, "delivered", hook->n_done);
	json_out_member_large(sb, "failed", hook->n_failed);
	json_out_member_large(sb, "coalesced", hook->n_coalesced);
	json_out_member_large(sb, "retries", hook->n_retries);
	json_out_member_int(sb, "under_way", n_under_way(hook));
	if (url)
		json_out_member(sb, "url", url);
	add_last_error(sb, hook);
	json_out_key(sb, "listeners");
	strbuf_adds(sb, "[]");
}

/* --- all --- */

static bool is_told(const struct group *group)
{
	return group->pool || group->hook;
}

static void add_one(struct strbuf *sb, const struct engine *e, const struct call *call,
		    const struct group *group)
{
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	if (group->pool)
		add_pool(sb, e, call, group);
	else
		add_hook(sb, group);
	strbuf_addc(sb, '}');
}

void rpc_add_pools(struct strbuf *sb, const struct engine *e, const struct call *call)
{
	const struct group *group;

	strbuf_addc(sb, '[');
	DL_FOREACH(e->groups, group)
		if (is_told(group) && permit_sees_group(e, call, group))
			add_one(sb, e, call, group);
	strbuf_addc(sb, ']');
}

/* --- the methods --- */

void rpc_get_pools(struct engine *e, struct call *call)
{
	struct strbuf sb = { 0 };

	rpc_add_pools(&sb, e, call);
	call_result_text(call, strbuf_steal(&sb));
}

void rpc_get_pool(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	const struct group *group = engine_find_group(e, name);
	struct strbuf sb = { 0 };

	if (!group || !is_told(group)) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
		return;
	}
	add_one(&sb, e, call, group);
	call_result_text(call, strbuf_steal(&sb));
}
