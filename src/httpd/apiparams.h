/* apiparams.h - the parameters of a call, as clients of the JSON API send them */
#ifndef SVD_HTTPD_APIPARAMS_H
#define SVD_HTTPD_APIPARAMS_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

enum {
	APIPARAMS_DEPTH_MAX = 32,	/* arrays and objects in each other */
	APIPARAMS_VALUES_MAX = 10000,	/* values in a body: small ones grow to be much in memory */
};

/*
 * A body: an object by name, or an array; one without a byte is an object without members. Returns
 * 0 and *ret_params, the caller's; -EBADMSG with err saying what is wrong and where; or -ENOMEM.
 */
must_check int apiparams_parse(const char *s, size_t n, json_t **ret_params, struct err *err);

/*
 * One pair of a query, decoded, into the object. Returns 0, -EBADMSG with err, or -ENOMEM.
 */
must_check int apiparams_add(json_t *params, const char *name, size_t name_len, const char *value,
			     size_t value_len, struct err *err);

#endif
