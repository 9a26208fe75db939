/* extra.h - a program that is in no file */
#ifndef SVD_CONF_EXTRA_H
#define SVD_CONF_EXTRA_H

#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

struct config;
struct group_config;

/* As a line of [program:x]. */
struct extra_option {
	const char *name, *value;
};

/*
 * A snapshot of one group, like another one of the newest snapshot `base`, with nothing in it but
 * the processes of [program:NAME] with these n options: expanded, checked and completed as in the
 * file of base. It keeps base. Returns 0, *ret_config the caller's; or -errno with err.
 */
must_check int extra_load(struct config *base, const struct group_config *like, const char *name,
			  const struct extra_option *options, size_t n,
			  struct config **ret_config, struct err *err);

#endif
