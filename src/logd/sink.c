/*
 * sink.c - the life of a sink: who writes to it, what came of the work on its file, and what is
 * said about that. How bytes get into it is in sink_take.c.
 */
#include "logd/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "logd/baton.h"
#include "logd/sink_age.h"
#include "logd/source.h"
#include "logd/stage.h"

static const double RETRY_SECONDS = 3;

/* A file that is to be closed. */
struct closing_file {
	struct risk          risk;
	struct closing_file *next;
	int                  fd;	/* owned */
};

/* --- closing: a file system may want to do something then, and hang --- */

static void run_close(struct risk *r)
{
	close_fd(&container_of(r, struct closing_file, risk)->fd);
}

static void was_closed(struct risk *r)
{
	free(container_of(r, struct closing_file, risk));
}

static void close_later(struct sinks *all, struct target *t)
{
	struct closing_file *c = t->fd >= 0 && all->baton ? malloc(sizeof(*c)) : NULL;

	if (!c) {
		target_close(t);
		return;
	}
	*c = (struct closing_file){ .risk = { .run = run_close, .on_late = was_closed,
					      .dev = t->id.dev }, .fd = steal_fd(&t->fd) };
	LL_PREPEND(all->to_close, c);
}

void sinks_close_files(struct sinks *all)
{
	struct closing_file *list = all->to_close, *c;

	all->to_close = NULL;
	while ((c = list)) {
		int ret;

		LL_DELETE(list, c);
		LL_CONCAT(all->to_close, list);	/* we may not return here */
		ret = baton_run(all->baton, &c->risk);
		list = all->to_close;
		all->to_close = NULL;
		if (ret == 0)
			free(c);
		else if (ret == -ETIMEDOUT)
			LL_PREPEND(all->to_close, c);
	}
}

static void close_file(struct sink *s)
{
	close_later(s->all, &s->target);
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
	return code == -ENOSPC || code == -EDQUOT || code == -EFBIG || code == -EAGAIN ||
	       code == -ETIMEDOUT;
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

bool sink_does_not_answer(struct sink *s)
{
	if (sink_is_away(s) && s->trouble.code != -ETIMEDOUT)
		sink_failed(s, "write", -ETIMEDOUT);
	return sink_is_away(s);
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

/* --- what is to be done to it --- */

void sink_want(struct sink *s, enum sink_todo what)
{
	if (!s->queued)
		DL_APPEND(s->all->todo, s);
	s->queued = true;
	s->todo |= what;
}

static void do_nothing(struct sink *s)
{
	if (s->queued)
		DL_DELETE(s->all->todo, s);
	s->queued = false;
}

static void free_sink(struct sink *s)
{
	do_nothing(s);
	sinks_remove(s->all, s);
	close_later(s->all, &s->target);
	work_free(s->work);
	free(s->path);
	free(s);
}

static void go_away(struct sink *s);

/* --- work on the file --- */

/* One is enough, as long as nobody waits for a disk. */
static struct work *get_work(struct sink *s)
{
	s->work = s->all->work ? s->all->work : calloc(1, sizeof(*s->work));
	s->all->work = NULL;
	return s->work;
}

static void run_work(struct risk *r)
{
	work_do(container_of(r, struct work, risk));
}

static void undo_work(struct risk *r)
{
	work_undo(container_of(r, struct work, risk));
}

static void on_late(struct risk *r);

enum taken sink_ask(struct sink *s, enum work_kind kind)
{
	struct work *w = get_work(s);

	if (!w)
		return TAKEN_LATER;
	w->risk = (struct risk){ .run = run_work, .undo = undo_work, .on_late = on_late,
				 .dev = s->target.fd >= 0 ? s->target.id.dev : s->dev };
	w->sink = s;
	w->kind = kind;
	w->path = s->path;
	w->rules = s->rules;
	w->target = s->target;
	w->size = s->size;
	w->end = s->end;
	if (kind == WORK_WRITE) {
		w->stage = s->staged->out;
		w->n = s->staged->part;
		w->newline = stage_is_fresh(s->staged);
	}
	return TAKEN_WORK;
}

bool sink_work(struct sink *s)
{
	struct work *w = s->work;
	int ret = 0;

	if (s->all->baton)
		ret = baton_run(s->all->baton, &w->risk);
	else
		work_do(w);
	if (ret == -ETIMEDOUT)
		work_cannot(w, ret);
	return ret != -EINPROGRESS;
}

bool sink_is_away(const struct sink *s)
{
	return s->work && s->work->risk.away;
}

bool sink_is_dead(const struct sink *s)
{
	return sink_is_away(s) || s->trouble.code == -ETIMEDOUT;
}

/*
 * A file that cannot be rotated (a directory we may not write to) grows on: too long a file is
 * better than a lost line.
 */
static int rotation_failed(struct sink *s, int code)
{
	s->rotate_at = clock_mono() + RETRY_SECONDS;
	sink_complain(s, "rotate", code);
	return 0;
}

static void rotated(struct sink *s, const struct work *w)
{
	bool failed_before = s->rotate_at != 0;

	s->rotate_at = 0;
	if (w->rotated)
		tally_rotated(&s->tally);
	tallied(s);
	s->rotate_wanted = false;
	if (failed_before && !s->trouble.code)
		sink_healed(s);
	sink_tend(s);
}

static int was_cut(struct sink *s, uint64_t before)
{
	uint64_t lost = before > s->size ? before - s->size : 0;

	trouble_lose(&s->trouble, lost);
	tally_dropped(&s->tally, lost);
	s->torn = s->end != END_LINE;
	if (s->owner) {
		s->owner->dropped += lost;
		if (!s->overtaken)
			source_mark(s->owner, MARK_SKIP, lost || s->torn);
	}
	s->overtaken = false;
	s->owner = NULL;
	s->written_at = 0;
	return 0;
}

/* A disk with room for a part is still full; a reader that took a part is reading. */
static int was_written(struct sink *s, const struct work *w)
{
	struct stage *st = s->staged;
	bool whole = w->moved == st->n;

	if (w->moved) {
		s->written_at = clock_mono();
		sink_age_wrote(s);
		s->end = s->target.kind == TARGET_STREAM ? END_INSIDE : END_UNKNOWN;
		stage_went(st, w->moved);
	}
	if (s->trouble.code && (w->ret == 0 ||
				(w->moved && s->target.kind == TARGET_STREAM)))
		sink_healed(s);
	if (!whole)
		return 1;
	s->end = st->end;
	LL_DELETE(s->staged, st);
	stage_put_back(s->all->stages, st);
	return 1;
}

/* The path was new to us, but the file was not. */
static void merge(struct sink *s, struct sink *into)
{
	struct source *src;
	struct stage *st;

	while ((src = s->list)) {
		DL_DELETE(s->list, src);
		DL_APPEND(into->list, src);
		src->sink = into;
	}
	while ((st = s->staged)) {
		LL_DELETE(s->staged, st);
		LL_APPEND(into->staged, st);
	}
	into->sources += s->sources;
	into->closing += s->closing;
	into->shared = true;
	into->rules = s->rules;
	if (s->todo)
		sink_want(into, (enum sink_todo)s->todo);
	free_sink(s);
}

static int opened(struct sink *s)
{
	struct sink *other = s->target.fd < 0 ? NULL : sinks_by_file(s->all, &s->target.id);

	sinks_note_file(s->all, s);
	if (other && other != s && s->target.kind == TARGET_FILE)
		merge(s, other);
	else
		sink_tend(s);
	return 0;
}

/* Whatever it was: the file as it is now. */
static void know_file(struct sink *s, const struct work *w)
{
	s->target = w->target;
	s->size = w->size;
	s->end = w->end;
	if (s->target.id.dev)
		s->dev = s->target.id.dev;
	if (w->written_at >= 0) {
		s->wrote_at = w->written_at;
		sink_age_begin(s);
	}
	if (s->size > s->tend_above)
		sink_tend(s);
}

static int apply(struct sink *s, const struct work *w)
{
	uint64_t before = s->size;
	int done = 0;

	know_file(s, w);
	if (w->ret < 0 && strcmp(w->what, "rotate") == 0)
		return rotation_failed(s, w->ret);
	if (w->kind != WORK_OPEN)
		sinks_note_file(s->all, s);
	if (w->kind == WORK_WRITE)
		done = was_written(s, w);
	if (w->kind == WORK_ROTATE)
		rotated(s, w);
	if (w->ret < 0) {
		sink_failed(s, w->what, w->ret);
		return w->ret;
	}
	if (w->kind == WORK_CUT)
		return was_cut(s, before);
	return w->kind == WORK_OPEN ? opened(s) : done;
}

int sink_apply(struct sink *s)
{
	struct sinks *all = s->all;
	struct work *w = s->work;
	int ret;

	s->work = NULL;
	ret = apply(s, w);
	work_free(all->work);
	all->work = w;
	return ret;
}

/*
 * Was it closed before we had a table of our own, or only in the one of the thread that was away?
 * By now the number may be another file's.
 */
static void close_ours(const struct target *t)
{
	int fd = t->fd;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == t->id.dev && st.st_ino == t->id.ino)
		close_fd(&fd);
}

/* It has come back. What is staged goes next; where nobody writes any more that was all. */
static void on_late(struct risk *r)
{
	struct work *w = container_of(r, struct work, risk);
	struct sink *s = w->sink;

	if (w->closed)
		close_ours(&s->target);
	(void)sink_apply(s);
	s->trouble.retry_at = 0;
	if (s->sources == 0)
		go_away(s);
	else if (s->todo)
		sink_want(s, (enum sink_todo)s->todo);
}

/* Then the next line will find that a new file is wanted. */
static bool is_inside_line(const struct sink *s)
{
	return s->owner && !s->torn && s->end != END_LINE;
}

enum taken sink_do(struct sink *s)
{
	unsigned todo = s->todo;

	if (sink_does_not_answer(s)) {
		do_nothing(s);
		return TAKEN_NONE;
	}
	if (todo & TODO_OPEN) {
		s->todo &= ~(unsigned)TODO_OPEN;
		return sink_ask(s, WORK_OPEN);
	}
	if (todo & TODO_ROTATE && s->target.fd >= 0 && s->end == END_UNKNOWN)
		return sink_ask(s, WORK_END);
	s->todo = 0;
	if (todo & TODO_ROTATE && (s->target.fd < 0 || !s->size))
		s->rotate_wanted = false;
	if (todo & TODO_ROTATE && sink_is_due(s) && !is_inside_line(s))
		return sink_ask(s, WORK_ROTATE);
	do_nothing(s);
	return TAKEN_NONE;
}

void sinks_reopen(struct sinks *all)
{
	for (struct sink *s = all->by_path; s; s = s->path_hh.next)
		sink_want(s, TODO_OPEN);
}

/* --- who writes to it --- */

/*
 * After we were killed, a marked source may be the owner of an unfinished line at the end of the
 * file, and gets a moment to go on with it.
 */
static int make_sink(struct sinks *all, const char *path, struct sink **ret_sink)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->all = all;
	s->target.fd = -1;
	s->written_at = all->started_at;
	s->path = strdup(path);
	if (!s->path || sinks_add(all, s) < 0) {
		free_sink(s);
		return -ENOMEM;
	}
	sink_want(s, TODO_OPEN);
	*ret_sink = s;
	return 0;
}

static void know_owner_by_mark(struct sink *s, struct source *src)
{
	if (!source_has(src, MARK_OWNER))
		return;
	if (s->owner)
		source_mark(src, MARK_OWNER, false);
	else
		s->owner = s->marked = src;
}

void sink_set_rules(struct sink *s, const struct sink_rules *rules)
{
	s->rules = *rules;
	if (s->target.fd >= 0)
		sink_age_begin(s);
	sink_tend(s);
}

int sink_join(struct sinks *all, const char *path, const struct sink_rules *rules,
	      struct source *src)
{
	struct sink *s = sinks_by_path(all, path);
	int ret = s ? 0 : make_sink(all, path, &s);

	if (ret < 0)
		return ret;
	sink_set_rules(s, rules);
	DL_APPEND(s->list, src);
	s->sources++;
	if (s->sources > 1)
		s->shared = true;
	src->sink = s;
	src->joined_at = ++all->count;
	know_owner_by_mark(s, src);
	return 0;
}

void sink_closes(struct source *src)
{
	struct sink *s = src->sink;

	src->closed_at = ++s->all->count;
	s->closing++;
}

static void drop_staged(struct sink *s, const struct source *src)
{
	struct stage *st, *next;

	LL_FOREACH_SAFE(s->staged, st, next) {
		if (st->src != src)
			continue;
		if (st == s->staged && sink_is_away(s)) {
			st->src = NULL;	/* it will be written, or was already */
			continue;
		}
		sink_lost(s, st->n);
		LL_DELETE(s->staged, st);
		stage_put_back(s->all->stages, st);
	}
}

static void go_away(struct sink *s)
{
	drop_staged(s, NULL);
	/* The last chance to say it, if the last minute's silence has kept something back. */
	if (s->trouble.lost) {
		s->trouble.told_at = 0;
		sink_lost(s, 0);
	}
	if (s->all->on_tally)
		s->all->on_tally(s->all->user, s, true);
	free_sink(s);
}

void sink_leave(struct source *src)
{
	struct sink *s = src->sink;

	drop_staged(s, src);
	if (s->owner == src) {
		s->owner = NULL;
		s->written_at = 0;
	}
	if (s->marked == src)
		s->marked = NULL;
	source_mark(src, MARK_OWNER, false);
	DL_DELETE(s->list, src);
	src->sink = NULL;
	s->closing -= src->closed_at != 0;
	if (--s->sources == 0 && !sink_is_away(s))
		go_away(s);
}

void sink_adopt(struct source *src, struct stage *st)
{
	struct sink *s = src->sink;

	stage_recover(s->all->stages, st, src->fd);
	if (!st->n) {
		stage_put_back(s->all->stages, st);
		return;
	}
	st->src = src;
	st->end = END_UNKNOWN;
	LL_APPEND(s->staged, st);
	if (!stage_is_fresh(st))
		s->owner = src;
}
