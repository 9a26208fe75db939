/*
 * filter.c - the chain. Each step pushes what it has into the next one, and the last one into
 * `out`, so that bytes are copied as rarely as can be, and nothing is kept but what waits for its
 * end.
 */
#include "logd/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { LINEMAX = 64 * 1024 };	/* bytes, where nobody says how many */

/* What is unfinished stays so long in the pipe; then we are to sleep, and not to look at it. */
static const double SETTLE_SECONDS = 1;

/* One call of filter_run. */
struct run {
	struct filter *f;
	const struct filter_time *now;
	struct strbuf *out;
	bool           ended;	/* a line */
};

void filters_init(struct filters *all, const struct filter_ops *ops)
{
	*all = (struct filters){ .ops = ops, .room = FILTER_ROOM };
}

void filters_done(struct filters *all)
{
	strbuf_done(&all->text);
}

/* --- lines --- */

static void put_line(struct run *r, const char *p, size_t n, bool partial)
{
	format_line(&r->f->format, r->now->wall, p, n, partial, r->out);
	r->f->inside = partial;
	r->ended = true;
}

/* A line that is too long is not broken inside a character. */
static size_t part_of(const char *p, size_t n)
{
	size_t cut = utf8_cut(p, n);

	return cut < n ? n - cut : n;
}

static void put_part_of_held(struct run *r)
{
	struct strbuf *line = &r->f->line;
	size_t part = part_of(line->s, line->len);

	put_line(r, line->s, part, true);
	strbuf_consume(line, part);
}

/* As many of these n bytes, more than go into the line, as make it a part. Returns how many. */
static size_t break_line(struct run *r, const char *p)
{
	struct strbuf *line = &r->f->line;
	size_t room = r->f->spec.linemax - line->len;

	if (!line->len) {
		room = part_of(p, room);
		put_line(r, p, room, true);
		return room;
	}
	strbuf_add(line, p, room);
	if (!line->oom)
		put_part_of_held(r);
	return room;
}

/* Bytes of one line, with its end or without. */
static void add_to_line(struct run *r, const char *p, size_t n, bool ends)
{
	struct strbuf *line = &r->f->line;

	while (n > r->f->spec.linemax - line->len && !line->oom) {
		size_t part = break_line(r, p);

		p += part;
		n -= part;
	}
	if (!ends || line->len)
		strbuf_add(line, p, n);
	if (ends && !line->oom)
		put_line(r, line->len ? line->s : p, line->len ? line->len : n, false);
	if (line->oom)
		r->out->oom = true;
	if (ends || line->oom)
		strbuf_reset(line);
}

static void add_lines(struct run *r, const char *p, size_t n)
{
	const char *newline;

	while (n > 0 && (newline = memchr(p, '\n', n))) {
		size_t line = (size_t)(newline - p);

		add_to_line(r, p, line, true);
		p += line + 1;
		n -= line + 1;
	}
	if (n)
		add_to_line(r, p, n, false);
}

/* --- the chain --- */

static void see(struct run *r, const char *p, size_t n)
{
	struct filter *f = r->f;

	if (!n)
		return;
	f->all->ops->on_seen(f->user, p, n, f->captures);
	if (f->captures)
		capture_add(&f->capture, p, n);
	else if (f->spec.format == FORMAT_RAW)
		strbuf_add(r->out, p, n);
	else
		add_lines(r, p, n);
}

static void strip(struct run *r, const char *p, size_t n)
{
	struct strbuf *text = &r->f->all->text;

	strbuf_reset(text);
	if (!strbuf_reserve(text, n)) {
		r->out->oom = true;
		return;
	}
	text->len = ansi_strip(&r->f->ansi, p, n, text->s);
	see(r, text->s, text->len);
}

static void pass(struct run *r, const char *p, size_t n)
{
	(r->f->spec.strip ? strip : see)(r, p, n);
}

/* What has not become a sequence here will not be one beyond a token. */
static void end_sequence(struct run *r)
{
	if (r->f->ansi == ANSI_ESCAPE)
		see(r, "\x1b", 1);
	r->f->ansi = ANSI_TEXT;
}

static void end_message(struct filter *f)
{
	size_t n;
	const char *text = capture_text(&f->capture, &n);

	f->all->ops->on_captured(f->user, text, n, f->capture.cut);
	capture_reset(&f->capture);
}

static void take_piece(struct run *r, const struct capture_piece *piece)
{
	if (piece->kind == CAPTURE_NOTHING)
		return;
	if (piece->kind == CAPTURE_TEXT) {
		pass(r, piece->p, piece->n);
		return;
	}
	end_sequence(r);
	r->f->captures = piece->kind == CAPTURE_BEGINS;
	if (!r->f->captures)
		end_message(r->f);
}

static void take(struct run *r, const char *in, size_t n)
{
	struct capture_piece piece;

	if (!r->f->spec.capture) {
		pass(r, in, n);
		return;
	}
	while (n > 0) {
		size_t used = capture_next(&r->f->capture.place, in, n, &piece);

		take_piece(r, &piece);
		in += used;
		n -= used;
	}
}

/* --- what may stay in the pipe --- */

/* One of the two states of a line that matter here: has it begun? */
static size_t rest_in_text(const struct filter *f, enum ansi_state ansi, const char *in, size_t n,
			   bool *begun)
{
	size_t whole = f->spec.strip ? ansi_rest(ansi, in, n) : n;
	const char *newline;

	if (f->spec.format == FORMAT_RAW)
		return whole;
	newline = memrchr(in, '\n', whole);
	if (newline)
		whole = (size_t)(newline + 1 - in);
	else if (*begun || n > 0)
		whole = 0;
	*begun = whole < n || (*begun && !newline);
	return whole;
}

/* How many of the bytes could be taken without anything of them staying in here? */
static size_t rest_of(const struct filter *f, const char *in, size_t n)
{
	struct capture_place place = f->capture.place;
	enum ansi_state ansi = f->ansi;
	bool begun = f->line.len > 0;
	struct capture_piece piece;
	size_t at = 0, rest = 0;

	if (!f->spec.capture)
		return rest_in_text(f, ansi, in, n, &begun);
	while (at < n) {
		bool fresh = !place.matched;
		size_t used = capture_next(&place, in + at, n - at, &piece), whole = 0;

		if (piece.kind == CAPTURE_ENDS && !begun)
			rest = at + used;
		if (piece.kind == CAPTURE_TEXT && !place.inside) {
			whole = rest_in_text(f, ansi, piece.p, piece.n, &begun);
			if (whole)
				rest = fresh ? at + whole : at + used;
		}
		ansi = ANSI_TEXT;
		at += used;
	}
	return rest;
}

/*
 * How many of the bytes become no more than there is room for, at the worst? Whole lines, since
 * what is unfinished would have to be held; at least one.
 */
static size_t that_fit(const struct filter *f, const char *in, size_t n)
{
	unsigned factor;
	size_t overhead = format_overhead(&f->format, &factor), cost = 0;
	size_t held = f->line.len + f->capture.place.matched + 1;
	size_t least = f->spec.linemax > 3 ? f->spec.linemax - 3 : 1;
	const char *p = in, *end = in + n;

	if (f->spec.format == FORMAT_RAW)
		return n;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *next = newline ? newline + 1 : end;
		size_t line = (size_t)(next - p) + held;

		cost += overhead * (1 + line / least) + line * factor;
		if (cost > f->all->room && p > in)
			return (size_t)(p - in);
		p = next;
		held = 0;
	}
	return n;
}

/* When does the caller have to come again? left: bytes that stay in the pipe. */
static void settle(struct run *r, size_t left, bool came_on)
{
	struct filter *f = r->f;
	bool formats = f->spec.format != FORMAT_RAW && f->spec.linesecs;
	double seconds = formats ? f->spec.linesecs : 0;

	f->due = 0;
	if (!left && !f->line.len) {
		f->since = 0;
		return;
	}
	if (!f->since || came_on)
		f->since = r->now->mono;
	if (left && (!formats || seconds > SETTLE_SECONDS))
		seconds = SETTLE_SECONDS;
	if (left || formats)
		f->due = f->since + seconds;
}

static void put_late(struct run *r)
{
	struct filter *f = r->f;

	if (f->line.len && f->spec.linesecs && r->now->mono >= f->since + f->spec.linesecs)
		put_part_of_held(r);
}

/* --- from outside --- */

static void count(struct filter *f, const char *in, size_t n)
{
	const char *end = in + n;

	while (in < end && (in = memchr(in, '\n', (size_t)(end - in)))) {
		f->lines++;
		in++;
	}
}

bool filter_changes(const struct filter *f)
{
	return f->spec.strip || f->spec.capture || f->spec.format != FORMAT_RAW;
}

bool filter_counts(const struct filter *f)
{
	return f->spec.lines || filter_changes(f);
}

void filter_see(struct filter *f, const char *in, size_t n)
{
	if (filter_counts(f))
		count(f, in, n);
	if (n)
		f->all->ops->on_seen(f->user, in, n, false);
}

size_t filter_run(struct filter *f, const char *in, size_t n, enum filter_how how,
		  const struct filter_time *now, struct strbuf *out)
{
	struct run r = { .f = f, .now = now, .out = out };
	bool late = f->due && now->mono >= f->due;
	size_t took = that_fit(f, in, late || how == FILTER_EAGER ? n : rest_of(f, in, n));

	count(f, in, took);
	take(&r, in, took);
	if (late && !r.ended)
		put_late(&r);
	settle(&r, n - took, r.ended || (took && took < n));
	return took;
}

void filter_end(struct filter *f, const struct filter_time *now, struct strbuf *out)
{
	struct run r = { .f = f, .now = now, .out = out };
	struct capture_piece piece;

	capture_rest(&f->capture.place, &piece);
	take_piece(&r, &piece);
	end_sequence(&r);
	if (f->line.len)
		put_line(&r, f->line.s, f->line.len, false);
	strbuf_reset(&f->line);
	capture_reset(&f->capture);
	f->capture.place.inside = f->captures = f->inside = false;
	f->since = f->due = 0;
}

static uint64_t linemax_of(const struct filter_spec *spec)
{
	return spec->linemax ? spec->linemax : LINEMAX;
}

static void apply(struct filter *f, const struct filter_spec *spec)
{
	f->spec = *spec;
	f->spec.linemax = linemax_of(spec);
	f->format.kind = spec->format;
	if (f->capture.max != spec->capture)
		capture_done(&f->capture);
	f->capture.max = spec->capture;
}

static bool is_same(const struct filter *f, const struct filter_spec *spec)
{
	return f->spec.strip == spec->strip && f->spec.format == spec->format &&
	       f->spec.capture == spec->capture && f->spec.linemax == linemax_of(spec);
}

void filter_change(struct filter *f, const struct filter_spec *spec,
		   const struct filter_time *now, struct strbuf *out)
{
	if (!is_same(f, spec))
		filter_end(f, now, out);
	apply(f, spec);
}

int filter_new(struct filters *all, const struct filter_spec *spec,
	       const struct speaker_spec *speaker, void *user, struct filter **ret)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->all = all;
	f->user = user;
	if (format_init(&f->format, spec->format, speaker) < 0) {
		free(f);
		return -ENOMEM;
	}
	apply(f, spec);
	*ret = f;
	return 0;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	capture_done(&f->capture);
	format_done(&f->format);
	strbuf_done(&f->line);
	free(f);
}
