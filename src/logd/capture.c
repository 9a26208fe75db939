/*
 * capture.c - mirrors the capture mode of Supervisor's dispatchers, with one difference: what a
 * message consists of does not depend on how its bytes were cut into reads.
 */
#include "logd/capture.h"

#include <stdlib.h>
#include <string.h>

static const struct token {
	const char *s;
	size_t      len;
} tokens[2] = {
	[false] = { CAPTURE_BEGIN, sizeof(CAPTURE_BEGIN) - 1 },
	[true] = { CAPTURE_END, sizeof(CAPTURE_END) - 1 },
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* --- tokens --- */

static size_t common(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

static void text(struct capture_piece *piece, const char *p, size_t n)
{
	*piece = (struct capture_piece){ n ? CAPTURE_TEXT : CAPTURE_NOTHING, p, n };
}

/* A token can only begin at its first character, so what is no token is text as a whole. */
static size_t go_on(struct capture_place *place, const char *in, size_t n,
		    struct capture_piece *piece)
{
	const struct token *t = &tokens[place->inside];
	size_t same = common(in, t->s + place->matched, least(n, t->len - place->matched));
	size_t matched = place->matched + same;

	place->matched = 0;
	if (matched == t->len) {
		*piece = (struct capture_piece){ place->inside ? CAPTURE_ENDS : CAPTURE_BEGINS,
						 NULL, 0 };
		place->inside = !place->inside;
	} else if (same == n) {
		text(piece, NULL, 0);
		place->matched = (unsigned)matched;
	} else {
		text(piece, t->s, matched);
	}
	return same;
}

/* How much text is there before a token, or before what may become one at the end? */
static size_t text_length(const struct token *t, const char *in, size_t n)
{
	const char *p = in, *end = in + n;

	while ((p = memchr(p, *t->s, (size_t)(end - p)))) {
		size_t left = (size_t)(end - p), same = common(p, t->s, least(left, t->len));

		if (same == t->len || same == left)
			return (size_t)(p - in);
		p += same;
	}
	return n;
}

size_t capture_next(struct capture_place *place, const char *in, size_t n,
		    struct capture_piece *ret)
{
	size_t before;

	if (place->matched)
		return go_on(place, in, n, ret);
	before = text_length(&tokens[place->inside], in, n);
	if (!before)
		return go_on(place, in, n, ret);
	text(ret, in, before);
	return before;
}

void capture_rest(struct capture_place *place, struct capture_piece *ret)
{
	text(ret, tokens[place->inside].s, place->matched);
	place->matched = 0;
}

/* --- a message --- */

void capture_done(struct capture *c)
{
	free(c->buf);
	*c = (struct capture){ .max = c->max };
}

/* Room for n more bytes, as far as `max` and the memory allow. */
static void grow(struct capture *c, size_t n)
{
	size_t need = least(c->len + n, c->max), cap = c->cap ? c->cap : 4096;
	char *buf;

	if (need <= c->cap)
		return;
	while (cap < need)
		cap *= 2;
	cap = least(cap, c->max);
	buf = realloc(c->buf, cap);
	if (!buf)
		return;
	c->buf = buf;
	c->cap = cap;
}

static void reverse(char *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		char c = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = c;
	}
}

/* The oldest byte goes to the front. */
static void straighten(struct capture *c)
{
	if (!c->at)
		return;
	reverse(c->buf, c->at);
	reverse(c->buf + c->at, c->len - c->at);
	reverse(c->buf, c->len);
	c->at = 0;
}

/* n <= c->cap bytes over the oldest ones. */
static void overwrite(struct capture *c, const char *p, size_t n)
{
	size_t first = least(n, c->cap - c->at);

	memcpy(c->buf + c->at, p, first);
	memcpy(c->buf, p + first, n - first);
	c->at = (c->at + n) % c->cap;
}

void capture_add(struct capture *c, const char *p, size_t n)
{
	size_t fits;

	if (c->at && c->cap < c->max)
		straighten(c);	/* there was no memory; now there may be */
	grow(c, n);
	fits = least(n, c->cap - c->len);
	if (fits)
		memcpy(c->buf + c->len, p, fits);
	c->len += fits;
	p += fits;
	n -= fits;
	c->cut = c->cut || n > 0;
	if (n > c->cap) {
		p += n - c->cap;
		n = c->cap;
	}
	if (n)
		overwrite(c, p, n);
}

const char *capture_text(struct capture *c, size_t *ret_len)
{
	straighten(c);
	*ret_len = c->len;
	return c->len ? c->buf : "";
}

void capture_reset(struct capture *c)
{
	c->len = c->at = 0;
	c->cut = false;
}
