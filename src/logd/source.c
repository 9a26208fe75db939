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

enum { LARGE = 256 * 1024 };	/* bytes in a pipe that was enlarged */

static const mode_t ALL_MARKS = (mode_t)MARK_OWNER | (mode_t)MARK_SKIP;

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
	*src = (struct source){ .fd = own, .marks = st.st_mode & ALL_MARKS, .lines = -1 };
	return 0;
}

void source_done(struct source *src)
{
	src->lines = source_lines(src);
	close_fd(&src->fd);
}

bool source_has(const struct source *src, enum source_mark mark)
{
	return src->marks & (mode_t)mark;
}

void source_mark(struct source *src, enum source_mark mark, bool on)
{
	mode_t marks = on ? src->marks | (mode_t)mark : src->marks & ~(mode_t)mark;
	struct stat st;

	if (marks == src->marks || fstat(src->fd, &st) < 0)
		return;
	if (fchmod(src->fd, (st.st_mode & ALLPERMS & ~ALL_MARKS) | marks) == 0)
		src->marks = marks;
}

bool source_is_changed(const struct source *src)
{
	return src->tap && tap_changes(src->tap);
}

bool source_has_text(const struct source *src)
{
	size_t len;

	return src->tap && tap_text(src->tap, &len);
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

bool source_enlarge(struct source *src)
{
	src->enlarged = true;
	return fcntl(src->fd, F_GETPIPE_SZ) >= LARGE || fcntl(src->fd, F_SETPIPE_SZ, LARGE) > 0;
}

size_t source_pending(const struct source *src)
{
	int n;

	return ioctl(src->fd, FIONREAD, &n) < 0 ? 0 : (size_t)n;
}
