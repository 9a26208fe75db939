/*
 * tap.c - output is moved, not read, unless somebody wants to see it: svd (for its debug log and
 * for event listeners), syslog, or the filter for escape sequences. Then it is copied as it passes.
 */
#include "logd/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "logd/devlog.h"
#include "logd/look.h"
#include "logd/spec.h"

static const double LINE_SECONDS = 1;	/* an unfinished line waits so long for its end */

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

/* --- lines for syslog --- */

static void send_line(struct tap *t)
{
	timer_stop(&t->late);
	if (t->line.len)
		devlog_send(t->all->devlog, t->syslog, t->line.s, t->line.len);
	if (t->line.cap > 4096)
		strbuf_done(&t->line);
	strbuf_reset(&t->line);
}

static void on_late(struct timer *timer)
{
	send_line(container_of(timer, struct tap, late));
}

/* A piece without a newline in it; without memory the line goes in parts. */
static void keep(struct tap *t, const char *p, size_t n)
{
	size_t room = DEVLOG_LINE_MAX - t->line.len;

	if (n > room) {
		strbuf_add(&t->line, p, room);
		send_line(t);
		p += room;
		n -= room;
	}
	strbuf_add(&t->line, p, n);
	if (t->line.oom)
		send_line(t);
	else if (n && !timer_is_armed(&t->late))
		timer_start(&t->late, LINE_SECONDS);
}

static void send_lines(struct tap *t, const char *p, size_t n)
{
	const char *newline;

	while (n > 0 && (newline = memchr(p, '\n', n))) {
		size_t line = (size_t)(newline - p);

		if (t->line.len) {
			keep(t, p, line);
			send_line(t);
		} else {
			devlog_send(t->all->devlog, t->syslog, p, line);
		}
		p += line + 1;
		n -= line + 1;
	}
	keep(t, p, n);
}

/* --- what is wanted --- */

static struct tap *make(struct taps *all, int64_t id)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->all = all;
	t->id = id;
	timer_init(&t->late, all->loop, on_late);
	return t;
}

void tap_free(struct tap *t)
{
	if (!t)
		return;
	if (t->syslog)
		send_line(t);
	timer_stop(&t->late);
	strbuf_done(&t->line);
	free(t->syslog);
	free(t);
}

static void change(struct tap *t, const struct channel_spec *spec, char *syslog)
{
	if (t->syslog)
		send_line(t);
	free(t->syslog);
	t->syslog = syslog;
	t->tell = spec->tap.tell;
	if (!spec->filter.strip)
		t->ansi = ANSI_TEXT;
	t->strip = spec->filter.strip;
}

int tap_set(struct tap **tap, struct taps *all, const struct channel_spec *spec)
{
	char *syslog = spec->tap.syslog ? strdup(spec->tap.tag) : NULL;

	if (spec->tap.syslog && !syslog)
		return -ENOMEM;
	if (!spec->tap.tell && !spec->filter.strip && !syslog) {
		tap_free(*tap);
		*tap = NULL;
		return 0;
	}
	if (!*tap)
		*tap = make(all, spec->id);
	if (!*tap) {
		free(syslog);
		return -ENOMEM;
	}
	change(*tap, spec, syslog);
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
	if (t->syslog)
		send_lines(t, p, n);
}
