/* logfiles.h - which log files there are, and whose */
#ifndef SVD_SVCTL_LOGFILES_H
#define SVD_SVCTL_LOGFILES_H

#include <jansson.h>
#include <stddef.h>

#include "base/macro.h"
#include "svctl/procinfo.h"
#include "svctl/words.h"

struct logfile {
	const char *path;	/* borrowed from the list's answer */
	char *full_name;	/* owned: "group:process" of its first user, for the server */
	char *label;		/* owned: its users for people: "cat", "web:*", "a,b" */
	json_t *users;		/* owned: an array of their names */
};

struct logfiles {
	struct logfile *list;	/* owned */
	size_t n;
};

/*
 * Finds those of the channel ("stdout", "stderr") of the processes that the names mean: names,
 * "group:*", "all", globs; one that several share is found once. Appends to ret_unknown what means
 * no process, and to ret_none those processes that have no such file. 0 or -ENOMEM.
 */
must_check int logfiles_find(const struct procinfo_list *infos, const struct words *names,
			     const char *channel, struct logfiles *ret_files,
			     struct words *ret_unknown, struct words *ret_none);
void logfiles_done(struct logfiles *files);

#endif
