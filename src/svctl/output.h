/* output.h - all that goes to standard output */
#ifndef SVD_SVCTL_OUTPUT_H
#define SVD_SVCTL_OUTPUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

/*
 * Text is kept until out_flush, which must come before anything that may wait: a call, a question.
 * A failed write sticks.
 */
void out_line(const char *fmt, ...) printf_like(1, 2);	/* and a newline */
void out_vline(const char *fmt, va_list ap) printf_like(1, 0);
void out_text(const char *text);
void out_padded(const char *text, size_t width);	/* and blanks up to that width */
void out_flush(void);

/* Characters, as Python counts them. */
size_t out_width(const char *text);

/* At once and as it is, after the text. false: it failed, or interrupt_seen(). */
bool out_bytes(const void *data, size_t n);

/* Did the reader of a pipe go away? For those who write nothing just now. Counts as failed. */
bool out_reader_left(void);

/* Has any write failed so far? */
bool out_failed(void);

/* Flushes; says why on standard error, unless the reader just went away. false: writing failed. */
bool out_finish(void);

#endif
