/* procinfo.h - what the server says about its processes */
#ifndef SVD_SVCTL_PROCINFO_H
#define SVD_SVCTL_PROCINFO_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

struct ctl;

/* Strings are borrowed from the answer. */
struct procinfo {
	const char *group, *name;
	const char *statename, *description;
	int  state;	/* enum state_code */
	long pid;
	json_t *from;	/* borrowed: all that was said */
};

/* All zero is a valid empty list. */
struct procinfo_list {
	json_t *answer;		/* counted; the strings live in it */
	struct procinfo *list;	/* owned */
	size_t  n;
};

/* Reads one struct of getProcessInfo. 0, or -EBADMSG with err naming what is missing. */
must_check int procinfo_read(json_t *from, struct procinfo *ret_info, struct err *err);

/*
 * Reads the answer of getAllProcessInfo, of which the list takes its own reference. 0, or -EBADMSG
 * or -ENOMEM with err.
 */
must_check int procinfo_list_read(json_t *from, struct procinfo_list *ret_list, struct err *err);
void procinfo_list_done(struct procinfo_list *infos);

/* Asks the server for all. false: it failed, which was said. */
bool procinfo_list_get(struct ctl *ctl, struct procinfo_list *ret_list);

/* The same with all that svd can tell, where the server is svd. */
bool procinfo_list_get_more(struct ctl *ctl, struct procinfo_list *ret_list);

/* Is the process in one of the states that Supervisor counts as stopped? */
bool procinfo_is_stopped(const struct procinfo *info);

/* Is it STARTING or STOPPING? */
bool procinfo_is_under_way(const struct procinfo *info);

#endif
