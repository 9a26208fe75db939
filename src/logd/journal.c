/*
 * journal.c - libsystemd waits when journald does, and it would double our memory. So it lives in a
 * process of its own, which may wait.
 */
#include "logd/journal.h"

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "logd/journal_wire.h"
#include "logd/spec.h"

static const double WAIT_FIRST = 1, WAIT_LONGEST = 60, GOOD_SECONDS = 10;

static void push(struct journal *j);

/* --- what the helper says --- */

static const char *words_for(int code)
{
	return code == -ENOENT ? "there is none on this machine" : strerror(-code);
}

static void hear(struct journal *j)
{
	struct journal_loss loss;

	while (recv(j->ours, &loss, sizeof(loss), MSG_DONTWAIT) == (ssize_t)sizeof(loss)) {
		if (loss.code == 0) {
			outbox_heal(&j->out);
			continue;
		}
		trouble_note(&j->out.trouble, loss.code, clock_mono());
		outbox_lose(&j->out, loss.bytes, words_for(loss.code));
	}
}

static void on_ready(struct io *io, int events)
{
	struct journal *j = container_of(io, struct journal, io);

	if (events & IO_READ)
		hear(j);
	if (events & IO_WRITE)
		push(j);
}

/* --- its life --- */

static int make_sockets(struct journal *j)
{
	int ends[2];

	if (j->ours >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	j->ours = ends[0];
	j->theirs = ends[1];
	return 0;
}

static void start_later(struct journal *j)
{
	timer_start(&j->again, j->wait);
	j->wait = j->wait * 2 < WAIT_LONGEST ? j->wait * 2 : WAIT_LONGEST;
}

static int start(struct journal *j)
{
	static const char *const argv[] = { "/proc/self/exe", "--journal", NULL };
	int ret = make_sockets(j);

	if (ret == 0)
		ret = helper_start(&j->helper, j->helpers, argv, j->theirs);
	if (ret < 0) {
		trouble_note(&j->out.trouble, ret, clock_mono());
		outbox_lose(&j->out, 0, strerror(-ret));
		start_later(j);
		return ret;
	}
	j->started_at = clock_mono();
	io_start(&j->io, j->ours, IO_READ);
	return 0;
}

static void on_end(struct helper *h, int wait_status)
{
	struct journal *j = container_of(h, struct journal, helper);

	(void)wait_status;
	hear(j);
	if (clock_mono() - j->started_at >= GOOD_SECONDS)
		j->wait = WAIT_FIRST;
	trouble_note(&j->out.trouble, -ECHILD, clock_mono());
	outbox_lose(&j->out, 0, "the process that does it has ended");
	start_later(j);
}

/* A dead helper leaves what it had not read; but without work there is none. */
static bool has_work(const struct journal *j)
{
	int n = 0;

	return j->out.queue || (ioctl(j->theirs, FIONREAD, &n) == 0 && n > 0);
}

static void on_again(struct timer *t)
{
	struct journal *j = container_of(t, struct journal, again);

	if (has_work(j) && start(j) == 0)
		push(j);
}

/* --- lines --- */

static void push(struct journal *j)
{
	if (!helper_runs(&j->helper) && (timer_is_armed(&j->again) || start(j) < 0))
		return;
	while (j->out.queue) {
		const struct message *m = j->out.queue;

		if (send(j->ours, m->bytes, m->n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
			if (errno == EAGAIN || errno == ENOBUFS)
				break;
			outbox_lose(&j->out, m->n, strerror(errno));
		}
		outbox_pop(&j->out);
	}
	io_start(&j->io, j->ours, j->out.queue ? IO_READ | IO_WRITE : IO_READ);
	/* What the helper cannot do it says, and when it can again. */
	if (!j->out.queue && !j->out.trouble.code)
		outbox_heal(&j->out);
}

#ifdef HAVE_SYSTEMD
static void add_text(struct strbuf *sb, const char *name, const char *value)
{
	journal_add_field(sb, name, value, strlen(value));
}

static void add_number(struct strbuf *sb, const char *name, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	add_text(sb, name, text);
}

void journal_send(struct journal *j, int priority, const char *ident,
		  const struct speaker_spec *who, const char *line, size_t n)
{
	struct strbuf sb = { 0 };
	bool idle = !j->out.queue;

	journal_add_field(&sb, "MESSAGE", line, n);
	add_number(&sb, "PRIORITY", priority);
	add_text(&sb, "SYSLOG_IDENTIFIER", ident);
	add_text(&sb, "SVD_PROGRAM", who->name);
	add_text(&sb, "SVD_GROUP", who->group);
	add_text(&sb, "SVD_CHANNEL", who->channel);
	if (who->pid > 0) {
		add_number(&sb, "SVD_PID", who->pid);
		add_number(&sb, "OBJECT_PID", who->pid);
	}
	if (sb.oom)
		outbox_lose(&j->out, n, strerror(ENOMEM));
	else
		outbox_add(&j->out, sb.s, sb.len, "journald does not keep up");
	strbuf_done(&sb);
	if (idle && j->out.queue)
		push(j);
}
#else
void journal_send(struct journal *j, int priority, const char *ident,
		  const struct speaker_spec *who, const char *line, size_t n)
{
	(void)priority, (void)ident, (void)who, (void)line;
	outbox_lose(&j->out, n, "svd was built without libsystemd");
}
#endif

void journal_init(struct journal *j, struct loop *loop, struct helpers *helpers,
		  const struct sink_news *news, void *user)
{
	*j = (struct journal){ .helpers = helpers, .helper.on_end = on_end, .ours = -1,
			       .theirs = -1, .wait = WAIT_FIRST };
	outbox_init(&j->out, "journal", "the journal", news, user);
	io_init(&j->io, loop, on_ready);
	timer_init(&j->again, loop, on_again);
}

void journal_done(struct journal *j)
{
	io_stop(&j->io);
	timer_stop(&j->again);
	helper_leave(&j->helper);
	outbox_done(&j->out);
	close_fd(&j->ours);
	close_fd(&j->theirs);
}
