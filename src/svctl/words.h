/* words.h - a growing list of short texts */
#ifndef SVD_SVCTL_WORDS_H
#define SVD_SVCTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

/* What separates words, as Python's str.split(). */
#define BLANKS " \t\n\r\v\f"

/* All zero is a valid empty list. */
struct words {
	char **list;	/* owned, each too */
	size_t n, cap;
};

/* Appends the words of the line. 0 or -ENOMEM. */
must_check int words_split(struct words *w, const char *line);

/* Appends one word of n bytes. 0 or -ENOMEM. */
must_check int words_add(struct words *w, const char *word, size_t n);

bool words_have(const struct words *w, const char *word);

void words_done(struct words *w);

#endif
