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

static enum dialog_said give_up(struct dialog *d, enum dialog_said why)
{
	d->state = DIALOG_UNKNOWN;
	d->at = d->in.len;
	return why;
}

static enum dialog_said next_ready(struct dialog *d, const char *p, size_t n)
{
	if (n < READY_LEN)
		return SAID_NOTHING;
	if (memcmp(p, READY, READY_LEN) != 0)
		return give_up(d, SAID_NOISE);
	d->at += READY_LEN;
	d->state = DIALOG_READY;
	return SAID_READY;
}

static enum dialog_said next_line(struct dialog *d, char *p, size_t n)
{
	size_t seen = n <= DIALOG_LINE_MAX ? n : DIALOG_LINE_MAX + 1;
	char *end = memchr(p, '\n', seen);
	int64_t len;

	if (!end && n <= DIALOG_LINE_MAX)
		return SAID_NOTHING;
	d->text = p;
	d->text_len = end ? (size_t)(end - p) : DIALOG_LINE_MAX;
	if (!end || d->text_len < RESULT_LEN)
		return give_up(d, SAID_BAD_RESULT);
	*end = '\0';
	/* Supervisor looks at the number only: "RESULT=2" has always worked. */
	if (strlen(p) < d->text_len ||
	    unit_integer(p + RESULT_LEN, 0, DIALOG_RESULT_MAX, &len) < 0)
		return give_up(d, SAID_BAD_RESULT);
	d->at += d->text_len + 1;
	d->has_line = true;
	d->result_len = (size_t)len;
	return dialog_next(d);
}

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
	switch (d->state) {
	case DIALOG_ACKNOWLEDGED:
		return next_ready(d, p, n);
	case DIALOG_READY:
		return n ? give_up(d, SAID_NOISE) : SAID_NOTHING;
	case DIALOG_BUSY:
		return d->has_line ? next_result(d, p, n) : n ? next_line(d, p, n) : SAID_NOTHING;
	default:
		return SAID_NOTHING;
	}
}
