/* environment.h - environment= and the names that it makes */
#ifndef SVD_CONF_ENVIRONMENT_H
#define SVD_CONF_ENVIRONMENT_H

#include "base/err.h"
#include "base/macro.h"

struct expand_scope;
struct load;

/* ENV_KEY for each "KEY=value" of a list that ends with NULL; scope->outer stays. */
must_check int environment_scope(struct load *ld, const char *const *list,
				 struct expand_scope *scope);

/*
 * KEY="value",... on top of [supervisord]'s environment, if there is one by now, as a list that
 * ends with NULL, in the snapshot. ld->own becomes the scope of the new keys alone.
 */
must_check int environment_set(struct load *ld, const char *text, const char *const **ret_list,
			       struct err *err);

#endif
