/*
 * hook.c - what [eventexec:x] and [webhook:x] have in common: which events, in what order, how many
 * at a time and in a minute, and what is done about those that fail. Nothing here knows how one is
 * delivered, or waits for it.
 */
#include "svd/hook.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/nameglob.h"
#include "svd/engine.h"
#include "svd/hook_exec.h"
#include "svd/hook_post.h"
#include "svd/log.h"
#include "svd/news.h"

static const double MINUTE = 60, BACKOFF_MAX = 3600;	/* seconds */

/* Seconds; what is due and could not begin, for want of memory, must not make us spin. */
static const double SOON = 0.001;

enum { COMPLAINTS_MAX = 10 };		/* lines in the log, in a minute */

static double earlier(double a, double b)
{
	return a < b ? a : b;
}

static double later(double a, double b)
{
	return a > b ? a : b;
}

static const struct hook_config *conf_of(const struct hook *hook)
{
	return hook->group->conf->hook;
}

/* --- what comes --- */

static bool is_meant(const struct hook_config *conf, const struct event *event)
{
	struct subject subject;

	if (conf->n_programs == 0)
		return true;
	news_subject(event, &subject);
	for (size_t i = 0; i < conf->n_programs; i++)
		if (nameglob_matches(conf->programs[i], strlen(conf->programs[i]), subject.group,
				     *subject.process ? subject.process : NULL))
			return true;
	return false;
}

static void on_event(struct subscriber *s, struct event *event)
{
	struct hook *hook = container_of(s, struct hook, subscriber);
	int seconds = hook->window_secs;

	if (!is_meant(conf_of(hook), event))
		return;
	if (seconds == 0 || !coalesce_take(&hook->coalesce, event, clock_mono(), seconds))
		(void)backlog_put(&hook->backlog, event);
	hook->group->engine->again = true;
}

/* What was coalesced until `now` waits like others. */
static void end_windows(struct hook *hook, double now)
{
	struct event *event;
	struct queued *q;
	unsigned count;

	while ((event = coalesce_due(&hook->coalesce, now, hook->window_secs, &count))) {
		hook->n_coalesced += count - 1;
		q = backlog_put(&hook->backlog, event);
		if (q)
			q->count = count;
		event_unref(event);
	}
}

/* --- how many in a minute --- */

/* When the next try may begin, in monotonic seconds. */
static double rate_next(const struct hook *hook)
{
	return hook->max_begun ? hook->begun[hook->next_begun] : 0;
}

static void rate_note(struct hook *hook, double now)
{
	if (!hook->max_begun)
		return;
	hook->begun[hook->next_begun] = now + MINUTE;
	hook->next_begun = (hook->next_begun + 1) % hook->max_begun;
}

/* Without memory it stays as it was. */
static void rate_set(struct hook *hook, size_t max)
{
	double *begun = max == hook->max_begun ? NULL : calloc(max + 1, sizeof(*begun));

	if (!begun)
		return;
	free(hook->begun);
	hook->begun = begun;
	hook->max_begun = max;
	hook->next_begun = 0;
}

/* --- deliveries --- */

static void forget(struct delivery *d)
{
	DL_DELETE(d->hook->deliveries, d);
	d->hook->n_deliveries--;
	d->hook->group->engine->again = true;
	queued_free(d->queued);
	free(d);
}

void hook_done(struct delivery *d)
{
	d->hook->n_done++;
	forget(d);
}

static void complain(struct hook *hook, const struct delivery *d, const char *why)
{
	const struct event *event = d->queued->event;
	unsigned long unsaid;
	bool is_last;

	if (!burst_take(&hook->complaints, COMPLAINTS_MAX, MINUTE, clock_mono(), &unsaid, &is_last))
		return;
	if (unsaid)
		log_warn("%s: %lu more lines like this one were not said", hook->backlog.owner,
			 unsaid);
	log_warn("%s: event %s (serial %" PRIu64 ") is given up, tries %u: %s", hook->backlog.owner,
		 event_name(event->type), event->serial, d->tries, why);
}

static double backoff(const struct delivery *d)
{
	double seconds = conf_of(d->hook)->backoff_secs;

	for (unsigned i = 1; i < d->tries && seconds < BACKOFF_MAX; i++)
		seconds *= 2;
	return seconds < BACKOFF_MAX ? seconds : BACKOFF_MAX;
}

static void note_error(struct hook *hook, const char *why)
{
	free(hook->last_error);
	hook->last_error = strdup(why);		/* without memory there is just no text */
	hook->last_error_at = clock_wall();
}

void hook_failed(struct delivery *d, bool may_retry, const char *why)
{
	struct hook *hook = d->hook;

	note_error(hook, why);
	d->is_under_way = false;
	if (may_retry && d->tries <= (unsigned)conf_of(hook)->retries) {
		d->due = later(clock_mono() + backoff(d), d->not_before);
		log_debug("%s: try %u of event %" PRIu64 " has failed: %s", hook->backlog.owner,
			  d->tries, d->queued->event->serial, why);
		hook->group->engine->again = true;
		return;
	}
	hook->n_failed++;
	complain(hook, d, why);
	forget(d);
}

static void begin(struct delivery *d, double now)
{
	struct hook *hook = d->hook;
	struct err err = { 0 };

	rate_note(hook, now);
	hook->n_retries += d->tries > 0;
	d->tries++;
	d->id = ++hook->group->engine->n_tries;
	d->is_under_way = true;
	d->is_overdue = false;
	d->not_before = 0;
	d->due = INFINITY;
	if (hook->ops->begin(d, &err) < 0)
		hook_failed(d, true, err.text);
}

/* The oldest that waits; false: no memory, and it waits on. */
static bool begin_first(struct hook *hook, double now)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		return false;
	d->hook = hook;
	d->queued = backlog_take_first(&hook->backlog);
	d->count = d->queued->count;
	DL_APPEND(hook->deliveries, d);
	hook->n_deliveries++;
	begin(d, now);
	return true;
}

static bool has_room(const struct hook *hook)
{
	return hook->n_deliveries < (size_t)conf_of(hook)->concurrency;
}

static void step_deliveries(struct hook *hook, double now)
{
	struct delivery *d, *next;

	DL_FOREACH_SAFE(hook->deliveries, d, next) {
		if (d->due > now)
			continue;
		if (d->is_under_way)
			hook->ops->overdue(d);
		else if (rate_next(hook) <= now)
			begin(d, now);
	}
	while (hook->backlog.list && has_room(hook) && rate_next(hook) <= now)
		if (!begin_first(hook, now))
			break;
}

/* --- when to look again --- */

static bool is_idle(const struct hook *hook)
{
	return !hook->deliveries && !hook->backlog.list && !hook->coalesce.n_held;
}

/* The turn that follows is all that is wanted. */
static void on_timer(struct timer *t)
{
	(void)t;
}

/* What does not come by itself; INFINITY: nothing. */
static double next_due(const struct hook *hook)
{
	double due = coalesce_next(&hook->coalesce);
	const struct delivery *d;

	DL_FOREACH(hook->deliveries, d)
		due = earlier(due, d->is_under_way ? d->due : later(d->due, rate_next(hook)));
	if (hook->backlog.list && has_room(hook))
		due = earlier(due, rate_next(hook));
	return hook->closes > 0 && !is_idle(hook) ? earlier(due, hook->closes) : due;
}

static void arm(struct hook *hook)
{
	double due = next_due(hook);

	if (isinf(due))
		timer_stop(&hook->timer);
	else
		timer_start(&hook->timer, later(due - clock_mono(), SOON));
}

static void step(struct hook *hook)
{
	double now = clock_mono();

	end_windows(hook, hook->closes > 0 ? INFINITY : now);
	step_deliveries(hook, now);
	arm(hook);
}

/* --- the end --- */

/* Nobody is under way, and what waits can only begin when it is too late. */
static bool is_hopeless(const struct hook *hook)
{
	const struct delivery *d;

	DL_FOREACH(hook->deliveries, d)
		if (d->is_under_way)
			return false;
	return next_due(hook) >= hook->closes;
}

static bool lingers(struct hook *hook)
{
	int timeout = conf_of(hook)->timeout_secs;
	double now = clock_mono();

	if (hook->closes <= 0) {
		hook->closes = now + (timeout > 0 && timeout < HOOK_LINGER_SECS ? timeout :
										  HOOK_LINGER_SECS);
		step(hook);
	}
	return now < hook->closes && !is_idle(hook) && !is_hopeless(hook);
}

static void drop_rest(struct hook *hook)
{
	uint64_t n = hook->n_deliveries + hook->backlog.number;
	struct delivery *d, *next;
	struct queued *q;

	DL_FOREACH_SAFE(hook->deliveries, d, next) {
		if (d->is_under_way)
			hook->ops->cancel(d);
		forget(d);
	}
	while ((q = backlog_take_first(&hook->backlog)))
		queued_free(q);
	if (n > 0)
		log_warn("%s: it ends, and events that it had not delivered are dropped: %" PRIu64,
			 hook->backlog.owner, n);
}

/* --- life --- */

static void subscribe(struct hook *hook, uint64_t events)
{
	struct bus *bus = &hook->group->engine->bus;

	if (hook->subscriber.mask)
		bus_unsubscribe(bus, &hook->subscriber);
	hook->subscriber.mask = events;
	hook->subscriber.on_event = on_event;
	if (events)
		bus_subscribe(bus, &hook->subscriber);
}

static void use_conf(struct hook *hook)
{
	const struct hook_config *conf = conf_of(hook);

	if (hook->window_secs != conf->coalesce_secs) {
		end_windows(hook, INFINITY);
		coalesce_done(&hook->coalesce);
		hook->window_secs = conf->coalesce_secs;
	}
	rate_set(hook, (size_t)conf->max_per_minute);
	subscribe(hook, conf->events);
}

struct hook *hook_new(struct group *group)
{
	const struct hook_config *conf = group->conf->hook;
	struct engine *e = group->engine;
	struct hook *hook = calloc(1, sizeof(*hook));

	if (!hook)
		return NULL;
	hook->group = group;
	hook->ops = conf->exec ? &hook_exec_ops : &hook_post_ops;
	timer_init(&hook->timer, e->loop, on_timer);
	if (conf->exec)
		hook->model = proc_new(group->config, conf->exec, group);
	if (backlog_init(&hook->backlog, e->loop, conf->exec ? "eventexec" : "webhook",
			 group->conf->name, (size_t)conf->buffer_size) < 0 ||
	    (conf->exec && !hook->model)) {
		if (hook->model)
			proc_free(hook->model);
		backlog_done(&hook->backlog);
		free(hook);
		return NULL;
	}
	use_conf(hook);
	DL_APPEND(e->hooks, hook);
	return hook;
}

void hook_configure(struct hook *hook)
{
	const struct hook_config *conf = conf_of(hook);

	if (hook->model)
		proc_configure(hook->model, hook->group->config, conf->exec);
	backlog_resize(&hook->backlog, (size_t)conf->buffer_size);
	use_conf(hook);
	hook->group->engine->again = true;
}

void hook_free(struct hook *hook)
{
	if (!hook)
		return;
	subscribe(hook, 0);
	DL_DELETE(hook->group->engine->hooks, hook);
	timer_stop(&hook->timer);
	end_windows(hook, INFINITY);
	drop_rest(hook);
	coalesce_done(&hook->coalesce);
	backlog_done(&hook->backlog);
	if (hook->model)
		proc_free(hook->model);
	free(hook->begun);
	free(hook->last_error);
	free(hook);
}

/* --- all of them --- */

bool hook_leaves(struct hook *hook)
{
	subscribe(hook, 0);
	hook->is_leaving = lingers(hook);
	return hook->is_leaving;
}

void hooks_step(struct engine *e)
{
	struct hook *hook, *next;

	DL_FOREACH_SAFE(e->hooks, hook, next) {
		step(hook);
		if (hook->is_leaving && !lingers(hook))
			group_free(hook->group);
	}
}

bool hooks_linger(struct engine *e)
{
	struct hook *hook;
	bool any = false;

	DL_FOREACH(e->hooks, hook)
		any |= lingers(hook);
	return any;
}

void hooks_end(struct engine *e)
{
	struct hook *hook, *next;

	DL_FOREACH_SAFE(e->hooks, hook, next) {
		end_windows(hook, INFINITY);
		drop_rest(hook);
		timer_stop(&hook->timer);
	}
}
