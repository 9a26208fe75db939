/*
 * work.c - all that svd-logd does to regular files and streams, with nothing but system calls in
 * it: no list, no clock, no news. See work.h for why.
 */
#include "logd/work.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/macro.h"
#include "logd/oldfile.h"
#include "logd/rotate.h"

static void fail(struct work *w, const char *what, int code)
{
	w->what = what;
	w->ret = code;
}

/* Others may have cut it, or added to it. */
static int learn_size(struct work *w)
{
	uint64_t size;
	int ret = target_size(&w->target, &size);

	if (ret < 0)
		return ret;
	if (w->target.kind == TARGET_FILE && size != w->size) {
		w->end = END_UNKNOWN;
		w->size = size;
	}
	return 0;
}

static void learn_end(struct work *w)
{
	if (w->end == END_UNKNOWN)
		w->end = target_ends_inside_line(&w->target, w->size) ? END_INSIDE : END_LINE;
}

static void do_open(struct work *w)
{
	int ret;

	w->closed = true;
	target_close(&w->target);
	w->size = 0;
	w->end = END_UNKNOWN;
	ret = target_open(&w->target, w->path, &w->rules);
	if (ret == 0)
		ret = learn_size(w);
	if (ret < 0)
		fail(w, "open", ret);
	if (ret < 0)
		return;
	w->written_at = target_written_at(&w->target);
	learn_end(w);
}

static void do_end(struct work *w)
{
	int ret = learn_size(w);

	if (ret == -ESTALE)
		do_open(w);
	else if (ret < 0)
		fail(w, "write", ret);
	else
		learn_end(w);
}

/* A look of our own: that of the loop may be in use while we wait here. */
static struct look *look_of(struct work *w)
{
	if (!w->look.buf && look_init(&w->look) < 0)
		look_done(&w->look);
	return w->look.buf ? &w->look : NULL;
}

static void do_cut(struct work *w)
{
	struct look *look = look_of(w);

	do_end(w);
	if (w->ret < 0 || w->end != END_INSIDE || !look)
		return;
	w->size = target_cut_line(&w->target, look, w->size);
	w->end = END_UNKNOWN;
	learn_end(w);
}

/* The names of old files go beside the file itself, also where the path is a symbolic link. */
static int move_away(const struct work *w)
{
	char real[PATH_MAX];

	if (!realpath(w->path, real))
		return -errno;
	/* Left of a time when there was an svd-compress, and of its kill. */
	if (!w->rules.compress)
		old_press_clean(real);
	return rotate_files(real, w->rules.backups);
}

static void do_rotate(struct work *w)
{
	int ret = 0;

	/* Others have renamed it: leave their files alone. */
	w->rotated = target_is_at(&w->target, w->path);
	if (w->rotated && w->rules.backups == 0)
		ret = ftruncate(w->target.fd, 0) < 0 ? -errno : 0;
	else if (w->rotated)
		ret = move_away(w);
	if (ret < 0)
		fail(w, "rotate", ret);
	else
		do_open(w);
}

static int end_line_of_others(struct work *w)
{
	ssize_t ret;

	if (w->newline)
		learn_end(w);
	if (!w->newline || w->end != END_INSIDE)
		return 0;
	ret = target_write(&w->target, "\n", 1, w->size);
	if (ret < 0)
		return (int)ret;
	w->size += w->target.kind == TARGET_FILE;
	return 0;
}

static void move_bytes(struct work *w)
{
	struct look *look = w->target.kind == TARGET_STREAM || w->target.copies ? look_of(w) : NULL;

	while (w->moved < w->n) {
		ssize_t n = target_pass(&w->target, look, w->stage, w->size, w->n - w->moved);

		if (n == -EINVAL && !look) {
			look = look_of(w);
			if (look)
				continue;
		}
		if (n <= 0) {
			fail(w, "write", n < 0 ? (int)n : -EIO);
			return;
		}
		w->moved += (size_t)n;
		w->end = END_UNKNOWN;
		if (w->target.kind == TARGET_FILE)
			w->size += (uint64_t)n;
	}
}

static void do_write(struct work *w)
{
	int ret = learn_size(w);

	if (ret == -ESTALE) {
		do_open(w);
		if (w->ret < 0)
			return;
	} else if (ret < 0) {
		fail(w, "write", ret);
		return;
	}
	ret = end_line_of_others(w);
	if (ret < 0)
		fail(w, "write", ret);
	else
		move_bytes(w);
}

void work_do(struct work *w)
{
	static void (*const kinds[])(struct work *w) = {
		[WORK_OPEN] = do_open, [WORK_END] = do_end, [WORK_CUT] = do_cut,
		[WORK_ROTATE] = do_rotate, [WORK_WRITE] = do_write,
	};

	w->ret = 0;
	w->moved = 0;
	w->rotated = w->closed = false;
	w->written_at = -1;
	kinds[w->kind](w);
}

void work_cannot(struct work *w, int code)
{
	w->moved = 0;
	w->rotated = w->closed = false;
	w->written_at = -1;
	fail(w, "write", code);
}

void work_undo(struct work *w)
{
	if (w->closed)
		target_close(&w->target);
}

void work_free(struct work *w)
{
	if (w && w->look.buf)
		look_done(&w->look);
	free(w);
}
