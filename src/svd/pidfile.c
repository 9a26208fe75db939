/* pidfile.c - a pid in a file proves nothing; a lock on the file does. */
#include "svd/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* Between our open and our lock the last daemon may have removed the file. */
static bool is_still_there(const char *path, int fd)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

int pidfile_lock(const char *path, int *ret_fd, struct err *err)
{
	for (;;) {
		_cleanup_(close_fd) int fd = open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC,
						  0644);
		struct stat st;

		if (fd < 0)
			return err_set(err, -errno, "cannot open the pidfile %s: %s", path,
				       strerror(errno));
		if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
			return err_set(err, -EINVAL, "the pidfile %s is no regular file", path);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			return err_set(err, -errno, "another daemon holds the pidfile %s", path);
		if (is_still_there(path, fd)) {
			*ret_fd = steal_fd(&fd);
			return 0;
		}
	}
}

int pidfile_write(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	mode_t mask = umask(022);

	/* It was made with the umask of a shell, and this is a daemon now. */
	umask(mask);
	(void)fchmod(fd, 0644 & ~mask);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return -errno;
	return 0;
}

void pidfile_remove(const char *path, int fd)
{
	if (is_still_there(path, fd))
		unlink(path);
}
