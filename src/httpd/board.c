/*
 * board.c - ten pages that show the same are one question to svd: a board asks, every few seconds
 * and soon after something has happened, and tells its viewers what has changed. It asks as one of
 * them, so it holds what they may see. Without viewers it asks nothing, and goes after a while.
 */
#include "httpd/board.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "httpd/boardrows.h"
#include "httpd/request.h"
#include "httpd/usage.h"
#include "ipc/frame.h"
#include "ipc/loop.h"

/*
 * Seconds: between two questions, more when an answer takes long, so that all of it stays below a
 * hundredth of a CPU; from an event to a question; until a board without viewers goes, since a page
 * that is loaded again needs to know how much CPU was used before.
 */
static const double PERIOD = 2, PERIOD_MAX = 5, SHARE = 100;
static const double EVENT_DELAY = 0.05, EVENT_DELAY_MAX = 1, EVENT_SHARE = 10;
static const double LINGER = 30;

#define EVENT_TYPES "PROCESS_STATE,PROCESS_GROUP,SUPERVISOR_STATE_CHANGE"

struct board {
	struct board  *next;
	struct boards *boards;	/* borrowed */
	struct rpc    *rpc;	/* borrowed */
	json_t        *identity;	/* owned; who looks, as far as it matters to svd */
	char          *user, *peer;	/* owned; for the calls; user may be NULL */
	struct call    question, follow;
	struct timer   timer;	/* until the next question, or the end */
	double         asked_mono, due_mono;
	double         cost;	/* seconds from the last question to its answer */
	bool           is_stale;	/* something has happened since it was asked */
	struct viewer *viewers;	/* each borrowed */
	struct boardrows rows;
	json_t        *top;	/* owned; NULL: nothing is known yet */
};

static void board_free(struct board *b)
{
	LL_DELETE(b->boards->list, b);
	timer_stop(&b->timer);
	rpc_drop(b->rpc, &b->question);
	rpc_drop(b->rpc, &b->follow);
	boardrows_done(&b->rows);
	json_decref(b->top);
	json_decref(b->identity);
	free(b->user);
	free(b->peer);
	free(b);
}

/* --- an answer --- */

static json_t *text_of(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value ? json_incref(value) : json_string("");
}

static json_t *top_of(const json_t *result)
{
	return json_pack("{s:o, s:o, s:{s:o, s:o, s:o, s:o, s:o}, s:{s:o, s:o, s:o}}",
			 "user", text_of(result, "user"), "role", text_of(result, "role"),
			 "daemon", "identifier", text_of(result, "identifier"),
			 "version", text_of(result, "version"), "pid", text_of(result, "svd_pid"),
			 "started_at", text_of(result, "started_at"),
			 "state", text_of(result, "statename"),
			 "health", "healthy", text_of(result, "healthy"),
			 "well", text_of(result, "well"), "total", text_of(result, "total"));
}

static json_t *now_value(void)
{
	return json_real(round(clock_wall() * 10) / 10);
}

/* What has changed, with the time of it; that alone is the heartbeat. */
static json_t *take(struct board *b, const json_t *result)
{
	json_t *change = json_pack("{s:o}", "now", now_value());
	json_t *top = top_of(result), *diff;

	boardrows_take(&b->rows, json_object_get(result, "processes"),
		       usage_read_mono(b->rpc->usage), change);
	diff = boardrows_difference(b->top, top);
	json_object_update(change, diff);
	json_decref(diff);
	json_decref(b->top);
	b->top = top;
	return change;
}

int board_add_all(struct strbuf *sb, const struct board *b, const char *token)
{
	json_t *all = json_copy(b->top);
	char *text;

	json_object_set_new(all, "now", now_value());
	json_object_set_new(all, "token", json_string(token));
	json_object_set(all, "processes", b->rows.views);
	text = all ? json_dumps(all, JSON_COMPACT) : NULL;
	json_decref(all);
	if (!text)
		return -ENOMEM;
	strbuf_adds(sb, text);
	free(text);
	return sb->oom ? -ENOMEM : 0;
}

const json_t *board_top(const struct board *b)
{
	return b->top;
}

const json_t *board_processes(const struct board *b)
{
	return b->rows.views;
}

/* --- asking --- */

static bool has_live(const struct board *b)
{
	const struct viewer *v;

	DL_FOREACH(b->viewers, v)
		if (v->is_live)
			return true;
	return false;
}

static double at_most(double x, double max)
{
	return x < max ? x : max;
}

static void ask_in(struct board *b, double seconds)
{
	b->due_mono = clock_mono() + seconds;
	timer_start(&b->timer, seconds);
}

/* One event may be the first of a thousand. */
static double event_delay(const struct board *b)
{
	return fmax(EVENT_DELAY, at_most(EVENT_SHARE * b->cost, EVENT_DELAY_MAX));
}

static void plan(struct board *b)
{
	if (!has_live(b))
		timer_start(&b->timer, LINGER);
	else if (b->is_stale)
		ask_in(b, event_delay(b));
	else
		ask_in(b, fmax(PERIOD, at_most(SHARE * b->cost, PERIOD_MAX)));
}

static void tell_fault(struct board *b, const struct reply *reply)
{
	while (b->viewers) {
		struct viewer *v = b->viewers;

		DL_DELETE(b->viewers, v);
		v->board = NULL;
		v->on_fault(v, reply->code, reply->text);
	}
}

static void tell_all(struct board *b, const char *change)
{
	struct viewer *v, *next;

	DL_FOREACH_SAFE(b->viewers, v, next) {
		if (v->has_all) {
			v->on_change(v, change, strlen(change));
			continue;
		}
		v->has_all = true;
		if (!v->is_live) {
			DL_DELETE(b->viewers, v);
			v->board = NULL;
		}
		v->on_all(v, b);
	}
}

static void on_answer(struct call *call, struct reply *reply)
{
	struct board *b = container_of(call, struct board, question);
	json_t *change;
	char *text;

	if (reply->text || !json_is_object(reply->result)) {
		tell_fault(b, reply);
		rpc_drop(b->rpc, &b->follow);
	} else {
		change = take(b, reply->result);
		text = json_dumps(change, JSON_COMPACT);
		json_decref(change);
		if (text)
			tell_all(b, text);
		free(text);
	}
	b->cost = clock_mono() - b->asked_mono;
	plan(b);
}

static int ask(struct board *b)
{
	json_t *none;
	int ret;

	timer_stop(&b->timer);
	if (b->question.id)
		return 0;
	none = json_array();
	b->asked_mono = clock_mono();
	b->is_stale = false;
	ret = rpc_start(b->rpc, &b->question, "getBoard", none);
	json_decref(none);
	return ret;
}

static void on_timer(struct timer *t)
{
	struct board *b = container_of(t, struct board, timer);

	if (!b->viewers)
		board_free(b);
	else if (ask(b) < 0)
		plan(b);
}

static void on_event(struct call *call, const struct frame *frame, const struct strbuf *text)
{
	struct board *b = container_of(call, struct board, follow);

	(void)text;
	if (!json_object_get(frame->head, "name"))
		return;
	b->is_stale = true;
	if (timer_is_armed(&b->timer) && b->due_mono - clock_mono() > event_delay(b))
		plan(b);
}

/* Without events it is the clock alone. */
static void on_unfollowed(struct call *call, struct reply *reply)
{
	(void)call;
	(void)reply;
}

static int follow(struct board *b)
{
	json_t *params;
	int ret;

	if (b->follow.id)
		return 0;
	params = json_pack("[s]", EVENT_TYPES);
	ret = rpc_start(b->rpc, &b->follow, "followEvents", params);
	json_decref(params);
	return ret;
}

/* --- who looks --- */

/* Of a client on a unix socket who it is and not which process; on TCP only the login counts. */
static json_t *identity_of(const struct request *r)
{
	json_t *who = json_copy(r->client->peer);

	json_object_del(who, "pid");
	json_object_del(who, "from");
	json_object_set_new(who, "server", json_integer(r->server->id));
	if (r->user)
		json_object_set_new(who, "user", json_text(r->user));
	return who;
}

static void call_init(struct board *b, struct call *call, const struct request *r,
		      void (*on_reply)(struct call *call, struct reply *reply))
{
	*call = (struct call){ .own = true, .server = r->server->id, .peer = b->peer,
			       .user = b->user, .on_reply = on_reply };
}

/* identity is stolen. */
static struct board *board_new(struct boards *boards, const struct request *r, json_t *identity)
{
	struct board *b = calloc(1, sizeof(*b));

	if (!b) {
		json_decref(identity);
		return NULL;
	}
	b->boards = boards;
	b->rpc = r->server->rpc;
	b->identity = identity;
	b->rows.views = json_array();
	b->peer = strdup(r->client->peer_text);
	b->user = r->user ? strdup(r->user) : NULL;
	timer_init(&b->timer, r->server->loop, on_timer);
	call_init(b, &b->question, r, on_answer);
	call_init(b, &b->follow, r, on_unfollowed);
	b->follow.on_event = on_event;
	LL_PREPEND(boards->list, b);
	if (b->rows.views && b->peer && (b->user || !r->user))
		return b;
	board_free(b);
	return NULL;
}

static struct board *board_of(struct boards *boards, const struct request *r)
{
	json_t *identity = identity_of(r);
	struct board *b;

	LL_FOREACH(boards->list, b) {
		if (json_equal(b->identity, identity)) {
			json_decref(identity);
			return b;
		}
	}
	return identity ? board_new(boards, r, identity) : NULL;
}

int board_view(struct boards *boards, struct request *r, struct viewer *v)
{
	struct board *b = board_of(boards, r);
	int ret;

	if (!b)
		return -ENOMEM;
	ret = ask(b);
	if (ret == 0 && v->is_live)
		ret = follow(b);
	if (ret < 0) {
		plan(b);
		return ret;
	}
	v->board = b;
	v->has_all = false;
	DL_APPEND(b->viewers, v);
	return 0;
}

void board_leave(struct viewer *v)
{
	struct board *b = v->board;

	if (!b)
		return;
	DL_DELETE(b->viewers, v);
	v->board = NULL;
	if (has_live(b))
		return;
	rpc_drop(b->rpc, &b->follow);
	if (!b->question.id)
		plan(b);
}

void boards_done(struct boards *boards)
{
	while (boards->list)
		board_free(boards->list);
}
