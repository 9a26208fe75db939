/* form.h - what a form of a page sends */
#ifndef SVD_HTTPD_FORM_H
#define SVD_HTTPD_FORM_H

#include <jansson.h>

#include "base/macro.h"

struct request;

/*
 * The fields of the body, which must be application/x-www-form-urlencoded: an object with an array
 * of strings for each name. Returns 0 and *ret_fields, the caller's; -EPROTOTYPE: the body is of
 * another type; -EBADMSG: it is none, or of text that is not UTF-8; -E2BIG: more than
 * FORM_FIELDS_MAX fields; -ENOMEM.
 */
enum { FORM_FIELDS_MAX = 10000 };
must_check int form_read(struct request *r, json_t **ret_fields);

/* The first value of that name, or NULL. Borrowed. */
const char *form_value(const json_t *fields, const char *name);

#endif
