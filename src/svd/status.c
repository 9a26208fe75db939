/* status.c - the turn tells the service manager how it goes */
#include "svd/status.h"

#include <limits.h>
#include <stdio.h>
#include <utlist.h>

#include "svd/engine.h"
#include "svd/notify.h"

/*
 * Seconds between two STATUS=: a thousand programs that start, or one that comes and goes, must not
 * keep the service manager busy.
 */
static const double PAUSE = 0.2;

/* The turn that follows does what is due. */
static void on_timer(struct timer *timer)
{
	(void)timer;
}

void status_init(struct status *s, struct engine *engine)
{
	*s = (struct status){
		.engine = engine,
		.changed = true,
		.mood = MOOD_RUNNING,
		.running = UINT_MAX,
	};
	timer_init(&s->watchdog, engine->loop, on_timer);
	timer_init(&s->pause, engine->loop, on_timer);
}

void status_stop(struct status *s)
{
	timer_stop(&s->watchdog);
	timer_stop(&s->pause);
}

void status_changed(struct status *s)
{
	s->changed = true;
}

/* It is not there though it should be, and nobody will start it again. */
static bool is_failed(const struct process *p)
{
	return p->state == PROC_FATAL || p->state == PROC_UNKNOWN ||
	       (p->state == PROC_EXITED && !proc_is_expected(p));
}

static void tell_counts(struct status *s)
{
	unsigned running = 0, failed = 0;
	struct group *group;
	char text[64];

	DL_FOREACH(s->engine->groups, group)
		for (size_t i = 0; i < group->n_processes; i++) {
			running += group->processes[i]->state == PROC_RUNNING;
			failed += is_failed(group->processes[i]);
		}
	s->changed = false;
	if (running == s->running && failed == s->failed)
		return;
	s->running = running;
	s->failed = failed;
	snprintf(text, sizeof(text), "STATUS=%u running, %u failed", running, failed);
	notify(text);
	timer_start(&s->pause, PAUSE);
}

void status_step(struct status *s)
{
	const struct engine *e = s->engine;
	double interval = notify_interval();

	if (!notify_is_wanted())
		return;
	if (s->mood != (int)e->mood) {
		s->mood = (int)e->mood;
		notify(e->mood == MOOD_RESTARTING ? "RELOADING=1" : "STOPPING=1");
	}
	/* The last counts stay to be seen when we are gone. */
	if (s->changed && (e->ended || !timer_is_armed(&s->pause)))
		tell_counts(s);
	if (interval > 0 && !timer_is_armed(&s->watchdog)) {
		notify("WATCHDOG=1");
		timer_start(&s->watchdog, interval);
	}
	if (e->ended)
		status_stop(s);
}
