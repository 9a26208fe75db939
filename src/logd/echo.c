/*
 * echo.c - tee(2) makes a copy without touching the bytes. An offer is whole or lost; after a loss
 * a copy ends the line that it was in, and goes on with the next one that begins.
 */
#include "logd/echo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/channel.h"
#include "logd/sink.h"
#include "logd/spec.h"

enum {
	ECHO_BYTES = 512 * 1024,	/* of a pipe, where we may */
	PIECE = 4096,			/* bytes that go by our memory */
};

struct echo {
	char  *path;		/* owned */
	int    fd;		/* owned; write end, non-blocking */
	size_t size;		/* of the pipe */
	bool   gap;		/* the last offer was lost */
	struct channel *channel;	/* borrowed; at the other end, while fd is open */
};

struct echoes {
	struct echo_maker *maker;	/* borrowed */
	struct echo one[SPEC_ALSO_MAX + 1];
	size_t      n;
	uint64_t    seen;	/* bytes that were offered, counted as `at` */
};

/* --- which there are --- */

static void close_echo(struct echo *e)
{
	close_fd(&e->fd);
	free(e->path);
}

/*
 * A copy has the rules of the file itself, but for rotation; or those of who was there before. Its
 * lines look the same.
 */
static struct channel_spec spec_of_copy(const struct echo_maker *maker,
					const struct channel_spec *of, const char *path, int fd)
{
	const struct sink *sink = sinks_by_path(maker->sinks, path);
	struct channel_spec spec = { .fd = fd, .path = path, .speaker = of->speaker,
				     .filter = of->filter,
				     .rules = { .mode = of->rules.mode, .uid = of->rules.uid,
						.gid = of->rules.gid, .mkdir = of->rules.mkdir } };

	if (sink)
		spec.rules = sink->rules;
	return spec;
}

static int open_echo(struct echo *e, struct echo_maker *maker, const struct channel_spec *spec,
		     const char *path)
{
	struct channel_spec copy;
	int ends[2], ret;

	*e = (struct echo){ .path = strdup(path), .fd = -1 };
	if (!e->path || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		ret = e->path ? -errno : -ENOMEM;
		free(e->path);
		return ret;
	}
	e->fd = ends[1];
	(void)fcntl(e->fd, F_SETPIPE_SZ, ECHO_BYTES);
	ret = fcntl(e->fd, F_GETPIPE_SZ);
	e->size = ret > 0 ? (size_t)ret : 0;
	copy = spec_of_copy(maker, spec, path, ends[0]);
	ret = maker->open(maker->user, &copy, &e->channel);
	if (ret < 0)
		close_echo(e);
	return ret;
}

static bool is_wanted(const struct channel_spec *spec, const char *path)
{
	for (size_t i = 0; spec->also[i]; i++) {
		if (strcmp(spec->also[i], path) == 0)
			return true;
	}
	return false;
}

static struct echo *find(struct echoes *e, const char *path)
{
	for (size_t i = 0; i < e->n; i++) {
		if (strcmp(e->one[i].path, path) == 0)
			return &e->one[i];
	}
	return NULL;
}

static void drop_unwanted(struct echoes *e, const struct channel_spec *spec)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->n; i++) {
		if (is_wanted(spec, e->one[i].path))
			e->one[kept++] = e->one[i];
		else
			close_echo(&e->one[i]);
	}
	e->n = kept;
}

static struct echoes *make(struct echo_maker *maker)
{
	struct echoes *e = calloc(1, sizeof(*e));

	if (e)
		e->maker = maker;
	return e;
}

static int have_echo(struct echoes *e, const struct channel_spec *spec, const char *path)
{
	struct echo *old = find(e, path);
	struct channel_spec copy;
	int ret;

	if (old) {
		copy = spec_of_copy(e->maker, spec, path, -1);
		return channel_change(old->channel, &copy);
	}
	ret = open_echo(&e->one[e->n], e->maker, spec, path);
	if (ret == 0)
		e->n++;
	return ret;
}

void echoes_set(struct echoes **echoes, struct echo_maker *maker, const struct channel_spec *spec)
{
	struct echoes *e = *echoes;

	if (!e && !spec->also[0])
		return;
	if (!e)
		e = *echoes = make(maker);
	if (e)
		drop_unwanted(e, spec);
	for (size_t i = 0; spec->also[i]; i++) {
		int ret = e ? have_echo(e, spec, spec->also[i]) : -ENOMEM;

		if (ret < 0)
			maker->on_failed(maker->user, spec->also[i], ret);
	}
}

void echoes_free(struct echoes *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->n; i++)
		close_echo(&e->one[i]);
	free(e);
}

/* --- what they get --- */

static size_t used(const struct echo *e)
{
	int n;

	return ioctl(e->fd, FIONREAD, &n) == 0 ? (size_t)n : e->size;
}

/* Has all that it got gone on to its file? */
static bool has_arrived(const struct echo *e)
{
	return used(e) == 0 && !e->channel->source.sink->staged;
}

static void lose(struct echo *e, size_t n)
{
	e->gap = true;
	sink_lost(e->channel->source.sink, n);
}

static ssize_t copy(int fd, int to, size_t n)
{
	ssize_t copied;

	do
		copied = tee(fd, to, n, SPLICE_F_NONBLOCK);
	while (copied < 0 && errno == EINTR);
	return copied;
}

static void empty(int pipe)
{
	char piece[PIECE];

	while (read(pipe, piece, sizeof(piece)) > 0)
		;
}

/* The bytes into the scratch pipe, which is empty: 0. Otherwise: -errno. */
static int to_scratch(struct echo_maker *maker, int fd, size_t n)
{
	ssize_t copied;

	if (maker->scratch[0] < 0) {
		if (pipe2(maker->scratch, O_CLOEXEC | O_NONBLOCK) < 0)
			return -errno;
		(void)fcntl(maker->scratch[0], F_SETPIPE_SZ, ECHO_BYTES);
	}
	copied = copy(fd, maker->scratch[1], n);
	if (copied == (ssize_t)n)
		return 0;
	empty(maker->scratch[0]);
	return -ENOBUFS;
}

/* The line before the gap may have lost its end. All of it has arrived, the pipe being empty. */
static void end_line(struct echo *e)
{
	const struct sink *s = e->channel->source.sink;
	bool inside = s->end == END_INSIDE;

	if (s->end == END_UNKNOWN)
		inside = target_ends_inside_line(&s->target, s->size);
	if (s->owner == &e->channel->source && inside)
		(void)!write(e->fd, "\n", 1);
}

/* The n bytes that are in the pipe, into another that was empty. Should they not fit: a gap. */
static bool is_moved(int pipe, int to, size_t n)
{
	if (splice(pipe, NULL, to, NULL, n, SPLICE_F_NONBLOCK) == (ssize_t)n)
		return true;
	empty(pipe);
	return false;
}

/* What is in the pipe after its first newline goes to e. Returns how many bytes do not. */
static size_t pass_new_lines(struct echo *e, int pipe, size_t n)
{
	char piece[PIECE];
	ssize_t got;

	for (size_t at = 0; at < n; at += (size_t)got) {
		const char *newline;
		size_t rest;

		got = read(pipe, piece, sizeof(piece));
		if (got <= 0)
			return n;
		newline = memchr(piece, '\n', (size_t)got);
		if (!newline)
			continue;
		end_line(e);
		newline++;
		rest = (size_t)(piece + got - newline);
		(void)!write(e->fd, newline, rest);
		at += (size_t)got;
		e->gap = at < n && !is_moved(pipe, e->fd, n - at);
		return at - rest;
	}
	return n;
}

/* After a loss: when all that came before has gone, with the next line. */
static void resume(struct echo *e, struct echo_maker *maker, int fd, size_t n)
{
	size_t lost = n;

	if (has_arrived(e) && to_scratch(maker, fd, n) == 0)
		lost = pass_new_lines(e, maker->scratch[0], n);
	if (lost)
		sink_lost(e->channel->source.sink, lost);
}

/*
 * What is small is written. A copy by tee(2) takes a slot of the pipe, however small it is, and the
 * slots would be full long before the bytes when a program prints letter by letter.
 */
static void offer_small(struct echoes *all, int fd, size_t n)
{
	char piece[PIECE];
	bool got = to_scratch(all->maker, fd, n) == 0 &&
		   read(all->maker->scratch[0], piece, n) == (ssize_t)n;

	for (size_t i = 0; i < all->n; i++) {
		struct echo *e = &all->one[i];

		if (e->gap)
			resume(e, all->maker, fd, n);
		else if (!got || write(e->fd, piece, n) != (ssize_t)n)
			lose(e, n);
	}
}

static void offer(struct echo *e, struct echo_maker *maker, int fd, size_t n)
{
	size_t there = used(e);
	ssize_t copied = 0;

	if (e->gap) {
		resume(e, maker, fd, n);
		return;
	}
	if (there == 0 || there + n <= e->size / 2)
		copied = copy(fd, e->fd, n);
	if (copied < (ssize_t)n)
		lose(e, copied > 0 ? n - (size_t)copied : n);
}

/* No more at once than the smallest of the pipes takes when it is empty. */
static size_t limit(const struct echoes *e, size_t n)
{
	for (size_t i = 0; i < e->n; i++) {
		if (e->one[i].size / 2 < n && e->one[i].size)
			n = e->one[i].size / 2;
	}
	return n;
}

size_t echoes_offer(struct echoes *e, int fd, uint64_t at, size_t n)
{
	if (e->seen > at)
		return n < e->seen - at ? n : (size_t)(e->seen - at);
	n = limit(e, n);
	if (n <= PIECE)
		offer_small(e, fd, n);
	for (size_t i = 0; i < e->n && n > PIECE; i++)
		offer(&e->one[i], e->maker, fd, n);
	e->seen = at + n;
	return n;
}

void echo_maker_done(struct echo_maker *maker)
{
	close_fd(&maker->scratch[0]);
	close_fd(&maker->scratch[1]);
}
