/* params.h - the parameters of a call, held against the types in the method table */
#ifndef SVD_SVD_PARAMS_H
#define SVD_SVD_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

/* One of a list as in methods.def, "name:string wait:boolean?". All is borrowed from the list. */
struct param {
	const char *name;
	size_t      name_len;
	const char *types;	/* "int|string"; the first is the one that is shown */
	size_t      types_len;
	bool        optional;
};

/* The next one in the list, which moves behind it. false: that was all. */
bool param_next(const char **list, struct param *ret_param);

/* The next type of those, which move behind it: its length, 0 at the end. */
size_t param_type_next(const char **types, size_t *types_len, const char **ret_type);

/*
 * Makes of *params, an array or an object by name, an array that fits the list; it may become
 * another one. What is neither does not fit. In an array, whatever XML-RPC clients are known to
 * send fits. In an object, text may stand for an integer or a boolean. Returns 0, -ENOMEM, or
 * -EINVAL with err saying what is wrong with an object, and nothing about an array: Supervisor
 * does not, either.
 */
must_check int params_settle(const char *list, json_t **params, struct err *err);

#endif
