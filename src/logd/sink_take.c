/*
 * sink_take.c - how bytes get from a pipe into a sink, by way of a stage. One channel alone: all
 * that is there, at once. Several, or near the end of a file, or a stream, where others that we do
 * not know of may write too: whole lines, and what is unfinished stays in its pipe for a while.
 * When it has to go all the same, its channel owns the sink until the line ends.
 */
#include "logd/sink.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "logd/echo.h"
#include "logd/plan.h"
#include "logd/sink_age.h"
#include "logd/source.h"
#include "logd/stage.h"
#include "logd/tap.h"

enum {
	PASS_MIN = 64 * 1024,	/* less room than this is filled with an eye on the lines */
	DISCARD_MAX = 1024 * 1024,	/* bytes in one go */
	MUCH = 32 * 1024,	/* who has said so much since the last go gets a larger pipe */
};

static const double LINE_SECONDS = 1,	/* an unfinished line waits so long for its end */
	SILENCE_SECONDS = 1,	/* others wait for a line whose owner is silent */
	OWNER_SECONDS = 5;	/* others wait for a line whose owner is not */

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A pipe that is at its end, or that cannot be read at all, is over. */
static enum taken nothing(ssize_t n)
{
	return n == -EAGAIN ? TAKEN_NONE : TAKEN_END;
}

static enum taken wait_with(struct source *src)
{
	if (src->waits_since == 0)
		src->waits_since = clock_mono();
	return TAKEN_LATER;
}

static bool has_waited(const struct source *src, double seconds)
{
	return src->waits_since != 0 && clock_mono() >= src->waits_since + seconds;
}

/*
 * Whatever takes bytes out of a pipe first shows them to those who want to see them, and then says
 * how many of them have gone. Returns how many of the n may go now.
 */
static size_t show(struct sink *s, struct source *src, size_t n)
{
	if (src->echoes)
		n = echoes_offer(src->echoes, src->fd, src->taken, n);
	return src->tap ? tap_see(src->tap, &s->all->look, n) : n;
}

static void took(struct source *src, size_t n)
{
	src->taken += n;
	src->waits_since = 0;
}

static void count(struct source *src, size_t n)
{
	took(src, n);
	if (src->tap)
		tap_took(src->tap, n);
}

/* --- to nowhere --- */

static void lose(struct sink *s, struct source *src, size_t bytes, size_t lines)
{
	src->dropped += bytes;
	src->dropped_lines += lines;
	sink_lost(s, bytes);
}

static enum taken drop(struct sink *s, struct source *src, size_t n)
{
	size_t lines = look_count_lines(&s->all->look, n);
	ssize_t gone = look_discard(&s->all->look, src->fd, n);

	if (gone <= 0)
		return nothing(gone);
	count(src, (size_t)gone);
	lose(s, src, (size_t)gone, lines);
	return TAKEN_SOME;
}

static size_t count_lines(const char *p, size_t n)
{
	const char *end = p + n;
	size_t lines = 0;

	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		lines++;
		p++;
	}
	return lines;
}

static void drop_text(struct sink *s, struct source *src)
{
	struct tap *tap = src->tap;
	size_t len;
	const char *text = tap_text(tap, &len);

	lose(s, src, tap->input, text ? count_lines(text, len) : 0);
	if (text)
		tap_wrote(tap, len);
	look_drop(&s->all->look, src->fd, tap->input);
	took(src, tap->input);
	tap->input = 0;
}

/* Copies get the bytes as they are, and have filters of their own. */
static void draft(struct sink *s, struct source *src, size_t n, enum filter_how how)
{
	if (src->echoes && n > 0)
		n = echoes_offer(src->echoes, src->fd, src->taken, n);
	if (tap_draft(src->tap, &s->all->look, n, how) < 0)
		sink_lost(s, src->tap->input);
}

/* Not a line is lost for who else gets them, and the filter goes on where it was. */
static enum taken drop_changed(struct sink *s, struct source *src)
{
	if (!source_has_text(src))
		draft(s, src, min(s->all->look.n, LOOK_BUF), FILTER_EAGER);
	drop_text(s, src);
	return TAKEN_SOME;
}

/* The mark is set before, so that no kill makes a line of what is left of one. */
static enum taken drop_lines(struct sink *s, struct source *src, size_t n)
{
	enum taken taken;
	bool rest;

	if (source_is_changed(src))
		return drop_changed(s, src);
	n = show(s, src, n);
	rest = look_last_line(&s->all->look, n) < n;
	if (rest)
		source_mark(src, MARK_SKIP, true);
	taken = drop(s, src, n);
	if (!rest && taken == TAKEN_SOME)
		source_mark(src, MARK_SKIP, false);
	return taken;
}

static enum taken drop_rest_of_line(struct sink *s, struct source *src)
{
	ssize_t n = look_at(&s->all->look, src->fd);
	enum taken taken;
	size_t line;

	if (n <= 0)
		return nothing(n);
	n = (ssize_t)show(s, src, (size_t)n);
	line = look_first_line(&s->all->look, (size_t)n);
	taken = drop(s, src, line ? line : (size_t)n);
	if (line && taken == TAKEN_SOME)
		source_mark(src, MARK_SKIP, false);
	return taken;
}

/* A sink that nobody wants to read: path "", NONE, /dev/null. */
static enum taken discard(struct sink *s, struct source *src)
{
	bool shown = src->echoes || src->tap;
	ssize_t n = shown ? look_at(&s->all->look, src->fd) : DISCARD_MAX;

	if (source_is_changed(src) && (n > 0 || source_has_text(src)))
		return drop_changed(s, src);
	if (n > 0)
		n = look_discard(&s->all->look, src->fd, show(s, src, (size_t)n));
	if (n <= 0)
		return nothing(n);
	count(src, (size_t)n);
	return TAKEN_SOME;
}

/* --- in trouble --- */

/* Is the beginning of a line in the file whose rest we have to drop? */
static bool has_begun_line(const struct sink *s, const struct source *src)
{
	return s->owner == src && s->end != END_LINE && s->target.kind == TARGET_FILE;
}

/* What is in the file of a line that began before the trouble must not stay half. */
static enum taken give_up_line(struct sink *s)
{
	if (s->target.fd >= 0)
		return sink_ask(s, WORK_CUT);
	s->torn = true;
	s->owner = NULL;
	s->written_at = 0;
	return TAKEN_SOME;
}

static enum taken give_up_stage(struct sink *s, struct stage *st)
{
	struct look *look = &s->all->look;
	ssize_t n;

	if (st->src && has_begun_line(s, st->src)) {
		if (!sink_is_dead(s))
			return give_up_line(s);
		s->overtaken = true;
	}
	n = look_at(look, st->out);
	if (n > 0 && !st->src)
		sink_lost(s, (size_t)n);
	if (n > 0 && st->src) {
		source_mark(st->src, MARK_SKIP, look_last_line(look, (size_t)n) < (size_t)n &&
					!source_is_changed(st->src));
		lose(s, st->src, (size_t)n, look_count_lines(look, (size_t)n));
	}
	LL_DELETE(s->staged, st);
	stage_put_back(s->all->stages, st);
	return TAKEN_SOME;
}

/*
 * The pipe is read on, so that no program hangs in write(2) because of a disk; but young trouble
 * may be over soon, so a file's bytes stay while their pipe has room. At the other end of a stream
 * is a reader, often just slower than the program: that one may slow the program down, for as long
 * as trouble is young.
 */
static bool is_patient(struct sink *s, bool has_bytes)
{
	if (!trouble_is_young(&s->trouble, clock_mono()) || s->all->stages->short_of)
		return false;
	return s->target.kind == TARGET_STREAM || !has_bytes || !look_is_full(&s->all->look);
}

enum taken sink_cannot(struct sink *s, struct source *src)
{
	/* What the file is being written with is not ours now. */
	struct stage *st = sink_is_away(s) ? NULL : s->staged;
	bool mine = st && st->src == src, text = source_has_text(src);
	ssize_t n = look_at(&s->all->look, src->fd);

	if (n <= 0 && !mine && !text)
		return nothing(n);
	if (is_patient(s, n > 0))
		return wait_with(src);
	if (mine) {
		stage_give_up(st);
		return give_up_stage(s, st);
	}
	if (sink_is_dead(s) && s->owner == src)
		s->overtaken = true;
	if (sink_is_dead(s) || !has_begun_line(s, src))
		return drop_lines(s, src, (size_t)n);
	source_mark(src, MARK_SKIP, !source_is_changed(src));
	return give_up_line(s);
}

/* --- whose turn is it? --- */

/*
 * Who joined after another one was to end comes after it: what a later life of a program prints is
 * written after the last words of the one before. Who is inside a line may finish it.
 */
static bool is_early(const struct sink *s, const struct source *src)
{
	const struct source *other;

	if (!s->closing || s->owner == src)
		return false;
	DL_FOREACH(s->list, other) {
		if (other->closed_at && other->closed_at < src->joined_at)
			return true;
	}
	return false;
}

/* Is another one inside a line that it may still finish? */
static bool is_taken(const struct sink *s, const struct source *src)
{
	if (!s->owner || s->owner == src || s->torn || s->end == END_LINE)
		return false;
	return clock_mono() < s->written_at + SILENCE_SECONDS && !has_waited(src, OWNER_SECONDS);
}

/* --- to the file --- */

static void grow(struct sink *s, struct source *src, ssize_t moved)
{
	struct sinks *all = s->all;

	if (moved >= MUCH && !src->enlarged && all->enlarged < all->enlarged_max)
		all->enlarged += source_enlarge(src);
}

static uint64_t room_for_stage(const struct sink *s, const struct stage *st)
{
	bool inside = s->owner == st->src && s->end == END_INSIDE;

	/* Of what was moved into it that has been found out before. */
	if (s->target.kind != TARGET_FILE || !stage_is_text(st))
		return UINT64_MAX;
	return inside ? plan_room(s->size, sink_limit(s)) : sink_room(s);
}

/*
 * How much of a stage that does not fit may go to the file as it is now? Whole lines, or one that
 * is too long where it has begun, or would begin, the file. 0: none, it must be rotated.
 */
static size_t part_of_stage(struct sink *s, const struct stage *st, uint64_t room)
{
	struct look *look = &s->all->look;
	ssize_t n = look_at(look, st->out);
	size_t part;

	if (n <= 0)
		return st->n;
	part = look_last_line(look, min(room, (size_t)n));
	if (part || (s->size > 0 && s->end != END_INSIDE))
		return part;
	part = look_first_line(look, (size_t)n);
	return part ? part : (size_t)n;
}

/* What is staged comes first, whoever asks. */
static enum taken write_stage(struct sink *s, struct source *src)
{
	struct stage *st = s->staged;
	uint64_t room;

	if (stage_is_given_up(st))
		return give_up_stage(s, st);
	if (!trouble_may_try(&s->trouble, clock_mono()))
		return sink_cannot(s, src);
	if (s->target.fd < 0)
		return sink_ask(s, WORK_OPEN);
	room = room_for_stage(s, st);
	if (st->n > room && s->end == END_UNKNOWN)
		return sink_ask(s, WORK_END);
	st->part = st->n > room ? part_of_stage(s, st, room) : st->n;
	return sink_ask(s, st->part ? WORK_WRITE : WORK_ROTATE);
}

/* The stage has been filled: it is the source's now, and goes to the file. */
static enum taken send(struct sink *s, struct source *src, struct stage *st)
{
	if (s->target.kind == TARGET_STREAM && st->end == END_UNKNOWN)
		st->end = END_INSIDE;
	if (st->end != END_LINE)
		sink_mark_owner(s, src);
	st->src = src;
	s->owner = src;
	s->torn = false;
	LL_APPEND(s->staged, st);
	return write_stage(s, src);
}

static struct stage *get_stage(struct sink *s, const struct source *src)
{
	bool fresh = s->owner != src && (s->shared || s->torn);

	return stage_get(s->all->stages, src->id, fresh);
}

/* The first n bytes of the pipe go, which end like that. */
static enum taken stage(struct sink *s, struct source *src, size_t n, enum sink_end end)
{
	struct stage *st = get_stage(s, src);
	size_t may = st ? show(s, src, n) : 0;
	ssize_t moved;

	if (!st)
		return TAKEN_LATER;
	st->end = may == n ? end : END_UNKNOWN;
	moved = may ? stage_move(st, src->fd, may) : 0;
	if (moved > 0) {
		if ((size_t)moved < may)
			st->end = END_UNKNOWN;
		count(src, (size_t)moved);
		grow(s, src, moved);
		return send(s, src, st);
	}
	stage_put_back(s->all->stages, st);
	return may ? nothing(moved) : wait_with(src);
}

/* Bytes that may go without a look at them, 0: none. */
static size_t unseen(const struct sink *s, const struct source *src)
{
	uint64_t room = plan_room(s->size, s->rules.maxbytes);

	if (s->target.kind != TARGET_FILE || s->shared || s->owner != src || s->trouble.code ||
	    src->echoes || src->tap || !plan_fits_easily(PASS_MIN, room) || sink_is_due(s))
		return 0;
	return min(room - PLAN_SPARE, STAGE_BYTES);
}

static bool must_go(struct sink *s, const struct source *src)
{
	return src->closing || has_waited(src, LINE_SECONDS) || source_is_over(src) ||
	       look_is_full(&s->all->look);
}

static void plan_stream(struct sink *s, size_t n, struct plan *p)
{
	struct look *look = &s->all->look;

	p->seen = true;
	p->most = UINT64_MAX;
	p->room = target_room(&s->target, &p->fresh);
	p->lines = look_last_line(look, min(n, p->fresh ? p->room : min(p->room, PIPE_BUF)));
	if (!p->lines && !p->fresh)
		p->lines = look_first_line(look, min(n, p->room));
}

static void plan_file(struct sink *s, size_t n, struct plan *p)
{
	p->fresh = s->size == 0;
	p->room = sink_room(s);
	p->most = plan_most(s->size, sink_limit(s));
	/* What is in trouble is tried with whole lines. */
	p->seen = s->shared || s->trouble.code || !plan_fits_easily(n, p->room);
	p->lines = p->seen ? look_last_line(&s->all->look, min(n, p->room)) : n;
}

static void plan(struct sink *s, size_t n, struct plan *p)
{
	*p = (struct plan){ .there = n };
	if (s->target.kind == TARGET_STREAM)
		plan_stream(s, n, p);
	else
		plan_file(s, n, p);
	p->inside = !p->lines && s->end == END_INSIDE;
}

static enum plan_step decide(struct sink *s, const struct source *src, struct plan *p)
{
	enum plan_step step = plan_next(p);

	if (step == PLAN_WAIT && must_go(s, src)) {
		p->must = true;
		step = plan_next(p);
	}
	return step;
}

static enum taken make_room(struct sink *s, struct source *src)
{
	if (s->target.kind == TARGET_FILE)
		return sink_ask(s, WORK_ROTATE);
	sink_failed(s, "write", -EAGAIN);
	return sink_cannot(s, src);
}

static enum taken stage_line_over(struct sink *s, struct source *src, uint64_t most)
{
	size_t line = look_first_line(&s->all->look, most);

	return stage(s, src, line ? line : most, line ? END_LINE : END_INSIDE);
}

static enum taken stage_planned(struct sink *s, struct source *src, struct plan *p)
{
	switch (decide(s, src, p)) {
	case PLAN_ROTATE:
		return make_room(s, src);
	case PLAN_WAIT:
		return wait_with(src);
	case PLAN_LINE_OVER:
		return stage_line_over(s, src, min(p->there, p->most));
	case PLAN_ALL:
		return stage(s, src, p->there, END_INSIDE);
	case PLAN_LINES:
		break;
	}
	return stage(s, src, p->lines, p->seen ? END_LINE : END_UNKNOWN);
}

static enum taken stage_seen(struct sink *s, struct source *src)
{
	ssize_t n = look_at(&s->all->look, src->fd);
	struct plan p;

	if (n <= 0)
		return nothing(n);
	if (s->end == END_UNKNOWN && s->owner != src)
		return sink_ask(s, WORK_END);
	if (is_taken(s, src))
		return wait_with(src);
	plan(s, min((uint64_t)n, min(s->all->stages->size, src->tap ? LOOK_BUF : STAGE_BYTES)),
	     &p);
	if (!p.lines && s->end == END_UNKNOWN)
		return sink_ask(s, WORK_END);
	return stage_planned(s, src, &p);
}

/* --- text that is not what was read --- */

/*
 * As much as a stage takes, whatever fits into the file: what the text was made of leaves the pipe
 * with the last of it, and until then we must not be killed with a part of it written.
 */
static enum taken stage_text(struct sink *s, struct source *src)
{
	struct stage *st = get_stage(s, src);
	struct tap *tap = src->tap;
	size_t len, part, input;
	const char *text = tap_text(tap, &len);
	int ret;

	if (!st)
		return TAKEN_LATER;
	part = min(len, st->size);
	input = part == len ? tap->input : 0;
	st->end = text[part - 1] == '\n' ? END_LINE : END_INSIDE;
	ret = stage_write(s->all->stages, st, text, part, src->fd, input);
	if (ret < 0) {
		stage_put_back(s->all->stages, st);
		return wait_with(src);
	}
	tap_wrote(tap, part);
	took(src, input);
	tap->input -= input;
	return send(s, src, st);
}

static size_t may_look_at(struct sink *s, const struct source *src, size_t n, bool must)
{
	bool lines = src->tap->filter->spec.format == FORMAT_RAW &&
		     (s->shared || s->rules.maxbytes) && !must;

	n = min(n, LOOK_BUF);
	return lines ? look_last_line(&s->all->look, n) : n;
}

static enum taken take_changed(struct sink *s, struct source *src)
{
	struct tap *tap = src->tap;
	ssize_t n = look_at(&s->all->look, src->fd);
	bool must = n <= 0 || must_go(s, src) || n >= LOOK_BUF;
	size_t seen = 0;

	if (n < 0 && n != -EAGAIN)
		return TAKEN_END;
	if (s->end == END_UNKNOWN && s->owner != src)
		return sink_ask(s, WORK_END);
	if (is_taken(s, src))
		return wait_with(src);
	if (!source_has_text(src)) {
		seen = n > 0 ? may_look_at(s, src, (size_t)n, must) : 0;
		draft(s, src, seen, must ? FILTER_EAGER : FILTER_PATIENT);
	}
	if (source_has_text(src))
		return stage_text(s, src);
	if (!tap->input)
		return n > 0 ? wait_with(src) : nothing(n);
	look_drop(&s->all->look, src->fd, tap->input);
	took(src, tap->input);
	tap->input = 0;
	return TAKEN_SOME;
}

enum taken sink_take(struct sink *s, struct source *src)
{
	size_t n;

	if (s->target.fd >= 0 && s->target.kind == TARGET_NULL)
		return discard(s, src);
	if (is_early(s, src))
		return TAKEN_LATER;
	if (s->staged && !sink_is_away(s))
		return write_stage(s, src);
	if (source_has(src, MARK_SKIP))
		return drop_rest_of_line(s, src);
	if (sink_does_not_answer(s) || !trouble_may_try(&s->trouble, clock_mono()))
		return sink_cannot(s, src);
	if (s->target.fd < 0)
		return sink_ask(s, WORK_OPEN);
	if (s->overtaken)
		return sink_ask(s, WORK_CUT);
	if (source_is_changed(src))
		return take_changed(s, src);
	n = unseen(s, src);
	return n ? stage(s, src, n, END_UNKNOWN) : stage_seen(s, src);
}
