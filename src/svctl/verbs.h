/* verbs.h - the table of commands */
#ifndef SVD_SVCTL_VERBS_H
#define SVD_SVCTL_VERBS_H

#include <stdbool.h>
#include <stddef.h>

struct ctl;

enum completes { COMPLETES_NOTHING, COMPLETES_VERBS, COMPLETES_PROCESSES, COMPLETES_GROUPS };

/* What supervisorctl has not, only svctl lists. */
enum listed { NOT_LISTED, LISTED, LISTED_OURS };

struct verb {
	const char *name;
	/* arg: the rest of the line without the flags, no blanks around it. */
	void (*run)(struct ctl *ctl, const char *arg);
	enum completes completes;
	enum listed listed;
	unsigned flags;		/* WITH() of those that it takes */
	const char *help, *more;	/* may be NULL */
};

extern const struct verb verbs[];
extern const size_t n_verbs;

/* The verb with that name of n bytes, or NULL. */
const struct verb *verb_find(const char *name, size_t n);

/* The verb that the line begins with, or NULL. *ret_arg: what follows it. */
const struct verb *verb_of_line(const char *line, const char **ret_arg);

#endif
