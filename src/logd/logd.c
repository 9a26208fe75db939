/*
 * logd.c - channels come and go, frames go out. What frames (orders.c), or bytes in a pipe, lead to
 * is done in the turn: files first, then one go for each channel that is ready.
 */
#include "logd/logd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "ipc/frame.h"
#include "logd/census.h"
#include "logd/closing.h"
#include "logd/news.h"
#include "logd/orders.h"
#include "logd/sink_age.h"
#include "logd/spec.h"
#include "logd/state.h"

static const double RESEND_SECONDS = 0.1;
static const double TALLY_SECONDS = 0.1;	/* from a loss to svd being told */
static const double LAST_LINES_TIME = 0.5;	/* seconds for a syslog that is busy when we end */

/* --- news for svd --- */

static int on_trouble(void *user, const char *path, const char *text, uint64_t lost)
{
	struct logd *d = user;

	return news_sink(d->link, path, text, lost);
}

static int on_healed(void *user, const char *path, uint64_t lost)
{
	return on_trouble(user, path, NULL, lost);
}

static const struct sink_news sink_news = { on_trouble, on_healed };

static void on_tally(void *user, struct sink *s, bool goes)
{
	struct logd *d = user;

	if (goes)
		census_tell_last(d->link, s);
	else if (!timer_is_armed(&d->tally))
		timer_start(&d->tally, TALLY_SECONDS);
}

static void on_tally_time(struct timer *t)
{
	struct logd *d = container_of(t, struct logd, tally);

	census_tell(d->link, d->channels, &d->sinks, 0);
}

static int on_text(void *user, int64_t id, const char *p, size_t n, uint64_t lost)
{
	struct logd *d = user;

	return news_output(d->link, id, p, n, lost);
}

static int on_message(void *user, int64_t id, const char *p, size_t n, bool cut, uint64_t lost)
{
	struct logd *d = user;

	if (id < 0)
		return 0;	/* a copy: the channel itself has told it */
	return news_captured(d->link, id, p, n, cut, lost);
}

static const struct tap_news tap_news = { on_text, on_message };

/* --- the channels --- */

void logd_forget(struct logd *d, struct channel *c)
{
	HASH_DELETE(hh, d->channels, c);
	channel_free(c);
}

/* Done, and svd wants no more of it: it only has to be told. */
static void close_for_good(struct logd *d, struct channel *c)
{
	int ret = d->quitting ? 0 : news_closed(d->link, c->id, &c->source);

	if (ret == -ENOBUFS || ret == -ENOMEM)
		timer_start(&d->resend, RESEND_SECONDS);
	else
		logd_forget(d, c);
}

static void on_resend(struct timer *t)
{
	struct logd *d = container_of(t, struct logd, resend);
	struct channel *c, *next;

	HASH_ITER(hh, d->channels, c, next) {
		if (c->state == CHANNEL_DONE && !c->wanted)
			close_for_good(d, c);
	}
}

static void end_if_over(struct logd *d)
{
	if (d->alive == 0 && !d->jobs.list && (d->quitting || !d->link))
		loop_stop(d->loop);
}

static void on_done(struct channel *c)
{
	struct logd *d = c->home->user;

	d->alive--;
	if (!c->wanted) {
		close_for_good(d, c);
	} else if (!d->link || is_copy(c)) {
		logd_forget(d, c);
	}
}

static void on_channel_synced(struct channel *c)
{
	struct logd *d = c->home->user;

	if (--d->syncing == 0)
		(void)news_answer(d->link, "synced", d->sync_id, NULL);
}

static const struct channel_ops channel_ops = { on_done, on_channel_synced };

int logd_add_channel(struct logd *d, const struct channel_spec *spec,
		     struct channel **ret_channel)
{
	struct channel *c;
	int ret = channel_new(&d->home, spec, &c);

	if (ret < 0)
		return ret;
	HASH_ADD(hh, d->channels, id, sizeof(c->id), c);
	if (!c->hh.tbl) {
		channel_free(c);
		return -ENOMEM;
	}
	d->alive++;
	*ret_channel = c;
	return 0;
}

static int open_copy(void *user, struct channel_spec *spec, struct channel **ret_channel)
{
	struct logd *d = user;

	spec->id = --d->last_copy;
	return logd_add_channel(d, spec, ret_channel);
}

static void on_copy_failed(void *user, const char *path, int code)
{
	char text[128];

	snprintf(text, sizeof(text), "no copies go there: %s", strerror(-code));
	(void)on_trouble(user, path, text, 0);
}

void logd_close_channel(struct logd *d, struct channel *c)
{
	if (c->state == CHANNEL_DONE) {
		c->wanted = false;
		close_for_good(d, c);
		return;
	}
	channel_close(c);
}

/* --- what our successor will need --- */

static int keep(void *user, const char *name, int fd)
{
	struct logd *d = user;
	int ret;

	if (!d->link)
		return 0;
	ret = link_send(d->link, json_pack("{s:s, s:s}", "t", "keep", "name", name), NULL, 0, fd);
	return ret == -EPIPE ? 0 : ret;		/* without svd there will be no successor */
}

static bool is_kept(void *user)
{
	struct logd *d = user;

	return !d->link || link_queued(d->link) == 0;
}

static const struct stage_ops stage_ops = { keep, is_kept };

/* --- the turn --- */

/* The top of everything that may wait for a disk; all that is shared is in order here. */
static void tend_files(struct logd *d)
{
	struct sink *s;

	jobs_run(&d->jobs);
	while ((s = d->sinks.todo)) {
		if (sink_do(s) != TAKEN_WORK)
			continue;
		if (sink_work(s))
			(void)sink_apply(s);
	}
}

static void on_turn(void *arg)
{
	struct logd *d = arg;

	if (d->home.begun) {
		tend_files(d);
		if (d->home.ready) {
			pace_before(&d->pace);
			channels_go(&d->home);
			pace_after(&d->pace, d->home.moved);
		}
		jobs_answer(&d->jobs);
		if (d->home.ready)
			timer_start(&d->again, 0);
	}
	sinks_close_files(&d->sinks);
	if (!d->over)
		end_if_over(d);
	link_flush(d->link);
}

/* Nobody will come back to whom the turn was about to serve. */
static void on_taken(void *user)
{
	struct logd *d = user;
	struct channel *c, *next;

	HASH_ITER(hh, d->channels, c, next)
		channel_begin(c);
}

/* The turn that follows is all that is wanted. */
static void on_again(struct timer *t)
{
	(void)t;
}

/* --- life --- */

/* Many programs end together; svd hears of it in one go. */
static void collect_answers(struct logd *d)
{
	link_set_lazy(d->link, true);
	loop_on_turn(d->loop, on_turn, d);
}

static int begin(struct logd *d, int link_fd, const char *devlog, struct err *err)
{
	int ret;

	d->loop = loop_new();
	if (!d->loop) {
		close_fd(&link_fd);
		return err_set(err, -ENOMEM, "no memory for the event loop");
	}
	ret = baton_init(&d->baton, d->loop);
	if (ret < 0) {
		close_fd(&link_fd);
		return err_set(err, ret, "cannot begin: %s", strerror(-ret));
	}
	timer_init(&d->resend, d->loop, on_resend);
	timer_init(&d->again, d->loop, on_again);
	stages_init(&d->stages, &stage_ops, d);
	d->jobs = (struct jobs){ .sinks = &d->sinks, .on_done = orders_job_done, .user = d };
	timer_init(&d->tally, d->loop, on_tally_time);
	upkeep_init(&d->upkeep, d->loop, &d->baton, &sink_upkeep_ops, &d->sinks);
	hours_init(&d->hours, d->loop, &d->sinks);
	helpers_init(&d->helpers, d->loop);
	outlets_init(&d->outlets, d->loop, devlog, &d->helpers, &sink_news, d);
	d->echo_maker = (struct echo_maker){ &d->sinks, open_copy, on_copy_failed, d, { -1, -1 } };
	d->home = (struct channel_home){ .loop = d->loop, .sinks = &d->sinks, .taps = &d->taps,
					 .echo_maker = &d->echo_maker, .ops = &channel_ops,
					 .user = d };
	ret = link_new(d->loop, link_fd, &orders_link_ops, d, &d->link);
	if (ret == 0)
		collect_answers(d);
	if (ret == 0)
		ret = sinks_init(&d->sinks, &d->stages, &sink_news, d);
	d->sinks.baton = &d->baton;
	d->sinks.on_tally = on_tally;
	d->sinks.upkeep = &d->upkeep;
	d->sinks.hours = &d->hours;
	if (ret == 0)
		ret = taps_init(&d->taps, &d->outlets, &tap_news, d);
	return ret < 0 ? err_set(err, ret, "cannot begin: %s", strerror(-ret)) : 0;
}

static void done(struct logd *d)
{
	struct channel *c, *next;

	jobs_done(&d->jobs);
	HASH_ITER(hh, d->channels, c, next)
		logd_forget(d, c);
	echo_maker_done(&d->echo_maker);
	sinks_close_files(&d->sinks);
	sinks_done(&d->sinks);
	stages_done(&d->stages);
	taps_done(&d->taps);
	link_free(d->link);
	if (d->loop) {
		timer_stop(&d->resend);
		timer_stop(&d->again);
		timer_stop(&d->tally);
		upkeep_done(&d->upkeep);
		hours_done(&d->hours);
		outlets_done(&d->outlets);
		helpers_done(&d->helpers);
		baton_done(&d->baton);
	}
	loop_free(d->loop);
}

int logd_run(int link_fd, const char *devlog, struct err *err)
{
	struct logd d = { .echo_maker.scratch = { -1, -1 } };
	int ret = begin(&d, link_fd, devlog, err);

	if (ret == 0) {
		ret = baton_loop(&d.baton, on_taken, &d);
		d.over = true;
		outlets_drain(&d.outlets, LAST_LINES_TIME);
		if (d.failed)
			ret = err_set(err, d.failed, "cannot begin: %s", strerror(-d.failed));
	}
	if (d.link)
		link_set_lazy(d.link, false);	/* no turn comes any more */
	link_flush(d.link);
	/* A thread that is away still needs all this. */
	if (d.loop && baton_away(&d.baton))
		_exit(ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	done(&d);
	return ret;
}
