/* jsontext.h - messages of the JSON API */
#ifndef SVD_HTTPD_JSONTEXT_H
#define SVD_HTTPD_JSONTEXT_H

#include <jansson.h>
#include <stddef.h>

#include "base/macro.h"

struct strbuf;

/* Appends the value in one line. Returns 0 or -ENOMEM. */
must_check int jsontext_add(struct strbuf *sb, const json_t *value);

/* Appends {"result": ...}, of a value or of its text. Returns 0 or -ENOMEM. */
must_check int jsontext_add_result(struct strbuf *sb, const json_t *result);
must_check int jsontext_add_result_of(struct strbuf *sb, const char *json, size_t n);

/*
 * The same of a result whose text is too long to be in memory: see struct piece_form. What is no
 * UTF-8 in the text becomes U+FFFD.
 */
must_check int jsontext_build_around(struct strbuf *sb, const json_t *result, size_t *ret_gap);
void jsontext_add_text(struct strbuf *sb, const char *s, size_t n);

#endif
