/* sink_apply.c - what came of the work on a sink's file is made true. */
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "logd/sink.h"
#include "logd/sink_age.h"
#include "logd/source.h"
#include "logd/stage.h"

static const double RETRY_SECONDS = 3;

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
	sink_tallied(s);
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

/* What we know of our predecessor's life stands with the name that its source has joined by. */
static void merge_owner(const struct sink *s, struct sink *into)
{
	if (!s->marked || (into->owner && !s->staged))
		return;
	sink_mark_owner(into, s->marked);
	into->owner = s->marked;
}

/* The path was new to us, but the file was not. */
static void merge(struct sink *s, struct sink *into)
{
	struct source *src;
	struct stage *st;

	merge_owner(s, into);
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
	sink_free(s);
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
