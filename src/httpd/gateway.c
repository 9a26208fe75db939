/*
 * gateway.c - svd-httpd as a whole. It runs on demand: when no connection has been open for a
 * while it ends, and svd, which holds the listening sockets, starts the next one when somebody
 * connects. Nothing is lost in between: who connects waits in the socket's backlog.
 */
#include "httpd/gateway.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <utlist.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/fd.h"
#include "httpd/events.h"
#include "httpd/rpc.h"
#include "httpd/server.h"
#include "httpd/usage.h"
#include "httpd/welcome.h"
#include "ipc/frame.h"
#include "ipc/loop.h"

static const double QUIT_SECONDS = 1;	/* for what is under way */

struct gateway {
	const struct gateway_config *config;	/* borrowed */
	struct loop   *loop;		/* owned */
	struct link   *link;		/* owned */
	struct usage  *usage;		/* owned */
	struct rpc     rpc;
	struct welcome welcome;
	struct server *servers;		/* owned */
	struct timer   timer;		/* until idle enough, or patient enough after `quit` */
	unsigned       clients_max;	/* per server */
	bool           quitting;
};

static bool has_clients(const struct gateway *g)
{
	for (const struct server *s = g->servers; s; s = s->next)
		if (s->n_clients > 0)
			return true;
	return false;
}

static bool has_requests(const struct gateway *g)
{
	for (const struct server *s = g->servers; s; s = s->next)
		if (s->requests)
			return true;
	return false;
}

/*
 * A large message leaves megabytes of small free pieces, which malloc would keep. (Its large
 * pieces are mapped, see gateway_run, and go back by themselves.)
 */
static void tidy(struct gateway *g)
{
	bool is_bloated = false;
	struct server *s;

	LL_FOREACH(g->servers, s) {
		is_bloated |= s->is_bloated;
		s->is_bloated = false;
	}
#ifdef __GLIBC__
	if (is_bloated)
		malloc_trim(0);
#endif
}

static void quiesce(struct gateway *g)
{
	struct server *s;

	LL_FOREACH(g->servers, s)
		server_quiesce(s);
}

/*
 * Both waits, for clients and for the end, are over in the same way. The loop still does what it
 * found to do in this round: it shall not accept somebody whom nobody will answer.
 */
static void on_timer(struct timer *t)
{
	struct gateway *g = container_of(t, struct gateway, timer);

	quiesce(g);
	loop_stop(g->loop);
}

static void on_change(void *arg)
{
	struct gateway *g = arg;
	bool is_busy = has_requests(g);

	if (!is_busy)
		tidy(g);
	if (g->quitting) {
		if (!is_busy)
			loop_stop(g->loop);
	} else if (has_clients(g)) {
		timer_stop(&g->timer);
	} else if (g->config->idle > 0) {
		timer_start(&g->timer, g->config->idle);
	}
}

/* Answers first: the calls that come of it go to svd in one piece. */
static void on_turn(void *arg)
{
	struct gateway *g = arg;
	struct server *s, *next;

	LL_FOREACH_SAFE(g->servers, s, next) {
		server_turn(s);
		if (s->is_leaving && s->n_clients == 0) {
			LL_DELETE(g->servers, s);
			server_free(s);
		}
	}
	link_flush(g->link);
}

/* --- frames --- */

static const char *head_string(const struct frame *frame, const char *key)
{
	return json_string_value(json_object_get(frame->head, key));
}

static void frame_listen(struct gateway *g, struct frame *frame)
{
	const char *name = head_string(frame, "name"), *kind = head_string(frame, "kind");
	struct server_config config = {
		.id = (int)json_integer_value(json_object_get(frame->head, "id")),
		.name = name && *name ? name : "HTTP",
		.username = head_string(frame, "username"),
		.password = head_string(frame, "password"),
		.welcome = &g->welcome,
		.is_inet = strcmp(kind ? kind : "", "inet") == 0,
		.secret = head_string(frame, "secret"),
		.hosts = json_object_get(frame->head, "hosts"),
		.shows_health = json_is_true(json_object_get(frame->head, "health")),
		.patience = g->config->patience,
		.clients_max = g->clients_max,
	};
	struct server *server;
	struct err err;

	if (frame->fd < 0)
		return;
	if (server_new(g->loop, &g->rpc, steal_fd(&frame->fd), &config, on_change, g,
		       &server, &err) < 0)
		rpc_log(&g->rpc, "error", "%s", err.text);
	else
		LL_APPEND(g->servers, server);
}

static void frame_unlisten(struct gateway *g, struct frame *frame)
{
	int id = (int)json_integer_value(json_object_get(frame->head, "id"));
	struct server *s;

	LL_SEARCH_SCALAR(g->servers, s, id, id);
	if (s)
		server_leave(s);
}

/* Nobody gets in by them who was to be let in no more, whatever happens, nor stays. */
static void frame_logins(struct gateway *g, struct frame *frame)
{
	json_t *passwords = json_loadb(frame->body, frame->body_len, 0, NULL);
	struct logins before = g->welcome.logins;
	struct server *s;

	g->welcome.logins = (struct logins){ 0 };
	if (!passwords || logins_set(&g->welcome.logins, passwords) < 0)
		rpc_log(&g->rpc, "error", "the logins of [svd:access] cannot be taken");
	json_decref(passwords);
	if (!logins_are_equal(&before, &g->welcome.logins))
		LL_FOREACH(g->servers, s)
			server_part(s);
	logins_done(&before);
}

static void frame_reply(struct gateway *g, struct frame *frame)
{
	rpc_reply(&g->rpc, frame);
}

static void frame_part(struct gateway *g, struct frame *frame)
{
	rpc_part(&g->rpc, frame);
}

static void frame_event(struct gateway *g, struct frame *frame)
{
	events_take(&g->rpc, frame);
}

static void frame_quit(struct gateway *g, struct frame *frame)
{
	(void)frame;
	if (g->quitting)
		return;
	g->quitting = true;
	quiesce(g);
	timer_start(&g->timer, QUIT_SECONDS);
	on_change(g);
}

static const struct {
	const char *type;
	void      (*handle)(struct gateway *g, struct frame *frame);
} frames[] = {
	{ "reply", frame_reply },
	{ "event", frame_event },
	{ "part", frame_part },
	{ "listen", frame_listen },
	{ "unlisten", frame_unlisten },
	{ "logins", frame_logins },
	{ "quit", frame_quit },
};

static void on_frame(struct link *link, struct frame *frame)
{
	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		if (strcmp(frame->type, frames[i].type) == 0)
			frames[i].handle(link_user(link), frame);
}

/* Nobody could answer a call any more; the next svd starts its own svd-httpd. */
static void on_down(struct link *link, int error)
{
	struct gateway *g = link_user(link);

	(void)error;
	loop_stop(g->loop);
}

static const struct link_ops link_ops = { .on_frame = on_frame, .on_down = on_down };

/* --- life --- */

/* The process' own ceiling, as high as it may be. */
static rlim_t descriptors(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0)
		return 1024;
	lim.rlim_cur = lim.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &lim);
	return lim.rlim_cur;
}

/*
 * A server that can open no more descriptors but still accepts would spin, so the ceilings of a
 * handful of servers together stay below the process' own. A client may cost its connection and the
 * two files of a log that is being rotated; what pages follow comes on top of that.
 */
static void set_ceilings(struct gateway *g)
{
	enum { OTHERS = 64, SERVERS = 4, CLIENT_FDS = 3, SHARES = SERVERS * CLIENT_FDS };
	enum { FOLLOWED_MAX = 256, FOLLOWED_PART = 32 };
	rlim_t all = descriptors(), followed = all / FOLLOWED_PART, taken;

	if (followed > FOLLOWED_MAX)
		followed = FOLLOWED_MAX;
	taken = OTHERS + 2 * followed;
	g->welcome.followed_max = (unsigned)followed;
	if (all >= taken + SHARES * SERVER_CLIENTS_MAX)
		g->clients_max = SERVER_CLIENTS_MAX;
	else
		g->clients_max = all > taken + SHARES ? (unsigned)(all - taken) / SHARES : 1;
}

static void gateway_done(struct gateway *g)
{
	while (g->servers) {
		struct server *s = g->servers;

		LL_DELETE(g->servers, s);
		server_free(s);
	}
	boards_done(&g->welcome.boards);
	welcome_done(&g->welcome);
	link_free(g->link);
	usage_free(g->usage);
	loop_free(g->loop);
}

int gateway_run(const struct gateway_config *config, struct err *err)
{
	_cleanup_(gateway_done) struct gateway g = { .config = config };
	_cleanup_(close_fd) int fd = config->link_fd;
	int ret;

#ifdef __GLIBC__
	/* Or it rises when a large piece is freed, and the next ones stay. */
	mallopt(M_MMAP_THRESHOLD, SERVER_LARGE);
#endif
	g.loop = loop_new();
	if (!g.loop)
		return err_set(err, -ENOMEM, "cannot make an event loop");
	g.usage = g.rpc.usage = usage_new("/proc");
	if (!g.usage)
		return err_set(err, -ENOMEM, "out of memory");
	timer_init(&g.timer, g.loop, on_timer);
	ret = link_new(g.loop, steal_fd(&fd), &link_ops, &g, &g.link);
	if (ret < 0)
		return err_set(err, ret, "the link: %s", strerror(-ret));
	link_set_lazy(g.link, true);
	loop_on_turn(g.loop, on_turn, &g);
	g.rpc.link = g.link;
	welcome_init(&g.welcome, &g.rpc);
	set_ceilings(&g);
	if (config->warning)
		rpc_log(&g.rpc, "warn", "%s", config->warning);
	on_change(&g);
	loop_run(g.loop);
	link_flush(g.link);
	return 0;
}
