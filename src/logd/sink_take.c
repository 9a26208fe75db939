/*
 * sink_take.c - how bytes get from a pipe into a sink. One channel alone: all that is there, at
 * once. Several, or near the end of a file, or a stream, where others that we do not know of may
 * write too: whole lines, and what is unfinished stays in its pipe for a while. When it has to go
 * all the same, its channel owns the sink until the line ends.
 */
#include "logd/sink.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "logd/echo.h"
#include "logd/plan.h"
#include "logd/sink_age.h"
#include "logd/source.h"
#include "logd/tap.h"

enum {
	PASS_MIN = 64 * 1024,	/* less room than this is filled with an eye on the lines */
	PASS_MAX = 1024 * 1024,	/* bytes in one go */
};

static const double
	LINE_SECONDS = 1,	/* an unfinished line waits so long for its end */
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

static void taken(struct source *src, size_t n)
{
	src->taken += n;
	src->waits_since = 0;
}

static void count(struct source *src, size_t n)
{
	taken(src, n);
	if (src->tap)
		tap_took(src->tap, n);
}

/* --- to nowhere --- */

static enum taken drop(struct sink *s, struct source *src, size_t n)
{
	size_t lines = look_count_lines(&s->all->look, n);
	ssize_t gone = look_discard(&s->all->look, src->fd, n);

	if (gone <= 0)
		return nothing(gone);
	count(src, (size_t)gone);
	src->dropped += (uint64_t)gone;
	src->dropped_lines += lines;
	sink_lost(s, (uint64_t)gone);
	return TAKEN_SOME;
}

/* What is in the file of a line that began before the trouble must not stay half. */
static void give_up_line(struct sink *s, struct source *src)
{
	uint64_t before = s->size;

	if (s->owner != src)
		return;
	if (s->target.fd >= 0 && sink_ends_inside_line(s)) {
		s->size = target_cut_line(&s->target, &s->all->look, s->size);
		s->end = END_UNKNOWN;
		trouble_lose(&s->trouble, before - s->size);
		tally_dropped(&s->tally, before - s->size);
		src->dropped += before - s->size;
	}
	s->torn = true;
	s->owner = NULL;
	s->written_at = 0;
}

static void drop_text(struct sink *s, struct source *src)
{
	size_t len;
	const char *text = tap_text(src->tap, &len);

	for (const char *p = text; p && (p = memchr(p, '\n', (size_t)(text + len - p))); p++)
		src->dropped_lines++;
	if (text)
		tap_wrote(src->tap, len);
	src->dropped += src->tap->input;
	sink_lost(s, src->tap->input);
}

/* Not a line is lost for who else gets them, and the filter goes on where it was. */
static enum taken drop_changed(struct sink *s, struct source *src)
{
	struct tap *tap = src->tap;
	size_t len;

	if (!tap_text(tap, &len) &&
	    tap_draft(tap, &s->all->look, min(s->all->look.n, LOOK_BUF), FILTER_EAGER) < 0)
		sink_lost(s, tap->input);
	drop_text(s, src);
	look_drop(&s->all->look, src->fd, tap->input);
	taken(src, tap->input);
	tap->input = 0;
	return TAKEN_SOME;
}

static enum taken drop_lines(struct sink *s, struct source *src, size_t n)
{
	give_up_line(s, src);
	if (source_is_changed(src))
		return drop_changed(s, src);
	n = show(s, src, n);
	src->skip = look_last_line(&s->all->look, n) < n;
	return drop(s, src, n);
}

static enum taken drop_rest_of_line(struct sink *s, struct source *src)
{
	ssize_t n = look_at(&s->all->look, src->fd);
	size_t line;

	if (n <= 0)
		return nothing(n);
	n = (ssize_t)show(s, src, (size_t)n);
	line = look_first_line(&s->all->look, (size_t)n);
	src->skip = line == 0;
	return drop(s, src, line ? line : (size_t)n);
}

/* A sink that nobody wants to read: path "", NONE, /dev/null. */
static enum taken discard(struct sink *s, struct source *src)
{
	bool shown = src->echoes || src->tap;
	ssize_t n = shown ? look_at(&s->all->look, src->fd) : PASS_MAX;

	if (n > 0 && source_is_changed(src))
		return drop_changed(s, src);
	if (n > 0)
		n = look_discard(&s->all->look, src->fd, show(s, src, (size_t)n));
	if (n <= 0)
		return nothing(n);
	count(src, (size_t)n);
	return TAKEN_SOME;
}

/*
 * The sink is in trouble. The pipe is read on, so that no program hangs in write(2) because of a
 * disk; but young trouble may be over soon, so a file's bytes stay while their pipe has room. At
 * the other end of a stream is a reader, often just slower than the program: that one may slow
 * the program down, for as long as trouble is young.
 */
static enum taken cannot(struct sink *s, struct source *src)
{
	struct look *look = &s->all->look;
	ssize_t n = look_at(look, src->fd);

	if (n <= 0)
		return nothing(n);
	if (trouble_is_young(&s->trouble, clock_mono()) &&
	    (s->target.kind == TARGET_STREAM || !look_is_full(look)))
		return wait_with(src);
	return drop_lines(s, src, (size_t)n);
}

/* --- whose turn is it? --- */

/* Is another one inside a line that it may still finish? */
static bool is_taken(struct sink *s, const struct source *src)
{
	if (s->owner == src || s->torn || !sink_ends_inside_line(s))
		return false;
	return clock_mono() < s->written_at + SILENCE_SECONDS && !has_waited(src, OWNER_SECONDS);
}

static int end_line_of_others(struct sink *s)
{
	ssize_t ret = target_write(&s->target, "\n", 1, s->size);

	if (ret < 0) {
		sink_failed(s, "write", (int)ret);
		return (int)ret;
	}
	s->size += s->target.kind == TARGET_FILE;
	s->end = END_LINE;
	return 0;
}

/* The order matters when we are killed in here: at no time is a line marked as another's. */
static int claim(struct sink *s, struct source *src)
{
	int ret;

	if (s->owner == src)
		return 0;
	if ((s->shared || s->torn) && sink_ends_inside_line(s)) {
		ret = end_line_of_others(s);
		if (ret < 0)
			return ret;
	}
	if (s->owner)
		source_mark(s->owner, false);
	source_mark(src, true);
	s->owner = src;
	s->torn = false;
	return 0;
}

/* --- to the file --- */

static void wrote(struct sink *s, size_t n, enum sink_end end)
{
	s->written_at = clock_mono();
	sink_age_wrote(s);
	s->end = end;
	if (s->target.kind == TARGET_FILE)
		s->size += n;
}

static ssize_t move(struct sink *s, const struct source *src, size_t n)
{
	return (src->copy ? target_copy : target_pass)(&s->target, &s->all->look, src->fd, s->size,
						       n);
}

static ssize_t pass_bytes(struct sink *s, struct source *src, size_t n, size_t wanted,
			  enum sink_end end)
{
	ssize_t moved = move(s, src, n);

	if (moved <= 0)
		return moved;
	if ((size_t)moved < wanted)
		end = s->target.kind == TARGET_FILE ? END_UNKNOWN : END_INSIDE;
	wrote(s, (size_t)moved, end);
	return moved;
}

static enum taken pass(struct sink *s, struct source *src, size_t n, enum sink_end end)
{
	size_t may = show(s, src, n);
	ssize_t moved;

	if (!may)
		return wait_with(src);	/* it could not be seen this time */
	moved = pass_bytes(s, src, may, n, end);
	if (moved == 0)
		return TAKEN_END;
	if (moved < 0) {
		sink_failed(s, "write", (int)moved);
		return cannot(s, src);
	}
	count(src, (size_t)moved);
	/* A disk with room for a part is still full; a reader that took a part is reading. */
	if (s->trouble.code && ((size_t)moved == may || s->target.kind == TARGET_STREAM))
		sink_healed(s);
	return TAKEN_SOME;
}

/* Bytes that may go without a look at them, 0: none. */
static size_t unseen(const struct sink *s, const struct source *src)
{
	uint64_t room = plan_room(s->size, s->rules.maxbytes);

	if (s->target.kind != TARGET_FILE || s->shared || s->owner != src || s->trouble.code ||
	    src->echoes || src->tap || src->copy || !plan_fits_easily(PASS_MIN, room) ||
	    sink_is_due(s))
		return 0;
	return min(room - PLAN_SPARE, PASS_MAX);
}

static enum taken pass_unseen(struct sink *s, struct source *src, size_t n)
{
	ssize_t moved = move(s, src, n);

	if (moved == 0 || moved == -EAGAIN)
		return nothing(moved);
	if (moved < 0) {
		sink_failed(s, "write", (int)moved);
		return cannot(s, src);
	}
	wrote(s, (size_t)moved, END_UNKNOWN);
	count(src, (size_t)moved);
	return TAKEN_SOME;
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

static void plan_file(struct sink *s, const struct source *src, size_t n, struct plan *p)
{
	uint64_t maxbytes = clock_mono() < s->rotate_at ? 0 : s->rules.maxbytes;

	p->fresh = s->size == 0;
	p->room = sink_is_due(s) ? 0 : plan_room(s->size, maxbytes);
	p->most = plan_most(s->size, maxbytes);
	/* What is written again after a kill is to be whole lines. */
	p->seen = s->shared || source_is_copied(src) || !plan_fits_easily(n, p->room);
	p->lines = p->seen ? look_last_line(&s->all->look, min(n, p->room)) : n;
}

static enum plan_step decide(struct sink *s, const struct source *src, size_t n, struct plan *p)
{
	enum plan_step step;

	*p = (struct plan){ .there = n };
	if (s->target.kind == TARGET_STREAM)
		plan_stream(s, n, p);
	else
		plan_file(s, src, n, p);
	p->inside = !p->lines && sink_ends_inside_line(s);
	step = plan_next(p);
	if (step == PLAN_WAIT && must_go(s, src)) {
		p->must = true;
		step = plan_next(p);
	}
	return step;
}

static int make_room(struct sink *s)
{
	if (s->target.kind == TARGET_FILE)
		return sink_rotate(s);
	sink_failed(s, "write", -EAGAIN);
	return -EAGAIN;
}

static enum taken pass_line_over(struct sink *s, struct source *src, uint64_t most)
{
	size_t line = look_first_line(&s->all->look, most);

	return pass(s, src, line ? line : most, line ? END_LINE : END_INSIDE);
}

static enum taken pass_seen(struct sink *s, struct source *src)
{
	ssize_t n = look_at(&s->all->look, src->fd);
	enum plan_step step;
	struct plan p;

	if (n <= 0)
		return nothing(n);
	if (src->tap || src->copy)
		n = (ssize_t)min((uint64_t)n, LOOK_BUF);
	if (is_taken(s, src))
		return wait_with(src);
	if (claim(s, src) < 0)
		return cannot(s, src);
	while ((step = decide(s, src, (size_t)n, &p)) == PLAN_ROTATE) {
		if (make_room(s) < 0)
			return cannot(s, src);
	}
	if (step == PLAN_WAIT)
		return wait_with(src);
	if (step == PLAN_LINE_OVER)
		return pass_line_over(s, src, min(p.there, p.most));
	if (step == PLAN_ALL)
		return pass(s, src, p.there, END_INSIDE);
	return pass(s, src, p.lines, p.seen ? END_LINE : END_UNKNOWN);
}

/* --- text that is not what was read --- */

/* How much of the text may go to the file as it is now? 0: none, it must be rotated. */
static size_t part_of_text(struct sink *s, const char *text, size_t len)
{
	uint64_t maxbytes = clock_mono() < s->rotate_at ? 0 : s->rules.maxbytes;
	uint64_t room = s->target.kind == TARGET_FILE ? plan_room(s->size, maxbytes) : len;
	const char *newline;

	if (len <= room || (room == 0 && sink_ends_inside_line(s)))
		return len;
	newline = memrchr(text, '\n', room);
	if (!newline && s->size > 0 && !sink_ends_inside_line(s))
		return 0;
	if (!newline)
		newline = memchr(text, '\n', len);
	return newline ? (size_t)(newline + 1 - text) : len;
}

/* Not spliced: killed between the write and the taking out, we write these bytes twice. */
static int write_text(struct sink *s, struct tap *tap)
{
	const char *text;
	size_t len;

	while ((text = tap_text(tap, &len))) {
		size_t part = part_of_text(s, text, len);
		ssize_t written = part ? target_write(&s->target, text, part, s->size) :
					 sink_rotate(s);

		if (written < 0) {
			sink_failed(s, "write", (int)written);
			return (int)written;
		}
		if (!part)
			continue;
		wrote(s, (size_t)written, text[written - 1] == '\n' ? END_LINE : END_INSIDE);
		tap_wrote(tap, (size_t)written);
	}
	return 0;
}

static size_t may_look_at(struct sink *s, const struct source *src, size_t n, bool must)
{
	bool lines = src->tap->filter->spec.format == FORMAT_RAW &&
		     (s->shared || s->rules.maxbytes) && !must;

	n = min(n, LOOK_BUF);
	return lines ? look_last_line(&s->all->look, n) : n;
}

static enum taken pass_text(struct sink *s, struct source *src)
{
	struct tap *tap = src->tap;

	if (claim(s, src) < 0 || write_text(s, tap) < 0)
		return cannot(s, src);
	look_drop(&s->all->look, src->fd, tap->input);
	taken(src, tap->input);
	tap->input = 0;
	if (s->trouble.code)
		sink_healed(s);
	return TAKEN_SOME;
}

static enum taken take_changed(struct sink *s, struct source *src)
{
	struct tap *tap = src->tap;
	ssize_t n = look_at(&s->all->look, src->fd);
	bool must = n <= 0 || must_go(s, src) || n >= LOOK_BUF;
	size_t len, seen;

	if (n < 0 && n != -EAGAIN)
		return TAKEN_END;
	if (is_taken(s, src))
		return wait_with(src);
	if (!tap_text(tap, &len)) {
		seen = n > 0 ? may_look_at(s, src, (size_t)n, must) : 0;
		if (tap_draft(tap, &s->all->look, seen, must ? FILTER_EAGER : FILTER_PATIENT) < 0)
			sink_lost(s, tap->input);
	}
	if (!tap_text(tap, &len) && !tap->input)
		return n > 0 ? wait_with(src) : nothing(n);
	return pass_text(s, src);
}

void sink_end(struct sink *s, struct source *src)
{
	if (!source_is_changed(src))
		return;
	tap_end(src->tap);
	if (s->target.fd < 0 || claim(s, src) < 0 || write_text(s, src->tap) < 0)
		drop_text(s, src);
}

enum taken sink_take(struct sink *s, struct source *src)
{
	size_t n;

	if (s->target.fd >= 0 && s->target.kind == TARGET_NULL)
		return discard(s, src);
	if (src->skip)
		return drop_rest_of_line(s, src);
	if (!trouble_may_try(&s->trouble, clock_mono()) || sink_prepare(s) < 0)
		return cannot(s, src);
	if (source_is_changed(src))
		return take_changed(s, src);
	n = unseen(s, src);
	return n ? pass_unseen(s, src, n) : pass_seen(s, src);
}
