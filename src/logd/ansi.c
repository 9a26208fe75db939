/*
 * ansi.c - what [supervisord] strip_ansi removes. Supervisor knows fifteen letters that end a
 * sequence and takes away text until one of them comes; we end it where the standard (ECMA-48)
 * does, at the first byte from '@' to '~', and at the end of the line, whatever was printed.
 */
#include "logd/ansi.h"

#include <string.h>

enum { ESC = 0x1b };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Text up to the next ESC; that one is taken too, and comes out later if it was just an ESC. */
static size_t copy_text(enum ansi_state *state, const char *in, size_t n, char *out, size_t room,
			size_t *len)
{
	const char *esc = memchr(in, ESC, n);
	size_t text = esc ? (size_t)(esc - in) : n;
	size_t fits = least(text, room - *len);

	memcpy(out + *len, in, fits);
	*len += fits;
	if (!esc || fits < text)
		return fits;
	*state = ANSI_ESCAPE;
	return text + 1;
}

static size_t skip_sequence(enum ansi_state *state, const char *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (in[i] == '\n' || (in[i] >= '@' && in[i] <= '~')) {
			*state = ANSI_TEXT;
			return in[i] == '\n' ? i : i + 1;
		}
	}
	return n;
}

size_t ansi_strip(enum ansi_state *state, const char *in, size_t n, char *out, size_t room,
		  size_t *ret_len)
{
	size_t i = 0, len = 0;

	while (i < n) {
		if (*state == ANSI_SEQUENCE) {
			i += skip_sequence(state, in + i, n - i);
		} else if (*state == ANSI_ESCAPE && in[i] == '[') {
			*state = ANSI_SEQUENCE;
			i++;
		} else if (len == room && (*state == ANSI_ESCAPE || in[i] != ESC)) {
			break;
		} else if (*state == ANSI_ESCAPE) {
			out[len++] = ESC;
			*state = ANSI_TEXT;
		} else {
			i += copy_text(state, in + i, n - i, out, room, &len);
		}
	}
	*ret_len = len;
	return i;
}
