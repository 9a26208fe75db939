/*
 * main.c - svd-compress, started by svd-logd for one old file: svd-compress gzip <app.log.1 >file
 *
 * It knows descriptors and no names. Names are changed by svd-logd alone, so a rotation while we
 * work is no matter to us. The exit status is 0, or the errno of what went wrong. Standard error is
 * a pipe to svd-logd, by which it sees our end, and we see its: whoever comes after it begins anew.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compress/codec.h"

enum {
	CHUNK = 256 * 1024,
	IDLE_CLASS = 3 << 13,	/* IOPRIO_CLASS_IDLE; there is no header for it */
	IOPRIO_WHO_PROCESS = 1,
	NICEST = 19,
};

/* All that runs here goes before us. What of it is refused is no reason not to work. */
static void be_humble(void)
{
	(void)setpriority(PRIO_PROCESS, 0, NICEST);
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IDLE_CLASS);
}

static bool is_alone(void)
{
	struct pollfd console = { .fd = STDERR_FILENO };

	return poll(&console, 1, 0) > 0 && console.revents & POLLERR;
}

static int put(const void *p, size_t n)
{
	const char *from = p;

	while (n > 0) {
		ssize_t written = write(STDOUT_FILENO, from, n);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written == 0)
			return -ENOSPC;
		if (written > 0) {
			from += written;
			n -= (size_t)written;
		}
	}
	return 0;
}

static int compress_all(const struct codec *codec)
{
	static char chunk[CHUNK];
	int ret = codec->begin();
	ssize_t n = 1;

	while (ret == 0 && n > 0) {
		n = read(STDIN_FILENO, chunk, sizeof(chunk));
		if (n < 0)
			return -errno;
		if (is_alone())
			return -EPIPE;
		ret = codec->press(chunk, (size_t)n, n == 0, put);
	}
	return ret;
}

/* Where the group cannot be that of the original, its rights are nobody's. */
static mode_t give_owner(const struct stat *like)
{
	if (fchown(STDOUT_FILENO, like->st_uid, like->st_gid) == 0 ||
	    fchown(STDOUT_FILENO, (uid_t)-1, like->st_gid) == 0)
		return like->st_mode & 0777;
	return like->st_mode & 0707;
}

/* The data first, for good: by the times svd-logd knows that it is whole. */
static int finish(const struct stat *like)
{
	const struct timespec times[] = { like->st_atim, like->st_mtim };

	if (fchmod(STDOUT_FILENO, give_owner(like)) < 0 || fsync(STDOUT_FILENO) < 0 ||
	    futimens(STDOUT_FILENO, times) < 0)
		return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	const struct codec *codec = argc == 2 ? codec_find(argv[1]) : NULL;
	struct stat original;
	int ret;

	if (!codec || isatty(STDOUT_FILENO)) {
		fprintf(stderr, "usage: svd-compress gzip|zstd <FILE >COMPRESSED\n"
			"svd-logd starts it; it is of no use alone.\n");
		return EINVAL;
	}
	be_humble();
	/* Before the first byte: who writes to it after this makes it younger than the copy. */
	if (fstat(STDIN_FILENO, &original) < 0)
		return errno;
	ret = compress_all(codec);
	if (ret == 0)
		ret = finish(&original);
	return -ret;
}
