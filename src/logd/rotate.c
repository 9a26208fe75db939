/*
 * rotate.c - each step is one rename(2) from the highest number down. When we are killed between
 * two of them, a number is missing and every file is there; the next rotation moves only the files
 * below the gap, and so repairs it without giving up the oldest.
 */
#include "logd/rotate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "logd/oldfile.h"

unsigned rotate_gap(const char *path, unsigned backups)
{
	unsigned n;

	for (n = 1; n < backups; n++) {
		if (!old_is_there(path, n))
			break;
	}
	return n;
}

/* Returns 1 when it has moved, 0 when there is none, or -errno. */
static int move_form(const char *path, unsigned n, enum log_compress form)
{
	char from[PATH_MAX], to[PATH_MAX];
	int ret = old_name(from, sizeof(from), path, n - 1, form);

	if (ret == 0)
		ret = old_name(to, sizeof(to), path, n, form);
	if (ret < 0)
		return ret;
	if (rename(from, to) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

static int move_path(const char *path)
{
	char to[PATH_MAX];
	int ret = old_name(to, sizeof(to), path, 1, COMPRESS_NONE);

	if (ret < 0)
		return ret;
	return rename(path, to) < 0 ? -errno : 0;
}

/*
 * What has the last number in another form than its successor is not replaced by that. It goes
 * after the move, so that a move that cannot be done has cost nothing.
 */
static int remove_rest(const char *path, unsigned n, unsigned moved)
{
	int ret = 0;

	for (int form = 0; form < COMPRESS_N && ret == 0; form++) {
		if (!(moved & 1u << form))
			ret = old_remove(path, n, (enum log_compress)form);
	}
	return ret;
}

/* Number n - 1, or path itself, becomes number n. */
static int move_up(const char *path, unsigned n, unsigned *ret_moved)
{
	int ret = 0;

	*ret_moved = 1u << COMPRESS_NONE;
	if (n == 1)
		return move_path(path);
	*ret_moved = 0;
	for (int form = 0; form < COMPRESS_N && ret >= 0; form++) {
		ret = move_form(path, n, (enum log_compress)form);
		*ret_moved |= (ret > 0 ? 1u : 0) << form;
	}
	return ret < 0 ? ret : 0;
}

int rotate_files(const char *path, unsigned backups)
{
	unsigned moved;
	int ret = 0;

	for (unsigned n = rotate_gap(path, backups); n > 0 && ret == 0; n--) {
		ret = move_up(path, n, &moved);
		if (ret == 0 && n == backups)
			ret = remove_rest(path, n, moved);
	}
	return ret;
}
