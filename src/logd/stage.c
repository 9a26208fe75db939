/*
 * stage.c - a few pipes are enough: a stage is empty again as soon as the file has taken what is in
 * it, so only a sink that is in trouble, or does not answer, keeps one for longer.
 */
#include "logd/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utlist.h>

#include "base/fd.h"

static const char SLATE_NAME[] = "slate", DRAIN_NAME[] = "drain";

static size_t bytes_in(int fd)
{
	int n;

	return ioctl(fd, FIONREAD, &n) < 0 ? 0 : (size_t)n;
}

/* Up to n bytes from one pipe to another end. Bytes, 0 at its end, or -errno. */
static ssize_t move(int from, int to, size_t n)
{
	ssize_t moved;

	do
		moved = splice(from, NULL, to, NULL, n, SPLICE_F_NONBLOCK);
	while (moved < 0 && errno == EINTR);
	return moved < 0 ? -errno : moved;
}

static void discard(struct stages *all, int fd, size_t n)
{
	while (n > 0) {
		ssize_t gone = move(fd, all->null, n);

		if (gone <= 0)
			return;
		n -= (size_t)gone;
	}
}

/* --- making them --- */

static int keep_pipe(struct stages *all, const char *name, int out, int in)
{
	char end[32];
	int ret;

	all->safe = false;
	snprintf(end, sizeof(end), "%s.out", name);
	ret = all->ops->keep(all->user, end, out);
	if (ret < 0)
		return ret;
	snprintf(end, sizeof(end), "%s.in", name);
	return all->ops->keep(all->user, end, in);
}

static int make_pipe(struct stages *all, const char *name, int *ret_out, int *ret_in)
{
	int ends[2], ret;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	ret = keep_pipe(all, name, ends[0], ends[1]);
	if (ret < 0) {
		close_fd(&ends[0]);
		close_fd(&ends[1]);
		return ret;
	}
	*ret_out = ends[0];
	*ret_in = ends[1];
	return 0;
}

static bool is_made(const struct stage *st)
{
	return st->in >= 0 && st->out >= 0;
}

static void forget(struct stage *st)
{
	close_fd(&st->in);
	close_fd(&st->out);
}

/* Ordinary users may have only so many large pipes; smaller ones will do. */
static void learn_size(struct stages *all, struct stage *st)
{
	int size = fcntl(st->in, F_SETPIPE_SZ, STAGE_BYTES);

	if (size < 0)
		size = fcntl(st->in, F_GETPIPE_SZ);
	st->size = size > 0 ? (size_t)size : 4096;
	if (!all->size || st->size < all->size)
		all->size = st->size;
}

static int make(struct stages *all, struct stage *st)
{
	char name[16];
	int ret;

	snprintf(name, sizeof(name), "stage.%d", (int)(st - all->all));
	forget(st);
	ret = make_pipe(all, name, &st->out, &st->in);
	if (ret < 0)
		return ret;
	learn_size(all, st);
	LL_PREPEND(all->empty, st);
	return 0;
}

static int make_one(struct stages *all)
{
	for (size_t i = 0; i < STAGES_MAX; i++) {
		if (!is_made(&all->all[i]))
			return make(all, &all->all[i]);
	}
	return -ENOBUFS;
}

/* --- beginning --- */

void stages_init(struct stages *all, const struct stage_ops *ops, void *user)
{
	*all = (struct stages){ .slate = { .fd = -1 }, .drain = { -1, -1 }, .null = -1,
				.kept_slate = -1, .ops = ops, .user = user };
	for (size_t i = 0; i < STAGES_MAX; i++)
		all->all[i].in = all->all[i].out = -1;
}

void stages_done(struct stages *all)
{
	for (size_t i = 0; i < STAGES_MAX; i++)
		forget(&all->all[i]);
	close_fd(&all->drain[0]);
	close_fd(&all->drain[1]);
	close_fd(&all->null);
	close_fd(&all->kept_slate);
	slate_done(&all->slate);
}

static int *end_of(int *out, int *in, const char *name)
{
	if (strcmp(name, ".out") == 0)
		return out;
	return strcmp(name, ".in") == 0 ? in : NULL;
}

static int *place_of(struct stages *all, const char *name)
{
	unsigned long n;
	char *end;

	if (strcmp(name, SLATE_NAME) == 0)
		return &all->kept_slate;
	if (strncmp(name, DRAIN_NAME, strlen(DRAIN_NAME)) == 0)
		return end_of(&all->drain[0], &all->drain[1], name + strlen(DRAIN_NAME));
	if (strncmp(name, "stage.", 6) != 0)
		return NULL;
	n = strtoul(name + 6, &end, 10);
	return n < STAGES_MAX ? end_of(&all->all[n].out, &all->all[n].in, end) : NULL;
}

void stages_adopt(struct stages *all, const char *name, int fd)
{
	int *place = place_of(all, name);

	if (place) {
		close_fd(place);
		*place = steal_fd(&fd);
	}
	close_fd(&fd);
}

/* A slate that we cannot read is that of another version: nothing can be said of its stages. */
static int begin_slate(struct stages *all)
{
	bool came = all->kept_slate >= 0;
	int ret = slate_init(&all->slate, steal_fd(&all->kept_slate));

	if (ret == -EPROTO) {
		came = false;
		for (size_t i = 0; i < STAGES_MAX; i++)
			forget(&all->all[i]);
		ret = slate_init(&all->slate, -1);
	}
	if (ret < 0 || came)
		return ret;
	return all->ops->keep(all->user, SLATE_NAME, all->slate.fd);
}

static int begin_drain(struct stages *all)
{
	if (all->drain[0] >= 0 && all->drain[1] >= 0)
		return 0;
	close_fd(&all->drain[0]);
	close_fd(&all->drain[1]);
	return make_pipe(all, DRAIN_NAME, &all->drain[0], &all->drain[1]);
}

bool stage_is_left(const struct stage *st)
{
	bool untaken = st->line && st->line->kind == SLATE_TEXT && st->line->input > 0;

	return is_made(st) && (st->n > 0 || untaken);
}

static void look_into(struct stages *all, struct stage *st)
{
	learn_size(all, st);
	st->n = bytes_in(st->out);
	/* Before any of them goes: or who comes after us could not tell that some have gone. */
	if (!st->line->size)
		slate_set_size(st->line, st->n, st->line->fresh);
	if (st->line->kind == SLATE_DRAFT || !stage_is_left(st))
		stage_put_back(all, st);
}

int stages_begin(struct stages *all)
{
	int ret = begin_slate(all);

	if (ret == 0)
		ret = begin_drain(all);
	if (ret < 0)
		return ret;
	(void)fcntl(all->drain[1], F_SETPIPE_SZ, STAGE_BYTES);
	all->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (all->null < 0)
		return -errno;
	for (size_t i = 0; i < STAGES_MAX; i++) {
		all->all[i].line = &all->slate.page->lines[i];
		if (is_made(&all->all[i]))
			look_into(all, &all->all[i]);
	}
	return all->empty ? 0 : make_one(all);
}

void stage_recover(struct stages *all, struct stage *st, int fd)
{
	size_t gone = bytes_in(all->drain[0]);

	if (st->line->kind == SLATE_TEXT && st->line->input > 0) {
		while (gone < st->line->input) {
			ssize_t n = move(fd, all->drain[1], st->line->input - gone);

			if (n <= 0)
				break;
			gone += (size_t)n;
		}
		slate_set_input(st->line, 0);
	}
	discard(all, all->drain[0], gone);
}

/* --- using them --- */

struct stage *stage_get(struct stages *all, int64_t channel, bool fresh)
{
	struct stage *st;

	if (!all->empty && make_one(all) < 0)
		all->short_of = true;
	all->safe = all->safe || all->ops->is_kept(all->user);
	st = all->safe ? all->empty : NULL;
	if (!st)
		return NULL;
	LL_DELETE(all->empty, st);
	slate_set(st->line, SLATE_RAW, channel, 0);
	slate_set_size(st->line, 0, fresh);
	return st;
}

bool stage_is_fresh(const struct stage *st)
{
	return st->line->fresh && (st->line->size == 0 || st->line->size == st->n);
}

void stage_put_back(struct stages *all, struct stage *st)
{
	discard(all, st->out, st->n);
	st->n = 0;
	all->short_of = false;
	LL_PREPEND(all->empty, st);
}

ssize_t stage_move(struct stage *st, int fd, size_t n)
{
	ssize_t moved = move(fd, st->in, n);

	if (moved > 0) {
		st->n = (size_t)moved;
		slate_set_size(st->line, st->n, st->line->fresh);
	}
	return moved;
}

int stage_write(struct stages *all, struct stage *st, const char *text, size_t n, int fd,
		size_t input)
{
	bool fresh = st->line->fresh;
	ssize_t written;

	slate_set(st->line, SLATE_DRAFT, st->line->channel, input);
	slate_set_size(st->line, n, fresh);
	written = n > 0 ? write(st->in, text, n) : 0;
	if (written < (ssize_t)n) {
		discard(all, st->out, written > 0 ? (size_t)written : 0);
		return -EMSGSIZE;
	}
	slate_set_kind(st->line, SLATE_TEXT);
	st->n = n;
	stage_recover(all, st, fd);
	return 0;
}

void stage_went(struct stage *st, size_t n)
{
	st->n -= n;
}

void stage_give_up(struct stage *st)
{
	slate_set_kind(st->line, SLATE_DEAD);
}

bool stage_is_given_up(const struct stage *st)
{
	return st->line->kind == SLATE_DEAD;
}

bool stage_is_text(const struct stage *st)
{
	return st->line->kind == SLATE_TEXT;
}
