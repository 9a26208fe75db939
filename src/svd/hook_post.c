/*
 * hook_post.c - svd never speaks to a server itself: svd-webhook does, and what it knows is worth
 * nothing, so that it may die at any time. Here stands what it has still to answer for, and what
 * an answer means.
 */
#include "svd/hook_post.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "ipc/frame.h"
#include "svd/engine.h"
#include "svd/hook_body.h"
#include "svd/sibling.h"

enum {
	DEATHS_MAX = 10,	/* of svd-webhook over one try: then the try is one that failed */
	WHY_MAX = 200,		/* bytes */
	HOST_MAX = 256,
};

static const double PATIENCE_MAX = 3600;	/* seconds, with a server that asks us to wait */

/* A try that svd-webhook has not answered. */
struct post {
	struct post     *prev, *next;
	struct delivery *delivery;	/* borrowed */
	unsigned         deaths;	/* of svd-webhook meanwhile */
};

struct poster {
	struct sibling webhook;
	struct post   *posts;		/* owned list, oldest first */
};

/* --- to svd-webhook --- */

static json_t *head_of(const struct delivery *d)
{
	const struct hook_config *conf = d->hook->group->conf->hook;
	json_t *headers = json_array();

	for (size_t i = 0; conf->headers && conf->headers[i]; i++)
		if (json_array_append_new(headers, json_text(conf->headers[i])) < 0) {
			json_decref(headers);
			return NULL;
		}
	return json_pack("{s:s, s:I, s:o, s:o, s:i}", "t", "post", "id", (json_int_t)d->id, "url",
			 json_text(conf->url), "headers", headers, "timeout", conf->timeout_secs);
}

static char *body_of(const struct delivery *d)
{
	const struct group *group = d->hook->group;
	char host[HOST_MAX] = "";
	struct notice notice = {
		.event = d->queued->event,
		.at = d->queued->at,
		.count = d->count,
		.server = group->engine->config->identifier,
		.host = host,
		.pool = group->conf->name,
	};

	(void)gethostname(host, sizeof(host) - 1);
	return hook_body(&notice, group->conf->hook->format);
}

/* 0, also when svd-webhook is not there any more: its successor gets it then; or -errno. */
static int tell(struct poster *poster, const struct post *p)
{
	char *body = body_of(p->delivery);
	int ret = -ENOMEM;

	if (body)
		ret = link_send(poster->webhook.link, head_of(p->delivery), body, strlen(body), -1);
	free(body);
	if (ret == -ENOBUFS)	/* it does not read any more */
		sibling_fail(&poster->webhook);
	return ret == -ENOBUFS || ret == -EPIPE ? 0 : ret;
}

/* What cannot be told for want of memory is tried with the next one. */
static void on_up(struct sibling *s)
{
	struct poster *poster = s->user;
	struct post *p;

	DL_FOREACH(poster->posts, p) {
		if (tell(poster, p) < 0) {
			sibling_fail(s);
			return;
		}
	}
}

static void forget(struct poster *poster, struct post *p)
{
	DL_DELETE(poster->posts, p);
	free(p);
}

static int begin(struct delivery *d, struct err *err)
{
	struct poster *poster = d->hook->group->engine->poster;
	struct post *p = calloc(1, sizeof(*p));
	int ret = 0;

	if (!p)
		return err_set(err, -ENOMEM, "out of memory");
	p->delivery = d;
	DL_APPEND(poster->posts, p);
	if (poster->webhook.link)
		ret = tell(poster, p);
	else
		sibling_want(&poster->webhook);
	if (ret == 0)
		return 0;
	forget(poster, p);
	return err_set(err, ret, "%s", strerror(-ret));
}

static void cancel(struct delivery *d)
{
	struct poster *poster = d->hook->group->engine->poster;
	struct post *p;

	DL_SEARCH_SCALAR(poster->posts, p, delivery, d);
	if (!p)
		return;
	forget(poster, p);
	if (poster->webhook.link)
		(void)link_send(poster->webhook.link,
				json_pack("{s:s, s:I}", "t", "cancel", "id", (json_int_t)d->id),
				NULL, 0, -1);
}

const struct hook_ops hook_post_ops = { .begin = begin, .cancel = cancel };

/* --- from svd-webhook --- */

/* Servers have a say in what libcurl says. */
static void clean(const char *text, char *buf, size_t size)
{
	snprintf(buf, size, "%s", text ? text : "no answer");
	for (; *buf; buf++)
		if (iscntrl((unsigned char)*buf))
			*buf = '?';
}

static void judge(struct delivery *d, int status, const char *text, double after)
{
	bool is_later = !status || status == 408 || status == 429 || status >= 500;
	bool is_elsewhere = status >= 300 && status < 400;
	char why[WHY_MAX];

	if (status >= 200 && status < 300) {
		hook_done(d);
		return;
	}
	if (status)
		snprintf(why, sizeof(why), "the server answered %d%s", status,
			 is_elsewhere ? ", and redirects are not followed" : "");
	else
		clean(text, why, sizeof(why));
	if (after > 0)
		d->not_before = clock_mono() + (after < PATIENCE_MAX ? after : PATIENCE_MAX);
	hook_failed(d, is_later, why);
}

static void on_frame(struct sibling *s, struct frame *frame)
{
	json_int_t id = json_integer_value(json_object_get(frame->head, "id"));
	struct poster *poster = s->user;
	struct delivery *d;
	struct post *p;

	if (strcmp(frame->type, "posted") != 0)
		return;
	DL_FOREACH(poster->posts, p)
		if ((json_int_t)p->delivery->id == id)
			break;
	if (!p)
		return;
	d = p->delivery;
	forget(poster, p);
	judge(d, (int)json_integer_value(json_object_get(frame->head, "status")),
	      json_string_value(json_object_get(frame->head, "text")),
	      json_number_value(json_object_get(frame->head, "after")));
}

/* What kills every svd-webhook shall not do that for ever, to the harm of others. */
static void on_down(struct sibling *s)
{
	struct poster *poster = s->user;
	struct post *p, *next;

	DL_FOREACH_SAFE(poster->posts, p, next) {
		struct delivery *d = p->delivery;

		if (++p->deaths < DEATHS_MAX)
			continue;
		forget(poster, p);
		hook_failed(d, true, "svd-webhook has died again and again");
	}
}

/* It was idle; but a post may have been on its way. */
static void on_left(struct sibling *s)
{
	struct poster *poster = s->user;

	if (poster->posts)
		sibling_want(s);
}

static const struct sibling_ops webhook_ops = {
	.on_up = on_up,
	.on_frame = on_frame,
	.on_down = on_down,
	.on_left = on_left,
};

/* --- life --- */

bool poster_reaped(struct poster *poster, pid_t pid, int wait_status)
{
	return sibling_reaped(&poster->webhook, pid, wait_status);
}

struct poster *poster_new(struct engine *e)
{
	struct poster *poster = calloc(1, sizeof(*poster));

	if (!poster)
		return NULL;
	sibling_init(&poster->webhook, "svd-webhook", e->loop, &webhook_ops, poster);
	return poster;
}

void poster_stop(struct poster *poster, double seconds)
{
	sibling_stop(&poster->webhook);
	if (!sibling_wait(&poster->webhook, seconds)) {
		sibling_fail(&poster->webhook);
		(void)sibling_wait(&poster->webhook, seconds);
	}
}

void poster_free(struct poster *poster)
{
	if (!poster)
		return;
	sibling_done(&poster->webhook);
	free(poster);
}
