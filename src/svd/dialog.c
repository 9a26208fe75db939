/* dialog.c - the listener protocol, byte for byte as forgiving as Supervisor, and no more. */
#include "svd/dialog.h"

#include <assert.h>
#include <string.h>

#include "base/units.h"

static const char READY[] = "READY\n", RESULT[] = "RESULT ";

enum { READY_LEN = sizeof(READY) - 1, RESULT_LEN = sizeof(RESULT) - 1 };

const char *dialog_state_name(enum dialog_state state)
{
	static const char *const names[] = { "ACKNOWLEDGED", "READY", "BUSY", "UNKNOWN" };

	_Static_assert(ARRAY_LEN(names) == DIALOG_N_STATES, "a state has no name");
	return names[state];
}

void dialog_done(struct dialog *d)
{
	strbuf_done(&d->in);
	*d = (struct dialog){ 0 };
}

void dialog_hear(struct dialog *d, const void *p, size_t n)
{
	strbuf_consume(&d->in, d->at);
	d->at = 0;
	if (d->state != DIALOG_UNKNOWN)
		strbuf_add(&d->in, p, n);
}

void dialog_sent(struct dialog *d)
{
	assert(d->state == DIALOG_READY);
	d->state = DIALOG_BUSY;
	d->has_line = false;
}

void dialog_give_up(struct dialog *d)
{
	d->state = DIALOG_UNKNOWN;
	d->at = d->in.len;
}

static enum dialog_said give_up(struct dialog *d, enum dialog_said why)
{
	dialog_give_up(d);
	return why;
}

static enum dialog_said get_ready(struct dialog *d)
{
	d->at += READY_LEN;
	d->state = DIALOG_READY;
	return SAID_READY;
}

static enum dialog_said next_ready(struct dialog *d, const char *p, size_t n)
{
	if (n < READY_LEN)
		return SAID_NOTHING;
	return memcmp(p, READY, READY_LEN) == 0 ? get_ready(d) : give_up(d, SAID_NOISE);
}

/* d->text is a whole line. */
static enum dialog_said take_line(struct dialog *d)
{
	char *p = d->in.s + d->at;
	int64_t len;

	if (d->text_len < RESULT_LEN)
		return give_up(d, SAID_BAD_RESULT);
	p[d->text_len] = '\0';
	/* Supervisor looks at the number only: "RESULT=2" has always worked. */
	if (strlen(p) < d->text_len ||
	    unit_integer(p + RESULT_LEN, 0, DIALOG_RESULT_MAX, &len) < 0)
		return give_up(d, SAID_BAD_RESULT);
	d->at += d->text_len + 1;
	d->has_line = true;
	d->result_len = (size_t)len;
	return dialog_next(d);
}

static enum dialog_said next_line(struct dialog *d, const char *p, size_t n)
{
	size_t seen = n <= DIALOG_LINE_MAX ? n : DIALOG_LINE_MAX + 1;
	const char *end = memchr(p, '\n', seen);

	if (!end && n <= DIALOG_LINE_MAX)
		return SAID_NOTHING;
	d->text = p;
	d->text_len = end ? (size_t)(end - p) : DIALOG_LINE_MAX;
	return end ? take_line(d) : give_up(d, SAID_BAD_RESULT);
}

/* --- lenient --- */

static enum dialog_said ignore(struct dialog *d, size_t n)
{
	d->at += n;
	d->is_skipping = false;
	return SAID_IGNORED;
}

static enum dialog_said skip(struct dialog *d, size_t n)
{
	d->is_skipping = true;
	d->at += n;
	return SAID_NOTHING;
}

/* Where a READY or a RESULT could stand: whole lines only, so that a piece of one is no noise. */
static enum dialog_said next_word(struct dialog *d, const char *p, size_t n)
{
	const char *end = n ? memchr(p, '\n', n) : NULL;
	size_t len = end ? (size_t)(end - p) : n;
	bool is_ready = len + 1 == READY_LEN && memcmp(p, READY, len) == 0;

	if (!end)
		return d->is_skipping || n > DIALOG_LINE_MAX ? skip(d, n) : SAID_NOTHING;
	d->text = p;
	d->text_len = d->is_skipping || len > DIALOG_LINE_MAX ? 0 : len;
	if (d->text_len == 0 || d->state == DIALOG_READY)
		return ignore(d, len + 1);
	if (d->state == DIALOG_ACKNOWLEDGED)
		return is_ready ? get_ready(d) : ignore(d, len + 1);
	if (is_ready)
		return give_up(d, SAID_BAD_RESULT);
	if (len >= RESULT_LEN && memcmp(p, RESULT, RESULT_LEN) == 0)
		return take_line(d);
	return ignore(d, len + 1);
}

/* --- both --- */

static enum dialog_said next_result(struct dialog *d, const char *p, size_t n)
{
	if (n < d->result_len)
		return SAID_NOTHING;
	d->text = p;
	d->text_len = d->result_len;
	d->at += d->result_len;
	d->state = DIALOG_ACKNOWLEDGED;
	return SAID_RESULT;
}

enum dialog_said dialog_next(struct dialog *d)
{
	char *p = d->in.s + d->at;
	size_t n = d->in.len - d->at;

	if (d->in.oom) {	/* what was lost cannot be understood */
		strbuf_done(&d->in);
		d->at = 0;
		return give_up(d, SAID_NOISE);
	}
	if (d->state == DIALOG_UNKNOWN)
		return SAID_NOTHING;
	if (d->state == DIALOG_BUSY && d->has_line)
		return next_result(d, p, n);
	if (d->lenient)
		return next_word(d, p, n);
	if (d->state == DIALOG_ACKNOWLEDGED)
		return next_ready(d, p, n);
	if (n == 0)
		return SAID_NOTHING;
	return d->state == DIALOG_BUSY ? next_line(d, p, n) : give_up(d, SAID_NOISE);
}
