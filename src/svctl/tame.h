/* tame.h - text that others wrote, so that it does nothing to a terminal but show */
#ifndef SVD_SVCTL_TAME_H
#define SVD_SVCTL_TAME_H

#include <stddef.h>

#include "base/strbuf.h"

enum {
	TAME_TABS = 1,		/* let them pass */
	TAME_COLOURS = 2,	/* let sequences pass that only change colours */
	TAME_CONTROLS = 4,	/* let all pass: it goes to no terminal, but must be UTF-8 */
};

/*
 * Appends the n bytes at text: control characters as ^X, what is no UTF-8 as U+FFFD. After colours
 * come the terminal's own again.
 */
void tame_add(struct strbuf *sb, const char *text, size_t n, unsigned flags);

/* How many columns of a terminal the first n bytes at text take; tame already. */
size_t tame_width(const char *text, size_t n);

/* The bytes at the beginning of the text, tame already, that take no more columns than that. */
size_t tame_cut(const char *text, size_t columns);

#endif
