/*
 * guard.c - cleaners of /tmp and of /run remove sockets of living daemons, and then nobody reaches
 * them any more. inotify tells of it: we watch the file itself, so that others in its directory
 * do not wake us up.
 */
#include "svd/guard.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#include "base/fd.h"
#include "conf/config.h"
#include "ipc/loop.h"
#include "svd/bound.h"
#include "svd/engine.h"
#include "svd/gate.h"
#include "svd/listen.h"
#include "svd/log.h"

static const double DELAY_MIN = 0.5, DELAY_MAX = 30;	/* seconds between two attempts */

struct post {
	struct post  *next;
	struct guard *guard;	/* borrowed */
	const struct server_config *server;	/* borrowed */
	struct bound *bound;	/* borrowed */
	int           wd;	/* inotify's number for the file; -1: it has none */
	struct timer  retry;
	double        delay;	/* before the next attempt; 0: all is well */
};

struct guard {
	struct engine *engine;	/* borrowed */
	int            fd;	/* owned; inotify's; -1: it cannot be had, and that was said */
	struct io      io;
	struct post   *posts;	/* owned */
};

static bool is_in_place(const struct post *post)
{
	struct stat st;

	return lstat(post->server->path, &st) == 0 && st.st_dev == post->bound->dev &&
	       st.st_ino == post->bound->ino;
}

static void give_up(struct guard *guard, const char *path, int error)
{
	log_warn("%s: nobody will notice if this file is removed: inotify: %s", path,
		 strerror(error));
	io_stop(&guard->io);
	close_fd(&guard->fd);
}

static void watch(struct post *post)
{
	struct guard *guard = post->guard;

	if (guard->fd < 0)
		return;
	/* Another socket has another number; the kernel drops the watch of a file that is gone. */
	post->wd = inotify_add_watch(guard->fd, post->server->path, IN_ATTRIB | IN_MOVE_SELF |
				     IN_DELETE_SELF | IN_DONT_FOLLOW);
	if (post->wd < 0 && errno != ENOENT)
		give_up(guard, post->server->path, errno);
}

static void unwatch(struct post *post)
{
	if (post->wd >= 0 && post->guard->fd >= 0)
		(void)inotify_rm_watch(post->guard->fd, post->wd);
	post->wd = -1;
}

/* The old socket has no name any more: closing it takes nothing from anybody. */
static int bind_again(struct post *post, struct err *err)
{
	struct bound fresh;
	int fd, ret = listen_open(post->server, NULL, 0, &fresh, err);

	if (ret < 0)
		return ret;
	fd = fd_dup(fresh.fd);
	ret = fd < 0 ? fd : gate_move(post->guard->engine->gate, post->server, fd);
	if (ret < 0) {
		bound_close(&fresh, post->server->path);
		return err_set(err, ret, "%s", strerror(-ret));
	}
	bound_close(post->bound, NULL);
	*post->bound = fresh;
	return 0;
}

static void try_later(struct post *post, const struct err *err)
{
	if (post->delay == 0)
		log_warn("%s was removed by somebody and cannot be bound again: %s; it is tried "
			 "again and again", post->server->path, err->text);
	post->delay = post->delay == 0 ? DELAY_MIN : post->delay * 2;
	if (post->delay > DELAY_MAX)
		post->delay = DELAY_MAX;
	timer_start(&post->retry, post->delay);
}

/* It may be gone again before it is watched: hence the second look, and an end of patience. */
static void check(struct post *post)
{
	struct err err;

	if (is_in_place(post)) {
		post->delay = 0;
		if (post->wd < 0)
			watch(post);
		return;
	}
	unwatch(post);
	if (bind_again(post, &err) < 0) {
		try_later(post, &err);
		return;
	}
	log_warn("%s was removed by somebody; it is bound again", post->server->path);
	post->delay = 0;
	watch(post);
	if (!is_in_place(post))
		timer_start(&post->retry, DELAY_MIN);
}

static void on_retry(struct timer *t)
{
	check(container_of(t, struct post, retry));
}

/* Which file it was does not matter: they are few. */
static void on_event(struct io *io, int events)
{
	struct guard *guard = container_of(io, struct guard, io);
	char waste[4096];
	struct post *post;

	(void)events;
	while (guard->fd >= 0 && read(guard->fd, waste, sizeof(waste)) > 0)
		;
	LL_FOREACH(guard->posts, post)
		if (!timer_is_armed(&post->retry))
			check(post);
}

static void open_inotify(struct guard *guard, const char *path)
{
	guard->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (guard->fd < 0)
		give_up(guard, path, errno);
	else
		io_start(&guard->io, guard->fd, IO_READ);
}

int guard_add(struct guard *guard, const struct server_config *server, struct bound *bound)
{
	struct post *post = calloc(1, sizeof(*post));

	if (!post)
		return -ENOMEM;
	*post = (struct post){ .guard = guard, .server = server, .bound = bound, .wd = -1 };
	timer_init(&post->retry, guard->engine->loop, on_retry);
	if (!guard->posts)
		open_inotify(guard, server->path);
	LL_PREPEND(guard->posts, post);
	watch(post);
	if (!is_in_place(post))
		timer_start(&post->retry, 0);
	return 0;
}

struct guard *guard_new(struct engine *e)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	if (!guard)
		return NULL;
	guard->engine = e;
	guard->fd = -1;
	io_init(&guard->io, e->loop, on_event);
	return guard;
}

void guard_free(struct guard *guard)
{
	if (!guard)
		return;
	io_stop(&guard->io);
	while (guard->posts) {
		struct post *post = guard->posts;

		LL_DELETE(guard->posts, post);
		timer_stop(&post->retry);
		free(post);
	}
	close_fd(&guard->fd);
	free(guard);
}
