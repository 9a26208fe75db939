/* repr.h - a text in quotes, for messages */
#ifndef SVD_BASE_REPR_H
#define SVD_BASE_REPR_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * Append the text as Python's repr() shows a string: in single quotes (in double ones when it has
 * single ones only), control characters and bytes that are no UTF-8 as escapes.
 */
void repr_add(struct strbuf *out, const char *text);

/*
 * Append a word that somebody else has chosen: as it is when it can mean nothing else, or else as
 * repr_add does; of one longer than REPR_WORD_MAX bytes only the begin.
 */
enum { REPR_WORD_MAX = 200 };
void repr_add_word(struct strbuf *out, const char *text);

/* Append n bytes of any value as Python's repr() shows bytes: b'\x88\n'. */
void repr_add_bytes(struct strbuf *out, const char *p, size_t n);

#endif
