/* groups.h - the groups that the engine has: how they come and go */
#ifndef SVD_SVD_GROUPS_H
#define SVD_SVD_GROUPS_H

#include "base/err.h"
#include "base/macro.h"

struct config;
struct engine;
struct group;
struct group_config;

/* The group of that name in a snapshot, or NULL. */
const struct group_config *groups_find_config(const struct config *config, const char *name);

/*
 * A new group, made of conf in config, which is counted up. None of that name is there. Nothing is
 * started. 0, or -errno with err.
 */
must_check int groups_add(struct engine *e, struct config *config, const struct group_config *conf,
			  struct err *err);

/*
 * Forget a group whose processes are all stopped. Calls that wait for one of them get their answer
 * first.
 */
void groups_remove(struct engine *e, struct group *group);

/* Its priority has changed: put it to its place in the engine's list. */
void groups_move(struct engine *e, struct group *group);

#endif
