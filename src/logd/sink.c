/*
 * sink.c - the life of a sink: who writes to it, its file opened, rotated, lost and found again,
 * and what is said about that. How bytes get into it is in sink_take.c.
 */
#include "logd/sink.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "logd/oldfile.h"
#include "logd/rotate.h"
#include "logd/sink_age.h"
#include "logd/source.h"

static const double RETRY_SECONDS = 3;

static void close_file(struct sink *s)
{
	target_close(&s->target);
	sinks_note_file(s->all, s);
}

/* --- news --- */

static void tallied(struct sink *s)
{
	if (s->all->on_tally)
		s->all->on_tally(s->all->user, s, false);
}

static void tell(struct sink *s, const char *what, int code)
{
	double now = clock_mono();
	char text[256];

	if (!trouble_may_tell(&s->trouble, now))
		return;
	tally_text(what, code, text, sizeof(text));
	if (s->all->news->on_trouble(s->all->user, s->path, text, s->trouble.lost) == 0)
		trouble_was_told(&s->trouble, now);
}

/* Is it the disk that is full or the reader that is slow, and not the open file that is bad? */
static bool may_keep_file(int code)
{
	return code == -ENOSPC || code == -EDQUOT || code == -EFBIG || code == -EAGAIN;
}

void sink_failed(struct sink *s, const char *what, int code)
{
	trouble_note(&s->trouble, code, clock_mono());
	if (!may_keep_file(code))
		close_file(s);
	/* A reader that is a little slow is daily business, until bytes are lost by it. */
	if (code == -EAGAIN)
		return;
	sink_complain(s, what, code);
}

void sink_complain(struct sink *s, const char *what, int code)
{
	tell(s, what, code);
	tally_failed(&s->tally, what, code);
	tallied(s);
}

void sink_lost(struct sink *s, uint64_t bytes)
{
	/* A copy that is made in passing is lost where its reader is slow, without an attempt. */
	int why = s->trouble.why ? s->trouble.why : -EAGAIN;

	trouble_lose(&s->trouble, bytes);
	tell(s, "write", why);
	if (!bytes)
		return;
	tally_dropped(&s->tally, bytes);
	if (!s->tally.what || s->tally.over)
		tally_failed(&s->tally, "write", why);
	tallied(s);
}

void sink_healed(struct sink *s)
{
	tally_healed(&s->tally);
	tallied(s);
	if (!trouble_end(&s->trouble, clock_mono()))
		return;
	if (s->all->news->on_healed(s->all->user, s->path, s->trouble.lost_all) == 0)
		trouble_is_over(&s->trouble);
}

/* --- the file --- */

static int open_file(struct sink *s)
{
	int ret = target_open(&s->target, s->path, &s->rules);

	sinks_note_file(s->all, s);
	s->end = END_UNKNOWN;
	if (ret < 0)
		sink_failed(s, "open", ret);
	else
		sink_age_begin(s);
	return ret;
}

static int reopen_file(struct sink *s)
{
	close_file(s);
	return open_file(s);
}

int sink_prepare(struct sink *s)
{
	uint64_t size;
	int ret = s->target.fd < 0 ? open_file(s) : 0;

	if (ret < 0)
		return ret;
	ret = target_size(&s->target, &size);
	if (ret == -ESTALE) {
		ret = reopen_file(s);
		if (ret < 0)
			return ret;
		ret = target_size(&s->target, &size);
	}
	if (ret < 0) {
		sink_failed(s, "write", ret);
		return ret;
	}
	/* Others have cut it, or added to it. */
	if (s->target.kind == TARGET_FILE && size != s->size) {
		s->end = END_UNKNOWN;
		s->size = size;
	}
	if (s->size > s->tend_above)
		sink_tend(s);
	return 0;
}

bool sink_ends_inside_line(struct sink *s)
{
	if (s->end == END_UNKNOWN)
		s->end = target_ends_inside_line(&s->target, s->size) ? END_INSIDE : END_LINE;
	return s->end == END_INSIDE;
}

/* The names of old files go beside the file itself, also where the path is a symbolic link. */
static int move_away(struct sink *s)
{
	char real[PATH_MAX];

	if (!realpath(s->path, real))
		return -errno;
	/* Left of a time when there was an svd-compress, and of its kill. */
	if (!s->rules.compress)
		old_press_clean(real);
	return rotate_files(real, s->rules.backups);
}

/*
 * A file that cannot be rotated (a directory we may not write to) grows on: too long a file is
 * better than a lost line.
 */
static void rotation_failed(struct sink *s, int code)
{
	s->rotate_at = clock_mono() + RETRY_SECONDS;
	sink_complain(s, "rotate", code);
}

int sink_rotate(struct sink *s)
{
	bool failed_before = s->rotate_at != 0, ours = target_is_at(&s->target, s->path);
	int ret;

	s->rotate_at = 0;
	if (!ours)
		ret = 0;	/* others have renamed it: leave their files alone */
	else if (s->rules.backups == 0)
		ret = ftruncate(s->target.fd, 0) < 0 ? -errno : 0;
	else
		ret = move_away(s);
	if (ret < 0) {
		rotation_failed(s, ret);
		return 0;
	}
	if (ours)
		tally_rotated(&s->tally);
	tallied(s);
	s->rotate_wanted = false;
	if (failed_before && !s->trouble.code)
		sink_healed(s);
	ret = reopen_file(s);
	if (ret == 0)
		ret = sink_prepare(s);
	if (ret == 0)
		sink_tend(s);
	return ret;
}

void sinks_reopen(struct sinks *all)
{
	for (struct sink *s = all->by_path; s; s = s->path_hh.next)
		(void)reopen_file(s);
}

int sinks_clear(struct sinks *all, const char *path)
{
	struct sink *s = sinks_by_path(all, path);
	char real[PATH_MAX];
	struct target old;
	int ret;

	ret = target_find(&old, path);
	if (!s && ret == 0)
		s = sinks_by_file(all, &old.id);
	if (ret == 0 && old.kind != TARGET_FILE)
		return 0;
	/* The file, where the path is a symbolic link. */
	if (ret == 0 && (!realpath(path, real) || unlink(real) < 0) && errno != ENOENT)
		return -errno;
	if (ret < 0 && ret != -ENOENT)
		return ret;
	return s ? reopen_file(s) : 0;
}

/* What is no regular file, or nobody writes to, or is empty is as new as it will be. */
int sinks_rotate(struct sinks *all, const char *path)
{
	struct sink *s = sinks_by_path(all, path);
	struct target there;
	int ret;

	if (!s && target_find(&there, path) == 0)
		s = sinks_by_file(all, &there.id);
	if (!s || s->target.kind != TARGET_FILE)
		return 0;
	ret = sink_rotate_soon(s);
	return ret == 0 && s->rotate_at ? s->tally.code : ret;
}

/* --- who writes to it --- */

static void free_sink(struct sink *s)
{
	if (!s)
		return;
	sinks_remove(s->all, s);
	target_close(&s->target);
	free(s->path);
	free(s);
}

static int make_sink(struct sinks *all, const char *path, const struct target *target,
		     struct sink **ret_sink)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->all = all;
	s->target = *target;
	/*
	 * After we were killed, the owner of an unfinished line at the end of the file is found by
	 * its mark, but it may be the last to be handed to us: until then leave the line alone.
	 */
	s->written_at = all->started_at;
	s->path = strdup(path);
	if (!s->path || sinks_add(all, s) < 0) {
		s->target.fd = -1;	/* the caller's */
		free_sink(s);
		return -ENOMEM;
	}
	*ret_sink = s;
	return 0;
}

/* The path is new to us, but perhaps not the file. */
static int sink_of_file(struct sinks *all, const char *path, const struct sink_rules *rules,
			struct sink **ret_sink)
{
	struct target target;
	int opened = target_open(&target, path, rules), ret = 0;

	*ret_sink = opened < 0 ? NULL : sinks_by_file(all, &target.id);
	if (!*ret_sink)
		ret = make_sink(all, path, &target, ret_sink);
	else
		target_close(&target);
	if (ret < 0)
		target_close(&target);
	else if (opened < 0)
		sink_failed(*ret_sink, "open", opened);
	return ret;
}

/* See THE MARK in source.h. */
static void know_owner_by_mark(struct sink *s, struct source *src)
{
	if (!source_is_marked(src) || s->target.fd < 0)
		return;
	if (s->owner || target_size(&s->target, &s->size) < 0 || !sink_ends_inside_line(s)) {
		source_mark(src, false);
	} else if (source_is_copied(src)) {
		/* Killed while that was written; it will be written again. */
		source_mark(src, false);
		s->torn = true;
	} else {
		s->owner = src;
	}
}

void sink_set_rules(struct sink *s, const struct sink_rules *rules)
{
	bool same_age = rules->rotate == s->rules.rotate;

	s->rules = *rules;
	if (!same_age && s->target.fd >= 0)
		sink_age_begin(s);
	sink_tend(s);
}

int sink_join(struct sinks *all, const char *path, const struct sink_rules *rules,
	      struct source *src, struct sink **ret_sink)
{
	struct sink *s = sinks_by_path(all, path);
	int ret = s ? 0 : sink_of_file(all, path, rules, &s);

	if (ret < 0)
		return ret;
	sink_set_rules(s, rules);
	s->sources++;
	if (s->sources > 1)
		s->shared = true;
	know_owner_by_mark(s, src);
	*ret_sink = s;
	return 0;
}

void sink_leave(struct sink *s, struct source *src)
{
	if (s->owner == src) {
		s->owner = NULL;
		s->written_at = 0;
	}
	if (--s->sources > 0)
		return;
	/* The last chance to say it, if the last minute's silence has kept something back. */
	if (s->trouble.lost) {
		s->trouble.told_at = 0;
		sink_lost(s, 0);
	}
	if (s->all->on_tally)
		s->all->on_tally(s->all->user, s, true);
	free_sink(s);
}
