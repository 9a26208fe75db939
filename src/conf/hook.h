/* hook.h - a section [eventexec:x] or [webhook:x] */
#ifndef SVD_CONF_HOOK_H
#define SVD_CONF_HOOK_H

#include "base/err.h"
#include "base/macro.h"

struct hook_config;
struct load;
struct values;

/*
 * What the section that v was read from says. The command of an eventexec is read like a program of
 * that name; its `group` is to be set by who knows where the group will be.
 */
must_check int hook_read(struct load *ld, const struct values *v, const char *name,
			 const struct hook_config **ret_hook, struct err *err);

/* Notes what programs= of such sections means nobody; the groups have been read. */
must_check int hooks_check(struct load *ld, struct err *err);

#endif
