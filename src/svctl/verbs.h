/* verbs.h - the table of commands */
#ifndef SVD_SVCTL_VERBS_H
#define SVD_SVCTL_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/ctlplugins.h"

struct ctl;

enum completes { COMPLETES_NOTHING, COMPLETES_VERBS, COMPLETES_PROCESSES, COMPLETES_GROUPS,
		 COMPLETES_POOLS };

/* What supervisorctl has not, only svctl lists. */
enum listed { NOT_LISTED, LISTED, LISTED_OURS };

/* What `help` calls the verbs of each plug-in. */
extern const char *const plugin_titles[CTLPLUGIN_N];

struct verb {
	const char *name;
	/* arg: the rest of the line without the flags, no blanks around it. */
	void (*run)(struct ctl *ctl, const char *arg);
	enum completes completes;
	enum listed listed;
	unsigned flags;		/* WITH() of those that it takes */
	const char *help, *more;	/* may be NULL */
	enum ctlplugin plugin;	/* whose it is */
};

extern const struct verb verbs[];
extern const size_t n_verbs;

/*
 * From now on the verbs of the plug-in are there that this factory ("module:function") makes; which
 * one that is, CTLPLUGIN_NONE if we have it not.
 */
enum ctlplugin verbs_add(const char *factory);

/* Those of the table that are not there are not to be shown. */
bool verb_is_there(const struct verb *verb);

/* The verb with that name of n bytes, or NULL. */
const struct verb *verb_find(const char *name, size_t n);

/* The verb that the line begins with, or NULL. *ret_arg: what follows it. */
const struct verb *verb_of_line(const char *line, const char **ret_arg);

#endif
