/* orders.c - frames only change data, and are answered; what they lead to is done in the turn. */
#include "logd/orders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "ipc/frame.h"
#include "logd/census.h"
#include "logd/news.h"
#include "logd/spec.h"
#include "logd/state.h"

static struct channel *find(const struct logd *d, int64_t id)
{
	struct channel *c;

	HASH_FIND(hh, d->channels, &id, sizeof(id), c);
	return c;
}

static const char *text_of(json_t *head, const char *key)
{
	const char *text = json_string_value(json_object_get(head, key));

	return text ? text : "";
}

static int64_t number_of(json_t *head, const char *key)
{
	return json_integer_value(json_object_get(head, key));
}

static int open_channel(struct logd *d, json_t *head, int fd)
{
	struct channel_spec spec = spec_of_frame(head);
	struct channel *c;

	spec.fd = fd;
	return logd_add_channel(d, &spec, &c);
}

/* A channel that cannot be opened is only said; its `close` is answered like any other. */
static void on_open(struct logd *d, struct frame *frame)
{
	char text[256];
	int ret = -EBADF;	/* the kernel had no room for one more descriptor of ours */

	if (find(d, number_of(frame->head, "ch")))
		return;
	if (frame->fd >= 0)
		ret = open_channel(d, frame->head, steal_fd(&frame->fd));
	if (ret == 0)
		return;
	snprintf(text, sizeof(text), "cannot read the output of %s:%s %s: %s",
		 text_of(frame->head, "group"), text_of(frame->head, "name"),
		 text_of(frame->head, "channel"), strerror(-ret));
	(void)news_sink(d->link, text_of(frame->head, "path"), text, 0);
}

static void on_close(struct logd *d, struct frame *frame)
{
	int64_t id = number_of(frame->head, "ch");
	struct channel *c = find(d, id);

	if (!c)
		(void)news_closed(d->link, id, NULL);
	else if (c->wanted)
		logd_close_channel(d, c);
}

static void on_change(struct logd *d, struct frame *frame)
{
	struct channel_spec spec = spec_of_frame(frame->head);
	struct channel *c = find(d, spec.id);

	if (c && channel_change(c, &spec) < 0)
		(void)news_sink(d->link, c->source.sink->path, "no memory for new options", 0);
}

void orders_job_done(void *user, enum job_kind kind, int64_t id, int ret)
{
	struct logd *d = user;

	(void)news_answer(d->link, kind == JOB_CLEAR ? "cleared" : "rotated", id,
			  ret < 0 ? strerror(-ret) : NULL);
}

static void add_job(struct logd *d, enum job_kind kind, const struct frame *frame)
{
	int64_t id = number_of(frame->head, "id");
	int ret = jobs_add(&d->jobs, kind, id, text_of(frame->head, "path"));

	if (ret < 0)
		orders_job_done(d, kind, id, ret);
}

static void on_clear(struct logd *d, struct frame *frame)
{
	add_job(d, JOB_CLEAR, frame);
}

static void on_rotate(struct logd *d, struct frame *frame)
{
	add_job(d, JOB_ROTATE, frame);
}

/* Who asks again before the answer has both questions answered with the latter. */
static void on_sync(struct logd *d, struct frame *frame)
{
	struct channel *c, *next;

	d->sync_id = number_of(frame->head, "id");
	HASH_ITER(hh, d->channels, c, next) {
		if (c->state != CHANNEL_OPEN || !c->tap || !tap_has_news(c->tap))
			continue;
		d->syncing += !c->syncing;
		channel_sync(c);
	}
	if (!d->syncing)
		(void)news_answer(d->link, "synced", d->sync_id, NULL);
}

static void on_count(struct logd *d, struct frame *frame)
{
	census_tell(d->link, d->channels, &d->sinks, number_of(frame->head, "id"));
}

static void on_reopen(struct logd *d, struct frame *frame)
{
	(void)frame;
	sinks_reopen(&d->sinks);
}

static void on_quit(struct logd *d, struct frame *frame)
{
	struct channel *c, *next;

	(void)frame;
	d->quitting = true;
	HASH_ITER(hh, d->channels, c, next) {
		if (!is_copy(c) && c->wanted)
			logd_close_channel(d, c);
	}
}

/* svd hands back what our predecessor has left. */
static void on_keep(struct logd *d, struct frame *frame)
{
	if (frame->fd >= 0 && !d->home.begun)
		stages_adopt(&d->stages, text_of(frame->head, "name"), steal_fd(&frame->fd));
}

static void adopt(struct logd *d, struct stage *st)
{
	struct channel *c = find(d, st->line->channel);

	if (c && c->source.sink) {
		sink_adopt(&c->source, st);
		return;
	}
	(void)news_sink(d->link, "", "of a channel that is not there any more", st->n);
	stage_put_back(&d->stages, st);
}

static void on_begin(struct logd *d, struct frame *frame)
{
	struct channel *c, *next;

	(void)frame;
	if (d->home.begun)
		return;
	d->failed = stages_begin(&d->stages);
	if (d->failed < 0) {
		loop_stop(d->loop);
		return;
	}
	d->home.begun = true;
	for (size_t i = 0; i < STAGES_MAX; i++) {
		if (stage_is_left(&d->stages.all[i]))
			adopt(d, &d->stages.all[i]);
	}
	HASH_ITER(hh, d->channels, c, next)
		channel_begin(c);
}

static void on_frame(struct link *link, struct frame *frame)
{
	static const struct {
		const char *type;
		void      (*fn)(struct logd *d, struct frame *frame);
	} orders[] = {
		{ "keep", on_keep },
		{ "open", on_open },
		{ "begin", on_begin },
		{ "close", on_close },
		{ "change", on_change },
		{ "clear", on_clear },
		{ "rotate", on_rotate },
		{ "sync", on_sync },
		{ "count", on_count },
		{ "reopen", on_reopen },
		{ "quit", on_quit },
	};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (strcmp(orders[i].type, frame->type) == 0)
			orders[i].fn(link_user(link), frame);
	}
}

static void on_down(struct link *link, int error)
{
	struct logd *d = link_user(link);
	struct channel *c, *next;

	if (error)
		fprintf(stderr, "svd-logd: the link to svd broke: %s\n", strerror(-error));
	link_free(link);
	d->link = NULL;
	on_begin(d, NULL);
	HASH_ITER(hh, d->channels, c, next) {
		if (c->state == CHANNEL_DONE)
			logd_forget(d, c);
	}
}

const struct link_ops orders_link_ops = { on_frame, on_down };
