/*
 * channel.c - when to read a pipe. Only channels that have bytes cost anything: they stand in a
 * list, and get a go of a bounded size in each turn, one after the other. A channel whose bytes
 * cannot go yet is not watched (its descriptor stays readable, the loop would spin) but looked at
 * again after a while.
 */
#include "logd/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "logd/echo.h"

static const double LOOK_FIRST = 0.001, LOOK_LONGEST = 0.05;	/* seconds */

/* --- the list of those that are ready --- */

static void get_ready(struct channel *c)
{
	if (c->is_ready || c->state == CHANNEL_DONE)
		return;
	c->is_ready = true;
	DL_APPEND(c->home->ready, c);
	c->home->n_ready++;
}

static void leave_list(struct channel *c)
{
	if (!c->is_ready)
		return;
	c->is_ready = false;
	DL_DELETE(c->home->ready, c);
	c->home->n_ready--;
}

static void on_ready(struct io *io, int events)
{
	(void)events;
	get_ready(container_of(io, struct channel, io));
}

static void on_look(struct timer *t)
{
	get_ready(container_of(t, struct channel, timer));
}

/* --- a go --- */

static void finish(struct channel *c)
{
	leave_list(c);
	io_stop(&c->io);
	timer_stop(&c->timer);
	if (c->source.sink)
		sink_leave(&c->source);
	if (c->source.enlarged && c->home->sinks->enlarged)
		c->home->sinks->enlarged--;
	source_done(&c->source);
	tap_free(c->tap);
	c->tap = c->source.tap = NULL;
	echoes_free(c->echoes);
	c->echoes = c->source.echoes = NULL;
	c->state = CHANNEL_DONE;
}

static void look_later(struct channel *c)
{
	double wait = c->looks < 6 ? LOOK_FIRST * (1 << c->looks) : LOOK_LONGEST;

	c->looks++;
	io_stop(&c->io);
	timer_start(&c->timer, wait);
}

/* All that waits for a disk waits in sink_work, and nothing is left to do on the stack below it. */
static enum taken take(struct source *src)
{
	enum taken taken = sink_take(src->sink, src);

	while (taken == TAKEN_WORK) {
		int ret = 0;

		if (sink_work(src->sink))
			ret = sink_apply(src->sink);
		if (ret > 0)
			return TAKEN_SOME;
		taken = ret < 0 ? sink_cannot(src->sink, src) : sink_take(src->sink, src);
	}
	return taken;
}

/* Some went, or all that was there. Is there more that is wanted? */
static bool wants_more(const struct channel *c, enum taken taken)
{
	if (taken != TAKEN_SOME)
		return false;
	return c->state == CHANNEL_OPEN || c->source.taken < c->until || c->source.sink->staged;
}

static void is_synced(struct channel *c, enum taken taken)
{
	if (!c->syncing || (taken == TAKEN_SOME && c->source.taken < c->sync_until))
		return;
	c->syncing = false;
	c->home->ops->on_synced(c);
}

/* A filter may hold what has to go soon, though nothing more comes. */
static void wait_for_filter(struct channel *c)
{
	double due = c->tap && c->state == CHANNEL_OPEN ? c->tap->filter->due : 0;

	if (due && !timer_is_armed(&c->timer))
		timer_start(&c->timer, due - clock_mono());
}

/* It has read everything. A filter may still hold the beginning of a line. */
static bool has_last_words(struct channel *c)
{
	if (c->ended || !source_is_changed(&c->source))
		return false;
	c->ended = true;
	tap_end(c->tap);
	return source_has_text(&c->source);
}

static void end(struct channel *c)
{
	if (has_last_words(c)) {
		get_ready(c);
		return;
	}
	if (c->tap)
		tap_tell_loss(c->tap);
	finish(c);
	c->home->ops->on_done(c);
}

static void go(struct channel *c)
{
	uint64_t before = c->source.taken;
	enum taken taken;

	if (c->state == CHANNEL_OPEN)
		io_start(&c->io, c->source.fd, IO_READ);
	taken = take(&c->source);
	c->home->moved += c->source.taken - before;
	if (taken == TAKEN_END)
		c->state = CHANNEL_CLOSING;
	is_synced(c, taken);
	if (taken == TAKEN_LATER) {
		look_later(c);
		return;
	}
	if (taken == TAKEN_SOME)
		c->looks = 0;
	if (wants_more(c, taken)) {
		/* Of an open pipe that has more the loop will tell. */
		if (c->state == CHANNEL_CLOSING || c->syncing || c->source.sink->staged)
			get_ready(c);
	} else if (c->state == CHANNEL_CLOSING) {
		end(c);
		return;
	}
	wait_for_filter(c);
}

void channels_go(struct channel_home *home)
{
	home->moved = 0;
	for (unsigned n = home->n_ready; n > 0 && home->ready; n--) {
		struct channel *c = home->ready;

		leave_list(c);
		go(c);
	}
}

/* --- life --- */

/* Whose output it is stands only in the frame `open`. */
static int set_tap(struct channel *c, const struct channel_spec *spec)
{
	struct channel_spec ours = *spec;
	int ret;

	ours.speaker = c->speaker;
	ret = tap_set(&c->tap, c->home->taps, &ours);
	c->source.tap = c->tap;
	return ret;
}

static void set_echoes(struct channel *c, const struct channel_spec *spec)
{
	echoes_set(&c->echoes, c->home->echo_maker, spec);
	c->source.echoes = c->echoes;
}

int channel_new(struct channel_home *home, const struct channel_spec *spec,
		struct channel **ret_channel)
{
	struct channel *c = calloc(1, sizeof(*c));
	int fd = spec->fd, ret;

	if (!c) {
		close_fd(&fd);
		return -ENOMEM;
	}
	c->id = spec->id;
	c->wanted = true;
	c->home = home;
	io_init(&c->io, home->loop, on_ready);
	timer_init(&c->timer, home->loop, on_look);
	ret = source_init(&c->source, fd);
	c->source.id = spec->id;
	if (ret < 0)
		close_fd(&fd);
	else
		ret = speaker_copy(&c->speaker, &spec->speaker);
	if (ret == 0)
		ret = set_tap(c, spec);
	if (ret == 0)
		ret = sink_join(home->sinks, spec->path, &spec->rules, &c->source);
	if (ret < 0) {
		channel_free(c);
		return ret;
	}
	set_echoes(c, spec);
	if (home->begun)
		io_start(&c->io, c->source.fd, IO_READ);
	*ret_channel = c;
	return 0;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	finish(c);
	speaker_done(&c->speaker);
	free(c);
}

void channel_begin(struct channel *c)
{
	get_ready(c);
}

int channel_change(struct channel *c, const struct channel_spec *spec)
{
	if (c->state == CHANNEL_DONE)
		return 0;
	sink_set_rules(c->source.sink, &spec->rules);
	set_echoes(c, spec);
	return set_tap(c, spec);
}

void channel_sync(struct channel *c)
{
	c->syncing = true;
	c->sync_until = c->source.taken + source_pending(&c->source);
	get_ready(c);
}

void channel_close(struct channel *c)
{
	c->wanted = false;
	if (!c->source.closed_at)
		sink_closes(&c->source);
	c->state = CHANNEL_CLOSING;
	c->source.closing = true;
	c->until = c->source.taken + source_pending(&c->source);
	get_ready(c);
}
