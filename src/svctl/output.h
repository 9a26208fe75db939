/* output.h - all that goes to standard output */
#ifndef SVD_SVCTL_OUTPUT_H
#define SVD_SVCTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

/*
 * Text is kept until out_flush, which must come before anything that may wait: a call, a question.
 * A failed write sticks.
 */
void out_line(const char *fmt, ...) printf_like(1, 2);	/* and a newline */
void out_text(const char *text);
void out_padded(const char *text, size_t width);	/* blanks up to that many bytes */
void out_flush(void);

/* Has any write failed so far? */
bool out_failed(void);

/* Flushes; says why on standard error, unless the reader just went away. false: writing failed. */
bool out_finish(void);

#endif
