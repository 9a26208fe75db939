/*
 * tap.c - output is moved, not read, unless somebody wants to see it: svd (for its debug log and
 * for event listeners), syslog, the journal, or the filter for escape sequences. Then it is copied
 * as it passes.
 */
#include "logd/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "logd/look.h"
#include "logd/outlet.h"
#include "logd/spec.h"

int taps_init(struct taps *all)
{
	all->raw = malloc(LOOK_BUF);
	all->text = malloc(LOOK_BUF + 1);
	return all->raw && all->text ? 0 : -ENOMEM;
}

void taps_done(struct taps *all)
{
	free(all->raw);
	free(all->text);
}

/* --- what is wanted --- */

static struct tap *make(struct taps *all, int64_t id)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->all = all;
	t->id = id;
	return t;
}

void tap_free(struct tap *t)
{
	if (!t)
		return;
	outlet_free(t->outlet);
	free(t);
}

int tap_set(struct tap **tap, struct taps *all, const struct channel_spec *spec)
{
	const struct tap_spec *to = &spec->tap;
	struct tap *t = *tap;
	int ret;

	if (!to->tell && !to->syslog && !to->journal && !spec->filter.strip) {
		tap_free(t);
		*tap = NULL;
		return 0;
	}
	if (!t)
		t = make(all, spec->id);
	if (!t)
		return -ENOMEM;
	ret = outlet_set(&t->outlet, all->outlets, spec);
	if (ret < 0) {
		if (!*tap)
			tap_free(t);
		return ret;
	}
	t->tell = to->tell;
	t->strip = spec->filter.strip;
	if (!t->strip)
		t->ansi = ANSI_TEXT;
	*tap = t;
	return 0;
}

/* --- what passes --- */

size_t tap_see(struct tap *t, struct look *look, size_t n)
{
	n = look_copy(look, n < LOOK_BUF ? n : LOOK_BUF);
	memcpy(t->all->raw, look->buf, n);
	return n;
}

static size_t strip(struct tap *t, enum ansi_state *state, size_t n)
{
	size_t len;

	(void)ansi_strip(state, t->all->raw, n, t->all->text, LOOK_BUF + 1, &len);
	return len;
}

size_t tap_text(struct tap *t, size_t n, const char **ret_text)
{
	enum ansi_state state = t->ansi;

	*ret_text = t->all->text;
	return strip(t, &state, n);
}

size_t tap_bytes(struct tap *t, size_t n, size_t len)
{
	enum ansi_state state = t->ansi;

	return ansi_strip(&state, t->all->raw, n, t->all->text, len, &len);
}

static void tell(struct tap *t, const char *p, size_t n)
{
	if (t->all->on_text(t->all->user, t->id, p, n, t->untold) == 0)
		t->untold = 0;
	else
		t->untold += n;
}

void tap_took(struct tap *t, size_t n)
{
	const char *p = t->all->raw;

	if (t->strip) {
		n = strip(t, &t->ansi, n);
		p = t->all->text;
	}
	if (t->tell && n > 0)
		tell(t, p, n);
	if (t->outlet)
		outlet_take(t->outlet, p, n);
}
