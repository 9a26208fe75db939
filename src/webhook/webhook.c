/*
 * webhook.c - svd-webhook as a whole. It knows nothing of events: svd says what is to be posted
 * where, once, and decides what follows from the answer. What we are killed with, svd has the next
 * one do.
 */
#include "webhook/webhook.h"

#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "ipc/frame.h"
#include "webhook/sender.h"

static const double QUIT_SECONDS = 1;	/* for what is under way */

struct webhook {
	const struct webhook_config *config;	/* borrowed */
	struct loop   *loop;		/* owned */
	struct link   *link;		/* owned */
	struct sender *sender;		/* owned */
	struct timer   timer;		/* until idle enough, or patient enough after `quit` */
	bool           quitting;
	int            ret;		/* how it ends */
};

static void on_timer(struct timer *t)
{
	loop_stop(container_of(t, struct webhook, timer)->loop);
}

static void mind_the_end(struct webhook *w)
{
	bool is_busy = sender_is_busy(w->sender);

	if (w->quitting) {
		if (!is_busy)
			loop_stop(w->loop);
	} else if (is_busy) {
		timer_stop(&w->timer);
	} else if (!timer_is_armed(&w->timer)) {
		timer_start(&w->timer, w->config->idle);
	}
}

static void on_turn(void *arg)
{
	struct webhook *w = arg;

	if (!sender_turn(w->sender)) {
		w->ret = -EIO;
		loop_stop(w->loop);
	}
	mind_the_end(w);
	link_flush(w->link);
}

/* svd would wait for what cannot be sent, for want of memory: better no svd-webhook than that. */
static void on_end(void *arg, const struct outcome *outcome)
{
	struct webhook *w = arg;
	json_t *head = json_pack("{s:s, s:I, s:i, s:o}", "t", "posted", "id", outcome->id, "status",
				 outcome->status, "text", json_text(outcome->why));

	if (head && outcome->after > 0)
		json_object_set_new(head, "after", json_integer(outcome->after));
	if (link_send(w->link, head, NULL, 0, -1) < 0) {
		w->ret = -ENOMEM;
		loop_stop(w->loop);
	}
}

/* --- frames --- */

static json_int_t frame_id(const struct frame *frame)
{
	return json_integer_value(json_object_get(frame->head, "id"));
}

static void frame_post(struct webhook *w, const struct frame *frame)
{
	const char *url = json_string_value(json_object_get(frame->head, "url"));
	struct order order = {
		.id = frame_id(frame),
		.url = url ? url : "",
		.headers = json_object_get(frame->head, "headers"),
		.timeout = json_number_value(json_object_get(frame->head, "timeout")),
		.body = frame->body,
		.len = frame->body_len,
	};

	sender_begin(w->sender, &order);
}

static void frame_cancel(struct webhook *w, const struct frame *frame)
{
	sender_cancel(w->sender, frame_id(frame));
}

static void frame_quit(struct webhook *w, const struct frame *frame)
{
	(void)frame;
	w->quitting = true;
	timer_start(&w->timer, QUIT_SECONDS);
}

static const struct {
	const char *type;
	void      (*handle)(struct webhook *w, const struct frame *frame);
} frames[] = {
	{ "post", frame_post },
	{ "cancel", frame_cancel },
	{ "quit", frame_quit },
};

static void on_frame(struct link *link, struct frame *frame)
{
	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		if (strcmp(frame->type, frames[i].type) == 0)
			frames[i].handle(link_user(link), frame);
}

/* Nobody wants to know any more. */
static void on_down(struct link *link, int error)
{
	struct webhook *w = link_user(link);

	w->ret = error;
	loop_stop(w->loop);
}

static const struct link_ops link_ops = { .on_frame = on_frame, .on_down = on_down };

/* --- life --- */

static void webhook_done(struct webhook *w)
{
	sender_free(w->sender);
	link_free(w->link);
	loop_free(w->loop);
}

static int webhook_init(struct webhook *w, int fd)
{
	w->loop = loop_new();
	if (w->loop)
		w->sender = sender_new(w->loop, on_end, w);
	if (!w->sender) {
		close_fd(&fd);
		return -ENOMEM;
	}
	timer_init(&w->timer, w->loop, on_timer);
	loop_on_turn(w->loop, on_turn, w);
	return link_new(w->loop, fd, &link_ops, w, &w->link);
}

int webhook_run(const struct webhook_config *config, struct err *err)
{
	_cleanup_(webhook_done) struct webhook w = { .config = config };
	int ret = webhook_init(&w, config->link_fd);

	if (ret < 0)
		return err_set(err, ret, "cannot begin: %s", strerror(-ret));
	link_set_lazy(w.link, true);
	if (config->warning)
		(void)link_send(w.link, json_pack("{s:s, s:s}", "t", "log", "level", "warn"),
				config->warning, strlen(config->warning), -1);
	loop_run(w.loop);
	link_flush(w.link);
	return w.ret < 0 ? err_set(err, w.ret, "cannot go on: %s", strerror(-w.ret)) : 0;
}
