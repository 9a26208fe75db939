/* types.h - what the text of a value means */
#ifndef SVD_CONF_TYPES_H
#define SVD_CONF_TYPES_H

#include "base/err.h"
#include "base/macro.h"
#include "conf/options.h"

struct load;

/*
 * Reads text, which is expanded, as a value of that type into its field (for types that fill more
 * than one: the first of them). err says why not, without saying where.
 */
must_check int type_set(struct load *ld, enum option_type type, const char *text, void *field,
			struct err *err);

#endif
