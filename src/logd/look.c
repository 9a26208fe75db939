/*
 * look.c - tee(2) gives a second reference to the pages of a pipe; the bytes stay where they are,
 * and when we are killed nothing is lost. Of a full pipe only the last few KB are copied, since
 * the last newline is nearly always there; what comes before goes to /dev/null, again by reference.
 */
#include "logd/look.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

enum {
	TAIL = 4096,		/* bytes that are searched before all the others */
	ALL = 1 << 24,		/* more than a pipe can hold */
};

int look_init(struct look *l)
{
	*l = (struct look){ .scratch = { -1, -1 }, .null = -1, .fd = -1 };
	if (pipe2(l->scratch, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	l->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (l->null < 0)
		return -errno;
	l->buf = malloc(LOOK_BUF);
	return l->buf ? 0 : -ENOMEM;
}

void look_done(struct look *l)
{
	close_fd(&l->scratch[0]);
	close_fd(&l->scratch[1]);
	close_fd(&l->null);
	free(l->buf);
	l->buf = NULL;
}

ssize_t look_discard(struct look *l, int fd, size_t n)
{
	ssize_t moved;

	do
		moved = splice(fd, NULL, l->null, NULL, n, SPLICE_F_NONBLOCK);
	while (moved < 0 && errno == EINTR);
	return moved < 0 ? -errno : moved;
}

void look_drop(struct look *l, int fd, size_t n)
{
	ssize_t gone;

	for (; n > 0; n -= (size_t)gone) {
		gone = look_discard(l, fd, n);
		if (gone <= 0)
			return;
	}
}

static void throw_away(struct look *l, size_t n)
{
	while (n > 0) {
		ssize_t thrown = look_discard(l, l->scratch[0], n);

		if (thrown <= 0)
			return;
		n -= (size_t)thrown;
		l->left -= (size_t)thrown;
	}
}

ssize_t look_at(struct look *l, int fd)
{
	ssize_t n;

	throw_away(l, l->left);
	do
		n = tee(fd, l->scratch[1], ALL, SPLICE_F_NONBLOCK);
	while (n < 0 && errno == EINTR);
	l->fd = fd;
	l->n = l->left = n > 0 ? (size_t)n : 0;
	return n < 0 ? -errno : n;
}

/* What was read from scratch is gone there, but not in the pipe. */
static void look_again(struct look *l)
{
	if (l->left != l->n)
		(void)look_at(l, l->fd);
}

static size_t read_some(struct look *l, size_t n)
{
	ssize_t got = read(l->scratch[0], l->buf, n < LOOK_BUF ? n : LOOK_BUF);

	if (got <= 0)
		return 0;
	l->left -= (size_t)got;
	return (size_t)got;
}

/* How many bytes are there through the last newline at or after from and before to? */
static size_t last_newline(struct look *l, size_t from, size_t to)
{
	size_t found = 0, n;

	look_again(l);
	throw_away(l, from);
	for (size_t at = from; at < to; at += n) {
		const char *newline;

		n = read_some(l, to - at);
		if (!n)
			break;
		newline = memrchr(l->buf, '\n', n);
		if (newline)
			found = at + (size_t)(newline - l->buf) + 1;
	}
	return found;
}

size_t look_last_line(struct look *l, size_t limit)
{
	size_t from = limit > TAIL ? limit - TAIL : 0;
	size_t end = last_newline(l, from, limit);

	return end || !from ? end : last_newline(l, 0, from);
}

size_t look_first_line(struct look *l, size_t limit)
{
	size_t n;

	look_again(l);
	for (size_t at = 0; at < limit; at += n) {
		const char *newline;

		n = read_some(l, limit - at);
		if (!n)
			break;
		newline = memchr(l->buf, '\n', n);
		if (newline)
			return at + (size_t)(newline - l->buf) + 1;
	}
	return 0;
}

size_t look_count_lines(struct look *l, size_t limit)
{
	size_t lines = 0, n;

	look_again(l);
	for (; limit > 0; limit -= n) {
		n = read_some(l, limit);
		if (!n)
			break;
		for (size_t i = 0; i < n; i++)
			lines += l->buf[i] == '\n';
	}
	return lines;
}

size_t look_copy(struct look *l, size_t n)
{
	look_again(l);
	return read_some(l, n);
}

/*
 * A pipe is full when its slots are taken, which can be at a fraction of its bytes, and the read
 * end cannot be asked. Scratch can: with as many slots, it is full when the pipe is.
 */
bool look_is_full(struct look *l)
{
	struct pollfd ask = { .fd = l->scratch[1], .events = POLLOUT };
	int size = fcntl(l->fd, F_GETPIPE_SZ);

	if (size > 0 && size != fcntl(l->scratch[1], F_GETPIPE_SZ)) {
		throw_away(l, l->left);
		(void)fcntl(l->scratch[1], F_SETPIPE_SZ, size);
	}
	look_again(l);
	return poll(&ask, 1, 0) == 0;
}
