/*
 * rotate.c - each step is one rename(2) from the highest number down. When we are killed between
 * two of them, a number is missing and every file is there; the next rotation moves only the files
 * below the gap, and so repairs it without giving up the oldest.
 */
#include "logd/rotate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

int rotate_name(char *buf, size_t len, const char *path, unsigned n)
{
	int need = snprintf(buf, len, "%s.%u", path, n);

	return need < 0 || (size_t)need >= len ? -ENAMETOOLONG : 0;
}

unsigned rotate_gap(const char *path, unsigned backups)
{
	char name[PATH_MAX];
	struct stat st;
	unsigned n;

	for (n = 1; n < backups; n++) {
		if (rotate_name(name, sizeof(name), path, n) < 0 || lstat(name, &st) < 0)
			break;
	}
	return n;
}

int rotate_files(const char *path, unsigned backups)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (unsigned n = rotate_gap(path, backups); n > 0; n--) {
		int ret = rotate_name(to, sizeof(to), path, n);

		if (ret == 0 && n > 1)
			ret = rotate_name(from, sizeof(from), path, n - 1);
		if (ret < 0)
			return ret;
		if (rename(n > 1 ? from : path, to) < 0 && !(errno == ENOENT && n > 1))
			return -errno;
	}
	return 0;
}
