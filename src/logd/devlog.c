/*
 * devlog.c - syslog(3) without its waiting: that one blocks the caller while the log is busy, and a
 * log that hangs would hang every program with a full pipe. The messages look the same, so the
 * filters that people have written for Supervisor's go on to match.
 */
#include "logd/devlog.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"

static const char NAME[] = "syslog";	/* in the news about it, where files have their path */
static const double RETRY_SECONDS = 0.1;

struct message {
	struct message *prev, *next;
	size_t          n;
	char            bytes[];
};

/* The ident is Supervisor's; 14 is facility user, severity info, of every line. */
void devlog_format(struct strbuf *sb, double now, const char *who, const char *line, size_t n)
{
	time_t at = (time_t)now;
	char stamp[32];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	strbuf_addf(sb, "<14>%s supervisord: %s%s", stamp, who, *who ? " " : "");
	strbuf_add(sb, line, n);
}

/* --- what was dropped --- */

static bool is_full(int code)
{
	return code == -EAGAIN || code == -ENOBUFS || code == -ENOMEM;
}

static void drop(struct devlog *d, size_t bytes, int code)
{
	char text[128];

	trouble_lose(&d->trouble, bytes);
	if (!trouble_may_tell(&d->trouble, clock_mono()))
		return;
	snprintf(text, sizeof(text), "cannot send to %s: %s", d->path,
		 is_full(code) ? "it is too busy" : strerror(-code));
	if (d->news->on_trouble(d->user, NAME, text, d->trouble.lost) == 0)
		trouble_was_told(&d->trouble, clock_mono());
}

static void heal(struct devlog *d)
{
	if (trouble_end(&d->trouble, clock_mono()) &&
	    d->news->on_healed(d->user, NAME, d->trouble.lost_all) == 0)
		trouble_is_over(&d->trouble);
}

/* --- the socket --- */

static void hang_up(struct devlog *d)
{
	io_stop(&d->io);
	close_fd(&d->fd);
}

static int dial(struct devlog *d)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (d->fd >= 0)
		return 0;
	if (strlen(d->path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, d->path);
	d->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return -errno;
	if (connect(d->fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return 0;
	close_fd(&d->fd);
	return -errno;
}

static int send_bytes(struct devlog *d, const char *p, size_t n)
{
	int ret = dial(d);

	if (ret < 0)
		return ret;
	return send(d->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* Whoever listened has gone, and its successor may be there already: knock twice. */
static int send_message(struct devlog *d, const char *p, size_t n)
{
	bool was_there = d->fd >= 0;
	int ret = send_bytes(d, p, n);

	if (ret == 0 || is_full(ret) || ret == -EMSGSIZE)
		return ret;
	hang_up(d);
	return was_there ? send_bytes(d, p, n) : ret;
}

/* --- the queue --- */

static void forget_first(struct devlog *d)
{
	struct message *m = d->queue;

	DL_DELETE(d->queue, m);
	d->queued -= m->n;
	free(m);
}

static void drop_all(struct devlog *d, int code)
{
	size_t bytes = d->queued;

	while (d->queue)
		forget_first(d);
	drop(d, bytes, code);
}

static void enqueue(struct devlog *d, const char *p, size_t n, int code)
{
	struct message *m = d->queued + n <= DEVLOG_QUEUE_MAX ? malloc(sizeof(*m) + n) : NULL;

	if (!m) {
		drop(d, n, code);
		return;
	}
	m->n = n;
	memcpy(m->bytes, p, n);
	DL_APPEND(d->queue, m);
	d->queued += n;
}

/* A busy log says when it has room. One that is away is asked again, for as long as that is new. */
static void wait_for_it(struct devlog *d, int code)
{
	trouble_note(&d->trouble, code, clock_mono());
	if (is_full(code) && d->fd >= 0)
		io_start(&d->io, d->fd, IO_WRITE);
	else if (trouble_is_young(&d->trouble, clock_mono()))
		timer_start(&d->retry, RETRY_SECONDS);
	else
		drop_all(d, code);
}

static void send_queue(struct devlog *d)
{
	int ret = 0;

	while (d->queue && ret == 0) {
		ret = send_message(d, d->queue->bytes, d->queue->n);
		if (ret == -EMSGSIZE)
			drop(d, d->queue->n, ret);
		if (ret == 0 || ret == -EMSGSIZE) {
			forget_first(d);
			ret = 0;
		}
	}
	if (ret < 0) {
		wait_for_it(d, ret);
		return;
	}
	io_stop(&d->io);
	heal(d);
}

static void on_room(struct io *io, int events)
{
	(void)events;
	send_queue(container_of(io, struct devlog, io));
}

static void on_retry(struct timer *t)
{
	send_queue(container_of(t, struct devlog, retry));
}

void devlog_send(struct devlog *d, const char *who, const char *line, size_t n)
{
	bool idle = !d->queue;
	struct strbuf sb = { 0 };

	/* Nobody has listened for long: look now and then. */
	if (d->fd < 0 && !trouble_may_try(&d->trouble, clock_mono())) {
		drop(d, n, d->trouble.why);
		return;
	}
	devlog_format(&sb, clock_wall(), who, line, n);
	if (!sb.oom)
		enqueue(d, sb.s, sb.len, d->trouble.why);
	strbuf_done(&sb);
	if (idle)
		send_queue(d);
}

/* --- life --- */

void devlog_init(struct devlog *d, struct loop *loop, const char *path,
		 const struct sink_news *news, void *user)
{
	*d = (struct devlog){ .path = path ? path : "/dev/log", .fd = -1, .news = news,
			      .user = user };
	io_init(&d->io, loop, on_room);
	timer_init(&d->retry, loop, on_retry);
}

void devlog_done(struct devlog *d)
{
	hang_up(d);
	timer_stop(&d->retry);
	while (d->queue)
		forget_first(d);
}

void devlog_drain(struct devlog *d, int milliseconds)
{
	double end = clock_mono() + milliseconds / 1000.0;

	while (d->queue && d->fd >= 0 && clock_mono() < end) {
		struct pollfd ask = { .fd = d->fd, .events = POLLOUT };

		(void)poll(&ask, 1, (int)((end - clock_mono()) * 1000) + 1);
		send_queue(d);
	}
}
