/* ansi.h - take the escape sequences of terminals out of a text */
#ifndef SVD_LOGD_ANSI_H
#define SVD_LOGD_ANSI_H

#include <stddef.h>

/* Where in a sequence does the text end so far? All zero: in none. */
enum ansi_state {
	ANSI_TEXT,
	ANSI_ESCAPE,		/* ESC */
	ANSI_SEQUENCE,		/* ESC [ ... letter */
	ANSI_DESIGNATION,	/* ESC ( B and the like */
	ANSI_STRING,		/* ESC ] ... BEL or ESC \, such as the title of a window */
};

/*
 * Copy to out, which has room for n + 1 bytes, what is left of the n bytes at in without the
 * sequences. Returns how many bytes that is. A sequence may begin in one piece and end in another.
 * It never goes beyond the end of a line, so lines stay lines. An ESC that begins nothing is text.
 */
size_t ansi_strip(enum ansi_state *state, const char *in, size_t n, char *out);

/* How many of these bytes are there up to a sequence at their end that is unfinished? */
size_t ansi_rest(enum ansi_state state, const char *in, size_t n);

#endif
