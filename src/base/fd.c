/*
 * fd.c - descriptors. Every descriptor of ours is close-on-exec and above 2 from its birth;
 * what is here serves the few places that get one from elsewhere.
 */
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

void close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

void free_str(char **s)
{
	free(*s);
	*s = NULL;
}

int fd_set_nonblock(int fd, int on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

int fd_set_cloexec(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

int fd_dup(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? -errno : copy;
}

int fd_write_all(int fd, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0) {
		ssize_t w = write(fd, s, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

/* The name of an entry of /proc/self/fd as a number; -1 for "." and "..". */
static int entry_number(const char *name)
{
	int n = 0;

	if (*name < '0' || *name > '9')
		return -1;
	for (; *name; name++)
		n = n * 10 + (*name - '0');
	return n;
}

struct dirent64_raw {
	uint64_t       ino;
	int64_t        off;
	unsigned short reclen;
	unsigned char  type;
	char           name[];
};

/* opendir(3) allocates; after vfork only the bare system call will do. */
static int cloexec_walk(int first)
{
	_Alignas(8) char buf[2048];
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	if (dir < 0)
		return -errno;
	while ((n = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			struct dirent64_raw *d = (void *)(buf + at);
			int fd = entry_number(d->name);

			if (fd >= first)
				(void)fd_set_cloexec(fd);
			at += d->reclen;
		}
	}
	close(dir);
	return n < 0 ? -errno : 0;
}

int fd_cloexec_from(int first)
{
	if (syscall(SYS_close_range, (unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	return cloexec_walk(first);
}

int fd_fill_std(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return -errno;
	} while (fd <= 2);
	close(fd);
	return 0;
}
