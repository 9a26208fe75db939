/* ansi.h - take the escape sequences of terminals out of a text */
#ifndef SVD_LOGD_ANSI_H
#define SVD_LOGD_ANSI_H

#include <stddef.h>

/* Where in a sequence does the text end so far? All zero: in none. */
enum ansi_state { ANSI_TEXT, ANSI_ESCAPE, ANSI_SEQUENCE };

/*
 * Copy to out what is left of the n bytes at in without the sequences ESC [ ... letter, as far as
 * it fits into room. Returns how many bytes of in are done with; all of them where room is more
 * than n. A sequence may begin in one piece and end in another. It never goes beyond the end of
 * a line, so lines stay lines.
 */
size_t ansi_strip(enum ansi_state *state, const char *in, size_t n, char *out, size_t room,
		  size_t *ret_len);

#endif
