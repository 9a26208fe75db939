/* group.h - a process group: processes that are configured, started and stopped together */
#ifndef SVD_SVD_GROUP_H
#define SVD_SVD_GROUP_H

#include <stddef.h>

#include "base/macro.h"
#include "svd/fcgi.h"
#include "svd/proc.h"

struct engine;
struct hook;
struct pool;

struct group {
	struct group  *prev, *next;
	unsigned long  added;			/* its number, in the order in which they came */
	struct engine *engine;			/* borrowed */
	struct config *config;	/* counted: the snapshot of conf; processes may have an older one */
	const struct group_config *conf;	/* borrowed from config */
	struct config *next_config;		/* counted: the snapshot of next_conf */
	const struct group_config *next_conf;	/* borrowed; NULL: it stays. See update.h */
	struct process **processes;		/* owned, as the array is; by priority, then name */
	size_t         n_processes;
	struct pool   *pool;			/* owned; NULL: they are no listeners */
	struct hook   *hook;			/* owned; of GROUP_EXEC, GROUP_WEBHOOK; else NULL */
	struct fcgi    fcgi;			/* of GROUP_FCGI */
};

/* NULL: no memory. config is counted up. */
must_check struct group *group_new(struct engine *engine, struct config *config,
				   const struct group_config *conf);
void group_free(struct group *group);	/* its processes are stopped */

/* NULL when there is none of that name. */
struct process *group_find(const struct group *group, const char *name);

/*
 * A new process, of conf in config, which no file has: at its place by priority, and stopped. NULL:
 * no memory.
 */
must_check struct process *group_add_extra(struct group *group, struct config *config,
					   const struct program_config *conf);

/* Forget a process that is stopped. Calls that wait for it get their answer first. */
void group_forget(struct group *group, struct process *p);

/* Start what has autostart, in order of priority. */
void group_autostart(struct group *group);

/* Stop all that runs, highest priority first; what is in BACKOFF gives up. */
void group_stop(struct group *group);

/* How many are not in a stopped state. */
size_t group_n_unstopped(const struct group *group);

#endif
