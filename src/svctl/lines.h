/* lines.h - whole lines out of what comes in pieces */
#ifndef SVD_SVCTL_LINES_H
#define SVD_SVCTL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"

/* A line that is longer is given out in parts: nobody else's memory is without end. */
#define LINES_LONGEST (1UL << 20)

/* To be begun as { .take, .arg }. */
struct lines {
	/* A line of n bytes without its newline, not terminated. */
	void (*take)(void *arg, const char *line, size_t n);
	void *arg;
	struct strbuf rest;	/* the beginning of the next one */
};

/* Gives out the lines that are whole now. 0 or -ENOMEM. */
must_check int lines_feed(struct lines *l, const char *data, size_t n);

/* Nothing more comes: gives out what lacks its newline. */
void lines_end(struct lines *l);

/*
 * The last max lines of the n bytes at text, one without newline included: where they begin. more:
 * the text does not begin where a line does.
 */
const char *lines_last(const char *text, size_t n, size_t max, bool more);

#endif
