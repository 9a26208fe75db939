/*
 * ansi.c - what [supervisord] strip_ansi removes. Supervisor knows ESC [ only, and fifteen letters
 * that end it, and takes away text until one of them comes; we follow the standard (ECMA-48), know
 * its other forms, and end each of them at the first byte that cannot be a part of it.
 */
#include "logd/ansi.h"

#include <stdbool.h>
#include <string.h>

enum { ESC = 0x1b };

static bool is_between(unsigned char c, unsigned char first, unsigned char last)
{
	return c >= first && c <= last;
}

/* What a byte after ESC begins; ANSI_TEXT: it is all. */
static enum ansi_state begins(unsigned char c)
{
	if (c == '[')
		return ANSI_SEQUENCE;
	if (memchr("]PX^_", c, 5))
		return ANSI_STRING;
	return is_between(c, ' ', '/') ? ANSI_DESIGNATION : ANSI_TEXT;
}

/* Does this byte go on in what we are in? */
static bool is_inner(enum ansi_state state, unsigned char c)
{
	if (state == ANSI_STRING)
		return c != '\a' && c != '\n' && c != ESC;
	return is_between(c, ' ', state == ANSI_SEQUENCE ? '?' : '/');
}

/* Is this byte, which does not go on, the end, rather than the first of something else? */
static bool is_last(enum ansi_state state, unsigned char c)
{
	if (state == ANSI_STRING)
		return c == '\a';
	return is_between(c, state == ANSI_SEQUENCE ? '@' : '0', '~');
}

/* Returns how many of the n > 0 bytes belong to the sequence that we are in. */
static size_t skip_sequence(enum ansi_state *state, const char *in, size_t n)
{
	size_t i = 0;

	while (i < n && is_inner(*state, (unsigned char)in[i]))
		i++;
	if (i == n)
		return n;
	i += is_last(*state, (unsigned char)in[i]);
	*state = ANSI_TEXT;
	return i;
}

/* Text up to the next ESC; that one is taken too, and comes out later if it was just an ESC. */
static size_t copy_text(enum ansi_state *state, const char *in, size_t n, char *out, size_t *len)
{
	const char *esc = memchr(in, ESC, n);
	size_t text = esc ? (size_t)(esc - in) : n;

	memcpy(out + *len, in, text);
	*len += text;
	if (!esc)
		return text;
	*state = ANSI_ESCAPE;
	return text + 1;
}

size_t ansi_strip(enum ansi_state *state, const char *in, size_t n, char *out)
{
	size_t i = 0, len = 0;

	while (i < n) {
		if (*state > ANSI_ESCAPE) {
			i += skip_sequence(state, in + i, n - i);
		} else if (*state == ANSI_TEXT) {
			i += copy_text(state, in + i, n - i, out, &len);
		} else if (is_between((unsigned char)in[i], ' ', '~')) {
			*state = begins((unsigned char)in[i++]);
		} else {
			out[len++] = ESC;
			*state = ANSI_TEXT;
		}
	}
	return len;
}

/* An ESC is the beginning of something wherever it comes, so only what follows it matters. */
static bool is_over(enum ansi_state state, const char *in, size_t n)
{
	if (state == ANSI_ESCAPE && n > 0 && is_between((unsigned char)*in, ' ', '~')) {
		state = begins((unsigned char)*in);
		in++;
		n--;
	} else if (state == ANSI_ESCAPE && n > 0) {
		state = ANSI_TEXT;
	}
	if (state > ANSI_ESCAPE && n > 0)
		skip_sequence(&state, in, n);
	return state == ANSI_TEXT;
}

size_t ansi_rest(enum ansi_state state, const char *in, size_t n)
{
	const char *esc;

	while (n > 0 && (esc = memrchr(in, ESC, n))) {
		if (is_over(ANSI_ESCAPE, esc + 1, n - (size_t)(esc + 1 - in)))
			return n;
		n = (size_t)(esc - in);
	}
	return is_over(state, in, n) ? n : 0;
}
