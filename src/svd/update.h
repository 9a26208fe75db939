/* update.h - a running group gets its newest configuration, process by process */
#ifndef SVD_SVD_UPDATE_H
#define SVD_SVD_UPDATE_H

#include <stdbool.h>

#include "base/macro.h"

struct config;
struct engine;
struct group;
struct group_config;
struct process;

/*
 * Supervisor stops a group, forgets it and adds it anew, for whatever is different. Here what is
 * the same is not touched; what differs only in options with LIVE gets them while it runs; what
 * needs it is stopped, as it was configured until now, and started again; what is there no more is
 * stopped and forgotten; what is new is added.
 *
 * First the group is told, with update_group, then each of its processes, with update_process.
 * Nobody has to wait for the rest: update_step goes on with what has stopped meanwhile.
 */

/*
 * The group gets conf in config, its place among the groups and its new processes, in their order.
 * Only when conf changes what all its processes depend on, it stays as it is: it will be made anew
 * when all of them have stopped. Returns 0 or -ENOMEM, and then nothing has changed.
 */
must_check int update_group(struct group *group, struct config *config,
			    const struct group_config *conf);

/* What has become of a process. */
enum updated { UPDATED_NOT, UPDATED_LIVE, UPDATED_ADDED, UPDATED_LATER, UPDATED_FAILED };

/* Do what has to be done with it; LATER: it begins now. FAILED: it cannot be stopped. */
enum updated update_process(struct process *p);

/* Is there still something to come for it? */
bool update_is_pending(const struct process *p);

/* Of what is pending and `leaving`: does its group come back with a process of its name? */
bool update_brings_back(const struct process *p);

/* Go on with what has stopped; in each turn while svd is RUNNING. */
void update_step(struct engine *e);

#endif
