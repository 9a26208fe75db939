/* source.c - the few system calls on a channel's pipe that are not reading it. */
#include "logd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/tap.h"

/*
 * svd holds the open file that it sent us, so our close(2) of that one would not take it out of
 * epoll: each channel that ends would leave a false event behind, and libev then builds its whole
 * set anew. An open file of our own goes when we close it. Without /proc the one that came will do.
 */
static int open_own(int fd)
{
	char path[32];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (own < 0)
		return fd_set_nonblock(fd) < 0 ? -errno : fd;
	close_fd(&fd);
	return own;
}

int source_init(struct source *src, int fd)
{
	struct stat st;
	int own;

	*src = (struct source){ .fd = -1, .lines = -1 };
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISFIFO(st.st_mode))
		return -EINVAL;
	own = open_own(fd);
	if (own < 0)
		return own;
	*src = (struct source){ .fd = own, .marked = st.st_mode & S_ISVTX, .lines = -1 };
	return 0;
}

void source_done(struct source *src)
{
	src->lines = source_lines(src);
	close_fd(&src->fd);
}

bool source_fd_is_marked(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_mode & S_ISVTX;
}

bool source_is_marked(const struct source *src)
{
	return src->marked;
}

void source_mark(struct source *src, bool on)
{
	struct stat st;

	if (on == src->marked || fstat(src->fd, &st) < 0)
		return;
	if (fchmod(src->fd, (st.st_mode & ACCESSPERMS) | (on ? S_ISVTX : 0)) == 0)
		src->marked = on;
}

bool source_is_changed(const struct source *src)
{
	return src->tap && tap_changes(src->tap);
}

bool source_is_copied(const struct source *src)
{
	return src->copy || source_is_changed(src);
}

bool source_is_over(const struct source *src)
{
	struct pollfd ask = { .fd = src->fd };

	return poll(&ask, 1, 0) == 1;
}

int64_t source_lines(const struct source *src)
{
	const struct filter *f = src->tap ? src->tap->filter : NULL;

	if (!f)
		return src->lines;
	return filter_counts(f) ? (int64_t)f->lines : -1;
}

size_t source_pending(const struct source *src)
{
	int n;

	return ioctl(src->fd, FIONREAD, &n) < 0 ? 0 : (size_t)n;
}
