/*
 * devlog.c - syslog(3) without its waiting: that one blocks the caller while the log is busy, and a
 * log that hangs would hang every program with a full pipe. The messages look the same, so the
 * filters that people have written for Supervisor's go on to match.
 */
#include "logd/devlog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"

static const double RETRY_SECONDS = 0.1;

void devlog_format(struct strbuf *sb, double now, const struct syslog_head *head,
		   const char *line, size_t n)
{
	time_t at = (time_t)now;
	char stamp[32];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	strbuf_addf(sb, "<%d>%s %s: %s%s", head->priority, stamp, head->ident, head->who,
		    *head->who ? " " : "");
	strbuf_add(sb, line, n);
}

static bool is_full(int code)
{
	return !code || code == -EAGAIN || code == -ENOBUFS || code == -ENOMEM;
}

static const char *words_for(int code)
{
	return is_full(code) ? "it is too busy" : strerror(-code);
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

/* A busy log says when it has room. One that is away is asked again, for as long as that is new. */
static void wait_for_it(struct devlog *d, int code)
{
	struct trouble *trouble = &d->out.trouble;

	trouble_note(trouble, code, clock_mono());
	if (is_full(code) && d->fd >= 0)
		io_start(&d->io, d->fd, IO_WRITE);
	else if (trouble_is_young(trouble, clock_mono()))
		timer_start(&d->retry, RETRY_SECONDS);
	else
		outbox_drop_all(&d->out, words_for(code));
}

static void send_queue(struct devlog *d)
{
	while (d->out.queue) {
		const struct message *m = d->out.queue;
		int ret = send_message(d, m->bytes, m->n);

		if (ret == -EMSGSIZE) {
			outbox_lose(&d->out, m->n, words_for(ret));
		} else if (ret < 0) {
			wait_for_it(d, ret);
			return;
		}
		outbox_pop(&d->out);
	}
	io_stop(&d->io);
	outbox_heal(&d->out);
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

void devlog_send(struct devlog *d, const struct syslog_head *head, const char *line, size_t n)
{
	const struct trouble *trouble = &d->out.trouble;
	bool idle = !d->out.queue;
	struct strbuf sb = { 0 };

	/* Nobody has listened for long: look now and then. */
	if (d->fd < 0 && !trouble_may_try(trouble, clock_mono())) {
		outbox_lose(&d->out, n, words_for(trouble->why));
		return;
	}
	devlog_format(&sb, clock_wall(), head, line, n);
	if (sb.oom)
		outbox_lose(&d->out, n, strerror(ENOMEM));
	else
		outbox_add(&d->out, sb.s, sb.len, words_for(trouble->why));
	strbuf_done(&sb);
	if (idle && d->out.queue)
		send_queue(d);
}

/* --- life --- */

void devlog_init(struct devlog *d, struct loop *loop, const char *path,
		 const struct sink_news *news, void *user)
{
	*d = (struct devlog){ .path = path ? path : "/dev/log", .fd = -1 };
	outbox_init(&d->out, "syslog", d->path, news, user);
	io_init(&d->io, loop, on_room);
	timer_init(&d->retry, loop, on_retry);
}

void devlog_done(struct devlog *d)
{
	hang_up(d);
	timer_stop(&d->retry);
	outbox_done(&d->out);
}
