/* repr.h - a text in quotes, for messages */
#ifndef SVD_BASE_REPR_H
#define SVD_BASE_REPR_H

#include "base/strbuf.h"

/*
 * Append the text as Python's repr() shows a string: in single quotes (in double ones when it has
 * single ones only), control characters and bytes that are no UTF-8 as escapes.
 */
void repr_add(struct strbuf *out, const char *text);

#endif
