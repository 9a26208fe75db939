/*
 * sink.c - the life of a sink: who writes to it, what is to be done to its file, and what is said
 * about that. How bytes get into it is in sink_take.c, what came of work in sink_apply.c.
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
#include "logd/closing.h"
#include "logd/sink_age.h"
#include "logd/source.h"
#include "logd/stage.h"

/* --- news --- */

static void close_file(struct sink *s)
{
	close_later(s->all, &s->target);
	sinks_note_file(s->all, s);
}

void sink_tallied(struct sink *s)
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
	sink_tallied(s);
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
	sink_tallied(s);
}

void sink_healed(struct sink *s)
{
	tally_healed(&s->tally);
	sink_tallied(s);
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

void sink_free(struct sink *s)
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
		sink_free(s);
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

/* The order matters when we are killed in here: at no time is a line marked as another's. */
void sink_mark_owner(struct sink *s, struct source *src)
{
	if (s->marked == src)
		return;
	if (s->marked)
		source_mark(s->marked, MARK_OWNER, false);
	source_mark(src, MARK_OWNER, true);
	s->marked = src;
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
	sink_free(s);
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
	if (stage_is_given_up(st) && stage_is_fresh(st))
		return;		/* nothing of it has been written, nor will be */
	/* It may end inside a line, and the kill have come before that was marked as src's. */
	sink_mark_owner(s, src);
	s->owner = src;
}
