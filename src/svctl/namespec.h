/* namespec.h - names of processes as users write them: "group:process", "group:*", "process" */
#ifndef SVD_SVCTL_NAMESPEC_H
#define SVD_SVCTL_NAMESPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* Borrowed from the text that it was split from. */
struct namespec {
	const char *group;	/* not terminated */
	size_t      group_len;
	const char *process;	/* NULL: the whole group */
};

/* A bare name is group and process at once; "group:" and "group:*" mean the whole group. */
struct namespec namespec_split(const char *text);

/* Does it mean this process? */
bool namespec_matches(const struct namespec *ns, const char *group, const char *process);

/* Appends the short form: "process" where the group has the same name. */
void namespec_add(struct strbuf *sb, const char *group, const char *process);

/* The same for a terminal: tame whatever the names are. */
void namespec_add_tame(struct strbuf *sb, const char *group, const char *process);

#endif
