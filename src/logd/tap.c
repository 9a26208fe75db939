/*
 * tap.c - output is moved, not read, unless somebody wants to see it, or to have something else in
 * the file: svd (for its debug log and for event listeners), syslog, the journal, a filter.
 */
#include "logd/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "logd/look.h"
#include "logd/outlet.h"
#include "logd/spec.h"

static void on_seen(void *user, const char *p, size_t n, bool captured)
{
	struct tap *t = user;

	if (t->tell && t->all->news->on_text(t->all->user, t->id, p, n, t->untold) == 0)
		t->untold = 0;
	else if (t->tell)
		t->untold += n;
	if (t->outlet && !captured)
		outlet_take(t->outlet, p, n);
}

static void on_captured(void *user, const char *p, size_t n, bool cut)
{
	struct tap *t = user;

	if (t->all->news->on_message(t->all->user, t->id, p, n, cut, t->unsaid) == 0)
		t->unsaid = 0;
	else
		t->unsaid++;
}

static const struct filter_ops filter_ops = { on_seen, on_captured };

int taps_init(struct taps *all, struct outlets *outlets, const struct tap_news *news, void *user)
{
	*all = (struct taps){ .outlets = outlets, .news = news, .user = user };
	filters_init(&all->filters, &filter_ops);
	all->raw = malloc(LOOK_BUF);
	return all->raw ? 0 : -ENOMEM;
}

void taps_done(struct taps *all)
{
	filters_done(&all->filters);
	strbuf_done(&all->spare);
	free(all->raw);
}

static struct filter_time now(void)
{
	return (struct filter_time){ .wall = clock_wall(), .mono = clock_mono() };
}

/* --- what is wanted --- */

static bool is_wanted(const struct channel_spec *spec)
{
	const struct tap_spec *to = &spec->tap;
	const struct filter_spec *f = &spec->filter;

	return to->tell || to->syslog || to->journal || f->strip || f->capture || f->lines ||
	       f->format != FORMAT_RAW;
}

static struct tap *make(struct taps *all, const struct channel_spec *spec)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->all = all;
	t->id = spec->id;
	if (filter_new(&all->filters, &spec->filter, &spec->speaker, t, &t->filter) == 0)
		return t;
	free(t);
	return NULL;
}

void tap_free(struct tap *t)
{
	if (!t)
		return;
	outlet_free(t->outlet);
	filter_free(t->filter);
	strbuf_done(&t->text);
	free(t);
}

/* As it is wanted; one that nobody wants stays while it has text. */
static int set(struct tap *t, const struct channel_spec *spec)
{
	struct filter_time time = now();
	int ret = outlet_set(&t->outlet, t->all->outlets, spec);

	if (ret < 0)
		return ret;
	filter_change(t->filter, &spec->filter, &time, &t->text);
	t->tell = spec->tap.tell;
	return 0;
}

int tap_set(struct tap **tap, struct taps *all, const struct channel_spec *spec)
{
	struct tap *t = *tap;
	int ret;

	if (!t && !is_wanted(spec))
		return 0;
	if (!t)
		t = make(all, spec);
	if (!t)
		return -ENOMEM;
	ret = set(t, spec);
	if ((ret < 0 && !*tap) || (ret == 0 && !is_wanted(spec) && !tap_changes(t))) {
		tap_free(t);
		t = NULL;
	}
	*tap = t;
	return ret;
}

bool tap_has_news(const struct tap *t)
{
	return t->tell || t->filter->spec.capture;
}

void tap_tell_loss(struct tap *t)
{
	if (t->tell && t->untold)
		on_seen(t, "", 0, true);	/* others have missed nothing */
}

/* --- what passes --- */

size_t tap_see(struct tap *t, struct look *look, size_t n)
{
	n = look_copy(look, n < LOOK_BUF ? n : LOOK_BUF);
	memcpy(t->all->raw, look->buf, n);
	return n;
}

void tap_took(struct tap *t, size_t n)
{
	filter_see(t->filter, t->all->raw, n);
}

/* --- what becomes something else --- */

bool tap_changes(const struct tap *t)
{
	return t->text.len || filter_changes(t->filter);
}

/* Few have text at a time: one piece of memory goes round. */
static void borrow(struct tap *t)
{
	if (t->text.s)
		return;
	t->text = t->all->spare;
	t->all->spare = (struct strbuf){ 0 };
	strbuf_reset(&t->text);
}

static void give_back(struct tap *t)
{
	if (t->all->spare.s || t->text.oom) {
		strbuf_done(&t->text);
	} else {
		t->all->spare = t->text;
		t->text = (struct strbuf){ 0 };
	}
	t->written = 0;
}

int tap_draft(struct tap *t, struct look *look, size_t n, enum filter_how how)
{
	struct filter_time time = now();
	bool oom;

	n = look_copy(look, n);
	borrow(t);
	t->input = filter_run(t->filter, look->buf, n, how, &time, &t->text);
	oom = t->text.oom;
	if (oom || !t->text.len)
		give_back(t);
	return oom ? -ENOMEM : 0;
}

void tap_end(struct tap *t)
{
	struct filter_time time = now();

	borrow(t);
	filter_end(t->filter, &time, &t->text);
	if (t->text.oom || !t->text.len)
		give_back(t);
}

const char *tap_text(const struct tap *t, size_t *ret_len)
{
	*ret_len = t->text.len - t->written;
	return t->text.len ? t->text.s + t->written : NULL;
}

void tap_wrote(struct tap *t, size_t n)
{
	t->written += n;
	if (t->written == t->text.len)
		give_back(t);
}
