/*
 * sender.c - libcurl says which sockets to watch and when to look at its clock, our loop does that;
 * so nothing is awake while all servers are silent. Names are looked up by threads of libcurl.
 */
#include "webhook/sender.h"

#include <stdlib.h>
#include <utlist.h>

enum { KEPT_CONNECTIONS = 8 };	/* open and not in use */

struct sender {
	CURLM           *multi;		/* owned */
	struct loop     *loop;		/* borrowed */
	struct timer     timer;		/* libcurl's */
	struct post     *posts;		/* owned list */
	sender_ended_fn *on_end;
	void            *arg;		/* borrowed */
	bool             is_broken;
};

/* A socket of libcurl's. */
struct watch {
	struct io      io;
	struct sender *sender;		/* borrowed */
};

static void act(struct sender *s, curl_socket_t fd, int ready)
{
	int n;

	if (curl_multi_socket_action(s->multi, fd, ready, &n) != CURLM_OK)
		s->is_broken = true;
}

/* The watch may be gone afterwards. */
static void on_ready(struct io *io, int events)
{
	struct watch *w = container_of(io, struct watch, io);

	act(w->sender, io->w.fd, (events & IO_READ ? CURL_CSELECT_IN : 0) |
				 (events & IO_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(struct timer *t)
{
	act(container_of(t, struct sender, timer), CURL_SOCKET_TIMEOUT, 0);
}

/* --- what libcurl wants --- */

static struct watch *watch_new(struct sender *s, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w || curl_multi_assign(s->multi, fd, w) != CURLM_OK) {
		free(w);
		return NULL;
	}
	w->sender = s;
	io_init(&w->io, s->loop, on_ready);
	return w;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	static const int events[] = {
		[CURL_POLL_IN] = IO_READ,
		[CURL_POLL_OUT] = IO_WRITE,
		[CURL_POLL_INOUT] = IO_READ | IO_WRITE,
	};
	struct watch *w = mine;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w)
			io_stop(&w->io);
		free(w);
		return 0;
	}
	if (!w)
		w = watch_new(arg, fd);
	if (!w)
		return -1;
	io_start(&w->io, fd, events[what]);
	return 0;
}

/* libcurl must not be called from in here, also when it wants to be at once. */
static int want_time(CURLM *multi, long ms, void *arg)
{
	struct sender *s = arg;

	(void)multi;
	if (ms < 0)
		timer_stop(&s->timer);
	else
		timer_start(&s->timer, (double)ms / 1000);
	return 0;
}

/* --- posts --- */

static void forget(struct sender *s, struct post *p)
{
	(void)curl_multi_remove_handle(s->multi, p->easy);
	DL_DELETE(s->posts, p);
	post_free(p);
}

void sender_begin(struct sender *s, const struct order *order)
{
	struct post *p = post_new(order);

	if (p && curl_multi_add_handle(s->multi, p->easy) == CURLM_OK) {
		DL_APPEND(s->posts, p);
		return;
	}
	post_free(p);
	s->on_end(s->arg, &(struct outcome){ .id = order->id, .why = "out of memory" });
}

void sender_cancel(struct sender *s, json_int_t id)
{
	struct post *p;

	DL_SEARCH_SCALAR(s->posts, p, id, id);
	if (p)
		forget(s, p);
}

bool sender_turn(struct sender *s)
{
	struct outcome outcome;
	struct post *p;
	CURLMsg *msg;
	int n;

	while ((msg = curl_multi_info_read(s->multi, &n))) {
		if (curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &p) != CURLE_OK)
			continue;
		post_outcome(p, msg->data.result, &outcome);
		s->on_end(s->arg, &outcome);
		forget(s, p);
	}
	return !s->is_broken;
}

bool sender_is_busy(const struct sender *s)
{
	return s->posts != NULL;
}

/* --- life --- */

struct sender *sender_new(struct loop *loop, sender_ended_fn *on_end, void *arg)
{
	struct sender *s = calloc(1, sizeof(*s));
	int r = 0;

	if (!s)
		return NULL;
	*s = (struct sender){ .loop = loop, .on_end = on_end, .arg = arg };
	timer_init(&s->timer, loop, on_timer);
	s->multi = curl_multi_init();
	if (s->multi) {
		r |= curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
		r |= curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
		r |= curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, want_time);
		r |= curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
		r |= curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
	}
	if (!s->multi || r) {
		sender_free(s);
		return NULL;
	}
	return s;
}

void sender_free(struct sender *s)
{
	if (!s)
		return;
	while (s->posts)
		forget(s, s->posts);
	if (s->multi)
		(void)curl_multi_cleanup(s->multi);
	timer_stop(&s->timer);
	free(s);
}
