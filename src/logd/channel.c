/*
 * channel.c - when to read a pipe. Only channels that have bytes cost anything: one turn of at
 * most a pipe-full each time round the loop. A channel whose bytes cannot go yet is not watched
 * (its descriptor stays readable, the loop would spin) but looked at again after a while.
 */
#include "logd/channel.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fd.h"
#include "logd/echo.h"

static const double LOOK_FIRST = 0.001, LOOK_LONGEST = 0.05;	/* seconds */

static void finish(struct channel *c)
{
	io_stop(&c->io);
	timer_stop(&c->timer);
	if (c->sink)
		sink_leave(c->sink, &c->source);
	c->sink = NULL;
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

/* A filter may hold what has to go soon, though nothing more comes. */
static void wait_for_filter(struct channel *c)
{
	double due = c->tap && c->state == CHANNEL_OPEN ? c->tap->filter->due : 0;

	if (due && !timer_is_armed(&c->timer))
		timer_start(&c->timer, due - clock_mono());
}

/* Takes one turn. Returns false when there is nothing more to do now. */
static bool take(struct channel *c)
{
	bool more = false;

	switch (sink_take(c->sink, &c->source)) {
	case TAKEN_SOME:
		c->looks = 0;
		more = c->state == CHANNEL_OPEN || c->source.taken < c->until;
		break;
	case TAKEN_LATER:
		look_later(c);
		return false;
	case TAKEN_END:
		c->state = CHANNEL_CLOSING;
		break;
	case TAKEN_NONE:
		break;
	}
	if (!more && c->state == CHANNEL_CLOSING) {
		sink_end(c->sink, &c->source);
		finish(c);
		c->ops->on_done(c);	/* which may free it */
		return false;
	}
	wait_for_filter(c);
	return more;
}

static void run(struct channel *c)
{
	if (c->state == CHANNEL_CLOSING) {
		while (take(c))
			;
	} else {
		io_start(&c->io, c->source.fd, IO_READ);
		take(c);
	}
}

static void on_ready(struct io *io, int events)
{
	(void)events;
	run(container_of(io, struct channel, io));
}

static void on_look(struct timer *t)
{
	run(container_of(t, struct channel, timer));
}

/* Whose output it is stands only in the frame `open`. */
static int set_tap(struct channel *c, struct taps *taps, const struct channel_spec *spec)
{
	struct channel_spec ours = *spec;
	int ret;

	ours.speaker = c->speaker;
	ret = tap_set(&c->tap, taps, &ours);
	c->source.tap = c->tap;
	return ret;
}

static void set_echoes(struct channel *c, const struct channel_home *home,
		       const struct channel_spec *spec)
{
	echoes_set(&c->echoes, home->echo_maker, spec);
	c->source.echoes = c->echoes;
}

int channel_new(const struct channel_home *home, const struct channel_spec *spec,
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
	c->ops = home->ops;
	c->user = home->user;
	io_init(&c->io, home->loop, on_ready);
	timer_init(&c->timer, home->loop, on_look);
	ret = source_init(&c->source, fd);
	c->source.copy = spec->copy;
	if (ret < 0)
		close_fd(&fd);
	else
		ret = speaker_copy(&c->speaker, &spec->speaker);
	if (ret == 0)
		ret = set_tap(c, home->taps, spec);
	if (ret == 0)
		ret = sink_join(home->sinks, spec->path, &spec->rules, &c->source, &c->sink);
	if (ret < 0) {
		channel_free(c);
		return ret;
	}
	set_echoes(c, home, spec);
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

int channel_change(struct channel *c, const struct channel_home *home,
		   const struct channel_spec *spec)
{
	if (c->state == CHANNEL_DONE)
		return 0;
	sink_set_rules(c->sink, &spec->rules);
	set_echoes(c, home, spec);
	return set_tap(c, home->taps, spec);
}

void channel_read(struct channel *c)
{
	uint64_t until = c->source.taken + source_pending(&c->source);

	while (take(c) && c->source.taken < until)
		;
}

void channel_close(struct channel *c)
{
	c->wanted = false;
	c->state = CHANNEL_CLOSING;
	c->source.closing = true;
	c->until = c->source.taken + source_pending(&c->source);
	run(c);
}
