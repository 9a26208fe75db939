/* ticks.c - the one thing that wakes svd regularly, and only for those who asked for it. */
#include "svd/ticks.h"

#include "base/clock.h"

static const struct {
	enum event_type type;
	long            period;	/* seconds */
} kinds[TICK_KINDS] = {
	{ EVENT_TICK_5, 5 },
	{ EVENT_TICK_60, 60 },
	{ EVENT_TICK_3600, 3600 },
};

/* Wall time may be set while we sleep: look at least so often, in seconds. */
static const double LONGEST_SLEEP = 60;

/* The turn that follows looks at the clock. */
static void on_timer(struct timer *timer)
{
	(void)timer;
}

void ticks_init(struct ticks *t, struct loop *loop, struct bus *bus)
{
	*t = (struct ticks){ .bus = bus };
	timer_init(&t->timer, loop, on_timer);
}

void ticks_stop(struct ticks *t)
{
	timer_stop(&t->timer);
	t->marked = false;
}

/* Mirrors supervisord.tick: the first look only sets the mark. */
static void look(struct ticks *t, long now)
{
	for (int k = 0; k < TICK_KINDS; k++) {
		long slice = now - now % kinds[k].period;

		if (t->marked && slice != t->slices[k])
			bus_publish(t->bus, kinds[k].type, NULL, 0, "when:%ld", slice);
		t->slices[k] = slice;
	}
	t->marked = true;
}

/* Seconds between the ticks that somebody wants; 0: nobody wants any. */
static long shortest_period(const struct ticks *t)
{
	for (int k = 0; k < TICK_KINDS; k++)
		if (bus_wants(t->bus, kinds[k].type))
			return kinds[k].period;
	return 0;
}

void ticks_step(struct ticks *t)
{
	long period = shortest_period(t);
	double now, sleep;

	if (!period) {
		ticks_stop(t);
		return;
	}
	if (timer_is_armed(&t->timer) && t->period <= period)
		return;
	now = clock_wall();
	/* Who has come for shorter ones must not wait for the longer; nor get what began before. */
	if (!timer_is_armed(&t->timer))
		look(t, (long)now);
	t->period = period;
	sleep = (double)((long)now / period * period + period) - now;
	timer_start(&t->timer, sleep < LONGEST_SLEEP ? sleep : LONGEST_SLEEP);
}
