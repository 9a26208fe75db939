/*
 * hours.c - a busy program's file is rotated by the first line of the new hour, without us. But
 * who fetches app.log.1 after midnight wants to find yesterday in it, also when the program is
 * quiet. One timer for all, which looks once an hour at least: it knows nothing of a wall clock
 * that jumps. Without a file that rotates by time it sleeps.
 */
#include "logd/hours.h"

#include "base/clock.h"
#include "logd/period.h"
#include "logd/sink.h"
#include "logd/sink_age.h"

static const double LONGEST = 3600, LATER = 0.1;	/* seconds; not a hair too early */

/* Those in trouble or inside a line are rotated when that is over. */
static struct sink *first_due(const struct hours *h)
{
	struct sink *s = h->sinks->by_path;

	while (s && (!s->rules.rotate || s->rotate_wanted || s->trouble.code || !sink_is_due(s)))
		s = s->path_hh.next;
	return s;
}

static double until_next(const struct hours *h)
{
	double now = clock_wall(), delay = LONGEST;

	for (const struct sink *s = h->sinks->by_path; s; s = s->path_hh.next) {
		struct period p = { 0 };

		if (!s->rules.rotate)
			continue;
		period_find(&p, s->rules.rotate, (time_t)now);
		if ((double)p.end + LATER - now < delay)
			delay = (double)p.end + LATER - now;
	}
	return delay;
}

static bool is_needed(const struct hours *h)
{
	const struct sink *s = h->sinks->by_path;

	while (s && !s->rules.rotate)
		s = s->path_hh.next;
	return s != NULL;
}

/* One at a time, and the timer first: where a disk hangs, we are not returned to. */
static void on_fire(struct timer *t)
{
	struct hours *h = container_of(t, struct hours, timer);
	struct sink *s = first_due(h);

	if (!s && !is_needed(h))
		return;
	timer_start(&h->timer, s ? 0 : until_next(h));
	if (s)
		sink_rotate_soon(s);
}

void hours_init(struct hours *h, struct loop *loop, struct sinks *sinks)
{
	h->sinks = sinks;
	timer_init(&h->timer, loop, on_fire);
}

void hours_done(struct hours *h)
{
	timer_stop(&h->timer);
}

void hours_watch(struct hours *h)
{
	if (h && !timer_is_armed(&h->timer))
		timer_start(&h->timer, until_next(h));
}
