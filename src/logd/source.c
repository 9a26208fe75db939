/* source.c - the few system calls on a channel's pipe that are not reading it. */
#include "logd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

int source_init(struct source *src, int fd, const struct echo *echo)
{
	struct stat st;
	int flags;

	*src = (struct source){ .fd = -1 };
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISFIFO(st.st_mode))
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	*src = (struct source){ .fd = fd, .flags = flags | O_NONBLOCK, .echo = echo };
	return 0;
}

void source_done(struct source *src)
{
	close_fd(&src->fd);
}

bool source_fd_is_marked(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && flags & O_APPEND;
}

bool source_is_marked(const struct source *src)
{
	return src->flags & O_APPEND;
}

void source_mark(struct source *src, bool on)
{
	int flags = on ? src->flags | O_APPEND : src->flags & ~O_APPEND;

	if (flags != src->flags && fcntl(src->fd, F_SETFL, flags) == 0)
		src->flags = flags;
}

bool source_is_over(const struct source *src)
{
	struct pollfd ask = { .fd = src->fd };

	return poll(&ask, 1, 0) == 1;
}

size_t source_pending(const struct source *src)
{
	int n;

	return ioctl(src->fd, FIONREAD, &n) < 0 ? 0 : (size_t)n;
}

/* Only what fits for sure: an offer is whole or lost, so that no line of the copy is torn. */
static bool echo_has_room(int echo, size_t n)
{
	int used, size = fcntl(echo, F_GETPIPE_SZ);

	if (size < 0 || ioctl(echo, FIONREAD, &used) < 0)
		return false;
	return used == 0 || (size_t)used + n <= (size_t)size / 2;
}

size_t source_echo(struct source *src, size_t n, size_t *ret_lost)
{
	ssize_t copied = 0;

	*ret_lost = 0;
	if (!src->echo)
		return n;
	if (src->echoed > src->taken)
		return n < src->echoed - src->taken ? n : (size_t)(src->echoed - src->taken);
	if (echo_has_room(src->echo->fd, n))
		copied = tee(src->fd, src->echo->fd, n, SPLICE_F_NONBLOCK);
	*ret_lost = n - (copied > 0 ? (size_t)copied : 0);
	src->echoed = src->taken + n;
	return n;
}
