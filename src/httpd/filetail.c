/*
 * filetail.c - a file has no way to say that it grew, so as long as somebody follows one we look
 * now and then. We may not open files: whether there is another one of its name, after a rotation,
 * we learn from svd, which is asked for the descriptor again. Mirrors supervisor.http's
 * tail_f_producer.
 */
#include "httpd/filetail.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/utf8.h"
#include "httpd/request.h"

enum { BLOCK = 4096 };			/* bytes */
enum { LINES_REACH = 1024 * 1024 };	/* bytes; lines that begin before that are not looked for */

/* Between two looks at the file; between two questions whether it is still the one. */
static const double LOOK_SECONDS = 0.1, ASK_SECONDS = 1;

static void look(struct filetail *t);

static void on_timer(struct timer *timer)
{
	look(container_of(timer, struct filetail, timer));
}

void filetail_init(struct filetail *t, const struct request *r, const char *method,
		   json_t *params)
{
	*t = (struct filetail){ .rpc = r->server->rpc, .method = method, .params = params,
				.fd = -1, .next_fd = -1 };
	t->call = (struct call){ .own = true, .server = r->server->id, .peer = r->call.peer,
				 .user = r->call.user };
	timer_init(&t->timer, r->server->loop, on_timer);
}

void filetail_stop(struct filetail *t)
{
	timer_stop(&t->timer);
}

void filetail_done(struct filetail *t)
{
	filetail_stop(t);
	rpc_drop(t->rpc, &t->call);
	json_decref(t->params);
	close_fd(&t->fd);
	close_fd(&t->next_fd);
}

/* --- reading --- */

static ssize_t read_some(struct filetail *t, off_t size, char *buf, size_t max)
{
	ssize_t n;

	if ((off_t)max > size - t->at)
		max = (size_t)(size - t->at);
	n = pread(t->fd, buf, max, t->at);
	if (n <= 0)
		return n < 0 ? -errno : -EIO;
	/* Clients decode piece by piece. Nothing more comes where there is a next file. */
	t->held = t->next_fd >= 0 ? 0 : (off_t)utf8_cut(buf, (size_t)n);
	n -= t->held;
	t->at += n;
	return n;
}

ssize_t filetail_read(struct filetail *t, char *buf, size_t max)
{
	struct stat st;

	for (;;) {
		if (fstat(t->fd, &st) < 0)
			return -errno;
		if (st.st_size < t->at) {
			t->at = t->held = 0;
			return -ESTALE;
		}
		if (st.st_size > t->at)
			return read_some(t, st.st_size, buf, max);
		if (t->next_fd < 0)
			return 0;
		close_fd(&t->fd);
		t->fd = steal_fd(&t->next_fd);
		t->at = t->held = 0;
	}
}

off_t filetail_size(const struct filetail *t)
{
	struct stat st;

	return fstat(t->fd, &st) == 0 ? st.st_size : -1;
}

/* --- following --- */

static bool is_same(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

/* No file of that name, for the moment, is no reason to stop. */
static void on_again(struct call *call, struct reply *reply)
{
	struct filetail *t = container_of(call, struct filetail, call);

	if (reply->fd >= 0 && !is_same(reply->fd, t->fd)) {
		t->next_fd = steal_fd(&reply->fd);
		t->on_more(t);
	} else {
		filetail_wait(t);
	}
}

/* A file that is renamed or removed changes in its inode, on most file systems. */
static bool is_doubtful(const struct filetail *t, const struct stat *st)
{
	return st->st_ctim.tv_sec != t->changed.tv_sec ||
	       st->st_ctim.tv_nsec != t->changed.tv_nsec ||
	       clock_mono() - t->asked_mono >= ASK_SECONDS;
}

static void ask_again(struct filetail *t, const struct stat *st)
{
	t->changed = st->st_ctim;
	t->asked_mono = clock_mono();
	t->call.on_reply = on_again;
	if (t->call.id || rpc_start(t->rpc, &t->call, t->method, t->params) < 0)
		filetail_wait(t);
}

static void look(struct filetail *t)
{
	struct stat st;

	if (fstat(t->fd, &st) < 0 || st.st_size != t->at + t->held)
		t->on_more(t);
	else if (is_doubtful(t, &st))
		ask_again(t, &st);
	else
		filetail_wait(t);
}

void filetail_wait(struct filetail *t)
{
	timer_start(&t->timer, LOOK_SECONDS);
}

/* --- the beginning --- */

/*
 * Looks from behind through the n bytes at offset at for the newlines that lines begin after, until
 * *wanted have begun. *ret_begin: where the foremost that was found begins.
 */
static void find_lines(const char *block, size_t n, off_t at, unsigned long *wanted,
		       off_t *ret_begin)
{
	const char *newline;

	while (*wanted > 0 && (newline = memrchr(block, '\n', n))) {
		n = (size_t)(newline - block);
		*ret_begin = at + (off_t)n + 1;
		--*wanted;
	}
}

/* Where the last lines begin: so many, or fewer when they are very long. */
static off_t lines_begin(int fd, off_t size, unsigned long wanted)
{
	off_t bottom = size > LINES_REACH ? size - LINES_REACH : 0;
	off_t begin = size, at = size - 1;	/* a newline at the end begins nothing */
	char block[BLOCK];

	while (wanted > 0 && at > bottom) {
		size_t n = at - bottom < BLOCK ? (size_t)(at - bottom) : BLOCK;

		at -= (off_t)n;
		if (pread(fd, block, n, at) != (ssize_t)n)
			return begin;
		find_lines(block, n, at, &wanted, &begin);
	}
	return wanted > 0 && bottom == 0 ? 0 : begin;
}

void filetail_from_lines(struct filetail *t, unsigned long n)
{
	off_t size = filetail_size(t);

	t->at = size > 0 ? lines_begin(t->fd, size, n) : 0;
}

void filetail_from_bytes(struct filetail *t, off_t n)
{
	off_t size = filetail_size(t);
	char lead[3];
	ssize_t got;

	t->at = size > n ? size - n : 0;
	got = t->at > 0 ? pread(t->fd, lead, sizeof(lead), t->at) : 0;
	for (ssize_t i = 0; i < got && (lead[i] & 0xc0) == 0x80; i++)
		t->at++;
}

static void on_opened(struct call *call, struct reply *reply)
{
	struct filetail *t = container_of(call, struct filetail, call);

	t->fd = steal_fd(&reply->fd);
	t->on_open(t, reply);
}

int filetail_open(struct filetail *t)
{
	if (!t->params)
		return -ENOMEM;
	t->call.on_reply = on_opened;
	return rpc_start(t->rpc, &t->call, t->method, t->params);
}
