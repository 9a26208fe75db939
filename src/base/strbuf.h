/* strbuf.h - a string that grows */
#ifndef SVD_BASE_STRBUF_H
#define SVD_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

/*
 * All zero is a valid empty strbuf. Failed allocations stick: later calls do nothing, strbuf_steal
 * and strbuf_str return NULL, so that a builder checks once, at its end.
 */
struct strbuf {
	char  *s;	/* owned; NUL terminated when not NULL */
	size_t len;	/* bytes, without the NUL */
	size_t cap;
	bool   oom;
};

void strbuf_done(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *p, size_t n);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) printf_like(2, 3);

/* A literal, whose length the compiler knows. */
#define strbuf_add_lit(sb, lit) strbuf_add(sb, lit, sizeof(lit) - 1)

/* Forget the contents, keep the memory. Clears oom. */
void strbuf_reset(struct strbuf *sb);

/* Drop the first n bytes (n <= len). */
void strbuf_consume(struct strbuf *sb, size_t n);

/* Make room for n more bytes after len; false (and oom) when there is no memory. */
bool strbuf_reserve(struct strbuf *sb, size_t n);

/* The text, valid until the next call on sb; "" when empty; NULL after a failed allocation. */
const char *strbuf_str(const struct strbuf *sb);

/* The text, now the caller's to free; sb is empty again. NULL after a failed allocation. */
char *strbuf_steal(struct strbuf *sb);

#endif
