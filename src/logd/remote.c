/*
 * remote.c - a network is away now and then: lines wait in an outbox while we look for the server
 * again, less and less often. With nothing to send nothing is done: no lookup, no connection, no
 * timer. What a connection has taken when it breaks may be lost on its way; nobody tells us of it.
 */
#include "logd/remote.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "logd/lookup.h"
#include "logd/outbox.h"

static const double
	CONNECT_SECONDS = 10,	/* for a connection to come about */
	WAIT_FIRST = 1, WAIT_LONGEST = 60,	/* between two attempts */
	GOOD_SECONDS = 10,	/* a connection that held so long was a good one */
	REFUSED_SECONDS = 1,	/* a datagram without a refusal for so long was taken */
	TELL_SECONDS = 60,
	LINGER_SECONDS = 60;	/* without users */

enum { SILENCE_MS = 30000 };	/* a TCP server that acknowledges nothing for so long is dead */

enum remote_state { REMOTE_IDLE, REMOTE_WAITING, REMOTE_LOOKING, REMOTE_CONNECTING, REMOTE_UP };

struct remote {
	struct remote  *prev, *next;
	struct remotes *home;	/* borrowed */
	char           *url;	/* owned */
	char           *host, *port;	/* owned */
	bool            tcp;
	unsigned        users;
	enum remote_state state;
	struct lookup  *lookup;	/* owned; REMOTE_LOOKING */
	struct addrinfo *found;	/* owned; addresses, while one of them is tried, */
	struct addrinfo *next_address;	/* ... and those that are still to be tried */
	int             fd;	/* owned; -1: none */
	struct io       io;
	struct timer    timer;	/* REMOTE_WAITING, REMOTE_CONNECTING */
	struct timer    linger;	/* without users */
	struct outbox   out;
	size_t          sent;	/* bytes of the first message, on this connection */
	size_t          last;	/* bytes of the last datagram */
	const char     *why;	/* it cannot be reached; borrowed */
	double          wait;	/* seconds, after the next failure */
	double          not_before;	/* monotonic; of the next attempt */
	double          since;	/* monotonic; REMOTE_UP: of the connection */
	double          refused_at;	/* monotonic; a datagram */
	unsigned long   cut;	/* lines, since it was said */
	double          cut_told_at;	/* monotonic; 0: never */
};

static void push(struct remote *r);

/* --- trouble --- */

static void hang_up(struct remote *r)
{
	io_stop(&r->io);
	timer_stop(&r->timer);
	close_fd(&r->fd);
	r->sent = 0;
}

static void forget_addresses(struct remote *r)
{
	if (r->found)
		freeaddrinfo(r->found);
	r->found = r->next_address = NULL;
}

static void complain(struct remote *r, const char *why, size_t lost)
{
	r->why = why;
	trouble_note(&r->out.trouble, -EIO, clock_mono());
	outbox_lose(&r->out, lost, why);
}

/* Not again before a while has passed; then, if something is to be sent. */
static void fail(struct remote *r, const char *why)
{
	hang_up(r);
	forget_addresses(r);
	complain(r, why, 0);
	r->state = REMOTE_IDLE;
	r->not_before = clock_mono() + r->wait;
	r->wait = r->wait * 2 < WAIT_LONGEST ? r->wait * 2 : WAIT_LONGEST;
	push(r);
}

/* A server that ends a connection when nobody uses it is no trouble. */
static void lose_connection(struct remote *r, const char *why)
{
	if (clock_mono() - r->since >= GOOD_SECONDS)
		r->wait = WAIT_FIRST;
	if (r->out.queue) {
		fail(r, why);
		return;
	}
	hang_up(r);
	r->state = REMOTE_IDLE;
	r->not_before = clock_mono() + r->wait;
}

/* --- sending --- */

static ssize_t send_some(struct remote *r, const struct message *m)
{
	ssize_t n;

	do
		n = send(r->fd, m->bytes + r->sent, m->n - r->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* A server that is not there refuses a datagram when the next one is sent, instead of that. */
static ssize_t send_again(struct remote *r, const struct message *m, ssize_t ret)
{
	if (r->tcp || ret != -ECONNREFUSED)
		return ret;
	r->refused_at = clock_mono();
	complain(r, strerror(ECONNREFUSED), r->last);
	return send_some(r, m);
}

/* Did all of the first message go? Returns 1, 0 or -errno. */
static int send_first(struct remote *r)
{
	const struct message *m = r->out.queue;
	ssize_t n = send_again(r, m, send_some(r, m));

	if (n == -EMSGSIZE) {
		outbox_lose(&r->out, m->n, strerror(EMSGSIZE));
		n = (ssize_t)m->n;
	}
	if (n < 0)
		return n == -EAGAIN || n == -ENOBUFS ? 0 : (int)n;
	r->sent += (size_t)n;
	if (r->sent < m->n)
		return 0;
	r->last = m->n;
	r->sent = 0;
	outbox_pop(&r->out);
	return 1;
}

static void heal(struct remote *r)
{
	if (r->tcp || clock_mono() - r->refused_at >= REFUSED_SECONDS)
		outbox_heal(&r->out);
}

static void send_queue(struct remote *r)
{
	int ret = 1, listen = r->tcp ? IO_READ : 0;

	while (ret > 0 && r->out.queue)
		ret = send_first(r);
	if (ret < 0) {
		lose_connection(r, strerror(-ret));
		return;
	}
	if (r->out.queue)
		io_start(&r->io, r->fd, listen | IO_WRITE);
	else if (listen)
		io_start(&r->io, r->fd, listen);
	else
		io_stop(&r->io);
	if (!r->out.queue)
		heal(r);
}

/* A server has nothing to say to us, but for that it goes. */
static void listen_to(struct remote *r)
{
	char buf[4096];
	ssize_t n = recv(r->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n == 0)
		lose_connection(r, "the server has ended the connection");
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		lose_connection(r, strerror(errno));
}

/* --- connecting --- */

static void is_up(struct remote *r)
{
	timer_stop(&r->timer);
	forget_addresses(r);
	r->state = REMOTE_UP;
	r->since = clock_mono();
	r->why = "it does not keep up";
	if (!r->tcp)
		r->wait = WAIT_FIRST;
	send_queue(r);
}

static int dial(struct remote *r, const struct addrinfo *a)
{
	int silence = SILENCE_MS, whole = IP_PMTUDISC_DONT;

	r->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (r->fd < 0)
		return -errno;
	/* What is longer than a packet goes in fragments: better than not at all. */
	if (!r->tcp && a->ai_family == AF_INET)
		(void)setsockopt(r->fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole));
	if (r->tcp)
		(void)setsockopt(r->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof(silence));
	return connect(r->fd, a->ai_addr, a->ai_addrlen) < 0 ? -errno : 0;
}

static void try_next(struct remote *r, const char *why)
{
	while (r->next_address) {
		const struct addrinfo *a = r->next_address;
		int ret;

		hang_up(r);
		r->next_address = a->ai_next;
		ret = dial(r, a);
		if (ret == 0) {
			is_up(r);
			return;
		}
		if (ret == -EINPROGRESS) {
			r->state = REMOTE_CONNECTING;
			r->why = "it does not answer";
			io_start(&r->io, r->fd, IO_WRITE);
			timer_start(&r->timer, CONNECT_SECONDS);
			return;
		}
		why = strerror(-ret);
	}
	fail(r, why);
}

static void has_connected(struct remote *r)
{
	int code = 0;
	socklen_t len = sizeof(code);

	if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		code = errno;
	if (code)
		try_next(r, strerror(code));
	else
		is_up(r);
}

static void was_found(struct remote *r, int code, struct addrinfo *found)
{
	if (code) {
		fail(r, code == EAI_SYSTEM ? "the name of the server cannot be looked up" :
					     gai_strerror(code));
		return;
	}
	r->found = r->next_address = found;
	try_next(r, "it has no address");
}

static void find(struct remote *r)
{
	struct addrinfo hints = { .ai_socktype = r->tcp ? SOCK_STREAM : SOCK_DGRAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *found;
	int ret;

	if (getaddrinfo(r->host, r->port, &hints, &found) == 0) {
		was_found(r, 0, found);
		return;
	}
	r->state = REMOTE_LOOKING;
	r->why = "its address is still looked for";
	ret = lookup_begin(r->host, r->port, hints.ai_socktype, &r->home->waker, &r->lookup);
	if (ret < 0)
		fail(r, strerror(-ret));
}

static void look_whether_found(struct remote *r)
{
	struct addrinfo *found;
	int code;

	if (!r->lookup || lookup_result(r->lookup, &code, &found) < 0)
		return;
	lookup_end(r->lookup);
	r->lookup = NULL;
	was_found(r, code, found);
}

static void on_found(struct waker *waker)
{
	struct remotes *all = container_of(waker, struct remotes, waker);
	struct remote *r;

	DL_FOREACH(all->all, r)
		look_whether_found(r);
}

/* --- what is next? --- */

static void push(struct remote *r)
{
	double wait = r->not_before - clock_mono();

	if (!r->out.queue)
		return;
	/* With more than one the first has had to wait, and the io tells when it may go. */
	if (r->state == REMOTE_UP && !r->out.queue->next)
		send_queue(r);
	if (r->state != REMOTE_IDLE)
		return;
	if (wait > 0) {
		r->state = REMOTE_WAITING;
		timer_start(&r->timer, wait);
	} else {
		find(r);
	}
}

static void on_ready(struct io *io, int events)
{
	struct remote *r = container_of(io, struct remote, io);

	if (r->state == REMOTE_CONNECTING) {
		has_connected(r);
		return;
	}
	if (events & IO_READ)
		listen_to(r);
	if (events & IO_WRITE && r->state == REMOTE_UP)
		send_queue(r);
}

static void on_time(struct timer *t)
{
	struct remote *r = container_of(t, struct remote, timer);

	if (r->state == REMOTE_CONNECTING) {
		try_next(r, strerror(ETIMEDOUT));
		return;
	}
	r->state = REMOTE_IDLE;
	r->not_before = 0;
	push(r);
}

static void say_cut(struct remote *r)
{
	double now = clock_mono();
	char text[128];

	r->cut++;
	if (r->cut_told_at != 0 && now < r->cut_told_at + TELL_SECONDS)
		return;
	snprintf(text, sizeof(text), "%lu lines were cut, since a datagram has %d bytes at most",
		 r->cut, REMOTE_UDP_MAX);
	if (r->home->news->on_trouble(r->home->user, r->url, text, 0) < 0)
		return;
	r->cut_told_at = now;
	r->cut = 0;
}

void remote_send(struct remote *r, const struct remote_head *head, const char *line, size_t n)
{
	struct strbuf message = { 0 }, frame = { 0 };
	struct strbuf *all = r->tcp ? &frame : &message;

	rfc5424_message(&message, clock_wall(), r->home->host, head, line, n);
	if (r->tcp && !message.oom)
		rfc5424_frame(&frame, message.s, message.len);
	if (!r->tcp && message.len > REMOTE_UDP_MAX) {
		message.len = REMOTE_UDP_MAX;
		say_cut(r);
	}
	if (message.oom || frame.oom)
		outbox_lose(&r->out, n, strerror(ENOMEM));
	else
		outbox_add(&r->out, all->s, all->len, r->why);
	strbuf_done(&message);
	strbuf_done(&frame);
	push(r);
}

/* --- life --- */

static void free_remote(struct remote *r)
{
	hang_up(r);
	forget_addresses(r);
	lookup_end(r->lookup);
	timer_stop(&r->linger);
	outbox_done(&r->out);
	free(r->url);
	free(r->host);
	free(r->port);
	free(r);
}

static void on_linger(struct timer *t)
{
	struct remote *r = container_of(t, struct remote, linger);

	if (r->out.queue)
		outbox_drop_all(&r->out, r->why);
	DL_DELETE(r->home->all, r);
	free_remote(r);
}

/* "tcp://[::1]:601" */
static int parse(struct remote *r, const char *url)
{
	const char *host, *colon;

	r->tcp = strncmp(url, "tcp://", 6) == 0;
	if (!r->tcp && strncmp(url, "udp://", 6) != 0)
		return -EINVAL;
	host = url + 6;
	colon = strrchr(host, ':');
	if (!colon || colon == host || !colon[1])
		return -EINVAL;
	r->url = strdup(url);
	r->port = strdup(colon + 1);
	if (*host == '[' && colon[-1] == ']')
		r->host = strndup(host + 1, (size_t)(colon - host) - 2);
	else
		r->host = strndup(host, (size_t)(colon - host));
	return r->url && r->host && r->port ? 0 : -ENOMEM;
}

static int new_remote(struct remotes *all, const char *url, struct remote **ret_remote)
{
	struct remote *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return -ENOMEM;
	r->home = all;
	r->fd = -1;
	r->wait = WAIT_FIRST;
	r->refused_at = -REFUSED_SECONDS;
	io_init(&r->io, all->loop, on_ready);
	timer_init(&r->timer, all->loop, on_time);
	timer_init(&r->linger, all->loop, on_linger);
	ret = parse(r, url);
	if (ret < 0) {
		free_remote(r);
		return ret;
	}
	outbox_init(&r->out, r->url, "the server", all->news, all->user);
	DL_APPEND(all->all, r);
	*ret_remote = r;
	return 0;
}

int remote_get(struct remotes *all, const char *url, struct remote **ret_remote)
{
	struct remote *r;
	int ret = 0;

	DL_FOREACH(all->all, r) {
		if (strcmp(r->url, url) == 0)
			break;
	}
	if (!r)
		ret = new_remote(all, url, &r);
	if (ret < 0)
		return ret;
	timer_stop(&r->linger);
	r->users++;
	*ret_remote = r;
	return 0;
}

void remote_unref(struct remote *r)
{
	if (r && --r->users == 0)
		timer_start(&r->linger, LINGER_SECONDS);
}

void remotes_init(struct remotes *all, struct loop *loop, const struct sink_news *news, void *user)
{
	*all = (struct remotes){ .loop = loop, .news = news, .user = user };
	if (gethostname(all->host, sizeof(all->host) - 1) < 0)
		all->host[0] = '\0';
	waker_start(&all->waker, loop, on_found);
}

void remotes_done(struct remotes *all)
{
	struct remote *r, *next;

	DL_FOREACH_SAFE(all->all, r, next) {
		DL_DELETE(all->all, r);
		free_remote(r);
	}
	waker_stop(&all->waker);
}

bool remotes_are_empty(const struct remotes *all)
{
	const struct remote *r;

	DL_FOREACH(all->all, r) {
		if (r->out.queue)
			return false;
	}
	return true;
}
